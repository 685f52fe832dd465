//! The times of acceptances are counted with every acceptance, by however many recorders.

use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::outcome::Receipt;
use gcc_relay::store::Tx;
use gcc_relay::store::deliveries::Delivery;
use gcc_relay::store::progress::{find_drift, list_counters};
use gcc_relay::store::record::{DeliveryOutcome, OutcomeKind, record_accepted};

use crate::test_relay::TestRelay;

#[tokio::test]
async fn the_recount_finds_a_time_or_a_cost_that_is_counted_wrongly() {
    let relay = TestRelay::new().await;
    let id = relay.publish_automatic().await;
    relay.run().await;
    relay.assert_exact(id).await;
    for wrong in [
        "update acceptance_times set groups = groups + 1 where tier = 1",
        "update acceptance_times set bucket = bucket + 1 where tier = 1",
        "delete from acceptance_times where tier = 1",
        "update day_costs set pushed_messages = pushed_messages + 1 where tier = 1",
        "update day_costs set day = day + 1 where tier = 1",
        "update day_costs set pushed_groups = 0, seen_groups = pushed_groups where tier = 1",
    ] {
        let mut tx = relay.engine.db.begin().await.expect("a transaction");
        sqlx::query(wrong).execute(&mut *tx).await.expect("changed");
        assert!(find_drift(&mut tx, id).await.expect("a recount").is_some(), "{wrong}");
    }
    relay.assert_exact(id).await;
}

/// Records in a transaction that is left open that LINE accepted these.
async fn accept(relay: &TestRelay, bulletin: BulletinId, deliveries: &[Delivery]) -> Tx {
    let mut tx = relay.engine.db.begin().await.expect("a transaction");
    let recorded: Vec<DeliveryOutcome> = deliveries
        .iter()
        .map(|delivery| DeliveryOutcome {
            id: delivery.id,
            bulletin_id: bulletin,
            at: relay.now(),
            kind: OutcomeKind::Accepted { called_at: relay.now(), receipt: Receipt::default() },
        })
        .collect();
    record_accepted(&mut tx, relay.now(), &recorded.iter().collect::<Vec<_>>(), &[]).await.expect("recorded");
    tx
}

#[tokio::test]
async fn two_recorders_of_one_bulletin_at_the_same_time_count_all_times() {
    let relay = TestRelay::new().await;
    let id = relay.publish_automatic().await;
    let all = relay.deliveries(id).await;
    let one: Vec<Delivery> = all.iter().step_by(2).cloned().collect();
    let other: Vec<Delivery> = all.iter().skip(1).step_by(2).rev().cloned().collect();
    let first = accept(&relay, id, &one);
    let second = accept(&relay, id, &other);
    let (first, second) = (async { first.await.commit().await }, async { second.await.commit().await });
    let (first, second) = tokio::join!(first, second);
    first.and(second).expect("both committed");
    relay.assert_exact(id).await;
    let counters = list_counters(&mut *relay.db().await, id).await.expect("counters");
    let counted: i32 = counters.iter().flat_map(|part| &part.acceptances).sum();
    assert_eq!(usize::try_from(counted).expect("a few"), all.len());
}
