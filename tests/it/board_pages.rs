//! The pages of the board: who sees what, that it moves, that its tables are files, and what can be done from it.

use std::time::Duration;

use gcc_relay::domain::delivery::State;
use gcc_relay::simulator::GroupEvent;
use serde_json::json;
use tokio::time::timeout;

use crate::browser::Browser;
use crate::test_app::{TestApp, Who};

/// The pages of one bulletin that everybody may open who sees it.
fn pages(desk_bulletin: &str, delivery: &str) -> Vec<String> {
    let id = desk_bulletin;
    let mut pages = vec![
        "/board".to_owned(),
        format!("/board/{id}"),
        format!("/board/{id}/provinces/51"),
        format!("/board/{id}/receipt"),
        format!("/board/{id}/receipt?province=51"),
        format!("/deliveries/{delivery}"),
        "/groups/lpn".to_owned(),
        "/failures".to_owned(),
        "/failures?format=csv".to_owned(),
        format!("/board/{id}/provinces/51?format=csv"),
        "/groups/lpn?format=csv".to_owned(),
    ];
    for table in ["tiers", "provinces", "blocked", "curve", "minutes", "slowest", "causes"] {
        pages.push(format!("/board/{id}/csv/{table}"));
    }
    pages.extend(["bulletins", "blocked", "provinces"].map(|table| format!("/board/csv/{table}")));
    pages
}

async fn held(app: &TestApp) -> (String, String) {
    let id = app.held().await;
    let delivery = app.delivery_of(&id, "lpn").await;
    (id, delivery)
}

#[tokio::test]
async fn operators_and_the_provinces_steward_see_every_page_and_other_provinces_none() {
    let app = TestApp::new().await;
    let (id, delivery) = held(&app).await;
    let (operator, steward) = (app.sign_in(Who::Operator).await, app.sign_in(Who::Steward).await);
    for path in pages(&id, &delivery) {
        for browser in [&operator, &steward] {
            let page = browser.open(&path).await;
            assert_eq!(page.status, 200, "{path}: {}", page.text);
        }
    }
    let elsewhere = app.delivery_of(&id, "cmi").await;
    for path in [
        format!("/board/{id}/provinces/50"),
        format!("/board/{id}/receipt?province=50"),
        format!("/deliveries/{elsewhere}"),
        "/groups/cmi".to_owned(),
    ] {
        assert_eq!(operator.open(&path).await.status, 200, "{path}");
        let hidden = steward.open(&path).await;
        assert_eq!(hidden.status, 404, "{path}");
        assert!(!hidden.text.contains("เชียงใหม่"), "{path}");
    }
    let board = steward.open(&format!("/board/{id}")).await.text;
    assert!(board.contains("ลำพูน") && !board.contains("GCC2-จังหวัดเชียงใหม่"), "{board}");
}

#[tokio::test]
async fn only_operators_do_what_is_theirs_and_the_signed_out_are_sent_to_sign_in() {
    let app = TestApp::new().await;
    let (id, delivery) = held(&app).await;
    let (operator, steward) = (app.sign_in(Who::Operator).await, app.sign_in(Who::Steward).await);
    for path in [format!("/board/{id}/retry"), "/channels".to_owned()] {
        assert_eq!(operator.open(&path).await.status, 200, "{path}");
        assert_eq!(steward.open(&path).await.status, 403, "{path}");
    }
    let before = app.fingerprint().await;
    for (path, fields) in [
        (format!("/board/{id}/retry"), vec![]),
        (format!("/board/{id}/undecline"), vec![("group", "lpn")]),
        (format!("/deliveries/{delivery}/retry"), vec![]),
        ("/channels/gcc/park".to_owned(), vec![]),
        ("/channels/gcc/resume".to_owned(), vec![]),
    ] {
        assert_eq!(steward.submit(&path, &fields).await.status, 403, "{path}");
    }
    assert_eq!(app.fingerprint().await, before);
    let nobody = Browser::new(&app);
    for path in pages(&id, &delivery) {
        assert!(nobody.open(&path).await.location().starts_with("/sign-in?next="), "{path}");
    }
    for path in ["/board/x", "/board/x/live", "/deliveries/x", "/groups/%00", "/board/csv/x"] {
        assert_eq!(operator.open(path).await.status, 404, "{path}");
    }
    assert_eq!(operator.open(&format!("/board/{id}/provinces/%00")).await.status, 404);
    let draft = app.write().await;
    assert_eq!(operator.open(&format!("/board/{draft}")).await.status, 404, "a draft has no board");
}

#[tokio::test]
async fn telephone_numbers_are_shown_to_operations_and_to_nobody_else() {
    let app = TestApp::new().await;
    let (id, _) = held(&app).await;
    let put = "update stewards set phone = '053 123 456' where group_id = (select id from groups where code = 'lpn')";
    sqlx::query(put).execute(&mut *app.db().await).await.expect("a number");
    let path = format!("/board/{id}");
    assert!(app.sign_in(Who::Operator).await.open(&path).await.text.contains("053 123 456"));
    for who in [Who::Publisher, Who::Agency] {
        let browser = app.sign_in(who).await;
        for path in [path.as_str(), "/board", "/board/csv/blocked", "/groups/lpn"] {
            let page = browser.open(path).await;
            assert!(!page.text.contains("053 123 456"), "{who:?} {path}");
        }
    }
}

#[tokio::test]
async fn the_board_tells_who_blocks_whom_in_words_and_the_map_in_letters() {
    let app = TestApp::new().await;
    let (id, _) = held(&app).await;
    let page = app.sign_in(Who::Operator).await.open(&format!("/board/{id}")).await.text;
    for text in ["GCC2-จังหวัดลำพูน", "ผู้ว่าราชการจังหวัดลำพูน", "ลพ.", "กทม.", "รอส่งต่อ", "LINE รับข้อความแล้ว"]
    {
        assert!(page.contains(text), "{text}");
    }
    // Lamphun has 0 of 3, Chiang Mai 2 of 3: as a number in the tile, and in the table
    for text in ["<title>ลำพูน – 0% (0/3)</title>", "<title>เชียงใหม่ – 66% (2/3)</title>", "2/3"]
    {
        assert!(page.contains(text), "{text}");
    }
    let (table, map) = (page.find("id=\"provinces\"").expect("a table"), page.find("tile-map").expect("a map"));
    assert!(table < map, "the table comes before the drawing");
    for wrong in ["style=", "<script>", "onclick", "delivered", "อ่านแล้ว"] {
        assert!(!page.contains(wrong), "{wrong}");
    }
}

#[tokio::test]
async fn an_open_board_is_told_of_a_change_within_a_second() {
    let app = TestApp::new().await;
    let (id, _) = held(&app).await;
    let operator = app.sign_in(Who::Operator).await;
    let mut events = operator.follow(&format!("/board/{id}/live")).await;
    let mut overview = operator.follow("/board/live").await;
    let soon = Duration::from_secs(5);
    let first = timeout(soon, events.next()).await.expect("in time").expect("a part");
    assert!(first.data.contains("0/3") && first.data.contains("GCC2-จังหวัดลำพูน"), "{}", first.data);
    timeout(soon, overview.next()).await.expect("in time").expect("a part");
    app.post(&Who::Admin, &format!("bulletins/{id}/forward"), json!({ "into": ["lpn"] })).await.expect(200);
    app.run().await;
    let begun = std::time::Instant::now();
    loop {
        let next = timeout(soon, events.next()).await.expect("in time").expect("a part");
        if next.data.contains("<title>ลำพูน – 66% (2/3)</title>") {
            break;
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    timeout(soon, overview.next()).await.expect("in time").expect("a part");
}

#[tokio::test]
async fn fifty_open_boards_cost_what_one_does() {
    let app = TestApp::new().await;
    let (id, _) = held(&app).await;
    let operator = app.sign_in(Who::Operator).await;
    let mut all = Vec::new();
    for _ in 0..50 {
        let mut events = operator.follow(&format!("/board/{id}/live")).await;
        events.next().await.expect("a part");
        all.push(events);
    }
    let before = app.web_app.live().work().frames;
    assert_eq!(before, 1, "one part for fifty");
    app.post(&Who::Admin, &format!("bulletins/{id}/forward"), json!({ "into": ["lpn"] })).await.expect(200);
    app.run().await;
    for events in &mut all {
        while !events.next().await.expect("a part").data.contains("<title>ลำพูน – 66% (2/3)</title>") {}
    }
    let made = app.web_app.live().work().frames - before;
    assert!(made <= 4, "{made} parts for a few changes and fifty boards");
}

#[tokio::test]
async fn every_table_is_a_file_that_excel_opens_and_that_calculates_nothing() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "subject": "=HYPERLINK(\"http://evil.example\")" })).await;
    app.release(&id).await;
    app.run().await;
    let operator = app.sign_in(Who::Operator).await;
    let file = operator.open(&format!("/board/{id}/csv/blocked")).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.header("content-disposition").contains(&format!("blocked-{id}.csv")));
    assert!(file.text.starts_with('\u{feff}') && file.text.contains("\r\n"));
    assert!(file.text.contains("'=HYPERLINK") && file.text.contains("GCC2-จังหวัดลำพูน"), "{}", file.text);
    assert!(operator.open("/board/csv/bulletins").await.text.contains("'=HYPERLINK"));
    let tiers = operator.open(&format!("/board/{id}/csv/tiers")).await.text;
    assert_eq!(tiers.lines().count(), 4, "{tiers}");
}

#[tokio::test]
async fn what_failed_is_tried_again_after_a_question_that_says_how_many() {
    let app = TestApp::new().await;
    let id = app.relayed().await;
    let operator = app.sign_in(Who::Operator).await;
    let page = operator.open(&format!("/board/{id}")).await.text;
    let link = format!("/board/{id}/retry?state=unreachable&amp;reason=not_linked");
    assert!(page.contains(&link) || page.contains(&link.replace("&amp;", "&#38;")), "{page}");
    let ask = operator.open(&format!("/board/{id}/retry?state=unreachable&reason=not_linked")).await;
    assert!(ask.text.contains("จะจัดเข้าคิวเพื่อส่งอีกครั้ง 1 รายการ"), "{}", ask.text);
    assert!(ask.text.contains("1 รายการยังไม่ได้เชื่อมกลุ่ม LINE"), "it would fail again, and that is said");
    let none = operator.open(&format!("/board/{id}/retry?state=failed")).await;
    assert!(none.text.contains("จะจัดเข้าคิวเพื่อส่งอีกครั้ง 0 รายการ"), "{}", none.text);
    let fields = [("state", "unreachable"), ("reason", "not_linked"), ("tier", ""), ("province", "")];
    let done = operator.submit(&format!("/board/{id}/retry"), &fields).await;
    assert_eq!(done.location(), format!("/board/{id}?said=retried"));
    assert!(operator.open(done.location()).await.text.contains("จัดเข้าคิวเพื่อส่งอีกครั้งแล้ว"));
    assert_eq!(app.relay.delivery(id.parse().expect("an id"), "cmi-far").await.state, State::Ready);
    for wrong in ["reason=x", "state=accepted0", "tier=x", "province=centre"] {
        assert_eq!(operator.open(&format!("/board/{id}/retry?{wrong}")).await.status, 422, "{wrong}");
    }
}

#[tokio::test]
async fn a_cause_in_a_bulletin_leads_to_its_deliveries_and_back() {
    let app = TestApp::new().await;
    let (other, id) = (app.relayed().await, app.relayed().await);
    let operator = app.sign_in(Who::Operator).await;
    let cause = format!("/failures?bulletin={id}&amp;state=unreachable&#38;reason=not_linked");
    let page = operator.open(&format!("/board/{id}")).await.text;
    assert!(page.contains(&cause), "{page}");
    let failed = app.delivery_of(&id, "cmi-far").await;
    let elsewhere = app.delivery_of(&other, "cmi-far").await;
    for filter in ["", "&state=unreachable&reason=not_linked"] {
        let list = operator.open(&format!("/failures?bulletin={id}{filter}")).await.text;
        assert!(list.contains(&failed) && !list.contains(&elsewhere), "{filter}: {list}");
        assert!(list.contains(&format!("href=\"/board/{id}#causes\"")), "the way back");
    }
    assert!(!operator.open(&format!("/failures?bulletin={id}&state=declined")).await.text.contains(&failed));
    let all = operator.open("/failures").await.text;
    assert!(all.contains(&failed) && all.contains(&elsewhere));
    let neighbour = app.sign_in(Who::Steward).await.open(&format!("/failures?bulletin={id}")).await.text;
    assert!(!neighbour.contains(&failed), "it is of another province");
}

#[tokio::test]
async fn a_province_of_the_thirty_days_leads_to_its_group() {
    let app = TestApp::new().await;
    app.relayed().await;
    let page = app.sign_in(Who::Operator).await.open("/board").await.text;
    assert!(page.contains("<a href=\"/groups/lpn\" tabindex=\"-1\">"), "the tile: {page}");
    assert!(page.contains("<th scope=\"row\"><a href=\"/groups/lpn\">"), "the row: {page}");
}

#[tokio::test]
async fn a_declining_is_shown_and_can_be_reversed() {
    let app = TestApp::new().await;
    let (id, _) = held(&app).await;
    let reason = json!({ "into": ["lpn"], "reason": "ไม่เกี่ยวข้อง" });
    app.post(&Who::Steward, &format!("bulletins/{id}/decline"), reason).await.expect(200);
    let operator = app.sign_in(Who::Operator).await;
    assert!(operator.open(&format!("/board/{id}")).await.text.contains("ให้กลับไปรอส่งต่อ"));
    let done = operator.submit(&format!("/board/{id}/undecline"), &[("group", "lpn")]).await;
    assert_eq!(done.location(), format!("/board/{id}?said=undeclined"));
    assert_eq!(app.relay.delivery(id.parse().expect("an id"), "lpn").await.state, State::Held);
    let again = operator.submit(&format!("/board/{id}/undecline"), &[("group", "lpn")]).await;
    assert_eq!(again.status, 409, "it is not declined any more");
}

#[tokio::test]
async fn a_channel_is_parked_and_resumed_by_a_person_whom_the_audit_names() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Who::Operator).await;
    assert_eq!(operator.submit("/channels/gcc/park", &[]).await.location(), "/channels?said=parked");
    let page = operator.open("/channels").await.text;
    assert!(page.contains("ยกเลิกการพักช่องทาง"), "{page}");
    assert!(operator.open("/board").await.text.contains("ช่องทางที่มีปัญหา"));
    assert_eq!(operator.submit("/channels/gcc/park", &[]).await.status, 409);
    assert_eq!(operator.submit("/channels/gcc/resume", &[]).await.location(), "/channels?said=resumed");
    let named = "select count(*) from audit where act in ('park', 'resume') and actor = 'user:the-operator'";
    assert_eq!(app.count(named).await, 2);
    let spans = "select count(*) from standstills where ended_at is not null";
    assert_eq!(app.count(spans).await, 1);
}

#[tokio::test]
async fn the_receipt_of_a_province_says_what_line_accepted_and_who_acknowledged() {
    let app = TestApp::new().await;
    let id = app.relayed().await;
    let tap = GroupEvent::Postback { member: 3, data: app.button("Clpn"), display_text: None };
    app.line().happen("Clpn", tap).await.expect("a tap");
    app.run().await;
    let operator = app.sign_in(Who::Operator).await;
    let lamphun = operator.open(&format!("/board/{id}/receipt?province=51")).await.text;
    for text in ["๓ จาก ๓ กลุ่ม", "ครบทุกกลุ่ม", "ใบแสดงผลการส่งประกาศ", "๑/๖๐", "รับทราบ"]
    {
        assert!(lamphun.contains(text), "{text} in {lamphun}");
    }
    let whole = operator.open(&format!("/board/{id}/receipt")).await.text;
    assert!(whole.contains("๗ จาก ๘ กลุ่ม") && whole.contains("ยังไม่ได้เชื่อมกลุ่ม LINE"), "what is missing is told");
}

#[tokio::test]
async fn a_delivery_tells_its_story_and_a_group_its_past() {
    let app = TestApp::new().await;
    let (id, delivery) = held(&app).await;
    app.post(&Who::Steward, &format!("bulletins/{id}/forward"), json!({ "into": ["lpn"] })).await.expect(200);
    app.run().await;
    let operator = app.sign_in(Who::Operator).await;
    let page = operator.open(&format!("/deliveries/{delivery}")).await.text;
    for text in ["เผยแพร่ประกาศ", "ส่งต่อเข้ากลุ่ม", "ระบบ steward", "LINE รับข้อความแล้ว"]
    {
        assert!(page.contains(text), "{text} in {page}");
    }
    // a person without an account is called by the title where the group's own code stands for the steward
    for (query, called) in [
        (
            "update deliveries d set forwarded_by = 'user:lpn' from groups g where g.id = d.group_id and g.code = 'lpn'
                returning 1::bigint",
            "ผู้ว่าราชการจังหวัดลำพูน ผู้รับผิดชอบของกลุ่มนี้",
        ),
        (
            "update deliveries d set forwarded_by = 'user:somebody' from groups g where g.id = d.group_id and g.code = 'lpn'
                returning 1::bigint",
            "ผู้ใช้ somebody",
        ),
    ] {
        app.count(query).await;
        let page = operator.open(&format!("/deliveries/{delivery}")).await.text;
        assert!(page.contains(called), "{called} in {page}");
    }
    let group = operator.open("/groups/lpn").await.text;
    assert!(group.contains(&format!("/deliveries/{delivery}")) && group.contains("GCC3-ลพ-พาณิชย์"), "{group}");
    assert_eq!(operator.submit(&format!("/deliveries/{delivery}/retry"), &[]).await.status, 409);
}

#[tokio::test]
async fn pages_of_an_empty_database_say_so() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Who::Operator).await;
    for (path, text) in [
        ("/board", "ไม่มีประกาศที่กำลังส่งต่อ"),
        ("/board", "ยังไม่มีประกาศใน ๓๐ วันที่ผ่านมา"),
        ("/failures", "ไม่มีรายการที่ต้องแก้ไข"),
        ("/groups/lpn", "ยังไม่มีประกาศสำหรับกลุ่มนี้"),
    ] {
        let page = operator.open(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text.contains(text), "{path}: {}", page.text);
    }
}

#[tokio::test]
async fn what_people_typed_is_shown_as_text() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "subject": "<b>เรื่อง</b> & \"อื่น\"" })).await;
    app.release(&id).await;
    app.run().await;
    let operator = app.sign_in(Who::Operator).await;
    for path in
        ["/board".to_owned(), format!("/board/{id}"), format!("/board/{id}/receipt"), format!("/board/{id}/retry")]
    {
        let page = operator.open(&path).await.text;
        assert!(!page.contains("<b>เรื่อง") && page.contains("เรื่อง"), "{path}");
    }
}
