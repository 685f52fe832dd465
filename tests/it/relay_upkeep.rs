//! Upkeep when something goes wrong for one bulletin: the others have their turn all the same.

use std::time::Duration;

use gcc_relay::domain::delivery::State;
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::relay::forward::{ForwardTarget, forward};

use crate::test_relay::{TestRelay, right};

const HALF_AN_HOUR: Duration = Duration::from_mins(30);

/// Two bulletins, each held at a group that it goes into by itself after half an hour.
async fn two_held(relay: &TestRelay) -> [BulletinId; 2] {
    let ids = [relay.publish_as_configured().await, relay.publish_as_configured().await];
    relay.run().await;
    let lamphun = ForwardTarget::Groups(vec![relay.group("lpn").await.0]);
    for id in ids {
        let mut tx = relay.engine.db.begin().await.expect("a transaction");
        forward(&mut tx, id, &lamphun, None, &right(), relay.now()).await.expect("forwarded");
        tx.commit().await.expect("committed");
    }
    relay.run().await;
    ids
}

/// From now on the database refuses every change of the bulletin's deliveries.
async fn poison(relay: &TestRelay, id: BulletinId) {
    let mut db = relay.db().await;
    let function = "create function poison() returns trigger language plpgsql as
        $$ begin raise exception 'poison' using errcode = 'check_violation', constraint = 'poison'; end $$";
    sqlx::query(function).execute(&mut *db).await.expect("a function");
    let no: i32 =
        sqlx::query_scalar("select no from bulletins where id = $1").bind(id).fetch_one(&mut *db).await.expect("no");
    let trigger = format!(
        "create trigger poison before update on deliveries for each row when (old.bulletin_no = {no})
        execute function poison()"
    );
    sqlx::query(sqlx::AssertSqlSafe(trigger)).execute(&mut *db).await.expect("a trigger");
}

async fn remove_poison(relay: &TestRelay) {
    sqlx::query("drop trigger poison on deliveries").execute(&mut *relay.db().await).await.expect("dropped");
}

#[tokio::test]
async fn a_bulletin_that_cannot_be_released_keeps_no_other_from_it() {
    let relay = TestRelay::new().await;
    let [poisoned, other] = two_held(&relay).await;
    poison(&relay, poisoned).await;
    relay.after(HALF_AN_HOUR).await;
    assert_eq!(relay.states(poisoned).await["lpn-com"], State::Held);
    assert_eq!(relay.states(other).await["lpn-com"], State::Accepted);
    remove_poison(&relay).await;
    relay.run().await;
    assert_eq!(relay.states(poisoned).await["lpn-com"], State::Accepted, "it is tried again");
}

#[tokio::test]
async fn a_bulletin_that_cannot_expire_keeps_no_other_from_expiring() {
    let relay = TestRelay::new().await;
    let ids = [relay.publish_as_configured().await, relay.publish_as_configured().await];
    relay.run().await;
    poison(&relay, ids[0]).await;
    relay.after(Duration::from_hours(24 * 8)).await;
    assert_eq!(relay.states(ids[0]).await["lpn"], State::Held);
    assert_eq!(relay.states(ids[1]).await["lpn"], State::Expired);
    remove_poison(&relay).await;
    relay.run().await;
    assert_eq!(relay.states(ids[0]).await["lpn"], State::Expired);
}
