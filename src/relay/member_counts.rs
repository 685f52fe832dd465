//! Member counts: how many people are in each LINE group, asked of LINE behind everything else.
//!
//! A link is confirmed at once and does not wait for this; a group whose count LINE has not told yet is one of unknown
//! size, and forecasts say so. LINE is asked again until it answers, and whenever people came or went. The questions cost
//! no messages. The leading node asks. Each linked group is asked about again every `relay.branch_health.every`, and what differs
//! becomes an alert (`store::group_alerts`); a group that LINE does not know any more, neither its size nor itself, is unlinked as after
//! a `leave` that was not heard.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::engine::{Engine, open_access};
use super::inbound::unlink;
use crate::domain::ids::ChannelId;
use crate::domain::time::Timestamp;
use crate::line::answers::{CallError, GroupSummary};
use crate::line::token::Access;
use crate::store::Result;
use crate::store::channels::list_channels;
use crate::store::group_alerts::update_alerts;
use crate::store::links::find_by_line_group;
use crate::store::member_counts::{Due, list_due, plan_counts, put_off_count, update_line_facts};

/// Groups that are asked about in one round.
const IN_A_ROUND: i64 = 50;
/// Questions under way to LINE at the same time.
const ASKING: usize = 10;
/// The wait where LINE did not answer, or was too busy to.
const AFTER_SILENCE: Duration = Duration::from_mins(1);
/// The wait where LINE refused to say: the account may have been removed, or its token ended.
const AFTER_REFUSAL: Duration = Duration::from_hours(1);

/// So many groups that are gone within a round, with none that answers, are no groups that are gone: then something else is wrong.
const TOO_MANY_GONE: usize = 5;

/// What LINE says of a group.
struct GroupFacts {
    members: u32,
    name: Option<String>,
}

/// What came of a question.
enum Told {
    Facts(GroupFacts),
    /// LINE does not know the group, or the account is not in it.
    Gone,
    /// Nothing; ask again after this time.
    Nothing(Duration),
}

/// Asks again and again, until `stop`.
pub(super) async fn run_count_refresh(engine: Engine, stop: CancellationToken) {
    let mut next_look: Option<Timestamp> = None;
    loop {
        if let Err(error) = refresh_counts(&engine).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the members of LINE groups could not be counted; they are in the next round");
        }
        let now = engine.clock.now();
        if next_look.is_none_or(|next| now >= next) {
            match refresh_alerts(&engine).await {
                Ok(()) => next_look = Some(now + engine.settings.recount_interval),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "alerts about LINE groups wait for the database");
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(engine.settings.upkeep_interval) => {}
        }
    }
}

/// Opens and closes alerts about LINE groups, also about those that changed hands in bulk, and sees to it that each linked group is
/// asked about.
pub async fn refresh_alerts(engine: &Engine) -> Result<()> {
    let (health, now) = (&engine.settings.branch_health, engine.clock.now());
    plan_counts(&mut *engine.db.acquire().await?, health.every, now).await?;
    let mut tx = engine.db.begin().await?;
    update_alerts(&mut tx, None, health.shrunk_below, now).await?;
    tx.commit().await?;
    Ok(())
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
    let accounts: HashMap<ChannelId, (Access, Option<String>)> = channels
        .into_iter()
        .filter_map(|channel| Some((channel.id, (open_access(&engine.sealing, &channel).ok()?, channel.bot_user_id))))
        .collect();
    let asked = due.into_iter().map(|due| {
        let account = accounts.get(&due.channel);
        async move { (ask(engine, account, &due).await, due) }
    });
    let mut answers = futures_util::stream::iter(asked).buffer_unordered(ASKING);
    let (mut answered, mut gone) = (0_usize, Vec::new());
    while let Some((answer, due)) = answers.next().await {
        match answer {
            Told::Facts(facts) => {
                answered += 1;
                keep_facts(engine, &due, facts, now).await?;
            }
            Told::Gone => gone.push(due),
            Told::Nothing(wait) => put_off_count(&mut *engine.db.acquire().await?, &due, now + wait).await?,
        }
    }
    let believed = answered > 0 || gone.len() < TOO_MANY_GONE;
    if !believed {
        tracing::error!(
            groups = gone.len(),
            "LINE knows none of the groups that it was asked about; nothing is unlinked"
        );
    }
    for due in gone {
        if believed {
            unlink_gone(engine, &due, now).await?;
        } else {
            put_off_count(&mut *engine.db.acquire().await?, &due, now + AFTER_REFUSAL).await?;
        }
    }
    Ok(())
}

async fn keep_facts(engine: &Engine, due: &Due, facts: GroupFacts, now: Timestamp) -> Result<()> {
    let health = &engine.settings.branch_health;
    let members = i32::try_from(facts.members).unwrap_or(i32::MAX);
    let mut tx = engine.db.begin().await?;
    update_line_facts(&mut tx, due, members, facts.name.as_deref(), now, health.every).await?;
    update_alerts(&mut tx, Some(&[due.group.0]), health.shrunk_below, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Unlinks a group whose LINE group is gone, if it is still linked to that one.
async fn unlink_gone(engine: &Engine, due: &Due, now: Timestamp) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let linked = find_by_line_group(&mut tx, due.channel, &due.line_group_id).await?;
    if linked.is_some_and(|(group, _)| group == due.group) {
        unlink(engine, &mut tx, due.group, now, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What LINE says of the group, or after how long to ask again. Its name is welcome, but nothing depends on it.
async fn ask(engine: &Engine, account: Option<&(Access, Option<String>)>, due: &Due) -> Told {
    let Some((access, bot_user_id)) = account else { return Told::Nothing(AFTER_REFUSAL) };
    let counted = engine.line.members_count(access, &due.line_group_id).await;
    let summary: Result<Option<GroupSummary>, CallError> = match &counted {
        Ok(_) | Err(CallError::Status { status: 404, .. }) => {
            engine.line.group_summary(access, &due.line_group_id).await
        }
        Err(_) => Ok(None),
    };
    match counted {
        Ok(members) => Told::Facts(GroupFacts { members, name: summary.ok().flatten().map(|told| told.group_name) }),
        Err(CallError::Status { status: 404, .. }) if matches!(summary, Ok(None)) => {
            // another account than the one that was invited knows none of the groups
            let is_ours = match engine.line.bot_info(access).await {
                Ok(bot) => bot_user_id.as_ref().is_none_or(|ours| *ours == bot.user_id),
                Err(_) => false,
            };
            if is_ours { Told::Gone } else { Told::Nothing(AFTER_REFUSAL) }
        }
        Err(error) => {
            tracing::info!(group.id = %due.group, error = &error as &dyn std::error::Error,
                "LINE did not say how many members a group has; it is asked again");
            Told::Nothing(match error {
                CallError::Status { status, .. } if (400..500).contains(&status) && status != 429 => AFTER_REFUSAL,
                _ => AFTER_SILENCE,
            })
        }
    }
}
