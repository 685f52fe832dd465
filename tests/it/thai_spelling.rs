//! Thai as it is typed, pasted and exported: what looks the same is the same wherever something is looked up, and is
//! shown as it was written.

use serde_json::json;

use super::test_app::{TestApp, Who};

/// Spellings of ลำพูน as keyboards, PDF files, spreadsheets and old fonts make them.
const LAMPHUN: [&str; 6] = [
    "ล\u{e4d}\u{e32}พูน",
    "ล \u{e32}พูน",
    "ล\u{a0}\u{e33}พู\u{200b}น",
    "ล\u{f711}\u{e32}พ\u{f719}น",
    "\u{feff}ลำพูู\u{e39}น",
    "จ.ล\u{e32}\u{e4d}พูน",
];

fn query(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn a_bulletin_in_any_spelling_is_found_by_any_other_and_is_shown_as_it_was_written() {
    let app = TestApp::new().await;
    for written in &LAMPHUN[..5] {
        let subject = format!("การประชุม {written} ที ่ ๗");
        app.write_with(json!({ "subject": subject })).await;
    }
    for typed in ["ลำพูน", LAMPHUN[0], LAMPHUN[1], LAMPHUN[3], "ลำพูน ที่7", "ประชุมลํ\u{e32}พูน"]
    {
        let page = app.get(&Who::Admin, &format!("bulletins?q={}", query(typed))).await.expect(200);
        let found: Vec<&str> =
            page["items"].as_array().expect("items").iter().filter_map(|item| item["subject"].as_str()).collect();
        assert_eq!(found.len(), 5, "{}: {found:?}", typed.escape_unicode());
        assert!(found.iter().any(|subject| subject.contains(LAMPHUN[3])), "as it was written");
    }
}

#[tokio::test]
async fn groups_offices_and_accounts_are_found_in_any_spelling() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    let named = json!({ "name": "GCC3-ล\u{e4d}\u{e32}พูน-พาณ\u{f701}ชย\u{e4c}" });
    app.patch(&Who::Admin, "groups/lpn-com", named.clone()).await.expect(200);
    let group = app.get(&Who::Admin, "groups/lpn\u{2013}com").await.expect(200);
    assert_eq!((&group["code"], &group["name"]), (&json!("lpn-com"), &named["name"]));
    for typed in ["ลำพูน-พาณิชย์", "ล \u{e32}พ\u{f719}น\u{2014}พาณิชย์"] {
        let found = groups_found(&app, typed).await;
        assert_eq!(found, ["lpn-com"], "{}", typed.escape_unicode());
    }
    let fields =
        [("username", "dep\u{200b}uty\u{2013}๑"), ("name", "รองผู\u{e49}ว่าฯ ล\u{e4d}\u{e32}พูน"), ("role", "steward")];
    let made = admin.submit("/accounts/new", &[&fields[..], &[("office", "จังหวัดล\u{e4d}\u{e32}พูน")]].concat()).await;
    assert_eq!(made.status, 200, "an office by its name in another spelling: {}", made.text);
    for typed in ["deputy-1", "ＤＥＰＵＴＹ", "ผู้ว่าฯลำพูน", "ว่าฯ ล\u{f711}\u{e32}พ"]
    {
        let list = admin.open(&format!("/accounts?q={}", query(typed))).await;
        assert!(list.text.contains("deputy-1"), "{typed}");
    }
}

/// The codes of the groups that the picker of an audience offers for `typed`.
async fn groups_found(app: &TestApp, typed: &str) -> Vec<String> {
    let words: gcc_relay::domain::search::Words = typed.parse().expect("words");
    let found = gcc_relay::store::choices::list_matching(&mut *app.db().await, None, words.patterns(), 9).await;
    found.expect("an answer").into_iter().map(|choice| choice.code).collect()
}

#[tokio::test]
async fn a_province_by_any_of_its_names_is_its_code_in_audiences_and_filters() {
    let app = TestApp::new().await;
    for written in LAMPHUN.into_iter().chain(["จังหวัดลำพูน", "Lamphun", "๕๑", "TH-51"]) {
        let id = app.write_with(json!({ "audience": { "provinces": [written] } })).await;
        let draft = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
        assert_eq!(draft["audience"]["provinces"], json!(["51"]), "{}", written.escape_unicode());
        let page = app.get(&Who::Admin, &format!("groups?province={}", query(written))).await.expect(200);
        assert_eq!(page["items"].as_array().map(Vec::len), Some(3), "{written}");
    }
    let before = app.fingerprint().await;
    let odd = json!({ "subject": "ก", "body": "ข", "audience": { "provinces": ["51", "ลำพุน", "พัทยา"] } });
    let refused = app.post(&Who::Admin, "bulletins", odd).await;
    assert_eq!(refused.pointers(422), ["/audience/provinces/1", "/audience/provinces/2"]);
    assert!(refused.text.contains("was ลำพูน (51) meant?"), "{}", refused.text);
    assert_eq!(app.fingerprint().await, before);
}

#[tokio::test]
async fn the_database_holds_no_province_but_by_its_code() {
    let app = TestApp::new().await;
    let mut db = app.db().await;
    for odd in ["พัทยา", "ลำพูน", "051", ""] {
        let refused = sqlx::query("update offices set province = $1 where code = 'lamphun'").bind(odd);
        assert!(refused.execute(&mut *db).await.is_err(), "{odd}");
    }
}

#[tokio::test]
async fn a_secrecy_class_is_seen_through_odd_marks_and_spaces() {
    let app = TestApp::new().await;
    for subject in ["ลั บ ม า ก", "ล\u{f710}บท\u{e48}\u{e35}สุด", "เอกสารล\u{200b}\u{e31}บ"]
    {
        let refused = app.post(&Who::Admin, "bulletins", crate::test_app::letter(json!({ "subject": subject }))).await;
        assert_eq!(refused.pointers(422), ["/subject"], "{subject}");
    }
}
