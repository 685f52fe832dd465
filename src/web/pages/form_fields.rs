//! What several forms ask for in the same way: an office, a role, a day, a name; with what is wrong told in words.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;

use super::form_state::{Choice, FormErrors};
use crate::domain::account::Role;
use crate::domain::text::{BadText, Label};
use crate::domain::thai::{BadDate, compare_form, from_bangkok, normal_form, to_bangkok, trim_unseen};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{BadDay, BadTime, Bound, parse_day};
use crate::store::offices::{Office, search_offices};
use crate::store::{Connection, StoreError};
use crate::web::people::Visitor;
use crate::web::ui::label::Label as _;
use crate::web::words::{Language, Words, capital};

/// Offices offered where what was typed fits several.
const OFFERED: i64 = 20;

/// What an office field means.
#[derive(Clone, Debug)]
pub enum OfficeChoice {
    /// Nothing was typed.
    Empty,
    /// This one.
    One(Office),
    /// One of these; the first of very many.
    Several(Vec<Office>),
    /// None in reach.
    Absent,
}

/// Finds the office that somebody typed, by its code or a part of its name, within `scope`.
pub async fn choose_office(
    db: &mut Connection,
    scope: Option<&[i32]>,
    typed: &str,
) -> Result<OfficeChoice, StoreError> {
    let typed = trim_unseen(typed);
    if typed.is_empty() {
        return Ok(OfficeChoice::Empty);
    }
    // what no office's name can hold is not looked for
    if typed.len() > 600 || typed.contains('\0') {
        return Ok(OfficeChoice::Absent);
    }
    let mut found = search_offices(db, scope, typed, OFFERED).await?;
    Ok(match found.len() {
        0 => OfficeChoice::Absent,
        1 => OfficeChoice::One(found.remove(0)),
        _ if found[0].code == normal_form(typed) => OfficeChoice::One(found.remove(0)),
        _ => {
            let form = compare_form(typed);
            let mut called_so = found.iter().enumerate().filter(|(_, office)| compare_form(&office.name) == form);
            match (called_so.next(), called_so.next()) {
                (Some((at, _)), None) => OfficeChoice::One(found.swap_remove(at)),
                _ => OfficeChoice::Several(found),
            }
        }
    })
}

/// An office field: macro `office`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OfficeField {
    /// An office's code, or a part of its name.
    #[serde(rename = "office")]
    pub typed: String,
    /// The code of the office that was chosen of several.
    #[serde(rename = "office_pick")]
    pub picked: String,
    /// Of which one is to be chosen.
    #[serde(skip)]
    pub offered: Vec<Office>,
}

impl OfficeField {
    /// What the field means.
    pub async fn choose(&self, db: &mut Connection, scope: Option<&[i32]>) -> Result<OfficeChoice, StoreError> {
        choose_office(db, scope, if self.picked.is_empty() { &self.typed } else { &self.picked }).await
    }

    /// The office in which somebody of `role` is to work, which is none for the whole tree; or nothing, and what is
    /// wrong is added.
    pub async fn read(
        &mut self,
        db: &mut Connection,
        visitor: &Visitor,
        role: Option<Role>,
        errors: &mut FormErrors,
    ) -> Result<Option<Option<Office>>, StoreError> {
        let t = visitor.words;
        let scope = visitor.caller.scope.groups();
        let sentence = match self.choose(db, scope).await? {
            OfficeChoice::One(office) => return Ok(Some(Some(office))),
            OfficeChoice::Empty if scope.is_some() => t.say("accounts-office-own"),
            OfficeChoice::Empty if role.is_some_and(Role::needs_office) => t.say("accounts-office-needed"),
            OfficeChoice::Empty => return Ok(Some(None)),
            OfficeChoice::Several(offices) => {
                self.offered = offices;
                t.say("accounts-office-several")
            }
            OfficeChoice::Absent => t.say("accounts-office-absent"),
        };
        errors.add("office", sentence);
        Ok(None)
    }
}

/// The role called so.
///
/// # Errors
/// The sentence to show by the field.
pub fn read_role(t: Words, typed: &str) -> Result<Role, String> {
    Role::ALL.into_iter().find(|role| role.as_str() == typed).ok_or_else(|| t.say("accounts-role-needed"))
}

/// All roles, of which `chosen` is one.
pub fn role_choices(t: Words, chosen: &str) -> Vec<Choice> {
    Role::ALL.into_iter().map(|role| Choice::of(role.as_str(), role.word(t), chosen)).collect()
}

/// These choices behind one that does not narrow.
pub fn with_any(t: Words, mut choices: Vec<Choice>) -> Vec<Choice> {
    choices.insert(0, Choice::none(t.say("accounts-any")));
    choices
}

/// What an account or key is called, or what is wrong with it in words.
///
/// # Errors
/// The sentence to show by the field.
pub fn read_label(t: Words, typed: &str) -> Result<Label, String> {
    typed.parse().map_err(|fault| say_fault(t, fault))
}

fn say_fault(t: Words, fault: BadText) -> String {
    match t.language {
        Language::Thai => fault.thai(),
        Language::English => fault.to_string(),
    }
}

/// A day as a form sends it (`2026-08-01`) or a letter writes it (`๑ สิงหาคม ๒๕๖๙`); nothing where nothing was typed.
///
/// # Errors
/// The sentence to show by the field.
pub fn read_day(t: Words, typed: &str, bound: Bound, now: Timestamp) -> Result<Option<Date>, String> {
    let typed = normal_form(typed);
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    parse_day(typed, bound, now).map(Some).map_err(|bad| match (&bad, t.language) {
        (BadDay::Iso(BadTime::DayShape) | BadDay::Words(BadDate::Shape | BadDate::Month), _) => {
            t.say("accounts-days-unreadable")
        }
        (bad, Language::Thai) => bad.thai(),
        (bad, Language::English) => capital(&bad.to_string()),
    })
}

/// The first moment of a day in Bangkok.
#[must_use]
pub fn begin_of(day: Date) -> Option<Timestamp> {
    from_bangkok(day.at(0, 0, 0, 0)).ok()
}

/// The moment after the last of a day in Bangkok.
#[must_use]
pub fn end_of(day: Date) -> Option<Timestamp> {
    begin_of(day.checked_add(1.day()).ok()?)
}

/// The day on which something begins, as a form wants it.
#[must_use]
pub fn day_of(begin: Timestamp) -> String {
    to_bangkok(begin).date().to_string()
}

/// The last day of something that ends just before `end`, as a form wants it.
#[must_use]
pub fn last_day_before(end: Timestamp) -> String {
    day_of(Timestamp::from_microsecond(end.as_microsecond() - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_forms_and_letters_write_it() {
        let day = jiff::civil::date(2026, 8, 1);
        let now = begin_of(day).expect("a moment");
        let read = |typed| read_day(Words::in_language(Language::English), typed, Bound::Begin, now);
        for typed in ["2026-08-01", "๒๐๒๖-๐๘-๐๑", " ๑ สิงหาคม ๒๕๖๙ ", "1 ส.ค. 2569"]
        {
            assert_eq!(read(typed), Ok(Some(day)), "{typed}");
        }
        assert_eq!(read(" "), Ok(None));
        for typed in ["soon", "2026-13-01", "\0", "<b>", "9999999-01-01", "1900-01-01", "2100-01-01"] {
            assert!(read(typed).is_err(), "{typed}");
        }
        let era = read("2569-08-01").expect_err("of the other era");
        assert_eq!(era, "2569 is a year of the Buddhist era: 2026-08-01?");
    }

    #[test]
    fn the_last_day_counts_whole() {
        let day = jiff::civil::date(2026, 8, 1);
        let (begin, end) = (begin_of(day).expect("a moment"), end_of(day).expect("a moment"));
        assert_eq!(begin.to_string(), "2026-07-31T17:00:00Z");
        assert_eq!(end.since(begin).as_secs(), 86_400);
        assert_eq!((day_of(begin), last_day_before(end)), ("2026-08-01".to_owned(), "2026-08-01".to_owned()));
    }
}
