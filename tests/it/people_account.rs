//! One's own account: password, TOTP codes, devices, and who may do what.

use std::time::Duration;

use gcc_relay::domain::credentials::LinkToken;
use gcc_relay::store::account_links::insert_link;
use gcc_relay::store::accounts::find_account_by_id;
use secrecy::ExposeSecret as _;

use crate::browser::{Browser, PASSWORD};
use crate::test_app::{RULES, TestApp, Who};

const NEW: &str = "another long sentence";

#[tokio::test]
async fn a_page_says_who_one_is_and_who_may_do_what() {
    let app = TestApp::new().await;
    let page = app.sign_in(Who::Agency).await.open("/account").await;
    assert_eq!(page.status, 200, "{}", page.text);
    for said in ["ผู้ใช้ agency", "the-agency", "สำนักงานพาณิชย์จังหวัดลำพูน และหน่วยงานในสังกัด", "ออกและเพิกถอนกุญแจ API"]
    {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let own = page.text.split("<details>").next().expect("a beginning");
    assert!(!own.contains("อนุมัติประกาศที่ผู้อื่นจัดทำ"), "that is for others, in the table below");
    let admin = app.sign_in(Who::Admin).await.open("/account").await;
    assert!(admin.text.contains("ทั้งประเทศ"));
}

#[tokio::test]
async fn another_password_needs_the_present_one_and_signs_the_other_devices_out() {
    let app = TestApp::new().await;
    let (username, id) = app.account(Who::Steward).await;
    let (here, elsewhere) = (app.sign_in(Who::Steward).await, app.sign_in(Who::Steward).await);
    let (token, sha256) = LinkToken::generate();
    insert_link(&mut *app.db().await, id, &sha256, app.now() + RULES.link_lifetime, app.now()).await.expect("a link");
    let change =
        |old: &'static str, new: &'static str, again: &'static str| [("old", old), ("password", new), ("again", again)];
    for (fields, fault) in [
        (change("not the one", NEW, NEW), "รหัสผ่านปัจจุบันไม่ถูกต้อง"),
        (change(PASSWORD, NEW, "something else"), "รหัสผ่านทั้งสองช่องไม่ตรงกัน"),
        (change(PASSWORD, "short", "short"), "อย่างน้อย ๑๒ ตัวอักษร"),
    ] {
        let answer = here.submit("/account/password", &fields).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains(fault), "{}", answer.text);
        assert!(!answer.text.contains(NEW), "a password is never sent back");
    }
    assert_eq!(elsewhere.open("/home").await.status, 200, "nothing has changed yet");
    let done = here.submit("/account/password", &change(PASSWORD, NEW, NEW)).await.location().to_owned();
    assert!(here.open(&done).await.text.contains("เปลี่ยนรหัสผ่านแล้ว"));
    assert!(elsewhere.open("/home").await.location().starts_with("/sign-in"));
    let browser = Browser::new(&app);
    assert_eq!(browser.open(&format!("/welcome/{}", token.expose_secret())).await.status, 410, "old links end too");
    assert_eq!(browser.submit("/sign-in", &[("username", &username), ("password", PASSWORD)]).await.status, 422);
    browser.submit("/sign-in", &[("username", &username), ("password", NEW)]).await.location();
}

#[tokio::test]
async fn the_present_password_cannot_be_guessed_from_an_open_device() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Steward).await;
    for _ in 0..11 {
        browser.submit("/account/password", &[("old", "guess"), ("password", NEW), ("again", NEW)]).await;
    }
    let fields = [("old", PASSWORD), ("password", NEW), ("again", NEW)];
    let answer = browser.submit("/account/password", &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("หลายครั้งเกินไป"), "{}", answer.text);
}

#[tokio::test]
async fn codes_of_the_moment_are_set_up_with_the_password_and_taken_away_again() {
    let app = TestApp::new().await;
    let (username, id) = app.account(Who::Steward).await;
    let browser = app.sign_in(Who::Steward).await;
    let refused = browser.submit("/account/codes", &[("old", "wrong")]).await;
    assert_eq!(refused.status, 422);
    assert!(!refused.text.contains("<svg"), "no secret is shown");
    let setup = browser.submit("/account/codes", &[("old", PASSWORD)]).await;
    assert_eq!(setup.status, 200);
    assert!(setup.text.contains("<svg"), "{}", setup.text);
    let sealed =
        || async { find_account_by_id(&mut *app.db().await, id).await.expect("a query").expect("it").totp_sealed };
    assert!(sealed().await.is_none(), "nothing is kept before a code was typed");
    let code = app.code_of(&setup.text);
    let wrong = if code == "000000" { "111111" } else { "000000" };
    assert_eq!(browser.submit("/account/codes/confirm", &[("code", wrong)]).await.status, 422);
    assert_eq!(browser.submit("/account/codes/confirm", &[("code", &code)]).await.status, 200);
    assert!(sealed().await.is_some());
    let fields = [("username", username.as_str()), ("password", PASSWORD)];
    let other = Browser::new(&app);
    assert_eq!(other.submit("/sign-in", &fields).await.status, 200, "a code is asked for now");
    assert_eq!(
        other.submit("/sign-in/code", &[("code", &code)]).await.status,
        422,
        "the one that was typed is used up"
    );
    assert_eq!(browser.submit("/account/codes/remove", &[("old", "wrong")]).await.status, 422);
    browser.submit("/account/codes/remove", &[("old", PASSWORD)]).await.location();
    Browser::new(&app).submit("/sign-in", &fields).await.location();
}

#[tokio::test]
async fn a_setting_up_that_took_too_long_begins_again() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Steward).await;
    let setup = browser.submit("/account/codes", &[("old", PASSWORD)]).await;
    app.clock.advance(Duration::from_mins(16));
    let late = browser.submit("/account/codes/confirm", &[("code", &app.code_of(&setup.text))]).await;
    assert_eq!(late.status, 422);
    assert!(late.text.contains("โปรดเริ่มตั้งค่าใหม่"), "{}", late.text);
}

#[tokio::test]
async fn a_role_that_needs_codes_renews_them_and_cannot_take_them_away() {
    let app = TestApp::new().await;
    let browser = app.sign_in_with_code(Who::Approver).await;
    assert_eq!(browser.submit("/account/codes/remove", &[("old", PASSWORD)]).await.status, 403);
    let page = browser.open("/account").await;
    assert!(!page.text.contains("/account/codes/remove") && page.text.contains("ย้ายไปโทรศัพท์เครื่องใหม่"), "{}", page.text);
    let setup = browser.submit("/account/codes", &[("old", PASSWORD)]).await;
    let shown = browser.submit("/account/codes/confirm", &[("code", &app.code_of(&setup.text))]).await;
    assert_eq!(shown.status, 200, "recovery codes are shown");
}

#[tokio::test]
async fn devices_are_listed_in_plain_words_and_signed_out_one_by_one_or_all() {
    const LINE: &str =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile Safari Line/14.9.0";
    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36";
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Steward).await;
    let (telephone, office, third) = (Browser::called(&app, LINE), Browser::called(&app, CHROME), Browser::new(&app));
    for browser in [&telephone, &office, &third] {
        browser.sign_in(&username).await;
    }
    let page = office.open("/account").await;
    for said in ["LINE บน iPhone", "Chrome บน Windows", "อุปกรณ์ที่ระบบไม่รู้จัก", "23 มี.ค. 2561 เวลา"]
    {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert_eq!(page.text.matches(">อุปกรณ์นี้<").count(), 1);
    let item = page.text.split("<li class=\"device\">").find(|item| item.contains("LINE บน iPhone")).expect("it");
    let path = item.split("action=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
    let stranger = app.sign_in(Who::Operator).await;
    assert_eq!(stranger.submit(path, &[]).await.status, 404, "another's devices are not there");
    assert_eq!(telephone.open("/home").await.status, 200);
    office.submit(path, &[]).await.location();
    assert!(telephone.open("/home").await.location().starts_with("/sign-in"));
    assert_eq!(third.open("/home").await.status, 200);
    office.submit("/account/devices/sign-out-others", &[]).await.location();
    assert!(third.open("/home").await.location().starts_with("/sign-in"));
    assert_eq!(office.open("/home").await.status, 200);
    assert_eq!(stranger.open("/home").await.status, 200, "others are not touched");
    let page = office.open("/account").await;
    assert!(!page.text.contains("sign-out-others"), "there is nothing left to sign out");
}
