//! Passkeys: made with the password, they let their owner in without it, and nobody else.

use std::time::Duration;

use gcc_relay::domain::account::Role;
use gcc_relay::store::accounts::update_disabled;
use rstest::rstest;

use crate::authenticator::Authenticator;
use crate::browser::{Browser, PASSWORD};
use crate::test_app::{Answer, TestApp, Who};

const MAKE: &[(&str, &str)] = &[("name", "โทรศัพท์ของฉัน"), ("old", PASSWORD)];

/// Makes a passkey for whoever is signed in.
async fn make(browser: &Browser<'_>, device: &mut Authenticator) -> Answer {
    let page = browser.submit("/account/passkeys", MAKE).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let made = device.create(&Authenticator::options(&page.text));
    browser.submit("/account/passkeys/confirm", &[("credential", &made)]).await
}

/// A steward who has made a passkey.
pub async fn owner(app: &TestApp) -> (Browser<'_>, Authenticator) {
    let (browser, mut device) = (app.sign_in(Who::Steward).await, Authenticator::new());
    make(&browser, &mut device).await.location();
    (browser, device)
}

/// Signs in by a passkey in a browser of its own.
pub async fn sign_in<'a>(app: &'a TestApp, device: &mut Authenticator) -> (Browser<'a>, Answer) {
    let browser = Browser::new(app);
    let page = browser.submit("/sign-in/passkey", &[]).await;
    let signed = device.sign(&Authenticator::options(&page.text));
    let answer = browser.submit("/sign-in/passkey/confirm", &[("credential", &signed)]).await;
    (browser, answer)
}

#[tokio::test]
async fn a_passkey_is_made_with_the_password_and_lets_its_owner_in_without_it() {
    let app = TestApp::new().await;
    let (owner, mut device) = owner(&app).await;
    assert!(owner.open("/account").await.text.contains("โทรศัพท์ของฉัน"));
    let (browser, answer) = sign_in(&app, &mut device).await;
    answer.location();
    assert_eq!(browser.open("/home").await.status, 200);
    let ways = app.texts("select detail->>'by' from audit where act = 'sign_in' order by id").await;
    assert_eq!(ways.last().map(String::as_str), Some("passkey"));
    assert_eq!(app.count("select count(*) from audit where act = 'passkey_add'").await, 1);
    let refused = owner.submit("/account/passkeys", &[("name", "x"), ("old", "wrong")]).await;
    assert_eq!(refused.status, 422, "not without the password");
    assert_eq!(owner.submit("/account/passkeys", &[("name", " "), ("old", PASSWORD)]).await.status, 422);
}

#[tokio::test]
async fn a_passkey_stands_for_the_second_step_too() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Approver).await;
    let (approver, mut device) = (app.sign_in_with_code(Who::Approver).await, Authenticator::new());
    make(&approver, &mut device).await.location();
    sign_in(&app, &mut device).await.1.location();

    let browser = Browser::new(&app);
    let fields = [("username", username.as_str()), ("password", PASSWORD), ("remember", "yes")];
    let asked = browser.submit("/sign-in", &fields).await;
    assert!(asked.text.contains("formaction=\"/sign-in/passkey\""), "offered after the password: {}", asked.text);
    let page = browser.submit("/sign-in/passkey", &[("next", "/account")]).await;
    let signed = device.sign(&Authenticator::options(&page.text));
    let answer = browser.submit("/sign-in/passkey/confirm", &[("credential", &signed)]).await;
    assert_eq!(answer.location(), "/account");
    let remembered = app.texts("select remembered::text from sessions where account_id is not null").await;
    assert!(remembered.contains(&"true".to_owned()), "what was chosen with the password holds: {remembered:?}");
}

#[rstest]
#[case::of_another_site(|device: &mut Authenticator| device.origin = "http://localhost.example:8080".to_owned())]
#[case::without_asking_its_owner(|device: &mut Authenticator| device.verifies = false)]
#[case::that_names_somebody_else(|device: &mut Authenticator| device.owner = vec![7; 16])]
#[case::whose_counter_went_back(|device: &mut Authenticator| device.counter = 0)]
#[tokio::test]
async fn a_signature_is_refused(#[case] change: fn(&mut Authenticator)) {
    let app = TestApp::new().await;
    let (_owner, mut device) = owner(&app).await;
    device.counter = 5;
    sign_in(&app, &mut device).await.1.location();
    change(&mut device);
    let (browser, answer) = sign_in(&app, &mut device).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("ระบบไม่สามารถรับข้อมูลจากอุปกรณ์ได้"), "{}", answer.text);
    assert!(browser.open("/home").await.location().starts_with("/sign-in"));
}

#[tokio::test]
async fn a_signature_lets_one_browser_in_once_and_not_for_long() {
    let app = TestApp::new().await;
    let (_owner, mut device) = owner(&app).await;
    let browser = Browser::new(&app);
    let page = browser.submit("/sign-in/passkey", &[]).await;
    let signed = device.sign(&Authenticator::options(&page.text));
    let stolen = Browser::new(&app).submit("/sign-in/passkey/confirm", &[("credential", &signed)]).await;
    assert_eq!(stolen.status, 422, "another browser was asked for nothing");
    let other = Browser::new(&app);
    other.submit("/sign-in/passkey", &[]).await;
    let mixed = other.submit("/sign-in/passkey/confirm", &[("credential", &signed)]).await;
    assert_eq!(mixed.status, 422, "another browser was asked for something else");
    browser.submit("/sign-in/passkey/confirm", &[("credential", &signed)]).await.location();
    let again = browser.submit("/sign-in/passkey/confirm", &[("credential", &signed)]).await;
    assert_eq!(again.status, 422, "once");

    let page = browser.submit("/sign-in/passkey", &[]).await;
    let signed = device.sign(&Authenticator::options(&page.text));
    app.clock.advance(Duration::from_mins(6));
    let late = browser.submit("/sign-in/passkey/confirm", &[("credential", &signed)]).await;
    assert_eq!(late.status, 422);
    assert!(late.text.contains("หมดเวลา"), "{}", late.text);
}

#[tokio::test]
async fn a_passkey_of_nobody_and_of_an_account_that_was_ended_let_nobody_in() {
    let app = TestApp::new().await;
    let (_, id) = app.account(Who::Steward).await;
    let (_owner, mut device) = owner(&app).await;
    let stranger = sign_in(&app, &mut Authenticator::new()).await.1;
    assert!(stranger.status == 422 && stranger.text.contains("ไม่ได้เป็นของบัญชีใด"), "{}", stranger.text);
    update_disabled(&mut *app.db().await, id, Some(app.now())).await.expect("a query");
    let ended = sign_in(&app, &mut device).await.1;
    assert!(ended.status == 422 && ended.text.contains("ไม่ได้เป็นของบัญชีใด"), "{}", ended.text);
}

#[tokio::test]
async fn a_known_passkey_is_not_made_twice_nor_kept_for_another_account() {
    let app = TestApp::new().await;
    let (owner, mut device) = owner(&app).await;
    let again = make(&owner, &mut device).await;
    assert!(again.status == 422 && again.text.contains("มีอยู่ในระบบแล้ว"), "{}", again.text);
    let other = app.sign_in_as("another-one", Role::Operator, None).await;
    let page = owner.submit("/account/passkeys", MAKE).await;
    let made = Authenticator::new().create(&Authenticator::options(&page.text));
    assert_eq!(other.submit("/account/passkeys/confirm", &[("credential", &made)]).await.status, 422);
    for rubbish in ["", "{}", "[", &"x".repeat(10_000)] {
        owner.submit("/account/passkeys", MAKE).await;
        assert_eq!(owner.submit("/account/passkeys/confirm", &[("credential", rubbish)]).await.status, 422);
    }
    assert_eq!(app.count("select count(*) from passkeys").await, 1);
}

#[tokio::test]
async fn two_clicks_keep_a_new_passkey_once_and_both_are_told_so() {
    let app = TestApp::new().await;
    let owner = app.sign_in(Who::Steward).await;
    let page = owner.submit("/account/passkeys", MAKE).await;
    let once =
        page.text.split("name=\"once\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a token");
    let made = Authenticator::new().create(&Authenticator::options(&page.text));
    let fields = [("once", once), ("credential", made.as_str())];
    let (first, second) = tokio::join!(
        owner.submit("/account/passkeys/confirm", &fields),
        owner.submit("/account/passkeys/confirm", &fields)
    );
    assert_eq!(first.location(), second.location());
    assert_eq!(app.count("select count(*) from passkeys").await, 1);
}

#[tokio::test]
async fn a_passkey_is_taken_away_by_its_owner_with_the_password_and_by_nobody_elses() {
    let app = TestApp::new().await;
    let (owner, mut device) = owner(&app).await;
    let id = app.texts("select id::text from passkeys").await.remove(0);
    let path = format!("/account/passkeys/{id}/remove");
    let other = app.sign_in_as("another-one", Role::Operator, None).await;
    assert_eq!(other.submit(&path, &[("old", PASSWORD)]).await.status, 404);
    assert_eq!(owner.submit(&path, &[("old", "wrong")]).await.status, 422);
    owner.submit(&path, &[("old", PASSWORD)]).await.location();
    assert_eq!(sign_in(&app, &mut device).await.1.status, 422);
}

#[tokio::test]
async fn a_lost_passkey_is_taken_away_by_an_administrator_and_by_a_link() {
    let app = TestApp::new().await;
    let (_, id) = app.account(Who::Steward).await;
    let admin = app.sign_in(Who::Admin).await;
    let (telephone, mut device) = owner(&app).await;
    assert!(admin.open(&format!("/accounts/{id}")).await.text.contains("โทรศัพท์ของฉัน"));
    admin.submit(&format!("/accounts/{id}/passkeys/remove"), &[]).await.location();
    assert!(telephone.open("/home").await.location().starts_with("/sign-in"), "signed out too");
    assert_eq!(sign_in(&app, &mut device).await.1.status, 422);

    let (_telephone, mut device) = owner(&app).await;
    let made = admin.submit(&format!("/accounts/{id}/link"), &[]).await;
    let link = made.text.split("/welcome/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    let fields = [("password", "another-sentence-of-four"), ("again", "another-sentence-of-four")];
    Browser::new(&app).submit(&format!("/welcome/{link}"), &fields).await.location();
    assert_eq!(sign_in(&app, &mut device).await.1.status, 422, "the account may have another holder");
    let removals = "select actor from audit where act = 'passkey_remove' order by id";
    assert_eq!(app.texts(removals).await.len(), 2);
}
