//! Approval: a draft is handed to a second person, who approves it as it stands or gives it back with a reason.
//!
//! Whether publishing needs it is a setting (`bulletins.approval`); what it means is not: nobody approves what they
//! wrote, changed or handed in themselves, and an approval holds for the very text that was approved. The database
//! keeps both, whoever writes to it; here the words for it are found.

use serde_json::json;

use super::publish::{check, render_checked};
use super::refusal::{Refusal, Result};
use super::settings::Settings;
use crate::domain::actor::Actor;
use crate::domain::bulletin::Stage;
use crate::domain::ids::BulletinId;
use crate::domain::text::PlainReason;
use crate::domain::time::Timestamp;
use crate::store::approval::{has_worked_on, mark_approved, mark_returned, mark_submitted};
use crate::store::bulletins::{Bulletin, find_stage_for_update, get_bulletin};
use crate::store::{Connection, audit};

/// Hands a draft to a second person. What could not be published is refused already here.
///
/// # Errors
/// [`Refusal`].
pub async fn submit(
    db: &mut Connection,
    settings: &Settings,
    id: BulletinId,
    by: &Actor,
    now: Timestamp,
) -> Result<()> {
    if find_stage_for_update(db, id).await?.ok_or(Refusal::Absent)? != Stage::Draft {
        return Err(Refusal::NotADraft);
    }
    let bulletin = get_bulletin(db, id).await?;
    check(db, &bulletin, None, now).await?;
    render_checked(settings, &bulletin)?;
    mark_submitted(db, id, by, now).await?;
    audit::insert_entry(db, now, by, "submit", &subject(id), &json!({})).await?;
    Ok(())
}

/// Approves what was submitted, as it stands; approving it again changes nothing. What could not be published any more
/// is not approved.
///
/// # Errors
/// [`Refusal`].
pub async fn approve(db: &mut Connection, id: BulletinId, by: &Actor, now: Timestamp) -> Result<()> {
    let bulletin = submitted_by_another(db, id, by).await?;
    if bulletin.approved_at.is_none() {
        check(db, &bulletin, None, now).await?;
        mark_approved(db, id, by, now).await?;
        audit::insert_entry(db, now, by, "approve", &subject(id), &json!({})).await?;
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
    by: &Actor,
    now: Timestamp,
) -> Result<()> {
    submitted_by_another(db, id, by).await?;
    mark_returned(db, id, Some((by, reason.as_str())), now).await?;
    audit::insert_entry(db, now, by, "return", &subject(id), &json!({ "reason": reason.as_str() })).await?;
    Ok(())
}

/// Takes back what was submitted, to change it: it is a draft again, and an approval is void.
///
/// # Errors
/// [`Refusal::NotSubmitted`].
pub async fn recall(db: &mut Connection, id: BulletinId, by: &Actor, now: Timestamp) -> Result<()> {
    must_be_submitted(db, id).await?;
    mark_returned(db, id, None, now).await?;
    audit::insert_entry(db, now, by, "recall", &subject(id), &json!({})).await?;
    Ok(())
}

async fn must_be_submitted(db: &mut Connection, id: BulletinId) -> Result<()> {
    match find_stage_for_update(db, id).await?.ok_or(Refusal::Absent)? {
        Stage::Submitted => Ok(()),
        _ => Err(Refusal::NotSubmitted),
    }
}

async fn submitted_by_another(db: &mut Connection, id: BulletinId, by: &Actor) -> Result<Bulletin> {
    must_be_submitted(db, id).await?;
    if has_worked_on(db, &subject(id), by).await? {
        return Err(Refusal::OwnBulletin);
    }
    Ok(get_bulletin(db, id).await?)
}

fn subject(id: BulletinId) -> String {
    format!("bulletin:{id}")
}
