//! How to reach coordinators: sealed, erased when their time is over, and sealed anew when the key changes.

use uuid::Uuid;

use crate::domain::ids::CoordinatorId;
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

/// The sealed contacts of an appointment; none where they are erased.
pub async fn find_contacts(db: &mut Connection, id: CoordinatorId) -> Result<Option<Vec<u8>>> {
    let found = sqlx::query_scalar!("select contacts_sealed from coordinators where id = $1", id.0);
    Ok(found.fetch_optional(db).await?.flatten())
}

/// The sealed contacts of several appointments.
pub async fn list_contacts(db: &mut Connection, ids: &[CoordinatorId]) -> Result<Vec<(CoordinatorId, Vec<u8>)>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let found = sqlx::query!(
        r#"select id, contacts_sealed as "sealed!" from coordinators where id = any ($1) and contacts_sealed is not null"#,
        &ids,
    );
    Ok(found.fetch_all(db).await?.into_iter().map(|row| (CoordinatorId(row.id), row.sealed)).collect())
}

/// Erases how to reach whoever's appointment ended before `before`; gives how many.
pub async fn erase_contacts(db: &mut Connection, before: Timestamp, now: Timestamp, limit: i64) -> Result<u64> {
    let erased = sqlx::query!(
        "update coordinators set contacts_sealed = null, erased_at = $2 where id in (
            select id from coordinators where erased_at is null and valid_until < $1
            order by valid_until limit $3 for update skip locked)",
        before as Timestamp,
        now as Timestamp,
        limit,
    )
    .execute(db)
    .await?;
    Ok(erased.rows_affected())
}

/// Contacts that are sealed with another key than `key_id`, after one of them.
pub async fn list_sealed(
    db: &mut Connection,
    key_id: &[u8],
    after: Option<CoordinatorId>,
    limit: i64,
) -> Result<Vec<(CoordinatorId, Vec<u8>)>> {
    let found = sqlx::query!(
        r#"select id, contacts_sealed as "sealed!" from coordinators
        where substring(contacts_sealed from 2 for 4) <> $1 and ($2::uuid is null or id > $2) order by id limit $3"#,
        key_id,
        after.map(|id| id.0) as Option<Uuid>,
        limit,
    );
    Ok(found.fetch_all(db).await?.into_iter().map(|row| (CoordinatorId(row.id), row.sealed)).collect())
}

/// Puts `sealed` in place of sealed contacts; false where they were changed meanwhile.
pub async fn update_sealed(db: &mut Connection, id: CoordinatorId, before: &[u8], sealed: &[u8]) -> Result<bool> {
    let changed = sqlx::query!(
        "update coordinators set contacts_sealed = $3 where id = $1 and contacts_sealed = $2",
        id.0,
        before,
        sealed,
    )
    .execute(db)
    .await?;
    Ok(changed.rows_affected() == 1)
}
