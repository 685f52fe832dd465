//! Filters of templates. A module whose templates use them says `use crate::web::ui::filters;`.
//!
//! The language is a value of the page, not a field of its template: [`crate::web::pages::HtmlPage`] gives it.
#![expect(
    clippy::inline_always,
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "what askama's macro makes of a filter is so, and a filter has to give a result"
)]

use std::any::Any;

use askama::{Result, Values};

use super::cell::Cell;
use super::format;
use super::label::Label;
use crate::domain::price::Baht;
use crate::domain::time::Timestamp;
use crate::web::words::{Words, group_digits};

impl Values for Words {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == "words").then_some(self as &dyn Any)
    }
}

fn words(values: &dyn Values) -> Result<Words> {
    askama::get_value::<Words>(values, "words").copied()
}

/// What may be a moment.
pub trait Moment {
    /// The moment, if there is one.
    fn moment(&self) -> Option<Timestamp>;
}

impl Moment for Timestamp {
    fn moment(&self) -> Option<Timestamp> {
        Some(*self)
    }
}

impl<T: Moment> Moment for Option<T> {
    fn moment(&self) -> Option<Timestamp> {
        self.as_ref().and_then(Moment::moment)
    }
}

impl<T: Moment + ?Sized> Moment for &T {
    fn moment(&self) -> Option<Timestamp> {
        T::moment(self)
    }
}

/// What may be a whole number.
pub trait Number {
    /// The number, if there is one.
    fn number(&self) -> Option<i64>;
}

impl Number for i64 {
    fn number(&self) -> Option<i64> {
        Some(*self)
    }
}

impl Number for i32 {
    fn number(&self) -> Option<i64> {
        Some((*self).into())
    }
}

impl Number for usize {
    fn number(&self) -> Option<i64> {
        i64::try_from(*self).ok()
    }
}

impl<T: Number> Number for Option<T> {
    fn number(&self) -> Option<i64> {
        self.as_ref().and_then(Number::number)
    }
}

impl<T: Number + ?Sized> Number for &T {
    fn number(&self) -> Option<i64> {
        T::number(self)
    }
}

/// A moment in the page's language; a dash for none.
#[askama::filter_fn]
pub fn moment<T: Moment>(at: T, values: &dyn Values) -> Result<String> {
    Ok(format::moment_or_dash(words(values)?, at.moment()))
}

/// A moment as machines read it, for the `datetime` of a `<time>`.
#[askama::filter_fn]
pub fn stamp<T: Moment>(at: T, _: &dyn Values) -> Result<String> {
    Ok(format::stamp(at.moment()))
}

/// A whole number with commas; a dash for none.
#[askama::filter_fn]
pub fn number<T: Number>(n: T, _: &dyn Values) -> Result<String> {
    Ok(n.number().map_or_else(|| format::DASH.to_owned(), group_digits))
}

/// An amount of money with its unit; a dash where it is not known.
#[askama::filter_fn]
pub fn baht(amount: &Option<Baht>, values: &dyn Values) -> Result<String> {
    Ok(words(values)?.say_with("baht", &[("n", &format::baht_or_dash(*amount))]))
}

/// The word of a state, kind, urgency, role or reason.
#[askama::filter_fn]
pub fn word<T: Label>(value: T, values: &dyn Values) -> Result<String> {
    Ok(value.word(words(values)?))
}

/// The word in its coloured frame.
#[askama::filter_fn]
pub fn badge<T: Label>(value: T, values: &dyn Values) -> Result<Cell> {
    Ok(Cell::badge(&value.badge(words(values)?)))
}
