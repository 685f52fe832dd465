//! The database's clock and the machine's when they do not say the same: nothing is decided that cannot be undone.

use std::sync::Arc;
use std::time::Duration;

use gcc_relay::domain::bulletin::Stage as BulletinStage;
use gcc_relay::domain::delivery::{Reason, State};
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::outcome::ParkReason;
use gcc_relay::relay::forward::{ForwardTarget, forward};
use gcc_relay::relay::public_token;
use gcc_relay::relay::publish::{Later, schedule};
use gcc_relay::simulator::{Fault, FaultRule};
use gcc_relay::store::bulletins::{get_bulletin, insert_draft};
use gcc_relay::store::channels::{park_channel, resume_channel};
use jiff::SignedDuration;

use crate::test_relay::{TestRelay, right, tester};

const HOUR: Duration = Duration::from_hours(1);

/// A bulletin held at two groups, one of which goes on by itself after half an hour, and another that is scheduled.
async fn with_much_that_time_decides(relay: &TestRelay) -> (BulletinId, BulletinId) {
    let id = relay.publish_as_configured().await;
    relay.run().await;
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    let into = ForwardTarget::Groups(vec![relay.group("lpn").await.0]);
    forward(&mut tx, id, &into, None, &right(), relay.now()).await.expect("forwarded");
    let later = BulletinId::new(relay.now());
    insert_draft(&mut tx, later, &relay.draft().await, &public_token(), &tester(), relay.now()).await.expect("a draft");
    let at = relay.now() + HOUR;
    schedule(&mut tx, &relay.engine.settings, later, Later::At(at), &right(), relay.now()).await.expect("scheduled");
    tx.commit().await.expect("committed");
    relay.run().await;
    assert_eq!(relay.states(id).await["lpn-com"], State::Held);
    (id, later)
}

#[tokio::test]
async fn a_clock_that_is_eight_days_ahead_decides_nothing_whichever_of_the_two_it_is() {
    let days = SignedDuration::from_hours(8 * 24);
    for (machine_jumps, ahead) in [(false, days), (true, -days)] {
        let relay = TestRelay::new().await;
        let (id, later) = with_much_that_time_decides(&relay).await;
        let before = relay.states(id).await;
        let start = relay.now();
        if machine_jumps {
            relay.clock.advance(8 * 24 * HOUR);
        }
        relay.clock.follow(ahead);
        relay.run().await;
        assert_eq!(relay.states(id).await, before, "the machine jumps: {machine_jumps}");
        let scheduled = get_bulletin(&mut *relay.db().await, later).await.expect("a bulletin");
        assert_eq!(scheduled.stage, BulletinStage::Scheduled);
        // both are right again, and half an hour goes by
        relay.clock.set(start + HOUR / 2);
        relay.clock.follow(SignedDuration::ZERO);
        relay.run().await;
        assert_eq!(relay.states(id).await["lpn-com"], State::Accepted);
        relay.assert_exact(id).await;
    }
}

#[tokio::test]
async fn clocks_that_differ_by_less_than_a_jump_wait_for_the_later_to_arrive() {
    let relay = TestRelay::new().await;
    let (id, _) = with_much_that_time_decides(&relay).await;
    relay.clock.follow(SignedDuration::from_secs(4));
    relay.after(Duration::from_secs(1_798)).await;
    assert_eq!(relay.states(id).await["lpn-com"], State::Held, "only the database says that it is time");
    relay.after(Duration::from_secs(2)).await;
    assert_eq!(relay.states(id).await["lpn-com"], State::Accepted);
}

#[tokio::test]
async fn a_key_used_while_the_database_was_ahead_is_as_old_as_it_really_is() {
    let mut relay = TestRelay::new().await;
    let settings = Arc::make_mut(&mut relay.engine.settings);
    (settings.bypass_after, settings.default_expiry) = ([None; 4], 500 * HOUR);
    relay.faults([FaultRule::always(Fault::AcceptThenReset).group("Cmoi").times(1)]);
    relay.clock.follow(SignedDuration::from_hours(2));
    let id = relay.publish_automatic().await;
    relay.run().await;
    assert!(relay.delivery(id, "moi").await.outcome_open);
    // the database is set right, and the channel stands still for longer than LINE keeps the key
    relay.clock.follow(SignedDuration::ZERO);
    park_channel(&mut *relay.db().await, relay.channel, ParkReason::Operator, relay.now()).await.expect("parked");
    relay.clock.advance(24 * HOUR + HOUR / 2);
    resume_channel(&mut *relay.db().await, relay.channel, None, relay.now()).await.expect("resumed");
    relay.run().await;
    let unknown = relay.delivery(id, "moi").await;
    assert_eq!((unknown.state, unknown.reason), (State::Failed, Some(Reason::OutcomeUnknown)));
    assert_eq!(relay.accepted_in("Cmoi"), 1);
}

#[tokio::test]
async fn a_key_whose_age_the_clocks_do_not_agree_about_is_neither_used_nor_given_up() {
    let mut relay = TestRelay::new().await;
    let settings = Arc::make_mut(&mut relay.engine.settings);
    (settings.bypass_after, settings.default_expiry) = ([None; 4], 500 * HOUR);
    relay.faults([FaultRule::always(Fault::AcceptThenReset).group("Cmoi").times(1)]);
    let id = relay.publish_automatic().await;
    relay.run().await;
    relay.clock.follow(SignedDuration::from_hours(30));
    relay.after(HOUR).await;
    let unknown = relay.delivery(id, "moi").await;
    assert_eq!((unknown.state, unknown.outcome_open, unknown.attempts), (State::Ready, true, 1));
    relay.clock.follow(SignedDuration::ZERO);
    relay.after(40 * HOUR).await;
    // by then it is too old by both
    assert_eq!(relay.delivery(id, "moi").await.reason, Some(Reason::OutcomeUnknown));
    assert_eq!(relay.accepted_in("Cmoi"), 1);
}
