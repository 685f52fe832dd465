//! Deliveries in a list: where each stands, why, and whose turn it is.

use super::super::format::{self, moment_or_dash, number};
use super::{place, tier_label};
use crate::domain::ids::{BulletinId, DeliveryId};
use crate::domain::time::Timestamp;
use crate::web::api::delivery::{self, Action, Delivery, DeliveryState, NextStep, Why};
use crate::web::pages::acknowledged::persons;
use crate::web::words::{Language, Words};

/// A delivery in a list.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// Which.
    pub id: DeliveryId,
    /// Of which bulletin.
    pub bulletin: BulletinId,
    /// The group's code.
    pub code: String,
    /// The group's name.
    pub group: String,
    /// Its office and province.
    pub place: String,
    /// GCC1, GCC2 or GCC3.
    pub tier: &'static str,
    /// Where it stands.
    pub state: String,
    /// The class of its badge.
    pub mark: &'static str,
    /// Why.
    pub why: String,
    /// Whose turn it is, to do what.
    pub next: String,
    /// When it came to where it stands.
    pub since: String,
    /// The same as machines read it.
    pub since_stamp: String,
    /// Seats in the group.
    pub seats: String,
    /// Persons who acknowledged, and acknowledgements without a name beside them.
    pub acknowledged: String,
    /// Persons who acknowledged.
    pub persons: i32,
    /// Acknowledgements without a name.
    pub unnamed: i32,
    /// Whether it can be tried again.
    pub retry: bool,
    /// Whether a declining can be reversed.
    pub declined: bool,
}

impl DeliveryRow {
    /// The row in the reader's words.
    #[must_use]
    pub fn of(t: Words, row: &Delivery) -> Self {
        let since: Option<Timestamp> = row.times.ended_at.or(row.times.turn_at).or(row.times.published_at);
        Self {
            id: row.id,
            bulletin: row.bulletin_id,
            code: row.group.code.clone(),
            group: row.group.name.clone(),
            place: place(t, &row.office.name, row.office.province.as_deref()),
            tier: tier_label(row.group.tier),
            state: format::state(t, row.state),
            mark: format::mark(row.state),
            why: row.reason.as_ref().map(|why| why_of(t, why)).unwrap_or_default(),
            next: row.next.as_ref().map(|next| next_of(t, next)).unwrap_or_default(),
            since: moment_or_dash(t, since),
            since_stamp: format::stamp(since),
            seats: number(row.seats),
            acknowledged: persons(t, row.acknowledged.into(), row.unnamed.into()),
            persons: row.acknowledged - row.unnamed,
            unnamed: row.unnamed,
            retry: matches!(row.state, DeliveryState::Failed | DeliveryState::Unreachable),
            declined: row.state == DeliveryState::Declined,
        }
    }
}

/// A sentence of the API in the reader's language.
#[must_use]
pub fn words_of(t: Words, words: delivery::Words) -> String {
    match t.language {
        Language::Thai => words.th.to_owned(),
        Language::English => words.en.to_owned(),
    }
}

/// Why a delivery is where it is, with what its steward said.
fn why_of(t: Words, why: &Why) -> String {
    let said = why.said.as_deref().map(|said| t.say_with("board-said", &[("reason", said)]));
    [Some(words_of(t, why.text)), said].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Whose turn it is, to do what, in the reader's words.
#[must_use]
fn next_of(t: Words, next: &NextStep) -> String {
    let who = match next.who.as_str() {
        "operator" => t.say("board-operator"),
        "relay" => t.say("board-relay"),
        "line" => "LINE".to_owned(),
        other => other.to_owned(),
    };
    let what = match next.action {
        Action::WaitForParent => return t.say_with("board-do-wait", &[("group", who.as_str())]),
        Action::Forward => t.say("board-do-forward"),
        Action::Send => t.say("board-do-send"),
        Action::ResumeChannel => t.say("board-do-resume"),
        Action::FreeQuota => t.say("board-do-quota"),
        Action::Retry => t.say("board-do-retry"),
        Action::LinkGroup => t.say("board-do-link"),
        Action::Undecline => t.say("board-do-undecline"),
    };
    let at = next.at.map(|at| t.say_with("board-goes-on-at", &[("moment", format::moment(t, at).as_str())]));
    [Some(format!("{who} – {what}")), at].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
