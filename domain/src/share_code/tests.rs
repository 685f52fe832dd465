//! Share codes as people type them, and everything else that they write.

use proptest::prelude::*;
use proptest::sample::select;
use rstest::rstest;

use super::*;
use crate::join_code::{JoinCode, TypedCode};

const CODE: &str = "REF-7K3M-9QX3";

fn code() -> ShareCode {
    CODE.parse().expect("test data")
}

#[rstest]
#[case::as_shown("REF-7K3M-9QX3")]
#[case::small_letters("ref-7k3m-9qx3")]
#[case::mixed_letters("Ref-7K3m-9qX3")]
#[case::without_dashes("REF7K3M9QX3")]
#[case::with_blanks("REF 7K3M 9QX3")]
#[case::with_blanks_and_small("ref 7k3m9qx3")]
#[case::dashes_with_blanks("REF - 7K3M - 9QX3")]
#[case::one_dash("REF7K3M-9QX3")]
#[case::en_dashes("REF–7K3M–9QX3")]
#[case::other_dashes("REF—7K3M−9QX3")]
#[case::points("REF.7K3M.9QX3")]
#[case::thai_digits("REF-๗K๓M-๙QX๓")]
#[case::wide_letters("ＲＥＦ－７Ｋ３Ｍ－９ＱＸ３")]
#[case::unseen_characters("\u{200b}R\u{200d}EF-7K\u{2060}3M\u{200e}-9QX3\u{feff}")]
#[case::marks_of_direction("\u{2068}REF-7K3M-9QX3\u{2069}")]
#[case::glued_to_thai("รหัสประกาศREF-7K3M-9QX3ครับ")]
#[case::in_the_midst("แจ้งทุกท่าน รหัสประกาศ REF-7K3M-9QX3 ขอบคุณครับ")]
#[case::latin_words_around("see REF-7K3M-9QX3 please")]
#[case::in_brackets("(REF-7K3M-9QX3)")]
#[case::before_a_full_stop("ตาม REF-7K3M-9QX3.")]
#[case::over_two_lines("รหัสประกาศ REF-7K3M-\n9QX3")]
#[case::twice("REF-7K3M-9QX3\nref 7k3m 9qx3")]
#[case::beside_a_bank_reference("REF 20260101-1234 ตามประกาศ REF-7K3M-9QX3")]
#[case::beside_a_wrong_one("รหัสประกาศ REF-7K3M-9QX4 แก้เป็น REF-7K3M-9QX3")]
fn a_code_is_found_however_it_is_typed(#[case] typed: &str) {
    assert_eq!(ShareCode::find(typed), FoundCode::One(code()));
}

#[test]
fn a_code_is_found_at_the_end_of_the_longest_text() {
    let text = format!("{}{CODE}", "ประกาศ ".repeat(712));
    assert_eq!(ShareCode::find(&text), FoundCode::One(code()));
}

#[test]
fn different_codes_are_several() {
    let (one, other) = (code(), ShareCode::generate());
    let text = format!("{one} และ {other} และ {one}");
    assert_eq!(ShareCode::find(&text), FoundCode::Several(vec![one, other]));
}

#[rstest]
#[case::a_wrong_sign_alone("REF-7K3M-9QX4")]
#[case::two_signs_changed_places_alone("ref-k73m-9qx3")]
#[case::a_wrong_sign("รหัสประกาศ REF-7K3M-9QX4 ครับ")]
#[case::a_sign_that_no_code_has("REF-7K3M-9QXO")]
#[case::nought("รหัสประกาศ REF-70K3-9QX3")]
#[case::nought_without_dashes("รหัสประกาศ ref 70k3 9qx3")]
#[case::in_one_piece("รหัสประกาศ REF7K3M9QX4")]
#[case::behind_a_colon("รหัสประกาศ: \u{200b}“REF-7K3M-9QX4”")]
#[case::a_sign_missing("รหัสประกาศ REF-7K3-9QX3")]
#[case::a_sign_too_many("รหัสประกาศ REF-7K3MM-9QX3")]
fn a_misspelt_code_is_known_as_one(#[case] typed: &str) {
    assert_eq!(ShareCode::find(typed), FoundCode::Misspelt);
}

#[rstest]
#[case::empty("")]
#[case::the_prefix("REF")]
#[case::the_label("รหัสประกาศ")]
#[case::a_bank_reference("REF 20260101-1234")]
#[case::a_reference_with_a_colon("Ref: ABC123")]
#[case::a_booking("จองตั๋วแล้ว Ref-AB12-CD34 ครับ")]
#[case::an_address_before_the_label("https://example.go.th/ref-2569-news/ ขอรหัสประกาศครับ")]
#[case::a_long_reference("Ref-2026-0001-5521")]
#[case::a_number_of_eight("ref 23456789")]
#[case::a_number_of_eight_alone("REF-2345-6789")]
#[case::words_that_begin_alike("refresh 2569 refugee 2345 reference 23 refund")]
#[case::two_words("ref same next")]
#[case::across_other_words("REF-7K3M แล้ว 9QX3")]
#[case::another_prefix("XEF-7K3M-9QX3")]
#[case::within_a_word("PREF-7K3M-9QX3")]
#[case::a_sign_too_many_in_talk("ที่ REF-7K3M-9QX33 ครับ")]
#[case::a_join_code("GCC-AB2L-EFGH")]
#[case::a_join_code_with_the_prefix("GCC-REF2-AB2L 34")]
fn what_people_write_otherwise_is_no_code(#[case] text: &str) {
    assert_eq!(ShareCode::find(text), FoundCode::Nothing);
}

#[test]
fn only_the_exact_form_is_parsed() {
    assert_eq!(CODE.parse::<ShareCode>().map(|code| code.to_string()), Ok(CODE.to_owned()));
    for text in ["", "REF-", "ref-7k3m-9qx3", "REF7K3M9QX3", "REF-7K3M9QX3", " REF-7K3M-9QX3", "REF-7K3M-9QX4", "REF-ก"]
    {
        assert_eq!(text.parse::<ShareCode>(), Err(BadShareCode), "{text}");
    }
}

#[test]
fn a_code_is_written_as_a_string() {
    assert_eq!(serde_json::to_string(&code()).expect("test data"), format!("\"{CODE}\""));
}

#[test]
fn new_codes_are_all_different_and_found_as_they_are_shown() {
    let mut codes: Vec<ShareCode> = (0..2_000).map(|_| ShareCode::generate()).collect();
    for code in &codes {
        assert_eq!(code.as_str().parse(), Ok(code.clone()));
        assert_eq!(ShareCode::find(&code.to_string().to_lowercase()), FoundCode::One(code.clone()));
        assert_eq!(JoinCode::read(code.as_str(), true), TypedCode::Nothing);
    }
    codes.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    codes.dedup();
    assert_eq!(codes.len(), 2_000);
}

#[test]
fn no_join_code_is_a_share_code() {
    for _ in 0..2_000 {
        let join = JoinCode::generate().to_string();
        for typed in [join.clone(), join.replace('-', ""), join.replace('-', " "), format!("รหัสประกาศ {join} ครับ")]
        {
            assert_eq!(ShareCode::find(&typed), FoundCode::Nothing, "{typed}");
        }
    }
}

/// Every code that has one sign of this one changed, or two neighbours swapped.
fn slips(code: &ShareCode) -> Vec<String> {
    let signs: Vec<char> = code.as_str().chars().collect();
    let places: Vec<usize> = (PREFIX.len() + 1..signs.len()).filter(|&at| signs[at] != '-').collect();
    let mut all = Vec::new();
    for &at in &places {
        for &sign in ALPHABET.iter().filter(|&&sign| char::from(sign) != signs[at]) {
            let mut wrong = signs.clone();
            wrong[at] = char::from(sign);
            all.push(wrong.into_iter().collect());
        }
    }
    for pair in places.windows(2).filter(|pair| signs[pair[0]] != signs[pair[1]]) {
        let mut wrong = signs.clone();
        wrong.swap(pair[0], pair[1]);
        all.push(wrong.into_iter().collect());
    }
    all
}

#[test]
fn every_single_wrong_sign_and_every_swap_of_neighbours_is_noticed() {
    for code in (0..100).map(|_| ShareCode::generate()) {
        for wrong in slips(&code) {
            assert_eq!(wrong.parse::<ShareCode>(), Err(BadShareCode), "{wrong} for {code}");
            assert!(!matches!(ShareCode::find(&wrong), FoundCode::One(_)), "{wrong} for {code}");
        }
    }
}

/// What people say in groups.
fn phrase() -> impl Strategy<Value = String> {
    let said = select(vec![
        "รับทราบครับ",
        "รับทราบค่ะ 🙏",
        "ขอบคุณครับ",
        "ส่งเอกสารแล้วนะคะ",
        "ประชุมพรุ่งนี้ ๐๙.๓๐ น.",
        "ที่ นร ๐๑๐๖/ว ๑๒๓",
        "ที่ มท 0206.2/ว 1620 ลงวันที่ 23 มีนาคม 2561",
        "ขอรหัสประกาศด้วยครับ",
        "รหัสผ่าน wifi คือ gcc2569",
        "เลขที่ประกาศ 45/2569",
        "โทร. 0-2283-4000 ต่อ 1234",
        "081-234-5678",
        "๐๒-๒๒๘๓-๔๐๐๐",
        "https://www.thaigov.go.th/news/contents/details/58321",
        "https://example.go.th/b?ref=AB12CD34",
        "https://example.go.th/ref-2569-news/",
        "https://lin.ee/AbC23dE",
        "GCC-AB2L-EFGH",
        "gcc ab2l efgh",
        "GCC3-ลำพูน-พาณิชย์",
        "REF 20260101-1234",
        "Ref: ABC123",
        "Ref.No. 0156982341",
        "ref no 014329 FT26001",
        "เลขอ้างอิง Ref 2026011412345678",
        "PNR: K7XJ2M TG102",
        "Flight TG 102 BKK-CNX",
        "please refresh 2569",
        "refer to reference 2345",
        "refund data news",
        "REF",
        "ตามหนังสือ ref. ลว. 5 ม.ค. 69",
        "ยอดโอน 1,250.00 บาท",
        "OK ครับ",
        "A4 2 แผ่น",
        "LINE ID: gcc_relay",
    ]);
    let digits = prop::string::string_regex("[0-9๐-๙]{1,12}").expect("test data");
    let booked = prop::string::string_regex("(REF|Ref|ref)[ -]?[0-9]{6,8}[-/ ][0-9]{3,4}").expect("test data");
    let letter = prop::string::string_regex("ที่ (นร|มท|กค) [๐-๙]{4}/ว ?[๐-๙]{1,4}").expect("test data");
    prop_oneof![8 => said.prop_map(str::to_owned), 1 => digits, 1 => booked, 1 => letter]
}

fn chat() -> impl Strategy<Value = String> {
    let between = select(vec![" ", "\n", "", ", ", " - ", "/", " ครับ "]);
    prop::collection::vec((phrase(), between), 1..8)
        .prop_map(|said| said.into_iter().flat_map(|(phrase, between)| [phrase, between.to_owned()]).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn everyday_talk_is_no_code(text in chat()) {
        prop_assert_eq!(ShareCode::find(&text), FoundCode::Nothing, "{}", text);
    }

    #[test]
    fn a_code_within_everyday_talk_is_found(before in chat(), after in chat()) {
        let text = format!("{before}\n“{CODE}”\n{after}");
        prop_assert_eq!(ShareCode::find(&text), FoundCode::One(code()), "{}", text);
        prop_assert_eq!(JoinCode::read(&text, true), TypedCode::Nothing);
    }

    #[test]
    fn any_text_is_read_and_what_is_found_is_found_again(text in any::<String>(), typed in "[REF7K3M9QX3 –-]{0,40}") {
        for text in [text, typed] {
            if let FoundCode::One(code) = ShareCode::find(&text) {
                prop_assert!(code.spell_out(&text).contains(code.as_str()));
                prop_assert_eq!(ShareCode::find(code.as_str()), FoundCode::One(code.clone()));
            }
        }
    }
}
