//! Quotas: how many messages of the month each channel has left, asked of LINE.
//!
//! LINE's count of the days that it has settled is kept as well, beside which ours is shown (`cost`).
//!
//! A channel that had used its own up goes on by itself once LINE says that there are any; what is too large for them is put off by
//! itself.
//! LINE may be slow to answer, or not answer at all: nothing waits for it.

use std::time::Duration;

use jiff::ToSpan as _;
use tokio_util::sync::CancellationToken;

use super::engine::{Engine, open_access};
use crate::domain::line_month::{LineMonth, line_day};
use crate::domain::outcome::ParkReason;
use crate::store::Result;
use crate::store::channels::{Channel, list_channels, resume_channel, update_bot, update_quota};
use crate::store::costs::{list_uncounted_days, update_line_count};
use crate::store::notices::{Notice, notify};

/// Asks again and again, until `stop`.
pub(super) async fn run_quota_refresh(engine: Engine, stop: CancellationToken) {
    loop {
        if let Err(error) = refresh(&engine).await {
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

async fn refresh(engine: &Engine) -> Result<()> {
    refresh_quotas(engine).await?;
    refresh_line_counts(engine).await
}

/// A day that LINE has not counted is asked for again after this time.
const ASK_AGAIN: Duration = Duration::from_hours(1);
/// Days back for which LINE is asked: this month's and the month's before.
const MOST_DAYS: usize = 62;

/// Asks LINE how many messages it counted on the days that it has not settled yet; a day is settled within the next. Today is not
/// asked for. Where one answer is missing the later days are left for the next time.
pub async fn refresh_line_counts(engine: &Engine) -> Result<()> {
    let now = engine.clock.now();
    let first = LineMonth::at(now).before().first();
    let yesterday = line_day(now).saturating_sub(1.day());
    let channels = list_channels(&mut *engine.db.acquire().await?).await?;
    for channel in &channels {
        let mut db = engine.db.acquire().await?;
        let days = list_uncounted_days(&mut db, channel.id, first, yesterday, now - ASK_AGAIN).await?;
        drop(db);
        for day in days.iter().take(MOST_DAYS) {
            let Some(messages) = ask_day(engine, channel, day).await else { break };
            update_line_count(&mut *engine.db.acquire().await?, channel.id, day, messages, now).await?;
        }
    }
    Ok(())
}

/// What LINE counted on a day; none within where it has not counted it yet, none at all where it does not say.
async fn ask_day(engine: &Engine, channel: &Channel, day: &str) -> Option<Option<i64>> {
    let asked = async {
        let access = open_access(&engine.sealing, channel)?;
        let counted = engine.line.pushed_on(&access, &day.replace('-', "")).await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(counted)
    };
    match asked.await {
        Ok(counted) => Some(counted.map(|messages| i64::try_from(messages).unwrap_or(i64::MAX))),
        Err(error) => {
            tracing::warn!(
                channel.code = channel.code,
                error = &*error as &dyn std::error::Error,
                "LINE did not say how many messages it counted"
            );
            None
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
    let room = limit.is_none_or(|limit| used < limit);
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
