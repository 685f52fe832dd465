//! What members forward by hand and the account hears: which messages bore a bulletin's code, and the card that answered.
//!
//! A message is kept by LINE's id of it, with a verdict on its text; the text itself never comes here. As long as one of a
//! group's messages stands, the group's delivery is *seen*; when the last was taken back, it is its steward's turn again, unless
//! the bulletin was withdrawn ([`judge`]). Who may answer with the official card is decided by one conditional insert ([`claim_card`]), so that two
//! forwards, two nodes or a push under way never make two cards.

use super::locks::BulletinsLocked;
use super::{Connection, Result};
use crate::domain::bulletin::Stage;
use crate::domain::heard::HeardVerdict;
use crate::domain::ids::{BulletinId, BulletinNo, ChannelId, GroupId};
use crate::domain::time::Timestamp;

/// A published bulletin's number, and whether it was withdrawn since.
pub async fn find_published(db: &mut Connection, bulletin: BulletinId) -> Result<Option<(BulletinNo, Stage)>> {
    let row = sqlx::query!(
        r#"select no as "no: BulletinNo", stage as "stage: Stage" from bulletins where id = $1"#,
        bulletin.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.and_then(|row| Some((row.no?, row.stage))))
}

/// A message that bore a bulletin's code.
#[derive(Clone, Debug)]
pub struct HeardMessage {
    /// The bulletin.
    pub bulletin: BulletinNo,
    /// The group in whose LINE group it was written.
    pub group: GroupId,
    /// LINE's id of the message.
    pub message_id: String,
    /// Who wrote it, as a keyed hash.
    pub person: Option<Vec<u8>>,
    /// Whether that is a steward of the group; none where it is not known.
    pub by_steward: Option<bool>,
    /// What its text says beside what was published.
    pub verdict: HeardVerdict,
    /// When it was written or changed.
    pub at: Timestamp,
}

/// Keeps a message, or the newer verdict on one that is kept, where the bulletin goes to the group; gives whether it does.
pub async fn keep_message(db: &mut Connection, _: &BulletinsLocked, heard: &HeardMessage) -> Result<bool> {
    let goes_there = sqlx::query_scalar!(
        r#"select exists (select from deliveries where bulletin_no = $1 and group_id = $2) as "yes!""#,
        heard.bulletin.0,
        heard.group.0,
    )
    .fetch_one(&mut *db)
    .await?;
    if goes_there {
        sqlx::query!(
            "insert into heard_messages as h (bulletin_no, group_id, message_id, at, person, verdict, judged_at, by_steward)
            values ($1, $2, $3, $4, $5, $6, $4, $7)
            on conflict (bulletin_no, group_id, message_id) do update
                set verdict = excluded.verdict, judged_at = excluded.judged_at
                -- what was taken back stays so, however late an older change is told
                where h.judged_at <= excluded.judged_at and h.verdict <> 'taken_back'",
            heard.bulletin.0,
            heard.group.0,
            heard.message_id,
            heard.at as Timestamp,
            heard.person,
            heard.verdict as HeardVerdict,
            heard.by_steward,
        )
        .execute(db)
        .await?;
    }
    Ok(goes_there)
}

/// The bulletins of which a message of this LINE group was kept.
pub async fn list_of_message(
    db: &mut Connection,
    channel: ChannelId,
    line_group_id: &str,
    message_id: &str,
) -> Result<Vec<(BulletinId, BulletinNo, GroupId)>> {
    let rows = sqlx::query!(
        r#"select b.id as "id: BulletinId", b.no as "no!: BulletinNo", h.group_id as "group_id: GroupId"
        from heard_messages h join bulletins b on b.no = h.bulletin_no join groups g on g.id = h.group_id
        where h.message_id = $1 and g.channel_id = $2 and g.line_group_id = $3"#,
        message_id,
        channel.0,
        line_group_id,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.no, row.group_id)).collect())
}

/// Notes that a message was taken back, and forgets who wrote it.
pub async fn take_back(
    db: &mut Connection,
    _: &BulletinsLocked,
    bulletin: BulletinNo,
    message_id: &str,
    at: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update heard_messages set verdict = 'taken_back', person = null, by_steward = null, judged_at = $3
        where bulletin_no = $1 and message_id = $2 and verdict <> 'taken_back'",
        bulletin.0,
        message_id,
        at as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What became of a delivery by what was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// Nothing: it was seen or accepted already, or is at another end.
    Unchanged,
    /// It is seen now; the channels are those on which groups below became ready.
    Seen(Vec<ChannelId>),
    /// All that was heard is taken back: it is its steward's turn again.
    Held,
}

/// Brings a delivery in line with the messages kept of it, and wakes those below one that becomes *seen*.
pub async fn judge(
    db: &mut Connection,
    _: &BulletinsLocked,
    bulletin: BulletinNo,
    group: GroupId,
    now: Timestamp,
) -> Result<Judged> {
    let moved = sqlx::query!(
        r#"with standing as (
            select min(at) as since from heard_messages
            where bulletin_no = $1 and group_id = $2 and verdict <> 'taken_back'
        ), seen as (
            update deliveries d set state = 'seen', reason = null, ended_at = s.since, due_at = null, release_at = null,
                forwarded_by = null, declined_because = null, changed = (select change_mark())
            from standing s
            where d.bulletin_no = $1 and d.group_id = $2 and s.since is not null
                and d.state in ('waiting', 'held', 'ready', 'failed', 'unreachable', 'declined')
            returning d.has_children
        ), held as (
            update deliveries d set state = 'held', ended_at = null, turn_at = $3,
                release_at = release_at_turn(false, d.forward_within, $3), changed = (select change_mark())
            from standing s, bulletins b
            where d.bulletin_no = $1 and d.group_id = $2 and s.since is null and d.state = 'seen'
                -- nobody has a turn any more once it was withdrawn
                and b.no = d.bulletin_no and b.stage = 'published'
            returning d.group_id
        ), woken as (
            update deliveries d set state = state_at_turn(d.automatic), turn_at = $3,
                release_at = release_at_turn(d.automatic, d.forward_within, $3),
                bypassed_parent = false, changed = (select change_mark())
            from seen
            where seen.has_children and d.bulletin_no = $1 and d.parent_group = $2 and d.state = 'waiting'
            returning d.channel_id, d.state
        )
        select exists (select from seen) as "seen!", exists (select from held) as "held!",
            coalesce((select array_agg(distinct channel_id) from woken where state = 'ready'), '{}') as "woken!: Vec<i32>""#,
        bulletin.0,
        group.0,
        now as Timestamp,
    )
    .fetch_one(db)
    .await?;
    Ok(match (moved.seen, moved.held) {
        (true, _) => Judged::Seen(moved.woken.into_iter().map(ChannelId).collect()),
        (_, true) => Judged::Held,
        _ => Judged::Unchanged,
    })
}

/// Takes the one card of a group and a bulletin, before LINE is asked to take it; gives the message to send, or none where the card
/// was tried already, or where a push of it went out or may be under way.
pub async fn claim_card(
    db: &mut Connection,
    bulletin: BulletinNo,
    group: GroupId,
    now: Timestamp,
) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        r#"with mine as (
            insert into heard_cards (bulletin_no, group_id, tried_at)
            select d.bulletin_no, d.group_id, $3 from deliveries d
            where d.bulletin_no = $1 and d.group_id = $2 and d.state = 'seen' and not d.outcome_open
                and not exists (select from batches c where c.bulletin_no = d.bulletin_no and c.epoch is not null
                    and d.group_id = any (c.groups))
            on conflict do nothing returning bulletin_no, group_id
        )
        select m.body as "body!" from mine join deliveries d using (bulletin_no, group_id)
            join bulletins b on b.no = d.bulletin_no join messages m on m.bulletin_id = b.id and m.variant = d.variant"#,
        bulletin.0,
        group.0,
        now as Timestamp,
    )
    .fetch_optional(db)
    .await?)
}

/// Notes that LINE took the card, under which ids.
pub async fn record_card(
    db: &mut Connection,
    bulletin: BulletinNo,
    group: GroupId,
    message_ids: &[String],
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update heard_cards set taken_at = $3, line_message_ids = nullif($4, '')
        where bulletin_no = $1 and group_id = $2 and taken_at is null",
        bulletin.0,
        group.0,
        now as Timestamp,
        message_ids.join(" "),
    )
    .execute(db)
    .await?;
    Ok(())
}
