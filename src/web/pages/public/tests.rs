use super::*;
use crate::domain::actor::Actor;
use crate::domain::bulletin::{Acknowledgement, Audience, ForwardingMode};
use crate::domain::ids::GroupId;
use std::time::Duration;

fn now() -> Timestamp {
    Timestamp::from_second(1_521_770_400)
}

fn bulletin() -> Bulletin {
    let at = now();
    Bulletin {
        id: BulletinId::new(at),
        kind: Kind::News,
        about: None,
        subject: "การจัดตั้งกลุ่มไลน์ <GCC>".to_owned(),
        body: "ด้วยกระทรวงมหาดไทย\nขอให้จังหวัดดำเนินการ\n\nจึงเรียนมาเพื่อทราบ".to_owned(),
        urgency_number: 3,
        document_number: Some("ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐".to_owned()),
        document_date: Some("2018-03-23".to_owned()),
        origin_id: GroupId(1),
        origin: "gcc1".to_owned(),
        origin_office: "กระทรวงมหาดไทย".to_owned(),
        audience: Audience::default().into(),
        links: vec![Link { label: "เอกสารแนบ".to_owned(), url: "https://www.moi.go.th/".to_owned() }].into(),
        image_id: None,
        image_alt: None,
        media: Vec::new().into(),
        image_width: None,
        image_height: None,
        submitted_at: None,
        submitted_by: None,
        approved_at: None,
        approved_by: None,
        returned_at: None,
        returned_by: None,
        returned_reason: None,
        forwarding: ForwardingMode::AsConfigured,
        way: None,
        acknowledgement: Acknowledgement::default().into(),
        expires_at: Some(at + Duration::from_hours(24)),
        requests: Vec::new().into(),
        public_token: "token".to_owned(),
        share_code: None,
        stage: Stage::Published,
        created_at: at,
        created_by: Actor::key("x"),
        updated_at: at,
        scheduled_for: None,
        with_digest: false,
        digest_id: None,
        unscheduled_at: None,
        unscheduled_reason: None,
        published_at: Some(at),
        withdrawn_at: None,
        withdrawn_reason: None,
        paused_at: None,
        deliveries: Some(1),
        open: 0,
    }
}

fn html(bulletin: Bulletin, others: Others) -> String {
    page(bulletin, others, now()).render().expect("it renders")
}

#[test]
fn the_page_shows_the_whole_letter_in_thai() {
    let html = html(bulletin(), Others::default());
    for text in [
        "ด่วนที่สุด",
        "ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐",
        "๒๓ มีนาคม ๒๕๖๑",
        "ขอให้จังหวัดดำเนินการ",
        "จึงเรียนมาเพื่อทราบ",
        "กระทรวงมหาดไทย",
        "https://www.moi.go.th/",
        "เวลา ๙.๐๐ น.",
        "lang=\"th\"",
        "noindex",
    ] {
        assert!(html.contains(text), "{text} in {html}");
    }
    assert!(html.contains("&#60;GCC&#62;") && !html.contains("<GCC>"), "what people write is never markup");
    assert!(!html.contains("<script") && !html.contains("style=\""));
}

#[test]
fn a_withdrawn_bulletin_says_so_with_reason_and_time() {
    let withdrawn = Bulletin {
        stage: Stage::Withdrawn,
        withdrawn_at: Some(now() + Duration::from_hours(1)),
        withdrawn_reason: Some("ข้อมูลคลาดเคลื่อน".to_owned()),
        ..bulletin()
    };
    let html = html(withdrawn, Others { correction: Some("other".to_owned()), about: None, ..Others::default() });
    assert!(html.contains("ยกเลิกแล้ว") && html.contains("ข้อมูลคลาดเคลื่อน") && html.contains("๑๐.๐๐ น."), "{html}");
}

#[test]
fn a_corrected_bulletin_links_to_its_correction() {
    let html = html(bulletin(), Others { correction: Some("newer".to_owned()), about: None, ..Others::default() });
    assert!(html.contains("href=\"/b/newer\""), "{html}");
}

#[test]
fn an_expired_bulletin_says_since_when() {
    let expired = Bulletin { expires_at: Some(now()), ..bulletin() };
    assert_eq!(notice(&expired, None, now()), Notice::Expired { at: "๒๓ มีนาคม ๒๕๖๑ เวลา ๙.๐๐ น.".to_owned() });
}

#[test]
fn a_drill_cannot_be_taken_for_real() {
    assert!(html(Bulletin { kind: Kind::Drill, ..bulletin() }, Others::default()).contains("ฝึกซ้อม"));
}

#[test]
fn an_unknown_link_is_answered_in_thai() {
    let html = Absent { style: String::new() }.render().expect("it renders");
    assert!(html.contains("ไม่พบประกาศ"), "{html}");
}

#[test]
fn while_the_database_is_away_the_reader_is_asked_in_thai_to_come_back() {
    let response = show_away(&Problem::unavailable());
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key(axum::http::header::RETRY_AFTER));
}
