//! Recovery codes: shown once, each lets its owner in one time in place of a TOTP code.

use gcc_relay::domain::account::Role;

use crate::browser::{Browser, PASSWORD};
use crate::test_app::{TestApp, Who};

/// The recovery codes that a page shows.
fn shown(page: &str) -> Vec<String> {
    let rest = page.split("<textarea id=\"codes\"").nth(1).and_then(|rest| rest.split_once('>')).expect("codes").1;
    rest.split("</textarea>").next().expect("an end").lines().map(str::to_owned).collect()
}

/// A steward who has set TOTP codes up on the own page, and the recovery codes.
async fn with_codes(app: &TestApp) -> (Browser<'_>, Vec<String>) {
    let browser = app.sign_in(Who::Steward).await;
    let setup = browser.submit("/account/codes", &[("old", PASSWORD)]).await;
    let page = browser.submit("/account/codes/confirm", &[("code", &app.code_of(&setup.text))]).await;
    (browser, shown(&page.text))
}

/// A browser that has given the right password of `username` and is asked for the second step.
async fn with_password_only<'a>(app: &'a TestApp, username: &str) -> Browser<'a> {
    let browser = Browser::new(app);
    let asked = browser.submit("/sign-in", &[("username", username), ("password", PASSWORD)]).await;
    assert!(asked.text.contains("name=\"recovery\""), "{}", asked.text);
    browser
}

#[tokio::test]
async fn a_recovery_code_lets_its_owner_in_once_and_says_so_until_it_was_seen() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Steward).await;
    let (telephone, codes) = with_codes(&app).await;
    assert_eq!(codes.len(), 10);
    assert!(telephone.open("/account").await.text.contains("รหัสกู้คืนที่ยังใช้ได้ 10 รหัส"));

    let found = with_password_only(&app, &username).await;
    let typed = codes[0].to_uppercase().replace('-', " ");
    found.submit("/sign-in/code", &[("recovery", &typed)]).await.location();
    let home = found.open("/home").await;
    assert!(home.text.contains("มีการใช้รหัสกู้คืน"), "{}", home.text);
    assert!(found.open("/account").await.text.contains("รหัสกู้คืนที่ยังใช้ได้ 9 รหัส"));

    let again = with_password_only(&app, &username).await;
    let refused = again.submit("/sign-in/code", &[("recovery", &codes[0])]).await;
    assert_eq!(refused.status, 422, "it works once");
    assert!(refused.text.contains("รหัสกู้คืนไม่ถูกต้องหรือใช้ไปแล้ว"), "{}", refused.text);

    found.submit("/account/failures/seen", &[]).await.location();
    assert!(!found.open("/home").await.text.contains("มีการใช้รหัสกู้คืน"));
    let acts = app.texts("select act from audit where act like 'recovery%' order by id").await;
    assert_eq!(acts, ["recovery_codes_make", "recovery_code_use", "recovery_codes_seen"]);
    let kept = app.texts("select r::text from recovery_codes r").await;
    assert!(kept.iter().all(|row| codes.iter().all(|code| !row.contains(code.as_str()))), "only hashes are kept");
}

#[tokio::test]
async fn a_recovery_code_sent_from_two_browsers_at_once_lets_one_in() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Steward).await;
    let (_telephone, codes) = with_codes(&app).await;
    let (one, other) = (with_password_only(&app, &username).await, with_password_only(&app, &username).await);
    let fields = [("recovery", codes[3].as_str())];
    let (a, b) = tokio::join!(one.submit("/sign-in/code", &fields), other.submit("/sign-in/code", &fields));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
}

#[tokio::test]
async fn new_recovery_codes_need_the_password_and_end_those_before() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Steward).await;
    let (telephone, before) = with_codes(&app).await;
    assert_eq!(telephone.submit("/account/recovery", &[("old", "wrong")]).await.status, 422);
    let page = telephone.submit("/account/recovery", &[("old", PASSWORD)]).await;
    let now = shown(&page.text);
    assert!(now.iter().all(|code| !before.contains(code)));
    let browser = with_password_only(&app, &username).await;
    assert_eq!(browser.submit("/sign-in/code", &[("recovery", &before[1])]).await.status, 422);
    browser.submit("/sign-in/code", &[("recovery", &now[1])]).await.location();
}

#[tokio::test]
async fn a_recovery_code_of_another_account_and_of_codes_taken_away_lets_nobody_in() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Steward).await;
    let (telephone, codes) = with_codes(&app).await;
    let approver = app.account_called("second.approver", Role::Approver, None).await;
    let stranger = Browser::new(&app);
    let setup = stranger.submit("/sign-in", &[("username", &approver.0), ("password", PASSWORD)]).await;
    let refused = stranger.submit("/sign-in/code", &[("recovery", &codes[0])]).await;
    assert_eq!(refused.status, 422, "setting up is done with the telephone");
    let own = shown(&stranger.submit("/sign-in/code", &[("code", &app.code_of(&setup.text))]).await.text);
    let browser = with_password_only(&app, &username).await;
    assert_eq!(browser.submit("/sign-in/code", &[("recovery", &own[0])]).await.status, 422);

    telephone.submit("/account/codes/remove", &[("old", PASSWORD)]).await.location();
    assert_eq!(app.texts("select r::text from recovery_codes r").await.len(), own.len(), "only the other account's");
}

#[tokio::test]
async fn trying_recovery_codes_is_counted_like_trying_codes_of_the_moment() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Steward).await;
    let (_telephone, codes) = with_codes(&app).await;
    let browser = with_password_only(&app, &username).await;
    let mut last = 422;
    for _ in 0..30 {
        last = browser.submit("/sign-in/code", &[("recovery", "aaaa-aaaa-aaaa-aaaa")]).await.status;
    }
    assert_eq!(last, 429);
    assert_eq!(browser.submit("/sign-in/code", &[("recovery", &codes[0])]).await.status, 429);
}
