//! Answering what a bulletin asks: done, or it does not concern the office.
//!
//! Whoever does the office's work answers, and so may those above it, who were told by telephone or on paper: the record says who it was.

use serde_json::json;

use super::{OfficeRefusal, Result, must_work_for};
use crate::domain::request::RequestState;
use crate::domain::right::Right;
use crate::domain::text::RequestText;
use crate::domain::time::Timestamp;
use crate::store::requests::answering::answer_request;
use crate::store::requests::{OfficeRequest, find_request};
use crate::store::{Connection, audit};

/// What an office answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It is done; with what the office says of it.
    Done(Option<RequestText>),
    /// It does not concern the office, and why.
    NotApplicable(RequestText),
}

/// Notes an office's answer; gives the request as it stands then.
///
/// # Errors
/// [`OfficeRefusal::RequestAbsent`]; [`OfficeRefusal::NotOpen`] where it was answered, or its bulletin withdrawn.
pub async fn answer(
    db: &mut Connection,
    right: &Right,
    id: i64,
    answer: &Answer,
    now: Timestamp,
) -> Result<OfficeRequest> {
    let found = find_request(db, right.scope.groups(), id).await?.ok_or(OfficeRefusal::RequestAbsent)?;
    must_work_for(db, right, found.office_id).await?;
    let (state, comment) = match answer {
        Answer::Done(comment) => (RequestState::Done, comment.as_ref()),
        Answer::NotApplicable(reason) => (RequestState::NotApplicable, Some(reason)),
    };
    let comment = comment.map(RequestText::as_str);
    if !answer_request(db, id, state, comment, &right.actor, now).await? {
        return Err(OfficeRefusal::NotOpen);
    }
    let detail = json!({ "office": found.office_id.0, "bulletin": found.bulletin, "state": state, "comment": comment });
    audit::insert_entry(db, now, &right.actor, "answer_request", &format!("request:{id}"), &detail).await?;
    find_request(db, right.scope.groups(), id).await?.ok_or(OfficeRefusal::RequestAbsent)
}
