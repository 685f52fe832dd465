//! A bulletin goes down the whole tree by hand for nothing, is pushed to what is left, and the month says what that cost.

use std::time::Duration;

use gcc_relay::domain::delivery::State;
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::simulator::GroupEvent;
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who};

async fn status(app: &TestApp, id: &str) -> Value {
    app.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200)
}

async fn delivery(app: &TestApp, id: &str, group: &str) -> Value {
    let found = app.get(&Who::Admin, &format!("bulletins/{id}/deliveries?group={group}")).await.expect(200);
    found["items"][0].clone()
}

async fn say(app: &TestApp, line_group: &str, member: u32, text: &str) {
    let event = GroupEvent::Message { member, text: text.to_owned() };
    assert_eq!(app.line().happen(line_group, event).await.expect("said").status, Some(200));
    app.run().await;
}

/// A member thanks for the newest card in a LINE group by quoting it.
async fn thank(app: &TestApp, line_group: &str, member: u32, card: &Value) {
    let message = card["line_message_ids"][0].as_str().expect("an id").parse().expect("a number");
    let text = Some("รับทราบครับ".to_owned());
    let event = GroupEvent::Quote { member, message, text, unnamed: false };
    assert_eq!(app.line().happen(line_group, event).await.expect("quoted").status, Some(200));
    app.run().await;
}

/// All pages count it, and say beside it that LINE accepted nothing; the province is done, although the country is not.
async fn what_was_forwarded_by_hand_is_in_the_group(app: &TestApp, id: &str) {
    let operator = app.sign_in(Who::Operator).await;
    let board = operator.open(&format!("/board/{id}")).await.text;
    let by_way = "LINE รับข้อความแล้ว 0 · พบข้อความในกลุ่ม 4";
    assert!(board.contains("<title>ลำพูน – 100% (3/3)</title>") && board.contains(by_way), "{board}");
    let receipt = operator.open(&format!("/board/{id}/receipt?province=51")).await.text;
    for text in ["๓ จาก ๓ กลุ่ม</strong> – ครบทุกกลุ่ม", "LINE รับข้อความแล้ว ๐ · พบข้อความในกลุ่ม ๓"]
    {
        assert!(receipt.contains(text), "{text}: {receipt}");
    }
    let list = app.sign_in(Who::Agency).await.open("/status").await.text;
    assert!(list.contains("ส่งเข้ากลุ่มแล้ว 1 จาก 1 กลุ่ม") && list.contains("สิ้นสุดการส่งแล้ว"), "{list}");
    assert!(operator.open("/status").await.text.contains("กำลังส่งต่อ"));
}

#[tokio::test]
async fn a_letter_goes_down_by_hand_for_nothing_and_what_is_left_is_pushed_at_a_price_that_is_told() {
    let app = TestApp::new().await;
    for group in ["gcc1", "lpn", "lpn-com", "lpn-dist", "cmi", "cmi-com", "moi"] {
        app.patch(&Who::Admin, &format!("groups/{group}"), json!({ "way": "listen" })).await.expect(200);
    }
    let id = app.write_with(json!({ "urgency": "routine" })).await;
    let forecast = app.get(&Who::Admin, &format!("bulletins/{id}/forecast")).await.expect(200);
    assert_eq!((&forecast["messages"], &forecast["baht"]), (&json!(0), &json!(0.0)));
    app.release(&id).await;
    app.run().await;
    assert_eq!(delivery(&app, &id, "gcc1").await["state"], "held", "also where it starts it is forwarded by hand");
    let text = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200)["share_text"].clone();
    let text = text.as_str().expect("a text");

    // the office posts it, the governor shares it, and so do the heads; one of them adds a line
    for (group, line_group) in [("gcc1", "Cgcc1"), ("lpn", "Clpn"), ("lpn-com", "Clpncom")] {
        say(&app, line_group, 2, text).await;
        let heard = delivery(&app, &id, group).await["heard"].clone();
        assert_eq!(heard["verdict"], "same", "{group}");
        assert!(heard["answered_at"].is_string(), "the card is the answer: {heard}");
    }
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(lines.len() - 2, "ขอให้ทุกท่านมาประชุมด้วย");
    say(&app, "Clpndist", 1, &lines.join("\n")).await;
    assert_eq!(delivery(&app, &id, "lpn-dist").await["heard"]["verdict"], "altered");
    assert_eq!(status(&app, &id).await["counts"]["seen"], 4);
    what_was_forwarded_by_hand_is_in_the_group(&app, &id).await;

    let card = delivery(&app, &id, "lpn-com").await["heard"].clone();
    thank(&app, "Clpncom", 5, &card).await;
    thank(&app, "Clpncom", 6, &card).await;
    thank(&app, "Clpncom", 6, &card).await;
    assert_eq!(status(&app, &id).await["tiers"][2]["acknowledged"]["persons"], 2, "each once");

    let month = app.get(&Who::Admin, "cost").await.expect(200);
    assert_eq!((&month["messages"], &month["baht"]), (&json!(0), &json!(0.0)), "nothing was spent");
    assert_eq!(month["saved_by_listening"]["messages"], 340 + 60 + 20 + 30);

    // then it is pushed to what is left: Chiang Mai and the ministry
    app.post(&Who::Admin, &format!("bulletins/{id}/forward"), json!({ "into": ["cmi", "moi"] })).await.expect(200);
    app.run().await;
    app.post(&Who::Admin, &format!("bulletins/{id}/forward"), json!({ "into": ["cmi-com"] })).await.expect(200);
    app.run().await;
    app.after(Duration::from_hours(1)).await;
    let states = app.states(id.parse::<BulletinId>().expect("an id")).await;
    assert_eq!((states["cmi"], states["cmi-com"], states["moi"]), (State::Accepted, State::Accepted, State::Accepted));
    let month = app.get(&Who::Admin, "cost").await.expect(200);
    assert_eq!((&month["messages"], &month["baht"]), (&json!(141), &json!(0.0)), "141 of 300 that are free");
    assert_eq!(month["by_bulletin"][0]["pushed_groups"], 3);
    app.assert_exact(id.parse::<BulletinId>().expect("an id")).await;
}
