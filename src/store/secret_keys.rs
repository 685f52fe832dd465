//! Which keys seal and open, by their ids, and what is sealed with which. The keys themselves are in the nodes' files.
//!
//! What is sealed begins with a byte of version and four of the key's id, so that the database can say what is sealed
//! with which key without opening anything. Called by `app::secrets`.

use uuid::Uuid;

use super::idempotency::FORM;
use super::{Connection, Result};
use crate::domain::ids::{AccountId, ChannelId};
use crate::domain::time::Timestamp;

/// What a key is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "secret_key_state", rename_all = "snake_case")]
pub enum KeyState {
    /// It was made, and seals once every node can read it.
    Next,
    /// It seals.
    Seals,
    /// Something may still be sealed with it.
    Old,
    /// Nothing is sealed with it any more.
    Dropped,
    /// It names persons, and never changes.
    Persons,
}

/// A key of which the database knows.
#[derive(Clone, Debug)]
pub struct KnownKey {
    /// Its id.
    pub key_id: Vec<u8>,
    /// What it is there for.
    pub state: KeyState,
    /// Since when.
    pub since: Timestamp,
}

/// Keeps every other command from changing what is known of the keys until the transaction ends.
pub async fn lock_secret_keys(db: &mut Connection) -> Result<()> {
    sqlx::query!("lock table secret_keys in share row exclusive mode").execute(db).await?;
    Ok(())
}

/// All keys, the newest first.
pub async fn list_secret_keys(db: &mut Connection) -> Result<Vec<KnownKey>> {
    Ok(sqlx::query_as!(
        KnownKey,
        r#"select key_id, state as "state: KeyState", since from secret_keys order by since desc, key_id"#,
    )
    .fetch_all(db)
    .await?)
}

/// Sets what a key is there for; a key that was not known is from now on.
pub async fn set_secret_key(db: &mut Connection, key_id: &[u8], state: KeyState, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "insert into secret_keys (key_id, state, since) values ($1, $2, $3)
        on conflict (key_id) do update set state = excluded.state, since = excluded.since",
        key_id,
        state as KeyState,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets a key with which nothing was ever sealed.
pub async fn delete_secret_key(db: &mut Connection, key_id: &[u8]) -> Result<()> {
    sqlx::query!("delete from secret_keys where key_id = $1", key_id).execute(db).await?;
    Ok(())
}

/// Which keys the channels' secrets, the accounts' codes, the LINE users they are bound to and the contacts of coordinators are sealed with, and how many with each.
pub async fn count_sealed(db: &mut Connection) -> Result<Vec<(Vec<u8>, i64)>> {
    let found = sqlx::query!(
        r#"select substring(sealed from 2 for 4) as "key_id!", count(*) as "count!" from (
            select secret_sealed as sealed from channels
            union all select next_secret_sealed from channels
            union all select token_sealed from channels
            union all select totp_sealed from accounts
            union all select user_id_sealed from bindings
            union all select contacts_sealed from coordinators
        ) everything where length(sealed) >= 5 group by 1 order by 2 desc"#,
    )
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().map(|row| (row.key_id, row.count)).collect())
}

/// A sealed secret of a channel.
#[derive(Clone, Debug)]
pub struct ChannelSecret {
    /// Whose.
    pub id: ChannelId,
    /// The channel's code.
    pub code: String,
    /// Which: `secret`, `next_secret` or `token`.
    pub field: String,
    /// As it is kept.
    pub sealed: Vec<u8>,
}

/// Secrets of channels that are sealed with another key than `key_id`, after one of them.
pub async fn list_channel_secrets(
    db: &mut Connection,
    key_id: &[u8],
    after: Option<(ChannelId, &str)>,
    limit: i64,
) -> Result<Vec<ChannelSecret>> {
    let (id, field) = after.unwrap_or((ChannelId(0), ""));
    Ok(sqlx::query_as!(
        ChannelSecret,
        r#"select id as "id!: ChannelId", code as "code!", field as "field!", sealed as "sealed!" from (
            select id, code, 'secret' as field, secret_sealed as sealed from channels
            union all select id, code, 'next_secret', next_secret_sealed from channels
            union all select id, code, 'token', token_sealed from channels
        ) secrets
        where sealed is not null and substring(sealed from 2 for 4) <> $1 and (id, field) > ($2, $3)
        order by id, field limit $4"#,
        key_id,
        id.0,
        field,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// Puts `sealed` in place of a channel's secret; false where that was changed meanwhile.
pub async fn update_channel_secret(db: &mut Connection, before: &ChannelSecret, sealed: &[u8]) -> Result<bool> {
    let changed = sqlx::query!(
        "update channels set
            secret_sealed = case when $2 = 'secret' then $4 else secret_sealed end,
            next_secret_sealed = case when $2 = 'next_secret' then $4 else next_secret_sealed end,
            token_sealed = case when $2 = 'token' then $4 else token_sealed end
        where id = $1 and $3 = case $2 when 'secret' then secret_sealed when 'token' then token_sealed
            else next_secret_sealed end",
        before.id.0,
        before.field,
        before.sealed,
        sealed,
    )
    .execute(db)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Secrets of accounts' codes that are sealed with another key than `key_id`, after the account `after`.
pub async fn list_code_secrets(
    db: &mut Connection,
    key_id: &[u8],
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<(AccountId, Vec<u8>)>> {
    let found = sqlx::query!(
        r#"select id, totp_sealed as "sealed!" from accounts
        where substring(totp_sealed from 2 for 4) <> $1 and ($2::uuid is null or id > $2) order by id limit $3"#,
        key_id,
        after.map(|id| id.0),
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().map(|row| (AccountId(row.id), row.sealed)).collect())
}

/// Puts `sealed` in place of the secret of an account's codes; false where that was changed meanwhile.
pub async fn update_code_secret(db: &mut Connection, id: AccountId, before: &[u8], sealed: &[u8]) -> Result<bool> {
    let changed =
        sqlx::query!("update accounts set totp_sealed = $3 where id = $1 and totp_sealed = $2", id.0, before, sealed,)
            .execute(db)
            .await?;
    Ok(changed.rows_affected() == 1)
}

/// How many kept answers, sign-ins and bindings under way were sealed with one of the keys, of those that still count: answers to
/// calls since `calls`, to forms since `forms`, sign-ins since `sign_ins`. `headers` are the beginnings of what these keys
/// seal, in hex.
pub async fn count_passing(
    db: &mut Connection,
    headers: &[String],
    calls: Timestamp,
    forms: Timestamp,
    sign_ins: Timestamp,
) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select (
            (select count(*) from idempotency_keys where response like 'sealed:%' and created_at > $2
                and substr(response, 8, 10) = any ($1))
            + (select count(*) from idempotency_keys where route like $5 and created_at > $3
                and substr(response, 1, 10) = any ($1))
            -- a user id on its way to a binding
            + (select count(*) from webhook_events where processed_at is null and kind = 'bind_code'
                and substr(data, 66, 10) = any ($1))
            + (select count(*) from sessions,
                    lateral (values (data->'setting_up_codes'->>'sealed', data->'setting_up_codes'->>'since'),
                        (data->'half_way'->>'setting_up', data->'half_way'->>'since')) as begun (sealed, since)
                where substr(sealed, 1, 10) = any ($1)
                    and since::bigint > extract(epoch from $4::timestamptz) * 1000000)
        ) as "count!""#,
        headers,
        calls as Timestamp,
        forms as Timestamp,
        sign_ins as Timestamp,
        format!("{FORM}%"),
    )
    .fetch_one(db)
    .await?)
}

/// What a node told of its key file.
#[derive(Clone, Debug)]
pub struct NodeKeys {
    /// Its machine and process.
    pub name: String,
    /// The ids of its keys; it seals with the first.
    pub key_ids: Vec<Vec<u8>>,
}

/// Keeps which keys a node has, and forgets nodes that have told nothing since `gone`.
pub async fn record_node_keys(
    db: &mut Connection,
    node: Uuid,
    name: &str,
    key_ids: &[Vec<u8>],
    now: Timestamp,
    gone: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "with forgotten as (delete from node_keys where seen_at < $5 and node <> $1)
        insert into node_keys (node, name, key_ids, seen_at) values ($1, $2, $3, $4)
        on conflict (node) do update set key_ids = excluded.key_ids, seen_at = excluded.seen_at",
        node,
        name,
        key_ids,
        now as Timestamp,
        gone as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets a node that has ended.
pub async fn delete_node_keys(db: &mut Connection, node: Uuid) -> Result<()> {
    sqlx::query!("delete from node_keys where node = $1", node).execute(db).await?;
    Ok(())
}

/// What the nodes told since `since`, by name.
pub async fn list_node_keys(db: &mut Connection, since: Timestamp) -> Result<Vec<NodeKeys>> {
    Ok(sqlx::query_as!(
        NodeKeys,
        "select name, key_ids from node_keys where seen_at >= $1 order by name",
        since as Timestamp,
    )
    .fetch_all(db)
    .await?)
}
