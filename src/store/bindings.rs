//! Bindings: which LINE user an account of a steward or a coordinator is bound to.
//!
//! Events bear a person only as a keyed hash, by which the account is found ([`list_bound`]). LINE's user id is kept sealed, as
//! only with it can the person be written to. The row ends with the duty: by a trigger where the account is ended, here where
//! time ends it ([`delete_ended`], [`delete_of_duties`]) or the tree file names somebody else ([`delete_replaced`]).

use uuid::Uuid;

use super::acknowledgements::Tap;
use super::{Connection, Result};
use crate::domain::ids::{AccountId, BulletinNo, ChannelId, GroupId, OfficeId};
use crate::domain::time::Timestamp;

/// What an account's page says of its binding.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The channel whose account the person added.
    pub channel: String,
    /// Since when.
    pub bound_at: Timestamp,
}

/// The binding of an account.
pub async fn find_binding(db: &mut Connection, account: AccountId) -> Result<Option<Binding>> {
    Ok(sqlx::query_as!(
        Binding,
        "select c.name as channel, b.bound_at from bindings b join channels c on c.id = b.channel_id
        where b.account_id = $1",
        account.0,
    )
    .fetch_optional(db)
    .await?)
}

/// Binds an account to a person, in place of whomever it was bound to.
pub async fn put_binding(
    db: &mut Connection,
    account: AccountId,
    channel: ChannelId,
    person: &[u8],
    user_id_sealed: &[u8],
    bound_at: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into bindings (account_id, channel_id, person, user_id_sealed, bound_at) values ($1, $2, $3, $4, $5)
        on conflict (account_id) do update set channel_id = excluded.channel_id, person = excluded.person,
            user_id_sealed = excluded.user_id_sealed, bound_at = excluded.bound_at",
        account.0,
        channel.0,
        person,
        user_id_sealed,
        bound_at as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets whom an account is bound to; false where it was bound to nobody.
pub async fn delete_binding(db: &mut Connection, account: AccountId) -> Result<bool> {
    let gone = sqlx::query!("delete from bindings where account_id = $1", account.0).execute(db).await?;
    Ok(gone.rows_affected() == 1)
}

/// Forgets a person who blocked the channel's account, unless they were bound after `at`, as LINE keeps no order; gives the names of
/// the accounts.
pub async fn delete_of_person(
    db: &mut Connection,
    channel: ChannelId,
    person: &[u8],
    at: Timestamp,
) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "delete from bindings b using accounts a
        where b.channel_id = $1 and b.person = $2 and b.bound_at <= $3 and a.id = b.account_id returning a.username",
        channel.0,
        person,
        at as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// Forgets those whose accounts do not work any more at `now`; gives the names of the accounts.
pub async fn delete_ended(db: &mut Connection, now: Timestamp) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "delete from bindings b using accounts a
        where a.id = b.account_id and (a.disabled_at is not null or a.valid_until <= $1) returning a.username",
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// Forgets the office-holders and standing deputies whose duties ended because the tree file names somebody else. Who is named as
/// before stays bound.
pub async fn delete_replaced(db: &mut Connection, duties: &[i32]) -> Result<u64> {
    let gone = sqlx::query!(
        "delete from bindings b using stewards s, groups g, accounts a
        where s.id = any ($1) and s.account_id is null and g.id = s.group_id
            and a.id = b.account_id and a.role = 'steward' and a.office_id = g.office_id and a.deputy = s.deputy
            -- a deputy for a while is named by the steward and not by the file
            and not exists (select from stewards t where t.account_id = a.id)
            and not exists (
                select from stewards n where n.group_id = s.group_id and n.deputy = s.deputy and n.valid_until is null
                    and n.name is not distinct from s.name and n.title is not distinct from s.title)",
        duties,
    )
    .execute(db)
    .await?;
    Ok(gone.rows_affected())
}

/// Forgets those whose duties of a term of office have ended, unless the very same person, by name, was named again.
pub async fn delete_of_duties(db: &mut Connection, duties: &[i32]) -> Result<u64> {
    let gone = sqlx::query!(
        "delete from bindings b using stewards s, groups g, accounts a
        where s.id = any ($1) and s.account_id is null and g.id = s.group_id
            and a.id = b.account_id and a.role = 'steward' and a.office_id = g.office_id and a.deputy = s.deputy
            and not exists (select from stewards t where t.account_id = a.id)
            and not exists (
                select from stewards n where n.group_id = s.group_id and n.deputy = s.deputy and n.valid_until is null and n.name = s.name)",
        duties,
    )
    .execute(db)
    .await?;
    Ok(gone.rows_affected())
}

/// An account that a person is bound to, and that works.
#[derive(Clone, Debug)]
pub struct BoundAccount {
    /// The account.
    pub account: AccountId,
    /// The name with which it signs in.
    pub username: String,
    /// Its office.
    pub office: OfficeId,
}

/// The stewards' and deputies' accounts that a person is bound to and that work at `now`.
pub async fn list_bound(db: &mut Connection, person: &[u8], now: Timestamp) -> Result<Vec<BoundAccount>> {
    Ok(sqlx::query_as!(
        BoundAccount,
        r#"select a.id as "account: AccountId", a.username, a.office_id as "office!: OfficeId"
        from bindings b join accounts a on a.id = b.account_id
        where b.person = $1 and a.role = 'steward' and a.office_id is not null and a.disabled_at is null
            and (a.valid_from is null or a.valid_from <= $2) and (a.valid_until is null or a.valid_until > $2)
        order by a.deputy, a.id"#,
        person,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// Those of these people who may send files for an office: a steward's or a coordinator's account is bound to them and works at `now`.
pub async fn list_bound_senders(db: &mut Connection, persons: &[Vec<u8>], now: Timestamp) -> Result<Vec<Vec<u8>>> {
    // most webhooks bring no file
    if persons.is_empty() {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_scalar!(
        "select distinct b.person from bindings b join accounts a on a.id = b.account_id
        where b.person = any ($1) and a.role in ('steward', 'coordinator') and a.office_id is not null and a.disabled_at is null
            and (a.valid_from is null or a.valid_from <= $2) and (a.valid_until is null or a.valid_until > $2)",
        persons,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// The account for whose office a person sends files, if there is one: a coordinator's before a steward's, the steward's before a
/// deputy's.
pub async fn find_sender(db: &mut Connection, person: &[u8], now: Timestamp) -> Result<Option<BoundAccount>> {
    Ok(sqlx::query_as!(
        BoundAccount,
        r#"select a.id as "account: AccountId", a.username, a.office_id as "office!: OfficeId"
        from bindings b join accounts a on a.id = b.account_id
        where b.person = $1 and a.role in ('steward', 'coordinator') and a.office_id is not null and a.disabled_at is null
            and (a.valid_from is null or a.valid_from <= $2) and (a.valid_until is null or a.valid_until > $2)
        order by a.role <> 'coordinator', a.deputy, a.id limit 1"#,
        person,
        now as Timestamp,
    )
    .fetch_optional(db)
    .await?)
}

/// Whether a person is who an account is bound to.
pub async fn is_bound_to(db: &mut Connection, account: AccountId, person: &[u8]) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from bindings where account_id = $1 and person = $2) as "yes!""#,
        account.0,
        person,
    )
    .fetch_one(db)
    .await?)
}

/// Whether a person is a bound steward or deputy of a group: false where somebody else is bound, none where nobody is.
pub async fn find_is_steward(db: &mut Connection, group: i32, person: &[u8], now: Timestamp) -> Result<Option<bool>> {
    Ok(sqlx::query_scalar!(
        "select bool_or(b.person = $2) from groups g join accounts a on a.office_id = g.office_id and a.role = 'steward'
            join bindings b on b.account_id = a.id
        where g.id = $1 and a.disabled_at is null
            and (a.valid_from is null or a.valid_from <= $3) and (a.valid_until is null or a.valid_until > $3)",
        group,
        person,
        now as Timestamp,
    )
    .fetch_one(db)
    .await?)
}

/// A tap on รับทราบ of a bound steward or deputy in a group of theirs.
#[derive(Clone, Debug)]
pub struct StewardTap {
    /// The bulletin.
    pub bulletin: BulletinNo,
    /// The group.
    pub group: GroupId,
    /// When the first of these was tapped.
    pub at: Timestamp,
}

/// Which of these taps are of the groups' own stewards or deputies, as they were bound when they tapped; in the order of bulletins and
/// groups.
pub async fn list_stewards_taps(db: &mut Connection, taps: &[Tap]) -> Result<Vec<StewardTap>> {
    let bulletins: Vec<Uuid> = taps.iter().map(|tap| tap.bulletin_id.0).collect();
    let channels: Vec<i32> = taps.iter().map(|tap| tap.channel_id.0).collect();
    let groups: Vec<String> = taps.iter().map(|tap| tap.line_group_id.clone()).collect();
    let persons: Vec<Vec<u8>> = taps.iter().map(|tap| tap.person.clone()).collect();
    let times: Vec<Timestamp> = taps.iter().map(|tap| tap.at).collect();
    Ok(sqlx::query_as!(
        StewardTap,
        r#"select d.bulletin_no as "bulletin: BulletinNo", d.group_id as "group: GroupId", min(t.at) as "at!: Timestamp"
        from unnest($1::uuid[], $2::int[], $3::text[], $4::bytea[], $5::timestamptz[])
                as t(bulletin_id, channel_id, line_group_id, person, at)
            join bindings k on k.person = t.person
            join accounts a on a.id = k.account_id and a.role = 'steward' and a.disabled_at is null
                and (a.valid_from is null or a.valid_from <= t.at) and (a.valid_until is null or a.valid_until > t.at)
            join groups g on g.channel_id = t.channel_id and g.line_group_id = t.line_group_id and g.office_id = a.office_id
            join bulletins b on b.id = t.bulletin_id
            join deliveries d on d.bulletin_no = b.no and d.group_id = g.id
        group by d.bulletin_no, d.group_id order by d.bulletin_no, d.group_id"#,
        &bulletins,
        &channels,
        &groups,
        &persons,
        &times as &[Timestamp],
    )
    .fetch_all(db)
    .await?)
}

/// The channels through which an office's stewards are written to, with their accounts' @-names: those of the groups above theirs,
/// where what they forward comes from, then their own.
pub async fn list_channels_of_office(db: &mut Connection, office: OfficeId) -> Result<Vec<(String, Option<String>)>> {
    let found = sqlx::query!(
        "select c.name, c.basic_id from groups g left join groups up on up.id = g.parent_id
            join channels c on c.id = coalesce(up.channel_id, g.channel_id)
        where g.office_id = $1 and not g.retired order by g.tier, g.id",
        office.0,
    )
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().map(|row| (row.name, row.basic_id)).collect())
}

/// Sealed user ids that are sealed with another key than `key_id`, after the account `after`.
pub async fn list_sealed(
    db: &mut Connection,
    key_id: &[u8],
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<(AccountId, Vec<u8>)>> {
    let found = sqlx::query!(
        "select account_id, user_id_sealed from bindings
        where substring(user_id_sealed from 2 for 4) <> $1 and ($2::uuid is null or account_id > $2)
        order by account_id limit $3",
        key_id,
        after.map(|id| id.0) as Option<Uuid>,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().map(|row| (AccountId(row.account_id), row.user_id_sealed)).collect())
}

/// Puts `sealed` in place of a sealed user id; false where that was changed meanwhile.
pub async fn update_sealed(db: &mut Connection, account: AccountId, before: &[u8], sealed: &[u8]) -> Result<bool> {
    let changed = sqlx::query!(
        "update bindings set user_id_sealed = $3 where account_id = $1 and user_id_sealed = $2",
        account.0,
        before,
        sealed,
    )
    .execute(db)
    .await?;
    Ok(changed.rows_affected() == 1)
}
