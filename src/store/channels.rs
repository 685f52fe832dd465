//! Channels: the LINE Official Accounts' Messaging API channels, with their sealed secrets.

use super::{Connection, Result, StoreError};
use crate::domain::ids::ChannelId;
use crate::domain::line_month::LineMonth;
use crate::domain::outcome::ParkReason;
use crate::domain::thai::normal_form;
use crate::domain::time::Timestamp;

/// A channel as it is stored.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its number.
    pub id: ChannelId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The channel secret, sealed.
    pub secret_sealed: Vec<u8>,
    /// The next channel secret, sealed, while it is being changed.
    pub next_secret_sealed: Option<Vec<u8>>,
    /// The access token, sealed.
    pub token_sealed: Vec<u8>,
    /// Calls a second at most.
    pub rate_per_second: i32,
    /// Which of its holders has it: what their writes are checked against.
    pub epoch: i64,
    /// Why it is parked.
    pub parked_reason: Option<ParkReason>,
    /// Since when.
    pub parked_at: Option<Timestamp>,
    /// The account's user id, which webhooks name as their destination.
    pub bot_user_id: Option<String>,
    /// The account's @-name, by which people find it.
    pub basic_id: Option<String>,
    /// The month's messages; none = not limited or not known.
    pub quota_limit: Option<i64>,
    /// Of these, used.
    pub quota_used: Option<i64>,
    /// When LINE was asked.
    pub quota_checked_at: Option<Timestamp>,
    /// When the last webhook came.
    pub last_webhook_at: Option<Timestamp>,
    /// Messages that a month may push; none = as the settings say.
    pub budget_messages: Option<i32>,
    /// Baht that a month may cost; none = as the settings say.
    pub budget_baht: Option<i32>,
    /// When an operator opened the reserve for what is most urgent.
    pub reserve_opened_at: Option<Timestamp>,
}

impl Channel {
    /// Whether the reserve for what is most urgent is open in the month of `now`.
    #[must_use]
    pub fn reserve_is_open(&self, now: Timestamp) -> bool {
        self.reserve_opened_at.is_some_and(|at| LineMonth::at(at) == LineMonth::at(now))
    }
}

/// The channels for which the rest of the query, literally, is true: the one place where their columns are named.
macro_rules! select_channels {
    ($which:tt $(, $($arguments:tt)*)?) => {
        sqlx::query_as!(
            Channel,
            r#"select id as "id: ChannelId", code, name, secret_sealed, next_secret_sealed, token_sealed, rate_per_second,
            epoch, parked_reason, parked_at, bot_user_id, basic_id, quota_limit, quota_used, quota_checked_at,
            last_webhook_at, budget_messages, budget_baht, reserve_opened_at
        from channels"# + $which
            $(, $($arguments)*)?
        )
    };
}

/// All channels, by code.
pub async fn list_channels(db: &mut Connection) -> Result<Vec<Channel>> {
    Ok(select_channels!(" order by code").fetch_all(db).await?)
}

/// The channel called `code`. It is found in any spelling of its code.
pub async fn find_channel(db: &mut Connection, code: &str) -> Result<Option<Channel>> {
    let code = normal_form(code);
    Ok(select_channels!(" where code = $1", code.trim()).fetch_optional(db).await?)
}

/// The channel numbered `id`.
///
/// # Errors
/// [`StoreError::Absent`] where there is none; when the database fails.
pub async fn get_channel(db: &mut Connection, id: ChannelId) -> Result<Channel> {
    select_channels!(" where id = $1", id.0).fetch_optional(db).await?.ok_or(StoreError::Absent("channel"))
}

/// The channels numbered so.
pub async fn list_channels_by_id(db: &mut Connection, ids: &[ChannelId]) -> Result<Vec<Channel>> {
    let ids: Vec<i32> = ids.iter().map(|id| id.0).collect();
    Ok(select_channels!(" where id = any ($1)", &ids).fetch_all(db).await?)
}

/// Adds a channel.
///
/// # Errors
/// [`StoreError::Refused`] where the code is taken; when the database fails.
pub async fn insert_channel(
    db: &mut Connection,
    code: &str,
    name: &str,
    secret_sealed: &[u8],
    token_sealed: &[u8],
    rate_per_second: i32,
    now: Timestamp,
) -> Result<ChannelId> {
    let id = sqlx::query_scalar!(
        "insert into channels (code, name, secret_sealed, token_sealed, rate_per_second, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $6) returning id",
        code,
        name,
        secret_sealed,
        token_sealed,
        rate_per_second,
        now as Timestamp,
    )
    .fetch_one(db)
    .await?;
    Ok(ChannelId(id))
}

/// Stores new sealed credentials; a channel parked because its token was refused goes on.
pub async fn update_credentials(
    db: &mut Connection,
    channel: ChannelId,
    secret_sealed: Option<&[u8]>,
    token_sealed: Option<&[u8]>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update channels set
            secret_sealed = coalesce($2, secret_sealed), token_sealed = coalesce($3, token_sealed), updated_at = $4,
            parked_at = case when parked_reason = 'token_refused' and $3 is not null then null else parked_at end,
            parked_reason = case when parked_reason = 'token_refused' and $3 is not null then null else parked_reason end
        where id = $1",
        channel.0,
        secret_sealed,
        token_sealed,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Sets how many calls a second are made at most.
pub async fn update_rate(db: &mut Connection, channel: ChannelId, rate: i32, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update channels set rate_per_second = $2, updated_at = $3 where id = $1",
        channel.0,
        rate,
        now as Timestamp
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Parks a channel that is not parked; gives whether it was this call that did.
pub async fn park_channel(db: &mut Connection, channel: ChannelId, reason: ParkReason, now: Timestamp) -> Result<bool> {
    let parked = sqlx::query!(
        "update channels set parked_reason = $2, parked_at = $3, updated_at = $3
        where id = $1 and parked_reason is null",
        channel.0,
        reason as ParkReason,
        now as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    touch_progress(db, channel, parked.rows_affected()).await
}

/// Lets a parked channel go on, if it is parked for `only` (or for any reason); gives whether it was parked.
pub async fn resume_channel(
    db: &mut Connection,
    channel: ChannelId,
    only: Option<ParkReason>,
    now: Timestamp,
) -> Result<bool> {
    let resumed = sqlx::query!(
        "update channels set parked_reason = null, parked_at = null, updated_at = $3
        where id = $1 and parked_reason is not null and ($2::park_reason is null or parked_reason = $2)",
        channel.0,
        only as Option<ParkReason>,
        now as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    touch_progress(db, channel, resumed.rows_affected()).await
}

/// Ready deliveries of the channel begin or cease to show as parked: their bulletins' status is another.
async fn touch_progress(db: &mut Connection, channel: ChannelId, changed: u64) -> Result<bool> {
    if changed == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "update progress set version = version + 1, changed = greatest(changed, (select change_mark())), changed_at = clock_timestamp()
        where (bulletin_no, tier, channel_id) in (
            select bulletin_no, tier, channel_id from progress
            where channel_id = $1 and ready > 0 and waiting + held + ready > 0
            order by bulletin_no, tier, channel_id for no key update)",
        channel.0,
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// Keeps what LINE said of the month's quota. `limit` none = not limited.
pub async fn update_quota(
    db: &mut Connection,
    channel: ChannelId,
    limit: Option<i64>,
    used: i64,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update channels set quota_limit = $2, quota_used = $3, quota_checked_at = $4 where id = $1",
        channel.0,
        limit,
        used,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Keeps who the account is.
pub async fn update_bot(db: &mut Connection, channel: ChannelId, bot_user_id: &str, basic_id: &str) -> Result<()> {
    sqlx::query!("update channels set bot_user_id = $2, basic_id = $3 where id = $1", channel.0, bot_user_id, basic_id)
        .execute(db)
        .await?;
    Ok(())
}

/// Notes that a webhook came, to the minute, so that busy hours do not rewrite the row each time. Where somebody else
/// holds the row it is left for the next webhook: events must not wait for it.
pub async fn touch_webhook(db: &mut Connection, channel: ChannelId, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update channels set last_webhook_at = $2 where id in (
            select id from channels
            where id = $1 and (last_webhook_at is null or last_webhook_at < $2::timestamptz - interval '1 minute')
            for no key update skip locked)",
        channel.0,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Sets how much a month may push and cost; none = as the settings say.
pub async fn update_budget(
    db: &mut Connection,
    channel: ChannelId,
    messages: Option<i32>,
    baht: Option<i32>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update channels set budget_messages = $2, budget_baht = $3, updated_at = $4 where id = $1",
        channel.0,
        messages,
        baht,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Opens the reserve for what is most urgent.
pub async fn open_reserve(db: &mut Connection, channel: ChannelId, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update channels set reserve_opened_at = $2, updated_at = $2 where id = $1",
        channel.0,
        now as Timestamp
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes what the budget did not allow due at once, as it may allow it now.
pub async fn make_over_budget_due(db: &mut Connection, channel: ChannelId, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update deliveries d set due_at = $2, changed = (select change_mark())
        from (
            select bulletin_no, group_id from deliveries
            where channel_id = $1 and due_at > $2 and state = 'ready' and reason = 'over_budget'
            order by bulletin_no, group_id for no key update skip locked
        ) waits
        where d.bulletin_no = waits.bulletin_no and d.group_id = waits.group_id",
        channel.0,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}
