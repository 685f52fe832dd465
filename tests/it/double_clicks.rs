//! Two clicks on one button: one act, and the same answer to both, also where that answer is shown only once.

use std::collections::BTreeSet;
use std::time::Duration;

use gcc_relay::web::routes::{Access, ROUTES};
use serde_json::json;

use crate::browser::{Browser, PASSWORD};
use crate::form_words::Words;
use crate::forms::{Form, Sender, all};
use crate::test_app::{Answer, TestApp, Who};

/// Forms of people who are signed in that are not done once, each with its reason.
const NOT_ONCE: &[(&str, &str)] = &[
    ("POST /sign-out", "ends what is there"),
    ("POST /account/failures/seen", "says what is so afterwards"),
    ("POST /webhook-failures/{id}/retry", "an event is tried again once, as it is not set aside any more"),
    ("POST /group-alerts/{id}/seen", "an alert ends once, as it is not open any more"),
    ("POST /account/password", "says what is so afterwards, and a device is asked for the old password each time"),
    ("POST /account/codes", "the newest secret is the one that counts, and it is the one that is shown"),
    ("POST /account/codes/remove", "says what is so afterwards"),
    (
        "POST /account/passkeys",
        "the newest passkey that is begun is the one that counts, and it is the one that is shown",
    ),
    ("POST /account/passkeys/{id}/remove", "says what is so afterwards"),
    ("POST /accounts/{id}/passkeys/remove", "says what is so afterwards"),
    (
        "POST /account/provider",
        "the newest way to the provider is the one that counts, and it is the one that is shown",
    ),
    ("POST /account/provider/remove", "says what is so afterwards"),
    ("POST /account/line/remove", "says what is so afterwards"),
    ("POST /account/devices/{handle}/sign-out", "ends what is there"),
    ("POST /account/devices/sign-out-others", "ends what is there"),
    ("POST /groups/{code}/settings", "says what is so afterwards"),
    ("POST /accounts/{id}", "says what is so afterwards"),
    ("POST /accounts/{id}/disable", "says what is so afterwards"),
    ("POST /accounts/{id}/enable", "says what is so afterwards"),
    ("POST /accounts/{id}/codes/remove", "says what is so afterwards"),
    ("POST /accounts/{id}/provider/remove", "says what is so afterwards"),
    ("POST /keys/{id}/revoke", "says what is so afterwards"),
    ("POST /bulletins/preview", "looks"),
    ("POST /bulletins/groups", "looks"),
    ("POST /bulletins/image", "a picture is known by its content"),
    ("POST /audit/check", "looks"),
    ("POST /submissions/files", "a file is known by its content"),
    ("POST /disseminations/pictures", "a picture is known by its content"),
    ("POST /channels/{code}/check", "looks"),
    ("POST /channels/{code}/test-webhook", "looks"),
    ("POST /tree/upload", "looks: each file is kept until it is applied or forgotten"),
    ("POST /tree/uploads/{id}/apply", "a file is applied once, as it is applied then"),
    ("POST /tree/uploads/{id}/undo", "a file is undone once, as it is undone then"),
];

/// Forms without fields, and where they are sent to.
const BARE: &[(&str, &str)] = &[
    ("POST /channels/{code}/park", "/channels/gcc/park"),
    ("POST /channels/{code}/resume", "/channels/gcc/resume"),
    ("POST /channels/{code}/reserve", "/channels/gcc/reserve"),
    ("POST /groups/{code}/stewards/{id}/cancel", "/groups/lpn/stewards/{successor}/cancel"),
    ("POST /groups/{code}/reinstate", "/groups/{retired}/reinstate"),
    ("POST /groups/{code}/join-code", "/groups/lpn/join-code"),
    ("POST /groups/{code}/deputies/{id}/end", "/groups/lpn/deputies/{deputy}/end"),
    ("POST /bulletins/{id}/submit", "/bulletins/{draft}/submit"),
    ("POST /bulletins/{id}/recall", "/bulletins/{submitted}/recall"),
    ("POST /bulletins/{id}/unschedule", "/bulletins/{scheduled}/unschedule"),
    ("POST /bulletins/{id}/delete", "/bulletins/{draft}/delete"),
    ("POST /bulletins/{id}/approve", "/bulletins/{submitted}/approve"),
    ("POST /bulletins/{id}/requests/{no}/remove", "/bulletins/{asking draft}/requests/1/remove"),
    ("POST /accounts/{id}/link", "/accounts/{account}/link"),
    ("POST /establishment/reports/{id}/resend", "/establishment/reports/{report}/resend"),
];

/// Forms that need what only a test of their own can bring.
const TRIED_ALONE: &[&str] =
    &["POST /account/codes/confirm", "POST /account/recovery", "POST /account/passkeys/confirm"];

/// What an act leaves behind, whatever it is: entries of the audit.
const ACTS: &str = "select count(*) from audit where act not in ('sign_in', 'seal')";

fn token() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// A page without what is new each time it is drawn.
fn plain(answer: &Answer) -> String {
    let mut parts = answer.text.split(r#"name="once" value=""#);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |page, part| page + part.split_once('"').map_or("", |(_, rest)| rest))
}

/// Sends a form twice at once, and once more a little later.
async fn click_twice(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> [Answer; 3] {
    let token = token();
    let fields = [fields, &[("once", token.as_str())]].concat();
    let (first, second) = tokio::join!(browser.submit(path, &fields), browser.submit(path, &fields));
    [first, second, browser.submit(path, &fields).await]
}

#[tokio::test]
async fn two_clicks_on_any_form_are_one_act_with_one_answer() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    let steward = app.sign_in(Who::Steward).await;
    let agency = app.sign_in(Who::Agency).await;
    let approver = app.sign_in_with_code(Who::Approver).await;
    let mut words = Words::new(&app, &admin).await;
    let bare = BARE.iter().map(|(route, path)| Form { sender: Sender::SignedIn(Who::Admin), route, path, fields: &[] });
    let once = |form: &&Form| {
        matches!(form.sender, Sender::SignedIn(_))
            && !TRIED_ALONE.contains(&form.route)
            && form.route.starts_with("POST ")
            && form.route != "POST /language"
            && NOT_ONCE.iter().all(|(route, _)| *route != form.route)
    };
    let bare: Vec<Form> = bare.collect();
    let mut forms: Vec<&Form> = all().filter(once).collect();
    forms.extend(&bare);
    for form in forms {
        words.number += 1;
        let path = words.fill(form.path).await;
        let mut typed = Vec::new();
        for (name, value) in form.fields {
            typed.push((*name, words.fill(value).await));
        }
        let mut fields: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if form.route == "POST /accounts/invite" {
            // everybody in the small tree below one office
            fields = vec![("office", "chiangmai"), ("confirmed", "3"), ("form", "slips")];
        }
        if form.route == "POST /join-slips" {
            // the one group there that is not linked
            fields = vec![("office", "chiangmai"), ("confirmed", "1")];
        }
        let browser = match (form.sender, form.route) {
            (_, "POST /bulletins/{id}/approve" | "POST /bulletins/{id}/return") => &approver,
            (Sender::SignedIn(Who::Steward), _) => &steward,
            (Sender::SignedIn(Who::Agency), _) => &agency,
            _ => &admin,
        };
        let looks = fields.contains(&("do", "preview"));
        let before = app.count(ACTS).await;
        let [first, second, third] = click_twice(browser, &path, &fields).await;
        assert!(matches!(first.status, 200 | 303), "{}: {} {}", form.route, first.status, first.text);
        for again in [second, third] {
            assert_eq!(again.status, first.status, "{}: {}", form.route, again.text);
            assert_eq!(again.header("location"), first.header("location"), "{}", form.route);
            assert_eq!(plain(&again), plain(&first), "{}", form.route);
        }
        let acts = app.count(ACTS).await - before;
        let expected = match form.route {
            _ if looks => 0..=0,
            // an act for each invitation, each bulletin, each thing made with another
            "POST /accounts/invite" | "POST /waiting/all" => 1..=4,
            "POST /groups/{code}/deputies" | "POST /accounts/new" => 2..=3,
            _ => 1..=1,
        };
        assert!(expected.contains(&acts), "{}: {acts} acts", form.route);
    }
}

#[test]
fn every_form_of_people_is_done_once_or_says_why_not() {
    let routes: BTreeSet<String> = ROUTES
        .iter()
        .filter(|route| route.method == "POST" && matches!(route.access, Access::Person(_)))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let mut tried: BTreeSet<String> =
        all().filter(|form| matches!(form.sender, Sender::SignedIn(_))).map(|form| form.route.to_owned()).collect();
    tried.extend(BARE.iter().map(|(route, _)| (*route).to_owned()));
    tried.extend(TRIED_ALONE.iter().map(|route| (*route).to_owned()));
    let excused: BTreeSet<String> = NOT_ONCE.iter().map(|(route, _)| (*route).to_owned()).collect();
    let missing: Vec<_> = routes.iter().filter(|route| !tried.contains(*route) && !excused.contains(*route)).collect();
    assert!(missing.is_empty(), "neither tried nor excused: {missing:#?}");
}

#[test]
fn every_form_in_the_templates_bears_the_token() {
    // on the way in nobody is signed in yet, and these make nothing
    let open = ["action=\"/language\"", "action=\"/sign-out\"", "action=\"/account/failures/seen\""];
    let outside =
        ["people/sign_in.html", "people/welcome.html", "people/again.html", "people/code.html", "people/recovery.html"];
    // putting a decline back twice changes nothing
    let parts = ["board/undecline_form.html"];
    let mut forms = 0;
    for (name, text) in crate::template_parts::files() {
        if outside.iter().chain(&parts).any(|file| name.ends_with(file)) {
            continue;
        }
        for form in text.split("<form ").skip(1).filter(|form| form.contains("method=\"post\"")) {
            let head = form.split("</form>").next().unwrap_or_default();
            if open.iter().any(|action| head.contains(action))
                || !head.split("<form").next().unwrap_or_default().contains("method=\"post\"")
            {
                continue;
            }
            forms += 1;
            // a form in a cell of a table is a template of its own, to which the page hands its token
            let token = if name.ends_with("_form.html") { "form_token" } else { "shell.form_token" };
            let field = format!(r#"name="once" value="{{{{ {token} }}}}""#);
            assert!(head.contains(&field), "{name}: <form {head}");
        }
    }
    assert!(forms > 30, "{forms} forms");
}

#[tokio::test]
async fn recovery_codes_are_shown_to_the_second_click_too() {
    let app = TestApp::new().await;
    let steward = app.sign_in(Who::Steward).await;
    let setup = steward.submit("/account/codes", &[("old", PASSWORD)]).await;
    let code = app.code_of(&setup.text);
    for (path, fields) in
        [("/account/codes/confirm", [("code", code.as_str())]), ("/account/recovery", [("old", PASSWORD)])]
    {
        let [first, second, third] = click_twice(&steward, path, &fields).await;
        assert!(first.status == 200 && first.text.contains(r#"<textarea id="codes""#), "{path}: {}", first.text);
        for again in [second, third] {
            assert_eq!(plain(&again), plain(&first), "{path}");
        }
    }
    assert_eq!(app.count("select count(*) from audit where act = 'recovery_codes_make'").await, 2);
}

#[tokio::test]
async fn a_key_that_is_shown_once_is_shown_to_the_second_click_too_and_works() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    let fields = [("name", "ระบบ"), ("role", "operator"), ("office", "")];
    let [first, second, _] = click_twice(&admin, "/keys", &fields).await;
    let key = |page: &Answer| {
        let rest = page.text.split("gccr_").nth(1).expect("a key");
        format!("gccr_{}", rest.split(['<', '"', '\n', '&']).next().expect("an end"))
    };
    assert_eq!(key(&first), key(&second));
    let kept = app.texts("select response from idempotency_keys").await;
    assert!(kept.iter().all(|kept| !kept.contains("gccr_")), "it is sealed");
    assert_eq!(app.count("select count(*) from api_keys where name = 'ระบบ'").await, 1);
}

#[tokio::test]
async fn two_clicks_on_a_form_with_a_picture_make_one_draft() {
    let app = TestApp::new().await;
    let publisher = app.sign_in(Who::Publisher).await;
    let token = token();
    let fields = [("once", token.as_str()), ("kind", "news"), ("subject", "เรื่อง"), ("body", "ความ"), ("do", "save")];
    let send = || publisher.submit_with_file("/bulletins/new", &fields, "file", b"");
    let (first, second) = tokio::join!(send(), send());
    assert_eq!((first.status, first.location()), (303, second.location()));
    assert_eq!(app.count("select count(*) from bulletins").await, 1);
}

#[tokio::test]
async fn another_text_under_the_same_token_is_another_form() {
    let app = TestApp::new().await;
    let publisher = app.sign_in(Who::Publisher).await;
    let token = token();
    for subject in ["เรื่องที่หนึ่ง", "เรื่องที่สอง"] {
        let fields =
            [("once", token.as_str()), ("kind", "news"), ("subject", subject), ("body", "ความ"), ("do", "save")];
        assert_eq!(publisher.submit("/bulletins/new", &fields).await.status, 303);
    }
    assert_eq!(app.count("select count(*) from bulletins").await, 2);
}

#[tokio::test]
async fn a_refusal_is_not_kept_and_a_result_is_for_one_session_for_15_minutes() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    let token = token();
    let fields = [("once", token.as_str()), ("name", "ระบบ"), ("role", "operator"), ("office", "")];
    let bad = [("once", token.as_str()), ("name", ""), ("role", "operator"), ("office", "")];
    assert_eq!(admin.submit("/keys", &bad).await.status, 422);
    assert_eq!(admin.submit("/keys", &bad).await.status, 422);
    let first = admin.submit("/keys", &fields).await;
    let other = Browser::new(&app);
    other.sign_in("the-admin").await;
    let elsewhere = other.submit("/keys", &fields).await;
    assert_ne!(plain(&first), plain(&elsewhere), "another session has a form of its own");
    app.after(Duration::from_mins(16)).await;
    assert_eq!(app.count("select count(*) from idempotency_keys where route like 'FORM %'").await, 0);
    let later = admin.submit("/keys", &fields).await;
    assert_ne!(plain(&first), plain(&later));
    assert_eq!(app.count("select count(*) from api_keys where name = 'ระบบ'").await, 3);
}

#[tokio::test]
async fn an_act_that_could_not_be_committed_is_done_by_the_next_click() {
    let app = TestApp::new().await;
    let publisher = app.sign_in(Who::Publisher).await;
    let id = app.write().await;
    let token = token();
    let path = format!("/bulletins/{id}/test");
    let fields = [("once", token.as_str()), ("group", "cmi-far")];
    assert_eq!(publisher.submit(&path, &fields).await.status, 422, "the group has no LINE group");
    let fields = [("once", token.as_str()), ("group", "lpn")];
    for _ in 0..2 {
        assert_eq!(publisher.submit(&path, &fields).await.status, 303);
    }
    app.run().await;
    assert_eq!(app.line().accepted(Some("Clpn")).len(), 1);
    let draft = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    assert_eq!(draft["state"], json!("draft"));
}
