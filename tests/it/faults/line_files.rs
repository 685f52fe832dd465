//! The program killed while it fetches files that a coordinator sent in LINE.

use std::time::Duration;

use gcc_relay::domain::binding_code::BindingCode;
use gcc_relay::domain::time::Clock;
use gcc_relay::simulator::{ChannelChange, Endpoint, Fault, FaultRule, GroupEvent};
use gcc_relay::store::accounts::find_account;
use gcc_relay::store::binding_codes::insert_binding_code;

use super::test_cluster::{Chance, ClusterPlan, TestCluster, channel, scaled, until};
use crate::line_files::picture;
use crate::program::Server;

/// Whose group the coordinator is a member of.
const GROUP: &str = "Cp0";

/// Starts a node to which LINE's events go.
async fn serve(cluster: &TestCluster) -> Server {
    let server = cluster.program.serve().await;
    let webhook = Some(format!("{}/line/webhook/{}", server.url, channel(0)));
    let change = ChannelChange { webhook, ..ChannelChange::default() };
    cluster.control().change_channel(&channel(0), change).expect("a channel");
    server
}

async fn does(cluster: &TestCluster, event: GroupEvent) {
    let report = cluster.control().happen(GROUP, event).await.expect("it happens");
    assert_eq!(report.status, Some(200));
}

async fn count(cluster: &TestCluster, asked: &'static str) -> u64 {
    let n: i64 = sqlx::query_scalar(asked).fetch_one(&mut *cluster.db().await).await.expect("a count");
    n.unsigned_abs()
}

const SENT_UP: &str = "select count(*) from submissions";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_files_are_fetched_it_loses_none_and_sends_none_up_twice() {
    let (files, kills) = scaled((16, 3), (250, 20));
    let mut cluster = TestCluster::build(ClusterPlan::of(10)).await;
    let line = format!("http://{}", cluster.line_address());
    let folder = cluster.program.file("files").display().to_string();
    for (name, value) in
        [("LINE__DATA_BASE", line.as_str()), ("LINE__CONTENT_TIMEOUT", "1s"), ("FILES__STORE", &folder)]
    {
        cluster.program.set(&format!("GCC_RELAY__{name}"), value);
    }
    cluster.program.done(&["user", "create", "in-line", "--role", "coordinator", "--office", "p0"]);
    let code = BindingCode::generate();
    {
        let (mut db, now) = (cluster.db().await, Clock::system().now());
        let account = find_account(&mut db, "in-line").await.expect("a query").expect("an account").id;
        let ends = now + Duration::from_mins(30);
        insert_binding_code(&mut db, &code.sha256(), account, now, ends).await.expect("a code");
    }
    let mut server = serve(&cluster).await;
    does(&cluster, GroupEvent::Follow { member: 1 }).await;
    does(&cluster, GroupEvent::DirectMessage { member: 1, text: code.to_string() }).await;
    until("the coordinator is bound", || async { count(&cluster, "select count(*) from bindings").await == 1 }).await;
    let late = FaultRule::always(Fault::Slow { min_ms: 50, max_ms: 600 }).endpoint(Endpoint::Content);
    cluster.faults([late]);
    for n in 0..files {
        let media = picture(u8::try_from(n % 251).expect("small"));
        does(&cluster, GroupEvent::DirectMedia { member: 1, media }).await;
    }
    for moment in Chance::new().moments(kills, files) {
        until("some are sent up", || async { count(&cluster, SENT_UP).await >= moment }).await;
        server.kill();
        server = serve(&cluster).await;
    }
    until("all are handed over", || async {
        count(&cluster, "select count(*) from line_files where state = 'handed_over'").await == files
    })
    .await;
    let different = "select count(distinct file_id) from submission_files";
    assert_eq!((count(&cluster, SENT_UP).await, count(&cluster, different).await), (files, files.min(251)));
    drop(server);
}
