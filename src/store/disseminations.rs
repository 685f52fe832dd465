//! How offices spread bulletins further: records that replace each other and never change (`disseminations_append_only`).

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::area::{Area, Level};
use crate::domain::content_id::FileId;
use crate::domain::dissemination::{Medium, Reach, Source, Times};
use crate::domain::ids::{BulletinId, DisseminationId, OfficeId};
use crate::domain::time::Timestamp;

/// A record to be made.
#[derive(Clone, Debug)]
pub struct NewDissemination<'a> {
    /// Its id.
    pub id: DisseminationId,
    /// Of which bulletin.
    pub bulletin: BulletinId,
    /// By which office.
    pub office: OfficeId,
    /// By which medium.
    pub medium: Medium,
    /// Where.
    pub area: &'a Area,
    /// When.
    pub spread_at: Timestamp,
    /// How often.
    pub times: Times,
    /// How many it may have reached.
    pub reach: Option<Reach>,
    /// The meeting, station or page.
    pub outlet: Option<&'a str>,
    /// Where it can be seen.
    pub evidence: Option<&'a str>,
    /// Pictures that show it.
    pub pictures: &'a [FileId],
    /// How the record came about.
    pub source: Source,
    /// When.
    pub recorded_at: Timestamp,
    /// By whom.
    pub recorded_by: &'a Actor,
    /// The first record of those that replaced each other; its own id where it replaces none.
    pub first: DisseminationId,
    /// The one that it replaces.
    pub replaces: Option<DisseminationId>,
}

/// A record as it is stored.
#[derive(Clone, Debug)]
pub struct Dissemination {
    /// Its id.
    pub id: DisseminationId,
    /// Of which bulletin.
    pub bulletin_id: BulletinId,
    /// What that is about.
    pub subject: String,
    /// By which office.
    pub office_id: OfficeId,
    /// Its code.
    pub office: String,
    /// Its name.
    pub office_name: String,
    /// By which medium.
    pub medium: Medium,
    /// Where.
    pub area: Area,
    /// When.
    pub spread_at: Timestamp,
    /// How often; 0 = it did not take place.
    pub times: Times,
    /// How many it may have reached.
    pub reach: Option<Reach>,
    /// The meeting, station or page.
    pub outlet: Option<String>,
    /// Where it can be seen.
    pub evidence: Option<String>,
    /// Pictures that show it.
    pub pictures: Vec<FileId>,
    /// How the record came about.
    pub source: Source,
    /// When.
    pub recorded_at: Timestamp,
    /// By whom.
    pub recorded_by: Actor,
    /// The first record of those that replaced each other.
    pub first_id: DisseminationId,
    /// The one that it replaces.
    pub replaces: Option<DisseminationId>,
    /// The one that replaces it.
    pub replaced_by: Option<DisseminationId>,
}

/// Records that hold, narrowed; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of offices with a group at or below one of these.
    pub scope: Option<Vec<i32>>,
    /// Only of this bulletin.
    pub bulletin: Option<BulletinId>,
    /// Only of this office.
    pub office: Option<OfficeId>,
    /// Only by this medium.
    pub medium: Option<Medium>,
    /// Only in this place or within it.
    pub area: Option<Area>,
    /// Only of that time or later.
    pub since: Option<Timestamp>,
    /// Only those recorded before this one.
    pub before: Option<DisseminationId>,
}

macro_rules! select_disseminations {
    ($conditions:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            Dissemination,
            r#"select d.id as "id: DisseminationId", d.bulletin_id as "bulletin_id: BulletinId", b.subject,
                d.office_id as "office_id: OfficeId", o.code as office, o.name as office_name, d.medium as "medium: Medium",
                d.area as "area: Area", d.spread_at, d.times as "times: Times", d.reach as "reach: Reach", d.outlet, d.evidence,
                array(select p.file_id from dissemination_files p where p.dissemination_id = d.id order by p.no) as "pictures!: Vec<FileId>",
                d.source as "source: Source", d.recorded_at, d.recorded_by, d.first_id as "first_id: DisseminationId",
                d.replaces as "replaces: DisseminationId", n.id as "replaced_by?: DisseminationId"
            from disseminations d join offices o on o.id = d.office_id join bulletins b on b.id = d.bulletin_id
                left join disseminations n on n.replaces = d.id
            "# + $conditions,
            $($argument),*
        )
    };
}

/// The record `id`; with `scope`, if its office has a group at or below one of these.
pub async fn find_dissemination(
    db: &mut Connection,
    id: DisseminationId,
    scope: Option<&[i32]>,
) -> Result<Option<Dissemination>> {
    Ok(select_disseminations!(
        "where d.id = $1 and ($2::int[] is null
            or exists (select from groups g where g.office_id = d.office_id and g.path && $2))",
        id.0,
        scope,
    )
    .fetch_optional(db)
    .await?)
}

/// All records that replaced each other, the first of them first.
pub async fn list_history(db: &mut Connection, first: DisseminationId) -> Result<Vec<Dissemination>> {
    Ok(select_disseminations!("where d.first_id = $1 order by d.recorded_at, d.id", first.0).fetch_all(db).await?)
}

/// Records that hold, the newest first.
pub async fn list_disseminations(db: &mut Connection, filter: &Filter, limit: i64) -> Result<Vec<Dissemination>> {
    Ok(select_disseminations!(
        "where n.id is null and ($1::int[] is null
                or exists (select from groups g where g.office_id = d.office_id and g.path && $1))
            and ($2::uuid is null or d.bulletin_id = $2) and ($3::int is null or d.office_id = $3)
            and ($4::dissemination_medium is null or d.medium = $4)
            and ($5::text is null or d.area like $5 || '%')
            and ($6::timestamptz is null or d.spread_at >= $6) and ($7::uuid is null or d.id < $7)
        order by d.id desc limit $8",
        filter.scope.as_deref(),
        filter.bulletin.map(|id| id.0),
        filter.office.map(|id| id.0),
        filter.medium as Option<Medium>,
        filter.area.as_ref().map(Area::as_str),
        filter.since as Option<Timestamp>,
        filter.before.map(|id| id.0),
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// When a bulletin was published that goes to a group of this office; none where it goes to none.
pub async fn find_published_to(
    db: &mut Connection,
    office: OfficeId,
    bulletin: BulletinId,
) -> Result<Option<Timestamp>> {
    Ok(sqlx::query_scalar!(
        r#"select b.published_at as "published_at!" from bulletins b where b.id = $2 and b.published_at is not null and exists (
            select from groups g join deliveries d on d.group_id = g.id and d.bulletin_no = b.no where g.office_id = $1)"#,
        office.0,
        bulletin.0,
    )
    .fetch_optional(db)
    .await?)
}

/// Makes a record; false where the one that it replaces has been replaced by another.
pub async fn insert_dissemination(db: &mut Connection, new: &NewDissemination<'_>) -> Result<bool> {
    let made = sqlx::query!(
        "insert into disseminations (id, bulletin_id, office_id, medium, area, spread_at, times, reach, outlet, evidence, source,
            recorded_at, recorded_by, first_id, replaces)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        on conflict on constraint replaced_once do nothing",
        new.id.0,
        new.bulletin.0,
        new.office.0,
        new.medium as Medium,
        new.area as &Area,
        new.spread_at as Timestamp,
        new.times.number(),
        new.reach.map(Reach::number),
        new.outlet,
        new.evidence,
        new.source as Source,
        new.recorded_at as Timestamp,
        new.recorded_by as &Actor,
        new.first.0,
        new.replaces.map(|id| id.0),
    )
    .execute(&mut *db)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "insert into dissemination_files (dissemination_id, no, file_id)
        select $1, no, file_id from unnest($2::bytea[]) with ordinality as u(file_id, no)",
        new.id.0,
        new.pictures as &[FileId],
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// What was spread by one medium in places of one size.
#[derive(Clone, Debug)]
pub struct MediumSum {
    /// How many digits the places' codes have.
    pub digits: i32,
    /// By which medium.
    pub medium: Medium,
    /// Offices that did it.
    pub offices: i64,
    /// Records.
    pub records: i64,
    /// How often, in all.
    pub times: i64,
    /// What offices estimated, added up; none where none did.
    pub reach: Option<i64>,
}

impl MediumSum {
    /// How large the places are.
    #[must_use]
    pub fn level(&self) -> Level {
        Level::of_digits(usize::try_from(self.digits).unwrap_or_default())
    }
}

/// What was spread of a bulletin, by the size of the place and by medium; with `scope`, by offices with a group at or below one of these.
pub async fn sum_by_medium(db: &mut Connection, bulletin: BulletinId, scope: Option<&[i32]>) -> Result<Vec<MediumSum>> {
    Ok(sqlx::query_as!(
        MediumSum,
        r#"select length(d.area) as "digits!", d.medium as "medium: Medium", count(distinct d.office_id) as "offices!",
            count(*) as "records!", sum(d.times) as "times!", sum(d.reach) as reach
        from disseminations d
        where d.bulletin_id = $1 and d.times > 0 and not exists (select from disseminations n where n.replaces = d.id)
            and ($2::int[] is null or exists (select from groups g where g.office_id = d.office_id and g.path && $2))
        group by 1, 2 order by 1, 2"#,
        bulletin.0,
        scope,
    )
    .fetch_all(db)
    .await?)
}

/// What was spread of a bulletin, in one line.
#[derive(Clone, Copy, Debug)]
pub struct SpreadSum {
    /// Offices that did something.
    pub offices: i64,
    /// Records.
    pub records: i64,
    /// What offices estimated, added up; none where none did.
    pub reach: Option<i64>,
}

/// What was spread of a bulletin; with `scope`, by offices with a group at or below one of these.
pub async fn sum_spread(db: &mut Connection, bulletin: BulletinId, scope: Option<&[i32]>) -> Result<SpreadSum> {
    Ok(sqlx::query_as!(
        SpreadSum,
        r#"select count(distinct d.office_id) as "offices!", count(*) as "records!", sum(d.reach) as reach
        from disseminations d
        where d.bulletin_id = $1 and d.times > 0 and not exists (select from disseminations n where n.replaces = d.id)
            and ($2::int[] is null or exists (select from groups g where g.office_id = d.office_id and g.path && $2))"#,
        bulletin.0,
        scope,
    )
    .fetch_one(db)
    .await?)
}

/// What the offices of one province did.
#[derive(Clone, Debug)]
pub struct ProvinceSum {
    /// Its code; none for offices that stand in no province.
    pub province: Option<String>,
    /// Offices that the bulletin goes to.
    pub receiving: i64,
    /// Those of them that spread it.
    pub offices: i64,
    /// Records.
    pub records: i64,
    /// What they estimated, added up; none where none did.
    pub reach: Option<i64>,
}

/// What was spread of a bulletin, by the province of the office; with `scope`, by offices with a group at or below one of these.
pub async fn sum_by_province(
    db: &mut Connection,
    bulletin: BulletinId,
    scope: Option<&[i32]>,
) -> Result<Vec<ProvinceSum>> {
    Ok(sqlx::query_as!(
        ProvinceSum,
        r#"with receiving as (
            select distinct g.office_id as id from bulletins b join deliveries d on d.bulletin_no = b.no join groups g on g.id = d.group_id
            where b.id = $1 and b.published_at is not null and ($2::int[] is null or g.path && $2)
        ), done as (
            select d.office_id as id, count(*) as records, sum(d.reach) as reach from disseminations d
            where d.bulletin_id = $1 and d.times > 0 and not exists (select from disseminations n where n.replaces = d.id)
            group by d.office_id
        )
        select o.province, count(*) as "receiving!", count(done.id) as "offices!",
            coalesce(sum(done.records), 0)::bigint as "records!", sum(done.reach)::bigint as reach
        from receiving join offices o on o.id = receiving.id left join done on done.id = receiving.id
        group by o.province order by o.province nulls first"#,
        bulletin.0,
        scope,
    )
    .fetch_all(db)
    .await?)
}
