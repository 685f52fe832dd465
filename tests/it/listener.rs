//! The listener bounds what a stranger can hold: slow senders are cut off, and nobody takes all connections.

use std::future::pending;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::{get, post};
use gcc_relay::web::{Bounds, ProxyHeader, TrustedProxies, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const HEADER_TIMEOUT: Duration = Duration::from_millis(800);

async fn listen(bounds: Bounds, proxies: TrustedProxies) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let router = Router::new().route("/", get(|| async { "here" })).route("/", post(|body: String| async { body }));
    tokio::spawn(serve(listener, router, bounds, proxies, pending()));
    address
}

fn bounds() -> Bounds {
    Bounds { header_timeout: HEADER_TIMEOUT, body_timeout: HEADER_TIMEOUT, ..Bounds::default() }
}

/// Connects and sends `text`, then nothing more.
async fn start(address: &str, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(text.as_bytes()).await.expect("sent");
    stream
}

/// What comes until the server closes.
async fn rest(mut stream: TcpStream) -> String {
    let mut told = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut told)).await.expect("closed in time");
    String::from_utf8_lossy(&told).into_owned()
}

async fn honest(address: &str) -> String {
    rest(start(address, "GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await).await
}

#[tokio::test]
async fn slow_clients_are_cut_off_and_an_honest_one_is_served_meanwhile() {
    let address = listen(bounds(), TrustedProxies::default()).await;
    let begun = Instant::now();
    let mut slow = Vec::new();
    for n in 0..300 {
        let text = match n % 3 {
            0 => "",
            1 => "GET / HTTP/1.1\r\nhost: here\r\nx-slow: ",
            _ => "POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 1000\r\n\r\nslow",
        };
        slow.push(start(&address, text).await);
    }
    let asked = Instant::now();
    assert!(honest(&address).await.ends_with("here"));
    let served = asked.elapsed();
    for stream in slow {
        let told = rest(stream).await;
        assert!(!told.starts_with("HTTP/1.1 200"), "{told}");
    }
    println!("300 slow clients: all cut after {:?}; an honest one served in {served:?}", begun.elapsed());
}

#[tokio::test]
async fn one_address_holds_so_many_connections_and_a_proxy_more() {
    let bounds = Bounds { connections_per_address: 3, ..Bounds::default() };
    let address = listen(bounds, TrustedProxies::default()).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(start(&address, "GET /").await);
    }
    let told = rest(start(&address, "").await).await;
    assert!(told.starts_with("HTTP/1.1 429 ") && told.contains("\r\nretry-after: 5\r\n"), "{told}");
    assert!(told.contains("urn:gcc-relay:problem:too-many"), "{told}");
    drop(held);
    for _ in 0..200 {
        if honest(&address).await.ends_with("here") {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(honest(&address).await.ends_with("here"), "a place that is given back can be taken again");

    let proxy = TrustedProxies::new(&["127.0.0.1/32".parse().expect("a network")], ProxyHeader::XForwardedFor);
    let address = listen(bounds, proxy).await;
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(start(&address, "GET /").await);
    }
    assert!(honest(&address).await.ends_with("here"));
}

#[tokio::test]
async fn the_listener_holds_so_many_connections_in_all() {
    let address = listen(Bounds { connections: 2, ..Bounds::default() }, TrustedProxies::default()).await;
    let _held = [start(&address, "GET /").await, start(&address, "GET /").await];
    assert!(rest(start(&address, "").await).await.starts_with("HTTP/1.1 503"));
}
