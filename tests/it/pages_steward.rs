//! The steward's pages, as a browser of one person sees them.

use std::collections::BTreeSet;
use std::time::Duration;

use gcc_relay::domain::delivery::State;
use serde_json::json;

use crate::browser::{Browser, PASSWORD};
use crate::test_app::{Answer, TestApp, Who};

/// Texts that would do harm where they are not escaped.
const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;{{ 7 * 7 }}";

#[track_caller]
fn says(answer: &Answer, texts: &[&str]) {
    for text in texts {
        assert!(answer.text.contains(text), "{text} is not in: {}", answer.text);
    }
}

#[track_caller]
fn page(answer: Answer) -> Answer {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.header("content-security-policy").contains("default-src 'self'"));
    assert_eq!(answer.header("cache-control"), "no-store");
    answer
}

async fn state(app: &TestApp, bulletin: &str, group: &str) -> State {
    app.states(bulletin.parse().expect("an id")).await[group]
}

#[tokio::test]
async fn from_the_link_in_the_message_it_is_one_tap_to_forward() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let governor = app.sign_in(Who::Steward).await;
    let shown = page(governor.open(&format!("/waiting/{id}")).await);
    says(
        &shown,
        &[
            "การปฏิบัติการสื่อสารงานของรัฐบาล",
            "ด่วนที่สุด",
            "ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐ ลงวันที่ ๒๓ มีนาคม ๒๕๖๑",
            "3 กลุ่ม · สมาชิก 110 คน",
            "โควตา 110 ข้อความ",
            "ในจำนวนนี้ 1 กลุ่มต้องรอหัวหน้าหน่วยงานส่งต่ออีกทอดหนึ่ง",
        ],
    );
    let went = governor.submit(&format!("/waiting/{id}/forward"), &[("into", "lpn"), ("do", "forward")]).await;
    assert_eq!(went.location(), format!("/waiting/{id}?said=forwarded"));
    app.run().await;
    assert_eq!(state(&app, &id, "lpn").await, State::Accepted);
    let after = page(governor.open(went.location()).await);
    says(
        &after,
        &["ส่งต่อแล้วโดย ผู้ใช้ steward เมื่อ", "LINE รับข้อความแล้วเมื่อ", "ส่งเข้ากลุ่มแล้ว 2 จาก 3 กลุ่ม", "รอพาณิชย์จังหวัดลำพูนส่งต่อ"],
    );
    assert!(!after.text.contains("value=\"forward\""), "there is nothing left to forward");
    app.relay.assert_exact(id.parse().expect("an id")).await;
}

#[tokio::test]
async fn the_list_tells_what_waits_and_when_it_goes_on_by_itself() {
    let app = TestApp::new().await;
    let governor = app.sign_in(Who::Steward).await;
    says(&page(governor.open("/waiting").await), &["ไม่มีประกาศที่รอส่งต่อ"]);
    app.patch(&Who::Steward, "groups/lpn", json!({ "forward_within": 90 })).await.expect(200);
    let id = app.held().await;
    let list = page(governor.open("/waiting").await);
    says(
        &list,
        &["การปฏิบัติการสื่อสารงานของรัฐบาล", &format!("/waiting/{id}"), "ระบบจะส่งต่อเอง", "เวลา 8.30 น.", "1 ชั่วโมง 30 นาที"],
    );
    app.after(Duration::from_mins(91)).await;
    let list = page(governor.open("/waiting").await);
    says(&list, &["ไม่มีประกาศที่รอส่งต่อ", "ระบบส่งต่อเองเมื่อครบเวลา"]);
}

#[tokio::test]
async fn what_was_corrected_says_so_wherever_somebody_might_still_forward_it() {
    let app = TestApp::new().await;
    let governor = app.sign_in(Who::Steward).await;
    let publisher = app.sign_in(Who::Publisher).await;
    let id = app.held().await;
    let correction = app.write_with(json!({ "kind": "correction", "about": id })).await;
    let pages = async || {
        let mut told = Vec::new();
        for (browser, path) in [
            (&governor, "/waiting".to_owned()),
            (&governor, format!("/waiting/{id}")),
            (&publisher, format!("/bulletins/{id}")),
        ] {
            told.push(page(browser.open(&path).await).text.contains("มีฉบับแก้ไขแล้ว"));
        }
        told
    };
    assert_eq!(pages().await, [false; 3], "a draft corrects nothing yet");
    app.release(&correction).await;
    assert_eq!(pages().await, [true; 3]);
}

#[tokio::test]
async fn who_comes_second_is_told_who_was_first_and_nothing_is_sent_twice() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let path = format!("/waiting/{id}/forward");
    let fields = [("into", "lpn"), ("do", "forward")];
    let (one, other) = (app.sign_in(Who::Steward).await, app.sign_in(Who::Steward).await);
    let (first, second) = tokio::join!(one.submit(&path, &fields), other.submit(&path, &fields));
    let mut led = [first.location().to_owned(), second.location().to_owned()];
    led.sort();
    let expected = ["forwarded", "forwarded-already"].map(|said| format!("/waiting/{id}?said={said}"));
    assert_eq!(led, expected);
    app.run().await;
    let told = page(other.open(&led[1]).await);
    says(&told, &["มีผู้ส่งต่อไปก่อนแล้ว ระบบไม่ส่งซ้ำ", "ส่งต่อแล้วโดย ผู้ใช้ steward เมื่อ"]);
    assert_eq!(app.accepted_in("Clpn"), 1);
}

#[tokio::test]
async fn what_was_withdrawn_meanwhile_says_so_instead_of_going_out() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let governor = app.sign_in(Who::Steward).await;
    app.post(&Who::Admin, &format!("bulletins/{id}/withdraw"), json!({ "reason": "ผิด" })).await.expect(200);
    let answer = governor.submit(&format!("/waiting/{id}/forward"), &[("into", "lpn")]).await;
    assert_eq!(answer.location(), format!("/waiting/{id}?said=changed"));
    says(&page(governor.open(answer.location()).await), &["ประกาศนี้ถูกยกเลิกเมื่อ"]);
    app.run().await;
    assert_eq!(app.accepted_in("Clpn"), 0);
}

#[tokio::test]
async fn a_note_is_shown_as_it_will_be_sent_and_sent_as_it_was_shown() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let governor = app.sign_in(Who::Steward).await;
    let path = format!("/waiting/{id}/forward");
    let note = "ขอให้ทุกอำเภอรายงานผลภายในวันศุกร์";
    let preview = page(governor.submit(&path, &[("into", "lpn"), ("note", note), ("do", "preview")]).await);
    assert_eq!(state(&app, &id, "lpn").await, State::Held, "a preview sends nothing");
    says(&preview, &["ข้อความเพิ่มเติมจากผู้ว่าราชการจังหวัดลำพูน", note]);
    governor.submit(&path, &[("into", "lpn"), ("note", note), ("do", "forward")]).await.location();
    app.run().await;
    let sent = app.line().messages(&app.line().accepted(Some("Clpn"))[0].messages_hash).expect("bytes");
    let sent: serde_json::Value = serde_json::from_str(&sent).expect("JSON");
    for line in sent[1]["text"].as_str().expect("a note").lines() {
        assert!(preview.text.contains(line), "{line}");
    }
    for shown in texts_of(&sent[0]) {
        assert!(preview.text.contains(&escaped(&shown)), "{shown}");
    }
}

fn texts_of(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Object(fields) => {
            let own = fields.iter().filter(|(name, _)| matches!(name.as_str(), "text" | "label"));
            let own = own.filter_map(|(_, text)| text.as_str().map(str::to_owned));
            own.chain(fields.values().flat_map(texts_of)).collect()
        }
        serde_json::Value::Array(items) => items.iter().flat_map(texts_of).collect(),
        _ => Vec::new(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('"', "&#34;").replace('\'', "&#39;")
}

#[tokio::test]
async fn a_note_that_is_too_long_or_no_group_at_all_is_told_and_nothing_typed_is_lost() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let governor = app.sign_in(Who::Steward).await;
    let path = format!("/waiting/{id}/forward");
    let long = "ก".repeat(1_001);
    let refused = governor.submit(&path, &[("into", "lpn"), ("note", &long)]).await;
    assert_eq!(refused.status, 422);
    says(&refused, &["ต้องยาวไม่เกิน 1000 ตัวอักษร ขณะนี้ยาว 1001 ตัวอักษร", &long, "aria-invalid"]);
    assert_eq!(governor.submit(&path, &[("note", "ข้อความ")]).await.status, 422);
    let others = governor.submit(&path, &[("into", "cmi")]).await;
    assert_eq!(others.status, 404, "another province's group");
    assert_eq!(state(&app, &id, "lpn").await, State::Held);
}

#[tokio::test]
async fn declining_asks_for_a_reason_which_operations_see() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let governor = app.sign_in(Who::Steward).await;
    let path = format!("/waiting/{id}/decline");
    assert_eq!(governor.submit(&path, &[("into", "lpn"), ("reason", " ")]).await.status, 422);
    let done = governor.submit(&path, &[("into", "lpn"), ("reason", HOSTILE)]).await;
    assert_eq!(done.location(), format!("/waiting/{id}?said=declined"));
    app.run().await;
    let told = page(governor.open(done.location()).await);
    says(&told, &["แจ้งว่าไม่เกี่ยวข้องเมื่อ", &escaped(HOSTILE)]);
    assert!(!told.text.contains("<script>alert"));
    let delivery = format!("deliveries/{}", app.delivery_of(&id, "lpn").await);
    assert_eq!(app.get(&Who::Operator, &delivery).await.expect(200)["reason"]["said"], HOSTILE);
    let again = governor.submit(&path, &[("into", "lpn"), ("reason", "อีกครั้ง")]).await;
    assert_eq!(again.location(), format!("/waiting/{id}?said=changed"));
}

#[tokio::test]
async fn everything_that_waits_goes_at_once_but_nothing_that_was_not_shown() {
    let app = TestApp::new().await;
    let (first, second) = (app.held().await, app.held().await);
    let governor = app.sign_in(Who::Steward).await;
    says(&page(governor.open("/waiting").await), &["ส่งต่อทั้งหมด (2 ฉบับ)"]);
    let form = page(governor.open("/waiting/all").await);
    says(&form, &[&first, &second]);
    let none = governor.submit("/waiting/all", &[]).await;
    assert_eq!(none.location(), "/waiting/all?said=forwarded-none");
    assert_eq!(state(&app, &first, "lpn").await, State::Held);
    let late = app.held().await;
    let done = governor.submit("/waiting/all", &[("id", &first), ("id", &second)]).await;
    assert_eq!(done.location(), "/waiting?said=forwarded-all");
    let states = [&first, &second, &late].map(String::as_str);
    for (id, expected) in states.into_iter().zip([State::Ready, State::Ready, State::Held]) {
        assert_eq!(state(&app, id, "lpn").await, expected);
    }
    let again = governor.submit("/waiting/all", &[("id", &first), ("id", &late)]).await;
    assert_eq!(again.location(), "/waiting?said=forwarded-some");
    assert_eq!(governor.open("/waiting/all").await.location(), "/waiting");
}

#[tokio::test]
async fn the_receipt_follows_by_itself_until_all_is_settled() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let governor = app.sign_in(Who::Steward).await;
    governor.submit(&format!("/waiting/{id}/forward"), &[("into", "lpn")]).await.location();
    let part = format!("/waiting/{id}/receipt");
    let sending = page(governor.open(&part).await);
    says(&sending, &["hx-trigger=\"every 2s\"", "ส่งเข้ากลุ่มแล้ว 0 จาก 3 กลุ่ม"]);
    app.run().await;
    says(&page(governor.open(&part).await), &["hx-trigger=\"every 15s\"", "ส่งเข้ากลุ่มแล้ว 2 จาก 3 กลุ่ม"]);
    app.after(Duration::from_mins(31)).await;
    let settled = page(governor.open(&part).await);
    says(&settled, &["ส่งเข้ากลุ่มแล้ว 3 จาก 3 กลุ่ม", "สิ้นสุดการส่งทุกกลุ่มแล้ว"]);
    assert!(!settled.text.contains("hx-trigger") && !settled.text.contains("<html"));
}

#[tokio::test]
async fn a_group_is_set_to_go_on_by_itself_and_back() {
    let app = TestApp::new().await;
    let governor = app.sign_in(Who::Steward).await;
    let path = "/groups/lpn/settings";
    says(&page(governor.open(path).await), &["value=\"by-hand\" checked", "ผู้ว่าราชการจังหวัดลำพูน"]);
    governor.submit(path, &[("how", "by-hand"), ("minutes", ""), ("way", "listen")]).await;
    says(&page(governor.open(path).await), &["value=\"listen\" checked"]);
    let own = async || app.get(&Who::Admin, "groups/lpn").await.expect(200)["way"].clone();
    assert_eq!(own().await, "listen");
    governor.submit(path, &[("how", "by-hand"), ("minutes", "")]).await;
    assert_eq!(own().await, "listen", "a form without a way changes none");
    governor.submit(path, &[("how", "by-hand"), ("minutes", ""), ("way", "default")]).await;
    assert_eq!(own().await, json!(null));
    assert_eq!(governor.submit(path, &[("how", "by-hand"), ("way", "shout")]).await.status, 400);
    for (how, minutes, forwarding, within) in [
        ("after-a-while", "๔๕", "stewarded", json!(45)),
        ("at-once", "45", "automatic", json!(45)),
        ("by-hand", "", "stewarded", json!(null)),
    ] {
        let done = governor.submit(path, &[("how", how), ("minutes", minutes)]).await;
        assert_eq!(done.location(), format!("{path}?said=settings-changed"));
        let group = app.get(&Who::Steward, "groups/lpn").await.expect(200);
        assert_eq!((&group["forwarding"], &group["forward_within"]), (&json!(forwarding), &within), "{how}");
    }
    let refused = governor.submit(path, &[("how", "after-a-while"), ("minutes", "soon")]).await;
    assert_eq!(refused.status, 422);
    says(&refused, &["value=\"soon\"", "โปรดระบุจำนวนนาที"]);
    assert_eq!(governor.submit(path, &[("how", "never")]).await.status, 400);
}

#[tokio::test]
async fn a_deputy_gets_an_account_that_works_only_in_the_days_of_the_duty() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let governor = app.sign_in(Who::Steward).await;
    let fields = [
        ("name", "นางสาวสมหญิง ใจดี"),
        ("title", "รองผู้ว่าราชการจังหวัดลำพูน"),
        ("phone", "053 000 000"),
        ("from", "2018-03-25"),
        ("until", "2018-03-26"),
        ("username", "deputy.lamphun"),
    ];
    let made = page(governor.submit("/groups/lpn/deputies", &fields).await);
    says(&made, &["รองผู้ว่าราชการจังหวัดลำพูน · นางสาวสมหญิง ใจดี", "25 มี.ค. 2561 ถึง 26 มี.ค. 2561", "deputy.lamphun"]);
    let (_, link) = made.text.split_once("/welcome/").expect("a link");
    let link = format!("/welcome/{}", link.split('<').next().expect("its end"));
    let twice = governor.submit("/groups/lpn/deputies", &fields).await;
    assert_eq!(twice.status, 422, "the name is taken, and no second duty is made");
    says(&twice, &["มีผู้ใช้ชื่อนี้แล้ว"]);
    let deputy = Browser::new(&app);
    let set = async |deputy: &Browser<'_>| deputy.submit(&link, &[("password", PASSWORD), ("again", PASSWORD)]).await;
    let sign_in = async || {
        let browser = Browser::new(&app);
        let answer = browser.submit("/sign-in", &[("username", "deputy.lamphun"), ("password", PASSWORD)]).await;
        (browser, answer.status)
    };
    app.after(Duration::from_hours(48)).await;
    assert!(set(&deputy).await.status < 400);
    let (deputy, status) = sign_in().await;
    assert_eq!(status, 303);
    deputy.submit(&format!("/waiting/{id}/forward"), &[("into", "lpn")]).await.location();
    assert_eq!(state(&app, &id, "lpn").await, State::Ready);
    says(&page(governor_page(&app, &id).await), &["ส่งต่อแล้วโดย รองผู้ว่าราชการจังหวัดลำพูน เมื่อ"]);
    app.after(Duration::from_hours(48)).await;
    assert_eq!(sign_in().await.1, 422, "the days are over");
    assert_eq!(deputy.open("/waiting").await.status, 303, "and a session ends with them");
}

async fn governor_page(app: &TestApp, id: &str) -> Answer {
    app.sign_in(Who::Steward).await.open(&format!("/waiting/{id}")).await
}

#[tokio::test]
async fn ending_a_duty_ends_the_account_with_it() {
    let app = TestApp::new().await;
    let governor = app.sign_in(Who::Steward).await;
    let fields = [("name", "นายสมชาย"), ("from", "2018-03-23"), ("until", "2018-03-30"), ("username", "somchai")];
    let made = page(governor.submit("/groups/lpn/deputies", &fields).await);
    says(&made, &["กำลังปฏิบัติหน้าที่แทน"]);
    let number = app.count("select id::bigint from stewards where account_id is not null").await;
    let end = format!("/groups/lpn/deputies/{number}/end");
    assert_eq!(governor.submit(&end, &[]).await.location(), "/groups/lpn/settings?said=deputy-ended");
    assert_eq!(
        app.count("select count(*) from accounts where username = 'somchai' and disabled_at is not null").await,
        1
    );
    assert_eq!(governor.submit(&end, &[]).await.status, 404);
}

#[tokio::test]
async fn the_form_of_a_deputy_tells_all_that_is_wrong_and_keeps_what_was_typed() {
    let app = TestApp::new().await;
    let governor = app.sign_in(Who::Steward).await;
    let fields = [("phone", "ไม่มี"), ("title", HOSTILE), ("from", "x"), ("until", "2018-03-01"), ("username", "A B")];
    let refused = governor.submit("/groups/lpn/deputies", &fields).await;
    assert_eq!(refused.status, 422);
    says(
        &refused,
        &[&escaped(HOSTILE), "หมายเลขโทรศัพท์ไม่ถูกต้อง", "อ่านวันที่ไม่ได้", "วันสุดท้ายต้องไม่อยู่ก่อนวันแรก", "ใช้ได้เฉพาะอักษรอังกฤษตัวเล็ก"],
    );
    assert!(!refused.text.contains("<script>alert"));
    assert_eq!(app.count("select count(*) from stewards where valid_until is not null").await, 0);
}

#[tokio::test]
async fn a_join_code_is_shown_once() {
    let app = TestApp::new().await;
    let governor = app.sign_in(Who::Steward).await;
    let shown = page(governor.submit("/groups/lpn/join-code", &[]).await);
    says(&shown, &["GCC-", "พิมพ์รหัสนี้ในกลุ่ม LINE"]);
    assert!(!page(governor.open("/groups/lpn/settings").await).text.contains("GCC-"));
}

#[tokio::test]
async fn hostile_texts_of_others_are_shown_as_texts() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "subject": HOSTILE, "body": HOSTILE, "document_number": null })).await;
    app.release(&id).await;
    app.run().await;
    let governor = app.sign_in(Who::Steward).await;
    for path in ["/waiting".to_owned(), "/waiting/all".to_owned(), format!("/waiting/{id}")] {
        let shown = page(governor.open(&path).await);
        assert!(shown.text.contains(&escaped(HOSTILE)), "{path}: {}", shown.text);
        assert!(!shown.text.contains("<script>alert") && !shown.text.contains("<img src=x"), "{path}");
    }
}

#[tokio::test]
async fn everything_is_there_in_english_too() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let governor = app.sign_in(Who::Steward).await;
    governor.set_cookie("gcc_language", "en");
    says(
        &page(governor.open("/waiting").await),
        &["Bulletins waiting for you", "3 groups · 110 members", "Most urgent"],
    );
    says(&page(governor.open(&format!("/waiting/{id}")).await), &["110 messages", ">Forward</button>"]);
    says(&page(governor.open("/groups/lpn/settings").await), &["How bulletins come into this group"]);
}

#[tokio::test]
async fn the_pages_let_in_whom_they_should_and_nobody_else() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let one = format!("/waiting/{id}");
    // each page with what an admin, a steward, an operator, a publisher and an agency get
    let rows = [
        ("/waiting", [303, 200, 303, 403, 403]),
        (&*one, [303, 200, 303, 403, 403]),
        ("/groups/lpn/settings", [200, 200, 200, 403, 403]),
        ("/groups/lpn-com/settings", [200, 404, 200, 403, 403]),
        ("/groups/cmi/settings", [200, 404, 200, 403, 403]),
        ("/waiting/00000000-0000-0000-0000-000000000000", [303, 404, 303, 403, 403]),
    ];
    let people = [Who::Admin, Who::Steward, Who::Operator, Who::Publisher, Who::Agency];
    for (at, who) in people.into_iter().enumerate() {
        let browser = app.sign_in(who).await;
        for (path, expected) in &rows {
            assert_eq!(browser.open(path).await.status, expected[at], "{who:?} {path}");
        }
    }
    let nobody = Browser::new(&app);
    for (path, _) in &rows {
        assert!(nobody.open(path).await.location().starts_with("/sign-in?next="), "{path}");
    }
    // what changes something, by those who may not
    let agency = app.sign_in(Who::Agency).await;
    let steward = app.sign_in(Who::Steward).await;
    let before = app.fingerprint().await;
    for (path, fields) in [
        (format!("{one}/forward"), &[("into", "lpn")][..]),
        (format!("{one}/decline"), &[("into", "lpn"), ("reason", "x")]),
        ("/waiting/all".to_owned(), &[("id", id.as_str())]),
        ("/groups/lpn/settings".to_owned(), &[("how", "at-once")]),
        ("/groups/lpn/join-code".to_owned(), &[]),
        ("/groups/lpn/deputies".to_owned(), &[("name", "x"), ("from", "2018-03-25"), ("until", "2018-03-26")]),
        ("/groups/lpn/deputies/1/end".to_owned(), &[]),
    ] {
        assert_eq!(agency.submit(&path, fields).await.status, 403, "{path}");
        if path.starts_with("/groups/") {
            let others = path.replace("/lpn/", "/cmi/");
            assert_eq!(steward.submit(&others, fields).await.status, 404, "{others}");
        }
    }
    assert_eq!(app.fingerprint().await, before);
}

/// What a browser fetches of a page for the first time, as it is transferred.
async fn page_weight(browser: &Browser<'_>, path: &str, seen: &mut BTreeSet<String>) -> usize {
    let page = browser.fetch(path).await;
    let mut bytes = page.transferred;
    let mut wanted: Vec<String> = addresses(&page.text, "\"/assets/", '"');
    while let Some(address) = wanted.pop() {
        if seen.insert(address.clone()) {
            let asset = browser.fetch(&address).await;
            bytes += asset.transferred;
            if address.contains("/style-") {
                wanted.extend(addresses(&asset.text, "url(/assets/", ')'));
            }
        }
    }
    bytes
}

/// The addresses below `/assets/` that stand in `text`, each between `before` and `end`.
fn addresses(text: &str, before: &str, end: char) -> Vec<String> {
    let parts = text.split(before).skip(1);
    parts.filter_map(|part| part.split(end).next()).map(|file| format!("/assets/{file}")).collect()
}

#[tokio::test]
async fn from_link_to_forwarded_less_than_100_kb_are_transferred_fonts_included() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let governor = app.sign_in(Who::Steward).await;
    let mut seen = BTreeSet::new();
    let one = format!("/waiting/{id}");
    let opened = page_weight(&governor, &one, &mut seen).await;
    let went = governor.submit(&format!("{one}/forward"), &[("into", "lpn"), ("do", "forward")]).await;
    let led = page_weight(&governor, went.location(), &mut seen).await;
    assert!(seen.iter().any(|file| file.contains(".woff2")), "the fonts are counted: {seen:?}");
    let all = opened + went.text.len() + led;
    println!("opened {opened}, led {led}, all {all} bytes");
    assert!(all < 100_000, "{all} bytes: {opened} to open, {led} after the tap, of {seen:?}");
}
