//! What a withdrawal, an expiry and a correction do to all that can follow a bulletin: the table of `relay`, cell by cell.

use std::time::Duration;

use gcc_relay::domain::delivery::State;
use gcc_relay::domain::ids::BulletinId;
use gcc_relay::domain::outcome::Receipt;
use gcc_relay::relay::publish::publish;
use gcc_relay::relay::withdraw::withdraw;
use gcc_relay::store::locks::lock_bulletin;
use gcc_relay::store::record::{DeliveryOutcome, OutcomeKind, record_batch};
use gcc_relay::store::transitions;
use serde_json::{Value, json};
use tokio::task::yield_now;

use crate::test_app::{Answer, TestApp, Who, letter};
use crate::test_relay::right;

const MINUTE: Duration = Duration::from_mins(1);

/// How a bulletin came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Withdrawn,
    /// Its time has passed and upkeep has seen it.
    Expired,
    /// Its time has passed a moment ago.
    JustExpired,
}

/// A bulletin that expires in an hour: held at `lpn`, accepted elsewhere, out of reach at `cmi-far`, declined at nobody.
async fn relayed_for_an_hour(app: &TestApp) -> String {
    let id = app.write_with(json!({ "expires_at": app.now() + MINUTE * 60 })).await;
    app.release(&id).await;
    app.run().await;
    id
}

async fn end(app: &TestApp, id: &str, end: End) {
    match end {
        End::Withdrawn => {
            take_back(app, id).await.expect(200);
        }
        End::Expired => app.after(MINUTE * 60).await,
        End::JustExpired => app.clock.advance(MINUTE * 60),
    }
}

async fn take_back(app: &TestApp, id: &str) -> Answer {
    app.post(&Who::Admin, &format!("bulletins/{id}/withdraw"), json!({ "reason": "ข้อมูลคลาดเคลื่อน" })).await
}

async fn correct(app: &TestApp, about: &str) -> String {
    app.write_with(json!({ "kind": "correction", "about": about })).await
}

async fn state(app: &TestApp, id: &str) -> String {
    let bulletin = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    bulletin["state"].as_str().expect("a state").to_owned()
}

async fn states(app: &TestApp, id: &str) -> std::collections::BTreeMap<String, State> {
    app.states(id.parse().expect("an id")).await
}

#[tokio::test]
async fn copies_that_were_not_sent_end_with_their_bulletin() {
    for (how, ended) in [(End::Withdrawn, State::Withdrawn), (End::Expired, State::Expired)] {
        let app = TestApp::new().await;
        let id = relayed_for_an_hour(&app).await;
        end(&app, &id, how).await;
        let states = states(&app, &id).await;
        for group in ["lpn", "lpn-com", "lpn-dist"] {
            assert_eq!(states[group], ended, "{group}");
        }
        assert_eq!(states["moi"], State::Accepted);
        app.assert_exact(id.parse().expect("an id")).await;
    }
}

#[tokio::test]
async fn nothing_of_an_ended_bulletin_is_sent_on_by_people() {
    for (how, name) in [(End::Withdrawn, "not-relaying"), (End::Expired, "expired"), (End::JustExpired, "expired")] {
        let app = TestApp::new().await;
        let id = relayed_for_an_hour(&app).await;
        let lost = app.delivery_of(&id, "cmi-far").await;
        let decline = json!({ "into": ["lpn"], "reason": "ไม่เกี่ยวข้อง" });
        let other = relayed_for_an_hour(&app).await;
        app.post(&Who::Steward, &format!("bulletins/{other}/decline"), decline.clone()).await.expect(200);
        let before = app.line().accepted(Some("Clpn")).len();
        end(&app, &id, how).await;
        if how == End::Withdrawn {
            end(&app, &other, how).await;
        }
        for (path, body) in [
            (format!("bulletins/{id}/forward"), json!({ "into": ["lpn"] })),
            (format!("bulletins/{id}/forward"), json!({ "into": "all" })),
            (format!("bulletins/{id}/decline"), decline),
            (format!("bulletins/{other}/undecline"), json!({ "into": ["lpn"] })),
            (format!("bulletins/{id}/retry"), json!({ "filter": {} })),
            (format!("deliveries/{lost}/retry"), json!({})),
        ] {
            assert_eq!(app.post(&Who::Admin, &path, body).await.problem_name(409), name, "{how:?}: {path}");
        }
        app.run().await;
        // the notice of a withdrawal goes only where the bulletin went
        assert_eq!(app.line().accepted(Some("Clpn")).len(), before, "{how:?}");
    }
}

#[tokio::test]
async fn pages_tell_a_steward_that_a_bulletin_is_over_and_forward_nothing() {
    for how in [End::Withdrawn, End::JustExpired] {
        let app = TestApp::new().await;
        let id = relayed_for_an_hour(&app).await;
        let governor = app.sign_in(Who::Steward).await;
        end(&app, &id, how).await;
        let answer = governor.submit(&format!("/waiting/{id}/forward"), &[("into", "lpn"), ("do", "forward")]).await;
        assert_eq!(answer.location(), format!("/waiting/{id}?said=changed"), "{how:?}");
        let all = governor.submit("/waiting/all", &[("id", id.as_str())]).await;
        assert_eq!(all.location(), "/waiting?said=forwarded-some", "{how:?}");
        app.run().await;
        assert_ne!(states(&app, &id).await["lpn"], State::Accepted);
    }
}

#[tokio::test]
async fn time_lets_nothing_of_an_expired_bulletin_go_on() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "expires_at": app.now() + MINUTE * 20 })).await;
    app.release(&id).await;
    app.run().await;
    app.post(&Who::Steward, &format!("bulletins/{id}/forward"), json!({ "into": ["lpn"] })).await.expect(200);
    app.run().await;
    assert_eq!(states(&app, &id).await["lpn-com"], State::Held);
    // its release, and the patience with groups above, are due now; so is its end, which no upkeep has seen
    app.clock.advance(MINUTE * 60 * 24);
    let now = app.now();
    let mut db = app.db().await;
    assert_eq!(transitions::list_releases_due(&mut db, now).await.expect("a query"), []);
    assert_eq!(transitions::list_bypasses_due(&mut db, &[Some(now); 4], now).await.expect("a query"), []);
    drop(db);
    app.run().await;
    assert_eq!(states(&app, &id).await["lpn-com"], State::Expired);
    assert_eq!(app.line().accepted(Some("Clpncom")).len(), 0);
}

#[tokio::test]
async fn an_acceptance_that_becomes_known_late_is_recorded_and_wakes_nobody() {
    let app = TestApp::new().await;
    let id = relayed_for_an_hour(&app).await;
    let bulletin: BulletinId = id.parse().expect("an id");
    app.post(&Who::Steward, &format!("bulletins/{id}/forward"), json!({ "into": ["lpn"] })).await.expect(200);
    app.clock.advance(MINUTE * 60);
    let mut db = app.db().await;
    let lock = lock_bulletin(&mut db, bulletin).await.expect("locked");
    transitions::end_open(&mut db, &lock, bulletin, State::Expired, app.now()).await.expect("ended");
    drop(db);
    let lpn = app.delivery(bulletin, "lpn").await;
    let row = DeliveryOutcome {
        id: lpn.id,
        bulletin_id: bulletin,
        at: app.now(),
        kind: OutcomeKind::Accepted {
            called_at: app.now(),
            receipt: Receipt { request_id: None, message_ids: vec!["1".into()] },
        },
    };
    let mut db = app.db().await;
    let lock = lock_bulletin(&mut db, bulletin).await.expect("locked");
    record_batch(&mut db, &lock, app.channel, 0, app.now(), &[row]).await.expect("recorded");
    drop(db);
    app.run().await;
    let states = states(&app, &id).await;
    assert_eq!((states["lpn"], states["lpn-com"]), (State::Accepted, State::Expired));
}

#[tokio::test]
async fn a_bulletin_is_withdrawn_once_also_after_its_time() {
    let app = TestApp::new().await;
    let id = relayed_for_an_hour(&app).await;
    end(&app, &id, End::Expired).await;
    let done = take_back(&app, &id).await.expect(200);
    assert_eq!((&done["stopped"], &done["notified"]), (&json!(0), &json!(4)), "the notice goes where it went");
    assert_eq!(take_back(&app, &id).await.problem_name(409), "not-relaying");
}

#[tokio::test]
async fn a_withdrawal_is_not_taken_back_itself() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let done = take_back(&app, &id).await.expect(200);
    let notice = done["notice"].as_str().expect("a notice");
    assert_eq!(take_back(&app, notice).await.problem_name(409), "withdrawal-stands");
    app.run().await;
    assert_eq!(state(&app, notice).await, "settled");
    // it is retried like any bulletin
    app.post(&Who::Admin, &format!("bulletins/{notice}/retry"), json!({ "filter": {} })).await.expect(200);
}

#[tokio::test]
async fn a_correction_of_what_was_withdrawn_meanwhile_goes_nowhere() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let [draft, submitted, scheduled] = [correct(&app, &id).await, correct(&app, &id).await, correct(&app, &id).await];
    app.post(&Who::Admin, &format!("bulletins/{submitted}/submit"), json!({})).await.expect(200);
    let at = app.now() + MINUTE * 60;
    app.post(&Who::Admin, &format!("bulletins/{scheduled}/publish"), json!({ "at": at })).await.expect(202);
    take_back(&app, &id).await.expect(200);
    for (path, body) in [
        (format!("bulletins/{draft}/publish"), json!({})),
        (format!("bulletins/{draft}/publish"), json!({ "at": at })),
        (format!("bulletins/{draft}/submit"), json!({})),
        (format!("bulletins/{draft}/test"), json!({ "group": "lpn" })),
        (format!("bulletins/{submitted}/approve"), json!({})),
        (format!("bulletins/{submitted}/publish"), json!({})),
    ] {
        let who = if path.ends_with("approve") { Who::Approver } else { Who::Admin };
        let answer = app.post(&who, &path, body).await;
        assert_eq!(answer.pointers(422), ["/about"], "{path}");
        assert!(answer.text.contains("withdrawn"), "{path}: {}", answer.text);
    }
    app.after(MINUTE * 60).await;
    let after = app.get(&Who::Admin, &format!("bulletins/{scheduled}")).await.expect(200);
    assert_eq!((&after["state"], &after["unscheduled_reason"]), (&json!("draft"), &json!("about_withdrawn")));
    // and none is begun
    let late = app.post(&Who::Admin, "bulletins", letter(json!({ "kind": "correction", "about": id }))).await;
    assert_eq!(late.pointers(422), ["/about"]);
    let browser = app.sign_in(Who::Publisher).await;
    let fields = [("kind", "correction"), ("about", id.as_str()), ("subject", "ก"), ("body", "ข"), ("do", "save")];
    let page = browser.submit("/bulletins/new", &fields).await;
    assert!(page.status == 422 && page.text.contains("ถูกยกเลิกไปแล้ว"), "{}", page.text);
    let sent = "select count(*) from bulletins where kind = 'correction' and published_at is not null";
    assert_eq!(app.count(sent).await, 0);
}

#[tokio::test]
async fn a_correction_of_what_has_expired_is_published_as_the_record_is_to_be_right() {
    let app = TestApp::new().await;
    let id = relayed_for_an_hour(&app).await;
    let (now_too, scheduled) = (correct(&app, &id).await, correct(&app, &id).await);
    let at = app.now() + MINUTE * 90;
    app.post(&Who::Admin, &format!("bulletins/{scheduled}/publish"), json!({ "at": at })).await.expect(202);
    end(&app, &id, End::Expired).await;
    app.release(&now_too).await;
    app.after(MINUTE * 60).await;
    assert_eq!((state(&app, &now_too).await, state(&app, &scheduled).await), ("relaying".into(), "relaying".into()));
}

#[tokio::test]
async fn published_corrections_are_withdrawn_with_what_they_correct() {
    let app = TestApp::new().await;
    let id = app.relayed().await;
    let correction = correct(&app, &id).await;
    app.release(&correction).await;
    app.run().await;
    let second = correct(&app, &correction).await;
    app.release(&second).await;
    app.run().await;
    let done = take_back(&app, &id).await.expect(200);
    let mut taken_along = [json!(correction), json!(second)];
    taken_along.sort_by_key(ToString::to_string);
    assert_eq!(done["corrections"], json!(taken_along));
    for gone in [&id, &correction, &second] {
        assert_eq!(state(&app, gone).await, "withdrawn");
    }
    // what was held of them is stopped, and each is told where it went
    assert_eq!(states(&app, &correction).await["lpn"], State::Withdrawn);
    let notices = "select count(*) from bulletins where kind = 'withdrawal' and stage = 'published'";
    assert_eq!(app.count(notices).await, 3);
    app.run().await;
    let at_moi = app.line().accepted(Some("Cmoi")).len();
    assert_eq!(at_moi, 6, "three bulletins and three notices");
}

#[tokio::test]
async fn a_withdrawn_correction_corrects_nothing() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let correction = correct(&app, &id).await;
    app.release(&correction).await;
    let waiting = async || {
        let found = app.get(&Who::Steward, "waiting").await.expect(200);
        let found =
            found["items"].as_array().expect("items").iter().find(|row| row["bulletin_id"] == json!(id)).cloned();
        found.expect("it still waits")["corrected"].clone()
    };
    app.run().await;
    assert_eq!(waiting().await, json!(true), "whoever forwards is told");
    take_back(&app, &correction).await.expect(200);
    assert_eq!((state(&app, &id).await.as_str(), waiting().await), ("relaying", json!(false)));
    // both before and after, the held copy is forwarded by who answers for it
    app.post(&Who::Steward, &format!("bulletins/{id}/forward"), json!({ "into": ["lpn"] })).await.expect(200);
}

#[tokio::test]
async fn a_corrected_bulletin_is_still_let_in_and_the_newest_correction_counts() {
    let app = TestApp::new().await;
    let id = app.held().await;
    for _ in 0..2 {
        let correction = correct(&app, &id).await;
        app.release(&correction).await;
        app.run().await;
    }
    app.post(&Who::Steward, &format!("bulletins/{id}/forward"), json!({ "into": ["lpn"] })).await.expect(200);
    app.run().await;
    assert_eq!(states(&app, &id).await["lpn"], State::Accepted);
    let newest =
        app.texts("select public_token from bulletins where kind = 'correction' order by id desc limit 1").await;
    let governor = app.sign_in(Who::Steward).await;
    let page = governor.open(&format!("/waiting/{id}")).await;
    assert!(page.text.contains(&format!("/b/{}", newest[0])), "{}", page.text);
}

#[tokio::test]
async fn a_withdrawal_waits_for_a_correction_that_is_being_published_and_takes_it_along() {
    let app = TestApp::new().await;
    let id: BulletinId = app.held().await.parse().expect("an id");
    let correction: BulletinId = correct(&app, &id.to_string()).await.parse().expect("an id");
    let mut first = app.engine.db.begin().await.expect("a transaction");
    publish(&mut first, &app.engine.settings, correction, &right(), app.now()).await.expect("published");
    // the withdrawal comes while the publish has not been committed
    let (engine, now) = (app.engine.clone(), app.now());
    let second = tokio::spawn(async move {
        let mut tx = engine.db.begin().await.expect("a transaction");
        let reason = "ข้อมูลคลาดเคลื่อน".parse().expect("a reason");
        let done = withdraw(&mut tx, &engine.settings, id, &reason, &right(), now).await.expect("withdrawn");
        tx.commit().await.expect("committed");
        done
    });
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while app.count(waits).await == 0 {
        yield_now().await;
    }
    first.commit().await.expect("committed");
    assert_eq!(second.await.expect("done").corrections, [correction]);
    assert_eq!(state(&app, &correction.to_string()).await, "withdrawn");
}

#[tokio::test]
async fn a_tap_is_counted_whatever_became_of_its_bulletin() {
    for how in [End::Withdrawn, End::Expired] {
        let app = TestApp::new().await;
        let id = relayed_for_an_hour(&app).await;
        end(&app, &id, how).await;
        let data = gcc_relay::relay::rendering::acknowledge_data(id.parse().expect("an id"));
        crate::relay_people::store_event(&app, "tap", "Cmoi", Some("U1"), Some(data)).await;
        app.run().await;
        let status: Value = app.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
        let taps: i64 = status["tiers"]
            .as_array()
            .expect("tiers")
            .iter()
            .map(|tier| tier["acknowledged"]["taps"].as_i64().unwrap_or(0))
            .sum();
        assert_eq!(taps, 1, "{how:?}");
    }
}
