//! What people do with a bulletin on its way: forward, decline, reverse a declining.
//!
//! For which groups a key answers is found by `access::duty`; others are absent to it.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{BulletinId, Code};
use crate::domain::text::{Note, PlainReason};
use crate::relay::{duty, forward};
use crate::web::access::duty::answered_for;
use crate::web::access::signature::sign;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::Id;

/// Into which groups.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(untagged, expecting = "must be \"all\", or a list of group codes")]
pub enum Groups {
    /// Every group at which it is held and for which the key answers.
    All(All),
    /// These, by code.
    #[schema(value_type = GroupCodes)]
    These(Vec<Code>),
}

/// Groups by code, at least one.
#[derive(Debug, utoipa::ToSchema)]
#[schema(value_type = Vec<Code>, min_items = 1)]
#[expect(dead_code, reason = "only says in the document what may come")]
pub struct GroupCodes(Vec<Code>);

/// The word `all`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum All {
    /// All of them.
    All,
}

/// What is let into which groups.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Forward {
    /// The groups: `"all"`, or a list of codes.
    into: Groups,
    /// A word of the steward's, sent below the bulletin; at most 1,000 UTF-16 units.
    note: Option<Note>,
}

/// What forwarding came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ForwardAnswer {
    /// Groups into which it goes now.
    forwarded: u64,
    /// Groups into which it had been let before.
    already: u64,
}

/// Let a bulletin into groups at which it is held.
///
/// All of them or none: 409 where it is not held at one of them yet, or no longer.
#[utoipa::path(post, path = "/bulletins/{id}/forward", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Forward, responses((status = 200, body = ForwardAnswer)))]
pub async fn forward_bulletin(
    State(app): State<App>,
    Id(id): Id<BulletinId>,
    post: IdempotentPost<Forward>,
) -> PostResult {
    let (mut work, Forward { into, note }) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    let bulletin = visible::bulletin(work.db(), &caller, id).await?;
    let into = match into {
        Groups::These(codes) => forward::ForwardTarget::Groups(answered_for(work.db(), &caller, &codes).await?),
        Groups::All(All::All) => forward::ForwardTarget::AllHeld(duty::all_answered_for(work.db(), &right).await?),
    };
    let note = match note {
        Some(text) => Some(sign(work.db(), &caller, text, &into, bulletin.origin_id).await?),
        None => None,
    };
    let done = forward::forward(work.db(), id, &into, note.as_ref(), &right, now).await?;
    work.answer(StatusCode::OK, &ForwardAnswer { forwarded: done.forwarded, already: done.already }).await
}

/// Which groups it does not concern, and why.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decline {
    /// The groups, by code.
    #[schema(min_items = 1)]
    into: Vec<Code>,
    /// Why; one line, at most 500 UTF-16 units.
    reason: PlainReason,
}

/// What declining came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DeclineAnswer {
    /// Groups at which it is declined now.
    declined: u64,
}

/// Say that a held bulletin does not concern groups; what is below them goes on without them.
#[utoipa::path(post, path = "/bulletins/{id}/decline", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Decline, responses((status = 200, body = DeclineAnswer)))]
pub async fn decline_bulletin(
    State(app): State<App>,
    Id(id): Id<BulletinId>,
    post: IdempotentPost<Decline>,
) -> PostResult {
    let (mut work, Decline { into, reason }) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    visible::bulletin(work.db(), &caller, id).await?;
    let groups = answered_for(work.db(), &caller, &into).await?;
    let declined = forward::decline(work.db(), id, &groups, &reason, &right, now).await?;
    work.answer(StatusCode::OK, &DeclineAnswer { declined }).await
}

/// Which declinings are reversed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Undecline {
    /// The groups, by code.
    #[schema(min_items = 1)]
    into: Vec<Code>,
}

/// What reversing came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UndeclineAnswer {
    /// Groups at which it is held again.
    undeclined: u64,
}

/// Reverse a declining: the bulletin is held at the groups again.
#[utoipa::path(post, path = "/bulletins/{id}/undecline", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Undecline, responses((status = 200, body = UndeclineAnswer)))]
pub async fn undecline_bulletin(
    State(app): State<App>,
    Id(id): Id<BulletinId>,
    post: IdempotentPost<Undecline>,
) -> PostResult {
    let (mut work, Undecline { into }) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    visible::bulletin(work.db(), &caller, id).await?;
    let groups = answered_for(work.db(), &caller, &into).await?;
    let undeclined = forward::undecline(work.db(), id, &groups, &right, now).await?;
    work.answer(StatusCode::OK, &UndeclineAnswer { undeclined }).await
}
