//! Bulletins rendered, as snapshots and by their promises.

use insta::assert_json_snapshot;
use serde_json::Value;

use super::bubble::{ACKNOWLEDGE, FORWARD, INK, LINK, NOTICE, Paint, QUIET, band_paint};
use super::*;
use crate::line::limits;

/// The head and the first paragraph of the Interior Ministry's letter of 23 March 2561.
const LETTER: Bubble<'_> = Bubble {
    urgency: Urgency::MostUrgent,
    kind: Kind::News,
    document_number: Some("มท ๐๒๐๖.๒/ว ๑๖๒๐"),
    date_thai: Some("๒๓ มีนาคม ๒๕๖๑"),
    subject: "การปฏิบัติการสื่อสารงานของรัฐบาล",
    body: "ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือแนวทางการสื่อสารงานของรัฐบาล เมื่อวันที่ ๑๕ มีนาคม ๒๕๖๑ \
        เพื่อชี้แจงแนวทางการจัดทำโครงการ Government Communication Channel (GCC) \
        โดยมีวัตถุประสงค์เพื่อเป็นช่องทางในการเผยแพร่ข้อมูลข่าวสารที่สำคัญของรัฐบาล \
        ไปยังข้าราชการทุกกระทรวง ทั้งในส่วนกลางและส่วนภูมิภาคทั่วประเทศ แบบทางเดียว (One Way) \
        ผ่านแอปพลิเคชันไลน์ (LINE) เป็นกลุ่มไลน์ ๓ ระดับ (GCC1, GCC2, GCC3)",
    deadline: None,
    origin: "กระทรวงมหาดไทย",
    hero: None,
    media: &[],
    links: &[Link {
        label: "แนวทางการปฏิบัติ (PDF)", url: "https://example.invalid/แนวทาง.pdf"
    }],
    read_url: "https://example.invalid/b/t0ken",
    acknowledge: Some("ack:1"),
    forward: None,
    forward_page: None,
    share: None,
    notice: None,
};

fn plain() -> Bubble<'static> {
    Bubble {
        urgency: Urgency::Routine,
        document_number: None,
        date_thai: None,
        subject: "เรื่อง กำหนดการประชุม",
        body: "ขอเชิญประชุม",
        links: &[],
        acknowledge: None,
        ..LETTER
    }
}

fn rendered(bulletin: &Bubble<'_>, note: Option<&StewardNote<'_>>) -> Value {
    let bytes = render(bulletin, note).expect("test data");
    assert_eq!(limits::check(&bytes).expect("test data"), []);
    serde_json::from_slice(&bytes).expect("test data")
}

#[test]
fn the_letter_of_2561_is_shown_in_the_order_of_a_letter() {
    assert_json_snapshot!(rendered(&LETTER, None));
}

#[test]
fn a_picture_stands_between_band_and_text_in_its_own_shape() {
    let hero = Some(Hero { url: "https://example.invalid/i/0f.jpg", width: 1_024, height: 683 });
    let found = rendered(&Bubble { hero, ..plain() }, None);
    assert_json_snapshot!(found[0]["contents"]["hero"]);
    let without = rendered(&plain(), None);
    assert_eq!(without[0]["contents"].get("hero"), None);
}

#[test]
fn a_routine_bulletin_has_a_quiet_band_and_no_empty_lines() {
    assert_json_snapshot!(rendered(&plain(), None));
}

#[test]
fn a_group_that_must_forward_has_one_more_button_and_nothing_else_changed() {
    let forward = Some("fwd:1");
    let (plain, mut variant) = (rendered(&LETTER, None), rendered(&Bubble { forward, ..LETTER }, None));
    let buttons = variant[0]["contents"]["footer"]["contents"].as_array_mut().expect("test data");
    assert_json_snapshot!(buttons.pop());
    assert_eq!(variant, plain);
}

#[test]
fn a_drill_says_so_on_the_band_and_in_the_notification() {
    assert_json_snapshot!(rendered(&Bubble { kind: Kind::Drill, ..LETTER }, None));
}

#[test]
fn what_is_to_be_done_and_by_when_stands_behind_the_text() {
    let deadline = "ขอให้หน่วยงานดำเนินการ\n• รายงานผลการจัดตั้งกลุ่ม ภายในวันที่ ๔ ธันวาคม ๒๕๖๙";
    let with = rendered(&Bubble { deadline: Some(deadline), ..plain() }, None);
    let parts = with[0]["contents"]["body"]["contents"].as_array().expect("test data");
    assert_eq!(parts[2]["contents"][0]["text"], deadline);
    let mut rest = parts.clone();
    rest.remove(2);
    let without = rendered(&plain(), None);
    assert_eq!(
        &rest,
        without[0]["contents"]["body"]["contents"].as_array().expect("test data"),
        "nothing else changed"
    );
}

#[test]
fn a_withdrawal_says_first_what_it_takes_back() {
    let notice = Some("ยกเลิกหนังสือ ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐ ลงวันที่ ๒๓ มีนาคม ๒๕๖๑");
    let bulletin = Bubble { kind: Kind::Withdrawal, urgency: Urgency::Urgent, notice, ..plain() };
    assert_json_snapshot!(rendered(&bulletin, None));
}

#[test]
fn a_stewards_note_is_a_second_message_and_attributed() {
    let note = StewardNote {
        from: "ผู้ว่าราชการจังหวัดลำพูน", text: "ขอให้ทุกอำเภอรายงานผลภายในวันศุกร์"
    };
    assert_json_snapshot!(rendered(&plain(), Some(&note))[1]);
}

#[test]
fn the_same_bulletin_is_the_same_bytes_in_the_order_of_the_types() {
    let bytes = render(&LETTER, None).expect("test data");
    assert_eq!(bytes, render(&LETTER, None).expect("test data"));
    let start = r#"[{"type":"flex","altText":"[ด่วนที่สุด] เรื่อง การปฏิบัติการสื่อสารงานของรัฐบาล","contents":{"type":"bubble","size":"mega","header":{"#;
    assert!(bytes.starts_with(start.as_bytes()), "{}", String::from_utf8_lossy(&bytes));
}

#[test]
fn a_long_text_is_cut_between_words() {
    let body = "ข้อมูลข่าวสารที่สำคัญของรัฐบาล".repeat(100);
    let found = rendered(&Bubble { body: &body, ..plain() }, None);
    let shown = found[0]["contents"]["body"]["contents"][1]["text"].as_str().expect("test data");
    assert!(shown.ends_with('…') && shown.encode_utf16().count() <= BODY_UNITS, "{shown}");
}

#[test]
fn the_largest_bulletin_fits_with_room_to_spare() {
    let (subject, body) = ("\"ก".repeat(150), "\"👍ก".repeat(5_000));
    let url = format!("https://example.invalid/{}", "x".repeat(900));
    let links = [Link {
        label: "เอกสารแนบที่หนึ่งของหนังสือฉบับนี้", url: &url
    }; 10];
    let bulletin = Bubble {
        subject: &subject,
        body: &body,
        links: &links,
        notice: Some(&subject),
        deadline: Some(&subject),
        ..LETTER
    };
    let note = "ก".repeat(1_000);
    let found = rendered(&bulletin, Some(&StewardNote { from: "ผู้ว่าราชการจังหวัด", text: &note }));
    let weight = found[0]["contents"].to_string().len();
    assert!(weight < limits::BUBBLE * 4 / 5, "{weight}");
}

#[test]
fn every_text_wraps() {
    fn texts(value: &Value, found: &mut Vec<Value>) {
        match value {
            Value::Object(fields) => {
                if value["type"] == "text" {
                    found.push(value.clone());
                }
                fields.values().for_each(|value| texts(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| texts(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    texts(&rendered(&LETTER, None)[0]["contents"], &mut found);
    assert_eq!(found.len(), 6);
    assert!(found.iter().all(|text| text["wrap"] == true));
}

/// WCAG 2.1: the relation of two colours' relative luminances.
fn contrast(back: &str, ink: &str) -> f64 {
    fn luminance(color: &str) -> f64 {
        let part = |at: usize| {
            let part = f64::from(u8::from_str_radix(&color[at..at + 2], 16).expect("test data")) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }
    let (a, b) = (luminance(back), luminance(ink));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_pair_of_colours_can_be_read() {
    let kinds = [Kind::News, Kind::Correction, Kind::Withdrawal, Kind::Test, Kind::Drill];
    let bands = kinds.into_iter().flat_map(|kind| Urgency::ALL.map(|urgency| band_paint(kind, urgency)));
    let on_white = [INK, QUIET, LINK].map(|ink| Paint { back: "#FFFFFF", ink });
    for Paint { back, ink } in bands.chain(on_white).chain([NOTICE, ACKNOWLEDGE, FORWARD]) {
        assert!(contrast(back, ink) >= 4.5, "{ink} on {back}: {}", contrast(back, ink));
    }
}

#[test]
fn a_list_of_what_is_in_force_keeps_to_the_limits_and_leads_to_each_page() {
    let long = "การปฏิบัติการสื่อสารงานของรัฐบาลตามข้อสั่งการของนายกรัฐมนตรี ".repeat(4);
    let listed = ListedBulletin {
        kind: Kind::Drill,
        urgency: Urgency::MostUrgent,
        document_number: Some("มท ๐๒๐๖.๒/ว ๑๖๒๐"),
        subject: &long,
        read_url: "https://example.invalid/b/t0ken",
    };
    let bytes = render_list(&[listed; 10]).expect("test data");
    assert_eq!(limits::check(&bytes).expect("test data"), []);
    let two = [
        ListedBulletin {
            kind: Kind::News, document_number: None, subject: "กำหนดการประชุม", ..listed
        },
        listed,
    ];
    let shown: Value = serde_json::from_slice(&render_list(&two).expect("test data")).expect("test data");
    assert_json_snapshot!(shown);
}

/// As much of everything as a digest can hold: ten bulletins with the longest subjects and texts, pictures, and the buttons to forward them.
#[test]
fn the_heaviest_digest_is_within_what_line_takes() {
    let (long, address) = ("ก".repeat(300), format!("https://{}/b/0123456789012345678901", "a".repeat(100)));
    let picture = format!("https://{}/i/{}.jpg", "a".repeat(100), "0".repeat(64));
    let share = format!("https://line.me/R/share?text={}", "%E0".repeat(320));
    let heavy = Bubble {
        subject: &long,
        body: &"ข".repeat(20_000),
        document_number: Some(&long[..300]),
        origin: &long[..600],
        hero: Some(Hero { url: &picture, width: 1024, height: 1024 }),
        read_url: &address,
        acknowledge: Some("ack:01625095-8900-717a-8aca-9559ea00b0f4"),
        urgency: Urgency::Routine,
        ..LETTER
    };
    let whole = Bubble {
        hero: None,
        acknowledge: None,
        forward: Some("fwd:01625095-8900-717a-8aca-9559ea00b0f4"),
        forward_page: Some(&address),
        share: Some(&share),
        ..heavy
    };
    let bytes = render_carousel(&whole, &[heavy; crate::domain::digest::MOST_ITEMS]).expect("test data");
    assert_eq!(limits::check(&bytes).expect("test data"), [], "{} bytes", bytes.len());
}

#[test]
fn a_digest_is_a_card_for_each_and_one_in_front_for_those_who_forward() {
    let whole = Bubble {
        subject: "รวมข่าวราชการ ๒ เรื่อง", body: "๑. ก\n๒. ข", ..plain()
    };
    let cards = |whole: &Bubble<'_>| {
        let bytes = render_carousel(whole, &[LETTER, plain()]).expect("test data");
        serde_json::from_slice::<Value>(&bytes).expect("test data")[0]["contents"]["contents"].as_array().map(Vec::len)
    };
    assert_eq!(cards(&whole), Some(2));
    assert_eq!(cards(&Bubble { forward: Some("fwd:1"), ..whole }), Some(3));
}

const PICTURE: Media<'_> =
    Media { video: false, url: "https://example.invalid/f/a.jpg", preview_url: "https://example.invalid/i/a.jpg" };

fn kinds(messages: &Value) -> Vec<&str> {
    messages.as_array().expect("an array").iter().filter_map(|message| message["type"].as_str()).collect()
}

#[test]
fn pictures_go_out_in_front_of_the_card_and_a_note_stands_between() {
    let media = [PICTURE, PICTURE, Media { video: true, ..PICTURE }];
    let bulletin = Bubble { media: &media, ..LETTER };
    assert_eq!(kinds(&rendered(&bulletin, None)), ["image", "image", "video", "flex"]);
    let note = StewardNote {
        from: "ผู้ว่าราชการจังหวัดลำพูน", text: "โปรดดำเนินการ"
    };
    let with = rendered(&bulletin, Some(&note));
    assert_eq!(kinds(&with), ["image", "image", "video", "text", "flex"], "as many as LINE takes");
    let stored = String::from_utf8(render(&bulletin, None).expect("test data")).expect("test data");
    let added: Value = serde_json::from_str(&with_note(&stored, &note).expect("test data")).expect("test data");
    assert_eq!(added, with);
    assert_eq!(with[0]["originalContentUrl"], PICTURE.url);
    assert_eq!(with[0]["previewImageUrl"], PICTURE.preview_url);
}
