//! What the relay does when LINE fails: nothing lost, nothing twice, nothing overclaimed.

use std::time::Duration;

use gcc_relay::domain::delivery::{Reason, State};
use gcc_relay::domain::outcome::ParkReason;
use gcc_relay::relay::engine::sealed_as;
use gcc_relay::simulator::{ChannelChange, Endpoint, Fault, FaultRule, GroupEvent};
use gcc_relay::store::batches::take_channel;
use gcc_relay::store::retries::RetryFilter;
use gcc_relay::store::{attempts, channels, deliveries};

use crate::test_relay::{TestRelay, right};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);

async fn parked(relay: &TestRelay) -> Option<ParkReason> {
    channels::get_channel(&mut *relay.db().await, relay.channel).await.expect("a channel").parked_reason
}

#[tokio::test]
async fn a_fault_of_line_is_tried_again_by_the_schedule_with_the_same_key() {
    let relay = TestRelay::new().await;
    relay.faults([FaultRule::always(Fault::Status { status: 500 }).group("Clpndist").times(2)]);
    let id = relay.publish_automatic().await;
    relay.run().await;
    let waiting = relay.delivery(id, "lpn-dist").await;
    assert_eq!((waiting.state, waiting.attempts, waiting.reason), (State::Ready, 1, Some(Reason::LineBusy)));
    assert_eq!(waiting.due_at, Some(relay.now() + 5 * SECOND));
    assert!(waiting.outcome_open, "a 500 may have been accepted");
    relay.after(4 * SECOND).await;
    assert_eq!(relay.delivery(id, "lpn-dist").await.attempts, 1);
    relay.after(SECOND).await;
    assert_eq!(relay.delivery(id, "lpn-dist").await.attempts, 2);
    relay.after(15 * SECOND).await;
    let done = relay.delivery(id, "lpn-dist").await;
    assert_eq!((done.state, done.attempts, done.outcome_open), (State::Accepted, 3, false));
    let kept = attempts::list_attempts(&mut *relay.db().await, done.id).await.expect("attempts");
    assert_eq!(kept.iter().map(|attempt| attempt.status).collect::<Vec<_>>(), [Some(500), Some(500)]);
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn an_answer_lost_after_acceptance_is_found_out_and_nothing_is_sent_twice() {
    for fault in [Fault::AcceptThenReset, Fault::AcceptThen500, Fault::AcceptThenTimeout] {
        let relay = TestRelay::new().await;
        relay.faults([FaultRule::always(fault.clone()).group("Clpn").times(1)]);
        let id = relay.publish_automatic().await;
        relay.run().await;
        let open = relay.delivery(id, "lpn").await;
        assert_eq!((open.state, open.outcome_open), (State::Ready, true), "{fault:?}");
        assert_eq!(relay.accepted_in("Clpn"), 1);
        relay.after(5 * SECOND).await;
        let push = relay.line().accepted(Some("Clpn")).remove(0);
        let done = relay.delivery(id, "lpn").await;
        assert_eq!(done.state, State::Accepted, "{fault:?}");
        assert_eq!(done.line_request_id, Some(push.request_id), "the accepted request's id, not the 409's");
        assert_eq!(relay.states(id).await["lpn-com"], State::Accepted, "those below were woken");
        relay.assert_exact(id).await;
    }
}

#[tokio::test]
async fn when_the_schedule_ends_an_open_outcome_is_called_unknown() {
    let relay = TestRelay::new().await;
    relay.faults([FaultRule::always(Fault::Status { status: 503 }).group("Cmoi")]);
    let id = relay.publish_automatic().await;
    relay.run().await;
    for wait in [5, 15, 60, 300] {
        relay.after(wait * SECOND).await;
    }
    let failed = relay.delivery(id, "moi").await;
    assert_eq!((failed.state, failed.reason), (State::Failed, Some(Reason::OutcomeUnknown)));
    assert_eq!(failed.attempts, 5);
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn going_too_fast_costs_a_pause_and_no_attempt() {
    let relay = TestRelay::new().await;
    relay.faults([FaultRule::always(Fault::Rate429).times(5)]);
    let id = relay.publish_automatic().await;
    relay.run().await;
    let root = relay.delivery(id, "gcc1").await;
    assert_eq!((root.state, root.attempts), (State::Accepted, 1));
    assert_eq!(relay.line().counts().rate_429, 5);
    assert_eq!(parked(&relay).await, None);
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn a_used_up_quota_parks_the_channel_which_resumes_by_itself() {
    let relay = TestRelay::new().await;
    let change = ChannelChange { quota: Some(gcc_relay::simulator::Quota::Limited(340)), ..ChannelChange::default() };
    relay.line().change_channel("gcc", change).expect("changed");
    let id = relay.publish_automatic().await;
    relay.run().await;
    assert_eq!(parked(&relay).await, Some(ParkReason::QuotaUsedUp));
    let states = relay.states(id).await;
    assert!(states.values().any(|state| *state == State::Ready), "{states:?}");
    assert!(states.values().all(|state| *state != State::Failed), "{states:?}");
    relay.after(300 * SECOND).await;
    let change =
        ChannelChange { quota: Some(gcc_relay::simulator::Quota::Limited(100_000)), ..ChannelChange::default() };
    relay.line().change_channel("gcc", change).expect("changed");
    relay.after(300 * SECOND).await;
    assert_eq!(parked(&relay).await, None);
    assert_eq!(relay.states(id).await["lpn-com"], State::Accepted);
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn a_refused_token_parks_the_channel_until_a_good_one_is_stored() {
    let relay = TestRelay::new().await;
    let change = ChannelChange { token: Some("another".into()), ..ChannelChange::default() };
    relay.line().change_channel("gcc", change).expect("changed");
    let id = relay.publish_automatic().await;
    relay.run().await;
    assert_eq!(parked(&relay).await, Some(ParkReason::TokenRefused));
    assert_eq!(relay.states(id).await["gcc1"], State::Ready);
    let sealed = relay.engine.sealing.seal(&sealed_as("gcc", "token"), b"another").expect("sealed");
    let mut db = relay.db().await;
    channels::update_credentials(&mut db, relay.channel, None, Some(&sealed), relay.now()).await.expect("stored");
    drop(db);
    relay.run().await;
    assert_eq!(parked(&relay).await, None);
    assert_eq!(relay.states(id).await["lpn-com"], State::Accepted);
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn a_group_that_the_account_was_removed_from_is_unreachable_and_the_rest_unharmed() {
    let relay = TestRelay::new().await;
    relay.line().remove_silently("Clpndist").expect("removed");
    let id = relay.publish_automatic().await;
    relay.run().await;
    let gone = relay.delivery(id, "lpn-dist").await;
    assert_eq!((gone.state, gone.reason), (State::Unreachable, Some(Reason::AccountRemoved)));
    assert_eq!(relay.states(id).await["lpn-com"], State::Accepted);
}

#[tokio::test]
async fn those_below_an_unreachable_group_go_on_without_it() {
    let relay = TestRelay::new().await;
    relay.line().remove_silently("Clpn").expect("removed");
    let id = relay.publish_automatic().await;
    relay.run().await;
    let below = relay.delivery(id, "lpn-dist").await;
    assert_eq!((below.state, below.bypassed_parent), (State::Accepted, true));
}

#[tokio::test]
async fn a_message_that_line_refuses_pauses_the_bulletin_and_a_retry_lets_it_go_on() {
    let relay = TestRelay::new().await;
    let refuse = Fault::Status { status: 400 };
    relay.faults([FaultRule::always(refuse).group("Cgcc1").endpoint(Endpoint::Push).times(1)]);
    let id = relay.publish_automatic().await;
    relay.run().await;
    let refused = relay.delivery(id, "gcc1").await;
    assert_eq!((refused.state, refused.reason), (State::Failed, Some(Reason::MessageRefused)));
    assert!(refused.paused);
    assert_eq!(relay.states(id).await["lpn"], State::Ready, "woken, but the bulletin stands still");
    assert_eq!(relay.line().counts().accepted, 0);
    let retried = retry(&relay, id, false).await;
    relay.run().await;
    assert_eq!(retried, 1);
    assert_eq!(relay.states(id).await["lpn-com"], State::Accepted);
    relay.assert_exact(id).await;
}

pub async fn retry(relay: &TestRelay, id: gcc_relay::domain::ids::BulletinId, include_unknown: bool) -> u64 {
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    let filter = RetryFilter::default();
    let settings = &relay.engine.settings;
    let retried =
        gcc_relay::relay::retry::retry(&mut tx, settings, id, &filter, include_unknown, &right(), &relay.clock)
            .await
            .expect("retried");
    tx.commit().await.expect("committed");
    retried
}

#[tokio::test]
async fn an_outcome_unknown_for_23_hours_is_sent_again_only_when_a_person_says_so() {
    let relay = TestRelay::new().await;
    relay.faults([FaultRule::always(Fault::AcceptThenReset).group("Cmoi").times(1)]);
    let id = relay.publish_automatic().await;
    relay.run().await;
    relay.faults([]);
    relay.after(23 * HOUR).await;
    let unknown = relay.delivery(id, "moi").await;
    assert_eq!((unknown.state, unknown.reason), (State::Failed, Some(Reason::OutcomeUnknown)));
    assert_eq!(relay.accepted_in("Cmoi"), 1);
    assert_eq!(retry(&relay, id, false).await, 1, "only the group that is not linked");
    relay.run().await;
    assert_eq!(relay.accepted_in("Cmoi"), 1, "never again by itself");
    assert_eq!(retry(&relay, id, true).await, 2);
    relay.run().await;
    assert_eq!(relay.states(id).await["moi"], State::Accepted);
    assert_eq!(relay.accepted_in("Cmoi"), 2, "a person took that risk");
}

#[tokio::test]
async fn a_refused_delivery_gets_another_key_once_its_own_is_too_old() {
    let relay = TestRelay::new().await;
    relay.faults([FaultRule::always(Fault::Status { status: 413 }).group("Cmoi").times(1)]);
    let id = relay.publish_automatic().await;
    relay.run().await;
    assert_eq!(relay.states(id).await["moi"], State::Failed);
    relay.after(24 * HOUR).await;
    retry(&relay, id, false).await;
    relay.run().await;
    assert_eq!(relay.states(id).await["moi"], State::Accepted);
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn what_a_dead_sender_had_claimed_is_asked_again_under_its_key() {
    let relay = TestRelay::new().await;
    let id = relay.publish_automatic().await;
    // a dispatcher claims, LINE accepts, and the process dies before anything is recorded
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    let taken = take_channel(&mut tx, relay.channel, relay.now(), SECOND).await.expect("taken");
    assert_eq!(relay.claim(&mut tx, taken.epoch, 1).await.len(), 1);
    tx.commit().await.expect("committed");
    relay.run().await;
    let open = relay.delivery(id, "gcc1").await;
    assert_eq!((open.state, open.outcome_open), (State::Ready, true));
    assert_eq!(relay.line().counts().accepted, 0, "not before the dead dispatcher's calls have ended");
    relay.after(SECOND).await;
    assert_eq!(relay.states(id).await["lpn-com"], State::Accepted);
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn line_wholly_away_loses_nothing() {
    let relay = TestRelay::new().await;
    relay.faults([FaultRule::always(Fault::Reset).times(3), FaultRule::always(Fault::Html502).times(3)]);
    let id = relay.publish_automatic().await;
    relay.run().await;
    for _ in 0..8 {
        relay.after(60 * SECOND).await;
    }
    let states = relay.states(id).await;
    assert!(states.iter().all(|(group, state)| *state == State::Accepted || group == "cmi-far"), "{states:?}");
    relay.assert_exact(id).await;
}

#[tokio::test]
async fn an_account_that_leaves_a_group_unlinks_it() {
    let relay = TestRelay::new().await;
    // no webhook address is set: what the hook would have stored is stored here
    relay.line().happen("Cmoi", GroupEvent::Leave).await.expect("left");
    crate::relay_people::store_event(&relay, "leave", "Cmoi", None, None).await;
    relay.run().await;
    let id = relay.publish_automatic().await;
    relay.run().await;
    let moi = relay.delivery(id, "moi").await;
    assert_eq!((moi.state, moi.reason), (State::Unreachable, Some(Reason::NotLinked)));
    let all = deliveries::Filter { outcome_unknown: Some(true), ..Default::default() };
    assert!(deliveries::list_deliveries(&mut *relay.db().await, id, &all, 10).await.expect("a list").is_empty());
}
