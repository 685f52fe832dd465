//! People and the engine at once, on the rows that are being sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use gcc_relay::domain::ids::BulletinId;
use gcc_relay::simulator::{Fault, FaultRule, GroupConfig};
use gcc_relay::store::progress::find_drift;
use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::{Value, json};

use super::test_cluster::{Chance, ClusterPlan, Row, TestCluster, scaled, tree_file, until};
use crate::program::Server;

/// What people have done, and what was answered.
struct Office<'a> {
    cluster: &'a TestCluster,
    server: &'a Server,
    acts: AtomicU32,
}

impl Office<'_> {
    /// An act that must succeed.
    async fn act(&self, path: &str, body: Value) -> Value {
        let answer = self.server.call(Method::POST, &format!("/api/v1{path}"), &self.cluster.key, Some(body)).await;
        let (status, text) = (answer.status(), answer.text().await.expect("a text"));
        assert!(status.is_success(), "{path}: {status} {text}");
        self.acts.fetch_add(1, Ordering::Relaxed);
        serde_json::from_str(&text).expect("JSON")
    }

    /// Whether every group has the bulletin.
    async fn is_everywhere(&self, bulletin: BulletinId) -> bool {
        self.count(
            "select sum(accepted)::bigint from progress where bulletin_no = (select no from bulletins where id = $1)",
            bulletin,
        )
        .await
        .unsigned_abs()
            == self.cluster.groups()
    }

    async fn count(&self, asked: &'static str, bulletin: BulletinId) -> i64 {
        sqlx::query_scalar(asked).bind(bulletin).fetch_one(&mut *self.cluster.db().await).await.expect("a count")
    }

    /// Lets it into whatever holds it, and tries again what came to nothing, until it is everywhere.
    async fn forward_and_retry(&self, bulletin: BulletinId) {
        until("the bulletin is everywhere", || async {
            self.act(&format!("/bulletins/{bulletin}/forward"), json!({ "into": "all" })).await;
            self.act(&format!("/bulletins/{bulletin}/retry"), json!({})).await;
            self.is_everywhere(bulletin).await
        })
        .await;
    }

    /// Publishes and takes back, at moments of chance; gives each bulletin with its notice, where there is one.
    async fn withdraw(&self, times: u32, chance: &mut Chance) -> Vec<(BulletinId, Option<BulletinId>)> {
        let mut taken_back = Vec::new();
        for _ in 0..times {
            let bulletin = self.cluster.publish(self.server).await;
            let moment = i64::try_from(chance.below(self.cluster.groups() / 2)).expect("a small number");
            let accepted = "select sum(accepted)::bigint from progress where bulletin_no = (select no from bulletins where id = $1)";
            until("it has come some way", || async { self.count(accepted, bulletin).await >= moment }).await;
            let reason = json!({ "reason": "ข้อมูลคลาดเคลื่อน" });
            self.act(&format!("/bulletins/{bulletin}/withdraw"), reason).await;
            let notice = sqlx::query_scalar("select id from bulletins where about = $1").bind(bulletin);
            let notice = notice.fetch_optional(&mut *self.cluster.db().await).await.expect("a notice or none");
            taken_back.push((bulletin, notice));
        }
        taken_back
    }
}

/// Imports the tree again and again until all is done, each time with every seventh group bound to another LINE group;
/// gives how many times.
fn import(cluster: &TestCluster, done: &AtomicBool) -> u32 {
    let mut times = 0;
    while !done.load(Ordering::Relaxed) {
        times += 1;
        let rows: Vec<Row> = cluster.rows.iter().enumerate().map(|(n, row)| relinked(row, n, times)).collect();
        cluster.program.done(&["tree", "import", &cluster.program.write("tree.csv", &tree_file(&rows))]);
    }
    times
}

/// The row of a group, bound to one LINE group or the other.
fn relinked(row: &Row, n: usize, times: u32) -> Row {
    let line_group = if n % 7 == 3 && times % 2 == 1 { other(row) } else { row.line_group.clone() };
    Row { line_group, ..row.clone() }
}

fn other(row: &Row) -> String {
    format!("C-{}", row.code)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn people_and_engine_on_the_same_rows_meet_no_deadlock_and_no_act_is_lost() {
    let (offices, withdrawals) = scaled((400, 4), (4_000, 8));
    let cluster = Arc::new(
        TestCluster::build(ClusterPlan { channels: 3, stewarded: true, rate: 300, ..ClusterPlan::of(offices) }).await,
    );
    let joined = |row: &Row, id: &str| GroupConfig::joined(id, &row.code, 10, &row.channel);
    for (n, row) in cluster.rows.iter().enumerate() {
        if n % 7 == 3 {
            cluster.control().put_group(joined(row, &other(row))).expect("a group");
        }
        if n % 20 == 19 {
            cluster.control().remove_silently(&row.line_group).expect("removed");
        }
    }
    cluster.faults([
        FaultRule::always(Fault::AcceptThenReset).share(0.02),
        FaultRule::always(Fault::Slow { min_ms: 5, max_ms: 60 }),
    ]);
    let mut server = cluster.program.serve().await;
    let bulletin = cluster.publish_as(&server, "as_configured").await;
    let office = Office { cluster: &cluster, server: &server, acts: AtomicU32::new(0) };
    let (done, mut chance) = (Arc::new(AtomicBool::new(false)), Chance::new());
    let (for_import, enough) = (Arc::clone(&cluster), Arc::clone(&done));
    let importing = tokio::task::spawn_blocking(move || import(&for_import, &enough));
    let taking_back = async {
        let taken_back = office.withdraw(withdrawals, &mut chance).await;
        // the account comes back to where it was taken out
        for row in cluster.rows.iter().skip(19).step_by(20) {
            cluster.control().put_group(joined(row, &row.line_group)).expect("a group");
        }
        taken_back
    };
    let (taken_back, ()) = tokio::join!(taking_back, office.forward_and_retry(bulletin));
    done.store(true, Ordering::Relaxed);
    let imports = importing.await.expect("the imports");

    // a notice goes wherever the bulletin went or may have gone, late or not
    for (about, notice) in &taken_back {
        cluster.settled(*about).await;
        let Some(notice) = notice else { continue };
        let went = "select count(*) from deliveries where bulletin_no = (select no from bulletins where id = $1) and (state = 'accepted' or outcome_open)";
        let notified = "select count(*) from deliveries where bulletin_no = (select no from bulletins where id = $1)";
        until("the notice follows", || async {
            office.count(went, *about).await == office.count(notified, *notice).await
        })
        .await;
        cluster.settled(*notice).await;
        assert!(find_drift(&mut *cluster.db().await, *notice).await.expect("a recount").is_none());
        assert!(find_drift(&mut *cluster.db().await, *about).await.expect("a recount").is_none());
    }
    cluster.assert_exact(bulletin, [&server]).await;
    // no copy is in both LINE groups of one group
    for row in &cluster.rows {
        let hash = |group: &str| cluster.control().accepted(Some(group)).into_iter().map(|push| push.messages_hash);
        let there: Vec<String> = hash(&other(row)).collect();
        assert!(!hash(&row.line_group).any(|hash| there.contains(&hash)), "twice in {}", row.code);
    }
    // each act is on record
    let kept = "select count(*) from audit where act in ('forward', 'retry', 'withdraw')";
    let kept: i64 = sqlx::query_scalar(kept).fetch_one(&mut *cluster.db().await).await.expect("a count");
    let acts = office.acts.load(Ordering::Relaxed);
    assert_eq!(kept, i64::from(acts), "acts on record, acts that were answered");
    println!("{acts} acts and {imports} imports");
    // the numbers of a connection are written when it ends
    server.signal(Signal::SIGTERM);
    server.ended(Duration::from_secs(10)).await.expect("it ends");
    let said = "select deadlocks from pg_stat_database where datname = current_database()";
    let deadlocks: i64 = sqlx::query_scalar(said).fetch_one(&mut *cluster.db().await).await.expect("a number");
    assert_eq!(deadlocks, 0, "transactions stood in each other's way");
}
