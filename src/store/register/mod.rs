//! The receive register of offices: entries under numbers that run through the year, and the endorsements below each.
//!
//! A number is taken ([`years::take_number`]) in the transaction of its entry. That locks the year of the office until the end, so
//! numbers are given in order, and what is rolled back leaves no gap. Nothing here changes or deletes (`register_append_only`).

pub mod by_itself;
pub mod endorsements;
pub mod listing;
pub mod unreceived;
pub mod years;

use crate::domain::actor::Actor;
use crate::domain::ids::{BulletinId, OfficeId, RegisterEntryId};
use crate::domain::register::{EntryTimes, ReceiptWay, RegisterPlace, RegisterRule, RegisterYear};
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

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
use select_entries;

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
