//! Heard forwards: a member's message bore a bulletin's share code, was changed, or was taken back.
//!
//! A heard copy makes its group's delivery *seen*, which wakes those below like an acceptance; what LINE has accepted stays
//! accepted. The answer is the official card, on the free reply token: at most one for a group and a bulletin, and none where
//! a push went out or may be under way (`store::heard::claim_card`, asked when the card is about to go).
//!
//! The text was judged where it arrived (`web::webhook`); only a [`HeardNote`] comes here.

use super::answering::ReplyKind;
use crate::domain::bulletin::Stage;
use crate::domain::heard::{FoundText, HeardNote, HeardVerdict};
use crate::domain::ids::{BulletinId, BulletinNo, ChannelId, GroupId};
use crate::domain::time::Timestamp;
use crate::store::bindings::find_is_steward;
use crate::store::bulletins::find_correction;
use crate::store::heard::{self as rows, HeardMessage, Judged};
use crate::store::locks::{BulletinsLocked, lock_bulletins_shared, lock_heard};
use crate::store::notices::{Notice, notify};
use crate::store::webhook_events::{Event, is_taken_back};
use crate::store::{Connection, Result, links};

/// Books what was heard in a LINE group; gives what to answer.
pub(super) async fn book(
    db: &mut Connection,
    event: &Event,
    line_group_id: &str,
    note: &HeardNote,
    now: Timestamp,
) -> Result<Option<ReplyKind>> {
    lock_heard(db, event.channel_id, line_group_id).await?;
    // LINE keeps no order
    if is_taken_back(db, event.channel_id, &note.message_id).await? {
        return Ok(None);
    }
    if note.edited {
        book_change(db, event, line_group_id, note, now).await?;
    }
    let (bulletin, verdict) = match note.found {
        FoundText::Copy(bulletin, verdict) => (bulletin, verdict),
        FoundText::UnknownCode => return Ok(Some(ReplyKind::UnknownShareCode)),
        FoundText::SeveralCodes => return Ok(Some(ReplyKind::SeveralShareCodes)),
        FoundText::NoCode => return Ok(None),
    };
    let Some((group, _)) = links::find_by_line_group(db, event.channel_id, line_group_id).await? else {
        return Ok(Some(ReplyKind::NotLinked));
    };
    let locked = lock_bulletins_shared(db, &[bulletin]).await?;
    let Some((no, stage)) = rows::find_published(db, bulletin).await? else { return Ok(None) };
    let by_steward = match &event.person {
        Some(person) => find_is_steward(db, group.0, person, now).await?,
        None => None,
    };
    let message = HeardMessage {
        bulletin: no,
        group,
        message_id: note.message_id.clone(),
        person: event.person.clone(),
        by_steward,
        verdict,
        at: event.occurred_at,
    };
    // people may share it wherever they like; it is counted only where it goes
    if !rows::keep_message(db, &locked, &message).await? {
        return Ok(None);
    }
    follow(db, &locked, no, group, now).await?;
    answer(db, bulletin, no, stage, group).await
}

/// The official card, or what has become of the bulletin since.
async fn answer(
    db: &mut Connection,
    bulletin: BulletinId,
    no: BulletinNo,
    stage: Stage,
    group: GroupId,
) -> Result<Option<ReplyKind>> {
    if stage == Stage::Withdrawn {
        return Ok(Some(ReplyKind::WithdrawnBulletin));
    }
    Ok(Some(match find_correction(db, bulletin).await? {
        Some(public_token) => ReplyKind::CorrectedBulletin { public_token },
        None => ReplyKind::Card { bulletin: no, group },
    }))
}

/// A message that was kept says something else now: without the code it is no copy any more, whatever it says.
async fn book_change(
    db: &mut Connection,
    event: &Event,
    line_group_id: &str,
    note: &HeardNote,
    now: Timestamp,
) -> Result<()> {
    for (bulletin, no, group) in rows::list_of_message(db, event.channel_id, line_group_id, &note.message_id).await? {
        if matches!(note.found, FoundText::Copy(found, _) if found == bulletin) {
            continue;
        }
        let locked = lock_bulletins_shared(db, &[bulletin]).await?;
        let message = HeardMessage {
            bulletin: no,
            group,
            message_id: note.message_id.clone(),
            person: event.person.clone(),
            // the message is kept already, with what was known of its author
            by_steward: None,
            verdict: HeardVerdict::Altered,
            at: event.occurred_at,
        };
        rows::keep_message(db, &locked, &message).await?;
        follow(db, &locked, no, group, now).await?;
    }
    Ok(())
}

/// A message was taken back: where it was the last of its kind, it is the steward's turn again.
pub(super) async fn take_back(
    db: &mut Connection,
    channel: ChannelId,
    line_group_id: &str,
    message_id: &str,
    at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    lock_heard(db, channel, line_group_id).await?;
    for (bulletin, no, group) in rows::list_of_message(db, channel, line_group_id, message_id).await? {
        let locked = lock_bulletins_shared(db, &[bulletin]).await?;
        rows::take_back(db, &locked, no, message_id, at).await?;
        follow(db, &locked, no, group, now).await?;
    }
    Ok(())
}

/// Brings the delivery in line with what is kept, and wakes the channels of those below.
async fn follow(
    db: &mut Connection,
    locked: &BulletinsLocked,
    bulletin: BulletinNo,
    group: GroupId,
    now: Timestamp,
) -> Result<()> {
    if let Judged::Seen(channels) = rows::judge(db, locked, bulletin, group, now).await?
        && let Some(notice) = Notice::waking(&channels)
    {
        notify(db, notice).await?;
    }
    Ok(())
}
