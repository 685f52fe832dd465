//! Coordinators, ผู้ประสานงาน: whom an office appoints to send and receive what is to be spread (letter of March 2561, clause 2).
//!
//! The form of that letter asks for nine things, and nothing else is kept of the person: the office; name and surname;
//! position and affiliation; telephone and mobile number; e-mail address and LINE ID. The last four are [`Contacts`]: they are kept
//! sealed, shown to the own chain only, and erased some time after the post has ended.

mod file;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::email::{BadEmail, EmailAddress};
use super::ids::CoordinatorId;
use super::phone::{BadPhone, PhoneNumber};
use super::text::{BadText, FormEntry};
use super::thai::trim_unseen;

pub use file::{CoordinatorColumn, FileFault, FileReason, FileRow, MOST_ROWS, parse};

/// How an office's reply came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "coordinator_source", rename_all = "snake_case")]
pub enum CoordinatorSource {
    /// The form on the page.
    Web,
    /// The REST API.
    Api,
    /// A file with many of them.
    Csv,
    /// A letter on paper, keyed in.
    Paper,
    /// A fax, keyed in.
    Fax,
    /// An e-mail, keyed in.
    Email,
}

impl CoordinatorSource {
    /// Those of which somebody who keys a reply in can say that it came so.
    pub const KEYED_IN: [Self; 4] = [Self::Web, Self::Paper, Self::Fax, Self::Email];

    /// The word used in the API and in forms.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Api => "api",
            Self::Csv => "csv",
            Self::Paper => "paper",
            Self::Fax => "fax",
            Self::Email => "email",
        }
    }
}

/// What the form says besides the office, as it was typed.
#[derive(Clone, Copy, Debug, Default)]
pub struct FormInput<'a> {
    /// ชื่อ
    pub first_name: &'a str,
    /// นามสกุล
    pub last_name: &'a str,
    /// ตำแหน่ง
    pub position: &'a str,
    /// สังกัด
    pub affiliation: &'a str,
    /// เบอร์โทรศัพท์
    pub telephone: &'a str,
    /// มือถือ
    pub mobile: &'a str,
    /// E-mail
    pub email: &'a str,
    /// ID Line
    pub line_id: &'a str,
}

/// What the form says of the person besides how to reach them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// ชื่อ
    pub first_name: String,
    /// นามสกุล
    pub last_name: String,
    /// ตำแหน่ง
    pub position: String,
    /// สังกัด
    pub affiliation: Option<String>,
}

/// How to reach the person: personal data that few may see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contacts {
    /// เบอร์โทรศัพท์, in its normal form.
    pub telephone: Option<PhoneNumber>,
    /// มือถือ
    pub mobile: Option<PhoneNumber>,
    /// E-mail
    pub email: Option<EmailAddress>,
    /// ID Line: what people type to find each other in the app, not the id that LINE gives.
    pub line_id: Option<String>,
}

impl Contacts {
    /// What they are sealed as.
    #[must_use]
    pub fn sealed_as(id: CoordinatorId) -> String {
        format!("coordinator/{id}/contacts")
    }
}

/// What is wrong with one blank of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEntry {
    /// The text.
    #[error(transparent)]
    Text(#[from] BadText),
    /// The telephone number.
    #[error(transparent)]
    Phone(#[from] BadPhone),
    /// The e-mail address.
    #[error(transparent)]
    Email(#[from] BadEmail),
    /// There is no way to reach the person.
    #[error("is needed, or a mobile number, an e-mail address or a LINE ID")]
    Unreachable,
}

impl BadEntry {
    /// The same for people who read Thai.
    #[must_use]
    pub fn thai(self) -> String {
        match self {
            Self::Text(bad) => bad.thai(),
            Self::Phone(bad) => bad.thai().to_owned(),
            Self::Email(bad) => bad.thai().to_owned(),
            Self::Unreachable => "โปรดระบุช่องทางติดต่ออย่างน้อย ๑ ช่องทาง (โทรศัพท์ มือถือ อีเมล หรือไอดีไลน์)".to_owned(),
        }
    }
}

/// A blank of the form that is filled in wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryFault {
    /// Which, as the API and forms name it.
    pub column: CoordinatorColumn,
    /// What is wrong with it.
    pub why: BadEntry,
}

impl fmt::Display for EntryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.column.name(), self.why)
    }
}

impl FormInput<'_> {
    /// What it means.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the form.
    pub fn read(&self) -> Result<(Person, Contacts), Vec<EntryFault>> {
        use CoordinatorColumn as C;
        let mut faults = Vec::new();
        let first_name = note(&mut faults, C::FirstName, required(self.first_name));
        let last_name = note(&mut faults, C::LastName, required(self.last_name));
        let position = note(&mut faults, C::Position, required(self.position));
        let affiliation = note(&mut faults, C::Affiliation, optional(self.affiliation));
        let telephone = note(&mut faults, C::Telephone, phone(self.telephone));
        let mobile = note(&mut faults, C::Mobile, mobile(self.mobile));
        let email = note(&mut faults, C::Email, email(self.email));
        let line_id = note(&mut faults, C::LineId, optional(self.line_id));
        let given = [self.telephone, self.mobile, self.email, self.line_id];
        if given.iter().all(|text| trim_unseen(text).is_empty()) {
            faults.push(EntryFault { column: C::Telephone, why: BadEntry::Unreachable });
        }
        match (first_name, last_name, position) {
            (Some(first_name), Some(last_name), Some(position)) if faults.is_empty() => Ok((
                Person { first_name, last_name, position, affiliation: affiliation.flatten() },
                Contacts {
                    telephone: telephone.flatten(),
                    mobile: mobile.flatten(),
                    email: email.flatten(),
                    line_id: line_id.flatten(),
                },
            )),
            _ => Err(faults),
        }
    }
}

fn note<T>(faults: &mut Vec<EntryFault>, column: CoordinatorColumn, read: Result<T, BadEntry>) -> Option<T> {
    read.map_err(|why| faults.push(EntryFault { column, why })).ok()
}

fn required(text: &str) -> Result<String, BadEntry> {
    Ok(text.parse::<FormEntry>()?.into())
}

fn optional(text: &str) -> Result<Option<String>, BadEntry> {
    if trim_unseen(text).is_empty() { Ok(None) } else { required(text).map(Some) }
}

fn phone(text: &str) -> Result<Option<PhoneNumber>, BadEntry> {
    if trim_unseen(text).is_empty() { Ok(None) } else { Ok(Some(text.parse()?)) }
}

fn mobile(text: &str) -> Result<Option<PhoneNumber>, BadEntry> {
    Ok(phone(text)?.map(PhoneNumber::mobile).transpose()?)
}

fn email(text: &str) -> Result<Option<EmailAddress>, BadEntry> {
    if trim_unseen(text).is_empty() { Ok(None) } else { Ok(Some(text.parse()?)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILLED: FormInput<'_> = FormInput {
        first_name: " สมชาย ",
        last_name: "ใจดี",
        position: "นักวิชาการพาณิชย์ชำนาญการ",
        affiliation: "",
        telephone: "๐-๕๓๕๑-๑๑๙๒ ต่อ ๑๒",
        mobile: "๐๘๑ ๒๓๔ ๕๖๗๘",
        email: "somchai@example.go.th",
        line_id: "somchai.j",
    };

    #[test]
    fn the_form_is_read_into_its_normal_forms() {
        let (person, contacts) = FILLED.read().expect("nothing is wrong with it");
        assert_eq!((person.first_name.as_str(), person.affiliation), ("สมชาย", None));
        let numbers = [contacts.telephone, contacts.mobile].map(|number| number.map(String::from));
        assert_eq!(numbers, [Some("0-5351-1192 ต่อ 12".to_owned()), Some("081-234-5678".to_owned())]);
    }

    #[test]
    fn everything_that_is_wrong_is_told_in_the_order_of_the_form() {
        let input = FormInput { last_name: "", telephone: "1567", email: "x", ..FILLED };
        let columns: Vec<&str> = input.read().expect_err("faults").iter().map(|fault| fault.column.name()).collect();
        assert_eq!(columns, ["last_name", "telephone", "email"]);
    }

    #[test]
    fn somebody_who_cannot_be_reached_is_no_coordinator() {
        let input = FormInput { telephone: "", mobile: " ", email: "", line_id: "", ..FILLED };
        let faults = input.read().expect_err("no way to reach");
        assert_eq!(faults, [EntryFault { column: CoordinatorColumn::Telephone, why: BadEntry::Unreachable }]);
    }

    #[test]
    fn sealed_contacts_are_read_as_they_were_written() {
        let (_, contacts) = FILLED.read().expect("nothing is wrong with it");
        let text = serde_json::to_string(&contacts).expect("plain");
        assert_eq!(serde_json::from_str::<Contacts>(&text).expect("the same"), contacts);
    }
}
