//! Keeps what bears a secrecy class out of LINE.
//!
//! The classes are those of the Rule on Official Secrets B.E. 2544, clause 12: ลับที่สุด, ลับมาก, ลับ
//! (and ปกปิด on papers that are older). Nothing classified may be sent, so publishing asks
//! [`secrecy_class`] about the subject, the body and the names of attachments and refuses what it finds.
//!
//! It is a guard against a mistake, not against intent. A class is looked for as a word of its own, with
//! the words found by dictionary in the normal form of the text, so that no odd mark or zero-width character hides it: กลับ, หลับ and ลับแล are other words, and ความลับ (a secret) or
//! ลงคะแนนลับ (a secret ballot) are no class. In doubt it refuses: rewording costs a minute.
//!
//! - ลับมาก and ลับที่สุด count anywhere, also with a space or a hyphen inside (`ลับ-มาก`).
//! - Letters set apart by spaces, as headings like to be, make the word that they spell (`ลั บ ที่ สุ ด`).
//! - ลับ counts where it stands alone, beside an urgency word, or after the name of a document (เอกสารลับ).
//! - ปกปิด, TOP SECRET, SECRET and CONFIDENTIAL count only as a line of their own, since the words are
//!   common in running text.

use unicode_segmentation::UnicodeSegmentation as _;

use super::text::words;
use super::thai::normal_form;

/// A secrecy class; the greater is the more secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// ปกปิด, before B.E. 2544.
    Restricted,
    /// ลับ.
    Confidential,
    /// ลับมาก.
    Secret,
    /// ลับที่สุด.
    TopSecret,
}

impl Class {
    /// The word that a paper bears.
    #[must_use]
    pub fn thai(self) -> &'static str {
        match self {
            Self::Restricted => "ปกปิด",
            Self::Confidential => "ลับ",
            Self::Secret => "ลับมาก",
            Self::TopSecret => "ลับที่สุด",
        }
    }

    /// The word in English.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::Restricted => "RESTRICTED",
            Self::Confidential => "CONFIDENTIAL",
            Self::Secret => "SECRET",
            Self::TopSecret => "TOP SECRET",
        }
    }
}

/// The word all three classes are made of.
const LAP: &str = "ลับ";

/// Names of papers: after one of them ลับ is its class.
const PAPERS: [&str; 13] =
    ["เอกสาร", "หนังสือ", "ข้อความ", "ข่าว", "ข่าวสาร", "ข้อมูล", "บันทึก", "คำสั่ง", "รายงาน", "เรื่อง", "ราชการ", "ชั้น", "ประเภท"];

/// Words that end an urgency class; ลับ is often stamped right behind it.
const URGENCY_ENDS: [&str; 2] = ["ด่วน", "ที่สุด"];

/// Words that make another word together with a ลับ before them: ลับหลัง, ลับสมอง, ลับๆ and so on.
const MAKE_ANOTHER: [&str; 8] = ["หลัง", "ลวง", "ล่อ", "สมอง", "คม", "มีด", "แล", "ๆ"];

/// Words that make another word together with a ลับ after them: ความลับ, เคล็ดลับ and so on.
const MADE_ANOTHER: [&str; 4] = ["ความ", "เคล็ด", "ลึก", "ลี้"];

/// Words that turn a มาก or ที่สุด before them into another word: มากมาย, มากกว่า, ที่สุดยอด.
const MAKE_LONGER: [&str; 5] = ["มาย", "กว่า", "ขึ้น", "ยอด", "ท้าย"];

/// The highest secrecy class that `text` bears, if any.
#[must_use]
pub fn secrecy_class(text: &str) -> Option<Class> {
    let spelled = normal_form(text);
    let lines = spelled.lines().filter_map(class_of_line).max();
    // closed up before and after: some signs come apart into a blank and a mark
    let closed = [close_up(text), close_up(&spelled)];
    closed.iter().map(|text| thai_class(text)).max().flatten().max(thai_class(&spelled)).max(lines)
}

fn thai_class(text: &str) -> Option<Class> {
    let tokens: Vec<&str> = words(text).collect();
    (0..tokens.len()).filter_map(|at| class_at(&tokens, at)).max()
}

/// The text with the spaces gone between Thai letters that stand alone, each with its marks. They go before the whole is
/// brought into the normal form, which takes a space before `า` for a part of `ำ`.
fn close_up(text: &str) -> String {
    let mut closed = String::with_capacity(text.len());
    for line in text.lines() {
        let mut alone_before = true;
        for piece in line.split_whitespace().map(normal_form).filter(|piece| !piece.is_empty()) {
            let alone = piece.graphemes(true).count() == 1 && is_thai_word(&piece);
            if !(alone && alone_before) {
                closed.push(' ');
            }
            closed.push_str(&piece);
            alone_before = alone;
        }
        closed.push('\n');
    }
    normal_form(&closed)
}

/// The class that the word at `at` stands for.
fn class_at(tokens: &[&str], at: usize) -> Option<Class> {
    if tokens[at] != LAP || is_part_of_another(tokens, at) {
        return None;
    }
    degree(&tokens[at + 1..]).or_else(|| bears_plain(tokens, at).then_some(Class::Confidential))
}

/// มาก or ที่สุด next, at most a hyphen and the spaces around it further on.
fn degree(rest: &[&str]) -> Option<Class> {
    let between = rest.iter().take(3).take_while(|token| [" ", "-"].contains(token)).count();
    let rest = &rest[between..];
    let (class, rest) = match rest {
        ["มาก", rest @ ..] => (Class::Secret, rest),
        ["ที่สุด", rest @ ..] | ["ที่", "สุด", rest @ ..] => (Class::TopSecret, rest),
        _ => return None,
    };
    let longer = rest.first().is_some_and(|next| MAKE_LONGER.contains(next));
    (!longer).then_some(class)
}

/// Whether the ลับ at `at` only belongs to a longer word, which no class follows.
fn is_part_of_another(tokens: &[&str], at: usize) -> bool {
    let after = tokens[at + 1..].iter().find(|token| !token.trim().is_empty());
    if after.is_some_and(|after| MAKE_ANOTHER.contains(after)) {
        return true;
    }
    match tokens[..at] {
        // ชั้นความลับมาก: a heading and its value run together
        [.., "ชั้น", "ความ"] => degree(&tokens[at + 1..]).is_none(),
        [.., before] => MADE_ANOTHER.contains(&before) || may_begin_longer(before),
        [] => false,
    }
}

/// Whether the last letter of the word before may belong to this one, as in ขอกลับ, which the dictionary
/// takes apart as ขอก and ลับ: then it is กลับ, หลับ or สลับ, unless the word before is a paper (บันทึกลับ).
fn may_begin_longer(before: &str) -> bool {
    before.ends_with(['ก', 'ห', 'ส']) && !PAPERS.contains(&before)
}

/// Whether a plain ลับ at `at` is a marking: alone, beside an urgency word, or after a paper's name.
fn bears_plain(tokens: &[&str], at: usize) -> bool {
    let (before, after) = (tokens[..at].last(), tokens.get(at + 1));
    let open_before = before.is_none_or(|token| !is_thai_word(token));
    let open_after = after.is_none_or(|token| !is_thai_word(token) || ["ด่วน", "เฉพาะ"].contains(token));
    let stamped = before.is_some_and(|token| URGENCY_ENDS.contains(token));
    let paper = before.is_some_and(|token| PAPERS.contains(token)) && !names_registrar(&tokens[..at]);
    paper || (open_after && (open_before || stamped))
}

/// นายทะเบียนข้อมูลข่าวสารลับ is an officer, not a paper.
fn names_registrar(before: &[&str]) -> bool {
    before.iter().rev().take(4).any(|token| token.ends_with("ทะเบียน"))
}

fn is_thai_word(token: &str) -> bool {
    token.chars().any(|letter| matches!(letter, 'ก'..='\u{0e3a}' | 'เ'..='\u{0e4e}'))
}

/// The class that a line consists of, whatever brackets, dashes or colours of type surround it.
fn class_of_line(line: &str) -> Option<Class> {
    let line = line.trim_matches(|letter: char| !letter.is_alphanumeric()).to_uppercase();
    let words: Vec<&str> =
        line.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    match words.strip_prefix(&["CLASSIFICATION"]).unwrap_or(&words) {
        ["TOP", "SECRET"] => Some(Class::TopSecret),
        ["SECRET"] => Some(Class::Secret),
        ["CONFIDENTIAL"] => Some(Class::Confidential),
        _ if line == Class::Restricted.thai() => Some(Class::Restricted),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("ลับ", Class::Confidential)]
    #[case("ลับมาก", Class::Secret)]
    #[case("ลับที่สุด", Class::TopSecret)]
    #[case("[ลับที่สุด]", Class::TopSecret)]
    #[case("(ลับ)", Class::Confidential)]
    #[case("ชั้นความลับ: ลับมาก", Class::Secret)]
    #[case("ชั้นความลับ ลับ", Class::Confidential)]
    #[case("ชั้นความลับมาก", Class::Secret)]
    #[case("ลับ-มาก", Class::Secret)]
    #[case("ลับ มาก", Class::Secret)]
    #[case("ลับ\u{200b}มาก", Class::Secret)]
    #[case("ลับ\u{feff}\u{a0}มาก", Class::Secret)]
    #[case("ลับ – มาก", Class::Secret)]
    #[case("ล\u{f710}บมาก", Class::Secret)]
    #[case("ล \u{e31}บ", Class::Confidential)]
    #[case("ล\u{e31}\u{e31}บ", Class::Confidential)]
    #[case("ลับท\u{e48}\u{e35}ส\u{f718}ด", Class::TopSecret)]
    #[case("ลับที \u{e48}ส\u{ad}ุด", Class::TopSecret)]
    #[case("ลั บ", Class::Confidential)]
    #[case("ลั บ ม า ก", Class::Secret)]
    #[case("ลั \u{200b} บ", Class::Confidential)]
    #[case("ลั บ\u{b8} ม", Class::Confidential)]
    #[case("เรื่อง การประชุม\nลั บ ที่ สุ ด\nเนื้อหา", Class::TopSecret)]
    #[case("เ อ ก ส า ร ลั บ ม า ก", Class::Secret)]
    #[case("ＴＯＰ\u{3000}ＳＥＣＲＥＴ", Class::TopSecret)]
    #[case("ป\u{200d}กปิด", Class::Restricted)]
    #[case("ด่วนที่สุด ลับ", Class::Confidential)]
    #[case("ด่วนที่สุดลับ", Class::Confidential)]
    #[case("ด่วนที่สุดลับมาก", Class::Secret)]
    #[case("ลับที่สุดด่วนที่สุด", Class::TopSecret)]
    #[case("ลับ ด่วนมาก", Class::Confidential)]
    #[case("ลับเฉพาะ", Class::Confidential)]
    #[case("เอกสารลับ", Class::Confidential)]
    #[case("บันทึกลับ", Class::Confidential)]
    #[case("หนังสือลับของจังหวัด", Class::Confidential)]
    #[case("ขอส่งข้อมูลข่าวสารลับมาเพื่อทราบ", Class::Confidential)]
    #[case("หนังสือนี้เป็นเอกสารลับมาก", Class::Secret)]
    #[case("ลับ\nที่ มท ๐๒๐๖.๒/ว ๑๖๒๐\nเรื่อง การประชุม", Class::Confidential)]
    #[case("ลับ และต่อมาคือ ลับที่สุด", Class::TopSecret)]
    #[case("ขอส่งหนังสือลับที่สุดมาเพื่อโปรดพิจารณา", Class::TopSecret)]
    #[case("ชั้นความเร็ว ด่วนที่สุด ชั้นความลับ ลับ", Class::Confidential)]
    #[case("๑. ลับ ๒. ทั่วไป", Class::Confidential)]
    #[case("-ลับ-", Class::Confidential)]
    #[case("ชั้นลับ", Class::Confidential)]
    #[case("ปกปิด", Class::Restricted)]
    #[case("TOP SECRET", Class::TopSecret)]
    #[case("เรื่อง การประชุม\n- Secret -\nเนื้อหา", Class::Secret)]
    #[case("Classification: CONFIDENTIAL", Class::Confidential)]
    #[case("//TOP-SECRET//", Class::TopSecret)]
    fn a_class_as_such_is_found(#[case] text: &str, #[case] class: Class) {
        assert_eq!(secrecy_class(text), Some(class), "{:?}", words(text).collect::<Vec<_>>());
    }

    #[rstest]
    #[case("การสื่อสารงานของรัฐบาล")]
    #[case("ขอให้ส่งแบบตอบกลับภายในวันที่ ๒๖ มีนาคม ๒๕๖๑")]
    #[case("ประชาชนเดินทางกลับมากที่สุดในรอบปี")]
    #[case("ผู้ป่วยกลับมากขึ้น")]
    #[case("ให้พักหลับนอนตามปกติ")]
    #[case("หลับในขณะขับรถ")]
    #[case("ปลูกพืชสลับกับการเลี้ยงสัตว์")]
    #[case("ให้สลับวันทำงาน")]
    #[case("สลับที่สุดท้าย")]
    #[case("อำเภอลับแล จังหวัดอุตรดิตถ์")]
    #[case("ลับแล")]
    #[case("เคล็ดลับการดูแลสุขภาพ")]
    #[case("เคล็ดลับที่สุดยอด")]
    #[case("อย่าพูดลับหลังผู้อื่น")]
    #[case("กิจกรรมลับสมองประลองปัญญา")]
    #[case("ระเบียบว่าด้วยการรักษาความลับของทางราชการ พ.ศ. ๒๕๔๔")]
    #[case("ชั้นความลับ: ไม่มี")]
    #[case("แนวทางการกำหนดชั้นความลับ")]
    #[case("มีความลับมากมาย")]
    #[case("ความลับ")]
    #[case("ออกเสียงลงคะแนนโดยตรงและลับ")]
    #[case("การลงคะแนนลับ")]
    #[case("เมืองลึกลับที่สุด")]
    #[case("ลักลอบกระทำการลับ ๆ ล่อ ๆ")]
    #[case("เรื่องลับ ๆ ของวงการ")]
    #[case("ข่าวลับลวงพราง")]
    #[case("ค้นพบประตูลับในโบราณสถาน")]
    #[case("สืบจากสายลับ")]
    #[case("ตั้งรหัสลับสำหรับเข้าระบบ")]
    #[case("จัดกำลังพลผลัดเปลี่ยนกลับที่ตั้ง")]
    #[case("แต่งตั้งนายทะเบียนข้อมูลข่าวสารลับ")]
    #[case("ห้ามปกปิดข้อเท็จจริง")]
    #[case("Keep your password secret and your data confidential")]
    #[case("Secretariat")]
    #[case("ก ลั บ ม า ก ที่ สุ ด")]
    #[case("ก ข ค ง มาตรา ๑ ก ข")]
    #[case("ข้อมูลส่วนบุคคล (confidential) ต้องคุ้มครอง")]
    #[case("")]
    fn another_word_is_no_class(#[case] text: &str) {
        assert_eq!(secrecy_class(text), None, "{:?}", words(text).collect::<Vec<_>>());
    }

    #[test]
    fn words_that_end_in_the_same_letters_are_safe_after_any_verb() {
        for before in ["ส่ง", "ตอบ", "เดินทาง", "ขอ", "ให้", "จะ", "ได้", "นำ", "ย้อน", "นอน", "พ", "เอกสาร", "หนังสือ", "ด่วน"]
        {
            for word in ["กลับ", "หลับ", "สลับ"] {
                for after in ["", "มาก", "มา", "ที่สุด", " มาก", "ไป"] {
                    let text = format!("{before}{word}{after}");
                    assert_eq!(secrecy_class(&text), None, "{:?}", words(&text).collect::<Vec<_>>());
                }
            }
        }
    }
}
