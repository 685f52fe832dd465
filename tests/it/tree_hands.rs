//! The tree in its owners' hands: single groups, and a part of it for those who manage no more. The rules are those of the tree file.

use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::hidden_in;
use crate::test_app::{Answer, TestApp, Who};

async fn group(app: &TestApp, code: &str) -> Value {
    app.get(&Who::Admin, &format!("groups/{code}")).await.expect(200)
}

fn new_group(code: &str, more: Value) -> Value {
    let mut group = json!({ "code": code, "parent": "lpn", "name": "GCC3-ลพ-ใหม่", "office": "lamphun" });
    if let Value::Object(fields) = more {
        group.as_object_mut().expect("an object").extend(fields);
    }
    group
}

/// Sends in a tree file.
async fn upload(app: &TestApp, who: Who, csv: &str) -> Answer {
    let request = app.request(&who, Method::POST, "tree/uploads?name=ผัง.csv").header("content-type", "text/csv");
    app.send(request.body(csv.to_owned())).await
}

/// Applies a file as it was answered.
async fn apply(app: &TestApp, who: Who, upload: &Value) -> Answer {
    let id = upload["id"].as_str().expect("an id");
    app.post(&who, &format!("tree/uploads/{id}/apply"), json!({ "version": upload["version"] })).await
}

async fn undo(app: &TestApp, who: Who, upload: &Value) -> Answer {
    app.post(&who, &format!("tree/uploads/{}/undo", upload["id"].as_str().expect("an id")), json!({})).await
}

async fn acts(app: &TestApp) -> Vec<String> {
    app.texts("select act from audit where subject like 'group:%' order by id").await
}

#[tokio::test]
async fn a_group_is_added_renamed_moved_retired_and_taken_into_use_again() {
    let app = TestApp::new().await;
    let coordinator = Who::Coordinator;
    let office = json!({ "office": "lamphun-agri", "office_name": "สำนักงานเกษตรจังหวัดลำพูน",
        "office_kind": "provincial_agency", "province": "ลำพูน", "channel": "gcc", "head_count": 40 });
    let made = app.post(&coordinator, "groups", new_group("lpn-agri", office)).await.expect(201);
    assert_eq!((&made["tier"], &made["parent"], &made["office"]["province"]), (&json!(3), &json!("lpn"), &json!("51")));
    assert_eq!((&made["forwarding"], &made["head_count"]), (&json!("stewarded"), &json!(40)));

    let renamed = json!({ "name": "GCC3-ลพ-เกษตร", "head_count": null, "channel": null });
    let changed = app.patch(&coordinator, "groups/lpn-agri", renamed).await.expect(200);
    assert_eq!((&changed["name"], &changed["head_count"]), (&json!("GCC3-ลพ-เกษตร"), &Value::Null));
    let moved = app.patch(&coordinator, "groups/lpn-agri", json!({ "parent": "lpn-dist" })).await.expect(200);
    assert_eq!((&moved["parent"], &moved["tier"]), (&json!("lpn-dist"), &json!(3)));
    let up = app.patch(&Who::Operator, "groups/lpn-agri", json!({ "parent": "gcc1" })).await.expect(200);
    assert_eq!((&up["parent"], &up["tier"]), (&json!("gcc1"), &json!(2)), "the tier follows");
    app.get(&coordinator, "groups/lpn-agri").await.problem(404);

    app.patch(&Who::Operator, "groups/lpn-agri", json!({ "parent": "lpn" })).await.expect(200);
    app.patch(&coordinator, "groups/lpn-agri", json!({ "retired": true })).await.expect(200);
    let again = app.patch(&coordinator, "groups/lpn-agri", json!({ "retired": false })).await.expect(200);
    assert_eq!(again["retired"], false);
    let expected =
        ["add_group", "change_group", "move_group", "move_group", "move_group", "retire_group", "reinstate_group"];
    assert_eq!(acts(&app).await, expected);
    app.patch(&coordinator, "groups/lpn-agri", json!({ "retired": false })).await.expect(200);
    assert_eq!(acts(&app).await.len(), expected.len(), "what is so already is no act");
}

#[tokio::test]
async fn what_is_wrong_with_a_group_is_told_by_its_field_and_by_the_rules_of_the_file() {
    let app = TestApp::new().await;
    let post = async |body: Value| app.post(&Who::Operator, "groups", body).await;
    let all = json!({ "code": "-x", "parent": "nowhere", "name": "ก\nข", "office": "lamphun-new", "office_kind": "district",
        "channel": "nope", "head_count": 2_000_000, "province": "แอตแลนติส" });
    let pointers = post(new_group("x", all)).await.pointers(422);
    for field in ["/code", "/name", "/head_count", "/province"] {
        assert!(pointers.iter().any(|pointer| pointer == field), "{field}: {pointers:?}");
    }
    for (more, field) in [
        (json!({ "parent": "nowhere" }), "/parent"),
        (json!({ "parent": "" }), "/parent"),
        (json!({ "name": " " }), "/name"),
        (json!({ "office": "" }), "/office"),
        (json!({ "channel": "nope" }), "/channel"),
        (json!({ "code": "lpn" }), "/code"),
    ] {
        assert_eq!(post(new_group("lpn-new", more.clone())).await.pointers(422), [field], "{more}");
    }
    let patch = async |code: &str, body: Value| app.patch(&Who::Operator, &format!("groups/{code}"), body).await;
    assert_eq!(patch("lpn", json!({ "parent": "lpn-com" })).await.pointers(422), ["/parent"]);
    assert_eq!(patch("gcc1", json!({ "parent": "lpn" })).await.pointers(422)[0], "/parent");
    assert_eq!(
        patch("lpn", json!({ "retired": true })).await.pointers(422),
        ["/retired"; 2],
        "groups in use are below it"
    );
    patch("nowhere", json!({ "retired": true })).await.problem(404);
    let automatic = json!({ "forwarding": "automatic", "head_count": 61 });
    assert_eq!(patch("lpn", automatic).await.pointers(422), ["/forwarding"], "that is for its steward to say");
    assert_eq!(acts(&app).await, Vec::<String>::new());
    assert_eq!(group(&app, "lpn").await["head_count"], 60);
}

#[tokio::test]
async fn whoever_manages_a_part_of_the_tree_takes_out_and_changes_no_more_than_that() {
    let app = TestApp::new().await;
    let file = app.get(&Who::Coordinator, "tree").await;
    assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert!(file.text.starts_with('\u{feff}'), "Excel shows Thai by it");
    let codes: Vec<&str> = file.text.lines().skip(1).map(|line| line.split(',').next().expect("a cell")).collect();
    assert_eq!(codes, ["lpn", "lpn-com", "lpn-dist"]);
    assert_eq!(upload(&app, Who::Coordinator, &file.text).await.problem_name(409), "nothing-new");

    let made =
        upload(&app, Who::Coordinator, "code,name,head_count\nlpn-com,GCC3-ลพ-พาณิชย์จังหวัด,26\n").await.expect(201);
    let cells: Vec<&Value> =
        made["changes"][0]["cells"].as_array().expect("cells").iter().map(|cell| &cell["column"]).collect();
    assert_eq!((&made["name"], cells), (&json!("ผัง.csv"), vec![&json!("name"), &json!("head_count")]));
    let id = made["id"].as_str().expect("an id");
    assert_eq!(group(&app, "lpn-com").await["head_count"], 25, "looking changes nothing");
    let applied = apply(&app, Who::Coordinator, &made).await.expect(200);
    assert!(applied["applied_at"].is_string());
    assert_eq!(group(&app, "lpn-com").await["head_count"], 26);
    assert_eq!(apply(&app, Who::Coordinator, &made).await.problem_name(409), "done-before");
    undo(&app, Who::Coordinator, &made).await.expect(200);
    assert_eq!(group(&app, "lpn-com").await["head_count"], 25);

    let other = upload(&app, Who::Operator, "code,head_count\ncmi,71\n").await.expect(201);
    apply(&app, Who::Coordinator, &other).await.problem(404);
    let other = format!("tree/uploads/{}", other["id"].as_str().expect("an id"));
    app.get(&Who::Coordinator, &other).await.problem(404);
    let count =
        async |who: Who| app.get(&who, "tree/uploads").await.expect(200)["items"].as_array().expect("items").len();
    assert_eq!((count(Who::Coordinator).await, count(Who::Operator).await), (1, 2));
    app.get(&Who::Operator, &format!("tree/uploads/{id}")).await.expect(200);
}

#[tokio::test]
async fn a_row_outside_of_the_part_is_refused_with_line_and_column_as_if_the_group_were_not_there() {
    let app = TestApp::new().await;
    let told = async |csv: &str| {
        let problem = upload(&app, Who::Coordinator, csv).await.problem(422);
        let errors = problem["errors"].as_array().expect("errors").iter();
        errors
            .map(|error| format!("{} {}", error["pointer"].as_str().expect("a pointer"), error["detail"]))
            .collect::<Vec<_>>()
    };
    for (there, absent) in [
        ("code,name\ncmi,ชื่อใหม่\n", "code,name\nnowhere,ชื่อใหม่\n"),
        ("code,parent,tier\nlpn-com,cmi,3\n", "code,parent,tier\nlpn-com,nowhere,3\n"),
    ] {
        let (there, absent) = (told(there).await, told(absent).await);
        assert!(!there.is_empty() && there.iter().all(|fault| fault.starts_with("/2")), "{there:?}");
        assert_eq!(there.join("\n").replace("cmi", "nowhere"), absent.join("\n"));
    }
    let renaming = "code,office_name\nlpn-com,สำนักงานพาณิชย์\n";
    assert_eq!(upload(&app, Who::Coordinator, renaming).await.status, 201, "the office is in the part");
    app.patch(&Who::Admin, "groups/cmi-far", json!({ "office": "lamphun-commerce" })).await.expect(200);
    let fault = told(renaming).await;
    assert!(fault[0].starts_with("/2/office_name"), "{fault:?}: it also has a group elsewhere now");
    app.post(&Who::Coordinator, "groups", new_group("cmi", json!({}))).await.pointers(422);
    app.post(&Who::Coordinator, "groups", new_group("lpn-x", json!({ "parent": "gcc1" }))).await.pointers(422);
    app.patch(&Who::Coordinator, "groups/cmi", json!({ "head_count": 1 })).await.problem(404);
    app.patch(&Who::Coordinator, "groups/lpn", json!({ "parent": "moi" })).await.pointers(422);
    app.patch(&Who::Steward, "groups/lpn", json!({ "head_count": 61 })).await.problem(403);
}

#[tokio::test]
async fn a_tree_that_changed_meanwhile_shows_its_new_difference_over_rest_too() {
    let app = TestApp::new().await;
    let made = upload(&app, Who::Operator, "code,name\nlpn,GCC2 ลำพูนใหม่\n").await.expect(201);
    let id = made["id"].as_str().expect("an id");
    app.patch(&Who::Admin, "groups/lpn", json!({ "name": "GCC2 อีกชื่อหนึ่ง" })).await.expect(200);
    assert_eq!(apply(&app, Who::Operator, &made).await.problem_name(409), "changed-meanwhile");
    let now = app.get(&Who::Operator, &format!("tree/uploads/{id}")).await.expect(200);
    assert_eq!(now["changes"][0]["cells"][0]["before"], "GCC2 อีกชื่อหนึ่ง");
    assert_eq!(apply(&app, Who::Operator, &made).await.problem_name(409), "changed-meanwhile", "that was seen before");
    app.post(&Who::Operator, &format!("tree/uploads/{id}/apply"), json!({})).await.pointers(422);
    apply(&app, Who::Operator, &now).await.expect(200);
    assert_eq!(group(&app, "lpn").await["name"], "GCC2 ลำพูนใหม่");
}

#[tokio::test]
async fn a_file_is_taken_once_under_one_key() {
    let app = TestApp::new().await;
    let send = async || {
        let request = app.request(&Who::Operator, Method::POST, "tree/uploads").header("content-type", "text/csv");
        app.send(request.header("idempotency-key", "k-1").body("code,head_count\nlpn,61\n")).await
    };
    let (first, second) = (send().await.expect(201), send().await);
    assert_eq!((second.header("idempotency-replayed"), &second.expect(201)), ("true", &first));
    assert_eq!(app.count("select count(*) from tree_uploads").await, 1);
}

#[tokio::test]
async fn the_group_above_is_found_by_pieces_of_its_name_and_chosen_of_several() {
    let app = TestApp::new().await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    let fields = |code: &'static str, parent: &'static str| {
        vec![("code", code), ("name", "GCC3-ลพ-ใหม่"), ("parent", parent), ("office", "lamphun")]
    };
    coordinator.submit("/tree/add", &fields("lpn-one", "gcc2 - จังหวัดลำพูน")).await.location();
    assert_eq!(group(&app, "lpn-one").await["parent"], "lpn", "by its whole name, in any spelling");
    for typed in ["ลำพูน gcc2 จังหวัด", "ลำพูน"] {
        let offered = coordinator.submit("/tree/add", &fields("lpn-two", typed)).await;
        assert!(
            offered.status == 422 && offered.text.contains("name=\"parent_pick\" value=\"lpn\""),
            "{}",
            offered.text
        );
    }
    let several = coordinator.submit("/tree/add", &fields("lpn-two", "ลำพูน")).await;
    assert!(
        several.text.contains("โปรดเลือกกลุ่มที่ต้องการ") && several.text.contains("name=\"parent_pick\" value=\"lpn-dist\"")
    );
    let mut picked = fields("lpn-two", "ลำพูน");
    picked.push(("parent_pick", "lpn-dist"));
    coordinator.submit("/tree/add", &picked).await.location();
    assert_eq!(group(&app, "lpn-two").await["parent"], "lpn-dist");
    let foreign = coordinator.submit("/tree/add", &fields("lpn-three", "เชียงใหม่")).await;
    assert!(foreign.text.contains("ไม่พบกลุ่ม") && !foreign.text.contains("cmi"), "{}", foreign.text);
}

#[tokio::test]
async fn a_coordinator_adds_changes_and_retires_groups_in_the_browser() {
    let app = TestApp::new().await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    let chart = coordinator.open("/tree").await.text;
    assert!(chart.contains("/tree/add") && chart.contains("/tree/upload") && !chart.contains("/groups/cmi"));
    let page = coordinator.open("/groups/lpn").await.text;
    assert!(page.contains("/tree/add?under=lpn") && page.contains("/groups/lpn/retire"), "{page}");
    let form = coordinator.open("/tree/add?under=lpn").await.text;
    assert!(form.contains("value=\"lpn\"") && form.contains("GCC2-จังหวัดลำพูน"), "{form}");

    let office =
        [("office", "lamphun-agri"), ("office_name", "สำนักงานเกษตรจังหวัดลำพูน"), ("office_kind", "provincial_agency")];
    let fields = |code: &'static str, parent: &'static str| {
        let own =
            [("code", code), ("name", "GCC3-ลพ-เกษตร"), ("parent", parent), ("province", "ลำพูน"), ("head_count", "๔๐")];
        own.into_iter().chain(office).collect::<Vec<_>>()
    };
    let refused = coordinator.submit("/tree/add", &fields("lpn-com", "cmi")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("มีกลุ่ม") && refused.text.contains("lpn-com"), "{}", refused.text);
    let refused = coordinator.submit("/tree/add", &fields("lpn-agri", "cmi")).await;
    assert!(refused.text.contains("ไม่พบกลุ่ม") && refused.text.contains("parent-fault"), "{}", refused.text);
    let added = coordinator.submit("/tree/add", &fields("lpn-agri", "lpn")).await;
    assert_eq!(added.location(), "/groups/lpn-agri?said=group-added");
    assert_eq!(group(&app, "lpn-agri").await["head_count"], 40);

    let version = hidden_in(&coordinator.open("/groups/lpn-agri/edit").await.text, "version");
    let edit = [
        ("version", version.as_str()),
        ("name", "GCC3-ลพ-เกษตรจังหวัด"),
        ("parent", "lpn-dist"),
        ("office", "เกษตร"),
        ("channel", ""),
        ("head_count", ""),
    ];
    coordinator.submit("/groups/lpn-agri/edit", &edit).await.location();
    let changed = group(&app, "lpn-agri").await;
    assert_eq!((&changed["name"], &changed["parent"]), (&json!("GCC3-ลพ-เกษตรจังหวัด"), &json!("lpn-dist")));
    assert_eq!((&changed["office"]["code"], &changed["head_count"]), (&json!("lamphun-agri"), &Value::Null));

    let asked = coordinator.open("/groups/lpn-dist/retire").await.text;
    assert!(
        asked.contains("1 กลุ่ม") && asked.contains("/groups/lpn-agri") && asked.contains("name=\"seen\" value=\"1\""),
        "{asked}"
    );
    let unseen = coordinator.submit("/groups/lpn-dist/retire", &[("seen", "0")]).await;
    assert_eq!((unseen.status, &group(&app, "lpn-dist").await["retired"]), (409, &json!(false)));
    coordinator.submit("/groups/lpn-dist/retire", &[("seen", "1")]).await.location();
    assert_eq!(group(&app, "lpn-agri").await["retired"], true, "what hung below went with it, as was said");
    let refused = coordinator.submit("/groups/lpn-agri/reinstate", &[]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("เลิกใช้แล้ว แต่"), "{}", refused.text);
    coordinator.submit("/groups/lpn-dist/reinstate", &[]).await.location();
    coordinator.submit("/groups/lpn-agri/reinstate", &[]).await.location();
    let all = ["add_group", "move_group", "retire_group", "reinstate_group", "reinstate_group"];
    assert_eq!(acts(&app).await, all);
}

#[tokio::test]
async fn a_fault_of_a_file_is_told_in_thai_with_the_line_the_column_and_what_stands_there() {
    let app = TestApp::new().await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    let told = async |file: &[u8]| coordinator.submit_with_file("/tree/upload", &[("channel", "")], "file", file).await;
    let bad = told("code,tier,steward_phone\nlpn-com,หนึ่ง,812345678\n".as_bytes()).await;
    assert_eq!(bad.status, 422);
    for text in ["หนึ่ง", "ต้องเป็น 1, 2 หรือ 3", "tier (2)", "ตัดเลข 0 ตัวหน้า"]
    {
        assert!(bad.text.contains(text), "{text}: {}", bad.text);
    }
    // ลำพูน in Windows-874, as Excel saves it under Thai settings
    let old = told(b"code,name\nlpn-com,\xc5\xd3\xbe\xd9\xb9\n").await;
    assert!(old.text.contains("Windows-874") && old.text.contains("CSV UTF-8"), "{}", old.text);
    let short = told("code,name,head_count\nlpn-com,ชื่อ".as_bytes()).await;
    assert!(short.text.contains("บรรทัดนี้ขาดไป"), "{}", short.text);
    assert_eq!(told("code,name,\nlpn-com,ชื่อใหม่,\n".as_bytes()).await.status, 303, "an empty last column is none");
}

#[tokio::test]
async fn the_top_of_a_part_is_moved_by_those_who_manage_the_whole_tree_only() {
    let app = TestApp::new().await;
    app.patch(&Who::Admin, "groups/cmi-com", json!({ "office": "lamphun" })).await.expect(200);
    let under_the_other = json!({ "parent": "lpn" });
    let refused = app.patch(&Who::Coordinator, "groups/cmi-com", under_the_other.clone()).await;
    assert_eq!(refused.pointers(422), ["/parent"], "both tops are of the own office");
    let file = upload(&app, Who::Coordinator, "code,parent,tier\ncmi-com,lpn,3\n").await;
    assert_eq!(file.pointers(422), ["/2/parent"]);
    let coordinator = app.sign_in(Who::Coordinator).await;
    let version = hidden_in(&coordinator.open("/groups/cmi-com/edit").await.text, "version");
    let fields = [("name", "GCC3"), ("parent", "lpn"), ("office", "lamphun"), ("version", version.as_str())];
    let form = coordinator.submit("/groups/cmi-com/edit", &fields).await;
    assert!(form.status == 422 && form.text.contains("กลุ่มบนสุดในความรับผิดชอบ"), "{}", form.text);
    app.patch(&Who::Coordinator, "groups/lpn-com", json!({ "parent": "lpn-dist" })).await.expect(200);
    app.patch(&Who::Operator, "groups/cmi-com", under_the_other).await.expect(200);
    assert_eq!(group(&app, "cmi-com").await["parent"], "lpn");
}

#[tokio::test]
async fn a_coordinator_undoes_nothing_that_has_left_the_own_part_of_the_tree() {
    let app = TestApp::new().await;
    let made = upload(&app, Who::Coordinator, "code,head_count\nlpn-com,26\nlpn-dist,31\n").await.expect(201);
    apply(&app, Who::Coordinator, &made).await.expect(200);
    app.patch(&Who::Operator, "groups/lpn-com", json!({ "parent": "cmi" })).await.expect(200);
    assert_eq!(undo(&app, Who::Coordinator, &made).await.problem_name(409), "changed-since");
    assert_eq!(group(&app, "lpn-com").await["head_count"], 26);
    undo(&app, Who::Operator, &made).await.expect(200);
    let after = group(&app, "lpn-com").await;
    assert_eq!((&after["head_count"], &after["parent"]), (&json!(25), &json!("cmi")));

    let renamed = upload(&app, Who::Coordinator, "code,office_name\nlpn-dist,ที่ทำการปกครอง\n").await.expect(201);
    apply(&app, Who::Coordinator, &renamed).await.expect(200);
    app.patch(&Who::Admin, "groups/cmi-far", json!({ "office": group(&app, "lpn-dist").await["office"]["code"] }))
        .await
        .expect(200);
    assert_eq!(
        undo(&app, Who::Coordinator, &renamed).await.problem_name(409),
        "changed-since",
        "the office is elsewhere, too"
    );
    assert_eq!(group(&app, "cmi-far").await["office"]["name"], "ที่ทำการปกครอง");
}

#[tokio::test]
async fn the_audit_and_the_answer_name_the_group_that_was_meant() {
    let app = TestApp::new().await;
    app.patch(&Who::Admin, "groups/lpn-dist", json!({ "office": "lamphun" })).await.expect(200);
    let renamed = json!({ "office_name": "ศาลากลางจังหวัดลำพูน" });
    let changed = app.patch(&Who::Operator, "groups/lpn-dist", renamed).await.expect(200);
    assert_eq!(changed["code"], "lpn-dist", "the office has a group that came in earlier");
    let told = "select g.code from audit a join groups g on a.subject = 'group:' || g.id order by a.id desc limit 1";
    assert_eq!(app.texts(told).await, ["lpn-dist"]);
    let coordinator = app.sign_in(Who::Coordinator).await;
    coordinator.submit("/groups/lpn/retire", &[("seen", "2")]).await.location();
    assert_eq!(app.texts(told).await, ["lpn"]);
    let groups = "select detail ->> 'groups' from audit order by id desc limit 1";
    assert_eq!(app.texts(groups).await, ["3"]);
}

#[tokio::test]
async fn a_group_that_is_added_makes_nothing_automatic_and_renames_no_office() {
    let app = TestApp::new().await;
    let automatic = new_group("lpn-new", json!({ "forwarding": "automatic" }));
    for who in [Who::Coordinator, Who::Operator] {
        assert_eq!(app.post(&who, "groups", automatic.clone()).await.pointers(422), ["/forwarding"], "{who:?}");
    }
    let file = "code,parent,tier,name,office,forwarding\nlpn-new,lpn,3,GCC3,lamphun,automatic\n";
    assert_eq!(upload(&app, Who::Coordinator, file).await.pointers(422), ["/2/forwarding"]);
    let added = app.post(&Who::Admin, "groups", automatic).await.expect(201);
    assert_eq!(added["forwarding"], "automatic", "a role that may publish decides it");

    let named = |name: &str| new_group("lpn-more", json!({ "office_name": name, "office_kind": "province" }));
    let refused = app.post(&Who::Operator, "groups", named("สำนักงานอื่น")).await;
    assert_eq!(refused.pointers(422), ["/office_name"]);
    let office = group(&app, "lpn").await["office"]["name"].clone();
    assert_ne!(office, "สำนักงานอื่น");
    let same = app.post(&Who::Operator, "groups", named(office.as_str().expect("a name"))).await.expect(201);
    assert_eq!(same["office"]["name"], office, "to say what is so is no fault");
}

#[tokio::test]
async fn a_change_with_the_tag_of_a_group_is_made_only_if_nobody_changed_it_since() {
    let app = TestApp::new().await;
    let read = app.get(&Who::Steward, "groups/lpn").await;
    let tag = read.header("etag").to_owned();
    let patch = async |tag: &str, change: Value| {
        app.send(app.request(&Who::Operator, Method::PATCH, "groups/lpn").header("if-match", tag).json(&change)).await
    };
    let changed = patch(&tag, json!({ "forward_within": 60 })).await;
    let newer = changed.header("etag").to_owned();
    assert!(changed.status == 200 && newer != tag, "{changed:?}");
    for change in [json!({ "forward_within": 61 }), json!({ "head_count": 61 })] {
        assert_eq!(patch(&tag, change.clone()).await.problem_name(412), "changed-since", "{change}");
        patch("no tag", change).await.problem(400);
    }
    assert_eq!(app.get(&Who::Steward, "groups/lpn").await.header("etag"), newer);
    patch(&newer, json!({ "head_count": 61 })).await.expect(200);
    patch("*", json!({ "forward_within": 61 })).await.expect(200);
    app.patch(&Who::Operator, "groups/lpn", json!({ "name": "ก".repeat(200) })).await.expect(200);
    assert_eq!(
        app.patch(&Who::Operator, "groups/lpn", json!({ "name": "ก".repeat(201) })).await.pointers(422),
        ["/name"],
        "as long as in the file"
    );
}
