//! How offices spread bulletins further: recorded by whom it concerns, replaced and never changed, summed up apart from what was
//! acknowledged.

use std::time::Duration;

use gcc_relay::domain::read_back_code::ReadBackCode;
use gcc_relay::files::sweep::sweep;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::submissions::{file, infographic};
use crate::test_app::{Answer, TestApp, Who};

/// What the tower of a village said.
fn tower(bulletin: &str) -> Value {
    json!({
        "bulletin_id": bulletin,
        "medium": "broadcast_tower",
        "area": "510102",
        "village": 3,
        "times": 2,
        "estimated_reach": 400,
        "outlet": "หอกระจายข่าวหมู่ที่ 3",
        "evidence": "https://www.lamphun.go.th/news/1",
    })
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

/// Makes a record, a second after whatever was before.
async fn record(app: &TestApp, who: &Who, body: Value) -> Value {
    app.clock.advance(Duration::from_secs(1));
    app.post(who, "disseminations", body).await.expect(201)
}

/// Puts another in its place, likewise.
async fn replace(app: &TestApp, who: &Who, id: &str, body: Value) -> Answer {
    app.clock.advance(Duration::from_secs(1));
    app.post(who, &format!("disseminations/{id}/replace"), body).await
}

fn id_of(record: &Value) -> String {
    record["id"].as_str().expect("an id").to_owned()
}

async fn listed(app: &TestApp, who: &Who, query: &str) -> Vec<String> {
    let list = app.get(who, &format!("disseminations?{query}")).await.expect(200);
    list["items"].as_array().expect("a list").iter().map(id_of).collect()
}

#[tokio::test]
async fn an_office_says_by_which_medium_where_and_how_often() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let made = record(&app, &Who::Coordinator, tower(&id)).await;
    assert_eq!((&made["bulletin_id"], &made["office"]["code"]), (&json!(id), &json!("lamphun")));
    assert_eq!(
        (&made["medium"], &made["times"], &made["source"]),
        (&json!("broadcast_tower"), &json!(2), &json!("api"))
    );
    assert_eq!((&made["estimated_reach"], &made["replaced_by"]), (&json!(400), &Value::Null));
    let area = json!({
        "code": "510102", "village": 3, "level": "village", "named": true,
        "name": {
            "en": "village 3, subdistrict เหมืองง่า (510102), Mueang Lamphun district, Lamphun",
            "th": "หมู่ที่ 3 ตำบลเหมืองง่า (510102) อำเภอเมืองลำพูน จังหวัดลำพูน",
        },
    });
    assert_eq!(made["area"], area);
    // the least that is said
    let least = json!({ "bulletin_id": id, "medium": "website", "area": "51" });
    let least = record(&app, &Who::Steward, least).await;
    assert_eq!((&least["times"], &least["estimated_reach"], &least["outlet"]), (&json!(1), &Value::Null, &Value::Null));
    assert_eq!(listed(&app, &Who::Admin, &format!("bulletin={id}")).await, [id_of(&least), id_of(&made)]);
    let acts = "select count(*) from audit where act = 'dissemination_record' and actor = 'key:coordinator'";
    assert_eq!(app.count(acts).await, 1);
}

#[tokio::test]
async fn what_was_wrong_is_replaced_and_stays_on_record() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let first = id_of(&record(&app, &Who::Coordinator, tower(&id)).await);
    let right = json!({ "medium": "wired_loudspeaker", "area": "510102", "village": 3, "times": 1 });
    let second = replace(&app, &Who::Steward, &first, right.clone()).await.expect(200);
    assert_eq!((&second["replaces"], &second["bulletin_id"]), (&json!(first), &json!(id)));
    assert_eq!(replace(&app, &Who::Steward, &first, right).await.problem_name(409), "already-replaced");
    let second = id_of(&second);
    assert_eq!(listed(&app, &Who::Coordinator, "office=lamphun").await, std::slice::from_ref(&second));
    // it did not take place at all
    let nothing = json!({ "medium": "wired_loudspeaker", "area": "510102", "times": 0, "estimated_reach": 9 });
    let third = replace(&app, &Who::Steward, &second, nothing).await.expect(200);
    assert_eq!((&third["times"], &third["estimated_reach"]), (&json!(0), &Value::Null));
    let shown = app.get(&Who::Coordinator, &format!("disseminations/{first}")).await.expect(200);
    let history: Vec<String> = shown["history"].as_array().expect("a history").iter().map(id_of).collect();
    assert_eq!((history, &shown["replaced_by"]), (vec![first, second.clone(), id_of(&third)], &json!(second)));
    let sum = app.get(&Who::Admin, &format!("disseminations/summary?bulletin={id}")).await.expect(200);
    assert_eq!(sum["by_medium"], json!([]), "what did not take place counts for nothing");
    for statement in [
        "update disseminations set times = 9",
        "delete from disseminations",
        "truncate disseminations, dissemination_files",
    ] {
        let refused = sqlx::query(statement).execute(&mut *app.db().await).await.expect_err(statement);
        assert!(refused.to_string().contains("is replaced by a new one"), "{refused}");
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_the_field_at_fault() {
    let app = TestApp::new().await;
    let id = app.held().await;
    for (name, value, pointer) in [
        ("times", json!(0), "/times"),
        ("times", json!(1_000), "/times"),
        ("estimated_reach", json!(-1), "/estimated_reach"),
        ("area", json!("50"), "/village"),
        ("area", json!("500101"), "/area"),
        ("area", json!("51010203"), "/area"),
        ("area", json!("ลำพูน"), "/area"),
        ("village", json!(100), "/village"),
        ("at", json!("2018-03-23T00:10:00Z"), "/at"),
        ("at", json!("2018-03-22T23:59:00Z"), "/at"),
        ("evidence", json!("javascript:alert(1)"), "/evidence"),
        ("outlet", json!("ก\nข"), "/outlet"),
        ("medium", json!("telegraph"), "/medium"),
        ("reach", json!(1), "/reach"),
    ] {
        let refused = app.post(&Who::Coordinator, "disseminations", with(tower(&id), name, value.clone())).await;
        assert_eq!(refused.pointers(422), [pointer], "{name}: {value}");
    }
    // operations are bound to no office
    assert_eq!(app.post(&Who::Operator, "disseminations", tower(&id)).await.pointers(422), ["/office"]);
    assert_eq!(app.count("select count(*) from disseminations").await, 0);
}

#[tokio::test]
async fn only_an_office_that_the_bulletin_goes_to_spreads_it() {
    let app = TestApp::new().await;
    let draft = app.write().await;
    assert_eq!(app.post(&Who::Coordinator, "disseminations", tower(&draft)).await.status, 404);
    let elsewhere = app.write_with(json!({ "audience": { "groups": ["cmi"] } })).await;
    app.release(&elsewhere).await;
    assert_eq!(app.post(&Who::Coordinator, "disseminations", tower(&elsewhere)).await.status, 404);
    let chiangmai = with(with(tower(&elsewhere), "office", json!("chiangmai")), "area", json!("500102"));
    record(&app, &Who::Operator, chiangmai.clone()).await;
    assert_eq!(app.post(&Who::Coordinator, "disseminations", chiangmai).await.status, 404, "another province's office");
}

#[tokio::test]
async fn everybody_sees_the_own_part_of_the_tree() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let above = id_of(&record(&app, &Who::Coordinator, tower(&id)).await);
    let below = id_of(&record(&app, &Who::Agency, tower(&id)).await);
    let other = with(with(tower(&id), "office", json!("chiangmai")), "area", json!("500102"));
    let other = id_of(&record(&app, &Who::Operator, other).await);
    let all = vec![other.clone(), below.clone(), above.clone()];
    for (who, sees) in [
        (Who::Admin, all.clone()),
        (Who::Publisher, all),
        (Who::Coordinator, vec![below.clone(), above.clone()]),
        (Who::Steward, vec![below.clone(), above.clone()]),
        (Who::Agency, vec![below.clone()]),
    ] {
        assert_eq!(listed(&app, &who, "").await, sees, "{who:?}");
    }
    let correction = json!({ "medium": "website", "area": "51" });
    for (who, record) in [(Who::Agency, &above), (Who::Coordinator, &other), (Who::Steward, &other)] {
        assert_eq!(app.get(&who, &format!("disseminations/{record}")).await.status, 404);
        assert_eq!(replace(&app, &who, record, correction.clone()).await.status, 404, "{who:?}");
    }
    app.get(&Who::Coordinator, &format!("disseminations/{below}")).await.expect(200);
}

#[tokio::test]
async fn a_list_is_narrowed_and_read_page_by_page() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let village = id_of(&record(&app, &Who::Coordinator, tower(&id)).await);
    let district =
        json!({ "bulletin_id": id, "medium": "district_meeting", "area": "5102", "at": "2018-03-23T00:00:30Z" });
    let district = id_of(&record(&app, &Who::Coordinator, district).await);
    for (query, found) in [
        ("area=51", vec![&district, &village]),
        ("area=5101", vec![&village]),
        ("area=51010203", vec![&village]),
        ("area=50", vec![]),
        ("medium=district_meeting", vec![&district]),
        ("since=2018-03-24T00:00:00Z", vec![]),
        ("since=2018-03-23T00:00:00Z&area=5102", vec![&district]),
        ("office=lamphun-commerce", vec![]),
    ] {
        assert_eq!(listed(&app, &Who::Coordinator, query).await.iter().collect::<Vec<_>>(), found, "{query}");
    }
    let page = app.get(&Who::Coordinator, "disseminations?limit=1").await.expect(200);
    assert_eq!(id_of(&page["items"][0]), district);
    let cursor = page["next_cursor"].as_str().expect("a cursor");
    assert_eq!(listed(&app, &Who::Coordinator, &format!("limit=1&cursor={cursor}")).await, [village]);
    assert_eq!(app.get(&Who::Coordinator, "disseminations?area=5199").await.pointers(422), ["?area"]);
    assert_eq!(app.get(&Who::Coordinator, "disseminations?office=chiangmai").await.status, 404);
}

#[tokio::test]
async fn the_sums_are_estimates_and_leave_what_was_acknowledged_alone() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let status = async || app.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
    let before = status().await;
    record(&app, &Who::Coordinator, tower(&id)).await;
    record(&app, &Who::Agency, with(tower(&id), "estimated_reach", json!(100))).await;
    record(&app, &Who::Coordinator, json!({ "bulletin_id": id, "medium": "website", "area": "51" })).await;
    assert_eq!(status().await["acknowledged"], before["acknowledged"]);
    let sum = app.get(&Who::Admin, &format!("disseminations/summary?bulletin={id}")).await.expect(200);
    let by_medium = json!([
        { "level": "province", "medium": "website", "offices": 1, "records": 1, "times": 1, "estimated_reach": null },
        { "level": "village", "medium": "broadcast_tower", "offices": 2, "records": 2, "times": 4, "estimated_reach": 500 },
    ]);
    assert_eq!(sum["by_medium"], by_medium);
    let of_province = |sum: &Value, code: &str| {
        let rows = sum["by_province"].as_array().expect("a list");
        rows.iter().find(|row| row["province"] == code).cloned()
    };
    let lamphun = of_province(&sum, "51").expect("Lamphun");
    assert_eq!(
        (&lamphun["offices"], &lamphun["records"], &lamphun["estimated_reach"]),
        (&json!(2), &json!(3), &json!(500))
    );
    assert!(lamphun["receiving_offices"].as_i64().is_some_and(|receiving| receiving > 2), "{lamphun}");
    let elsewhere = of_province(&sum, "50").expect("Chiang Mai");
    assert_eq!((&elsewhere["offices"], &elsewhere["estimated_reach"]), (&json!(0), &Value::Null));
    let own = app.get(&Who::Agency, &format!("disseminations/summary?bulletin={id}")).await.expect(200);
    assert_eq!(own["by_medium"][0]["estimated_reach"], 100);
    assert_eq!(of_province(&own, "50"), None);
}

/// The read-back code of a bulletin for a subdistrict, as the coordinator's script bears it.
async fn code_for(coordinator: &Browser<'_>, bulletin: &str, area: &str) -> String {
    let made = coordinator.submit(&format!("/disseminations/script/{bulletin}"), &[("area", area)]).await;
    let to = made.location().to_owned();
    let script = coordinator.open(&to).await.text;
    let sheet = coordinator.open(&to.replace("/script/", "/sheet/")).await.text;
    let code = script.split("RBK-").nth(1).and_then(|rest| rest.get(..9)).expect("a code").to_owned();
    assert!(sheet.contains(&code), "the sheet bears it too");
    for caption in ["สแกนเพื่ออ่านประกาศ", "โปรดตัดออกก่อนปิดประกาศ", "โปรดสแกนเพื่อแจ้งผล"]
    {
        assert!(sheet.contains(caption), "{caption}: {sheet}");
    }
    format!("RBK-{code}")
}

fn given<'a>(code: &'a str, village: &'a str, times: &'a str) -> [(&'a str, &'a str); 4] {
    [("code", code), ("village", village), ("medium", "broadcast_tower"), ("times", times)]
}

#[tokio::test]
async fn a_village_gives_back_the_code_of_its_script_without_an_account() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    let code = code_for(&coordinator, &id, "510102").await;
    assert_eq!(code_for(&coordinator, &id, "510102").await, code, "one code for a subdistrict");
    assert_eq!(code_for(&coordinator, &id, "ต.เหมืองง่า").await, code, "which may be called by its name");
    let village = Browser::new(&app);
    assert_eq!(village.open("/readback").await.status, 200);
    let filled = village.open(&format!("/readback?code={code}")).await.text;
    assert!(filled.contains(&format!("value=\"{code}\"")), "what the QR code leads to has it typed: {filled}");
    let hostile = village.open("/readback?code=%22%3E%3Cscript%3E").await.text;
    assert!(hostile.contains("name=\"code\" value=\"\""), "what is no code is not taken over: {hostile}");
    for (typed, taken) in [(code.as_str(), 1), (&code.to_lowercase(), 1)] {
        let answer = village.submit("/readback", &given(typed, "3", "2")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(app.count("select count(*) from disseminations").await, taken, "the same again is known");
    }
    app.clock.advance(Duration::from_mins(1));
    village.submit("/readback", &given(&code, "3", "3")).await;
    let list = app.get(&Who::Coordinator, "disseminations").await.expect(200);
    let held = &list["items"][0];
    assert_eq!(
        (list["items"].as_array().map(Vec::len), &held["times"]),
        (Some(1), &json!(3)),
        "the other number holds"
    );
    assert_eq!((&held["source"], &held["recorded_by"]), (&json!("read_back"), &json!("read-back")));
    assert_eq!((&held["area"]["code"], &held["area"]["village"]), (&json!("510102"), &json!(3)));
    assert_eq!((&held["office"]["code"], &held["bulletin_id"]), (&json!("lamphun"), &json!(id)));
    assert_eq!(app.count("select count(*) from audit where act = 'dissemination_read_back'").await, 2);
    for wrong in [given("RBK-2222-2222", "3", "1"), given(&code, "100", "1"), given(&code, "3", "0"), given("", "", "")]
    {
        assert_eq!(village.submit("/readback", &wrong).await.status, 422, "{wrong:?}");
    }
}

#[tokio::test]
async fn giving_back_is_bounded_for_one_code_and_address() {
    let app = TestApp::new().await;
    let village = Browser::new(&app);
    let (code, other) = (ReadBackCode::generate().to_string(), ReadBackCode::generate().to_string());
    let status = async |code: &str| village.submit("/readback", &given(code, "", "1")).await.status;
    for _ in 0..10 {
        assert_eq!(status(&code).await, 422);
    }
    assert_eq!((status(&code).await, status(&other).await), (429, 422));
    app.clock.advance(Duration::from_secs(31));
    assert_eq!(status(&code).await, 422);
}

#[tokio::test]
async fn an_office_types_what_it_was_told_and_no_other_office_may() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let (coordinator, agency) = (app.sign_in(Who::Coordinator).await, app.sign_in(Who::Agency).await);
    let code = code_for(&coordinator, &id, "510102").await;
    let fields = given(&code, "4", "1");
    assert_eq!(agency.submit("/disseminations/read-back", &fields).await.status, 422, "it is the office's above");
    let to = coordinator.submit("/disseminations/read-back", &fields).await;
    assert!(coordinator.open(to.location()).await.text.contains("หมู่ที่ 4"));
    let list = app.get(&Who::Coordinator, "disseminations").await.expect(200);
    let (source, by) = (&list["items"][0]["source"], &list["items"][0]["recorded_by"]);
    assert_eq!((source, by), (&json!("keyed_in"), &json!("user:the-coordinator")));
    for elsewhere in ["500102", "5101", "51010203", "x"] {
        let refused = coordinator.submit(&format!("/disseminations/script/{id}"), &[("area", elsewhere)]).await;
        assert_eq!(refused.status, 422, "{elsewhere}");
    }
    let operator = app.sign_in(Who::Operator).await;
    let refused = operator.submit(&format!("/disseminations/script/{id}"), &[("area", "510102")]).await;
    assert_eq!(refused.status, 422, "operations have no villages");
}

#[tokio::test]
async fn the_last_choice_is_repeated_with_one_tap() {
    let app = TestApp::new().await;
    let first = app.held().await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    let fields = [
        ("medium", "wired_loudspeaker"),
        ("area", "510102"),
        ("village", "๓"),
        ("date", "2018-03-23"),
        ("time", "07:00"),
        ("times", "2"),
        ("reach", "1,200"),
    ];
    let form = format!("/disseminations/new?bulletin={first}");
    let recorded = coordinator.submit(&form, &fields).await;
    assert!(coordinator.open(recorded.location()).await.text.contains("1,200"));
    let second = app.held().await;
    let page = coordinator.open(&format!("/disseminations/new?bulletin={second}")).await.text;
    let again =
        page.split("<form").find(|form| form.contains("name=\"reach\" value=\"1200\"")).expect("the form").to_owned();
    assert!(
        again.contains("name=\"medium\" value=\"wired_loudspeaker\"") && again.contains("name=\"village\" value=\"3\"")
    );
    let csv = coordinator.open("/disseminations?csv=yes").await;
    assert!(csv.header("content-type").starts_with("text/csv") && csv.text.contains("51010203"), "{}", csv.text);
}

#[tokio::test]
async fn pictures_show_what_was_done_to_the_own_part_of_the_tree_and_to_nobody_else() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let mut pictures = Vec::new();
    for seed in 1..=4 {
        pictures.push(file(&app, &Who::Coordinator, &infographic(90, 120, seed)).await);
    }
    let made = record(&app, &Who::Coordinator, with(tower(&id), "pictures", json!(pictures))).await;
    assert_eq!(made["pictures"], json!(pictures), "in their order");
    let path = format!("disseminations/{}/pictures/{}", id_of(&made), pictures[2]);
    for (who, status) in [
        (Who::Admin, 200),
        (Who::Publisher, 200),
        (Who::Coordinator, 200),
        (Who::Steward, 200),
        (Who::Agency, 404),
        (Who::Nobody, 401),
    ] {
        let answer = app.request(&who, reqwest::Method::GET, &path).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{who:?}");
        if status == 200 {
            assert_eq!(answer.headers()["cache-control"], "private, no-store");
        }
    }
    let public = app.request(&Who::Nobody, reqwest::Method::GET, &format!("/f/{}.jpg", pictures[2]));
    assert_eq!(public.send().await.expect("an answer").status().as_u16(), 404, "they are not public");
    // a file of another record leads nowhere
    let other = id_of(&record(&app, &Who::Coordinator, tower(&id)).await);
    assert_eq!(
        app.get(&Who::Coordinator, &format!("disseminations/{other}/pictures/{}", pictures[2])).await.status,
        404
    );
    // a replacement carries its own
    let right = json!({ "medium": "website", "area": "51", "pictures": [pictures[0]] });
    let newer = replace(&app, &Who::Coordinator, &id_of(&made), right).await.expect(200);
    assert_eq!(newer["pictures"], json!([pictures[0]]));
    let nothing = json!({ "medium": "website", "area": "51", "times": 0, "pictures": [pictures[0]] });
    let newest = replace(&app, &Who::Coordinator, &id_of(&newer), nothing).await.expect(200);
    assert_eq!(newest["pictures"], json!([]), "what did not take place is shown by nothing");
    // what a record has is kept, also where the record was replaced
    let gone = sweep(&app.web_app.files, &app.web_app.db, app.now() + Duration::from_hours(30 * 24)).await;
    assert_eq!(gone.expect("swept"), 0);
    for statement in
        ["delete from dissemination_files", "update dissemination_files set no = 4", "truncate dissemination_files"]
    {
        sqlx::query(statement).execute(&mut *app.db().await).await.expect_err(statement);
    }
}

#[tokio::test]
async fn what_is_no_picture_or_too_many_is_refused_with_the_field_at_fault() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let picture = file(&app, &Who::Coordinator, &infographic(90, 120, 1)).await;
    let clip = file(&app, &Who::Coordinator, include_bytes!("files/clip.mp4")).await;
    let absent = "00".repeat(32);
    for (pictures, pointer) in [
        (json!([picture, clip]), "/pictures/1"),
        (json!([absent]), "/pictures/0"),
        (json!([picture, picture]), "/pictures"),
        (json!(["x"]), "/pictures/0"),
        (json!(["0", "1", "2", "3", "4"].map(|digit| digit.repeat(64))), "/pictures"),
    ] {
        let refused =
            app.post(&Who::Coordinator, "disseminations", with(tower(&id), "pictures", pictures.clone())).await;
        assert_eq!(refused.pointers(422), [pointer], "{pictures}");
    }
    assert_eq!(app.count("select count(*) from disseminations").await, 0);
}

#[tokio::test]
async fn pictures_are_added_on_the_telephone_before_the_rest_is_typed() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    let send = async |fields: &[(&str, &str)], bytes: &[u8]| {
        coordinator.submit_with_file("/disseminations/pictures", fields, "file", bytes).await
    };
    let of_bulletin = [("bulletin", id.as_str())];
    for bad in [b"".as_slice(), b"<html>", include_bytes!("files/clip.mp4")] {
        let refused = send(&of_bulletin, bad).await;
        assert!(refused.status == 422 && refused.text.contains("id=\"upload-fault\""), "{}", refused.text);
    }
    let form = send(&of_bulletin, &infographic(90, 120, 1)).await.location().to_owned();
    let page = coordinator.open(&form).await.text;
    let chosen =
        page.split("name=\"pictures\" value=\"").nth(1).and_then(|rest| rest.get(..64)).expect("an id").to_owned();
    let second = send(&[of_bulletin[0], ("pictures", &chosen)], &infographic(90, 120, 2)).await;
    assert_eq!(second.location().matches(',').count(), 1, "the second is added to the first");
    let typed = [
        ("medium", "notice_board"),
        ("area", "เหมืองง่า"),
        ("date", "2018-03-23"),
        ("time", "07:00"),
        ("times", "1"),
        ("pictures", &chosen),
    ];
    let to = coordinator.submit(&form, &typed).await.location().to_owned();
    let shown = coordinator.open(&to).await.text;
    assert!(shown.contains(&format!("/pictures/{chosen}?small=yes")) && shown.contains("(510102)"), "{shown}");
    let picture = format!("{}/pictures/{chosen}", to.split('?').next().expect("a path"));
    for path in [picture.clone(), format!("{picture}?small=yes")] {
        assert_eq!(coordinator.open_without_session(&path).await.status, 200, "{path}");
    }
    let agency = app.sign_in(Who::Agency).await;
    assert_eq!(agency.open(&picture).await.status, 404);
    // a correction begins with the pictures that are there, and may leave them out
    let record = to.split('?').next().and_then(|path| path.rsplit('/').next()).expect("an id");
    let correction = send(&[("record", record), ("pictures", &chosen)], &infographic(90, 120, 3)).await;
    assert_eq!(correction.location().matches(',').count(), 1);
    assert_eq!(send(&[("record", record)], b"x").await.status, 422);
    assert_eq!(send(&[], &infographic(90, 120, 3)).await.status, 400);
    let mut without = typed.to_vec();
    without.push(("no_pictures", "yes"));
    coordinator.submit(&format!("/disseminations/{record}/replace"), &without).await.location();
    let list = app.get(&Who::Coordinator, "disseminations").await.expect(200);
    assert_eq!(list["items"][0]["pictures"], json!([]));
}

#[tokio::test]
async fn what_another_office_has_to_do_is_recorded_as_done_by_that_office() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    let form = format!("/disseminations/new?bulletin={id}&office=lamphun-commerce");
    let page = coordinator.open(&form).await.text;
    assert!(
        page.contains("name=\"office\" value=\"lamphun-commerce\"") && !page.contains("big-button\">บันทึกซ้ำ"),
        "{page}"
    );
    // pictures are chosen before the rest is typed
    let sent = [("bulletin", id.as_str()), ("office", "lamphun-commerce")];
    let chosen =
        coordinator.submit_with_file("/disseminations/pictures", &sent, "file", &infographic(90, 120, 1)).await;
    let chosen = coordinator.open(chosen.location()).await.text;
    assert!(chosen.contains("name=\"office\" value=\"lamphun-commerce\""), "{chosen}");
    let none = coordinator.submit_with_file("/disseminations/pictures", &sent, "file", b"x").await;
    assert!(none.status == 422 && none.text.contains("name=\"office\" value=\"lamphun-commerce\""), "{}", none.text);
    let typed = [
        ("office", "lamphun-commerce"),
        ("medium", "website"),
        ("area", "51"),
        ("date", "2018-03-23"),
        ("time", "07:00"),
        ("times", "1"),
    ];
    coordinator.submit(&form, &typed).await.location();
    let made = app.get(&Who::Coordinator, "disseminations").await.expect(200);
    assert_eq!(made["items"][0]["office"]["code"], "lamphun-commerce", "{made}");
    let own = coordinator.open(&format!("/disseminations/new?bulletin={id}&office=lamphun")).await.text;
    assert!(!own.contains("id=\"office\""), "the own office is not asked for: {own}");
}

#[tokio::test]
async fn several_villages_are_recorded_at_once_and_each_by_itself_or_none_is() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    let form = format!("/disseminations/new?bulletin={id}");
    let typed = async |area: &str, village: &str| {
        let (day, time) = (("date", "2018-03-23"), ("time", "07:00"));
        let what =
            [("medium", "broadcast_tower"), ("area", area), ("village", village), ("times", "1"), ("reach", "200")];
        coordinator.submit(&form, &what.into_iter().chain([day, time]).collect::<Vec<_>>()).await
    };
    for (area, village, words) in [("ต.ริมปิง", "1-40", "30"), ("51", "1, 3", "หมู่"), ("ต.ริมปิง", "1, x", "หมู่")]
    {
        let refused = typed(area, village).await;
        assert!(refused.status == 422 && refused.text.contains("village-fault"), "{area} {village}: {}", refused.text);
        assert!(
            refused.text.contains(words) && refused.text.contains(&format!("value=\"{village}\"")),
            "{}",
            refused.text
        );
    }
    assert_eq!(listed(&app, &Who::Coordinator, "").await.len(), 0, "nothing of what was refused is kept");
    let done = typed("ต.ริมปิง", "หมู่ ๑, 3 และ 5-6").await;
    assert_eq!(done.location(), format!("/disseminations?bulletin={id}&said=spread-recorded-each"));
    let list = coordinator.open(done.location()).await;
    assert!(list.status == 200 && list.text.contains("บันทึกการเผยแพร่ของทุกหมู่แล้ว"), "{}", list.text);
    let csv = coordinator.open("/disseminations?csv=yes").await.text;
    for village in ["51010601", "51010603", "51010605", "51010606"] {
        assert!(csv.contains(village), "{village}: {csv}");
    }
    assert_eq!(listed(&app, &Who::Coordinator, "").await.len(), 4);
}

#[tokio::test]
async fn a_place_is_typed_by_its_name_and_an_unknown_code_is_taken_and_called_so() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    let form = format!("/disseminations/new?bulletin={id}");
    let page = coordinator.open(&form).await.text;
    assert!(page.contains("<option value=\"510102\">ตำบลเหมืองง่า"), "{page}");
    let typed = async |area: &str| {
        let fields = [("medium", "website"), ("area", area), ("date", "2018-03-23"), ("time", "07:00"), ("times", "1")];
        coordinator.submit(&form, &fields).await
    };
    let to = typed("ต.ริมปิง").await.location().to_owned();
    assert!(coordinator.open(&to).await.text.contains("ตำบลริมปิง (510106)"));
    // a district and its subdistrict
    let several = typed("บ้านโฮ่ง").await;
    assert!(several.status == 422 && several.text.contains("510301"), "{}", several.text);
    typed("อำเภอบ้านโฮ่ง").await.location();
    assert_eq!(typed("ไม่มีที่ไหน").await.status, 422);
    // of a code that is not in the list the name is not known
    let unknown = typed("510199").await.location().to_owned();
    assert!(coordinator.open(&unknown).await.text.contains("ไม่พบชื่อ"));
    let made =
        record(&app, &Who::Coordinator, with(with(tower(&id), "area", json!("510199")), "village", Value::Null)).await;
    assert_eq!((&made["area"]["code"], &made["area"]["named"]), (&json!("510199"), &json!(false)));
}

#[tokio::test]
async fn the_board_says_how_many_offices_spread_a_bulletin_and_by_which_media() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let operator = app.sign_in(Who::Operator).await;
    let board = async || operator.open(&format!("/board/{id}")).await.text;
    assert!(board().await.contains("เผยแพร่ต่อแล้ว 0 หน่วยงาน"));
    record(&app, &Who::Coordinator, tower(&id)).await;
    record(&app, &Who::Agency, with(tower(&id), "estimated_reach", json!(1_100))).await;
    let page = board().await;
    for shown in ["เผยแพร่ต่อแล้ว 2 หน่วยงาน · 2 รายการ · ประมาณการผู้รับสาร 1,500 คน", "หอกระจายข่าว", "หมู่บ้าน"]
    {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    assert!(page.contains(&format!("/disseminations/reach/{id}")));
    let sum = app.get(&Who::Agency, &format!("disseminations/summary?bulletin={id}")).await.expect(200);
    assert_eq!((&sum["offices"], &sum["records"], &sum["estimated_reach"]), (&json!(1), &json!(1), &json!(1_100)));
}
