//! Forwarding by a tap: a bound steward taps ส่งต่อ under the card in the group above, or under a reminder.
//!
//! The tap is the same command as the page's ([`super::forward`]), with the right of the account that the person is bound to and
//! into the groups of its office at which the bulletin is held. The button is there for everybody who reads the card, and its data
//! is no secret: who taps is told apart by the keyed hash of LINE's user id and by nothing else. Whoever is not bound is led to
//! the page, once a minute for all who read it.

use super::answering::ReplyKind;
use super::forward::{ForwardTarget, forward};
use super::refusal::Refusal;
use crate::domain::account::Role;
use crate::domain::actor::Actor;
use crate::domain::bulletin::Stage;
use crate::domain::delivery::State;
use crate::domain::ids::{BulletinId, BulletinNo};
use crate::domain::right::{Right, Scope};
use crate::domain::time::Timestamp;
use crate::store::bindings::{BoundAccount, list_bound};
use crate::store::forward_taps::{TapReach, count_forwarded, take_hint};
use crate::store::groups::list_ids_of_office;
use crate::store::heard::find_published;
use crate::store::transitions::list_held;
use crate::store::waiting::list_copies;
use crate::store::webhook_events::Event;
use crate::store::{Connection, Result};

/// What a tap on a bulletin's ส่งต่อ sends back.
#[must_use]
pub fn forward_data(bulletin: BulletinId) -> String {
    format!("fwd:{bulletin}")
}

/// The bulletin that a tapped ส่งต่อ names.
#[must_use]
pub fn forwarded_bulletin(data: &str) -> Option<BulletinId> {
    data.strip_prefix("fwd:")?.parse().ok()
}

/// Does what a tap asks for; gives what to answer.
pub(super) async fn tap(db: &mut Connection, event: &Event, now: Timestamp) -> Result<Option<ReplyKind>> {
    let Some(bulletin) = event.data.as_deref().and_then(forwarded_bulletin) else { return Ok(None) };
    let Some((no, stage)) = find_published(db, bulletin).await? else { return Ok(None) };
    let bound = match event.person.as_deref() {
        Some(person) => list_bound(db, person, now).await?,
        None => Vec::new(),
    };
    if bound.is_empty() {
        return hint(db, event, no, bulletin, now).await;
    }
    if stage == Stage::Withdrawn {
        return Ok(Some(ReplyKind::WithdrawnBulletin));
    }
    let (mut forwarded, mut passed, mut expired) = (None, false, false);
    for account in &bound {
        let groups = list_ids_of_office(db, account.office).await?;
        match forward_held(db, bulletin, account, &groups, now).await {
            Ok(Some(reach)) => {
                let sum = forwarded.get_or_insert_with(TapReach::default);
                sum.groups += reach.groups;
                sum.people += reach.people;
                sum.unlinked += reach.unlinked;
            }
            Ok(None) => {
                let copies = list_copies(db, bulletin, &groups).await?;
                let gone = |state| matches!(state, State::Ready | State::Accepted | State::Seen);
                passed |= copies.iter().any(|copy| gone(copy.state));
                expired |= copies.iter().any(|copy| copy.state == State::Expired);
            }
            Err(Refusal::Store(error)) => return Err(error),
            Err(Refusal::NotRelaying) => return Ok(Some(ReplyKind::WithdrawnBulletin)),
            Err(Refusal::Expired(_)) => return Ok(Some(ReplyKind::ExpiredBulletin)),
            Err(refusal) => {
                tracing::info!(bulletin.id = %bulletin, why = %refusal, "a tap on the button to forward was refused");
            }
        }
    }
    Ok(Some(match forwarded {
        Some(reach) => ReplyKind::ForwardedByTap(reach),
        None if passed => ReplyKind::ForwardedBefore,
        None if expired => ReplyKind::ExpiredBulletin,
        None => ReplyKind::NothingToForward { bulletin },
    }))
}

/// Lets the bulletin into those groups of an account's office at which it is held; gives into what. None where it is held at none.
async fn forward_held(
    db: &mut Connection,
    bulletin: BulletinId,
    account: &BoundAccount,
    groups: &[i32],
    now: Timestamp,
) -> super::refusal::Result<Option<TapReach>> {
    if list_held(db, bulletin, Some(groups)).await?.is_empty() {
        return Ok(None);
    }
    let right = Right {
        actor: Actor::user(&account.username),
        role: Role::Steward,
        office: Some(account.office),
        scope: Scope::Under(groups.to_vec()),
    };
    let done = forward(db, bulletin, &ForwardTarget::AllHeld(Some(groups.to_vec())), None, &right, now).await?;
    if done.forwarded == 0 {
        return Ok(None);
    }
    Ok(Some(count_forwarded(db, bulletin, groups, &right.actor, now).await?))
}

/// Leads to the page, unless that was said there a moment ago.
async fn hint(
    db: &mut Connection,
    event: &Event,
    no: BulletinNo,
    bulletin: BulletinId,
    now: Timestamp,
) -> Result<Option<ReplyKind>> {
    let place = match (&event.line_group_id, &event.person) {
        (Some(group), _) => group.clone(),
        (None, Some(person)) => hex::encode(person),
        (None, None) => return Ok(None),
    };
    let told = take_hint(db, no, event.channel_id, &place, now).await?;
    Ok(told.then_some(ReplyKind::NotBound { bulletin }))
}
