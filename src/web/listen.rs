//! Serving on a port that is already taken, until told to stop, and bounding what one who connects can hold.
//!
//! A request's head must come within a time, and each part of its body within another, so that whoever sends slowly is
//! cut off. Connections are counted in all and by address; one too many is told so in a few bytes and closed. A trusted
//! proxy brings many clients over its connections, so by address it is not counted.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;
use tower_http::timeout::TimeoutBody;

use super::client_address::{ClientAddress, TrustedProxies};
use super::problem::Problem;
use crate::telemetry::metric;

/// Before another try when no connection could be taken, because the process has no file left to open for it.
const NO_FILE_LEFT: Duration = Duration::from_millis(500);
/// What connections may hold; from the section `limits` of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Connections at once.
    pub connections: usize,
    /// Of them those from one address.
    pub connections_per_address: usize,
    /// How long a request's head may take, and how long a connection may rest between two requests.
    pub header_timeout: Duration,
    /// How long the next part of a body may take.
    pub body_timeout: Duration,
}

impl Default for Bounds {
    /// As in `config/default.toml`.
    fn default() -> Self {
        Self {
            connections: 8_000,
            connections_per_address: 1_000,
            header_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(20),
        }
    }
}

/// Answers requests on `listener` until `stop` comes; then no more connections are taken, and those under way are
/// answered. Whoever cannot wait for the last of them drops the future.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    proxies: TrustedProxies,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let (room, by_address) = (Arc::new(Semaphore::new(bounds.connections)), ByAddress::default());
    let (stopping, connections) = (CancellationToken::new(), TaskTracker::new());
    let _ends_with_us = stopping.clone().drop_guard();
    let mut stop = pin!(stop);
    loop {
        let taken = tokio::select! {
            () = &mut stop => break,
            taken = listener.accept() => taken,
        };
        let (stream, peer) = match taken {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a connection could not be taken");
                tokio::time::sleep(NO_FILE_LEFT).await;
                continue;
            }
        };
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
            refuse(&stream, &Problem::unavailable(), "full");
            continue;
        };
        let most = if proxies.trusts(peer.ip()) { usize::MAX } else { bounds.connections_per_address };
        let Some(place) = by_address.take(ClientAddress::new(peer.ip()).network(), most) else {
            refuse(&stream, &Problem::too_many("This address holds too many connections."), "address");
            continue;
        };
        let held = (permit, place);
        connections.spawn(answer(stream, peer, router.clone(), bounds, stopping.clone(), held));
    }
    drop(listener);
    stopping.cancel();
    connections.close();
    connections.wait().await;
}

/// Answers the requests of one connection.
async fn answer(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    bounds: Bounds,
    stopping: CancellationToken,
    _held: (OwnedSemaphorePermit, Place),
) {
    // small answers, and the frames of a stream, go out at once
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(|body| Body::new(TimeoutBody::new(bounds.body_timeout, body)));
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(bounds.header_timeout);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if ended.is_err_and(|error| error.is_timeout()) {
        metrics::counter!(metric::CONNECTIONS_REFUSED, "reason" => "slow").increment(1);
    }
}

/// Tells one connection too many so, as far as it can be told without waiting, and without reading what it asks.
fn refuse(stream: &TcpStream, problem: &Problem, reason: &'static str) {
    metrics::counter!(metric::CONNECTIONS_REFUSED, "reason" => reason).increment(1);
    let body = serde_json::to_string(&problem.details("")).unwrap_or_default();
    let mut head =
        format!("HTTP/1.1 {}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n", problem.status());
    if let Some((name, value)) = problem.header() {
        let _ = write!(head, "{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    let _ = stream.try_write(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes());
}

/// Connections by address.
#[derive(Clone, Debug, Default)]
struct ByAddress(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl ByAddress {
    /// A place for one more, unless there are `most`.
    fn take(&self, address: IpAddr, most: usize) -> Option<Place> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place { counts: self.clone(), address })
    }
}

/// The place of one connection; given back when dropped.
struct Place {
    counts: ByAddress,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}
