//! Acknowledging as people do: who quotes a bulletin with รับทราบ or a sticker has tapped its button, and nothing else counts.

use std::time::Duration;

use gcc_relay::domain::ids::BulletinId;
use gcc_relay::simulator::{EventReport, GroupEvent};

use crate::test_app::{TestApp, Who};

/// LINE's id of the first message that the account pushed last into a group.
fn pushed(app: &TestApp, line_group: &str) -> u64 {
    let pushes = app.line().accepted(Some(line_group));
    pushes.last().expect("a push").message_ids[0].parse().expect("a number")
}

/// Lets a member quote a message, with a text or a sticker, and has what comes of it worked on.
async fn quote(app: &TestApp, line_group: &str, message: u64, text: Option<&str>, unnamed: bool) -> EventReport {
    let event = GroupEvent::Quote { member: 3, message, text: text.map(str::to_owned), unnamed };
    let said = app.line().happen(line_group, event).await.expect("said");
    assert_eq!(said.status, Some(200));
    app.run().await;
    said
}

/// Persons and unnamed taps of a delivery.
async fn taps(app: &TestApp, id: &str, group: &str) -> (i32, i32) {
    let delivery = app.delivery(id_of(id), group).await;
    (delivery.acknowledged - delivery.unnamed, delivery.unnamed)
}

fn id_of(id: &str) -> BulletinId {
    id.parse().expect("an id")
}

fn thanks(app: &TestApp, line_group: &str) -> usize {
    app.line().chat(line_group).iter().filter(|line| line.contains("บันทึกการรับทราบแล้ว")).count()
}

#[tokio::test]
async fn a_quote_with_a_word_of_the_list_is_a_tap_of_that_person_and_thanked_like_one() {
    let app = TestApp::new().await;
    let id = app.relayed().await;
    let said = quote(&app, "Cmoi", pushed(&app, "Cmoi"), Some("รับทราบครับ 🙏"), false).await;
    assert_eq!((taps(&app, &id, "moi").await, thanks(&app, "Cmoi")), ((1, 0), 1));
    let told = |line: &String| line.contains("ขอขอบคุณ") && line.contains("การปฏิบัติการสื่อสารงานของรัฐบาล");
    assert!(app.line().chat("Cmoi").iter().any(told), "it says which bulletin it was");
    app.line().redeliver(&said.webhook_event_id).await.expect("again");
    let tap = GroupEvent::Postback { member: 3, data: app.button("Cmoi"), display_text: None };
    app.line().happen("Cmoi", tap).await.expect("tapped");
    app.run().await;
    assert_eq!(taps(&app, &id, "moi").await, (1, 0), "the same person has tapped, too");
    let status = app.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
    assert_eq!((&status["acknowledged"]["groups"], &status["acknowledged"]["persons"]), (&1.into(), &1.into()));
    app.assert_exact(id_of(&id)).await;
}

#[tokio::test]
async fn a_sticker_counts_too_and_without_a_user_id_nobody_is_a_person() {
    let app = TestApp::new().await;
    let id = app.relayed().await;
    quote(&app, "Cmoi", pushed(&app, "Cmoi"), None, false).await;
    quote(&app, "Cmoi", pushed(&app, "Cmoi"), None, true).await;
    quote(&app, "Cmoi", pushed(&app, "Cmoi"), Some("ทราบแล้วค่ะ"), true).await;
    assert_eq!(taps(&app, &id, "moi").await, (1, 2));
    app.assert_exact(id_of(&id)).await;
}

#[tokio::test]
async fn of_several_bulletins_the_one_that_is_quoted_is_acknowledged() {
    let app = TestApp::new().await;
    let first = app.relayed().await;
    let quoted = pushed(&app, "Cmoi");
    let second = app.relayed().await;
    assert_ne!(quoted, pushed(&app, "Cmoi"));
    quote(&app, "Cmoi", quoted, Some("ทราบ"), false).await;
    assert_eq!((taps(&app, &first, "moi").await, taps(&app, &second, "moi").await), ((1, 0), (0, 0)));
}

#[tokio::test]
async fn any_other_text_and_any_other_quote_stays_unheard() {
    let app = TestApp::new().await;
    let id = app.relayed().await;
    let ours = pushed(&app, "Cmoi");
    for text in ["รับทราบ?", "ยังไม่ทราบ", "รับทราบ พรุ่งนี้ประชุมกี่โมง", "🙏"]
    {
        quote(&app, "Cmoi", ours, Some(text), false).await;
    }
    // a colleague's message, another group's copy, and the word without a quote
    let text = "เย็นนี้ประชุม".to_owned();
    let colleague = app.line().happen("Cmoi", GroupEvent::Message { member: 4, text }).await.expect("said");
    quote(&app, "Cmoi", colleague.message.expect("an id"), Some("รับทราบ"), false).await;
    quote(&app, "Cmoi", pushed(&app, "Clpn"), Some("รับทราบ"), false).await;
    let text = "รับทราบ".to_owned();
    app.line().happen("Cmoi", GroupEvent::Message { member: 4, text }).await.expect("said");
    app.run().await;
    assert_eq!((taps(&app, &id, "moi").await, thanks(&app, "Cmoi")), ((0, 0), 0));
    let kept = "select count(*) from webhook_events where kind <> 'other' or person is not null or data is not null
        or reply_token is not null or line_group_id is not null";
    assert_eq!(app.count(kept).await, 0, "nothing is kept of them but that there were some");
}

#[tokio::test]
async fn the_card_that_answered_a_forward_by_hand_can_be_quoted_like_the_bulletin() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let bulletin = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    let text = bulletin["share_text"].as_str().expect("a share text").to_owned();
    app.line().happen("Clpn", GroupEvent::Message { member: 1, text }).await.expect("said");
    app.run().await;
    let shown = app.get(&Who::Admin, &format!("bulletins/{id}/deliveries?group=lpn")).await.expect(200);
    let card = &shown["items"][0]["heard"]["line_message_ids"][0];
    let card = card.as_str().expect("a card").parse().expect("a number");
    quote(&app, "Clpn", card, Some("✅"), false).await;
    assert_eq!(taps(&app, &id, "lpn").await, (1, 0));
    assert_eq!(app.states(id_of(&id)).await["lpn"], gcc_relay::domain::delivery::State::Seen);
}

#[tokio::test]
async fn what_was_published_long_ago_is_not_looked_through() {
    let app = TestApp::new().await;
    let id = app.relayed().await;
    app.after(Duration::from_hours(44 * 24)).await;
    quote(&app, "Cmoi", pushed(&app, "Cmoi"), Some("รับทราบ"), false).await;
    assert_eq!(taps(&app, &id, "moi").await, (1, 0));
    app.after(Duration::from_hours(2 * 24)).await;
    quote(&app, "Cmoi", pushed(&app, "Cmoi"), None, true).await;
    assert_eq!(taps(&app, &id, "moi").await, (1, 0));
}
