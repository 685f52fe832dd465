//! What a steward is told in the chat of two of a LINE group in trouble: what was found, and what to do about it.
//!
//! Called by `relay::reminder_bodies`.

use super::message::plain_text;

/// What is told of a group.
#[derive(Clone, Copy, Debug)]
pub struct AlertNote<'a> {
    /// The group's name in the tree.
    pub group: &'a str,
    /// What was found.
    pub trouble: GroupTrouble<'a>,
    /// The page of the group's settings, where the alert and the join code are.
    pub page_url: &'a str,
}

/// What was found of a LINE group.
#[derive(Clone, Copy, Debug)]
pub enum GroupTrouble<'a> {
    /// It is called otherwise.
    Renamed {
        /// Its name before.
        before: &'a str,
        /// Its name now.
        now: &'a str,
    },
    /// It lost many members.
    Shrunk {
        /// How many there were.
        before: &'a str,
        /// How many there are.
        now: &'a str,
    },
    /// The account is not in it any more.
    Lost {
        /// Since when, in words.
        since: &'a str,
    },
}

/// The message array: one text, the same bytes for the same input.
///
/// # Errors
/// None that is known: a text always serialises.
pub fn render_alert(note: &AlertNote<'_>) -> serde_json::Result<String> {
    let (found, todo) = match note.trouble {
        GroupTrouble::Renamed { before, now } => (
            format!("กลุ่ม LINE เปลี่ยนชื่อจาก “{before}” เป็น “{now}”"),
            "โปรดตรวจสอบว่ายังเป็นกลุ่มของหน่วยงาน หากไม่ใช่ โปรดเชื่อมกลุ่มที่ถูกต้องแทน",
        ),
        GroupTrouble::Shrunk { before, now } => {
            (format!("สมาชิกในกลุ่ม LINE ลดลงจาก {before} คน เหลือ {now} คน"), "โปรดตรวจสอบว่าผู้ที่ต้องรับประกาศยังอยู่ในกลุ่มนี้ครบถ้วน")
        }
        GroupTrouble::Lost { since } => (
            format!("บัญชีทางการไม่อยู่ในกลุ่ม LINE นี้แล้ว ตั้งแต่ {since} ประกาศจึงส่งเข้ากลุ่มไม่ได้"),
            "โปรดเชิญบัญชีทางการเข้ากลุ่ม แล้วพิมพ์รหัสเชื่อมกลุ่มซึ่งขอได้จากหน้าด้านล่าง",
        ),
    };
    let (group, page_url) = (note.group, note.page_url);
    let bytes = plain_text(&format!("แจ้งเตือน: โปรดตรวจสอบกลุ่ม {group}\n\n{found}\n{todo}\n{page_url}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::limits;
    use rstest::rstest;

    #[rstest]
    #[case(GroupTrouble::Renamed { before: "กลุ่มเดิม", now: "กลุ่มใหม่" }, "จาก “กลุ่มเดิม” เป็น “กลุ่มใหม่”")]
    #[case(GroupTrouble::Shrunk { before: "120", now: "41" }, "ลดลงจาก 120 คน เหลือ 41 คน")]
    #[case(GroupTrouble::Lost { since: "๒๓ มี.ค. ๒๕๖๑" }, "ไม่อยู่ในกลุ่ม LINE นี้แล้ว")]
    fn an_alert_says_what_was_found_within_the_limits(#[case] trouble: GroupTrouble<'_>, #[case] said: &str) {
        let note =
            AlertNote {
                group: "GCC2-จังหวัดลำพูน", trouble, page_url: "https://relay.example/groups/lpn/settings"
            };
        let body = render_alert(&note).expect("test data");
        assert_eq!(limits::check(body.as_bytes()).expect("test data"), []);
        assert!(body.contains(said) && body.contains("/groups/lpn/settings"), "{body}");
    }
}
