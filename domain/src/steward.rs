//! Stewards and deputies: who is on duty in a group, and for how long.
//!
//! The governor is on leave for a week; the duty to forward (letter of 23 March 2561, clause 2) goes on. A deputy is a
//! person or a title, or both, with a telephone number if there is one, from one moment until another. What is built
//! here is bounded and in order of time, so that nobody stands in for ever by mistake.

use std::time::Duration;

use super::text::utf16_len;
use super::thai::trim_unseen;
use super::time::Timestamp;

/// The longest that somebody stands in without being named again.
pub const LONGEST: Duration = Duration::from_hours(24 * 366);
/// The longest name or title, in UTF-16 units.
pub const LONGEST_NAME: usize = 100;
/// The longest telephone number, in characters.
pub const LONGEST_PHONE: usize = 40;

/// Somebody who stands in for a steward for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deputy {
    name: Option<String>,
    title: Option<String>,
    phone: Option<String>,
    from: Timestamp,
    until: Timestamp,
}

/// Why somebody cannot be named as a deputy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDeputy {
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
    #[error("must be a telephone number of at most {LONGEST_PHONE} characters")]
    Phone,
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

impl BadDeputy {
    /// The field that it is about, as forms and the API name it.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Nobody | Self::Name => "name",
            Self::Title => "title",
            Self::Phone => "phone",
            Self::Order | Self::Past | Self::TooLong => "until",
        }
    }
}

impl Deputy {
    /// Checks what was typed; empty texts are none.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the fields.
    pub fn new(
        name: &str,
        title: &str,
        phone: &str,
        from: Timestamp,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Self, Vec<BadDeputy>> {
        let (name, title, phone) = (trimmed(name), trimmed(title), trimmed(phone));
        let mut faults = Vec::new();
        if name.is_none() && title.is_none() {
            faults.push(BadDeputy::Nobody);
        }
        let too_long = |text: &String| utf16_len(text) > LONGEST_NAME || text.chars().any(is_unfit);
        faults.extend(name.as_ref().filter(|name| too_long(name)).map(|_| BadDeputy::Name));
        faults.extend(title.as_ref().filter(|title| too_long(title)).map(|_| BadDeputy::Title));
        faults.extend(phone.as_ref().filter(|phone| !is_phone(phone)).map(|_| BadDeputy::Phone));
        if until <= from {
            faults.push(BadDeputy::Order);
        } else if until <= now {
            faults.push(BadDeputy::Past);
        } else if until > from + LONGEST {
            faults.push(BadDeputy::TooLong);
        }
        if faults.is_empty() { Ok(Self { name, title, phone, from, until }) } else { Err(faults) }
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
    name: Option<String>,
    title: Option<String>,
    phone: Option<String>,
    from: Timestamp,
    until: Option<Timestamp>,
}

impl Term {
    /// Checks what was typed; empty texts are none, and without an end the term lasts until somebody else is named.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the fields.
    pub fn new(
        name: &str,
        title: &str,
        phone: &str,
        from: Timestamp,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Self, Vec<BadDeputy>> {
        // the end is held to rules of its own: offices are held for years
        let mut faults = match Deputy::new(name, title, phone, now, now + Duration::from_secs(1), now) {
            Ok(_) => Vec::new(),
            Err(faults) => faults,
        };
        match until {
            Some(until) if until <= from => faults.push(BadDeputy::Order),
            Some(until) if until <= now => faults.push(BadDeputy::Past),
            _ => {}
        }
        if faults.is_empty() {
            Ok(Self { name: trimmed(name), title: trimmed(title), phone: trimmed(phone), from, until })
        } else {
            Err(faults)
        }
    }

    /// The person.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The title, such as ผู้ว่าราชการจังหวัดลำพูน.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// The telephone number.
    #[must_use]
    pub fn phone(&self) -> Option<&str> {
        self.phone.as_deref()
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

fn trimmed(text: &str) -> Option<String> {
    Some(trim_unseen(text)).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Control characters, and the marks that turn the direction of reading round.
fn is_unfit(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_phone(text: &str) -> bool {
    text.chars().count() <= LONGEST_PHONE
        && text.chars().any(|letter| letter.is_ascii_digit() || ('๐'..='๙').contains(&letter))
        && !text.chars().any(is_unfit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_may_be_open_or_last_for_years_and_is_in_order_of_time() {
        let now = Timestamp::from_second(1_521_763_200);
        let day = Duration::from_hours(24);
        let term = |name: &str, from, until| Term::new(name, "ผู้ว่าราชการจังหวัด", "", from, until, now);
        assert_eq!(term("", now + day, None).map(|term| (term.name().is_none(), term.until())), Ok((true, None)));
        assert!(term(" สมชาย ", now - day, Some(now + day * 365 * 4)).is_ok());
        assert_eq!(term("ก\nข", now, Some(now)), Err(vec![BadDeputy::Name, BadDeputy::Order]));
        assert_eq!(term("", now - day * 2, Some(now - day)), Err(vec![BadDeputy::Past]));
        assert_eq!(Term::new("", " ", "", now, None, now), Err(vec![BadDeputy::Nobody]));
    }

    const DAY: Duration = Duration::from_hours(24);

    fn name(name: &str, title: &str, phone: &str, days: (u32, u32)) -> Result<Deputy, Vec<BadDeputy>> {
        let now = Timestamp::from_second(1_521_763_200);
        let after = |days: u32| now - DAY * 10 + DAY * days;
        Deputy::new(name, title, phone, after(days.0), after(days.1), now)
    }

    #[test]
    fn a_deputy_is_a_person_or_a_title_with_an_end() {
        let deputy = name(" นางสาวสมหญิง ใจดี ", "", "", (10, 17)).expect("a deputy");
        assert_eq!((deputy.name(), deputy.title(), deputy.phone()), (Some("นางสาวสมหญิง ใจดี"), None, None));
        assert!(name("", "รองผู้ว่าราชการจังหวัด", "๐ ๕๓๐๐ ๐๐๐๐ ต่อ ๑", (0, 11)).is_ok(), "it may have begun");
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        assert_eq!(name("", " ", "โทร", (10, 10)), Err(vec![BadDeputy::Nobody, BadDeputy::Phone, BadDeputy::Order]));
        let long = "ก".repeat(101);
        assert_eq!(name(&long, "ก\nข", "1", (0, 5)), Err(vec![BadDeputy::Name, BadDeputy::Title, BadDeputy::Past]));
        assert_eq!(name("ก", "", "", (10, 400)), Err(vec![BadDeputy::TooLong]));
    }
}
