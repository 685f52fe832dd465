//! What waits for an office, and where a bulletin stands at its groups.

use serde::Serialize;

use crate::domain::actor::Actor;
use crate::domain::bulletin::{Kind, Urgency};
use crate::domain::delivery;
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::store::waiting as rows;

/// How many are listed; an office that lets more pile up sees the most urgent ones.
pub const MOST: i64 = 100;

/// A bulletin that waits for the office.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Waiting {
    /// Which.
    bulletin_id: BulletinId,
    /// What it is.
    kind: Kind,
    /// The subject line.
    subject: String,
    /// How urgent.
    urgency: Urgency,
    /// The letter's number.
    document_number: Option<String>,
    /// The letter's date.
    document_date: Option<String>,
    /// The name of the office that speaks.
    from: String,
    /// When it was published.
    published_at: Option<Timestamp>,
    /// When it is not sent any more.
    expires_at: Option<Timestamp>,
    /// Whether a correction of it was published meanwhile.
    corrected: bool,
    /// Since when it has waited.
    since: Timestamp,
    /// When the first of the groups lets it in by itself; null = never.
    release_at: Option<Timestamp>,
    /// The codes of the groups at which it is held.
    held_at: Vec<String>,
    /// Groups at or below these, to which it goes.
    groups: i64,
    /// Seats in the LINE groups of those that have one.
    people: i64,
}

impl From<rows::Waiting> for Waiting {
    fn from(row: rows::Waiting) -> Self {
        Self {
            urgency: row.urgency(),
            bulletin_id: row.bulletin_id,
            kind: row.kind,
            subject: row.subject,
            document_number: row.document_number,
            document_date: row.document_date,
            from: row.origin_office,
            published_at: row.published_at,
            expires_at: row.expires_at,
            corrected: row.corrected,
            since: row.since,
            release_at: row.release_at,
            held_at: row.held_at,
            groups: row.groups,
            people: row.people,
        }
    }
}

/// A copy for one group.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Copy)]
pub struct DeliveryCopy {
    /// The group's code.
    group: String,
    /// Where it stands, as it is stored.
    state: delivery::State,
    /// When its turn came, or when it was forwarded.
    turn_at: Option<Timestamp>,
    /// When it goes in by itself.
    release_at: Option<Timestamp>,
    /// Who forwarded or declined it; `time` where its time came.
    #[schema(value_type = Option<String>)]
    forwarded_by: Option<Actor>,
    /// What was said when it was declined.
    declined_because: Option<String>,
}

impl From<rows::OwnDelivery> for DeliveryCopy {
    fn from(row: rows::OwnDelivery) -> Self {
        Self {
            group: row.group,
            state: row.state,
            turn_at: row.eligible_at,
            release_at: row.release_at,
            forwarded_by: row.forwarded_by,
            declined_because: row.declined_because,
        }
    }
}
