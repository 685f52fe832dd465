//! Signing in: names and passwords, TOTP codes, links that work once, devices, sessions that end.

use std::time::Duration;

use gcc_relay::domain::credentials::LinkToken;
use gcc_relay::store::account_links::insert_link;
use gcc_relay::store::accounts::{find_account_by_id, update_disabled};
use secrecy::ExposeSecret as _;

use crate::browser::{Browser, PASSWORD};
use crate::test_app::{RULES, TestApp, Who};

#[tokio::test]
async fn whoever_is_not_signed_in_is_led_to_the_form_and_from_there_on() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Steward).await;
    let browser = Browser::new(&app);
    let location = browser.open("/home?x=1").await.location().to_owned();
    assert_eq!(location, "/sign-in?next=%2Fhome%3Fx%3D1");
    let form = browser.open(&location).await;
    assert_eq!(form.status, 200);
    assert!(form.text.contains(r#"name="next" value="/home?x=1""#), "{}", form.text);
    assert!(browser.cookie("gcc").is_none(), "nothing is kept of a visitor who has not signed in");
    let fields = [("username", username.as_str()), ("password", PASSWORD), ("next", "/home?x=1")];
    assert_eq!(browser.submit("/sign-in", &fields).await.location(), "/home?x=1");
    let home = browser.open("/home").await;
    assert_eq!(home.status, 200);
    assert!(home.text.contains("ผู้ใช้ steward"), "{}", home.text);
}

#[tokio::test]
async fn a_link_to_another_site_is_not_followed_after_signing_in() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Operator).await;
    for next in ["//evil.example", "https://evil.example", "/\\evil.example"] {
        let fields = [("username", username.as_str()), ("password", PASSWORD), ("next", next)];
        let answer = Browser::new(&app).submit("/sign-in", &fields).await;
        assert!(!answer.location().contains("evil"), "{next}");
    }
}

#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_an_ended_account_get_the_same_answer() {
    let app = TestApp::new().await;
    let (username, id) = app.account(Who::Operator).await;
    let browser = Browser::new(&app);
    let mut answers = Vec::new();
    for (name, password) in [(username.as_str(), "not the password"), ("somebody-else", PASSWORD), ("-", PASSWORD)] {
        let answer = browser.submit("/sign-in", &[("username", name), ("password", password)]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง"), "{}", answer.text);
        assert!(!answer.text.contains(password), "a password is never sent back");
        answers.push(answer.text.replace(&format!("value=\"{name}\""), "…"));
    }
    update_disabled(&mut *app.db().await, id, Some(app.now())).await.expect("a query");
    let ended = browser.submit("/sign-in", &[("username", &username), ("password", PASSWORD)]).await;
    answers.push(ended.text.replace(&format!("value=\"{username}\""), "…"));
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert!(browser.cookie("gcc").is_none());
}

#[tokio::test]
async fn a_session_gets_a_new_name_when_somebody_signs_in_and_ends_when_they_sign_out() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Operator).await;
    let browser = Browser::new(&app);
    browser.set_cookie("gcc", "AAAAAAAAAAAAAAAAAAAAAA");
    browser.submit("/sign-in", &[("username", &username), ("password", PASSWORD)]).await.location();
    let name = browser.cookie("gcc").expect("a session");
    assert_ne!(name, "AAAAAAAAAAAAAAAAAAAAAA");
    assert!(browser.submit("/sign-out", &[]).await.location().starts_with("/sign-in"));
    let thief = Browser::new(&app);
    thief.set_cookie("gcc", &name);
    assert!(thief.open("/home").await.location().starts_with("/sign-in"), "the old cookie opens nothing");
}

#[tokio::test]
async fn a_session_ends_by_itself_and_a_remembered_device_stays() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Steward).await;
    let (passing, remembered) = (Browser::new(&app), Browser::new(&app));
    let fields = [("username", username.as_str()), ("password", PASSWORD), ("remember", "yes")];
    passing.submit("/sign-in", &fields[..2]).await.location();
    let answer = remembered.submit("/sign-in", &fields).await;
    let set: Vec<_> = answer.headers.get_all("set-cookie").iter().filter_map(|set| set.to_str().ok()).collect();
    assert!(set.iter().any(|set| set.starts_with("gcc=") && set.contains("Max-Age=2592000")), "{set:?}");
    app.clock.advance(RULES.idle + Duration::from_secs(1));
    assert!(passing.open("/home").await.location().starts_with("/sign-in"));
    app.clock.advance(Duration::from_hours(29 * 24));
    assert_eq!(remembered.open("/home").await.status, 200);
    app.clock.advance(Duration::from_hours(24));
    assert!(remembered.open("/home").await.location().starts_with("/sign-in"));
}

#[tokio::test]
async fn an_account_that_is_ended_is_out_at_once_on_every_device() {
    let app = TestApp::new().await;
    let (_, id) = app.account(Who::Operator).await;
    let browser = app.sign_in(Who::Operator).await;
    update_disabled(&mut *app.db().await, id, Some(app.now())).await.expect("a query");
    assert!(browser.open("/home").await.location().starts_with("/sign-in"));
}

#[tokio::test]
async fn the_database_holds_no_cookie_that_would_let_anybody_in() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Operator).await;
    let cookie = browser.cookie("gcc").expect("a session");
    let rows = app.texts("select s::text from sessions s").await;
    assert_eq!(rows.len(), 1);
    assert!(!rows[0].contains(&cookie));
}

#[tokio::test]
async fn a_role_that_needs_codes_sets_them_up_and_is_asked_from_then_on() {
    let app = TestApp::new().await;
    let (username, id) = app.account(Who::Approver).await;
    let fields = [("username", username.as_str()), ("password", PASSWORD)];
    let browser = Browser::new(&app);
    let setup = browser.submit("/sign-in", &fields).await;
    assert_eq!(setup.status, 200);
    assert!(setup.text.contains("<svg"), "{}", setup.text);
    assert!(browser.open("/home").await.location().starts_with("/sign-in"), "half way is not in");
    let secret = typed_secret(&setup.text);
    let wrong = browser.submit("/sign-in/code", &[("code", "000000")]).await;
    assert!(wrong.status == 422 || secret.0 == "000000");
    let code = code_of(&app, &secret);
    assert_eq!(browser.submit("/sign-in/code", &[("code", &code)]).await.status, 200, "recovery codes are shown");
    assert_eq!(browser.open("/home").await.status, 200);

    let other = Browser::new(&app);
    let asked = other.submit("/sign-in", &fields).await;
    assert!(!asked.text.contains("<svg"), "the secret is shown once");
    assert_eq!(other.submit("/sign-in/code", &[("code", &code)]).await.status, 422, "a code works once");
    app.clock.advance(Duration::from_secs(30));
    other.submit("/sign-in/code", &[("code", &code_of(&app, &secret))]).await.location();
    let sealed = find_account_by_id(&mut *app.db().await, id).await.expect("a query").expect("it").totp_sealed;
    assert!(sealed.is_some_and(|sealed| sealed.len() > 20), "kept, and sealed");
}

/// The secret that is shown to be typed, in base32.
fn typed_secret(page: &str) -> (String,) {
    let rest = page.split(r#"<code class="typed">"#).nth(1).expect("a secret to type");
    (rest.split('<').next().expect("an end").to_owned(),)
}

fn code_of(app: &TestApp, secret: &(String,)) -> String {
    let totp = totp_rs::Builder::new().with_secret(totp_rs::Secret::try_from_base32(&secret.0).expect("base32"));
    let seconds = u64::try_from(app.now().as_millisecond() / 1_000).expect("after 1970");
    let totp = totp.with_account_name("x").with_issuer(Some("gcc-relay")).build().expect("a secret");
    totp.generate(seconds).to_string()
}

#[tokio::test]
async fn a_link_sets_the_password_once_and_signs_in() {
    let app = TestApp::new().await;
    let (username, id) = app.account(Who::Steward).await;
    let elsewhere = app.sign_in(Who::Steward).await;
    let (token, sha256) = LinkToken::generate();
    let expires_at = app.now() + RULES.link_lifetime;
    insert_link(&mut *app.db().await, id, &sha256, expires_at, app.now()).await.expect("a query");
    let address = format!("/welcome/{}", token.expose_secret());
    let browser = Browser::new(&app);
    assert_eq!(browser.open(&address).await.status, 200);
    assert_eq!(browser.open(&address).await.status, 200, "opening it uses nothing up");
    let short = browser.submit(&address, &[("password", "short"), ("again", "short")]).await;
    assert_eq!(short.status, 422);
    assert!(short.text.contains("อย่างน้อย ๑๒ ตัวอักษร"), "{}", short.text);
    let differs = browser.submit(&address, &[("password", "a good long password"), ("again", "another")]).await;
    assert_eq!(differs.status, 422);
    let good = [("password", "a good long password"), ("again", "a good long password")];
    browser.submit(&address, &good).await.location();
    assert_eq!(browser.open("/home").await.status, 200);
    assert_eq!(browser.open(&address).await.status, 410);
    assert_eq!(browser.submit(&address, &good).await.status, 410, "a link works once");
    assert!(elsewhere.open("/home").await.location().starts_with("/sign-in"), "other devices are signed out");
    let answer = Browser::new(&app).submit("/sign-in", &[("username", &username), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, 422, "the old password is gone");
}

#[tokio::test]
async fn a_link_that_is_too_old_or_made_up_opens_nothing() {
    let app = TestApp::new().await;
    let (_, id) = app.account(Who::Steward).await;
    let (token, sha256) = LinkToken::generate();
    let expires_at = app.now() + Duration::from_secs(1);
    insert_link(&mut *app.db().await, id, &sha256, expires_at, app.now()).await.expect("a query");
    app.clock.advance(Duration::from_secs(2));
    let browser = Browser::new(&app);
    for token in [token.expose_secret(), "x", &"a".repeat(43)] {
        assert_eq!(browser.open(&format!("/welcome/{token}")).await.status, 410, "{token}");
    }
}

#[tokio::test]
async fn a_form_sent_after_the_session_ended_is_not_lost() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Operator).await;
    let browser = app.sign_in(Who::Operator).await;
    app.clock.advance(RULES.longest);
    let typed = [("subject", "ขอให้ทุกส่วนราชการ\"<b>"), ("tiers", "1"), ("tiers", "2")];
    let asked = browser.submit("/sign-out?x=1", &typed).await;
    assert_eq!(asked.status, 401);
    let pending_form = hidden(&asked.text, "pending_form");
    let wrong = browser
        .submit("/sign-in", &[("username", &username), ("password", "x"), ("pending_form", &pending_form)])
        .await;
    assert_eq!(hidden(&wrong.text, "pending_form"), pending_form, "a wrong password does not lose it either");
    let fields = [("username", username.as_str()), ("password", PASSWORD), ("pending_form", pending_form.as_str())];
    let again = browser.submit("/sign-in", &fields).await;
    assert_eq!(again.status, 200);
    assert!(again.text.contains(r#"action="/sign-out?x=1""#), "{}", again.text);
    assert_eq!(hidden(&again.text, "subject"), typed[0].1);
    assert_eq!(again.text.matches(r#"name="tiers""#).count(), 2);
    assert!(!again.text.contains("<b>"), "what was typed stays text");
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let rest = page.split(&format!(r#"name="{name}" value=""#)).nth(1).expect("the field");
    let text = rest.split('"').next().expect("an end");
    text.replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_and_one_of_ours_is_not() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Operator).await;
    let cookie = format!("gcc={}", browser.cookie("gcc").expect("a session"));
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let request = http.post(app.at("/sign-out")).header("cookie", &cookie).header(name, value);
        assert_eq!(request.send().await.expect("an answer").status(), 403, "{name}");
    }
    assert_eq!(browser.open("/home").await.status, 200, "still signed in");
    browser.submit("/sign-out", &[]).await.location();
}

#[tokio::test]
async fn the_language_is_switched_for_the_device_and_the_account() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Operator).await;
    assert!(browser.open("/home").await.text.contains(r#"<html lang="th">"#));
    let fields = [("language", "en"), ("next", "/home")];
    assert_eq!(browser.submit("/language", &fields).await.location(), "/home");
    assert!(browser.open("/home").await.text.contains(r#"<html lang="en">"#));
    let elsewhere = app.sign_in(Who::Operator).await;
    assert!(elsewhere.open("/home").await.text.contains(r#"<html lang="en">"#), "the account remembers it");
    assert_eq!(browser.submit("/language", &[("language", "xx"), ("next", "//evil.example")]).await.location(), "/");
}

#[tokio::test]
async fn what_is_not_there_is_told_to_people_as_a_page_and_to_programs_as_a_problem() {
    let app = TestApp::new().await;
    let page = Browser::new(&app).open("/nowhere").await;
    assert_eq!(page.status, 404);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text.contains("ไม่พบหน้าที่ต้องการ"), "{}", page.text);
    app.get(&Who::Nobody, "/nowhere").await.problem(404);
}
