//! What an office answers: once, and not to a bulletin that was withdrawn.

use crate::domain::actor::Actor;
use crate::domain::ids::OfficeId;
use crate::domain::request::{RequestKind, RequestState};
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

/// Notes what an office answered; false where it had answered already, or the bulletin was withdrawn.
pub async fn answer_request(
    db: &mut Connection,
    id: i64,
    state: RequestState,
    comment: Option<&str>,
    by: &Actor,
    now: Timestamp,
) -> Result<bool> {
    let answered = sqlx::query!(
        "update office_requests r set state = $2, comment = $3, answered_by = $4, answered_at = $5
        where id = $1 and state = 'open'
            and exists (select from bulletins b where b.id = r.bulletin_id and b.withdrawn_at is null)",
        id,
        state as RequestState,
        comment,
        by as &Actor,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(answered.rows_affected() == 1)
}

/// Notes as done what asked these offices for something of this kind by the time at which it was done; gives how many. What is asked later
/// wants it once more.
pub async fn answer_kind(
    db: &mut Connection,
    offices: &[OfficeId],
    kind: RequestKind,
    done_at: Timestamp,
    by: &Actor,
    now: Timestamp,
) -> Result<u64> {
    let ids: Vec<i32> = offices.iter().map(|office| office.0).collect();
    let answered = sqlx::query!(
        "update office_requests r set state = 'done', answered_by = $2, answered_at = $3
        from requests q, bulletins b
        where r.office_id = any ($1) and r.state = 'open' and q.bulletin_id = r.bulletin_id and q.no = r.request_no
            and q.kind = $4 and q.issued_at <= $5 and b.id = r.bulletin_id and b.withdrawn_at is null",
        &ids,
        by as &Actor,
        now as Timestamp,
        kind as RequestKind,
        done_at as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(answered.rows_affected())
}
