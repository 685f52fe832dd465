//! Serves HTTP on a bound port until told to stop, and limits what one client can hold.
//!
//! A request's head must come within a time, and each part of its body within another, and of an answer each part must be
//! taken within a third, so that whoever sends or reads slowly is cut off. Connections are counted in all and by address;
//! one too many is told so in a few bytes and closed. A trusted proxy brings many clients over its connections, so by
//! address it is not counted.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutWriter;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;
use tower_http::timeout::TimeoutBody;

use super::client_address::{ClientAddress, TrustedProxies};
use super::problem::Problem;
use super::slots::{Slot, Slots};
use crate::telemetry::metric;

/// Before another try when no connection could be taken, because the process has no file left to open for it.
const NO_FILE_LEFT: Duration = Duration::from_millis(500);
/// How long what a refused connection asks is read and thrown away, so that it gets to read its refusal.
const LINGER: Duration = Duration::from_secs(1);
/// Refused connections that get that time at once; any more are closed as they are.
const LINGERING: usize = 256;
/// Reads of at most a kilobyte from each of them.
const LINGER_READS: usize = 64;

/// What connections may hold; from the section `limits` of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Connections at once.
    pub connections: usize,
    /// Of them those from one address.
    pub connections_per_address: usize,
    /// How long a request's head may take, and how long a connection may rest between two requests.
    pub header_timeout: Duration,
    /// How long the next part of a body may take.
    pub body_timeout: Duration,
    /// How long the next part of an answer may wait until the client takes it.
    pub write_timeout: Duration,
}

impl Default for Bounds {
    /// As in `config/default.toml`.
    fn default() -> Self {
        Self {
            connections: 8_000,
            connections_per_address: 1_000,
            header_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(20),
            write_timeout: Duration::from_secs(30),
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
    let (room, by_address) = (Arc::new(Semaphore::new(bounds.connections)), Slots::default());
    let lingering = Arc::new(Semaphore::new(LINGERING));
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
            // the client has gone again: nothing to wait for
            Err(error) if is_of_client(&error) => continue,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a connection could not be taken");
                tokio::time::sleep(NO_FILE_LEFT).await;
                continue;
            }
        };
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
            refuse(stream, &Problem::unavailable(), "full", &lingering);
            continue;
        };
        let most = if proxies.trusts(peer.ip()) { usize::MAX } else { bounds.connections_per_address };
        let Some(place) = by_address.take(ClientAddress::new(peer.ip()).network(), most) else {
            let problem = Problem::too_many("This address holds too many connections.");
            refuse(stream, &problem, "address", &lingering);
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
    _held: (OwnedSemaphorePermit, Slot<IpAddr>),
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
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(bounds.write_timeout));
    let mut connection = pin!(builder.serve_connection(TokioIo::new(Box::pin(stream)), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if ended.is_err_and(|error| is_slow(&error)) {
        metrics::counter!(metric::CONNECTIONS_REFUSED, "reason" => "slow").increment(1);
    }
}

fn is_of_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Whether the head of a request did not come in time, or a part of an answer was not taken in time.
fn is_slow(error: &hyper::Error) -> bool {
    let cause = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    error.is_timeout() || cause.is_some_and(|cause| cause.kind() == io::ErrorKind::TimedOut)
}

/// Tells one connection too many so, as far as it can be told without waiting. What it asks is not looked at, but read
/// for a moment: closing a connection with bytes that nobody has read would take the answer away from its reader.
fn refuse(mut stream: TcpStream, problem: &Problem, reason: &'static str, lingering: &Arc<Semaphore>) {
    metrics::counter!(metric::CONNECTIONS_REFUSED, "reason" => reason).increment(1);
    let body = serde_json::to_string(&problem.details("")).unwrap_or_default();
    let mut head =
        format!("HTTP/1.1 {}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n", problem.status());
    if let Some((name, value)) = problem.header() {
        let _ = write!(head, "{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    let _ = stream.try_write(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes());
    let Ok(place) = Arc::clone(lingering).try_acquire_owned() else { return };
    tokio::spawn(async move {
        let _place = place;
        let drain = async {
            stream.shutdown().await?;
            let mut thrown_away = [0; 1_024];
            for _ in 0..LINGER_READS {
                if stream.read(&mut thrown_away).await? == 0 {
                    break;
                }
            }
            io::Result::Ok(())
        };
        let _ = tokio::time::timeout(LINGER, drain).await;
    });
}
