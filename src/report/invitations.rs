//! Invitations of stewards as a file: who, with which user name, and the link that sets the password. It holds secrets
//! and is made once, in the answer to whoever asked for it.

use serde::{Deserialize, Serialize};

use super::Table;

/// One invitation as it is handed out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// The name to sign in with.
    pub username: String,
    /// The title of whom it is for.
    pub name: String,
    /// The office.
    pub office: String,
    /// The link; a secret.
    pub link: String,
}

impl std::fmt::Debug for Slip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slip").field("username", &self.username).finish_non_exhaustive()
    }
}

/// The table of invitations that work until `until`.
#[must_use]
pub fn to_table(slips: &[Slip], until: &str) -> Table {
    let mut table = Table::new(["ชื่อผู้ใช้", "ตำแหน่ง", "หน่วยงาน", "ลิงก์ตั้งรหัสผ่าน", "ลิงก์ใช้ได้ถึง"]);
    for slip in slips {
        table.push([slip.username.as_str(), &slip.name, &slip.office, &slip.link, until]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_tells_its_link_to_the_file_and_to_no_log() {
        let slip = Slip {
            username: "lamphun".to_owned(),
            name: "=ผู้ว่าราชการจังหวัดลำพูน".to_owned(),
            office: "จังหวัดลำพูน".to_owned(),
            link: "https://gcc.example/welcome/secret".to_owned(),
        };
        assert!(!format!("{slip:?}").contains("secret"));
        let file = to_table(&[slip], "1 ม.ค. 2570").to_csv().expect("in memory");
        let file = String::from_utf8(file).expect("text");
        assert!(file.contains("lamphun,'=ผู้ว่าราชการจังหวัดลำพูน,จังหวัดลำพูน,https://gcc.example/welcome/secret"), "{file}");
    }
}
