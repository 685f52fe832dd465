//! Webhooks as LINE writes and signs them.
//!
//! The signature is over the very bytes that go out, with the channel secret as plain text. Properties
//! without a value are left out, never null. Source: Messaging API reference, "Webhook Event Objects"
//! and "Signature validation".

use std::collections::VecDeque;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::group_event::GroupEvent;
use super::groups::{member_id, shown_member_id};
use super::push::quote_token;
use crate::domain::time::Timestamp;

/// How many events are kept for redelivery on demand.
const KEPT: usize = 1_000;

/// One event on its way to a channel's webhook.
#[derive(Clone)]
pub(super) struct Event {
    /// Its `webhookEventId`.
    pub(super) id: String,
    /// The channel that gets it.
    pub(super) channel: String,
    /// The group it is about.
    pub(super) group: String,
    /// The token by which it can be replied to.
    pub(super) reply_token: Option<String>,
    /// The event object.
    pub(super) object: Value,
}

impl Event {
    /// The same event as it is sent again.
    pub(super) fn redelivered(&self) -> Value {
        let mut object = self.object.clone();
        object["deliveryContext"]["isRedelivery"] = true.into();
        object
    }
}

/// The last events sent.
#[derive(Default)]
pub(super) struct SentEvents(VecDeque<Event>);

impl SentEvents {
    /// Keeps one, and lets the oldest go.
    pub(super) fn keep(&mut self, event: Event) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(event);
    }

    /// The event with this id.
    pub(super) fn find(&self, id: &str) -> Option<&Event> {
        self.0.iter().rev().find(|event| event.id == id)
    }
}

/// The body of one webhook request.
pub(super) fn envelope(destination: &str, events: &[Value]) -> String {
    json!({ "destination": destination, "events": events }).to_string()
}

/// The `x-line-signature` of a body.
pub(super) fn signature(secret: &str, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(body.as_bytes());
    Some(BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

/// Where an event happened, and the numbers it needs.
pub(super) struct Scene<'a> {
    /// The group.
    pub(super) group: &'a str,
    /// How many members it has, after what happened.
    pub(super) members: u32,
    /// Who did it.
    pub(super) user: Option<String>,
    /// The share of members whose id is left out.
    pub(super) hidden: f64,
    /// When.
    pub(super) now: Timestamp,
    /// The id of the message, where it is one.
    pub(super) message_id: u64,
}

/// The event object for what happened, with its `webhookEventId` and reply token.
pub(super) fn event_object(scene: &Scene<'_>, happening: &GroupEvent) -> (String, Option<String>, Value) {
    let id = ulid(scene.now);
    let reply_token = happening.can_be_answered().then(|| hex::encode(rand::random::<[u8; 16]>()));
    let source = if happening.is_direct() {
        json!({ "type": "user", "userId": scene.user })
    } else {
        // LINE's old multi-person chats have ids of their own
        let mut source = if scene.group.starts_with('R') {
            json!({ "type": "room", "roomId": scene.group })
        } else {
            json!({ "type": "group", "groupId": scene.group })
        };
        if let Some(user) =
            scene.user.clone().filter(|_| !happening.is_unnamed()).and_then(|user| shown_member_id(user, scene.hidden))
        {
            source["userId"] = user.into();
        }
        source
    };
    let mut object = json!({
        "type": happening.kind(),
        "mode": "active",
        "timestamp": scene.now.as_millisecond(),
        "source": source,
        "webhookEventId": id,
        "deliveryContext": { "isRedelivery": false },
    });
    if let Some(token) = &reply_token {
        object["replyToken"] = token.as_str().into();
    }
    if let Some((key, payload)) = payload(scene, happening) {
        object[key] = payload;
    }
    (id, reply_token, object)
}

fn payload(scene: &Scene<'_>, happening: &GroupEvent) -> Option<(&'static str, Value)> {
    let users = |numbers: std::ops::RangeInclusive<u32>| {
        let ids = numbers.map(|member| json!({ "type": "user", "userId": member_id(scene.group, member) }));
        json!({ "members": ids.collect::<Vec<_>>() })
    };
    match happening {
        GroupEvent::Message { text, .. } | GroupEvent::DirectMessage { text, .. } => {
            let id = scene.message_id;
            let message = json!({ "type": "text", "id": id.to_string(), "quoteToken": quote_token(id), "text": text });
            Some(("message", message))
        }
        GroupEvent::DirectMedia { media, .. } => {
            Some(("message", media.message(scene.message_id, &quote_token(scene.message_id))))
        }
        GroupEvent::Quote { message, text, .. } => {
            let id = scene.message_id;
            let mut quoting = match text {
                Some(text) => json!({ "type": "text", "text": text }),
                None => {
                    json!({ "type": "sticker", "packageId": "446", "stickerId": "1988", "stickerResourceType": "STATIC" })
                }
            };
            quoting["id"] = id.to_string().into();
            quoting["quoteToken"] = quote_token(id).into();
            quoting["quotedMessageId"] = message.to_string().into();
            Some(("message", quoting))
        }
        GroupEvent::Edit { message, text, .. } => {
            let message = json!({ "type": "text", "id": message.to_string(), "text": text });
            Some(("message", message))
        }
        GroupEvent::Unsend { message, .. } | GroupEvent::DirectUnsend { message, .. } => {
            Some(("unsend", json!({ "messageId": message.to_string() })))
        }
        GroupEvent::Postback { data, .. } | GroupEvent::DirectPostback { data, .. } => {
            Some(("postback", json!({ "data": data })))
        }
        // whoever came has the highest numbers, and whoever went had them
        GroupEvent::MemberJoined { count } => {
            Some(("joined", users(scene.members.saturating_sub(*count) + 1..=scene.members)))
        }
        GroupEvent::MemberLeft { count } => Some(("left", users(scene.members + 1..=scene.members + count))),
        GroupEvent::Follow { .. } => Some(("follow", json!({ "isUnblocked": false }))),
        GroupEvent::Unfollow { .. } | GroupEvent::Join { .. } | GroupEvent::Leave => None,
    }
}

/// A ULID: 26 characters of Crockford's base 32, the time in milliseconds first.
fn ulid(now: Timestamp) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let milliseconds = u128::try_from(now.as_millisecond()).unwrap_or(0);
    let value = (milliseconds << 80) | (rand::random::<u128>() >> 48);
    (0..26).rev().map(|place| char::from(DIGITS[((value >> (place * 5)) & 31) as usize])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_match_the_published_example() {
        let body = r#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}"#;
        let signed = signature("8c570fa6dd201bb328f1c1eac23a96d8", body);
        assert_eq!(signed.as_deref(), Some("GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="));
        assert_eq!(envelope("U8e742f61d673b39c7fff3cecb7536ef0", &[]), body);
    }

    #[test]
    fn event_ids_are_ulids_in_order_of_time() {
        let early = ulid(Timestamp::from_second(1_521_763_200));
        let late = ulid(Timestamp::from_second(1_521_763_201));
        assert_eq!(early.len(), 26);
        assert!(early < late);
    }

    #[test]
    fn a_join_tells_the_group_but_no_user() {
        let scene =
            Scene { group: "C1", members: 5, user: None, hidden: 0.0, now: Timestamp::from_second(1), message_id: 0 };
        let (_, token, object) = event_object(&scene, &GroupEvent::Join { channel: None });
        assert!(token.is_some());
        assert_eq!(object["source"], json!({ "type": "group", "groupId": "C1" }));
        assert_eq!(object["timestamp"], 1_000);
    }

    #[test]
    fn a_sticker_that_quotes_a_message_says_which_and_by_whom_unless_line_leaves_it_out() {
        let user = Some(member_id("C1", 2));
        let scene = Scene { group: "C1", members: 5, user, hidden: 0.0, now: Timestamp::from_second(1), message_id: 9 };
        let quote = |text: Option<&str>, unnamed| GroupEvent::Quote {
            member: 2,
            message: 7,
            text: text.map(str::to_owned),
            unnamed,
        };
        let (_, token, object) = event_object(&scene, &quote(None, false));
        assert!(token.is_some());
        assert_eq!((&object["type"], &object["message"]["type"]), (&json!("message"), &json!("sticker")));
        assert_eq!((&object["message"]["id"], &object["message"]["quotedMessageId"]), (&json!("9"), &json!("7")));
        assert_eq!(object["source"]["userId"], member_id("C1", 2));
        let (_, _, object) = event_object(&scene, &quote(Some("รับทราบ"), true));
        assert_eq!(
            (&object["message"]["text"], &object["message"]["quotedMessageId"]),
            (&json!("รับทราบ"), &json!("7"))
        );
        assert_eq!(object["source"].get("userId"), None);
    }

    #[test]
    fn those_who_joined_are_the_last_members() {
        let scene =
            Scene { group: "C1", members: 5, user: None, hidden: 0.0, now: Timestamp::from_second(1), message_id: 0 };
        let (_, _, object) = event_object(&scene, &GroupEvent::MemberJoined { count: 2 });
        assert_eq!(object["joined"]["members"][1]["userId"], member_id("C1", 5));
        assert_eq!(object["joined"]["members"].as_array().map(Vec::len), Some(2));
    }
}
