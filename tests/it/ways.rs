//! Ways: which groups are pushed to, which wait until somebody forwards, and what that costs.

use std::time::Duration;

use gcc_relay::domain::bulletin::{Forwarding, Urgency};
use gcc_relay::domain::group::Tier;
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::way::{GoesIn, Way, WayRules};
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who};

async fn set(app: &TestApp, group: &str, change: Value) {
    app.patch(&Who::Admin, &format!("groups/{group}"), change).await.expect(200);
}

async fn delivery(app: &TestApp, id: &str, group: &str) -> Value {
    let found = app.get(&Who::Admin, &format!("bulletins/{id}/deliveries?group={group}")).await.expect(200);
    found["items"][0].clone()
}

async fn messages(app: &TestApp, id: &str) -> i64 {
    let forecast = app.get(&Who::Admin, &format!("bulletins/{id}/forecast")).await.expect(200);
    forecast["messages"].as_i64().expect("a number")
}

#[tokio::test]
async fn the_database_finds_the_same_way_as_the_rules() {
    let app = TestApp::new().await;
    let owns = Way::ALL.map(Some).into_iter().chain([None]);
    let goes_in = [
        (GoesIn::AtOnce, Forwarding::Automatic, None),
        (GoesIn::AfterAWhile, Forwarding::Stewarded, Some(30)),
        (GoesIn::ByHand, Forwarding::Stewarded, None),
    ];
    for (own, (goes_in, forwarding, within)) in owns.flat_map(|own| goes_in.map(|goes_in| (own, goes_in))) {
        for (urgency, tier) in [Urgency::Routine, Urgency::MostUrgent].into_iter().zip(Tier::ALL) {
            for (way, most_urgent_pushes) in Way::ALL.into_iter().zip([true, false, true]) {
                let rules = WayRules { tiers: [way; 3], most_urgent_pushes, ..WayRules::PUSH };
                let found: Way = sqlx::query_scalar("select way_of_group($1, $2, $3, $4, $5, $6)")
                    .bind(own)
                    .bind(tier.number())
                    .bind(rules.tiers.as_slice())
                    .bind(urgency == Urgency::MostUrgent && most_urgent_pushes)
                    .bind(forwarding)
                    .bind(within)
                    .fetch_one(&mut *app.db().await)
                    .await
                    .expect("a way");
                let expected = rules.of(urgency, tier, own, goes_in);
                assert_eq!(found, expected, "{own:?} {goes_in:?} {urgency:?} {tier:?} {rules:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_group_that_listens_waits_is_not_counted_and_is_pushed_to_when_somebody_forwards() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "urgency": "routine" })).await;
    let before = messages(&app, &id).await;
    set(&app, "cmi-com", json!({ "way": "listen" })).await;
    assert_eq!(before - messages(&app, &id).await, 21, "its members are not paid for");
    app.release(&id).await;
    app.after(Duration::from_hours(48)).await;
    let shown = delivery(&app, &id, "cmi-com").await;
    assert_eq!((&shown["state"], &shown["times"]["release_at"]), (&json!("held"), &Value::Null));
    app.post(&Who::Admin, &format!("bulletins/{id}/forward"), json!({ "into": ["cmi-com"] })).await.expect(200);
    app.run().await;
    assert_eq!(delivery(&app, &id, "cmi-com").await["state"], "accepted");
    app.assert_exact(id.parse::<BulletinId>().expect("an id")).await;
}

#[tokio::test]
async fn what_nobody_forwarded_is_pushed_after_the_groups_own_time() {
    let app = TestApp::new().await;
    set(&app, "cmi-com", json!({ "way": "listen_then_push", "push_after": 30 })).await;
    let id = app.held().await;
    assert_eq!(delivery(&app, &id, "cmi-com").await["state"], "held");
    app.after(Duration::from_mins(31)).await;
    assert_eq!(delivery(&app, &id, "cmi-com").await["state"], "accepted");
}

#[tokio::test]
async fn what_is_most_urgent_is_pushed_also_to_those_who_only_listen() {
    let app = TestApp::new().await;
    set(&app, "cmi-com", json!({ "way": "listen" })).await;
    let id = app.write_with(json!({ "urgency": "most_urgent" })).await;
    app.release(&id).await;
    app.run().await;
    assert_eq!(delivery(&app, &id, "cmi-com").await["state"], "held");
    app.after(Duration::from_mins(11)).await;
    assert_eq!(delivery(&app, &id, "cmi-com").await["state"], "accepted");
}

#[tokio::test]
async fn a_bulletin_sets_the_way_of_all_groups_and_that_is_in_the_audit() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "way": "listen" })).await;
    assert_eq!(app.count("select count(*) from audit where act = 'set_way' and detail ->> 'way' = 'listen'").await, 1);
    app.release(&id).await;
    app.run().await;
    assert_eq!(delivery(&app, &id, "moi").await["state"], "held");
    let pushed = app.write_with(json!({ "way": "listen", "forwarding": "automatic" })).await;
    app.release(&pushed).await;
    app.run().await;
    assert_eq!(delivery(&app, &pushed, "moi").await["state"], "accepted", "automatic pushes everywhere");
}

#[tokio::test]
async fn a_steward_is_told_what_letting_it_in_costs_without_those_who_listen_below() {
    let app = TestApp::new().await;
    let cost = async |app: &TestApp, id: &str| {
        let waiting = app.get(&Who::Steward, &format!("waiting/{id}")).await.expect(200);
        waiting["forecast"]["messages"].as_i64().expect("a number")
    };
    let id = app.write_with(json!({ "urgency": "routine" })).await;
    app.release(&id).await;
    app.run().await;
    assert_eq!(cost(&app, &id).await, 60 + 20 + 30, "what waits for its own steward is paid for too");
    set(&app, "lpn-dist", json!({ "way": "listen" })).await;
    assert_eq!(cost(&app, &id).await, 60 + 20);
}

#[tokio::test]
async fn a_way_that_is_none_is_refused_and_nothing_changes() {
    let app = TestApp::new().await;
    let before = app.fingerprint().await;
    let refused = app.call(&Who::Admin, Method::PATCH, "groups/lpn", Some(&json!({ "way": "shout" }))).await;
    assert_eq!(refused.pointers(422), ["/way"]);
    let refused = app.call(&Who::Admin, Method::PATCH, "groups/lpn", Some(&json!({ "push_after": -1 }))).await;
    assert_eq!(refused.pointers(422), ["/push_after"]);
    assert_eq!(app.fingerprint().await, before);
}
