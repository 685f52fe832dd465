//! Asks LINE, after a 400, whether the group is there.
//!
//! One status stands for several causes and the texts are not promised, so the cause is asked for. A question that
//! fails is no evidence, and [`decide`](super::verdict::decide) then chooses what does no harm. What a 429 raises is
//! asked once for many calls, by `relay::quota_evidence`.
//!
//! Called by `relay::call`, at most once for each refused push.

use super::answers::CallError;
use super::client::LineClient;
use super::token::Access;
use crate::domain::outcome::Evidence;

/// Asks LINE whether `group` exists with the account in it.
pub async fn ask_group(client: &LineClient, access: &Access, group: &str) -> Evidence {
    find_group(client, access, group).await.unwrap_or_else(|error| {
        tracing::warn!(error = &error as &dyn std::error::Error, "LINE could not be asked why it refused a push");
        Evidence::None
    })
}

async fn find_group(client: &LineClient, access: &Access, group: &str) -> Result<Evidence, CallError> {
    let summary = client.group_summary(access, group).await?;
    Ok(if summary.is_some() { Evidence::GroupThere } else { Evidence::GroupGone })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::stub::{access, http, stub};

    #[tokio::test]
    async fn a_refused_push_asks_whether_the_group_is_there() {
        let ok = |body: &str| http("200 OK", "", body);
        for (answer, evidence) in [
            (ok(r#"{"groupId":"C1","groupName":"GCC1"}"#), Evidence::GroupThere),
            (http("404 Not Found", "", "{}"), Evidence::GroupGone),
            (http("500 Oops", "", ""), Evidence::None),
            (ok("<html>"), Evidence::None),
            (String::new(), Evidence::None),
        ] {
            let (client, _asked) = stub([answer]).await;
            assert_eq!(ask_group(&client, &access(), "C1").await, evidence);
        }
    }
}
