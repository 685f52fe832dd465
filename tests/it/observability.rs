//! What is watched is what is there: every number on the board and in the alert rules is one that a server prints, with
//! the labels that are asked for, and the manual says what each number and each alert means.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use gcc_relay::domain::heard::FoundText;
use gcc_relay::domain::heard_text::TextVerdict;
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::time::Clock;
use gcc_relay::line::signature;
use gcc_relay::simulator::{
    ChannelConfig, Endpoint, Fault, FaultRule, GroupConfig, RunningSimulator, Simulator, SimulatorConfig,
};
use gcc_relay::telemetry::metric::HEARD_VERDICTS;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use crate::faults::test_cluster::token;
use crate::program::{Program, Server};
use crate::test_relay::{SECRET, SMALL_TREE, fresh_database};

const NAMES: &str = include_str!("../../src/telemetry/metric.rs");
const BOARD: &str = include_str!("../../config/observability/grafana-board.json");
const RULES: &str = include_str!("../../config/observability/alerts.yml");
const MANUAL: &str = include_str!("../../docs/operations.md");

/// What queries are made of besides metrics and labels.
const WORDS: &str = "sum max min count topk abs absent rate increase histogram_quantile by on";
/// Labels that Prometheus adds to whatever it scrapes.
const SCRAPED: [&str; 2] = ["instance", "job"];

/// The names of all numbers, as the program spells them.
fn all_names() -> BTreeSet<&'static str> {
    NAMES.split('"').filter(|word| word.starts_with("gcc_relay_") && !word.contains(' ')).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    #[serde(rename = "name")]
    _name: String,
    rules: Vec<Alert>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Alert {
    #[serde(rename = "alert")]
    name: String,
    expr: String,
    r#for: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

fn alerts() -> Vec<Alert> {
    let rules: Rules = serde_saphyr::from_str(RULES).expect("rules");
    rules.groups.into_iter().flat_map(|group| group.rules).collect()
}

/// The panels of the board that show something.
fn panels() -> Vec<Value> {
    let board: Value = serde_json::from_str(BOARD).expect("JSON");
    let panels = board["panels"].as_array().expect("panels").clone();
    panels.into_iter().filter(|panel| panel["type"] != "row").collect()
}

/// Every query with the place it is in.
fn queries() -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let on_board = panels().into_iter().flat_map(move |panel| {
        let title = text(&panel["title"]);
        let targets = panel["targets"].as_array().expect("targets").clone();
        targets.into_iter().map(move |target| (title.clone(), text(&target["expr"])))
    });
    on_board.chain(alerts().into_iter().map(|alert| (alert.name, alert.expr))).collect()
}

/// What a query names.
#[derive(Debug, Default, PartialEq, Eq)]
struct Named {
    metrics: BTreeSet<String>,
    /// Labels that are grouped by.
    labels: BTreeSet<String>,
    /// Label and value that a metric is narrowed by.
    narrowed: BTreeSet<(String, String, String)>,
}

/// Reads as much of a query as is checked here.
fn read_query(query: &str) -> Named {
    let mut named = Named::default();
    let mut rest = query;
    let mut word = String::new();
    while let Some(next) = rest.chars().next() {
        if next.is_ascii_alphabetic() || next == '_' {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            rest[..end].clone_into(&mut word);
            rest = rest[end..].trim_start();
            if word.starts_with("gcc_relay_") || word == "up" {
                named.metrics.insert(word.clone());
            } else if word == "by" || word == "on" {
                let (list, after) = rest.strip_prefix('(').and_then(|list| list.split_once(')')).expect("a list");
                named.labels.extend(list.split(',').map(|label| label.trim().to_owned()));
                rest = after;
            } else {
                assert!(WORDS.split(' ').any(|known| known == word), "{query}: what is {word}?");
            }
        } else if let Some(inside) = rest.strip_prefix('{') {
            let (matchers, after) = inside.split_once('}').expect("a closing brace");
            for matcher in matchers.split(',') {
                let (label, value) = matcher.split_once('=').expect("a matcher");
                let value = value.trim_start_matches(['~', '=']).trim_matches('"');
                named.narrowed.insert((word.clone(), label.trim().to_owned(), value.to_owned()));
            }
            rest = after;
        } else if let Some(inside) = rest.strip_prefix('[') {
            rest = inside.split_once(']').expect("a closing bracket").1;
        } else {
            rest = &rest[next.len_utf8()..];
        }
    }
    named
}

#[test]
fn a_query_is_read_for_its_metrics_and_labels() {
    let named = read_query(r#"sum by (kind, le) (rate(gcc_relay_a_total{kind=~"x|y"}[5m])) > 0.5 * abs(up)"#);
    let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!((named.metrics, named.labels), (set(&["gcc_relay_a_total", "up"]), set(&["kind", "le"])));
    let narrowed = ("gcc_relay_a_total".to_owned(), "kind".to_owned(), "x|y".to_owned());
    assert_eq!(named.narrowed, BTreeSet::from([narrowed]));
}

/// What a server prints: the values of each label of each metric.
struct Printed(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>, BTreeMap<String, f64>);

impl Printed {
    async fn by(server: &Server) -> Self {
        let answer = reqwest::get(format!("{}/metrics", server.url)).await.expect("an answer");
        let mut printed = Self(BTreeMap::new(), BTreeMap::new());
        for line in answer.text().await.expect("text").lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let (sample, value) = line.rsplit_once(' ').expect("a value");
            let (name, labels) = sample.split_once('{').unwrap_or((sample, "}"));
            let known = printed.0.entry(name.to_owned()).or_default();
            for pair in labels.trim_end_matches('}').split("\",").filter(|pair| !pair.is_empty()) {
                let (label, value) = pair.split_once("=\"").expect("a label");
                known.entry(label.to_owned()).or_default().insert(value.trim_end_matches('"').to_owned());
            }
            printed.1.insert(sample.to_owned(), value.parse().expect("a number"));
        }
        printed
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name) || self.0.contains_key(&format!("{name}_bucket"))
    }

    fn value(&self, sample: &str) -> Option<f64> {
        self.1.get(sample).copied()
    }
}

/// Asks for the numbers until they are as wanted.
async fn until(server: &Server, wanted: impl Fn(&Printed) -> Result<(), String>) -> Printed {
    let mut missing = String::new();
    for _ in 0..400 {
        let printed = Printed::by(server).await;
        match wanted(&printed) {
            Ok(()) => return printed,
            Err(what) => missing = what,
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("still missing: {missing}");
}

/// A server on the small tree, whose account has messages left, at the end of a cascade in which LINE was in trouble.
async fn after_a_cascade() -> (RunningSimulator, Program, Server) {
    let mut config = SimulatorConfig::new(Clock::system());
    let mut channel = ChannelConfig::new("gcc", SECRET, &token("gcc"));
    channel.quota = Some(1_000_000);
    config.channels = vec![channel];
    config.groups = ["Cgcc1", "Clpn", "Clpncom", "Clpndist", "Ccmi", "Ccmicom", "Cmoi"]
        .map(|group| GroupConfig::joined(group, group, 10, "gcc"))
        .into();
    let simulator = Simulator::start(config).await.expect("a simulator");
    let faults = [Fault::Rate429, Fault::Status { status: 500 }, Fault::AcceptThenReset];
    let faults = faults.map(|fault| FaultRule::always(fault).endpoint(Endpoint::Push).times(1)).into();
    simulator.control().set_faults(faults).expect("faults");
    let mut program = Program::over(&fresh_database().await, &simulator.url());
    program.set("GCC_RELAY__RELAY__RETRY_SCHEDULE", r#"["100ms","200ms","1s","2s","5s"]"#);
    let key = program.set_up(&["gcc".to_owned()], 2_000, SMALL_TREE);
    let server = program.serve().await;
    let draft = json!({ "subject": "ทดสอบ", "body": "ทดสอบการส่ง", "forwarding": "automatic" });
    let id = server.post("/api/v1/bulletins", &key, draft).await["id"].as_str().expect("an id").to_owned();
    server.post(&format!("/api/v1/bulletins/{id}/publish"), &key, json!({})).await;
    server.settled(&id, &key).await;
    let join = json!({ "type": "join", "webhookEventId": "01HX", "timestamp": 1_521_763_200_000_i64,
        "source": { "type": "group", "groupId": "Cmoi" }, "mode": "active", "deliveryContext": { "isRedelivery": false } });
    let mut text = join.clone();
    text["type"] = json!("message");
    text["webhookEventId"] = json!("01HY");
    text["message"] = json!({ "type": "text", "id": "325708", "text": "รหัสประกาศ REF-7K3M-9QX4" });
    let body = json!({ "destination": "Ubot", "events": [join, text] }).to_string();
    let good = signature::sign(&SecretString::from(SECRET), body.as_bytes());
    for (signature, status) in [(good.as_str(), 200), ("wrong", 401)] {
        let request = reqwest::Client::new().post(format!("{}/line/webhook/gcc", server.url));
        let answer = request.header("x-line-signature", signature).body(body.clone()).send().await.expect("an answer");
        assert_eq!(answer.status(), status);
    }
    (simulator, program, server)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_metric_of_board_and_alerts_is_exported_with_its_labels() {
    let (_simulator, _program, server) = after_a_cascade().await;
    let expected = all_names();
    let printed = until(&server, |printed| {
        let missing: Vec<_> = expected.iter().filter(|name| !printed.has(name)).collect();
        if missing.is_empty() { Ok(()) } else { Err(format!("{missing:?}")) }
    })
    .await;
    let queries = queries();
    assert!(queries.len() > 40, "{}", queries.len());
    for (place, query) in &queries {
        let named = read_query(query);
        assert!(!named.metrics.is_empty(), "{place} asks for nothing");
        for metric in named.metrics.iter().filter(|metric| *metric != "up") {
            let labels = printed.0.get(metric).unwrap_or_else(|| panic!("{place}: no server prints {metric}"));
            for label in named.labels.iter().filter(|label| !SCRAPED.contains(&label.as_str())) {
                assert!(labels.contains_key(label), "{place}: {metric} has no label {label}");
            }
        }
        for (metric, label, value) in named.narrowed.iter().filter(|(metric, ..)| metric != "up") {
            let values = printed.0[metric].get(label).unwrap_or_else(|| panic!("{place}: {metric} has no {label}"));
            for value in value.split('|').filter(|value| !value.contains('.')) {
                assert!(values.contains(value), "{place}: {metric} is never printed with {label}=\"{value}\"");
            }
        }
    }
    assert_eq!(printed.value("gcc_relay_in_flight{channel=\"gcc\"}"), Some(0.0), "nothing is under way any more");
    assert_eq!(printed.value("gcc_relay_accepted_total"), Some(7.0));
    assert_eq!(printed.value("gcc_relay_line_throttled_total{kind=\"rate\"}"), Some(1.0));
    assert_eq!(printed.value("gcc_relay_progress_drift"), Some(0.0));
    until(&server, |printed| match printed.value("gcc_relay_heard_total{verdict=\"unknown_code\"}") {
        Some(1.0) => Ok(()),
        other => Err(format!("the text that was heard is not counted: {other:?}")),
    })
    .await;
}

#[test]
fn whatever_a_text_may_say_is_printed_before_it_is_heard() {
    let bulletin = BulletinId::new(Clock::system().now());
    let copies = [TextVerdict::Same, TextVerdict::Cut, TextVerdict::Altered];
    let copies = copies.map(|verdict| FoundText::Copy(bulletin, verdict.into()));
    let found = [FoundText::UnknownCode, FoundText::SeveralCodes, FoundText::NoCode];
    assert_eq!(copies.iter().chain(&found).map(|found| found.as_str()).collect::<Vec<_>>(), HEARD_VERDICTS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_has_lost_its_locks_says_so() {
    let (_simulator, program, server) = after_a_cascade().await;
    let is = |value: f64| {
        move |printed: &Printed| {
            let held = printed.value("gcc_relay_channel_lock_held{channel=\"gcc\"}");
            let leads = printed.value("gcc_relay_leader");
            if (held, leads) == (Some(value), Some(value)) { Ok(()) } else { Err(format!("{held:?}, {leads:?}")) }
        }
    };
    until(&server, is(1.0)).await;
    let (before, after) = program.database_url().rsplit_once('?').expect("a query");
    let (server_url, name) = before.rsplit_once('/').expect("a name");
    let mut beside = PgConnection::connect(&format!("{server_url}/postgres?{after}")).await.expect("a connection");
    let close = format!("alter database {name} allow_connections false");
    let cut = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
    let open = format!("alter database {name} allow_connections true");
    for statement in [close, cut] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut beside).await.expect("cut off");
    }
    until(&server, is(0.0)).await;
    sqlx::query(sqlx::AssertSqlSafe(open)).execute(&mut beside).await.expect("let in again");
    until(&server, is(1.0)).await;
}

#[test]
fn the_manual_describes_every_number() {
    let names = all_names();
    assert!(names.len() > 20);
    for name in names {
        assert!(MANUAL.contains(&format!("| `{name}` |")), "docs/operations.md has no row for {name}");
    }
}

#[test]
fn every_alert_says_how_bad_it_is_and_has_a_section_in_the_manual() {
    let alerts = alerts();
    let sections: Vec<&str> = MANUAL.lines().filter_map(|line| line.strip_prefix("### Gcc")).collect();
    let expected: Vec<&str> =
        alerts.iter().map(|alert| alert.name.strip_prefix("Gcc").expect("a name of ours")).collect();
    assert_eq!(sections, expected, "the sections and the rules, in the same order");
    for Alert { name: alert, r#for, labels, annotations, .. } in &alerts {
        assert!(r#for.ends_with('m'), "{alert}");
        assert!(["critical", "warning"].contains(&labels["severity"].as_str()), "{alert}");
        assert!(annotations["summary"].len() > 20, "{alert}");
        assert_eq!(annotations["runbook_url"], format!("docs/operations.md#{}", alert.to_lowercase()));
        let section = MANUAL.split(&format!("### {alert}\n")).nth(1).and_then(|rest| rest.split("\n##").next());
        let section = section.unwrap_or_default();
        for part in ["**Meaning.**", "**Look at.**", "**Do.**"] {
            assert!(section.contains(part), "{alert} has no {part}");
        }
        assert!(section.lines().count() <= 30, "{alert} does not fit on a screen");
    }
}

#[test]
fn every_panel_has_a_unit_a_description_and_the_source_that_was_chosen() {
    let board: Value = serde_json::from_str(BOARD).expect("JSON");
    let variable = &board["templating"]["list"][0];
    assert_eq!((&variable["name"], &variable["type"]), (&json!("datasource"), &json!("datasource")));
    let mut ids = BTreeSet::new();
    for panel in panels() {
        let title = panel["title"].as_str().expect("a title");
        assert!(panel["description"].as_str().is_some_and(|words| words.len() > 20), "{title}");
        assert!(panel["fieldConfig"]["defaults"]["unit"].is_string(), "{title}");
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{title}");
        assert!(ids.insert(panel["id"].as_u64()), "{title}: its id is another's");
    }
    for part in
        ["Fan-out", "Receipts", "LINE's answers", "Parking and quota", "Recorder", "Locks and nodes", "HTTP", "Webhook"]
    {
        assert!(BOARD.contains(&format!("\"title\": \"{part}\"")), "{part}");
    }
}
