//! LINE as far as a fan-out sees it, in a process of its own: takes pushes after a delay, knows retry keys, enforces
//! a rate by channel in a token bucket, and counts what came twice.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use gcc_relay::domain::time::Clock;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};

/// How the stub behaves from now on; what it counted is forgotten.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct StubBehaviour {
    /// How long a push takes.
    pub delay_ms: u64,
    /// Pushes a second that a channel may make; 0 = as many as it likes.
    pub rate: u32,
}

/// What the stub counted.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Counts {
    /// Pushes that were taken.
    pub accepted: u64,
    /// Of these, such whose very body had been taken before.
    pub duplicates: u64,
    /// Answers of 409: the retry key was known.
    pub known: u64,
    /// Answers of 429.
    pub too_many: u64,
    /// When the last one was taken, in milliseconds since the epoch.
    pub last_ms: u64,
}

#[derive(Default)]
struct Stub {
    delay_ms: AtomicU64,
    rate: AtomicU64,
    number: AtomicU64,
    log: Mutex<AcceptedLog>,
}

#[derive(Default)]
struct AcceptedLog {
    counts: Counts,
    keys: HashSet<String>,
    bodies: HashSet<u64>,
    buckets: HashMap<String, (f64, Instant)>,
}

/// Listens on a free port, prints its address alone on a line, and serves until killed.
pub async fn serve() -> Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let mut out = std::io::stdout();
    writeln!(out, "http://{}", listener.local_addr()?)?;
    out.flush()?;
    let stub = Arc::new(Stub::default());
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let stub = stub.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(stub.clone(), request));
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(stub: Arc<Stub>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(match head.uri.path() {
        "/v2/bot/message/push" => {
            let delay = stub.delay_ms.load(Ordering::Relaxed);
            if delay > 0 {
                tokio::time::sleep(Duration::from_millis(delay)).await;
            }
            let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            stub.push(header("authorization"), header("x-line-retry-key"), &body)
        }
        "/control" if head.method == hyper::Method::POST => {
            let behaviour: StubBehaviour = serde_json::from_slice(&body).unwrap_or_default();
            stub.delay_ms.store(behaviour.delay_ms, Ordering::Relaxed);
            stub.rate.store(u64::from(behaviour.rate), Ordering::Relaxed);
            *stub.log() = AcceptedLog::default();
            json(StatusCode::OK, "{}")
        }
        "/control" => json(StatusCode::OK, serde_json::to_string(&stub.log().counts).unwrap_or_default()),
        "/v2/bot/message/reply" => json(StatusCode::OK, "{}"),
        "/v2/bot/message/quota" => json(StatusCode::OK, r#"{"type":"none"}"#),
        "/v2/bot/message/quota/consumption" => json(StatusCode::OK, r#"{"totalUsage":0}"#),
        "/v2/bot/info" => json(
            StatusCode::OK,
            r#"{"userId":"U0","basicId":"@gcc","displayName":"GCC","chatMode":"bot","markAsReadMode":"auto"}"#,
        ),
        _ => json(StatusCode::NOT_FOUND, r#"{"message":"not found"}"#),
    })
}

impl Stub {
    fn log(&self) -> MutexGuard<'_, AcceptedLog> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, token: &str, key: &str, body: &Bytes) -> Response<Full<Bytes>> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let mut log = self.log();
        if log.keys.contains(key) {
            log.counts.known += 1;
            return json(StatusCode::CONFLICT, r#"{"message":"The retry key is already accepted"}"#);
        }
        let rate = self.rate.load(Ordering::Relaxed);
        if rate > 0 && !log.may(token, rate) {
            log.counts.too_many += 1;
            return json(
                StatusCode::TOO_MANY_REQUESTS,
                r#"{"message":"The API rate limit has been exceeded. Try again later."}"#,
            );
        }
        log.keys.insert(key.to_owned());
        log.counts.accepted += 1;
        log.counts.last_ms = now_ms();
        if !log.bodies.insert(hasher.finish()) {
            log.counts.duplicates += 1;
        }
        drop(log);
        let sent = format!(r#"{{"sentMessages":[{{"id":"{number}","quoteToken":"q{number}"}}]}}"#);
        let mut response = json(StatusCode::OK, sent);
        if let Ok(id) = format!("00000000-0000-4000-8000-{number:012x}").parse() {
            response.headers_mut().insert("x-line-request-id", id);
        }
        response
    }
}

impl AcceptedLog {
    /// One token of the channel's bucket, which holds a tenth of a second's worth.
    fn may(&mut self, token: &str, rate: u64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let rate = rate as f64;
        let now = Instant::now();
        let (tokens, at) = self.buckets.entry(token.to_owned()).or_insert((rate / 10.0, now));
        *tokens = (*tokens + now.duration_since(*at).as_secs_f64() * rate).min(rate / 10.0);
        *at = now;
        let may = *tokens >= 1.0;
        if may {
            *tokens -= 1.0;
        }
        may
    }
}

fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
    response
}

/// Milliseconds since the epoch.
pub fn now_ms() -> u64 {
    u64::try_from(Clock::system().now().as_millisecond()).unwrap_or(u64::MAX)
}
