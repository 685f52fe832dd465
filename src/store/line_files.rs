//! Files that were sent to the account in a chat of two, on their way: to be fetched, fetched, handed over to the office.
//!
//! Who fetches one holds no lock meanwhile: [`claim`] puts the next try behind the end of this one and counts it, and what comes of it is
//! noted for this try alone. So nobody fetches beside another, whoever is killed is followed by the next, and what was taken back
//! meanwhile stays taken back.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Connection, Result};
use crate::domain::content_id::FileId;
use crate::domain::file_kind::FileKind;
use crate::domain::ids::{AccountId, ChannelId, OfficeId, SubmissionId};
use crate::domain::time::Timestamp;

/// How long a row is kept that has ended.
pub const KEPT: Duration = Duration::from_hours(30 * 24);

/// What LINE says that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "line_file_kind", rename_all = "snake_case")]
pub enum LineFileKind {
    /// A picture.
    Image,
    /// A video.
    Video,
    /// A file.
    File,
}

/// How far one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "line_file_state", rename_all = "snake_case")]
pub enum LineFileState {
    /// It is to be fetched, or being fetched.
    ToFetch,
    /// It is in the store of files.
    Fetched,
    /// It is in a submission of the office.
    HandedOver,
    /// Whoever sent it has taken it back.
    TakenBack,
    /// LINE has it no more.
    Gone,
    /// It is nothing that is taken.
    Refused,
}

/// What a webhook event keeps of something that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileNote {
    /// LINE's id of the message.
    pub message_id: String,
    /// What it is.
    pub kind: LineFileKind,
    /// LINE's id of the set of pictures that it is one of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_id: Option<String>,
    /// Its place in the set, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_index: Option<i16>,
    /// How many the set has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_total: Option<i16>,
}

impl FileNote {
    /// What it is handed over together with.
    #[must_use]
    pub fn bundle(&self) -> String {
        self.set_id.as_ref().map_or_else(|| format!("m{}", self.message_id), |set| format!("s{set}"))
    }
}

/// Something that is to be fetched.
#[derive(Clone, Debug)]
pub struct NewLineFile<'a> {
    /// To whose account it was sent.
    pub channel: ChannelId,
    /// What is kept of it.
    pub note: &'a FileNote,
    /// Who sent it.
    pub account: AccountId,
    /// For which office.
    pub office: OfficeId,
    /// When.
    pub sent_at: Timestamp,
    /// When that was told.
    pub received_at: Timestamp,
    /// To answer with.
    pub reply_token: Option<&'a str>,
}

/// Notes that it is to be fetched now; false where that is noted already.
pub async fn insert_line_file(db: &mut Connection, new: &NewLineFile<'_>) -> Result<bool> {
    let made = sqlx::query!(
        "insert into line_files (channel_id, message_id, account_id, office_id, kind, bundle, set_index, set_total, sent_at, received_at,
            reply_token, try_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $10)
        on conflict do nothing",
        new.channel.0,
        new.note.message_id,
        new.account.0,
        new.office.0,
        new.note.kind as LineFileKind,
        new.note.bundle(),
        new.note.set_index,
        new.note.set_total,
        new.sent_at as Timestamp,
        new.received_at as Timestamp,
        new.reply_token,
    )
    .execute(db)
    .await?;
    Ok(made.rows_affected() == 1)
}

/// Drops what was taken back before it was handed over; false where there is nothing to drop.
pub async fn take_back(db: &mut Connection, channel: ChannelId, message_id: &str, now: Timestamp) -> Result<bool> {
    let dropped = sqlx::query!(
        "update line_files set state = 'taken_back', file_id = null, reply_token = null, ended_at = $3
        where channel_id = $1 and message_id = $2 and state in ('to_fetch', 'fetched')",
        channel.0,
        message_id,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(dropped.rows_affected() == 1)
}

/// Something that whoever claimed it fetches now.
#[derive(Clone, Debug)]
pub struct ClaimedFile {
    /// To whose account it was sent.
    pub channel: ChannelId,
    /// LINE's id of the message.
    pub message_id: String,
    /// The number of this try.
    pub attempt: i16,
    /// The name with which whoever sent it signs in.
    pub username: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// To answer with.
    pub reply_token: Option<String>,
}

/// Takes what is to be fetched at `now`, that which has waited longest first; it is tried again at `until` unless something came of it.
pub async fn claim(db: &mut Connection, now: Timestamp, until: Timestamp, limit: i64) -> Result<Vec<ClaimedFile>> {
    Ok(sqlx::query_as!(
        ClaimedFile,
        r#"with due as (
            select channel_id, message_id from line_files where state = 'to_fetch' and try_at <= $1
            order by try_at limit $3 for update skip locked
        )
        update line_files f set attempts = f.attempts + 1, try_at = $2
        from due, accounts a
        where f.channel_id = due.channel_id and f.message_id = due.message_id and a.id = f.account_id
        returning f.channel_id as "channel: ChannelId", f.message_id, f.attempts as attempt, a.username, f.sent_at,
            f.reply_token"#,
        now as Timestamp,
        until as Timestamp,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// Leaves it for later.
pub async fn put_off(db: &mut Connection, file: &ClaimedFile, until: Timestamp) -> Result<()> {
    sqlx::query!(
        "update line_files set try_at = $4 where channel_id = $1 and message_id = $2 and state = 'to_fetch' and attempts = $3",
        file.channel.0,
        file.message_id,
        file.attempt,
        until as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes under which identity it is kept; false where it was taken back meanwhile, or another try has it now.
pub async fn note_fetched(db: &mut Connection, file: &ClaimedFile, id: FileId) -> Result<bool> {
    let noted = sqlx::query!(
        "update line_files set state = 'fetched', file_id = $4
        where channel_id = $1 and message_id = $2 and state = 'to_fetch' and attempts = $3",
        file.channel.0,
        file.message_id,
        file.attempt,
        id as FileId,
    )
    .execute(db)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// Notes that nothing will come of it, and why it is refused where it is; false where it was taken back meanwhile.
pub async fn give_up(
    db: &mut Connection,
    file: &ClaimedFile,
    state: LineFileState,
    refused_as: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let noted = sqlx::query!(
        "update line_files set state = $4, refused_as = $5, reply_token = null, ended_at = $6
        where channel_id = $1 and message_id = $2 and state = 'to_fetch' and attempts = $3",
        file.channel.0,
        file.message_id,
        file.attempt,
        state as LineFileState,
        refused_as,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// Gives up what was told of before `oldest`, was tried more than once and is fetched by nobody now; gives how many.
pub async fn end_old(db: &mut Connection, oldest: Timestamp, now: Timestamp) -> Result<usize> {
    let ended = sqlx::query!(
        "update line_files set state = 'gone', reply_token = null, ended_at = $2
        where state = 'to_fetch' and try_at <= $2 and received_at <= $1 and attempts > 1",
        oldest as Timestamp,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(usize::try_from(ended.rows_affected()).unwrap_or(usize::MAX))
}

/// Files that are handed over together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Who sent them.
    pub account: AccountId,
    /// What they have in common.
    pub bundle: String,
}

/// Bundles of which something was fetched: single ones and sets that have come whole, where nothing is to be fetched any more, and sets of
/// which the first came before `incomplete_before`, whatever is still to be fetched of them.
pub async fn list_whole_bundles(db: &mut Connection, incomplete_before: Timestamp, limit: i64) -> Result<Vec<Bundle>> {
    Ok(sqlx::query_as!(
        Bundle,
        r#"select f.account_id as "account: AccountId", f.bundle
        from line_files f cross join lateral (
            select count(*) as n, min(w.received_at) as first_at, bool_or(w.state = 'to_fetch') as awaited
            from line_files w where w.account_id = f.account_id and w.bundle = f.bundle
        ) w
        where f.state = 'fetched'
            and (not w.awaited and (f.bundle like 'm%' or w.n >= f.set_total) or w.first_at <= $1)
        group by f.account_id, f.bundle order by min(f.received_at) limit $2"#,
        incomplete_before as Timestamp,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// A file that is to be handed over.
#[derive(Clone, Debug)]
pub struct FetchedFile {
    /// To whose account it was sent.
    pub channel: ChannelId,
    /// LINE's id of the message.
    pub message_id: String,
    /// For which office.
    pub office: OfficeId,
    /// What it is.
    pub kind: FileKind,
    /// Its identity.
    pub file: FileId,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// To answer with.
    pub reply_token: Option<String>,
}

/// The files of a bundle in their order, held until the transaction ends; somebody else who hands them over now is waited for, and then
/// they are not among them.
pub async fn lock_fetched(db: &mut Connection, bundle: &Bundle) -> Result<Vec<FetchedFile>> {
    Ok(sqlx::query_as!(
        FetchedFile,
        r#"select f.channel_id as "channel: ChannelId", f.message_id, f.office_id as "office: OfficeId", k.kind as "kind: FileKind",
            f.file_id as "file!: FileId", f.sent_at, f.reply_token
        from line_files f join files k on k.id = f.file_id
        where f.account_id = $1 and f.bundle = $2 and f.state = 'fetched'
        order by f.set_index nulls last, f.sent_at, f.message_id for update of f"#,
        bundle.account.0,
        bundle.bundle,
    )
    .fetch_all(db)
    .await?)
}

/// Files that are not in a submission yet and have not ended.
#[derive(Clone, Copy, Debug)]
pub struct WaitingFiles {
    /// How many.
    pub files: i64,
    /// When the oldest came.
    pub oldest: Option<Timestamp>,
}

/// What waits to be fetched or handed over.
pub async fn count_waiting(db: &mut Connection) -> Result<WaitingFiles> {
    Ok(sqlx::query_as!(
        WaitingFiles,
        r#"select count(*) as "files!", min(received_at) as "oldest: Timestamp" from (
            select received_at from line_files where state = 'to_fetch'
            union all select received_at from line_files where state = 'fetched'
        ) waiting"#,
    )
    .fetch_one(db)
    .await?)
}

/// Notes in which submission these are.
pub async fn note_handed_over(
    db: &mut Connection,
    files: &[&FetchedFile],
    submission: SubmissionId,
    now: Timestamp,
) -> Result<()> {
    let (channels, messages) = keys(files);
    sqlx::query!(
        "update line_files f set state = 'handed_over', submission_id = $3, file_id = null, reply_token = null, ended_at = $4
        from unnest($1::int[], $2::text[]) as u(channel_id, message_id)
        where f.channel_id = u.channel_id and f.message_id = u.message_id and f.state = 'fetched'",
        &channels,
        &messages,
        submission.0,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that the office cannot take these.
pub async fn refuse_fetched(
    db: &mut Connection,
    files: &[&FetchedFile],
    refused_as: &str,
    now: Timestamp,
) -> Result<()> {
    let (channels, messages) = keys(files);
    sqlx::query!(
        "update line_files f set state = 'refused', refused_as = $3, file_id = null, reply_token = null, ended_at = $4
        from unnest($1::int[], $2::text[]) as u(channel_id, message_id)
        where f.channel_id = u.channel_id and f.message_id = u.message_id and f.state = 'fetched'",
        &channels,
        &messages,
        refused_as,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

fn keys(files: &[&FetchedFile]) -> (Vec<i32>, Vec<String>) {
    files.iter().map(|file| (file.channel.0, file.message_id.clone())).unzip()
}

/// Forgets what ended before `oldest`; gives how many.
pub async fn delete_ended(db: &mut Connection, oldest: Timestamp, limit: i64) -> Result<u64> {
    let gone = sqlx::query!(
        "delete from line_files where (channel_id, message_id) in (
            select channel_id, message_id from line_files where ended_at < $1 order by ended_at limit $2 for update skip locked)",
        oldest as Timestamp,
        limit,
    )
    .execute(db)
    .await?;
    Ok(gone.rows_affected())
}
