//! What people do with a bulletin: forward, decline, withdraw, acknowledge, link a group.

use std::sync::Arc;
use std::time::Duration;

use gcc_relay::domain::delivery::State;
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::join_code::JoinCode;
use gcc_relay::domain::outcome::Receipt;
use gcc_relay::domain::text::Note;
use gcc_relay::relay::forward::{ForwardTarget, Forwarded, SignedNote, decline, forward, undecline};
use gcc_relay::relay::refusal::{Refusal, Result};
use gcc_relay::relay::rendering::acknowledge_data;
use gcc_relay::relay::test_driver;
use gcc_relay::relay::withdraw::{Withdrawn, withdraw};
use gcc_relay::simulator::{ChannelChange, Fault, FaultRule, GroupEvent};
use gcc_relay::store::locks::lock_bulletins_shared;
use gcc_relay::store::record::{DeliveryOutcome, OutcomeKind, record_batch};
use gcc_relay::store::webhook_events::{Event, EventForm, insert_events};
use gcc_relay::store::{groups, join_codes, links};
use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::test_relay::{TestRelay, right};

/// Keeps a webhook event as the hook would.
pub async fn store_event(relay: &TestRelay, kind: &str, line_group: &str, person: Option<&str>, data: Option<String>) {
    let event = Event {
        channel_id: relay.channel,
        event_id: BulletinId::new(relay.now()).to_string(),
        kind: kind.into(),
        line_group_id: Some(line_group.into()),
        person: person.map(|person| relay.engine.person.person_hash(person).to_vec()),
        data,
        reply_token: None,
        occurred_at: relay.now(),
        received_at: relay.now(),
    };
    insert_events(&mut *relay.db().await, &[event], &[EventForm::default()]).await.expect("stored");
}

async fn forward_into(relay: &TestRelay, id: BulletinId, codes: &[&str], note: Option<&str>) -> Result<Forwarded> {
    let mut groups = Vec::new();
    for code in codes {
        groups.push(relay.group(code).await.0);
    }
    let note = match note {
        Some(text) => Some(SignedNote {
            text: text.parse::<Note>().expect("a note"),
            from: "ผู้ว่าราชการจังหวัดลำพูน".into(),
            group: relay.group("lpn").await,
        }),
        None => None,
    };
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    let done = forward(&mut tx, id, &ForwardTarget::Groups(groups), note.as_ref(), &right(), relay.now()).await?;
    tx.commit().await.expect("committed");
    Ok(done)
}

async fn take_back(relay: &TestRelay, id: BulletinId) -> Withdrawn {
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    let reason = "ข้อมูลคลาดเคลื่อน".parse().expect("a reason");
    let done = withdraw(&mut tx, &relay.engine.settings, id, &reason, &right(), relay.now()).await.expect("withdrawn");
    tx.commit().await.expect("committed");
    done
}

#[tokio::test]
async fn two_forwards_take_a_stewarded_bulletin_to_the_last_group() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    assert_eq!(forward_into(&relay, id, &["lpn"], None).await.expect("forwarded").forwarded, 1);
    relay.run().await;
    let states = relay.states(id).await;
    assert_eq!((states["lpn"], states["lpn-dist"], states["lpn-com"]), (State::Accepted, State::Accepted, State::Held));
    forward_into(&relay, id, &["lpn-com"], None).await.expect("forwarded");
    relay.run().await;
    assert_eq!(relay.states(id).await["lpn-com"], State::Accepted);
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn forwarding_again_says_so_and_sends_nothing_again() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    forward_into(&relay, id, &["lpn"], None).await.expect("forwarded");
    relay.run().await;
    let again = forward_into(&relay, id, &["lpn"], None).await.expect("said so");
    assert_eq!(again, Forwarded { forwarded: 0, already: 1 });
    relay.run().await;
    assert_eq!(relay.accepted_in("Clpn"), 1);
}

#[tokio::test]
async fn what_is_not_held_yet_cannot_be_forwarded_and_nothing_else_is_then() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    let refused = forward_into(&relay, id, &["lpn", "lpn-com"], None).await;
    assert!(matches!(refused, Err(Refusal::NotHeld(groups)) if groups == [("lpn-com".to_owned(), State::Waiting)]));
    assert_eq!(relay.states(id).await["lpn"], State::Held);
}

#[tokio::test]
async fn a_stewards_note_follows_the_unchanged_bulletin_as_a_second_message() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    forward_into(&relay, id, &["lpn"], Some("ขอให้ทุกส่วนราชการดำเนินการโดยด่วน")).await.expect("forwarded");
    relay.run().await;
    let plain = relay.line().messages(&relay.line().accepted(Some("Cgcc1"))[0].messages_hash).expect("bytes");
    let noted = relay.line().messages(&relay.line().accepted(Some("Clpn"))[0].messages_hash).expect("bytes");
    let bare = plain.strip_suffix(']').expect("an array");
    assert!(noted.starts_with(bare), "the bulletin's own bytes are the same");
    assert!(noted.contains("ขอให้ทุกส่วนราชการดำเนินการโดยด่วน") && noted.contains("ผู้ว่าราชการจังหวัดลำพูน"));
    let below = relay.line().messages(&relay.line().accepted(Some("Clpndist"))[0].messages_hash).expect("bytes");
    let unforwarded = relay.line().messages(&relay.line().accepted(Some("Cmoi"))[0].messages_hash).expect("bytes");
    assert_eq!(below, unforwarded, "the note is for the group that the steward forwards into");
    relay.assert_exact(id).await;
}

/// The message array that LINE accepted last in a group.
fn last_sent(relay: &TestRelay, line_group: &str) -> Value {
    let accepted = relay.line().accepted(Some(line_group));
    let bytes = relay.line().messages(&accepted.last().expect("a message").messages_hash).expect("bytes");
    serde_json::from_str(&bytes).expect("JSON")
}

#[tokio::test]
async fn only_groups_below_which_somebody_must_forward_get_a_button_that_leads_there() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    forward_into(&relay, id, &["lpn"], Some("โปรดถือปฏิบัติ")).await.expect("forwarded");
    relay.run().await;
    let address = format!("/waiting/{id}");
    for (group, leads_on) in [("Cgcc1", true), ("Clpn", true), ("Clpndist", false), ("Cmoi", false), ("Ccmi", false)] {
        let sent = last_sent(&relay, group).to_string();
        assert_eq!(sent.contains(&address), leads_on, "{group}: {sent}");
    }
    let sent = last_sent(&relay, "Clpn");
    assert_eq!(sent.as_array().map(Vec::len), Some(2), "the note stands behind the bulletin with its button");
    assert_eq!(sent[0], last_sent(&relay, "Cgcc1")[0]);
}

#[tokio::test]
async fn a_note_into_several_groups_leaves_each_its_own_bulletin() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    // the head of agency is passed by the governor's group, so that both are held at once
    relay.after(Duration::from_hours(24)).await;
    forward_into(&relay, id, &["lpn", "lpn-com"], Some("โปรดถือปฏิบัติ")).await.expect("forwarded");
    relay.run().await;
    let (above, below) = (last_sent(&relay, "Clpn"), last_sent(&relay, "Clpncom"));
    assert!(above[0].to_string().contains("/waiting/") && !below[0].to_string().contains("/waiting/"));
    assert_eq!(above[1], below[1]);
    assert!(above[1]["text"].as_str().expect("a note").contains("โปรดถือปฏิบัติ"));
}

#[tokio::test]
async fn a_bulletin_that_goes_by_itself_asks_nobody_to_forward() {
    let relay = TestRelay::new().await;
    let id = relay.publish_automatic().await;
    relay.run().await;
    assert!(!last_sent(&relay, "Cgcc1").to_string().contains(&format!("/waiting/{id}")));
}

#[tokio::test]
async fn a_declined_group_is_passed_by_and_operations_can_reverse_it() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    let lpn = relay.group("lpn").await.0;
    let reason = "เรื่องนี้ไม่เกี่ยวข้องกับจังหวัด".parse().expect("a reason");
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    assert_eq!(decline(&mut tx, id, &[lpn], &reason, &right(), relay.now()).await.expect("declined"), 1);
    tx.commit().await.expect("committed");
    relay.run().await;
    let states = relay.states(id).await;
    assert_eq!((states["lpn"], states["lpn-dist"]), (State::Declined, State::Accepted));
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    undecline(&mut tx, id, &[lpn], &right(), relay.now()).await.expect("reversed");
    tx.commit().await.expect("committed");
    assert_eq!(relay.states(id).await["lpn"], State::Held);
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn a_withdrawal_stops_what_is_not_sent_and_follows_what_was() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    let done = take_back(&relay, id).await;
    assert_eq!((done.stopped, done.notified), (3, 4));
    relay.run().await;
    assert_eq!(relay.states(id).await["lpn"], State::Withdrawn);
    let notice = relay.states(done.notice.expect("a notice")).await;
    assert_eq!(notice.keys().collect::<Vec<_>>(), ["cmi", "cmi-com", "gcc1", "moi"]);
    assert!(notice.values().all(|state| *state == State::Accepted));
    assert_eq!((relay.accepted_in("Clpn"), relay.accepted_in("Ccmi")), (0, 2));
}

#[tokio::test]
async fn a_withdrawal_follows_a_copy_whose_outcome_is_not_known() {
    let relay = TestRelay::new().await;
    relay.faults([FaultRule::always(Fault::AcceptThenReset).group("Cmoi").times(1)]);
    let id = relay.publish_automatic().await;
    relay.run().await;
    let done = take_back(&relay, id).await;
    assert!(relay.delivery(id, "moi").await.outcome_open);
    relay.run().await;
    let notice = done.notice.expect("a notice");
    assert_eq!(relay.states(notice).await["moi"], State::Accepted, "it may have gone there");
}

#[tokio::test]
async fn a_withdrawal_follows_a_copy_whose_acceptance_is_known_only_later() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    forward_into(&relay, id, &["lpn"], None).await.expect("forwarded");
    let done = take_back(&relay, id).await;
    let notice = done.notice.expect("a notice");
    assert!(!relay.states(notice).await.contains_key("lpn"));
    // a call was under way, and LINE's acceptance arrives after the withdrawal: a fact, whatever the state
    let lpn = relay.delivery(id, "lpn").await;
    let row = DeliveryOutcome {
        id: lpn.id,
        bulletin_id: id,
        at: relay.now(),
        kind: OutcomeKind::Accepted {
            called_at: relay.now(),
            receipt: Receipt { request_id: None, message_ids: vec!["1".into()] },
        },
    };
    let mut db = relay.db().await;
    let lock = lock_bulletins_shared(&mut db, &[id]).await.expect("locked");
    record_batch(&mut db, &lock, relay.channel, 0, relay.now(), &[row]).await.expect("recorded");
    drop(db);
    relay.after(Duration::from_mins(1)).await;
    assert_eq!(relay.states(id).await["lpn"], State::Accepted);
    assert_eq!(relay.states(notice).await["lpn"], State::Accepted);
}

#[tokio::test]
async fn a_tap_counts_once_per_person_and_group() {
    let relay = TestRelay::new().await;
    let id = relay.publish_automatic().await;
    relay.run().await;
    let data = acknowledge_data(id);
    for person in ["U1", "U1", "U2"] {
        store_event(&relay, "tap", "Clpn", Some(person), Some(data.clone())).await;
    }
    store_event(&relay, "tap", "Cmoi", Some("U1"), Some(data.clone())).await;
    store_event(&relay, "tap", "Cmoi", None, Some(data.clone())).await;
    store_event(&relay, "tap", "Cmoi", Some("U9"), Some("ack:nonsense".into())).await;
    relay.run().await;
    assert_eq!(relay.delivery(id, "lpn").await.acknowledged, 2);
    let moi = relay.delivery(id, "moi").await;
    assert_eq!((moi.acknowledged, moi.unnamed), (2, 1), "one person, and one tap that LINE gives no name for");
    let counters = gcc_relay::store::progress::list_counters(&mut *relay.db().await, id).await.expect("counters");
    let tier2 = counters.iter().find(|counters| counters.tier == 2).expect("tier 2");
    assert_eq!((tier2.acknowledged_groups, tier2.taps, tier2.unnamed), (2, 4, 1));
}

#[tokio::test]
async fn a_join_code_typed_in_a_group_links_it_once_and_reads_its_size_back() {
    let relay = TestRelay::new().await;
    let far = relay.group("cmi-far").await;
    let new_group = gcc_relay::simulator::GroupConfig::joined("Cnew", "กลุ่มใหม่", 44, "gcc");
    relay.line().put_group(new_group).expect("a group");
    let code = JoinCode::generate();
    let mut db = relay.db().await;
    let expires_at = relay.now() + Duration::from_hours(24);
    join_codes::insert_join_code(&mut db, &code.sha256(), far, relay.now(), expires_at).await.expect("kept");
    drop(db);
    let id = relay.publish_automatic().await;
    store_event(&relay, "join_code", "Cnew", Some("U1"), Some(hex::encode(code.sha256()))).await;
    relay.run().await;
    let group = groups::find_group(&mut *relay.db().await, "cmi-far").await.expect("a query").expect("a group");
    assert!(group.linked);
    assert_eq!((group.members, group.line_name.as_deref()), (Some(44), Some("กลุ่มใหม่")));
    assert_eq!(relay.states(id).await["cmi-far"], State::Accepted, "what was not used yet goes to the new link");
    // the code is used up
    store_event(&relay, "join_code", "Cmoi", Some("U1"), Some(hex::encode(code.sha256()))).await;
    relay.run().await;
    let moi = groups::find_group(&mut *relay.db().await, "moi").await.expect("a query").expect("a group");
    assert!(moi.linked);
}

#[tokio::test]
async fn the_same_event_is_kept_once() {
    let relay = TestRelay::new().await;
    relay.line().happen("Cmoi", GroupEvent::MemberJoined { count: 1 }).await.expect("joined");
    let event = Event {
        channel_id: relay.channel,
        event_id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".into(),
        kind: "other".into(),
        line_group_id: None,
        person: None,
        data: None,
        reply_token: None,
        occurred_at: relay.now(),
        received_at: relay.now(),
    };
    let mut db = relay.db().await;
    let form = EventForm::default();
    assert_eq!(
        insert_events(&mut db, &[event.clone(), event.clone()], &[form.clone(), form.clone()]).await.expect("stored"),
        1
    );
    assert_eq!(insert_events(&mut db, &[event], &[form]).await.expect("stored"), 0);
}

#[tokio::test]
async fn what_was_claimed_but_withdrawn_before_its_call_is_not_sent() {
    let relay = TestRelay::new().await;
    let change = ChannelChange { rate: Some(0), ..ChannelChange::default() };
    relay.line().change_channel("gcc", change).expect("LINE takes nothing now");
    let id = relay.publish_automatic().await;
    let (wake, stop) = (Arc::new(Notify::new()), CancellationToken::new());
    let running = test_driver::start_dispatcher(&relay.engine, relay.channel, None, wake.clone(), stop.clone())
        .await
        .expect("a dispatcher")
        .expect("ours");
    while relay.line().counts().rate_429 == 0 {
        tokio::task::yield_now().await;
    }
    take_back(&relay, id).await;
    wake.notify_one();
    // LINE goes on refusing until the claim is given back: a call under way could otherwise still be accepted
    let given_back = async {
        let claimed = "select from batches where epoch is not null";
        while sqlx::query(claimed).fetch_optional(&mut *relay.db().await).await.expect("asked").is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), given_back).await.expect("what is withdrawn is given back");
    let change = ChannelChange { rate: Some(2_000), ..ChannelChange::default() };
    relay.line().change_channel("gcc", change).expect("LINE takes all again");
    stop.cancel();
    running.await.expect("it ends");
    relay.run().await;
    assert_eq!(relay.line().counts().accepted, 0);
    assert_eq!(relay.states(id).await["gcc1"], State::Withdrawn);
}

#[tokio::test]
async fn a_leave_that_arrives_late_does_not_undo_a_newer_link() {
    let relay = TestRelay::new().await;
    let moi = relay.group("moi").await;
    let left_at = relay.now();
    relay.clock.advance(Duration::from_mins(1));
    let mut db = relay.engine.db.begin().await.expect("a transaction");
    links::link_group(&mut db, moi, relay.channel, "Cmoi", relay.now(), relay.now()).await.expect("linked again");
    let undone = links::unlink_group(&mut db, moi, left_at, relay.now()).await.expect("asked");
    assert!(!undone);
    let group = groups::find_group(&mut db, "moi").await.expect("a query").expect("a group");
    assert!(group.linked);
}
