//! The further questions to LINE that a 400 or a 429 raises.
//!
//! One status stands for several causes and the texts are not promised, so the cause is asked for: after
//! a 429 the quota, after a 400 the group. A question that fails is no evidence, and
//! [`decide`](super::verdict::decide) then chooses what does no harm.
//!
//! Called by `relay::sender`, at most once for each refused push.

use super::answers::{CallError, Consumption, Quota};
use super::client::LineClient;
use super::token::Access;
use super::verdict::{Question, questions};
use crate::domain::outcome::{Evidence, Verdict};

/// Asks LINE what `verdict` leaves open about a push to `group`; nothing is asked where nothing is open.
pub async fn gather_evidence(client: &LineClient, access: &Access, group: &str, verdict: &Verdict) -> Evidence {
    let asked = match questions(verdict) {
        None => return Evidence::None,
        Some(Question::Quota) => ask_quota(client, access, group).await,
        Some(Question::Group) => ask_group(client, access, group).await,
    };
    asked.unwrap_or_else(|error| {
        tracing::warn!(error = &error as &dyn std::error::Error, "LINE could not be asked why it refused a push");
        Evidence::None
    })
}

async fn ask_group(client: &LineClient, access: &Access, group: &str) -> Result<Evidence, CallError> {
    let summary = client.group_summary(access, group).await?;
    Ok(if summary.is_some() { Evidence::GroupThere } else { Evidence::GroupGone })
}

/// A push costs as many messages as the group has members, so what is left may be too little for this
/// group without being nothing.
async fn ask_quota(client: &LineClient, access: &Access, group: &str) -> Result<Evidence, CallError> {
    let quota = client.quota(access).await?;
    if quota.limit().is_none() {
        return Ok(Evidence::QuotaLeft);
    }
    let used = client.quota_consumption(access).await?;
    // without an answer the least that a push can cost is assumed
    let cost = client.members_count(access, group).await.map_or(1, u64::from);
    Ok(weigh(&quota, used, cost))
}

fn weigh(quota: &Quota, used: Consumption, cost: u64) -> Evidence {
    match quota.limit() {
        Some(limit) if used.total_usage.saturating_add(cost.max(1)) > limit => Evidence::QuotaUsedUp,
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
    async fn a_refused_push_asks_whether_the_group_is_there() {
        for (answer, evidence) in [
            (ok(r#"{"groupId":"C1","groupName":"GCC1"}"#), Evidence::GroupThere),
            (http("404 Not Found", "", "{}"), Evidence::GroupGone),
            (http("500 Oops", "", ""), Evidence::None),
            (ok("<html>"), Evidence::None),
            (String::new(), Evidence::None),
        ] {
            let (client, _asked) = stub([answer]).await;
            assert_eq!(gather_evidence(&client, &access(), "C1", &Verdict::BadRequest).await, evidence);
        }
    }

    #[tokio::test]
    async fn a_push_that_was_too_many_asks_for_quota_use_and_members() {
        let quota = ok(r#"{"type":"limited","value":300}"#);
        let (client, asked) = stub([quota, ok(r#"{"totalUsage":250}"#), ok(r#"{"count":80}"#)]).await;
        let evidence = gather_evidence(&client, &access(), "C1", &Verdict::TooMany).await;
        assert_eq!(evidence, Evidence::QuotaUsedUp);
        let asked = asked.await.expect("test data");
        assert!(asked[1].starts_with("GET /base/v2/bot/message/quota/consumption "));
        assert!(asked[2].starts_with("GET /base/v2/bot/group/C1/members/count "));
    }

    #[tokio::test]
    async fn without_a_count_of_members_some_quota_is_enough() {
        let quota = ok(r#"{"type":"limited","value":300}"#);
        let (client, _asked) = stub([quota, ok(r#"{"totalUsage":299}"#), http("404 Not Found", "", "{}")]).await;
        let evidence = gather_evidence(&client, &access(), "C1", &Verdict::TooMany).await;
        assert_eq!(evidence, Evidence::QuotaLeft);
    }

    #[tokio::test]
    async fn nothing_is_asked_where_nothing_is_open() {
        let (client, asked) = stub([String::new()]).await;
        assert_eq!(gather_evidence(&client, &access(), "C1", &Verdict::NotAllowed).await, Evidence::None);
        assert!(!asked.is_finished());
    }

    #[rstest]
    #[case("none", None, 1_000_000, 500, Evidence::QuotaLeft)]
    #[case("limited", Some(300), 299, 1, Evidence::QuotaLeft)]
    #[case("limited", Some(300), 300, 1, Evidence::QuotaUsedUp)]
    #[case("limited", Some(300), 310, 0, Evidence::QuotaUsedUp)]
    #[case("limited", Some(300), 250, 100, Evidence::QuotaUsedUp)]
    #[case("limited", Some(300), 200, 100, Evidence::QuotaLeft)]
    #[case("limited", None, 300, 100, Evidence::QuotaLeft)]
    #[case("unheard-of", Some(300), 300, 100, Evidence::QuotaLeft)]
    fn quota_is_used_up_when_the_push_would_not_fit(
        #[case] kind: &str,
        #[case] value: Option<u64>,
        #[case] total_usage: u64,
        #[case] cost: u64,
        #[case] evidence: Evidence,
    ) {
        assert_eq!(weigh(&Quota { kind: kind.into(), value }, Consumption { total_usage }, cost), evidence);
    }
}
