//! Sign-in at a provider of OpenID Connect.

use std::path::PathBuf;

use serde::Deserialize;
use url::{Host, Url};

use super::check::Check;

/// Longer than the name of any provider on a button.
const LONGEST_LABEL: usize = 60;
/// More than any provider offers.
const MOST_SCOPES: usize = 20;

const TOGETHER: &str = "together with oidc.token_endpoint, oidc.jwks_uri and oidc.issuer, or not at all";

/// Sign-in at a provider of OpenID Connect; off without an issuer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// The provider's name for itself, to the letter.
    pub issuer: Option<ProviderUrl>,
    /// Our name at the provider.
    pub client_id: Option<String>,
    /// The file with our secret at the provider.
    pub client_secret_file: Option<PathBuf>,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// What the button says in Thai.
    pub label_th: String,
    /// What the button says in English.
    pub label_en: String,
    /// Whether a TOTP code is still asked for.
    pub second_factor: SecondFactor,
    /// Where the browser is sent, where the provider does not publish it.
    pub authorization_endpoint: Option<ProviderUrl>,
    /// Where the code is exchanged, where the provider does not publish it.
    pub token_endpoint: Option<ProviderUrl>,
    /// Where the provider's keys are, where it does not publish it.
    pub jwks_uri: Option<ProviderUrl>,
}

/// Who sees to the second factor of those who sign in at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    /// We do, as after a password.
    Required,
    /// The provider has done so.
    ByProvider,
}

/// An address of a provider, kept to the letter: `https`, or `http` on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ProviderUrl(Url, String);

impl ProviderUrl {
    /// The address.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.1
    }
}

impl TryFrom<String> for ProviderUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let url = Url::parse(&text).map_err(|_| "must be an address such as https://login.example.go.th")?;
        let here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let safe = url.scheme() == "https" || (url.scheme() == "http" && here);
        if !safe || !url.username().is_empty() || url.fragment().is_some() {
            return Err("must be an https address, or an http address of this machine, without user and fragment");
        }
        Ok(Self(url, text))
    }
}

impl Oidc {
    pub(super) fn check(&self, check: &mut Check) {
        let named = self.client_id.as_deref().is_some_and(|id| !id.is_empty() && id.len() <= 500);
        check.require("oidc.client_id", named == self.issuer.is_some(), "must be given together with oidc.issuer");
        for (key, label) in [("oidc.label_th", &self.label_th), ("oidc.label_en", &self.label_en)] {
            let fits = !label.trim().is_empty() && label.chars().count() <= LONGEST_LABEL;
            check.require(key, fits, format!("must have 1 to {LONGEST_LABEL} characters"));
        }
        let plain = |scope: &String| !scope.is_empty() && scope.len() <= 100 && scope.bytes().all(is_scope);
        let fit = self.scopes.len() <= MOST_SCOPES && self.scopes.iter().all(plain);
        check.require("oidc.scopes", fit, "must be words of the provider, without blanks and quotes");
        let given = [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri].map(Option::is_some);
        let together = given == [self.issuer.is_some() && given[0]; 3];
        check.require("oidc.authorization_endpoint", together, format!("must be given {TOGETHER}"));
    }
}

/// What RFC 6749 lets a scope consist of.
fn is_scope(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}
