//! Terms of office: naming who follows a steward or standing deputy and from which day, taking that back, and setting a last day.
//!
//! A successor who is named for a day to come takes over then by itself (`hand_over_due`, a step of upkeep, by the earlier of the two clocks);
//! one whose day has come already takes over in the act itself. Whoever manages a group does this for it.

use serde_json::json;

use super::engine::Engine;
use super::refusal::{Refusal, Result};
use crate::domain::account::{Permission, Role};
use crate::domain::actor::Actor;
use crate::domain::right::Right;
use crate::domain::steward::Term;
use crate::domain::time::Timestamp;
use crate::store::groups::{Group, find_group};
use crate::store::terms::{
    self as rows, HandOver, delete_successor, end_due, insert_successor, lock_holder, take_over, update_end,
};
use crate::store::{Connection, StoreError, audit};

/// Names who is on duty from a day on; gives the group.
///
/// # Errors
/// [`Refusal::GroupAbsent`]; [`Refusal::TermNotLater`] where whoever is on duty began no earlier, or somebody takes over at that moment already.
pub async fn name(
    db: &mut Connection,
    right: &Right,
    code: &str,
    deputy: bool,
    term: &Term,
    now: Timestamp,
) -> Result<Group> {
    let group = find_managed(db, right, code).await?;
    let began = lock_holder(db, group.id, deputy).await?;
    if began.is_some_and(|began| began >= term.from()) {
        return Err(Refusal::TermNotLater);
    }
    let named = insert_successor(db, group.id, deputy, term, &right.actor, now).await?;
    let id = named.ok_or(Refusal::TermNotLater)?;
    let detail = json!({ "deputy": deputy, "from": term.from(), "until": term.until(), "successor": id });
    audit::insert_entry(db, now, &right.actor, "name_steward", &format!("group:{}", group.id), &detail).await?;
    // of what was due before, upkeep would have written the entries
    while term.from() <= now {
        let over = take_over(db, Some(group.id), now).await?;
        if over.is_empty() {
            break;
        }
        for one in over.iter().filter(|one| one.deputy != deputy || one.at != term.from()) {
            note(db, one, now).await?;
        }
    }
    Ok(group)
}

/// Takes a successor back whose time has not come.
///
/// # Errors
/// [`Refusal::TermAbsent`].
pub async fn cancel(db: &mut Connection, right: &Right, code: &str, id: i32, now: Timestamp) -> Result<Group> {
    let group = find_managed(db, right, code).await?;
    if !delete_successor(db, group.id, id).await? {
        return Err(Refusal::TermAbsent);
    }
    let detail = json!({ "successor": id });
    audit::insert_entry(db, now, &right.actor, "cancel_steward", &format!("group:{}", group.id), &detail).await?;
    Ok(group)
}

/// Sets when the duty of whoever holds it ends by itself; none = when somebody else is named.
///
/// # Errors
/// [`Refusal::TermAbsent`] where nobody holds it, or it would end before it began.
pub async fn set_end(
    db: &mut Connection,
    right: &Right,
    code: &str,
    deputy: bool,
    at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Group> {
    let group = find_managed(db, right, code).await?;
    if !update_end(db, group.id, deputy, at).await? {
        return Err(Refusal::TermAbsent);
    }
    let detail = json!({ "deputy": deputy, "until": at });
    audit::insert_entry(db, now, &right.actor, "end_steward", &format!("group:{}", group.id), &detail).await?;
    if at.is_some_and(|at| at <= now) {
        let ended = end_due(db, Some(group.id), now).await?;
        // of the other duty, if it was due, upkeep would have written the entry
        for one in ended.iter().filter(|one| one.deputy != deputy) {
            note(db, one, now).await?;
        }
    }
    Ok(group)
}

/// The group, if the caller manages it: a steward those of the own office, others those of their part of the tree.
async fn find_managed(db: &mut Connection, right: &Right, code: &str) -> Result<Group> {
    let theirs = |group: &Group| {
        right.scope.covers(&group.path)
            && match right.role {
                Role::Steward => right.office == Some(group.office_id),
                role => role.may(Permission::ManageGroups),
            }
    };
    let found = find_group(db, code).await?.filter(theirs);
    found.ok_or_else(|| Refusal::GroupAbsent(code.chars().take(64).collect()))
}

/// Hands over every duty whose day has come, and ends those whose last day is over.
pub(super) async fn hand_over_due(engine: &Engine, now: Timestamp) -> Result<(), StoreError> {
    loop {
        let mut tx = engine.db.begin().await?;
        let mut over = take_over(&mut tx, None, now).await?;
        over.extend(end_due(&mut tx, None, now).await?);
        for one in &over {
            note(&mut tx, one, now).await?;
        }
        tx.commit().await?;
        if over.is_empty() {
            return Ok(());
        }
        tracing::info!(duties = over.len(), "duties of stewards were handed over or ended");
        // of a duty with several successors the next one may be due as well
    }
}

async fn note(db: &mut Connection, over: &HandOver, now: Timestamp) -> Result<(), StoreError> {
    let detail = json!({ "deputy": over.deputy, "at": over.at, "taken_over": over.taken_over });
    audit::insert_entry(db, now, &Actor::UPKEEP, "hand_over", &format!("group:{}", over.group), &detail).await
}

pub use rows::{TermRow, list_terms};
