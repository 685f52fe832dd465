//! What people send in a chat of two, as the data host serves it.

use std::time::Duration;

use axum::http::StatusCode;

use super::{GROUP, clock, config, start};
use crate::{GroupEvent, Media, MediaKind};

#[tokio::test]
async fn a_picture_is_served_until_it_is_taken_back() {
    let (simulator, caller) = start(config(&clock())).await;
    let control = simulator.control();
    control.happen(GROUP, GroupEvent::Follow { member: 2 }).await.unwrap();
    let media = Media::of(MediaKind::Image, "image/png", b"\x89PNG").in_set("E005D", 1, 2);
    let sent = control.happen(GROUP, GroupEvent::DirectMedia { member: 2, media }).await.unwrap();
    let message = sent.message.unwrap();
    let path = format!("/v2/bot/message/{message}/content");
    let served = caller.get(&path).await;
    assert_eq!((served.status, served.header("content-type")), (StatusCode::OK, "image/png"));
    assert_eq!(served.body.as_ref(), b"\x89PNG");
    assert_eq!(caller.get("/v2/bot/message/1/content").await.status, 404);
    control.happen(GROUP, GroupEvent::DirectUnsend { member: 2, message }).await.unwrap();
    assert_eq!(caller.get(&path).await.status, 410);
}

#[tokio::test]
async fn a_video_is_prepared_for_a_while() {
    let clock = clock();
    let (simulator, caller) = start(config(&clock)).await;
    let control = simulator.control();
    control.happen(GROUP, GroupEvent::Follow { member: 2 }).await.unwrap();
    let media = Media::of(MediaKind::Video, "video/mp4", b"ftyp").prepared_after(30);
    let sent = control.happen(GROUP, GroupEvent::DirectMedia { member: 2, media }).await.unwrap();
    let path = format!("/v2/bot/message/{}/content", sent.message.unwrap());
    assert_eq!(caller.get(&path).await.status, 202);
    assert_eq!(caller.get(&format!("{path}/transcoding")).await.json()["status"], "processing");
    clock.advance(Duration::from_secs(30));
    assert_eq!(caller.get(&format!("{path}/transcoding")).await.json()["status"], "succeeded");
    assert_eq!(caller.get(&path).await.body.as_ref(), b"ftyp");
}

#[test]
fn the_webhook_says_of_what_kind_it_is_and_how_large() {
    let set = Media::of(MediaKind::Image, "image/png", b"x").in_set("E005D", 1, 2).message(7, "q");
    assert_eq!((&set["type"], &set["imageSet"]["total"]), (&"image".into(), &2.into()));
    assert_eq!(set["contentProvider"]["type"], "line");
    let file = Media { name: Some("x.pdf".to_owned()), ..Media::of(MediaKind::File, "application/pdf", b"%PDF-") };
    let file = file.message(8, "q");
    assert_eq!((&file["type"], &file["fileSize"], &file["fileName"]), (&"file".into(), &5.into(), &"x.pdf".into()));
}
