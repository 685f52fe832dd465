//! Handles what LINE's webhooks brought, after they were stored and answered.
//!
//! A tap on รับทราบ counts once per person and group and is thanked on the free reply token; a join code typed in a
//! group links it; leaving unlinks it. A binding code typed in a chat of two binds a steward's account, and a bound steward forwards
//! by a tap, and what they send there is noted to be fetched. What else people write was never stored. Taps are counted in batches, each
//! other event in a transaction of its own, so that neither holds the locks of the other. An event that cannot be worked
//! on stops no other: it is tried again, then set aside (`store::webhook_failures`). Answers to LINE go out afterwards,
//! beside the work, and may be lost, as they are only courtesy.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};
use tokio_util::sync::CancellationToken;

use super::answering::{Answer, ReplyKind, give};
use super::engine::Engine;
use super::inbound_wake::InboundWake;
use super::rendering::acknowledged_bulletin;
use super::{binding, forward_tap, heard, sent_files};
use crate::domain::actor::{Actor, Part};
use crate::domain::ids::GroupId;
use crate::domain::time::Timestamp;
use crate::store::acknowledgements::{Tap, acknowledge_as_steward, insert_taps};
use crate::store::bindings::list_stewards_taps;
use crate::store::group_alerts::update_alerts;
use crate::store::locks::lock_bulletins_shared;
use crate::store::member_counts::ask_for_count;
use crate::store::notices::{Notice, notify};
use crate::store::webhook_events::{Event, JOINED, mark_processed, take_unprocessed};
use crate::store::webhook_failures::put_off;
use crate::store::{Connection, Result, StoreError, Tx, audit, groups, join_codes, links};
use crate::telemetry::metric;

/// Taps counted in one transaction.
const BATCH: i64 = 500;
/// Answers that may wait for LINE at the same time; more are dropped.
const ANSWERS: usize = 1_000;
/// Answers under way to LINE at the same time.
const ANSWERING: usize = 32;

/// Works on events until `stop`, as soon as `wake` or a notice of another node says that there are some.
pub async fn run(engine: Engine, wake: InboundWake, mut notices: broadcast::Receiver<Notice>, stop: CancellationToken) {
    let waiting = Arc::new(Semaphore::new(ANSWERS));
    let answering = Arc::new(Semaphore::new(ANSWERING));
    loop {
        match drain(&engine).await {
            Ok((0, _)) => {}
            Ok((_, answers)) => {
                for answer in answers {
                    if let Ok(place) = waiting.clone().try_acquire_owned() {
                        tokio::spawn(send_answer_in_turn(engine.clone(), answer, answering.clone(), place));
                    }
                }
                continue;
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "webhook events wait for the database");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = wake.woken() => {}
            () = next_wake(&mut notices) => {}
            () = tokio::time::sleep(engine.settings.poll_wait()) => {}
        }
    }
}

/// Waits until events are said to be waiting; notices about deliveries, of which there are many, are none of ours.
async fn next_wake(notices: &mut broadcast::Receiver<Notice>) {
    loop {
        match notices.recv().await {
            Ok(Notice::Inbound) | Err(RecvError::Lagged(_)) => return,
            Ok(Notice::Wake(_) | Notice::WakeAll) => {}
            Err(RecvError::Closed) => return std::future::pending().await,
        }
    }
}

async fn send_answer_in_turn(engine: Engine, answer: Answer, answering: Arc<Semaphore>, place: OwnedSemaphorePermit) {
    if let Ok(_turn) = answering.acquire().await {
        give(&engine, answer).await;
    }
    drop(place);
}

/// Works on the next events; gives how many, and what is to be answered.
///
/// # Errors
/// When the database is away; the same events are worked on again then.
pub async fn drain(engine: &Engine) -> Result<(usize, Vec<Answer>)> {
    let mut answers = Vec::new();
    let mut done = 0;
    while let Some(answer) = handle_next(engine).await? {
        done += 1;
        answers.extend(answer);
    }
    let (taps, thanks) = count_taps(engine).await?;
    answers.extend(thanks);
    Ok((done + taps, answers))
}

/// Works on one event other than a tap; `None` where there is none. One that cannot be worked on is left for later, and
/// the others go on.
async fn handle_next(engine: &Engine) -> Result<Option<Option<Answer>>> {
    let now = engine.clock.now();
    let mut tx = engine.db.begin().await?;
    let events = take_unprocessed(&mut tx, false, 1, now).await?;
    let Some(event) = events.first() else { return Ok(None) };
    let worked_on = async {
        let answer = handle(engine, &mut tx, event, now).await?;
        mark_processed(&mut tx, &events, now).await?;
        Ok(answer)
    };
    let worked_on = worked_on.await;
    match end(tx, worked_on).await {
        Ok(answer) => {
            count_heard(event);
            Ok(Some(answer))
        }
        Err(error) => {
            postpone(engine, event, &error).await?;
            Ok(Some(None))
        }
    }
}

/// Counts a message that was heard, once its work is committed.
fn count_heard(event: &Event) {
    if let Some(note) = event.heard_note() {
        metrics::counter!(metric::HEARD, "verdict" => note.found.as_str()).increment(1);
    }
}

/// Commits what went well, and undoes what did not: before this is done the events are locked, and nobody finds them.
async fn end<T>(tx: Tx, done: Result<T>) -> Result<T> {
    match done {
        Ok(done) => tx.commit().await.map(|()| done).map_err(StoreError::from),
        Err(error) => {
            if let Err(again) = tx.rollback().await {
                tracing::debug!(error = &again as &dyn std::error::Error, "the connection was lost meanwhile");
            }
            Err(error)
        }
    }
}

/// Leaves an event that could not be worked on for later; after a few tries it is set aside for people to see.
async fn postpone(engine: &Engine, event: &Event, error: &StoreError) -> Result<()> {
    let now = engine.clock.now();
    let mut tx = engine.db.begin().await?;
    let because = error.cause();
    let failed = put_off(&mut tx, event, because.as_deref(), now).await?;
    if let Some(id) = failed {
        let detail = json!({ "channel": event.channel_id.0, "kind": event.kind, "because": because });
        audit::insert_entry(
            &mut tx,
            now,
            &Actor::Program(Part::Inbound),
            "webhook_set_aside",
            &format!("webhook_event:{id}"),
            &detail,
        )
        .await?;
    }
    tx.commit().await?;
    let error = error as &dyn std::error::Error;
    if let Some(id) = failed {
        tracing::error!(event.id = id, event.kind, error, "a webhook event is set aside: it cannot be worked on");
    } else {
        tracing::warn!(event.kind, error, "a webhook event could not be worked on; it is tried again");
    }
    Ok(())
}

/// Counts a batch of taps; gives how many events it dealt with, and whom to thank. Where a batch fails, half of it is tried,
/// down to the one tap that is at fault, which is left for later.
async fn count_taps(engine: &Engine) -> Result<(usize, Vec<Answer>)> {
    let mut limit = BATCH;
    loop {
        let now = engine.clock.now();
        let mut tx = engine.db.begin().await?;
        let events = take_unprocessed(&mut tx, true, limit, now).await?;
        let counted = count_batch(&mut tx, &events, now).await;
        match (end(tx, counted).await, events.as_slice()) {
            (Ok(thanks), _) => return Ok((events.len(), thanks)),
            (Err(error), [event]) => {
                postpone(engine, event, &error).await?;
                return Ok((1, Vec::new()));
            }
            (Err(error), _) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(taps = events.len(), error, "taps could not be counted together; fewer are tried");
                limit = i64::try_from(events.len() / 2).unwrap_or(1).max(1);
            }
        }
    }
}

/// Counts taps in one statement, and says which groups to thank: those that were not within the last minute.
async fn count_batch(db: &mut Connection, events: &[Event], now: Timestamp) -> Result<Vec<Answer>> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let taps: Vec<(&Event, Tap)> = events.iter().filter_map(|event| Some((event, as_tap(event)?))).collect();
    let rows: Vec<Tap> = taps.iter().map(|(_, tap)| tap.clone()).collect();
    let bulletins: Vec<_> = rows.iter().map(|tap| tap.bulletin_id).collect();
    let lock = lock_bulletins_shared(db, &bulletins).await?;
    let mut thanked: HashSet<_> = insert_taps(db, &rows).await?.into_iter().collect();
    for own in list_stewards_taps(db, &rows).await? {
        acknowledge_as_steward(db, &lock, own.bulletin, own.group, own.at).await?;
    }
    mark_processed(db, events, now).await?;
    let thanks = taps
        .into_iter()
        .filter(|(_, tap)| thanked.remove(&(tap.bulletin_id, tap.person.clone())))
        .map(|(event, tap)| Answer::to(event, ReplyKind::Thanks { bulletin: tap.bulletin_id }))
        .collect();
    Ok(thanks)
}

fn as_tap(event: &Event) -> Option<Tap> {
    if event.kind != "tap" {
        return None;
    }
    Some(Tap {
        bulletin_id: acknowledged_bulletin(event.data.as_deref()?)?,
        channel_id: event.channel_id,
        line_group_id: event.line_group_id.clone()?,
        named: event.person.is_some(),
        person: event.person.clone().unwrap_or_else(|| event.event_id.clone().into_bytes()),
        at: event.occurred_at,
    })
}

/// Does what one event other than a tap asks for.
async fn handle(engine: &Engine, db: &mut Connection, event: &Event, now: Timestamp) -> Result<Option<Answer>> {
    match event.kind.as_str() {
        "forward_tap" => {
            let answer = forward_tap::tap(db, event, now).await?;
            return Ok(answer.map(|what| Answer::to(event, what)));
        }
        "follow" => return Ok(Some(Answer::to(event, ReplyKind::FriendGreeting))),
        "room" => return Ok(Some(Answer::to(event, ReplyKind::RoomNotLinked))),
        "unfollow" => return binding::unfollow(db, event, now).await.map(|()| None),
        "bind_code" => return binding::bind(engine, db, event, now).await.map(|what| Some(Answer::to(event, what))),
        "file" => return sent_files::receive(db, event, now).await.map(|()| None),
        "unsend" if event.line_group_id.is_none() => return sent_files::take_back(db, event, now).await.map(|()| None),
        "bind_code_in_group" => {
            let answer = binding::spoil(db, event, now).await?;
            return Ok(answer.map(|what| Answer::to(event, what)));
        }
        _ => {}
    }
    let Some(line_group_id) = event.line_group_id.as_deref() else { return Ok(None) };
    match event.kind.as_str() {
        "join" => Ok(Some(Answer::to(event, ReplyKind::Greeting))),
        "leave" => {
            if let Some((group, _)) = links::find_by_line_group(db, event.channel_id, line_group_id).await? {
                unlink(engine, db, group, event.occurred_at, now).await?;
            }
            Ok(None)
        }
        "members" => {
            ask_for_count(db, event.channel_id, line_group_id, now).await?;
            if event.data.as_deref() != Some(JOINED) {
                return Ok(None);
            }
            let group = links::find_by_line_group(db, event.channel_id, line_group_id).await?;
            Ok(group.map(|(group, _)| Answer::to(event, ReplyKind::Newcomers { group })))
        }
        "join_code" | "perhaps_join_code" => link(engine, db, event, line_group_id, now).await,
        "heard" => match event.heard_note() {
            Some(note) => {
                let answer = heard::book(db, event, line_group_id, &note, now).await?;
                Ok(answer.map(|what| Answer::to(event, what)))
            }
            None => Ok(None),
        },
        "unsend" => {
            let message_id = event.data.as_deref().unwrap_or_default();
            heard::take_back(db, event.channel_id, line_group_id, message_id, event.occurred_at, now).await?;
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// Unlinks a group, unless it was linked after `left_at`: LINE may deliver an old event late.
pub(super) async fn unlink(
    engine: &Engine,
    db: &mut Connection,
    group: GroupId,
    left_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    if links::unlink_group(db, group, left_at, now).await? {
        update_alerts(db, Some(&[group.0]), engine.settings.branch_health.shrunk_below, now).await?;
        audit::insert_entry(db, now, &Actor::Program(Part::Line), "unlink", &format!("group:{group}"), &json!({}))
            .await?;
    }
    Ok(())
}

async fn link(
    engine: &Engine,
    db: &mut Connection,
    event: &Event,
    line_group_id: &str,
    now: Timestamp,
) -> Result<Option<Answer>> {
    let channel = event.channel_id;
    let hashes = event.data.as_deref().unwrap_or_default().split(',');
    let codes: Vec<Vec<u8>> = hashes.filter_map(|hash| hex::decode(hash).ok()).collect();
    let taken = links::find_by_line_group(db, channel, line_group_id).await?;
    let Some(group) = join_codes::use_join_code(db, &codes, now).await? else {
        return answer_bad_code(db, event, &codes, taken.map(|(group, _)| group)).await;
    };
    // the LINE group becomes this node's, whichever node it was before
    let mut moved_from = None;
    if let Some((before, linked_at)) = taken.filter(|(before, _)| *before != group) {
        moved_from = Some(groups::get_name(db, before).await?);
        // also where it was linked by a clock ahead of this one
        unlink(engine, db, before, linked_at.map_or(now, |at| at.max(now)), now).await?;
    }
    links::link_group(db, group, channel, line_group_id, event.occurred_at, now).await?;
    update_alerts(db, Some(&[group.0]), engine.settings.branch_health.shrunk_below, now).await?;
    let name = groups::get_name(db, group).await?;
    audit::insert_entry(db, now, &Actor::Program(Part::Line), "link", &format!("group:{group}"), &json!({})).await?;
    notify(db, Notice::Wake(channel)).await?;
    Ok(Some(Answer::to(event, ReplyKind::Linked { name, before: moved_from })))
}

/// What is said of a code that is not good: that it was once, that it never was, or nothing where it may be no code at all.
async fn answer_bad_code(
    db: &mut Connection,
    event: &Event,
    codes: &[Vec<u8>],
    linked: Option<GroupId>,
) -> Result<Option<Answer>> {
    let what = match join_codes::find_group_of_code(db, codes).await? {
        // two people typed it, or one of them twice
        Some(group) if linked == Some(group) => {
            ReplyKind::Linked { name: groups::get_name(db, group).await?, before: None }
        }
        Some(_) => ReplyKind::ExpiredCode,
        None if event.kind == "join_code" => ReplyKind::WrongCode,
        None => return Ok(None),
    };
    Ok(Some(Answer::to(event, what)))
}
