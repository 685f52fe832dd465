//! Mails of reports: sent by the leading node, one after another, each once.
//!
//! That a mail is being sent is committed before the mail server is called. So a crash, a lost database or another leader in between leave it
//! unknown, which only a person may send again; nothing is held over the conversation. What the server has not taken is tried again by
//! the waits of the engine, and given up after two days.

use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::engine::Engine;
use crate::domain::actor::Actor;
use crate::domain::establishment::MailState;
use crate::domain::ids::{EstablishmentReportId, OfficeId};
use crate::domain::request::RequestKind;
use crate::domain::time::Timestamp;
use crate::mail::{Letter, MailOutcome, Mailer, ReportLetter, write_report};
use crate::store::establishment::mails::{DueMail, end_cut_off, end_mail, put_off, take_due};
use crate::store::establishment::reports::{Report, find_report, get_rows};
use crate::store::requests::answering::answer_kind;
use crate::store::{Connection, Result, StoreError, audit};
use crate::telemetry::metric;

/// Mails in one round.
const IN_A_ROUND: usize = 20;
/// No conversation with a mail server takes longer, whatever its time-out: it has at most four steps of at most five minutes (open, announce, the
/// message or else breaking off, taking leave).
const CUT_OFF: Duration = Duration::from_mins(30);
/// A mail that no server takes is given up so long after it was queued.
const GIVE_UP: Duration = Duration::from_hours(48);
/// What the metric calls a mail that is tried again.
const PUT_OFF: &str = "put_off";

/// Sends again and again, until `stop`.
pub(super) async fn run_mails(engine: Engine, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = send_mails(&engine).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "mails wait for the database; they are in the next round");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(engine.settings.upkeep_interval) => {}
        }
    }
}

/// Sends what is due, and notes what was cut off.
pub async fn send_mails(engine: &Engine) -> Result<()> {
    note_cut_off(engine).await?;
    let Some(mailer) = &engine.mailer else { return Ok(()) };
    for _ in 0..IN_A_ROUND {
        if !send_one(engine, mailer).await? {
            break;
        }
    }
    Ok(())
}

async fn note_cut_off(engine: &Engine) -> Result<()> {
    let now = engine.clock.earlier();
    let mut unknown = 0;
    let mut tx = engine.db.begin().await?;
    for (report, office) in end_cut_off(&mut tx, now - CUT_OFF, now).await? {
        note_end(&mut tx, report, office, MailState::Unknown, now).await?;
        tracing::warn!(report.id = %report, "nobody knows what became of the mail of a report");
        unknown += 1;
    }
    tx.commit().await?;
    count(MailState::Unknown.as_str(), unknown);
    Ok(())
}

/// Sends the mail that is due first; false where none is.
async fn send_one(engine: &Engine, mailer: &Mailer) -> Result<bool> {
    let now = engine.clock.now();
    let mut tx = engine.db.begin().await?;
    let Some(mail) = take_due(&mut tx, now).await? else { return Ok(false) };
    let report = find_report(&mut tx, None, mail.report).await?.ok_or(StoreError::Absent("report"))?;
    let letter = write(&mut tx, &mail, &report).await?;
    tx.commit().await?;
    let outcome = match letter {
        Some(letter) => mailer.send(&letter).await,
        None => MailOutcome::Refused("the mail could not be written".to_owned()),
    };
    let now = engine.clock.now();
    let mut tx = engine.db.begin().await?;
    let came_of_it = record(engine, &mut tx, &mail, &report, outcome, now).await?;
    tx.commit().await?;
    if let Some(outcome) = came_of_it {
        count(outcome, 1);
    }
    Ok(true)
}

async fn write(db: &mut Connection, mail: &DueMail, report: &Report) -> Result<Option<Letter>> {
    let rows = get_rows(db, mail.report).await?;
    let Ok(to) = mail.recipient.parse() else { return Ok(None) };
    let letter = write_report(&ReportLetter {
        office: &report.office_name,
        no: report.no,
        made_at: report.made_at,
        rows: &rows,
        to,
        message_id: mail.message_id.clone(),
    });
    Ok(letter.inspect_err(|_| tracing::error!("the mail of a report could not be written")).ok())
}

/// Keeps what came of it; gives its word for the metric, or nothing where that was known already.
async fn record(
    engine: &Engine,
    db: &mut Connection,
    mail: &DueMail,
    report: &Report,
    outcome: MailOutcome,
    now: Timestamp,
) -> Result<Option<&'static str>> {
    let (state, words) = match outcome {
        MailOutcome::Accepted(words) => (MailState::Accepted, words),
        MailOutcome::Refused(words) => (MailState::Refused, words),
        MailOutcome::Unknown(words) => (MailState::Unknown, words),
        MailOutcome::NotYet(words) => {
            let try_at = now + wait_after(engine, mail.attempts);
            if try_at <= mail.queued_at + GIVE_UP {
                tracing::warn!(report.id = %mail.report, mail.answer = words, "the mail of a report is tried again later");
                put_off(db, mail, &words, try_at).await?;
                return Ok(Some(PUT_OFF));
            }
            (MailState::Refused, words)
        }
    };
    if !end_mail(db, mail, state, &words, now).await? {
        return Ok(None);
    }
    if state == MailState::Accepted {
        answer_kind(db, &[report.office_id], RequestKind::ReportEstablishment, report.made_at, &mail.queued_by, now)
            .await?;
    } else {
        tracing::warn!(
            report.id = %mail.report,
            mail.state = state.as_str(),
            mail.answer = words,
            "the mail of a report was not accepted"
        );
    }
    note_end(db, mail.report, report.office_id, state, now).await?;
    Ok(Some(state.as_str()))
}

fn count(outcome: &'static str, mails: u64) {
    metrics::counter!(metric::MAILS, "outcome" => outcome).increment(mails);
}

async fn note_end(
    db: &mut Connection,
    report: EstablishmentReportId,
    office: OfficeId,
    state: MailState,
    now: Timestamp,
) -> Result<()> {
    let detail = json!({ "report": report, "state": state });
    audit::insert_entry(db, now, &Actor::UPKEEP, "end_establishment_mail", &format!("office:{office}"), &detail).await
}

/// After how long a mail is tried again.
fn wait_after(engine: &Engine, attempts: i16) -> Duration {
    let settings = &engine.settings;
    let used = usize::try_from(attempts - 1).unwrap_or(0).min(settings.retry_schedule.len().saturating_sub(1));
    settings.retry_wait(used).unwrap_or(Duration::from_mins(5))
}
