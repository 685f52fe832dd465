//! Sign-in at a provider of OpenID Connect: who is let in, who is bound to an account, and what is believed.

use std::time::Duration;

use gcc_relay::domain::credentials::LinkToken;
use gcc_relay::store::account_links::insert_link;
use gcc_relay::store::accounts::update_disabled;
use rstest::rstest;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD};
use crate::oidc_provider::{ProviderFaults, TestProvider};
use crate::test_app::{Answer, RULES, TestApp, Who, people};

/// The button's address.
const BUTTON: &str = "/sign-in/provider";

/// Where the page leads that a browser is shown before it leaves for the provider.
fn leads_to(page: &Answer) -> String {
    assert_eq!(page.status, 200, "{}", page.text);
    let rest = page.text.split("http-equiv=\"refresh\" content=\"0; url=").nth(1).expect("a way to the provider");
    rest.split('"').next().expect("an end").replace("&#38;", "&")
}

/// Goes to the provider as the page says, and gives the path at which the provider sends the browser back.
async fn go_there(page: &Answer) -> String {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let answer = http.get(leads_to(page)).send().await.expect("an answer");
    assert_eq!(answer.status(), 303);
    let back = answer.headers()["location"].to_str().expect("text").to_owned();
    let path = back.find("/sign-in/provider/return").expect("our own address");
    back[path..].to_owned()
}

/// The whole way of the button.
pub async fn press(browser: &Browser<'_>) -> Answer {
    let page = browser.submit(BUTTON, &[("next", "/home")]).await;
    let back = go_there(&page).await;
    browser.open(&back).await
}

/// A link for the account of `who`, as an invitation holds it.
pub async fn invite(app: &TestApp, who: Who) -> String {
    let (_, id) = app.account(who).await;
    let (token, sha256) = LinkToken::generate();
    let expires_at = app.now() + RULES.link_lifetime;
    insert_link(&mut *app.db().await, id, &sha256, expires_at, app.now()).await.expect("a query");
    format!("/welcome/{}", token.expose_secret())
}

/// Accepts an invitation at the provider.
pub async fn accept(browser: &Browser<'_>, link: &str) -> Answer {
    let page = browser.submit(&format!("{link}/provider"), &[]).await;
    let back = go_there(&page).await;
    browser.open(&back).await
}

/// Binds whoever the provider signs in to the account of `who`, which is signed in by its password.
pub async fn bind(app: &TestApp, who: Who) -> Browser<'_> {
    let browser = app.sign_in(who).await;
    let page = browser.submit("/account/provider", &[("old", PASSWORD)]).await;
    let back = go_there(&page).await;
    assert_eq!(browser.open(&back).await.location(), "/account?said=provider-bound");
    browser
}

async fn acts(app: &TestApp, act: &str) -> Vec<(String, String, Value)> {
    let query = "select actor, subject, detail from audit where act = $1 order by id";
    sqlx::query_as(query).bind(act).fetch_all(&mut *app.db().await).await.expect("the audit")
}

#[tokio::test]
async fn without_a_provider_there_is_no_button_and_no_way() {
    let app = TestApp::new().await;
    let browser = Browser::new(&app);
    assert!(!browser.open("/sign-in").await.text.contains(BUTTON));
    let link = invite(&app, Who::Steward).await;
    assert!(!browser.open(&link).await.text.contains("/provider"));
    assert_eq!(browser.submit(BUTTON, &[]).await.status, 404);
    assert_eq!(browser.submit(&format!("{link}/provider"), &[]).await.status, 404);
    assert_eq!(browser.open("/sign-in/provider/return?code=x&state=x").await.status, 404);
    let signed_in = app.sign_in(Who::Steward).await;
    assert!(!signed_in.open("/account").await.text.contains("/account/provider"));
    assert_eq!(signed_in.submit("/account/provider", &[("old", PASSWORD)]).await.status, 404);
}

#[tokio::test]
async fn an_invitation_is_accepted_at_the_provider_and_the_person_signs_in_from_then_on() {
    let (app, _provider) = TestApp::with_provider(false).await;
    let (username, _) = app.account(Who::Steward).await;
    let before = app.sign_in(Who::Steward).await;
    let link = invite(&app, Who::Steward).await;
    let browser = Browser::new(&app);
    assert!(browser.open(&link).await.text.contains("เข้าด้วยผู้ให้บริการทดสอบ"));
    assert_eq!(accept(&browser, &link).await.location(), "/waiting");
    assert!(browser.open("/home").await.text.contains("ผู้ใช้ steward"));
    assert_eq!(browser.open(&link).await.status, 410, "a link works once");
    assert!(before.open("/home").await.location().starts_with("/sign-in"), "other devices are signed out");
    let old = Browser::new(&app).submit("/sign-in", &[("username", &username), ("password", PASSWORD)]).await;
    assert_eq!(old.status, 422, "the former holder's password is gone");
    let elsewhere = Browser::new(&app);
    assert!(elsewhere.open("/sign-in").await.text.contains("เข้าด้วยผู้ให้บริการทดสอบ"));
    assert_eq!(press(&elsewhere).await.location(), "/home");
    assert_eq!(elsewhere.open("/home").await.status, 200);
    let bound = acts(&app, "identity_bind").await;
    assert_eq!((bound.len(), &bound[0].2["by"]), (1, &json!("link")));
    assert!(
        acts(&app, "sign_in")
            .await
            .iter()
            .any(|(by, _, detail)| { *by == format!("user:{username}") && detail["by"] == json!("provider") })
    );
    let kept = app.texts("select i::text || (select string_agg(a::text, '') from audit a) from account_identities i");
    assert!(!kept.await.concat().contains("1234567890123"), "a citizen's number is kept nowhere");
}

#[tokio::test]
async fn a_person_whom_nobody_bound_is_refused_in_a_sentence_and_nothing_is_made() {
    let (app, _provider) = TestApp::with_provider(false).await;
    app.account(Who::Steward).await;
    let before = app.fingerprint().await;
    let browser = Browser::new(&app);
    let refused = press(&browser).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("ยังไม่ได้ผูกกับบัญชีใด"), "{}", refused.text);
    assert!(browser.open("/home").await.location().starts_with("/sign-in"));
    assert_eq!(app.fingerprint().await, before);
    assert_eq!(app.count("select count(*) from accounts").await, 1);
    assert_eq!(app.count("select count(*) from account_identities").await, 0);
}

#[tokio::test]
async fn somebody_signed_in_binds_themself_with_their_password_and_unbinds() {
    let (app, _provider) = TestApp::with_provider(false).await;
    let browser = app.sign_in(Who::Operator).await;
    let wrong = browser.submit("/account/provider", &[("old", "wrong")]).await;
    assert_eq!(wrong.status, 422, "a device that was left open is not enough");
    assert_eq!(app.count("select count(*) from sign_in_waits").await, 0);
    let browser = bind(&app, Who::Operator).await;
    let page = browser.open("/account").await.text;
    assert!(page.contains("ผูกไว้แล้ว") && page.contains("/account/provider/remove"), "{page}");
    assert_eq!(press(&Browser::new(&app)).await.location(), "/home");
    assert_eq!(browser.submit("/account/provider/remove", &[("old", "wrong")]).await.status, 422);
    let gone = browser.submit("/account/provider/remove", &[("old", PASSWORD)]).await;
    assert_eq!(gone.location(), "/account?said=provider-unbound");
    assert_eq!(press(&Browser::new(&app)).await.status, 403);
    let unbound = acts(&app, "identity_unbind").await;
    assert_eq!((unbound.len(), unbound[0].0.as_str()), (1, "user:the-operator"));
}

#[tokio::test]
async fn an_administrator_unbinds_somebody_and_is_named_for_it() {
    let (app, _provider) = TestApp::with_provider(false).await;
    let bound = bind(&app, Who::Operator).await;
    let (_, id) = app.account(Who::Operator).await;
    let admin = app.sign_in(Who::Admin).await;
    assert!(admin.open(&format!("/accounts/{id}")).await.text.contains("/provider/remove"));
    admin.submit(&format!("/accounts/{id}/provider/remove"), &[]).await.location();
    assert!(bound.open("/home").await.location().starts_with("/sign-in"), "signed out at once");
    assert_eq!(press(&Browser::new(&app)).await.status, 403);
    let unbound = acts(&app, "identity_unbind").await;
    let who = (unbound[0].0.as_str(), unbound[0].1.as_str());
    assert_eq!(who, ("user:the-admin", "user:the-operator"));
}

#[tokio::test]
async fn a_person_is_bound_to_one_account_and_an_account_to_one_person() {
    let (app, provider) = TestApp::with_provider(false).await;
    bind(&app, Who::Operator).await;
    let admin = app.sign_in(Who::Admin).await;
    let page = admin.submit("/account/provider", &[("old", PASSWORD)]).await;
    let taken = admin.open(&go_there(&page).await).await;
    assert_eq!(taken.status, 409);
    assert!(taken.text.contains("ผูกกับบัญชีอื่นในระบบอยู่แล้ว"), "{}", taken.text);
    let link = invite(&app, Who::Steward).await;
    assert_eq!(accept(&Browser::new(&app), &link).await.status, 409);
    assert_eq!(Browser::new(&app).open(&link).await.status, 200, "the invitation is not used up by it");
    app.sign_in(Who::Steward).await;
    provider.is_now("somebody else");
    let operator = app.sign_in(Who::Operator).await;
    let page = operator.submit("/account/provider", &[("old", PASSWORD)]).await;
    assert_eq!(operator.open(&go_there(&page).await).await.status, 409);
}

#[tokio::test]
async fn a_new_holder_of_an_account_ends_the_former_ones_ways_in() {
    let (app, provider) = TestApp::with_provider(false).await;
    bind(&app, Who::Steward).await;
    let link = invite(&app, Who::Steward).await;
    let fields = [("password", "a good long password"), ("again", "a good long password")];
    Browser::new(&app).submit(&link, &fields).await.location();
    assert_eq!(press(&Browser::new(&app)).await.status, 403, "by a password");
    bind_again(&app).await;
    let link = invite(&app, Who::Steward).await;
    provider.is_now("the new holder");
    accept(&Browser::new(&app), &link).await.location();
    provider.is_now("1234567890123");
    assert_eq!(press(&Browser::new(&app)).await.status, 403, "by another person");
    assert_eq!(acts(&app, "identity_unbind").await.len(), 2);
}

async fn bind_again(app: &TestApp) {
    let link = invite(app, Who::Steward).await;
    accept(&Browser::new(app), &link).await.location();
}

#[tokio::test]
async fn an_account_that_was_ended_is_closed_to_its_person_too() {
    let (app, _provider) = TestApp::with_provider(false).await;
    bind(&app, Who::Operator).await;
    let (_, id) = app.account(Who::Operator).await;
    update_disabled(&mut *app.db().await, id, Some(app.now())).await.expect("a query");
    assert_eq!(press(&Browser::new(&app)).await.status, 403);
}

#[rstest]
#[case::still_asked_for(false)]
#[case::done_by_the_provider(true)]
#[tokio::test]
async fn the_second_step_is_asked_for_unless_the_provider_does_it(#[case] by_provider: bool) {
    let (app, _provider) = TestApp::with_provider(by_provider).await;
    let link = invite(&app, Who::Approver).await;
    let browser = Browser::new(&app);
    let answer = accept(&browser, &link).await;
    if by_provider {
        answer.location();
    } else {
        assert!(answer.text.contains("<svg"), "codes are set up first: {}", answer.text);
        assert!(browser.open("/home").await.location().starts_with("/sign-in"), "half way is not in");
        let shown = browser.submit("/sign-in/code", &[("code", &app.code_of(&answer.text))]).await;
        assert_eq!(shown.status, 200, "recovery codes are shown");
    }
    assert_eq!(browser.open("/home").await.status, 200);
    let ways = acts(&app, "sign_in").await;
    assert_eq!(ways[0].2["by"], json!("provider"));
}

#[tokio::test]
async fn the_same_subject_of_another_provider_is_another_person() {
    let (app, _provider) = TestApp::with_provider(false).await;
    bind(&app, Who::Operator).await;
    let other = TestProvider::start(&app.clock).await;
    let node = app.serve_again_by(|url| people().signing_in_at(other.offered(url, false))).await;
    let browser = Browser::new(&app).at_node(&node);
    assert_eq!(press(&browser).await.status, 403);
    assert_eq!(press(&Browser::new(&app)).await.location(), "/home");
}

#[tokio::test]
async fn a_provider_that_publishes_no_addresses_is_told_them_by_the_settings() {
    let (app, provider) = TestApp::with_provider(false).await;
    bind(&app, Who::Operator).await;
    let node = app.serve_again_by(|url| people().signing_in_at(provider.offered_unpublished(url))).await;
    let browser = Browser::new(&app).at_node(&node);
    assert_eq!(press(&browser).await.location(), "/home");
}

#[tokio::test]
async fn a_way_back_works_once_and_in_the_browser_that_left() {
    let (app, _provider) = TestApp::with_provider(false).await;
    bind(&app, Who::Operator).await;
    let (browser, other) = (Browser::new(&app), Browser::new(&app));
    let back = go_there(&browser.submit(BUTTON, &[]).await).await;
    let stolen = other.open(&back).await;
    assert_eq!(stolen.status, 422, "{}", stolen.text);
    assert!(stolen.text.contains("โปรดเริ่มใหม่"), "{}", stolen.text);
    let begun = go_there(&other.submit(BUTTON, &[]).await).await;
    assert_eq!(other.open(&back).await.status, 422, "another browser's state");
    assert_eq!(other.open(&begun).await.status, 422, "what was waiting is used up by it");
    browser.open(&back).await.location();
    assert_eq!(browser.open(&back).await.status, 422, "not a second time");
    assert_eq!(browser.open("/home").await.status, 200, "and nobody is signed out by it");
}

#[tokio::test]
async fn a_way_back_that_took_too_long_or_says_too_little_begins_again() {
    let (app, _provider) = TestApp::with_provider(false).await;
    bind(&app, Who::Operator).await;
    let browser = Browser::new(&app);
    let back = go_there(&browser.submit(BUTTON, &[]).await).await;
    app.clock.advance(Duration::from_mins(11));
    assert_eq!(browser.open(&back).await.status, 422);
    for made_up in ["?code=x", "?state=x", "", "?code=x&state=x", "?error=access_denied&state=x"] {
        browser.submit(BUTTON, &[]).await;
        assert_eq!(browser.open(&format!("/sign-in/provider/return{made_up}")).await.status, 422, "{made_up}");
    }
    let twice = browser.open("/sign-in/provider/return?state=a&state=b").await;
    assert_eq!(twice.status, 400);
}

#[tokio::test]
async fn a_binding_is_finished_only_by_who_began_it() {
    let (app, _provider) = TestApp::with_provider(false).await;
    let browser = app.sign_in(Who::Operator).await;
    let back = go_there(&browser.submit("/account/provider", &[("old", PASSWORD)]).await).await;
    browser.submit("/sign-out", &[]).await.location();
    browser.sign_in(&app.account(Who::Admin).await.0).await;
    assert_eq!(browser.open(&back).await.status, 422);
    assert_eq!(app.count("select count(*) from account_identities").await, 0);
}

#[rstest]
#[case::wrong_nonce(ProviderFaults { claims: vec![("nonce", json!("another"))], ..ProviderFaults::default() })]
#[case::no_nonce(ProviderFaults { claims: vec![("nonce", Value::Null)], ..ProviderFaults::default() })]
#[case::wrong_audience(ProviderFaults { claims: vec![("aud", json!("another-client"))], ..ProviderFaults::default() })]
#[case::one_audience_more(ProviderFaults { claims: vec![("aud", json!(["gcc-relay-of-the-tests", "another"]))], ..ProviderFaults::default() })]
#[case::expired(ProviderFaults { claims: vec![("exp", json!(1_521_763_199))], ..ProviderFaults::default() })]
#[case::wrong_issuer(ProviderFaults { claims: vec![("iss", json!("https://other.example"))], ..ProviderFaults::default() })]
#[case::no_subject(ProviderFaults { claims: vec![("sub", Value::Null)], ..ProviderFaults::default() })]
#[case::wrong_key(ProviderFaults { other_key: true, ..ProviderFaults::default() })]
#[case::no_signature(ProviderFaults { algorithm: Some("none"), ..ProviderFaults::default() })]
#[case::signed_with_our_own_secret(ProviderFaults { algorithm: Some("HS256"), ..ProviderFaults::default() })]
#[case::mixed_up_on_the_way_back(ProviderFaults { returned: Some("https://other.example"), ..ProviderFaults::default() })]
#[case::declined(ProviderFaults { error: Some("access_denied"), ..ProviderFaults::default() })]
#[tokio::test]
async fn what_the_provider_must_not_say_lets_nobody_in(#[case] lies: ProviderFaults) {
    let (app, provider) = TestApp::with_provider(false).await;
    bind(&app, Who::Operator).await;
    provider.misbehave(lies);
    let browser = Browser::new(&app);
    let refused = press(&browser).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(browser.open("/home").await.location().starts_with("/sign-in"));
    let link = invite(&app, Who::Steward).await;
    assert_eq!(accept(&browser, &link).await.status, 422);
    assert_eq!(browser.open(&link).await.status, 200, "the invitation is still there");
    provider.misbehave(ProviderFaults::default());
    assert_eq!(press(&browser).await.location(), "/home");
}

#[tokio::test]
async fn a_provider_that_says_the_right_issuer_on_the_way_back_is_believed() {
    let (app, provider) = TestApp::with_provider(false).await;
    bind(&app, Who::Operator).await;
    let issuer: &'static str = app.texts("select issuer from account_identities").await.remove(0).leak();
    provider.misbehave(ProviderFaults { returned: Some(issuer), ..ProviderFaults::default() });
    assert_eq!(press(&Browser::new(&app)).await.location(), "/home");
}

#[tokio::test]
async fn a_discovery_document_of_another_issuer_is_not_used() {
    let (app, provider) = TestApp::with_provider(false).await;
    provider.misbehave(ProviderFaults { discovered: Some("https://other.example"), ..ProviderFaults::default() });
    let answer = Browser::new(&app).submit(BUTTON, &[]).await;
    assert_eq!(answer.status, 503, "{}", answer.text);
}

#[tokio::test]
async fn a_provider_that_changes_its_key_is_still_believed() {
    let (app, provider) = TestApp::with_provider(false).await;
    bind(&app, Who::Operator).await;
    provider.change_key();
    assert_eq!(press(&Browser::new(&app)).await.location(), "/home");
}

#[tokio::test]
async fn while_the_provider_is_down_the_page_says_so_and_the_password_still_works() {
    let (app, provider) = TestApp::with_provider(false).await;
    let browser = bind(&app, Who::Operator).await;
    let (username, _) = app.account(Who::Operator).await;
    let leaving = Browser::new(&app);
    let back = go_there(&leaving.submit(BUTTON, &[]).await).await;
    provider.go_down();
    let away = leaving.open(&back).await;
    assert_eq!(away.status, 503);
    // a node that has just started knows nothing of the provider
    let node = app.serve_again_by(|url| people().signing_in_at(provider.offered(url, false))).await;
    let fresh = Browser::new(&app).at_node(&node);
    let fields = [("next", "/home"), ("remember", "yes")];
    let away = fresh.submit(BUTTON, &fields).await;
    assert_eq!(away.status, 503);
    assert!(away.text.contains("ติดต่อผู้ให้บริการยืนยันตัวตนไม่ได้"), "{}", away.text);
    assert!(away.text.contains(r#"name="next" value="/home""#) && away.text.contains("checked"));
    fresh.sign_in(&username).await;
    let away = browser.at_node(&node).submit("/account/provider", &[("old", PASSWORD)]).await;
    assert_eq!(away.status, 503);
}

#[tokio::test]
async fn a_form_sent_after_the_session_ended_comes_back_from_the_provider_too() {
    let (app, _provider) = TestApp::with_provider(false).await;
    let browser = bind(&app, Who::Operator).await;
    app.clock.advance(RULES.longest);
    let pending_form = r#"{"path":"/sign-out","fields":[["subject","เรื่อง"]]}"#;
    let back = go_there(&browser.submit(BUTTON, &[("pending_form", pending_form)]).await).await;
    let again = browser.open(&back).await;
    assert_eq!(again.status, 200);
    assert!(again.text.contains(r#"action="/sign-out""#) && again.text.contains("เรื่อง"), "{}", again.text);
    // nothing that can be typed breaks it
    let odd = r#"{"path":"/sign-out","fields":[["subject","a\u0000b"]]}"#;
    go_there(&Browser::new(&app).submit(BUTTON, &[("pending_form", odd)]).await).await;
    let long = "x".repeat(60_001);
    let refused = Browser::new(&app).submit(BUTTON, &[("pending_form", &long)]).await;
    assert_eq!(refused.status, 413);
    assert!(refused.text.contains(&long), "it is not lost");
}

#[tokio::test]
async fn whoever_begins_without_end_is_slowed_down() {
    let (app, _provider) = TestApp::with_provider(false).await;
    let browser = Browser::from_address(&app, "127.0.0.9");
    for _ in 0..100 {
        assert_eq!(browser.submit(BUTTON, &[]).await.status, 200);
    }
    assert_eq!(browser.submit(BUTTON, &[]).await.status, 429);
    assert_eq!(app.count("select count(*) from sign_in_waits").await, 1, "one at a time waits for a session");
    assert_eq!(Browser::from_address(&app, "127.0.0.10").submit(BUTTON, &[]).await.status, 200);
}
