//! Bodies as LINE sends them, as it sent them earlier, and as it may send them one day.

use super::*;
use rstest::rstest;
use serde_json::json;

const GROUP: &str = "C4af4980629aaaaaaaaaaaaaaaaaaaaaa";
const USER: &str = "U8189cf6745fc0d808977bdb0b9f22995";

fn event(fields: &Value) -> Value {
    let mut event = json!({
        "mode": "active",
        "timestamp": 1_521_763_200_123_i64,
        "source": {"type": "group", "groupId": GROUP},
        "webhookEventId": "01FZ74A0TDDPYRVKNK77XKC3ZR",
        "deliveryContext": {"isRedelivery": false},
        "replyToken": "38ef843bde154d9b91c21320ffd17a0f",
    });
    for (name, value) in fields.as_object().expect("test data") {
        event[name] = value.clone();
    }
    event
}

fn read(events: &Value) -> Delivery {
    parse(json!({"destination": USER, "events": events}).to_string().as_bytes()).expect("test data")
}

fn read_one(fields: &Value) -> InboundEvent {
    let delivery = read(&json!([event(fields)]));
    assert_eq!(delivery.odd, 0);
    delivery.events.into_iter().next().expect("test data")
}

#[test]
fn the_empty_body_of_a_verification_is_fine() {
    let delivery = parse(br#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}"#).expect("test data");
    assert_eq!(delivery.destination.as_deref(), Some("U8e742f61d673b39c7fff3cecb7536ef0"));
    assert_eq!((delivery.events.len(), delivery.odd), (0, 0));
}

#[test]
fn a_body_without_destination_or_events_is_fine() {
    let delivery = parse(b"{}").expect("test data");
    assert_eq!((delivery.destination, delivery.events.len(), delivery.odd), (None, 0, 0));
}

#[rstest]
#[case(b"i am not jason")]
#[case(b"")]
#[case(b"[]")]
#[case(b"{\"events\":[}")]
fn what_is_no_object_is_refused(#[case] body: &[u8]) {
    assert!(parse(body).is_err());
}

#[test]
fn the_common_fields_are_read() {
    let found = read_one(&json!({"type": "join"}));
    assert_eq!(
        found,
        InboundEvent {
            id: "01FZ74A0TDDPYRVKNK77XKC3ZR".into(),
            occurred_at: Some(Timestamp::from_microsecond(1_521_763_200_123_000)),
            redelivery: false,
            mode: Mode::Active,
            group_id: Some(GROUP.into()),
            direct: false,
            room: false,
            user_id: None,
            reply_token: Some("38ef843bde154d9b91c21320ffd17a0f".into()),
            what: EventContent::Join,
            quote: None,
        }
    );
}

#[rstest]
#[case(json!({"type": "text", "text": "รับทราบ", "quotedMessageId": "7"}), Some(QuoteAnswer::Text("รับทราบ".into())))]
#[case(
    json!({"type": "text", "text": "@ก ทราบ(smile)", "quotedMessageId": "7", "emojis": [{"index": 7, "length": 7}],
        "mention": {"mentionees": [{"index": 0, "length": 2}]}}),
    Some(QuoteAnswer::Text("   ทราบ       ".into()))
)]
#[case(json!({"type": "sticker", "stickerId": "1", "quotedMessageId": "7"}), Some(QuoteAnswer::Sticker))]
#[case(json!({"type": "image", "quotedMessageId": "7"}), None)]
#[case(json!({"type": "text", "text": "รับทราบ"}), None)]
#[case(json!({"type": "text", "text": "รับทราบ", "quotedMessageId": 7}), None)]
#[case(json!({"type": "text", "quotedMessageId": "7"}), None)]
#[case(json!({"type": "sticker", "quotedMessageId": ""}), None)]
fn a_message_that_quotes_another_says_which_and_what_to_it(
    #[case] message: Value,
    #[case] answer: Option<QuoteAnswer>,
) {
    let delivery = read(&json!([event(&json!({"type": "message", "message": message}))]));
    let quote = answer.map(|answer| Quote { message_id: "7".into(), answer });
    assert_eq!(delivery.events[0].quote, quote);
    let changed = read(&json!([event(&json!({"type": "messageEdited", "message": message}))]));
    assert_eq!(changed.events[0].quote, None, "only a new message answers");
}

#[expect(clippy::unnecessary_wraps, reason = "what is compared is an Option")]
fn message_id() -> Option<String> {
    Some("1".to_owned())
}

#[rstest]
#[case(json!({"type": "leave"}), EventContent::Leave)]
#[case(json!({"type": "postback", "postback": {"data": "ack:1"}}), EventContent::Tap { data: "ack:1".into() })]
#[case(
    json!({"type": "message", "message": {"id": "1", "type": "text", "text": "GCC-1234\0"}}),
    EventContent::Text { text: "GCC-1234".into(), addressed: false, message_id: message_id(), edited: false }
)]
#[case(
    json!({"type": "message", "message": {"id": "1", "type": "image"}}),
    EventContent::Other { kind: "message/image".into() }
)]
#[case(json!({"type": "memberJoined", "joined": {"members": [{}, {}]}}), EventContent::MemberJoined { n: 2 })]
#[case(json!({"type": "memberLeft", "left": {"members": [{}]}}), EventContent::MemberLeft { n: 1 })]
#[case(
    json!({"type": "messageEdited", "message": {"id": "1", "type": "text", "text": "GCC-1234"}}),
    EventContent::Text { text: "GCC-1234".into(), addressed: false, message_id: message_id(), edited: true }
)]
#[case(json!({"type": "messageEdited"}), EventContent::Other { kind: "messageEdited".into() })]
#[case(json!({"type": "unsend", "unsend": {"messageId": "1"}}), EventContent::Unsend { message_id: "1".into() })]
fn each_type_is_told_apart(#[case] fields: Value, #[case] what: EventContent) {
    assert_eq!(read_one(&fields).what, what);
}

#[rstest]
#[case::of_the_account(json!([{"index": 0, "length": 13, "type": "user", "isSelf": true}]), "              GCC-1234", true)]
#[case::of_somebody_else(json!([{"index": 0, "length": 13, "type": "user"}]), "              GCC-1234", false)]
#[case::beyond_the_end(json!([{"index": 12, "length": 900}, {"index": 1e300, "length": -1}]), "@กลุ่ม GCC 🇹 GCC-1234", false)]
#[case::of_no_kind(json!([7, {"isSelf": "yes"}, {"index": 0}]), "@กลุ่ม GCC 🇹 GCC-1234", false)]
#[case::no_list(json!({"isSelf": true}), "@กลุ่ม GCC 🇹 GCC-1234", false)]
fn mentions_are_taken_out_of_a_text(#[case] mentionees: Value, #[case] left: &str, #[case] addressed: bool) {
    let message = json!({"type": "text", "text": "@กลุ่ม GCC 🇹 GCC-1234", "mention": {"mentionees": mentionees}});
    let found = read_one(&json!({"type": "message", "message": message})).what;
    let EventContent::Text { text, addressed: to_us, .. } = found else { panic!("{found:?}") };
    assert_eq!((text.as_str(), to_us), (left, addressed));
}

#[test]
fn a_redelivery_and_standby_are_flagged() {
    let found = read_one(&json!({"type": "join", "mode": "standby", "deliveryContext": {"isRedelivery": true}}));
    assert_eq!((found.mode, found.redelivery), (Mode::Standby, true));
    assert_eq!(read_one(&json!({"type": "join", "mode": "module"})).mode, Mode::Unknown);
}

#[test]
fn only_a_group_is_a_group() {
    let user = read_one(&json!({"type": "follow", "source": {"type": "user", "userId": USER}}));
    assert_eq!((user.group_id, user.user_id.as_deref()), (None, Some(USER)));
    let room = read_one(&json!({"type": "join", "source": {"type": "room", "roomId": "R1", "groupId": "C1"}}));
    assert_eq!(room.group_id, None);
}

#[test]
fn the_reply_tokens_of_the_test_button_count_as_none() {
    for token in ["0".repeat(32), "f".repeat(32), String::new()] {
        assert_eq!(read_one(&json!({"type": "join", "replyToken": token})).reply_token, None);
    }
}

#[test]
fn one_odd_event_never_loses_the_batch() {
    let delivery = read(&json!([
        event(&json!({"type": "join"})),
        event(&json!({"type": "postback", "webhookEventId": "odd-1"})),
        7,
        event(&json!({"type": ["x"], "source": "x", "timestamp": "x", "mode": 1})),
        event(&json!({"type": "leave"})),
    ]));
    let kinds: Vec<_> = delivery.events.iter().map(|event| event.what.kind()).collect();
    assert_eq!(kinds, ["join", "postback", "unreadable", "unreadable", "leave"]);
    assert_eq!(delivery.events[1].id, "odd-1");
    assert_eq!(delivery.odd, 3);
}

#[test]
fn an_event_with_half_an_emoji_keeps_its_id() {
    let body =
        br#"{"events":[{"type":"message","message":{"text":"\ud83d"},"webhookEventId":"half"},{"type":"leave"}]}"#;
    let delivery = parse(body).expect("test data");
    assert_eq!((delivery.events[0].id.as_str(), delivery.odd), ("half", 1));
    assert_eq!(delivery.events[1].what, EventContent::Leave);
}

#[test]
fn a_byte_that_is_no_utf8_spoils_one_letter_only() {
    let body = b"{\"events\":[{\"type\":\"message\",\"message\":{\"type\":\"text\",\"text\":\"a\xff\"}}]}";
    let delivery = parse(body).expect("test data");
    assert_eq!(
        delivery.events[0].what,
        EventContent::Text { text: "a\u{fffd}".into(), addressed: false, message_id: None, edited: false }
    );
}

#[test]
fn an_event_without_a_usable_id_gets_one_from_its_bytes() {
    let without = json!({"type": "join", "timestamp": 1});
    let delivery =
        read(&json!([without, without, {"type": "leave"}, {"type": "join", "webhookEventId": "x".repeat(65)}]));
    let ids: Vec<_> = delivery.events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
    assert!(ids.iter().all(|id| id.starts_with("raw-") && id.len() == 64), "{ids:?}");
}

#[test]
fn events_that_are_no_list_are_counted() {
    assert_eq!(parse(br#"{"events":{"a":1},"destination":7}"#).expect("test data").odd, 1);
}

#[test]
fn debug_output_tells_neither_people_nor_texts() {
    let found = read_one(&json!({
        "type": "message", "message": {"type": "text", "text": "ข้อความ"},
        "source": {"type": "group", "groupId": GROUP, "userId": USER},
    }));
    let shown = format!("{found:?}");
    assert!(shown.contains("message/text"));
    assert!(![GROUP, USER, "ข้อความ", "38ef"].iter().any(|secret| shown.contains(secret)), "{shown}");
}

#[test]
fn of_what_is_sent_is_read_where_it_is_and_which_pictures_belong_together() {
    let set =
        json!({ "id": "E005D41A7288F41B65593ED38FF6E9834B046AB36A37921A56BC236F13A91855", "index": 2, "total": 3 });
    let image = json!({
        "type": "message",
        "message": { "type": "image", "id": "354718705033693859", "contentProvider": { "type": "line" }, "imageSet": set },
    });
    let EventContent::Media(media) = read_one(&image).what else { panic!("not read") };
    assert_eq!((media.message_id.as_str(), media.kind), ("354718705033693859", MediaKind::Image));
    let set = media.set.expect("a set");
    assert_eq!((set.id.len(), set.index, set.total), (64, Some(2), Some(3)));
    let file = json!({
        "type": "message", "message": { "type": "file", "id": "1", "fileName": "ลับ.pdf", "fileSize": 2138 },
    });
    let read = read_one(&file).what;
    assert_eq!((read.kind(), format!("{read:?}").contains("ลับ")), ("message/file", false));
}

#[test]
fn what_lies_elsewhere_or_is_neither_picture_nor_video_nor_file_is_something_else() {
    for message in [
        json!({ "type": "image", "id": "1", "contentProvider": { "type": "external", "originalContentUrl": "https://x" } }),
        json!({ "type": "image", "id": "1" }),
        json!({ "type": "audio", "id": "1", "contentProvider": { "type": "line" } }),
    ] {
        let read = read_one(&json!({ "type": "message", "message": message }));
        assert!(matches!(read.what, EventContent::Other { .. }), "{:?}", read.what);
    }
    let odd = read(&json!([event(&json!({ "type": "message", "message": { "type": "file" } }))]));
    assert_eq!((odd.odd, odd.events.len()), (1, 1));
}
