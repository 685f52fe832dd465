//! The way by which mails go out: one mail server that takes them from us.

use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use serde::Deserialize;
use url::{Host, Url};

use super::check::Check;
use super::duration;
use crate::domain::email::EmailAddress;

const SECOND: Duration = Duration::from_secs(1);

/// Mail; off without a server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The mail server, with our name and password there.
    pub smtp_url: Option<SmtpUrl>,
    /// From whom mails are.
    pub from: Option<EmailAddress>,
    /// Where answers go; left out = to `from`.
    pub reply_to: Option<EmailAddress>,
    /// To whom reports go that groups are set up.
    pub establishment_to: Option<EmailAddress>,
    /// A file with certificates of authorities (PEM) that may vouch for the mail server besides those of this machine.
    pub ca_file: Option<PathBuf>,
    /// The longest time for each step with the mail server.
    #[serde(deserialize_with = "duration::one")]
    pub timeout: Duration,
}

/// How the connection to a mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// From its first byte: `smtps://`.
    Implicit,
    /// By STARTTLS, or not at all.
    StartTls,
    /// Not: `?tls=none`.
    None,
}

/// The address of a mail server; never shown, because it may hold a password.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct SmtpUrl {
    /// Its name or number.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: SmtpTls,
    /// Our name and password there.
    pub credentials: Option<(String, SecretString)>,
}

const NO_SERVER: &str = "must be an address such as smtp://NAME:PASSWORD@mail.example.go.th:587 or smtps://mail.example.go.th, \
    and nothing behind but ?tls=none";

impl TryFrom<String> for SmtpUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let url = Url::parse(&text).map_err(|_| NO_SERVER)?;
        let tls = match (url.scheme(), url.query()) {
            ("smtps", None) => SmtpTls::Implicit,
            ("smtp", None) => SmtpTls::StartTls,
            ("smtp", Some("tls=none")) => SmtpTls::None,
            _ => return Err(NO_SERVER),
        };
        let plain = matches!(url.path(), "" | "/") && url.fragment().is_none();
        let host = url.host_str().filter(|host| plain && !host.is_empty()).ok_or(NO_SERVER)?.to_owned();
        let decoded = |part: &str| percent_decode_str(part).decode_utf8().map(String::from).map_err(|_| NO_SERVER);
        let credentials = match url.password() {
            Some(password) => Some((decoded(url.username())?, decoded(password)?.into())),
            None if url.username().is_empty() => None,
            None => return Err("must hold a password where it holds a name"),
        };
        // of a scheme that the standard for addresses does not know, a number is a name to it
        let here =
            host == "localhost" || matches!(Host::parse(&host), Ok(Host::Ipv4(address)) if address.is_loopback());
        if tls == SmtpTls::None && credentials.is_some() && !here {
            return Err("must not send a password to another machine without encryption");
        }
        let usual = match tls {
            SmtpTls::Implicit => 465,
            SmtpTls::StartTls => 587,
            SmtpTls::None => 25,
        };
        Ok(Self { port: url.port().unwrap_or(usual), host, tls, credentials })
    }
}

impl Mail {
    pub(super) fn check(&self, check: &mut Check) {
        let on = self.smtp_url.is_some();
        check.require("mail.from", self.from.is_some() || !on, "must be given together with mail.smtp_url");
        let needs = self.establishment_to.is_none() || (on && self.from.is_some());
        check.require("mail.establishment_to", needs, "must be given together with mail.smtp_url and mail.from");
        check.require_duration("mail.timeout", self.timeout, SECOND..=300 * SECOND);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    fn read(text: &str) -> Result<SmtpUrl, &'static str> {
        text.to_owned().try_into()
    }

    #[test]
    fn an_address_says_how_the_connection_is_encrypted() {
        for (text, host, port, tls) in [
            ("smtp://mail.example.go.th", "mail.example.go.th", 587, SmtpTls::StartTls),
            ("smtps://mail.example.go.th/", "mail.example.go.th", 465, SmtpTls::Implicit),
            ("smtp://127.0.0.1:2525?tls=none", "127.0.0.1", 2525, SmtpTls::None),
        ] {
            let found = read(text).expect(text);
            assert_eq!((found.host.as_str(), found.port, found.tls), (host, port, tls));
            assert!(found.credentials.is_none());
        }
    }

    #[test]
    fn a_password_is_decoded_never_shown_and_not_sent_in_the_clear() {
        let found = read("smtp://saraban%40go.th:p%2Fw@mail.example.go.th").expect("an address");
        let (name, password) = found.credentials.clone().expect("credentials");
        assert_eq!((name.as_str(), password.expose_secret()), ("saraban@go.th", "p/w"));
        assert!(!format!("{found:?}").contains("p/w"));
        assert!(read("smtp://a:b@mail.example.go.th?tls=none").is_err());
        assert!(read("smtp://a:b@127.0.0.1?tls=none").is_ok());
    }

    #[test]
    fn what_is_no_mail_server_is_refused() {
        for text in [
            "",
            "mail.example.go.th",
            "http://mail.example.go.th",
            "smtp://",
            "smtp://h?tls=maybe",
            "smtp://h/x",
            "smtp://a@h",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
