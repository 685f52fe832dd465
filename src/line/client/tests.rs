//! The client against a socket with canned answers.

use std::sync::Arc;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use super::*;
use crate::line::stub::{access, client_at, http, stub};

const MESSAGES: &[u8] = br#"[ {"type":"text", "text":"\u0e01"} ]"#;

#[tokio::test]
async fn a_push_carries_the_key_the_address_and_the_stored_bytes() {
    let (client, asked) = stub([http("200 OK", "X-Line-Request-Id: r-1\r\n", r#"{"sentMessages":[]}"#)]).await;
    let answer = client.push(&access(), Uuid::nil(), "C\"1", MESSAGES).await.expect("test data");
    assert_eq!((answer.status, answer.request_id.as_deref()), (200, Some("r-1")));
    let request = asked.await.expect("test data").remove(0);
    assert!(request.starts_with("POST /base/v2/bot/message/push HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("\r\nauthorization: Bearer token\r\n"));
    assert!(request.contains("\r\nx-line-retry-key: 00000000-0000-0000-0000-000000000000\r\n"));
    assert!(request.contains("\r\ncontent-type: application/json\r\n"));
    assert!(request.contains("\r\ncontent-length: 61\r\n"), "its length is told: {request}");
    assert!(request.ends_with(r#"{"to":"C\"1","messages":[ {"type":"text", "text":"\u0e01"} ]}"#));
}

#[tokio::test]
async fn a_refusal_is_an_answer_with_its_ids_and_body() {
    let headers = "x-line-request-id: r-2\r\nx-line-accepted-request-id: r-1\r\n";
    let (client, _asked) = stub([http("409 Conflict", headers, r#"{"message":"x"}"#)]).await;
    let answer = client.push(&access(), Uuid::nil(), "C1", MESSAGES).await.expect("test data");
    assert_eq!((answer.status, answer.accepted_request_id.as_deref()), (409, Some("r-1")));
    assert_eq!(answer.body, br#"{"message":"x"}"#);
}

#[tokio::test]
async fn a_reply_bears_no_retry_key() {
    let (client, asked) = stub([http("200 OK", "", "{}")]).await;
    client.reply(&access(), "t", MESSAGES).await.expect("test data");
    let request = asked.await.expect("test data").remove(0);
    assert!(!request.contains("retry-key"));
    assert!(request.contains(r#"{"replyToken":"t","messages":["#));
}

#[tokio::test]
async fn a_large_answer_is_read_up_to_its_bound() {
    let (client, _asked) = stub([http("200 OK", "", &"x".repeat(200_000))]).await;
    let answer = client.push(&access(), Uuid::nil(), "C1", MESSAGES).await.expect("test data");
    assert_eq!(answer.body.len(), MAX_BODY);
}

#[tokio::test]
async fn a_body_that_breaks_off_still_leaves_the_status() {
    let (client, _asked) = stub(["HTTP/1.1 500 Oops\r\ncontent-length: 9\r\n\r\nabc".to_owned()]).await;
    let answer = client.push(&access(), Uuid::nil(), "C1", MESSAGES).await.expect("test data");
    assert_eq!((answer.status, answer.body.as_slice()), (500, b"abc".as_slice()));
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_leaves_it_open_whether_line_got_it() {
    let (client, _asked) = stub([String::new()]).await;
    let failed = client.push(&access(), Uuid::nil(), "C1", MESSAGES).await.expect_err("test data");
    assert_eq!(failed.silence, Silence::NoAnswer);
}

#[tokio::test]
async fn a_push_that_may_not_go_out_any_more_sends_not_one_byte() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("test data");
    let client = client_at(&format!("http://{}", listener.local_addr().expect("test data")), Duration::from_secs(5));
    let received = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("test data");
        let mut received = Vec::new();
        socket.read_to_end(&mut received).await.expect("test data");
        received
    });
    let failed = client.push_while(Arc::new(|| false), &access(), Uuid::nil(), "C1", MESSAGES).await;
    assert_eq!(failed.expect_err("test data").silence, Silence::HeldBack);
    drop(client);
    assert_eq!(String::from_utf8_lossy(&received.await.expect("test data")), "");
}

#[tokio::test]
async fn a_silent_server_leaves_it_open_too() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("test data");
    let client = client_at(&format!("http://{}", listener.local_addr().expect("test data")), Duration::from_millis(20));
    let failed = client.push(&access(), Uuid::nil(), "C1", MESSAGES).await.expect_err("test data");
    assert_eq!(failed.silence, Silence::NoAnswer);
}

#[tokio::test]
async fn a_closed_port_is_certain_not_to_have_got_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("test data");
    let client = client_at(&format!("http://{}", listener.local_addr().expect("test data")), Duration::from_secs(30));
    drop(listener);
    let failed = client.group_summary(&access(), "Csecret").await.expect_err("test data");
    let CallError::Unanswered(failed) = failed else { panic!("{failed}") };
    assert_eq!(failed.silence, Silence::NotConnected);
    assert!(!format!("{failed:?} {}", failed.source).contains("Csecret"), "a URL must not leak the group's id");
}

#[tokio::test]
async fn a_group_that_line_does_not_know_is_none() {
    for status in ["400 Bad Request", "404 Not Found"] {
        let (client, _asked) = stub([http(status, "", r#"{"message":"Not found"}"#)]).await;
        assert_eq!(client.group_summary(&access(), "C1").await.expect("test data"), None);
    }
}

#[tokio::test]
async fn ids_in_paths_are_encoded_and_new_fields_tolerated() {
    let (client, asked) = stub([http("200 OK", "", r#"{"groupId":"C1","groupName":"GCC1","new":[1]}"#)]).await;
    let summary = client.group_summary(&access(), "a/b").await.expect("test data").expect("test data");
    assert_eq!(summary.group_name, "GCC1");
    assert!(asked.await.expect("test data").remove(0).starts_with("GET /base/v2/bot/group/a%2Fb/summary "));
}

#[tokio::test]
async fn another_status_of_a_question_is_an_error_with_its_id() {
    let (client, _asked) = stub([http("401 Unauthorized", "x-line-request-id: r-3\r\n", "{}")]).await;
    let error = client.bot_info(&access()).await.expect_err("test data");
    assert_eq!(error.to_string(), "LINE answered with status 401 (request r-3)");
}

#[tokio::test]
async fn validation_hands_on_what_line_complains_of() {
    let body = r#"{"message":"1 error","details":[{"message":"May not be empty","property":"messages[0].text"}]}"#;
    let (client, _asked) = stub([http("400 Bad Request", "", body)]).await;
    let complaints = client.validate_push(&access(), MESSAGES).await.expect("test data");
    assert_eq!(complaints[0].property.as_deref(), Some("messages[0].text"));

    let (client, _asked) = stub([http("400 Bad Request", "", "<html>")]).await;
    assert_eq!(client.validate_push(&access(), MESSAGES).await.expect("test data"), [Complaint::default()]);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (client, _asked) = stub([http("302 Found", "location: http://127.0.0.1:1/\r\n", "")]).await;
    assert_eq!(client.push(&access(), Uuid::nil(), "C1", MESSAGES).await.expect("test data").status, 302);
}
