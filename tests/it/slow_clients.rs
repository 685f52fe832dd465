//! A stranger who sends and reads slowly, against the program as a process: what it holds, and how a normal client fares.
//!
//! `make test` tries it with the limits; `make soak` also without them, for the figures of `docs/operations.md`.

use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};

use crate::program::Program;
use crate::test_relay::{SMALL_TREE, fresh_database};

const NOBODY: &str = "http://127.0.0.1:1";
/// 500 who send a head slowly, 500 who send a body slowly, 200 who do not read.
const STRANGERS: usize = 1_200;
/// How long the normal client asks.
const SPAN: Duration = Duration::from_secs(8);

/// With room for fewer connections than the strangers open: the room of every server ends somewhere.
const ROOM: (&str, &str) = ("GCC_RELAY__LIMITS__CONNECTIONS", "1000");
const ON: [(&str, &str); 5] = [
    ROOM,
    ("GCC_RELAY__LIMITS__CONNECTIONS_PER_ADDRESS", "200"),
    ("GCC_RELAY__LIMITS__HEADER_TIMEOUT", "3s"),
    ("GCC_RELAY__LIMITS__BODY_TIMEOUT", "3s"),
    ("GCC_RELAY__LIMITS__WRITE_TIMEOUT", "3s"),
];
/// As good as none.
const OFF: [(&str, &str); 5] = [
    ROOM,
    ("GCC_RELAY__LIMITS__CONNECTIONS_PER_ADDRESS", "1000000"),
    ("GCC_RELAY__LIMITS__HEADER_TIMEOUT", "5m"),
    ("GCC_RELAY__LIMITS__BODY_TIMEOUT", "5m"),
    ("GCC_RELAY__LIMITS__WRITE_TIMEOUT", "5m"),
];

/// How it went.
#[derive(Debug)]
struct Trial {
    /// Connections that the strangers held when all had come, and in the end.
    held: [usize; 2],
    /// The normal client's polls.
    answered: usize,
    refused: usize,
    took: [Duration; 2],
}

impl Trial {
    fn print(&self, limits: &str) {
        let Self { held: [all, end], answered, refused, took: [median, slowest] } = self;
        println!(
            "{STRANGERS} slow strangers, limits {limits}: held {all}, in the end {end}; of a normal client's polls \
            {answered} answered (median {median:?}, slowest {slowest:?}), {refused} refused"
        );
    }
}

/// Connects from another address than the normal client's, sends `text`, and then neither sends nor reads.
async fn stranger(to: &str, text: &str) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("a small buffer");
    socket.bind("127.0.0.2:0".parse().expect("an address")).expect("an address of this machine");
    let mut stream = socket.connect(to.parse().expect("an address")).await.ok()?;
    stream.write_all(text.as_bytes()).await.ok()?;
    Some(stream)
}

async fn attempt(limits: &[(&str, &str)]) -> Trial {
    let program = Program::over(&fresh_database().await, NOBODY);
    let key = program.set_up(&["gcc".to_owned()], 10, SMALL_TREE);
    let node = program.serve_with(limits).await;
    let draft = node.post("/api/v1/bulletins", &key, json!({ "subject": "ทดสอบ", "body": "ทดสอบ" })).await;
    let id = draft["id"].as_str().expect("an id");
    node.post(&format!("/api/v1/bulletins/{id}/publish"), &key, json!({})).await;
    let before = node.open_files();

    let unread = "GET /openapi.json HTTP/1.1\r\nhost: here\r\n\r\n".repeat(40);
    let to = node.url.strip_prefix("http://").expect("an address");
    let mut strangers = Vec::new();
    for n in 0..STRANGERS {
        strangers.push(match n % 12 {
            0..5 => stranger(to, "GET / HTTP/1.1\r\nhost: here\r\nx-slow: ").await,
            5..10 => {
                stranger(to, "POST /line/webhook/gcc HTTP/1.1\r\nhost: here\r\ncontent-length: 900\r\n\r\n{").await
            }
            _ => stranger(to, &unread).await,
        });
    }
    // those that were refused are held for a second more, to read why
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let held = node.open_files().saturating_sub(before);

    // each poll on a connection of its own, as it is a new one that finds no room
    let http = Client::builder().pool_max_idle_per_host(0).timeout(Duration::from_secs(2)).build().expect("a client");
    let (begun, mut took, mut refused) = (Instant::now(), Vec::new(), 0);
    while begun.elapsed() < SPAN {
        let asked = Instant::now();
        let answer = http.get(format!("{}/api/v1/bulletins/{id}/status", node.url)).bearer_auth(&key).send().await;
        match answer {
            Ok(answer) if answer.status() == 200 => took.push(asked.elapsed()),
            _ => refused += 1,
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    took.sort();
    let median = took.get(took.len() / 2).copied().unwrap_or_default();
    let slowest = took.last().copied().unwrap_or_default();
    let held = [held, node.open_files().saturating_sub(before)];
    Trial { held, answered: took.len(), refused, took: [median, slowest] }
}

#[tokio::test]
async fn slow_strangers_neither_fill_the_node_nor_slow_a_normal_client() {
    let on = attempt(&ON).await;
    on.print("on");
    assert!(on.refused == 0 && on.answered > 20, "{on:?}");
    assert!(on.held[0] <= 210, "an address holds 200: {on:?}");
    assert!(on.held[1] <= 10, "whoever is slow is cut off: {on:?}");
    if std::env::var_os("GCC_RELAY_SOAK").is_some() {
        let off = attempt(&OFF).await;
        off.print("off");
        assert!(off.held[1] > 900 && off.refused > 0, "the strangers would fill the node: {off:?}");
    }
}
