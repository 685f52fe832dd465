//! Requests as they are issued with their bulletin: one row for each office that gets it.

use crate::domain::ids::BulletinId;
use crate::domain::request::{RequestKind, RequestPurpose};
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

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
