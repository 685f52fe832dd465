//! The demo's past: written at once, and yet the counters, histograms and acknowledgements say what the rows say.

use std::time::Duration;

use gcc_relay::domain::delivery::{Reason, State};
use gcc_relay::domain::time::Timestamp;
use gcc_relay::relay::test_driver;
use gcc_relay::store::demo_seed::{
    SeedDelivery, SimulatedOutcome, list_held_deliveries, list_seed_deliveries, write_outcomes,
};
use gcc_relay::store::progress::{find_drift, list_counters};

use crate::test_relay::TestRelay;

/// The root and the automatic groups have it, but one whose calls failed and one without a link; the rest is held.
fn outcome(copy: &SeedDelivery, at: Timestamp) -> Option<SimulatedOutcome> {
    let state = match copy.code.as_str() {
        "cmi-com" => State::Failed,
        "cmi-far" => State::Unreachable,
        "lpn" => State::Held,
        "lpn-com" | "lpn-dist" => return None,
        _ => State::Accepted,
    };
    let ended_at = (state != State::Held).then_some(at);
    Some(SimulatedOutcome {
        id: copy.id,
        state,
        reason: match state {
            State::Failed => Some(Reason::RetriesExhausted),
            State::Unreachable => Some(Reason::NotLinked),
            _ => None,
        },
        eligible_at: Some(at),
        release_at: None,
        called_at: ended_at.filter(|_| copy.linked),
        ended_at,
        bypassed: false,
        forwarded_by: None,
        attempts: 1,
        taps: if state == State::Accepted { vec![at, at + Duration::from_secs(9)] } else { Vec::new() },
    })
}

#[tokio::test]
async fn what_is_written_as_past_is_counted_like_what_was_lived() {
    let relay = TestRelay::new().await;
    let (id, deliveries) = relay.publish(relay.draft().await).await;
    let mut db = relay.db().await;
    let copies = list_seed_deliveries(&mut db, id).await.expect("copies");
    assert_eq!((copies.len(), copies[0].code.as_str()), (8, "gcc1"));
    let at = relay.now() + Duration::from_secs(40);
    let outcomes: Vec<SimulatedOutcome> = copies.iter().filter_map(|copy| outcome(copy, at)).collect();
    write_outcomes(&mut db, &outcomes).await.expect("moves of the table");
    assert!(find_drift(&mut db, id).await.expect("a count").is_none());
    let counters = list_counters(&mut db, id).await.expect("counters");
    let sum = |of: fn(&gcc_relay::store::progress::Counters) -> i64| counters.iter().map(of).sum::<i64>();
    assert_eq!(sum(|c| c.groups), i64::from(deliveries));
    assert_eq!([sum(|c| c.accepted), sum(|c| c.held), sum(|c| c.waiting)], [3, 1, 2]);
    assert_eq!([sum(|c| c.failed), sum(|c| c.unreachable), sum(|c| c.taps)], [1, 1, 6]);
    assert_eq!(sum(|c| c.acceptances.iter().map(|n| i64::from(*n)).sum()), 3);
}

#[tokio::test]
async fn the_engine_goes_on_from_where_the_past_left_it() {
    let relay = TestRelay::new().await;
    let (id, _) = relay.publish(relay.draft().await).await;
    let mut db = relay.db().await;
    let copies = list_seed_deliveries(&mut db, id).await.expect("copies");
    let outcomes: Vec<SimulatedOutcome> = copies.iter().filter_map(|copy| outcome(copy, relay.now())).collect();
    write_outcomes(&mut db, &outcomes).await.expect("moves of the table");
    let held = list_held_deliveries(&mut db, id).await.expect("held");
    assert_eq!(held.iter().map(|copy| copy.code.as_str()).collect::<Vec<_>>(), ["lpn"]);
    drop(db);
    test_driver::run_until_idle(&relay.engine).await.expect("the engine runs");
    assert!(relay.line().accepted(None).is_empty(), "what was accepted is not sent again");
}
