//! Publish: a draft becomes a bulletin with all its deliveries, in one transaction.
//!
//! The message is rendered here, once per variant, and stored; every attempt sends those bytes. Nothing is sent from here:
//! the notice at commit wakes the dispatchers, and they would find the work without it.

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::asking;
use super::audience::resolve;
use super::digests::next_hour;
use super::own_bulletin::{lock_own, must_be_theirs_to_publish};
use super::refusal::{Refusal, Result};
use super::rendering::{Variant, render_checked, render_variant};
use super::settings::Settings;
use super::share::unused_share_code;
use crate::domain::account::Permission;
use crate::domain::actor::Actor;
use crate::domain::bulletin::{Approval, ForwardingMode, Stage};
use crate::domain::ids::{BulletinId, MessageId};
use crate::domain::right::Right;
use crate::domain::secrecy::secrecy_class;
use crate::domain::time::Timestamp;
use crate::domain::time_bound::check_bulletin_times;
use crate::store::bulletins::{
    Bulletin, find_stage_for_share, find_stage_for_update, get_bulletin, mark_draft, mark_published, mark_scheduled,
};
use crate::store::channels::list_channels;
use crate::store::fan_out::{Messages, Ways, insert_deliveries, list_channels_of};
use crate::store::locks::share_links;
use crate::store::messages::insert_message;
use crate::store::notices::{Notice, notify};
use crate::store::{Connection, audit};

/// What publishing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// It is on its way, with so many deliveries.
    Relaying(i32),
    /// It goes out at this time, to the tree as it is then.
    Scheduled(Timestamp),
}

/// Publishes a draft now.
///
/// # Errors
/// [`Refusal`]; the caller drops the transaction then.
#[tracing::instrument(name = "publish", skip_all, fields(bulletin.id = %id))]
pub async fn publish(
    db: &mut Connection,
    settings: &Settings,
    id: BulletinId,
    right: &Right,
    now: Timestamp,
) -> Result<Published> {
    share_links(db).await?;
    let mut bulletin = lock_own(db, right, id, Permission::Originate).await?;
    must_be_theirs_to_publish(right, &bulletin)?;
    if bulletin.stage != Stage::Scheduled {
        must_be_ready(settings, &bulletin)?;
    }
    must_be_approved(settings, &bulletin)?;
    check(db, &bulletin, None, now).await?;
    let share_code = bulletin.share_code.insert(unused_share_code(db).await?).clone();
    let messages = store_messages(db, settings, &bulletin, now).await?;
    let selection = resolve(db, bulletin.origin_id, &bulletin.audience).await?;
    let expires_at = bulletin.expires_at.unwrap_or(now + settings.default_expiry);
    mark_published(db, id, &share_code, expires_at, now).await?;
    let ways = Ways::of(&settings.ways, bulletin.urgency(), bulletin.forwarding, bulletin.way);
    let deliveries = insert_deliveries(db, id, messages, &ways, &selection, now).await?;
    if deliveries == 0 {
        return Err(Refusal::NobodySelected);
    }
    asking::issue(db, settings, &bulletin, now).await?;
    let detail = json!({ "deliveries": deliveries, "forwarding": bulletin.forwarding });
    audit::insert_entry(db, now, &right.actor, "publish", &format!("bulletin:{id}"), &detail).await?;
    wake(db, id).await?;
    tracing::info!(deliveries, "a bulletin goes out once this is committed");
    Ok(Published::Relaying(deliveries))
}

/// When a bulletin is to be published that is not published now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Later {
    /// At this time, alone.
    At(Timestamp),
    /// At the hour of the next digest, with others that wait for it.
    NextDigest,
}

/// Sets a draft down to be published later.
///
/// # Errors
/// [`Refusal`]; of a digest [`Refusal::NoDigest`] and [`Refusal::NotForDigest`].
pub async fn schedule(
    db: &mut Connection,
    settings: &Settings,
    id: BulletinId,
    later: Later,
    right: &Right,
    now: Timestamp,
) -> Result<Published> {
    let bulletin = lock_own(db, right, id, Permission::Originate).await?;
    must_be_theirs_to_publish(right, &bulletin)?;
    must_be_ready(settings, &bulletin)?;
    must_be_approved(settings, &bulletin)?;
    let (at, with_digest) = match later {
        Later::At(at) => (at, false),
        Later::NextDigest => (next_hour(settings, &bulletin, now)?, true),
    };
    check(db, &bulletin, Some(at), now).await?;
    render_variant(settings, &bulletin, Variant::Forwarding)?;
    resolve(db, bulletin.origin_id, &bulletin.audience).await?;
    mark_scheduled(db, id, at, with_digest, now).await?;
    let detail = if with_digest { json!({ "at": at, "digest": true }) } else { json!({ "at": at }) };
    audit::insert_entry(db, now, &right.actor, "schedule", &format!("bulletin:{id}"), &detail).await?;
    Ok(Published::Scheduled(at))
}

/// Publishes a scheduled bulletin whose hour has come; none where a person took it back or put it off meanwhile.
///
/// # Errors
/// [`Refusal`]; the caller drops the transaction then, and tells [`give_up_schedule`].
pub async fn publish_due(
    db: &mut Connection,
    settings: &Settings,
    id: BulletinId,
    now: Timestamp,
) -> Result<Option<Published>> {
    if !is_due(db, id, now).await? {
        return Ok(None);
    }
    publish(db, settings, id, &Right::whole(Actor::UPKEEP), now).await.map(Some)
}

/// Puts a scheduled bulletin that could not be published at its hour back among the drafts, and keeps the reason.
pub async fn give_up_schedule(db: &mut Connection, id: BulletinId, refusal: &Refusal, now: Timestamp) -> Result<()> {
    if is_due(db, id, now).await? {
        let reason = refusal.unscheduled_reason();
        mark_draft(db, id, Some(reason), now).await?;
        let detail = json!({ "because": reason });
        audit::insert_entry(db, now, &Actor::UPKEEP, "unschedule", &format!("bulletin:{id}"), &detail).await?;
    }
    Ok(())
}

/// Locks the bulletin's row and looks whether it still is to be published by now.
pub(super) async fn is_due(db: &mut Connection, id: BulletinId, now: Timestamp) -> Result<bool> {
    let stage = find_stage_for_update(db, id).await?.ok_or(Refusal::Absent)?;
    Ok(stage == Stage::Scheduled && get_bulletin(db, id).await?.scheduled_for.is_some_and(|at| at <= now))
}

/// Puts a scheduled bulletin back among the drafts, because a person wants to.
///
/// # Errors
/// [`Refusal::NotADraft`] where it is not scheduled.
pub async fn unschedule(db: &mut Connection, id: BulletinId, right: &Right, now: Timestamp) -> Result<()> {
    if lock_own(db, right, id, Permission::Originate).await?.stage != Stage::Scheduled {
        return Err(Refusal::NotADraft);
    }
    mark_draft(db, id, None, now).await?;
    audit::insert_entry(db, now, &right.actor, "unschedule", &format!("bulletin:{id}"), &json!({})).await?;
    Ok(())
}

/// It is a draft, or was submitted and approved.
fn must_be_ready(settings: &Settings, bulletin: &Bulletin) -> Result<()> {
    match bulletin.stage {
        Stage::Draft => Ok(()),
        // where nobody's approval is needed, having asked for it stands in nobody's way
        Stage::Submitted if bulletin.approved_at.is_some() || settings.bulletins.approval == Approval::None => Ok(()),
        Stage::Submitted => Err(Refusal::NotApproved),
        Stage::Scheduled | Stage::Published | Stage::Withdrawn => Err(Refusal::NotADraft),
    }
}

pub(super) fn must_be_approved(settings: &Settings, bulletin: &Bulletin) -> Result<()> {
    match settings.bulletins.approval {
        Approval::SecondPerson if bulletin.approved_at.is_none() => Err(Refusal::NotApproved),
        Approval::SecondPerson | Approval::None => Ok(()),
    }
}

/// What must hold before anything is made of a draft.
///
/// It is asked again whenever something is done with the draft, as times pass and others act meanwhile; `at` is when
/// it is to go out, none = now.
pub(super) async fn check(
    db: &mut Connection,
    bulletin: &Bulletin,
    at: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    let faults = check_bulletin_times(at, bulletin.expires_at, bulletin.due_at(), now);
    if !faults.is_empty() {
        return Err(Refusal::Times(faults));
    }
    asking::must_have_time(bulletin, at.unwrap_or(now))?;
    if let Some(class) = secrecy_class(&bulletin.subject).or_else(|| secrecy_class(&bulletin.body)) {
        return Err(Refusal::Classified(class));
    }
    if list_channels(db).await?.is_empty() {
        return Err(Refusal::NoChannel);
    }
    if let Some(about) = bulletin.about {
        // kept as it is until this is committed: a withdrawal waits, and then takes what was published here along
        match find_stage_for_share(db, BulletinId(about)).await?.ok_or(Refusal::Absent)? {
            Stage::Published => {}
            // nobody puts right what was taken back: what is to be said anew is a bulletin of its own
            Stage::Withdrawn => return Err(Refusal::AboutWithdrawn),
            Stage::Draft | Stage::Submitted | Stage::Scheduled => return Err(Refusal::AboutUnpublished),
        }
    }
    Ok(())
}

/// Renders both variants and stores the bytes; only the plain one where nobody has to forward.
pub(super) async fn store_messages(
    db: &mut Connection,
    settings: &Settings,
    bulletin: &Bulletin,
    now: Timestamp,
) -> Result<Messages> {
    let plain = store_message(db, settings, bulletin, now).await?;
    if bulletin.forwarding == ForwardingMode::Automatic {
        return Ok(Messages { plain, forwarding: None });
    }
    let body = render_variant(settings, bulletin, Variant::Forwarding)?;
    let forwarding = insert_message(db, bulletin.id, None, true, &body, &Sha256::digest(&body), now).await?;
    Ok(Messages { plain, forwarding: Some(forwarding) })
}

/// Renders the bulletin's plain message and stores the bytes.
pub(super) async fn store_message(
    db: &mut Connection,
    settings: &Settings,
    bulletin: &Bulletin,
    now: Timestamp,
) -> Result<MessageId> {
    let body = render_checked(settings, bulletin)?;
    Ok(insert_message(db, bulletin.id, None, false, &body, &Sha256::digest(&body), now).await?)
}

/// Wakes the dispatchers of the bulletin's channels when the transaction commits.
pub(super) async fn wake(db: &mut Connection, id: BulletinId) -> Result<()> {
    if let Some(notice) = Notice::waking(&list_channels_of(db, id).await?) {
        notify(db, notice).await?;
    }
    Ok(())
}
