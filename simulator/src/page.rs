//! The web page: the list of groups and each group's chat as its members see it on a phone.
//!
//! The server renders the frame, the browser builds the bubbles from the very JSON that was pushed.
//! What a person does here (writing, tapping, inviting the account) happens through the same
//! [`GroupEvent`]s as on the control API. Scripts and styles are files of our own; the policy forbids
//! everything else.

use askama::Template;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;

use super::control::{Control, ControlError, EventReport};
use super::group_event::GroupEvent;
use super::groups::Group;
use super::live;

/// How many groups the list shows at once.
const SHOWN: usize = 100;

/// Room for what people send, in base64.
pub(super) const MOST_SENT: usize = 300 * 1_024 * 1_024;

/// Scripts and styles from here only; pictures from wherever a message says.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; \
                      img-src 'self' http: https: data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The routes of the page.
pub(super) fn routes() -> Router<Control> {
    Router::new()
        .route("/", get(list_groups))
        .route("/live", get(live::stream_list))
        .route("/groups/{id}", get(show_group))
        .route("/groups/{id}/live", get(live::stream_chat))
        .route("/groups/{id}/happenings", post(happen).layer(DefaultBodyLimit::max(MOST_SENT)))
        .route("/assets/{name}", get(show_asset))
        .layer(from_fn(forbid_the_rest))
}

async fn forbid_the_rest(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

async fn show_asset(Path(name): Path<String>) -> Response {
    let (kind, bytes): (_, &'static [u8]) = match name.as_str() {
        "simulator.css" => ("text/css; charset=utf-8", include_bytes!("assets/simulator.css")),
        "flex.css" => ("text/css; charset=utf-8", include_bytes!("assets/flex.css")),
        "flex.js" => ("text/javascript; charset=utf-8", include_bytes!("assets/flex.js")),
        "chat.js" => ("text/javascript; charset=utf-8", include_bytes!("assets/chat.js")),
        "groups.js" => ("text/javascript; charset=utf-8", include_bytes!("assets/groups.js")),
        "group.svg" => ("image/svg+xml", include_bytes!("assets/group.svg")),
        "member.svg" => ("image/svg+xml", include_bytes!("assets/member.svg")),
        "account.svg" => ("image/svg+xml", include_bytes!("assets/account.svg")),
        // the relay's own letters: not every machine has Thai ones
        "thai-400.woff2" => ("font/woff2", include_bytes!("../../src/web/assets/fonts/sarabun-thai-400-normal.woff2")),
        "thai-700.woff2" => ("font/woff2", include_bytes!("../../src/web/assets/fonts/sarabun-thai-700-normal.woff2")),
        "latin-400.woff2" => {
            ("font/woff2", include_bytes!("../../src/web/assets/fonts/sarabun-latin-400-normal.woff2"))
        }
        "latin-700.woff2" => {
            ("font/woff2", include_bytes!("../../src/web/assets/fonts/sarabun-latin-700-normal.woff2"))
        }
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], bytes).into_response()
}

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    tier: Option<u8>,
}

#[derive(Template)]
#[template(path = "line_groups.html")]
struct GroupsPage<'a> {
    title: &'a str,
    search: &'a Search,
    tiers: [TierTab; 3],
    rows: Vec<GroupRow>,
    found: usize,
}

struct TierTab {
    tier: u8,
    chosen: bool,
}

struct GroupRow {
    id: String,
    name: String,
    members: u32,
    tier: Option<u8>,
    joined: bool,
    /// RFC 3339; the browser writes it as a time of day.
    at: String,
    last: String,
}

impl GroupRow {
    fn of(group: &Group) -> Self {
        let last = group.chat.last();
        let config = &group.config;
        Self {
            id: config.id.clone(),
            name: config.name.clone(),
            members: config.members,
            tier: tier_of(&config.name),
            joined: config.channel.is_some(),
            at: last.map(|entry| entry.at.to_string()).unwrap_or_default(),
            last: last.map(super::chat::Entry::summary).unwrap_or_default(),
        }
    }
}

/// The tier that a group's name begins with: `GCC2 ลำพูน` is of tier 2.
fn tier_of(name: &str) -> Option<u8> {
    let digit = name.strip_prefix("GCC")?.chars().next()?;
    digit.to_digit(10).and_then(|tier| u8::try_from(tier).ok()).filter(|tier| (1..=3).contains(tier))
}

async fn list_groups(State(control): State<Control>, Query(search): Query<Search>) -> Response {
    let wanted = search.q.trim().to_lowercase();
    let (rows, found) = {
        let state = control.platform.state();
        let matches = |group: &&Group| {
            let name = &group.config.name;
            search.tier.is_none_or(|tier| tier_of(name) == Some(tier)) && name.to_lowercase().contains(&wanted)
        };
        let mut groups: Vec<&Group> = state.groups.iter().chain(state.friends.iter()).filter(matches).collect();
        // as LINE does: the chat with the latest message first; silent ones stay in the tree's order
        groups.sort_by_key(|group| std::cmp::Reverse(group.chat.last().map(|entry| entry.at)));
        (groups.iter().take(SHOWN).map(|group| GroupRow::of(group)).collect(), groups.len())
    };
    let tiers = [1, 2, 3].map(|tier| TierTab { tier, chosen: search.tier == Some(tier) });
    render(&GroupsPage { title: &control.platform.title, search: &search, tiers, rows, found })
}

#[derive(Template)]
#[template(path = "line_chat.html")]
struct ChatPage {
    group: GroupRow,
    channels: Vec<(String, String)>,
}

async fn show_group(State(control): State<Control>, Path(id): Path<String>) -> Response {
    let page = {
        let state = control.platform.state();
        let channels =
            state.channels.values().map(|known| (known.config.code.clone(), known.config.name.clone())).collect();
        state.chat(&id).map(|group| ChatPage { group: GroupRow::of(group), channels })
    };
    match page {
        Some(page) => render(&page),
        None => (StatusCode::NOT_FOUND, Html("<!doctype html><title>ไม่พบกลุ่ม</title><p>ไม่พบกลุ่มนี้")).into_response(),
    }
}

async fn happen(
    State(control): State<Control>,
    Path(id): Path<String>,
    Json(event): Json<GroupEvent>,
) -> Result<Json<EventReport>, ControlError> {
    control.happen(&id, event).await.map(Json)
}

fn render(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
