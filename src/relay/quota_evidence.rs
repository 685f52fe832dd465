//! What a 429 means: whether the month's messages are used up, asked of LINE once for all calls that ask.
//!
//! Hundreds of calls may be refused at the same moment. The first asks for the quota, the others wait for its answer,
//! which holds for a moment. What a push costs is not asked for: the group's members are known from when the bulletin
//! was published. A question that fails is no evidence, and `line::verdict::decide` then does what does no harm.
//!
//! One for each dispatcher; asked by `relay::call`.

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;

use crate::domain::outcome::Evidence;
use crate::line::answers::CallError;
use crate::line::client::LineClient;
use crate::line::token::Access;

/// How long an answer holds.
const FRESH: Duration = Duration::from_secs(1);

/// The month's messages and how many of them are used; the first is none where they are not limited.
type Quota = (Option<u64>, u64);

/// What LINE last said of a channel's quota.
#[derive(Clone)]
pub struct QuotaEvidence {
    said: Cache<(), Quota>,
}

impl Default for QuotaEvidence {
    fn default() -> Self {
        Self { said: Cache::builder().max_capacity(1).time_to_live(FRESH).build() }
    }
}

impl QuotaEvidence {
    /// Whether the quota has room for a push to a group of `members` (0 = not known: the least that a push can cost).
    pub async fn ask(&self, line: &LineClient, access: &Access, members: i32) -> Evidence {
        match self.said.try_get_with((), ask(line, access)).await {
            Ok(quota) => evidence_of(quota, u64::try_from(members).unwrap_or(0)),
            Err(error) => {
                let error: Arc<CallError> = error;
                tracing::warn!(error = &error as &dyn std::error::Error, "LINE could not be asked for the quota");
                Evidence::None
            }
        }
    }
}

async fn ask(line: &LineClient, access: &Access) -> Result<Quota, CallError> {
    match line.quota(access).await?.limit() {
        None => Ok((None, 0)),
        Some(limit) => Ok((Some(limit), line.quota_consumption(access).await?.total_usage)),
    }
}

/// A push costs as many messages as the group has members, so what is left may be too little for this group without
/// being nothing.
fn evidence_of((limit, used): Quota, cost: u64) -> Evidence {
    match limit {
        Some(limit) if used >= limit => Evidence::QuotaUsedUp,
        Some(limit) if used.saturating_add(cost) > limit => Evidence::QuotaTooSmall,
        _ => Evidence::QuotaLeft,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::stub::{access, http, stub};
    use rstest::rstest;

    fn ok(body: &str) -> String {
        http("200 OK", "", body)
    }

    #[tokio::test]
    async fn many_calls_refused_at_once_ask_once() {
        let quota = ok(r#"{"type":"limited","value":300}"#);
        let (line, asked) = stub([quota, ok(r#"{"totalUsage":250}"#)]).await;
        let evidence = QuotaEvidence::default();
        let access = access();
        let all = (0..50).map(|n| evidence.ask(&line, &access, if n % 2 == 0 { 80 } else { 20 }));
        let all = futures_util::future::join_all(all).await;
        assert!(all.iter().step_by(2).all(|one| *one == Evidence::QuotaTooSmall), "too large for what is left");
        assert!(all.iter().skip(1).step_by(2).all(|one| *one == Evidence::QuotaLeft), "it fits");
        let asked = asked.await.expect("test data");
        assert!(asked[1].starts_with("GET /base/v2/bot/message/quota/consumption "));
    }

    #[tokio::test]
    async fn a_question_that_fails_is_no_evidence_and_is_asked_again() {
        let (line, _asked) = stub([http("500 Oops", "", ""), ok(r#"{"type":"none"}"#)]).await;
        let evidence = QuotaEvidence::default();
        assert_eq!(evidence.ask(&line, &access(), 1).await, Evidence::None);
        assert_eq!(evidence.ask(&line, &access(), 1).await, Evidence::QuotaLeft);
    }

    #[rstest]
    #[case(None, 0, 500, Evidence::QuotaLeft)]
    #[case(Some(300), 299, 1, Evidence::QuotaLeft)]
    #[case(Some(300), 299, 0, Evidence::QuotaLeft)]
    #[case(Some(300), 300, 1, Evidence::QuotaUsedUp)]
    #[case(Some(300), 310, 0, Evidence::QuotaUsedUp)]
    #[case(Some(300), 250, 100, Evidence::QuotaTooSmall)]
    #[case(Some(300), 200, 100, Evidence::QuotaLeft)]
    fn a_push_that_would_not_fit_is_put_off_and_quota_is_used_up_when_nothing_fits(
        #[case] limit: Option<u64>,
        #[case] used: u64,
        #[case] cost: u64,
        #[case] evidence: Evidence,
    ) {
        assert_eq!(evidence_of((limit, used), cost), evidence);
    }
}
