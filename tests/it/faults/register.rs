//! The program killed while an office receives letters: numbers have no gap, and none is given twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::test_cluster::{Chance, ClusterPlan, TestCluster, scaled, until};
use crate::program::Server;

/// How many receive at the same time.
const CLERKS: u64 = 16;

/// A clerk, who enters one letter after another and asks again until each has its number.
struct Clerk {
    http: Client,
    key: String,
    address: watch::Receiver<String>,
    received: Arc<AtomicU64>,
}

impl Clerk {
    /// Enters the letter under the idempotency key of its own; gives its number.
    async fn receive(&self, letter: u64) -> i64 {
        loop {
            let url = format!("{}/api/v1/register", self.address.borrow().clone());
            let body = json!({ "office": "p0", "subject": format!("letter {letter}") });
            let post = self.http.post(url).bearer_auth(&self.key).header("idempotency-key", format!("letter-{letter}"));
            let sent = post.json(&body).timeout(Duration::from_secs(20)).send().await;
            let Ok(answer) = sent else {
                // the program is away
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let status = answer.status();
            // an answer may break off in the middle
            let Ok(made) = answer.json::<Value>().await else { continue };
            if status == StatusCode::CREATED {
                self.received.fetch_add(1, Ordering::Relaxed);
                return made["number"].as_i64().expect("a number");
            }
            // the same call may still be at work in a connection that nobody reads any more
            let may_come_again = [StatusCode::CONFLICT, StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS];
            assert!(may_come_again.contains(&status), "{status}: {made}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn receive_all(self, letters: impl Iterator<Item = u64>) -> Vec<(u64, i64)> {
        let mut given = Vec::new();
        for letter in letters {
            given.push((letter, self.receive(letter).await));
        }
        given
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_letters_are_received_it_leaves_no_gap_and_gives_no_number_twice() {
    let (letters, kills) = scaled((600, 4), (20_000, 40));
    let cluster = TestCluster::build(ClusterPlan::of(10)).await;
    let mut server: Server = cluster.program.serve().await;
    let (move_to, address) = watch::channel(server.url.clone());
    let received = Arc::new(AtomicU64::new(0));
    let clerks: Vec<_> = (0..CLERKS)
        .map(|clerk| {
            let (key, address, received) = (cluster.key.clone(), address.clone(), Arc::clone(&received));
            let clerk_at_work = Clerk { http: Client::new(), key, address, received };
            let step = usize::try_from(CLERKS).expect("few");
            tokio::spawn(clerk_at_work.receive_all((clerk..letters).step_by(step)))
        })
        .collect();
    for moment in Chance::new().moments(kills, letters) {
        until("letters are received", || async { received.load(Ordering::Relaxed) >= moment }).await;
        server.kill();
        server = cluster.program.serve().await;
        move_to.send_replace(server.url.clone());
    }
    let mut given = Vec::new();
    for clerk in clerks {
        given.extend(clerk.await.expect("a clerk"));
    }
    given.sort_unstable();
    let stored: Vec<(String, i32)> = sqlx::query_as("select subject, number from register_entries order by number")
        .fetch_all(&mut *cluster.db().await)
        .await
        .expect("entries");
    let numbers: Vec<u64> = stored.iter().map(|(_, number)| u64::try_from(*number).expect("positive")).collect();
    assert_eq!(numbers, (1..=letters).collect::<Vec<_>>(), "a gap, or a letter that was entered twice");
    let mut of_letters: Vec<(u64, i64)> = stored
        .iter()
        .map(|(subject, number)| (subject.trim_start_matches("letter ").parse().expect("a letter"), i64::from(*number)))
        .collect();
    of_letters.sort_unstable();
    assert_eq!(of_letters, given, "the clerks were told other numbers");
}
