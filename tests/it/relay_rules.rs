//! The rules that the database itself holds, compared with those of the domain.

use std::time::Duration;

use gcc_relay::domain::delivery::{State, may_become};
use gcc_relay::store::audit;
use gcc_relay::store::batches::{ClaimOutcome, take_channel};
use sqlx::{Connection, Executor, PgConnection, Row};

use crate::test_relay::{TestRelay, fresh_database, tester};

#[tokio::test]
async fn the_databases_table_of_states_is_the_domains() {
    let mut db = PgConnection::connect(&fresh_database().await).await.expect("a connection");
    for from in State::ALL {
        for to in State::ALL.into_iter().filter(|to| *to != from) {
            let allowed: bool = sqlx::query_scalar("select delivery_may_become($1, $2)")
                .bind(from)
                .bind(to)
                .fetch_one(&mut db)
                .await
                .expect("an answer");
            assert_eq!(allowed, may_become(from, to), "{from:?} to {to:?}");
        }
    }
}

#[tokio::test]
async fn no_statement_can_move_a_delivery_against_the_table() {
    let relay = TestRelay::new().await;
    let id = relay.publish_automatic().await;
    relay.run().await;
    let refused = sqlx::query("update deliveries set state = 'ready', ended_at = null where bulletin_no = (select no from bulletins where id = $1)")
        .bind(id)
        .execute(&mut *relay.db().await)
        .await;
    assert!(refused.expect_err("refused").to_string().contains("cannot go from"));
}

#[tokio::test]
async fn a_published_bulletin_cannot_be_changed_or_deleted() {
    let relay = TestRelay::new().await;
    let id = relay.publish_automatic().await;
    for statement in ["update bulletins set subject = 'x' where id = $1", "delete from bulletins where id = $1"] {
        let refused = sqlx::query(statement).bind(id).execute(&mut *relay.db().await).await;
        assert!(refused.expect_err("refused").to_string().contains("a published bulletin is never"));
    }
}

#[tokio::test]
async fn groups_and_channels_are_never_deleted_and_tiers_follow_their_parents() {
    let relay = TestRelay::new().await;
    let mut db = relay.db().await;
    for statement in [
        "delete from groups",
        "delete from channels",
        "update groups set parent_id = (select id from groups where code = 'moi'), tier = 2 where code = 'lpn-com'",
        "update groups set parent_id = null, tier = 1 where code = 'lpn'",
    ] {
        assert!(db.execute(statement).await.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn a_dispatcher_whose_epoch_is_over_can_claim_nothing() {
    let relay = TestRelay::new().await;
    let id = relay.publish_automatic().await;
    let root = relay.delivery(id, "gcc1").await;
    let mut db = relay.db().await;
    let old = take_channel(&mut db, relay.channel, relay.now(), Duration::ZERO).await.expect("taken");
    let new = take_channel(&mut db, relay.channel, relay.now(), Duration::ZERO).await.expect("taken");
    let late = relay.try_claim(&mut db, old.epoch, 1, None).await;
    assert!(matches!(late, ClaimOutcome::Refused), "{late:?}");
    let claimed = relay.claim(&mut db, new.epoch, 1).await;
    assert_eq!(claimed.iter().map(|(_, ready)| ready.id).collect::<Vec<_>>(), [root.id]);
}

#[tokio::test]
async fn the_audit_can_only_grow_and_its_seals_chain() {
    let relay = TestRelay::new().await;
    let mut db = relay.db().await;
    for act in ["one", "two", "three"] {
        audit::insert_entry(&mut db, relay.now(), &tester(), act, "x", &serde_json::json!({})).await.expect("written");
    }
    while audit::seal_entries(&mut db, 2).await.expect("sealed") > 0 {}
    for statement in ["update audit set act = 'x'", "delete from audit"] {
        assert!(db.execute(statement).await.is_err(), "{statement}");
    }
    let broken: i64 = sqlx::query(
        "select count(*) from (select seal, sha256(coalesce(lag(seal) over (order by sealed_no), '')
            || audit_entry_bytes(audit)) as again from audit) x
         where seal is distinct from again",
    )
    .fetch_one(&mut *db)
    .await
    .expect("a count")
    .get(0);
    assert_eq!(broken, 0);
}
