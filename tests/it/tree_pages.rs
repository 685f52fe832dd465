//! The chart as pages: looked through, and changed by a file that is looked at first, applied as shown, and undone.

use std::time::Duration;

use serde_json::json;

use crate::browser::{Browser, hidden_in};
use crate::test_app::{Answer, TestApp, Who};

async fn group(app: &TestApp, code: &str) -> serde_json::Value {
    app.get(&Who::Admin, &format!("groups/{code}")).await.expect(200)
}

async fn upload(browser: &Browser<'_>, csv: &str) -> Answer {
    browser.submit_with_file("/tree/upload", &[("channel", "")], "file", csv.as_bytes()).await
}

/// Sends in a file that can be applied; gives the address of what it would change.
async fn kept(browser: &Browser<'_>, csv: &str) -> String {
    upload(browser, csv).await.location().to_owned()
}

/// Presses the button below what is shown of a file.
async fn apply(browser: &Browser<'_>, review: &str) -> Answer {
    let shown = browser.open(review).await.text;
    browser.submit(&format!("{review}/apply"), &[("version", &hidden_in(&shown, "version"))]).await
}

const RENAMED: &str = "code,name,steward_phone\nlpn,GCC2 ลำพูนใหม่,053-511-193\n";

#[tokio::test]
async fn the_chart_is_searched_by_what_people_know_and_everybody_sees_their_own_part() {
    let app = TestApp::new().await;
    app.relayed().await;
    let admin = app.sign_in(Who::Admin).await;
    let all = admin.open("/tree").await;
    for code in ["gcc1", "lpn", "lpn-com", "cmi"] {
        assert!(all.text.contains(&format!("href=\"/groups/{code}\"")), "{code}");
    }
    let found = admin.open("/tree?q=LPN&tier=3&link=linked").await.text;
    assert!(found.contains("/groups/lpn-com") && !found.contains("/groups/lpn\"") && !found.contains("/groups/cmi"));
    assert!(found.contains("LINE"), "the last bulletin and where it stands");
    assert!(admin.open("/tree?q=ไม่มีกลุ่มนี้").await.text.contains("empty"));
    assert_eq!(admin.open("/tree?province=atlantis").await.status, 422);
    let csv = admin.open("/tree?format=csv&province=51").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.text.contains("lpn-com") && !csv.text.contains("cmi"));

    let steward = app.sign_in(Who::Steward).await;
    let own = steward.open("/tree").await.text;
    assert!(own.contains("/groups/lpn-com") && !own.contains("/groups/cmi") && !own.contains("/tree/upload"));
}

#[tokio::test]
async fn a_file_is_looked_at_applied_as_it_was_shown_and_undone() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Who::Operator).await;
    let before = group(&app, "lpn").await;
    let csv = format!("{RENAMED}new-lpn,GCC3 ใหม่,\n").replace("code,name", "code,parent,tier,office,name");
    let csv = csv.replace("\nlpn,GCC2", "\nlpn,gcc1,2,,GCC2").replace("\nnew-lpn,", "\nnew-lpn,lpn,3,lamphun,");
    let review = kept(&operator, &csv).await;
    let shown = operator.open(&review).await.text;
    for text in ["GCC2 ลำพูนใหม่", "053-511-193", before["name"].as_str().expect("a name"), "new-lpn"]
    {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    assert_eq!(group(&app, "lpn").await, before, "looking changes nothing");

    let version = hidden_in(&shown, "version");
    let applied = operator.submit(&format!("{review}/apply"), &[("version", &version)]).await;
    assert!(applied.location().starts_with(&review));
    assert_eq!(group(&app, "lpn").await["name"], "GCC2 ลำพูนใหม่");
    assert_eq!(group(&app, "new-lpn").await["parent"], "lpn");
    operator.submit(&format!("{review}/apply"), &[("version", &version)]).await.location();

    operator.submit(&format!("{review}/undo"), &[]).await.location();
    let after = group(&app, "lpn").await;
    assert_eq!((&after["name"], &after["stewards"]), (&before["name"], &before["stewards"]));
    assert_eq!(group(&app, "new-lpn").await["retired"], true, "no group is ever deleted");
    let acts = app.texts("select act from audit where subject like 'tree_upload:%' order by id").await;
    assert_eq!(acts, ["upload_tree", "apply_tree", "undo_tree"]);
}

#[tokio::test]
async fn a_file_with_faults_changes_nothing_and_each_is_told_with_its_line_and_column() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Who::Operator).await;
    let answer = upload(&operator, "code,parent,members\nlpn,nobody,12\ncmi,,many\n").await;
    assert_eq!(answer.status, 422);
    for text in ["nobody", "parent (2)", "members (3)"] {
        assert!(answer.text.contains(text), "{text}: {}", answer.text);
    }
    assert_eq!(upload(&operator, "").await.status, 422);
    assert_eq!(upload(&operator, "code\nlpn\n").await.status, 422, "it would change nothing");
    assert!(app.texts("select id::text from tree_uploads").await.is_empty());
}

#[tokio::test]
async fn what_has_changed_meanwhile_is_looked_at_again() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Who::Operator).await;
    let review = kept(&operator, RENAMED).await;
    let version = hidden_in(&operator.open(&review).await.text, "version");
    app.patch(&Who::Admin, "groups/lpn", json!({ "name": "GCC2 อีกชื่อหนึ่ง" })).await.expect(200);
    let refused = operator.submit(&format!("{review}/apply"), &[("version", &version)]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("GCC2 อีกชื่อหนึ่ง"), "the difference as it is now");
    assert_eq!(group(&app, "lpn").await["name"], "GCC2 อีกชื่อหนึ่ง");
    apply(&operator, &review).await.location();
    assert_eq!(group(&app, "lpn").await["name"], "GCC2 ลำพูนใหม่");

    app.patch(&Who::Admin, "groups/lpn", json!({ "name": "GCC2 ชื่อที่สาม" })).await.expect(200);
    assert_eq!(operator.submit(&format!("{review}/undo"), &[]).await.status, 409, "somebody changed it again");
    assert_eq!(group(&app, "lpn").await["name"], "GCC2 ชื่อที่สาม");
}

#[tokio::test]
async fn nothing_is_undone_once_a_bulletin_went_out_by_it() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Who::Operator).await;
    let review = kept(&operator, RENAMED).await;
    apply(&operator, &review).await.location();
    app.after(Duration::from_secs(1)).await;
    app.relayed().await;
    assert_eq!(operator.submit(&format!("{review}/undo"), &[]).await.status, 409);
    assert_eq!(group(&app, "lpn").await["name"], "GCC2 ลำพูนใหม่");
}

#[tokio::test]
async fn a_bulletin_that_was_being_published_when_a_file_was_applied_may_have_gone_by_it() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Who::Operator).await;
    let review = kept(&operator, RENAMED).await;
    app.relayed().await;
    app.clock.advance(Duration::from_secs(30));
    apply(&operator, &review).await.location();
    assert_eq!(operator.submit(&format!("{review}/undo"), &[]).await.status, 409);
}

#[tokio::test]
async fn the_file_that_is_taken_out_changes_nothing_when_it_comes_back_and_is_forgotten_after_a_month() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    let file = admin.open("/tree/file").await;
    assert!(file.text.starts_with('\u{feff}') && file.header("content-disposition").contains("tree.csv"));
    assert_eq!(upload(&admin, &file.text).await.status, 422);
    kept(&admin, RENAMED).await;
    app.after(Duration::from_hours(31 * 24)).await;
    assert!(app.texts("select id::text from tree_uploads").await.is_empty(), "it holds telephone numbers");
}

#[tokio::test]
async fn what_somebody_else_was_shown_is_not_applied_by_whoever_saw_something_else() {
    let app = TestApp::new().await;
    let (operator, admin) = (app.sign_in(Who::Operator).await, app.sign_in(Who::Admin).await);
    let review = kept(&operator, RENAMED).await;
    let seen = hidden_in(&operator.open(&review).await.text, "version");
    app.patch(&Who::Admin, "groups/lpn", json!({ "name": "GCC2 อีกชื่อหนึ่ง" })).await.expect(200);
    assert_eq!(apply(&admin, &review).await.status, 409, "and the file shows the new difference from now on");
    let refused = operator.submit(&format!("{review}/apply"), &[("version", &seen)]).await;
    assert_eq!((refused.status, group(&app, "lpn").await["name"].as_str()), (409, Some("GCC2 อีกชื่อหนึ่ง")));
    assert_eq!(operator.submit(&format!("{review}/apply"), &[]).await.status, 409, "nothing was seen at all");
    apply(&operator, &review).await.location();
    assert_eq!(group(&app, "lpn").await["name"], "GCC2 ลำพูนใหม่");
}

#[tokio::test]
async fn undoing_a_file_takes_back_its_own_cells_and_nothing_else() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Who::Operator).await;
    let before = group(&app, "lpn").await;
    let review = kept(&operator, RENAMED).await;
    apply(&operator, &review).await.location();
    app.patch(&Who::Admin, "groups/lpn", json!({ "head_count": 77, "forward_within": 90 })).await.expect(200);
    app.patch(&Who::Admin, "groups/lpn", json!({ "parent": "moi" })).await.expect(200);
    operator.submit(&format!("{review}/undo"), &[]).await.location();
    let after = group(&app, "lpn").await;
    assert_eq!((&after["name"], &after["stewards"]), (&before["name"], &before["stewards"]));
    assert_eq!(
        (&after["head_count"], &after["forward_within"], &after["parent"]),
        (&json!(77), &json!(90), &json!("moi")),
        "others changed these meanwhile"
    );
}

#[tokio::test]
async fn a_form_of_a_group_that_somebody_has_changed_meanwhile_shows_what_is_there_now() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Who::Operator).await;
    let version = hidden_in(&operator.open("/groups/lpn/edit").await.text, "version");
    app.patch(&Who::Admin, "groups/lpn", json!({ "head_count": 77 })).await.expect(200);
    let form = |version: &str| {
        let fields = [
            ("name", "GCC2 ของเจ้าหน้าที่"),
            ("parent", "gcc1"),
            ("office", "lamphun"),
            ("channel", "gcc"),
            ("head_count", "60"),
        ];
        let fields = fields.into_iter().chain([("version", version)]);
        fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    };
    let submit = async |version: &str| {
        let fields = form(version);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        operator.submit("/groups/lpn/edit", &fields).await
    };
    for stale in [version.as_str(), ""] {
        let refused = submit(stale).await;
        assert_eq!(refused.status, 409);
        for text in ["มีผู้แก้ไขกลุ่มนี้", "value=\"77\"", "GCC2 ของเจ้าหน้าที่", "<dd>60</dd>"]
        {
            assert!(refused.text.contains(text), "{text}: {}", refused.text);
        }
    }
    let now = group(&app, "lpn").await;
    assert_eq!((&now["head_count"], now["name"] != "GCC2 ของเจ้าหน้าที่"), (&json!(77), true), "nothing was saved");
    let fresh = hidden_in(&submit("").await.text, "version");
    submit(&fresh).await.location();
    assert_eq!(group(&app, "lpn").await["name"], "GCC2 ของเจ้าหน้าที่");
}

#[tokio::test]
async fn settings_of_a_group_that_somebody_has_changed_meanwhile_are_not_saved_over_it() {
    let app = TestApp::new().await;
    let steward = app.sign_in(Who::Steward).await;
    let version = hidden_in(&steward.open("/groups/lpn/settings").await.text, "version");
    app.patch(&Who::Admin, "groups/lpn", json!({ "forward_within": 90 })).await.expect(200);
    let fields = [("how", "by-hand"), ("minutes", ""), ("way", "default"), ("version", version.as_str())];
    let refused = steward.submit("/groups/lpn/settings", &fields).await;
    assert_eq!((refused.status, &group(&app, "lpn").await["forward_within"]), (409, &json!(90)));
    assert!(refused.text.contains("มีผู้แก้ไขกลุ่มนี้"), "{}", refused.text);
    let fresh = hidden_in(&refused.text, "version");
    let fields = [("how", "by-hand"), ("minutes", ""), ("way", "default"), ("version", fresh.as_str())];
    steward.submit("/groups/lpn/settings", &fields).await.location();
    assert_eq!(group(&app, "lpn").await["forward_within"], serde_json::Value::Null);
}
