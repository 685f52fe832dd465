//! Groups, join codes, offices, coverage and channels over REST.

use std::time::Duration;

use gcc_relay::simulator::{ChannelChange, GroupConfig, GroupEvent};
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who};

/// Somebody writes in a LINE group; the webhook must be taken.
async fn say(app: &TestApp, line_group: &str, text: &str) {
    let said = GroupEvent::Message { member: 1, text: text.to_owned() };
    assert_eq!(app.line().happen(line_group, said).await.expect("said").status, Some(200));
}

#[tokio::test]
async fn groups_narrow_and_go_on_from_page_to_page() {
    let app = TestApp::new().await;
    let codes = async |query: &str| -> (Vec<String>, Option<String>) {
        let page = app.get(&Who::Admin, &format!("groups?{query}")).await.expect(200);
        let items = page["items"].as_array().expect("items").iter();
        let codes = items.map(|item| item["code"].as_str().expect("a code").to_owned()).collect();
        (codes, page["next_cursor"].as_str().map(str::to_owned))
    };
    for (query, expected) in [
        ("tier=2", &["cmi", "lpn", "moi"][..]),
        ("province=51", &["lpn", "lpn-com", "lpn-dist"]),
        ("office=lamphun", &["lpn"]),
        ("under=cmi&linked=true", &["cmi", "cmi-com"]),
        ("linked=false", &["cmi-far"]),
    ] {
        assert_eq!(codes(query).await, (expected.iter().map(|code| (*code).to_owned()).collect(), None), "{query}");
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for expected in [3, 3, 2] {
        let (page, next) = codes(&format!("limit=3{cursor}")).await;
        assert_eq!(page.len(), expected);
        seen.extend(page);
        cursor = next.map(|next| format!("&cursor={next}")).unwrap_or_default();
    }
    assert_eq!(cursor, "");
    assert!(seen.is_sorted() && seen.len() == 8, "{seen:?}");
}

#[tokio::test]
async fn a_group_tells_its_settings_its_office_and_its_stewards_by_title() {
    let app = TestApp::new().await;
    let group = app.get(&Who::Publisher, "groups/lpn").await.expect(200);
    insta::assert_json_snapshot!(group);
}

#[tokio::test]
async fn a_groups_settings_are_changed_one_by_one_and_hold_for_the_next_bulletin() {
    let app = TestApp::new().await;
    let changed = app.patch(&Who::Steward, "groups/lpn", json!({ "forward_within": 60 })).await.expect(200);
    assert_eq!((&changed["forward_within"], &changed["forwarding"]), (&json!(60), &json!("stewarded")));
    let changed = app.patch(&Who::Operator, "groups/lpn", json!({ "name": " GCC2-ลำพูน " })).await.expect(200);
    assert_eq!((&changed["forward_within"], &changed["name"]), (&json!(60), &json!("GCC2-ลำพูน")));
    let id = app.held().await;
    app.after(Duration::from_mins(61)).await;
    let delivery = app.get(&Who::Admin, &format!("bulletins/{id}/deliveries?group=lpn")).await.expect(200);
    assert_eq!(
        (&delivery["items"][0]["state"], &delivery["items"][0]["forwarded_by"]),
        (&json!("accepted"), &json!("time"))
    );
    let never = app.patch(&Who::Admin, "groups/lpn", json!({ "forward_within": null })).await.expect(200);
    assert_eq!(never["forward_within"], Value::Null);
    assert_eq!(app.count("select count(*) from audit where act = 'change_group'").await, 3);
}

#[tokio::test]
async fn a_join_code_typed_in_a_line_group_links_it() {
    let app = TestApp::new().await;
    let new_group = GroupConfig::joined("Cfar", "อมก๋อยร่วมใจ", 12, "gcc");
    app.line().put_group(new_group).expect("a group");
    let made = app.post(&Who::Operator, "groups/cmi-far/join-code", json!({})).await;
    let answer = made.expect(201);
    assert_eq!(answer["expires_at"], "2018-03-24T00:00:00Z");
    let code = answer["code"].as_str().expect("a code");
    say(&app, "Cfar", &code.to_lowercase()).await;
    app.run().await;
    let group = app.get(&Who::Admin, "groups/cmi-far").await.expect(200);
    assert_eq!((&group["linked"], &group["members"]), (&json!(true), &json!(12)));
    assert_eq!(group["line_name"], "อมก๋อยร่วมใจ", "what its members call it is read back");
    let id = app.relayed().await;
    assert_eq!(app.accepted_in("Cfar"), 1, "{id}");
    assert!(app.line().chat("Cfar").iter().any(|line| line.contains("ยังไม่เชื่อม")), "the group is told which node it is");
}

#[tokio::test]
async fn a_join_code_works_once_only_the_newest_and_not_for_ever() {
    let app = TestApp::new().await;
    for (id, members) in [("Ca", 5), ("Cb", 6)] {
        app.line().put_group(GroupConfig::joined(id, id, members, "gcc")).expect("a group");
    }
    let make = async || {
        let made = app.post(&Who::Operator, "groups/cmi-far/join-code", json!({})).await.expect(201);
        made["code"].as_str().expect("a code").to_owned()
    };
    let members = async || app.get(&Who::Admin, "groups/cmi-far").await.expect(200)["members"].clone();
    let (old, new) = (make().await, make().await);
    say(&app, "Ca", &old).await;
    app.run().await;
    assert_eq!(members().await, 10, "a newer code takes the place of an older one");
    app.clock.advance(Duration::from_hours(25));
    say(&app, "Ca", &new).await;
    app.run().await;
    assert_eq!(members().await, 10, "it was too old");
    let good = make().await;
    say(&app, "Ca", &good).await;
    say(&app, "Cb", &good).await;
    app.run().await;
    assert_eq!(members().await, 5, "the second group came too late");
}

#[tokio::test]
async fn a_join_code_is_kept_nowhere_in_the_clear() {
    let app = TestApp::new().await;
    let request = app.request(&Who::Operator, reqwest::Method::POST, "groups/cmi-far/join-code");
    let made = app.send(request.header("idempotency-key", "k1").json(&json!({}))).await.expect(201);
    let code = made["code"].as_str().expect("a code");
    let request = app.request(&Who::Operator, reqwest::Method::POST, "groups/cmi-far/join-code");
    let again = app.send(request.header("idempotency-key", "k1").json(&json!({}))).await;
    assert_eq!((again.expect(201)["code"].as_str(), again.header("idempotency-replayed")), (Some(code), "true"));
    let plain = code.trim_start_matches("GCC-");
    for table in ["idempotency_keys", "join_codes", "audit"] {
        let query = format!("select count(*) from {table} t where t::text like $1");
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).bind(format!("%{plain}%"));
        let found: i64 = query.fetch_one(&mut *app.db().await).await.expect("a number");
        assert_eq!(found, 0, "{table}");
    }
}

#[tokio::test]
async fn an_account_that_leaves_unlinks_its_group() {
    let app = TestApp::new().await;
    assert_eq!(app.line().happen("Cmoi", GroupEvent::Leave).await.expect("left").status, Some(200));
    app.run().await;
    let group = app.get(&Who::Admin, "groups/moi").await.expect(200);
    assert_eq!((&group["linked"], &group["lost_at"]), (&json!(false), &json!("2018-03-23T00:00:00Z")));
}

#[tokio::test]
async fn an_office_is_shown_with_its_groups() {
    let app = TestApp::new().await;
    let office = app.get(&Who::Steward, "offices/lamphun").await.expect(200);
    assert_eq!((&office["kind"], &office["groups"][0]["code"]), (&json!("province"), &json!("lpn")));
    let page = app.get(&Who::Admin, "offices?limit=5").await.expect(200);
    let cursor = page["next_cursor"].as_str().expect("another page");
    let rest = app.get(&Who::Admin, &format!("offices?limit=5&cursor={cursor}")).await.expect(200);
    assert_eq!((rest["items"].as_array().map(Vec::len), &rest["next_cursor"]), (Some(3), &Value::Null));
}

#[tokio::test]
async fn coverage_counts_what_is_planned_linked_and_lost_and_where_the_last_bulletin_went() {
    let app = TestApp::new().await;
    app.relayed().await;
    app.line().happen("Cmoi", GroupEvent::Leave).await.expect("left");
    app.run().await;
    let coverage = app.get(&Who::Approver, "coverage").await.expect(200);
    insta::assert_json_snapshot!(coverage, {
        ".tiers[].last_bulletin.id" => "[id]",
        ".provinces[].last_bulletin.id" => "[id]",
    });
}

#[tokio::test]
async fn a_parked_channel_holds_everything_back_until_it_is_resumed() {
    let app = TestApp::new().await;
    let parked = app.post(&Who::Operator, "channels/gcc/park", json!({})).await.expect(200);
    assert_eq!(
        (&parked["parked"]["reason"], &parked["parked"]["since"]),
        (&json!("operator"), &json!("2018-03-23T00:00:00Z"))
    );
    assert_eq!(app.post(&Who::Operator, "channels/gcc/park", json!({})).await.problem_name(409), "parked");
    let id = app.relayed().await;
    assert_eq!(app.line().counts().accepted, 0);
    let resumed = app.post(&Who::Operator, "channels/gcc/resume", json!({})).await.expect(200);
    assert_eq!(resumed["parked"], Value::Null);
    assert_eq!(app.post(&Who::Operator, "channels/gcc/resume", json!({})).await.problem_name(409), "not-parked");
    app.run().await;
    let status = app.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
    assert_eq!((&status["settled"], &status["counts"]["accepted"]), (&json!(true), &json!(7)));
    app.post(&Who::Operator, "channels/other/park", json!({})).await.problem(404);
}

#[tokio::test]
async fn channels_are_shown_without_their_secrets() {
    let app = TestApp::new().await;
    say(&app, "Cmoi", "สวัสดีครับ").await;
    let channels = app.get(&Who::Operator, "channels").await;
    insta::assert_json_snapshot!(channels.expect(200));
    assert!(!channels.text.contains(crate::test_relay::SECRET) && !channels.text.contains(crate::test_relay::TOKEN));
}

#[tokio::test]
async fn the_pace_of_a_channel_is_read_and_changed_over_rest_by_administrators() {
    let app = TestApp::new().await;
    let one = app.get(&Who::Operator, "channels/gcc").await.expect(200);
    assert_eq!((&one["code"], &one["rate"]), (&json!("gcc"), &json!(1_950)));
    let changed = app.patch(&Who::Admin, "channels/gcc", json!({ "rate": 500 })).await.expect(200);
    assert_eq!(changed["rate"], 500);
    assert_eq!(app.patch(&Who::Admin, "channels/gcc", json!({})).await.expect(200)["rate"], 500);
    for rate in [json!(0), json!(2_001), json!("fast"), json!(-1)] {
        assert_eq!(app.patch(&Who::Admin, "channels/gcc", json!({ "rate": rate })).await.pointers(422), ["/rate"]);
    }
    app.patch(&Who::Admin, "channels/gcc", json!({ "token": "x" })).await.problem(422);
    assert_eq!(app.texts("select detail ->> 'rate' from audit where act = 'channel_rate'").await, ["500"]);
    for path in ["channels/other", "channels/-"] {
        app.get(&Who::Admin, path).await.problem(404);
        app.patch(&Who::Admin, path, json!({ "rate": 1 })).await.problem(404);
    }
}

#[tokio::test]
async fn line_is_asked_about_a_channel_over_rest_and_no_secret_comes_back() {
    let app = TestApp::new().await;
    let check = async |body: Value| app.post(&Who::Operator, "channels/gcc/check", body).await;
    let asked = check(json!({})).await;
    let found = asked.expect(200);
    assert_eq!((&found["account"]["basic_id"], &found["failures"]), (&json!("@gcc"), &json!([])));
    assert!(found["month"]["used"].is_number() && found["webhook_test"].is_null(), "{found}");
    let wanted = found["webhook"]["wanted"].as_str().expect("an address");
    assert!(wanted.ends_with("/line/webhook/gcc"), "{wanted}");
    let webhook_at = |address: &str| {
        let change = ChannelChange { webhook: Some(address.to_owned()), ..ChannelChange::default() };
        app.line().change_channel("gcc", change).expect("changed");
    };
    assert_eq!(check(json!({ "test_webhook": true })).await.expect(200)["webhook_test"]["arrived"], true);
    webhook_at(wanted);
    assert_eq!(check(json!({})).await.expect(200)["webhook"]["state"], "here");
    webhook_at("http://127.0.0.1:9/nothing");
    let found = check(json!({ "test_webhook": true })).await.expect(200);
    assert_eq!(
        (&found["webhook"]["state"], &found["webhook"]["address"]),
        (&json!("elsewhere"), &json!("http://127.0.0.1:9/nothing"))
    );
    let tried = &found["webhook_test"];
    assert!(tried["reason"].as_str().is_some_and(|why| why.starts_with("COULD_NOT_CONNECT")), "{tried}");
    assert_eq!(tried["arrived"], false);
    app.sign_in(Who::Admin).await.submit("/channels/gcc/rotate", &[("token", "no-token-of-line")]).await.location();
    let refused = check(json!({ "test_webhook": true })).await;
    let found = refused.expect(200);
    assert_eq!(
        (&found["account"], &found["month"], &found["webhook_test"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(found["failures"], json!([{ "question": "account", "reason": "token_refused" }]));
    for answer in [asked.text, refused.text] {
        assert!(!answer.contains(crate::test_relay::TOKEN) && !answer.contains("no-token-of-line"), "{answer}");
    }
    app.post(&Who::Operator, "channels/other/check", json!({})).await.problem(404);
}
