//! What people do with a bulletin: forward, decline, withdraw, acknowledge, link a group.

use std::sync::Arc;
use std::time::Duration;

use gcc_relay::domain::delivery::State;
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::join_code::JoinCode;
use gcc_relay::domain::outcome::Receipt;
use gcc_relay::domain::text::Note;
use gcc_relay::relay::forward::{ForwardTarget, Forwarded, SignedNote, decline, forward, undecline};
use gcc_relay::relay::publish::acknowledge_data;
use gcc_relay::relay::refusal::{Refusal, Result};
use gcc_relay::relay::test_driver;
use gcc_relay::relay::withdraw::{Withdrawn, withdraw};
use gcc_relay::simulator::{ChannelChange, Fault, FaultRule, Happening};
use gcc_relay::store::locks::lock_bulletins_shared;
use gcc_relay::store::record::{DeliveryOutcome, OutcomeKind, record_batch};
use gcc_relay::store::webhook_events::{Event, insert_events};
use gcc_relay::store::{groups, join_codes, links};
use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::stage::{Stage, tester};

/// Keeps a webhook event as the hook would.
pub async fn store_event(stage: &Stage, kind: &str, line_group: &str, person: Option<&str>, data: Option<String>) {
    let event = Event {
        channel_id: stage.channel,
        event_id: BulletinId::new(stage.now()).to_string(),
        kind: kind.into(),
        line_group_id: Some(line_group.into()),
        person: person.map(|person| stage.engine.person.person_hash(person).to_vec()),
        data,
        reply_token: None,
        occurred_at: stage.now(),
        received_at: stage.now(),
    };
    insert_events(&mut *stage.db().await, &[event]).await.expect("stored");
}

async fn forward_into(stage: &Stage, id: BulletinId, codes: &[&str], note: Option<&str>) -> Result<Forwarded> {
    let mut groups = Vec::new();
    for code in codes {
        groups.push(stage.group(code).await.0);
    }
    let note = match note {
        Some(text) => Some(SignedNote {
            text: text.parse::<Note>().expect("a note"),
            from: "ผู้ว่าราชการจังหวัดลำพูน".into(),
            group: stage.group("lpn").await,
        }),
        None => None,
    };
    let mut tx = stage.engine.db.begin().await.expect("a transaction");
    let done = forward(&mut tx, id, &ForwardTarget::Groups(groups), note.as_ref(), &tester(), stage.now()).await?;
    tx.commit().await.expect("committed");
    Ok(done)
}

async fn take_back(stage: &Stage, id: BulletinId) -> Withdrawn {
    let mut tx = stage.engine.db.begin().await.expect("a transaction");
    let reason = "ข้อมูลคลาดเคลื่อน".parse().expect("a reason");
    let done = withdraw(&mut tx, &stage.engine.settings, id, &reason, &tester(), stage.now()).await.expect("withdrawn");
    tx.commit().await.expect("committed");
    done
}

#[tokio::test]
async fn two_forwards_take_a_stewarded_bulletin_to_the_last_group() {
    let stage = Stage::new().await;
    let id = stage.publish_as_configured().await;
    stage.run().await;
    assert_eq!(forward_into(&stage, id, &["lpn"], None).await.expect("forwarded").forwarded, 1);
    stage.run().await;
    let states = stage.states(id).await;
    assert_eq!((states["lpn"], states["lpn-dist"], states["lpn-com"]), (State::Accepted, State::Accepted, State::Held));
    forward_into(&stage, id, &["lpn-com"], None).await.expect("forwarded");
    stage.run().await;
    assert_eq!(stage.states(id).await["lpn-com"], State::Accepted);
    stage.assert_exact(id).await;
}

#[tokio::test]
async fn forwarding_again_says_so_and_sends_nothing_again() {
    let stage = Stage::new().await;
    let id = stage.publish_as_configured().await;
    stage.run().await;
    forward_into(&stage, id, &["lpn"], None).await.expect("forwarded");
    stage.run().await;
    let again = forward_into(&stage, id, &["lpn"], None).await.expect("said so");
    assert_eq!(again, Forwarded { forwarded: 0, already: 1 });
    stage.run().await;
    assert_eq!(stage.accepted_in("Clpn"), 1);
}

#[tokio::test]
async fn what_is_not_held_yet_cannot_be_forwarded_and_nothing_else_is_then() {
    let stage = Stage::new().await;
    let id = stage.publish_as_configured().await;
    stage.run().await;
    let refused = forward_into(&stage, id, &["lpn", "lpn-com"], None).await;
    assert!(matches!(refused, Err(Refusal::NotHeld(groups)) if groups == [("lpn-com".to_owned(), State::Waiting)]));
    assert_eq!(stage.states(id).await["lpn"], State::Held);
}

#[tokio::test]
async fn a_stewards_note_follows_the_unchanged_bulletin_as_a_second_message() {
    let stage = Stage::new().await;
    let id = stage.publish_as_configured().await;
    stage.run().await;
    forward_into(&stage, id, &["lpn"], Some("ขอให้ทุกส่วนราชการดำเนินการโดยด่วน")).await.expect("forwarded");
    stage.run().await;
    let plain = stage.line().messages(&stage.line().accepted(Some("Cgcc1"))[0].messages_hash).expect("bytes");
    let noted = stage.line().messages(&stage.line().accepted(Some("Clpn"))[0].messages_hash).expect("bytes");
    let bare = plain.strip_suffix(']').expect("an array");
    assert!(noted.starts_with(bare), "the bulletin's own bytes are the same");
    assert!(noted.contains("ขอให้ทุกส่วนราชการดำเนินการโดยด่วน") && noted.contains("ผู้ว่าราชการจังหวัดลำพูน"));
    let below = stage.line().messages(&stage.line().accepted(Some("Clpndist"))[0].messages_hash).expect("bytes");
    let unforwarded = stage.line().messages(&stage.line().accepted(Some("Cmoi"))[0].messages_hash).expect("bytes");
    assert_eq!(below, unforwarded, "the note is for the group that the steward forwards into");
    stage.assert_exact(id).await;
}

/// The message array that LINE accepted last in a group.
fn last_sent(stage: &Stage, line_group: &str) -> Value {
    let accepted = stage.line().accepted(Some(line_group));
    let bytes = stage.line().messages(&accepted.last().expect("a message").messages_hash).expect("bytes");
    serde_json::from_str(&bytes).expect("JSON")
}

#[tokio::test]
async fn only_groups_below_which_somebody_must_forward_get_a_button_that_leads_there() {
    let stage = Stage::new().await;
    let id = stage.publish_as_configured().await;
    stage.run().await;
    forward_into(&stage, id, &["lpn"], Some("โปรดถือปฏิบัติ")).await.expect("forwarded");
    stage.run().await;
    let address = format!("/waiting/{id}");
    for (group, leads_on) in [("Cgcc1", true), ("Clpn", true), ("Clpndist", false), ("Cmoi", false), ("Ccmi", false)] {
        let sent = last_sent(&stage, group).to_string();
        assert_eq!(sent.contains(&address), leads_on, "{group}: {sent}");
    }
    let sent = last_sent(&stage, "Clpn");
    assert_eq!(sent.as_array().map(Vec::len), Some(2), "the note stands behind the bulletin with its button");
    assert_eq!(sent[0], last_sent(&stage, "Cgcc1")[0]);
}

#[tokio::test]
async fn a_note_into_several_groups_leaves_each_its_own_bulletin() {
    let stage = Stage::new().await;
    let id = stage.publish_as_configured().await;
    stage.run().await;
    // the head of agency is passed by the governor's group, so that both are held at once
    stage.after(Duration::from_hours(24)).await;
    forward_into(&stage, id, &["lpn", "lpn-com"], Some("โปรดถือปฏิบัติ")).await.expect("forwarded");
    stage.run().await;
    let (above, below) = (last_sent(&stage, "Clpn"), last_sent(&stage, "Clpncom"));
    assert!(above[0].to_string().contains("/waiting/") && !below[0].to_string().contains("/waiting/"));
    assert_eq!(above[1], below[1]);
    assert!(above[1]["text"].as_str().expect("a note").contains("โปรดถือปฏิบัติ"));
}

#[tokio::test]
async fn a_bulletin_that_goes_by_itself_asks_nobody_to_forward() {
    let stage = Stage::new().await;
    let id = stage.publish_automatic().await;
    stage.run().await;
    assert!(!last_sent(&stage, "Cgcc1").to_string().contains(&format!("/waiting/{id}")));
}

#[tokio::test]
async fn a_declined_group_is_passed_by_and_operations_can_reverse_it() {
    let stage = Stage::new().await;
    let id = stage.publish_as_configured().await;
    stage.run().await;
    let lpn = stage.group("lpn").await.0;
    let reason = "เรื่องนี้ไม่เกี่ยวข้องกับจังหวัด".parse().expect("a reason");
    let mut tx = stage.engine.db.begin().await.expect("a transaction");
    assert_eq!(decline(&mut tx, id, &[lpn], &reason, &tester(), stage.now()).await.expect("declined"), 1);
    tx.commit().await.expect("committed");
    stage.run().await;
    let states = stage.states(id).await;
    assert_eq!((states["lpn"], states["lpn-dist"]), (State::Declined, State::Accepted));
    let mut tx = stage.engine.db.begin().await.expect("a transaction");
    undecline(&mut tx, id, &[lpn], &tester(), stage.now()).await.expect("reversed");
    tx.commit().await.expect("committed");
    assert_eq!(stage.states(id).await["lpn"], State::Held);
    stage.assert_exact(id).await;
}

#[tokio::test]
async fn a_withdrawal_stops_what_is_not_sent_and_follows_what_was() {
    let stage = Stage::new().await;
    let id = stage.publish_as_configured().await;
    stage.run().await;
    let done = take_back(&stage, id).await;
    assert_eq!((done.stopped, done.notified), (3, 4));
    stage.run().await;
    assert_eq!(stage.states(id).await["lpn"], State::Withdrawn);
    let notice = stage.states(done.notice.expect("a notice")).await;
    assert_eq!(notice.keys().collect::<Vec<_>>(), ["cmi", "cmi-com", "gcc1", "moi"]);
    assert!(notice.values().all(|state| *state == State::Accepted));
    assert_eq!((stage.accepted_in("Clpn"), stage.accepted_in("Ccmi")), (0, 2));
}

#[tokio::test]
async fn a_withdrawal_follows_a_copy_whose_outcome_is_not_known() {
    let stage = Stage::new().await;
    stage.faults([FaultRule::always(Fault::AcceptThenReset).group("Cmoi").times(1)]);
    let id = stage.publish_automatic().await;
    stage.run().await;
    let done = take_back(&stage, id).await;
    assert!(stage.delivery(id, "moi").await.outcome_open);
    stage.run().await;
    let notice = done.notice.expect("a notice");
    assert_eq!(stage.states(notice).await["moi"], State::Accepted, "it may have gone there");
}

#[tokio::test]
async fn a_withdrawal_follows_a_copy_whose_acceptance_is_known_only_later() {
    let stage = Stage::new().await;
    let id = stage.publish_as_configured().await;
    stage.run().await;
    forward_into(&stage, id, &["lpn"], None).await.expect("forwarded");
    let done = take_back(&stage, id).await;
    let notice = done.notice.expect("a notice");
    assert!(!stage.states(notice).await.contains_key("lpn"));
    // a call was under way, and LINE's acceptance arrives after the withdrawal: a fact, whatever the state
    let lpn = stage.delivery(id, "lpn").await;
    let row = DeliveryOutcome {
        id: lpn.id,
        bulletin_id: id,
        at: stage.now(),
        kind: OutcomeKind::Accepted {
            called_at: stage.now(),
            receipt: Receipt { request_id: None, message_ids: vec!["1".into()] },
        },
    };
    let mut db = stage.db().await;
    let lock = lock_bulletins_shared(&mut db, &[id]).await.expect("locked");
    record_batch(&mut db, &lock, stage.channel, 0, stage.now(), &[row]).await.expect("recorded");
    drop(db);
    stage.after(Duration::from_mins(1)).await;
    assert_eq!(stage.states(id).await["lpn"], State::Accepted);
    assert_eq!(stage.states(notice).await["lpn"], State::Accepted);
}

#[tokio::test]
async fn a_tap_counts_once_per_person_and_group() {
    let stage = Stage::new().await;
    let id = stage.publish_automatic().await;
    stage.run().await;
    let data = acknowledge_data(id);
    for person in ["U1", "U1", "U2"] {
        store_event(&stage, "tap", "Clpn", Some(person), Some(data.clone())).await;
    }
    store_event(&stage, "tap", "Cmoi", Some("U1"), Some(data.clone())).await;
    store_event(&stage, "tap", "Cmoi", None, Some(data.clone())).await;
    store_event(&stage, "tap", "Cmoi", Some("U9"), Some("ack:nonsense".into())).await;
    stage.run().await;
    assert_eq!(stage.delivery(id, "lpn").await.acknowledged, 2);
    let moi = stage.delivery(id, "moi").await;
    assert_eq!((moi.acknowledged, moi.unnamed), (2, 1), "one person, and one tap that LINE gives no name for");
    let counters = gcc_relay::store::progress::list_counters(&mut *stage.db().await, id).await.expect("counters");
    let tier2 = counters.iter().find(|counters| counters.tier == 2).expect("tier 2");
    assert_eq!((tier2.acknowledged_groups, tier2.taps, tier2.unnamed), (2, 4, 1));
}

#[tokio::test]
async fn a_join_code_typed_in_a_group_links_it_once_and_reads_its_size_back() {
    let stage = Stage::new().await;
    let far = stage.group("cmi-far").await;
    let new_group = gcc_relay::simulator::GroupConfig::joined("Cnew", "กลุ่มใหม่", 44, "gcc");
    stage.line().put_group(new_group).expect("a group");
    let code = JoinCode::generate();
    let mut db = stage.db().await;
    let expires_at = stage.now() + Duration::from_hours(24);
    join_codes::insert_join_code(&mut db, &code.sha256(), far, stage.now(), expires_at).await.expect("kept");
    drop(db);
    let id = stage.publish_automatic().await;
    store_event(&stage, "join_code", "Cnew", Some("U1"), Some(hex::encode(code.sha256()))).await;
    stage.run().await;
    let group = groups::find_group(&mut *stage.db().await, "cmi-far").await.expect("a query").expect("a group");
    assert!(group.linked);
    assert_eq!((group.members, group.line_name.as_deref()), (Some(44), Some("กลุ่มใหม่")));
    assert_eq!(stage.states(id).await["cmi-far"], State::Accepted, "what was not used yet goes to the new link");
    // the code is used up
    store_event(&stage, "join_code", "Cmoi", Some("U1"), Some(hex::encode(code.sha256()))).await;
    stage.run().await;
    let moi = groups::find_group(&mut *stage.db().await, "moi").await.expect("a query").expect("a group");
    assert!(moi.linked);
}

#[tokio::test]
async fn the_same_event_is_kept_once() {
    let stage = Stage::new().await;
    stage.line().happen("Cmoi", Happening::MemberJoined { count: 1 }).await.expect("joined");
    let event = Event {
        channel_id: stage.channel,
        event_id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".into(),
        kind: "other".into(),
        line_group_id: None,
        person: None,
        data: None,
        reply_token: None,
        occurred_at: stage.now(),
        received_at: stage.now(),
    };
    let mut db = stage.db().await;
    assert_eq!(insert_events(&mut db, &[event.clone(), event.clone()]).await.expect("stored"), 1);
    assert_eq!(insert_events(&mut db, &[event]).await.expect("stored"), 0);
}

#[tokio::test]
async fn what_was_claimed_but_withdrawn_before_its_call_is_not_sent() {
    let stage = Stage::new().await;
    let change = ChannelChange { rate: Some(0), ..ChannelChange::default() };
    stage.line().change_channel("gcc", change).expect("LINE takes nothing now");
    let id = stage.publish_automatic().await;
    let (wake, stop) = (Arc::new(Notify::new()), CancellationToken::new());
    let running = test_driver::start_dispatcher(&stage.engine, stage.channel, None, wake.clone(), stop.clone())
        .await
        .expect("a dispatcher")
        .expect("ours");
    while stage.line().counts().rate_429 == 0 {
        tokio::task::yield_now().await;
    }
    take_back(&stage, id).await;
    wake.notify_one();
    // LINE goes on refusing until the claim is given back: a call under way could otherwise still be accepted
    let given_back = async {
        let claimed = "select from batches where epoch is not null";
        while sqlx::query(claimed).fetch_optional(&mut *stage.db().await).await.expect("asked").is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), given_back).await.expect("what is withdrawn is given back");
    let change = ChannelChange { rate: Some(2_000), ..ChannelChange::default() };
    stage.line().change_channel("gcc", change).expect("LINE takes all again");
    stop.cancel();
    running.await.expect("it ends");
    stage.run().await;
    assert_eq!(stage.line().counts().accepted, 0);
    assert_eq!(stage.states(id).await["gcc1"], State::Withdrawn);
}

#[tokio::test]
async fn a_leave_that_arrives_late_does_not_undo_a_newer_link() {
    let stage = Stage::new().await;
    let moi = stage.group("moi").await;
    let left_at = stage.now();
    stage.clock.advance(Duration::from_mins(1));
    let mut db = stage.engine.db.begin().await.expect("a transaction");
    links::link_group(&mut db, moi, stage.channel, "Cmoi", stage.now(), stage.now()).await.expect("linked again");
    let undone = links::unlink_group(&mut db, moi, left_at, stage.now()).await.expect("asked");
    assert!(!undone);
    let group = groups::find_group(&mut db, "moi").await.expect("a query").expect("a group");
    assert!(group.linked);
}
