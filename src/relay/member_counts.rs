//! Member counts: how many people are in each LINE group, asked of LINE behind everything else.
//!
//! A link is confirmed at once and does not wait for this; a group whose count LINE has not told yet is one of unknown
//! size, and forecasts say so. LINE is asked again until it answers, and whenever people came or went. The questions cost
//! no messages. The leading node asks.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::engine::{Engine, open_access};
use crate::domain::ids::ChannelId;
use crate::line::answers::{CallError, GroupSummary};
use crate::line::token::Access;
use crate::store::Result;
use crate::store::channels::list_channels;
use crate::store::member_counts::{Due, list_due, put_off_count, update_line_facts};

/// Groups that are asked about in one round.
const IN_A_ROUND: i64 = 50;
/// Questions under way to LINE at the same time.
const ASKING: usize = 10;
/// The wait where LINE did not answer, or was too busy to.
const AFTER_SILENCE: Duration = Duration::from_mins(1);
/// The wait where LINE refused to say: the account may have been removed, or its token ended.
const AFTER_REFUSAL: Duration = Duration::from_hours(1);

/// What LINE says of a group.
struct GroupFacts {
    members: u32,
    name: Option<String>,
}

/// Asks again and again, until `stop`.
pub(super) async fn run_count_refresh(engine: Engine, stop: CancellationToken) {
    loop {
        if let Err(error) = refresh_counts(&engine).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the members of LINE groups could not be counted; they are in the next round");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(engine.settings.upkeep_interval) => {}
        }
    }
}

/// Asks LINE about the groups whose members are to be counted now.
pub async fn refresh_counts(engine: &Engine) -> Result<()> {
    let now = engine.clock.now();
    let mut db = engine.db.acquire().await?;
    let due = list_due(&mut db, now, IN_A_ROUND).await?;
    if due.is_empty() {
        return Ok(());
    }
    let channels = list_channels(&mut db).await?;
    drop(db);
    let access: HashMap<ChannelId, Access> =
        channels.iter().filter_map(|channel| Some((channel.id, open_access(&engine.sealing, channel).ok()?))).collect();
    let asked = due.into_iter().map(|due| {
        let access = access.get(&due.channel);
        async move { (ask(engine, access, &due).await, due) }
    });
    let mut answers = futures_util::stream::iter(asked).buffer_unordered(ASKING);
    while let Some((answer, due)) = answers.next().await {
        let mut db = engine.db.acquire().await?;
        match answer {
            Ok(facts) => {
                let members = i32::try_from(facts.members).unwrap_or(i32::MAX);
                update_line_facts(&mut db, &due, members, facts.name.as_deref(), now).await?;
            }
            Err(wait) => put_off_count(&mut db, &due, now + wait).await?,
        }
    }
    Ok(())
}

/// What LINE says of the group, or after how long to ask again. Its name is welcome, but nothing depends on it.
async fn ask(engine: &Engine, access: Option<&Access>, due: &Due) -> Result<GroupFacts, Duration> {
    let Some(access) = access else { return Err(AFTER_REFUSAL) };
    let members = engine.line.members_count(access, &due.line_group_id).await.map_err(|error| {
        tracing::info!(group.id = %due.group, error = &error as &dyn std::error::Error,
            "LINE did not say how many members a group has; it is asked again");
        match error {
            CallError::Status { status, .. } if (400..500).contains(&status) && status != 429 => AFTER_REFUSAL,
            _ => AFTER_SILENCE,
        }
    })?;
    let summary: Option<GroupSummary> = engine.line.group_summary(access, &due.line_group_id).await.ok().flatten();
    Ok(GroupFacts { members, name: summary.map(|summary| summary.group_name) })
}
