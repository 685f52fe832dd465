//! The Messaging API over HTTP: LINE's paths, and acting out how an answer goes out.
//!
//! Every path leads to the same four steps: read the call, decide it, send what it made happen, answer.
//! A reset is a response marked with [`HangUp`], at which `server` drops the connection.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, RawPathParams, RawQuery, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::{MethodFilter, MethodRouter, on};

use super::answer::Answer;
use super::call::Call;
use super::control::Control;
use super::deliver;
use super::dispatch::Consequence;
use super::endpoint::Endpoint;
use super::serve::{Decision, Way, decide};
use super::state::new_request_id;

/// The largest request that LINE takes: 2 MB.
const MOST_BYTES: usize = 2 * 1_024 * 1_024;

/// Marks a response that must not be sent: the connection is reset instead.
#[derive(Clone)]
pub(super) struct HangUp;

/// The routes under `/v2`.
pub(super) fn routes() -> Router<Control> {
    const GET: MethodFilter = MethodFilter::GET;
    const POST: MethodFilter = MethodFilter::POST;
    const PUT: MethodFilter = MethodFilter::PUT;
    let group = |endpoint: &str| format!("/v2/bot/group/{{group}}/{endpoint}");
    Router::new()
        .route("/v2/bot/message/push", endpoint(POST, Endpoint::Push))
        .route("/v2/bot/message/reply", endpoint(POST, Endpoint::Reply))
        .route("/v2/bot/message/validate/push", endpoint(POST, Endpoint::ValidatePush))
        .route("/v2/bot/message/quota", endpoint(GET, Endpoint::Quota))
        .route("/v2/bot/message/quota/consumption", endpoint(GET, Endpoint::QuotaConsumption))
        .route("/v2/bot/message/delivery/push", endpoint(GET, Endpoint::PushedOn))
        .route("/v2/bot/message/{message}/content", endpoint(GET, Endpoint::Content))
        .route("/v2/bot/message/{message}/content/preview", endpoint(GET, Endpoint::Preview))
        .route("/v2/bot/message/{message}/content/transcoding", endpoint(GET, Endpoint::Transcoding))
        .route("/v2/bot/info", endpoint(GET, Endpoint::BotInfo))
        .route(&group("summary"), endpoint(GET, Endpoint::GroupSummary))
        .route(&group("members/count"), endpoint(GET, Endpoint::MembersCount))
        .route(&group("member/{user}"), endpoint(GET, Endpoint::MemberProfile))
        .route(&group("leave"), endpoint(POST, Endpoint::LeaveGroup))
        .route(
            "/v2/bot/channel/webhook/endpoint",
            endpoint(GET, Endpoint::GetWebhook).merge(endpoint(PUT, Endpoint::SetWebhook)),
        )
        .route("/v2/bot/channel/webhook/test", endpoint(POST, Endpoint::TestWebhook))
        .route("/v2/{*rest}", axum::routing::any(not_found))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
}

/// One endpoint under one method.
fn endpoint(method: MethodFilter, endpoint: Endpoint) -> MethodRouter<Control> {
    let handler = async move |State(control): State<Control>,
                              path: RawPathParams,
                              RawQuery(query): RawQuery,
                              headers: HeaderMap,
                              body: Result<Bytes, BytesRejection>| {
        let path: Vec<String> = path.iter().map(|(_, value)| value.to_owned()).collect();
        match body {
            Ok(body) => answer(&control, Call::read(endpoint, &path, query.as_deref(), &headers, &body)).await,
            Err(_) => too_large(),
        }
    };
    on(method, handler)
}

fn too_large() -> Response<Body> {
    Answer::error(StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large").into_response(new_request_id())
}

async fn answer(control: &Control, call: Call) -> Response<Body> {
    let Decision { request_id, way, consequence } = decide(&control.platform, call);
    let outcome = match consequence {
        Some(Consequence::Event(event)) => {
            let platform = control.platform.clone();
            control.platform.spawn(async move {
                deliver::deliver(&platform, event).await;
            });
            None
        }
        Some(Consequence::Test { channel, url }) => Some(try_webhook(control, &channel, url.as_deref()).await),
        None => None,
    };
    match way {
        Way::Answer(answer, after) => {
            if after > Duration::ZERO {
                tokio::time::sleep(after).await;
            }
            outcome.unwrap_or(answer).into_response(request_id)
        }
        Way::Silence => {
            tokio::time::sleep(control.platform.hold_open).await;
            hang_up()
        }
        Way::Reset => hang_up(),
    }
}

async fn try_webhook(control: &Control, channel: &str, url: Option<&str>) -> Answer {
    let posted = deliver::post(&control.platform, channel, &[], url).await;
    Answer::ok(&deliver::test_report(posted, control.platform.clock.now()))
}

fn hang_up() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(HangUp);
    response
}

async fn not_found() -> Response<Body> {
    Answer::not_found().into_response(new_request_id())
}
