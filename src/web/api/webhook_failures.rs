//! Webhook events that could not be worked on: what operators see of them, and having one tried again.
//!
//! Such an event stops no other, but what it asked for (a link, a tap) has not happened. Nothing of it tells what was
//! written or by whom. A channel serves the whole tree, so only a key without an office sees them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::publishing::Nothing;
use crate::domain::time::Timestamp;
use crate::relay::channels;
use crate::store::webhook_failures as rows;
use crate::web::access::{Caller, Scope};
use crate::web::app::App;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::{Id, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::problem::Problem;

/// A webhook event that was set aside after a few tries.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct WebhookFailure {
    /// Its number.
    id: i64,
    /// The channel whose webhook brought it.
    channel: String,
    /// What happened: `join`, `leave`, `tap`, `join_code`, `perhaps_join_code` or `members`.
    kind: String,
    /// The group to which the LINE group is linked now; null where it is linked to none.
    group: Option<String>,
    /// When it happened.
    occurred_at: Timestamp,
    /// When it was set aside.
    failed_at: Timestamp,
    /// What stood in the way, in a few words.
    because: String,
}

impl From<rows::Failure> for WebhookFailure {
    fn from(row: rows::Failure) -> Self {
        let rows::Failure { id, channel, kind, group, occurred_at, failed_at, because } = row;
        Self { id, channel, kind, group, occurred_at, failed_at, because }
    }
}

/// Which page of the list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FailureQuery {
    /// Items on a page.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// Webhook events that are set aside, newest first.
#[utoipa::path(get, path = "/webhook-failures", tag = "channels", params(FailureQuery),
    responses((status = 200, body = Page<WebhookFailure>)))]
pub async fn list_webhook_failures(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<FailureQuery>,
) -> Result<Json<Page<WebhookFailure>>, Problem> {
    let before = key_of(query.cursor.as_ref())?;
    if caller.scope != Scope::Whole {
        return Ok(Json(Page { items: Vec::new(), next_cursor: None }));
    }
    let mut db = app.db.acquire().await?;
    let found = rows::list_failures(&mut db, before, query.limit.rows()).await?;
    Ok(Json(Page::of(found, query.limit, |row| row.id, WebhookFailure::from)))
}

/// The event that is tried again.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RetriedFailure {
    /// Its number.
    id: i64,
}

/// Have a webhook event that was set aside worked on again.
#[utoipa::path(post, path = "/webhook-failures/{id}/retry", tag = "channels", params(("id" = i64, Path)),
    request_body = Option<Nothing>, responses((status = 202, body = RetriedFailure)))]
pub async fn retry_webhook_failure(
    State(app): State<App>,
    Id(id): Id<i64>,
    post: IdempotentPost<Nothing>,
) -> PostResult {
    let (mut work, Nothing {}) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    channels::retry_webhook_failure(work.db(), &right, id, now).await?;
    let answer = work.answer(StatusCode::ACCEPTED, &RetriedFailure { id }).await?;
    app.inbound.wake();
    Ok(answer)
}
