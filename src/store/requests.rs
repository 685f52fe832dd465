//! What published bulletins ask of offices: one row for each office that got the bulletin, and what it answered.

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::ids::{BulletinId, OfficeId};
use crate::domain::request::{RequestKind, RequestPurpose, RequestState};
use crate::domain::time::Timestamp;

/// A request as it is issued with its bulletin.
#[derive(Clone, Debug)]
pub struct IssuedRequest {
    /// What is asked.
    pub kind: RequestKind,
    /// With which words.
    pub purpose: RequestPurpose,
    /// In the words of the letter.
    pub text: String,
    /// When its time is over.
    pub due_at: Option<Timestamp>,
}

/// Issues the requests of a bulletin to every office that has a delivery of it, but to the one that asks; gives how many rows that makes.
pub async fn issue_requests(
    db: &mut Connection,
    bulletin: BulletinId,
    requests: &[IssuedRequest],
    now: Timestamp,
) -> Result<u64> {
    let kinds: Vec<RequestKind> = requests.iter().map(|request| request.kind).collect();
    let purposes: Vec<RequestPurpose> = requests.iter().map(|request| request.purpose).collect();
    let texts: Vec<&str> = requests.iter().map(|request| request.text.as_str()).collect();
    let due: Vec<Option<Timestamp>> = requests.iter().map(|request| request.due_at).collect();
    sqlx::query!(
        "insert into requests (bulletin_id, no, kind, purpose, text, due_at, issued_at)
        select $1, no, kind, purpose, text, due_at, $6
        from unnest($2::request_kind[], $3::request_purpose[], $4::text[], $5::timestamptz[])
            with ordinality as u(kind, purpose, text, due_at, no)",
        bulletin.0,
        &kinds as &[RequestKind],
        &purposes as &[RequestPurpose],
        &texts as &[&str],
        &due as &[Option<Timestamp>],
        now as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    let issued = sqlx::query!(
        "insert into office_requests (bulletin_id, request_no, office_id, tier)
        select $1, q.no, o.office_id, o.tier
        from requests q cross join (
            select g.office_id, min(d.tier) as tier from deliveries d join groups g on g.id = d.group_id
            where d.bulletin_no = (select no from bulletins where id = $1)
                and g.office_id <> (select office_id from groups where id = (select origin_id from bulletins where id = $1))
            group by g.office_id
        ) o
        where q.bulletin_id = $1 order by o.tier, o.office_id, q.no",
        bulletin.0,
    )
    .execute(db)
    .await?;
    Ok(issued.rows_affected())
}

/// A request to an office, and how the office stands with it.
#[derive(Clone, Debug)]
pub struct OfficeRequest {
    /// Its number.
    pub id: i64,
    /// The bulletin that asks.
    pub bulletin: BulletinId,
    /// What the bulletin is about.
    pub subject: String,
    /// Whether the bulletin was withdrawn.
    pub withdrawn: bool,
    /// Its place in the bulletin, from 1.
    pub no: i16,
    /// What is asked.
    pub kind: RequestKind,
    /// With which words.
    pub purpose: RequestPurpose,
    /// In the words of the letter.
    pub text: String,
    /// When its time is over.
    pub due_at: Option<Timestamp>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// The office's number.
    pub office_id: OfficeId,
    /// The office's code.
    pub office: String,
    /// The office's name.
    pub office_name: String,
    /// The office's province.
    pub province: Option<String>,
    /// The highest tier of the office's groups that got the bulletin.
    pub tier: i16,
    /// How the office stands with it.
    pub state: RequestState,
    /// When it answered.
    pub answered_at: Option<Timestamp>,
    /// Who answered.
    pub answered_by: Option<Actor>,
    /// What it says.
    pub comment: Option<String>,
}

impl OfficeRequest {
    /// Whether it can be answered: nothing was answered and the bulletin holds.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == RequestState::Open && !self.withdrawn
    }

    /// Whether its time is over and nothing was answered.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.is_open() && self.due_at.is_some_and(|due| due <= now)
    }

    /// Whether it was done after its time.
    #[must_use]
    pub fn is_late(&self) -> bool {
        let late = self.answered_at.zip(self.due_at).is_some_and(|(answered, due)| answered >= due);
        self.state == RequestState::Done && late
    }
}

macro_rules! select_requests {
    ($conditions:literal, $($arguments:expr),* $(,)?) => {
        sqlx::query_as!(
            OfficeRequest,
            r#"select r.id, r.bulletin_id as "bulletin: BulletinId", b.subject, b.withdrawn_at is not null as "withdrawn!", q.no,
                q.kind as "kind: RequestKind", q.purpose as "purpose: RequestPurpose", q.text, q.due_at, q.issued_at,
                r.office_id as "office_id: OfficeId", o.code as office, o.name as office_name, o.province, r.tier,
                r.state as "state: RequestState", r.answered_at, r.answered_by as "answered_by: Actor", r.comment
            from office_requests r join requests q on q.bulletin_id = r.bulletin_id and q.no = r.request_no
                join bulletins b on b.id = r.bulletin_id join offices o on o.id = r.office_id "#
                + $conditions,
            $($arguments),*
        )
    };
}

/// How the listed requests stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was answered.
    Open,
    /// Nothing was answered, and the time is over.
    Overdue,
    /// Done.
    Done,
    /// Does not concern the office.
    NotApplicable,
}

impl Standing {
    fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Done => "done",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// What a list is narrowed by; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter<'a> {
    /// To offices that have a group at or below one of these.
    pub scope: Option<&'a [i32]>,
    /// To this office.
    pub office: Option<OfficeId>,
    /// Of this bulletin.
    pub bulletin: Option<BulletinId>,
    /// That stand so.
    pub standing: Option<Standing>,
    /// Issued or answered at this time or later.
    pub since: Option<Timestamp>,
    /// With a higher number than this.
    pub after: i64,
}

/// Requests to offices, the earlier issued first.
pub async fn list_requests(
    db: &mut Connection,
    filter: &Filter<'_>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<OfficeRequest>> {
    Ok(select_requests!(
        "where r.id > $1 and ($2::int[] is null or exists (select from groups g where g.office_id = o.id and g.path && $2))
            and ($3::int is null or r.office_id = $3) and ($4::uuid is null or r.bulletin_id = $4)
            and ($5::text is null or case $5 when 'open' then r.state = 'open' and b.withdrawn_at is null
                when 'overdue' then r.state = 'open' and b.withdrawn_at is null and q.due_at <= $6
                else r.state::text = $5 end)
            and ($7::timestamptz is null or coalesce(r.answered_at, q.issued_at) >= $7)
        order by r.id limit $8",
        filter.after,
        filter.scope,
        filter.office.map(|office| office.0) as Option<i32>,
        filter.bulletin.map(|bulletin| bulletin.0) as Option<uuid::Uuid>,
        filter.standing.map(Standing::word),
        now as Timestamp,
        filter.since as Option<Timestamp>,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// What an office has to do, that whose time is over soonest first.
pub async fn list_to_do(db: &mut Connection, office: OfficeId, limit: i64) -> Result<Vec<OfficeRequest>> {
    Ok(select_requests!(
        "where r.office_id = $1 and r.state = 'open' and b.withdrawn_at is null
        order by q.due_at nulls last, q.purpose, r.id limit $2",
        office.0,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// What an office answered last.
pub async fn list_answered(db: &mut Connection, office: OfficeId, limit: i64) -> Result<Vec<OfficeRequest>> {
    Ok(select_requests!(
        "where r.office_id = $1 and r.state <> 'open' order by r.answered_at desc, r.id limit $2",
        office.0,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// One request, where its office has a group at or below one of `scope`.
pub async fn find_request(db: &mut Connection, scope: Option<&[i32]>, id: i64) -> Result<Option<OfficeRequest>> {
    Ok(select_requests!(
        "where r.id = $1
            and ($2::int[] is null or exists (select from groups g where g.office_id = o.id and g.path && $2))",
        id,
        scope,
    )
    .fetch_optional(db)
    .await?)
}

/// Notes what an office answered; false where it had answered already, or the bulletin was withdrawn.
pub async fn answer_request(
    db: &mut Connection,
    id: i64,
    state: RequestState,
    comment: Option<&str>,
    by: &Actor,
    now: Timestamp,
) -> Result<bool> {
    let answered = sqlx::query!(
        "update office_requests r set state = $2, comment = $3, answered_by = $4, answered_at = $5
        where id = $1 and state = 'open'
            and exists (select from bulletins b where b.id = r.bulletin_id and b.withdrawn_at is null)",
        id,
        state as RequestState,
        comment,
        by as &Actor,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(answered.rows_affected() == 1)
}

/// Notes as done what asked these offices for something of this kind; gives how many.
pub async fn answer_kind(
    db: &mut Connection,
    offices: &[OfficeId],
    kind: RequestKind,
    by: &Actor,
    now: Timestamp,
) -> Result<u64> {
    let ids: Vec<i32> = offices.iter().map(|office| office.0).collect();
    let answered = sqlx::query!(
        "update office_requests r set state = 'done', answered_by = $2, answered_at = $3
        from requests q, bulletins b
        where r.office_id = any ($1) and r.state = 'open' and q.bulletin_id = r.bulletin_id and q.no = r.request_no
            and q.kind = $4 and b.id = r.bulletin_id and b.withdrawn_at is null",
        &ids,
        by as &Actor,
        now as Timestamp,
        kind as RequestKind,
    )
    .execute(db)
    .await?;
    Ok(answered.rows_affected())
}

/// How the offices of a province and tier stand with one request.
#[derive(Clone, Debug)]
pub struct Share {
    /// The request's place in the bulletin.
    pub no: i16,
    /// What is asked.
    pub kind: RequestKind,
    /// The province; none = offices in none.
    pub province: Option<String>,
    /// The tier.
    pub tier: i16,
    /// Offices that were asked.
    pub offices: i64,
    /// Those that did it in time.
    pub done: i64,
    /// Those that did it after its time.
    pub done_late: i64,
    /// Those that it does not concern.
    pub not_applicable: i64,
    /// Those that have not answered and whose time is over.
    pub overdue: i64,
    /// Those that have not answered and have time.
    pub open: i64,
}

/// How the offices of the scope stand with the requests of a bulletin.
pub async fn list_shares(
    db: &mut Connection,
    scope: Option<&[i32]>,
    bulletin: BulletinId,
    now: Timestamp,
) -> Result<Vec<Share>> {
    Ok(sqlx::query_as!(
        Share,
        r#"select q.no, q.kind as "kind: RequestKind", o.province, r.tier, count(*) as "offices!",
            count(*) filter (where r.state = 'done' and (q.due_at is null or r.answered_at < q.due_at)) as "done!",
            count(*) filter (where r.state = 'done' and r.answered_at >= q.due_at) as "done_late!",
            count(*) filter (where r.state = 'not_applicable') as "not_applicable!",
            count(*) filter (where r.state = 'open' and q.due_at <= $3) as "overdue!",
            count(*) filter (where r.state = 'open' and (q.due_at is null or q.due_at > $3)) as "open!"
        from office_requests r join requests q on q.bulletin_id = r.bulletin_id and q.no = r.request_no
            join offices o on o.id = r.office_id
        where r.bulletin_id = $1
            and ($2::int[] is null or exists (select from groups g where g.office_id = o.id and g.path && $2))
        group by q.no, q.kind, o.province, r.tier order by q.no, o.province nulls first, r.tier"#,
        bulletin.0,
        scope,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// A bulletin that asks something of offices, and how they stand with it.
#[derive(Clone, Debug)]
pub struct AskingBulletin {
    /// Its id.
    pub id: BulletinId,
    /// What it is about.
    pub subject: String,
    /// When it was published.
    pub issued_at: Timestamp,
    /// What it asks, counted by office.
    pub asked: i64,
    /// How much of that was answered.
    pub answered: i64,
    /// How much of it is overdue.
    pub overdue: i64,
}

/// The newest bulletins that ask something of offices of the scope; of withdrawn ones nothing is asked any more.
pub async fn list_asking(
    db: &mut Connection,
    scope: Option<&[i32]>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<AskingBulletin>> {
    Ok(sqlx::query_as!(
        AskingBulletin,
        r#"select b.id as "id: BulletinId", b.subject, b.published_at as "issued_at!", r.asked as "asked!", r.answered as "answered!",
            r.overdue as "overdue!"
        from bulletins b cross join lateral (
            select count(*) as asked, count(*) filter (where r.state <> 'open') as answered,
                count(*) filter (where r.state = 'open' and q.due_at <= $2) as overdue
            from office_requests r join requests q on q.bulletin_id = r.bulletin_id and q.no = r.request_no
            where r.bulletin_id = b.id
                and ($1::int[] is null or exists (select from groups g where g.office_id = r.office_id and g.path && $1))
        ) r
        where b.published_at is not null and b.withdrawn_at is null and b.requests <> '[]' and r.asked > 0
        order by b.published_at desc limit $3"#,
        scope,
        now as Timestamp,
        limit,
    )
    .fetch_all(db)
    .await?)
}
