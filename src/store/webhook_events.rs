//! Webhook events: each kept once by LINE's event id, answered before it is worked on, drained in order.

use std::time::Duration;

use super::line_files::FileNote;
use super::{Connection, Result};
use crate::domain::heard::HeardNote;
use crate::domain::ids::ChannelId;
use crate::domain::time::Timestamp;

/// What [`Event::data`] says of members who came.
pub const JOINED: &str = "joined";

/// An event as it is kept: only what the product acts on.
#[derive(Clone, Debug)]
pub struct Event {
    /// The channel whose webhook brought it.
    pub channel_id: ChannelId,
    /// LINE's id of the event.
    pub event_id: String,
    /// `join`, `leave`, `tap`, `join_code`, `perhaps_join_code`, `members`, `heard`, `unsend`, `forward_tap`, `follow`, `unfollow`,
    /// `bind_code`, `bind_code_in_group`, `room`, `file` or `other`.
    pub kind: String,
    /// The LINE group in which it happened; only where the event is acted on: ordinary talk keeps no group.
    pub line_group_id: Option<String>,
    /// The person as a keyed hash.
    pub person: Option<Vec<u8>>,
    /// A tap's postback data; the hashes in hex of what may be join codes, with commas, none for a misspelt one; the note of a
    /// message that was heard, as JSON; the id of a message that was taken back; [`JOINED`] of members who came; the hash in hex of a
    /// binding code and, sealed, who typed it; the note of a file that was sent, as JSON.
    pub data: Option<String>,
    /// Good for one free answer, for about a minute.
    pub reply_token: Option<String>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it came.
    pub received_at: Timestamp,
}

impl Event {
    /// The note of a message that was heard; none of any other event.
    #[must_use]
    pub fn heard_note(&self) -> Option<HeardNote> {
        let data = self.data.as_deref().filter(|_| self.kind == "heard")?;
        serde_json::from_str(data).ok()
    }
}

impl Event {
    /// The note of a file that was sent; none of any other event.
    #[must_use]
    pub fn file_note(&self) -> Option<FileNote> {
        let data = self.data.as_deref().filter(|_| self.kind == "file")?;
        serde_json::from_str(data).ok()
    }
}

/// The form of an event as LINE sent it: nothing of what is said, and nobody's id.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is something that LINE's event has or has not")]
pub struct EventForm {
    /// LINE's type of it, for messages with theirs.
    pub line_type: String,
    /// `group`, `room` or `user`; none where LINE names none.
    pub place: Option<&'static str>,
    /// Whether LINE said who it was.
    pub named: bool,
    /// Whether it came with a reply token.
    pub answerable: bool,
    /// Whether it quotes a message.
    pub quotes: bool,
    /// Whether LINE says that it delivers it again.
    pub redelivered: bool,
    /// What was found in it.
    pub note: Option<&'static str>,
}

/// Keeps events that are not kept yet, each with its form; gives how many were new.
pub async fn insert_events(db: &mut Connection, events: &[Event], forms: &[EventForm]) -> Result<u64> {
    let types: Vec<&str> = forms.iter().map(|form| form.line_type.as_str()).collect();
    let places: Vec<Option<&str>> = forms.iter().map(|form| form.place).collect();
    let named: Vec<bool> = forms.iter().map(|form| form.named).collect();
    let answerable: Vec<bool> = forms.iter().map(|form| form.answerable).collect();
    let quotes: Vec<bool> = forms.iter().map(|form| form.quotes).collect();
    let redelivered: Vec<bool> = forms.iter().map(|form| form.redelivered).collect();
    let notes: Vec<Option<&str>> = forms.iter().map(|form| form.note).collect();
    let channels: Vec<i32> = events.iter().map(|event| event.channel_id.0).collect();
    let ids: Vec<String> = events.iter().map(|event| event.event_id.clone()).collect();
    let kinds: Vec<String> = events.iter().map(|event| event.kind.clone()).collect();
    let groups: Vec<Option<String>> = events.iter().map(|event| event.line_group_id.clone()).collect();
    let persons: Vec<Option<Vec<u8>>> = events.iter().map(|event| event.person.clone()).collect();
    let data: Vec<Option<String>> = events.iter().map(|event| event.data.clone()).collect();
    let tokens: Vec<Option<String>> = events.iter().map(|event| event.reply_token.clone()).collect();
    let occurred: Vec<Timestamp> = events.iter().map(|event| event.occurred_at).collect();
    let received: Vec<Timestamp> = events.iter().map(|event| event.received_at).collect();
    let fresh = sqlx::query!(
        "insert into webhook_events (channel_id, event_id, kind, line_group_id, person, data, reply_token, occurred_at,
            received_at, line_type, place, named, answerable, quotes, redelivered, note, processed_at, group_id)
        select e.channel_id, event_id, e.kind, e.line_group_id, person, data, reply_token, occurred_at, received_at, line_type, place,
            named, answerable, quotes, redelivered, note, case when e.kind = 'other' then received_at end, g.id
        from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::text[],
            $8::timestamptz[], $9::timestamptz[], $10::text[], $11::text[], $12::bool[], $13::bool[], $14::bool[], $15::bool[],
            $16::text[])
            as e(channel_id, event_id, kind, line_group_id, person, data, reply_token, occurred_at, received_at, line_type, place,
                named, answerable, quotes, redelivered, note)
            left join groups g on g.channel_id = e.channel_id and g.line_group_id = e.line_group_id
        on conflict do nothing",
        &channels,
        &ids,
        &kinds,
        &groups as &[Option<String>],
        &persons as &[Option<Vec<u8>>],
        &data as &[Option<String>],
        &tokens as &[Option<String>],
        &occurred as &[Timestamp],
        &received as &[Timestamp],
        &types as &[&str],
        &places as &[Option<&str>],
        &named,
        &answerable,
        &quotes,
        &redelivered,
        &notes as &[Option<&str>],
    )
    .execute(db)
    .await?;
    Ok(fresh.rows_affected())
}

/// An event by its form, and what became of it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is something that LINE's event has or has not")]
pub struct SeenEvent {
    /// Its number; one may be seen later than a higher one.
    pub id: i64,
    /// When it came.
    pub received_at: Timestamp,
    /// LINE's type of it; none of those from before types were kept.
    pub line_type: Option<String>,
    /// Where: `group`, `room` or `user`.
    pub place: Option<String>,
    /// The code of the group that was linked to the LINE group; only where the event is acted on.
    pub group: Option<String>,
    /// Whether LINE said who it was.
    pub named: bool,
    /// Whether it came with a reply token.
    pub answerable: bool,
    /// Whether it quotes a message.
    pub quotes: bool,
    /// Whether LINE says that it delivers it again.
    pub redelivered: bool,
    /// As what it was kept.
    pub kind: String,
    /// What was found in it.
    pub note: Option<String>,
}

/// The number of the last event but `n` of a channel; 0 where there are not so many.
pub async fn find_number_before(db: &mut Connection, channel: ChannelId, n: i64) -> Result<i64> {
    let found = sqlx::query_scalar!(
        "select id from webhook_events where channel_id = $1 order by id desc limit 1 offset $2",
        channel.0,
        n,
    );
    Ok(found.fetch_optional(db).await?.unwrap_or(0))
}

/// The events of a channel after the number `after`, in their order.
pub async fn list_seen(db: &mut Connection, channel: ChannelId, after: i64) -> Result<Vec<SeenEvent>> {
    Ok(sqlx::query_as!(
        SeenEvent,
        r#"select w.id, received_at, line_type, place, g.code as "group?", named, answerable, quotes, redelivered, w.kind, note
        from webhook_events w left join groups g on g.id = w.group_id
        where w.channel_id = $1 and w.id > $2 order by w.id limit 10000"#,
        channel.0,
        after,
    )
    .fetch_all(db)
    .await?)
}

/// Takes up to `limit` taps, or other events, that are to be worked on now, oldest first, for this transaction alone.
pub async fn take_unprocessed(db: &mut Connection, taps: bool, limit: i64, now: Timestamp) -> Result<Vec<Event>> {
    Ok(sqlx::query_as!(
        Event,
        r#"select channel_id as "channel_id: ChannelId", event_id, kind, line_group_id, person, data, reply_token,
            occurred_at, received_at
        from webhook_events where processed_at is null and failed_at is null and (kind = 'tap') = $1
            and (try_at is null or try_at <= $3)
        order by received_at, occurred_at limit $2 for update skip locked"#,
        taps,
        limit,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// Marks events as worked on, and forgets what was only needed for the work. The ids of messages that were taken back stay as long
/// as the event, as LINE may tell of such a message only later ([`is_taken_back`]).
pub async fn mark_processed(db: &mut Connection, events: &[Event], now: Timestamp) -> Result<()> {
    let channels: Vec<i32> = events.iter().map(|event| event.channel_id.0).collect();
    let ids: Vec<String> = events.iter().map(|event| event.event_id.clone()).collect();
    sqlx::query!(
        "update webhook_events w set processed_at = $3, reply_token = null, data = case when kind = 'unsend' then data end, person = null
        from unnest($1::int[], $2::text[]) as done(channel_id, event_id)
        where w.channel_id = done.channel_id and w.event_id = done.event_id",
        &channels,
        &ids,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether LINE has told that a message was taken back, worked on or not.
pub async fn is_taken_back(db: &mut Connection, channel: ChannelId, message_id: &str) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from webhook_events where channel_id = $1 and kind = 'unsend' and data = $2) as "yes!""#,
        channel.0,
        message_id,
    )
    .fetch_one(db)
    .await?)
}

/// How long an event is kept that was worked on; LINE redelivers none that is older.
pub const KEPT: Duration = Duration::from_hours(7 * 24);
/// How long an event is kept that was set aside, as trying it again needs it.
pub const FAILED_KEPT: Duration = Duration::from_hours(30 * 24);

/// Forgets events that came before `oldest`, and those set aside before `oldest_failure`.
pub async fn delete_old_events(db: &mut Connection, oldest: Timestamp, oldest_failure: Timestamp) -> Result<u64> {
    let gone = sqlx::query!(
        "delete from webhook_events where (processed_at is not null and received_at < $1) or failed_at < $2",
        oldest as Timestamp,
        oldest_failure as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(gone.rows_affected())
}
