//! Who acknowledged: persons, taps without a name and the group's own steward are told apart, in every count.

use std::time::Duration;

use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::time::Timestamp;
use gcc_relay::store::acknowledgements::acknowledge_as_steward;
use gcc_relay::store::locks::lock_bulletins_shared;
use serde_json::{Value, json};

use crate::relay_people::store_event;
use crate::test_app::{TestApp, Who};

/// Notes that the steward of a group acknowledged; gives whether that was new.
async fn by_steward(app: &TestApp, id: BulletinId, group: &str, at: Timestamp) -> bool {
    let delivery = app.delivery(id, group).await;
    let mut tx = app.engine.db.begin().await.expect("a transaction");
    let lock = lock_bulletins_shared(&mut tx, &[id]).await.expect("locked");
    let (no, group) = (delivery.id.bulletin_no(), delivery.group_id);
    let new = acknowledge_as_steward(&mut tx, &lock, no, group, at).await.expect("asked");
    tx.commit().await.expect("committed");
    new
}

async fn status(app: &TestApp, id: BulletinId, query: &str) -> Value {
    app.get(&Who::Admin, &format!("bulletins/{id}/status{query}")).await.expect(200)
}

async fn tap(app: &TestApp, group: &str, person: Option<&str>, id: BulletinId) {
    store_event(app, "tap", group, person, Some(format!("ack:{id}"))).await;
    app.run().await;
}

#[tokio::test]
async fn the_steward_of_a_group_acknowledges_once_and_the_first_time_counts() {
    let app = TestApp::new().await;
    let id: BulletinId = app.relayed().await.parse().expect("an id");
    let (first, later) = (app.now(), app.now() + Duration::from_mins(5));
    let before = app.delivery(id, "moi").await;
    assert!(by_steward(&app, id, "moi", later).await);
    assert!(!by_steward(&app, id, "moi", later).await, "the same again");
    assert!(!by_steward(&app, id, "moi", first).await, "LINE keeps no order");
    let moi = app.delivery(id, "moi").await;
    assert_eq!((moi.steward_at, moi.state, moi.acknowledged), (Some(first), before.state, 0), "nothing else changes");
    assert!(moi.changed > before.changed, "who follows the changes is told");
    assert_eq!(status(&app, id, "").await["acknowledged"]["by_steward"], 1);
    app.assert_exact(id).await;
}

#[tokio::test]
async fn every_count_tells_persons_taps_without_a_name_and_stewards_apart() {
    let app = TestApp::new().await;
    let id: BulletinId = app.relayed().await.parse().expect("an id");
    for person in [Some("U1"), Some("U2"), None] {
        tap(&app, "Cmoi", person, id).await;
    }
    tap(&app, "Ccmicom", Some("U1"), id).await;
    by_steward(&app, id, "moi", app.now()).await;
    by_steward(&app, id, "cmi-com", app.now()).await;

    let whole = status(&app, id, "").await;
    let all = json!({ "groups": 2, "persons": 3, "unnamed": 1, "by_steward": 2, "reported": 0, "taps": 4 });
    let second = json!({ "groups": 1, "persons": 2, "unnamed": 1, "by_steward": 1, "reported": 0, "taps": 3 });
    assert_eq!((&whole["acknowledged"], &whole["tiers"][1]["acknowledged"]), (&all, &second));
    let part = status(&app, id, "?under=cmi").await;
    let below = json!({ "groups": 1, "persons": 1, "unnamed": 0, "by_steward": 1, "reported": 0, "taps": 1 });
    assert_eq!((&part["acknowledged"], &part["tiers"][1]["acknowledged"]), (&below, &below));

    let moi = app.get(&Who::Admin, &format!("bulletins/{id}/deliveries?group=moi")).await.expect(200);
    let moi = &moi["items"][0];
    assert_eq!((&moi["acknowledged"], &moi["persons"], &moi["unnamed"]), (&json!(3), &json!(2), &json!(1)));
    assert!(moi["by_steward_at"].is_string(), "{moi}");
    assert_eq!(moi["reported"], Value::Null);
    let story = app.get(&Who::Admin, &format!("deliveries/{}", moi["id"].as_str().expect("an id"))).await.expect(200);
    let told =
        story["timeline"].as_array().expect("a list").iter().any(|step| step["what"] == "acknowledged_by_steward");
    assert!(told, "{story}");
    app.assert_exact(id).await;
}
