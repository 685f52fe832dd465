//! Files that somebody sends in the chat of two to whom an account of an office is bound: noted to be fetched, and dropped when they are taken
//! back. Fetching and handing over is the work of `intake`.

use crate::domain::time::Timestamp;
use crate::store::bindings::find_sender;
use crate::store::line_files::{self, NewLineFile, insert_line_file};
use crate::store::webhook_events::{Event, is_taken_back};
use crate::store::{Connection, Result};

/// Notes that a file is to be fetched, unless whoever sent it is bound no more or has taken it back.
pub(super) async fn receive(db: &mut Connection, event: &Event, now: Timestamp) -> Result<()> {
    let (Some(note), Some(person)) = (event.file_note(), event.person.as_deref()) else { return Ok(()) };
    let Some(sender) = find_sender(db, person, now).await? else { return Ok(()) };
    // LINE keeps no order
    if is_taken_back(db, event.channel_id, &note.message_id).await? {
        return Ok(());
    }
    let new = NewLineFile {
        channel: event.channel_id,
        note: &note,
        account: sender.account,
        office: sender.office,
        sent_at: event.occurred_at,
        received_at: now,
        reply_token: event.reply_token.as_deref(),
    };
    insert_line_file(db, &new).await?;
    Ok(())
}

/// Drops a file that was taken back before it was handed over.
pub(super) async fn take_back(db: &mut Connection, event: &Event, now: Timestamp) -> Result<()> {
    let message_id = event.data.as_deref().unwrap_or_default();
    line_files::take_back(db, event.channel_id, message_id, now).await?;
    Ok(())
}
