//! What is drawn is what is sent: text by text, for every kind of bulletin.

use askama::Template as _;
use serde_json::Value;

use super::style::{BACKS, INKS, SIZES, color_class};
use super::*;
use crate::domain::bulletin::{Kind, Urgency};
use crate::line::message::{Bubble, Hero, Link, StewardNote, render};

const STYLE: &str = include_str!("../assets/css/bubble.css");
const HOSTILE: &str = "\"><script>alert(1)</script> & ' {{ 7 * 7 }}\nบรรทัดที่สอง";

fn messages(kind: Kind, urgency: Urgency) -> String {
    let bulletin = Bubble {
        media: &[],
        urgency,
        kind,
        document_number: Some("ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐"),
        date_thai: Some("๒๓ มีนาคม ๒๕๖๑"),
        subject: "การปฏิบัติการสื่อสารงานของรัฐบาล",
        body: HOSTILE,
        deadline: Some("ขอให้หน่วยงานดำเนินการ\n• แจ้งเจ้าหน้าที่ในสังกัด"),
        origin: "กระทรวงมหาดไทย",
        hero: Some(Hero { url: "https://gcc.example.go.th/i/0f.jpg", width: 1_024, height: 683 }),
        links: &[Link { label: "แนวทาง <b>", url: "https://www.moi.go.th/แนวทาง.pdf" }],
        read_url: "https://gcc.example.go.th/b/t0ken",
        acknowledge: Some("ack:1"),
        forward: Some("fwd:1"),
        forward_page: Some("https://gcc.example.go.th/waiting/1"),

        share: None,
        notice: Some("แก้ไขประกาศที่ส่งก่อนหน้านี้"),
    };
    let note = StewardNote {
        from: "ผู้ว่าราชการจังหวัดลำพูน", text: "ขอให้ทุกอำเภอรายงานผลภายในวันศุกร์"
    };
    String::from_utf8(render(&bulletin, Some(&note)).expect("test data")).expect("test data")
}

fn html(messages: &str, buttons: Buttons) -> String {
    Shown::of(messages, "ภาพประกอบ", buttons).expect("can be drawn").render().expect("a page")
}

/// The texts and labels of the JSON, in the order in which LINE shows them.
fn texts_of(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for name in ["header", "hero", "body", "footer", "text", "label", "action", "contents"] {
                match fields.get(name) {
                    Some(Value::String(text)) if name != "action" => found.push(text.clone()),
                    Some(inner) => texts_of(inner, found),
                    None => {}
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, found)),
        _ => {}
    }
}

/// The texts between the tags of HTML.
fn texts_of_html(html: &str) -> Vec<String> {
    let between = html.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text);
    let plain = |text: &str| {
        text.replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&#38;", "&")
    };
    between.map(plain).filter(|text| !text.trim().is_empty()).collect()
}

fn all_kinds() -> impl Iterator<Item = (Kind, Urgency)> {
    let kinds = [Kind::News, Kind::Correction, Kind::Withdrawal, Kind::Test, Kind::Drill];
    kinds.into_iter().flat_map(|kind| Urgency::ALL.map(|urgency| (kind, urgency)))
}

#[test]
fn the_html_has_the_texts_of_the_json_and_no_others() {
    for (kind, urgency) in all_kinds() {
        let messages = messages(kind, urgency);
        let mut sent = Vec::new();
        texts_of(&serde_json::from_str(&messages).expect("JSON"), &mut sent);
        assert_eq!(texts_of_html(&html(&messages, Buttons::Live)), sent, "{kind:?} {urgency:?}");
        assert!(sent.len() >= 9, "{sent:?}");
    }
}

#[test]
fn no_text_of_a_bulletin_becomes_markup_and_nothing_is_inline() {
    let drawn = html(&messages(Kind::News, Urgency::Urgent), Buttons::Live);
    for markup in ["<script", "<b>", "style=", "onclick", "javascript:"] {
        assert!(!drawn.contains(markup), "{markup} in {drawn}");
    }
}

#[test]
fn every_look_that_is_sent_has_a_class_and_every_class_is_in_the_style_sheet() {
    for (kind, urgency) in all_kinds() {
        let messages = messages(kind, urgency);
        for (at, _) in messages.match_indices("olor\":\"#") {
            let color = &messages[at + 7..at + 14];
            assert!(INKS.contains(&color) || BACKS.contains(&color), "{color} is on no list");
        }
        for (at, found) in messages.match_indices("\"size\":\"") {
            let size = messages[at + found.len()..].split('"').next().expect("a word");
            assert!(SIZES.contains(&size) || ["mega", "full"].contains(&size), "{size} is on no list");
        }
        for class in html(&messages, Buttons::Live).split("class=\"").skip(1) {
            for class in class.split('"').next().expect("classes").split(' ') {
                assert!(STYLE.contains(&format!(".{class} ")) || STYLE.contains(&format!(".{class},")), ".{class}");
            }
        }
    }
    let inks = INKS.iter().map(|color| color_class("ink", color));
    for class in inks.chain(BACKS.iter().map(|color| color_class("back", color))) {
        assert!(STYLE.contains(&format!(".{class} {{")), "{class}");
    }
}

#[test]
fn the_picture_is_ours_and_says_what_it_shows() {
    let drawn = html(&messages(Kind::News, Urgency::Routine), Buttons::Live);
    assert!(drawn.contains("<img class=\"bubble-hero\" src=\"/i/0f.jpg\" alt=\"ภาพประกอบ\">"), "{drawn}");
}

#[test]
fn buttons_lead_somewhere_only_once_their_pages_are_there() {
    let messages = messages(Kind::News, Urgency::Routine);
    let live = html(&messages, Buttons::Live);
    assert!(live.contains("href=\"https://gcc.example.go.th/b/t0ken\""), "{live}");
    assert_eq!(live.matches("href=").count(), 3, "and the acknowledge button is no link: {live}");
    assert_eq!(html(&messages, Buttons::Inert).matches("href=").count(), 0);
}

#[test]
fn what_this_program_never_sends_is_not_drawn_in_part() {
    let of = |messages: &str| Shown::of(messages, "", Buttons::Live).is_err();
    assert!(
        of("{}") && of(r#"[{"type": "sticker"}]"#) && of(r#"[{"type": "flex", "contents": {"type": "carousel"}}]"#)
    );
    let foreign = r#"[{"type": "flex", "altText": "x", "contents": {"type": "bubble", "hero":
        {"type": "image", "url": "https://elsewhere.example/x.png"}}}]"#;
    assert!(of(foreign));
}
