//! How often something may be tried, for all nodes together: one row for each name, address or device that is counted.

use super::{Connection, Result};
use crate::domain::time::Timestamp;

/// So many at once, then one more every so often.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Attempts at once.
    pub burst: f64,
    /// One more after so many seconds.
    pub again_seconds: f64,
}

/// Counts one more attempt; false where it is one too many, which counts nothing.
///
/// A row says when none of the attempts made so far counts any more (the generic cell rate algorithm). One that says more
/// than any number of attempts can was written by a wrong clock, and counts for nothing.
pub async fn take(db: &mut Connection, counted: &[u8], limit: Limit, now: Timestamp) -> Result<bool> {
    let taken = sqlx::query!(
        "insert into sign_in_limits (counted, free_at) values ($1, $2::timestamptz + make_interval(secs => $3))
        on conflict (counted) do update set free_at = make_interval(secs => $3) + case
            when sign_in_limits.free_at > $2::timestamptz + $4 * make_interval(secs => $3) then $2::timestamptz
            else greatest(sign_in_limits.free_at, $2::timestamptz) end
        where sign_in_limits.free_at <= $2::timestamptz + ($4 - 1) * make_interval(secs => $3)
            or sign_in_limits.free_at > $2::timestamptz + ($4 + 1) * make_interval(secs => $3)",
        counted,
        now as Timestamp,
        limit.again_seconds,
        limit.burst,
    )
    .execute(db)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Counts one attempt less: it succeeded.
pub async fn give_back(db: &mut Connection, counted: &[u8], limit: Limit) -> Result<()> {
    sqlx::query!(
        "update sign_in_limits set free_at = free_at - make_interval(secs => $2) where counted = $1",
        counted,
        limit.again_seconds,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes what counts no more, at most `limit` rows; gives how many.
pub async fn delete_free(db: &mut Connection, now: Timestamp, limit: i64) -> Result<u64> {
    let gone = sqlx::query!(
        "delete from sign_in_limits where counted in
            (select counted from sign_in_limits where free_at <= $1 order by free_at limit $2 for update skip locked)",
        now as Timestamp,
        limit,
    );
    Ok(gone.execute(db).await?.rows_affected())
}
