//! A reminder in a chat of two: what waits, for which groups, until when, with ส่งต่อ as a tap.

use std::fmt::Write as _;

use serde::Serialize as _;

use super::bubble::{FORWARD, INK, LINK, QUIET, band_paint};
use super::flex::{self, Action, Button, Component, Message, Paragraph, Stack};
use crate::domain::bulletin::{Kind, Urgency};
use crate::domain::headline::{marks, subject_line};
use crate::domain::reminder::ReminderStep;
use crate::domain::text::cut_at_word;
use crate::line::limits::ALT_TEXT;

/// So many groups are named; how many more there are is said.
const MOST_NAMED: usize = 30;

/// What a reminder says.
#[derive(Clone, Copy, Debug)]
pub struct Reminder<'a> {
    /// Which it is.
    pub step: ReminderStep,
    /// The bulletin's urgency.
    pub urgency: Urgency,
    /// Its kind.
    pub kind: Kind,
    /// What it is about.
    pub subject: &'a str,
    /// Who sends it.
    pub origin: &'a str,
    /// When it goes on by itself, in words.
    pub release: Option<&'a str>,
    /// The groups that are held, each with its steward's title.
    pub groups: &'a [String],
    /// What a tap on ส่งต่อ sends back; no button without it.
    pub forward: Option<&'a str>,
    /// The bulletin's page for those who forward.
    pub page_url: &'a str,
}

/// The message array of a reminder: one bubble, the same bytes for the same input.
///
/// # Errors
/// None that is known: types as plain as these always serialise.
pub fn render_reminder(reminder: &Reminder<'_>) -> Result<String, serde_json::Error> {
    let band = band(reminder.step);
    let subject = subject_line(reminder.subject);
    let alt = format!("{}: {}{subject}", band, marks(reminder.kind, reminder.urgency));
    let alt_text = cut_at_word(&alt, ALT_TEXT).into_owned();
    let subject = format!("{}{subject}", marks(reminder.kind, reminder.urgency));
    let (origin, groups) = (format!("จาก {}", reminder.origin), list(reminder));
    let release = reminder.release.map(|at| format!("ระบบจะส่งเข้ากลุ่มเองเมื่อ {at}"));
    let mut parts = vec![
        Component::Text(Paragraph::new(&subject, "md", INK).bold()),
        Component::Text(Paragraph::new(&origin, "sm", QUIET)),
        Component::Separator { margin: "lg" },
        Component::Text(Paragraph::new(&groups, "sm", INK)),
    ];
    parts.extend(release.as_deref().map(|text| Component::Text(Paragraph::new(text, "sm", QUIET))));
    let paint = band_paint(reminder.kind, reminder.urgency);
    let word = Paragraph::new(band, "md", paint.ink).bold();
    let bubble = flex::Bubble {
        size: "mega",
        header: Component::Box(Stack::of(vec![Component::Text(word)]).padded("md").on(paint.back)),
        hero: None,
        body: Component::Box(Stack::of(parts).spaced("md")),
        footer: Component::Box(Stack::of(buttons(reminder)).spaced("sm")),
    };
    let messages = [Message::Flex { alt_text: &alt_text, contents: super::alone(bubble) }];
    let mut bytes = Vec::new();
    messages.serialize(&mut serde_json::Serializer::new(&mut bytes))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What it is, in words.
fn band(step: ReminderStep) -> &'static str {
    match step {
        ReminderStep::Half => "แจ้งเตือน: มีประกาศรอท่านส่งต่อ",
        ReminderStep::Deadline => "แจ้งเตือน: ถึงกำหนดส่งต่อประกาศแล้ว",
        ReminderStep::Deputy => "แจ้งเตือนผู้ปฏิบัติหน้าที่แทน: ประกาศเกินกำหนดส่งต่อ",
        ReminderStep::Above => "แจ้งเพื่อติดตาม: หน่วยงานในสังกัดยังไม่ส่งต่อประกาศ",
    }
}

/// The groups, one on a line.
fn list(reminder: &Reminder<'_>) -> String {
    let head = if reminder.step == ReminderStep::Above {
        "ยังไม่ส่งต่อ:"
    } else {
        "กลุ่มที่รอส่งต่อ:"
    };
    let named = reminder.groups.iter().take(MOST_NAMED);
    let mut text = named.fold(head.to_owned(), |text, group| text + "\n• " + group);
    let more = reminder.groups.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        let _ = write!(text, "\nและอีก {more} กลุ่ม");
    }
    text
}

fn buttons<'a>(reminder: &Reminder<'a>) -> Vec<Component<'a>> {
    let mut buttons = Vec::new();
    buttons.extend(reminder.forward.map(|data| {
        let forward = Action::Postback { label: "ส่งต่อ", data };
        Component::Button(Button::new(forward, "primary", FORWARD.back))
    }));
    let label = if reminder.forward.is_some() {
        "ไม่เกี่ยวข้อง / เพิ่มข้อความ"
    } else {
        "ดูสถานะ"
    };
    let page = Action::Uri { label, uri: reminder.page_url.to_owned() };
    buttons.push(Component::Button(Button::new(page, "link", LINK)));
    buttons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::limits;
    use rstest::rstest;

    #[rstest]
    fn a_reminder_keeps_to_the_limits_however_many_are_missing(
        #[values(ReminderStep::Half, ReminderStep::Deadline, ReminderStep::Deputy, ReminderStep::Above)]
        step: ReminderStep,
    ) {
        let groups: Vec<String> = (0..900).map(|n| format!("GCC3-ลำพูน-หน่วยงานที่ {n} · หัวหน้าส่วนราชการ")).collect();
        let reminder = Reminder {
            step,
            urgency: Urgency::MostUrgent,
            kind: Kind::Drill,
            subject: &"การปฏิบัติการสื่อสารงานของรัฐบาล".repeat(8),
            origin: "สำนักนายกรัฐมนตรี",
            release: Some("23 มี.ค. 2561 เวลา 16.30 น."),
            groups: &groups,
            forward: (step != ReminderStep::Above).then_some("fwd:1"),
            page_url: "https://relay.example/waiting/x",
        };
        let body = render_reminder(&reminder).expect("test data");
        assert_eq!(limits::check(body.as_bytes()).expect("test data"), []);
        assert!(body.contains("และอีก 870 กลุ่ม"), "{body}");
    }
}
