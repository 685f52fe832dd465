//! What is kept of an event: only what the product acts on.
//!
//! Of a text nothing is kept, unless it
//!
//! - is a join code: its hash;
//! - is a binding code: its hash and, sealed, who typed it;
//! - bears a bulletin's share code: a note of what it says beside the bulletin ([`heard`](crate::web::heard));
//! - acknowledges a bulletin that it quotes: which ([`quoted`](crate::web::quoted)).
//!
//! Of a picture, a video or a file nothing is kept, unless somebody sent it in the chat of two to whom an account of an office is bound: then
//! LINE's id of the message, by which it is fetched, and which pictures belong together.
//!
//! Of a person there is only a keyed hash, and of an event that is not acted on no group.

use crate::domain::binding_code::{BindingCode, TypedBindingCode};
use crate::domain::heard::FoundText;
use crate::domain::ids::{BulletinId, ChannelId};
use crate::domain::join_code::{JoinCode, TypedCode};
use crate::domain::sealed::{PersonKey, SealingKeys};
use crate::domain::time::Timestamp;
use crate::line::webhook::{EventContent, InboundEvent, Media, MediaKind, Mode};
use crate::relay::binding::seal_typed;
use crate::relay::forward_tap::forwarded_bulletin;
use crate::relay::rendering::{acknowledge_data, acknowledged_bulletin};
use crate::store::line_files::{FileNote, LineFileKind};
use crate::store::webhook_events::{Event, EventForm, JOINED};
use crate::web::app::App;
use crate::web::heard::SharedTexts;

/// What names and seals the people of whom events tell.
pub(super) struct Keys<'a> {
    person: &'a PersonKey,
    sealing: &'a SealingKeys,
    /// Who of those that sent something is bound to an account of an office.
    bound: &'a [Vec<u8>],
}

impl<'a> Keys<'a> {
    pub(super) fn of(app: &'a App, bound: &'a [Vec<u8>]) -> Self {
        Self { person: &app.person, sealing: &app.sealing, bound }
    }

    fn is_bound(&self, user_id: Option<&str>) -> bool {
        user_id.is_some_and(|id| self.bound.iter().any(|person| person.as_slice() == self.person.person_hash(id)))
    }
}

/// Who sends something in a chat of two, or takes it back: whoever of them is bound is asked of the database.
pub(super) fn list_senders(app: &App, events: &[InboundEvent]) -> Vec<Vec<u8>> {
    let sends = |what: &EventContent| matches!(what, EventContent::Media(_) | EventContent::Unsend { .. });
    let senders = events.iter().filter(|event| event.direct && event.mode == Mode::Active && sends(&event.what));
    senders.filter_map(|event| Some(app.person.person_hash(event.user_id.as_deref()?).to_vec())).collect()
}

/// An event as it is kept, and its form.
pub(super) fn keep(
    event: InboundEvent,
    channel: ChannelId,
    shared: &SharedTexts,
    acknowledged: Option<BulletinId>,
    keys: &Keys<'_>,
    now: Timestamp,
) -> (Event, EventForm) {
    let form = form_of(&event);
    let event = reduce(event, channel, shared, acknowledged, keys, now);
    let note = form.note.or_else(|| event.heard_note().map(|note| note.found.as_str()));
    (event, EventForm { note, ..form })
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
        named: event.user_id.is_some(),
        answerable: event.reply_token.is_some(),
        quotes: event.quote.is_some(),
        redelivered: event.redelivery,
        note: (event.mode != Mode::Active).then_some("another module has the chat"),
    }
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
        EventContent::Tap { .. }
        | EventContent::Follow
        | EventContent::Unfollow
        | EventContent::Media(_)
        | EventContent::Other { .. } => ("other", None),
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
        EventContent::Media(media) if keys.is_bound(user_id) => ("file", serde_json::to_string(&note_of(media)).ok()),
        EventContent::Unsend { message_id } if keys.is_bound(user_id) => ("unsend", Some(message_id)),
        _ => ("other", None),
    }
}

fn note_of(Media { message_id, kind, set }: Media) -> FileNote {
    let kind = match kind {
        MediaKind::Image => LineFileKind::Image,
        MediaKind::Video => LineFileKind::Video,
        MediaKind::File => LineFileKind::File,
    };
    let (set_index, set_total) = set.as_ref().map_or((None, None), |set| (set.index, set.total));
    FileNote { message_id, kind, set_id: set.map(|set| set.id), set_index, set_total }
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
        kept_from(what, mode, direct, false)
    }

    fn kept_from(what: EventContent, mode: Mode, direct: bool, bound: bool) -> Event {
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
        let person = sealing.person_key();
        let senders = [person.person_hash("Uabc").to_vec()];
        let keys = Keys { person: &person, sealing: &sealing, bound: if bound { &senders } else { &[] } };
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
    fn of_a_file_its_place_is_kept_where_whoever_sent_it_alone_is_bound() {
        let set = crate::line::webhook::ImageSet { id: "E005D".to_owned(), index: Some(1), total: Some(2) };
        let media = || Media { message_id: "461".to_owned(), kind: MediaKind::Image, set: Some(set.clone()) };
        let event = kept_from(EventContent::Media(media()), Mode::Active, true, true);
        assert_eq!((event.kind.as_str(), event.person.map(|hash| hash.len())), ("file", Some(32)));
        let note: FileNote = serde_json::from_str(&event.data.expect("a note")).expect("ours");
        assert_eq!((note.message_id.as_str(), note.set_total), ("461", Some(2)));
        let unsend = || EventContent::Unsend { message_id: "461".to_owned() };
        assert_eq!(kept_from(unsend(), Mode::Active, true, true).kind, "unsend");
        for (what, mode, direct, bound) in [
            (EventContent::Media(media()), Mode::Active, true, false),
            (EventContent::Media(media()), Mode::Active, false, true),
            (EventContent::Media(media()), Mode::Standby, true, true),
            (unsend(), Mode::Active, true, false),
        ] {
            let event = kept_from(what, mode, direct, bound);
            assert_eq!((event.kind.as_str(), event.data, event.person), ("other", None, None));
        }
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
