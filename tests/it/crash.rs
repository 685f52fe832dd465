//! The program killed in the middle of a fan-out: nothing is lost and nothing is sent twice.

use std::fmt::Write as _;

use gcc_relay::domain::time::Clock;
use gcc_relay::simulator::{ChannelConfig, Fault, FaultRule, GroupConfig, Simulator, SimulatorConfig};
use serde_json::json;

use crate::program::Program;
use crate::stage::{SECRET, TOKEN};

pub const OFFICES: u32 = 1_200;

/// A root, ten provinces and their offices, all linked and automatic.
pub fn wide_tree() -> (String, Vec<GroupConfig>) {
    let mut csv =
        "code,parent,tier,name,office,office_name,office_kind,channel,line_group_id,members,forwarding\n".to_owned();
    let mut groups = Vec::new();
    let mut add = |code: &str, parent: &str, tier: u32, kind: &str| {
        let _ = writeln!(csv, "{code},{parent},{tier},{code},{code},{code},{kind},gcc,C{code},10,automatic");
        groups.push(GroupConfig::joined(&format!("C{code}"), code, 10, "gcc"));
    };
    add("root", "", 1, "national");
    for province in 0..10 {
        add(&format!("p{province}"), "root", 2, "province");
    }
    for office in 0..OFFICES {
        add(&format!("o{office}"), &format!("p{}", office % 10), 3, "provincial_agency");
    }
    (csv, groups)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_mid_fan_out_and_started_again_it_loses_nothing_and_sends_nothing_twice() {
    let (tree, groups) = wide_tree();
    let mut config = SimulatorConfig::new(Clock::system());
    config.channels = vec![ChannelConfig::new("gcc", SECRET, TOKEN)];
    config.groups = groups;
    let simulator = Simulator::start(config).await.expect("a simulator");
    let line = simulator.control();
    line.set_faults(vec![FaultRule::always(Fault::Slow { min_ms: 5, max_ms: 60 })]).expect("faults");
    let program = Program::new(&simulator.url()).await;
    let key = program.set_up(&tree);

    let mut server = program.serve().await;
    let draft = json!({ "subject": "ทดสอบ", "body": "ทดสอบการส่ง", "forwarding": "automatic" });
    let id = server.post("/api/v1/bulletins", &key, draft).await["id"].as_str().expect("an id").to_owned();
    server.post(&format!("/api/v1/bulletins/{id}/publish"), &key, json!({})).await;
    for share in [200, 600] {
        while line.counts().accepted < share {
            tokio::task::yield_now().await;
        }
        server.kill();
        server = program.serve().await;
    }
    let status = server.settled(&id, &key).await;

    let all = u64::from(OFFICES) + 11;
    assert_eq!(status["counts"]["accepted"], all, "{status}");
    assert_eq!(status["unaccounted"], 0);
    let counts = line.counts();
    assert_eq!((counts.accepted, counts.groups), (all, all), "lost or sent twice");
    assert!(counts.duplicates.is_empty() && counts.body_changes.is_empty());
}
