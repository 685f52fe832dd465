//! The steward over REST: what waits for the office, deputies for a while, bulletins of its own.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who, letter};

async fn waiting(app: &TestApp) -> Vec<Value> {
    app.get(&Who::Steward, "waiting").await.expect(200)["items"].as_array().expect("items").clone()
}

fn subjects(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["subject"].as_str().expect("a subject")).collect()
}

#[tokio::test]
async fn what_waits_is_told_by_urgency_then_by_the_time_at_which_it_goes_on() {
    let app = TestApp::new().await;
    let send = async |urgency: &str, subject: &str| {
        let id = app.write_with(json!({ "urgency": urgency, "subject": subject })).await;
        app.release(&id).await;
        app.run().await;
        id
    };
    send("routine", "ปกติ").await;
    app.patch(&Who::Steward, "groups/lpn", json!({ "forward_within": 240 })).await.expect(200);
    send("urgent", "ด่วน สี่ชั่วโมง").await;
    app.patch(&Who::Steward, "groups/lpn", json!({ "forward_within": 60 })).await.expect(200);
    send("urgent", "ด่วน หนึ่งชั่วโมง").await;
    app.patch(&Who::Steward, "groups/lpn", json!({ "forward_within": null })).await.expect(200);
    send("urgent", "ด่วน ไม่มีกำหนด").await;
    let first = send("most_urgent", "ด่วนที่สุด").await;
    let items = waiting(&app).await;
    let expected = ["ด่วนที่สุด", "ด่วน หนึ่งชั่วโมง", "ด่วน สี่ชั่วโมง", "ด่วน ไม่มีกำหนด", "ปกติ"];
    assert_eq!(subjects(&items), expected);
    let item = &items[0];
    assert_eq!(item["bulletin_id"], first);
    assert_eq!((&item["held_at"], &item["groups"], &item["people"]), (&json!(["lpn"]), &json!(3), &json!(110)));
    assert_eq!((&item["release_at"], &item["from"]), (&Value::Null, &json!("สำนักนายกรัฐมนตรี")));
}

#[tokio::test]
async fn what_is_not_at_the_office_yet_or_no_longer_does_not_wait_for_it() {
    let app = TestApp::new().await;
    let id = app.write().await;
    app.release(&id).await;
    assert_eq!(waiting(&app).await.len(), 0, "the group above has not got it yet");
    app.run().await;
    assert_eq!(waiting(&app).await.len(), 1);
    app.post(&Who::Steward, &format!("bulletins/{id}/forward"), json!({ "into": "all" })).await.expect(200);
    assert_eq!(waiting(&app).await.len(), 0);
    let other = app.held().await;
    app.post(&Who::Admin, &format!("bulletins/{other}/withdraw"), json!({ "reason": "ผิด" })).await.expect(200);
    assert_eq!(waiting(&app).await.len(), 0);
}

#[tokio::test]
async fn a_waiting_bulletin_tells_what_line_will_count_against_which_quota() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let told = app.get(&Who::Steward, &format!("waiting/{id}")).await.expect(200);
    assert_eq!(told["copies"][0]["state"], "held");
    let forecast = &told["forecast"];
    assert_eq!(
        (&forecast["groups"], &forecast["messages"], &forecast["stewarded"]),
        (&json!(3), &json!(110), &json!(1))
    );
    assert_eq!(
        (&forecast["channels"][0]["channel"], &forecast["channels"][0]["messages"]),
        (&json!("gcc"), &json!(110))
    );
    app.post(&Who::Steward, &format!("bulletins/{id}/forward"), json!({ "into": "all" })).await.expect(200);
    app.run().await;
    let after = app.get(&Who::Steward, &format!("waiting/{id}")).await.expect(200);
    assert_eq!(
        (&after["copies"][0]["state"], &after["copies"][0]["forwarded_by"]),
        (&json!("accepted"), &json!("key:steward"))
    );
    assert_eq!(after["forecast"]["messages"], 0, "nothing is held at the office any more");
    let elsewhere = app.write_with(json!({ "audience": { "groups": ["cmi-com"] } })).await;
    app.release(&elsewhere).await;
    app.get(&Who::Steward, &format!("waiting/{elsewhere}")).await.problem(404);
}

#[tokio::test]
async fn the_reason_for_declining_stays_with_the_delivery_until_it_is_reversed() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let reason = "เป็นภารกิจของกรมการค้าภายใน";
    let decline = json!({ "into": ["lpn"], "reason": reason });
    app.post(&Who::Steward, &format!("bulletins/{id}/decline"), decline).await.expect(200);
    let delivery = format!("deliveries/{}", app.delivery_of(&id, "lpn").await);
    let told = app.get(&Who::Operator, &delivery).await.expect(200);
    assert_eq!((&told["reason"]["code"], &told["reason"]["said"]), (&json!("not_for_us"), &json!(reason)));
    app.post(&Who::Operator, &format!("bulletins/{id}/undecline"), json!({ "into": ["lpn"] })).await.expect(200);
    assert_eq!(app.get(&Who::Operator, &delivery).await.expect(200)["reason"], Value::Null);
    assert_eq!(app.count("select count(*) from deliveries where declined_because is not null").await, 0);
}

#[tokio::test]
async fn a_deputy_stands_in_from_one_day_until_another_and_an_import_leaves_that_alone() {
    let app = TestApp::new().await;
    let deputies = async |app: &TestApp| -> Vec<Value> {
        let group = app.get(&Who::Steward, "groups/lpn").await.expect(200);
        group["stewards"].as_array().expect("stewards").iter().filter(|one| one["deputy"] == true).cloned().collect()
    };
    let named = json!({ "name": "นางสาวสมหญิง ใจดี", "title": "รองผู้ว่าราชการจังหวัดลำพูน", "phone": "053 000 000",
        "from": "2018-03-24T00:00:00Z", "until": "2018-03-31T00:00:00Z" });
    let made = app.post(&Who::Steward, "groups/lpn/deputies", named).await.expect(201);
    assert_eq!(deputies(&app).await, std::slice::from_ref(&made));
    let seen = app.get(&Who::Publisher, "groups/lpn").await.expect(200);
    assert_eq!((&seen["stewards"][1]["name"], &seen["stewards"][1]["phone"]), (&Value::Null, &Value::Null));
    app.import("code,parent,deputy\nlpn,gcc1,ปลัดจังหวัดลำพูน\n").await;
    assert_eq!(deputies(&app).await.len(), 2);
    let path = format!("groups/lpn/deputies/{}", made["id"]);
    assert_eq!(app.delete(&Who::Steward, &path).await.status, 204);
    app.delete(&Who::Steward, &path).await.problem(404);
    assert_eq!(deputies(&app).await.len(), 1);
    for (fault, at) in [
        (json!({ "until": "2018-03-31T00:00:00Z" }), "/name"),
        (json!({ "name": "ก", "until": "2018-03-01T00:00:00Z" }), "/until"),
        (json!({ "name": "ก", "until": "2028-03-01T00:00:00Z" }), "/until"),
        (json!({ "name": "ก", "phone": "ไม่มี", "until": "2018-03-31T00:00:00Z" }), "/phone"),
    ] {
        assert_eq!(app.post(&Who::Steward, "groups/lpn/deputies", fault).await.pointers(422), [at]);
    }
}

#[tokio::test]
async fn the_time_of_a_deputy_ends_by_itself() {
    let app = TestApp::new().await;
    let named = json!({ "name": "นางสาวสมหญิง ใจดี", "until": "2018-03-25T00:00:00Z" });
    app.post(&Who::Steward, "groups/lpn/deputies", named).await.expect(201);
    let count = async || app.get(&Who::Steward, "groups/lpn").await.expect(200)["stewards"].as_array().map(Vec::len);
    assert_eq!(count().await, Some(2));
    app.after(Duration::from_hours(72)).await;
    assert_eq!(count().await, Some(1));
}

#[tokio::test]
async fn a_province_originates_its_own_news_to_its_own_subtree() {
    let app = TestApp::new().await;
    let draft = app.post(&Who::Steward, "bulletins", letter(json!({}))).await.expect(201);
    assert_eq!(draft["origin"], "lpn");
    let id = draft["id"].as_str().expect("an id").to_owned();
    let published = app.post(&Who::Steward, &format!("bulletins/{id}/publish"), json!({})).await.expect(202);
    assert_eq!(published["deliveries"], 3);
    app.run().await;
    assert_eq!(app.accepted_in("Clpn"), 1);
    assert_eq!((app.accepted_in("Cgcc1"), app.accepted_in("Ccmi")), (0, 0));
    assert_eq!(app.count("select count(*) from audit where act = 'publish' and actor = 'key:steward'").await, 1);
    let reason = json!({ "reason": "ข้อมูลคลาดเคลื่อน" });
    app.post(&Who::Steward, &format!("bulletins/{id}/withdraw"), reason).await.expect(200);
}

#[tokio::test]
async fn a_steward_originates_neither_from_elsewhere_nor_what_goes_by_itself() {
    let app = TestApp::new().await;
    for (more, at) in [
        (json!({ "origin": "gcc1" }), "/origin"),
        (json!({ "origin": "cmi" }), "/origin"),
        (json!({ "origin": "lpn-com" }), "/origin"),
        (json!({ "kind": "drill" }), "/kind"),
        (json!({ "forwarding": "automatic" }), "/forwarding"),
        (json!({ "audience": { "groups": ["cmi-com"] } }), "/audience/groups/0"),
    ] {
        assert_eq!(app.post(&Who::Steward, "bulletins", letter(more.clone())).await.pointers(422), [at], "{more}");
    }
    // nor what others wrote for it that goes by itself, nor what others sent from below
    let automatic = app.write_with(json!({ "origin": "lpn", "forwarding": "automatic" })).await;
    app.post(&Who::Steward, &format!("bulletins/{automatic}/publish"), json!({})).await.problem(403);
    let below = app.write_with(json!({ "origin": "lpn-com" })).await;
    app.post(&Who::Steward, &format!("bulletins/{below}/publish"), json!({})).await.problem(404);
    app.release(&below).await;
    let reason = json!({ "reason": "x" });
    app.post(&Who::Steward, &format!("bulletins/{below}/withdraw"), reason).await.problem(404);
    let of_the_root = app.held().await;
    for (method, path) in [(Method::PATCH, ""), (Method::DELETE, ""), (Method::POST, "/publish")] {
        let path = format!("bulletins/{of_the_root}{path}");
        app.call(&Who::Steward, method, &path, Some(&json!({}))).await.problem(404);
    }
}
