//! LINE's webhook: prove it, keep it once, answer at once.
//!
//! The signature is checked over the raw bytes before anything is read from them or asked of the database; a request
//! that does not prove itself leaves nothing behind but a log line and a number, and an unknown channel looks like a
//! wrong signature. What is kept of an event is decided in [`kept`]. The work is done behind the answer by `relay::inbound`,
//! which is woken after the commit. LINE expects 200 within 2 seconds and may deliver an event again; the second time
//! changes nothing.
//! Source: <https://developers.line.biz/en/docs/messaging-api/receiving-messages/>.

mod kept;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use secrecy::SecretString;
use serde::Serialize;

use self::kept::{Keys, keep, list_senders};
use super::app::App;
use super::channel_secrets::ChannelSecrets;
use super::heard;
use super::input::{Id, read_bytes};
use super::problem::{Problem, ProblemDetails};
use super::quoted;
use crate::domain::ids::ChannelId;
use crate::line::signature;
use crate::line::webhook::{InboundEvent, parse};
use crate::store::bindings::list_bound_senders;
use crate::store::channels::touch_webhook;
use crate::store::webhook_events::{Event, EventForm, insert_events};
use crate::telemetry::metric;

/// The largest body that is read, in bytes; LINE's are a few kilobytes.
pub const BODY_LIMIT: usize = 1_000_000;

/// That it was taken.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Taken {}

/// LINE delivers events of a channel.
#[utoipa::path(post, path = "/line/webhook/{channel}", tag = "public",
    params(("channel" = String, Path, description = "The channel's code"),
        ("X-Line-Signature" = String, Header, description = "HMAC-SHA256 of the body under the channel secret, in base64")),
    request_body(content = String, content_type = "application/json"),
    responses(
        (status = 200, body = Taken),
        (status = 401, description = "The channel is not known, or the signature is not that of its secret",
            body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, body = ProblemDetails, content_type = "application/problem+json")))]
pub async fn receive(
    State(app): State<App>,
    Id(code): Id<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Taken>, Problem> {
    let body = read_bytes(body)?;
    let known = app.channel_secrets.find(&app.db, &app.sealing, &code).await?;
    let channel = prove(known.as_deref(), &code, &headers, &body)?;
    let delivery = parse(&body).map_err(|_| Problem::bad_request("The body is not a JSON object."))?;
    if delivery.odd > 0 {
        tracing::warn!(channel.code = code, events.odd = delivery.odd, "a webhook holds events of an unknown shape");
    }
    let now = app.now();
    let mut tx = app.begin().await?;
    let shared = heard::list_shared(&mut tx, &app.settings, &delivery.events).await?;
    let quoted = quoted::list_quoted(&mut tx, &app.settings, channel, &delivery.events, now).await?;
    let bound = list_bound_senders(&mut tx, &list_senders(&app, &delivery.events), now).await?;
    let keys = Keys::of(&app, &bound);
    let keep = |event: InboundEvent| {
        let acknowledged = quoted.find(&event);
        keep(event, channel, &shared, acknowledged, &keys, now)
    };
    let (events, forms): (Vec<Event>, Vec<EventForm>) = delivery.events.into_iter().map(keep).unzip();
    if !events.is_empty() {
        let fresh = insert_events(&mut tx, &events, &forms).await?;
        tracing::info!(channel.code = code, events.all = events.len(), events.fresh = fresh, "webhook events kept");
    }
    touch_webhook(&mut tx, channel, now).await?;
    tx.commit().await?;
    if !events.is_empty() {
        app.inbound.wake();
    }
    for event in &events {
        metrics::counter!(metric::WEBHOOK_EVENTS, "kind" => event.kind.clone()).increment(1);
    }
    Ok(Json(Taken {}))
}

/// Gives the channel whose present or next secret the bytes are signed with. An unknown channel is refused like a wrong
/// signature, after the same work.
fn prove(known: Option<&ChannelSecrets>, code: &str, headers: &HeaderMap, body: &[u8]) -> Result<ChannelId, Problem> {
    let given = headers.get(signature::HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(channel) = known else {
        let _ = signature::verify([&SecretString::from("of no channel")], body, given);
        // the name that was asked for is a stranger's text
        metrics::counter!(metric::WEBHOOK_REFUSED, "channel" => "(unknown)").increment(1);
        tracing::warn!(body.bytes = body.len(), "a webhook came for an unknown channel");
        return Err(wrong_signature());
    };
    if signature::verify(&channel.secrets, body, given) {
        return Ok(channel.id);
    }
    metrics::counter!(metric::WEBHOOK_REFUSED, "channel" => code.to_owned()).increment(1);
    tracing::warn!(channel.code = code, body.bytes = body.len(), "a webhook's signature does not fit");
    Err(wrong_signature())
}

fn wrong_signature() -> Problem {
    let title = "The signature does not fit";
    let detail = "The body does not bear the signature of the channel's secret.";
    Problem::new(StatusCode::UNAUTHORIZED, "wrong-signature", title, detail)
}
