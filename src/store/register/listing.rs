//! The register of an office, page by page, newest number first: all of it, of a year, of a time, or by words.
//!
//! Each way reads as little as it can: numbers and times stand in one index (`register_entries_by_number`), in which a time is looked for without
//! reading the entries; words of three letters are narrowed by theirs (`register_entries_by_words`); of shorter ones no index knows, and so
//! many entries are looked at for a page ([`LOOKED_AT`]).

use super::{Entry, select_entries};
use crate::domain::actor::Actor;
use crate::domain::ids::{BulletinId, OfficeId, RegisterEntryId};
use crate::domain::register::{ReceiptWay, RegisterPlace, RegisterYear};
use crate::domain::search::Words;
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

/// Entries that are looked at for one page of a search of which no index knows.
pub const LOOKED_AT: i64 = 10_000;

/// The entries of one office, narrowed; `None` does not narrow.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Whose register.
    pub office: OfficeId,
    /// Only of this year.
    pub year: Option<RegisterYear>,
    /// Only those in which all of these stand.
    pub words: Option<Words>,
    /// Only those received then or later.
    pub since: Option<Timestamp>,
    /// Only those received before.
    pub until: Option<Timestamp>,
    /// Only those before this one.
    pub before: Option<RegisterPlace>,
}

impl Filter {
    /// The whole register of an office.
    #[must_use]
    pub fn of(office: OfficeId) -> Self {
        Self { office, year: None, words: None, since: None, until: None, before: None }
    }

    /// Whether words are looked for of which no index knows, so that entries are looked at one by one.
    #[must_use]
    pub fn is_slow(&self) -> bool {
        self.words.as_ref().is_some_and(|words| words.indexed().is_empty())
    }

    /// Whether only a time narrows it, beside the year.
    fn is_by_time(&self) -> bool {
        self.words.is_none() && (self.since.is_some() || self.until.is_some())
    }

    /// The first and the last year of which entries may be listed: an entry has the year in which it was received.
    fn years(&self) -> (Option<i16>, Option<i16>) {
        let of = |at: Option<Timestamp>| at.and_then(|at| RegisterYear::of(at).ok());
        let (first, last) = (self.year.or(of(self.since)), self.year.or(of(self.until)));
        (first.map(RegisterYear::number), last.map(RegisterYear::number))
    }
}

/// Entries of a page, and where the next one begins.
#[derive(Clone, Debug)]
pub struct EntryPage {
    /// The entries, newest number first.
    pub entries: Vec<Entry>,
    /// Before which entry the next page begins; none = there is nothing more.
    pub next: Option<RegisterPlace>,
    /// Whether it ends before it is full, because as many entries were looked at as may be for one page.
    pub is_cut: bool,
}

/// A page of at most `shown` entries. Where words are looked for of which no index knows, at most [`LOOKED_AT`] entries are looked at.
pub async fn list_page(db: &mut Connection, filter: &Filter, shown: usize) -> Result<EntryPage> {
    let limit = i64::try_from(shown + 1).unwrap_or(i64::MAX);
    let (mut entries, end) = if filter.is_slow() {
        (look_through(db, filter, limit).await?, find_end_of_look(db, filter).await?)
    } else {
        (list_narrowed(db, filter, limit).await?, None)
    };
    let more = entries.len() > shown;
    entries.truncate(shown);
    let next = if more { entries.last().map(Entry::place) } else { end };
    Ok(EntryPage { entries, next, is_cut: !more && end.is_some() })
}

/// Entries of an office, newest number first; fewer than `limit` are the last ones, however many have to be looked at.
pub async fn list_entries(db: &mut Connection, filter: &Filter, limit: i64) -> Result<Vec<Entry>> {
    if !filter.is_slow() {
        return list_narrowed(db, filter, limit).await;
    }
    let (mut found, mut filter) = (Vec::new(), filter.clone());
    loop {
        let left = limit - i64::try_from(found.len()).unwrap_or(limit);
        found.extend(look_through(db, &filter, left).await?);
        let is_full = i64::try_from(found.len()).unwrap_or(limit) >= limit;
        match find_end_of_look(db, &filter).await? {
            Some(end) if !is_full => filter.before = Some(end),
            _ => return Ok(found),
        }
    }
}

/// What is found among the next [`LOOKED_AT`] entries, which are read in their order until there are enough: that order must not name the
/// office, which outside of the inner query nobody knows to be the same, or all are read and sorted.
async fn look_through(db: &mut Connection, filter: &Filter, limit: i64) -> Result<Vec<Entry>> {
    let (year, number) = filter.before.map(|place| (place.year, place.number)).unzip();
    let (first_year, last_year) = filter.years();
    Ok(select_entries!(
        "where e.id in (
            select l.id from (
                select r.id, r.office_id, r.year, r.number, r.received_at, r.search_form from register_entries r
                where r.office_id = $1 and ($2::smallint is null or r.year >= $2) and ($3::smallint is null or r.year <= $3)
                    and ($4::smallint is null or (r.year, r.number) < ($4, $5::int))
                order by r.office_id desc, r.year desc, r.number desc limit $6
            ) l
            where l.search_form like all ($7) and ($8::timestamptz is null or l.received_at >= $8)
                and ($9::timestamptz is null or l.received_at < $9)
            order by l.year desc, l.number desc limit $10)
        order by e.office_id desc, e.year desc, e.number desc",
        filter.office.0,
        first_year,
        last_year,
        year.map(RegisterYear::number),
        number,
        LOOKED_AT,
        filter.words.as_ref().map(Words::patterns),
        filter.since as Option<Timestamp>,
        filter.until as Option<Timestamp>,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// Where [`look_through`] ends that finds nothing: the place of the last entry that it looks at, if there are as many.
async fn find_end_of_look(db: &mut Connection, filter: &Filter) -> Result<Option<RegisterPlace>> {
    let (year, number) = filter.before.map(|place| (place.year, place.number)).unzip();
    let (first_year, last_year) = filter.years();
    let last = sqlx::query!(
        r#"select year as "year: RegisterYear", number from register_entries e
        where e.office_id = $1 and ($2::smallint is null or e.year >= $2) and ($3::smallint is null or e.year <= $3)
            and ($4::smallint is null or (e.year, e.number) < ($4, $5::int))
        order by e.office_id desc, e.year desc, e.number desc offset $6 limit 1"#,
        filter.office.0,
        first_year,
        last_year,
        year.map(RegisterYear::number),
        number,
        LOOKED_AT - 1,
    )
    .fetch_optional(db)
    .await?;
    Ok(last.map(|row| RegisterPlace { year: row.year, number: row.number }))
}

async fn list_narrowed(db: &mut Connection, filter: &Filter, limit: i64) -> Result<Vec<Entry>> {
    if filter.is_by_time() { list_by_time(db, filter, limit).await } else { list_indexed(db, filter, limit).await }
}

/// What was received within a time. All that decides it stands in the index of the numbers, so that of a year the entries behind that time are passed
/// over without reading them.
async fn list_by_time(db: &mut Connection, filter: &Filter, limit: i64) -> Result<Vec<Entry>> {
    let (year, number) = filter.before.map(|place| (place.year, place.number)).unzip();
    let (first_year, last_year) = filter.years();
    Ok(select_entries!(
        "where e.id in (
            select r.id from register_entries r
            where r.office_id = $1 and ($2::smallint is null or r.year >= $2) and ($3::smallint is null or r.year <= $3)
                and ($4::smallint is null or (r.year, r.number) < ($4, $5::int))
                and ($6::timestamptz is null or r.received_at >= $6) and ($7::timestamptz is null or r.received_at < $7)
            order by r.office_id desc, r.year desc, r.number desc limit $8)
        order by e.office_id desc, e.year desc, e.number desc",
        filter.office.0,
        first_year,
        last_year,
        year.map(RegisterYear::number),
        number,
        filter.since as Option<Timestamp>,
        filter.until as Option<Timestamp>,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// Each piece of which an index knows stands by itself, and not in `like all`, so that the index narrows by all of them: in `มท 0206/ว 7777` the
/// longest is in every letter and the last in few. Shorter pieces are kept away from the index, which would be read from end to end for
/// them.
async fn list_indexed(db: &mut Connection, filter: &Filter, limit: i64) -> Result<Vec<Entry>> {
    let (year, number) = filter.before.map(|place| (place.year, place.number)).unzip();
    let (first_year, last_year) = filter.years();
    Ok(select_entries!(
        "where e.office_id = $1 and ($2::smallint is null or e.year >= $2) and ($9::smallint is null or e.year <= $9)
            and ($10::text[] is null or (e.search_form || '') like all ($10))
            and ($3::smallint is null or (e.year, e.number) < ($3, $4::int))
            and ($5::timestamptz is null or e.received_at >= $5) and ($6::timestamptz is null or e.received_at < $6)
            and (($7::text[])[1] is null or e.search_form like ($7::text[])[1])
            and (($7::text[])[2] is null or e.search_form like ($7::text[])[2])
            and (($7::text[])[3] is null or e.search_form like ($7::text[])[3])
            and (($7::text[])[4] is null or e.search_form like ($7::text[])[4])
            and (($7::text[])[5] is null or e.search_form like ($7::text[])[5])
            and (($7::text[])[6] is null or e.search_form like ($7::text[])[6])
            and (($7::text[])[7] is null or e.search_form like ($7::text[])[7])
            and (($7::text[])[8] is null or e.search_form like ($7::text[])[8])
        order by e.office_id desc, e.year desc, e.number desc limit $8",
        filter.office.0,
        first_year,
        year.map(RegisterYear::number),
        number,
        filter.since as Option<Timestamp>,
        filter.until as Option<Timestamp>,
        filter.words.as_ref().map(Words::indexed) as Option<Vec<String>>,
        limit,
        last_year,
        filter.words.as_ref().map(Words::short).filter(|short| !short.is_empty()) as Option<Vec<String>>,
    )
    .fetch_all(db)
    .await?)
}
