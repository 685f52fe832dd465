//! The program told to stop in the middle of a fan-out.

use std::time::Duration;

use gcc_relay::simulator::{Fault, FaultRule};
use nix::sys::signal::Signal;

use super::house::{Dice, House, Plan, scaled, until};

/// The grace time of the tests' nodes.
const GRACE: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_at_random_moments_it_ends_in_time_and_leaves_nothing_in_sending() {
    let (offices, stops) = scaled((1_000, 5), (12_000, 20));
    let house = House::build(Plan::of(offices)).await;
    // some calls never get an answer: they end with the time-out of a second, within the grace
    let slow = FaultRule::always(Fault::Slow { min_ms: 5, max_ms: 120 });
    house.faults([FaultRule::always(Fault::Timeout).share(0.01), slow]);
    let mut server = house.program.serve().await;
    let bulletin = house.publish(&server).await;
    for moment in Dice::new().moments(stops, house.groups()) {
        house.accepted(moment).await;
        server.signal(Signal::SIGTERM);
        let status = server.ended(GRACE).await.expect("it ends within the grace time");
        assert_eq!(status.code(), Some(0), "{}", server.log());
        assert_eq!(house.count_claims().await, 0, "left in sending: {}", server.log());
        server = house.program.serve().await;
    }
    house.settled(bulletin).await;
    house.assert_whole(bulletin, &server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_outlast_the_grace_are_cut_off_and_asked_again_under_their_keys() {
    let mut house = House::build(Plan::of(60)).await;
    house.program.set("GCC_RELAY__LINE__REQUEST_TIMEOUT", "1s");
    house.program.set("GCC_RELAY__RELAY__SHUTDOWN_GRACE", "1100ms");
    let mut server = house.program.serve().await;
    // LINE takes everything and never says so, until the node has gone
    house.faults([FaultRule::always(Fault::AcceptThenTimeout)]);
    let bulletin = house.publish(&server).await;
    house.accepted(1).await;
    server.signal(Signal::SIGTERM);
    server.signal(Signal::SIGTERM);
    let status = server.ended(GRACE).await.expect("a second signal ends it at once");
    assert_eq!(status.code(), Some(0), "{}", server.log());
    house.faults([]);
    server = house.program.serve().await;
    until("what was open is asked again", || async { house.control().counts().accepted == house.groups() }).await;
    house.settled(bulletin).await;
    house.assert_whole(bulletin, &server).await;
}
