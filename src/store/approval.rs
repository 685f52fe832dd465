//! Approval: a draft handed to a second person, and what became of it. That nobody approves their own, and that a
//! change takes an approval away, is kept by the database as well.

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;

/// Hands a draft to a second person.
pub async fn mark_submitted(db: &mut Connection, id: BulletinId, by: &Actor, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update bulletins set stage = 'submitted', submitted_at = $2, submitted_by = $3, approved_at = null,
            approved_by = null, returned_at = null, returned_by = null, returned_reason = null,
            unscheduled_at = null, unscheduled_reason = null, updated_at = $2
        where id = $1",
        id.0,
        now as Timestamp,
        by as &Actor,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Marks what was handed in as approved.
///
/// # Errors
/// [`super::StoreError::Refused`] where it is the approver's own; when the database fails.
pub async fn mark_approved(db: &mut Connection, id: BulletinId, by: &Actor, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update bulletins set approved_at = $2, approved_by = $3, updated_at = $2 where id = $1",
        id.0,
        now as Timestamp,
        by as &Actor,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts what was handed in back among the drafts, with the reason of who gave it back, or none where its own author
/// took it back.
pub async fn mark_returned(
    db: &mut Connection,
    id: BulletinId,
    by: Option<(&Actor, &str)>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update bulletins set stage = 'draft', approved_at = null, approved_by = null, updated_at = $2,
            returned_at = case when $3::text is not null then $2::timestamptz end, returned_by = $3, returned_reason = $4
        where id = $1",
        id.0,
        now as Timestamp,
        by.map(|(by, _)| by) as Option<&Actor>,
        by.map(|(_, reason)| reason),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether `actor` wrote, changed or handed in the bulletin `subject`, as the audit has it.
pub async fn has_worked_on(db: &mut Connection, subject: &str, actor: &Actor) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from audit
            where subject = $1 and actor = $2 and act in ('draft', 'edit', 'submit')) as "has!""#,
        subject,
        actor as &Actor,
    )
    .fetch_one(db)
    .await?)
}
