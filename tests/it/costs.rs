//! What pushing costs: counted by LINE's month, priced, held against a budget, and beside what LINE itself counted.

use std::time::Duration;

use gcc_relay::domain::account::Role;
use gcc_relay::domain::delivery::{Reason, State};
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::relay::quotas::refresh_line_counts;
use gcc_relay::simulator::{ChannelChange, Endpoint, Fault, FaultRule, GroupEvent, Quota};
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who};

/// Members of all linked groups of the small tree.
const ALL: i64 = 340 + 60 + 20 + 30 + 70 + 21 + 50;

async fn cost(app: &TestApp, who: &Who, query: &str) -> Value {
    app.get(who, &format!("cost{query}")).await.expect(200)
}

async fn automatic(app: &TestApp, urgency: &str) -> String {
    let id = app.write_with(json!({ "forwarding": "automatic", "urgency": urgency })).await;
    app.release(&id).await;
    app.run().await;
    id
}

async fn delivery(app: &TestApp, id: &str, group: &str) -> Value {
    let found = app.get(&Who::Admin, &format!("bulletins/{id}/deliveries?group={group}")).await.expect(200);
    found["items"][0].clone()
}

async fn limit(app: &TestApp, messages: Option<i64>) {
    app.post(&Who::Operator, "channels/gcc/budget", json!({ "messages": messages })).await.expect(200);
    app.run().await;
}

fn id_of(id: &str) -> BulletinId {
    id.parse().expect("an id")
}

/// The month of the tests' clock.
fn this_month(app: &TestApp) -> String {
    app.now().to_string()[..7].to_owned()
}

#[tokio::test]
async fn a_month_costs_a_message_for_every_member_that_was_pushed_to() {
    let app = TestApp::new().await;
    let nothing = cost(&app, &Who::Admin, "").await;
    assert_eq!((&nothing["messages"], &nothing["baht"]), (&json!(0), &json!(0.0)), "the free plan is enough");
    let id = automatic(&app, "routine").await;
    let month = cost(&app, &Who::Admin, "").await;
    assert_eq!(month["month"], this_month(&app));
    assert_eq!((&month["messages"], &month["baht"]), (&json!(ALL), &json!(1369.6)), "Basic with 7 % tax");
    assert_eq!(month["by_bulletin"][0]["bulletin_id"], id.as_str());
    assert_eq!(month["by_bulletin"][0]["baht"], json!(1369.6), "it was the only one");
    assert_eq!(month["by_channel"][0]["plan"], "Basic");
    assert_eq!(month["line"], json!({ "messages": null, "ours": 0, "settled": false }), "unknown, not 0");
    let offices: Vec<_> = month["by_office"].as_array().expect("a list").iter().map(|row| &row["messages"]).collect();
    assert_eq!(offices.iter().filter_map(|n| n.as_i64()).sum::<i64>(), ALL);
    let other = cost(&app, &Who::Admin, "?month=2001-02").await;
    assert_eq!((&other["messages"], &other["by_bulletin"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn what_is_forwarded_by_hand_costs_nothing_and_is_told_as_saved() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "way": "listen" })).await;
    app.release(&id).await;
    app.run().await;
    let before = cost(&app, &Who::Admin, "").await;
    assert_eq!(before["messages"], 340, "the origin is pushed to");
    let shared = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    let text = shared["share_text"].as_str().expect("a text").to_owned();
    app.line().happen("Clpn", GroupEvent::Message { member: 3, text }).await.expect("said");
    app.run().await;
    let after = cost(&app, &Who::Admin, "").await;
    assert_eq!(after["messages"], 340);
    assert_eq!(after["saved_by_listening"]["messages"], 60);
    assert_eq!(after["saved_by_listening"]["baht"], 0.0, "within what the plan holds");
    assert_eq!(after["by_bulletin"][0]["seen_groups"], 1);
    app.assert_exact(id_of(&id)).await;
}

#[tokio::test]
async fn an_office_sees_its_own_part_and_nobody_elses() {
    let app = TestApp::new().await;
    automatic(&app, "routine").await;
    let lamphun = cost(&app, &Who::Steward, "").await;
    assert_eq!(lamphun["messages"], 60 + 20 + 30);
    assert_eq!(lamphun["baht"], json!(254.92), "its share of 1,369.60 by messages");
    assert_eq!(cost(&app, &Who::Admin, "?office=lamphun").await["messages"], 110);
    assert_eq!(cost(&app, &Who::Steward, "?office=lamphun-commerce").await["messages"], 20);
    assert_eq!(app.get(&Who::Steward, "cost?office=chiangmai").await.problem(404)["title"], "Not found");
    assert_eq!(app.get(&Who::Admin, "cost?office=nowhere").await.problem(404)["title"], "Not found");
    assert_eq!(app.get(&Who::Admin, "cost?channel=nothing").await.problem(404)["title"], "Not found");
    for wrong in ["2026-13", "2026", "november", "2026-1"] {
        assert_eq!(app.get(&Who::Admin, &format!("cost?month={wrong}")).await.pointers(422), ["?month"], "{wrong}");
    }
}

#[tokio::test]
async fn a_forecast_tells_the_price_and_what_it_would_be_if_all_were_pushed() {
    let app = TestApp::new().await;
    app.patch(&Who::Admin, "groups/gcc1", json!({ "way": "push" })).await.expect(200);
    let id = app.write_with(json!({ "way": "listen", "urgency": "routine" })).await;
    let forecast = app.get(&Who::Admin, &format!("bulletins/{id}/forecast")).await.expect(200);
    assert_eq!((&forecast["messages"], &forecast["baht"]), (&json!(340), &json!(1369.6)));
    assert_eq!(forecast["if_pushed"], json!({ "messages": ALL, "baht": 1369.6 }));
    assert_eq!(forecast["channels"][0]["budget_left"], Value::Null);
    limit(&app, Some(1_000)).await;
    let forecast = app.get(&Who::Admin, &format!("bulletins/{id}/forecast")).await.expect(200);
    assert_eq!(forecast["channels"][0]["budget_left"], 720, "80 % of what is left without the reserve");
}

#[tokio::test]
async fn what_the_budget_does_not_allow_waits_with_its_reason_and_goes_on_when_it_is_raised() {
    let app = TestApp::new().await;
    limit(&app, Some(600)).await;
    let id = automatic(&app, "routine").await;
    // 432 may be pushed: 340 and 60 fit, 70 and 50 do not
    let states = app.states(id_of(&id)).await;
    assert_eq!((states["gcc1"], states["lpn"]), (State::Accepted, State::Accepted), "{states:?}");
    let waits = delivery(&app, &id, "cmi").await;
    assert_eq!((&waits["state"], &waits["reason"]["code"]), (&json!("ready"), &json!("over_budget")), "{waits}");
    assert_eq!(waits["attempts"], 0, "LINE was not asked");
    assert_eq!(states["lpn-com"], State::Accepted, "20 are small enough");
    app.after(Duration::from_mins(6)).await;
    assert_eq!(app.states(id_of(&id)).await["cmi"], State::Ready);
    limit(&app, None).await;
    let states = app.states(id_of(&id)).await;
    assert_eq!((states["cmi"], states["moi"], states["lpn-dist"]), (State::Accepted, State::Accepted, State::Accepted));
    app.assert_exact(id_of(&id)).await;
    assert_eq!(app.count("select count(*) from audit where act = 'set_budget'").await, 2);
}

#[tokio::test]
async fn the_reserve_is_for_what_is_most_urgent_once_an_operator_opens_it() {
    let app = TestApp::new().await;
    limit(&app, Some(ALL)).await;
    let id = automatic(&app, "most_urgent").await;
    let waiting = |states: std::collections::BTreeMap<String, State>| {
        states.values().filter(|state| **state == State::Ready).count()
    };
    assert_eq!(waiting(app.states(id_of(&id)).await), 3, "531 of 591 without the reserve");
    app.post(&Who::Operator, "channels/gcc/reserve", json!({})).await.expect(200);
    app.run().await;
    assert_eq!(waiting(app.states(id_of(&id)).await), 0);
    let routine = automatic(&app, "routine").await;
    assert_eq!(delivery(&app, &routine, "gcc1").await["reason"]["code"], "over_budget", "not for what is routine");
    // a new month has a budget of its own, and its reserve is closed
    app.after(Duration::from_hours(24 * 31)).await;
    let states = app.states(id_of(&id)).await;
    assert_eq!(waiting(states), 0);
    app.assert_exact(id_of(&id)).await;
}

#[tokio::test]
async fn a_group_too_large_for_what_line_has_left_does_not_stop_smaller_ones() {
    let app = TestApp::new().await;
    let quota = |limit| ChannelChange { quota: Some(Quota::Limited(limit)), ..ChannelChange::default() };
    app.line().change_channel("gcc", quota(340 + 70 + 50)).expect("changed");
    let id = automatic(&app, "routine").await;
    let states = app.states(id_of(&id)).await;
    let refused: Vec<_> = states.iter().filter(|(_, state)| **state == State::Ready).collect();
    assert!(!refused.is_empty(), "{states:?}");
    let channel = app.get(&Who::Admin, "channels").await.expect(200);
    assert_eq!(channel["items"][0]["parked"], Value::Null, "there are messages left");
    let reasons = app.texts("select distinct reason::text from deliveries where state = 'ready'").await;
    assert_eq!(reasons, [serde_json::to_value(Reason::OverQuota).expect("a word").as_str().expect("a word")]);
    app.line().change_channel("gcc", quota(100_000)).expect("changed");
    app.after(Duration::from_mins(6)).await;
    assert!(app.states(id_of(&id)).await.values().all(|state| *state != State::Ready));
    app.assert_exact(id_of(&id)).await;
}

#[tokio::test]
async fn what_line_had_left_last_month_holds_up_nothing_in_this_month() {
    let app = TestApp::new().await;
    // LINE says nothing new of its quota
    app.faults([FaultRule::always(Fault::Status { status: 500 }).endpoint(Endpoint::Quota)]);
    let told = sqlx::query("update channels set quota_limit = 100, quota_used = 90, quota_checked_at = $1");
    told.bind(app.now()).execute(&mut *app.db().await).await.expect("ten are left");
    let held_up = automatic(&app, "routine").await;
    let origin = delivery(&app, &held_up, "gcc1").await;
    assert_eq!((&origin["state"], &origin["reason"]["code"]), (&json!("ready"), &json!("over_quota")), "{origin}");
    app.after(Duration::from_hours(24 * 31)).await;
    let id = automatic(&app, "routine").await;
    let states = app.states(id_of(&id)).await;
    assert!(states.values().all(|state| *state != State::Ready), "{states:?}");
    assert_eq!(states["gcc1"], State::Accepted);
    app.assert_exact(id_of(&id)).await;
}

#[tokio::test]
async fn what_line_counted_stands_beside_ours_and_is_unknown_until_it_has() {
    let app = TestApp::new().await;
    automatic(&app, "routine").await;
    let month = this_month(&app);
    refresh_line_counts(&app.engine).await.expect("asked");
    let line = cost(&app, &Who::Admin, "").await["line"].clone();
    assert_eq!(line, json!({ "messages": 0, "ours": 0, "settled": false }), "today is not counted yet");
    app.after(Duration::from_hours(24)).await;
    refresh_line_counts(&app.engine).await.expect("asked");
    let so_far = cost(&app, &Who::Admin, &format!("?month={month}")).await;
    assert_eq!(so_far["line"], json!({ "messages": ALL, "ours": ALL, "settled": false }));
    app.after(Duration::from_hours(24 * 31)).await;
    refresh_line_counts(&app.engine).await.expect("asked");
    let settled = cost(&app, &Who::Admin, &format!("?month={month}")).await;
    assert_eq!(settled["line"], json!({ "messages": ALL, "ours": ALL, "settled": true }));
    let asked = app.count("select count(*) from line_day_counts").await;
    refresh_line_counts(&app.engine).await.expect("asked");
    assert_eq!(app.count("select count(*) from line_day_counts").await, asked);
}

#[tokio::test]
async fn what_is_counted_of_a_whole_channel_is_not_told_of_a_part_of_the_tree() {
    let app = TestApp::new().await;
    automatic(&app, "routine").await;
    app.after(Duration::from_hours(24)).await;
    refresh_line_counts(&app.engine).await.expect("asked");
    let whole = cost(&app, &Who::Admin, "").await;
    assert_eq!((&whole["line"]["messages"], &whole["by_channel"][0]["reminders"]), (&json!(ALL), &json!(0)));
    assert_eq!(whole["by_channel"][0]["line"]["messages"], json!(ALL));
    let unknown = json!({ "messages": null, "ours": 0, "settled": false });
    for (who, query) in
        [(&Who::Steward, ""), (&Who::Steward, "?office=lamphun-commerce"), (&Who::Admin, "?office=lamphun")]
    {
        let part = cost(&app, who, query).await;
        let channel = &part["by_channel"][0];
        assert_eq!((&part["line"], &channel["line"]), (&unknown, &unknown), "{query}");
        assert_eq!((&channel["channel"], &channel["reminders"]), (&json!("gcc"), &Value::Null), "{query}");
    }
    let none = cost(&app, &Who::Steward, "?month=2001-02").await;
    assert_eq!(none["by_channel"], json!([]), "no channel was used there");
    assert_eq!(cost(&app, &Who::Admin, "?month=2001-02").await["by_channel"][0]["channel"], "gcc");
    let page = async |who| app.sign_in(who).await.open("/cost").await.text;
    let (whole, part) = (page(Who::Admin).await, page(Who::Steward).await);
    for word in ["LINE นับแล้ว", "ต่างจากที่ระบบนับ"] {
        assert!(whole.contains(word) && !part.contains(word), "{word}");
    }
}

#[tokio::test]
async fn line_is_asked_again_for_a_day_that_it_has_not_counted_after_an_hour() {
    let app = TestApp::new().await;
    let unready = sqlx::query(
        "insert into line_day_counts (channel_id, day, asked_at)
            select id, ($1 at time zone 'Asia/Tokyo')::date - 1, $1 from channels",
    );
    unready.bind(app.now()).execute(&mut *app.db().await).await.expect("not counted");
    let open = "select count(*) from line_day_counts where messages is null";
    app.clock.advance(Duration::from_mins(59));
    refresh_line_counts(&app.engine).await.expect("asked");
    assert_eq!(app.count(open).await, 1, "it was asked within the hour");
    app.clock.advance(Duration::from_mins(1));
    refresh_line_counts(&app.engine).await.expect("asked");
    assert_eq!(app.count(open).await, 0);
}

#[tokio::test]
async fn a_budget_that_is_none_is_refused_and_nothing_changes() {
    let app = TestApp::new().await;
    let before = app.fingerprint().await;
    for (body, pointer) in [(json!({ "messages": -1 }), "/messages"), (json!({ "baht": -1 }), "/baht")] {
        let refused = app.call(&Who::Operator, Method::POST, "channels/gcc/budget", Some(&body)).await;
        assert_eq!(refused.pointers(422), [pointer]);
    }
    let nowhere = app.call(&Who::Operator, Method::POST, "channels/nothing/budget", Some(&json!({}))).await;
    assert_eq!(nowhere.problem(404)["title"], "Not found");
    assert_eq!(app.fingerprint().await, before);
}

#[tokio::test]
async fn a_wrong_budget_is_told_by_its_field_and_a_good_one_is_shown_again() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Who::Operator).await;
    assert!(operator.open("/channels").await.text.contains(r#"href="/channels/gcc/budget""#));
    let before = app.fingerprint().await;
    let refused = operator.submit("/channels/gcc/budget", &[("messages", "มาก"), ("baht", "1.5")]).await;
    assert_eq!(refused.status, 422);
    for part in [r#"id="messages-fault""#, r#"id="baht-fault""#, r#"value="มาก""#, r#"value="1.5""#] {
        assert!(refused.text.contains(part), "{part}: {}", refused.text);
    }
    let half = operator.submit("/channels/gcc/budget", &[("messages", "๑,๐๐๐"), ("baht", "-1")]).await;
    assert!(!half.text.contains("messages-fault") && half.text.contains("baht-fault"), "{}", half.text);
    assert_eq!(app.fingerprint().await, before, "nothing is set");
    let set = operator.submit("/channels/gcc/budget", &[("messages", "๑,๐๐๐"), ("baht", "")]).await;
    assert_eq!(set.location(), "/channels?said=budget-set");
    let page = operator.open("/channels/gcc/budget").await.text;
    assert!(
        page.contains(r#"name="messages" value="1000""#) && page.contains(r#"action="/channels/gcc/reserve""#),
        "{page}"
    );
    assert_eq!(operator.open("/channels/nothing/budget").await.status, 404);
    assert_eq!(operator.submit("/channels/nothing/budget", &[("messages", "x")]).await.status, 404);
}

#[tokio::test]
async fn an_operator_of_an_office_neither_sees_nor_sets_a_budget() {
    let app = TestApp::new().await;
    let lamphun = app.sign_in_as("the-lamphun-duty", Role::Operator, Some("lamphun")).await;
    let before = app.fingerprint().await;
    assert_eq!(lamphun.open("/channels/gcc/budget").await.status, 404);
    for messages in ["1000", "x"] {
        let refused = lamphun.submit("/channels/gcc/budget", &[("messages", messages)]).await;
        assert_eq!(refused.status, 404, "{messages}");
    }
    assert_eq!(lamphun.submit("/channels/gcc/reserve", &[]).await.status, 404);
    assert_eq!(app.fingerprint().await, before);
}
