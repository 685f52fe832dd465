//! How a bulletin goes down the tree when LINE takes everything.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use gcc_relay::domain::actor::Actor;
use gcc_relay::domain::bulletin::{Audience, Forwarding, ForwardingMode};
use gcc_relay::domain::delivery::{Reason, State};
use gcc_relay::domain::ids::Code;
use gcc_relay::relay::test_driver;
use gcc_relay::simulator::{Fault, FaultRule};
use gcc_relay::store::{bulletins, groups, progress};
use tokio::time::timeout;

use crate::test_relay::{PATIENCE, TestRelay, right, tester};

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn an_automatic_bulletin_reaches_every_linked_group_once_and_in_order() {
    let relay = TestRelay::new().await;
    let id = relay.publish_automatic().await;
    relay.run().await;
    let deliveries = relay.deliveries(id).await;
    assert_eq!(deliveries.len(), 8);
    for delivery in &deliveries {
        let expected = if delivery.group == "cmi-far" { State::Unreachable } else { State::Accepted };
        assert_eq!(delivery.state, expected, "{}", delivery.group);
    }
    for group in ["Cgcc1", "Clpn", "Clpncom", "Clpndist", "Ccmi", "Ccmicom", "Cmoi"] {
        assert_eq!(relay.accepted_in(group), 1, "{group}");
    }
    let order: Vec<String> = relay.line().accepted(None).into_iter().map(|push| push.group).collect();
    let at = |group: &str| order.iter().position(|other| other == group).expect("sent");
    assert!(at("Cgcc1") < at("Clpn") && at("Clpn") < at("Clpncom") && at("Ccmi") < at("Ccmicom"), "{order:?}");
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn a_group_without_a_line_group_is_unreachable_with_that_reason() {
    let relay = TestRelay::new().await;
    let id = relay.publish_automatic().await;
    relay.run().await;
    let far = relay.delivery(id, "cmi-far").await;
    assert_eq!((far.state, far.reason, far.attempts), (State::Unreachable, Some(Reason::NotLinked), 0));
}

#[tokio::test]
async fn a_receipt_bears_what_line_said() {
    let relay = TestRelay::new().await;
    let id = relay.publish_automatic().await;
    relay.run().await;
    let push = relay.line().accepted(Some("Clpn")).remove(0);
    let delivery = relay.delivery(id, "lpn").await;
    assert_eq!(delivery.line_request_id, Some(push.request_id));
    assert_eq!(delivery.line_message_ids.map(|ids| ids.len()), Some(1));
    assert_eq!(delivery.ended_at, Some(relay.now()));
}

#[tokio::test]
async fn a_stewarded_group_waits_for_its_steward_and_those_below_wait_for_it() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    let states = relay.states(id).await;
    assert_eq!(states["lpn"], State::Held);
    assert_eq!((states["lpn-com"], states["lpn-dist"]), (State::Waiting, State::Waiting));
    assert_eq!((states["cmi"], states["cmi-com"], states["moi"]), (State::Accepted, State::Accepted, State::Accepted));
    assert_eq!(relay.accepted_in("Clpn"), 0);
}

#[tokio::test]
async fn a_held_bulletin_goes_on_by_itself_when_its_minutes_are_over() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    let lpn = relay.group("lpn").await;
    let mut db = relay.db().await;
    let change = groups::SettingsChange { forwarding: Some(Forwarding::Automatic), ..Default::default() };
    groups::update_settings(&mut db, lpn, &change, relay.now()).await.expect("changed");
    drop(db);
    relay.run().await;
    assert_eq!(relay.states(id).await["lpn"], State::Held, "a later change changes nothing in flight");
    let id = relay.publish_as_configured().await;
    relay.run().await;
    let office = relay.delivery(id, "lpn-com").await;
    assert_eq!((office.state, office.release_at), (State::Held, Some(relay.now() + 30 * MINUTE)));
    relay.after(29 * MINUTE).await;
    assert_eq!(relay.states(id).await["lpn-com"], State::Held);
    relay.after(MINUTE).await;
    let office = relay.delivery(id, "lpn-com").await;
    assert_eq!((office.state, office.forwarded_by), (State::Accepted, Some(Actor::TIME)));
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn those_below_pass_a_group_by_that_takes_too_long() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    relay.after(59 * MINUTE).await;
    assert_eq!(relay.states(id).await["lpn-dist"], State::Waiting);
    relay.after(MINUTE).await;
    let district = relay.delivery(id, "lpn-dist").await;
    assert_eq!((district.state, district.bypassed_parent), (State::Accepted, true));
    let states = relay.states(id).await;
    assert_eq!((states["lpn"], states["lpn-com"]), (State::Held, State::Held), "stewards keep their turn");
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn an_audience_takes_the_groups_between_along_and_leaves_the_rest_out() {
    let relay = TestRelay::new().await;
    let code = |text: &str| text.parse::<Code>().expect("a code");
    let audience = Audience { groups: Some(vec![code("lpn-dist"), code("moi")]), ..Audience::default() };
    let draft = bulletins::Draft { audience, forwarding: ForwardingMode::Automatic, ..relay.draft().await };
    let (id, deliveries) = relay.publish(draft).await;
    assert_eq!(deliveries, 4);
    let groups: BTreeSet<String> = relay.states(id).await.into_keys().collect();
    assert_eq!(groups, ["gcc1", "lpn", "lpn-dist", "moi"].map(String::from).into());
    let audience = Audience { exclude_groups: Some(vec![code("lpn")]), ..Audience::default() };
    let (_, deliveries) = relay.publish(bulletins::Draft { audience, ..relay.draft().await }).await;
    assert_eq!(deliveries, 5, "what is excluded takes all below it along");
}

#[tokio::test]
async fn a_bulletin_of_a_province_goes_to_its_own_subtree() {
    let relay = TestRelay::new().await;
    let draft = bulletins::Draft { origin: relay.group("lpn").await, ..relay.draft().await };
    let (id, deliveries) = relay.publish(draft).await;
    relay.run().await;
    assert_eq!(deliveries, 3);
    let states = relay.states(id).await;
    assert_eq!((states["lpn"], states["lpn-dist"], states["lpn-com"]), (State::Accepted, State::Accepted, State::Held));
}

#[tokio::test]
async fn an_expired_bulletin_is_not_sent_any_more() {
    let relay = TestRelay::new().await;
    let draft = bulletins::Draft { expires_at: Some(relay.now() + 10 * MINUTE), ..relay.draft().await };
    let (id, _) = relay.publish(draft).await;
    relay.run().await;
    relay.after(10 * MINUTE).await;
    let states = relay.states(id).await;
    assert_eq!((states["lpn"], states["lpn-com"]), (State::Expired, State::Expired));
    assert_eq!(states["cmi"], State::Accepted);
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn nothing_is_sent_after_its_expiry_though_upkeep_has_not_been_there_yet() {
    let relay = TestRelay::new().await;
    let draft = bulletins::Draft { expires_at: Some(relay.now() + 10 * MINUTE), ..relay.draft().await };
    let (id, _) = relay.publish(draft).await;
    relay.clock.advance(10 * MINUTE);
    test_driver::send_until_idle(&relay.engine).await.expect("a dispatcher runs");
    assert_eq!(relay.states(id).await["gcc1"], State::Ready);
    relay.run().await;
    assert_eq!(relay.states(id).await["gcc1"], State::Expired);
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn what_was_put_off_and_has_expired_meanwhile_is_not_taken_again_and_again() {
    let mut relay = TestRelay::new().await;
    Arc::make_mut(&mut relay.engine.settings).claim_batch = 1;
    relay.faults([FaultRule::always(Fault::Status { status: 500 }).group("Cgcc1")]);
    let draft = bulletins::Draft { expires_at: Some(relay.now() + 10 * MINUTE), ..relay.draft().await };
    let (id, _) = relay.publish(draft).await;
    relay.run().await;
    relay.clock.advance(10 * MINUTE);
    timeout(PATIENCE, test_driver::send_until_idle(&relay.engine))
        .await
        .expect("the dispatcher rests")
        .expect("a dispatcher runs");
    assert_eq!(relay.delivery(id, "gcc1").await.attempts, 1);
    relay.run().await;
    assert_eq!(relay.states(id).await["gcc1"], State::Expired);
}

#[tokio::test]
async fn a_scheduled_bulletin_goes_out_at_its_time_to_the_tree_as_it_is_then() {
    let relay = TestRelay::new().await;
    let id = gcc_relay::domain::ids::BulletinId::new(relay.now());
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    let draft = bulletins::Draft { forwarding: ForwardingMode::Automatic, ..relay.draft().await };
    bulletins::insert_draft(&mut tx, id, &draft, "token", &tester(), relay.now()).await.expect("a draft");
    let at = relay.now() + 10 * MINUTE;
    let settings = &relay.engine.settings;
    gcc_relay::relay::publish::schedule(
        &mut tx,
        settings,
        id,
        gcc_relay::relay::publish::Later::At(at),
        &right(),
        relay.now(),
    )
    .await
    .expect("scheduled");
    tx.commit().await.expect("committed");
    relay.run().await;
    assert!(relay.deliveries(id).await.is_empty());
    relay.after(10 * MINUTE).await;
    assert_eq!(relay.states(id).await["lpn-com"], State::Accepted);
}

#[tokio::test]
async fn progress_tells_the_same_as_the_deliveries() {
    let relay = TestRelay::new().await;
    let id = relay.publish_as_configured().await;
    relay.run().await;
    let mut db = relay.db().await;
    let kept = progress::list_counters(&mut db, id).await.expect("counters");
    let root = relay.group("gcc1").await.0;
    let counted = progress::count_under(&mut db, id, &[root]).await.expect("a count");
    for (kept, counted) in kept.iter().zip(&counted) {
        assert_eq!((kept.tier, kept.groups, kept.seats), (counted.tier, counted.groups, counted.seats));
        assert_eq!((kept.accepted, kept.held, kept.waiting), (counted.accepted, counted.held, counted.waiting));
        assert_eq!((&kept.buckets, &kept.acceptances), (&counted.buckets, &counted.acceptances));
    }
    assert_eq!(kept.len(), 3);
}

#[tokio::test]
async fn the_last_outcomes_wait_for_no_others() {
    let mut relay = TestRelay::new().await;
    Arc::make_mut(&mut relay.engine.settings).record_delay = Duration::from_hours(1);
    let id = relay.publish_automatic().await;
    timeout(PATIENCE, relay.run()).await.expect("everything is on record at once");
    relay.assert_exact(id).await;
}
