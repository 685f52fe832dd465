//! What people do with a bulletin on its way: forward, decline, reverse a declining.
//!
//! A steward's key answers for the groups of its own office, and for no others: those are absent to it. Operators and
//! admins answer for every group in their part of the tree (letter of 23 March 2561, clause 2, on whose duty it is).

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::visible;
use crate::domain::account::Role;
use crate::domain::ids::{BulletinId, Code, GroupId};
use crate::domain::text::{Note, PlainReason};
use crate::relay::forward::{self, SignedNote};
use crate::store::groups::{self, list_ids_under, list_places};
use crate::store::offices::find_office;
use crate::store::stewards::list_stewards;
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::auth::Caller;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::Id;
use crate::web::problem::Problem;

/// Who signs a note that no office's key wrote.
const OPERATIONS: &str = "ศูนย์ปฏิบัติการ GCC";

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
    let (now, by, caller) = (work.now, work.by(), work.caller.clone());
    let bulletin = visible::bulletin(work.db(), &caller, id).await?;
    let into = match into {
        Groups::These(codes) => forward::ForwardTarget::Groups(answered_for(work.db(), &caller, &codes).await?),
        Groups::All(All::All) => forward::ForwardTarget::AllHeld(all_answered_for(work.db(), &caller).await?),
    };
    let note = match note {
        Some(text) => Some(sign(work.db(), &caller, text, &into, bulletin.origin_id).await?),
        None => None,
    };
    let done = forward::forward(work.db(), id, &into, note.as_ref(), &by, now).await?;
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
    let (now, by, caller) = (work.now, work.by(), work.caller.clone());
    visible::bulletin(work.db(), &caller, id).await?;
    let groups = answered_for(work.db(), &caller, &into).await?;
    let declined = forward::decline(work.db(), id, &groups, &reason, &by, now).await?;
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
    let (now, by, caller) = (work.now, work.by(), work.caller.clone());
    visible::bulletin(work.db(), &caller, id).await?;
    let groups = answered_for(work.db(), &caller, &into).await?;
    let undeclined = forward::undecline(work.db(), id, &groups, &by, now).await?;
    work.answer(StatusCode::OK, &UndeclineAnswer { undeclined }).await
}

/// The groups called `codes`, all of which the caller must answer for.
pub(in crate::web) async fn answered_for(
    db: &mut Connection,
    caller: &Caller,
    codes: &[Code],
) -> Result<Vec<i32>, Problem> {
    if codes.is_empty() {
        return Err(Problem::invalid_field("/into", "must name at least one group"));
    }
    let names: Vec<String> = codes.iter().map(Code::to_string).collect();
    let places = list_places(db, &names).await?;
    let theirs = |place: &groups::Place| match caller.role {
        Role::Steward => caller.office == Some(place.office_id),
        _ => caller.scope.covers(&place.path),
    };
    match names.iter().find(|name| !places.iter().any(|place| place.code == **name && theirs(place))) {
        Some(name) => Err(Problem::absent(&format!("group as {name}"))),
        None => Ok(places.into_iter().map(|place| place.id.0).collect()),
    }
}

/// Every group that the caller answers for; none = all.
pub(in crate::web) async fn all_answered_for(
    db: &mut Connection,
    caller: &Caller,
) -> Result<Option<Vec<i32>>, StoreError> {
    match (caller.scope.groups(), caller.role) {
        (None, _) => Ok(None),
        // its scope is given as the groups of its office
        (Some(own), Role::Steward) => Ok(Some(own.to_vec())),
        (Some(scope), _) => Ok(Some(list_ids_under(db, scope).await?)),
    }
}

/// Puts under a note whose it is: the office that the key stands for, by its steward's title.
pub(in crate::web) async fn sign(
    db: &mut Connection,
    caller: &Caller,
    text: Note,
    into: &forward::ForwardTarget,
    origin: GroupId,
) -> Result<SignedNote, StoreError> {
    let first = match into {
        forward::ForwardTarget::Groups(groups) => groups.first(),
        forward::ForwardTarget::AllHeld(groups) => groups.as_ref().and_then(|groups| groups.first()),
    };
    let group = first.map_or(origin, |id| GroupId(*id));
    Ok(SignedNote { text, from: signature(db, caller, group).await?, group })
}

/// Whose a note into `group` is: its steward's, by title or else by the office's name; or that of operations.
pub(in crate::web) async fn signature(
    db: &mut Connection,
    caller: &Caller,
    group: GroupId,
) -> Result<String, StoreError> {
    let Some(office) = caller.office_code.as_deref().filter(|_| caller.role == Role::Steward) else {
        return Ok(OPERATIONS.to_owned());
    };
    let stewards = list_stewards(db, group).await?;
    if let Some(title) = stewards.into_iter().find_map(|steward| steward.title.filter(|_| !steward.deputy)) {
        return Ok(title);
    }
    Ok(find_office(db, office).await?.map_or_else(|| OPERATIONS.to_owned(), |office| office.name))
}
