//! What a bulletin asks of the offices that get it, issued when it is published.

use super::refusal::{Refusal, Result};
use super::settings::Settings;
use crate::domain::time::Timestamp;
use crate::store::Connection;
use crate::store::bulletins::Bulletin;
use crate::store::requests::issuing::{IssuedRequest, issue_requests};

/// Issues the requests of a bulletin that has its deliveries, to the offices of these.
pub(super) async fn issue(db: &mut Connection, settings: &Settings, bulletin: &Bulletin, now: Timestamp) -> Result<()> {
    let holidays = &settings.reminders.hours.holidays;
    let issued = bulletin.requests.iter().map(|request| IssuedRequest {
        kind: request.kind,
        purpose: request.purpose,
        text: request.text.to_string(),
        due_at: request.due_at(now, holidays),
    });
    let issued: Vec<IssuedRequest> = issued.collect();
    if !issued.is_empty() {
        issue_requests(db, bulletin.id, &issued, now).await?;
    }
    Ok(())
}

/// No request has a last day that is over when the bulletin goes out at `at`.
pub(super) fn must_have_time(bulletin: &Bulletin, at: Timestamp) -> Result<()> {
    match bulletin.requests.iter().position(|request| request.is_over_at(at)) {
        Some(over) => Err(Refusal::RequestOver(over + 1)),
        None => Ok(()),
    }
}
