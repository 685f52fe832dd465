//! Forwarding by hand: a bulletin's share text is heard in a LINE group, booked as seen and answered with the official card.

use std::time::Duration;

use futures_util::future::join_all;
use gcc_relay::domain::delivery::State;
use gcc_relay::domain::heard::{FoundText, HeardNote, HeardVerdict};
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::relay::test_driver::send_until_idle;
use gcc_relay::simulator::{EventReport, Fault, FaultRule, GroupEvent};
use serde_json::{Value, json};

use crate::log::Log;
use crate::relay_people::store_event;
use crate::test_app::{TestApp, Who};

/// The share text of a published bulletin.
async fn share_text(app: &TestApp, id: &str) -> String {
    let bulletin = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    bulletin["share_text"].as_str().expect("a share text").to_owned()
}

/// Lets a member of a LINE group write, and has the webhook take it.
async fn say(app: &TestApp, line_group: &str, member: u32, text: &str) -> EventReport {
    let said =
        app.line().happen(line_group, GroupEvent::Message { member, text: text.to_owned() }).await.expect("said");
    assert_eq!(said.status, Some(200));
    said
}

async fn edit(app: &TestApp, line_group: &str, message: Option<u64>, text: &str) {
    let message = message.expect("a message's id");
    let event = GroupEvent::Edit { member: 1, message, text: text.to_owned() };
    assert_eq!(app.line().happen(line_group, event).await.expect("changed").status, Some(200));
}

async fn unsend(app: &TestApp, line_group: &str, message: Option<u64>) {
    let message = message.expect("a message's id");
    let event = GroupEvent::Unsend { member: 1, message };
    assert_eq!(app.line().happen(line_group, event).await.expect("taken back").status, Some(200));
}

/// The official cards that were given as answers in a LINE group.
fn cards(app: &TestApp, line_group: &str) -> usize {
    let pushed = app.accepted_in(line_group);
    let shown =
        app.line().chat(line_group).iter().filter(|line| !line.contains('\n') && line.contains("เรื่อง ")).count();
    shown - pushed
}

fn id_of(id: &str) -> BulletinId {
    id.parse().expect("an id")
}

async fn delivery(app: &TestApp, id: &str, group: &str) -> Value {
    let found = app.get(&Who::Admin, &format!("bulletins/{id}/deliveries?group={group}")).await.expect(200);
    found["items"][0].clone()
}

async fn seen(app: &TestApp, id: &str) -> Value {
    app.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200)["counts"]["seen"].clone()
}

#[tokio::test]
async fn a_forward_by_hand_is_seen_wakes_those_below_and_is_answered_with_the_card() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let text = share_text(&app, &id).await;
    say(&app, "Clpn", 3, &text).await;
    app.run().await;
    let states = app.states(id_of(&id)).await;
    assert_eq!((states["lpn"], states["lpn-dist"]), (State::Seen, State::Accepted), "those below are woken");
    assert_eq!((cards(&app, "Clpn"), app.accepted_in("Clpn")), (1, 0), "it costs nothing");
    let shown = delivery(&app, &id, "lpn").await;
    assert_eq!((&shown["state"], &shown["heard"]["verdict"]), (&json!("seen"), &json!("same")));
    assert_eq!((&shown["heard"]["by_steward"], &shown["times"]["accepted_at"]), (&Value::Null, &Value::Null));
    assert!(shown["heard"]["answered_at"].is_string(), "{shown}");
    assert_eq!(shown["heard"]["line_message_ids"].as_array().map(Vec::len), Some(1));
    assert_eq!(seen(&app, &id).await, 1);
    app.assert_exact(id_of(&id)).await;
}

#[tokio::test]
async fn however_often_it_is_forwarded_there_is_one_card_and_one_count() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let text = share_text(&app, &id).await;
    let first = say(&app, "Clpn", 3, &text).await;
    say(&app, "Clpn", 4, &text).await;
    app.line().redeliver(&first.webhook_event_id).await.expect("again");
    app.run().await;
    say(&app, "Clpn", 5, &text).await;
    app.run().await;
    assert_eq!((cards(&app, "Clpn"), seen(&app, &id).await), (1, json!(1)));
    assert_eq!(delivery(&app, &id, "lpn").await["heard"]["messages"], 3);
    app.assert_exact(id_of(&id)).await;
}

#[tokio::test]
async fn the_text_of_a_message_is_kept_nowhere_and_logged_nowhere() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let text = share_text(&app, &id).await;
    let log = Log::default();
    let everything = "trace,gcc_relay_simulator=off";
    let listening = tracing::subscriber::set_default(
        tracing_subscriber::fmt().with_env_filter(everything).with_ansi(false).with_writer(log.clone()).finish(),
    );
    say(&app, "Clpn", 3, &format!("ปลาทูแม่กลองราคาดีมาก\n{text}")).await;
    app.run().await;
    let card = delivery(&app, &id, "lpn").await["heard"]["line_message_ids"][0].clone();
    let card: u64 = card.as_str().expect("a card").parse().expect("a number");
    let chatter = |n: u32| {
        let text = format!("เย็นนี้กินปลาทูแม่กลองกันไหม {n}");
        let event = if n.is_multiple_of(4) {
            GroupEvent::Quote { member: 4, message: card, text: Some(text), unnamed: n.is_multiple_of(8) }
        } else {
            GroupEvent::Message { member: 4, text }
        };
        app.line().happen("Clpn", event)
    };
    for first in (0..1_000).step_by(25) {
        for said in join_all((first..first + 25).map(chatter)).await {
            assert_eq!(said.expect("said").status, Some(200));
        }
    }
    app.run().await;
    drop(listening);
    let dump = app.rows_containing("ปลาทูแม่กลอง").await;
    assert!(dump.is_empty(), "{dump:?}");
    let logged = log.text();
    assert!(logged.contains("webhook events kept"), "the log is heard");
    assert!(!logged.contains("ปลาทู"), "{}", logged.lines().find(|line| line.contains("ปลาทู")).unwrap_or_default());
    assert_eq!(delivery(&app, &id, "lpn").await["heard"]["verdict"], "altered");
}

#[tokio::test]
async fn an_accepted_copy_stays_accepted_and_notes_that_it_was_forwarded_too() {
    let app = TestApp::new().await;
    let id = app.relayed().await;
    let text = share_text(&app, &id).await;
    say(&app, "Cmoi", 2, &text).await;
    app.run().await;
    let shown = delivery(&app, &id, "moi").await;
    assert_eq!((&shown["state"], &shown["heard"]["verdict"]), (&json!("accepted"), &json!("same")));
    assert_eq!((cards(&app, "Cmoi"), seen(&app, &id).await), (0, json!(0)), "the card is there already");
    app.assert_exact(id_of(&id)).await;
}

#[tokio::test]
async fn a_forward_during_a_push_makes_no_second_card() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "forwarding": "automatic" })).await;
    app.release(&id).await;
    let text = share_text(&app, &id).await;
    // the push is under way and LINE does not answer
    app.faults([FaultRule::always(Fault::Status { status: 500 }).group("Cgcc1")]);
    send_until_idle(&app.engine).await.expect("a call");
    say(&app, "Cgcc1", 2, &text).await;
    app.faults([]);
    app.run().await;
    app.after(Duration::from_mins(10)).await;
    assert!(cards(&app, "Cgcc1") + app.accepted_in("Cgcc1") <= 1, "{:?}", app.line().chat("Cgcc1"));
    app.assert_exact(id_of(&id)).await;
}

#[tokio::test]
async fn a_change_alters_the_verdict_and_taking_it_back_gives_the_turn_back() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let text = share_text(&app, &id).await;
    let first = say(&app, "Clpn", 1, &text).await;
    app.run().await;
    edit(&app, "Clpn", first.message, &text.replace("เรื่อง", "ไม่ใช่เรื่อง")).await;
    app.run().await;
    assert_eq!(delivery(&app, &id, "lpn").await["heard"]["verdict"], "altered");
    edit(&app, "Clpn", first.message, "ขอโทษครับ").await;
    app.run().await;
    let shown = delivery(&app, &id, "lpn").await;
    assert_eq!((&shown["state"], &shown["heard"]["verdict"]), (&json!("seen"), &json!("altered")));
    unsend(&app, "Clpn", first.message).await;
    app.run().await;
    let shown = delivery(&app, &id, "lpn").await;
    assert_eq!((&shown["state"], &shown["heard"]["verdict"]), (&json!("held"), &json!("taken_back")));
    assert_eq!(app.count("select count(*) from heard_messages where person is not null").await, 0);
    app.assert_exact(id_of(&id)).await;
}

#[tokio::test]
async fn as_long_as_one_forward_stands_the_group_has_seen_it() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let text = share_text(&app, &id).await;
    let first = say(&app, "Clpn", 1, &text).await;
    say(&app, "Clpn", 1, &text).await;
    app.run().await;
    unsend(&app, "Clpn", first.message).await;
    app.run().await;
    assert_eq!(delivery(&app, &id, "lpn").await["state"], "seen");
}

#[tokio::test]
async fn a_withdrawn_bulletin_is_answered_with_what_became_of_it() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let text = share_text(&app, &id).await;
    app.post(&Who::Admin, &format!("bulletins/{id}/withdraw"), json!({ "reason": "ข้อมูลคลาดเคลื่อน" })).await.expect(200);
    say(&app, "Clpn", 1, &text).await;
    app.run().await;
    assert_eq!(delivery(&app, &id, "lpn").await["state"], "withdrawn");
    assert!(app.line().chat("Clpn").iter().any(|line| line.contains("ถูกยกเลิกแล้ว")), "{:?}", app.line().chat("Clpn"));
}

#[tokio::test]
async fn what_is_shared_where_it_does_not_go_is_not_counted() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "audience": { "exclude_groups": ["lpn"] } })).await;
    app.release(&id).await;
    app.run().await;
    let text = share_text(&app, &id).await;
    say(&app, "Clpn", 1, &text).await;
    app.run().await;
    assert_eq!((app.count("select count(*) from heard_messages").await, seen(&app, &id).await), (0, json!(0)));
}

#[tokio::test]
async fn what_is_taken_back_after_the_withdrawal_gives_nobody_a_turn() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let text = share_text(&app, &id).await;
    // a group whose turn would end by itself after half an hour
    let said = say(&app, "Clpncom", 1, &text).await;
    app.run().await;
    app.post(&Who::Admin, &format!("bulletins/{id}/withdraw"), json!({ "reason": "ข้อมูลคลาดเคลื่อน" })).await.expect(200);
    app.run().await;
    let notices = app.accepted_in("Clpncom");
    unsend(&app, "Clpncom", said.message).await;
    app.after(Duration::from_hours(2)).await;
    let shown = delivery(&app, &id, "lpn-com").await;
    assert_eq!((&shown["state"], &shown["heard"]["verdict"]), (&json!("seen"), &json!("taken_back")));
    assert_eq!(app.accepted_in("Clpncom"), notices, "nothing of it is sent after the withdrawal");
}

#[tokio::test]
async fn a_message_that_line_tells_of_after_its_taking_back_is_not_counted() {
    let app = TestApp::new().await;
    let id = app.held().await;
    store_event(&app, "unsend", "Clpn", None, Some("4711".to_owned())).await;
    app.run().await;
    let found = FoundText::Copy(id_of(&id), HeardVerdict::Same);
    let note = HeardNote { message_id: "4711".to_owned(), edited: false, found };
    store_event(&app, "heard", "Clpn", Some("U1"), Some(serde_json::to_string(&note).expect("JSON"))).await;
    app.run().await;
    assert_eq!(delivery(&app, &id, "lpn").await["state"], "held");
    assert_eq!(app.count("select count(*) from heard_messages").await, 0);
}

#[tokio::test]
async fn of_an_ordinary_message_that_is_changed_no_person_is_kept() {
    let app = TestApp::new().await;
    let said = say(&app, "Clpn", 1, "เย็นนี้กินอะไรดี").await;
    edit(&app, "Clpn", said.message, "เย็นนี้กินข้าวกัน").await;
    assert_eq!(app.count("select count(*) from webhook_events where person is not null").await, 0);
}
