//! Quotas: how many messages of the month each channel has left, asked of LINE.
//!
//! A channel that had used its own up goes on by itself once LINE says that there is room for the next group.
//! LINE may be slow to answer, or not answer at all: nothing waits for it.

use tokio_util::sync::CancellationToken;

use super::engine::{Engine, open_access};
use crate::domain::outcome::ParkReason;
use crate::store::Result;
use crate::store::channels::{Channel, list_channels, resume_channel, update_bot, update_quota};
use crate::store::notices::{Notice, notify};
use crate::store::queue_counts::find_next_seats;

/// Asks again and again, until `stop`.
pub(super) async fn run_quota_refresh(engine: Engine, stop: CancellationToken) {
    loop {
        if let Err(error) = refresh_quotas(&engine).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the quotas could not be kept; LINE is asked again"
            );
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(engine.settings.quota_refresh) => {}
        }
    }
}

/// Asks LINE how much of each channel's quota is left, and lets a channel go on that has room again.
pub async fn refresh_quotas(engine: &Engine) -> Result<()> {
    let channels = list_channels(&mut *engine.db.acquire().await?).await?;
    for channel in channels.iter().filter(|channel| channel.basic_id.is_none()) {
        learn_name(engine, channel).await?;
    }
    let asked = channels.iter().map(|channel| async move { (channel, ask_quota(engine, channel).await) });
    for (channel, quota) in futures_util::future::join_all(asked).await {
        if let Some((limit, used)) = quota {
            store_quota(engine, channel, limit, used).await?;
        }
    }
    Ok(())
}

/// Asks what the channel's account is called, which people who add it have to know. What is not told is asked again next time.
async fn learn_name(engine: &Engine, channel: &Channel) -> Result<()> {
    let Ok(access) = open_access(&engine.sealing, channel) else { return Ok(()) };
    match engine.line.bot_info(&access).await {
        Ok(bot) => update_bot(&mut *engine.db.acquire().await?, channel.id, &bot.user_id, &bot.basic_id).await?,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::info!(channel.code = channel.code, error, "LINE did not say what the channel's account is called");
        }
    }
    Ok(())
}

async fn store_quota(engine: &Engine, channel: &Channel, limit: Option<i64>, used: i64) -> Result<()> {
    let now = engine.clock.now();
    let mut tx = engine.db.begin().await?;
    update_quota(&mut tx, channel.id, limit, used, now).await?;
    let next = i64::from(find_next_seats(&mut tx, channel.id, engine.clock.now()).await?.unwrap_or(0)).max(1);
    let room = limit.is_none_or(|limit| limit - used >= next);
    // one that was parked only after LINE was asked is not to be let go by an answer from before
    let parked = channel.parked_reason == Some(ParkReason::QuotaUsedUp);
    if room && parked && resume_channel(&mut tx, channel.id, Some(ParkReason::QuotaUsedUp), now).await? {
        notify(&mut tx, Notice::Wake(channel.id)).await?;
        tracing::info!(channel.code = channel.code, "the channel has messages left again and goes on");
    }
    tx.commit().await?;
    Ok(())
}

/// The month's messages (none = not limited) and how many are used; nothing where LINE does not say.
async fn ask_quota(engine: &Engine, channel: &Channel) -> Option<(Option<i64>, i64)> {
    let asked = async {
        let access = open_access(&engine.sealing, channel)?;
        let quota = engine.line.quota(&access).await?;
        let consumption = engine.line.quota_consumption(&access).await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>((quota, consumption))
    };
    match asked.await {
        Ok((quota, consumption)) => {
            let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
            Some((quota.limit().map(number), number(consumption.total_usage)))
        }
        Err(error) => {
            tracing::warn!(
                channel.code = channel.code,
                error = &*error as &dyn std::error::Error,
                "LINE did not say how much of the quota is left"
            );
            None
        }
    }
}
