//! One call to LINE for one delivery, up to its outcome: nothing is written here.

use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use uuid::Uuid;

use super::backlog::Claimed;
use super::settings::Settings;
use crate::domain::delivery::Reason;
use crate::domain::ids::{BatchId, BulletinId, DeliveryId};
use crate::domain::outcome::{Evidence, Outcome, Receipt};
use crate::domain::retry_key::KeyUse;
use crate::domain::text::without_controls;
use crate::domain::time::{Clock, Timestamp};
use crate::line::answers::{Answer, Unanswered};
use crate::line::client::LineClient;
use crate::line::evidence::ask_group;
use crate::line::guarded_body::MaySend;
use crate::line::token::Access;
use crate::line::verdict::{Question, classify, decide, questions};
use crate::relay::quota_evidence::QuotaEvidence;
use crate::store::attempts::Attempt;
use crate::store::batches::Ready;
use crate::telemetry::metric;

/// LINE's own words are kept up to this many characters.
const DETAIL_LENGTH: usize = 300;

/// What a call came to.
#[derive(Debug)]
pub struct Called {
    /// The delivery.
    pub claimed: Claimed,
    /// When the call began.
    pub began_at: Timestamp,
    /// The same by the steady clock.
    pub started: Instant,
    /// When its answer was there, or the wait for it over.
    pub at: Timestamp,
    /// What to do next.
    pub outcome: Outcome,
    /// What to keep of it, unless it simply succeeded.
    pub attempt: Option<Attempt>,
}

/// What is known of a call that is under way, should its task break down.
#[derive(Clone, Copy, Debug)]
pub struct Started {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Its bulletin.
    pub bulletin: BulletinId,
    /// Its batch.
    pub batch: BatchId,
    /// When the call began.
    pub at: Timestamp,
}

impl Started {
    /// A call for `claimed` begins.
    #[must_use]
    pub fn of(claimed: &Claimed, at: Timestamp) -> Self {
        Self { delivery: claimed.ready.id, bulletin: claimed.ready.bulletin_id, batch: claimed.batch, at }
    }
}

/// What a call is made with.
pub struct CallContext {
    /// The way to LINE.
    pub line: LineClient,
    /// The clock.
    pub clock: Clock,
    /// What is known of the channel's quota.
    pub quota: QuotaEvidence,
    /// The channel's token.
    pub access: Access,
    /// Whether the dispatcher still has the channel.
    pub may_send: MaySend,
    /// Its place among the calls of the node.
    pub room: OwnedSemaphorePermit,
}

/// What may be done with a claimed delivery just before its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Send it with the key it has.
    Send,
    /// It has nowhere to go.
    NotLinked,
    /// It may have been accepted, too long ago for LINE to know the key: never again by itself.
    TooLate,
    /// It was refused for certain, and its key is too old to be used again: it needs another first.
    NeedsKey(Uuid),
    /// By one clock its key is too old to be used again, by the other it is not: nothing is done until they agree.
    ClocksDisagree,
    /// Its bulletin has expired, by one of the clocks: upkeep ends it.
    Expired,
}

/// Looks at a delivery just before its call: the retry key decides (LINE keeps one for 24 hours).
#[must_use]
pub fn permit(ready: &Ready, clock: &Clock, key_lifetime: Duration) -> Permission {
    if ready.expires_at.is_some_and(|end| clock.later() >= end) {
        return Permission::Expired;
    }
    match ready.key.permitted_use(clock.earlier(), clock.later(), key_lifetime) {
        KeyUse::TooLate => Permission::TooLate,
        KeyUse::ClocksDisagree => Permission::ClocksDisagree,
        KeyUse::Good | KeyUse::Renew if ready.recipient.is_none() => Permission::NotLinked,
        KeyUse::Renew => Permission::NeedsKey(uuid::Builder::from_random_bytes(rand::random()).into_uuid()),
        KeyUse::Good => Permission::Send,
    }
}

/// Calls LINE with the stored bytes and finds out what the answer means.
pub async fn call(with: CallContext, claimed: Claimed, message: std::sync::Arc<str>) -> Called {
    let CallContext { line, clock, quota, access, may_send, room: _room } = with;
    // a key counts as used from the earlier of the clocks on, and its age is told by the later
    let (began_at, started) = (clock.earlier(), Instant::now());
    let ready = &claimed.ready;
    let to = ready.recipient.clone().unwrap_or_default();
    let answer = line.push_while(may_send, &access, ready.key.key(), &to, message.as_bytes()).await;
    let at = clock.now();
    measure(&answer);
    let verdict = classify(&answer);
    let evidence = match questions(&verdict) {
        Some(Question::Quota) => quota.ask(&line, &access, ready.members).await,
        Some(Question::Group) => ask_group(&line, &access, &to).await,
        None => Evidence::None,
    };
    let outcome = decide(verdict, evidence);
    let attempt = describe(&claimed, at, &answer, &outcome);
    if let Ok(answer) = &answer {
        tracing::debug!(line.status = answer.status, line.request_id = answer.request_id.as_deref(), "LINE answered");
    } else {
        tracing::debug!("LINE did not answer");
    }
    Called { claimed, began_at, started, at, outcome, attempt }
}

/// Counts the time of a call, by what came of it.
fn measure(answer: &Result<Answer, Unanswered>) {
    let (status, elapsed) = match answer {
        Ok(answer) => (answer.status.to_string(), answer.elapsed),
        Err(silence) => ("none".to_owned(), silence.elapsed),
    };
    metrics::histogram!(metric::LINE_CALL, "endpoint" => "push", "status" => status).record(elapsed.as_secs_f64());
}

/// What to keep of a call; nothing of one that simply succeeded. An acceptance whose request has a name that no receipt can hold is
/// kept, with the name.
fn describe(
    claimed: &Claimed,
    at: Timestamp,
    answer: &Result<Answer, Unanswered>,
    outcome: &Outcome,
) -> Option<Attempt> {
    let reason = match outcome {
        Outcome::Retry { reason, .. } | Outcome::GiveUp(reason) | Outcome::Gone(reason) | Outcome::PutOff(reason) => {
            Some(*reason)
        }
        Outcome::Snooze | Outcome::Park(_) => Some(Reason::LineBusy),
        Outcome::Accepted(_) => None,
    };
    let (status, request_id, elapsed, detail) = match answer {
        Ok(answer) => {
            let odd = unknown_request_id(answer, outcome);
            if answer.status == 200 && odd.is_none() {
                return None;
            }
            let detail = odd.or_else(|| words_of(&answer.body));
            (i16::try_from(answer.status).ok(), answer.request_id.clone(), answer.elapsed, detail)
        }
        Err(silence) => (None, None, silence.elapsed, Some(without_controls(&silence.to_string()).collect())),
    };
    Some(Attempt {
        delivery_id: claimed.ready.id,
        at,
        status,
        reason,
        line_request_id: request_id,
        milliseconds: i32::try_from(elapsed.as_millis()).unwrap_or(i32::MAX),
        detail,
    })
}

/// What the receipt of an acceptance leaves out: how LINE names the request, where that is no UUID.
fn unknown_request_id(answer: &Answer, outcome: &Outcome) -> Option<String> {
    let Outcome::Accepted(Receipt { request_id: None, .. }) = outcome else { return None };
    let name = answer.accepted_request()?;
    Some(format!("LINE accepted the request {}", without_controls(name).collect::<String>()))
}

/// LINE's own words about a refusal, shortened. They are kept for people; nothing is decided by them.
fn words_of(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Refusal {
        message: Option<String>,
    }
    let refusal: Refusal = serde_json::from_slice(body).ok()?;
    refusal.message.map(|words| without_controls(&words).take(DETAIL_LENGTH).collect())
}

/// What becomes of a delivery whose call is to be repeated: when.
///
/// # Errors
/// Why it is over, when the schedule is at its end.
pub fn next_attempt(ready: &Ready, open: bool, settings: &Settings, now: Timestamp) -> Result<Timestamp, Reason> {
    let used = usize::try_from(ready.attempts).unwrap_or(0);
    match settings.retry_wait(used) {
        Some(wait) => Ok(now + wait),
        None if open || ready.key.is_open() => Err(Reason::OutcomeUnknown),
        None => Err(Reason::RetriesExhausted),
    }
}

#[cfg(test)]
mod tests {
    use super::super::backlog::Throttled;
    use super::*;
    use crate::domain::ids::{BulletinId, BulletinNo, DeliveryId, GroupId, MessageId};
    use crate::domain::retry_key::RetryKey;
    use rstest::rstest;

    fn ready(key_used_hours_ago: Option<u64>, open: bool, linked: bool) -> (Ready, Timestamp) {
        let now = Timestamp::from_second(1_600_000_000);
        let id = DeliveryId::of(now, BulletinNo(1), GroupId(1));
        let ready = Ready {
            id,
            bulletin_id: BulletinId(id.0),
            group_id: GroupId(1),
            message_id: MessageId { bulletin: BulletinId(id.0), variant: 1 },
            recipient: linked.then(|| "C1".to_owned()),
            key: RetryKey::kept(id.0, key_used_hours_ago.map(|hours| now - Duration::from_hours(hours)), open),
            attempts: 0,
            priority: 0,
            has_children: false,
            members: 0,
            expires_at: None,
        };
        (ready, now)
    }

    #[rstest]
    #[case::never_sent(None, false, true, Some(Permission::Send))]
    #[case::refused_an_hour_ago(Some(1), false, true, Some(Permission::Send))]
    #[case::unknown_an_hour_ago(Some(1), true, true, Some(Permission::Send))]
    #[case::unknown_for_23_hours(Some(23), true, true, Some(Permission::TooLate))]
    #[case::unknown_and_unlinked_since(Some(23), true, false, Some(Permission::TooLate))]
    #[case::not_linked(None, false, false, Some(Permission::NotLinked))]
    #[case::refused_23_hours_ago(Some(23), false, true, None)]
    fn the_key_decides_whether_it_may_be_sent(
        #[case] hours: Option<u64>,
        #[case] open: bool,
        #[case] linked: bool,
        #[case] expected: Option<Permission>,
    ) {
        let (ready, now) = ready(hours, open, linked);
        let permission = permit(&ready, &Clock::manual(now), Duration::from_hours(23));
        match expected {
            Some(expected) => assert_eq!(permission, expected),
            None => assert!(matches!(permission, Permission::NeedsKey(key) if key != ready.key.key())),
        }
    }

    #[rstest]
    #[case::a_uuid(200, Some("3c7a5c2e-0f5b-4b53-9d0e-6d2f1c1e8a01"), None)]
    #[case::no_name(200, None, None)]
    #[case::another_name(200, Some("r-1"), Some("LINE accepted the request r-1"))]
    #[case::another_name_of_an_earlier_call(409, Some("r-1"), Some("LINE accepted the request r-1"))]
    fn an_acceptance_whose_request_has_a_name_that_is_no_uuid_is_kept_with_it(
        #[case] status: u16,
        #[case] name: Option<&str>,
        #[case] detail: Option<&str>,
    ) {
        let (ready, now) = ready(None, false, true);
        let claimed = Claimed { ready, batch: BatchId(1), throttled: Throttled::default() };
        let (named, accepted_request_id) = if status == 409 { (None, name) } else { (name, None) };
        let answer = Ok(Answer {
            status,
            request_id: named.map(str::to_owned),
            accepted_request_id: accepted_request_id.map(str::to_owned),
            body: b"{}".to_vec(),
            ..Answer::default()
        });
        let outcome = decide(classify(&answer), Evidence::None);
        assert!(matches!(outcome, Outcome::Accepted(_)));
        let attempt = describe(&claimed, now, &answer, &outcome);
        assert_eq!(attempt.and_then(|attempt| attempt.detail).as_deref(), detail);
    }
}
