//! Withdraws a bulletin: what is not sent stays unsent, and a notice follows wherever it went.
//!
//! The notice is a bulletin of its own, of the kind *withdrawal*, with a delivery for every group where LINE
//! accepted the first one. A call that was under way may still be accepted afterwards; upkeep then sends the notice
//! after it ([`follow_late_acceptances`]).

use std::time::Duration;

use serde_json::json;

use super::own_bulletin::lock_own;
use super::publish::{store_message, wake};
use super::refusal::{Refusal, Result};
use super::settings::Settings;
use super::share::unused_share_code;
use crate::domain::account::Permission;
use crate::domain::bulletin::{Acknowledgement, Audience, ForwardingMode, Kind, Stage};
use crate::domain::delivery::State;
use crate::domain::ids::BulletinId;
use crate::domain::right::Right;
use crate::domain::text::PlainReason;
use crate::domain::time::Timestamp;
use crate::store::bulletins::{
    Bulletin, Draft, find_stage_for_update, get_bulletin, insert_draft, list_carried, list_corrections, mark_published,
    mark_withdrawn,
};
use crate::store::fan_out::{insert_where_accepted, list_late_notices};
use crate::store::locks::{BulletinsLocked, lock_bulletin, lock_bulletins};
use crate::store::{Connection, audit, transitions};

/// How long after a notice late acceptances are looked for; no call is repeated by itself for longer.
const LATE: Duration = Duration::from_hours(48);

/// What a withdrawal came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// Deliveries that were stopped before they were sent.
    pub stopped: u64,
    /// The notice, where LINE had accepted the bulletin anywhere.
    pub notice: Option<BulletinId>,
    /// Groups that the notice goes to.
    pub notified: i32,
    /// Corrections of it that were taken back with it.
    pub corrections: Vec<BulletinId>,
}

/// Takes a published bulletin back, and with it every published correction of it: what puts right something that does
/// not hold any more does not hold either, and would go on below. With a digest goes what it carries.
///
/// # Errors
/// [`Refusal::WithdrawalStands`] for a withdrawal notice: groups that have the bulletin would never learn that it was
/// taken back. [`Refusal`]; nothing is changed then.
pub async fn withdraw(
    db: &mut Connection,
    settings: &Settings,
    id: BulletinId,
    reason: &PlainReason,
    right: &Right,
    now: Timestamp,
) -> Result<Withdrawn> {
    let bulletin = lock_own(db, right, id, Permission::Withdraw).await?;
    if bulletin.stage != Stage::Published {
        return Err(Refusal::NotRelaying);
    }
    if bulletin.kind == Kind::Withdrawal {
        return Err(Refusal::WithdrawalStands);
    }
    let corrections = lock_corrections(db, id).await?;
    let carried = lock_carried(db, &bulletin).await?;
    let mut all = [corrections.as_slice(), carried.as_slice()].concat();
    all.push(id);
    let lock = lock_bulletins(db, &all).await?;
    let mut withdrawn = withdraw_one(db, &lock, settings, id, reason, right, now).await?;
    for correction in corrections {
        withdraw_one(db, &lock, settings, correction, reason, right, now).await?;
        withdrawn.corrections.push(correction);
    }
    for item in carried {
        // its deliveries have followed, and the digest's notice tells of it
        mark_withdrawn(db, item, reason.as_str(), now).await?;
        let detail = json!({ "reason": reason.as_str(), "digest": id });
        audit::insert_entry(db, now, &right.actor, "withdraw", &format!("bulletin:{item}"), &detail).await?;
    }
    Ok(withdrawn)
}

/// What a digest carries and nobody took back yet, its rows locked.
async fn lock_carried(db: &mut Connection, digest: &Bulletin) -> Result<Vec<BulletinId>> {
    let mut locked = Vec::new();
    if digest.kind == Kind::Digest {
        for item in list_carried(db, digest.id).await? {
            if find_stage_for_update(db, item.id).await? == Some(Stage::Published) {
                locked.push(item.id);
            }
        }
    }
    Ok(locked)
}

/// The published corrections of a bulletin whose row is locked, and corrections of those, their rows locked as well:
/// what was being published meanwhile is waited for, and is among them.
async fn lock_corrections(db: &mut Connection, id: BulletinId) -> Result<Vec<BulletinId>> {
    let mut locked = Vec::new();
    loop {
        let found = list_corrections(db, id).await?;
        let fresh: Vec<BulletinId> = found.iter().copied().filter(|one| !locked.contains(one)).collect();
        if fresh.is_empty() {
            return Ok(found);
        }
        for correction in fresh {
            find_stage_for_update(db, correction).await?;
            locked.push(correction);
        }
    }
}

async fn withdraw_one(
    db: &mut Connection,
    lock: &BulletinsLocked,
    settings: &Settings,
    id: BulletinId,
    reason: &PlainReason,
    right: &Right,
    now: Timestamp,
) -> Result<Withdrawn> {
    let stopped = transitions::end_open(db, lock, id, State::Withdrawn, now).await?;
    let bulletin = get_bulletin(db, id).await?;
    mark_withdrawn(db, id, reason.as_str(), now).await?;
    let (notice, notified) = publish_notice(db, settings, &bulletin, reason, right, now).await?;
    let detail = json!({ "reason": reason.as_str(), "stopped": stopped, "notified": notified });
    audit::insert_entry(db, now, &right.actor, "withdraw", &format!("bulletin:{id}"), &detail).await?;
    wake(db, id).await?;
    Ok(Withdrawn { stopped, notice, notified, corrections: Vec::new() })
}

async fn publish_notice(
    db: &mut Connection,
    settings: &Settings,
    about: &Bulletin,
    reason: &PlainReason,
    right: &Right,
    now: Timestamp,
) -> Result<(Option<BulletinId>, i32)> {
    let id = BulletinId::new(now);
    let draft = Draft {
        kind: Kind::Withdrawal,
        about: Some(about.id),
        subject: about.subject.clone(),
        body: format!("ขอยกเลิกประกาศเรื่องนี้ที่ได้ส่งไปก่อนหน้านี้ เนื่องจาก{}", reason.as_str()),
        urgency: about.urgency(),
        document_number: about.document_number.clone(),
        document_date: about.document_date.clone(),
        origin: about.origin_id,
        audience: Audience::default(),
        links: Vec::new(),
        attachment: None,
        media: Vec::new(),
        forwarding: ForwardingMode::Automatic,
        way: None,
        acknowledgement: Acknowledgement { requested: false, due_at: None },
        expires_at: None,
        requests: Vec::new(),
    };
    insert_draft(db, id, &draft, &super::public_token(), &right.actor, now).await?;
    let notice = get_bulletin(db, id).await?;
    let message = store_message(db, settings, &notice, now).await?;
    let share_code = unused_share_code(db).await?;
    mark_published(db, id, &share_code, now + settings.default_expiry, now).await?;
    let notified = insert_where_accepted(db, id, about.id, message, about.urgency(), now).await?;
    wake(db, id).await?;
    Ok((Some(id), notified))
}

/// Sends withdrawal notices after copies whose acceptance became known only later; gives how many groups.
pub async fn follow_late_acceptances(db: &mut Connection, now: Timestamp) -> Result<u64> {
    let mut followed = 0;
    let mut late = list_late_notices(db, now - LATE).await?;
    // the order in which everybody takes the bulletins' locks
    late.sort_unstable_by_key(|(_, about, _)| *about);
    for (notice, about, message) in late {
        let _lock = lock_bulletin(db, about).await?;
        let urgency = get_bulletin(db, about).await?.urgency();
        insert_where_accepted(db, notice, about, message, urgency, now).await?;
        wake(db, notice).await?;
        followed += 1;
    }
    Ok(followed)
}
