//! Pages and the API as one person calls them, one call after another.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use gcc_relay::domain::account::Role;
use gcc_relay::domain::credentials::{Password, Username};
use gcc_relay::domain::time::Clock;
use gcc_relay::store::accounts::{NewAccount, insert_account, update_password};
use gcc_relay::store::offices::find_office;
use reqwest::header::SET_COOKIE;
use reqwest::{RequestBuilder, redirect};

use crate::bench_cluster::{BenchCluster, Node};
use crate::table::{Table, quantile};

/// Calls of each kind, one after another.
const CALLS: usize = 300;
/// What none of them may take longer than, but for one in a hundred.
const MOST_MS: f64 = 50.0;
const PASSWORD: &str = "a-long-sentence-of-four";

/// Measures a call that answers at once.
pub async fn measure(table: &mut Table, about: &str, what: &str, ask: impl Fn(usize) -> RequestBuilder) -> Result<()> {
    let mut took = Vec::new();
    for n in 0..CALLS {
        let began = Instant::now();
        let answer = ask(n).send().await?;
        ensure!(answer.status().is_success(), "{what}: {}", answer.status());
        answer.bytes().await?;
        took.push(began.elapsed());
    }
    let (p50, p99) = (ms(quantile(&mut took, 0.5)), ms(quantile(&mut took, 0.99)));
    table.at_most(format!("{about}: {what}, p99 in milliseconds (p50 {p50:.1})"), MOST_MS, p99);
    Ok(())
}

fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}

/// Signs somebody in, of an office or for the whole tree; gives the cookies of the session.
pub async fn sign_in(cluster: &BenchCluster, node: &Node, role: Role, office: Option<&str>) -> Result<String> {
    let username: Username = "bench".parse()?;
    let hash = Password::new(PASSWORD.to_owned().into(), &username)?.hash();
    {
        let mut db = cluster.db.acquire().await?;
        let office = match office {
            Some(code) => Some(find_office(&mut db, code).await?.context("an office")?.id),
            None => None,
        };
        let account = NewAccount {
            username,
            display_name: "bench".to_owned(),
            role,
            office_id: office,
            valid_from: None,
            valid_until: None,
        };
        let id = insert_account(&mut db, &account, Clock::system().now()).await?.context("a free name")?;
        update_password(&mut db, id, hash.as_str()).await?;
    }
    let http = reqwest::Client::builder().redirect(redirect::Policy::none()).build()?;
    let form = format!("username=bench&password={PASSWORD}");
    let post = http.post(format!("{}/sign-in", node.url)).header("sec-fetch-site", "same-origin");
    let answer = post.header("content-type", "application/x-www-form-urlencoded").body(form).send().await?;
    ensure!(answer.status() == 303, "signing in: {}", answer.status());
    let cookies = answer.headers().get_all(SET_COOKIE).iter().filter_map(|set| set.to_str().ok()?.split(';').next());
    Ok(cookies.collect::<Vec<_>>().join("; "))
}
