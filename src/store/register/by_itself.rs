//! Entries that come about by themselves: bulletins that came into a group of an office which has chosen so.
//!
//! What changed is read from a mark on (`change_mark`), so a round costs as much as has happened, and the mark moves on in the
//! transaction that makes the entries: whatever dies in between, each is made once. Numbers are given in two statements, as
//! what is seen after waiting for a lock must be what is there by then: [`lock_years`], then [`insert_due`].

use super::{Connection, RegisterEntryId, RegisterYear, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::ids::{BulletinId, OfficeId};
use crate::domain::register::ReceiptWay;

/// Up to which mark changes were looked at, which is held until the transaction ends, and up to which they can be seen now.
pub async fn lock_mark(db: &mut Connection) -> Result<(i64, i64)> {
    let mark = sqlx::query_scalar!("select mark from register_mark for update").fetch_one(&mut *db).await?;
    // in a statement before what is read, so that all below it is there
    let horizon = sqlx::query_scalar!(r#"select change_horizon() as "mark!""#).fetch_one(db).await?;
    Ok((mark, horizon))
}

/// Moves the mark on.
pub async fn move_mark(db: &mut Connection, mark: i64) -> Result<()> {
    sqlx::query!("update register_mark set mark = $1 where mark < $1", mark).execute(db).await?;
    Ok(())
}

/// A bulletin that an office has, and has not entered.
#[derive(Clone, Debug)]
pub struct DueEntry {
    /// The office.
    pub office: OfficeId,
    /// The bulletin.
    pub bulletin: BulletinId,
    /// When it came into the first of the office's groups.
    pub came_at: Timestamp,
    /// Whether it was seen there, and not pushed.
    pub was_seen: bool,
    /// The bulletin's number.
    pub document_number: Option<String>,
    /// Its date.
    pub document_date: Option<String>,
    /// From where it comes.
    pub sender: String,
    /// Its subject.
    pub subject: String,
}

/// Bulletins whose deliveries changed after `mark` and that came into a group of an office whose register takes them by itself, in
/// the order in which they came; exercises are no letters, and of a digest each bulletin is one.
pub async fn list_due(db: &mut Connection, mark: i64, limit: i64) -> Result<Vec<DueEntry>> {
    Ok(sqlx::query_as!(
        DueEntry,
        r#"with moved as (
            select distinct bulletin_no from progress where changed > $1
        ), came as (
            select distinct on (o.id, b.id) o.id as office_id, b.id as bulletin_id, b.no, d.ended_at, d.state
            from moved m join bulletins b on b.no = m.bulletin_no and b.kind not in ('test', 'drill', 'digest')
                cross join (select * from offices where register_rule <> 'never') o
                join groups g on g.office_id = o.id
                join deliveries d on d.bulletin_no = m.bulletin_no and d.group_id = g.id
            where (d.state = 'seen' or (d.state = 'accepted' and o.register_rule = 'accepted'))
                and d.ended_at >= o.register_since
                and not exists (select from register_entries e where e.office_id = o.id and e.bulletin_id = b.id)
            order by o.id, b.id, d.ended_at
        )
        select c.office_id as "office: OfficeId", c.bulletin_id as "bulletin: BulletinId", c.ended_at as "came_at!",
            c.state = 'seen' as "was_seen!", b.document_number, to_char(b.document_date, 'YYYY-MM-DD') as document_date,
            o.name as sender, b.subject
        from came c join bulletins b on b.id = c.bulletin_id join groups origin on origin.id = b.origin_id
            join offices o on o.id = origin.office_id
        order by c.ended_at, c.no, c.office_id limit $2"#,
        mark,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// Holds the numbers of these years until the transaction ends; gives those that are closed.
pub async fn lock_years(db: &mut Connection, offices: &[i32], years: &[i16]) -> Result<Vec<(OfficeId, RegisterYear)>> {
    let rows = sqlx::query!(
        r#"insert into register_years as y (office_id, year)
        select distinct * from unnest($1::int[], $2::smallint[]) as wanted(office_id, year) order by 1, 2
        on conflict (office_id, year) do update set last_number = y.last_number where y.closed_at is null
        returning office_id as "office: OfficeId", year as "year: RegisterYear""#,
        offices,
        years,
    )
    .fetch_all(&mut *db)
    .await?;
    let open: Vec<(OfficeId, RegisterYear)> = rows.into_iter().map(|row| (row.office, row.year)).collect();
    let closed = sqlx::query!(
        r#"select office_id as "office: OfficeId", year as "year: RegisterYear" from register_years
        where closed_at is not null and (office_id, year) in (select * from unnest($1::int[], $2::smallint[]))"#,
        offices,
        years,
    )
    .fetch_all(db)
    .await?;
    Ok(closed.into_iter().map(|row| (row.office, row.year)).filter(|year| !open.contains(year)).collect())
}

/// Entries to be made together, column by column, in the order of their numbers.
#[derive(Debug, Default)]
pub struct NewEntries {
    ids: Vec<uuid::Uuid>,
    offices: Vec<i32>,
    years: Vec<i16>,
    bulletins: Vec<uuid::Uuid>,
    document_numbers: Vec<Option<String>>,
    document_dates: Vec<Option<String>>,
    senders: Vec<String>,
    subjects: Vec<String>,
    received: Vec<Timestamp>,
    hows: Vec<ReceiptWay>,
    search_forms: Vec<String>,
}

impl NewEntries {
    /// Adds one.
    pub fn push(
        &mut self,
        id: RegisterEntryId,
        year: RegisterYear,
        received_at: Timestamp,
        search_form: String,
        due: DueEntry,
    ) {
        self.ids.push(id.0);
        self.offices.push(due.office.0);
        self.years.push(year.number());
        self.bulletins.push(due.bulletin.0);
        self.document_numbers.push(due.document_number);
        self.document_dates.push(due.document_date);
        self.senders.push(due.sender);
        self.subjects.push(due.subject);
        self.received.push(received_at);
        self.hows.push(if due.was_seen { ReceiptWay::Seen } else { ReceiptWay::Accepted });
        self.search_forms.push(search_form);
    }
}

/// Makes entries under the next numbers of their years, which are locked, but for those that somebody has made meanwhile; gives how
/// many.
pub async fn insert_due(db: &mut Connection, new: &NewEntries, by: &Actor, now: Timestamp) -> Result<u64> {
    let made = sqlx::query!(
        "with due as (
            select *, row_number() over (partition by office_id, year order by place) as n
            from unnest($1::uuid[], $2::int[], $3::smallint[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::timestamptz[], $10::receipt_way[], $11::text[]) with ordinality
                as w(id, office_id, year, bulletin_id, document_number, document_date, sender, subject, received_at, how, search_form, place)
            where not exists (
                select from register_entries e where e.office_id = w.office_id and e.bulletin_id = w.bulletin_id)
        ), taken as (
            update register_years y set last_number = y.last_number + c.n
            from (select office_id, year, count(*)::integer as n from due group by office_id, year) c
            where y.office_id = c.office_id and y.year = c.year and y.closed_at is null
            returning y.office_id, y.year, y.last_number - c.n as before
        )
        insert into register_entries (id, office_id, year, number, bulletin_id, document_number, document_date, sender, subject,
            received_at, recorded_at, recorded_by, how, search_form)
        select d.id, d.office_id, d.year, t.before + d.n, d.bulletin_id, d.document_number, d.document_date::date, d.sender, d.subject,
            d.received_at, $12, $13, d.how, d.search_form
        from due d join taken t using (office_id, year)",
        &new.ids,
        &new.offices,
        &new.years,
        &new.bulletins,
        &new.document_numbers as &[Option<String>],
        &new.document_dates as &[Option<String>],
        &new.senders,
        &new.subjects,
        &new.received as &[Timestamp],
        &new.hows as &[ReceiptWay],
        &new.search_forms,
        now as Timestamp,
        by as &Actor,
    )
    .execute(db)
    .await?;
    Ok(made.rows_affected())
}
