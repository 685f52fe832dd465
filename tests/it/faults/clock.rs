//! The clock moved by hours, forwards and backwards, while a node works.

use std::sync::Arc;
use std::time::Duration;

use gcc_relay::domain::delivery::{Reason, State};
use gcc_relay::domain::time::Timestamp;
use gcc_relay::relay::listener::ListenerHealth;
use gcc_relay::relay::node::Node;
use gcc_relay::simulator::{Fault, FaultRule};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::test_cluster::{Chance, ClusterPlan, last, rows, scaled, tree_file, until};
use crate::test_relay::TestRelay;

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_by_hours_both_ways_costs_time_and_nothing_else() {
    let (offices, jumps) = scaled((400, 4), (12_000, 20));
    let rows = rows(ClusterPlan::of(offices));
    let mut relay = TestRelay::with_tree(&tree_file(&rows).replace("gcc0", "gcc")).await;
    let settings = Arc::make_mut(&mut relay.engine.settings);
    settings.heartbeat = Duration::from_millis(50);
    settings.poll_interval = Duration::from_millis(500);
    // jumps come quickly here: no group is to be passed by or to expire because of them
    (settings.bypass_after, settings.default_expiry) = ([None; 4], 5_000 * HOUR);
    relay.faults([
        FaultRule::always(Fault::AcceptThenReset).share(0.02),
        FaultRule::always(Fault::Slow { min_ms: 5, max_ms: 60 }),
    ]);
    let (_notices, heard) = broadcast::channel(16);
    let stop = CancellationToken::new();
    let node = tokio::spawn(Node::new(relay.engine.clone(), heard, ListenerHealth::default()).run(stop.clone()));
    let bulletin = relay.publish_automatic().await;
    let (start, mut chance) = (relay.now(), Chance::new());
    for moment in chance.moments(jumps, rows.len() as u64) {
        // time goes on; but what is due only by a clock that was ahead may hold everything up until the next jump
        for _ in 0..100 {
            if relay.line().counts().accepted >= moment {
                break;
            }
            resume(&relay).await;
        }
        // within 20 hours: nothing gets too old to be asked again
        relay.clock.set(start + HOUR * u32::try_from(chance.below(20)).expect("a few hours"));
    }
    relay.clock.set(start + 20 * HOUR);
    until("every group has got it", || async {
        resume(&relay).await;
        relay.line().counts().groups == rows.len() as u64
    })
    .await;
    stop.cancel();
    node.await.expect("the node stops");
    // what LINE took without a word is asked about again
    relay.faults([]);
    relay.after(HOUR).await;
    let counts = relay.line().counts();
    assert_eq!(counts.accepted, rows.len() as u64, "lost or sent twice");
    let accepted: i64 = sqlx::query_scalar(
        "select sum(accepted)::bigint from progress where bulletin_no = (select no from bulletins where id = $1)",
    )
    .bind(bulletin)
    .fetch_one(&mut *relay.db().await)
    .await
    .expect("a count");
    assert_eq!(accepted.unsigned_abs(), counts.accepted);
    relay.assert_exact(bulletin).await;
}

/// A moment goes by, and five times as much by the clock.
async fn resume(relay: &TestRelay) {
    last(Duration::from_millis(10)).await;
    relay.clock.advance(Duration::from_millis(50));
}

/// A test relay on which LINE took the copy of one group and never said so.
async fn with_one_unknown() -> (TestRelay, gcc_relay::domain::ids::BulletinId, Timestamp) {
    let relay = TestRelay::new().await;
    relay.faults([FaultRule::always(Fault::AcceptThenReset).group("Cmoi").times(1)]);
    let bulletin = relay.publish_automatic().await;
    relay.run().await;
    let unknown = relay.delivery(bulletin, "moi").await;
    assert_eq!((unknown.state, unknown.outcome_open), (State::Ready, true));
    let sent = relay.now();
    (relay, bulletin, sent)
}

#[tokio::test]
async fn what_is_unknown_for_23_hours_stays_unsent_whatever_the_clock_does() {
    let (relay, bulletin, sent) = with_one_unknown().await;
    for hours in [23, 0, 48, 5, 100, 22, 24] {
        relay.clock.set(sent + hours * HOUR);
        relay.run().await;
        let unknown = relay.delivery(bulletin, "moi").await;
        assert_eq!((unknown.state, unknown.reason), (State::Failed, Some(Reason::OutcomeUnknown)), "{hours} h");
        assert_eq!(unknown.attempts, 1, "{hours} h");
    }
    assert_eq!(relay.accepted_in("Cmoi"), 1);
    relay.assert_exact(bulletin).await;
}

#[tokio::test]
async fn a_clock_set_back_delays_the_question_but_keeps_its_key() {
    let (relay, bulletin, sent) = with_one_unknown().await;
    relay.clock.set(sent - 5 * HOUR);
    relay.run().await;
    assert_eq!(relay.delivery(bulletin, "moi").await.state, State::Ready, "not due yet by this clock");
    relay.clock.set(sent + HOUR);
    relay.run().await;
    assert_eq!(relay.states(bulletin).await["moi"], State::Accepted);
    assert_eq!(relay.accepted_in("Cmoi"), 1);
    relay.assert_exact(bulletin).await;
}
