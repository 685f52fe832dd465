//! What became of a bulletin at the local authorities (องค์กรปกครองส่วนท้องถิ่น), by their district.
//!
//! A local authority's district is the one below whose group its own group hangs: the tree says it, and nothing else does. One that
//! hangs below no district has none.

use super::{Connection, Result};
use crate::domain::delivery::State;
use crate::domain::ids::{BulletinId, DeliveryId, OfficeId};
use crate::domain::reported::ReportKind;
use crate::domain::time::Timestamp;

/// A group of a local authority, and what became of a bulletin there.
#[derive(Clone, Debug)]
pub struct LocalReceipt {
    /// The group's code.
    pub group: String,
    /// The group's name.
    pub group_name: String,
    /// The office's code.
    pub office: String,
    /// The office's name.
    pub office_name: String,
    /// The code of the district office above it.
    pub district: Option<String>,
    /// That office's name.
    pub district_name: Option<String>,
    /// The copy for the group; none = the bulletin does not go there.
    pub delivery: Option<DeliveryId>,
    /// Its state.
    pub state: Option<State>,
    /// When it came to its end.
    pub ended_at: Option<Timestamp>,
    /// Acknowledgements: of persons, each once, and unnamed ones.
    pub acknowledged: i32,
    /// What somebody above reported for the office.
    pub reported: Option<ReportKind>,
    /// Whether a read-back code of the office was given back.
    pub read_back: bool,
    /// Whether the office, or a village for it, spread it further.
    pub spread: bool,
}

impl LocalReceipt {
    /// Whether it is in the group: LINE accepted it, or it was seen there.
    #[must_use]
    pub fn is_there(&self) -> bool {
        matches!(self.state, Some(State::Accepted | State::Seen))
    }

    /// Whether nothing tells that the office has it.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        !self.is_there() && self.reported.is_none() && !self.spread
    }
}

/// What a list is narrowed by; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only groups at or below one of these.
    pub scope: Option<Vec<i32>>,
    /// Only below a group of this office.
    pub district: Option<OfficeId>,
    /// Only those of which nothing tells that they have it.
    pub missing: bool,
    /// Only groups whose code comes after this one.
    pub after: Option<String>,
}

/// Groups of local authorities that are in use, by code.
pub async fn list_local_receipts(
    db: &mut Connection,
    bulletin: BulletinId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<LocalReceipt>> {
    Ok(sqlx::query_as!(
        LocalReceipt,
        r#"select g.code as "group", g.name as group_name, o.code as office, o.name as office_name,
            up.code as "district?", up.name as "district_name?",
            case when d.group_id is not null then delivery_id(b.published_at, d.bulletin_no, d.group_id) end as "delivery?: DeliveryId",
            d.state as "state?: State", d.ended_at as "ended_at?: Timestamp", coalesce(d.acknowledged, 0) as "acknowledged!",
            d.reported as "reported?: ReportKind",
            exists (select from disseminations s where s.bulletin_id = b.id and s.office_id = o.id and s.times > 0
                and s.source in ('read_back', 'keyed_in')
                and not exists (select from disseminations n where n.replaces = s.id)) as "read_back!",
            exists (select from disseminations s where s.bulletin_id = b.id and s.office_id = o.id and s.times > 0
                and not exists (select from disseminations n where n.replaces = s.id)) as "spread!"
        from groups g join offices o on o.id = g.office_id join bulletins b on b.id = $1
            left join deliveries d on d.bulletin_no = b.no and d.group_id = g.id
            left join lateral (select f.id, f.code, f.name from unnest(g.path) with ordinality as p(id, depth)
                join groups a on a.id = p.id join offices f on f.id = a.office_id and f.kind = 'district'
                order by p.depth desc limit 1) up on true
        where o.kind = 'local_authority' and not g.retired and ($2::int[] is null or g.path && $2)
            and ($3::int is null or up.id = $3)
            and (not $4 or coalesce(d.state not in ('accepted', 'seen') and d.reported is null, true)
                and not exists (select from disseminations s where s.bulletin_id = b.id and s.office_id = o.id and s.times > 0
                    and not exists (select from disseminations n where n.replaces = s.id)))
            and ($5::text is null or g.code > $5)
        order by g.code limit $6"#,
        bulletin.0,
        filter.scope.as_deref(),
        filter.district.map(|office| office.0),
        filter.missing,
        filter.after,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// The local authorities of one district together.
#[derive(Clone, Debug)]
pub struct DistrictSum {
    /// The code of the district office; none = below no district.
    pub district: Option<String>,
    /// Its name.
    pub district_name: Option<String>,
    /// Its province.
    pub province: Option<String>,
    /// Groups of local authorities.
    pub groups: i64,
    /// Those in which it is: LINE accepted it, or it was seen there.
    pub there: i64,
    /// Those in which somebody acknowledged it.
    pub acknowledged: i64,
    /// Those for which somebody above reported that they have it.
    pub reported: i64,
    /// Those whose office gave a code back.
    pub read_back: i64,
    /// Those whose office spread it further.
    pub spread: i64,
    /// Those of which nothing tells that they have it.
    pub missing: i64,
}

/// The local authorities of each district, those below no district last; with `scope`, those at or below one of these groups.
pub async fn sum_by_district(
    db: &mut Connection,
    bulletin: BulletinId,
    scope: Option<&[i32]>,
) -> Result<Vec<DistrictSum>> {
    Ok(sqlx::query_as!(
        DistrictSum,
        r#"with own as (
            select g.id, o.id as office_id, o.province, up.id as district_id, up.code as district, up.name as district_name,
                coalesce(d.state in ('accepted', 'seen'), false) as there, coalesce(d.acknowledged, 0) > 0 as acknowledged,
                d.reported is not null as reported
            from groups g join offices o on o.id = g.office_id join bulletins b on b.id = $1
                left join deliveries d on d.bulletin_no = b.no and d.group_id = g.id
                left join lateral (select f.id, f.code, f.name from unnest(g.path) with ordinality as p(id, depth)
                    join groups a on a.id = p.id join offices f on f.id = a.office_id and f.kind = 'district'
                    order by p.depth desc limit 1) up on true
            where o.kind = 'local_authority' and not g.retired and ($2::int[] is null or g.path && $2)
        ), done as (
            select s.office_id, bool_or(s.source in ('read_back', 'keyed_in')) as read_back from disseminations s
            where s.bulletin_id = $1 and s.times > 0 and not exists (select from disseminations n where n.replaces = s.id)
            group by s.office_id
        )
        select own.district as "district?", own.district_name as "district_name?", min(own.province) as province, count(*) as "groups!",
            count(*) filter (where there) as "there!", count(*) filter (where acknowledged) as "acknowledged!",
            count(*) filter (where reported) as "reported!", count(*) filter (where done.read_back) as "read_back!",
            count(done.office_id) as "spread!", count(*) filter (where not there and not reported and done.office_id is null) as "missing!"
        from own left join done on done.office_id = own.office_id
        group by own.district_id, own.district, own.district_name order by own.district nulls last"#,
        bulletin.0,
        scope,
    )
    .fetch_all(db)
    .await?)
}
