//! How offices stand with what a bulletin asks, counted by province and tier, and which bulletins ask something.

use crate::domain::ids::BulletinId;
use crate::domain::request::RequestKind;
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

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
