//! Pictures: uploaded, written afresh, borne by a bulletin, shown in LINE and on the public page, never changed.

use std::io::Cursor;
use std::time::Duration;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::error::DatabaseError;

use crate::test_app::{Answer, TestApp, Who, letter};

/// A photograph of nothing, as a camera or a drawing program would write it.
fn photograph(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let shade = |at: u32, step: u32| u8::try_from(at / step * 20 % 256).unwrap_or_default();
    let shades = RgbImage::from_fn(width, height, |x, y| Rgb([shade(x, 160), shade(y, 100), 90]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(shades).write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

async fn upload(app: &TestApp, kind: &str, bytes: Vec<u8>) -> Answer {
    let request = app.request(&Who::Publisher, Method::POST, "images").header("content-type", kind);
    app.send(request.body(bytes)).await
}

/// A picture that is there; gives its id.
async fn picture(app: &TestApp) -> String {
    let made = upload(app, "image/png", photograph(320, 200, ImageFormat::Png)).await.expect(201);
    made["id"].as_str().expect("an id").to_owned()
}

async fn fetch(app: &TestApp, path: &str) -> (u16, Vec<u8>, reqwest::header::HeaderMap) {
    let answer = app.request(&Who::Nobody, Method::GET, path).send().await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, answer.bytes().await.expect("bytes").to_vec(), headers)
}

#[tokio::test]
async fn what_is_uploaded_is_shown_under_an_address_that_names_its_bytes() {
    let app = TestApp::new().await;
    // the first bytes decide what it is, whatever the sender calls it
    for (kind, format) in [("image/jpeg", ImageFormat::Jpeg), ("image/jpeg", ImageFormat::Png)] {
        let made = upload(&app, kind, photograph(1_600, 1_000, format)).await.expect(201);
        assert_eq!((&made["width"], &made["height"]), (&json!(1_024), &json!(640)), "{made}");
        let path = format!("/i/{}.jpg", made["id"].as_str().expect("an id"));
        assert_eq!(made["url"], format!("{}{path}", app.engine.settings.public_url));
        let (status, bytes, headers) = fetch(&app, &path).await;
        assert_eq!((status, json!(bytes.len())), (200, made["bytes"].clone()));
        assert_eq!(hex::encode(Sha256::digest(&bytes)), made["id"].as_str().expect("an id"));
        assert_eq!(image::guess_format(&bytes).expect("a picture"), ImageFormat::Jpeg);
        for (name, value) in [
            ("content-type", "image/jpeg"),
            ("cache-control", "public, max-age=31536000, immutable"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(headers[name], value);
        }
    }
    for nowhere in ["/i/x.jpg", &format!("/i/{}.jpg", "0".repeat(64)), &format!("/i/{}", "0".repeat(64))] {
        assert_eq!(fetch(&app, nowhere).await.0, 404, "{nowhere}");
    }
}

#[tokio::test]
async fn the_same_picture_again_is_the_same_picture() {
    let app = TestApp::new().await;
    assert_eq!(picture(&app).await, picture(&app).await);
    assert_eq!(app.count("select count(*) from images").await, 1);
    let request = || app.request(&Who::Publisher, Method::POST, "images").header("content-type", "image/png");
    let send = async |bytes| app.send(request().header("idempotency-key", "k").body(bytes)).await;
    let first = send(photograph(30, 20, ImageFormat::Png)).await;
    let again = send(photograph(30, 20, ImageFormat::Png)).await;
    assert_eq!((first.expect(201), again.header("idempotency-replayed")), (again.expect(201), "true"));
    send(photograph(31, 20, ImageFormat::Png)).await.problem(422);
}

#[tokio::test]
async fn what_is_no_picture_or_too_large_is_refused() {
    let app = TestApp::new().await;
    let before = app.fingerprint().await;
    upload(&app, "application/json", b"{}".to_vec()).await.problem(415);
    upload(&app, "image/svg+xml", b"<svg/>".to_vec()).await.problem(415);
    assert_eq!(upload(&app, "image/png", b"<svg onload='alert(1)'/>".to_vec()).await.pointers(422), [""]);
    upload(&app, "image/png", Vec::new()).await.problem(422);
    // over bulletins.image_limit, which is 100,000 bytes here
    upload(&app, "image/png", vec![0; 100_001]).await.problem(413);
    assert_eq!(upload(&app, "image/jpeg", photograph(20, 61, ImageFormat::Jpeg)).await.pointers(422), [""]);
    assert_eq!(app.fingerprint().await, before);
}

#[tokio::test]
async fn a_bulletins_picture_is_in_the_bubble_and_on_its_page_with_what_it_shows() {
    let app = TestApp::new().await;
    let image = picture(&app).await;
    let alt = "แผนที่พื้นที่น้ำท่วม \"ลำพูน\"";
    let id =
        app.write_with(json!({ "attachments": [{ "image": image, "alt": alt }], "forwarding": "automatic" })).await;
    let draft = app.get(&Who::Publisher, &format!("bulletins/{id}")).await.expect(200);
    let url = format!("{}/i/{image}.jpg", app.engine.settings.public_url);
    let shown =
        json!([{ "image": image, "file": null, "kind": "image", "alt": alt, "url": url, "width": 320, "height": 200 }]);
    assert_eq!(draft["attachments"], shown);
    app.release(&id).await;
    app.run().await;
    let sent = app.line().accepted(Some("Clpncom"))[0].messages_hash.clone();
    let sent: Value = serde_json::from_str(&app.line().messages(&sent).expect("bytes")).expect("JSON");
    let hero = json!({
        "type": "image", "url": url, "size": "full", "aspectRatio": "320:200", "aspectMode": "cover",
    });
    assert_eq!(sent[0]["contents"]["hero"], hero);
    let path = draft["public_url"].as_str().and_then(|url| url.find("/b/").map(|at| url[at..].to_owned()));
    let page = app.get(&Who::Nobody, &path.expect("a page")).await;
    let picture = format!(
        "<img class=\"picture\" src=\"/i/{image}.jpg\" alt=\"แผนที่พื้นที่น้ำท่วม &#34;ลำพูน&#34;\" width=\"320\" height=\"200\">"
    );
    assert!(page.text.contains(&picture), "{}", page.text);
}

#[tokio::test]
async fn a_picture_must_be_there_and_say_what_it_shows_and_be_the_only_one() {
    let app = TestApp::new().await;
    let image = picture(&app).await;
    let one = json!({ "image": image, "alt": "แผนที่" });
    for (attachments, pointer) in [
        (json!([{ "image": "0".repeat(64), "alt": "แผนที่" }]), "/attachments/0/image"),
        (json!([{ "image": "x", "alt": "แผนที่" }]), "/attachments/0/image"),
        (json!([{ "image": image }]), "/attachments/0/alt"),
        (json!([{ "image": image, "alt": "เอกสารลับมาก" }]), "/attachments/0/alt"),
        (json!([one, one]), "/attachments/1/image"),
    ] {
        let answer = app.post(&Who::Publisher, "bulletins", letter(json!({ "attachments": attachments }))).await;
        assert_eq!(answer.pointers(422), [pointer], "{attachments}");
    }
    let id = app.write_with(json!({ "attachments": [one] })).await;
    let path = format!("bulletins/{id}");
    let kept = app.patch(&Who::Publisher, &path, json!({ "urgency": "urgent" })).await.expect(200);
    assert_eq!(kept["attachments"][0]["image"], image, "what is left out stays");
    for gone in [json!([]), json!(null)] {
        let changed = app.patch(&Who::Publisher, &path, json!({ "attachments": gone })).await.expect(200);
        assert_eq!(changed["attachments"], json!([]));
        app.patch(&Who::Publisher, &path, json!({ "attachments": [one] })).await.expect(200);
    }
}

#[tokio::test]
async fn neither_a_published_picture_nor_what_it_shows_can_be_changed() {
    let app = TestApp::new().await;
    let image = picture(&app).await;
    let id = app.write_with(json!({ "attachments": [{ "image": image, "alt": "แผนที่" }] })).await;
    app.release(&id).await;
    let patch = app.patch(&Who::Admin, &format!("bulletins/{id}"), json!({ "attachments": null })).await;
    assert_eq!(patch.problem_name(409), "not-a-draft");
    let mut db = app.db().await;
    for change in [
        "update bulletins set image_alt = 'อื่น'",
        "update bulletins set image_id = null, image_alt = null",
        "update images set width = 1",
        "delete from images",
    ] {
        let refused = sqlx::query(change).execute(&mut *db).await.expect_err("must be refused");
        let code = refused.as_database_error().and_then(DatabaseError::code).map(String::from);
        assert!(code.is_some_and(|code| code.starts_with("23")), "{change}: {refused}");
    }
}

#[tokio::test]
async fn a_picture_that_line_could_not_fetch_is_told_before_publishing() {
    let app = TestApp::public_at("http://gcc.example.go.th").await;
    let image = picture(&app).await;
    let id = app.write_with(json!({ "attachments": [{ "image": image, "alt": "แผนที่" }] })).await;
    let answer = app.post(&Who::Admin, &format!("bulletins/{id}/publish"), json!({})).await;
    assert_eq!(answer.problem_name(409), "image-not-https");
}

#[tokio::test]
async fn a_picture_in_no_bulletin_is_thrown_away_after_a_week() {
    let app = TestApp::new().await;
    let kept = picture(&app).await;
    app.write_with(json!({ "attachments": [{ "image": kept, "alt": "แผนที่" }] })).await;
    upload(&app, "image/png", photograph(50, 50, ImageFormat::Png)).await.expect(201);
    app.after(Duration::from_hours(6 * 24)).await;
    assert_eq!(app.count("select count(*) from images").await, 2);
    app.after(Duration::from_hours(2 * 24)).await;
    assert_eq!(app.count("select count(*) from images").await, 1);
    assert_eq!(fetch(&app, &format!("/i/{kept}.jpg")).await.0, 200);
}
