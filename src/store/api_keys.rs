//! API keys: found by their public prefix, held as a SHA-256 of 256 random bits.

use super::{Connection, Result};
use crate::domain::account::Role;
use crate::domain::ids::{ApiKeyId, OfficeId};
use crate::domain::time::Timestamp;

/// A key as it is stored.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Where: the office's subtree; none = the whole tree.
    pub office_id: Option<OfficeId>,
    /// That office's code.
    pub office: Option<String>,
    /// Its public beginning.
    pub prefix: String,
    /// The hash of the whole key.
    pub key_sha256: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// From where it works; none = from anywhere.
    pub networks: Vec<String>,
}

impl ApiKey {
    /// Whether it can be used at `now`, from some address.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// Keeps a new key.
pub async fn insert_key(db: &mut Connection, key: &ApiKey) -> Result<()> {
    sqlx::query!(
        "insert into api_keys (id, name, role, office_id, prefix, key_sha256, created_at, expires_at, networks)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text[]::cidr[])",
        key.id.0,
        key.name,
        key.role as Role,
        key.office_id.map(|id| id.0),
        key.prefix,
        key.key_sha256,
        key.created_at as Timestamp,
        key.expires_at as Option<Timestamp>,
        &key.networks,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The keys for which the rest of the query, literally, is true: the one place where their columns are named.
macro_rules! select_keys {
    ($which:tt $(, $($arguments:tt)*)?) => {
        sqlx::query_as!(
            ApiKey,
            r#"select k.id as "id: ApiKeyId", k.name, k.role, k.office_id as "office_id: OfficeId", o.code as "office?",
            prefix, key_sha256, k.created_at, last_used_at, revoked_at, expires_at,
            networks::text[] as "networks!"
        from api_keys k left join offices o on o.id = k.office_id"# + $which
            $(, $($arguments)*)?
        )
    };
}

/// The key with this prefix that is not revoked; it may have ended.
pub async fn find_key(db: &mut Connection, prefix: &str) -> Result<Option<ApiKey>> {
    Ok(select_keys!(
        "
        where prefix = $1 and revoked_at is null",
        prefix,
    )
    .fetch_optional(db)
    .await?)
}

/// All keys, newest first.
pub async fn list_keys(db: &mut Connection) -> Result<Vec<ApiKey>> {
    Ok(select_keys!(" order by k.id desc").fetch_all(db).await?)
}

/// Stops the working keys of this name or prefix; gives how many.
pub async fn revoke_key(db: &mut Connection, name_or_prefix: &str, now: Timestamp) -> Result<u64> {
    let revoked = sqlx::query!(
        "update api_keys set revoked_at = $2 where (name = $1 or prefix = $1) and revoked_at is null",
        name_or_prefix,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(revoked.rows_affected())
}

/// Stops the key with this id; false where it had stopped.
pub async fn revoke_key_by_id(db: &mut Connection, id: ApiKeyId, now: Timestamp) -> Result<bool> {
    let revoked = sqlx::query!(
        "update api_keys set revoked_at = $2 where id = $1 and revoked_at is null",
        id.0,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(revoked.rows_affected() == 1)
}

/// Notes that a key was used, to the minute.
pub async fn touch_key(db: &mut Connection, id: ApiKeyId, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update api_keys set last_used_at = $2
        where id = $1 and (last_used_at is null or last_used_at < $2::timestamptz - interval '1 minute')",
        id.0,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A page of keys, newest first, before `before`; with `scope`, those of an office with a group at or below one of
/// these groups.
pub async fn list_keys_under(
    db: &mut Connection,
    scope: Option<&[i32]>,
    before: Option<ApiKeyId>,
    limit: i64,
) -> Result<Vec<ApiKey>> {
    Ok(select_keys!(
        "
        where ($1::uuid is null or k.id < $1) and ($2::int[] is null
            or exists (select from groups g where g.office_id = k.office_id and g.path && $2))
        order by k.id desc limit $3",
        before.map(|id| id.0),
        scope,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// The key with this id, whatever state it is in.
pub async fn find_key_by_id(db: &mut Connection, id: ApiKeyId) -> Result<Option<ApiKey>> {
    Ok(select_keys!(" where k.id = $1", id.0).fetch_optional(db).await?)
}

/// How many working keys an office has.
pub async fn count_keys_of_office(db: &mut Connection, office: OfficeId, now: Timestamp) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from api_keys
        where office_id = $1 and revoked_at is null and (expires_at is null or expires_at > $2)"#,
        office.0,
        now as Timestamp,
    )
    .fetch_one(db)
    .await?)
}

/// Working keys that end between `now` and `until`, the next one first; with `scope`, those of an office with a group at
/// or below one of these groups.
pub async fn list_keys_ending(
    db: &mut Connection,
    scope: Option<&[i32]>,
    now: Timestamp,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<(String, Timestamp)>> {
    let found = sqlx::query!(
        r#"select k.name, expires_at as "expires_at!: Timestamp" from api_keys k
        where revoked_at is null and expires_at > $2 and expires_at <= $3 and ($1::int[] is null
            or exists (select from groups g where g.office_id = k.office_id and g.path && $1))
        order by expires_at limit $4"#,
        scope,
        now as Timestamp,
        until as Timestamp,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().map(|row| (row.name, row.expires_at)).collect())
}
