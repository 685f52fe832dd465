//! The ceiling: what this client and this database can do when nobody asks for more.
//!
//! One `INSERT … SELECT` of all copies, the same HTTP client and the same bodies with 512 in flight, receipts written by
//! batched `UPDATE … FROM UNNEST`. No states, no counters, no cascade, no claims, no pace: a crash would lose track.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use gcc_relay::line::client::{LineClient, Settings};
use gcc_relay::line::token::Access;
use serde::{Deserialize, Serialize};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::sync::{Mutex, mpsc};
use uuid::Uuid;

use crate::meter::own_processor_time;

const IN_FLIGHT: usize = 512;
const BATCH: usize = 500;

/// What a run of the ceiling took.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Took {
    /// Copies sent and recorded.
    pub copies: u64,
    /// From before the first statement to after the last commit.
    pub seconds: f64,
    /// Of this process, in seconds.
    pub processor: f64,
}

/// Sends the bulletin's message to every group that it went to, and prints [`Took`] as JSON.
pub async fn run(database: &str, line: &str, bulletin: &str) -> Result<()> {
    let bulletin: Uuid = bulletin.parse()?;
    let mut db = PgConnection::connect(database).await?;
    db.execute(
        "create table if not exists ceiling (id uuid primary key, recipient text not null, retry_key uuid not null,
            ended_at timestamptz, line_request_id text, line_message_ids text) with (fillfactor = 70)",
    )
    .await?;
    db.execute("truncate ceiling").await?;
    let message: String =
        sqlx::query_scalar("select body from messages where bulletin_id = $1 order by variant limit 1")
            .bind(bulletin)
            .fetch_one(&mut db)
            .await
            .context("the message of the bulletin")?;
    let settings = Settings {
        api_base: line.parse()?,
        data_base: line.parse()?,
        content_timeout: Duration::from_secs(10),
        connect_timeout: Duration::from_secs(3),
        request_timeout: Duration::from_secs(10),
        in_flight: IN_FLIGHT,
    };
    let client = LineClient::new(&settings)?;
    let access = Access::parse(&"token-of-the-ceiling".to_owned().into())?;

    let (began, processor) = (Instant::now(), own_processor_time()?);
    sqlx::query(
        "insert into ceiling (id, recipient, retry_key)
        select gen_random_uuid(), r.line_group_id, gen_random_uuid() from deliveries d join line_groups r on r.no = d.recipient
        where bulletin_no = (select no from bulletins where id = $1)",
    )
    .bind(bulletin)
    .execute(&mut db)
    .await?;
    let copies: Vec<(Uuid, String, Uuid)> =
        sqlx::query_as("select id, recipient, retry_key from ceiling").fetch_all(&mut db).await?;
    let all = copies.len();
    let queue = Arc::new(Mutex::new(copies.into_iter()));
    let message: Arc<str> = message.into();
    let (done, mut results) = mpsc::channel(BATCH * 4);
    for _ in 0..IN_FLIGHT {
        let (queue, client, access, message, done) =
            (queue.clone(), client.clone(), access.clone(), message.clone(), done.clone());
        tokio::spawn(async move {
            loop {
                let Some((id, to, key)) = queue.lock().await.next() else { break };
                let answer = client.push(&access, key, &to, message.as_bytes()).await;
                if done.send((id, answer)).await.is_err() {
                    break;
                }
            }
        });
    }
    drop(done);
    let mut recorded = 0;
    let mut batch = Vec::with_capacity(BATCH);
    while results.recv_many(&mut batch, BATCH).await > 0 {
        let (mut ids, mut requests, mut messages) = (Vec::new(), Vec::new(), Vec::new());
        for (id, answer) in batch.drain(..) {
            let answer = answer.map_err(|silence| anyhow::anyhow!("{silence}"))?;
            ensure!(answer.status == 200, "the stub answered {}", answer.status);
            ids.push(id);
            requests.push(answer.request_id);
            messages.push(String::from_utf8_lossy(&answer.body).into_owned());
        }
        recorded += sqlx::query(
            "update ceiling c set ended_at = now(), line_request_id = n.request, line_message_ids = n.messages
            from unnest($1::uuid[], $2::text[], $3::text[]) as n(id, request, messages) where c.id = n.id",
        )
        .bind(&ids)
        .bind(&requests)
        .bind(&messages)
        .execute(&mut db)
        .await?
        .rows_affected();
    }
    let seconds = began.elapsed().as_secs_f64();
    let processor = own_processor_time()? - processor;
    ensure!(recorded == all as u64, "{recorded} of {all} recorded");
    println!("{}", serde_json::to_string(&Took { copies: recorded, seconds, processor })?);
    Ok(())
}
