//! Texts as they are heard in groups, beside what was published.

use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use rstest::rstest;

use super::*;
use crate::bulletin::{Kind, Urgency};
use crate::share_code::{FoundCode, ShareCode};

const PAGE: &str = "https://gcc.example.go.th/b/Zk3yT0kenT0kenT0kenT0k";
/// 300 units end within its fifth line.
const BODY: &str = "ด้วยจังหวัดมีประกาศห้ามเผาในที่โล่งทุกชนิด ตั้งแต่วันที่ ๑ กุมภาพันธ์ ๒๕๖๙
ขอให้อำเภอแจ้งประชาชนว่าไม่อนุญาตให้เผาตอซัง เว้นแต่ได้รับอนุญาตเป็นหนังสือ
ผู้ฝ่าฝืนมีโทษปรับไม่เกิน ๒๕,๐๐๐ บาท หรือจำคุกไม่เกิน ๓ เดือน
แจ้งเหตุได้ที่โทรศัพท์ ๐-๕๓๕๑-๑๑๑๑ ต่อ ๑๒ ตลอด ๒๔ ชั่วโมง

ขอให้รายงานผลการปฏิบัติต่อจังหวัดทุกวันศุกร์ จนกว่าประกาศจะสิ้นสุดลง
จึงเรียนมาเพื่อโปรดดำเนินการ";

fn code() -> ShareCode {
    "REF-7K3M-9QX3".parse().expect("test data")
}

fn bulletin(code: &ShareCode) -> ShareText<'_> {
    ShareText {
        urgency: Urgency::MostUrgent,
        kind: Kind::News,
        document_number: Some("ลพ ๐๐๑๗.๑/ว ๑๒๓"),
        subject: "ห้ามเผาในที่โล่งทุกชนิด ในเขตจังหวัดลำพูน",
        body: BODY,
        page: PAGE,
        code,
    }
}

fn compare(heard: &str) -> TextVerdict {
    bulletin(&code()).compare(heard)
}

fn full() -> String {
    bulletin(&code()).full()
}

/// The text with the whole body, as a person makes it of the page.
fn whole() -> String {
    let head = "[ด่วนที่สุด] ที่ ลพ ๐๐๑๗.๑/ว ๑๒๓\nเรื่อง ห้ามเผาในที่โล่งทุกชนิด ในเขตจังหวัดลำพูน";
    format!("{head}\n{BODY}\nอ่านฉบับเต็ม {PAGE}\nรหัสประกาศ REF-7K3M-9QX3")
}

/// The full text with `from`, which is there once, replaced.
fn full_with(from: &str, to: &str) -> String {
    let full = full();
    assert_eq!(full.matches(from).count(), 1, "{from} in {full}");
    full.replace(from, to)
}

#[rstest]
#[case::as_published(full())]
#[case::with_the_whole_body(whole())]
#[case::on_one_line(full().replace('\n', " "))]
#[case::with_more_line_breaks(full().replace('\n', "\n\n"))]
#[case::without_any_blank(full().replace(['\n', ' '], ""))]
#[case::with_ascii_digits(crate::thai::to_arabic_digits(&full()))]
#[case::with_wide_letters(full_with("https", "ｈｔｔｐｓ"))]
#[case::with_three_points(full_with("…", "..."))]
#[case::with_a_small_code(full_with("REF-7K3M-9QX3", "ref 7k3m 9qx3"))]
#[case::with_a_code_without_dashes(full_with("REF-7K3M-9QX3", "REF7K3M9QX3"))]
#[case::with_a_code_with_long_dashes(full_with("REF-7K3M-9QX3", "REF–7K3M–9QX3"))]
#[case::with_marks_of_direction(format!("\u{2068}{}\u{2069}", full()))]
#[case::with_a_mention_in_front(format!("  {}", full()))]
#[case::with_a_mention_behind(format!("{} \n ", full()))]
#[case::copied_on_a_desktop(format!("14:05 สมชาย {}", full()))]
#[case::copied_of_somebody_with_two_names(format!("9:05 สมชาย ใจดี (ปลัด) {}", full()))]
#[case::copied_with_a_tab(format!("14:05\tสมชาย\t{}", full()))]
#[case::copied_with_half_a_day(format!("2:05 PM Somchai {}", full()))]
#[case::copied_with_a_break(format!("14:05 สมชาย\n{}", full()))]
fn what_was_shared_is_the_same(#[case] heard: String) {
    assert_eq!(compare(&heard), TextVerdict::Same, "{heard}");
}

#[test]
fn every_short_form_is_the_same() {
    let code = code();
    let text = bulletin(&code);
    for max in (300..4_000).step_by(29) {
        let Some(short) = text.short(max) else { continue };
        assert_eq!(text.compare(&short), TextVerdict::Same, "{short}");
    }
}

#[test]
fn a_cut_that_says_what_a_shorter_form_says_is_the_same() {
    let code = code();
    let body = ["ขอให้รายงานผลทุกวัน"; 40].join("\n");
    let text = ShareText { body: &body, ..bulletin(&code) };
    let full = text.full();
    let mut lines: Vec<&str> = full.lines().collect();
    assert_eq!(lines[2], lines[3]);
    lines.remove(2);
    assert_eq!(text.compare(&lines.join("\n")), TextVerdict::Same);
    // without the subject it is no form any more
    lines.remove(1);
    assert_eq!(text.compare(&lines.join("\n")), TextVerdict::Cut);
}

#[test]
fn marks_that_were_put_in_order_by_a_telephone_are_the_same() {
    let code = code();
    let text = ShareText { subject: "Cafe\u{301} ปู\u{e48}", ..bulletin(&code) };
    assert_eq!(text.compare(&text.full().replace("e\u{301}", "é")), TextVerdict::Same);
}

#[rstest]
#[case::without_the_first_line(full().split_once('\n').expect("lines").1.to_owned())]
#[case::without_the_urgency(full_with("[ด่วนที่สุด] ", ""))]
#[case::without_the_words_before(full_with("เรื่อง ", "").replace("อ่านฉบับเต็ม ", "").replace("รหัสประกาศ ", ""))]
#[case::without_the_page(full_with(&format!("อ่านฉบับเต็ม {PAGE}\n"), ""))]
#[case::without_a_line_of_the_body(full_with("ผู้ฝ่าฝืนมีโทษปรับไม่เกิน ๒๕,๐๐๐ บาท หรือจำคุกไม่เกิน ๓ เดือน\n", ""))]
#[case::with_an_ellipsis_for_a_line(full_with("ผู้ฝ่าฝืนมีโทษปรับไม่เกิน ๒๕,๐๐๐ บาท หรือจำคุกไม่เกิน ๓ เดือน\n", "…\n"))]
#[case::from_a_phrase_on("ในเขตจังหวัดลำพูน\nรหัสประกาศ REF-7K3M-9QX3".to_owned())]
#[case::from_a_phrase_on_with_an_ellipsis("...ในเขตจังหวัดลำพูน\nรหัสประกาศ REF-7K3M-9QX3".to_owned())]
#[case::up_to_a_word("เรื่อง ห้ามเผาในที่โล่งทุกชนิด\nREF-7K3M-9QX3".to_owned())]
#[case::up_to_a_word_with_an_ellipsis("เรื่อง ห้ามเผาในที่โล่ง…\nREF-7K3M-9QX3".to_owned())]
#[case::up_to_a_digit_with_an_ellipsis("ผู้ฝ่าฝืนมีโทษปรับไม่เกิน ๒๕,๐๐๐...\nREF-7K3M-9QX3".to_owned())]
#[case::one_line_of_the_whole_body("จึงเรียนมาเพื่อโปรดดำเนินการ REF-7K3M-9QX3".to_owned())]
#[case::the_code_alone("ref 7k3m 9qx3".to_owned())]
#[case::copied_on_a_desktop("14:05 สมชาย เรื่อง ห้ามเผาในที่โล่งทุกชนิด ในเขตจังหวัดลำพูน REF-7K3M-9QX3".to_owned())]
fn a_part_of_what_was_shared_is_cut(#[case] heard: String) {
    assert_eq!(compare(&heard), TextVerdict::Cut, "{heard}");
}

#[rstest]
#[case::a_greeting_in_front(format!("เรียนทุกท่าน\n{}", full()))]
#[case::thanks_behind(format!("{}\nขอบคุณครับ", full()))]
#[case::a_face_behind(format!("{} 🙏", full()))]
#[case::a_line_between(full_with("\nผู้ฝ่าฝืน", "\nด่วนมาก\nผู้ฝ่าฝืน"))]
#[case::a_name_too_long_to_be_one(format!("14:05 ขอแจ้งเพิ่มเติมว่าให้ทุกคนมาประชุมด้วย {}", full()))]
#[case::a_name_without_a_time(format!("สมชาย {}", full()))]
#[case::without_the_code(full_with("รหัสประกาศ REF-7K3M-9QX3", ""))]
#[case::with_another_code(full_with("REF-7K3M-9QX3", ShareCode::generate().as_str()))]
#[case::the_code_in_front(format!("REF-7K3M-9QX3 {}", full_with("REF-7K3M-9QX3", "")))]
#[case::twice(full() + &full())]
#[case::must_not_taken_out(full_with("ประกาศห้ามเผา", "ประกาศเผา"))]
#[case::must_not_taken_out_in_front(full_with("เรื่อง ห้ามเผา", "เรื่อง เผา"))]
#[case::not_taken_out(full_with("ไม่อนุญาต", "อนุญาต"))]
#[case::not_taken_out_for_an_ellipsis(full_with("ไม่อนุญาต", "…อนุญาต"))]
#[case::a_phrase_taken_out(full_with(" เว้นแต่ได้รับอนุญาตเป็นหนังสือ", ""))]
#[case::a_phrase_taken_out_for_an_ellipsis(full_with(" เว้นแต่ได้รับอนุญาตเป็นหนังสือ", "…"))]
#[case::the_front_of_a_line_taken_out(full_with("ขอให้อำเภอแจ้งประชาชนว่าไม่อนุญาตให้เผาตอซัง ", ""))]
#[case::lines_in_another_order(full_with("ผู้ฝ่าฝืน", "X").replace("แจ้งเหตุ", "ผู้ฝ่าฝืน").replace('X', "แจ้งเหตุ"))]
#[case::an_amount(full_with("๒๕,๐๐๐", "๒๖,๐๐๐"))]
#[case::an_amount_less_a_nought(full_with("๒๕,๐๐๐", "๒๕,๐๐"))]
#[case::an_amount_without_its_comma(full_with("๒๕,๐๐๐", "๒๕๐๐๐"))]
#[case::a_date(full_with("วันที่ ๑ กุมภาพันธ์", "วันที่ ๒ กุมภาพันธ์"))]
#[case::a_year(full_with("๒๕๖๙", "๒๕๗๐"))]
#[case::a_telephone_number(full_with("๐-๕๓๕๑-๑๑๑๑", "๐-๕๓๕๑-๑๑๑๒"))]
#[case::a_number_of_a_letter(full_with("๑๒๓", "๑๒๔"))]
#[case::a_number_of_a_letter_less_a_digit(full_with("ว ๑๒๓", "ว ๑๒"))]
#[case::another_page(full_with("T0k\n", "T0x\n"))]
#[case::a_page_less_a_letter(full_with("T0k\n", "T0\n"))]
#[case::capitals_for_small_letters(full_with("gcc.example", "GCC.example"))]
#[case::an_ellipsis_where_nothing_is_missing(full_with("\nผู้ฝ่าฝืน", "\n…ผู้ฝ่าฝืน"))]
#[case::two_ellipses(full_with("…", "……"))]
#[case::a_mark_twice(full_with("ที่โล่งทุกชนิด ใน", "ที่โล่\u{e48}งทุกชนิด ใน"))]
#[case::a_sentence_that_begins_after_not("อนุญาตให้เผาตอซัง เว้นแต่ได้รับอนุญาตเป็นหนังสือ REF-7K3M-9QX3".to_owned())]
#[case::up_to_within_an_amount("ผู้ฝ่าฝืนมีโทษปรับไม่เกิน ๒๕ REF-7K3M-9QX3".to_owned())]
#[case::up_to_an_amount_without_its_unit("ผู้ฝ่าฝืนมีโทษปรับไม่เกิน ๒๕,๐๐๐ REF-7K3M-9QX3".to_owned())]
#[case::from_within_a_telephone_number("๑๑๑๑ ต่อ ๑๒ ตลอด ๒๔ ชั่วโมง REF-7K3M-9QX3".to_owned())]
#[case::up_to_within_a_word("เรื่อง ห้ามเผาในที่โล่งทุกช\nREF-7K3M-9QX3".to_owned())]
#[case::nothing(String::new())]
fn whatever_else_is_heard_is_altered(#[case] heard: String) {
    assert_eq!(compare(&heard), TextVerdict::Altered, "{heard}");
}

#[test]
fn a_bulletin_without_body_and_number_is_known_again() {
    let code = code();
    let text = ShareText { document_number: None, body: "", urgency: Urgency::Routine, ..bulletin(&code) };
    assert_eq!(text.compare(&text.full()), TextVerdict::Same);
    assert_eq!(text.compare(&format!("รับทราบ {}", text.full())), TextVerdict::Altered);
}

#[test]
fn a_bulletin_that_names_an_earlier_one_or_itself_is_known_again() {
    let code = code();
    let (earlier, itself) = (ShareCode::generate(), "ref 7k3m 9qx3");
    let body = format!("แก้ไขประกาศ {earlier} แล้ว\nประกาศนี้คือ {itself} ครับ");
    let text = ShareText { body: &body, kind: Kind::Correction, ..bulletin(&code) };
    assert_eq!(text.compare(&text.full()), TextVerdict::Same);
    assert_eq!(text.compare(&text.full().replace(itself, code.as_str())), TextVerdict::Same);
    assert_eq!(text.compare(&text.full().replace(earlier.as_str(), "REF-8888-9999")), TextVerdict::Altered);
    assert_eq!(ShareCode::find(&text.full()), FoundCode::Several(vec![earlier, code.clone()]));
}

#[test]
fn the_longest_texts_are_compared_in_little_time() {
    let code = code();
    let body = "ก ".repeat(9_000);
    let heard = format!("{}ข {code}", "ก ".repeat(2_400));
    let text = ShareText { body: &body, ..bulletin(&code) };
    assert_eq!(text.compare(&heard), TextVerdict::Altered);
}

/// Lines of letters; none has a sign of [`strange`].
fn lines() -> impl Strategy<Value = String> {
    let phrases = vec![
        "ขอให้จังหวัดรายงานผล",
        "ภายในวันที่ ๓๐ มีนาคม ๒๕๖๑",
        "งบประมาณ ๑,๒๕๐,๐๐๐ บาท",
        "ห้ามเข้าพื้นที่โดยไม่ได้รับอนุญาต",
        "โทร. ๐-๒๒๘๓-๔๐๐๐",
        "ผ่านแอปพลิเคชันไลน์ (LINE)",
        "https://example.go.th/a?b=1&c=2",
        "ให้ถือปฏิบัติโดยเคร่งครัด",
    ];
    let line = prop::collection::vec(select(phrases), 1..4).prop_map(|phrases| phrases.join(" "));
    prop::collection::vec(line, 0..7).prop_map(|lines| lines.join("\n"))
}

/// Lines as of [`lines`], of which no two say the same.
fn numbered_lines() -> impl Strategy<Value = String> {
    let number = |(n, line): (usize, &str)| format!("{}) {line}", n + 1);
    lines().prop_map(move |text| text.lines().enumerate().map(number).collect::<Vec<_>>().join("\n"))
}

/// Signs that can be seen and stand nowhere in the texts.
fn strange() -> impl Strategy<Value = char> {
    select(vec!['ฮ', 'ฬ', 'Z', 'w', '!', '*', '"', '๛', '€', '🙏', 'ๆ', '\u{e4c}', '５', '”'])
}

fn insert(text: &str, at: Index, sign: char) -> String {
    let mut signs: Vec<char> = text.chars().collect();
    signs.insert(at.index(signs.len() + 1), sign);
    signs.into_iter().collect()
}

proptest! {
    #[test]
    fn any_cut_at_lines_is_cut(body in numbered_lines(), kept in subsequence((0..12).collect::<Vec<usize>>(), 0..12)) {
        let code = code();
        let text = ShareText { body: &body, ..bulletin(&code) };
        let full = text.full();
        let lines: Vec<&str> = full.lines().collect();
        let last = lines.len() - 1;
        let kept: Vec<usize> = kept.into_iter().filter(|&line| line < last).chain([last]).collect();
        let heard: Vec<&str> = kept.iter().map(|&line| lines[line]).collect();
        let heard = heard.join("\n");
        // without its body, and without its subject as well, it is a form of its own
        let is_short = kept == [0, 1, last - 1, last] || kept == [0, last - 1, last];
        let expected = if kept.len() == lines.len() || is_short { TextVerdict::Same } else { TextVerdict::Cut };
        prop_assert_eq!(text.compare(&heard), expected, "{}", heard);
    }

    #[test]
    fn any_sign_that_is_put_in_alters(body in lines(), at in any::<Index>(), sign in strange()) {
        let code = code();
        let text = ShareText { body: &body, ..bulletin(&code) };
        for form in [text.full(), text.short(1_000).expect("it fits")] {
            let heard = insert(&form, at, sign);
            prop_assert_eq!(text.compare(&heard), TextVerdict::Altered, "{}", heard);
        }
    }

    #[test]
    fn any_sign_that_is_taken_out_of_a_line_alters(body in lines(), at in any::<Index>()) {
        let code = code();
        let text = ShareText { body: &body, ..bulletin(&code) };
        let mut signs: Vec<char> = text.full().chars().collect();
        let at = at.index(signs.len());
        let gone = signs.remove(at);
        let (heard, after): (String, String) = (signs.iter().collect(), signs[at..].iter().collect());
        // the end of the letter may be missing, and a code may have no dashes
        let is_end = after.trim_start().starts_with(['…', '\n']) || after.trim_start().starts_with("อ่านฉบับเต็ม");
        let expected = match text.compare(&heard) {
            TextVerdict::Same => gone.is_whitespace() || (gone == '-' && signs.len() - at < "REF-7K3M-9QX3".len()),
            TextVerdict::Cut => is_end,
            TextVerdict::Altered => !gone.is_whitespace(),
        };
        prop_assert!(expected, "{}", heard);
    }

    #[test]
    fn any_other_digit_alters(body in lines(), at in any::<Index>(), by in 1_u32..10) {
        let code = code();
        let text = ShareText { body: &body, ..bulletin(&code) };
        let mut signs: Vec<char> = text.full().chars().collect();
        let digits: Vec<usize> = (0..signs.len()).filter(|&at| signs[at].is_ascii_digit() || ('๐'..='๙').contains(&signs[at])).collect();
        let place = digits[at.index(digits.len())];
        let digit = plain(signs[place]).to_digit(10).expect("a digit");
        signs[place] = char::from_digit((digit + by) % 10, 10).expect("a digit");
        let heard: String = signs.into_iter().collect();
        prop_assert_eq!(text.compare(&heard), TextVerdict::Altered, "{}", heard);
    }

    #[test]
    fn what_takes_no_room_makes_no_difference(
        body in lines(),
        ats in prop::collection::vec(any::<Index>(), 1..6),
        sign in select(vec![' ', '\n', '\t', '\u{a0}', '\u{3000}', '\u{200b}', '\u{200d}', '\u{200e}', '\u{2060}', '\u{2069}', '\u{feff}']),
    ) {
        let code = code();
        let text = ShareText { body: &body, ..bulletin(&code) };
        let full = text.full();
        let cut = full.split_once('\n').expect("lines").1;
        for (form, verdict) in [(full.as_str(), TextVerdict::Same), (cut, TextVerdict::Cut)] {
            let heard = ats.iter().fold(form.to_owned(), |heard, at| insert(&heard, *at, sign));
            prop_assert_eq!(text.compare(&heard), verdict, "{}", heard);
        }
    }

    #[test]
    fn any_text_is_compared(heard in any::<String>(), body in any::<String>(), like in "[กข .…\nREF7K3M9QX-]{0,60}") {
        let code = code();
        let text = ShareText { body: &body, subject: &like, ..bulletin(&code) };
        for heard in [heard.clone(), format!("{heard}{like}{code}"), format!("14:05 {heard}")] {
            prop_assert!(text.compare(&heard) <= TextVerdict::Altered);
        }
        prop_assert!(!matches!(ShareCode::find(&text.full()), FoundCode::Nothing | FoundCode::Misspelt));
        prop_assert_eq!(text.compare(&text.full()), TextVerdict::Same);
    }
}
