//! What somebody is told in the chat of two of what an office has to do by a day: which bulletin asks what, until when, and where it is
//! answered.
//!
//! Called by `relay::reminder_bodies`.

use std::fmt::Write as _;

use super::message::plain_text;
use crate::domain::reminder::ReminderStep;
use crate::domain::text::cut_at_word;

/// So many offices are named; how many more there are is said.
const MOST_NAMED: usize = 30;
/// So much of what is asked is repeated, for each request.
const LONGEST_REQUEST: usize = 250;

/// What is told.
#[derive(Clone, Copy, Debug)]
pub struct RequestNote<'a> {
    /// Which it is.
    pub step: ReminderStep,
    /// What the bulletin is about.
    pub subject: &'a str,
    /// The last day, in words.
    pub last_day: &'a str,
    /// What is asked.
    pub asked: &'a [String],
    /// The offices that have not answered; told to the office above.
    pub missing: &'a [String],
    /// Where it is answered, or looked over.
    pub page_url: &'a str,
}

/// The message array: one text, the same bytes for the same input.
///
/// # Errors
/// None that is known: a text always serialises.
pub fn render_request(note: &RequestNote<'_>) -> serde_json::Result<String> {
    let head = match note.step {
        ReminderStep::Half => "แจ้งเตือน: มีเรื่องที่ขอให้หน่วยงานของท่านดำเนินการ",
        ReminderStep::Deadline => "แจ้งเตือน: ถึงกำหนดดำเนินการแล้ว",
        ReminderStep::Deputy => "แจ้งเตือนผู้ปฏิบัติหน้าที่แทน: เกินกำหนดดำเนินการแล้ว",
        ReminderStep::Above => "แจ้งเพื่อติดตาม: หน่วยงานในสังกัดยังไม่ดำเนินการ",
    };
    let mut text = format!("{head}\n\nเรื่อง {}\nภายในวันที่ {}", cut_at_word(note.subject, LONGEST_REQUEST), note.last_day);
    for asked in note.asked {
        let _ = write!(text, "\n{}", cut_at_word(asked, LONGEST_REQUEST));
    }
    if note.step == ReminderStep::Above {
        text.push_str("\n\nยังไม่ตอบ:");
        for office in note.missing.iter().take(MOST_NAMED) {
            let _ = write!(text, "\n• {}", cut_at_word(office, 60));
        }
        let more = note.missing.len().saturating_sub(MOST_NAMED);
        if more > 0 {
            let _ = write!(text, "\nและอีก {more} หน่วยงาน");
        }
    }
    let _ = write!(text, "\n\n{}", note.page_url);
    Ok(String::from_utf8_lossy(&plain_text(&text)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::limits;
    use rstest::rstest;

    #[rstest]
    fn a_note_keeps_to_the_limits_however_much_is_asked_of_however_many(
        #[values(ReminderStep::Half, ReminderStep::Deadline, ReminderStep::Deputy, ReminderStep::Above)]
        step: ReminderStep,
    ) {
        let asked: Vec<String> = (1..=10).map(|no| format!("{no}. {}", "รายงานผลการจัดตั้งกลุ่ม".repeat(40))).collect();
        let missing: Vec<String> = (0..900).map(|n| format!("สำนักงานพาณิชย์จังหวัดที่ {n} {}", "ยาว".repeat(80))).collect();
        let note = RequestNote {
            step,
            subject: &"การปฏิบัติการสื่อสารงานของรัฐบาล".repeat(9),
            last_day: "๒๖ มีนาคม ๒๕๖๑",
            asked: &asked,
            missing: &missing,
            page_url: "https://relay.example/requests?office=lamphun",
        };
        let body = render_request(&note).expect("test data");
        assert_eq!(limits::check(body.as_bytes()).expect("test data"), []);
        assert_eq!(body.contains("และอีก 870 หน่วยงาน"), step == ReminderStep::Above);
        assert!(body.contains("๒๖ มีนาคม ๒๕๖๑") && body.contains("/requests?office=lamphun"), "{body}");
    }
}
