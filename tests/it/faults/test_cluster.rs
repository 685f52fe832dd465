//! A cluster for tests of faults: the program as processes, a database, the LINE simulator, and a tree of N groups.

use std::fmt::Write as _;
use std::future::Future;
use std::str::FromStr as _;
use std::time::Duration;

use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::time::Clock;
use gcc_relay::simulator::{
    ChannelConfig, Control, Fault, FaultRule, GroupConfig, RunningSimulator, Simulator, SimulatorConfig,
};
use gcc_relay::store::progress::find_drift;
use gcc_relay::store::{self, Pooled};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;
use tokio::time::Instant;

use crate::program::{Program, Server};
use crate::test_relay::{PATIENCE, SECRET, fresh_database};

/// The one number in `make test`, the other in `make soak`.
pub fn scaled<T>(short: T, long: T) -> T {
    if std::env::var_os("GCC_RELAY_SOAK").is_some() { long } else { short }
}

/// Waits until something is so, looking often; fails when it takes far too long.
pub async fn until<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    let patience = scaled(Duration::from_mins(1), Duration::from_mins(20));
    let waited = tokio::time::timeout(patience, async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    assert!(waited.await.is_ok(), "still not so after {patience:?}: {what}");
}

/// Lets a fault last.
pub async fn last(span: Duration) {
    tokio::time::sleep(span).await;
}

/// What chance starts from: `GCC_RELAY_SEED`, or anew; it says which.
pub fn seed() -> u64 {
    let seed = match std::env::var("GCC_RELAY_SEED") {
        Ok(seed) => seed.parse().expect("GCC_RELAY_SEED is a number"),
        Err(_) => rand::random::<u32>().into(),
    };
    println!("GCC_RELAY_SEED={seed}");
    seed
}

/// Chance, which can be repeated.
pub struct Chance(StdRng);

impl Chance {
    pub fn new() -> Self {
        Self(StdRng::seed_from_u64(seed()))
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0.random_range(0..end)
    }

    /// So many moments of a fan-out, each as the number of acceptances at which it comes, in order.
    pub fn moments(&mut self, n: usize, groups: u64) -> Vec<u64> {
        let mut moments: Vec<u64> = (0..n).map(|_| self.below(groups)).collect();
        moments.sort_unstable();
        moments
    }
}

/// What a cluster is made of.
#[derive(Clone, Copy)]
pub struct ClusterPlan {
    /// Groups of tier 3; there are a few more for those above them.
    pub offices: u32,
    /// The groups take turns at so many channels, so that a parent's is never its child's.
    pub channels: u32,
    /// Calls a second on each channel.
    pub rate: u32,
    /// Whether every third group waits for its steward.
    pub stewarded: bool,
}

impl ClusterPlan {
    /// One channel at full pace, everything automatic.
    pub fn of(offices: u32) -> Self {
        Self { offices, channels: 1, rate: 2_000, stewarded: false }
    }
}

/// A group of the tree, as a row of its file.
#[derive(Clone, Debug)]
pub struct Row {
    pub code: String,
    pub parent: String,
    pub tier: u32,
    pub kind: &'static str,
    pub channel: String,
    pub line_group: String,
    pub forwarding: &'static str,
}

/// The rows as a tree file.
pub fn tree_file(rows: &[Row]) -> String {
    let mut csv =
        "code,parent,tier,name,office,office_name,office_kind,channel,line_group_id,members,forwarding\n".to_owned();
    for Row { code, parent, tier, kind, channel, line_group, forwarding } in rows {
        let _ =
            writeln!(csv, "{code},{parent},{tier},{code},{code},{code},{kind},{channel},{line_group},10,{forwarding}");
    }
    csv
}

/// A root, provinces, their offices, and below every tenth of these one more group.
pub fn rows(plan: ClusterPlan) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut add = |code: String, parent: String, tier, kind| {
        let n = u32::try_from(rows.len()).expect("a small number");
        rows.push(Row {
            channel: channel(n % plan.channels),
            line_group: format!("C{code}"),
            forwarding: if plan.stewarded && n % 3 == 2 { "stewarded" } else { "automatic" },
            code,
            parent,
            tier,
            kind,
        });
    };
    let provinces = (plan.offices / 120).max(10);
    add("root".into(), String::new(), 1, "national");
    (0..provinces).for_each(|n| add(format!("p{n}"), "root".into(), 2, "province"));
    for n in 0..plan.offices {
        let (parent, kind) = if n % 11 == 10 {
            (format!("o{}", n - 10), "local_authority")
        } else {
            (format!("p{}", n % provinces), "district")
        };
        add(format!("o{n}"), parent, 3, kind);
    }
    rows
}

/// The code of a channel.
pub fn channel(n: u32) -> String {
    format!("gcc{n}")
}

/// The token of a channel.
pub fn token(channel: &str) -> String {
    format!("token-of-{channel}")
}

/// The program, a database, LINE, and a key to the program.
pub struct TestCluster {
    pub program: Program,
    pub rows: Vec<Row>,
    pub key: String,
    line: RunningSimulator,
    database_url: String,
    began: Instant,
}

impl TestCluster {
    pub async fn build(plan: ClusterPlan) -> Self {
        Self::build_over(fresh_database().await, plan).await
    }

    /// Over a database that is migrated.
    pub async fn build_over(database_url: String, plan: ClusterPlan) -> Self {
        let rows = rows(plan);
        let channels: Vec<String> = (0..plan.channels).map(channel).collect();
        let mut config = SimulatorConfig::new(Clock::system());
        config.channels = channels.iter().map(|code| ChannelConfig::new(code, SECRET, &token(code))).collect();
        config.groups =
            rows.iter().map(|row| GroupConfig::joined(&row.line_group, &row.code, 10, &row.channel)).collect();
        let line = Simulator::start(config).await.expect("a simulator");
        let mut program = Program::over(&database_url, &line.url());
        program
            .set("GCC_RELAY__RELAY__RETRY_SCHEDULE", r#"["100ms","200ms","500ms","1s","1s","2s","2s","5s","5s","5s"]"#);
        program.set("GCC_RELAY__RELAY__SNOOZE_MAX", scaled("1s", "30s"));
        program.set("GCC_RELAY__RELAY__POLL_INTERVAL", "1s");
        program.set("GCC_RELAY__RELAY__RECOUNT_INTERVAL", "1s");
        program.set("GCC_RELAY__RELAY__QUOTA_REFRESH", "1s");
        let key = program.set_up(&channels, plan.rate, &tree_file(&rows));
        Self { program, rows, key, line, database_url, began: Instant::now() }
    }

    pub fn control(&self) -> &Control {
        self.line.control()
    }

    pub fn line_address(&self) -> std::net::SocketAddr {
        self.line.addr()
    }

    pub fn groups(&self) -> u64 {
        self.rows.len() as u64
    }

    /// LINE answers late, by a chance between the two, in milliseconds.
    pub fn answer_late(&self, min_ms: u64, max_ms: u64) {
        self.faults([FaultRule::always(Fault::Slow { min_ms, max_ms })]);
    }

    pub fn faults(&self, rules: impl Into<Vec<FaultRule>>) {
        self.control().set_faults(rules.into()).expect("faults");
    }

    /// Publishes a bulletin to every group, past all stewards.
    pub async fn publish(&self, server: &Server) -> BulletinId {
        self.publish_as(server, "automatic").await
    }

    pub async fn publish_as(&self, server: &Server, forwarding: &str) -> BulletinId {
        let draft = json!({ "subject": "ทดสอบ", "body": "ทดสอบการส่ง", "forwarding": forwarding });
        let id = server.post("/api/v1/bulletins", &self.key, draft).await["id"].as_str().expect("an id").to_owned();
        server.post(&format!("/api/v1/bulletins/{id}/publish"), &self.key, json!({})).await;
        BulletinId::from_str(&id).expect("an id")
    }

    pub async fn db(&self) -> Pooled {
        let db = store::connect(&self.database_url, 1, PATIENCE).await.expect("the database");
        db.acquire().await.expect("a connection")
    }

    /// Waits until LINE has accepted so many.
    pub async fn accepted(&self, at_least: u64) {
        until(&format!("LINE has accepted {at_least}"), || async { self.control().counts().accepted >= at_least })
            .await;
    }

    /// Waits until every delivery of a bulletin has come to its end; the database may be away meanwhile.
    pub async fn settled(&self, bulletin: BulletinId) {
        until("the bulletin is settled", || async { self.count_open(bulletin).await.is_ok_and(|open| open == 0) })
            .await;
    }

    async fn count_open(&self, bulletin: BulletinId) -> sqlx::Result<i64> {
        let db = store::connect(&self.database_url, 1, PATIENCE).await.map_err(|_| sqlx::Error::PoolClosed)?;
        let mut db = db.acquire().await?;
        let counted = "select sum(waiting + held + ready)::bigint from progress where bulletin_no = (select no from bulletins where id = $1)";
        sqlx::query_scalar(counted).bind(bulletin).fetch_one(&mut *db).await
    }

    /// Deliveries of all bulletins, by state and reason.
    pub async fn tally(&self) -> Vec<(String, Option<String>, i64)> {
        let counted = "select state::text, reason::text, count(*) from deliveries group by 1, 2 order by 1, 2";
        sqlx::query_as(counted).fetch_all(&mut *self.db().await).await.expect("a tally")
    }

    /// Each group got the one bulletin once, and the program knows it.
    pub async fn assert_whole(&self, bulletin: BulletinId, server: &Server) {
        self.assert_whole_at_any(bulletin, [server]).await;
    }

    /// The same, where several nodes are alive, of which one leads.
    pub async fn assert_whole_at_any(&self, bulletin: BulletinId, servers: impl IntoIterator<Item = &Server>) {
        let counts = self.control().counts();
        let all = self.groups();
        assert_eq!((counts.accepted, counts.groups), (all, all), "lost or sent twice: {:?}", self.tally().await);
        assert_eq!(self.tally().await, [("accepted".to_owned(), None, i64::try_from(all).expect("a small number"))]);
        self.assert_exact(bulletin, servers).await;
    }

    /// Nothing was sent twice, nothing is claimed any more, and the counters say what the rows say.
    pub async fn assert_exact(&self, bulletin: BulletinId, servers: impl IntoIterator<Item = &Server>) {
        let servers: Vec<&Server> = servers.into_iter().collect();
        let counts = self.control().counts();
        assert!(counts.duplicates.is_empty(), "sent twice: {:?}", counts.duplicates);
        assert!(counts.body_changes.is_empty(), "another body under an old key: {:?}", counts.body_changes);
        let difference = find_drift(&mut *self.db().await, bulletin).await.expect("a recount");
        assert!(difference.is_none(), "{difference:?}");
        until("no claim is left", || async { self.count_claims().await == 0 }).await;
        until("the reconciler says 0", || async {
            let mut said = Vec::new();
            for server in &servers {
                said.extend(server.metric("gcc_relay_progress_drift").await);
            }
            !said.is_empty() && said.iter().all(|difference| *difference == 0.0)
        })
        .await;
        println!(
            "{} deliveries, all exact, {:.1} s after the cluster was built",
            counts.accepted,
            self.began.elapsed().as_secs_f64()
        );
    }

    pub async fn count_claims(&self) -> i64 {
        sqlx::query_scalar("select count(*) from batches where epoch is not null")
            .fetch_one(&mut *self.db().await)
            .await
            .expect("a count")
    }
}
