//! Inbound: works on what LINE's webhooks brought, after they were stored and answered.
//!
//! A tap on รับทราบ counts once per person and group and is thanked on the free reply token; a join code typed in a
//! group links it; leaving unlinks it. What else people write was never stored. The events of a batch are done in
//! one transaction; answers to LINE go out after it and may be lost, as they are only courtesy.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::json;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::engine::{Engine, open_access};
use super::publish::acknowledged_bulletin;
use crate::domain::ids::{ChannelId, GroupId};
use crate::domain::time::Timestamp;
use crate::line::replies;
use crate::line::token::Access;
use crate::store::acknowledgements::{Tap, insert_taps};
use crate::store::channels::get_channel;
use crate::store::notices::{Notice, notify};
use crate::store::webhook_events::{Event, mark_processed, take_unprocessed};
use crate::store::{Connection, Result, StoreError, audit, groups, join_codes};

/// Events worked on in one transaction.
const BATCH: i64 = 500;
/// LINE takes a reply token for about a minute.
const REPLY_WITHIN: Duration = Duration::from_secs(50);

/// What goes to LINE after a batch.
enum Answer {
    Thanks { channel: ChannelId, reply_token: String },
    Greeting { channel: ChannelId, reply_token: String },
    WrongCode { channel: ChannelId, reply_token: String },
    Linked { channel: ChannelId, reply_token: Option<String>, group: GroupId, name: String, line_group_id: String },
}

/// Works on events until `stop`.
pub async fn run(engine: Engine, mut notices: broadcast::Receiver<Notice>, stop: CancellationToken) {
    loop {
        let more = match drain(&engine).await {
            Ok(done) => done > 0,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "webhook events wait for the database");
                false
            }
        };
        if more {
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            _ = notices.recv() => {}
            () = tokio::time::sleep(engine.settings.poll_wait()) => {}
        }
    }
}

/// Works on one batch; gives how many events it held.
///
/// # Errors
/// When the database fails; the batch is worked on again then.
pub async fn drain(engine: &Engine) -> Result<usize> {
    let now = engine.clock.now();
    let mut tx = engine.db.begin().await?;
    let events = take_unprocessed(&mut tx, BATCH).await?;
    if events.is_empty() {
        return Ok(0);
    }
    let mut answers = count_taps(&mut tx, &events).await?;
    for event in &events {
        answers.extend(work_on(&mut tx, event, now).await?);
    }
    mark_processed(&mut tx, &events, now).await?;
    tx.commit().await?;
    for answer in answers {
        if let Err(error) = give(engine, answer).await {
            tracing::info!(error = &*error, "an answer in a LINE group was not taken");
        }
    }
    Ok(events.len())
}

/// Counts all taps of the batch in one statement, and thanks those who tapped for the first time.
async fn count_taps(db: &mut Connection, events: &[Event]) -> Result<Vec<Answer>> {
    let taps: Vec<(&Event, Tap)> = events.iter().filter_map(|event| Some((event, as_tap(event)?))).collect();
    if taps.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Tap> = taps.iter().map(|(_, tap)| tap.clone()).collect();
    let mut fresh: HashSet<_> = insert_taps(db, &rows).await?.into_iter().collect();
    let answers = taps
        .into_iter()
        .filter(|(_, tap)| fresh.remove(&(tap.bulletin_id, tap.person.clone())))
        .filter_map(|(event, _)| {
            let reply_token = event.reply_token.clone()?;
            (event.received_at.since(event.occurred_at) < jiff_span(REPLY_WITHIN))
                .then_some(Answer::Thanks { channel: event.channel_id, reply_token })
        })
        .collect();
    Ok(answers)
}

fn jiff_span(span: Duration) -> jiff::SignedDuration {
    jiff::SignedDuration::try_from(span).unwrap_or(jiff::SignedDuration::MAX)
}

fn as_tap(event: &Event) -> Option<Tap> {
    if event.kind != "tap" {
        return None;
    }
    Some(Tap {
        bulletin_id: acknowledged_bulletin(event.data.as_deref()?)?,
        channel_id: event.channel_id,
        line_group_id: event.line_group_id.clone()?,
        // where LINE names nobody, the event itself stands for a person
        person: event.person.clone().unwrap_or_else(|| event.event_id.clone().into_bytes()),
        at: event.occurred_at,
    })
}

/// Does what one event other than a tap asks for.
async fn work_on(db: &mut Connection, event: &Event, now: Timestamp) -> Result<Option<Answer>> {
    let Some(line_group_id) = event.line_group_id.clone() else { return Ok(None) };
    let channel = event.channel_id;
    match event.kind.as_str() {
        "join" => Ok(event.reply_token.clone().map(|reply_token| Answer::Greeting { channel, reply_token })),
        "leave" => {
            if let Some((group, _)) = groups::find_by_line_group(db, channel, &line_group_id).await? {
                groups::unlink_group(db, group, now).await?;
                let subject = format!("group:{group}");
                audit::insert_entry(db, now, "line", "unlink", &subject, &json!({ "why": "leave" })).await?;
            }
            Ok(None)
        }
        "join_code" => link(db, event, line_group_id, now).await,
        _ => Ok(None),
    }
}

async fn link(db: &mut Connection, event: &Event, line_group_id: String, now: Timestamp) -> Result<Option<Answer>> {
    let channel = event.channel_id;
    let sha256 = event.data.as_deref().and_then(|data| hex::decode(data).ok()).unwrap_or_default();
    let taken = groups::find_by_line_group(db, channel, &line_group_id).await?;
    let Some(group) = join_codes::use_join_code(db, &sha256, now).await? else {
        return Ok(event.reply_token.clone().map(|reply_token| Answer::WrongCode { channel, reply_token }));
    };
    // the LINE group becomes this node's, whichever node it was before
    if let Some((before, _)) = taken.filter(|(before, _)| *before != group) {
        groups::unlink_group(db, before, now).await?;
    }
    groups::link_group(db, group, channel, &line_group_id, now).await?;
    let name = groups::get_name(db, group).await?;
    audit::insert_entry(db, now, "line", "link", &format!("group:{group}"), &json!({})).await?;
    notify(db, Notice::Wake(channel)).await?;
    Ok(Some(Answer::Linked { channel, reply_token: event.reply_token.clone(), group, name, line_group_id }))
}

/// Gives an answer to LINE, and reads back who and how many are in a group that was just linked.
async fn give(engine: &Engine, answer: Answer) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (channel, reply_token, words) = match answer {
        Answer::Thanks { channel, reply_token } => (channel, Some(reply_token), replies::thanks()?),
        Answer::Greeting { channel, reply_token } => (channel, Some(reply_token), replies::join_greeting()?),
        Answer::WrongCode { channel, reply_token } => (channel, Some(reply_token), replies::wrong_code()?),
        Answer::Linked { channel, reply_token, group, name, line_group_id } => {
            let access = access(engine, channel).await?;
            let members = engine.line.members_count(&access, &line_group_id).await?;
            let summary = engine.line.group_summary(&access, &line_group_id).await?;
            let line_name = summary.as_ref().map(|summary| summary.group_name.as_str());
            let mut db = engine.db.acquire().await?;
            let members = i32::try_from(members).unwrap_or(i32::MAX);
            groups::update_line_facts(&mut db, group, members, line_name, engine.clock.now()).await?;
            (channel, reply_token, replies::linked(&name)?)
        }
    };
    if let Some(reply_token) = reply_token {
        engine.line.reply(&access(engine, channel).await?, &reply_token, &words).await?;
    }
    Ok(())
}

async fn access(
    engine: &Engine,
    channel: ChannelId,
) -> std::result::Result<Access, Box<dyn std::error::Error + Send + Sync>> {
    let mut db = engine.db.acquire().await.map_err(StoreError::from)?;
    Ok(open_access(&engine.sealing, &get_channel(&mut db, channel).await?)?)
}
