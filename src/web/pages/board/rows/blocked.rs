//! Groups that a bulletin did not get through, with who waits behind them.

use super::super::format::{self, moment_or_dash, number};
use super::{Viewer, place};
use crate::domain::delivery::State;
use crate::domain::ids::{BulletinId, DeliveryId};
use crate::store::board::blocked::Blocked;
use crate::web::api::delivery::DeliveryState;

/// A group that a bulletin did not get through.
#[derive(Clone, Debug)]
pub struct BlockedRow {
    /// The delivery, for the link.
    pub id: DeliveryId,
    /// The bulletin.
    pub bulletin: BulletinId,
    /// Its subject.
    pub subject: String,
    /// The group's code.
    pub code: String,
    /// The group's name.
    pub group: String,
    /// Its office and province.
    pub place: String,
    /// Where it stands.
    pub state: String,
    /// The class of its badge.
    pub mark: &'static str,
    /// More about it, a sentence each.
    pub why: Vec<String>,
    /// Since when, as machines read it.
    pub since_stamp: String,
    /// Since when.
    pub since: String,
    /// Groups that wait.
    pub groups: String,
    /// Seats in them.
    pub seats: String,
    /// Whose turn it is.
    pub who: String,
    /// The person, where the file names one.
    pub person: Option<String>,
    /// The telephone numbers, each with whose it is; only for operations.
    pub phones: Vec<(String, String)>,
    /// Whether a declining can be reversed here.
    pub declined: bool,
}

impl BlockedRow {
    /// The row in the reader's words.
    #[must_use]
    pub fn of(viewer: &Viewer, row: Blocked) -> Self {
        let t = viewer.t;
        let state = match row.state {
            State::Ready if row.parked.is_some() || row.paused => DeliveryState::Parked,
            State::Ready => DeliveryState::Ready,
            State::Held => DeliveryState::Held,
            State::Failed => DeliveryState::Failed,
            State::Unreachable => DeliveryState::Unreachable,
            _ => DeliveryState::Declined,
        };
        let mut why: Vec<String> = Vec::new();
        why.extend(row.parked.map(|reason| format::parked(t, reason).to_owned()));
        why.extend(row.paused.then(|| t.say("board-paused")));
        why.extend(row.reason.map(|reason| format::reason(t, reason).to_owned()));
        why.extend(row.declined_because.as_deref().map(|said| t.say_with("board-said", &[("reason", said)])));
        why.extend((!row.linked && row.state != State::Unreachable).then(|| t.say("board-unlinked")));
        why.extend(
            row.release_at.map(|at| t.say_with("board-goes-on-at", &[("moment", format::moment(t, at).as_str())])),
        );
        why.extend((row.waiting_groups == 0).then(|| t.say("board-gone-past")));
        let operator = || t.say("board-operator");
        let who = match state {
            DeliveryState::Held => row.steward_title.clone().unwrap_or_else(|| row.office_name.clone()),
            DeliveryState::Ready => t.say("board-relay"),
            _ => operator(),
        };
        let mut phones = Vec::new();
        if viewer.operates {
            let steward = row.steward_title.unwrap_or_else(|| t.say("board-steward"));
            let deputy = row.deputy_title.unwrap_or_else(|| t.say("board-deputy"));
            phones.extend(row.steward_phone.map(|phone| (steward, phone)));
            phones.extend(row.deputy_phone.map(|phone| (deputy, phone)));
        }
        Self {
            id: row.id,
            bulletin: row.bulletin_id,
            subject: row.subject,
            code: row.group,
            group: row.group_name,
            place: place(t, &row.office_name, row.province.as_deref()),
            state: format::state(t, state),
            mark: format::mark(state),
            why,
            since_stamp: format::stamp(row.since),
            since: moment_or_dash(t, row.since),
            groups: number(row.waiting_groups),
            seats: number(row.waiting_seats),
            who,
            person: row.steward_name.filter(|_| viewer.operates && state == DeliveryState::Held),
            phones,
            declined: viewer.operates && state == DeliveryState::Declined,
        }
    }

    /// The telephone numbers as one text.
    #[must_use]
    pub fn phones_text(&self) -> String {
        self.phones.iter().map(|(whose, phone)| format!("{whose} {phone}")).collect::<Vec<_>>().join(", ")
    }
}
