//! What one key or session may have: streams and long polls at once, and so many requests a minute.

use std::time::Duration;

use gcc_relay::domain::account::Role;
use gcc_relay::web::CallerLimits;
use reqwest::Method;
use serde_json::json;

use crate::test_app::{Answer, TestApp, Who};

async fn limited(change: impl FnOnce(&mut CallerLimits)) -> TestApp {
    let mut limits = CallerLimits::default();
    change(&mut limits);
    TestApp::limited(limits).await
}

fn policy(answer: &Answer) -> (&str, &str) {
    (answer.header("ratelimit-policy"), answer.header("ratelimit"))
}

#[tokio::test]
async fn a_key_holds_so_many_streams_and_another_one_its_own() {
    let app = limited(|limits| limits.streams_per_key = 2).await;
    let id = app.held().await;
    let path = format!("bulletins/{id}/events");
    let one = app.follow(&Who::Operator, &path).await;
    let _all = app.follow(&Who::Operator, "events").await;
    for path in [path.as_str(), "events"] {
        let refused = app.get(&Who::Operator, path).await;
        assert_eq!((refused.problem_name(429).as_str(), refused.header("retry-after")), ("too-many", "5"));
    }
    let _other = app.follow(&Who::Admin, &path).await;
    drop(one);
    for _ in 0..400 {
        let answer = app.request(&Who::Operator, Method::GET, &path).send().await.expect("an answer");
        if answer.status() == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the place of a stream that has ended is not free");
}

#[tokio::test]
async fn a_session_holds_so_many_streams_and_the_same_person_elsewhere_its_own() {
    let app = limited(|limits| limits.streams_per_session = 1).await;
    let id = app.held().await;
    let path = format!("/board/{id}/live");
    let (username, _) = app.account(Who::Operator).await;
    let (here, elsewhere) = (crate::browser::Browser::new(&app), crate::browser::Browser::new(&app));
    here.sign_in(&username).await;
    elsewhere.sign_in(&username).await;
    let _first = here.follow(&path).await;
    assert_eq!(here.open(&path).await.status, 429);
    assert_eq!(here.open("/board/live").await.status, 429);
    let _other = elsewhere.follow(&path).await;
}

#[tokio::test]
async fn a_key_waits_for_so_many_statuses_and_is_answered_at_once_without_waiting() {
    let app = limited(|limits| limits.waits_per_key = 1).await;
    let id = app.held().await;
    let path = format!("bulletins/{id}/status");
    let tag = app.get(&Who::Operator, &path).await.header("etag").to_owned();
    let ask = async |who: Who, query: &str| {
        let request = app.request(&who, Method::GET, &format!("{path}{query}"));
        app.send(request.header("if-none-match", &tag)).await
    };
    let mut answers = tokio::join!(
        ask(Who::Operator, "?wait=2"),
        ask(Who::Operator, "?wait=2"),
        ask(Who::Admin, "?wait=2"),
        ask(Who::Operator, "")
    );
    if answers.0.status == 429 {
        std::mem::swap(&mut answers.0, &mut answers.1);
    }
    assert_eq!((answers.0.status, answers.2.status, answers.3.status), (304, 304, 304));
    assert_eq!(answers.1.problem_name(429), "too-many");
    assert_eq!(ask(Who::Operator, "?wait=1").await.status, 304, "the place is free again");
}

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_come_back_and_nothing_is_done() {
    let app = limited(|limits| (limits.reads_per_minute, limits.writes_per_minute) = (3, 2)).await;
    let key = app.key(Role::Publisher, None).await;
    for left in ["\"reads\";r=2;t=20", "\"reads\";r=1;t=40", "\"reads\";r=0;t=60"] {
        let answer = app.get(&key, "groups").await;
        answer.expect(200);
        assert_eq!(policy(&answer), ("\"reads\";q=3;w=60", left));
    }
    let refused = app.get(&key, "groups").await;
    assert_eq!(refused.problem_name(429), "too-often");
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(policy(&refused), ("\"reads\";q=3;w=60", format!("\"reads\";r=0;t={wait}").as_str()));
    assert_eq!(app.get(&key, "groups/none").await.status, 429, "of any route");
    app.get(&Who::Operator, "groups").await.expect(200);

    let draft = crate::test_app::letter(json!({}));
    for _ in 0..2 {
        app.post(&key, "bulletins", draft.clone()).await.expect(201);
    }
    let before = app.fingerprint().await;
    let refused = app.post(&key, "bulletins", draft).await;
    assert_eq!(refused.problem_name(429), "too-often");
    assert_eq!(refused.header("ratelimit-policy"), "\"writes\";q=2;w=60");
    assert_eq!(app.fingerprint().await, before);
}

#[tokio::test]
async fn polls_are_not_counted_unless_the_settings_say_so() {
    for (polls_per_minute, told) in [(0, ""), (2, "\"polls\";q=2;w=60")] {
        let app = limited(|limits| (limits.reads_per_minute, limits.polls_per_minute) = (1, polls_per_minute)).await;
        let id = app.held().await;
        let path = format!("bulletins/{id}/status");
        for _ in 0..2 {
            let answer = app.get(&Who::Operator, &path).await;
            answer.expect(200);
            assert_eq!(answer.header("ratelimit-policy"), told);
        }
        let third = app.get(&Who::Operator, &path).await;
        assert_eq!(third.status, if polls_per_minute == 0 { 200 } else { 429 });
        app.get(&Who::Operator, "groups").await.expect(200);
    }
}

#[tokio::test]
async fn who_shows_no_working_key_takes_nothing_from_the_one_who_has_it() {
    let app = limited(|limits| limits.reads_per_minute = 1).await;
    let key = app.key(Role::Operator, None).await;
    let guessed = format!("{}{}", &key[..key.len() - 43], "A".repeat(43));
    for _ in 0..3 {
        let answer = app.get(&guessed, "groups").await;
        assert_eq!((answer.status, answer.header("ratelimit")), (401, ""));
    }
    app.get(&key, "groups").await.expect(200);
}
