//! Reports that the groups of an office are set up: append-only, each with the groups as they stood, and the ways by which it goes out.

use sqlx::types::Json;

use crate::domain::actor::Actor;
use crate::domain::establishment::{MailState, ReportedGroup};
use crate::domain::ids::{EstablishmentReportId, GroupId, OfficeId};
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

/// A report with the ways by which it went out, without its groups.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its id.
    pub id: EstablishmentReportId,
    /// The office's number.
    pub office_id: OfficeId,
    /// The office's code.
    pub office: String,
    /// The office's name.
    pub office_name: String,
    /// Its number among the office's reports, from 1.
    pub no: i32,
    /// When it was made.
    pub made_at: Timestamp,
    /// By whom.
    pub made_by: Actor,
    /// The day on which it was sent on paper, `YYYY-MM-DD`.
    pub paper_on: Option<String>,
    /// The number of the letter.
    pub paper_number: Option<String>,
    /// Who noted that.
    pub paper_by: Option<Actor>,
    /// The day on which a person sent it by mail themselves, `YYYY-MM-DD`.
    pub own_mail_on: Option<String>,
    /// To whom.
    pub own_mail_to: Option<String>,
    /// Who noted that.
    pub own_mail_by: Option<Actor>,
    /// How its last mail stands; none = it was not sent by mail.
    pub mail: Option<MailState>,
    /// To whom that went.
    pub mail_to: Option<String>,
    /// The mail's own id.
    pub mail_message_id: Option<String>,
    /// When the mail ended.
    pub mail_ended_at: Option<Timestamp>,
    /// How often it was tried.
    pub mail_attempts: Option<i16>,
    /// What the mail server said.
    pub mail_answer: Option<String>,
}

macro_rules! select_reports {
    ($conditions:literal, $($arguments:expr),* $(,)?) => {
        sqlx::query_as!(
            Report,
            r#"select r.id as "id: EstablishmentReportId", r.office_id as "office_id: OfficeId", o.code as office,
                o.name as office_name, r.no, r.made_at, r.made_by as "made_by: Actor",
                p.sent_on as "paper_on?", p.number as "paper_number?", p.noted_by as "paper_by?: Actor",
                h.sent_on as "own_mail_on?", h.recipient as "own_mail_to?", h.noted_by as "own_mail_by?: Actor",
                m.state as "mail?: MailState", m.recipient as "mail_to?", m.message_id as "mail_message_id?",
                m.ended_at as "mail_ended_at?: Timestamp", m.attempts as "mail_attempts?", m.answer as "mail_answer?"
            from establishment_reports r join offices o on o.id = r.office_id
                left join lateral (
                    select to_char(sent_on, 'YYYY-MM-DD') as sent_on, number, noted_by from establishment_sendings
                    where report_id = r.id and way = 'paper' order by id desc limit 1
                ) p on true
                left join lateral (
                    select to_char(sent_on, 'YYYY-MM-DD') as sent_on, recipient, noted_by from establishment_sendings
                    where report_id = r.id and way = 'mail' order by id desc limit 1
                ) h on true
                left join lateral (
                    select state, recipient, message_id, ended_at, attempts, answer from establishment_mails
                    where report_id = r.id order by no desc limit 1
                ) m on true "#
                + $conditions,
            $($arguments),*
        )
    };
}

/// The last report of each of these offices, where whoever sees `scope` sees all groups of the office.
pub async fn list_last_reports(
    db: &mut Connection,
    offices: &[OfficeId],
    scope: Option<&[i32]>,
) -> Result<Vec<Report>> {
    let offices: Vec<i32> = offices.iter().map(|office| office.0).collect();
    Ok(select_reports!(
        "where r.office_id = any ($1)
            and r.no = (select max(l.no) from establishment_reports l where l.office_id = r.office_id)
            and ($2::int[] is null or not exists (select from groups g where g.office_id = r.office_id and not g.path && $2))",
        &offices,
        scope,
    )
    .fetch_all(db)
    .await?)
}

/// The reports of an office, the last one first, where whoever sees `scope` sees all groups of the office.
pub async fn list_reports(
    db: &mut Connection,
    office: OfficeId,
    scope: Option<&[i32]>,
    limit: i64,
) -> Result<Vec<Report>> {
    Ok(select_reports!(
        "where r.office_id = $1
            and ($2::int[] is null or not exists (select from groups g where g.office_id = r.office_id and not g.path && $2))
        order by r.no desc limit $3",
        office.0,
        scope,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// One report, where all groups of its office are at or below one of `scope`: a report tells of all of them.
pub async fn find_report(
    db: &mut Connection,
    scope: Option<&[i32]>,
    id: EstablishmentReportId,
) -> Result<Option<Report>> {
    Ok(select_reports!(
        "where r.id = $1
            and ($2::int[] is null or not exists (select from groups g where g.office_id = r.office_id and not g.path && $2))",
        id.0,
        scope,
    )
    .fetch_optional(db)
    .await?)
}

/// The groups of a report, as they stood.
pub async fn get_rows(db: &mut Connection, id: EstablishmentReportId) -> Result<Vec<ReportedGroup>> {
    let rows = sqlx::query_scalar!(
        r#"select rows as "rows: Json<Vec<ReportedGroup>>" from establishment_reports where id = $1"#,
        id.0,
    )
    .fetch_one(db)
    .await?;
    Ok(rows.0)
}

/// A report that is being made.
#[derive(Clone, Debug)]
pub struct NewReport<'a> {
    /// Its id.
    pub id: EstablishmentReportId,
    /// Whose.
    pub office: OfficeId,
    /// The groups that stand as created in it.
    pub created: &'a [GroupId],
    /// Every group as it stands.
    pub rows: &'a [ReportedGroup],
    /// Who makes it.
    pub by: &'a Actor,
}

/// Keeps every other report and mail of this office waiting until the transaction ends.
pub async fn lock_office(db: &mut Connection, office: OfficeId) -> Result<()> {
    sqlx::query!("select id from offices where id = $1 for no key update", office.0).fetch_one(db).await?;
    Ok(())
}

/// Makes a report under the next number of its office, which waits for another that is being made there; gives the number.
pub async fn insert_report(db: &mut Connection, new: &NewReport<'_>, now: Timestamp) -> Result<i32> {
    lock_office(db, new.office).await?;
    let created: Vec<i32> = new.created.iter().map(|group| group.0).collect();
    Ok(sqlx::query_scalar!(
        r#"insert into establishment_reports (id, office_id, no, created, rows, made_at, made_by)
        select $1, $2, coalesce(max(no), 0) + 1, $3, $4, $5, $6 from establishment_reports where office_id = $2
        returning no"#,
        new.id.0,
        new.office.0,
        &created,
        Json(new.rows) as Json<&[ReportedGroup]>,
        now as Timestamp,
        new.by as &Actor,
    )
    .fetch_one(db)
    .await?)
}

/// A way by which a person sent a report.
#[derive(Clone, Copy, Debug)]
pub enum SentBy<'a> {
    /// On paper, under a number if it had one.
    Paper {
        /// The number of the letter.
        number: Option<&'a str>,
    },
    /// By mail, from a mailbox of their own.
    Mail {
        /// To whom.
        recipient: &'a str,
    },
}

/// Notes that a person sent a report on a day, `YYYY-MM-DD`; of several notes on one way the last holds.
pub async fn insert_sending(
    db: &mut Connection,
    report: EstablishmentReportId,
    sent_on: &str,
    sending: SentBy<'_>,
    by: &Actor,
    now: Timestamp,
) -> Result<()> {
    let (way, number, recipient) = match sending {
        SentBy::Paper { number } => ("paper", number, None),
        SentBy::Mail { recipient } => ("mail", None, Some(recipient)),
    };
    sqlx::query!(
        "insert into establishment_sendings (report_id, way, sent_on, number, recipient, noted_at, noted_by)
        values ($1, $2::text::report_way, $3::text::date, $4, $5, $6, $7)",
        report.0,
        way,
        sent_on,
        number,
        recipient,
        now as Timestamp,
        by as &Actor,
    )
    .execute(db)
    .await?;
    Ok(())
}
