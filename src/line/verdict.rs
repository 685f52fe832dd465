//! Classifies LINE's answer to a push: two pure functions and no network.
//!
//! [`classify`] reads status and headers (LINE does not promise its error texts); [`questions`] says what
//! to ask before deciding; [`decide`] turns the verdict and the evidence into what the engine does. Two
//! rules matter most: 409 is an acceptance, and what may have been accepted is only tried again with the
//! same key. Source: <https://developers.line.biz/en/reference/messaging-api/#send-push-message> and
//! <https://developers.line.biz/en/docs/messaging-api/retrying-api-request/>.
//!
//! Called by `relay::call`.

use serde_json::Value;
use uuid::Uuid;

use super::answers::{Answer, Silence, Unanswered};
use crate::domain::delivery::Reason;
use crate::domain::outcome::{Evidence, Outcome, ParkReason, Receipt, Verdict};

/// Ids are kept up to this many characters.
const ID_LENGTH: usize = 64;

/// What to ask LINE before deciding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// How much of the month's quota is left.
    Quota,
    /// Whether the group is still there, with the account in it.
    Group,
}

/// The first reading of what a push came to.
#[must_use]
pub fn classify(call: &Result<Answer, Unanswered>) -> Verdict {
    match call {
        Ok(answer) => classify_answer(answer),
        Err(Unanswered { silence: Silence::NotConnected | Silence::HeldBack, .. }) => Verdict::NotConnected,
        Err(Unanswered { silence: Silence::NoAnswer, .. }) => Verdict::NoAnswer,
    }
}

fn classify_answer(answer: &Answer) -> Verdict {
    match answer.status {
        // a 200 that is not LINE's JSON may come from something in between
        200 => sent_messages(&answer.body).map_or(Verdict::Unclear, |message_ids| {
            Verdict::Accepted(Receipt { request_id: request_id(answer), message_ids })
        }),
        // LINE always names the request that it accepted; a 409 without it comes from something in between
        409 if answer.accepted_request_id.is_none() => Verdict::Unclear,
        409 => Verdict::Accepted(Receipt {
            request_id: request_id(answer),
            message_ids: sent_messages(&answer.body).unwrap_or_default(),
        }),
        400 => Verdict::BadRequest,
        401 | 403 => Verdict::NotAllowed,
        429 => Verdict::TooMany,
        408 => Verdict::Unclear,
        402..=499 => Verdict::Refused,
        _ => Verdict::Unclear,
    }
}

/// The id of the accepted request, if it is a UUID in the form in which UUIDs are shown: then what is kept is what LINE said.
fn request_id(answer: &Answer) -> Option<Uuid> {
    let text = answer.accepted_request()?;
    Uuid::try_parse(text).ok().filter(|id| id.to_string() == text)
}

/// The ids in `sentMessages`, which may be missing; `None` if the body is no JSON object.
pub(super) fn sent_messages(body: &[u8]) -> Option<Vec<String>> {
    let Value::Object(body) = serde_json::from_slice(body).ok()? else {
        return None;
    };
    let sent = body.get("sentMessages").and_then(Value::as_array);
    Some(sent.into_iter().flatten().filter_map(|message| id_text(message.get("id")?)).collect())
}

/// LINE's samples have the id as a string, its prose as a number. What no id can hold is left out.
fn id_text(id: &Value) -> Option<String> {
    match id {
        Value::String(id) => Some(id.chars().filter(char::is_ascii_graphic).take(ID_LENGTH).collect()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// Whether LINE's words about a 429 are those of the rate limit. Only for counting: nothing is decided by texts.
#[must_use]
pub fn is_rate_limit(words: &str) -> bool {
    words.to_ascii_lowercase().contains("rate limit")
}

/// What has to be asked before `verdict` can be decided on.
#[must_use]
pub fn questions(verdict: &Verdict) -> Option<Question> {
    match verdict {
        Verdict::TooMany => Some(Question::Quota),
        Verdict::BadRequest => Some(Question::Group),
        _ => None,
    }
}

/// What the engine does about `verdict`, given what [`questions`] brought to light.
///
/// Evidence that belongs to another question counts as none.
#[must_use]
pub fn decide(verdict: Verdict, evidence: Evidence) -> Outcome {
    match verdict {
        Verdict::Accepted(receipt) => Outcome::Accepted(receipt),
        Verdict::TooMany if evidence == Evidence::QuotaUsedUp => Outcome::Park(ParkReason::QuotaUsedUp),
        Verdict::TooMany if evidence == Evidence::QuotaTooSmall => Outcome::PutOff(Reason::OverQuota),
        Verdict::TooMany | Verdict::NotConnected => Outcome::Snooze,
        Verdict::BadRequest => match evidence {
            Evidence::GroupGone => Outcome::Gone(Reason::AccountRemoved),
            Evidence::GroupThere => Outcome::GiveUp(Reason::MessageRefused),
            _ => Outcome::Retry { open: false, reason: Reason::LineBusy },
        },
        Verdict::NotAllowed => Outcome::Park(ParkReason::TokenRefused),
        Verdict::Refused => Outcome::GiveUp(Reason::MessageRefused),
        Verdict::Unclear => Outcome::Retry { open: true, reason: Reason::LineBusy },
        Verdict::NoAnswer => Outcome::Retry { open: true, reason: Reason::NoAnswer },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::time::Duration;

    const SENT: &str = r#"{"sentMessages":[{"id":"461230966842064897","quoteToken":"q"},{"id":7}]}"#;

    const THIS: &str = "3c7a5c2e-0f5b-4b53-9d0e-6d2f1c1e8a01";
    const FIRST: &str = "3c7a5c2e-0f5b-4b53-9d0e-6d2f1c1e8a02";

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            request_id: Some(THIS.into()),
            accepted_request_id: (status == 409).then(|| FIRST.into()),
            body: body.into(),
            ..Answer::default()
        }
    }

    fn silence(silence: Silence) -> Result<Answer, Unanswered> {
        Err(Unanswered { silence, elapsed: Duration::ZERO, source: "reset".into() })
    }

    fn receipt(request_id: &str, message_ids: &[&str]) -> Receipt {
        Receipt {
            request_id: Uuid::try_parse(request_id).ok(),
            message_ids: message_ids.iter().map(|&id| id.to_owned()).collect(),
        }
    }

    #[rstest]
    #[case(200, SENT, Verdict::Accepted(receipt(THIS, &["461230966842064897", "7"])))]
    #[case(200, "{}", Verdict::Accepted(receipt(THIS, &[])))]
    #[case(200, "", Verdict::Unclear)]
    #[case(200, "<html>", Verdict::Unclear)]
    #[case(200, "[]", Verdict::Unclear)]
    #[case(409, SENT, Verdict::Accepted(receipt(FIRST, &["461230966842064897", "7"])))]
    #[case(409, "<html>", Verdict::Accepted(receipt(FIRST, &[])))]
    #[case(400, "{}", Verdict::BadRequest)]
    #[case(401, "{}", Verdict::NotAllowed)]
    #[case(403, "{}", Verdict::NotAllowed)]
    #[case(404, "{}", Verdict::Refused)]
    #[case(408, "{}", Verdict::Unclear)]
    #[case(410, "{}", Verdict::Refused)]
    #[case(413, "{}", Verdict::Refused)]
    #[case(415, "{}", Verdict::Refused)]
    #[case(418, "{}", Verdict::Refused)]
    #[case(429, r#"{"message":"You have reached your monthly limit."}"#, Verdict::TooMany)]
    #[case(429, r#"{"message":"The API rate limit has been exceeded. Try again later."}"#, Verdict::TooMany)]
    #[case(500, "{}", Verdict::Unclear)]
    #[case(502, "<html>", Verdict::Unclear)]
    #[case(503, "", Verdict::Unclear)]
    #[case(504, "", Verdict::Unclear)]
    #[case(599, "", Verdict::Unclear)]
    #[case(202, "{}", Verdict::Unclear)]
    #[case(302, "", Verdict::Unclear)]
    fn an_answer_is_read_by_its_status(#[case] status: u16, #[case] body: &str, #[case] verdict: Verdict) {
        assert_eq!(classify(&Ok(answer(status, body))), verdict);
    }

    #[test]
    fn a_409_that_names_no_accepted_request_proves_nothing() {
        let conflict = Answer { status: 409, request_id: Some(THIS.into()), ..Answer::default() };
        assert_eq!(classify(&Ok(conflict)), Verdict::Unclear);
    }

    #[rstest]
    #[case("r-1")]
    #[case("3C7A5C2E-0F5B-4B53-9D0E-6D2F1C1E8A01")]
    #[case("3c7a5c2e0f5b4b539d0e6d2f1c1e8a01")]
    fn an_acceptance_counts_whatever_its_request_id_looks_like(#[case] id: &str) {
        let named = |status| Answer {
            request_id: (status == 200).then(|| id.to_owned()),
            accepted_request_id: (status == 409).then(|| id.to_owned()),
            ..answer(status, "{}")
        };
        assert_eq!(classify(&Ok(named(200))), Verdict::Accepted(Receipt::default()));
        assert_eq!(classify(&Ok(named(409))), Verdict::Accepted(Receipt::default()));
    }

    #[test]
    fn what_the_database_cannot_hold_is_left_out_of_ids() {
        let sent = "{\"sentMessages\":[{\"id\":\"46\\u0000 1\"}]}";
        assert_eq!(classify(&Ok(answer(200, sent))), Verdict::Accepted(receipt(THIS, &["461"])));
    }

    #[test]
    fn silence_is_read_by_whether_anything_was_sent() {
        assert_eq!(classify(&silence(Silence::NotConnected)), Verdict::NotConnected);
        assert_eq!(classify(&silence(Silence::HeldBack)), Verdict::NotConnected, "costs no attempt");
        assert_eq!(classify(&silence(Silence::NoAnswer)), Verdict::NoAnswer);
    }

    #[rstest]
    #[case(Verdict::TooMany, Some(Question::Quota))]
    #[case(Verdict::BadRequest, Some(Question::Group))]
    #[case(Verdict::Accepted(Receipt::default()), None)]
    #[case(Verdict::NotAllowed, None)]
    #[case(Verdict::Refused, None)]
    #[case(Verdict::Unclear, None)]
    #[case(Verdict::NoAnswer, None)]
    #[case(Verdict::NotConnected, None)]
    fn only_what_a_status_leaves_open_is_asked(#[case] verdict: Verdict, #[case] question: Option<Question>) {
        assert_eq!(questions(&verdict), question);
    }

    #[rstest]
    #[case(Verdict::Accepted(receipt(THIS, &["1"])), Evidence::None, Outcome::Accepted(receipt(THIS, &["1"])))]
    #[case(Verdict::TooMany, Evidence::None, Outcome::Snooze)]
    #[case(Verdict::TooMany, Evidence::QuotaLeft, Outcome::Snooze)]
    #[case(Verdict::TooMany, Evidence::GroupGone, Outcome::Snooze)]
    #[case(Verdict::TooMany, Evidence::QuotaUsedUp, Outcome::Park(ParkReason::QuotaUsedUp))]
    #[case(Verdict::BadRequest, Evidence::GroupGone, Outcome::Gone(Reason::AccountRemoved))]
    #[case(Verdict::BadRequest, Evidence::GroupThere, Outcome::GiveUp(Reason::MessageRefused))]
    #[case(
        Verdict::BadRequest,
        Evidence::None,
        Outcome::Retry { open: false, reason: Reason::LineBusy }
    )]
    #[case(
        Verdict::BadRequest,
        Evidence::QuotaUsedUp,
        Outcome::Retry { open: false, reason: Reason::LineBusy }
    )]
    #[case(Verdict::NotAllowed, Evidence::None, Outcome::Park(ParkReason::TokenRefused))]
    #[case(Verdict::Refused, Evidence::None, Outcome::GiveUp(Reason::MessageRefused))]
    #[case(Verdict::Unclear, Evidence::None, Outcome::Retry { open: true, reason: Reason::LineBusy })]
    #[case(Verdict::NoAnswer, Evidence::None, Outcome::Retry { open: true, reason: Reason::NoAnswer })]
    #[case(Verdict::NotConnected, Evidence::None, Outcome::Snooze)]
    fn the_outcome_follows_from_verdict_and_evidence(
        #[case] verdict: Verdict,
        #[case] evidence: Evidence,
        #[case] outcome: Outcome,
    ) {
        assert_eq!(decide(verdict, evidence), outcome);
    }
}
