//! The identity of the database that was served last, by which a restored copy is detected.
//!
//! A copy made by `pg_dump` brings the row of `home` along; the place that the row names is the cluster, the database
//! and the table it was in, and differs in every copy. The steps that follow from that are in `relay::restore_guard`.

use super::{Connection, Result};
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;

/// What the row of `home` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatabaseIdentity {
    /// Whether it names the place where the row is now.
    pub here: bool,
    /// When a node last served it there, to the minute: what was sent later is not on record in a copy.
    pub seen_at: Timestamp,
}

/// Keeps every other node from looking at the home until the transaction ends.
pub async fn lock_identity(db: &mut Connection) -> Result<()> {
    sqlx::query!("lock table home in share row exclusive mode").execute(db).await?;
    Ok(())
}

/// What is known of the home; nothing before the first node has served the database.
pub async fn find_identity(db: &mut Connection) -> Result<Option<DatabaseIdentity>> {
    Ok(sqlx::query_as!(DatabaseIdentity, r#"select place = present_place() as "here!", seen_at from home"#)
        .fetch_optional(db)
        .await?)
}

/// Makes the place where the row is now the home.
pub async fn set_identity(db: &mut Connection, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "insert into home (place, seen_at) values (present_place(), $1)
        on conflict (only_one) do update set place = excluded.place, seen_at = excluded.seen_at",
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that the database is being served where it is at home.
pub async fn touch_identity(db: &mut Connection, now: Timestamp) -> Result<()> {
    sqlx::query!("update home set seen_at = $1 where place = present_place()", now as Timestamp).execute(db).await?;
    Ok(())
}

/// Notes of every delivery that may have been sent after `seen_at`, as far as these rows know, that it may have been:
/// from then on its key decides. Left out is what could not be sent any more: withdrawn or expired. Gives how many.
pub async fn open_outcomes(db: &mut Connection, seen_at: Timestamp) -> Result<u64> {
    let opened = sqlx::query!(
        "update deliveries d set outcome_open = true, key_used_at = least(d.key_used_at, $1), changed = (select change_mark())
        where d.state in ('waiting', 'held', 'ready') or (d.state in ('failed', 'unreachable', 'declined')
            and exists (select from bulletins b where b.no = d.bulletin_no and b.stage = 'published'))",
        seen_at as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(opened.rows_affected())
}

/// Parks every channel, whatever it was parked for; gives how many there are.
pub async fn park_all_channels(db: &mut Connection, now: Timestamp) -> Result<u64> {
    let parked = sqlx::query!(
        "update channels set parked_reason = 'restored', parked_at = $1, updated_at = $1",
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(parked.rows_affected())
}

/// Bulletins that are to go out at a set time.
pub async fn list_scheduled(db: &mut Connection) -> Result<Vec<BulletinId>> {
    Ok(sqlx::query_scalar!(r#"select id as "id: BulletinId" from bulletins where stage = 'scheduled' order by id"#)
        .fetch_all(db)
        .await?)
}

/// Shows everything that is open as changed, under marks that are later than all that the copy holds.
pub async fn renew_change_marks(db: &mut Connection) -> Result<()> {
    sqlx::query!(
        "select setval('change_marks', greatest(last_value, coalesce((select max(changed) from progress), 0)))
        from change_marks"
    )
    .fetch_all(&mut *db)
    .await?;
    sqlx::query!(
        "update progress set version = version + 1, changed = (select change_mark()), changed_at = clock_timestamp()
        where waiting + held + ready > 0"
    )
    .execute(db)
    .await?;
    Ok(())
}
