//! Acknowledgements: a person counts once per group, however often they tap; who taps without being named is no person that
//! could be told from others. Beside them stands when the group's own steward acknowledged.

use uuid::Uuid;

use super::locks::BulletinsLocked;
use super::{Connection, Result};
use crate::domain::ids::{BulletinId, BulletinNo, ChannelId, DeliveryId, GroupId};
use crate::domain::time::Timestamp;

/// One tap, with the delivery that it belongs to not yet known.
#[derive(Clone, Debug)]
pub struct Tap {
    /// The bulletin that the button names.
    pub bulletin_id: BulletinId,
    /// The channel that the tap came through.
    pub channel_id: ChannelId,
    /// LINE's id of the group in which it was tapped.
    pub line_group_id: String,
    /// The person as a keyed hash; where LINE names nobody, the id of the event.
    pub person: Vec<u8>,
    /// Whether LINE names somebody.
    pub named: bool,
    /// When it was tapped.
    pub at: Timestamp,
}

/// Keeps the taps that are new and raises the counts of their deliveries, in one statement; gives those to thank: the
/// first of each delivery, unless somebody tapped there within the minute before, as everybody in the group reads it.
///
/// A tap counts only in a LINE group that has a delivery of the bulletin: whoever can tap the button has it, also where
/// LINE's acceptance is not on record yet. Taps that name nobody are counted apart, and only so many that they and the
/// persons are no more than the group has members. Where more persons than that are told apart, the group has more
/// members than was known. The caller holds the bulletins' shared locks.
pub async fn insert_taps(db: &mut Connection, taps: &[Tap]) -> Result<Vec<(BulletinId, Vec<u8>)>> {
    let bulletins: Vec<Uuid> = taps.iter().map(|tap| tap.bulletin_id.0).collect();
    let channels: Vec<i32> = taps.iter().map(|tap| tap.channel_id.0).collect();
    let groups: Vec<String> = taps.iter().map(|tap| tap.line_group_id.clone()).collect();
    let persons: Vec<Vec<u8>> = taps.iter().map(|tap| tap.person.clone()).collect();
    let named: Vec<bool> = taps.iter().map(|tap| tap.named).collect();
    let times: Vec<Timestamp> = taps.iter().map(|tap| tap.at).collect();
    // the new counts are made of the row that is updated, never of another reading of it
    let fresh = sqlx::query!(
        r#"with tapped as (
            select t.person, t.named, t.at, d.bulletin_no, d.group_id, t.bulletin_id, coalesce(g.members, 0) as members
            from unnest($1::uuid[], $2::int[], $3::text[], $4::bytea[], $5::bool[], $6::timestamptz[])
                    as t(bulletin_id, channel_id, line_group_id, person, named, at)
                join groups g on g.channel_id = t.channel_id and g.line_group_id = t.line_group_id
                join bulletins b on b.id = t.bulletin_id
                join deliveries d on d.bulletin_no = b.no and d.group_id = g.id
            -- where the taps of its month are not kept any more, nobody could tell the first of a person from the second
            where to_regclass('acknowledgements_' || d.bulletin_no / 1000000) is not null
        ), fresh as (
            insert into acknowledgements (bulletin_no, group_id, person, named, at)
            select bulletin_no, group_id, person, bool_and(named), min(at) from tapped
            group by bulletin_no, group_id, person order by bulletin_no, group_id, person
            on conflict do nothing returning bulletin_no, group_id, person, named
        ), sums as (
            select f.bulletin_no, f.group_id, count(*) filter (where f.named)::int as persons,
                count(*) filter (where not f.named)::int as unnamed,
                (select max(t.members) from tapped t
                where t.bulletin_no = f.bulletin_no and t.group_id = f.group_id) as members
            from fresh f group by f.bulletin_no, f.group_id
        ), counted as (
            update deliveries d set changed = (select change_mark()),
                members = case when coalesce(nullif(d.members, 0), n.members) > 0 then
                    greatest(coalesce(nullif(d.members, 0), n.members), d.acknowledged - d.unnamed + n.persons)
                    else 0 end,
                acknowledged = d.acknowledged - d.unnamed + n.persons
                    + unnamed_within(coalesce(nullif(d.members, 0), n.members),
                        d.acknowledged - d.unnamed + n.persons, d.unnamed + n.unnamed),
                unnamed = unnamed_within(coalesce(nullif(d.members, 0), n.members),
                    d.acknowledged - d.unnamed + n.persons, d.unnamed + n.unnamed)
            from sums n where d.bulletin_no = n.bulletin_no and d.group_id = n.group_id
        )
        select distinct on (t.bulletin_no, t.group_id) t.bulletin_id as "bulletin_id!: BulletinId", t.person as "person!"
        from fresh join tapped t using (bulletin_no, group_id, person)
        where not exists (
            select from acknowledgements a
            where a.bulletin_no = t.bulletin_no and a.group_id = t.group_id and a.at > t.at - interval '1 minute')
        order by t.bulletin_no, t.group_id, t.at"#,
        &bulletins,
        &channels,
        &groups,
        &persons,
        &named,
        &times as &[Timestamp],
    )
    .fetch_all(db)
    .await?;
    Ok(fresh.into_iter().map(|row| (row.bulletin_id, row.person)).collect())
}

/// Notes that the group's own steward acknowledged at `at`; gives whether that was not known. LINE keeps no order, so of
/// several times the first one stands, in whichever order they are told. False also where the bulletin does not go to the group.
pub async fn acknowledge_as_steward(
    db: &mut Connection,
    _: &BulletinsLocked,
    bulletin: BulletinNo,
    group: GroupId,
    at: Timestamp,
) -> Result<bool> {
    let known = sqlx::query_scalar!(
        r#"with before as (
            select steward_at from deliveries where bulletin_no = $1 and group_id = $2 for no key update
        ), earlier as (
            update deliveries d set steward_at = $3, changed = (select change_mark())
            from before b
            where d.bulletin_no = $1 and d.group_id = $2 and (b.steward_at is null or b.steward_at > $3)
        )
        select steward_at is not null as "known!" from before"#,
        bulletin.0,
        group.0,
        at as Timestamp,
    )
    .fetch_optional(db)
    .await?;
    Ok(known == Some(false))
}

/// When one delivery was acknowledged, oldest first.
pub async fn list_times(db: &mut Connection, delivery: DeliveryId, limit: i64) -> Result<Vec<Timestamp>> {
    Ok(sqlx::query_scalar!(
        "select at from acknowledgements where bulletin_no = $1 and group_id = $2 order by at limit $3",
        delivery.bulletin_no().0,
        delivery.group().0,
        limit,
    )
    .fetch_all(db)
    .await?)
}
