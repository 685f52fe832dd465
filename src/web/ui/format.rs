//! Times on pages: in Bangkok, with the Buddhist year where the page is Thai.

use crate::domain::thai::{Digits, format_moment, to_bangkok};
use crate::domain::time::Timestamp;
use crate::web::words::{Language, Words};

/// Date and time of day, such as `23 มี.ค. 2561 เวลา 9.06 น.`
#[must_use]
pub fn moment(t: Words, at: Timestamp) -> String {
    match t.language {
        Language::Thai => format_moment(at, Digits::Arabic),
        Language::English => to_bangkok(at).strftime("%-d %b %Y, %H:%M").to_string(),
    }
}

/// For the `datetime` of a `<time>`.
#[must_use]
pub fn machine_time(at: Timestamp) -> String {
    at.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_the_pages_language() {
        let at = Timestamp::from_second(1_521_770_760);
        assert_eq!(moment(Words::in_language(Language::Thai), at), "23 มี.ค. 2561 เวลา 9.06 น.");
        assert_eq!(moment(Words::in_language(Language::English), at), "23 Mar 2018, 09:06");
        assert_eq!(machine_time(at), "2018-03-23T02:06:00Z");
    }
}
