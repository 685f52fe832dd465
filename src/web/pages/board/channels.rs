//! `/channels`: every channel with its quota, pace, what it has to do, when it last heard from LINE, and whether it
//! stands still; operations park and resume it here.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};

use super::budget::Limits;
use super::failures::Format;
use super::tables::file;
use crate::domain::account::Permission;
use crate::store::board::traffic::{Load, list_loads};
use crate::store::channels::{Channel, list_channels};
use crate::store::webhook_failures::{Failure, count_failures, list_failures};
use crate::store::{Connection, StoreError};
use crate::web::access::Scope;
use crate::web::app::App;
use crate::web::input::Parameters;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::ui::cell::Cell;
use crate::web::ui::filters;
use crate::web::ui::format::{Share, number};
use crate::web::ui::label::{Badge, Label as _, code_of};
use crate::web::ui::table::{Column, PageTable, to_file};
use crate::web::words::Words;

/// A channel with what it has to do.
#[derive(Clone, Debug)]
pub struct ChannelRow {
    /// The channel.
    pub channel: Channel,
    /// What it has to do for the open bulletins; none where that is nothing.
    pub load: Option<Load>,
}

/// All channels, with what they have to do.
pub async fn channel_rows(db: &mut Connection) -> Result<Vec<ChannelRow>, StoreError> {
    let loads = list_loads(db).await?;
    let load_of = |channel: &Channel| loads.iter().find(|load| load.channel_id == channel.id).copied();
    let row = |channel: Channel| ChannelRow { load: load_of(&channel), channel };
    Ok(list_channels(db).await?.into_iter().map(row).collect())
}

impl ChannelRow {
    /// The month's messages used, of all; none where they are not limited.
    #[must_use]
    pub fn quota(&self) -> Option<Share> {
        self.channel.quota_limit.map(|limit| Share::of(self.channel.quota_used.unwrap_or(0), limit))
    }

    /// All messages of the month; a word where they are not limited or not known.
    fn limit(&self, t: Words) -> String {
        match (self.channel.quota_limit, self.channel.quota_checked_at) {
            (Some(limit), _) => number(limit),
            (None, Some(_)) => t.say("channels-unlimited"),
            (None, None) => t.say("channels-not-asked"),
        }
    }

    /// Deliveries that could be sent now.
    #[must_use]
    pub fn ready(&self) -> i64 {
        self.load.map_or(0, |load| load.ready)
    }

    /// Deliveries that wait for a group above or a steward.
    fn later(&self) -> i64 {
        self.load.map_or(0, |load| load.later)
    }

    /// How many deliveries of the open bulletins LINE accepted on it; none where nothing is open.
    fn progress(&self) -> Option<Share> {
        self.load.map(|load| Share::of(load.accepted, load.all))
    }

    /// What is wrong with it, in a word; none where all is well.
    #[must_use]
    pub fn trouble(&self, t: Words) -> Option<String> {
        match (self.channel.parked_reason, self.quota()) {
            (Some(_), _) => Some(t.say("channels-parked")),
            (None, Some(quota)) if quota.percent >= 90 => Some(t.say("channels-quota-low")),
            _ => None,
        }
    }
}

/// The columns of the file, which the page shows as cards.
fn channel_columns<'a>() -> Vec<Column<'a, ChannelRow>> {
    let standing = |row: &ChannelRow, t: Words| match row.channel.parked_reason {
        Some(reason) => (reason.badge(t), code_of(&reason)),
        None => (Badge { class: "good", word: t.say("channels-sending") }, "sending".to_owned()),
    };
    vec![
        Column::text("channels-code", |row: &ChannelRow| row.channel.code.clone()),
        Column::text("channels-name", |row: &ChannelRow| row.channel.name.clone()),
        Column::badge("board-state", standing),
        Column::time("board-since", |row: &ChannelRow| row.channel.parked_at),
        Column::number("channels-pace", |row: &ChannelRow| row.channel.rate_per_second),
        Column::known_number("channels-used", |row: &ChannelRow| row.channel.quota_used),
        Column::known_number("channels-limit", |row: &ChannelRow| row.channel.quota_limit),
        Column::number("channels-ready", ChannelRow::ready),
        Column::number("channels-later", ChannelRow::later),
        Column::time("channels-webhook", |row: &ChannelRow| row.channel.last_webhook_at),
    ]
}

#[derive(Template)]
#[template(path = "board/webhook_retry_form.html")]
struct WebhookRetryForm<'a> {
    t: Words,
    id: i64,
    form_token: &'a str,
}

/// Webhook events that were set aside: the columns.
fn failure_columns(form_token: &str) -> Vec<Column<'_, Failure>> {
    vec![
        Column::words("webhook-failures-what", say_kind).naming_the_row(),
        Column::text("webhook-failures-where", |row: &Failure| match &row.group {
            Some(group) => format!("{group} · {}", row.channel),
            None => row.channel.clone(),
        }),
        Column::time("webhook-failures-when", |row: &Failure| Some(row.occurred_at)),
        Column::text("webhook-failures-because", |row: &Failure| row.because.clone()),
        Column::number("webhook-failures-act", |row: &Failure| row.id)
            .shown(move |row, t| Cell::of(&WebhookRetryForm { t, id: row.id, form_token }))
            .shown_as_text()
            .unlabelled(),
    ]
}

fn say_kind(failure: &Failure, t: Words) -> String {
    match failure.kind.as_str() {
        "join" => t.say("webhook-join"),
        "leave" => t.say("webhook-leave"),
        "tap" => t.say("webhook-tap"),
        "room" => t.say("webhook-room"),
        "join_code" | "perhaps_join_code" => t.say("webhook-join-code"),
        "members" => t.say("webhook-members"),
        "forward_tap" => t.say("webhook-forward-tap"),
        "follow" => t.say("webhook-follow"),
        "unfollow" => t.say("webhook-unfollow"),
        "bind_code" | "bind_code_in_group" => t.say("webhook-bind-code"),
        "file" => t.say("webhook-file"),
        other => other.to_owned(),
    }
}

#[derive(Template)]
#[template(path = "board/channels.html")]
struct ChannelsPage {
    limits: Limits,
    channels: Vec<ChannelRow>,
    /// The newest of the webhook events that are set aside.
    failures: PageTable,
    /// How many there are.
    failed: i64,
    /// Whether the visitor adds channels.
    manages: bool,
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
    let mut db = app.db.acquire().await?;
    let channels = channel_rows(&mut db).await?;
    if format.is_csv() {
        return file("channels", &to_file(t, &channel_columns(), &channels));
    }
    let shell = Shell::of(&visitor);
    let failures = list_failures(&mut db, None, FAILURES_SHOWN).await?;
    let columns = failure_columns(&shell.form_token);
    let failures = PageTable::of(t, &t.say("webhook-failures-title"), &columns, &failures);
    drop(columns);
    let page = ChannelsPage {
        limits: Limits::of(&app),
        channels,
        failures,
        failed: count_failures(&mut db).await?,
        manages: visitor.may(Permission::ManageChannels),
    };
    Ok(HtmlPage::within(shell, page).into_response())
}
