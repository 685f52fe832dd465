//! Mails of reports: queued with the report, noted as being sent before the mail server is called, and kept with what became of them.

use crate::domain::actor::Actor;
use crate::domain::establishment::MailState;
use crate::domain::ids::{EstablishmentReportId, OfficeId};
use crate::domain::time::Timestamp;
use crate::store::establishment::reports::lock_office;
use crate::store::{Connection, Result};

/// When the mail of an office was queued that is the `nth` before now, if that was after `since`. Until the transaction ends no other
/// mail of the office is queued.
pub async fn find_nth_mail(
    db: &mut Connection,
    office: OfficeId,
    nth: i64,
    since: Timestamp,
) -> Result<Option<Timestamp>> {
    lock_office(db, office).await?;
    count_back(db, office, nth, since).await
}

/// The same to look at: others may queue one meanwhile.
pub async fn count_back(
    db: &mut Connection,
    office: OfficeId,
    nth: i64,
    since: Timestamp,
) -> Result<Option<Timestamp>> {
    Ok(sqlx::query_scalar!(
        r#"select m.queued_at as "at: Timestamp" from establishment_mails m join establishment_reports r on r.id = m.report_id
        where m.queued_at > $2 and r.office_id = $1 order by m.queued_at desc offset $3 limit 1"#,
        office.0,
        since as Timestamp,
        nth - 1,
    )
    .fetch_optional(db)
    .await?)
}

/// How many mails wait to be sent, or are being sent.
pub async fn count_open(db: &mut Connection) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "n!" from establishment_mails where state in ('queued', 'sending')"#)
        .fetch_one(db)
        .await?)
}

/// Queues a mail of a report; false where one is under way or was accepted.
pub async fn queue_mail(
    db: &mut Connection,
    report: EstablishmentReportId,
    recipient: &str,
    message_id: &str,
    by: &Actor,
    now: Timestamp,
) -> Result<bool> {
    let queued = sqlx::query!(
        "insert into establishment_mails (report_id, no, recipient, message_id, queued_at, queued_by, try_at)
        select $1, coalesce(max(no), 0) + 1, $2, coalesce(min(message_id), $3), $4, $5, $4
        from establishment_mails where report_id = $1
        having not coalesce(bool_or(state in ('queued', 'sending', 'accepted')), false)
        on conflict do nothing",
        report.0,
        recipient,
        message_id,
        now as Timestamp,
        by as &Actor,
    )
    .execute(db)
    .await?;
    Ok(queued.rows_affected() == 1)
}

/// A mail that is handed to the mail server now.
#[derive(Clone, Debug)]
pub struct DueMail {
    /// Of which report.
    pub report: EstablishmentReportId,
    /// Which of its mails.
    pub no: i16,
    /// To whom.
    pub recipient: String,
    /// Its own id.
    pub message_id: String,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// Who queued it.
    pub queued_by: Actor,
    /// Tries, this one counted.
    pub attempts: i16,
}

/// Takes the mail that has been due longest, and notes that it is being sent; whoever else looks at the same time takes another.
pub async fn take_due(db: &mut Connection, now: Timestamp) -> Result<Option<DueMail>> {
    Ok(sqlx::query_as!(
        DueMail,
        r#"update establishment_mails m set state = 'sending', sending_at = $1, attempts = least(m.attempts + 1, 30000)::smallint
        from (
            select report_id, no from establishment_mails where state = 'queued' and try_at <= $1
            order by try_at, report_id limit 1 for update skip locked
        ) due
        where m.report_id = due.report_id and m.no = due.no
        returning m.report_id as "report: EstablishmentReportId", m.no, m.recipient, m.message_id, m.queued_at,
            m.queued_by as "queued_by: Actor", m.attempts"#,
        now as Timestamp,
    )
    .fetch_optional(db)
    .await?)
}

/// Queues a mail again that the server did not take, for `try_at`.
pub async fn put_off(db: &mut Connection, mail: &DueMail, answer: &str, try_at: Timestamp) -> Result<()> {
    sqlx::query!(
        "update establishment_mails set state = 'queued', try_at = $3, answer = $4
        where report_id = $1 and no = $2 and state = 'sending'",
        mail.report.0,
        mail.no,
        try_at as Timestamp,
        answer,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Keeps how a mail ended; false where that was known already. An answer is a fact, whatever was thought meanwhile.
pub async fn end_mail(
    db: &mut Connection,
    mail: &DueMail,
    state: MailState,
    answer: &str,
    now: Timestamp,
) -> Result<bool> {
    let ended = sqlx::query!(
        "update establishment_mails set state = $3::mail_state, ended_at = $4, answer = $5
        where report_id = $1 and no = $2 and (state = 'sending' or state = 'unknown' and $3::mail_state in ('accepted', 'refused'))",
        mail.report.0,
        mail.no,
        state as MailState,
        now as Timestamp,
        answer,
    )
    .execute(db)
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// Takes for unknown what has been with the mail server since before `since`: whoever sent it was cut off. Gives which reports.
pub async fn end_cut_off(
    db: &mut Connection,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<(EstablishmentReportId, OfficeId)>> {
    let ended = sqlx::query!(
        r#"update establishment_mails m set state = 'unknown', ended_at = $2
        from establishment_reports r
        where m.state = 'sending' and m.sending_at < $1 and r.id = m.report_id
        returning m.report_id as "report: EstablishmentReportId", r.office_id as "office: OfficeId""#,
        since as Timestamp,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?;
    Ok(ended.into_iter().map(|row| (row.report, row.office)).collect())
}

/// Takes all that is under way for unknown: in a restored copy it may have been sent since. Gives how many.
pub async fn doubt_all(db: &mut Connection, now: Timestamp) -> Result<u64> {
    let doubted = sqlx::query!(
        "update establishment_mails set state = 'unknown', ended_at = $1 where state in ('queued', 'sending')",
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(doubted.rows_affected())
}
