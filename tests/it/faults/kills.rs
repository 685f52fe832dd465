//! The program killed in the middle of a fan-out.

use super::house::{Dice, House, Plan, scaled};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_moments_and_started_again_it_loses_nothing_and_sends_nothing_twice() {
    let (offices, kills) = scaled((1_000, 4), (12_000, 20));
    let house = House::build(Plan::of(offices)).await;
    house.answer_late(5, 60);
    let mut server = house.program.serve().await;
    let bulletin = house.publish(&server).await;
    for moment in Dice::new().moments(kills, house.groups()) {
        house.accepted(moment).await;
        server.kill();
        server = house.program.serve().await;
    }
    house.settled(bulletin).await;
    house.assert_whole(bulletin, &server).await;
}
