//! Checks values against their bounds, and puts what is wrong into words.

use std::ops::RangeInclusive;
use std::time::Duration;

use figment::Figment;
use figment::error::{Error, Kind};

use super::duration::show;
use super::{Problem, Problems};

/// Collects the problems of all sections, so that they are told at once and not one per start.
pub(super) struct Check<'a> {
    figment: &'a Figment,
    problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    pub(super) fn new(figment: &'a Figment) -> Self {
        Self { figment, problems: Vec::new() }
    }

    pub(super) fn into_problems(self) -> Problems {
        Problems(self.problems)
    }

    /// Notes `fault`, the rest of a sentence that begins with the key, unless `fine`.
    pub(super) fn require(&mut self, key: &str, fine: bool, fault: impl Into<String>) {
        if !fine {
            self.problems.push(Problem { key: key.into(), origin: origin_of(self.figment, key), fault: fault.into() });
        }
    }

    /// A duration within bounds.
    pub(super) fn require_duration(&mut self, key: &str, value: Duration, bounds: RangeInclusive<Duration>) {
        let fault = format!("must lie between {} and {}", show(*bounds.start()), show(*bounds.end()));
        self.require(key, bounds.contains(&value), fault);
    }

    /// A whole number within bounds.
    pub(super) fn require_count(&mut self, key: &str, value: u32, bounds: RangeInclusive<u32>) {
        let fault = format!("must lie between {} and {}", bounds.start(), bounds.end());
        self.require(key, bounds.contains(&value), fault);
    }

    /// A part of a whole, 0 to `most`.
    pub(super) fn require_share(&mut self, key: &str, value: f64, most: f64) {
        self.require(key, (0.0..=most).contains(&value), format!("must lie between 0 and {most}"));
    }
}

/// What figment found, in our words.
pub(super) fn explain(figment: &Figment, errors: Error) -> Problems {
    Problems(errors.into_iter().map(|error| explain_one(figment, error)).collect())
}

fn explain_one(figment: &Figment, error: Error) -> Problem {
    let mut key = error.path.clone();
    let fault = match &error.kind {
        Kind::UnknownField(name, known) => {
            // the path ends at the section, or already holds the key; it depends on who complained
            if key.last() != Some(name) {
                key.push(name.clone());
            }
            format!("is not a setting; known there: {}", known.join(", "))
        }
        Kind::UnknownVariant(found, known) => format!("is `{found}`, which is none of {}", known.join(", ")),
        Kind::Message(fault) => fault.clone(),
        Kind::InvalidType(found, expected) => format!("must be {expected}, not {found}"),
        other => format!("is wrong: {other}"),
    };
    let key = key.join(".");
    let origin = match error.metadata {
        Some(metadata) if !matches!(error.kind, Kind::UnknownField(..)) => metadata.name.into_owned(),
        _ => origin_of(figment, &key),
    };
    Problem { key, origin, fault }
}

fn origin_of(figment: &Figment, key: &str) -> String {
    figment.find_metadata(key).map_or_else(|| "an unknown source".to_owned(), |metadata| metadata.name.to_string())
}
