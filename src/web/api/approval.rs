//! Approval: submitted by one person, approved or returned by another.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::publishing::{Nothing, Standing};
use crate::domain::actor::Actor;
use crate::domain::bulletin;
use crate::domain::ids::BulletinId;
use crate::domain::text::PlainReason;
use crate::domain::time::Timestamp;
use crate::relay::approval;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::Id;
use crate::web::line_check;

/// Submit a draft for a second person's approval.
#[utoipa::path(post, path = "/bulletins/{id}/submit", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Option<Nothing>, responses((status = 200, body = Standing)))]
pub async fn submit_bulletin(
    State(app): State<App>,
    Id(id): Id<BulletinId>,
    post: IdempotentPost<Nothing>,
) -> PostResult {
    line_check::must_pass(&app, post.caller(), id).await?;
    let (mut work, Nothing {}) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    approval::submit(work.db(), &app.settings, id, &right, now).await?;
    work.answer(StatusCode::OK, &Standing { id, state: bulletin::State::Submitted }).await
}

/// Take back what was submitted, to change it.
///
/// It is a draft again; an approval that it had is void.
#[utoipa::path(post, path = "/bulletins/{id}/recall", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Option<Nothing>, responses((status = 200, body = Standing)))]
pub async fn recall_bulletin(
    State(app): State<App>,
    Id(id): Id<BulletinId>,
    post: IdempotentPost<Nothing>,
) -> PostResult {
    let (mut work, Nothing {}) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    approval::recall(work.db(), id, &right, now).await?;
    work.answer(StatusCode::OK, &Standing { id, state: bulletin::State::Draft }).await
}

/// What approving came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ApproveAnswer {
    /// Which bulletin.
    id: BulletinId,
    /// `submitted`: it may be published now.
    state: bulletin::State,
    /// When it was approved.
    approved_at: Option<Timestamp>,
    /// By whom.
    #[schema(value_type = Option<String>)]
    approved_by: Option<Actor>,
}

/// Approve what was submitted, as it stands.
///
/// Nobody approves a bulletin that they wrote, changed or submitted themselves (409).
#[utoipa::path(post, path = "/bulletins/{id}/approve", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Option<Nothing>, responses((status = 200, body = ApproveAnswer)))]
pub async fn approve_bulletin(
    State(app): State<App>,
    Id(id): Id<BulletinId>,
    post: IdempotentPost<Nothing>,
) -> PostResult {
    let (mut work, Nothing {}) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    approval::approve(work.db(), id, &right, now).await?;
    let row = visible::own_bulletin(work.db(), &caller, id).await?;
    let (approved_at, approved_by) = (row.approved_at, row.approved_by);
    let answer = ApproveAnswer { id, state: bulletin::State::Submitted, approved_at, approved_by };
    work.answer(StatusCode::OK, &answer).await
}

/// Why it is returned.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// The reason, for its author; one line, at most 500 UTF-16 units.
    reason: PlainReason,
}

/// Return what was submitted to its author, with a reason.
#[utoipa::path(post, path = "/bulletins/{id}/return", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Return, responses((status = 200, body = Standing)))]
pub async fn return_bulletin(
    State(app): State<App>,
    Id(id): Id<BulletinId>,
    post: IdempotentPost<Return>,
) -> PostResult {
    let (mut work, Return { reason }) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    approval::give_back(work.db(), id, &reason, &right, now).await?;
    work.answer(StatusCode::OK, &Standing { id, state: bulletin::State::Draft }).await
}
