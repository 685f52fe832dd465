//! Stewards and deputies: who is on duty in a group, and for how long.
//!
//! The governor is on leave for a week; the duty to forward (letter of 23 March 2561, clause 2) goes on. A deputy is a
//! person or a title, or both, with a telephone number if there is one, from one moment until another. What is built
//! here is bounded and in order of time, so that nobody stands in for ever by mistake.

use std::time::Duration;

use super::phone::{self, BadWrittenPhone};
use super::text::{is_forbidden, utf16_len};
use super::thai::trim_unseen;
use super::time::Timestamp;

/// The longest that somebody stands in without being named again.
pub const LONGEST: Duration = Duration::from_hours(24 * 366);
/// The longest name or title, in UTF-16 units.
pub const LONGEST_NAME: usize = 100;

/// Who does a duty: a person or a title, or both, with a telephone number if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    name: Option<String>,
    title: Option<String>,
    phone: Option<String>,
}

/// Why somebody cannot be named for a duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDuty {
    /// Neither a name nor a title.
    #[error("needs a name or a title")]
    Nobody,
    /// The name does not fit.
    #[error("must be one line of at most {LONGEST_NAME} characters")]
    Name,
    /// The title does not fit.
    #[error("must be one line of at most {LONGEST_NAME} characters")]
    Title,
    /// The telephone number is none.
    #[error(transparent)]
    Phone(BadWrittenPhone),
    /// The end is not after the beginning.
    #[error("must lie after the beginning")]
    Order,
    /// The end has passed already.
    #[error("must lie in the future")]
    Past,
    /// Longer than a year.
    #[error("must lie within a year of the beginning")]
    TooLong,
}

impl BadDuty {
    /// The field that it is about, as forms and the API name it.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Nobody | Self::Name => "name",
            Self::Title => "title",
            Self::Phone(_) => "phone",
            Self::Order | Self::Past | Self::TooLong => "until",
        }
    }
}

impl Person {
    /// Checks what was typed; empty texts are none.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the fields.
    pub fn new(name: &str, title: &str, phone: &str) -> Result<Self, Vec<BadDuty>> {
        let (name, title, phone) = (trimmed(name), trimmed(title), trimmed(phone));
        let mut faults = Vec::new();
        if name.is_none() && title.is_none() {
            faults.push(BadDuty::Nobody);
        }
        let is_bad = |text: &String| utf16_len(text) > LONGEST_NAME || text.chars().any(is_forbidden);
        faults.extend(name.as_ref().filter(|name| is_bad(name)).map(|_| BadDuty::Name));
        faults.extend(title.as_ref().filter(|title| is_bad(title)).map(|_| BadDuty::Title));
        faults.extend(phone.as_deref().and_then(|phone| phone::check_written(phone).err()).map(BadDuty::Phone));
        if faults.is_empty() { Ok(Self { name, title, phone }) } else { Err(faults) }
    }

    /// The person.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The title, such as รองผู้ว่าราชการจังหวัดลำพูน.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// The telephone number.
    #[must_use]
    pub fn phone(&self) -> Option<&str> {
        self.phone.as_deref()
    }
}

/// Somebody who stands in for a steward for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deputy {
    person: Person,
    from: Timestamp,
    until: Timestamp,
}

impl Deputy {
    /// Checks who is to stand in (what [`Person::new`] gave), and when.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the fields.
    pub fn new(
        person: Result<Person, Vec<BadDuty>>,
        from: Timestamp,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Self, Vec<BadDuty>> {
        let bad_end = match until {
            until if until <= from => Some(BadDuty::Order),
            until if until <= now => Some(BadDuty::Past),
            until if until > from + LONGEST => Some(BadDuty::TooLong),
            _ => None,
        };
        Ok(Self { person: put_together(person, bad_end)?, from, until })
    }

    /// Who stands in.
    #[must_use]
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// From when.
    #[must_use]
    pub fn from(&self) -> Timestamp {
        self.from
    }

    /// Until when; not at that moment any more.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.until
    }
}

/// Somebody who is the steward, or the standing deputy, from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    person: Person,
    from: Timestamp,
    until: Option<Timestamp>,
}

impl Term {
    /// Checks who is to be on duty (what [`Person::new`] gave), and when; without an end the term lasts until somebody else is named,
    /// and with one it may last for years, as offices do.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the fields.
    pub fn new(
        person: Result<Person, Vec<BadDuty>>,
        from: Timestamp,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Self, Vec<BadDuty>> {
        let bad_end = match until {
            Some(until) if until <= from => Some(BadDuty::Order),
            Some(until) if until <= now => Some(BadDuty::Past),
            _ => None,
        };
        Ok(Self { person: put_together(person, bad_end)?, from, until })
    }

    /// Who is on duty.
    #[must_use]
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// From when.
    #[must_use]
    pub fn from(&self) -> Timestamp {
        self.from
    }

    /// Until when; not at that moment any more.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        self.until
    }
}

/// The person, or all that is wrong with person and end.
fn put_together(person: Result<Person, Vec<BadDuty>>, bad_end: Option<BadDuty>) -> Result<Person, Vec<BadDuty>> {
    match (person, bad_end) {
        (Ok(person), None) => Ok(person),
        (Ok(_), Some(bad)) => Err(vec![bad]),
        (Err(faults), bad) => Err(faults.into_iter().chain(bad).collect()),
    }
}

fn trimmed(text: &str) -> Option<String> {
    Some(trim_unseen(text)).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_may_be_open_or_last_for_years_and_is_in_order_of_time() {
        let now = Timestamp::from_second(1_521_763_200);
        let day = Duration::from_hours(24);
        let term = |name: &str, from, until| Term::new(Person::new(name, "ผู้ว่าราชการจังหวัด", ""), from, until, now);
        assert_eq!(
            term("", now + day, None).map(|term| (term.person().name().is_none(), term.until())),
            Ok((true, None))
        );
        assert!(term(" สมชาย ", now - day, Some(now + day * 365 * 4)).is_ok());
        assert_eq!(term("ก\nข", now, Some(now)), Err(vec![BadDuty::Name, BadDuty::Order]));
        assert_eq!(term("", now - day * 2, Some(now - day)), Err(vec![BadDuty::Past]));
        assert_eq!(Term::new(Person::new("", " ", ""), now, None, now), Err(vec![BadDuty::Nobody]));
    }

    const DAY: Duration = Duration::from_hours(24);

    fn name(name: &str, title: &str, phone: &str, days: (u32, u32)) -> Result<Deputy, Vec<BadDuty>> {
        let now = Timestamp::from_second(1_521_763_200);
        let after = |days: u32| now - DAY * 10 + DAY * days;
        Deputy::new(Person::new(name, title, phone), after(days.0), after(days.1), now)
    }

    #[test]
    fn a_deputy_is_a_person_or_a_title_with_an_end() {
        let deputy = name(" นางสาวสมหญิง ใจดี ", "", "", (10, 17)).expect("a deputy");
        let person = deputy.person();
        assert_eq!((person.name(), person.title(), person.phone()), (Some("นางสาวสมหญิง ใจดี"), None, None));
        assert!(name("", "รองผู้ว่าราชการจังหวัด", "๐ ๕๓๐๐ ๐๐๐๐ ต่อ ๑", (0, 11)).is_ok(), "it may have begun");
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        assert_eq!(
            name("", " ", "โทร", (10, 10)),
            Err(vec![BadDuty::Nobody, BadDuty::Phone(BadWrittenPhone::NoDigit), BadDuty::Order])
        );
        let long = "ก".repeat(101);
        assert_eq!(name(&long, "ก\nข", "1", (0, 5)), Err(vec![BadDuty::Name, BadDuty::Title, BadDuty::Past]));
        let lost = BadDuty::Phone(BadWrittenPhone::ZeroDropped);
        assert_eq!(name("ก", "", "812345678", (10, 17)), Err(vec![lost]), "as the tree file has it");
        assert_eq!(name("ก", "", "", (10, 400)), Err(vec![BadDuty::TooLong]));
    }
}
