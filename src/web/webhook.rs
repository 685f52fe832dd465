//! LINE's webhook: prove it, keep it once, answer at once.
//!
//! The signature is checked over the raw bytes before anything is read from them or asked of the database; a request
//! that does not prove itself leaves nothing behind but a log line and a number, and an unknown channel looks like a
//! wrong signature. Of each event only what the product acts on is kept: of a text nothing, unless it is a join code,
//! and of that only the hash, or a binding code, and of that the hash and, sealed, who typed it, or bears a bulletin's code, and of that
//! only a note (`heard`), or acknowledges a bulletin that it quotes, and of that only which (`quoted`); of a person only a keyed
//! hash. The work is done behind the answer by `relay::inbound`,
//! which is woken after the commit. LINE expects 200 within 2 seconds and may deliver an event again; the second time
//! changes nothing.
//! Source: <https://developers.line.biz/en/docs/messaging-api/receiving-messages/>.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use secrecy::SecretString;
use serde::Serialize;

use super::app::App;
use super::channel_secrets::ChannelSecrets;
use super::heard::{self, SharedTexts};
use super::input::{Id, read_bytes};
use super::problem::{Problem, ProblemDetails};
use super::quoted;
use crate::domain::binding_code::{BindingCode, TypedBindingCode};
use crate::domain::heard::{FoundText, HeardNote, HeardVerdict};
use crate::domain::ids::{BulletinId, ChannelId};
use crate::domain::join_code::{JoinCode, TypedCode};
use crate::domain::sealed::{PersonKey, SealingKeys};
use crate::domain::time::Timestamp;
use crate::line::signature;
use crate::line::webhook::{EventContent, InboundEvent, Mode, parse};
use crate::relay::binding::seal_typed;
use crate::relay::forward_tap::forwarded_bulletin;
use crate::relay::publish::{acknowledge_data, acknowledged_bulletin};
use crate::store::channels::touch_webhook;
use crate::store::webhook_events::{Event, EventForm, JOINED, insert_events};
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
    let keep = |event: InboundEvent| {
        let acknowledged = quoted.find(&event);
        let form = form_of(&event);
        let event = reduce(event, channel, &shared, acknowledged, &Keys::of(&app), now);
        let note = form.note.or_else(|| note_of(&event));
        (event, EventForm { note, ..form })
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

/// The form of an event, without what is said in it.
fn form_of(event: &InboundEvent) -> EventForm {
    EventForm {
        line_type: event.what.kind().to_owned(),
        place: match event {
            _ if event.group_id.is_some() => Some("group"),
            _ if event.room => Some("room"),
            _ if event.direct => Some("user"),
            _ => None,
        },
        line_group_id: event.group_id.clone(),
        named: event.user_id.is_some(),
        answerable: event.reply_token.is_some(),
        quotes: event.quote.is_some(),
        redelivered: event.redelivery,
        note: (event.mode != Mode::Active).then_some("another module has the chat"),
    }
}

/// What was found in a message that has to do with a bulletin's code.
fn note_of(event: &Event) -> Option<&'static str> {
    let data = event.data.as_deref().filter(|_| event.kind == "heard")?;
    Some(match serde_json::from_str::<HeardNote>(data).ok()?.found {
        FoundText::Copy(_, HeardVerdict::Same) => "same",
        FoundText::Copy(_, HeardVerdict::Cut) => "cut",
        FoundText::Copy(_, HeardVerdict::Altered) => "altered",
        FoundText::Copy(_, HeardVerdict::TakenBack) => "taken back",
        FoundText::UnknownCode => "unknown code",
        FoundText::SeveralCodes => "several codes",
        FoundText::NoCode => "no code",
    })
}

/// What is kept of an event in LINE's old multi-person chat, which cannot be linked: only that this is to be said.
fn reduce_in_room(what: &EventContent) -> &'static str {
    match what {
        EventContent::Join => "room",
        EventContent::Text { text, addressed, .. } => match JoinCode::read(text, *addressed) {
            TypedCode::Code(_) | TypedCode::Misspelt => "room",
            TypedCode::Perhaps(_) | TypedCode::Nothing => "other",
        },
        _ => "other",
    }
}

/// An event as it is kept: only what the product acts on.
fn reduce(
    event: InboundEvent,
    channel_id: ChannelId,
    shared: &SharedTexts,
    acknowledged: Option<BulletinId>,
    keys: &Keys<'_>,
    now: Timestamp,
) -> Event {
    let mut names_person = false;
    let (kind, data) = match event.what {
        // another module has the chat: noted, and nothing is done
        _ if event.mode != Mode::Active => ("other", None),
        _ if acknowledged.is_some() => {
            names_person = true;
            ("tap", acknowledged.map(acknowledge_data))
        }
        EventContent::Tap { data } if forwarded_bulletin(&data).is_some() => {
            names_person = true;
            ("forward_tap", Some(data))
        }
        what if event.direct => {
            let (kind, data) = reduce_direct(what, channel_id, event.user_id.as_deref(), keys);
            names_person = kind != "other";
            (kind, data)
        }
        what if event.room => (reduce_in_room(&what), None),
        EventContent::Join => ("join", None),
        EventContent::Leave => ("leave", None),
        EventContent::Tap { data } if acknowledged_bulletin(&data).is_some() => {
            names_person = true;
            ("tap", Some(data))
        }
        EventContent::Unsend { message_id } => ("unsend", Some(message_id)),
        EventContent::Text { text, addressed, message_id, edited } => match JoinCode::read(&text, addressed) {
            TypedCode::Code(code) => ("join_code", Some(hash(&code))),
            TypedCode::Misspelt => ("join_code", None),
            TypedCode::Perhaps(codes) => {
                ("perhaps_join_code", Some(codes.iter().map(hash).collect::<Vec<_>>().join(",")))
            }
            TypedCode::Nothing => match shared.note(&text, message_id, edited) {
                Some(note) => {
                    names_person = matches!(note.found, FoundText::Copy(..));
                    ("heard", serde_json::to_string(&note).ok())
                }
                None => match binding_code(&text) {
                    Some(hash) => ("bind_code_in_group", Some(hash)),
                    None => ("other", None),
                },
            },
        },
        EventContent::MemberJoined { .. } => ("members", Some(JOINED.to_owned())),
        EventContent::MemberLeft { .. } => ("members", None),
        EventContent::Tap { .. } | EventContent::Follow | EventContent::Unfollow | EventContent::Other { .. } => {
            ("other", None)
        }
    };
    let acted_on = kind != "other";
    Event {
        channel_id,
        event_id: event.id,
        kind: kind.to_owned(),
        line_group_id: event.group_id.filter(|_| acted_on),
        person: event.user_id.filter(|_| names_person).map(|id| keys.person.person_hash(&id).to_vec()),
        data,
        reply_token: event.reply_token.filter(|_| acted_on),
        // LINE's clock may be ahead of ours: what comes after the event must not seem to lie before it
        occurred_at: event.occurred_at.unwrap_or(now).min(now),
        received_at: now,
    }
}

/// What names and seals the people of whom events tell.
struct Keys<'a> {
    person: &'a PersonKey,
    sealing: &'a SealingKeys,
}

impl<'a> Keys<'a> {
    fn of(app: &'a App) -> Self {
        Self { person: &app.person, sealing: &app.sealing }
    }
}

/// What is kept of an event in a chat of two: nothing of what people write there but a binding code.
fn reduce_direct(
    what: EventContent,
    channel: ChannelId,
    user_id: Option<&str>,
    keys: &Keys<'_>,
) -> (&'static str, Option<String>) {
    match what {
        EventContent::Follow => ("follow", None),
        EventContent::Unfollow => ("unfollow", None),
        EventContent::Text { text, edited: false, .. } => match (BindingCode::read(&text), user_id) {
            (TypedBindingCode::Code(code), Some(user_id)) => {
                match seal_typed(keys.sealing, channel, &code.sha256(), user_id) {
                    Ok(sealed) => ("bind_code", Some(sealed)),
                    Err(error) => {
                        tracing::error!(error = &error as &dyn std::error::Error, "a LINE user could not be sealed");
                        ("other", None)
                    }
                }
            }
            (TypedBindingCode::Misspelt, _) => ("bind_code", None),
            _ => ("other", None),
        },
        _ => ("other", None),
    }
}

/// The hash of a binding code that was typed where others read it.
fn binding_code(text: &str) -> Option<String> {
    match BindingCode::read(text) {
        TypedBindingCode::Code(code) => Some(hex::encode(code.sha256())),
        TypedBindingCode::Misspelt | TypedBindingCode::Nothing => None,
    }
}

/// What is kept of a join code.
fn hash(code: &JoinCode) -> String {
    hex::encode(code.sha256())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sealed::SealingKey;

    fn now() -> Timestamp {
        Timestamp::from_second(1_521_770_400)
    }

    fn kept(what: EventContent, mode: Mode) -> Event {
        kept_of(what, mode, false)
    }

    fn kept_of(what: EventContent, mode: Mode, direct: bool) -> Event {
        let event = InboundEvent {
            id: "01HX".to_owned(),
            occurred_at: None,
            redelivery: false,
            mode,
            group_id: (!direct).then(|| "Cabc".to_owned()),
            direct,
            room: false,
            user_id: Some("Uabc".to_owned()),
            reply_token: Some("token".to_owned()),
            what,
            quote: None,
        };
        let sealing = SealingKeys::from(SealingKey::generate().expect("random bytes"));
        let keys = Keys { person: &sealing.person_key(), sealing: &sealing };
        reduce(event, ChannelId(1), &SharedTexts::default(), None, &keys, now())
    }

    fn text(text: &str) -> EventContent {
        EventContent::Text { text: text.to_owned(), addressed: false, message_id: None, edited: false }
    }

    #[test]
    fn of_a_binding_code_the_hash_is_kept_and_who_typed_it_is_sealed() {
        let code = BindingCode::generate();
        let event = kept_of(text(&code.to_string()), Mode::Active, true);
        let data = event.data.expect("data");
        assert_eq!((event.kind.as_str(), event.person.map(|hash| hash.len())), ("bind_code", Some(32)));
        assert!(data.starts_with(&hex::encode(code.sha256())) && !data.contains("Uabc"), "{data}");
        assert!(!data.contains(&hex::encode("Uabc")), "{data}");
        let in_group = kept(text(&code.to_string()), Mode::Active);
        assert_eq!((in_group.kind.as_str(), in_group.person), ("bind_code_in_group", None));
        let talk = kept_of(text("สวัสดีครับ"), Mode::Active, true);
        assert_eq!((talk.kind.as_str(), talk.data, talk.person), ("other", None, None));
    }

    #[test]
    fn what_people_write_is_not_kept() {
        let event = kept(
            EventContent::Text {
                text: "สวัสดีครับ".to_owned(), addressed: false, message_id: None, edited: false
            },
            Mode::Active,
        );
        assert_eq!((event.kind.as_str(), &event.data), ("other", &None));
        assert_eq!((&event.person, &event.reply_token, &event.line_group_id), (&None, &None, &None));
    }

    #[test]
    fn of_a_join_code_only_the_hash_is_kept() {
        let code = JoinCode::generate();
        let event = kept(
            EventContent::Text { text: code.to_string(), addressed: false, message_id: None, edited: false },
            Mode::Active,
        );
        assert_eq!(event.kind, "join_code");
        assert_eq!(event.data, Some(hex::encode(code.sha256())));
    }

    #[test]
    fn a_tap_keeps_its_bulletin_and_a_hash_of_the_person() {
        let data = acknowledge_data(BulletinId::new(now()));
        let event = kept(EventContent::Tap { data: data.clone() }, Mode::Active);
        assert_eq!((event.kind.as_str(), event.data), ("tap", Some(data)));
        assert_eq!(event.person.map(|hash| hash.len()), Some(32));
        assert_eq!(kept(EventContent::Tap { data: "something else".to_owned() }, Mode::Active).kind, "other");
    }

    #[test]
    fn what_another_module_answers_is_only_noted() {
        assert_eq!(kept(EventContent::Join, Mode::Standby).kind, "other");
    }
}
