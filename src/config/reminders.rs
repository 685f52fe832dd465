//! When whoever is bound in LINE and has to forward is reminded.

use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::Time;
use serde::Deserialize;

use super::check::Check;
use super::relay::PushAfter;
use crate::domain::office_hours::{OfficeHours, parse_holidays};

const MINUTE: Duration = Duration::from_mins(1);
const LONGEST: Duration = Duration::from_hours(30 * 24);
/// The days that are known when the program is built.
const HOLIDAYS: &str = include_str!("../../config/holidays.csv");

/// Reminders to stewards.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reminders {
    /// Whether any go out.
    pub enabled: bool,
    /// When offices open, in Bangkok.
    pub opens: Time,
    /// When they close.
    pub closes: Time,
    /// A list of holidays in place of the one in the program.
    pub holidays_file: Option<PathBuf>,
    /// The time that a steward has where nothing goes on by itself.
    pub deadline: PushAfter,
}

impl Reminders {
    /// When offices are open; the list of holidays was read when the settings were checked, and one that is gone since counts as none.
    #[must_use]
    pub fn hours(&self) -> OfficeHours {
        let holidays = self.read_holidays().unwrap_or_default();
        OfficeHours { opens: self.opens, closes: self.closes, holidays }
    }

    fn read_holidays(&self) -> Result<std::collections::BTreeSet<jiff::civil::Date>, String> {
        let text = match &self.holidays_file {
            Some(path) => std::fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"))?,
            None => HOLIDAYS.to_owned(),
        };
        parse_holidays(&text).map_err(|error| format!("is no list of holidays: {error}"))
    }

    pub(super) fn check(&self, check: &mut Check) {
        check.require("relay.reminders.closes", self.opens < self.closes, "must be later than relay.reminders.opens");
        if let Err(fault) = self.read_holidays() {
            check.require("relay.reminders.holidays_file", false, fault);
        }
        let spans = [
            ("relay.reminders.deadline.routine", self.deadline.routine),
            ("relay.reminders.deadline.urgent", self.deadline.urgent),
            ("relay.reminders.deadline.very_urgent", self.deadline.very_urgent),
            ("relay.reminders.deadline.most_urgent", self.deadline.most_urgent),
        ];
        for (key, span) in spans {
            check.require_duration(key, span, 2 * MINUTE..=LONGEST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_list_in_the_program_is_one() {
        let days = parse_holidays(HOLIDAYS).expect("a list");
        assert!(days.contains(&date(2026, 12, 31)) && days.contains(&date(2027, 12, 6)) && days.len() > 30);
    }
}
