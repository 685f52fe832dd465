//! Approval: a draft is handed to a second person, who approves it as it stands or gives it back with a reason.
//!
//! Whether publishing needs it is a setting (`bulletins.approval`); what it means is not: nobody approves what they
//! wrote, changed or handed in themselves, and an approval holds for the very text that was approved. The database
//! keeps both, whoever writes to it; here the words for it are found.

use serde_json::json;

use super::own_bulletin::lock_own;
use super::publish::check;
use super::refusal::{Refusal, Result};
use super::rendering::render_checked;
use super::settings::Settings;
use crate::domain::account::Permission;
use crate::domain::bulletin::Stage;
use crate::domain::ids::BulletinId;
use crate::domain::right::Right;
use crate::domain::text::PlainReason;
use crate::domain::time::Timestamp;
use crate::store::approval::{has_worked_on, mark_approved, mark_returned, mark_submitted};
use crate::store::bulletins::Bulletin;
use crate::store::{Connection, audit};

/// Hands a draft to a second person. What could not be published is refused already here.
///
/// # Errors
/// [`Refusal`].
pub async fn submit(
    db: &mut Connection,
    settings: &Settings,
    id: BulletinId,
    right: &Right,
    now: Timestamp,
) -> Result<()> {
    let bulletin = lock_own(db, right, id, Permission::Originate).await?;
    if bulletin.stage != Stage::Draft {
        return Err(Refusal::NotADraft);
    }
    check(db, &bulletin, None, now).await?;
    render_checked(settings, &bulletin)?;
    mark_submitted(db, id, &right.actor, now).await?;
    audit::insert_entry(db, now, &right.actor, "submit", &subject(id), &json!({})).await?;
    Ok(())
}

/// Approves what was submitted, as it stands; approving it again changes nothing. What could not be published any more
/// is not approved.
///
/// # Errors
/// [`Refusal`].
pub async fn approve(db: &mut Connection, id: BulletinId, right: &Right, now: Timestamp) -> Result<()> {
    let bulletin = submitted_by_another(db, id, right).await?;
    if bulletin.approved_at.is_none() {
        check(db, &bulletin, None, now).await?;
        mark_approved(db, id, &right.actor, now).await?;
        audit::insert_entry(db, now, &right.actor, "approve", &subject(id), &json!({})).await?;
    }
    Ok(())
}

/// Gives back what was submitted, approved or not, with a reason: it is a draft again.
///
/// # Errors
/// [`Refusal::OwnBulletin`], [`Refusal::NotSubmitted`].
pub async fn give_back(
    db: &mut Connection,
    id: BulletinId,
    reason: &PlainReason,
    right: &Right,
    now: Timestamp,
) -> Result<()> {
    submitted_by_another(db, id, right).await?;
    mark_returned(db, id, Some((&right.actor, reason.as_str())), now).await?;
    audit::insert_entry(db, now, &right.actor, "return", &subject(id), &json!({ "reason": reason.as_str() })).await?;
    Ok(())
}

/// Takes back what was submitted, to change it: it is a draft again, and an approval is void.
///
/// # Errors
/// [`Refusal::NotSubmitted`].
pub async fn recall(db: &mut Connection, id: BulletinId, right: &Right, now: Timestamp) -> Result<()> {
    must_be_submitted(db, id, right, Permission::Originate).await?;
    mark_returned(db, id, None, now).await?;
    audit::insert_entry(db, now, &right.actor, "recall", &subject(id), &json!({})).await?;
    Ok(())
}

async fn must_be_submitted(db: &mut Connection, id: BulletinId, right: &Right, act: Permission) -> Result<Bulletin> {
    let bulletin = lock_own(db, right, id, act).await?;
    if bulletin.stage == Stage::Submitted { Ok(bulletin) } else { Err(Refusal::NotSubmitted) }
}

async fn submitted_by_another(db: &mut Connection, id: BulletinId, right: &Right) -> Result<Bulletin> {
    let bulletin = must_be_submitted(db, id, right, Permission::Approve).await?;
    if has_worked_on(db, &subject(id), &right.actor).await? {
        return Err(Refusal::OwnBulletin);
    }
    Ok(bulletin)
}

fn subject(id: BulletinId) -> String {
    format!("bulletin:{id}")
}
