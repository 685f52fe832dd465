//! How far a bulletin came in each province, and how far the bulletins of the last days did together.
//!
//! One bulletin is counted from its deliveries. Many are read from `province_progress`, which upkeep brings up to
//! date ([`refresh_sums`]) soon after a bulletin's counters have moved; a part of the tree is always counted.

use super::super::{Connection, Result};
use crate::domain::delivery::State;
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;

/// Bulletins summed up in one round at most, so that a round stays short.
pub const AT_ONCE: u64 = 20;

/// How far a bulletin came in one tier of one province.
#[derive(Clone, Debug)]
pub struct Cell {
    /// 1, 2 or 3.
    pub tier: i16,
    /// The province's code; none = groups of no province.
    pub province: Option<String>,
    /// Groups it goes to.
    pub groups: i64,
    /// Of these, linked to a LINE group now.
    pub linked: i64,
    /// Members of the LINE groups.
    pub seats: i64,
    /// Of the groups, where LINE accepted it.
    pub accepted: i64,
    /// Of the groups, where it was heard as somebody's forward.
    pub seen: i64,
    /// Of the groups, where it failed or could not be sent.
    pub failed: i64,
    /// Of the groups, in which somebody acknowledged.
    pub acknowledged: i64,
    /// Acknowledgements.
    pub taps: i64,
    /// Of these, without the name of a person.
    pub unnamed: i64,
    /// Of the groups, whose own steward acknowledged.
    pub by_steward: i64,
    /// Of the groups, for which somebody above reported.
    pub reported: i64,
    /// When LINE accepted the last.
    pub last_accepted_at: Option<Timestamp>,
}

impl Cell {
    /// Groups in which it is: LINE accepted it, or it was seen there as somebody's forward.
    #[must_use]
    pub fn in_group(&self) -> i64 {
        self.accepted + self.seen
    }
}

/// How far a bulletin came, by tier and province.
pub async fn count_provinces(db: &mut Connection, bulletin: BulletinId, scope: Option<&[i32]>) -> Result<Vec<Cell>> {
    Ok(sqlx::query_as!(
        Cell,
        r#"select d.tier, o.province, count(*) as "groups!", count(g.line_group_id) as "linked!",
            coalesce(sum(d.members), 0) as "seats!", count(*) filter (where d.state = 'accepted') as "accepted!",
            count(*) filter (where d.state = 'seen') as "seen!",
            count(*) filter (where d.state in ('failed', 'unreachable')) as "failed!",
            count(*) filter (where d.acknowledged > 0) as "acknowledged!", coalesce(sum(d.acknowledged), 0) as "taps!",
            coalesce(sum(d.unnamed), 0) as "unnamed!", count(d.steward_at) as "by_steward!", count(d.reported) as "reported!",
           
            max(d.ended_at) filter (where d.state = 'accepted') as "last_accepted_at: Timestamp"
        from deliveries d join groups g on g.id = d.group_id join offices o on o.id = g.office_id
        where d.bulletin_no = (select no from bulletins where id = $1) and ($2::int[] is null or g.path && $2)
        group by d.tier, o.province order by d.tier, o.province"#,
        bulletin.0,
        scope,
    )
    .fetch_all(db)
    .await?)
}

/// One office of a province, with where its groups stand.
#[derive(Clone, Debug)]
pub struct OfficeCell {
    /// The office's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The code of its only or first group.
    pub group: String,
    /// That group's tier.
    pub tier: i16,
    /// Where the delivery for that group stands.
    pub state: State,
    /// When it came to its end.
    pub ended_at: Option<Timestamp>,
    /// Members of its LINE groups.
    pub seats: i64,
    /// Acknowledgements.
    pub taps: i64,
    /// Of these, without the name of a person.
    pub unnamed: i64,
    /// Of the groups, whose own steward acknowledged.
    pub by_steward: i64,
    /// Of the groups, for which somebody above reported.
    pub reported: i64,
    /// Groups it has, of those the bulletin goes to.
    pub groups: i64,
    /// Of these, where LINE accepted it.
    pub accepted: i64,
    /// Of these, where it was heard as somebody's forward.
    pub seen: i64,
}

impl OfficeCell {
    /// Groups in which it is: LINE accepted it, or it was seen there as somebody's forward.
    #[must_use]
    pub fn in_group(&self) -> i64 {
        self.accepted + self.seen
    }
}

/// The offices of a province (none = of no province) that a bulletin goes to, by the tier of their first group.
pub async fn list_offices_of_province(
    db: &mut Connection,
    bulletin: BulletinId,
    province: Option<&str>,
    scope: Option<&[i32]>,
) -> Result<Vec<OfficeCell>> {
    Ok(sqlx::query_as!(
        OfficeCell,
        r#"select o.code, o.name, (array_agg(g.code order by d.tier, g.id))[1] as "group!", min(d.tier) as "tier!",
            (array_agg(d.state order by d.tier, g.id))[1] as "state!: State",
            (array_agg(d.ended_at order by d.tier, g.id))[1] as "ended_at: Timestamp",
            coalesce(sum(d.members), 0) as "seats!", coalesce(sum(d.acknowledged), 0) as "taps!",
            coalesce(sum(d.unnamed), 0) as "unnamed!", count(d.steward_at) as "by_steward!", count(d.reported) as "reported!",
            count(*) as "groups!", count(*) filter (where d.state = 'accepted') as "accepted!",
            count(*) filter (where d.state = 'seen') as "seen!"
        from offices o join groups g on g.office_id = o.id
            join deliveries d on d.bulletin_no = (select no from bulletins where id = $1) and d.group_id = g.id
        where o.province is not distinct from $2 and ($3::int[] is null or g.path && $3)
        group by o.id order by min(d.tier), min(g.id)"#,
        bulletin.0,
        province,
        scope,
    )
    .fetch_all(db)
    .await?)
}

/// What the bulletins since a day came to in one province.
#[derive(Clone, Debug)]
pub struct Sum {
    /// The province's code; none = groups of no province.
    pub province: Option<String>,
    /// Bulletins that went there.
    pub bulletins: i64,
    /// Their deliveries.
    pub groups: i64,
    /// Of these, accepted by LINE.
    pub accepted: i64,
    /// Of these, heard as somebody's forward.
    pub seen: i64,
    /// Of these, acknowledged by somebody.
    pub acknowledged: i64,
}

impl Sum {
    /// Groups in which it is: LINE accepted it, or it was seen there as somebody's forward.
    #[must_use]
    pub fn in_group(&self) -> i64 {
        self.accepted + self.seen
    }
}

/// What the bulletins published since `since` came to in each province, tests left out.
pub async fn sum_provinces(db: &mut Connection, since: Timestamp, scope: Option<&[i32]>) -> Result<Vec<Sum>> {
    let Some(scope) = scope else {
        return Ok(sqlx::query_as!(
            Sum,
            r#"select nullif(s.province, '') as province, count(*) as "bulletins!", sum(s.groups) as "groups!",
                sum(s.accepted) as "accepted!", sum(s.seen) as "seen!", sum(s.acknowledged) as "acknowledged!"
            from bulletins b join province_progress s on s.bulletin_no = b.no
            where b.published_at >= $1 and b.kind <> 'test'
            group by s.province order by s.province"#,
            since as Timestamp,
        )
        .fetch_all(db)
        .await?);
    };
    Ok(sqlx::query_as!(
        Sum,
        r#"select o.province, count(distinct b.id) as "bulletins!", count(*) as "groups!",
            count(*) filter (where d.state = 'accepted') as "accepted!",
            count(*) filter (where d.state = 'seen') as "seen!",
            count(*) filter (where d.acknowledged > 0) as "acknowledged!"
        from bulletins b cross join groups g join offices o on o.id = g.office_id
            join deliveries d on d.bulletin_no = b.no and d.group_id = g.id
        where b.published_at >= $1 and b.kind <> 'test' and g.path && $2
        group by o.province order by o.province"#,
        since as Timestamp,
        scope,
    )
    .fetch_all(db)
    .await?)
}

/// Brings the sums of the bulletins published since `since` up to date, the newest first; gives how many were behind.
pub async fn refresh_sums(db: &mut Connection, since: Timestamp) -> Result<u64> {
    let done = sqlx::query!(
        "with versions as (
            select b.no, v.version from bulletins b
                cross join lateral (select sum(version)::bigint as version from progress where bulletin_no = b.no) v
                left join province_progress_marks m on m.bulletin_no = b.no
            where b.published_at >= $1 and v.version is distinct from m.version
            order by b.published_at desc limit $2
        ), sums as (
            insert into province_progress (bulletin_no, province, groups, accepted, seen, seats, acknowledged)
            select d.bulletin_no, coalesce(o.province, ''), count(*), count(*) filter (where d.state = 'accepted'),
                count(*) filter (where d.state = 'seen'),
                sum(d.members), count(*) filter (where d.acknowledged > 0)
            from versions v join deliveries d on d.bulletin_no = v.no join groups g on g.id = d.group_id
                join offices o on o.id = g.office_id
            group by 1, 2
            on conflict (bulletin_no, province) do update set groups = excluded.groups, accepted = excluded.accepted,
                seen = excluded.seen, seats = excluded.seats, acknowledged = excluded.acknowledged
        )
        insert into province_progress_marks (bulletin_no, version) select no, version from versions
        on conflict (bulletin_no) do update set version = excluded.version",
        since as Timestamp,
        i64::try_from(AT_ONCE).unwrap_or(i64::MAX),
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
