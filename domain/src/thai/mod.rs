//! How Thai official letters write digits, dates and times of day.
//!
//! Everything inside the program is UTC and counts years of the common era; this is the edge where
//! that turns into `๒๓ มีนาคม ๒๕๖๑` and back. Letters and their receipt stamps mix Thai and Arabic
//! digits in one line, so every parser here takes both, and every formatter is told which to write.
//!
//! Since 1941 a Buddhist-era year is the common one plus 543 with the same months and days; before,
//! the year began in April and the sum does not hold, so older dates are refused. That one addition
//! and a table of twelve names stand here rather than a calendar library, whose conversions can fail
//! where an addition cannot and whose month names differ from those the Rule on Correspondence uses;
//! a test compares the two day by day.
//!
//! [`normal_form`] is how texts are compared however they were typed, pasted or exported.
//!
//! Used by `domain::document`, the pages, the printed reports and the messages to LINE.

mod date;
mod digits;
mod form;
mod order;
mod time;

pub(crate) use date::MONTHS;
pub use date::{BadDate, buddhist_year, format_long_date, format_month, format_short_date, parse_date};
pub use digits::{Digits, group_digits, to_arabic_digits, to_thai_digits};
pub(super) use form::is_unseen;
pub use form::{compare_form, normal_form, trim_unseen};
pub use order::dictionary_key;
pub use time::{BadTime, format_moment, format_time, from_bangkok, parse_time, to_bangkok};
