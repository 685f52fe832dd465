//! What is around every page of people: who is signed in, where one can go, the language, what was just done.
//!
//! A page's template extends `shell.html`, in which `shell` and the words `t` are values that [`HtmlPage`](super::pages::HtmlPage)
//! gives: they are no fields of its struct.

use std::any::Any;

use askama::Values;
use url::form_urlencoded::byte_serialize;

use super::idempotent_form::new_token;
use super::pages::assets;
use super::people::Visitor;
use super::ui::format::moment;
use super::ui::label::Label as _;
use super::words::Words;
use crate::domain::account::{Permission, Role};
use crate::domain::time::Timestamp;
use crate::store::failed_sign_ins::Failed;

/// The areas of the navigation beside the office work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Area {
    /// Bulletins and what became of them.
    Bulletins,
    /// Groups, channels, accounts and keys.
    Upkeep,
}

/// An entry of the navigation, shown to some roles.
struct NavItem {
    area: Area,
    path: &'static str,
    key: &'static str,
    roles: &'static [Role],
}

/// An entry of the office work.
struct OfficeItem {
    path: &'static str,
    key: &'static str,
    act: Permission,
}

/// The areas, in the order in which they are shown; the first that a role sees is where it begins.
const NAV: &[NavItem] = &[
    NavItem { area: Area::Bulletins, path: "/waiting", key: "forward-way", roles: &[Role::Steward] },
    NavItem { area: Area::Bulletins, path: "/status", key: "ways-status", roles: &[Role::Agency, Role::Coordinator] },
    // operations begin at the board, all others find it after their own work
    NavItem { area: Area::Bulletins, path: "/board", key: "way-board", roles: &[Role::Operator] },
    NavItem { area: Area::Bulletins, path: "/bulletins", key: "way-bulletins", roles: &Role::ALL },
    NavItem {
        area: Area::Bulletins,
        path: "/board",
        key: "way-board",
        roles: &[Role::Admin, Role::Publisher, Role::Approver, Role::Steward, Role::Agency, Role::Coordinator],
    },
    NavItem { area: Area::Bulletins, path: "/failures", key: "way-failures", roles: &[Role::Operator, Role::Admin] },
    NavItem { area: Area::Bulletins, path: "/cost", key: "way-cost", roles: &Role::ALL },
    NavItem {
        area: Area::Upkeep,
        path: "/tree",
        key: "way-tree",
        roles: &[Role::Operator, Role::Admin, Role::Publisher, Role::Approver, Role::Coordinator],
    },
    NavItem { area: Area::Upkeep, path: "/channels", key: "way-channels", roles: &[Role::Operator, Role::Admin] },
    NavItem { area: Area::Upkeep, path: "/accounts", key: "ways-accounts", roles: &[Role::Admin] },
    NavItem { area: Area::Upkeep, path: "/keys", key: "ways-keys", roles: &[Role::Admin, Role::Agency] },
    NavItem { area: Area::Upkeep, path: "/audit", key: "ways-audit", roles: &[Role::Admin] },
];

/// What the letters ask of offices, a group of its own for those who may do office work.
const OFFICE_WORK: &[OfficeItem] = &[
    OfficeItem { path: "/register", key: "way-register", act: Permission::OfficeWork },
    OfficeItem { path: "/requests", key: "ways-requests", act: Permission::OfficeWork },
    OfficeItem { path: "/coordinators", key: "ways-coordinators", act: Permission::OfficeWork },
    OfficeItem { path: "/establishment", key: "ways-establishment", act: Permission::OfficeWork },
    OfficeItem { path: "/submissions", key: "ways-submissions", act: Permission::HandleMaterial },
    OfficeItem { path: "/disseminations", key: "ways-disseminations", act: Permission::OfficeWork },
];

/// An entry as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NavLink {
    /// Where it leads.
    pub path: &'static str,
    /// What it is called.
    pub label: String,
    /// Whether the page is in this area.
    pub current: bool,
}

/// Entries that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NavGroup {
    /// What the group is called; also the id of its heading.
    pub id: &'static str,
    /// The same in words.
    pub label: String,
    /// Its entries.
    pub links: Vec<NavLink>,
}

/// Who is signed in, as the header says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInAs {
    /// The account's name for people.
    pub name: String,
    /// What it may do, in a word.
    pub role: String,
}

/// What is around a page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The words.
    pub t: Words,
    /// Who is signed in; none before signing in.
    pub who: Option<SignedInAs>,
    /// Where one can go, in groups; empty before signing in.
    pub nav: Vec<NavGroup>,
    /// Where the visitor is, for the switch of languages.
    pub here: String,
    /// What was just done.
    pub flash: Option<String>,
    /// What the forms of this page bear, so that two clicks are one act.
    pub form_token: String,
    /// That others tried to sign in, and that a recovery code was used.
    pub failed: Option<String>,
    /// Scripts by address.
    pub scripts: Vec<String>,
    /// The style sheet's address.
    pub style: String,
    /// The icon's address.
    pub icon: String,
}

impl Shell {
    /// Around a page of somebody who is signed in.
    #[must_use]
    pub fn of(visitor: &Visitor) -> Self {
        let t = visitor.words;
        let path = visitor.here.split('?').next().unwrap_or_default();
        let within = |area: &str| path == area || path.starts_with(&format!("{area}/"));
        let link = |path: &'static str, key: &str| NavLink { path, label: t.say(key), current: within(path) };
        let of_area = |area: Area| -> Vec<NavLink> {
            let items = NAV.iter().filter(move |item| item.area == area && item.roles.contains(&visitor.role()));
            items.map(|item| link(item.path, item.key)).collect()
        };
        let office_work = OFFICE_WORK.iter().filter(|item| visitor.may(item.act));
        let office_work: Vec<NavLink> = office_work.map(|item| link(item.path, item.key)).collect();
        let group = |id: &'static str, label: String, links: Vec<NavLink>| NavGroup { id, label, links };
        let mut nav = vec![
            group("ways-bulletins", t.say("shell-bulletins"), of_area(Area::Bulletins)),
            group("ways-office-work", t.say("shell-office-work"), office_work),
            group("ways-upkeep", t.say("shell-upkeep"), of_area(Area::Upkeep)),
        ];
        nav.retain(|group| !group.links.is_empty());
        Self {
            t,
            who: Some(SignedInAs { name: visitor.display_name.clone(), role: visitor.role().word(t) }),
            nav,
            here: visitor.here.clone(),
            flash: flash_key(&visitor.here).map(|key| t.say(&key)).filter(|text| !text.starts_with("said-")),
            failed: say_alarms(t, visitor.failed, visitor.recovery_used),
            form_token: new_token(),
            scripts: vec![assets::path_of("live"), assets::path_of("forms")],
            style: assets::style_path(),
            icon: assets::path_of("icon"),
        }
    }

    /// What the area is called in which the page is.
    #[must_use]
    pub fn current(&self) -> Option<&str> {
        let mut links = self.nav.iter().flat_map(|group| &group.links);
        links.find(|link| link.current).map(|link| link.label.as_str())
    }

    /// The same with a script of the page's own.
    #[must_use]
    pub fn with_script(mut self, name: &str) -> Self {
        self.scripts.push(assets::path_of(name));
        self
    }

    /// Around a page of somebody who is not, or not yet, signed in; `here` is where the switch of languages leads.
    #[must_use]
    pub fn outside(t: Words, here: &str) -> Self {
        Self {
            t,
            who: None,
            nav: Vec::new(),
            here: here.to_owned(),
            flash: flash_key(here).map(|key| t.say(&key)).filter(|text| !text.starts_with("said-")),
            form_token: String::new(),
            failed: None,
            scripts: Vec::new(),
            style: assets::style_path(),
            icon: assets::path_of("icon"),
        }
    }
}

impl Values for Shell {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        if key == "shell" { Some(self) } else { self.t.get_value(key) }
    }
}

/// What the owner of the account is to see, in sentences.
fn say_alarms(t: Words, failed: Option<Failed>, recovery_used: Option<Timestamp>) -> Option<String> {
    let failed = failed.map(|failed| say_failed(t, failed));
    let used = recovery_used.map(|at| t.say_with("shell-recovery-used", &[("at", &moment(t, at))]));
    let alarms: Vec<String> = failed.into_iter().chain(used).collect();
    (!alarms.is_empty()).then(|| alarms.join(" "))
}

/// How often others failed to sign in, in a sentence.
fn say_failed(t: Words, failed: Failed) -> String {
    let times = t.count("shell-failed-times", failed.failures);
    t.say_with("shell-failed", &[("times", &times), ("since", &moment(t, failed.since))])
}

/// Where a role begins.
#[must_use]
pub fn first_page(role: Role) -> &'static str {
    NAV.iter().find(|item| item.roles.contains(&role)).map_or("/home", |item| item.path)
}

/// The key of a sentence about what was just done: the query parameter `said` of an address.
fn flash_key(here: &str) -> Option<String> {
    let (_, query) = here.split_once('?')?;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).ok()?;
    let key = pairs.into_iter().find(|(name, _)| name == "said").map(|(_, key)| key)?;
    let plain = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    (plain && key.len() <= 40).then(|| format!("said-{key}"))
}

/// An address at which the sentence called `key` (`said-…`) is shown on top.
#[must_use]
pub fn with_flash(path: &str, key: &'static str) -> String {
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{}{joint}said={}", to_ascii(path), key.trim_start_matches("said-"))
}

/// An address as a header can bear it: codes may hold Thai letters.
fn to_ascii(path: &str) -> String {
    let mut ascii = String::with_capacity(path.len());
    for letter in path.chars() {
        match letter {
            letter if letter.is_ascii() => ascii.push(letter),
            letter => ascii.extend(byte_serialize(letter.encode_utf8(&mut [0; 4]).as_bytes())),
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_led_on_to_is_plain() {
        assert_eq!(with_flash("/groups/ลพ-1", "said-done"), "/groups/%E0%B8%A5%E0%B8%9E-1?said=done");
        assert_eq!(with_flash("/a?b=c%20d", "said-done"), "/a?b=c%20d&said=done");
    }

    #[test]
    fn only_the_name_of_a_sentence_is_taken_from_an_address() {
        assert_eq!(flash_key("/account?said=signed-out").as_deref(), Some("said-signed-out"));
        for address in ["/account", "/account?said=<b>", "/account?said=Ab", "/account?x=1"] {
            assert_eq!(flash_key(address), None, "{address}");
        }
    }
}
