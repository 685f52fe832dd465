//! The middleware that every request passes.
//!
//! From outside in: a span with method and route (the pattern, never the path: it may hold a token), security
//! headers, compression, problems written out, panics and time-outs turned into problems, numbers. Called by
//! [`super::router`].

use std::any::Any;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;
use tracing::{Level, Span};

use super::app::Edge;
use super::client_address;
use super::pages::refused;
use super::people::language_of;
use super::problem::{PROBLEM_JSON, Problem};
use super::routes::UPLOADS;
use super::words::Words;
use crate::telemetry::metric;

/// Puts the layers around `router`.
pub fn add_layers(router: Router, edge: &Edge) -> Router {
    let layers = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http().make_span_with(make_span).on_failure(()))
        .layer(from_fn_with_state(edge.proxies.clone(), client_address::note))
        .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .option_layer(edge.secure.then(|| always(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000")))
        .layer(always(header::REFERRER_POLICY, "same-origin"))
        .layer(CompressionLayer::new().compress_when(worth_compressing()))
        .layer(from_fn(write_problems))
        .layer(from_fn(count))
        .layer(from_fn_with_state((edge.request_timeout, edge.upload_timeout), limit_time))
        .layer(CatchPanicLayer::custom(log_panic))
        .layer(DefaultBodyLimit::max(edge.body_limit));
    router.layer(layers)
}

/// What is packed already is not packed again; and a part of a file must stay the part that was asked for.
fn worth_compressing() -> impl Predicate {
    let packed = NotForContentType::const_new("video/").and(NotForContentType::const_new("application/pdf"));
    DefaultPredicate::new().and(packed)
}

/// Ends what takes too long; whoever sends a file may take longer.
async fn limit_time(
    State((request_timeout, upload_timeout)): State<(Duration, Duration)>,
    request: Request,
    next: Next,
) -> Response {
    let uploads = request.method() == Method::POST && UPLOADS.contains(&route_of(&request));
    let longest = if uploads { upload_timeout } else { request_timeout };
    match tokio::time::timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

fn make_span(request: &Request) -> Span {
    tracing::span!(Level::INFO, "request", http.method = %request.method(), http.route = route_of(request))
}

/// The pattern of the route; what fits none is one name, so that numbers stay bounded.
fn route_of(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str)
}

/// The method; what HTTP does not define is one name, so that numbers stay bounded.
fn method_of(request: &Request) -> &'static str {
    match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

async fn count(request: Request, next: Next) -> Response {
    let method = method_of(&request);
    let route = route_of(&request).to_owned();
    let begun = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_str().to_owned();
    metrics::histogram!(metric::HTTP_REQUEST_TIME, "method" => method, "route" => route.clone())
        .record(begun.elapsed().as_secs_f64());
    metrics::counter!(metric::HTTP_REQUESTS, "method" => method, "route" => route, "status" => status).increment(1);
    response
}

/// Writes every refusal out as a problem, also those that have no words of their own yet; for people as a page.
pub async fn write_problems(request: Request, next: Next) -> Response {
    let instance = request.uri().path().to_owned();
    let words = words_for(&request);
    let response = next.run(request).await;
    if !response.status().is_client_error() && !response.status().is_server_error() {
        return response;
    }
    let problem = response.extensions().get::<Problem>().cloned();
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.starts_with("text/html")));
    let problem = match problem {
        Some(problem) => problem,
        None if is_page => return response,
        None => Problem::of_status(response.status()),
    };
    match words {
        Some(words) => refused::away(words, &problem),
        None => write(&problem, &instance, response),
    }
}

/// The words for somebody who looks with a browser at what is not the API; none for a program.
fn words_for(request: &Request) -> Option<Words> {
    let path = request.uri().path();
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let for_people = accepts.contains("text/html") && !path.starts_with("/api/") && !path.starts_with("/line/");
    let cookies = CookieJar::from_headers(request.headers());
    for_people.then(|| Words::in_language(language_of(&cookies).unwrap_or_default()))
}

/// The problem in place of the body; headers that the answer had, such as `Allow`, stay.
fn write(problem: &Problem, instance: &str, response: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    let body = serde_json::to_vec(&problem.details(instance)).unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    parts.headers.extend(problem.header());
    Response::from_parts(parts, Body::from(Bytes::from(body)))
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
fn log_panic(panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic.message = message.unwrap_or("of no text"), "a handler panicked");
    Problem::internal().into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{CallerLimits, TrustedProxies};
    use axum::routing::get;
    use std::time::Duration;
    use tower::ServiceExt as _;

    async fn ask(method: &str, path: &str) -> (StatusCode, serde_json::Value, axum::http::HeaderMap) {
        let edge = Edge {
            body_limit: 10,
            request_timeout: Duration::from_millis(20),
            upload_timeout: Duration::from_millis(20),
            status_cache: Duration::from_millis(1),
            private_metrics: false,
            secure: false,
            proxies: TrustedProxies::default(),
            limits: CallerLimits::default(),
        };
        let router = Router::new()
            .route("/there", get(|| async { "here" }))
            .route("/panics", get(|| async { panic!("of a secret") as &'static str }))
            .route("/hangs", get(std::future::pending::<()>));
        let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("plain");
        let response = add_layers(router, &edge).oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 10_000).await.expect("short");
        (parts.status, serde_json::from_slice(&bytes).unwrap_or_default(), parts.headers)
    }

    #[tokio::test]
    async fn whatever_goes_wrong_is_told_as_a_problem() {
        for (method, path, status) in
            [("GET", "/nowhere", 404), ("POST", "/there", 405), ("GET", "/panics", 500), ("GET", "/hangs", 503)]
        {
            let (given, problem, headers) = ask(method, path).await;
            assert_eq!(given, status, "{path}");
            assert_eq!(headers[header::CONTENT_TYPE], PROBLEM_JSON, "{path}");
            assert_eq!(problem["instance"], path);
            assert!(!problem.to_string().contains("secret"));
        }
    }

    #[tokio::test]
    async fn a_wrong_method_still_says_which_are_right() {
        let (_, _, headers) = ask("POST", "/there").await;
        assert!(headers.contains_key(header::ALLOW));
    }
}
