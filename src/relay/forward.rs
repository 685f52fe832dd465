//! Forward and decline: what a steward does with a bulletin that is held at a group of theirs.
//!
//! A command names groups and is carried out for all of them or for none. It shares the bulletin's lock with the
//! recorder and with other stewards, and locks the deliveries of its groups; only what goes into all groups holds the
//! bulletin alone. A steward's note makes one more variant of each message that they would have got: its stored bytes,
//! unchanged, and the note behind them. A bulletin that was withdrawn or has expired goes nowhere any more, whoever asks
//! ([`super`] has the whole table).

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::own_bulletin::must_may;
use super::publish::wake;
use super::refusal::{Refusal, Result};
use crate::domain::account::Permission;
use crate::domain::bulletin::Stage;
use crate::domain::delivery::State;
use crate::domain::ids::{BulletinId, GroupId};
use crate::domain::right::Right;
use crate::domain::text::{Note, PlainReason};
use crate::domain::time::Timestamp;
use crate::line::limits;
use crate::line::message::{StewardNote, with_note};
use crate::store::bulletins::{find_stage_for_update, get_bulletin};
use crate::store::locks::{lock_bulletin, lock_bulletins_shared};
use crate::store::messages::{insert_message, list_variants};
use crate::store::{Connection, audit, transitions};

/// What a forward came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forwarded {
    /// Groups into which the bulletin goes now.
    pub forwarded: u64,
    /// Groups into which it had been let before.
    pub already: u64,
}

/// Into which groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForwardTarget {
    /// These, which the caller has been found to answer for.
    Groups(Vec<i32>),
    /// Every group of these at which it is held; none = every group.
    AllHeld(Option<Vec<i32>>),
}

/// A steward's note, with the office it is from.
#[derive(Clone, Debug)]
pub struct SignedNote {
    /// The text.
    pub text: Note,
    /// Who adds it, such as ผู้ว่าราชการจังหวัดลำพูน.
    pub from: String,
    /// The group whose steward it is.
    pub group: GroupId,
}

/// Lets a bulletin into held groups.
///
/// # Errors
/// [`Refusal::NotHeld`] where one of them is not held, or no longer; nothing is changed then.
pub async fn forward(
    db: &mut Connection,
    id: BulletinId,
    into: &ForwardTarget,
    note: Option<&SignedNote>,
    right: &Right,
    now: Timestamp,
) -> Result<Forwarded> {
    must_may(right, Permission::Forward)?;
    must_be_live(db, id, now).await?;
    let (lock, groups, already) = match into {
        ForwardTarget::AllHeld(own) => {
            let lock = lock_bulletin(db, id).await?;
            (lock, transitions::list_held(db, id, own.as_deref()).await?, 0)
        }
        ForwardTarget::Groups(groups) => {
            let lock = lock_bulletins_shared(db, &[id]).await?;
            let (groups, already) = split(db, id, groups).await?;
            (lock, groups, already)
        }
    };
    let noted = match note {
        Some(note) => store_notes(db, id, note, &groups, now).await?,
        None => Vec::new(),
    };
    let forwarded = transitions::forward(db, &lock, id, &groups, &noted, &right.actor, now).await?;
    let detail = json!({ "groups": groups, "note": note.is_some() });
    audit::insert_entry(db, now, &right.actor, "forward", &format!("bulletin:{id}"), &detail).await?;
    wake(db, id).await?;
    Ok(Forwarded { forwarded, already })
}

/// Lets several bulletins into every group of these at which they are held; one that was withdrawn meanwhile, or that
/// another has let in, is left out. Gives which went on.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub async fn forward_several(
    db: &mut Connection,
    ids: &[BulletinId],
    groups: &[i32],
    right: &Right,
    now: Timestamp,
) -> Result<Vec<BulletinId>> {
    let mut ids = ids.to_vec();
    // the order in which everybody takes the bulletins' locks
    ids.sort_unstable();
    ids.dedup();
    let mut gone = Vec::new();
    for id in ids {
        if transitions::list_held(db, id, Some(groups)).await?.is_empty() {
            continue;
        }
        match forward(db, id, &ForwardTarget::AllHeld(Some(groups.to_vec())), None, right, now).await {
            Ok(done) if done.forwarded > 0 => gone.push(id),
            Ok(_) | Err(Refusal::NotRelaying | Refusal::Expired(_)) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(gone)
}

/// The groups at which it is held, and how many it was let into before.
async fn split(db: &mut Connection, id: BulletinId, groups: &[i32]) -> Result<(Vec<i32>, u64)> {
    let standings = transitions::lock_deliveries(db, id, groups).await?;
    if standings.len() < groups.len() {
        return Err(Refusal::Absent);
    }
    let not_held: Vec<(String, State)> = standings
        .iter()
        .filter(|standing| !matches!(standing.state, State::Held | State::Ready | State::Accepted))
        .map(|standing| (standing.group.clone(), standing.state))
        .collect();
    if !not_held.is_empty() {
        return Err(Refusal::NotHeld(not_held));
    }
    let held: Vec<i32> =
        standings.iter().filter(|standing| standing.state == State::Held).map(|standing| standing.group_id.0).collect();
    let already = (standings.len() - held.len()) as u64;
    Ok((held, already))
}

/// Stores every variant of the message for these groups once more, with the note behind it; gives each with its noted one.
async fn store_notes(
    db: &mut Connection,
    id: BulletinId,
    note: &SignedNote,
    groups: &[i32],
    now: Timestamp,
) -> Result<Vec<(i16, i16)>> {
    let mut noted = Vec::new();
    for plain in list_variants(db, id, groups).await? {
        let body = with_note(&plain.body, &StewardNote { from: &note.from, text: note.text.as_str() })?;
        if limits::check(body.as_bytes()).map_or(true, |broken| !broken.is_empty()) {
            return Err(Refusal::NoteTooLong);
        }
        let sha256 = Sha256::digest(&body);
        let made = insert_message(db, id, Some(note.group), plain.forward_button, &body, &sha256, now).await?;
        noted.push((plain.variant, made.variant));
    }
    Ok(noted)
}

/// Marks held groups as declined; what is below them goes on without them.
///
/// # Errors
/// [`Refusal::NotHeld`] where one of them is not held; nothing is changed then.
pub async fn decline(
    db: &mut Connection,
    id: BulletinId,
    groups: &[i32],
    reason: &PlainReason,
    right: &Right,
    now: Timestamp,
) -> Result<u64> {
    must_may(right, Permission::Forward)?;
    must_be_live(db, id, now).await?;
    let lock = lock_bulletins_shared(db, &[id]).await?;
    must_all_be(db, id, groups, State::Held).await?;
    let declined = transitions::decline(db, &lock, id, groups, reason.as_str(), &right.actor, now).await?;
    let detail = json!({ "groups": groups, "reason": reason.as_str() });
    audit::insert_entry(db, now, &right.actor, "decline", &format!("bulletin:{id}"), &detail).await?;
    wake(db, id).await?;
    Ok(declined)
}

/// Puts declined groups back to held.
///
/// # Errors
/// [`Refusal::NotHeld`] where one of them is not declined; nothing is changed then.
pub async fn undecline(
    db: &mut Connection,
    id: BulletinId,
    groups: &[i32],
    right: &Right,
    now: Timestamp,
) -> Result<u64> {
    must_may(right, Permission::Retry)?;
    must_be_live(db, id, now).await?;
    let lock = lock_bulletins_shared(db, &[id]).await?;
    must_all_be(db, id, groups, State::Declined).await?;
    let reversed = transitions::undecline(db, &lock, id, groups, now).await?;
    audit::insert_entry(db, now, &right.actor, "undecline", &format!("bulletin:{id}"), &json!({ "groups": groups }))
        .await?;
    Ok(reversed)
}

async fn must_all_be(db: &mut Connection, id: BulletinId, groups: &[i32], state: State) -> Result<()> {
    let standings = transitions::lock_deliveries(db, id, groups).await?;
    if standings.len() < groups.len() {
        return Err(Refusal::Absent);
    }
    let others: Vec<(String, State)> = standings
        .into_iter()
        .filter(|standing| standing.state != state)
        .map(|standing| (standing.group, standing.state))
        .collect();
    if others.is_empty() { Ok(()) } else { Err(Refusal::NotHeld(others)) }
}

/// The bulletin's row is locked, it is published and its time is not over: what would send more of it may go on.
pub(super) async fn must_be_live(db: &mut Connection, id: BulletinId, now: Timestamp) -> Result<()> {
    must_be_relaying(db, id).await?;
    match get_bulletin(db, id).await?.expires_at {
        Some(expires_at) if expires_at <= now => Err(Refusal::Expired(expires_at)),
        _ => Ok(()),
    }
}

/// The bulletin's row is locked and it is published.
pub(super) async fn must_be_relaying(db: &mut Connection, id: BulletinId) -> Result<()> {
    match find_stage_for_update(db, id).await?.ok_or(Refusal::Absent)? {
        Stage::Published => Ok(()),
        _ => Err(Refusal::NotRelaying),
    }
}
