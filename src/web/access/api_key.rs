//! The middleware before every route of the API: finds the key, looks the route's act up in [`routes`] and refuses what the
//! role may not do (403). A handler takes [`Caller`] as an argument, and a route that was forgotten in the table has none:
//! it answers 401.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use moka::future::Cache;

use super::Caller;
use crate::domain::account::Permission;
use crate::domain::allowed_addresses::AllowedAddresses;
use crate::domain::api_key::ApiKeySecret;
use crate::domain::time::Timestamp;
use crate::store::api_keys::{find_key, touch_key};
use crate::web::app::App;
use crate::web::client_address::ClientAddress;
use crate::web::problem::Problem;
use crate::web::rates::{Kind, RateStanding};
use crate::web::routes;

/// Keys remembered at most.
const KEPT: u64 = 10_000;
/// How often at most it is noted that a key was used.
const USE_NOTED: Duration = Duration::from_mins(1);

/// So long before it ends a key's answers warn of it, and so do the pages and `doctor`.
pub const WARNED: Duration = Duration::from_hours(30 * 24);
/// Says when the key ends, on every answer in its last thirty days.
const KEY_EXPIRES: HeaderName = HeaderName::from_static("gcc-key-expires");

/// Lets a request through to a route of the API when its key may do what the route does, and does not ask too often.
///
/// # Errors
/// 401 without a working key, 403 where the role may not do it, 503 while the database is away.
pub async fn authorize(
    State(app): State<App>,
    path: MatchedPath,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let Some(route) = routes::find(request.method(), path.as_str()) else {
        // another method than the route has: the router says so itself
        return Ok(next.run(request).await);
    };
    let Some(act) = route.act() else { return Ok(next.run(request).await) };
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = header.and_then(ApiKeySecret::parse).ok_or_else(Problem::unauthorized)?;
    let from = request.extensions().get::<ClientAddress>().copied().unwrap_or_default();
    let (sha256, kind) = (key.1, Kind::of(request.method(), route.path, request.uri().query()));
    // a key that is known is counted before the database is asked, any other once it is known
    let mut standing = app.rates.count_known(&sha256, kind).await;
    if let Some(refusal) = standing.and_then(|standing| standing.refusal()) {
        return Ok(with_rate_headers(refusal.into_response(), standing));
    }
    let known = if request.method().is_safe() {
        app.callers.find(&app, key, from).await?
    } else {
        identify(&app, key, from).await?
    };
    if standing.is_none() {
        standing = app.rates.count(&sha256, kind).await;
    }
    if let Some(refusal) = standing.and_then(|standing| standing.refusal()) {
        return Ok(with_rate_headers(refusal.into_response(), standing));
    }
    // also of who is remembered: a key ends on the second, and works from its own addresses only
    let allowed = known.check_use(app.now(), from).and_then(|()| known.check_role(act));
    if let Err(problem) = allowed {
        return Ok(with_rate_headers(problem.into_response(), standing));
    }
    let Known { caller, expires_at, .. } = known;
    request.extensions_mut().insert(caller);
    let mut answer = with_rate_headers(next.run(request).await, standing);
    if let Some(end) = expires_at.filter(|end| *end <= app.now() + WARNED)
        && let Ok(end) = HeaderValue::try_from(end.to_string())
    {
        answer.headers_mut().insert(KEY_EXPIRES, end);
    }
    Ok(answer)
}

/// The answer, with where the key stands in its headers.
fn with_rate_headers(mut answer: Response, standing: Option<RateStanding>) -> Response {
    if let Some(standing) = standing {
        standing.write_headers(answer.headers_mut());
    }
    answer
}

/// A key that was looked up, and when and from where it works.
#[derive(Clone, Debug)]
struct Known {
    caller: Caller,
    expires_at: Option<Timestamp>,
    /// None where what is kept cannot be read: then it works from nowhere.
    allowed: Option<AllowedAddresses>,
}

impl Known {
    /// Whether it works at `now` for a client at `from`.
    fn check_use(&self, now: Timestamp, from: ClientAddress) -> Result<(), Problem> {
        if let Some(end) = self.expires_at.filter(|end| *end <= now) {
            let detail = format!("This API key ended at {end}. Ask for a new one.");
            return Err(Problem::new(StatusCode::UNAUTHORIZED, "key-ended", "The API key has ended", detail));
        }
        if !self.allowed.as_ref().is_some_and(|allowed| allowed.contains(from.ip())) {
            let detail = format!("This API key does not work from your address, {}.", from.ip());
            return Err(Problem::new(StatusCode::FORBIDDEN, "address-not-allowed", "Not from this address", detail));
        }
        Ok(())
    }

    fn check_role(&self, act: Permission) -> Result<(), Problem> {
        if self.caller.role.may(act) {
            return Ok(());
        }
        Err(Problem::forbidden(format!("A key of the role {} may not do this.", self.caller.role.as_str())))
    }
}

/// Who called a moment ago: agencies poll with the same key again and again. A key that is stopped elsewhere, or a scope
/// that is another, may be seen so much later where something is only read; whoever changes something is looked up anew.
#[derive(Clone, Debug)]
pub struct Callers {
    cache: Cache<(String, [u8; 32]), Known>,
}

impl Callers {
    /// An empty memory that grows no older than `age`.
    #[must_use]
    pub fn new(age: Duration) -> Self {
        Self { cache: Cache::builder().max_capacity(KEPT).time_to_live(age).build() }
    }

    async fn find(&self, app: &App, key: (String, [u8; 32]), from: ClientAddress) -> Result<Known, Problem> {
        let found = self.cache.try_get_with(key.clone(), identify(app, key, from)).await;
        found.map_err(|problem: Arc<Problem>| problem.as_ref().clone())
    }
}

async fn identify(app: &App, (prefix, sha256): (String, [u8; 32]), from: ClientAddress) -> Result<Known, Problem> {
    let mut db = app.db.acquire().await?;
    let key = find_key(&mut db, &prefix).await?.filter(|key| same_bytes(&key.key_sha256, &sha256));
    let key = key.ok_or_else(Problem::unauthorized)?;
    let now = app.now();
    let (id, last_used_at) = (key.id, key.last_used_at);
    let (expires_at, allowed) = (key.expires_at, AllowedAddresses::from_kept(&key.networks));
    let known = Known { caller: Caller::of_key(&mut db, key).await?, expires_at, allowed };
    if last_used_at.is_none_or(|last| last < now - USE_NOTED) && known.check_use(now, from).is_ok() {
        // when a key was last used is good to know; a key works without it
        if let Err(error) = touch_key(&mut db, id, now).await {
            tracing::warn!(%error, "cannot note that an API key was used");
        }
    }
    Ok(known)
}

/// Compares in a time that does not tell where the first difference is.
fn same_bytes(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_equal_hashes_are_the_same() {
        assert!(same_bytes(&[1, 2], &[1, 2]));
        assert!(!same_bytes(&[1, 2], &[1, 3]));
        assert!(!same_bytes(&[1, 2], &[1]));
    }
}
