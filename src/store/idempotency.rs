//! Idempotency keys: the answer to a POST, kept in the transaction of its effect.
//!
//! Keys of the API come from its clients; those of forms stand under routes that begin with [`FORM`], and their
//! answers are kept for a short time only, as they may hold what is shown once.

use super::{Connection, Result};
use crate::domain::ids::ApiKeyId;
use crate::domain::time::Timestamp;

/// What the routes of forms begin with.
pub const FORM: &str = "FORM ";

/// An answer given before.
#[derive(Clone, Debug)]
pub struct StoredAnswer {
    /// The hash of the body that it answered.
    pub body_sha256: Vec<u8>,
    /// The HTTP status.
    pub status: i16,
    /// The body.
    pub response: String,
}

/// Takes the lock of one key until the transaction ends; `false` where the same call is being answered now.
pub async fn try_lock_key(db: &mut Connection, api_key: ApiKeyId, route: &str, key: &str) -> Result<bool> {
    let name = format!("{api_key} {route} {key}");
    Ok(sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtextextended($1, 2)) as "locked!""#, name)
        .fetch_one(db)
        .await?)
}

/// The answer given under a key since `oldest`.
pub async fn find_answer(
    db: &mut Connection,
    api_key: ApiKeyId,
    route: &str,
    key: &str,
    oldest: Timestamp,
) -> Result<Option<StoredAnswer>> {
    Ok(sqlx::query_as!(
        StoredAnswer,
        "select body_sha256, status, response from idempotency_keys
        where api_key_id = $1 and route = $2 and key = $3 and created_at > $4",
        api_key.0,
        route,
        key,
        oldest as Timestamp,
    )
    .fetch_optional(db)
    .await?)
}

/// Keeps an answer, in place of one that is too old.
pub async fn insert_answer(
    db: &mut Connection,
    api_key: ApiKeyId,
    route: &str,
    key: &str,
    answer: &StoredAnswer,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into idempotency_keys (api_key_id, route, key, body_sha256, status, response, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (api_key_id, route, key) do update set body_sha256 = excluded.body_sha256,
            status = excluded.status, response = excluded.response, created_at = excluded.created_at",
        api_key.0,
        route,
        key,
        answer.body_sha256,
        answer.status,
        answer.response,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets answers to forms older than `oldest`.
pub async fn delete_old_form_answers(db: &mut Connection, oldest: Timestamp) -> Result<u64> {
    let gone =
        sqlx::query!("delete from idempotency_keys where route like 'FORM %' and created_at < $1", oldest as Timestamp)
            .execute(db)
            .await?;
    Ok(gone.rows_affected())
}

/// Forgets answers older than `oldest`.
pub async fn delete_old_answers(db: &mut Connection, oldest: Timestamp) -> Result<u64> {
    let gone =
        sqlx::query!("delete from idempotency_keys where created_at < $1", oldest as Timestamp).execute(db).await?;
    Ok(gone.rows_affected())
}
