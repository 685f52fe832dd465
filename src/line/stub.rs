//! A stub of LINE for unit tests: a socket with canned answers, one to a connection.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

use super::client::{LineClient, Settings};
use super::token::Access;

pub(crate) fn access() -> Access {
    Access::parse(&"token".into()).expect("test data")
}

pub(crate) fn client_at(base: &str, request_timeout: Duration) -> LineClient {
    // another test may have been first
    let _ = rustls::crypto::ring::default_provider().install_default();
    let api_base: Url = base.parse().expect("test data");
    let settings = Settings {
        data_base: Url::clone(&api_base),
        api_base,
        connect_timeout: Duration::from_secs(30),
        request_timeout,
        content_timeout: request_timeout,
        in_flight: 4,
    };
    LineClient::new(&settings).expect("test data")
}

/// An answer with `headers`, each ended by CR LF.
pub(crate) fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

/// A client whose calls get `answers` in turn (an empty one closes the connection), and what it asked.
pub(crate) async fn stub<const N: usize>(answers: [String; N]) -> (LineClient, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("test data");
    let base = format!("http://{}/base/", listener.local_addr().expect("test data"));
    let asked = tokio::spawn(async move {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut socket, _) = listener.accept().await.expect("test data");
            asked.push(read_request(&mut socket).await);
            socket.write_all(answer.as_bytes()).await.expect("test data");
        }
        asked
    });
    (client_at(&base, Duration::from_secs(30)), asked)
}

/// Reads up to the end of the body that `content-length` announces.
async fn read_request(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        socket.read_buf(&mut bytes).await.expect("test data");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().expect("test data")) {
            return text;
        }
    }
}
