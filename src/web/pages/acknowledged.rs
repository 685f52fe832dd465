//! How pages say who acknowledged: persons who can be told apart, and beside them taps for which LINE names nobody, which
//! are never counted as persons.

use crate::web::words::{Words, group_digits};

/// `12`, or `12 + 3 without a name`.
pub(super) fn persons(t: Words, taps: i64, unnamed: i64) -> String {
    let persons = group_digits(taps - unnamed);
    if unnamed == 0 {
        return persons;
    }
    t.say_with("acknowledged-unnamed", &[("persons", persons.as_str()), ("unnamed", group_digits(unnamed).as_str())])
}
