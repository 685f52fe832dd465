//! What published bulletins ask of offices: one row for each office that got the bulletin, and what it answered.

pub mod answering;
pub mod issuing;
pub mod sums;

use crate::domain::actor::Actor;
use crate::domain::ids::{BulletinId, OfficeId};
use crate::domain::request::{RequestKind, RequestPurpose, RequestState};
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

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
