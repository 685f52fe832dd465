//! Files that coordinators and stewards send to the account in their chat of two: fetched at once, kept together, handed to their office;
//! and of everybody else nothing.

use std::io::Cursor;
use std::time::Duration;

use gcc_relay::domain::account::Role;
use gcc_relay::files::sweep::sweep;
use gcc_relay::intake::Intake;
use gcc_relay::simulator::{Endpoint, Fault, FaultRule, GroupEvent, Media, MediaKind};
use gcc_relay::store::line_files::claim;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use crate::binding::{GOVERNOR, Member, STRANGER, bind, bind_as};
use crate::test_app::{FILE_LIMITS, TestApp, Who};
use crate::test_relay::TOKEN;

const CLIP: &[u8] = include_bytes!("files/clip.mp4");
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n";
/// How long fetching one may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Until what somebody else has claimed can be claimed again.
const CLAIM_ENDS: Duration = Duration::from_mins(3);

/// A picture of one colour.
pub fn picture(shade: u8) -> Media {
    let mut bytes = Cursor::new(Vec::new());
    let drawn = RgbImage::from_fn(400, 600, |x, y| {
        Rgb([shade, u8::try_from(x / 4).expect("small"), u8::try_from(y / 4).expect("small")])
    });
    DynamicImage::ImageRgb8(drawn).write_to(&mut bytes, ImageFormat::Png).expect("a picture");
    Media::of(MediaKind::Image, "image/png", &bytes.into_inner())
}

fn intake(app: &TestApp) -> Intake {
    Intake::new(app.engine.clone(), app.web_app.files.clone(), PATIENCE)
}

/// Does all that is due now.
pub async fn work(app: &TestApp) {
    let intake = intake(app);
    while intake.work().await.expect("the database") > 0 {}
}

/// An app with a coordinator of `lamphun` who is bound to a member.
async fn with_coordinator() -> TestApp {
    let app = TestApp::new().await;
    bind_as(&app, "coordinator", Role::Coordinator, "lamphun", GOVERNOR).await;
    app
}

/// Sends something; gives LINE's id of the message.
pub async fn send(app: &TestApp, who: Member, media: Media) -> u64 {
    let event = GroupEvent::DirectMedia { member: who.number, media };
    let report = app.line().happen(who.group, event).await.expect("it happens");
    assert_eq!(report.status, Some(200));
    app.run().await;
    report.message.expect("a message")
}

async fn take_back(app: &TestApp, who: Member, message: u64) {
    let event = GroupEvent::DirectUnsend { member: who.number, message };
    app.line().happen(who.group, event).await.expect("it happens");
    app.run().await;
}

/// The bytes of what was sent, as LINE serves them.
async fn bytes_at_line(app: &TestApp, message: &str) -> Vec<u8> {
    let url = format!("{}/v2/bot/message/{message}/content", app.simulator.url());
    let answer = reqwest::Client::new().get(url).bearer_auth(TOKEN).send().await.expect("an answer");
    answer.bytes().await.expect("bytes").to_vec()
}

/// What the account said last in the chat of two.
fn said(app: &TestApp, who: Member) -> String {
    app.line().chat(&who.user_id(app)).pop().expect("a line")
}

async fn submissions(app: &TestApp) -> Vec<Value> {
    let list = app.get(&Who::Admin, "submissions").await.expect(200);
    let mut found = Vec::new();
    for item in list["items"].as_array().expect("items") {
        let id = item["id"].as_str().expect("an id");
        found.push(app.get(&Who::Admin, &format!("submissions/{id}")).await.expect(200));
    }
    found
}

async fn states(app: &TestApp) -> Vec<String> {
    app.texts("select state::text from line_files order by received_at, message_id").await
}

fn files_of(submission: &Value) -> usize {
    submission["files"].as_array().expect("files").len()
}

#[tokio::test]
async fn a_picture_becomes_a_submission_of_the_office_and_the_sender_is_told_where_to_say_more() {
    let app = with_coordinator().await;
    send(&app, GOVERNOR, picture(10)).await;
    work(&app).await;
    let all = submissions(&app).await;
    assert_eq!(all.len(), 1);
    let made = &all[0];
    assert_eq!(
        (&made["office"], &made["state"], &made["kind"]),
        (&json!("lamphun"), &json!("received"), &json!("infographic"))
    );
    assert_eq!((&made["way"], files_of(made)), (&json!("line"), 1));
    assert_eq!(made["title"], "ภาพที่ส่งทาง LINE เมื่อ 23 มี.ค. 2561 เวลา 7.00 น.");
    let answer = said(&app, GOVERNOR);
    let id = made["id"].as_str().expect("an id");
    assert!(answer.contains("รับไฟล์แล้ว 1 ไฟล์") && answer.contains(&format!("/submissions/{id}")), "{answer}");
    assert_eq!(app.line().accepted(Some(&GOVERNOR.user_id(&app))).len(), 0, "nothing is pushed");
    let audited = "select count(*) from audit where act = 'submission_send' and actor = 'user:coordinator'";
    assert_eq!(app.count(audited).await, 1);
    let left = "select count(*) from line_files where reply_token is not null or file_id is not null";
    assert_eq!((states(&app).await, app.count(left).await), (vec!["handed_over".to_owned()], 0));
}

#[tokio::test]
async fn pictures_that_were_sent_together_are_one_submission_in_their_order() {
    let app = with_coordinator().await;
    for index in [2, 1, 3] {
        assert_eq!(submissions(&app).await.len(), 0, "the rest of the set is waited for");
        let shade = u8::try_from(index * 60).expect("small");
        send(&app, GOVERNOR, picture(shade).in_set("E005D", index, 3)).await;
        work(&app).await;
    }
    let all = submissions(&app).await;
    assert_eq!((all.len(), &all[0]["kind"], files_of(&all[0])), (1, &json!("image_set"), 3));
    let alt = |no: usize| all[0]["files"][no]["alt"].as_str().expect("a description").to_owned();
    assert!(alt(0).starts_with("ภาพที่ 1 ") && alt(2).starts_with("ภาพที่ 3 "), "{:?}", all[0]["files"]);
    assert!(said(&app, GOVERNOR).contains("รับไฟล์แล้ว 3 ไฟล์"));
    let first = app.texts("select message_id from line_files where set_index = 1").await;
    assert_eq!(first.len(), 1);
}

#[tokio::test]
async fn a_set_that_stays_incomplete_is_handed_over_after_some_minutes_without_an_answer() {
    let app = with_coordinator().await;
    send(&app, GOVERNOR, picture(10).in_set("E005D", 1, 3)).await;
    send(&app, GOVERNOR, picture(90).in_set("E005D", 2, 3)).await;
    let lines = app.line().chat(&GOVERNOR.user_id(&app)).len();
    work(&app).await;
    assert_eq!(submissions(&app).await.len(), 0);
    app.after(Duration::from_mins(5)).await;
    work(&app).await;
    let all = submissions(&app).await;
    assert_eq!((all.len(), files_of(&all[0])), (1, 2));
    assert_eq!(app.line().chat(&GOVERNOR.user_id(&app)).len(), lines, "the token is too old");
}

#[tokio::test]
async fn more_pictures_than_a_submission_has_room_for_make_several_and_the_same_twice_is_one() {
    let app = with_coordinator().await;
    for index in 1..=6 {
        let shade = if index == 6 { 5 } else { u8::try_from(index).expect("small") * 40 };
        send(&app, GOVERNOR, picture(shade).in_set("E005D", index, 7)).await;
    }
    send(&app, GOVERNOR, picture(5).in_set("E005D", 7, 7)).await;
    work(&app).await;
    let mut sizes: Vec<usize> = submissions(&app).await.iter().map(files_of).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [2, 4]);
}

#[tokio::test]
async fn a_video_is_waited_for_while_line_prepares_it() {
    let app = with_coordinator().await;
    let video = Media::of(MediaKind::Video, "video/mp4", CLIP).prepared_after(90);
    send(&app, GOVERNOR, video).await;
    work(&app).await;
    assert_eq!((submissions(&app).await.len(), states(&app).await), (0, vec!["to_fetch".to_owned()]));
    for _ in 0..8 {
        app.after(Duration::from_secs(20)).await;
        work(&app).await;
    }
    let all = submissions(&app).await;
    assert_eq!((all.len(), &all[0]["kind"]), (1, &json!("video")));
    // one whose preparation fails
    let never = Media { never_prepared: true, ..Media::of(MediaKind::Video, "video/mp4", CLIP) };
    send(&app, GOVERNOR, never).await;
    work(&app).await;
    assert!(said(&app, GOVERNOR).contains("LINE เตรียมไฟล์นี้ไม่สำเร็จ"));
    assert_eq!(submissions(&app).await.len(), 1);
}

#[tokio::test]
async fn what_is_taken_back_before_it_is_handed_over_is_dropped() {
    let app = with_coordinator().await;
    // before it is fetched
    let message = send(&app, GOVERNOR, picture(10)).await;
    take_back(&app, GOVERNOR, message).await;
    work(&app).await;
    // after it was fetched, while the rest of its set is waited for
    let message = send(&app, GOVERNOR, picture(20).in_set("E005D", 1, 2)).await;
    work(&app).await;
    take_back(&app, GOVERNOR, message).await;
    // LINE tells of it only when it is asked
    let message = send(&app, GOVERNOR, picture(30)).await;
    let unheard = "delete from webhook_events where kind = 'unsend'";
    app.line()
        .happen(GOVERNOR.group, GroupEvent::DirectUnsend { member: GOVERNOR.number, message })
        .await
        .expect("it happens");
    sqlx::query(unheard).execute(&mut *app.db().await).await.expect("unheard of");
    app.after(Duration::from_mins(6)).await;
    work(&app).await;
    assert_eq!(states(&app).await, ["taken_back"; 3]);
    assert_eq!(submissions(&app).await.len(), 0);
}

#[tokio::test]
async fn of_what_anybody_else_sends_nothing_is_kept_and_nothing_is_fetched() {
    let app = with_coordinator().await;
    STRANGER.follows(&app).await;
    let before = app.line().chat(&STRANGER.user_id(&app)).len();
    let message = send(&app, STRANGER, picture(10)).await;
    work(&app).await;
    assert_eq!((states(&app).await.len(), submissions(&app).await.len()), (0, 0));
    assert_eq!(app.line().chat(&STRANGER.user_id(&app)).len(), before + 1, "it is not answered");
    let rows = app.rows_containing(&message.to_string()).await;
    assert!(rows.is_empty(), "{rows:?}");
    let kept = "select count(*) from webhook_events where line_type = 'message/image' and (data is not null or person is not null or reply_token is not null)";
    assert_eq!(app.count(kept).await, 0);
    assert_eq!(app.line().counts().calls.get(&Endpoint::Content), None);
    // nor of whoever is bound no more
    app.line().happen(GOVERNOR.group, GroupEvent::Unfollow { member: GOVERNOR.number }).await.expect("it happens");
    app.run().await;
    GOVERNOR.follows(&app).await;
    send(&app, GOVERNOR, picture(20)).await;
    assert_eq!(states(&app).await.len(), 0);
}

#[tokio::test]
async fn what_is_too_large_or_nothing_that_is_taken_is_refused_and_the_sender_is_told_why() {
    let app = with_coordinator().await;
    let most = usize::try_from(FILE_LIMITS.document).expect("small");
    let large = [PDF, &vec![b' '; most]].concat();
    for (bytes, why) in [
        (large.as_slice(), "ไฟล์มีขนาดเกิน"),
        (
            b"PK\x03\x04 a spreadsheet, of some length, with nothing that is taken in it at all, whatsoever".as_slice(),
            "รับได้เฉพาะภาพ JPEG หรือ PNG",
        ),
        (
            b"\x89PNG\r\n\x1a\n and then nothing that any picture would begin with, however long one looks at it"
                .as_slice(),
            "เปิดไม่ได้ในทุกเครื่อง",
        ),
        (b"".as_slice(), "รับได้เฉพาะภาพ JPEG หรือ PNG"),
    ] {
        send(&app, GOVERNOR, Media::of(MediaKind::File, "application/octet-stream", bytes)).await;
        work(&app).await;
        assert!(said(&app, GOVERNOR).contains(why), "{why}: {}", said(&app, GOVERNOR));
    }
    assert_eq!(states(&app).await, ["refused"; 4]);
    assert_eq!(
        (submissions(&app).await.len(), app.count("select count(*) from files where stored_at is not null").await),
        (0, 0)
    );
    send(&app, GOVERNOR, Media::of(MediaKind::File, "application/pdf", PDF)).await;
    work(&app).await;
    assert_eq!(submissions(&app).await[0]["kind"], "document");
}

#[tokio::test]
async fn whoever_is_killed_while_fetching_is_followed_by_the_next_and_nothing_comes_twice() {
    let app = with_coordinator().await;
    send(&app, GOVERNOR, picture(10)).await;
    let now = app.now();
    let killed = claim(&mut *app.db().await, now, now + CLAIM_ENDS, 4).await.expect("claimed");
    assert_eq!(killed.len(), 1);
    work(&app).await;
    assert_eq!(app.line().counts().calls.get(&Endpoint::Content), None, "it is another's as long as that may be alive");
    app.after(CLAIM_ENDS).await;
    work(&app).await;
    assert_eq!(submissions(&app).await.len(), 1);
    // killed after it was kept, before that was noted
    send(&app, GOVERNOR, picture(90)).await;
    let now = app.now();
    let killed = claim(&mut *app.db().await, now, now + CLAIM_ENDS, 4).await.expect("claimed").remove(0);
    let files = &app.web_app.files;
    let bytes = bytes_at_line(&app, &killed.message_id).await;
    let staged = files.stage(None, futures_util::stream::iter([Ok::<_, std::io::Error>(bytes)])).await.expect("staged");
    let by = gcc_relay::domain::actor::Actor::user("coordinator");
    files.keep(&app.engine.db, &staged, &by, now).await.expect("kept");
    app.after(CLAIM_ENDS).await;
    work(&app).await;
    work(&app).await;
    assert_eq!((submissions(&app).await.len(), app.count("select count(*) from files").await), (2, 2));
    // who comes back from the dead changes nothing
    assert!(
        !gcc_relay::store::line_files::note_fetched(&mut *app.db().await, &killed, staged.id).await.expect("a query")
    );
}

#[tokio::test]
async fn two_at_the_same_time_fetch_nothing_twice() {
    let app = with_coordinator().await;
    for shade in [10, 60, 110, 160, 210] {
        send(&app, GOVERNOR, picture(shade)).await;
    }
    let (one, two) = (intake(&app), intake(&app));
    for _ in 0..4 {
        let (first, second) = tokio::join!(one.work(), two.work());
        first.and(second).expect("the database");
    }
    assert_eq!(submissions(&app).await.len(), 5);
    let calls = app.line().counts().calls;
    assert_eq!(calls.get(&Endpoint::Content).and_then(|by_status| by_status.get("200")), Some(&5), "{calls:?}");
}

#[tokio::test]
async fn a_data_host_that_fails_is_asked_again_and_at_last_no_more() {
    let app = with_coordinator().await;
    let broken = FaultRule::always(Fault::Status { status: 503 }).endpoint(Endpoint::Content).times(3);
    app.line().set_faults(vec![broken]).expect("faults");
    send(&app, GOVERNOR, picture(10)).await;
    for _ in 0..3 {
        work(&app).await;
        assert_eq!(submissions(&app).await.len(), 0);
        app.after(Duration::from_mins(1)).await;
    }
    work(&app).await;
    assert_eq!(submissions(&app).await.len(), 1);
    app.line().set_faults(vec![FaultRule::always(Fault::Reset).endpoint(Endpoint::Content)]).expect("faults");
    send(&app, GOVERNOR, picture(90)).await;
    work(&app).await;
    for state in ["to_fetch", "gone"] {
        app.after(Duration::from_hours(25)).await;
        work(&app).await;
        assert_eq!(states(&app).await, ["handed_over", state], "the last try is made all the same");
    }
}

#[tokio::test]
async fn a_set_of_which_one_cannot_be_fetched_is_handed_over_after_some_minutes_and_the_last_one_follows() {
    let app = with_coordinator().await;
    send(&app, GOVERNOR, picture(10).in_set("E005D", 1, 2)).await;
    work(&app).await;
    let broken = FaultRule::always(Fault::Status { status: 503 }).endpoint(Endpoint::Content);
    app.line().set_faults(vec![broken]).expect("faults");
    send(&app, GOVERNOR, picture(90).in_set("E005D", 2, 2)).await;
    work(&app).await;
    assert_eq!((submissions(&app).await.len(), states(&app).await.len()), (0, 2));
    app.after(Duration::from_mins(5)).await;
    work(&app).await;
    assert_eq!(submissions(&app).await.iter().map(files_of).collect::<Vec<_>>(), [1]);
    app.line().set_faults(Vec::new()).expect("no faults");
    app.after(Duration::from_mins(10)).await;
    work(&app).await;
    assert_eq!(submissions(&app).await.iter().map(files_of).collect::<Vec<_>>(), [1, 1]);
}

#[tokio::test]
async fn what_the_office_cannot_take_is_told_once_with_the_reason() {
    let app = with_coordinator().await;
    sqlx::query("update submission_topics set retired_at = now()")
        .execute(&mut *app.db().await)
        .await
        .expect("a query");
    for index in [1, 2] {
        send(&app, GOVERNOR, picture(u8::try_from(index * 90).expect("small")).in_set("E005D", index, 2)).await;
    }
    let before = app.line().chat(&GOVERNOR.user_id(&app)).len();
    work(&app).await;
    work(&app).await;
    let chat = app.line().chat(&GOVERNOR.user_id(&app));
    assert_eq!(chat.len(), before + 1);
    assert!(said(&app, GOVERNOR).contains("ไม่สามารถรับไฟล์ 2 ไฟล์ที่ส่งมาได้: ระบบยังรับผลงานของหน่วยงานไม่ได้"), "{chat:?}");
    assert_eq!((states(&app).await, submissions(&app).await.len()), (vec!["refused".to_owned(); 2], 0));
}

#[tokio::test]
async fn what_came_by_line_is_not_changed_without_end() {
    let app = with_coordinator().await;
    send(&app, GOVERNOR, picture(10)).await;
    work(&app).await;
    let made = submissions(&app).await.remove(0);
    let path = format!("submissions/{}/send-again", made["id"].as_str().expect("an id"));
    let more = json!({ "topic": "farmers", "title": "ลำไยลำพูน", "outcome": "ขายได้ราคาดี",
        "files": [{ "file": made["files"][0]["file"], "alt": "ลำไยในสวน" }] });
    let mut changes = 0;
    let refused = loop {
        let answer = app.post(&Who::Coordinator, &path, more.clone()).await;
        if answer.status != 200 {
            break answer;
        }
        changes += 1;
    };
    assert_eq!((refused.problem_name(409), changes), ("steps-full".to_owned(), 49));
}

#[tokio::test]
async fn a_steward_who_is_bound_sends_files_too_and_a_coordinator_forwards_nothing() {
    let app = TestApp::new().await;
    bind(&app, "the-steward", "lamphun", GOVERNOR).await;
    send(&app, GOVERNOR, picture(10)).await;
    work(&app).await;
    assert_eq!(submissions(&app).await[0]["office"], "lamphun");
    bind_as(&app, "coordinator", Role::Coordinator, "lamphun", STRANGER).await;
    let id = app.held().await;
    let said = STRANGER.taps_alone(&app, &format!("fwd:{id}")).await;
    assert!(said.len() == 1 && said[0].contains("เฉพาะผู้ส่งต่อประกาศ"), "{said:?}");
}

#[tokio::test]
async fn the_office_says_what_it_is_that_came_by_line_until_somebody_above_has_checked_it() {
    let app = with_coordinator().await;
    send(&app, GOVERNOR, picture(10)).await;
    work(&app).await;
    let made = submissions(&app).await.remove(0);
    let (id, file) = (made["id"].as_str().expect("an id"), &made["files"][0]["file"]);
    let coordinator = app.sign_in(Who::Coordinator).await;
    let page = coordinator.open(&format!("/submissions/{id}")).await.text;
    assert!(page.contains("เติมรายละเอียด") && page.contains("ที่ส่งทาง LINE"), "{page}");
    assert_eq!(coordinator.open(&format!("/submissions/{id}/again")).await.status, 200);
    let more = json!({ "topic": "farmers", "title": "ลำไยลำพูน", "outcome": "ขายได้ราคาดี",
        "files": [{ "file": file, "alt": "ลำไยในสวน" }] });
    let changed = app.post(&Who::Coordinator, &format!("submissions/{id}/send-again"), more.clone()).await.expect(200);
    assert_eq!((&changed["state"], &changed["title"]), (&json!("received"), &json!("ลำไยลำพูน")));
    app.post(&Who::Admin, &format!("submissions/{id}/check"), json!({})).await.expect(200);
    let late = app.post(&Who::Coordinator, &format!("submissions/{id}/send-again"), more).await;
    assert_eq!(late.status, 409);
}

#[tokio::test]
async fn what_has_ended_is_forgotten_after_a_month() {
    let app = with_coordinator().await;
    send(&app, GOVERNOR, picture(10)).await;
    work(&app).await;
    app.after(Duration::from_hours(24 * 29)).await;
    assert_eq!(states(&app).await.len(), 1);
    app.after(Duration::from_hours(24 * 2)).await;
    assert_eq!((states(&app).await.len(), submissions(&app).await.len()), (0, 1));
}

#[tokio::test]
async fn what_was_fetched_and_waits_for_the_rest_of_its_set_is_not_thrown_away() {
    let app = with_coordinator().await;
    send(&app, GOVERNOR, picture(10)).await;
    while intake(&app).work().await.expect("the database") == 0 {}
    sqlx::query("update line_files set state = 'fetched', ended_at = null, submission_id = null, file_id = (select id from files)")
        .execute(&mut *app.db().await)
        .await
        .expect("a query");
    sqlx::query("delete from submission_files").execute(&mut *app.db().await).await.expect("a query");
    let later = app.now() + Duration::from_hours(30 * 24);
    assert_eq!(sweep(&app.web_app.files, &app.web_app.db, later).await.expect("swept"), 0);
}
