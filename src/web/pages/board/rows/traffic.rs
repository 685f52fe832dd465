//! Published bulletins with their counts.

use super::super::format::{self, Share, number};
use crate::domain::bulletin;
use crate::domain::ids::BulletinId;
use crate::store::board::traffic::Traffic;
use crate::web::words::Words;

/// A published bulletin.
#[derive(Clone, Debug)]
pub struct TrafficRow {
    /// Which.
    pub id: BulletinId,
    /// Its subject.
    pub subject: String,
    /// The letter's number.
    pub document_number: Option<String>,
    /// The urgency's class and word; none for what is routine.
    pub urgency: Option<(&'static str, String)>,
    /// Test or drill, in a word.
    pub kind: Option<String>,
    /// Where it stands.
    pub state: String,
    /// The class of its badge.
    pub mark: &'static str,
    /// When it was published.
    pub published: String,
    /// The same as machines read it.
    pub published_stamp: String,
    /// How many groups LINE accepted it for.
    pub share: Share,
    /// Groups.
    pub groups: String,
    /// Accepted by LINE.
    pub accepted: String,
    /// At their steward's.
    pub held: String,
    /// Failed or unreachable.
    pub failed: String,
    /// Declined.
    pub declined: String,
    /// Groups in which somebody acknowledged.
    pub acknowledged: String,
    /// Whether it is on its way.
    pub open: bool,
}

impl TrafficRow {
    /// The row in the reader's words.
    #[must_use]
    pub fn of(t: Words, row: Traffic) -> Self {
        let state = row.state();
        Self {
            id: row.id,
            document_number: row.document_number,
            urgency: format::urgency_mark(row.urgency).map(|mark| (mark, format::urgency(t, row.urgency))),
            kind: kind(t, row.kind),
            state: if row.paused { t.say("board-paused-short") } else { bulletin_state(t, state) },
            mark: match state {
                _ if row.paused => "bad",
                bulletin::State::Settled if row.failed == 0 => "good",
                bulletin::State::Withdrawn => "warn",
                _ => "",
            },
            published: format::moment(t, row.published_at),
            published_stamp: format::stamp(Some(row.published_at)),
            share: Share::of(row.accepted, row.groups),
            groups: number(row.groups),
            accepted: number(row.accepted),
            held: number(row.held),
            failed: number(row.failed),
            declined: number(row.declined),
            acknowledged: number(row.acknowledged),
            open: row.open > 0,
            subject: row.subject,
        }
    }
}

/// What kind of bulletin it is, where that must not be overlooked.
#[must_use]
pub fn kind(t: Words, kind: bulletin::Kind) -> Option<String> {
    match kind {
        bulletin::Kind::News => None,
        bulletin::Kind::Correction => Some(t.say("board-kind-correction")),
        bulletin::Kind::Withdrawal => Some(t.say("board-kind-withdrawal")),
        bulletin::Kind::Test => Some(t.say("board-kind-test")),
        bulletin::Kind::Drill => Some(t.say("board-kind-drill")),
    }
}

/// Where a bulletin stands.
#[must_use]
pub fn bulletin_state(t: Words, state: bulletin::State) -> String {
    match state {
        bulletin::State::Relaying => t.say("board-bulletin-relaying"),
        bulletin::State::Settled => t.say("board-bulletin-settled"),
        bulletin::State::Withdrawn => t.say("board-bulletin-withdrawn"),
        bulletin::State::Draft | bulletin::State::Submitted | bulletin::State::Scheduled => {
            t.say("board-bulletin-unpublished")
        }
    }
}
