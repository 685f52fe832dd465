//! Transitions: everything that moves deliveries other than LINE's answers: people, time, the end of a bulletin.
//!
//! Each of these is one set-based statement on one bulletin. The caller shows that it holds the bulletin's lock
//! ([`BulletinsLocked`]), so that none of them meets the recorder on the same rows; or shares it and has locked the
//! rows themselves ([`lock_deliveries`]).

use super::locks::BulletinsLocked;
use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::delivery::State;
use crate::domain::ids::{BulletinId, ChannelId, DeliveryId, GroupId};
use crate::domain::time::Timestamp;

/// What stands at a group for one bulletin.
#[derive(Clone, Debug)]
pub struct LockedDelivery {
    /// The delivery.
    pub id: DeliveryId,
    /// The group.
    pub group_id: GroupId,
    /// The group's code.
    pub group: String,
    /// Where it stands.
    pub state: State,
}

/// Where a bulletin stands at the given groups, whose deliveries stay as they are until the transaction ends; groups it does
/// not go to are left out.
pub async fn lock_deliveries(db: &mut Connection, bulletin: BulletinId, groups: &[i32]) -> Result<Vec<LockedDelivery>> {
    Ok(sqlx::query_as!(
        LockedDelivery,
        r#"select delivery_id(b.published_at, d.bulletin_no, d.group_id) as "id!: DeliveryId",
            d.group_id as "group_id: GroupId", g.code as "group", d.state
        from bulletins b join deliveries d on d.bulletin_no = b.no join groups g on g.id = d.group_id
        where b.id = $1 and d.group_id = any ($2) order by d.group_id for no key update of d"#,
        bulletin.0,
        groups,
    )
    .fetch_all(db)
    .await?)
}

/// The groups at which a bulletin is held; only those of `own`, where it is given.
pub async fn list_held(db: &mut Connection, bulletin: BulletinId, own: Option<&[i32]>) -> Result<Vec<i32>> {
    Ok(sqlx::query_scalar!(
        "select group_id from deliveries
        where bulletin_no = (select no from bulletins where id = $1) and state = 'held' and ($2::int[] is null or group_id = any ($2))",
        bulletin.0,
        own,
    )
    .fetch_all(db)
    .await?)
}

/// Lets the bulletin into held groups; `noted` pairs each variant of the message with the one that is sent instead, where a note was
/// added. Gives how many went on.
pub async fn forward(
    db: &mut Connection,
    _: &BulletinsLocked,
    bulletin: BulletinId,
    groups: &[i32],
    noted: &[(i16, i16)],
    by: &Actor,
    now: Timestamp,
) -> Result<u64> {
    let (plain, with_note): (Vec<i16>, Vec<i16>) = noted.iter().copied().unzip();
    let moved = sqlx::query!(
        "update deliveries set state = 'ready', turn_at = $4, release_at = null, reason = null,
            variant = case when outcome_open then variant else coalesce(
                (select noted from unnest($3::smallint[], $6::smallint[]) as u(plain, noted) where plain = variant), variant) end,
            forwarded_by = $5, changed = (select change_mark())
        where bulletin_no = (select no from bulletins where id = $1) and group_id = any ($2) and state = 'held'",
        bulletin.0,
        groups,
        &plain,
        now as Timestamp,
        by as &Actor,
        &with_note,
    )
    .execute(db)
    .await?;
    Ok(moved.rows_affected())
}

/// Marks held deliveries as declined for the reason that was given, and lets their children go on; gives how many.
pub async fn decline(
    db: &mut Connection,
    _: &BulletinsLocked,
    bulletin: BulletinId,
    groups: &[i32],
    because: &str,
    by: &Actor,
    now: Timestamp,
) -> Result<u64> {
    let moved = sqlx::query!(
        "with declined as (
            update deliveries set state = 'declined', reason = 'not_for_us', ended_at = $3, release_at = null,
                forwarded_by = $4, declined_because = $5, changed = (select change_mark())
            where bulletin_no = (select no from bulletins where id = $1) and group_id = any ($2) and state = 'held'
            returning bulletin_no, group_id
        ), woken as (
            update deliveries d set state = state_at_turn(d.automatic),
                turn_at = $3, release_at = release_at_turn(d.automatic, d.forward_within, $3),
                bypassed_parent = true, changed = (select change_mark())
            from declined
            where d.bulletin_no = declined.bulletin_no and d.parent_group = declined.group_id and d.state = 'waiting'
        )
        select from declined",
        bulletin.0,
        groups,
        now as Timestamp,
        by as &Actor,
        because,
    )
    .fetch_all(db)
    .await?;
    Ok(moved.len() as u64)
}

/// Puts declined deliveries back to held; gives how many.
pub async fn undecline(
    db: &mut Connection,
    _: &BulletinsLocked,
    bulletin: BulletinId,
    groups: &[i32],
    now: Timestamp,
) -> Result<u64> {
    let moved = sqlx::query!(
        "update deliveries set state = 'held', reason = null, ended_at = null, turn_at = $3,
            release_at = release_at_turn(false, forward_within, $3), forwarded_by = null, declined_because = null,
            changed = (select change_mark())
        where bulletin_no = (select no from bulletins where id = $1) and group_id = any ($2) and state = 'declined'",
        bulletin.0,
        groups,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(moved.rows_affected())
}

/// Bulletins with held deliveries whose `release_at` has come.
pub async fn list_releases_due(db: &mut Connection, now: Timestamp) -> Result<Vec<BulletinId>> {
    Ok(sqlx::query_scalar!(
        r#"select distinct b.id as "id!: BulletinId" from deliveries d join bulletins b on b.no = d.bulletin_no
        where d.release_at <= $1 and d.state = 'held' and b.expires_at > $1"#,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// Lets the held deliveries of a bulletin go on whose time has come; gives the channels to wake.
pub async fn release_due(
    db: &mut Connection,
    _: &BulletinsLocked,
    bulletin: BulletinId,
    now: Timestamp,
) -> Result<Vec<ChannelId>> {
    Ok(sqlx::query_scalar!(
        r#"with moved as (
            update deliveries set state = 'ready', turn_at = $2, release_at = null, forwarded_by = $3,
                changed = (select change_mark())
            where bulletin_no = (select no from bulletins where id = $1) and state = 'held' and release_at <= $2
            returning channel_id
        ) select distinct channel_id as "id!: ChannelId" from moved"#,
        bulletin.0,
        now as Timestamp,
        Actor::TIME as Actor,
    )
    .fetch_all(db)
    .await?)
}

/// For each urgency, routine first: the turns that began before this have taken too long; none = never.
pub type Patience = [Option<Timestamp>; 4];

/// Bulletins in which a group waits for one above it that has not been accepted for too long since its turn
/// came.
///
/// First what is slow, then what waits for it: the other way round is a look at every delivery there ever was.
pub async fn list_bypasses_due(db: &mut Connection, patience: &Patience, now: Timestamp) -> Result<Vec<BulletinId>> {
    let [routine, urgent, very_urgent, most_urgent] = *patience;
    Ok(sqlx::query_scalar!(
        r#"with slow as materialized (
            select bulletin_no, group_id from deliveries
            where blocks_since <= greatest($1::timestamptz, $2, $3, $4)
                and blocks_since <= case priority / 2 when 3 then $1 when 2 then $2 when 1 then $3 else $4 end
        )
        select distinct b.id as "id!: BulletinId"
        from slow join bulletins b on b.no = slow.bulletin_no and b.expires_at > $5 cross join lateral (
            select from deliveries d
            where d.bulletin_no = slow.bulletin_no and d.parent_group = slow.group_id and d.state = 'waiting' limit 1) as waiting"#,
        routine as Option<Timestamp>,
        urgent as Option<Timestamp>,
        very_urgent as Option<Timestamp>,
        most_urgent as Option<Timestamp>,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// Lets those children of a bulletin go on without the group above; gives the channels to wake.
pub async fn bypass_due(
    db: &mut Connection,
    _: &BulletinsLocked,
    bulletin: BulletinId,
    patience: &Patience,
    now: Timestamp,
) -> Result<Vec<ChannelId>> {
    let [routine, urgent, very_urgent, most_urgent] = *patience;
    Ok(sqlx::query_scalar!(
        r#"with moved as (
            update deliveries d set state = state_at_turn(d.automatic),
                turn_at = $2, release_at = release_at_turn(d.automatic, d.forward_within, $2),
                bypassed_parent = true, changed = (select change_mark())
            from deliveries p
            where d.bulletin_no = (select no from bulletins where id = $1) and d.state = 'waiting'
                and p.bulletin_no = d.bulletin_no and p.group_id = d.parent_group
                and p.state in ('held', 'ready')
                and p.turn_at <= case p.priority / 2 when 3 then $3::timestamptz when 2 then $4 when 1 then $5 else $6 end
            returning d.channel_id
        ) select distinct channel_id as "id!: ChannelId" from moved"#,
        bulletin.0,
        now as Timestamp,
        routine as Option<Timestamp>,
        urgent as Option<Timestamp>,
        very_urgent as Option<Timestamp>,
        most_urgent as Option<Timestamp>,
    )
    .fetch_all(db)
    .await?)
}

/// Whether a delivery of a bulletin still waits though the group above has ended.
pub async fn has_orphans(db: &mut Connection, bulletin: BulletinId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from deliveries d
                join deliveries p on p.bulletin_no = d.bulletin_no and p.group_id = d.parent_group
            where d.bulletin_no = (select no from bulletins where id = $1) and d.state = 'waiting' and p.state not in ('waiting', 'held', 'ready')) as "any!""#,
        bulletin.0,
    )
    .fetch_one(db)
    .await?)
}

/// Lets deliveries of a bulletin go on that still wait though the group above has ended: what no road of the
/// engine should leave behind. Gives the channels to wake.
pub async fn wake_orphans(
    db: &mut Connection,
    _: &BulletinsLocked,
    bulletin: BulletinId,
    now: Timestamp,
) -> Result<Vec<ChannelId>> {
    Ok(sqlx::query_scalar!(
        r#"with moved as (
            update deliveries d set state = state_at_turn(d.automatic),
                turn_at = $2, release_at = release_at_turn(d.automatic, d.forward_within, $2),
                bypassed_parent = p.state not in ('accepted', 'seen'), changed = (select change_mark())
            from deliveries p
            where d.bulletin_no = (select no from bulletins where id = $1) and d.state = 'waiting'
                and p.bulletin_no = d.bulletin_no and p.group_id = d.parent_group
                and p.state not in ('waiting', 'held', 'ready')
            returning d.channel_id
        ) select distinct channel_id as "id!: ChannelId" from moved"#,
        bulletin.0,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// Ends every open delivery of a bulletin as `withdrawn` or `expired`; gives how many.
pub async fn end_open(
    db: &mut Connection,
    _: &BulletinsLocked,
    bulletin: BulletinId,
    end: State,
    now: Timestamp,
) -> Result<u64> {
    let moved = sqlx::query!(
        "update deliveries set state = $2, ended_at = $3, release_at = null, due_at = null, changed = (select change_mark()),
            reason = case $2::delivery_state when 'withdrawn' then 'bulletin_withdrawn' else 'bulletin_expired'
                end::delivery_reason
        where bulletin_no = (select no from bulletins where id = $1) and state in ('waiting', 'held', 'ready')",
        bulletin.0,
        end as State,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(moved.rows_affected())
}
