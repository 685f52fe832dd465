//! LINE groups by number: what a delivery froze at publishing stays what it was.

use sqlx::Row as _;

use crate::test_relay::{SMALL_TREE, TestRelay};

async fn number_of(relay: &TestRelay, line_group: &str) -> i32 {
    sqlx::query_scalar("select no from line_groups where line_group_id = $1")
        .bind(line_group)
        .fetch_one(&mut *relay.db().await)
        .await
        .expect("a number")
}

/// The numbers that the group carries and that its deliveries froze.
async fn numbers_at(relay: &TestRelay, group: &str) -> (Option<i32>, Vec<Option<i32>>) {
    let row = sqlx::query(
        "select g.line_group_no, (select array_agg(d.recipient order by d.bulletin_no) from deliveries d where d.group_id = g.id)
        from groups g where g.code = $1",
    )
    .bind(group)
    .fetch_one(&mut *relay.db().await)
    .await
    .expect("a group");
    (row.get(0), row.get::<Option<Vec<Option<i32>>>, _>(1).unwrap_or_default())
}

#[tokio::test]
async fn a_line_group_keeps_its_number_whoever_is_linked_to_it() {
    let relay = TestRelay::new().await;
    let old = number_of(&relay, "Cmoi").await;
    relay.publish_automatic().await;
    relay.run().await;
    relay.import(&SMALL_TREE.replace("Cmoi", "Cnew")).await;
    let new = number_of(&relay, "Cnew").await;
    assert_eq!(numbers_at(&relay, "moi").await, (Some(new), vec![Some(old)]), "what was accepted stays where it went");
    relay.import(&SMALL_TREE.replace("Cmoi", "-")).await;
    assert_eq!(numbers_at(&relay, "moi").await, (None, vec![Some(old)]));
    relay.import(&SMALL_TREE.replace("Cmoi", "-").replace("Ccmi", "Cmoi")).await;
    assert_eq!(number_of(&relay, "Cmoi").await, old);
    assert_eq!(numbers_at(&relay, "cmi").await.0, Some(old));
}

#[tokio::test]
async fn nobody_gives_a_line_group_another_number() {
    let relay = TestRelay::new().await;
    let number = number_of(&relay, "Cmoi").await;
    for change in
        ["update line_groups set line_group_id = 'Cother' where line_group_id = 'Cmoi'", "delete from line_groups"]
    {
        let refused = sqlx::query(change).execute(&mut *relay.db().await).await;
        assert!(refused.is_err(), "{change}");
    }
    sqlx::query("update groups set line_group_no = line_group_no + 1 where code = 'moi'")
        .execute(&mut *relay.db().await)
        .await
        .expect("changed");
    assert_eq!(numbers_at(&relay, "moi").await.0, Some(number), "it follows from the LINE group alone");
}
