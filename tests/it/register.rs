//! The receive register of offices: numbers without gaps, endorsements that stay, contradictions that are named, years that are
//! closed, and bulletins that enter by themselves.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use gcc_relay::domain::actor::Actor;
use gcc_relay::domain::register::ReceiptWay;
use gcc_relay::domain::right::Right;
use gcc_relay::domain::text::Subject;
use gcc_relay::domain::time::Timestamp;
use gcc_relay::offices::register::{Letter, OutsideLetter, Receipt, receive};
use gcc_relay::relay::test_driver;
use gcc_relay::simulator::GroupEvent;
use gcc_relay::store::offices::find_office;
use serde_json::{Value, json};

use crate::test_app::{TestApp, Who};

/// A letter from outside, as the seed of October 2563 has it.
fn letter(subject: &str) -> Value {
    json!({
        "subject": subject,
        "document_number": "ที่ นร ๐๕๐๕/ว ๕๐๐",
        "document_date": "๒๒ มีนาคม ๒๕๖๑",
        "from": "สำนักเลขาธิการคณะรัฐมนตรี",
        "to": "ผู้ว่าราชการจังหวัดลำพูน",
    })
}

async fn receive_letter(app: &TestApp, subject: &str) -> Value {
    app.post(&Who::Coordinator, "register", letter(subject)).await.expect(201)
}

/// The numbers and subjects of an office's register, as it lists them.
async fn listed(app: &TestApp, query: &str) -> Vec<(i64, String)> {
    let list = app.get(&Who::Admin, &format!("register?{query}")).await.expect(200);
    let items = list["items"].as_array().expect("a list");
    let subject = |item: &Value| item["subject"].as_str().expect("a subject").to_owned();
    items.iter().map(|item| (item["number"].as_i64().expect("a number"), subject(item))).collect()
}

async fn numbers(app: &TestApp, query: &str) -> Vec<i64> {
    listed(app, query).await.into_iter().map(|(number, _)| number).collect()
}

fn codes(of: &Value) -> Vec<&str> {
    of["doubts"].as_array().expect("doubts").iter().filter_map(|doubt| doubt["code"].as_str()).collect()
}

fn query(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn a_letter_is_received_under_the_next_number_of_the_year() {
    let app = TestApp::new().await;
    let first = receive_letter(&app, "การประชาสัมพันธ์ผลงาน").await;
    assert_eq!((&first["year"], &first["number"], &first["how"]), (&json!(2561), &json!(1), &json!("api")));
    assert_eq!(first["office"]["code"], "lamphun");
    assert_eq!((&first["document_date"], &first["document_number"]), (&json!("2018-03-22"), &json!("ที่ นร ๐๕๐๕/ว ๕๐๐")));
    assert_eq!(first["received_at"], "2018-03-23T00:00:00Z");
    assert_eq!((&first["doubts"], &first["endorsements"]), (&json!([]), &json!([])));
    app.clock.advance(Duration::from_secs(99));
    let second = receive_letter(&app, "เรื่องที่สอง").await;
    assert_eq!((&second["number"], &second["received_at"]), (&json!(2), &json!("2018-03-23T00:01:00Z")));
    let shown = app.get(&Who::Steward, &format!("register/{}", first["id"].as_str().expect("an id"))).await;
    assert_eq!(shown.expect(200), first);
    let acts = "select count(*) from audit where act = 'register_receive' and actor = 'key:coordinator'";
    assert_eq!(app.count(acts).await, 2);
}

#[tokio::test]
async fn each_office_and_each_year_counts_for_itself() {
    let app = TestApp::new().await;
    receive_letter(&app, "จังหวัด").await;
    let below = json!({ "office": "lamphun-commerce", "subject": "พาณิชย์" });
    assert_eq!(app.post(&Who::Coordinator, "register", below).await.expect(201)["number"], 1);
    // a minute before midnight on the last day of 2560
    let late = json!({ "subject": "ปีก่อน", "received_at": "2017-12-31T16:59:00Z" });
    let late = app.post(&Who::Coordinator, "register", late).await.expect(201);
    assert_eq!((&late["year"], &late["number"]), (&json!(2560), &json!(1)));
    assert_eq!(numbers(&app, "office=lamphun&year=2561").await, [1]);
    assert_eq!(numbers(&app, "office=lamphun").await, [1, 1]);
}

#[tokio::test]
async fn two_hundred_received_at_once_have_the_numbers_from_1_to_200() {
    let app = TestApp::new().await;
    let calls = (0..200).map(|n| app.post(&Who::Coordinator, "register", letter(&format!("ฉบับที่ {n}"))));
    let mut given = Vec::new();
    for answer in join_all(calls).await {
        given.push(answer.expect(201)["number"].as_i64().expect("a number"));
    }
    let different: BTreeSet<i64> = given.iter().copied().collect();
    assert_eq!((given.len(), different), (200, (1..=200).collect()));
}

#[tokio::test]
async fn what_is_rolled_back_or_refused_leaves_no_gap() {
    let app = TestApp::new().await;
    let office = find_office(&mut *app.db().await, "lamphun").await.expect("a query").expect("an office").id;
    let subject: Subject = "ไม่สำเร็จ".parse().expect("a subject");
    let outside = OutsideLetter { subject, number: None, date: None, from: None, to: None };
    let receipt = Receipt { letter: Letter::Outside(outside), received_at: None, remark: None, how: ReceiptWay::Page };
    let right = Right::whole(Actor::COMMAND_LINE);
    let mut tx = app.engine.db.begin().await.expect("a transaction");
    receive(&mut tx, &right, office, &receipt, app.now()).await.expect("received");
    // as a crash would end it
    drop(tx);
    let id = app.held().await;
    let bulletin = json!({ "bulletin_id": id });
    let made = app.post(&Who::Coordinator, "register", bulletin.clone()).await.expect(201);
    assert_eq!(made["number"], 1);
    assert_eq!(app.post(&Who::Steward, "register", bulletin).await.problem_name(409), "already-received");
    assert_eq!(receive_letter(&app, "ฉบับต่อไป").await["number"], 2);
}

#[tokio::test]
async fn the_same_call_again_is_the_same_entry() {
    let app = TestApp::new().await;
    let send = || {
        let post = app.request(&Who::Coordinator, reqwest::Method::POST, "register").header("idempotency-key", "k1");
        app.send(post.json(&letter("ครั้งเดียว")))
    };
    let (first, again) = (send().await, send().await);
    assert_eq!((first.expect(201), again.header("idempotency-replayed")), (again.expect(201), "true"));
    assert_eq!(numbers(&app, "office=lamphun").await, [1]);
    let location = first.header("location").trim_start_matches("/api/v1/").to_owned();
    app.get(&Who::Coordinator, &location).await.expect(200);
}

#[tokio::test]
async fn a_bulletin_brings_what_stands_on_it_and_is_received_once_by_each_office() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let made = app.post(&Who::Coordinator, "register", json!({ "bulletin_id": id })).await.expect(201);
    assert_eq!((&made["bulletin_id"], &made["from"]), (&json!(id), &json!("สำนักนายกรัฐมนตรี")));
    assert_eq!(made["document_number"], "ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐");
    let commerce = json!({ "bulletin_id": id, "office": "lamphun-commerce" });
    app.post(&Who::Agency, "register", commerce).await.expect(201);
    let both = json!({ "bulletin_id": id, "subject": "เรื่อง", "from": "ใครก็ได้" });
    assert_eq!(app.post(&Who::Coordinator, "register", both).await.pointers(422), ["/subject"]);
    assert_eq!(app.post(&Who::Coordinator, "register", json!({})).await.pointers(422), ["/subject"]);
    // a draft, and one that goes elsewhere
    let draft = app.write_with(json!({ "origin": "lpn" })).await;
    app.post(&Who::Coordinator, "register", json!({ "bulletin_id": draft })).await.problem(404);
    let elsewhere = app.write_with(json!({ "audience": { "groups": ["cmi-com"] } })).await;
    app.release(&elsewhere).await;
    app.post(&Who::Coordinator, "register", json!({ "bulletin_id": elsewhere })).await.problem(404);
}

#[tokio::test]
async fn contradictions_are_named_and_kept_as_they_are() {
    let app = TestApp::new().await;
    // the letter of December 2560 with its stamp of August, and its doubtful number
    let seed = json!({
        "subject": "การประชาสัมพันธ์", "document_number": "ที่ ฉข ๐๐๑๗.๓/ว น๐๑๐", "document_date": "๑๕ ธันวาคม ๒๕๖๐",
        "received_at": "2017-08-15T07:20:00Z",
    });
    let made = app.post(&Who::Coordinator, "register", seed).await.expect(201);
    assert_eq!(codes(&made), ["received_before_dated", "unknown_prefix", "letter_in_digits"]);
    assert_eq!(made["doubts"][0]["text"]["th"], "ลงรับก่อนวันที่ในหนังสือ");
    assert_eq!(made["received_at"], "2017-08-15T07:20:00Z");
    let tomorrow = json!({ "subject": "ลงวันที่พรุ่งนี้", "document_date": "2018-03-24" });
    let made = app.post(&Who::Coordinator, "register", tomorrow).await.expect(201);
    assert_eq!(codes(&made), ["received_before_dated", "dated_in_future"]);
    let id = app.held().await;
    let early = json!({ "bulletin_id": id, "received_at": "2018-03-22T00:00:00Z" });
    let made = app.post(&Who::Coordinator, "register", early).await.expect(201);
    assert!(codes(&made).contains(&"received_before_published"), "{made}");
    let future = json!({ "subject": "ยังไม่มาถึง", "received_at": "2018-03-24T00:00:00Z" });
    assert_eq!(app.post(&Who::Coordinator, "register", future).await.pointers(422), ["/received_at"]);
}

#[tokio::test]
async fn endorsements_follow_one_another_and_none_is_ever_changed() {
    let app = TestApp::new().await;
    let entry = receive_letter(&app, "มติคณะรัฐมนตรี").await;
    let path = format!("register/{}/endorsements", entry["id"].as_str().expect("an id"));
    let step = |kind: &str, more: Value| {
        let mut body = json!({ "kind": kind, "author": "ผู้อำนวยการสำนักบริหารกลาง" });
        crate::test_app::put_in(&mut body, more);
        body
    };
    let steps = [
        step("propose", json!({})),
        step("noted", json!({ "author": "เลขาธิการ" })),
        step("assign", json!({ "assignee": "กลุ่มงานบริหารทั่วไป", "unit": "สำนักบริหารกลาง" })),
        step("done", json!({ "text": "ไปรษณีย์อิเล็กทรอนิกส์", "author": "หัวหน้ากลุ่มงาน" })),
    ];
    for (at, body) in steps.into_iter().enumerate() {
        let made = app.post(&Who::Steward, &path, body).await.expect(201);
        assert_eq!((made["position"].as_u64(), &made["doubts"]), (Some(at as u64 + 1), &json!([])));
    }
    // of the paper: dated before it was received, and before the one above
    let paper = step("noted", json!({ "at": "2018-03-22T02:00:00Z" }));
    let made = app.post(&Who::Steward, &path, paper).await.expect(201);
    assert_eq!(codes(&made), ["endorsed_before_received", "endorsed_before_last"]);
    for (body, pointer) in [
        (step("assign", json!({})), "/assignee"),
        (step("done", json!({})), "/text"),
        (step("noted", json!({ "at": "2018-03-25T00:00:00Z" })), "/at"),
        (step("noted", json!({ "author": "ก".repeat(121) })), "/author"),
    ] {
        assert_eq!(app.post(&Who::Steward, &path, body).await.pointers(422), [pointer]);
    }
    let shown = app.get(&Who::Coordinator, path.trim_end_matches("/endorsements")).await.expect(200);
    let kinds: Vec<&str> =
        shown["endorsements"].as_array().expect("a chain").iter().filter_map(|step| step["kind"].as_str()).collect();
    assert_eq!(kinds, ["propose", "noted", "assign", "done", "noted"]);
    assert_eq!(app.count("select count(*) from audit where act = 'register_endorse'").await, 5);
    // they are found by what was endorsed
    assert_eq!(numbers(&app, &format!("office=lamphun&q={}", query("บริหารทั่วไป ไปรษณีย์"))).await, [1]);
}

#[tokio::test]
async fn endorsements_at_the_same_time_have_places_of_their_own() {
    let app = TestApp::new().await;
    let entry = receive_letter(&app, "พร้อมกัน").await;
    let path = format!("register/{}/endorsements", entry["id"].as_str().expect("an id"));
    let noted = json!({ "kind": "noted", "author": "ผู้ว่าราชการจังหวัด" });
    let calls = (0..20).map(|_| app.post(&Who::Steward, &path, noted.clone()));
    let mut places: Vec<u64> =
        join_all(calls).await.iter().map(|made| made.expect(201)["position"].as_u64().expect("a place")).collect();
    places.sort_unstable();
    assert_eq!(places, (1..=20).collect::<Vec<u64>>());
}

#[tokio::test]
async fn the_database_itself_keeps_the_register_as_it_is() {
    let app = TestApp::new().await;
    let entry = receive_letter(&app, "บันทึก").await;
    let path = format!("register/{}/endorsements", entry["id"].as_str().expect("an id"));
    app.post(&Who::Steward, &path, json!({ "kind": "noted", "author": "ก" })).await.expect(201);
    app.post(&Who::Coordinator, "register/years/2560/close", json!({})).await.expect(200);
    for change in [
        "update register_entries set subject = 'ก'",
        "update register_entries set received_at = now()",
        "delete from register_entries",
        "update register_endorsements set author = 'ข'",
        "delete from register_endorsements",
        "truncate register_endorsements, register_entries cascade",
        "update register_years set closed_at = null, closed_by = null where year = 2560",
        "update register_years set last_number = 0 where year = 2561",
        "delete from register_years",
    ] {
        let refused = sqlx::query(change).execute(&mut *app.db().await).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("append-only")), "{change}");
    }
}

#[tokio::test]
async fn a_closed_year_takes_no_entry_any_more() {
    let app = TestApp::new().await;
    let late = json!({ "subject": "ปีก่อน", "received_at": "2017-12-31T16:59:00Z" });
    app.post(&Who::Coordinator, "register", late.clone()).await.expect(201);
    assert_eq!(
        app.post(&Who::Coordinator, "register/years/2561/close", json!({})).await.problem_name(409),
        "year-not-ended"
    );
    let closed = app.post(&Who::Coordinator, "register/years/2560/close", json!({})).await.expect(200);
    assert_eq!((&closed["last_number"], &closed["office"]["code"]), (&json!(1), &json!("lamphun")));
    assert_eq!(app.post(&Who::Steward, "register/years/2560/close", json!({})).await.problem_name(409), "year-closed");
    assert_eq!(app.post(&Who::Coordinator, "register", late.clone()).await.problem_name(409), "year-closed");
    // another office's is open, and so is this year's
    let other = json!({ "office": "lamphun-commerce", "subject": "ปีก่อน", "received_at": "2017-12-31T16:59:00Z" });
    app.post(&Who::Agency, "register", other).await.expect(201);
    assert_eq!(receive_letter(&app, "ปีนี้").await["number"], 1);
    // operations close it for an office
    let office = json!({ "office": "chiangmai" });
    app.post(&Who::Operator, "register/years/2560/close", office).await.expect(200);
    assert_eq!(app.count("select count(*) from audit where act = 'register_close_year'").await, 2);
    let years = app.get(&Who::Coordinator, "register/years").await.expect(200);
    let told: Vec<(i64, bool)> = years["years"]
        .as_array()
        .expect("years")
        .iter()
        .map(|year| (year["year"].as_i64().expect("a year"), year["closed_at"].is_string()))
        .collect();
    assert_eq!(told, [(2561, false), (2560, true)]);
    app.post(&Who::Coordinator, "register/years/2018/close", json!({})).await.problem(404);
}

#[tokio::test]
async fn a_register_is_searched_by_words_and_days_and_read_page_by_page() {
    let app = TestApp::new().await;
    for subject in ["น้ำท่วมจังหวัดลำพูน", "ประชุมจังหวัดลำพูน", "ราคาลำไย ๑๐๐%"]
    {
        receive_letter(&app, subject).await;
    }
    let day_later = json!({ "subject": "วันก่อน", "received_at": "2018-03-21T03:00:00Z", "from": "กรมการค้าภายใน" });
    app.post(&Who::Coordinator, "register", day_later).await.expect(201);
    for (words, expected) in [
        ("ลำพูน", vec![3, 2, 1]),
        ("ล\u{e4d}\u{e32}พูน น้ำท่วม", vec![1]),
        ("0505/ว500", vec![3, 2, 1]),
        ("100%", vec![3]),
        ("การค้าภายใน", vec![4]),
        ("ไม่มี", vec![]),
    ] {
        // the recipient of all letters is the governor of Lamphun
        let found = numbers(&app, &format!("office=lamphun&q={}", query(words))).await;
        assert_eq!(found, expected, "{words}");
    }
    let since = "office=lamphun&since=2018-03-22T00:00:00Z";
    assert_eq!(numbers(&app, since).await, [3, 2, 1]);
    assert_eq!(numbers(&app, "office=lamphun&until=2018-03-22T00:00:00Z").await, [4]);
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.get(&Who::Coordinator, &format!("register?limit=3{cursor}")).await.expect(200);
        seen.extend(page["items"].as_array().expect("items").iter().filter_map(|item| item["number"].as_i64()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, [4, 3, 2, 1]);
    for (bad, pointer) in [("year=2018", "?year"), ("since=x", "?since"), ("cursor=eA", "?cursor")] {
        assert_eq!(app.get(&Who::Coordinator, &format!("register?{bad}")).await.pointers(422), [pointer]);
    }
    assert_eq!(app.get(&Who::Admin, "register").await.pointers(422), ["?office"], "whose register?");
}

#[tokio::test]
async fn a_register_is_read_from_its_indexes_however_long_it_is() {
    let app = TestApp::new().await;
    let mut db = app.db().await;
    sqlx::query("set enable_seqscan = off").execute(&mut *db).await.expect("set");
    sqlx::query("set enable_sort = off").execute(&mut *db).await.expect("set");
    sqlx::query("set enable_bitmapscan = off").execute(&mut *db).await.expect("set");
    for (query, index) in [
        (
            "explain select id from register_entries e where e.office_id = 1 and (e.year, e.number) < (2561::smallint, 9)
            order by e.office_id desc, e.year desc, e.number desc limit 51",
            "register_entries_by_number",
        ),
        (
            "explain select r.id from register_entries r where r.office_id = 1 and r.year <= 2561 and r.received_at < '2018-03-23'
            order by r.office_id desc, r.year desc, r.number desc limit 51",
            "Index Only Scan Backward using register_entries_by_number",
        ),
    ] {
        let plan: Vec<String> = sqlx::query_scalar(query).fetch_all(&mut *db).await.expect("a plan");
        assert!(plan.iter().any(|line| line.contains(index)), "{plan:#?}");
        assert!(!plan.iter().any(|line| line.contains("Sort")), "{plan:#?}");
    }
    // what is rare in a register of some length is looked for in the index of words, among the office's own
    for statement in [
        "reset all",
        "insert into register_years (office_id, year, last_number) values (1, 2561, 20000)",
        "insert into register_entries (id, office_id, year, number, subject, received_at, recorded_at, recorded_by, how, search_form)
            select gen_random_uuid(), 1, 2561, n, 'เรื่องที่ ' || n, now(), now(), 'key:test', 'api', 'เรื่องที่' || n from generate_series(1, 20000) n",
        "vacuum analyze register_entries",
    ] {
        sqlx::query(statement).execute(&mut *db).await.expect("done");
    }
    let words = "explain select id from register_entries e where e.office_id = 1 and e.search_form like '%น้ำท่วม%' and e.search_form like '%'";
    let plan: Vec<String> = sqlx::query_scalar(words).fetch_all(&mut *db).await.expect("a plan");
    let index = plan.iter().position(|line| line.contains("register_entries_by_words"));
    let index = index.unwrap_or_else(|| panic!("{plan:#?}"));
    let condition = plan.get(index + 1).expect("its condition");
    assert!(condition.contains("office_id = 1") && condition.contains("น้ำท่วม"), "{plan:#?}");
}

/// Chooses when bulletins enter the register of an office.
async fn choose(app: &TestApp, office: &str, when: &str) {
    let body = json!({ "office": office, "when": when });
    app.post(&Who::Operator, "register/by-itself", body).await.expect(200);
}

async fn upkeep(app: &TestApp) {
    app.after(Duration::from_mins(2)).await;
}

#[tokio::test]
async fn bulletins_enter_the_register_by_themselves_where_the_office_has_chosen_so() {
    let app = TestApp::new().await;
    let before = app.relayed().await;
    choose(&app, "chiangmai", "accepted").await;
    choose(&app, "chiangmai-far", "accepted").await;
    choose(&app, "lamphun", "seen").await;
    app.clock.advance(Duration::from_mins(1));
    let first = app.relayed().await;
    app.clock.advance(Duration::from_mins(1));
    let second = app.relayed().await;
    upkeep(&app).await;
    let list = app.get(&Who::Admin, "register?office=chiangmai").await.expect(200);
    let made: Vec<(&Value, &Value, &Value)> = list["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| (&item["number"], &item["bulletin_id"], &item["how"]))
        .collect();
    let how = &json!("accepted");
    assert_eq!(made, [(&json!(2), &json!(second), how), (&json!(1), &json!(first), how)], "not {before}");
    assert_eq!(list["items"][0]["recorded_by"], "upkeep");
    assert_eq!(numbers(&app, "office=chiangmai-far").await, [0; 0], "LINE did not accept it there");
    assert_eq!(numbers(&app, "office=lamphun").await, [0; 0], "it was pushed there and not seen");
    upkeep(&app).await;
    assert_eq!(numbers(&app, "office=chiangmai").await, [2, 1], "once each");
    choose(&app, "chiangmai", "never").await;
    app.relayed().await;
    upkeep(&app).await;
    assert_eq!(numbers(&app, "office=chiangmai").await, [2, 1]);
    assert_eq!(app.count("select count(*) from audit where act = 'register_by_itself'").await, 4);
}

#[tokio::test]
async fn a_bulletin_that_was_seen_enters_as_seen() {
    let app = TestApp::new().await;
    choose(&app, "lamphun", "seen").await;
    app.clock.advance(Duration::from_mins(1));
    let id = app.held().await;
    let bulletin = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    let text = bulletin["share_text"].as_str().expect("a text").to_owned();
    app.line().happen("Clpn", GroupEvent::Message { member: 1, text }).await.expect("it is written");
    app.run().await;
    upkeep(&app).await;
    let list = app.get(&Who::Coordinator, "register").await.expect(200);
    assert_eq!((&list["items"][0]["how"], &list["items"][0]["bulletin_id"]), (&json!("seen"), &json!(id)));
    assert_eq!(codes(&list["items"][0]), [""; 0]);
}

#[tokio::test]
async fn a_person_who_was_faster_keeps_the_number_and_an_exercise_is_no_letter() {
    let app = TestApp::new().await;
    choose(&app, "chiangmai", "accepted").await;
    app.clock.advance(Duration::from_mins(1));
    let id = app.write_with(json!({ "forwarding": "automatic" })).await;
    app.release(&id).await;
    let mine = json!({ "office": "chiangmai", "bulletin_id": id });
    app.post(&Who::Operator, "register", mine).await.expect(201);
    let drill = app.write_with(json!({ "forwarding": "automatic", "kind": "drill" })).await;
    app.release(&drill).await;
    app.run().await;
    upkeep(&app).await;
    assert_eq!(numbers(&app, "office=chiangmai").await, [1]);
    let next = json!({ "office": "chiangmai", "subject": "ฉบับต่อไป" });
    assert_eq!(app.post(&Who::Operator, "register", next).await.expect(201)["number"], 2);
}

#[tokio::test]
async fn what_came_in_a_year_that_was_closed_is_received_when_it_is_entered() {
    let app = TestApp::new().await;
    choose(&app, "chiangmai", "accepted").await;
    // 23:58 on the last day of 2561
    app.clock.set(Timestamp::from_second(1_546_275_480));
    let id = app.write_with(json!({ "forwarding": "automatic" })).await;
    app.release(&id).await;
    // it comes into the group, and upkeep has not looked yet
    test_driver::send_until_idle(&app.engine).await.expect("it is sent");
    app.clock.advance(Duration::from_mins(5));
    let office = json!({ "office": "chiangmai" });
    app.post(&Who::Operator, "register/years/2561/close", office).await.expect(200);
    app.run().await;
    let list = app.get(&Who::Admin, "register?office=chiangmai").await.expect(200);
    let entry = &list["items"][0];
    assert_eq!((&entry["bulletin_id"], &entry["year"], &entry["number"]), (&json!(id), &json!(2562), &json!(1)));
    assert_eq!(entry["received_at"], "2018-12-31T17:03:00Z");
}

/// Fills the register of `lamphun` up to so many entries of this year.
async fn fill(app: &TestApp, entries: i32) {
    let statements = [
        "insert into register_years (office_id, year) select id, 2561 from offices where code = 'lamphun' on conflict do nothing".to_owned(),
        format!(
            "insert into register_entries (id, office_id, year, number, subject, received_at, recorded_at, recorded_by, how, search_form)
            select gen_random_uuid(), y.office_id, 2561, n, 'ฉบับที่ ' || n, timestamptz '2018-03-23 00:00Z', timestamptz '2018-03-23 00:00Z', 'key:x', 'api', 'ฉบับที่ ' || n
            from register_years y cross join generate_series(y.last_number + 1, {entries}) n where y.office_id = (select id from offices where code = 'lamphun')"
        ),
        format!("update register_years set last_number = {entries} where office_id = (select id from offices where code = 'lamphun')"),
    ];
    for statement in statements {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut *app.db().await).await.expect("filled");
    }
}

/// The cells of a column of a CSV file.
fn column(file: &str, name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(file.trim_start_matches('\u{feff}').as_bytes());
    let at = reader.headers().expect("headings").iter().position(|heading| heading == name).expect("a column");
    reader.records().map(|row| row.expect("a row").get(at).expect("a cell").to_owned()).collect()
}

#[tokio::test]
async fn the_file_of_a_register_is_whole_however_long_it_is() {
    let app = TestApp::new().await;
    receive_letter(&app, "=1+1").await;
    fill(&app, 2_500).await;
    let file = app.get(&Who::Coordinator, "register.csv").await;
    assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert!(file.header("content-disposition").contains("register-lamphun.csv"));
    let all: Vec<String> = (1..=2_500).rev().map(|number: i32| number.to_string()).collect();
    assert_eq!(column(&file.text, "number"), all);
    assert_eq!(column(&file.text, "subject").last().expect("the first"), "'=1+1");
    assert_eq!(column(&file.text, "received_at")[0], "2018-03-23T00:00:00Z");
    let page = app.sign_in(Who::Coordinator).await.open("/register?format=csv").await;
    assert_eq!(column(&page.text, "เลขรับ"), all);
    // as many as are read at once, and none behind them
    fill(&app, 3_000).await;
    assert_eq!(app.get(&Who::Coordinator, "register.csv").await.text.lines().count(), 3_001);
}

#[tokio::test]
async fn the_file_of_a_register_is_narrowed_as_its_list_is() {
    let app = TestApp::new().await;
    receive_letter(&app, "น้ำท่วม").await;
    receive_letter(&app, "ภัยแล้ง").await;
    let found = app.get(&Who::Coordinator, &format!("register.csv?year=2561&q={}", query("ภัยแล้ง"))).await;
    assert_eq!(
        (column(&found.text, "number"), column(&found.text, "how")),
        (vec!["2".to_owned()], vec!["api".to_owned()])
    );
    assert_eq!(column(&app.get(&Who::Coordinator, "register.csv?year=2560").await.text, "number"), [""; 0]);
    assert_eq!(app.get(&Who::Coordinator, "register.csv?year=2018").await.pointers(422), ["?year"]);
    assert_eq!(app.get(&Who::Admin, "register.csv").await.pointers(422), ["?office"]);
    app.get(&Who::Coordinator, "register.csv?limit=1").await.problem(422);
}

/// More entries of Lamphun than are looked at for one page, of which two bear the abbreviation ลพ.
pub async fn fill_beyond_a_look(app: &TestApp) {
    for statement in [
        "insert into register_years (office_id, year, last_number) select id, 2561, 10100 from offices where code = 'lamphun'",
        "insert into register_entries (id, office_id, year, number, subject, received_at, recorded_at, recorded_by, how, search_form)
        select gen_random_uuid(), o.id, 2561, n, 'เรื่องที่ ' || n, timestamptz '2018-01-01 03:00Z' + n * interval '1 minute',
            timestamptz '2018-03-01 03:00Z', 'key:admin', 'api', case when n in (3, 10050) then 'ลพ0017' else 'เรื่องที่' || n end
        from offices o, generate_series(1, 10100) n where o.code = 'lamphun'",
    ] {
        sqlx::query(statement).execute(&mut *app.db().await).await.expect("inserted");
    }
}

#[tokio::test]
async fn words_of_which_no_index_knows_are_looked_for_part_by_part() {
    let app = TestApp::new().await;
    fill_beyond_a_look(&app).await;
    let numbers = |page: &Value| -> Vec<i64> {
        page["items"].as_array().expect("items").iter().filter_map(|item| item["number"].as_i64()).collect()
    };
    let first = app.get(&Who::Steward, "register?q=ลพ").await.expect(200);
    assert_eq!(numbers(&first), [10_050]);
    let cursor = first["next_cursor"].as_str().expect("it goes on");
    let second = app.get(&Who::Steward, &format!("register?q=ลพ&cursor={cursor}")).await.expect(200);
    assert_eq!((numbers(&second), &second["next_cursor"]), (vec![3], &Value::Null));
    // an index knows this one
    let whole = app.get(&Who::Steward, "register?q=ลพ+0017").await.expect(200);
    assert_eq!((numbers(&whole), &whole["next_cursor"]), (vec![10_050, 3], &Value::Null));
    let browser = app.sign_in(Who::Steward).await;
    let page = browser.open("/register?q=ลพ").await;
    assert!(page.text.contains("ช่วงนี้ค้นถึงเลขรับ 101/2561"), "{}", page.text);
    let none = browser.open("/register?q=กย").await;
    assert!(none.text.contains("ช่วงนี้ค้นถึงเลขรับ 101/2561") && none.text.contains("รายการก่อนหน้า"), "{}", none.text);
    let file = app.get(&Who::Steward, "register.csv?q=ลพ").await;
    assert_eq!(file.text.lines().count(), 3, "a file is whole: {}", file.text);
}

/// Fills a register of Lamphun whose entries up to `old` bear a word that no newer one does.
async fn fill_with_an_old_word(app: &TestApp, old: i32, all: i32) {
    for statement in [
        format!("insert into register_years (office_id, year, last_number) select id, 2561, {all} from offices where code = 'lamphun'"),
        format!(
            "insert into register_entries (id, office_id, year, number, subject, received_at, recorded_at, recorded_by, how, search_form)
            select gen_random_uuid(), o.id, 2561, n, 'เรื่องที่ ' || n, timestamptz '2018-01-01 03:00Z', timestamptz '2018-03-01 03:00Z', 'key:admin',
                'api', case when n <= {old} then 'อุทกภัย' else 'เรื่องที่' end || n || '|มท0206'
            from offices o, generate_series(1, {all}) n where o.code = 'lamphun'"
        ),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut *app.db().await).await.expect("inserted");
    }
}

/// The numbers of all pages of a search, and how many pages there are.
async fn all_pages(app: &TestApp, query: &str) -> (Vec<i64>, usize) {
    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = app.get(&Who::Steward, &format!("register?{query}{cursor}")).await.expect(200);
        found.extend(page["items"].as_array().expect("items").iter().filter_map(|item| item["number"].as_i64()));
        pages += 1;
        let Some(next) = page["next_cursor"].as_str() else { return (found, pages) };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn what_is_rare_and_old_is_found_by_the_index_page_by_page() {
    let app = TestApp::new().await;
    fill_with_an_old_word(&app, 120, 5_000).await;
    // what every entry has narrows nothing
    for query in ["q=อุทกภัย&limit=50", "q=มท0206+อุทกภัย&limit=50"] {
        assert_eq!(all_pages(&app, query).await, ((1..=120).rev().collect(), 3), "{query}");
    }
    assert_eq!(all_pages(&app, "q=แผ่นดินไหว").await, (Vec::new(), 1));
    let day = "q=อุทกภัย&since=2018-03-01T00:00:00Z";
    assert_eq!(all_pages(&app, day).await, (Vec::new(), 1), "received in January");
    let file = app.get(&Who::Steward, "register.csv?q=อุทกภัย").await;
    assert_eq!(file.text.lines().count(), 121, "with its head");
}

#[tokio::test]
async fn what_is_frequent_among_old_entries_only_is_walked_for() {
    let app = TestApp::new().await;
    fill_with_an_old_word(&app, 20_050, 31_000).await;
    let first = app.get(&Who::Steward, "register?q=อุทกภัย&limit=50").await.expect(200);
    assert_eq!(first["items"], json!([]), "the index finds too many to put them in order");
    let cursor = first["next_cursor"].as_str().expect("it goes on");
    let second = app.get(&Who::Steward, &format!("register?q=อุทกภัย&limit=50&cursor={cursor}")).await.expect(200);
    assert_eq!((&second["items"][0]["number"], second["items"].as_array().map(Vec::len)), (&json!(20_050), Some(50)));
    let file = app.get(&Who::Steward, "register.csv?q=อุทกภัย").await;
    assert_eq!(file.text.lines().count(), 20_051, "a file is whole");
}
