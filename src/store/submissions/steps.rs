//! What was done with submissions, step by step. Nothing here changes or deletes a step (`submission_steps_append_only`).

use serde_json::Value;

use crate::domain::actor::Actor;
use crate::domain::ids::{BulletinId, SubmissionId};
use crate::domain::submission::SubmissionState;
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

/// A step to be noted.
#[derive(Clone, Copy, Debug)]
pub struct NewStep<'a> {
    /// How far it has come then.
    pub state: SubmissionState,
    /// What is remarked.
    pub remark: Option<&'a str>,
    /// What was sent, where it was sent.
    pub sent: Option<&'a Value>,
    /// The draft that it became.
    pub bulletin: Option<BulletinId>,
}

/// Notes a step of a submission that the caller has locked.
pub async fn insert_step(
    db: &mut Connection,
    id: SubmissionId,
    step: NewStep<'_>,
    by: &Actor,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into submission_steps (submission_id, no, state, at, by, remark, sent)
        select $1, coalesce(max(no), 0) + 1, $2, $3, $4, $5, $6 from submission_steps where submission_id = $1",
        id.0,
        step.state as SubmissionState,
        now as Timestamp,
        by as &Actor,
        step.remark,
        step.sent,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update submissions set state = $2, changed_at = $3, bulletin_id = $4 where id = $1",
        id.0,
        step.state as SubmissionState,
        now as Timestamp,
        step.bulletin.map(|id| id.0) as Option<uuid::Uuid>,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What was done with a submission.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its number, from 1.
    pub no: i16,
    /// How far it had come then.
    pub state: SubmissionState,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: Actor,
    /// What was remarked.
    pub remark: Option<String>,
    /// What was sent.
    pub sent: Option<Value>,
}

/// The steps of a submission, the first of them first.
pub async fn list_steps(db: &mut Connection, id: SubmissionId) -> Result<Vec<Step>> {
    Ok(sqlx::query_as!(
        Step,
        r#"select no, state as "state: SubmissionState", at, by as "by: Actor", remark, sent
        from submission_steps where submission_id = $1 order by no"#,
        id.0,
    )
    .fetch_all(db)
    .await?)
}

/// How many steps a submission has; asked when it is locked, nothing is added to them meanwhile.
pub async fn count_steps(db: &mut Connection, id: SubmissionId) -> Result<i16> {
    Ok(sqlx::query_scalar!(
        r#"select coalesce(max(no), 0)::smallint as "no!" from submission_steps where submission_id = $1"#,
        id.0,
    )
    .fetch_one(db)
    .await?)
}

/// Whether somebody sent it, now or before it was changed.
pub async fn has_sent(db: &mut Connection, id: SubmissionId, by: &Actor) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (
            select from submission_steps where submission_id = $1 and sent is not null and by = $2) as "sent!""#,
        id.0,
        by as &Actor,
    )
    .fetch_one(db)
    .await?)
}
