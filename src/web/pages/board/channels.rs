//! `/channels`: every channel with its quota, pace, what it has to do, when it last heard from LINE, and whether it
//! stands still; operations park and resume it here.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::download;
use super::failures::Format;
use super::format::{self, Share, moment_or_dash, number};
use crate::report::Table;
use crate::store::board::traffic::{Load, list_loads};
use crate::store::channels::{Channel, list_channels};
use crate::store::webhook_failures::{Failure, count_failures, list_failures};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::auth::Scope;
use crate::web::input::Parameters;
use crate::web::pages::show;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::words::Words;

/// A channel as it is shown.
#[derive(Clone, Debug)]
pub struct ChannelRow {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Why it stands still, a sentence.
    pub parked: Option<String>,
    /// Since when.
    pub since: String,
    /// Calls a second at most.
    pub pace: String,
    /// The month's messages used, of all; none where they are not limited.
    pub quota: Option<Share>,
    /// The numbers behind it.
    pub used: String,
    /// All of the month; a word where they are not limited or not known.
    pub limit: String,
    /// When LINE was asked.
    pub checked: String,
    /// When the last webhook came.
    pub webhook: String,
    /// Deliveries that could be sent now.
    pub ready: String,
    /// Deliveries that wait for a group above or a steward.
    pub later: String,
    /// How many deliveries of the open bulletins LINE accepted on it; none where nothing is open.
    pub progress: Option<Share>,
    /// What is wrong with it, in a word; none where all is well.
    pub trouble: Option<String>,
}

/// All channels, with what they have to do.
pub async fn channel_rows(db: &mut Connection, t: Words) -> Result<Vec<ChannelRow>, StoreError> {
    let loads = list_loads(db).await?;
    let row = |channel: Channel| {
        let load = loads.iter().find(|load| load.channel_id == channel.id).copied();
        ChannelRow::of(t, channel, load)
    };
    Ok(list_channels(db).await?.into_iter().map(row).collect())
}

impl ChannelRow {
    fn of(t: Words, channel: Channel, load: Option<Load>) -> Self {
        let quota = channel.quota_limit.map(|limit| Share::of(channel.quota_used.unwrap_or(0), limit));
        let limit = match (channel.quota_limit, channel.quota_checked_at) {
            (Some(limit), _) => number(limit),
            (None, Some(_)) => t.say("channels-unlimited"),
            (None, None) => t.say("channels-not-asked"),
        };
        let trouble = match (channel.parked_reason, &quota) {
            (Some(_), _) => Some(t.say("channels-parked")),
            (None, Some(quota)) if quota.percent >= 90 => Some(t.say("channels-quota-low")),
            _ => None,
        };
        Self {
            parked: channel.parked_reason.map(|reason| format::parked(t, reason).to_owned()),
            since: moment_or_dash(t, channel.parked_at),
            pace: number(channel.rate_per_second),
            quota,
            used: channel.quota_used.map_or_else(|| "–".to_owned(), number),
            limit,
            checked: moment_or_dash(t, channel.quota_checked_at),
            webhook: moment_or_dash(t, channel.last_webhook_at),
            ready: number(load.map_or(0, |load| load.ready)),
            later: number(load.map_or(0, |load| load.later)),
            progress: load.map(|load| Share::of(load.accepted, load.all)),
            trouble,
            code: channel.code,
            name: channel.name,
        }
    }
}

/// A webhook event that was set aside, as it is shown.
#[derive(Clone, Debug)]
struct FailureRow {
    id: i64,
    what: String,
    /// The channel, and the group where it is known.
    place: String,
    occurred: String,
    because: String,
}

impl FailureRow {
    fn of(t: Words, failure: Failure) -> Self {
        let what = match failure.kind.as_str() {
            "join" => t.say("webhook-join"),
            "leave" => t.say("webhook-leave"),
            "tap" => t.say("webhook-tap"),
            "join_code" | "perhaps_join_code" => t.say("webhook-join-code"),
            "members" => t.say("webhook-members"),
            other => other.to_owned(),
        };
        let place = match failure.group {
            Some(group) => format!("{group} · {}", failure.channel),
            None => failure.channel,
        };
        let occurred = moment_or_dash(t, Some(failure.occurred_at));
        Self { id: failure.id, what, place, occurred, because: failure.because }
    }
}

#[derive(Template)]
#[template(path = "board/channels.html")]
struct ChannelsPage {
    shell: Shell,
    t: Words,
    channels: Vec<ChannelRow>,
    /// The newest of the webhook events that are set aside.
    failures: Vec<FailureRow>,
    /// How many there are.
    failed: String,
}

/// So many webhook events that are set aside are shown.
const FAILURES_SHOWN: i64 = 50;

/// The channels.
pub async fn show_channels(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(format): Parameters<Format>,
) -> Result<Response, Problem> {
    // a channel serves the whole tree, so that only who sees all of it sees channels
    if visitor.caller.scope != Scope::Whole {
        return Err(Problem::absent("page"));
    }
    let t = visitor.words;
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let channels = channel_rows(&mut db, t).await?;
    if format.is_csv() {
        return download::file("channels", &table(t, &channels));
    }
    let failures = list_failures(&mut db, None, FAILURES_SHOWN).await?;
    let failures = failures.into_iter().map(|failure| FailureRow::of(t, failure)).collect();
    let failed = number(count_failures(&mut db).await?);
    Ok(show(StatusCode::OK, &ChannelsPage { t, channels, failures, failed, shell: Shell::of(&visitor) }, "no-store"))
}

fn table(t: Words, channels: &[ChannelRow]) -> Table {
    let mut table = Table::new([
        t.say("channels-code"),
        t.say("channels-name"),
        t.say("board-state"),
        t.say("channels-pace"),
        t.say("channels-used"),
        t.say("channels-limit"),
        t.say("channels-ready"),
        t.say("channels-later"),
        t.say("channels-webhook"),
    ]);
    for row in channels {
        table.push([
            row.code.clone(),
            row.name.clone(),
            row.parked.clone().unwrap_or_else(|| t.say("channels-sending")),
            download::plain(&row.pace),
            download::plain(&row.used),
            download::plain(&row.limit),
            download::plain(&row.ready),
            download::plain(&row.later),
            row.webhook.clone(),
        ]);
    }
    table
}
