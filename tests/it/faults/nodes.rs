//! Several nodes on one database: killed, and frozen.

use std::time::Duration;

use nix::sys::signal::Signal;

use super::test_cluster::{Chance, ClusterPlan, TestCluster, channel, last, scaled, token, until};
use super::wire::{Far, Push, Wire};
use crate::program::Server;

/// A node and its own wire to LINE, off which its calls are read.
struct Node {
    server: Server,
    wire: Wire,
}

impl Node {
    async fn start(cluster: &TestCluster) -> Self {
        let wire = Wire::to(Far::Tcp(cluster.line_address())).await;
        let url = format!("http://{}", wire.address());
        let server = cluster.program.serve_with(&[("GCC_RELAY__LINE__API_BASE", &url)]).await;
        Self { server, wire }
    }

    /// Ends it without a word; its calls are kept.
    fn kill(self) -> Wire {
        self.server.kill();
        self.wire
    }
}

/// Which process began each call on a channel, in order of time, repetitions left out.
fn turns(wires: &[&Wire], channel: &str) -> Vec<usize> {
    let token = token(channel);
    let mut calls: Vec<(usize, Push)> = Vec::new();
    for (process, wire) in wires.iter().enumerate() {
        calls.extend(wire.pushes().into_iter().filter(|push| push.token == token).map(|push| (process, push)));
    }
    calls.sort_by_key(|(_, push)| push.at);
    let mut turns: Vec<usize> = calls.into_iter().map(|(process, _)| process).collect();
    turns.dedup();
    turns
}

async fn epoch(cluster: &TestCluster, channel: &str) -> usize {
    let asked = sqlx::query_scalar("select epoch from channels where code = $1").bind(channel);
    let epoch: i64 = asked.fetch_one(&mut *cluster.db().await).await.expect("an epoch");
    usize::try_from(epoch).expect("a small number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_three_nodes_one_is_killed_again_and_again_and_the_survivor_finishes() {
    let (offices, rate, beat) = scaled((800, 60, Duration::from_millis(500)), (12_000, 110, Duration::from_secs(2)));
    let cluster = TestCluster::build(ClusterPlan { channels: 3, rate, ..ClusterPlan::of(offices) }).await;
    cluster.answer_late(5, 60);
    let mut chance = Chance::new();
    let mut nodes = Vec::new();
    for _ in 0..3 {
        nodes.push(Node::start(&cluster).await);
    }
    let bulletin = cluster.publish(&nodes[0].server).await;
    let mut gone = Vec::new();
    while cluster.control().counts().accepted < cluster.groups() * 2 / 3 {
        last(beat).await;
        let unlucky = usize::try_from(chance.below(3)).expect("an index");
        let fresh = Node::start(&cluster).await;
        gone.push(std::mem::replace(&mut nodes[unlucky], fresh).kill());
    }
    gone.extend(nodes.drain(1..).map(Node::kill));
    cluster.settled(bulletin).await;
    assert!(gone.len() > 3, "only {} were killed", gone.len());
    cluster.assert_whole(bulletin, &nodes[0].server).await;
    let wires: Vec<&Wire> = gone.iter().chain([&nodes[0].wire]).collect();
    for channel in (0..3).map(channel) {
        let turns = turns(&wires, &channel);
        let epochs = epoch(&cluster, &channel).await;
        assert!(turns.len() <= epochs, "two at a time on {channel}: {turns:?} in {epochs} epochs");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_node_that_wakes_sends_nothing_that_it_no_longer_owns() {
    let (offices, frozen) = scaled((1_000, Duration::from_secs(4)), (12_000, Duration::from_secs(30)));
    let mut cluster = TestCluster::build(ClusterPlan { rate: 300, ..ClusterPlan::of(offices) }).await;
    if scaled(true, false) {
        for (name, value) in [("HEARTBEAT", "200ms"), ("LEASE", "1s"), ("KEEPALIVE", "2s")] {
            cluster.program.set(&format!("GCC_RELAY__RELAY__{name}"), value);
        }
    }
    cluster.answer_late(20, 200);
    let mut nodes = Vec::new();
    for _ in 0..3 {
        nodes.push(Node::start(&cluster).await);
    }
    let bulletin = cluster.publish(&nodes[0].server).await;
    cluster.accepted(Chance::new().below(cluster.groups() / 2)).await;
    let busy = nodes.iter().position(|node| !node.wire.pushes().is_empty()).expect("a node that sends");
    nodes[busy].server.signal(Signal::SIGSTOP);
    last(frozen).await;
    until("another node has taken over", || async {
        nodes.iter().enumerate().any(|(n, node)| n != busy && !node.wire.pushes().is_empty())
    })
    .await;
    let before = nodes[busy].wire.pushes().len();
    nodes[busy].server.signal(Signal::SIGCONT);
    cluster.settled(bulletin).await;
    // it is awake again, and has learnt what it missed
    until("the woken node answers", || async { nodes[busy].server.metric("gcc_relay_accepted_total").await.is_some() })
        .await;
    let late = nodes[busy].wire.pushes().split_off(before);
    assert!(late.is_empty(), "sent after it woke: {late:?}");
    let wires: Vec<&Wire> = nodes.iter().map(|node| &node.wire).collect();
    let turns = turns(&wires, &channel(0));
    assert_eq!(turns.len(), 2, "one after the other: {turns:?}");
    let heir = nodes.iter().enumerate().position(|(n, node)| n != busy && !node.wire.pushes().is_empty());
    assert!(heir.is_some());
    // whichever leads counts again
    cluster.assert_whole_at_any(bulletin, nodes.iter().map(|node| &node.server)).await;
}
