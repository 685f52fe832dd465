//! The script of a loudspeaker: a bulletin in plain Thai to be read aloud, with how long that takes.
//!
//! Whoever reads at a village's tower has one sheet in the hand and no time to think what มท. stands for or how 0-5351-1192 is
//! said. So abbreviations, names and codes in Latin letters, dates, times, amounts and numbers are written out as they are
//! spoken (`spoken`), and what kind of
//! message it is comes first in words: a drill is said to be one before anything else.

mod abbreviations;
mod latin;
mod numbers;
mod spoken;

use super::bulletin::{Kind, Urgency};
use super::text::words;

pub use spoken::speak;

/// How many words are read in a second over a loudspeaker: slowly, as the echo of a village is waited for.
const WORDS_A_SECOND: usize = 2;

/// What a script is made of.
#[derive(Clone, Copy, Debug)]
pub struct ScriptSource<'a> {
    /// What it is.
    pub kind: Kind,
    /// How soon to act.
    pub urgency: Urgency,
    /// Who speaks.
    pub origin: &'a str,
    /// What it is about.
    pub subject: &'a str,
    /// What it says.
    pub body: &'a str,
}

/// What is read aloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// In order.
    pub paragraphs: Vec<String>,
    /// How long it takes to read it once.
    pub seconds: usize,
}

impl Script {
    /// The script of a bulletin.
    #[must_use]
    pub fn of(source: &ScriptSource<'_>) -> Self {
        let mut paragraphs = Vec::new();
        paragraphs.extend(warning(source.kind).map(str::to_owned));
        let call = match source.urgency {
            Urgency::Routine => String::new(),
            urgency => format!(" เรื่อง{}", urgency.thai()),
        };
        paragraphs.push(format!("ประกาศจาก {}{call}", speak(source.origin)));
        paragraphs.push(format!("เรื่อง {}", speak(source.subject)));
        paragraphs.extend(source.body.lines().map(speak).filter(|line| !line.is_empty()));
        // said again at the end, for whoever began to listen in the middle
        paragraphs.extend(warning(source.kind).map(str::to_owned));
        paragraphs.push("จบประกาศ".to_owned());
        let spoken = paragraphs.iter().flat_map(|paragraph| words(paragraph));
        let spoken = spoken.filter(|word| word.chars().any(char::is_alphanumeric)).count();
        Self { seconds: spoken.div_ceil(WORDS_A_SECOND), paragraphs }
    }
}

/// What has to be said before anything else.
fn warning(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::News | Kind::Digest => None,
        Kind::Correction => Some("ข้อความต่อไปนี้เป็นประกาศแก้ไข ให้ใช้แทนประกาศฉบับเดิม"),
        Kind::Withdrawal => Some("ข้อความต่อไปนี้เป็นการยกเลิกประกาศฉบับเดิม"),
        Kind::Test => Some("ข้อความต่อไปนี้เป็นการทดสอบระบบ ไม่ใช่ประกาศจริง"),
        Kind::Drill => Some("ข้อความต่อไปนี้เป็นการฝึกซ้อม ไม่ใช่เหตุการณ์จริง"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: ScriptSource<'_> = ScriptSource {
        kind: Kind::News,
        urgency: Urgency::MostUrgent,
        origin: "สปน.",
        subject: "การประชุม ครม.",
        body: "๑. ให้ผวจ. แจ้ง อปท.\n\nโทร. ๐-๕๓๕๑-๑๑๙๒",
    };

    #[test]
    fn a_script_says_who_speaks_what_about_and_that_it_has_ended() {
        let script = Script::of(&SOURCE);
        assert_eq!(
            script.paragraphs,
            [
                "ประกาศจาก สำนักงานปลัดสำนักนายกรัฐมนตรี เรื่องด่วนที่สุด",
                "เรื่อง การประชุม คณะรัฐมนตรี",
                "ข้อหนึ่ง ให้ ผู้ว่าราชการจังหวัด แจ้ง องค์กรปกครองส่วนท้องถิ่น",
                "โทรศัพท์ ศูนย์ ห้าสามห้าหนึ่ง หนึ่งหนึ่งเก้าสอง",
                "จบประกาศ",
            ]
        );
        assert!((10..60).contains(&script.seconds), "{}", script.seconds);
    }

    #[test]
    fn a_drill_is_said_to_be_one_at_the_beginning_and_at_the_end() {
        for kind in [Kind::Drill, Kind::Test, Kind::Correction, Kind::Withdrawal] {
            let script = Script::of(&ScriptSource { kind, ..SOURCE });
            let warning = warning(kind).expect("a warning");
            let said = &script.paragraphs;
            assert_eq!((said[0].as_str(), said[said.len() - 2].as_str()), (warning, warning));
        }
    }
}
