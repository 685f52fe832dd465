//! What waits for an office: held at its groups, until somebody of it forwards or the time comes.
//!
//! It is for keys that are bound to an office. One that sees the whole tree answers for every group of it and asks for
//! the held deliveries of a bulletin instead.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::cascade::all_answered_for;
use super::delivery::Words;
use super::publishing::Forecast;
use crate::domain::actor::Actor;
use crate::domain::bulletin::{Kind, Urgency};
use crate::domain::delivery;
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::relay::forecast::forecast_forward;
use crate::store::waiting as rows;
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::auth::Caller;
use crate::web::input::Id;
use crate::web::listing::Page;
use crate::web::problem::{Problem, ProblemDetails};

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

/// What waits for the key's office: the most urgent first, then the nearest to going on by itself.
#[utoipa::path(get, path = "/waiting", tag = "bulletins", responses(
    (status = 200, body = Page<Waiting>),
    (status = 409, description = "The key is bound to no office", body = ProblemDetails,
        content_type = "application/problem+json"),
))]
pub async fn list_waiting(State(app): State<App>, caller: Caller) -> Result<Json<Page<Waiting>>, Problem> {
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let groups = own_groups(&mut db, &caller).await?;
    let found = rows::list_waiting(&mut db, &groups, MOST).await?;
    Ok(Json(Page { items: found.into_iter().map(Waiting::from).collect(), next_cursor: None }))
}

/// Where a bulletin stands at the groups of the key's office, and what letting it in would mean.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct WaitingBulletin {
    /// Which.
    bulletin_id: BulletinId,
    /// Its copies for the groups of the office.
    copies: Vec<DeliveryCopy>,
    /// What would be sent at or below the groups at which it is held.
    forecast: Forecast,
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

/// One bulletin that waits for the key's office, or waited for it.
#[utoipa::path(get, path = "/waiting/{id}", tag = "bulletins", params(("id" = BulletinId, Path)),
    responses(
        (status = 200, body = WaitingBulletin),
        (status = 409, description = "The key is bound to no office", body = ProblemDetails,
            content_type = "application/problem+json"),
    ))]
pub async fn get_waiting(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BulletinId>,
) -> Result<Json<WaitingBulletin>, Problem> {
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let groups = own_groups(&mut db, &caller).await?;
    let copies = rows::list_copies(&mut db, id, &groups).await?;
    if copies.is_empty() {
        return Err(Problem::absent("bulletin"));
    }
    let held: Vec<i32> =
        copies.iter().filter(|copy| copy.state == delivery::State::Held).map(|copy| copy.group_id.0).collect();
    let forecast = forecast_forward(&mut db, id, &held).await?.into();
    let copies = copies.into_iter().map(|row| DeliveryCopy {
        group: row.group,
        state: row.state,
        turn_at: row.eligible_at,
        release_at: row.release_at,
        forwarded_by: row.forwarded_by,
        declined_because: row.declined_because,
    });
    Ok(Json(WaitingBulletin { bulletin_id: id, copies: copies.collect(), forecast }))
}

/// The groups that the caller's office answers for.
pub(in crate::web) async fn own_groups(db: &mut Connection, caller: &Caller) -> Result<Vec<i32>, Problem> {
    match all_answered_for(db, caller).await? {
        Some(groups) => Ok(groups),
        None => Err(Problem::conflict("no-office", NO_OFFICE.en)),
    }
}

/// What is said to somebody who is bound to no office.
const NO_OFFICE: Words = Words {
    en: "Nothing waits for a key without an office; ask for the held deliveries of a bulletin instead.",
    th: "บัญชีนี้ไม่ได้กำหนดหน่วยงาน จึงไม่มีประกาศที่รอส่งต่อ",
};
