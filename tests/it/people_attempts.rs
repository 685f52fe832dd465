//! Trying passwords: strangers are slowed, on all nodes together, and keep nobody out who knows the password.

use std::time::Duration;

use gcc_relay::relay::upkeep::UpkeepSteps;

use crate::browser::{Browser, PASSWORD};
use crate::test_app::{TestApp, Who};

/// Where a stranger tries from.
const STRANGER: &str = "127.0.0.66";

/// Tries a wrong password so many times; gives how many were looked at.
async fn guess(browser: &Browser<'_>, username: &str, times: usize) -> usize {
    let mut looked_at = 0;
    for _ in 0..times {
        let answer = browser.submit("/sign-in", &[("username", username), ("password", "a guess")]).await;
        assert!(matches!(answer.status, 422 | 429), "{}", answer.text);
        looked_at += usize::from(answer.status == 422);
    }
    looked_at
}

/// The status of signing in with the right password.
async fn sign_in(browser: &Browser<'_>, username: &str) -> u16 {
    browser.submit("/sign-in", &[("username", username), ("password", PASSWORD)]).await.status
}

#[tokio::test]
async fn a_stranger_who_tries_a_name_keeps_nobody_out_who_knows_the_password() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Steward).await;
    let known = app.sign_in(Who::Steward).await;
    known.submit("/sign-out", &[]).await.location();
    let stranger = Browser::from_address(&app, STRANGER);
    assert_eq!(guess(&stranger, &username, 14).await, 10);
    assert_eq!(sign_in(&stranger, &username).await, 429, "nor is the right password looked at from there");
    assert_eq!(sign_in(&known, &username).await, 303, "a device that signed in before");
    let elsewhere = Browser::from_address(&app, "127.0.0.67");
    assert_eq!(sign_in(&elsewhere, &username).await, 303, "another address");
    for _ in 0..20 {
        app.clock.advance(Duration::from_secs(30));
        assert_eq!(guess(&stranger, &username, 2).await, 1, "one more every half minute");
    }
    assert_eq!(sign_in(&Browser::from_address(&app, "127.0.0.68"), &username).await, 303, "however long it goes on");
}

#[tokio::test]
async fn a_device_that_signed_in_before_is_known_behind_the_strangers_own_address_too() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Steward).await;
    let known = Browser::from_address(&app, STRANGER);
    assert_eq!(sign_in(&known, &username).await, 303);
    guess(&Browser::from_address(&app, STRANGER), &username, 12).await;
    assert_eq!(sign_in(&known, &username).await, 303);
    assert_eq!(guess(&known, &username, 12).await, 10, "its own attempts have an end too");
}

#[tokio::test]
async fn a_device_is_known_for_the_accounts_that_signed_in_on_it_and_for_no_other() {
    let app = TestApp::new().await;
    let (mine, _) = app.account(Who::Agency).await;
    let (another, _) = app.account(Who::Steward).await;
    let browser = Browser::from_address(&app, STRANGER);
    assert_eq!(sign_in(&browser, &mine).await, 303);
    let cookie = browser.cookie("gcc_device").expect("a cookie");
    assert_eq!(guess(&browser, &another, 12).await, 10);
    assert_eq!(sign_in(&browser, &another).await, 429);
    assert_eq!(sign_in(&browser, &mine).await, 303);
    assert_eq!(browser.cookie("gcc_device"), Some(cookie.clone()), "one cookie for the whole device");
    let rows = app.texts("select d::text from known_devices d").await;
    assert!(rows.len() == 1 && !rows[0].contains(&cookie), "kept as a hash: {rows:?}");
    let planted = Browser::from_address(&app, "127.0.0.67");
    planted.set_cookie("gcc_device", &"A".repeat(43));
    assert_eq!(sign_in(&planted, &another).await, 303);
    assert_ne!(planted.cookie("gcc_device"), Some("A".repeat(43)), "one that we did not give out is replaced");
}

#[tokio::test]
async fn all_nodes_count_together() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Operator).await;
    let second = app.serve_again().await;
    let (here, there) = (Browser::from_address(&app, STRANGER), Browser::from_address(&app, STRANGER).at_node(&second));
    let (first, other) = tokio::join!(guess(&here, &username, 8), guess(&there, &username, 8));
    assert_eq!(first + other, 10);
    let known = app.sign_in(Who::Operator).await.at_node(&second);
    assert_eq!(sign_in(&known, &username).await, 303, "a device is known at every node");
}

#[tokio::test]
async fn many_addresses_are_slowed_together_and_a_known_device_is_not() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Operator).await;
    let known = app.sign_in(Who::Operator).await;
    let mut looked_at = 0;
    for n in 1..=8 {
        looked_at += guess(&Browser::from_address(&app, &format!("127.0.1.{n}")), &username, 10).await;
    }
    assert_eq!(looked_at, 60);
    assert_eq!(sign_in(&Browser::from_address(&app, "127.0.2.1"), &username).await, 429);
    assert_eq!(sign_in(&known, &username).await, 303);
    app.clock.advance(Duration::from_secs(10));
    assert_eq!(guess(&Browser::from_address(&app, "127.0.2.2"), &username, 2).await, 1);
}

#[tokio::test]
async fn one_address_does_not_try_name_after_name() {
    let app = TestApp::new().await;
    let stranger = Browser::from_address(&app, STRANGER);
    let mut looked_at = 0;
    for n in 0..11 {
        looked_at += guess(&stranger, &format!("office-{n}"), 10).await;
    }
    assert_eq!(looked_at, 100);
}

#[tokio::test]
async fn whoever_signs_in_again_and_again_is_not_refused() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Operator).await;
    for _ in 0..12 {
        assert_eq!(sign_in(&Browser::from_address(&app, STRANGER), &username).await, 303);
    }
}

#[tokio::test]
async fn codes_are_slowed_for_strangers_who_know_the_password_and_not_for_the_owner() {
    let app = TestApp::new().await;
    let known = app.sign_in_with_code(Who::Approver).await;
    let (username, _) = app.account(Who::Approver).await;
    let stranger = Browser::from_address(&app, STRANGER);
    sign_in(&stranger, &username).await;
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(stranger.submit("/sign-in/code", &[("code", "-")]).await.status);
    }
    assert_eq!((statuses[9], statuses[10]), (422, 429));
    assert_eq!(sign_in(&known, &username).await, 200);
    assert_eq!(known.submit("/sign-in/code", &[("code", "-")]).await.status, 422, "the owner may still try");
}

#[tokio::test]
async fn the_owner_is_told_of_failed_attempts_until_they_have_seen_it() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Operator).await;
    let known = app.sign_in(Who::Operator).await;
    guess(&known, &username, 2).await;
    assert_eq!(sign_in(&known, &username).await, 303);
    assert!(!known.open("/home").await.text.contains("ไม่สำเร็จ"), "one's own slips are no news");
    let stranger = Browser::from_address(&app, STRANGER);
    guess(&stranger, &username, 20).await;
    for page in ["/home", "/account", "/board"] {
        let page = known.open(page).await;
        assert!(page.text.contains("ไม่สำเร็จ 10 ครั้ง ตั้งแต่ 23 มี.ค. 2561"), "{}", page.text);
    }
    let seen = known.submit("/account/failures/seen", &[("next", "/home")]).await.location().to_owned();
    assert_eq!(seen, "/home?said=failures-seen");
    assert!(!known.open(&seen).await.text.contains("ไม่สำเร็จ"));
    let audit =
        app.texts("select actor || ' ' || act || ' ' || subject from audit where act like '%failures%' order by id");
    let expected =
        ["sign-in sign_in_failures user:the-operator", "user:the-operator sign_in_failures_seen user:the-operator"];
    assert_eq!(audit.await, expected);
    app.clock.advance(Duration::from_secs(30));
    guess(&stranger, &username, 1).await;
    assert!(known.open("/home").await.text.contains("ไม่สำเร็จ 1 ครั้ง"));
}

#[tokio::test]
async fn whoever_ends_other_devices_makes_them_strangers() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Operator).await;
    let (here, lost) = (app.sign_in(Who::Operator).await, app.sign_in(Who::Operator).await);
    here.submit("/account/devices/sign-out-others", &[]).await.location();
    guess(&Browser::new(&app), &username, 12).await;
    assert_eq!(sign_in(&lost, &username).await, 429);
    assert_eq!(sign_in(&here, &username).await, 303);
}

#[tokio::test]
async fn what_counts_no_more_is_forgotten_and_a_wrong_clock_keeps_nobody_out() {
    let app = TestApp::new().await;
    let (username, _) = app.account(Who::Operator).await;
    let stranger = Browser::from_address(&app, STRANGER);
    let ahead = Duration::from_hours(24 * 8);
    app.clock.advance(ahead);
    guess(&stranger, &username, 12).await;
    // the clock is set right again
    let change = "update sign_in_limits set free_at = free_at + interval '8 days'";
    sqlx::query(change).execute(&mut *app.db().await).await.expect("changed");
    assert_eq!(
        guess(&stranger, &username, 12).await,
        10,
        "what a clock eight days ahead has written counts for nothing"
    );
    assert_eq!(app.texts("select 'a row' from sign_in_limits").await.len(), 3);
    app.clock.advance(Duration::from_mins(6));
    UpkeepSteps::new(app.engine.clone()).run_once().await;
    assert!(app.texts("select 'a row' from sign_in_limits").await.is_empty());
}
