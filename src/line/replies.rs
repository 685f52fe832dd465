//! The account's replies in groups and chats of two: short, in office language.
//!
//! Replies are free of quota and go with the event's reply token. Each function gives a message array
//! ready for [`LineClient::reply`](super::client::LineClient::reply).
//!
//! Called by `relay::inbound`.

use std::fmt::Write as _;

use super::message::plain_text;
use crate::domain::headline::subject_line;
use crate::domain::text::cut_at_word;

/// How much of a subject is told, in UTF-16 units.
const SUBJECT_UNITS: usize = 150;

/// A message array, or the error that plain texts do not raise.
type Reply = Result<Vec<u8>, serde_json::Error>;

/// After a tap on รับทราบ: which bulletin it was. Who tapped is not said, as nothing of a person is kept.
///
/// # Errors
/// As `message::render`: none that is known, here and below.
pub fn thanks(subject: &str) -> Reply {
    let subject = subject_line(subject);
    plain_text(&format!("บันทึกการรับทราบแล้ว ขอขอบคุณ\n{}", cut_at_word(&subject, SUBJECT_UNITS)))
}

/// When the account was added to a group: asks for the join code, since LINE does not tell who added it, and says what the account
/// hears and for how many days it is kept; the page at `heard_url` says more.
///
/// # Errors
/// As [`thanks`].
pub fn join_greeting(days: u64, heard_url: &str) -> Reply {
    plain_text(&format!(
        "บัญชีนี้ใช้แจ้งข้อมูลข่าวสารของทางราชการแบบทางเดียว\n\n\
         โปรดให้ผู้ดูแลกลุ่มพิมพ์รหัสเชื่อมกลุ่มที่ได้รับจากระบบลงในกลุ่มนี้ เพื่อยืนยันว่าเป็นกลุ่มของหน่วยงานใด\n\n\
         ระบบไม่เก็บข้อความสนทนา บันทึกเฉพาะการรับทราบด้วยการกดปุ่มหรือตอบกลับประกาศ และเวลาที่มีผู้ส่งต่อข้อความซึ่งมีรหัสประกาศของทางราชการ \
         โดยใช้รหัสแทนตัวบุคคล ไม่เก็บชื่อและเนื้อความ และลบข้อมูลนี้เมื่อครบประมาณ {days} วัน\n{heard_url}",
    ))
}

/// When a join code was right and the group is linked.
///
/// # Errors
/// As [`thanks`].
pub fn linked(group: &str) -> Reply {
    plain_text(&format!("เชื่อมกลุ่มนี้กับ {group} แล้ว\nบัญชีนี้จะส่งข้อมูลข่าวสารของทางราชการเข้ากลุ่มนี้ต่อไป"))
}

/// When a join code was right and the LINE group belonged to another node, `before`, until now.
///
/// # Errors
/// As [`thanks`].
pub fn linked_elsewhere(group: &str, before: &str) -> Reply {
    plain_text(&format!(
        "เชื่อมกลุ่มนี้กับ {group} แล้ว\nเดิมกลุ่มนี้เชื่อมกับ {before} ซึ่งขณะนี้ไม่มีกลุ่มไลน์แล้ว \
         หากพิมพ์รหัสผิดกลุ่ม โปรดขอรหัสของ {before} จากผู้ดูแลระบบแล้วพิมพ์ลงในกลุ่มนี้อีกครั้ง"
    ))
}

/// In one of LINE's old multi-person chats, which is no group.
///
/// # Errors
/// As [`thanks`].
pub fn room_not_linked() -> Reply {
    plain_text(
        "ห้องสนทนานี้เป็นการแชทหลายคนแบบเดิมของ LINE ซึ่งเชื่อมกับระบบไม่ได้\n\
         โปรดสร้างกลุ่ม LINE เชิญสมาชิกและบัญชีนี้เข้ากลุ่ม แล้วพิมพ์รหัสเชื่อมกลุ่มในกลุ่มนั้น",
    )
}

/// When a join code is not known.
///
/// # Errors
/// As [`thanks`].
pub fn wrong_code() -> Reply {
    plain_text("ไม่พบรหัสเชื่อมกลุ่มนี้ในระบบ โปรดตรวจสอบแล้วพิมพ์อีกครั้ง หรือขอรหัสใหม่จากผู้ดูแลระบบของหน่วยงาน")
}

/// When a join code was right once: it was used, its time is over, or a newer one was made.
///
/// # Errors
/// As [`thanks`].
pub fn expired_code() -> Reply {
    plain_text("รหัสเชื่อมกลุ่มนี้หมดอายุแล้ว โปรดขอรหัสใหม่จากผู้ดูแลระบบของหน่วยงาน แล้วพิมพ์ลงในกลุ่มนี้อีกครั้ง")
}

/// When a code looks like that of a bulletin and is none.
///
/// # Errors
/// As [`thanks`].
pub fn unknown_share_code() -> Reply {
    plain_text("ไม่พบรหัสประกาศนี้ในระบบ โปรดตรวจสอบกับหน่วยงานต้นเรื่องก่อนส่งต่อ")
}

/// When one message bears the codes of several bulletins: none of them is counted.
///
/// # Errors
/// As [`thanks`].
pub fn several_share_codes() -> Reply {
    plain_text("ข้อความนี้มีรหัสประกาศมากกว่าหนึ่งรหัส ระบบจึงไม่บันทึก โปรดส่งต่อครั้งละหนึ่งประกาศ")
}

/// When a bulletin is heard in a LINE group that is linked to none of ours.
///
/// # Errors
/// As [`thanks`].
pub fn not_linked() -> Reply {
    plain_text(
        "กลุ่มนี้ยังไม่ได้เชื่อมกับระบบ จึงยังบันทึกการส่งต่อไม่ได้\n\
         โปรดให้ผู้ดูแลกลุ่มพิมพ์รหัสเชื่อมกลุ่มที่ได้รับจากระบบลงในกลุ่มนี้",
    )
}

/// When a bulletin is heard that was withdrawn.
///
/// # Errors
/// As [`thanks`].
pub fn withdrawn() -> Reply {
    plain_text("ประกาศนี้ถูกยกเลิกแล้ว โปรดงดส่งต่อ")
}

/// When a bulletin is heard of which there is a correction, whose public page is at `read_url`.
///
/// # Errors
/// As [`thanks`].
pub fn corrected(read_url: &str) -> Reply {
    plain_text(&format!("ประกาศนี้มีฉบับแก้ไขแล้ว โปรดใช้ฉบับแก้ไขแทน\n{read_url}"))
}

/// When a bulletin's time is over.
///
/// # Errors
/// As [`thanks`].
pub fn expired_bulletin() -> Reply {
    plain_text("ประกาศนี้พ้นกำหนดแล้ว ระบบจึงไม่ส่งต่อ")
}

/// When somebody added the account as a friend; the code is made on the page at `account_url`.
///
/// # Errors
/// As [`thanks`].
pub fn friend_greeting(account_url: &str) -> Reply {
    plain_text(&format!(
        "บัญชีนี้ใช้แจ้งข้อมูลข่าวสารของทางราชการแบบทางเดียว และไม่ตอบคำถาม\n\n\
         หากท่านเป็นผู้ส่งต่อประกาศหรือผู้ประสานงาน โปรดขอรหัสผูกบัญชีจากหน้า \"บัญชีของฉัน\" แล้วพิมพ์รหัสนั้นในแชทนี้ \
         เพื่อรับการแจ้งเตือน ส่งต่อประกาศ หรือส่งไฟล์ของหน่วยงานได้จาก LINE\n{account_url}"
    ))
}

/// When a binding code was right: `title` is what the account is called, `forwards` whether it forwards by a tap.
///
/// # Errors
/// As [`thanks`].
pub fn bound(title: &str, forwards: bool) -> Reply {
    let follows = if forwards {
        "ท่านกดส่งต่อประกาศจาก LINE ได้ และจะได้รับการแจ้งเตือนเมื่อมีประกาศรอท่านส่งต่อ"
    } else {
        "ท่านจะได้รับการแจ้งเตือนเมื่อมีเรื่องที่ขอให้หน่วยงานของท่านดำเนินการ"
    };
    plain_text(&format!(
        "ผูก LINE นี้กับบัญชี {title} แล้ว\n{follows}\n\
         ท่านส่งภาพ วีดิทัศน์ หรือเอกสาร PDF ของหน่วยงานในแชทนี้ได้ ระบบจะรับไว้เป็นผลงานที่หน่วยงานส่ง \
         หากต้องการยกเลิก ให้ยกเลิกที่หน้า \"บัญชีของฉัน\" หรือบล็อกบัญชีนี้"
    ))
}

/// When a binding code is not known.
///
/// # Errors
/// As [`thanks`].
pub fn unknown_binding_code() -> Reply {
    plain_text("ไม่พบรหัสผูกบัญชีนี้ในระบบ โปรดตรวจสอบแล้วพิมพ์อีกครั้ง หรือขอรหัสใหม่จากหน้า \"บัญชีของฉัน\"")
}

/// When a binding code was right once.
///
/// # Errors
/// As [`thanks`].
pub fn expired_binding_code() -> Reply {
    plain_text("รหัสผูกบัญชีนี้หมดอายุหรือใช้ไปแล้ว โปรดขอรหัสใหม่จากหน้า \"บัญชีของฉัน\"")
}

/// When a binding code was typed in a group, where it binds nobody and works no more.
///
/// # Errors
/// As [`thanks`].
pub fn binding_code_in_group() -> Reply {
    plain_text(
        "รหัสผูกบัญชีใช้ได้ในแชทส่วนตัวกับบัญชีนี้เท่านั้น และรหัสนี้ใช้ไม่ได้แล้วเพราะผู้อื่นในกลุ่มเห็น\n\
         โปรดขอรหัสใหม่จากหน้า \"บัญชีของฉัน\" แล้วพิมพ์ในแชทส่วนตัว",
    )
}

/// When a tap lets a bulletin into groups: so many, with so many members, and so many into which it cannot be sent.
///
/// # Errors
/// As [`thanks`].
pub fn forwarded(groups: i64, people: i64, unlinked: i64) -> Reply {
    let mut text = format!("รับการส่งต่อแล้ว ระบบกำลังส่งประกาศเข้า {groups} กลุ่ม (สมาชิกรวม {people} คน)");
    if unlinked > 0 {
        let _ = write!(text, "\nอีก {unlinked} กลุ่มส่งไม่ได้ เพราะยังไม่ได้เชื่อมกับกลุ่ม LINE");
    }
    plain_text(&text)
}

/// When what is tapped was forwarded before.
///
/// # Errors
/// As [`thanks`].
pub fn forwarded_before() -> Reply {
    plain_text("ประกาศนี้ส่งต่อเข้ากลุ่มของท่านไปก่อนแล้ว ไม่ต้องดำเนินการเพิ่ม")
}

/// When a bound steward taps and nothing is held for them; `page_url` says how it stands.
///
/// # Errors
/// As [`thanks`].
pub fn nothing_to_forward(page_url: &str) -> Reply {
    plain_text(&format!("ขณะนี้ไม่มีกลุ่มของท่านที่รอส่งต่อประกาศนี้ ดูรายละเอียดได้ที่\n{page_url}"))
}

/// When somebody taps who is not bound to an account; stewards can forward at `page_url`.
///
/// # Errors
/// As [`thanks`].
pub fn not_bound(page_url: &str) -> Reply {
    plain_text(&format!("ปุ่มส่งต่อใช้ได้เฉพาะผู้ส่งต่อประกาศที่ผูก LINE กับบัญชีในระบบแล้ว ผู้ส่งต่อประกาศเข้าสู่ระบบเพื่อส่งต่อได้ที่\n{page_url}"))
}

/// When so many files have come in whole and stand at `page_url`, where more can be said about them.
///
/// # Errors
/// As [`thanks`].
pub fn files_received(files: usize, page_url: &str) -> Reply {
    plain_text(&format!("รับไฟล์แล้ว {files} ไฟล์ โปรดเติมรายละเอียดได้ที่\n{page_url}"))
}

/// Why a file that somebody sent is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedFile {
    /// It is nothing that is taken.
    Kind,
    /// It is larger than so many bytes.
    TooLarge(u64),
    /// It is a picture or a video that cannot be shown everywhere.
    NotGood,
    /// LINE could not prepare it.
    NotPrepared,
    /// Whoever sent it has sent so many bytes in 30 days that it would be more than this.
    TooMuch(u64),
    /// Whoever sent it may send nothing for the office any more.
    NotTheirs,
    /// The office cannot take it as it is.
    NotTaken,
}

impl RefusedFile {
    /// In one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::TooLarge(_) => "too_large",
            Self::NotGood => "not_good",
            Self::NotPrepared => "not_prepared",
            Self::TooMuch(_) => "too_much",
            Self::NotTheirs => "not_theirs",
            Self::NotTaken => "not_taken",
        }
    }
}

/// When a file is not taken.
///
/// # Errors
/// As [`thanks`].
pub fn file_refused(why: RefusedFile) -> Reply {
    plain_text(&format!("ไม่สามารถรับไฟล์นี้ได้: {}", say_why(why)))
}

/// When of files that were sent together so many have come in, with the page where more can be said about them, and so many are not taken.
///
/// # Errors
/// As [`thanks`].
pub fn files_refused(received: Option<(usize, &str)>, refused: usize, why: RefusedFile) -> Reply {
    let why = say_why(why);
    plain_text(&match received {
        Some((files, page_url)) => {
            format!("รับไฟล์แล้ว {files} ไฟล์ โปรดเติมรายละเอียดได้ที่\n{page_url}\n\nอีก {refused} ไฟล์ไม่สามารถรับได้: {why}")
        }
        None => format!("ไม่สามารถรับไฟล์ {refused} ไฟล์ที่ส่งมาได้: {why}"),
    })
}

fn say_why(why: RefusedFile) -> String {
    match why {
        RefusedFile::Kind => "รับได้เฉพาะภาพ JPEG หรือ PNG วีดิทัศน์ MP4 และเอกสาร PDF".to_owned(),
        RefusedFile::TooLarge(most) => format!("ไฟล์มีขนาดเกิน {} MB", most / 1_000_000),
        RefusedFile::NotGood => "ภาพหรือวีดิทัศน์นี้เปิดไม่ได้ในทุกเครื่อง โปรดแปลงเป็น JPEG, PNG หรือ MP4 แล้วส่งอีกครั้ง".to_owned(),
        RefusedFile::NotPrepared => "LINE เตรียมไฟล์นี้ไม่สำเร็จ โปรดส่งอีกครั้ง".to_owned(),
        RefusedFile::TooMuch(most) => {
            format!("บัญชีนี้ส่งไฟล์ครบปริมาณที่กำหนดแล้ว (ไม่เกิน {} MB ใน 30 วัน)", most / 1_000_000)
        }
        RefusedFile::NotTheirs => "บัญชีของท่านไม่มีสิทธิส่งผลงานของหน่วยงานนี้แล้ว โปรดติดต่อผู้ดูแลระบบของหน่วยงาน".to_owned(),
        RefusedFile::NotTaken => "ระบบยังรับผลงานของหน่วยงานไม่ได้ โปรดส่งที่หน้าเว็บ หรือติดต่อผู้ดูแลระบบ".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::limits;

    #[test]
    fn every_reply_keeps_to_the_limits() {
        for reply in [
            thanks(&"การปฏิบัติการสื่อสารงานของรัฐบาล".repeat(10)),
            join_greeting(400, "https://relay.example/heard"),
            linked("GCC3-ลำพูน-พาณิชย์"),
            linked_elsewhere("GCC3-ลำพูน-พาณิชย์", "GCC3-ลำพูน-เกษตร"),
            room_not_linked(),
            wrong_code(),
            expired_code(),
            unknown_share_code(),
            several_share_codes(),
            not_linked(),
            withdrawn(),
            corrected("https://relay.example/b/abcdefghijklmnopqrstuv"),
            expired_bulletin(),
            friend_greeting("https://relay.example/account"),
            bound("ผู้ว่าราชการจังหวัดลำพูน", true),
            bound("ผู้ประสานงานจังหวัดลำพูน", false),
            unknown_binding_code(),
            expired_binding_code(),
            binding_code_in_group(),
            forwarded(2, 80, 0),
            forwarded(0, 0, 1),
            forwarded_before(),
            nothing_to_forward("https://relay.example/waiting/x"),
            not_bound("https://relay.example/waiting/x"),
            files_received(3, "https://relay.example/submissions/01a22a27-46dd-7fd6-8325-775d7230bccc"),
            file_refused(RefusedFile::Kind),
            file_refused(RefusedFile::TooLarge(100_000_000)),
            file_refused(RefusedFile::NotGood),
            file_refused(RefusedFile::NotPrepared),
            file_refused(RefusedFile::TooMuch(2_000_000_000)),
            files_refused(None, 3, RefusedFile::NotTheirs),
            files_refused(
                Some((4, "https://relay.example/submissions/01a22a27-46dd-7fd6-8325-775d7230bccc")),
                1,
                RefusedFile::NotTaken,
            ),
        ] {
            assert_eq!(limits::check(&reply.expect("test data")).expect("test data"), []);
        }
    }

    #[test]
    fn a_linked_group_is_named() {
        let reply = String::from_utf8(linked("GCC3-ลำพูน-พาณิชย์").expect("test data")).expect("test data");
        assert!(reply.starts_with(r#"[{"type":"text","text":"เชื่อมกลุ่มนี้กับ GCC3-ลำพูน-พาณิชย์ แล้ว\n"#), "{reply}");
    }
}
