//! The publisher's pages in a browser without scripts: written, looked at, saved, approved, published, taken back.

use std::io::Cursor;
use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD};
use crate::test_app::{Answer, TestApp, Who};

/// What a publisher types into the form, as far as it matters.
const LETTER: &[(&str, &str)] = &[
    ("kind", "news"),
    ("urgency", "most_urgent"),
    ("document_number", "มท ๐๒๐๖.๒/ว ๑๖๒๐"),
    ("document_date", "23/3/2561"),
    ("subject", "การปฏิบัติการสื่อสารงานของรัฐบาล"),
    ("body", "ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือ\r\nแนวทางการสื่อสารงานของรัฐบาล"),
    ("link_label", "แนวทาง"),
    ("link_url", "https://www.moi.go.th/แนวทาง.pdf"),
    ("forwarding", "as_configured"),
    ("acknowledge", "yes"),
    ("acknowledge_date", "๓๐ มีนาคม ๒๕๖๑"),
];

/// [`LETTER`] with more fields, or others in their place.
fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = LETTER.iter().copied().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    kept.chain(more.iter().copied()).collect()
}

/// Saves a new draft; gives its id.
async fn save(browser: &Browser<'_>, fields: &[(&str, &str)]) -> String {
    let answer = browser.submit("/bulletins/new", fields).await;
    let location = answer.location();
    let id = location.strip_prefix("/bulletins/").and_then(|rest| rest.split(['/', '?']).next()).expect("an id");
    id.to_owned()
}

async fn bulletin(app: &TestApp, id: &str) -> Value {
    app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200)
}

/// The value of a hidden field.
fn hidden<'a>(page: &'a Answer, name: &str) -> &'a str {
    let begin = format!("name=\"{name}\" value=\"");
    let at = page.text.find(&begin).unwrap_or_else(|| panic!("{name} in {}", page.text)) + begin.len();
    page.text[at..].split('"').next().expect("a value")
}

#[track_caller]
fn shows(page: &Answer, texts: &[&str]) {
    for text in texts {
        assert!(page.text.contains(text), "{text} in {}", page.text);
    }
}

#[tokio::test]
async fn what_is_typed_becomes_a_draft_and_comes_back_as_it_was_read() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    let id = save(&browser, &with(&[("do", "save"), ("tiers", "1"), ("tiers", "2"), ("provinces", "51")])).await;
    let draft = bulletin(&app, &id).await;
    assert_eq!((&draft["state"], &draft["created_by"]), (&json!("draft"), &json!("user:the-publisher")));
    assert_eq!((&draft["document_date"], &draft["urgency"]), (&json!("2018-03-23"), &json!("most_urgent")));
    assert_eq!(draft["body"], "ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือ\nแนวทางการสื่อสารงานของรัฐบาล");
    assert_eq!(draft["audience"], json!({ "tiers": [1, 2], "provinces": ["51"] }));
    assert_eq!(draft["acknowledgement"], json!({ "requested": true, "due_at": "2018-03-30T09:30:00Z" }));
    let form = browser.open(&format!("/bulletins/{id}/edit")).await;
    shows(
        &form,
        &[
            "value=\"มท ๐๒๐๖.๒/ว ๑๖๒๐\"",
            "value=\"๒๓ มีนาคม ๒๕๖๑\"",
            "value=\"51\" checked",
            "value=\"30 มีนาคม 2561\"",
            "ลำพูน",
        ],
    );
    // saved again untouched, it says the same
    let fields =
        with(&[("seen", hidden(&form, "seen")), ("tiers", "1"), ("tiers", "2"), ("provinces", "51"), ("do", "next")]);
    assert_eq!(
        browser.submit(&format!("/bulletins/{id}/edit"), &fields).await.location(),
        format!("/bulletins/{id}?said=draft-saved")
    );
    let again = bulletin(&app, &id).await;
    for field in ["subject", "body", "document_date", "audience", "links", "acknowledgement"] {
        assert_eq!(again[field], draft[field], "{field}");
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_told_by_its_field_and_nothing_typed_is_lost() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    let before = app.count("select count(*) from bulletins").await;
    let fields = with(&[
        ("subject", "เอกสารลับมาก <b>"),
        ("body", ""),
        ("document_date", "31/2/2561"),
        ("link_url", "javascript:alert(1)"),
        ("expires_date", "1 มกราคม 2560"),
        ("acknowledge_time", "25.00"),
        ("groups", "nowhere"),
        ("do", "save"),
    ]);
    let page = browser.submit("/bulletins/new", &fields).await;
    assert_eq!(page.status, 422);
    shows(
        &page,
        &[
            "ชั้นความลับ “ลับมาก”",
            "เนื้อหา: ต้องไม่เว้นว่าง",
            "เดือนนี้ไม่มีวันที่ดังกล่าว",
            "ต้องขึ้นต้นด้วย https://",
            "ต้องเป็นเวลาในอนาคต",
            "โปรดระบุเวลา เช่น 16.30",
            "ไม่พบกลุ่ม nowhere",
            "value=\"เอกสารลับมาก &#60;b&#62;\"",
            "value=\"31/2/2561\"",
            "value=\"javascript:alert(1)\"",
            "value=\"25.00\"",
        ],
    );
    assert_eq!(app.count("select count(*) from bulletins").await, before);
}

#[tokio::test]
async fn the_preview_is_the_message_that_publishing_sends() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    let id = save(&browser, &with(&[("do", "save"), ("forwarding", "automatic")])).await;
    let mut fields = with(&[("id", id.as_str()), ("forwarding", "automatic")]);
    let preview = browser.submit("/bulletins/preview", &fields).await;
    assert_eq!(preview.status, 200);
    app.release(&id).await;
    app.run().await;
    let sent = app.line().accepted(Some("Clpncom"))[0].messages_hash.clone();
    let sent: Value = serde_json::from_str(&app.line().messages(&sent).expect("bytes")).expect("JSON");
    let mut texts = Vec::new();
    texts_of(&sent[0]["contents"], &mut texts);
    assert!(texts.len() >= 8, "{texts:?}");
    let mut rest = preview.text.as_str();
    for text in &texts {
        let at = rest.find(text.as_str()).unwrap_or_else(|| panic!("{text}, in its place, in {}", preview.text));
        rest = &rest[at + text.len()..];
    }
    shows(&preview, &[sent[0]["altText"].as_str().expect("a text")]);
    // and while it is being written there is something to see already
    fields.retain(|(name, _)| *name != "body" && *name != "subject");
    assert_eq!(browser.submit("/bulletins/preview", &fields).await.status, 200);
    let half = browser.submit("/bulletins/preview", &[("document_number", "ฉข ๐๐๑๗.๓/ว น๐๑๐")]).await;
    shows(&half, &["มีตัวอักษรปนอยู่ในตัวเลข", "ยังไม่ได้ลงวันที่ของหนังสือ"]);
    // it stands by the number's field, and is put there as it is typed
    shows(&half, &["id=\"letter-read\"", "hx-swap-oob"]);
    let form =
        browser.submit("/bulletins/new", &[("document_number", "ฉข ๐๐๑๗.๓/ว น๐๑๐"), ("do", "preview")]).await.text;
    let at = |text: &str| form.find(text).unwrap_or_else(|| panic!("{text} in {form}"));
    let (field, doubt, next) = (at("name=\"document_number\""), at("มีตัวอักษรปนอยู่ในตัวเลข"), at("name=\"subject\""));
    assert!(field < doubt && doubt < next && !form.contains("hx-swap-oob"), "{form}");
}

fn texts_of(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for name in ["header", "hero", "body", "footer", "text", "action", "label", "contents"] {
                match fields.get(name) {
                    Some(Value::String(text)) => found.push(text.clone()),
                    Some(inner) => texts_of(inner, found),
                    None => {}
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_preview_counts_groups_people_and_letters_as_line_does() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    let body = "ก".repeat(1_300);
    let page =
        browser.submit("/bulletins/new", &with(&[("body", &body), ("provinces", "51"), ("do", "preview")])).await;
    assert_eq!(page.status, 200, "a look is no mistake");
    shows(&page, &["4 กลุ่ม", "450 คน", "เนื้อหายาว 1,300 จาก 20,000", "length long", "หนังสือเวียน", "๒๓ มีนาคม ๒๕๖๑"]);
    // two groups of the province wait for somebody
    shows(&page, &["2 กลุ่มจะรอผู้ส่งต่อกดส่งต่อ", "จาก สำนักนายกรัฐมนตรี"]);
    let nobody = browser.submit("/bulletins/preview", &with(&[("provinces", "50"), ("groups", "lpn")])).await;
    shows(&nobody, &["ไม่มีกลุ่มใดตรงกับเงื่อนไขที่เลือกไว้"]);
}

#[tokio::test]
async fn groups_are_found_by_their_names_and_taken_or_left_out() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    let page =
        browser.submit("/bulletins/new", &with(&[("group_query", "พาณิชย์"), ("groups", "moi"), ("do", "find")])).await;
    assert_eq!(page.status, 200);
    shows(
        &page,
        &["value=\"lpn-com\"", "value=\"cmi-com\"", "name=\"groups\" value=\"moi\" checked", "กระทรวงมหาดไทย"],
    );
    assert!(!page.text.contains("value=\"lpn-dist\""), "only what was looked for");
    let found = browser.submit("/bulletins/groups", &[("group_query", "ลำพูน อำเภอ")]).await;
    shows(&found, &["value=\"lpn-dist\""]);
    let id = save(
        &browser,
        &with(&[("groups", "lpn"), ("groups", "lpn-com"), ("exclude_groups", "lpn-dist"), ("do", "save")]),
    )
    .await;
    let audience = json!({ "groups": ["lpn", "lpn-com"], "exclude_groups": ["lpn-dist"] });
    assert_eq!(bulletin(&app, &id).await["audience"], audience);
}

#[tokio::test]
async fn a_picture_is_taken_with_the_form_and_needs_words_for_those_who_do_not_see_it() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    let mut png = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(60, 40).write_to(&mut png, image::ImageFormat::Png).expect("a picture");
    let page = browser.submit_with_file("/bulletins/new", &with(&[("do", "save")]), "file", &png.into_inner()).await;
    assert_eq!(page.status, 422);
    shows(&page, &["โปรดระบุคำอธิบายภาพ", "<img class=\"bubble-hero\""]);
    let image = hidden(&page, "image").to_owned();
    let id = save(&browser, &with(&[("image", &image), ("image_alt", "แผนที่"), ("do", "save")])).await;
    assert_eq!(bulletin(&app, &id).await["attachments"][0]["image"], image);
    let page = browser.submit_with_file("/bulletins/new", &with(&[("do", "save")]), "file", b"%PDF-1.7").await;
    assert_eq!(page.status, 422);
    shows(&page, &["ไฟล์นี้ไม่ใช่ภาพ JPEG หรือ PNG"]);
    let removed = browser.open(&format!("/bulletins/{id}/edit")).await;
    let fields =
        with(&[("seen", hidden(&removed, "seen")), ("image", &image), ("remove_image", "yes"), ("do", "save")]);
    browser.submit(&format!("/bulletins/{id}/edit"), &fields).await.location();
    assert_eq!(bulletin(&app, &id).await["attachments"], json!([]));
}

#[tokio::test]
async fn of_two_who_change_a_draft_the_second_is_told_and_keeps_what_was_typed() {
    let app = TestApp::new().await;
    let (one, other) = (app.sign_in(Who::Publisher).await, app.sign_in(Who::Admin).await);
    let id = save(&one, &with(&[("do", "save")])).await;
    let path = format!("/bulletins/{id}/edit");
    let (first, second) = (one.open(&path).await, other.open(&path).await);
    app.clock.advance(Duration::from_mins(1));
    one.submit(&path, &with(&[("seen", hidden(&first, "seen")), ("subject", "ของคนแรก"), ("do", "save")]))
        .await
        .location();
    let fields = with(&[("seen", hidden(&second, "seen")), ("subject", "ของคนที่สอง"), ("do", "save")]);
    let told = other.submit(&path, &fields).await;
    assert_eq!(told.status, 409);
    shows(&told, &["ฉบับร่างนี้ถูกแก้ไขจากที่อื่นเมื่อ", "value=\"ของคนที่สอง\""]);
    assert_eq!(bulletin(&app, &id).await["subject"], "ของคนแรก");
    let fields = with(&[("seen", hidden(&told, "seen")), ("subject", "ของคนที่สอง"), ("do", "save")]);
    other.submit(&path, &fields).await.location();
    assert_eq!(bulletin(&app, &id).await["subject"], "ของคนที่สอง", "knowingly");
}

#[tokio::test]
async fn a_session_that_ends_while_somebody_types_costs_nothing_that_was_typed() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    app.clock.advance(Duration::from_hours(3));
    // the preview leaves the page alone
    let preview = browser.submit_typing("/bulletins/preview", &with(&[])).await;
    assert_eq!((preview.status, preview.header("hx-redirect")), (401, ""));
    shows(&preview, &["หมดเวลาการใช้งานแล้ว"]);
    let asked = browser.submit("/bulletins/new", &with(&[("do", "save")])).await;
    assert_eq!(asked.status, 401);
    let pending_form =
        hidden(&asked, "pending_form").replace("&#34;", "\"").replace("&#38;", "&").replace("&#60;", "<");
    let (username, _) = app.account(Who::Publisher).await;
    let fields = [("username", username.as_str()), ("password", PASSWORD), ("pending_form", pending_form.as_str())];
    let again = browser.submit("/sign-in", &fields).await;
    shows(&again, &["action=\"/bulletins/new\"", "การปฏิบัติการสื่อสารงานของรัฐบาล"]);
    let id = save(&browser, &with(&[("do", "save")])).await;
    assert_eq!(bulletin(&app, &id).await["subject"], "การปฏิบัติการสื่อสารงานของรัฐบาล");
}

#[tokio::test]
async fn publishing_says_first_what_will_happen_and_then_does_it() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    let id = save(&browser, &with(&[("do", "next")])).await;
    let path = format!("/bulletins/{id}/publish");
    let summary = browser.open(&path).await;
    shows(&summary, &["8 กลุ่ม", "591 คน", "1 กลุ่มยังไม่ได้เชื่อมกลุ่ม LINE", "เผยแพร่ถึง 8 กลุ่ม", "gcc"]);
    let seen = hidden(&summary, "seen").to_owned();
    // what was changed meanwhile is not published unseen
    app.clock.advance(Duration::from_secs(5));
    app.patch(&Who::Admin, &format!("bulletins/{id}"), json!({ "subject": "เรื่องอื่น" })).await.expect(200);
    let changed = browser.submit(&path, &[("seen", &seen), ("when", "now")]).await;
    assert_eq!(changed.status, 409);
    shows(&changed, &["ฉบับร่างเปลี่ยนไป", "เรื่องอื่น"]);
    let late =
        browser.submit(&path, &[("seen", hidden(&changed, "seen")), ("when", "later"), ("date", "1/1/2561")]).await;
    assert_eq!(late.status, 422);
    shows(&late, &["ต้องเป็นเวลาในอนาคต", "value=\"1/1/2561\""]);
    let done = browser.submit(&path, &[("seen", hidden(&late, "seen")), ("when", "now")]).await;
    assert_eq!(done.location(), format!("/bulletins/{id}?said=published"));
    assert_eq!(bulletin(&app, &id).await["deliveries"], 8);
    let page = browser.open(done.location()).await;
    shows(&page, &["เผยแพร่แล้ว", &format!("href=\"/board/{id}\""), "ผู้ใช้ publisher เผยแพร่", "กำลังส่งต่อ"]);
    assert_eq!(browser.open(&path).await.location(), format!("/bulletins/{id}"));
}

#[tokio::test]
async fn a_bulletin_is_set_down_for_a_day_in_the_buddhist_era_and_taken_out_again() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    let id = save(&browser, &with(&[("do", "next")])).await;
    let path = format!("/bulletins/{id}/publish");
    let seen = hidden(&browser.open(&path).await, "seen").to_owned();
    let fields = [("seen", seen.as_str()), ("when", "now"), ("date", "๒๔ มีนาคม ๒๕๖๑"), ("time", "๙.๓๐ น.")];
    let asked = browser.submit(&path, &fields).await;
    assert_eq!(asked.status, 422, "a time beside at once: nobody knows which is meant");
    assert!(asked.text.contains(r#"value="later" checked"#) && asked.text.contains("๙.๓๐ น."), "{}", asked.text);
    assert_eq!(bulletin(&app, &id).await["state"], "draft");
    let fields = [("seen", seen.as_str()), ("when", "later"), ("date", "๒๔ มีนาคม ๒๕๖๑"), ("time", "๙.๓๐ น.")];
    assert_eq!(browser.submit(&path, &fields).await.location(), format!("/bulletins/{id}?said=scheduled"));
    assert_eq!(bulletin(&app, &id).await["scheduled_for"], "2018-03-24T02:30:00Z");
    browser.submit(&format!("/bulletins/{id}/unschedule"), &[]).await.location();
    assert_eq!(bulletin(&app, &id).await["state"], "draft");
}

#[tokio::test]
async fn a_second_person_sees_what_waits_and_returns_it_with_a_reason_or_approves_it() {
    let app = TestApp::with_approval().await;
    let (publisher, admin) = (app.sign_in(Who::Publisher).await, app.sign_in(Who::Admin).await);
    let id = save(&publisher, &with(&[("do", "next")])).await;
    let at = |act: &str| format!("/bulletins/{id}/{act}");
    let page = publisher.open(&format!("/bulletins/{id}")).await;
    assert!(!page.text.contains(&at("publish")), "not before it is approved");
    publisher.submit(&at("submit"), &[]).await.location();
    let page = publisher.open(&format!("/bulletins/{id}")).await;
    assert!(!page.text.contains(&at("approve")), "a publisher does not approve");
    shows(&admin.open("/bulletins?state=submitted").await, &["การปฏิบัติการสื่อสารงานของรัฐบาล", "รออนุมัติ"]);
    let empty = admin.submit(&at("return"), &[("reason", " ")]).await;
    assert_eq!(empty.status, 422);
    admin.submit(&at("return"), &[("reason", "วันที่ไม่ตรง")]).await.location();
    shows(&publisher.open(&format!("/bulletins/{id}")).await, &["ผู้ใช้ admin ส่งคืนให้แก้ไข: วันที่ไม่ตรง"]);
    publisher.submit(&at("submit"), &[]).await.location();
    admin.submit(&at("approve"), &[]).await.location();
    shows(&publisher.open(&format!("/bulletins/{id}")).await, &[&at("publish"), "ผู้ใช้ admin อนุมัติ"]);
    // and nobody their own
    let own = save(&admin, &with(&[("do", "next")])).await;
    admin.submit(&format!("/bulletins/{own}/submit"), &[]).await.location();
    let refused = admin.submit(&format!("/bulletins/{own}/approve"), &[]).await;
    assert_eq!(refused.status, 409);
    shows(&refused, &["จะอนุมัติหรือส่งคืนประกาศนั้นเองไม่ได้"]);
}

#[tokio::test]
async fn a_test_goes_to_the_group_that_was_typed_and_asks_where_several_fit() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    let id = save(&browser, &with(&[("do", "next")])).await;
    let path = format!("/bulletins/{id}/test");
    let several = browser.submit(&path, &[("group", "พาณิชย์")]).await;
    assert_eq!(several.status, 422);
    shows(&several, &["มีหลายกลุ่มที่ตรงกัน", "(lpn-com)", "(cmi-com)", "value=\"พาณิชย์\""]);
    shows(&browser.submit(&path, &[("group", "อมก๋อย")]).await, &["ยังไม่ได้เชื่อมกลุ่ม LINE"]);
    shows(&browser.submit(&path, &[("group", "ไม่มี")]).await, &["ไม่พบกลุ่มนี้"]);
    browser.submit(&path, &[("group", "ลพ-พาณิชย์")]).await.location();
    app.run().await;
    assert_eq!((app.line().accepted(None).len(), app.accepted_in("Clpncom")), (1, 1));
}

#[tokio::test]
async fn a_published_bulletin_is_withdrawn_with_a_reason_or_corrected() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    let id = app.held().await;
    let form = browser.open(&format!("/bulletins/new?about={id}")).await;
    shows(&form, &["ประกาศนี้แก้ไขเรื่อง", "name=\"kind\" value=\"correction\"", &format!("name=\"about\" value=\"{id}\"")]);
    let correction = save(&browser, &with(&[("kind", "correction"), ("about", &id), ("do", "save")])).await;
    assert_eq!(bulletin(&app, &correction).await["about"], id);
    let path = format!("/bulletins/{id}/withdraw");
    let empty = browser.submit(&path, &[("reason", "")]).await;
    assert_eq!(empty.status, 422);
    browser.submit(&path, &[("reason", "ข้อมูลคลาดเคลื่อน")]).await.location();
    let page = browser.open(&format!("/bulletins/{id}")).await;
    shows(&page, &["ยกเลิกแล้ว เนื่องจาก ข้อมูลคลาดเคลื่อน", "ผู้ใช้ publisher ยกเลิกประกาศ"]);
    assert_eq!(browser.submit(&path, &[("reason", "อีกครั้ง")]).await.status, 409);
}

#[tokio::test]
async fn the_list_is_searched_in_thai_and_says_so_when_there_is_nothing() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    shows(&browser.open("/bulletins").await, &["ยังไม่มีประกาศ", "จัดทำประกาศใหม่"]);
    let id = save(&browser, &with(&[("subject", "เฝ้าระวังน้ำท่วมฉับพลัน"), ("do", "save")])).await;
    for number in 0..26 {
        app.clock.advance(Duration::from_secs(1));
        app.write_with(json!({ "subject": format!("ฉบับที่ {number}") })).await;
    }
    let found =
        browser.open("/bulletins?q=%E0%B8%99%E0%B9%89%E0%B8%B3%E0%B8%97%E0%B9%88%E0%B8%A7%E0%B8%A1&state=").await;
    shows(&found, &[&format!("href=\"/bulletins/{id}\""), "value=\"น้ำท่วม\""]);
    assert!(!found.text.contains("ฉบับที่ 3"), "{}", found.text);
    shows(&browser.open("/bulletins?q=xyz").await, &["ไม่พบประกาศที่ตรงกับคำค้น"]);
    let first = browser.open("/bulletins").await;
    assert!(!first.text.contains("น้ำท่วม"), "on the second page");
    let next =
        first.text.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|path| path.contains("before="));
    shows(&browser.open(&next.expect("a next page").replace("&#38;", "&")).await, &["น้ำท่วม"]);
    assert_eq!(browser.open("/bulletins?q=a+b+c+d+e+f+g+h+i&state=odd&before=x").await.status, 200);
}

#[tokio::test]
async fn every_page_lets_in_whom_it_should_and_nobody_else() {
    let app = TestApp::new().await;
    let held = app.held().await;
    for who in [Who::Admin, Who::Publisher, Who::Operator, Who::Steward, Who::Agency] {
        let browser = app.sign_in(who).await;
        // a steward writes too, but neither sees nor changes what others wrote above
        let writes = matches!(who, Who::Admin | Who::Publisher | Who::Steward);
        let others = |good| if who == Who::Steward { 404 } else { status_of(writes, good) };
        let sees = !matches!(who, Who::Steward | Who::Agency);
        let draft = app.write().await;
        for (path, expected) in [
            ("/bulletins".to_owned(), 200),
            (format!("/bulletins/{held}"), 200),
            (format!("/bulletins/{draft}"), if sees { 200 } else { 404 }),
            ("/bulletins/new".to_owned(), status_of(writes, 200)),
            (format!("/bulletins/{draft}/edit"), others(200)),
            (format!("/bulletins/{draft}/publish"), others(200)),
        ] {
            assert_eq!(browser.open(&path).await.status, expected, "{who:?} {path}");
        }
        let history = browser.open(&format!("/bulletins/{held}")).await.text.contains("key:");
        assert!(!history, "{who:?}");
        for (act, allowed) in [
            ("submit", writes),
            ("recall", writes),
            ("unschedule", writes),
            ("publish", writes),
            ("test", writes),
            ("edit", writes),
            ("approve", who == Who::Admin),
            ("return", who == Who::Admin),
            // stewards take back what they wrote themselves, and of this see nothing
            ("withdraw", writes || matches!(who, Who::Operator | Who::Steward)),
            ("delete", writes),
        ] {
            let answer = browser.submit(&format!("/bulletins/{draft}/{act}"), &[]).await;
            assert_eq!(answer.status == 403, !allowed, "{who:?} {act}: {}", answer.status);
        }
        for path in ["/bulletins/new", "/bulletins/preview", "/bulletins/groups", "/bulletins/image"] {
            assert_eq!(browser.submit(path, &[]).await.status == 403, !writes, "{who:?} {path}");
        }
    }
    let nobody = Browser::new(&app);
    for path in ["/bulletins", "/bulletins/new", &format!("/bulletins/{held}/publish")] {
        assert!(nobody.open(path).await.location().starts_with("/sign-in?next="), "{path}");
    }
}

fn status_of(allowed: bool, good: u16) -> u16 {
    if allowed { good } else { 403 }
}

#[tokio::test]
async fn a_governor_writes_to_the_own_province_and_through_its_stewards() {
    let app = TestApp::new().await;
    let governor = app.sign_in(Who::Steward).await;
    shows(&governor.open("/bulletins/new").await, &["จาก จังหวัดลำพูน", "3 กลุ่ม"]);
    for more in [("forwarding", "automatic"), ("kind", "drill"), ("way", "listen")] {
        assert_eq!(governor.submit("/bulletins/new", &with(&[more, ("do", "save")])).await.status, 422, "{more:?}");
    }
    let id = save(&governor, &with(&[("do", "next")])).await;
    let path = format!("/bulletins/{id}/publish");
    let seen = hidden(&governor.open(&path).await, "seen").to_owned();
    governor.submit(&path, &[("seen", &seen), ("when", "now")]).await.location();
    assert_eq!(bulletin(&app, &id).await["deliveries"], 3);
}

#[tokio::test]
async fn a_publisher_of_a_province_chooses_and_writes_within_it() {
    let app = TestApp::new().await;
    let lamphun = app.sign_in_as("the-writer", gcc_relay::domain::account::Role::Publisher, Some("lamphun")).await;
    let form = lamphun.open("/bulletins/new").await;
    shows(&form, &["จาก จังหวัดลำพูน", "3 กลุ่ม"]);
    assert!(!form.text.contains("เชียงใหม่"), "neither provinces nor groups of others");
    let found = lamphun.submit("/bulletins/groups", &[("group_query", "พาณิชย์")]).await;
    assert!(found.text.contains("lpn-com") && !found.text.contains("cmi-com"), "{}", found.text);
    let other = app.write().await;
    for path in ["edit", "publish"] {
        assert_eq!(lamphun.open(&format!("/bulletins/{other}/{path}")).await.status, 404);
    }
    let outside = lamphun.submit("/bulletins/new", &with(&[("groups", "cmi"), ("do", "save")])).await;
    assert_eq!(outside.status, 422);
}

#[tokio::test]
async fn hostile_texts_are_only_texts_on_every_page() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    let hostile = "\"><script>alert(1)</script></textarea><img src=x onerror=alert(1)>'";
    let fields: Vec<(&str, &str)> = [
        "kind",
        "urgency",
        "document_number",
        "document_date",
        "subject",
        "body",
        "link_label",
        "link_url",
        "image_alt",
        "image",
        "tiers",
        "provinces",
        "office_kinds",
        "groups",
        "exclude_groups",
        "group_query",
        "forwarding",
        "way",
        "acknowledge_date",
        "expires_date",
        "expires_time",
        "seen",
        "about",
        "id",
        "reason",
        "group",
        "date",
    ]
    .map(|name| (name, hostile))
    .into();
    let id = save(&browser, &with(&[("subject", hostile), ("body", hostile), ("do", "save")])).await;
    let mut pages = vec![
        browser.submit("/bulletins/new", &fields).await,
        browser.submit("/bulletins/preview", &fields).await,
        browser.submit("/bulletins/groups", &fields).await,
        browser.submit("/bulletins/image", &fields).await,
    ];
    for path in ["edit", "publish", "test", "withdraw"] {
        pages.push(browser.submit(&format!("/bulletins/{id}/{path}"), &fields).await);
    }
    for path in ["", "/edit", "/publish"] {
        pages.push(browser.open(&format!("/bulletins/{id}{path}")).await);
    }
    pages.push(browser.open("/bulletins?q=%22%3E%3Cscript%3E&state=%22%3E").await);
    for page in pages {
        assert!(page.status < 500, "{}", page.text);
        for markup in ["<script>alert", "<img src=x", "</textarea><img", "style=\"", "onerror=alert(1)>'<"] {
            assert!(!page.text.contains(markup), "{markup} in {}", page.text);
        }
    }
}

#[tokio::test]
async fn what_is_asked_first_is_written_in_the_form_and_more_on_the_page_of_the_draft() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    let asked = [
        ("request_kind", "report_establishment"),
        ("purpose", ""),
        ("text", "รายงานผลการจัดตั้งกลุ่ม"),
        ("due_on", "วันศุกร์ที่ ๓๐ มีนาคม ๒๕๖๑"),
        ("working_days", ""),
    ];
    let id = save(&browser, &[with(&[("do", "save")]), asked.to_vec()].concat()).await;
    let edit = format!("/bulletins/{id}/edit");
    let first = bulletin(&app, &id).await["requests"].clone();
    assert_eq!(
        (&first[0]["kind"], &first[0]["purpose"], &first[0]["due_on"], first.as_array().map(Vec::len)),
        (&json!("report_establishment"), &json!("act"), &json!("2018-03-30"), Some(1))
    );
    let form = browser.open(&edit).await;
    shows(
        &form,
        &["value=\"report_establishment\" selected", "รายงานผลการจัดตั้งกลุ่ม</textarea>", "value=\"๓๐ มีนาคม ๒๕๖๑\""],
    );
    // a second one on the page of the draft
    let second = [("request_kind", "name_coordinator"), ("text", "แจ้งรายชื่อผู้ประสานงาน"), ("working_days", "๕")];
    browser.submit(&format!("/bulletins/{id}/requests"), &second).await.location();
    let form = browser.open(&edit).await;
    shows(&form, &["มีเรื่องที่ขออีก 1 ข้อ"]);
    // a form that has no such fields leaves both; with the fields empty the first goes
    let plain = with(&[("seen", hidden(&form, "seen")), ("do", "save")]);
    browser.submit(&edit, &plain).await.location();
    assert_eq!(bulletin(&app, &id).await["requests"].as_array().map(Vec::len), Some(2));
    let form = browser.open(&edit).await;
    let emptied = asked.map(|(name, _)| (name, ""));
    let emptied = [with(&[("seen", hidden(&form, "seen")), ("do", "save")]), emptied.to_vec()].concat();
    browser.submit(&edit, &emptied).await.location();
    let left = bulletin(&app, &id).await["requests"].clone();
    assert_eq!((&left[0]["kind"], left.as_array().map(Vec::len)), (&json!("name_coordinator"), Some(1)));
}

#[tokio::test]
async fn what_is_wrong_with_what_is_asked_is_told_by_its_field_of_the_form() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    for (asked, told) in [
        ([("request_kind", ""), ("text", "รายงานผล"), ("due_on", ""), ("working_days", "")], "โปรดเลือกเรื่องที่ขอ"),
        ([("request_kind", "disseminate"), ("text", ""), ("due_on", ""), ("working_days", "")], "ข้อความ: ต้องไม่เว้นว่าง"),
        (
            [("request_kind", "disseminate"), ("text", "เผยแพร่"), ("due_on", "2018-03-30"), ("working_days", "5")],
            "โปรดระบุวันสุดท้ายหรือจำนวนวันทำการอย่างใดอย่างหนึ่ง",
        ),
        (
            [("request_kind", "disseminate"), ("text", "เผยแพร่"), ("due_on", ""), ("working_days", "61")],
            "จำนวนวันทำการต้องเป็น 1 ถึง 60",
        ),
        (
            [
                ("request_kind", "disseminate"),
                ("text", "เผยแพร่ภายในวันจันทร์ที่ ๓๐ มีนาคม ๒๕๖๑"),
                ("due_on", ""),
                ("working_days", ""),
            ],
            "วันในสัปดาห์ไม่ตรงกับวันที่",
        ),
    ] {
        let page = browser.submit("/bulletins/new", &[with(&[("do", "save")]), asked.to_vec()].concat()).await;
        assert_eq!(page.status, 422, "{told}");
        shows(&page, &[told, asked[1].1]);
    }
    assert_eq!(app.count("select count(*) from bulletins").await, 0);
}
