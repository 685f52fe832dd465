//! The receive register of offices: entries under numbers that run through the year, and the endorsements below each.
//!
//! A number is taken ([`years::take_number`]) in the transaction of its entry. That locks the year of the office until the end, so
//! numbers are given in order, and what is rolled back leaves no gap. Nothing here changes or deletes (`register_append_only`).

pub mod by_itself;
pub mod endorsements;
pub mod unreceived;
pub mod years;

use crate::domain::actor::Actor;
use crate::domain::ids::{BulletinId, OfficeId, RegisterEntryId};
use crate::domain::register::{EntryTimes, ReceiptWay, RegisterPlace, RegisterRule, RegisterYear};
use crate::domain::search::Words;
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

/// Entries that are looked at for one page of a search of which no index knows.
pub const LOOKED_AT: i64 = 10_000;

/// What stands on a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterHead {
    /// Its number, as it was given.
    pub number: Option<String>,
    /// Its date, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// From whom.
    pub sender: Option<String>,
    /// To whom.
    pub recipient: Option<String>,
    /// What it is about.
    pub subject: String,
}

/// An entry to be made.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    /// Its id.
    pub id: RegisterEntryId,
    /// In whose register.
    pub office: OfficeId,
    /// In which year of it.
    pub year: RegisterYear,
    /// Under which number.
    pub number: i32,
    /// The bulletin; none = a letter from outside.
    pub bulletin: Option<BulletinId>,
    /// What stands on it.
    pub letter: &'a LetterHead,
    /// When it was received, to the minute.
    pub received_at: Timestamp,
    /// When that is entered.
    pub recorded_at: Timestamp,
    /// By whom.
    pub recorded_by: &'a Actor,
    /// How.
    pub how: ReceiptWay,
    /// What is remarked.
    pub remark: Option<&'a str>,
    /// The form in which it is looked for.
    pub search_form: &'a str,
}

/// An entry as it is stored.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its id.
    pub id: RegisterEntryId,
    /// The office.
    pub office_id: OfficeId,
    /// Its code.
    pub office: String,
    /// Its name.
    pub office_name: String,
    /// The year.
    pub year: RegisterYear,
    /// The number in it.
    pub number: i32,
    /// The bulletin; none = a letter from outside.
    pub bulletin_id: Option<BulletinId>,
    /// When that was published.
    pub published_at: Option<Timestamp>,
    /// The letter's number.
    pub document_number: Option<String>,
    /// Its date, `YYYY-MM-DD`.
    pub document_date: Option<String>,
    /// From whom.
    pub sender: Option<String>,
    /// To whom.
    pub recipient: Option<String>,
    /// What it is about.
    pub subject: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// When that was entered.
    pub recorded_at: Timestamp,
    /// By whom.
    pub recorded_by: Actor,
    /// How.
    pub how: ReceiptWay,
    /// What is remarked.
    pub remark: Option<String>,
}

impl Entry {
    /// Its place in the register.
    #[must_use]
    pub fn place(&self) -> RegisterPlace {
        RegisterPlace { year: self.year, number: self.number }
    }

    /// Its times, for what contradicts itself.
    #[must_use]
    pub fn times(&self) -> EntryTimes {
        EntryTimes {
            received_at: self.received_at,
            recorded_at: self.recorded_at,
            dated: self.document_date.as_deref().and_then(|date| date.parse().ok()),
            published_at: self.published_at,
        }
    }
}

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

    /// The first and the last year of which entries may be listed: an entry has the year in which it was received.
    fn years(&self) -> (Option<i16>, Option<i16>) {
        let of = |at: Option<Timestamp>| at.and_then(|at| RegisterYear::of(at).ok());
        let (first, last) = (self.year.or(of(self.since)), self.year.or(of(self.until)));
        (first.map(RegisterYear::number), last.map(RegisterYear::number))
    }
}

macro_rules! select_entries {
    ($conditions:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            Entry,
            r#"select e.id as "id: RegisterEntryId", e.office_id as "office_id: OfficeId", o.code as office, o.name as office_name,
                e.year as "year: RegisterYear", e.number, e.bulletin_id as "bulletin_id: BulletinId",
                b.published_at as "published_at?", e.document_number, to_char(e.document_date, 'YYYY-MM-DD') as document_date,
                e.sender, e.recipient, e.subject, e.received_at, e.recorded_at, e.recorded_by, e.how as "how: ReceiptWay", e.remark
            from register_entries e join offices o on o.id = e.office_id left join bulletins b on b.id = e.bulletin_id
            "# + $conditions,
            $($argument),*
        )
    };
}

/// The entry `id`; with `scope`, if its office has a group at or below one of these.
pub async fn find_entry(db: &mut Connection, id: RegisterEntryId, scope: Option<&[i32]>) -> Result<Option<Entry>> {
    Ok(select_entries!(
        "where e.id = $1 and ($2::int[] is null
            or exists (select from groups g where g.office_id = e.office_id and g.path && $2))",
        id.0,
        scope,
    )
    .fetch_optional(db)
    .await?)
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
        (list_indexed(db, filter, limit).await?, None)
    };
    let more = entries.len() > shown;
    entries.truncate(shown);
    let next = if more { entries.last().map(Entry::place) } else { end };
    Ok(EntryPage { entries, next, is_cut: !more && end.is_some() })
}

/// Entries of an office, newest number first; fewer than `limit` are the last ones, however many have to be looked at.
pub async fn list_entries(db: &mut Connection, filter: &Filter, limit: i64) -> Result<Vec<Entry>> {
    if !filter.is_slow() {
        return list_indexed(db, filter, limit).await;
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

/// Under which entry an office has received a bulletin.
pub async fn find_of_bulletin(
    db: &mut Connection,
    office: OfficeId,
    bulletin: BulletinId,
) -> Result<Option<RegisterEntryId>> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: RegisterEntryId" from register_entries where office_id = $1 and bulletin_id = $2"#,
        office.0,
        bulletin.0,
    )
    .fetch_optional(db)
    .await?)
}

/// What stands on a published bulletin that goes to a group of this office.
pub async fn find_letter(db: &mut Connection, office: OfficeId, bulletin: BulletinId) -> Result<Option<LetterHead>> {
    Ok(sqlx::query_as!(
        LetterHead,
        r#"select b.document_number as number, to_char(b.document_date, 'YYYY-MM-DD') as date, o.name as "sender?",
            null::text as recipient, b.subject
        from bulletins b join groups origin on origin.id = b.origin_id join offices o on o.id = origin.office_id
        where b.id = $2 and b.published_at is not null and exists (
            select from groups g join deliveries d on d.group_id = g.id and d.bulletin_no = b.no where g.office_id = $1)"#,
        office.0,
        bulletin.0,
    )
    .fetch_optional(db)
    .await?)
}

/// Makes an entry, under a number that was taken for it in this transaction.
pub async fn insert_received(db: &mut Connection, entry: &NewEntry<'_>) -> Result<()> {
    sqlx::query!(
        "insert into register_entries (id, office_id, year, number, bulletin_id, document_number, document_date, sender, recipient,
            subject, received_at, recorded_at, recorded_by, how, remark, search_form)
        values ($1, $2, $3, $4, $5, $6, $7::text::date, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        entry.id.0,
        entry.office.0,
        entry.year.number(),
        entry.number,
        entry.bulletin.map(|id| id.0),
        entry.letter.number,
        entry.letter.date,
        entry.letter.sender,
        entry.letter.recipient,
        entry.letter.subject,
        entry.received_at as Timestamp,
        entry.recorded_at as Timestamp,
        entry.recorded_by as &Actor,
        entry.how as ReceiptWay,
        entry.remark,
        entry.search_form,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether bulletins enter the register of an office by themselves.
pub async fn get_rule(db: &mut Connection, office: OfficeId) -> Result<RegisterRule> {
    Ok(sqlx::query_scalar!(r#"select register_rule as "rule: RegisterRule" from offices where id = $1"#, office.0)
        .fetch_one(db)
        .await?)
}

/// Chooses it, for what comes from now on; false where it was chosen already.
pub async fn update_rule(db: &mut Connection, office: OfficeId, rule: RegisterRule, now: Timestamp) -> Result<bool> {
    let changed = sqlx::query!(
        "update offices set register_rule = $2, updated_at = $3,
            register_since = case when $2 = 'never' then null else coalesce(register_since, $3) end
        where id = $1 and register_rule <> $2",
        office.0,
        rule as RegisterRule,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(changed.rows_affected() == 1)
}
