//! Parses webhook bodies; one event that is not understood never loses the others.
//!
//! LINE may add event types, fields and values without notice and delivers several events in one body,
//! so the envelope is taken apart first and each event is read by itself, field by field, with nothing
//! required. What cannot be understood is kept as [`EventContent::Other`] and counted. Each event has an id to
//! tell repetitions by: LINE's own, or a hash of its bytes.
//! Source: <https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects>.
//!
//! Called by `web::webhook` (through the store) and `relay::inbound`, after [`super::signature`].

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::domain::time::Timestamp;

/// The longest id that is kept; LINE's are 26 to 33 characters.
const MAX_ID: usize = 64;

/// A webhook body.
#[derive(Debug, Default)]
pub struct Delivery {
    /// The account's user id, to compare with the channel's; LINE has left it out at times.
    pub destination: Option<String>,
    /// The events in LINE's order; none when LINE only tries the address.
    pub events: Vec<InboundEvent>,
    /// How many events (or lists of events) could not be read as their type promises.
    pub odd: usize,
}

/// One event. Its `Debug` tells neither people, chats nor texts, so that it may be logged.
#[derive(Clone, PartialEq, Eq)]
pub struct InboundEvent {
    /// `webhookEventId`, or `raw-` and a hash; at most 64 characters, the same when delivered again.
    pub id: String,
    /// When it happened, also when delivered later.
    pub occurred_at: Option<Timestamp>,
    /// Whether LINE says that it delivers it again.
    pub redelivery: bool,
    /// Whether the channel may act on it.
    pub mode: Mode,
    /// The LINE group it happened in; not a chat of two, nor the old multi-person `room`.
    pub group_id: Option<String>,
    /// Whether it happened in a chat of two with the account.
    pub direct: bool,
    /// Whether it happened in LINE's old multi-person chat, which is no group.
    pub room: bool,
    /// Who did it; LINE often leaves it out in groups.
    pub user_id: Option<String>,
    /// To answer with, once and within about a minute; the dummies of LINE's test button count as none.
    pub reply_token: Option<String>,
    /// What happened.
    pub what: EventContent,
    /// Of a new message: what it answers to, where it quotes another one.
    pub quote: Option<Quote>,
}

/// A message that quotes another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// LINE's id of the message that is quoted, somebody's or ours.
    pub message_id: String,
    /// What is said to it.
    pub answer: QuoteAnswer,
}

/// What is said to a message that is quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuoteAnswer {
    /// A text, with a blank for each mention and for each of LINE's own pictures in it.
    Text(String),
    /// A sticker, whichever.
    Sticker,
}

/// What kind of thing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A video.
    Video,
    /// A file.
    File,
}

impl MediaKind {
    /// The type of the event with the message's.
    #[must_use]
    pub fn of_message(self) -> &'static str {
        match self {
            Self::Image => "message/image",
            Self::Video => "message/video",
            Self::File => "message/file",
        }
    }
}

/// A picture, a video or a file that somebody sent: where it is to be fetched, and nothing of what is in it. What a file is called is
/// not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// LINE's id of the message.
    pub message_id: String,
    /// What it is.
    pub kind: MediaKind,
    /// That a picture was sent together with others.
    pub set: Option<ImageSet>,
}

/// Pictures that were sent together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSet {
    /// LINE's id of the set.
    pub id: String,
    /// The place of this one, from 1; LINE leaves it out in old versions of the app.
    pub index: Option<i16>,
    /// How many they are; likewise.
    pub total: Option<i16>,
}

/// Whether the channel may act on an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It may.
    Active,
    /// Another module has the chat: note it and send nothing.
    Standby,
    /// A mode that did not exist when this was written: treat as [`Mode::Standby`].
    Unknown,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventContent {
    /// Somebody added the account as a friend, or lets it in again.
    Follow,
    /// Somebody blocked the account.
    Unfollow,
    /// The account was added to the group; LINE does not tell by whom.
    Join,
    /// The account is no longer in the group.
    Leave,
    /// A button was tapped.
    Tap {
        /// The button's data: chosen by us, but untrusted by now.
        data: String,
    },
    /// Somebody wrote something, or changed what they had written.
    Text {
        /// What, with a blank for each mention, whose name says nothing, and without NUL characters, which Postgres
        /// cannot keep.
        text: String,
        /// Whether the account was mentioned.
        addressed: bool,
        /// LINE's id of the message.
        message_id: Option<String>,
        /// Whether the message was there before and says this now.
        edited: bool,
    },
    /// Somebody sent a picture, a video or a file that LINE has.
    Media(Media),
    /// Somebody took a message back.
    Unsend {
        /// LINE's id of the message.
        message_id: String,
    },
    /// People came into the group.
    MemberJoined {
        /// How many are told of.
        n: usize,
    },
    /// People left the group.
    MemberLeft {
        /// How many are told of.
        n: usize,
    },
    /// Anything else.
    Other {
        /// The event's type, for messages with theirs (`message/image`); `unreadable` if there is none.
        kind: String,
    },
}

impl EventContent {
    /// The event's type in one word, without its content.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Follow => "follow",
            Self::Unfollow => "unfollow",
            Self::Join => "join",
            Self::Leave => "leave",
            Self::Tap { .. } => "postback",
            Self::Text { edited: false, .. } => "message/text",
            Self::Text { edited: true, .. } => "messageEdited",
            Self::Media(media) => media.kind.of_message(),
            Self::Unsend { .. } => "unsend",
            Self::MemberJoined { .. } => "memberJoined",
            Self::MemberLeft { .. } => "memberLeft",
            Self::Other { kind } => kind,
        }
    }
}

impl fmt::Debug for InboundEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundEvent")
            .field("id", &self.id)
            .field("kind", &self.what.kind())
            .field("mode", &self.mode)
            .field("redelivery", &self.redelivery)
            .finish_non_exhaustive()
    }
}

/// The body is not a JSON object.
#[derive(Debug, thiserror::Error)]
#[error("the webhook body is not a JSON object")]
pub struct NotJson(#[from] serde_json::Error);

/// The body's fields, unread; a map, since a struct would fail on a field that comes twice.
type Envelope<'a> = BTreeMap<String, &'a RawValue>;

/// The little that is still found in an event which is not readable as a whole.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PartialEvent {
    webhook_event_id: Option<String>,
}

/// Reads a webhook body whose signature was verified.
///
/// # Errors
/// [`NotJson`]; anything odd further inside is kept and counted.
pub fn parse(body: &[u8]) -> Result<Delivery, NotJson> {
    // a single wrong byte in one event's text must not lose the rest
    let body = String::from_utf8_lossy(body);
    let envelope: Envelope<'_> = serde_json::from_str(&body)?;
    let destination = envelope.get("destination").and_then(|raw| serde_json::from_str(raw.get()).ok());
    let mut delivery = Delivery { destination: destination.filter(|id: &String| is_id(id)), ..Delivery::default() };
    let Some(events) = envelope.get("events") else { return Ok(delivery) };
    let Ok(events) = serde_json::from_str::<Vec<&RawValue>>(events.get()) else {
        delivery.odd = 1;
        return Ok(delivery);
    };
    for raw in events {
        let (event, odd) = read_event(raw.get());
        delivery.events.push(event);
        delivery.odd += usize::from(odd);
    }
    Ok(delivery)
}

/// One event, and whether it is odd.
fn read_event(raw: &str) -> (InboundEvent, bool) {
    let event: Value = serde_json::from_str(raw).unwrap_or_default();
    let what = read_what(&event);
    let id = id_at(&event, "/webhookEventId").or_else(|| partial_event_id(raw)).unwrap_or_else(|| hashed_id(raw));
    let is_from = |kind: &str| event.pointer("/source/type").is_some_and(|source| source == kind);
    let in_group = is_from("group");
    let read = InboundEvent {
        id,
        occurred_at: event.get("timestamp").and_then(Value::as_i64).map(at_millisecond),
        redelivery: event.pointer("/deliveryContext/isRedelivery").and_then(Value::as_bool).unwrap_or(false),
        mode: read_mode(&event),
        group_id: id_at(&event, "/source/groupId").filter(|_| in_group),
        direct: is_from("user"),
        room: is_from("room"),
        user_id: id_at(&event, "/source/userId"),
        reply_token: text_at(&event, "/replyToken").filter(|token| !is_dummy(token)),
        what: what.clone().unwrap_or_else(|| EventContent::Other { kind: kind_of(&event) }),
        quote: read_quote(&event),
    };
    (read, what.is_none())
}

/// What happened; `None` if the event lacks what its type promises.
fn read_what(event: &Value) -> Option<EventContent> {
    Some(match event.get("type")?.as_str()? {
        "follow" => EventContent::Follow,
        "unfollow" => EventContent::Unfollow,
        "join" => EventContent::Join,
        "leave" => EventContent::Leave,
        "postback" => EventContent::Tap { data: text_at(event, "/postback/data")? },
        "message" if event.pointer("/message/type")? == "text" => read_text(event.get("message")?, false)?,
        "message" if MediaKind::of(event).is_some() => read_media(event)?,
        "messageEdited" if event.pointer("/message/type").is_some_and(|kind| kind == "text") => {
            read_text(event.get("message")?, true)?
        }
        "unsend" => EventContent::Unsend { message_id: id_at(event, "/unsend/messageId")? },
        "memberJoined" => EventContent::MemberJoined { n: count_at(event, "/joined/members")? },
        "memberLeft" => EventContent::MemberLeft { n: count_at(event, "/left/members")? },
        _ => EventContent::Other { kind: kind_of(event) },
    })
}

impl MediaKind {
    /// That of a message whose content LINE has.
    fn of(event: &Value) -> Option<Self> {
        let of_line = || event.pointer("/message/contentProvider/type").is_some_and(|provider| provider == "line");
        match event.pointer("/message/type")?.as_str()? {
            "image" if of_line() => Some(Self::Image),
            "video" if of_line() => Some(Self::Video),
            "file" => Some(Self::File),
            _ => None,
        }
    }
}

/// Something that was sent, if it has an id.
fn read_media(event: &Value) -> Option<EventContent> {
    let small = |pointer| event.pointer(pointer).and_then(Value::as_i64).and_then(|n| i16::try_from(n).ok());
    let positive = |pointer| small(pointer).filter(|n| *n > 0);
    let set = id_at(event, "/message/imageSet/id").map(|id| ImageSet {
        id,
        index: positive("/message/imageSet/index"),
        total: positive("/message/imageSet/total"),
    });
    Some(EventContent::Media(Media { message_id: id_at(event, "/message/id")?, kind: MediaKind::of(event)?, set }))
}

/// A text without its mentions: LINE writes the name of whoever is mentioned into it.
fn read_text(message: &Value, edited: bool) -> Option<EventContent> {
    let text = text_without(message, &[MENTIONS])?;
    let addressed = list_at(message, MENTIONS)
        .iter()
        .any(|mention| mention.get("isSelf").and_then(Value::as_bool).unwrap_or(false));
    Some(EventContent::Text { text, addressed, message_id: id_at(message, "/id"), edited })
}

/// What a new message says to one that it quotes.
fn read_quote(event: &Value) -> Option<Quote> {
    let message = event.get("message").filter(|_| event.get("type").is_some_and(|kind| kind == "message"))?;
    let message_id = id_at(message, "/quotedMessageId")?;
    let answer = match message.get("type")?.as_str()? {
        "text" => QuoteAnswer::Text(text_without(message, &[MENTIONS, PICTURES])?),
        "sticker" => QuoteAnswer::Sticker,
        _ => return None,
    };
    Some(Quote { message_id, answer })
}

/// Where a message says whom it mentions.
const MENTIONS: &str = "/mention/mentionees";
/// Where it says which of LINE's own pictures stand in it: each is a word in brackets in the text.
const PICTURES: &str = "/emojis";

/// The text of a message with blanks for what these lists say stands in it: each says where in UTF-16 units.
fn text_without(message: &Value, lists: &[&str]) -> Option<String> {
    let mut units: Vec<u16> = message.get("text")?.as_str()?.encode_utf16().collect();
    for part in lists.iter().flat_map(|list| list_at(message, list)) {
        let unit = |key| part.get(key).and_then(Value::as_u64).and_then(|unit| usize::try_from(unit).ok());
        let Some((start, length)) = unit("index").zip(unit("length")) else { continue };
        if let Some(name) = units.get_mut(start..start.saturating_add(length)) {
            name.fill(u16::from(b' '));
        }
    }
    Some(String::from_utf16_lossy(&units).replace('\0', ""))
}

fn list_at<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[][..], Vec::as_slice)
}

fn kind_of(event: &Value) -> String {
    let kind = id_at(event, "/type").unwrap_or_else(|| "unreadable".to_owned());
    match id_at(event, "/message/type") {
        Some(of_message) if kind == "message" => format!("{kind}/{of_message}"),
        _ => kind,
    }
}

/// Events from before the field existed are active.
fn read_mode(event: &Value) -> Mode {
    match event.get("mode").map(Value::as_str) {
        None | Some(Some("active")) => Mode::Active,
        Some(Some("standby")) => Mode::Standby,
        Some(_) => Mode::Unknown,
    }
}

fn at_millisecond(milliseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(milliseconds.saturating_mul(1_000))
}

fn text_at(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer)?.as_str().map(|text| text.replace('\0', ""))
}

/// A text that is an id: not empty and not endless.
fn id_at(value: &Value, pointer: &str) -> Option<String> {
    text_at(value, pointer).filter(|id| is_id(id))
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_ID && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn count_at(value: &Value, pointer: &str) -> Option<usize> {
    value.pointer(pointer)?.as_array().map(Vec::len)
}

/// The id in an event that is no readable JSON otherwise, such as one with half of an emoji in it.
fn partial_event_id(raw: &str) -> Option<String> {
    serde_json::from_str::<PartialEvent>(raw).ok()?.webhook_event_id.filter(|id| is_id(id))
}

/// An id for an event without one: the same bytes get the same. 64 characters.
fn hashed_id(raw: &str) -> String {
    let hash = hex::encode(Sha256::digest(raw));
    format!("raw-{}", &hash[..MAX_ID - 4])
}

/// `000…0` and `fff…f` come with LINE's test button and cannot be answered.
fn is_dummy(token: &str) -> bool {
    token.bytes().all(|byte| byte == b'0') || token.bytes().all(|byte| byte == b'f')
}

#[cfg(test)]
mod tests;
