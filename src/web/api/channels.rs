//! Channels: what operators see of them and do with them; never a secret.
//!
//! A channel serves the whole tree, so only a key without an office sees it. Secrets are typed into a page or the command line, and no
//! route takes them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::publishing::Nothing;
use crate::domain::outcome::ParkReason;
use crate::domain::time::Timestamp;
use crate::relay::channels;
use crate::store::Connection;
use crate::store::channels as rows;
use crate::web::access::{Caller, Scope};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::{Id, Input, Parameters};
use crate::web::listing::Page;
use crate::web::problem::Problem;
use crate::web::view::delivery::Words;

/// A LINE channel.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Channel {
    /// Its code.
    code: String,
    /// Its name.
    name: String,
    /// Calls a second at most.
    rate: i32,
    /// Why it stands still; null while it sends.
    parked: Option<Parked>,
    /// The month's messages.
    quota: Quota,
    /// When the last webhook came, to the minute.
    last_webhook_at: Option<Timestamp>,
    /// How much of a month may be pushed on it.
    budget: ChannelBudget,
}

/// How much of a month may be pushed on a channel.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ChannelBudget {
    /// Its own limit in messages; null = as the settings say.
    messages: Option<i32>,
    /// Its own limit in baht with tax; null = as the settings say.
    baht: Option<i32>,
    /// When an operator opened the reserve for what is most urgent, to the end of that month; null = never.
    reserve_opened_at: Option<Timestamp>,
}

/// The limits of a month; a field left out or null = as the settings say.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetChange {
    /// Messages.
    #[serde(default)]
    #[schema(minimum = 0)]
    messages: Option<i32>,
    /// Baht with tax.
    #[serde(default)]
    #[schema(minimum = 0)]
    baht: Option<i32>,
}

/// Why a channel stands still.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Parked {
    /// From a closed list.
    reason: ParkReason,
    /// The same as a sentence.
    text: Words,
    /// Since when.
    since: Option<Timestamp>,
}

/// The month's messages of a channel.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Quota {
    /// All; null where they are not limited or not known.
    limit: Option<i64>,
    /// Of these, used.
    used: Option<i64>,
    /// When LINE was asked; null = not yet.
    checked_at: Option<Timestamp>,
}

impl From<rows::Channel> for Channel {
    fn from(row: rows::Channel) -> Self {
        let since = row.parked_at;
        let parked = row.parked_reason.map(|reason| {
            let text = Words { en: reason.english(), th: reason.thai() };
            Parked { reason, text, since }
        });
        Self {
            code: row.code,
            name: row.name,
            rate: row.rate_per_second,
            parked,
            quota: Quota { limit: row.quota_limit, used: row.quota_used, checked_at: row.quota_checked_at },
            last_webhook_at: row.last_webhook_at,
            budget: ChannelBudget {
                messages: row.budget_messages,
                baht: row.budget_baht,
                reserve_opened_at: row.reserve_opened_at,
            },
        }
    }
}

/// What is changed of a channel; a field left out stays as it is.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelChange {
    /// Calls a second at most.
    #[schema(minimum = 1, maximum = 2_000)]
    rate: Option<u32>,
}

/// Nothing narrows the list of channels.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ChannelQuery {}

/// All channels, by code.
#[utoipa::path(get, path = "/channels", tag = "channels", responses((status = 200, body = Page<Channel>)))]
pub async fn list_channels(
    caller: Caller,
    Parameters(ChannelQuery {}): Parameters<ChannelQuery>,
    Conn(mut db): Conn,
) -> Result<Json<Page<Channel>>, Problem> {
    let all = if caller.scope == Scope::Whole { rows::list_channels(&mut db).await? } else { Vec::new() };
    Ok(Json(Page { items: all.into_iter().map(Channel::from).collect(), next_cursor: None }))
}

/// The channel called `code`, if the caller sees all of the tree.
pub(super) async fn find(db: &mut Connection, caller: &Caller, code: &str) -> Result<rows::Channel, Problem> {
    let found = if caller.scope == Scope::Whole { rows::find_channel(db, code).await? } else { None };
    found.ok_or_else(|| Problem::absent("channel"))
}

/// One channel.
#[utoipa::path(get, path = "/channels/{code}", tag = "channels", params(("code" = String, Path)),
    responses((status = 200, body = Channel)))]
pub async fn get_channel(caller: Caller, Id(code): Id<String>, Conn(mut db): Conn) -> Result<Json<Channel>, Problem> {
    Ok(Json(find(&mut db, &caller, &code).await?.into()))
}

/// Change the pace of a channel.
///
/// Its secret and its token are changed on its page or by the command line.
#[utoipa::path(patch, path = "/channels/{code}", tag = "channels", params(("code" = String, Path)),
    request_body = ChannelChange, responses((status = 200, body = Channel)))]
pub async fn change_channel(
    State(app): State<App>,
    caller: Caller,
    Id(code): Id<String>,
    Input(ChannelChange { rate }): Input<ChannelChange>,
) -> Result<Json<Channel>, Problem> {
    if rate.is_some_and(|rate| !(1..=channels::MOST_CALLS).contains(&rate)) {
        return Err(Problem::invalid_field("/rate", format!("must be 1 to {} calls a second", channels::MOST_CALLS)));
    }
    let mut tx = app.begin().await?;
    let after = match rate {
        Some(rate) => channels::set_rate(&mut tx, &caller.right(), &code, rate, app.now()).await?,
        None => find(&mut tx, &caller, &code).await?,
    };
    tx.commit().await?;
    Ok(Json(after.into()))
}

/// Stop sending on a channel until it is resumed.
#[utoipa::path(post, path = "/channels/{code}/park", tag = "channels", params(("code" = String, Path)),
    request_body = Option<Nothing>, responses((status = 200, body = Channel)))]
pub async fn park_channel(State(app): State<App>, Id(code): Id<String>, post: IdempotentPost<Nothing>) -> PostResult {
    let (mut work, Nothing {}) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    let after = channels::park(work.db(), &right, &code, now).await?;
    work.answer(StatusCode::OK, &Channel::from(after)).await
}

/// Let a parked channel send again.
#[utoipa::path(post, path = "/channels/{code}/resume", tag = "channels", params(("code" = String, Path)),
    request_body = Option<Nothing>, responses((status = 200, body = Channel)))]
pub async fn resume_channel(State(app): State<App>, Id(code): Id<String>, post: IdempotentPost<Nothing>) -> PostResult {
    let (mut work, Nothing {}) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    let after = channels::resume(work.db(), &right, &code, now).await?;
    work.answer(StatusCode::OK, &Channel::from(after)).await
}

/// Limit what may be pushed on a channel in a month, in messages, in baht, or both.
///
/// What does not fit waits, with the reason `over_budget`, and is looked at again when the limits change.
#[utoipa::path(post, path = "/channels/{code}/budget", tag = "channels", params(("code" = String, Path)),
    request_body = BudgetChange, responses((status = 200, body = Channel)))]
pub async fn set_budget(
    State(app): State<App>,
    Id(code): Id<String>,
    post: IdempotentPost<BudgetChange>,
) -> PostResult {
    let (mut work, BudgetChange { messages, baht }) = post.begin(&app).await?;
    for (field, value) in [("/messages", messages), ("/baht", baht)] {
        if value.is_some_and(|value| value < 0) {
            return Err(Problem::invalid_field(field, "must not be negative".to_owned()).into());
        }
    }
    let (now, right) = (work.now, work.right());
    let after = channels::set_budget(work.db(), &right, &code, (messages, baht), now).await?;
    work.answer(StatusCode::OK, &Channel::from(after)).await
}

/// Open the reserve of a channel's budget for what is most urgent, to the end of the month.
#[utoipa::path(post, path = "/channels/{code}/reserve", tag = "channels", params(("code" = String, Path)),
    request_body = Option<Nothing>, responses((status = 200, body = Channel)))]
pub async fn open_reserve(State(app): State<App>, Id(code): Id<String>, post: IdempotentPost<Nothing>) -> PostResult {
    let (mut work, Nothing {}) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    let after = channels::open_reserve(work.db(), &right, &code, now).await?;
    work.answer(StatusCode::OK, &Channel::from(after)).await
}
