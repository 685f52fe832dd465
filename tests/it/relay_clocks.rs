//! The database's clock and the machine's when they do not say the same: nothing is decided that cannot be undone.

use std::sync::Arc;
use std::time::Duration;

use gcc_relay::domain::bulletin::Stage as BulletinStage;
use gcc_relay::domain::delivery::{Reason, State};
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::outcome::ParkReason;
use gcc_relay::relay::forward::{ForwardTarget, forward};
use gcc_relay::relay::public_token;
use gcc_relay::relay::publish::schedule;
use gcc_relay::simulator::{Fault, FaultRule};
use gcc_relay::store::bulletins::{get_bulletin, insert_draft};
use gcc_relay::store::channels::{park_channel, resume_channel};
use jiff::SignedDuration;

use crate::stage::{Stage, tester};

const HOUR: Duration = Duration::from_hours(1);

/// A bulletin held at two groups, one of which goes on by itself after half an hour, and another that is scheduled.
async fn with_much_that_time_decides(stage: &Stage) -> (BulletinId, BulletinId) {
    let id = stage.publish_as_configured().await;
    stage.run().await;
    let mut tx = stage.engine.db.begin().await.expect("a transaction");
    let into = ForwardTarget::Groups(vec![stage.group("lpn").await.0]);
    forward(&mut tx, id, &into, None, &tester(), stage.now()).await.expect("forwarded");
    let later = BulletinId::new(stage.now());
    insert_draft(&mut tx, later, &stage.draft().await, &public_token(), &tester(), stage.now()).await.expect("a draft");
    let at = stage.now() + HOUR;
    schedule(&mut tx, &stage.engine.settings, later, at, &tester(), stage.now()).await.expect("scheduled");
    tx.commit().await.expect("committed");
    stage.run().await;
    assert_eq!(stage.states(id).await["lpn-com"], State::Held);
    (id, later)
}

#[tokio::test]
async fn a_clock_that_is_eight_days_ahead_decides_nothing_whichever_of_the_two_it_is() {
    let days = SignedDuration::from_hours(8 * 24);
    for (machine_jumps, ahead) in [(false, days), (true, -days)] {
        let stage = Stage::new().await;
        let (id, later) = with_much_that_time_decides(&stage).await;
        let before = stage.states(id).await;
        let start = stage.now();
        if machine_jumps {
            stage.clock.advance(8 * 24 * HOUR);
        }
        stage.clock.follow(ahead);
        stage.run().await;
        assert_eq!(stage.states(id).await, before, "the machine jumps: {machine_jumps}");
        let scheduled = get_bulletin(&mut *stage.db().await, later).await.expect("a bulletin");
        assert_eq!(scheduled.stage, BulletinStage::Scheduled);
        // both are right again, and half an hour goes by
        stage.clock.set(start + HOUR / 2);
        stage.clock.follow(SignedDuration::ZERO);
        stage.run().await;
        assert_eq!(stage.states(id).await["lpn-com"], State::Accepted);
        stage.assert_exact(id).await;
    }
}

#[tokio::test]
async fn clocks_that_differ_by_less_than_a_jump_wait_for_the_later_to_arrive() {
    let stage = Stage::new().await;
    let (id, _) = with_much_that_time_decides(&stage).await;
    stage.clock.follow(SignedDuration::from_secs(4));
    stage.after(Duration::from_secs(1_798)).await;
    assert_eq!(stage.states(id).await["lpn-com"], State::Held, "only the database says that it is time");
    stage.after(Duration::from_secs(2)).await;
    assert_eq!(stage.states(id).await["lpn-com"], State::Accepted);
}

#[tokio::test]
async fn a_key_used_while_the_database_was_ahead_is_as_old_as_it_really_is() {
    let mut stage = Stage::new().await;
    let settings = Arc::make_mut(&mut stage.engine.settings);
    (settings.bypass_after, settings.default_expiry) = ([None; 4], 500 * HOUR);
    stage.faults([FaultRule::always(Fault::AcceptThenReset).group("Cmoi").times(1)]);
    stage.clock.follow(SignedDuration::from_hours(2));
    let id = stage.publish_automatic().await;
    stage.run().await;
    assert!(stage.delivery(id, "moi").await.outcome_open);
    // the database is set right, and the channel stands still for longer than LINE keeps the key
    stage.clock.follow(SignedDuration::ZERO);
    park_channel(&mut *stage.db().await, stage.channel, ParkReason::Operator, stage.now()).await.expect("parked");
    stage.clock.advance(24 * HOUR + HOUR / 2);
    resume_channel(&mut *stage.db().await, stage.channel, None, stage.now()).await.expect("resumed");
    stage.run().await;
    let unknown = stage.delivery(id, "moi").await;
    assert_eq!((unknown.state, unknown.reason), (State::Failed, Some(Reason::OutcomeUnknown)));
    assert_eq!(stage.accepted_in("Cmoi"), 1);
}

#[tokio::test]
async fn a_key_whose_age_the_clocks_do_not_agree_about_is_neither_used_nor_given_up() {
    let mut stage = Stage::new().await;
    let settings = Arc::make_mut(&mut stage.engine.settings);
    (settings.bypass_after, settings.default_expiry) = ([None; 4], 500 * HOUR);
    stage.faults([FaultRule::always(Fault::AcceptThenReset).group("Cmoi").times(1)]);
    let id = stage.publish_automatic().await;
    stage.run().await;
    stage.clock.follow(SignedDuration::from_hours(30));
    stage.after(HOUR).await;
    let unknown = stage.delivery(id, "moi").await;
    assert_eq!((unknown.state, unknown.outcome_open, unknown.attempts), (State::Ready, true, 1));
    stage.clock.follow(SignedDuration::ZERO);
    stage.after(40 * HOUR).await;
    // by then it is too old by both
    assert_eq!(stage.delivery(id, "moi").await.reason, Some(Reason::OutcomeUnknown));
    assert_eq!(stage.accepted_in("Cmoi"), 1);
}
