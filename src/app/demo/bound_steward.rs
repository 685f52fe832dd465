//! The demo's governor in LINE: a member of the chat of GCC1 who has added the account as a friend and typed the code of his account,
//! so that a reminder, and forwarding by a tap, can be tried.
//!
//! The simulator is another process, so he acts by its control API, and what he types reaches the server as a webhook like
//! anybody's. He is bound once; a later start finds him so.

use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::accounts::line_binding::make_code;
use crate::app::AppContext;
use crate::app::simulator::SimulatorOptions;
use crate::domain::account::Role;
use crate::domain::actor::Actor;
use crate::domain::national::simulated_link;
use crate::domain::right::Right;
use crate::store::accounts::find_account;
use crate::store::bindings::find_binding;

/// His account.
const USERNAME: &str = "governor";
/// In whose chat he is.
const ABOVE: &str = "gcc1";
/// Which of its members he is.
pub(super) const MEMBER: u32 = 2;
/// His user id, by which the simulator shows his chat of two.
const USER: &str = "Uf5100000000000000000000000000051";
/// How long the simulator may take to answer, and the server to bind him.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL_EVERY: Duration = Duration::from_millis(100);

/// The address of his chat of two with the account.
pub(super) fn chat_address(options: &SimulatorOptions) -> String {
    format!("http://{}/groups/{USER}", options.listen)
}

/// Binds him, unless he is bound.
pub(super) async fn bind(context: &AppContext, options: &SimulatorOptions) -> anyhow::Result<()> {
    let mut tx = context.db.begin().await?;
    let account = find_account(&mut tx, USERNAME).await?.context("the demo's governor has no account")?.id;
    if find_binding(&mut tx, account).await?.is_some() {
        return Ok(());
    }
    let right = Right { role: Role::Steward, ..Right::whole(Actor::user(USERNAME)) };
    let code = make_code(&mut tx, &right, account, context.clock.now()).await?;
    tx.commit().await?;
    let above = simulated_link(&ABOVE.parse()?);
    let simulator = ControlApi { http: Client::builder().no_proxy().timeout(PATIENCE).build()?, options };
    let person = json!({ "group": above.as_str(), "member": MEMBER, "user": USER });
    simulator.call(Method::PUT, "persons", &person).await?;
    for does in [json!({ "type": "follow" }), json!({ "type": "direct_message", "text": code.to_string() })] {
        let mut event = json!({ "group": above.as_str(), "member": MEMBER });
        if let (Value::Object(event), Value::Object(does)) = (&mut event, does) {
            event.extend(does);
        }
        simulator.call(Method::POST, "events", &event).await?;
    }
    let until = Instant::now() + PATIENCE;
    while find_binding(&mut *context.db.acquire().await?, account).await?.is_none() {
        if Instant::now() >= until {
            bail!("the governor typed the code of his account in LINE and was not bound");
        }
        sleep(POLL_EVERY).await;
    }
    Ok(())
}

/// The simulator's control side.
struct ControlApi<'a> {
    http: Client,
    options: &'a SimulatorOptions,
}

impl ControlApi<'_> {
    async fn call(&self, method: Method, what: &str, body: &Value) -> anyhow::Result<()> {
        let url = format!("http://{}/control/{what}", self.options.listen);
        let answer = self.http.request(method, url).json(body).send().await;
        answer.and_then(reqwest::Response::error_for_status).context("the LINE simulator did not do what was asked")?;
        Ok(())
    }
}
