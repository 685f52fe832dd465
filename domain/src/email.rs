//! E-mail addresses as people type them into a form: checked for what every mail server takes, not for all that the standard allows.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::thai::trim_unseen;

/// The longest address that mail servers take, in bytes.
pub const LONGEST: usize = 254;
/// The longest part before the `@`.
const LONGEST_LOCAL: usize = 64;

/// An e-mail address; its domain is in small letters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// Why a text is no e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no e-mail address such as name@example.go.th")]
pub struct BadEmail;

impl BadEmail {
    /// The same for people who read Thai.
    #[must_use]
    pub fn thai(self) -> &'static str {
        "ที่อยู่อีเมลไม่ถูกต้อง โปรดระบุเช่น name@example.go.th"
    }
}

impl EmailAddress {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmailAddress {
    type Err = BadEmail;

    fn from_str(text: &str) -> Result<Self, BadEmail> {
        let text = trim_unseen(text);
        let (local, domain) = text.split_once('@').filter(|_| text.len() <= LONGEST).ok_or(BadEmail)?;
        if !is_local(local) || !is_domain(domain) {
            return Err(BadEmail);
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }
}

fn is_local(text: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    (1..=LONGEST_LOCAL).contains(&text.len())
        && text.bytes().all(sign)
        && !text.starts_with('.')
        && !text.ends_with('.')
        && !text.contains("..")
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = text.rsplit('.').next().unwrap_or_default();
    text.contains('.') && text.split('.').all(label) && top.len() >= 2 && !top.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = BadEmail;

    fn try_from(text: String) -> Result<Self, BadEmail> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(" saraban@Lamphun.GO.TH ", "saraban@lamphun.go.th")]
    #[case("somchai.j+gcc@gmail.com", "somchai.j+gcc@gmail.com")]
    fn an_address_is_tidied(#[case] typed: &str, #[case] kept: &str) {
        assert_eq!(typed.parse::<EmailAddress>().map(String::from), Ok(kept.to_owned()));
    }

    #[rstest]
    #[case("")]
    #[case("saraban")]
    #[case("@go.th")]
    #[case("a@b")]
    #[case("a@b..th")]
    #[case("a..b@go.th")]
    #[case("a b@go.th")]
    #[case("สารบรรณ@go.th")]
    #[case("a@b@go.th")]
    #[case("a@192.168.1.1")]
    #[case("a@-go.th")]
    fn what_is_no_address_is_refused(#[case] typed: &str) {
        assert_eq!(typed.parse::<EmailAddress>(), Err(BadEmail), "{typed}");
    }
}
