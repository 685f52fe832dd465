//! LINE groups by number: what a delivery froze at publishing stays what it was.

use sqlx::Row as _;

use crate::stage::{SMALL_TREE, Stage};

async fn number_of(stage: &Stage, line_group: &str) -> i32 {
    sqlx::query_scalar("select no from line_groups where line_group_id = $1")
        .bind(line_group)
        .fetch_one(&mut *stage.db().await)
        .await
        .expect("a number")
}

/// The numbers that the group carries and that its deliveries froze.
async fn numbers_at(stage: &Stage, group: &str) -> (Option<i32>, Vec<Option<i32>>) {
    let row = sqlx::query(
        "select g.line_group_no, (select array_agg(d.recipient order by d.bulletin_no) from deliveries d where d.group_id = g.id)
        from groups g where g.code = $1",
    )
    .bind(group)
    .fetch_one(&mut *stage.db().await)
    .await
    .expect("a group");
    (row.get(0), row.get::<Option<Vec<Option<i32>>>, _>(1).unwrap_or_default())
}

#[tokio::test]
async fn a_line_group_keeps_its_number_whoever_is_linked_to_it() {
    let stage = Stage::new().await;
    let old = number_of(&stage, "Cmoi").await;
    stage.publish_automatic().await;
    stage.run().await;
    stage.import(&SMALL_TREE.replace("Cmoi", "Cnew")).await;
    let new = number_of(&stage, "Cnew").await;
    assert_eq!(numbers_at(&stage, "moi").await, (Some(new), vec![Some(old)]), "what was accepted stays where it went");
    stage.import(&SMALL_TREE.replace("Cmoi", "-")).await;
    assert_eq!(numbers_at(&stage, "moi").await, (None, vec![Some(old)]));
    stage.import(&SMALL_TREE.replace("Cmoi", "-").replace("Ccmi", "Cmoi")).await;
    assert_eq!(number_of(&stage, "Cmoi").await, old);
    assert_eq!(numbers_at(&stage, "cmi").await.0, Some(old));
}

#[tokio::test]
async fn nobody_gives_a_line_group_another_number() {
    let stage = Stage::new().await;
    let number = number_of(&stage, "Cmoi").await;
    for change in
        ["update line_groups set line_group_id = 'Cother' where line_group_id = 'Cmoi'", "delete from line_groups"]
    {
        let refused = sqlx::query(change).execute(&mut *stage.db().await).await;
        assert!(refused.is_err(), "{change}");
    }
    sqlx::query("update groups set line_group_no = line_group_no + 1 where code = 'moi'")
        .execute(&mut *stage.db().await)
        .await
        .expect("changed");
    assert_eq!(numbers_at(&stage, "moi").await.0, Some(number), "it follows from the LINE group alone");
}
