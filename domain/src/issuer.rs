//! What an office that publishes is called in public, and where else it can be found (letter of December 2560: a Facebook page,
//! Twitter and Instagram of the issuer).
//!
//! An address is kept only where it lies at a host of the service that it is said to be, so that nobody is led elsewhere under
//! the name of an office.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::text::{Mention, utf16_len};

/// Where an office can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Its own website.
    Website,
    /// Facebook.
    Facebook,
    /// X, which was called Twitter.
    X,
    /// Instagram.
    Instagram,
    /// `YouTube`.
    Youtube,
    /// `TikTok`.
    Tiktok,
    /// A LINE official account.
    Line,
}

impl Service {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 7] =
        [Self::Website, Self::Facebook, Self::X, Self::Instagram, Self::Youtube, Self::Tiktok, Self::Line];

    /// The word used in forms and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Website => "website",
            Self::Facebook => "facebook",
            Self::X => "x",
            Self::Instagram => "instagram",
            Self::Youtube => "youtube",
            Self::Tiktok => "tiktok",
            Self::Line => "line",
        }
    }

    /// What it calls itself; none = it is the office's own.
    #[must_use]
    pub fn brand(self) -> Option<&'static str> {
        match self {
            Self::Website => None,
            Self::Facebook => Some("Facebook"),
            Self::X => Some("X"),
            Self::Instagram => Some("Instagram"),
            Self::Youtube => Some("YouTube"),
            Self::Tiktok => Some("TikTok"),
            Self::Line => Some("LINE"),
        }
    }

    /// Its hosts, each with all below it; none = any.
    #[must_use]
    pub fn hosts(self) -> &'static [&'static str] {
        match self {
            Self::Website => &[],
            Self::Facebook => &["facebook.com", "fb.com"],
            Self::X => &["x.com", "twitter.com"],
            Self::Instagram => &["instagram.com"],
            Self::Youtube => &["youtube.com", "youtu.be"],
            Self::Tiktok => &["tiktok.com"],
            Self::Line => &["line.me", "lin.ee"],
        }
    }

    /// The address as it is kept.
    ///
    /// # Errors
    /// [`BadLink`].
    pub fn read(self, text: &str) -> Result<String, BadLink> {
        let bad = BadLink(self);
        let url = Url::parse(text.trim()).map_err(|_| bad)?;
        // an address with a name and password in it would give them away
        let plain =
            url.scheme() == "https" && url.username().is_empty() && url.password().is_none() && url.port().is_none();
        let Some(Host::Domain(host)) = url.host() else { return Err(bad) };
        let at = |known: &str| host == known || host.strip_suffix(known).is_some_and(|rest| rest.ends_with('.'));
        let hosts = self.hosts();
        // a service's first page is nobody's
        let theirs = match hosts {
            [] => host.contains('.'),
            hosts => hosts.iter().any(|known| at(known)) && url.path() != "/",
        };
        let address = String::from(url);
        if plain && theirs && utf16_len(&address) <= MAX { Ok(address) } else { Err(bad) }
    }
}

/// The longest that an address may be, in UTF-16 units.
pub const MAX: usize = 1_000;

/// A text is no address of this service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an address that begins with https://{}", says(*.0))]
pub struct BadLink(pub Service);

fn says(service: Service) -> String {
    match service.hosts() {
        [] => String::new(),
        hosts => format!(" and lies at {}", hosts.join(" or ")),
    }
}

/// Addresses by service, each as [`Service::read`] gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Links(BTreeMap<Service, String>);

impl Links {
    /// Adds an address that was read.
    pub fn insert(&mut self, service: Service, address: String) {
        self.0.insert(service, address);
    }

    /// The address at this service.
    #[must_use]
    pub fn get(&self, service: Service) -> Option<&str> {
        self.0.get(&service).map(String::as_str)
    }

    /// All, in the order in which they are shown.
    pub fn iter(&self) -> impl Iterator<Item = (Service, &str)> {
        self.0.iter().map(|(service, address)| (*service, address.as_str()))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What an office is called in public, and where else it can be found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Its public name, where that is not the one that it has in the tree.
    pub name: Option<Mention>,
    /// The unit that publishes.
    pub unit: Option<Mention>,
    /// Where else it can be found.
    pub links: Links,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_lies_at_a_host_of_its_service() {
        for (service, good) in [
            (Service::Website, "https://www.chachoengsao.go.th"),
            (Service::Facebook, " https://www.facebook.com/chachoengsao "),
            (Service::Facebook, "https://m.facebook.com/chachoengsao"),
            (Service::X, "https://x.com/chachoengsao"),
            (Service::X, "https://twitter.com/chachoengsao"),
            (Service::Instagram, "https://www.instagram.com/chachoengsao/"),
            (Service::Youtube, "https://www.youtube.com/@chachoengsao"),
            (Service::Tiktok, "https://www.tiktok.com/@chachoengsao"),
            (Service::Line, "https://lin.ee/AbCdEf"),
            (Service::Line, "https://page.line.me/chachoengsao"),
        ] {
            assert!(service.read(good).is_ok(), "{good}");
        }
        for (service, bad) in [
            (Service::Website, "http://www.chachoengsao.go.th"),
            (Service::Website, "https://localhost/"),
            (Service::Website, "https://10.0.0.1/"),
            (Service::Website, "https://a:b@chachoengsao.go.th/"),
            (Service::Website, "javascript:alert(1)"),
            (Service::Facebook, "https://facebook.com"),
            (Service::Facebook, "https://facebook.com.example.org/x"),
            (Service::Facebook, "https://notfacebook.com/x"),
            (Service::Facebook, "https://x.com/x"),
            (Service::X, "https://x.com:8443/x"),
            (Service::Line, "https://line.me"),
        ] {
            assert_eq!(service.read(bad), Err(BadLink(service)), "{bad}");
        }
        let said = BadLink(Service::X).to_string();
        assert_eq!(said, "must be an address that begins with https:// and lies at x.com or twitter.com");
    }
}
