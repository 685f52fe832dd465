//! What stops a channel in the middle of a fan-out: the month's quota, a refused token, an account taken out of groups.

use gcc_relay::domain::ids::BulletinId;
use gcc_relay::simulator::{ChannelChange, Quota};
use reqwest::Method;
use serde_json::Value;

use super::test_cluster::{Chance, ClusterPlan, TestCluster, channel, scaled, token, until};
use crate::program::Server;
use crate::test_relay::SECRET;

/// How often the node has cried out that a channel stands still.
fn alarms(server: &Server) -> usize {
    server.log().lines().filter(|line| line.contains("a channel is parked")).count()
}

fn change(cluster: &TestCluster, change: ChannelChange) {
    cluster.control().change_channel(&channel(0), change).expect("changed");
}

async fn parked(cluster: &TestCluster) -> Option<String> {
    sqlx::query_scalar("select parked_reason::text from channels")
        .fetch_one(&mut *cluster.db().await)
        .await
        .expect("one")
}

/// A page of the deliveries that are not accepted, as the API shows them.
async fn shown(cluster: &TestCluster, server: &Server, bulletin: BulletinId) -> Vec<Value> {
    let path = format!("/api/v1/bulletins/{bulletin}/deliveries?state=parked");
    let page: Value = server.call(Method::GET, &path, &cluster.key, None).await.json().await.expect("JSON");
    page["items"].as_array().unwrap_or_else(|| panic!("items in {page}")).clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quota_used_up_halfway_parks_the_rest_with_one_alarm_and_it_goes_on_by_itself() {
    let cluster = TestCluster::build(ClusterPlan::of(scaled(800, 12_000))).await;
    cluster.answer_late(5, 60);
    let half = cluster.groups() / 2;
    // each group counts ten members
    change(&cluster, ChannelChange { quota: Some(Quota::Limited(half * 10)), ..ChannelChange::default() });
    let server = cluster.program.serve().await;
    let bulletin = cluster.publish(&server).await;
    until("the channel is parked", || async { parked(&cluster).await.as_deref() == Some("quota_used_up") }).await;
    until("nothing is under way", || async { cluster.count_claims().await == 0 }).await;
    assert_eq!(cluster.control().counts().accepted, half);
    let rest = shown(&cluster, &server, bulletin).await;
    assert!(!rest.is_empty());
    for delivery in rest {
        assert_eq!(delivery["state"], "parked", "{delivery}");
        assert_eq!(delivery["reason"]["code"], "quota_used_up", "{delivery}");
    }
    assert_eq!(alarms(&server), 1, "{}", server.log());
    change(&cluster, ChannelChange { quota: Some(Quota::Limited(cluster.groups() * 10)), ..ChannelChange::default() });
    cluster.settled(bulletin).await;
    assert_eq!(alarms(&server), 1, "{}", server.log());
    cluster.assert_whole(bulletin, &server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_revoked_halfway_parks_the_channel_until_a_good_one_is_stored() {
    let cluster = TestCluster::build(ClusterPlan::of(scaled(800, 12_000))).await;
    cluster.answer_late(5, 60);
    let server = cluster.program.serve().await;
    let bulletin = cluster.publish(&server).await;
    cluster.accepted(Chance::new().below(cluster.groups())).await;
    change(&cluster, ChannelChange { token: Some("another".into()), ..ChannelChange::default() });
    until("the channel is parked", || async { parked(&cluster).await.as_deref() == Some("token_refused") }).await;
    until("nothing is under way", || async { cluster.count_claims().await == 0 }).await;
    assert_eq!(alarms(&server), 1, "{}", server.log());
    let (secret, another) = (cluster.program.write("secret", SECRET), cluster.program.write("token", "another"));
    let files = ["--secret-file", &secret, "--token-file", &another];
    cluster.program.done(&[&["channel", "rotate", "gcc0"], &files[..]].concat());
    cluster.settled(bulletin).await;
    assert_eq!(alarms(&server), 1, "{}", server.log());
    assert_ne!(token(&channel(0)), "another");
    cluster.assert_whole(bulletin, &server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_that_the_account_is_taken_out_of_are_unreachable_and_the_rest_unharmed() {
    let cluster = TestCluster::build(ClusterPlan::of(scaled(800, 12_000))).await;
    cluster.answer_late(5, 60);
    let server = cluster.program.serve().await;
    let bulletin = cluster.publish(&server).await;
    let mut chance = Chance::new();
    cluster.accepted(chance.below(cluster.groups() / 2)).await;
    let mut left = std::collections::BTreeSet::new();
    while left.len() < 50 {
        let row = &cluster.rows[usize::try_from(chance.below(cluster.groups())).expect("an index")];
        if left.insert(row.line_group.clone()) {
            cluster.control().remove_silently(&row.line_group).expect("removed");
        }
    }
    cluster.settled(bulletin).await;
    // some may have got it just before
    let without = left.iter().filter(|group| cluster.control().accepted(Some(group)).is_empty()).count();
    assert!(without > 0);
    let (without, all) = (i64::try_from(without).expect("few"), i64::try_from(cluster.groups()).expect("few"));
    let expected = [
        ("accepted".to_owned(), None, all - without),
        ("unreachable".to_owned(), Some("account_removed".to_owned()), without),
    ];
    assert_eq!(cluster.tally().await, expected);
    assert_eq!(cluster.control().counts().groups, (all - without).unsigned_abs());
    cluster.assert_exact(bulletin, [&server]).await;
}
