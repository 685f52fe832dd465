//! What offices send upward: uploaded, sent, checked, proposed, returned, accepted as a draft; and the files behind it.

use std::io::Cursor;
use std::time::Duration;

use gcc_relay::domain::account::Role;
use gcc_relay::domain::actor::Actor;
use gcc_relay::domain::ids::SubmissionId;
use gcc_relay::files::FileStore;
use gcc_relay::files::keep::NotKept;
use gcc_relay::files::store::Place;
use gcc_relay::files::sweep::sweep;
use gcc_relay::store::files::{Alike, find_file, hold_files, list_alike, mark_going};
use gcc_relay::store::images::find_image;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_app::{Answer, Caller, FILE_LIMITS, TestApp, Who};

const CLIP: &[u8] = include_bytes!("files/clip.mp4");
const CLIP_OF_ANOTHER_CODEC: &[u8] = include_bytes!("files/clip_hevc.mp4");
const PDF: &[u8] =
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n";

/// An infographic of boxes; another one for every seed.
pub fn infographic(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let drawn = RgbImage::from_fn(width, height, |x, y| {
        let (column, row) = (x * 6 / width, y * 8 / height);
        let shade = (column * 7 + row * row * 13 + seed * (column ^ row) * 29) % 256;
        Rgb([u8::try_from(shade).unwrap_or_default(), 90, 200])
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(drawn).write_to(&mut bytes, ImageFormat::Png).expect("a picture");
    bytes.into_inner()
}

pub async fn upload(app: &TestApp, who: &impl Caller, bytes: &[u8]) -> Answer {
    app.send(app.request(who, Method::POST, "files").body(bytes.to_vec())).await
}

/// A file that is there; gives its id.
pub async fn file(app: &TestApp, who: &impl Caller, bytes: &[u8]) -> String {
    upload(app, who, bytes).await.expect(201)["file"].as_str().expect("an id").to_owned()
}

/// What an agency may send.
pub fn material(more: Value) -> Value {
    let mut material = json!({
        "topic": "farmers", "title": "ลำไยลำพูนขายได้ราคาดีขึ้น", "outcome": "เกษตรกรขายลำไยได้ราคาเพิ่มขึ้น",
        "beneficiaries": "เกษตรกรผู้ปลูกลำไย", "figures": "1,250 ครัวเรือน", "contact": "กลุ่มส่งเสริมการค้า 0-5351-1192",
    });
    crate::test_app::put_in(&mut material, more);
    material
}

async fn send(app: &TestApp, more: Value) -> String {
    let made = app.post(&Who::Agency, "submissions", material(more)).await.expect(201);
    made["id"].as_str().expect("an id").to_owned()
}

async fn step(app: &TestApp, who: Who, id: &str, step: &str) -> Answer {
    app.post(&who, &format!("submissions/{id}/{step}"), json!({})).await
}

async fn fetch(app: &TestApp, who: &impl Caller, path: &str, range: Option<&str>) -> (u16, Vec<u8>, Value) {
    let mut request = app.request(who, Method::GET, path);
    if let Some(range) = range {
        request = request.header("range", range);
    }
    let answer = request.send().await.expect("an answer");
    let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap_or(""))));
    let (status, headers) = (answer.status().as_u16(), Value::Object(headers.collect()));
    (status, answer.bytes().await.expect("bytes").to_vec(), headers)
}

#[tokio::test]
async fn an_infographic_goes_up_and_becomes_a_draft_that_names_its_source() {
    let app = TestApp::new().await;
    let picture = file(&app, &Who::Agency, &infographic(900, 1_200, 1)).await;
    let id = send(&app, json!({ "files": [{ "file": picture, "alt": "ราคาลำไยรายสัปดาห์" }] })).await;
    let sent = app.get(&Who::Steward, &format!("submissions/{id}")).await.expect(200);
    assert_eq!(
        (&sent["kind"], &sent["state"], &sent["way"]),
        (&json!("infographic"), &json!("received"), &json!("api"))
    );
    assert_eq!(sent["files"][0]["alt"], "ราคาลำไยรายสัปดาห์");

    step(&app, Who::Coordinator, &id, "check").await.expect(200);
    assert_eq!(step(&app, Who::Publisher, &id, "accept").await.problem_name(409), "not-proposed");
    step(&app, Who::Steward, &id, "propose").await.expect(200);
    assert_eq!(fetch(&app, &Who::Nobody, &format!("/f/{picture}.jpg"), None).await.0, 404, "only sent up so far");
    let accepted = step(&app, Who::Publisher, &id, "accept").await.expect(200);
    let draft = accepted["bulletin"].as_str().expect("an id").to_owned();

    let draft = app.get(&Who::Publisher, &format!("bulletins/{draft}")).await.expect(200);
    assert_eq!((&draft["state"], &draft["subject"]), (&json!("draft"), &json!("ลำไยลำพูนขายได้ราคาดีขึ้น")));
    let body = draft["body"].as_str().expect("a text");
    for said in ["เกษตรกรขายลำไยได้ราคาเพิ่มขึ้น", "ผู้ได้รับประโยชน์: เกษตรกรผู้ปลูกลำไย", "1,250 ครัวเรือน", "ที่มา: "]
    {
        assert!(body.contains(said), "{said} in {body}");
    }
    assert_eq!(draft["attachments"][0]["alt"], "ราคาลำไยรายสัปดาห์");
    let (status, bytes, headers) = fetch(&app, &Who::Nobody, &format!("/f/{picture}.jpg"), None).await;
    assert_eq!((status, image::guess_format(&bytes).expect("a picture")), (200, ImageFormat::Jpeg));
    assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
    assert!(headers["content-security-policy"].as_str().is_some_and(|policy| policy.contains("sandbox")));

    let steps = app.get(&Who::Agency, &format!("submissions/{id}")).await.expect(200);
    let came: Vec<&str> =
        steps["steps"].as_array().expect("steps").iter().filter_map(|step| step["state"].as_str()).collect();
    assert_eq!(came, ["received", "checked", "proposed", "accepted"]);
    assert_eq!(step(&app, Who::Publisher, &id, "accept").await.problem_name(409), "not-proposed");
    assert_eq!(app.count("select count(*) from bulletins").await, 1, "accepted once");
}

#[tokio::test]
async fn what_is_returned_comes_back_with_its_reason_and_may_be_sent_again() {
    let app = TestApp::new().await;
    let id = send(&app, json!({})).await;
    let refused = app.post(&Who::Steward, &format!("submissions/{id}/return"), json!({ "reason": " " })).await;
    assert_eq!(refused.pointers(422), ["/reason"]);
    let reason = json!({ "reason": "โปรดระบุช่วงเวลาของตัวเลข" });
    app.post(&Who::Steward, &format!("submissions/{id}/return"), reason.clone()).await.expect(200);
    let changed = material(json!({ "figures": "1,250 ครัวเรือน ใน พ.ศ. 2561" }));
    let again = app.post(&Who::Agency, &format!("submissions/{id}/send-again"), changed).await.expect(200);
    assert_eq!((&again["state"], &again["figures"]), (&json!("received"), &json!("1,250 ครัวเรือน ใน พ.ศ. 2561")));
    assert_eq!(again["steps"][1]["remark"], "โปรดระบุช่วงเวลาของตัวเลข");
    // what was sent before is kept with its step
    let kept = app.count("select count(*) from submission_steps where sent ->> 'figures' = '1,250 ครัวเรือน'").await;
    assert_eq!(kept, 1);
    let twice = app.post(&Who::Agency, &format!("submissions/{id}/send-again"), material(json!({}))).await;
    assert_eq!(twice.problem_name(409), "not-now");
    // whoever publishes returns what was proposed
    step(&app, Who::Steward, &id, "propose").await.expect(200);
    app.post(&Who::Publisher, &format!("submissions/{id}/return"), reason).await.expect(200);
}

#[tokio::test]
async fn nobody_checks_their_own_and_nobody_sees_what_is_not_below_them() {
    let app = TestApp::new().await;
    let id = send(&app, json!({})).await;
    for act in ["check", "propose"] {
        step(&app, Who::Agency, &id, act).await.problem(403);
    }
    let elsewhere = app.key(Role::Steward, Some("chiangmai")).await;
    app.get(&elsewhere, &format!("submissions/{id}")).await.problem(404);
    app.post(&elsewhere, &format!("submissions/{id}/check"), json!({})).await.problem(404);
    let listed = app.get(&elsewhere, "submissions").await.expect(200);
    assert_eq!(listed["items"], json!([]));
    let listed = app.get(&Who::Steward, "submissions?state=received&topic=farmers").await.expect(200);
    assert_eq!(listed["items"][0]["id"], json!(id));
    let steps = sqlx::query("update submission_steps set remark = 'x'").execute(&mut *app.db().await).await;
    assert!(steps.is_err(), "the database refuses it");
}

#[tokio::test]
async fn the_first_bytes_of_a_file_decide_and_what_is_none_is_refused() {
    let app = TestApp::new().await;
    let clip = upload(&app, &Who::Agency, CLIP).await.expect(201);
    assert_eq!((&clip["kind"], &clip["width"], &clip["height"]), (&json!("video"), &json!(160), &json!(120)));
    assert!(clip["milliseconds"].as_i64().is_some_and(|length| (1_900..2_300).contains(&length)), "{clip}");
    assert_eq!(upload(&app, &Who::Agency, PDF).await.expect(201)["kind"], "pdf");
    let other = upload(&app, &Who::Agency, CLIP_OF_ANOTHER_CODEC).await;
    assert!(
        other.problem(422)["errors"][0]["detail"].as_str().is_some_and(|why| why.contains("H.264")),
        "{}",
        other.text
    );
    let cut = upload(&app, &Who::Agency, &CLIP[..500]).await;
    assert!(matches!(cut.status, 422), "{}", cut.text);
    for bad in [b"<html><script>alert(1)</script>".as_slice(), b"GIF89a\x01\0\x01\0\0\0\0;", b"PK\x03\x04"] {
        assert_eq!(upload(&app, &Who::Agency, bad).await.problem_name(415), "unsupported-media-type");
    }
    assert_eq!(upload(&app, &Who::Agency, b"").await.pointers(422), [""]);
    let damaged = infographic(300, 200, 1);
    assert_eq!(upload(&app, &Who::Agency, &damaged[..damaged.len() / 2]).await.pointers(422), [""]);
    upload(&app, &Who::Approver, CLIP).await.problem(403);
    upload(&app, &Who::Nobody, CLIP).await.problem(401);
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_read_whole() {
    let app = TestApp::new().await;
    // announced: not a byte of the body is waited for
    let stream = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let request = app.request(&Who::Agency, Method::POST, "files").header("content-length", "200000000");
    let sent = request.body(reqwest::Body::wrap_stream(stream)).send();
    let answer = tokio::time::timeout(Duration::from_secs(20), sent).await.expect("an answer").expect("an answer");
    assert_eq!(answer.status().as_u16(), 413);
    // not announced: by what its first bytes say it is
    let mut large = PDF.to_vec();
    large.resize(usize::try_from(FILE_LIMITS.document).expect("small") + 1, b' ');
    let stream = futures_util::stream::iter(
        large.chunks(4_096).map(|part| Ok::<_, std::io::Error>(part.to_vec())).collect::<Vec<_>>(),
    );
    let request = app.request(&Who::Agency, Method::POST, "files").body(reqwest::Body::wrap_stream(stream));
    assert_eq!(app.send(request).await.problem_name(413), "too-large");
    assert_eq!(app.count("select count(*) from files").await, 0, "nothing of it is kept");
}

#[tokio::test]
async fn the_same_file_again_is_the_same_file_and_pictures_that_look_alike_are_named() {
    let app = TestApp::new().await;
    let first = file(&app, &Who::Agency, &infographic(900, 1_200, 1)).await;
    assert_eq!(file(&app, &Who::Agency, &infographic(900, 1_200, 1)).await, first);
    let smaller = file(&app, &Who::Agency, &infographic(450, 600, 1)).await;
    let other = file(&app, &Who::Agency, &infographic(900, 1_200, 3)).await;
    assert!(smaller != first && other != first);
    let carry = |file: &str| json!({ "files": [{ "file": file, "alt": "ภาพ" }] });
    let (one, two, three) =
        (send(&app, carry(&first)).await, send(&app, carry(&smaller)).await, send(&app, carry(&other)).await);
    for (id, alike) in [(&one, 1), (&two, 1), (&three, 0)] {
        let found = find_alike(&app, id).await;
        assert_eq!((found.len(), found.iter().any(|found| found.same)), (alike, false));
    }
    let again = send(&app, carry(&first)).await;
    let found = find_alike(&app, &again).await;
    assert!(found.iter().any(|found| found.same && found.submission.to_string() == one));
}

async fn find_alike(app: &TestApp, id: &str) -> Vec<Alike> {
    let (id, since) = (SubmissionId(id.parse().expect("an id")), app.now() - Duration::from_hours(24));
    list_alike(&mut *app.db().await, id, since, None, 10).await.expect("a list")
}

#[tokio::test]
async fn faults_of_material_are_told_by_field() {
    let app = TestApp::new().await;
    let (clip, picture) =
        (file(&app, &Who::Agency, CLIP).await, file(&app, &Who::Agency, &infographic(90, 120, 1)).await);
    let carry = |ids: &[&str]| -> Value { ids.iter().map(|id| json!({ "file": id, "alt": "ภาพ" })).collect() };
    let absent = "0".repeat(64);
    for (more, pointer) in [
        (json!({ "topic": "dancing" }), "/topic"),
        (json!({ "title": "" }), "/title"),
        (json!({ "outcome": null }), "/outcome"),
        (json!({ "figures": "ลับมาก" }), "/figures"),
        (json!({ "contact": "กลุ่มงานเอกสารลับมาก" }), "/contact"),
        (json!({ "files": [{ "file": picture, "alt": "เอกสารลับมาก" }] }), "/files/0/alt"),
        (json!({ "files": carry(&[&absent]) }), "/files/0/file"),
        (json!({ "files": carry(&[&clip, &picture]) }), "/files"),
        (json!({ "files": carry(&[&picture, &picture]) }), "/files"),
        (json!({ "files": [{ "file": picture, "alt": "" }] }), "/files/0/alt"),
    ] {
        let refused = app.post(&Who::Agency, "submissions", material(more)).await;
        assert_eq!(refused.pointers(422), [pointer], "{}", refused.text);
    }
    app.post(&Who::Agency, "submissions", material(json!({ "office": "chiangmai" }))).await.problem(404);
    assert_eq!(app.count("select count(*) from submissions").await, 0);
}

#[tokio::test]
async fn a_part_of_a_video_is_sent_to_a_telephone_that_asks_for_it() {
    let app = TestApp::new().await;
    let clip = file(&app, &Who::Agency, CLIP).await;
    let id = send(&app, json!({ "files": [{ "file": clip, "alt": "วีดิทัศน์" }] })).await;
    let path = format!("/api/v1/submissions/{id}/files/{clip}");
    let (status, bytes, headers) = fetch(&app, &Who::Steward, &path, Some("bytes=100-199")).await;
    assert_eq!((status, bytes.as_slice()), (206, &CLIP[100..200]));
    assert_eq!(headers["content-range"], format!("bytes 100-199/{}", CLIP.len()));
    let (status, bytes, _) = fetch(&app, &Who::Steward, &path, Some("bytes=-50")).await;
    assert_eq!((status, bytes.as_slice()), (206, &CLIP[CLIP.len() - 50..]));
    assert_eq!(fetch(&app, &Who::Steward, &path, Some("bytes=999999-")).await.0, 416);
    let (status, bytes, headers) = fetch(&app, &Who::Steward, &path, None).await;
    assert_eq!((status, bytes.as_slice(), &headers["content-type"]), (200, CLIP, &json!("video/mp4")));
    assert_eq!(headers["cache-control"], "private, no-store");
    // no part of somebody else's submission, and no file that is not of it
    let elsewhere = app.key(Role::Steward, Some("chiangmai")).await;
    assert_eq!(fetch(&app, &elsewhere, &path, None).await.0, 404);
    let other = file(&app, &Who::Agency, PDF).await;
    assert_eq!(fetch(&app, &Who::Steward, &format!("/api/v1/submissions/{id}/files/{other}"), None).await.0, 404);
}

#[tokio::test]
async fn what_nothing_uses_is_thrown_away_and_what_is_used_stays() {
    let app = TestApp::new().await;
    let used = file(&app, &Who::Agency, &infographic(90, 120, 1)).await;
    let unused = file(&app, &Who::Agency, CLIP).await;
    send(&app, json!({ "files": [{ "file": used, "alt": "ภาพ" }] })).await;
    let files = &app.web_app.files;
    let gone = |now| sweep(files, &app.web_app.db, now);
    assert_eq!(
        gone(app.now() + Duration::from_hours(24)).await.expect("swept"),
        0,
        "a form may stay open over a weekend"
    );
    assert_eq!(gone(app.now() + Duration::from_hours(8 * 24)).await.expect("swept"), 1);
    let left: Vec<String> = walk(app.files.path());
    assert!(
        left.iter().any(|name| name.contains(&used)) && !left.iter().any(|name| name.contains(&unused)),
        "{left:?}"
    );
    // the same again is kept anew
    assert_eq!(file(&app, &Who::Agency, CLIP).await, unused);
    assert!(walk(app.files.path()).iter().any(|name| name.contains(&unused)));
}

#[tokio::test]
async fn what_was_being_thrown_away_cannot_be_used_and_goes_in_the_next_round_or_comes_anew() {
    let app = TestApp::new().await;
    let (one, other) = (file(&app, &Who::Agency, CLIP).await, file(&app, &Who::Agency, &infographic(90, 120, 1)).await);
    // killed when that was noted, before the bytes went
    for id in [&one, &other] {
        mark_going(&mut *app.db().await, id.parse().expect("an id")).await.expect("noted");
        let refused =
            app.post(&Who::Agency, "submissions", material(json!({ "files": [{ "file": id, "alt": "ภาพ" }] }))).await;
        assert_eq!(refused.pointers(422), ["/files/0/file"]);
    }
    // somebody uploads one of them again: it is kept anew, and stays
    assert_eq!(file(&app, &Who::Agency, &infographic(90, 120, 1)).await, other);
    send(&app, json!({ "files": [{ "file": other, "alt": "ภาพ" }] })).await;
    let later = app.now() + Duration::from_hours(8 * 24);
    assert_eq!(sweep(&app.web_app.files, &app.web_app.db, later).await.expect("swept"), 1);
    let left = walk(app.files.path());
    assert!(left.iter().any(|name| name.contains(&other)) && !left.iter().any(|name| name.contains(&one)), "{left:?}");
    assert_eq!(app.count("select count(*) from files").await, 1);
}

#[tokio::test]
async fn a_file_that_is_used_while_it_is_looked_for_is_not_thrown_away() {
    let app = TestApp::new().await;
    let id = file(&app, &Who::Agency, CLIP).await.parse().expect("an id");
    let later = app.now() + Duration::from_hours(8 * 24);
    let mut holding = app.web_app.db.begin().await.expect("a transaction");
    assert_eq!(hold_files(&mut holding, &[id]).await.expect("held").len(), 1);
    assert_eq!(sweep(&app.web_app.files, &app.web_app.db, later).await.expect("swept"), 0);
    drop(holding);
    assert_eq!(sweep(&app.web_app.files, &app.web_app.db, later).await.expect("swept"), 1);
}

fn walk(folder: &std::path::Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => names.extend(walk(&entry.path())),
            _ => names.push(entry.file_name().to_string_lossy().into_owned()),
        }
    }
    names
}

#[tokio::test]
async fn topics_are_changed_by_those_who_publish_and_what_is_retired_is_not_offered() {
    let app = TestApp::new().await;
    let topic = json!({ "code": "water", "th": "น้ำ", "en": "Water" });
    app.post(&Who::Steward, "submissions/topics", topic.clone()).await.problem(403);
    app.post(&Who::Publisher, "submissions/topics", topic).await.expect(200);
    send(&app, json!({ "topic": "water" })).await;
    app.post(
        &Who::Publisher,
        "submissions/topics",
        json!({ "code": "water", "th": "น้ำ", "en": "Water", "retired": true }),
    )
    .await
    .expect(200);
    let refused = app.post(&Who::Agency, "submissions", material(json!({ "topic": "water" }))).await;
    assert_eq!(refused.pointers(422), ["/topic"]);
    let bad =
        app.post(&Who::Publisher, "submissions/topics", json!({ "code": "Water!", "th": "น้ำ", "en": "Water" })).await;
    assert_eq!(bad.pointers(422), ["/code"]);
}

#[tokio::test]
async fn a_bucket_of_s3_keeps_the_same_bytes_as_a_folder() {
    let app = TestApp::new().await;
    let bucket = crate::s3_server::S3Server::start().await;
    let files = FileStore::open(&Place::S3(bucket.bucket()), FILE_LIMITS).expect("a store of files");
    files.check().await.expect("it answers");
    let staged = files.stage(None, futures_util::stream::iter([Ok::<_, std::io::Error>(CLIP)])).await.expect("staged");
    let by = Actor::user("somebody");
    let kept = files.keep(&app.web_app.db, &staged, &by, app.now()).await.expect("kept");
    let found = files.get(kept.id, kept.kind, Some(10..30)).await.expect("it answers").expect("bytes");
    let parts: Vec<_> = futures_util::TryStreamExt::try_collect(found).await.expect("all of it");
    assert_eq!(parts.concat(), &CLIP[10..30]);
    files.delete(kept.id, kept.kind).await.expect("deleted");
    files.delete(kept.id, kept.kind).await.expect("that it is gone already is as good");
    assert!(files.get(kept.id, kept.kind, None).await.expect("it answers").is_none());
}

#[tokio::test]
async fn a_set_of_pictures_goes_out_in_front_of_the_card_and_can_be_fetched_by_line() {
    let app = TestApp::new().await;
    let mut files = Vec::new();
    for seed in [1, 3, 5, 7] {
        let picture = file(&app, &Who::Agency, &infographic(300, 400, seed)).await;
        files.push(json!({ "file": picture, "alt": format!("ภาพที่ {seed}") }));
    }
    let id = send(&app, json!({ "files": files })).await;
    step(&app, Who::Steward, &id, "propose").await.expect(200);
    let bulletin =
        step(&app, Who::Publisher, &id, "accept").await.expect(200)["bulletin"].as_str().expect("an id").to_owned();
    let draft = app.get(&Who::Publisher, &format!("bulletins/{bulletin}")).await.expect(200);
    let attached: Vec<&str> =
        draft["attachments"].as_array().expect("files").iter().filter_map(|one| one["alt"].as_str()).collect();
    assert_eq!(attached, ["ภาพที่ 1", "ภาพที่ 3", "ภาพที่ 5", "ภาพที่ 7"]);
    let digest = app.post(&Who::Publisher, &format!("bulletins/{bulletin}/publish"), json!({ "digest": true })).await;
    assert_eq!(digest.problem_name(409), "not-for-digest");
    app.release(&bulletin).await;
    app.run().await;
    let messages = sent_messages(&app, &bulletin).await;
    let kinds: Vec<&str> =
        messages.as_array().expect("messages").iter().filter_map(|one| one["type"].as_str()).collect();
    assert_eq!(kinds, ["image", "image", "image", "flex"], "the card with its button is the last");
    for message in messages.as_array().expect("messages").iter().take(3) {
        for address in ["originalContentUrl", "previewImageUrl"] {
            let url: reqwest::Url = message[address].as_str().expect("an address").parse().expect("an address");
            assert_eq!(fetch(&app, &Who::Nobody, url.path(), None).await.0, 200, "{url}");
        }
    }
    app.assert_exact(bulletin.parse().expect("an id")).await;
    // what a bulletin carries is never thrown away
    let later = app.now() + Duration::from_hours(24 * 365);
    assert_eq!(sweep(&app.web_app.files, &app.web_app.db, later).await.expect("swept"), 0);
}

#[tokio::test]
async fn of_four_pictures_none_is_lost_whatever_their_shape() {
    let app = TestApp::new().await;
    for (steep, card, links) in [(1, "ภาพที่ 3", 0), (4, "ภาพที่ 1", 1)] {
        let mut files = Vec::new();
        for seed in [1, 3, 5, 7] {
            let height = if files.len() < steep { 1_300 } else { 400 };
            let picture = file(&app, &Who::Agency, &infographic(300, height, seed)).await;
            files.push(json!({ "file": picture, "alt": format!("ภาพที่ {seed}") }));
        }
        let id = send(&app, json!({ "files": files })).await;
        step(&app, Who::Steward, &id, "propose").await.expect(200);
        let draft = step(&app, Who::Publisher, &id, "accept").await.expect(200)["bulletin"].clone();
        let path = format!("bulletins/{}", draft.as_str().expect("an id"));
        let draft = app.get(&Who::Publisher, &path).await.expect(200);
        let mut shown: Vec<&str> =
            draft["attachments"].as_array().expect("files").iter().filter_map(|one| one["alt"].as_str()).collect();
        assert_eq!(shown.first(), Some(&card));
        shown.sort_unstable();
        assert_eq!(shown, ["ภาพที่ 1", "ภาพที่ 3", "ภาพที่ 5", "ภาพที่ 7"]);
        // of the one in the card only its top is seen there
        assert_eq!(draft["links"].as_array().map(Vec::len), Some(links));
    }
}

#[tokio::test]
async fn who_decides_about_what_they_have_not_seen_is_told_to_look_again() {
    let app = TestApp::new().await;
    let id = send(&app, json!({})).await;
    let act = async |who: Who, act: &str, seen: i16| {
        let body = json!({ "seen": seen, "reason": "โปรดระบุช่วงเวลา" });
        let body = if act == "return" { body } else { json!({ "seen": seen }) };
        app.post(&who, &format!("submissions/{id}/{act}"), body).await
    };
    let steward = app.sign_in(Who::Steward).await;
    let page = steward.open(&format!("/submissions/{id}")).await.text;
    assert!(page.contains(r#"name="seen" value="1""#), "{page}");
    act(Who::Coordinator, "check", 1).await.expect(200);
    for late in ["propose", "return"] {
        assert_eq!(act(Who::Coordinator, late, 1).await.problem_name(409), "changed-since", "{late}");
    }
    let late = steward
        .submit(&format!("/submissions/{id}/step"), &[("act", "propose"), ("remark", "เห็นชอบ"), ("seen", "1")])
        .await;
    assert!(late.status == 409 && late.text.contains("เห็นชอบ") && late.text.contains(r#"name="seen" value="2""#));
    act(Who::Steward, "propose", 2).await.expect(200);
    assert_eq!(act(Who::Publisher, "accept", 2).await.problem_name(409), "changed-since");
    let publisher = app.sign_in(Who::Publisher).await;
    let accept = format!("/submissions/{id}/accept");
    assert_eq!(publisher.submit(&accept, &[("seen", "2")]).await.status, 409);
    assert_eq!(publisher.submit(&accept, &[]).await.status, 409, "who saw nothing decides nothing");
    assert_eq!(app.count("select count(*) from bulletins").await, 0);
    assert_eq!(publisher.submit(&accept, &[("seen", "3")]).await.status, 303);
}

#[tokio::test]
async fn no_person_checks_what_they_sent_themselves_for_an_office_below() {
    let app = TestApp::new().await;
    let coordinator = app.sign_in(Who::Coordinator).await;
    let sent = [("office", "lamphun-commerce"), ("topic", "farmers"), ("title", "ลำไย"), ("outcome", "ราคาเพิ่มขึ้น")];
    let made = coordinator.submit("/submissions/new", &sent).await;
    let id = made.location().split(['/', '?']).nth(2).expect("an id").to_owned();
    let acts = async |act: &str, seen: &str| {
        coordinator.submit(&format!("/submissions/{id}/step"), &[("act", act), ("seen", seen)]).await.status
    };
    assert_eq!((acts("check", "1").await, acts("propose", "1").await), (403, 403));
    // nor what they sent before somebody else changed it
    let reason = json!({ "reason": "โปรดระบุช่วงเวลา" });
    app.post(&Who::Steward, &format!("submissions/{id}/return"), reason).await.expect(200);
    app.post(&Who::Agency, &format!("submissions/{id}/send-again"), material(json!({}))).await.expect(200);
    assert_eq!(acts("check", "3").await, 403);
    step(&app, Who::Steward, &id, "check").await.expect(200);
    // a key is a system, with which many people work
    let made = app.post(&Who::Coordinator, "submissions", material(json!({ "office": "lamphun-commerce" }))).await;
    let id = made.expect(201)["id"].as_str().expect("an id").to_owned();
    step(&app, Who::Coordinator, &id, "check").await.expect(200);
}

#[tokio::test]
async fn a_small_picture_of_what_was_sent_up_is_seen_by_those_who_see_it_until_it_is_accepted() {
    let app = TestApp::new().await;
    let picture = file(&app, &Who::Agency, &infographic(900, 1_200, 1)).await;
    let agency = app.sign_in(Who::Agency).await;
    let upload = agency.submit_with_file("/submissions/files", &[], "file", &infographic(300, 200, 5)).await;
    let fresh = upload.location().split("files=").nth(1).expect("a file").to_owned();
    let form = agency.open(upload.location()).await.text;
    assert!(form.contains(&format!("/submissions/files/{fresh}/preview")), "{form}");
    let id = send(&app, json!({ "files": [{ "file": picture, "alt": "ภาพ" }] })).await;
    let small = app.texts("select encode(preview_id, 'hex') from files order by created_at, bytes desc").await;
    let public = async || {
        let mut found = 0;
        for small in &small {
            found += usize::from(fetch(&app, &Who::Nobody, &format!("/i/{small}.jpg"), None).await.0 == 200);
        }
        found
    };
    assert_eq!((small.len(), public().await), (2, 0));
    let preview = |file: &str| format!("/submissions/files/{file}/preview");
    let (steward, publisher) = (app.sign_in(Who::Steward).await, app.sign_in(Who::Publisher).await);
    for (browser, sent, not_sent) in [(&agency, 200, 200), (&steward, 200, 404), (&publisher, 200, 404)] {
        let answers = (browser.open(&preview(&picture)).await, browser.open(&preview(&fresh)).await);
        assert_eq!((answers.0.status, answers.1.status), (sent, not_sent));
    }
    assert!(!agency.open(&format!("/submissions/{id}")).await.text.contains("/i/"));
    step(&app, Who::Steward, &id, "propose").await.expect(200);
    step(&app, Who::Publisher, &id, "accept").await.expect(200);
    assert_eq!(public().await, 1);
}

#[tokio::test]
async fn the_list_as_a_file_is_whole_however_long_it_is() {
    let app = TestApp::new().await;
    send(&app, json!({})).await;
    let many = "insert into submissions (id, office_id, kind, topic, title, outcome, way, sent_at, sent_by, changed_at)
        select gen_random_uuid(), office_id, kind, topic, 'อีกเรื่อง ' || n, outcome, way, sent_at, sent_by, changed_at
        from submissions, generate_series(1, 2300) n";
    sqlx::query(many).execute(&mut *app.db().await).await.expect("a query");
    let steward = app.sign_in(Who::Steward).await;
    let file = steward.open("/submissions?csv=yes").await;
    assert_eq!(file.text.lines().count(), 2_302, "the heading, and each once");
    let different: std::collections::BTreeSet<&str> = file.text.lines().collect();
    assert_eq!(different.len(), 2_302);
}

#[tokio::test]
async fn what_one_account_uploads_within_a_month_has_a_bound() {
    let app = TestApp::new().await;
    let clip = file(&app, &Who::Agency, CLIP).await;
    sqlx::query("update files set bytes = 19999999").execute(&mut *app.db().await).await.expect("a query");
    let refused = upload(&app, &Who::Agency, PDF).await;
    assert_eq!(refused.problem_name(413), "too-much-uploaded");
    let agency = app.sign_in(Who::Agency).await;
    sqlx::query("update files set created_by = 'user:the-agency'")
        .execute(&mut *app.db().await)
        .await
        .expect("a query");
    let page = agency.submit_with_file("/submissions/files", &[], "file", PDF).await;
    assert!(page.status == 422 && page.text.contains("20 MB"), "{}", page.text);
    assert_eq!(file(&app, &Who::Agency, CLIP).await, clip, "the same again takes no room");
    file(&app, &Who::Steward, PDF).await;
    let by = Actor::user("agency");
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(infographic(90, 120, 1))]);
    let staged = app.web_app.files.stage(None, body).await.expect("staged");
    let keep = async |now| app.web_app.files.keep(&app.web_app.db, &staged, &by, now).await;
    sqlx::query("update files set created_by = 'user:agency'").execute(&mut *app.db().await).await.expect("a query");
    assert!(matches!(keep(app.now()).await, Err(NotKept::TooMuch(20_000_000))));
    assert!(keep(app.now() + Duration::from_hours(31 * 24)).await.is_ok(), "a month later there is room again");
}

#[tokio::test]
async fn an_upload_with_a_key_is_answered_again_with_what_was_answered_first() {
    let app = TestApp::new().await;
    let send = async |bytes: &[u8]| {
        let request = app.request(&Who::Agency, Method::POST, "files").header("idempotency-key", "k");
        app.send(request.body(bytes.to_vec())).await
    };
    let (first, again) = (send(CLIP).await, send(CLIP).await);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(first.expect(201), again.expect(201));
    assert_eq!(send(PDF).await.problem_name(422), "idempotency-key-reused");
}

#[tokio::test]
async fn a_document_shows_its_first_pages_as_pictures_and_is_linked() {
    let app = TestApp::new().await;
    let document = file(&app, &Who::Agency, &document_of(6)).await;
    let id = send(&app, json!({ "files": [{ "file": document, "alt": "รายงานราคาลำไย" }] })).await;
    let sent = app.get(&Who::Steward, &format!("submissions/{id}")).await.expect(200);
    let pages: Vec<String> = sent["pages"]
        .as_array()
        .expect("pages")
        .iter()
        .map(|page| page["file"].as_str().expect("an id").to_owned())
        .collect();
    assert_eq!(pages.len(), 4, "{sent}");
    let (status, bytes, _) =
        fetch(&app, &Who::Steward, &format!("/api/v1/submissions/{id}/files/{}", pages[1]), None).await;
    let shown = image::load_from_memory(&bytes).expect("a picture").into_rgb8();
    assert_eq!((status, shown.dimensions()), (200, (1_000, 2_000)));
    // the second page is black below its middle, and the paper is white
    assert!(shown.get_pixel(500, 100).0[0] > 240 && shown.get_pixel(500, 1_900).0[0] < 15);
    let steward = app.sign_in(Who::Steward).await;
    let page = steward.open(&format!("/submissions/{id}")).await.text;
    assert!(pages.iter().all(|page_id| page.contains(&format!("/submissions/files/{page_id}/preview"))), "{page}");
    assert_eq!(steward.open(&format!("/submissions/files/{}/preview", pages[3])).await.status, 200);
    let elsewhere = app.key(Role::Steward, Some("chiangmai")).await;
    let path = format!("/api/v1/submissions/{id}/files/{}", pages[0]);
    assert_eq!(fetch(&app, &elsewhere, &path, None).await.0, 404);

    step(&app, Who::Steward, &id, "propose").await.expect(200);
    let bulletin =
        step(&app, Who::Publisher, &id, "accept").await.expect(200)["bulletin"].as_str().expect("an id").to_owned();
    let draft = app.get(&Who::Publisher, &format!("bulletins/{bulletin}")).await.expect(200);
    let shown: Vec<&str> =
        draft["attachments"].as_array().expect("files").iter().filter_map(|one| one["alt"].as_str()).collect();
    let expected: Vec<String> = (1..=4).map(|no| format!("รายงานราคาลำไย (หน้า {no})")).collect();
    assert_eq!(shown, expected);
    assert!(draft["links"][0]["url"].as_str().is_some_and(|url| url.ends_with(&format!("/f/{document}.pdf"))));
    app.release(&bulletin).await;
    app.run().await;
    let messages = sent_messages(&app, &bulletin).await;
    let kinds: Vec<&str> =
        messages.as_array().expect("messages").iter().filter_map(|one| one["type"].as_str()).collect();
    assert_eq!(kinds, ["image", "image", "image", "flex"], "the card is the last");
    for (place, key) in [(0, "originalContentUrl"), (0, "previewImageUrl")] {
        let url: reqwest::Url = messages[place][key].as_str().expect("an address").parse().expect("an address");
        assert_eq!(fetch(&app, &Who::Nobody, url.path(), None).await.0, 200, "{url}");
    }
    // pages stay as long as their document
    let later = app.now() + Duration::from_hours(24 * 365);
    assert_eq!(sweep(&app.web_app.files, &app.web_app.db, later).await.expect("swept"), 0);
}

/// A PDF of so many pages, each of which is black below another height.
pub fn document_of(pages: usize) -> Vec<u8> {
    let mut objects = vec!["<</Type/Catalog/Pages 2 0 R>>".to_owned()];
    let kids: Vec<String> = (0..pages).map(|no| format!("{} 0 R", 3 + 2 * no)).collect();
    objects.push(format!("<</Type/Pages/Kids[{}]/Count {pages}>>", kids.join(" ")));
    for no in 0..pages {
        let drawn = format!("0 0 200 {} re f", 100 * (no + 1));
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 400]/Resources<<>>/Contents {} 0 R>>",
            4 + 2 * no
        ));
        objects.push(format!("<</Length {}>>stream\n{drawn}\nendstream", drawn.len()));
    }
    let numbered: Vec<String> = (1..).zip(&objects).map(|(no, object)| format!("{no} 0 obj{object}endobj\n")).collect();
    format!("%PDF-1.4\n{}trailer<</Root 1 0 R>>\n", numbered.concat()).into_bytes()
}

#[tokio::test]
async fn a_document_that_cannot_be_drawn_is_sent_without_pictures() {
    let app = TestApp::new().await;
    let broken =
        file(&app, &Who::Agency, b"%PDF-1.4\nnothing that any page would begin with, however long one looks").await;
    let id = send(&app, json!({ "files": [{ "file": broken, "alt": "รายงาน" }] })).await;
    let sent = app.get(&Who::Steward, &format!("submissions/{id}")).await.expect(200);
    assert_eq!((&sent["kind"], &sent["pages"]), (&json!("document"), &json!([])));
}

#[tokio::test]
async fn pages_of_a_document_that_nothing_uses_go_after_it() {
    let app = TestApp::new().await;
    file(&app, &Who::Agency, &document_of(2)).await;
    assert_eq!(app.count("select count(*) from files").await, 3);
    let later = app.now() + Duration::from_hours(8 * 24);
    for gone in [1, 2, 0] {
        assert_eq!(sweep(&app.web_app.files, &app.web_app.db, later).await.expect("swept"), gone);
    }
    assert!(walk(app.files.path()).is_empty());
}

#[tokio::test]
async fn a_video_has_a_frame_of_it_as_its_cover() {
    let app = TestApp::new().await;
    let clip = file(&app, &Who::Agency, CLIP).await.parse().expect("an id");
    let mut db = app.db().await;
    let preview = find_file(&mut db, clip).await.expect("a query").expect("a file").preview.expect("a cover");
    let cover = find_image(&mut db, preview).await.expect("a query").expect("a picture");
    let cover = image::load_from_memory(&cover).expect("a JPEG");
    // one that is made up would be as large as may be
    assert_eq!((cover.width(), cover.height()), (160, 120));
}

#[tokio::test]
async fn a_bulletin_carries_a_video_or_pictures_and_says_what_is_wrong_with_others() {
    let app = TestApp::new().await;
    let clip = file(&app, &Who::Publisher, CLIP).await;
    let pdf = file(&app, &Who::Publisher, PDF).await;
    let carry = |files: Value| crate::test_app::letter(json!({ "attachments": files }));
    let made =
        app.post(&Who::Publisher, "bulletins", carry(json!([{ "file": clip, "alt": "วีดิทัศน์" }]))).await.expect(201);
    assert_eq!((&made["attachments"][0]["kind"], &made["attachments"][0]["file"]), (&json!("video"), &json!(clip)));
    let (id, absent) = (made["id"].as_str().expect("an id").to_owned(), "0".repeat(64));
    for (files, pointer) in [
        (json!([{ "file": absent, "alt": "ก" }]), "/attachments/0/file"),
        (json!([{ "file": pdf, "alt": "ก" }]), "/attachments/0/file"),
        (json!([{ "file": clip, "alt": "ลับมาก" }]), "/attachments/0/alt"),
        (json!([{ "file": clip, "alt": "ก" }, { "image": absent, "alt": "ก" }]), "/attachments/1/image"),
        (json!([{ "alt": "ก" }]), "/attachments/0"),
        (json!([{ "file": clip, "alt": "ก" }, { "file": clip, "alt": "ข" }]), "/attachments"),
    ] {
        let refused = app.post(&Who::Publisher, "bulletins", carry(files)).await;
        assert_eq!(refused.pointers(422), [pointer], "{}", refused.text);
    }
    // a change of something else leaves it, and null takes it away
    app.patch(&Who::Publisher, &format!("bulletins/{id}"), json!({ "urgency": "urgent" })).await.expect(200);
    app.release(&id).await;
    let change = "update bulletins set media = '[]' where published_at is not null";
    assert!(sqlx::query(change).execute(&mut *app.db().await).await.is_err(), "the database refuses it");
    app.run().await;
    let messages = sent_messages(&app, &id).await;
    assert_eq!((&messages[0]["type"], &messages[1]["type"]), (&json!("video"), &json!("flex")));
    let page = app.get(&Who::Publisher, &format!("bulletins/{id}")).await.expect(200)["public_url"].clone();
    let url: reqwest::Url = page.as_str().expect("an address").parse().expect("an address");
    let (status, page, _) = fetch(&app, &Who::Nobody, url.path(), None).await;
    assert!(status == 200 && String::from_utf8_lossy(&page).contains("<video class=\"picture\" controls"));
}

/// The message array that went out, which LINE took in the first group.
async fn sent_messages(app: &TestApp, bulletin: &str) -> Value {
    assert_eq!(app.accepted_in("Cgcc1"), 1);
    let query = "select body from messages where bulletin_id = $1::uuid order by variant limit 1";
    let body: String =
        sqlx::query_scalar(query).bind(bulletin).fetch_one(&mut *app.db().await).await.expect("a message");
    serde_json::from_str(&body).expect("JSON")
}

#[tokio::test]
async fn a_file_that_was_chosen_by_mistake_is_left_out_and_what_was_typed_stays() {
    let app = TestApp::new().await;
    let (wrong, right) = (
        file(&app, &Who::Coordinator, &infographic(90, 120, 1)).await,
        file(&app, &Who::Coordinator, &infographic(90, 120, 2)).await,
    );
    let coordinator = app.sign_in(Who::Coordinator).await;
    let files = format!("{wrong},{right}");
    let mut typed =
        vec![("files", files.as_str()), ("topic", "farmers"), ("title", "ช่วยเกษตรกร"), ("leave1", "yes"), ("alt2", "")];
    let refused = coordinator.submit("/submissions/new", &typed).await;
    assert_eq!(refused.status, 422, "of what is sent it is said what it shows");
    assert!(refused.text.contains("alt2-fault") && !refused.text.contains("alt1-fault"), "{}", refused.text);
    assert!(refused.text.contains("name=\"leave1\" value=\"yes\" checked"), "{}", refused.text);
    typed.pop();
    typed.push(("alt2", "ภาพแปลงนา"));
    let sent = coordinator.submit("/submissions/new", &typed).await.location().to_owned();
    let page = coordinator.open(&sent).await.text;
    assert!(page.contains(&right) && !page.contains(&wrong), "{page}");
}
