//! Reminders: one message each, in a chat of two, to whoever is bound and has to forward, whose LINE group is in trouble, or whose office has
//! something to do by a day.
//!
//! A reminder is planned by an insert (`store::reminders`), noted as tried before LINE is called, and sent with its own retry
//! key and the same bytes until LINE has answered for certain: a crash in between sends it once. Nothing is held over a call.
//! They go out at most [`ABREAST`] at a time from the leading node, beside the dispatchers: far fewer than the room that the pace of
//! a channel leaves to LINE's limit. Outside office hours only what is most urgent is planned or tried, and no alert or request is.

use std::collections::HashMap;

use futures_util::StreamExt as _;
use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;

use super::binding::open_user;
use super::clock_watch::clocks_agree;
use super::engine::{Engine, open_access};
use super::reminder_bodies::write_bodies;
use super::settings::ReminderRules;
use crate::domain::ids::ChannelId;
use crate::domain::outcome::Verdict;
use crate::domain::reminder::ReminderOutcome;
use crate::domain::time::Timestamp;
use crate::line::token::Access;
use crate::line::verdict::classify;
use crate::store::Result;
use crate::store::channels::list_channels;
use crate::store::reminder_tries::{DueReminder, NewTry, Tried, begin_tries, end_unneeded, list_due, record_tries};
use crate::store::reminders::{Planning, plan, plan_alerts};
use crate::store::request_reminders::plan_requests;
use crate::telemetry::metric;

/// Reminders tried in one round.
const IN_A_ROUND: i64 = 50;
/// Calls under way to LINE at the same time.
const ABREAST: usize = 10;

/// Reminds again and again, until `stop`.
pub(super) async fn run_reminders(engine: Engine, stop: CancellationToken) {
    let mut next_plan: Option<Timestamp> = None;
    while !stop.is_cancelled() {
        let now = engine.clock.earlier();
        let plans = next_plan.is_none_or(|next| now >= next);
        match remind(&engine, plans).await {
            Ok(()) if plans => next_plan = Some(now + engine.settings.recount_interval),
            Ok(()) => {}
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "reminders wait for the database; they are in the next round");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(engine.settings.upkeep_interval) => {}
        }
    }
}

/// Plans what is due, if `plans`, and tries what was planned.
pub async fn remind(engine: &Engine, plans: bool) -> Result<()> {
    let rules = &engine.settings.reminders;
    // who was written to too early was written to: time decides only while the clocks agree
    if !rules.enabled || !clocks_agree(&engine.clock, engine.settings.clock_jump) {
        return Ok(());
    }
    let now = engine.clock.earlier();
    let only_most_urgent = !rules.hours.is_open(now);
    if plans {
        plan_due(engine, rules, only_most_urgent, now).await?;
    }
    let mut db = engine.db.acquire().await?;
    for (outcome, n) in end_unneeded(&mut db, now - engine.settings.retry_key_lifetime, now).await? {
        count(outcome, u64::try_from(n).unwrap_or(0));
    }
    let due = list_due(&mut db, only_most_urgent, IN_A_ROUND, now).await?;
    drop(db);
    if due.is_empty() { Ok(()) } else { send(engine, due, now).await }
}

async fn plan_due(engine: &Engine, rules: &ReminderRules, only_most_urgent: bool, now: Timestamp) -> Result<()> {
    let seconds = |span: std::time::Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    let planning = Planning { deadlines: rules.deadlines.map(seconds), only_most_urgent };
    let mut tx = engine.db.begin().await?;
    let planned = plan(&mut tx, &planning, now).await?;
    let (mut alerts, mut requests) = (0, 0);
    if !only_most_urgent {
        alerts = plan_alerts(&mut tx, now).await?;
        requests = plan_requests(&mut tx, now).await?;
    }
    tx.commit().await?;
    if planned + alerts + requests > 0 {
        tracing::info!(
            reminders = planned,
            reminders.alerts = alerts,
            reminders.requests = requests,
            "people are to be reminded"
        );
    }
    Ok(())
}

/// Tries reminders: what is to be sent is on record before the first call, and what came of it after the last.
async fn send(engine: &Engine, due: Vec<DueReminder>, now: Timestamp) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    let channels = list_channels(&mut tx).await?;
    let mut bodies = write_bodies(&mut tx, &engine.settings, &due).await?;
    let of_due = |due: &DueReminder| {
        let body = bodies.remove(&due.id)?;
        Some(NewTry { id: due.id, body, try_at: now + wait_after(engine, due.attempts) })
    };
    let tries: Vec<NewTry> = due.iter().filter_map(of_due).collect();
    let bodies: HashMap<i64, String> = begin_tries(&mut tx, &tries, now).await?.into_iter().collect();
    tx.commit().await?;
    let access: HashMap<ChannelId, Access> =
        channels.iter().filter_map(|channel| Some((channel.id, open_access(&engine.sealing, channel).ok()?))).collect();
    let mut calls = Vec::new();
    for reminder in &due {
        if let Some(body) = bodies.get(&reminder.id) {
            calls.push(call(engine, access.get(&reminder.channel), reminder, body));
        }
    }
    let outcomes: Vec<Tried> = futures_util::stream::iter(calls).buffer_unordered(ABREAST).collect().await;
    let mut tx = engine.db.begin().await?;
    record_tries(&mut tx, &outcomes, engine.clock.now()).await?;
    tx.commit().await?;
    for outcome in outcomes.iter().filter_map(|tried| tried.outcome) {
        count(outcome, 1);
    }
    Ok(())
}

/// After how long a try is made again that LINE does not answer for certain.
fn wait_after(engine: &Engine, attempts: i16) -> std::time::Duration {
    let settings = &engine.settings;
    let used = usize::try_from(attempts).unwrap_or(0).min(settings.retry_schedule.len().saturating_sub(1));
    settings.retry_wait(used).unwrap_or(std::time::Duration::from_mins(5))
}

/// One call, and what it came to. What cannot even be begun is as if it had not been tried.
async fn call(engine: &Engine, access: Option<&Access>, due: &DueReminder, body: &str) -> Tried {
    let put_off = Tried { id: due.id, outcome: None, outcome_open: due.outcome_open, request_id: None };
    let user = match open_user(&engine.sealing, due.account, &due.user_id_sealed) {
        Ok(user) => user,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a bound LINE user cannot be opened");
            return put_off;
        }
    };
    let (Some(access), Ok(_room)) = (access, engine.call_room.acquire().await) else { return put_off };
    let answer = engine.line.push(access, due.retry_key, user.expose_secret(), body.as_bytes()).await;
    match classify(&answer) {
        Verdict::Accepted(receipt) => Tried {
            outcome: Some(ReminderOutcome::Accepted),
            outcome_open: false,
            request_id: receipt.request_id,
            ..put_off
        },
        // LINE takes no message for this person, or not this message: nothing would change that
        Verdict::BadRequest | Verdict::Refused => {
            let outcome = if due.outcome_open { ReminderOutcome::Unknown } else { ReminderOutcome::Refused };
            tracing::warn!(reminder.id = due.id, "LINE refused a reminder");
            Tried { outcome: Some(outcome), ..put_off }
        }
        Verdict::NotAllowed | Verdict::TooMany | Verdict::NotConnected => put_off,
        Verdict::Unclear | Verdict::NoAnswer => Tried { outcome_open: true, ..put_off },
    }
}

fn count(outcome: ReminderOutcome, n: u64) {
    metrics::counter!(metric::REMINDERS, "outcome" => outcome.as_str()).increment(n);
}
