//! The register of an office, page by page, newest number first: all of it, of a year, of a time, or by words.
//!
//! Each way reads as little as it can. Numbers and times stand in one index (`register_entries_by_number`), in which a time is looked for without
//! reading the entries (they are in the index alone once Postgres has vacuumed). Words that some of a sample have are looked for entry by entry; what
//! is rare is found by the index of words (`register_entries_by_words`), which must find all before it can say which are the newest. It knows
//! nothing of words of one or two letters, and is not asked for more than 20,000 entries: a page of those ends after [`LOOKED_AT`].

use uuid::Uuid;

use super::{Entry, select_entries};
use crate::domain::ids::{BulletinId, OfficeId, RegisterEntryId};
use crate::domain::register::{ReceiptWay, RegisterPlace, RegisterYear};
use crate::domain::search::{MOST_PIECES, Words};
use crate::domain::time::Timestamp;
use crate::store::plans::plan_anew;
use crate::store::{Connection, Result, Tx};

/// Entries that are looked at one by one for a page of a search by words.
pub const LOOKED_AT: i64 = 10_000;
/// Entries by which it is judged what is rare, and what most entries have.
const SAMPLE: i64 = 100;
/// Entries that the index of words may find before they are put in order.
const MOST_FOUND: i64 = 20_000;

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

/// A page of at most `shown` entries. Words are first looked for among the next entries, in which there are enough of what is frequent; of what is
/// rare the index knows. Where it knows nothing, or of too many, which are all older, the page ends after so many entries.
pub async fn list_page(tx: &mut Tx, filter: &Filter, shown: usize) -> Result<EntryPage> {
    plan_anew(tx).await?;
    let limit = i64::try_from(shown + 1).unwrap_or(i64::MAX);
    let (mut entries, end) = match &filter.words {
        None => (list_by_number(tx, filter, limit).await?, None),
        Some(words) => find_words(tx, filter, words, limit).await?,
    };
    let more = entries.len() > shown;
    entries.truncate(shown);
    let next = if more { entries.last().map(Entry::place) } else { end };
    Ok(EntryPage { entries, next, is_cut: !more && end.is_some() })
}

/// Entries of an office, newest number first; fewer than `limit` are the last ones, however many have to be looked at.
pub async fn list_entries(tx: &mut Tx, filter: &Filter, limit: i64) -> Result<Vec<Entry>> {
    plan_anew(tx).await?;
    let Some(words) = &filter.words else { return list_by_number(tx, filter, limit).await };
    let (mut found, mut filter) = (Vec::new(), filter.clone());
    loop {
        let left = limit - i64::try_from(found.len()).unwrap_or(limit);
        let (entries, end) = find_words(tx, &filter, words, left).await?;
        found.extend(entries);
        match end {
            Some(end) => filter.before = Some(end),
            None => return Ok(found),
        }
    }
}

/// What is found of words, and where that ends if there may be more. What some of the next [`SAMPLE`] entries have is looked for among the next
/// [`LOOKED_AT`]; what is rare by the index, and where that knows of too many, which are all older, among the next [`LOOKED_AT`] too.
async fn find_words(
    db: &mut Connection,
    filter: &Filter,
    words: &Words,
    limit: i64,
) -> Result<(Vec<Entry>, Option<RegisterPlace>)> {
    // what is entered meanwhile must not move where the entries end that are looked at
    let newest = match filter.before {
        Some(before) => before,
        None => match find_end_of_look(db, filter, 1).await? {
            Some(RegisterPlace { year, number }) => RegisterPlace { year, number: number.saturating_add(1) },
            None => return Ok((Vec::new(), None)),
        },
    };
    let filter = &Filter { before: Some(newest), ..filter.clone() };
    if words.indexed().is_empty() {
        return look_through(db, filter, words, limit).await;
    }
    let sample = sample_next(db, filter, words).await?;
    if sample.fitting > 0 {
        let (entries, end) = look_through(db, filter, words, limit).await?;
        // what one in a hundred has is found faster by going on than by an index that finds all of it
        if end.is_none() || i64::try_from(entries.len()).unwrap_or(limit) >= LOOKED_AT / 100 {
            return Ok((entries, end));
        }
    }
    match list_indexed(db, filter, words, &sample, limit).await? {
        Some(all) => Ok((all, None)),
        None => look_through(db, filter, words, limit).await,
    }
}

/// What is found among the next [`LOOKED_AT`] entries, which are read in their order until there are enough; and where they end, where there are not enough
/// and more entries. That order must not name the office, which outside of the inner query nobody knows to be the same, or all are read and sorted.
async fn look_through(
    db: &mut Connection,
    filter: &Filter,
    words: &Words,
    limit: i64,
) -> Result<(Vec<Entry>, Option<RegisterPlace>)> {
    let (year, number) = filter.before.map(|place| (place.year, place.number)).unzip();
    let (first_year, last_year) = filter.years();
    let found = select_entries!(
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
        words.patterns(),
        filter.since as Option<Timestamp>,
        filter.until as Option<Timestamp>,
        limit,
    )
    .fetch_all(&mut *db)
    .await?;
    let is_full = i64::try_from(found.len()).unwrap_or(limit) >= limit;
    let end = if is_full { None } else { find_end_of_look(db, filter, LOOKED_AT).await? };
    Ok((found, end))
}

/// The place of the last of the next `most` entries, if there are as many.
async fn find_end_of_look(db: &mut Connection, filter: &Filter, most: i64) -> Result<Option<RegisterPlace>> {
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
        most - 1,
    )
    .fetch_optional(db)
    .await?;
    Ok(last.map(|row| RegisterPlace { year: row.year, number: row.number }))
}

/// Entries by year and time. All that decides it stands in the index of the numbers, so that of a year the entries behind a time are passed over
/// without reading them.
async fn list_by_number(db: &mut Connection, filter: &Filter, limit: i64) -> Result<Vec<Entry>> {
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

/// What the index of words finds, which it has to find all before it can be put in order; none where that is more than [`MOST_FOUND`]. Each piece of
/// which it knows is a condition of its own, so that it narrows by all of them; what is not there is `%`, which it passes over. Other pieces are
/// kept away from it by `|| ''`: shorter ones, and those that most entries have, like the sender's code in `มท 0206/ว 7777`, of which it would
/// only read long lists.
async fn list_indexed(
    db: &mut Connection,
    filter: &Filter,
    words: &Words,
    sample: &Sample,
    limit: i64,
) -> Result<Option<Vec<Entry>>> {
    let (year, number) = filter.before.map(|place| (place.year, place.number)).unzip();
    let (first_year, last_year) = filter.years();
    let (mut narrowing, mut others) = (Vec::new(), words.short());
    for (pattern, fitting) in words.indexed().into_iter().zip(&sample.of_indexed) {
        if *fitting > SAMPLE / 2 { others.push(pattern) } else { narrowing.push(pattern) }
    }
    if narrowing.is_empty() {
        (narrowing, others) = (words.indexed(), words.short());
    }
    narrowing.resize(MOST_PIECES, "%".to_owned());
    let found = sqlx::query!(
        r#"with found as materialized (
            select r.id, r.year, r.number from register_entries r
            where r.office_id = $1 and ($2::smallint is null or r.year >= $2) and ($3::smallint is null or r.year <= $3)
                and ($4::smallint is null or (r.year, r.number) < ($4, $5::int))
                and ($6::timestamptz is null or r.received_at >= $6) and ($7::timestamptz is null or r.received_at < $7)
                and r.search_form like ($8::text[])[1] and r.search_form like ($8::text[])[2]
                and r.search_form like ($8::text[])[3] and r.search_form like ($8::text[])[4]
                and r.search_form like ($8::text[])[5] and r.search_form like ($8::text[])[6]
                and r.search_form like ($8::text[])[7] and r.search_form like ($8::text[])[8]
                and (r.search_form || '') like all ($9)
            limit $11
        )
        select (select count(*) from found) as "found!",
            array(select id from found order by year desc, number desc limit $10) as "ids!: Vec<Uuid>""#,
        filter.office.0,
        first_year,
        last_year,
        year.map(RegisterYear::number),
        number,
        filter.since as Option<Timestamp>,
        filter.until as Option<Timestamp>,
        &narrowing,
        &others,
        limit,
        MOST_FOUND + 1,
    )
    .fetch_one(&mut *db)
    .await?;
    if found.found > MOST_FOUND {
        return Ok(None);
    }
    let entries =
        select_entries!("where e.id = any ($1) order by e.office_id desc, e.year desc, e.number desc", &found.ids,);
    Ok(Some(entries.fetch_all(db).await?))
}

/// How many of the next [`SAMPLE`] entries fit.
struct Sample {
    /// All words.
    fitting: i64,
    /// Each that the index knows.
    of_indexed: Vec<i64>,
}

async fn sample_next(db: &mut Connection, filter: &Filter, words: &Words) -> Result<Sample> {
    let (year, number) = filter.before.map(|place| (place.year, place.number)).unzip();
    let (first_year, last_year) = filter.years();
    let sample = sqlx::query!(
        r#"with next as materialized (
            select search_form from register_entries
            where office_id = $1 and ($2::smallint is null or year >= $2) and ($3::smallint is null or year <= $3)
                and ($4::smallint is null or (year, number) < ($4, $5::int))
            order by office_id desc, year desc, number desc limit $8
        )
        select (select count(*) from next where search_form like all ($6)) as "fitting!",
            array(select (select count(*) from next where search_form like p.pattern)
                from unnest($7::text[]) with ordinality p(pattern, no) order by p.no) as "of_indexed!""#,
        filter.office.0,
        first_year,
        last_year,
        year.map(RegisterYear::number),
        number,
        words.patterns(),
        &words.indexed(),
        SAMPLE,
    )
    .fetch_one(db)
    .await?;
    Ok(Sample { fitting: sample.fitting, of_indexed: sample.of_indexed })
}
