//! Faults on demand: what the caller sees, and what was accepted all the same.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;

use super::{GROUP, clock, config, start, text};
use crate::{Endpoint, Fault, FaultRule};

/// What the first push comes to under a fault (`None`: no answer), how many pushes were accepted by
/// then, and what the same push comes to afterwards.
#[rstest]
#[case(Fault::Rate429, Some(429), 0, 200)]
#[case(Fault::Quota429, Some(429), 0, 200)]
#[case(Fault::Status { status: 503 }, Some(503), 0, 200)]
#[case(Fault::Html502, Some(502), 0, 200)]
#[case(Fault::Timeout, None, 0, 200)]
#[case(Fault::Reset, None, 0, 200)]
#[case(Fault::Slow { min_ms: 1, max_ms: 2 }, Some(200), 1, 409)]
#[case(Fault::AcceptThenTimeout, None, 1, 409)]
#[case(Fault::AcceptThenReset, None, 1, 409)]
#[case(Fault::AcceptThen500, Some(500), 1, 409)]
#[tokio::test]
async fn a_fault_shows_what_it_says_and_accepts_only_where_it_says(
    #[case] fault: Fault,
    #[case] seen: Option<u16>,
    #[case] accepted: u64,
    #[case] then: u16,
) {
    let mut config = config(&clock());
    config.hold_open = Duration::from_millis(20);
    let (simulator, caller) = start(config).await;
    simulator.control().set_faults(vec![FaultRule::always(fault).times(1)]).unwrap();
    let first = caller.try_push(&text("ข่าว"), 1).await;
    assert_eq!(first.ok().map(|answer| answer.status.as_u16()), seen);
    assert_eq!(simulator.control().counts().accepted, accepted);
    assert_eq!(caller.push(&text("ข่าว"), 1).await.status, then);
    assert_eq!(simulator.control().counts().accepted, 1);
}

#[tokio::test]
async fn what_would_be_refused_anyway_is_refused_under_a_losing_fault() {
    let (simulator, caller) = start(config(&clock())).await;
    simulator.control().set_faults(vec![FaultRule::always(Fault::AcceptThenReset)]).unwrap();
    assert_eq!(caller.push(&text(""), 1).await.status, 400);
}

#[tokio::test]
async fn faults_are_set_and_read_over_the_control_api() {
    let (simulator, caller) = start(config(&clock())).await;
    let rules =
        json!([{ "kind": "status", "status": 500, "share": 1.0, "group": GROUP, "endpoint": "push", "times": 2 }]);
    let set = caller.send("PUT", "/control/faults", None, rules.to_string()).await.unwrap();
    assert_eq!(set.status, 204);
    assert_eq!(caller.push(&text("ข่าว"), 1).await.status, 500);
    assert_eq!(caller.get("/control/faults").await.json()[0]["times"], 1);
    assert_eq!(simulator.control().faults()[0].endpoint, Some(Endpoint::Push));
    let counts = caller.get("/control/counts").await.json();
    assert_eq!(counts["calls"]["push"]["500"], 1);
    assert_eq!(caller.post("/control/reset", &json!({})).await.status, 204);
    assert!(simulator.control().faults().is_empty());
}
