//! Who calls the API, what they may do, and where. For pages [`super::people`] does the same.
//!
//! [`authorize`] stands before every route of the API: it finds the key, looks the route's act up in
//! [`super::routes`] and refuses what the role may not do (403). Where the key may act, its [`Scope`], is part of
//! every query that a handler makes; what lies outside is answered like what does not exist (404). A handler takes
//! [`Caller`] as an argument, and a route that was forgotten in the table has none: it answers 401.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use moka::future::Cache;
use uuid::Uuid;

use super::app::App;
use super::client_address::ClientAddress;
use super::problem::Problem;
use super::rates::{Kind, RateStanding};
use super::routes;
use crate::domain::account::{Permission, Role};
use crate::domain::actor::Actor;
use crate::domain::allowed_addresses::AllowedAddresses;
use crate::domain::api_key::ApiKeySecret;
use crate::domain::ids::{AccountId, ApiKeyId, OfficeId};
use crate::domain::time::Timestamp;
use crate::store::api_keys::{ApiKey, find_key, touch_key};
use crate::store::groups::list_ids_of_office;
use crate::store::{Connection, StoreError};

/// Keys remembered at most.
const KEPT: u64 = 10_000;
/// How often at most it is noted that a key was used.
const USE_NOTED: Duration = Duration::from_mins(1);

/// So long before it ends a key's answers warn of it, and so do the pages and `doctor`.
pub const WARNED: Duration = Duration::from_hours(30 * 24);
/// Says when the key ends, on every answer in its last thirty days.
const KEY_EXPIRES: HeaderName = HeaderName::from_static("gcc-key-expires");

/// The part of the tree that a key or person sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of it.
    Whole,
    /// The groups of its office, given here by number, and everything below them.
    Under(Vec<i32>),
}

impl Scope {
    /// The groups at or below which the key sees; none = no bounds.
    #[must_use]
    pub fn groups(&self) -> Option<&[i32]> {
        match self {
            Self::Whole => None,
            Self::Under(groups) => Some(groups),
        }
    }

    /// The same to put into a filter.
    #[must_use]
    pub fn to_filter(&self) -> Option<Vec<i32>> {
        self.groups().map(<[i32]>::to_vec)
    }

    /// Whether a group with this path from the root is seen.
    #[must_use]
    pub fn covers(&self, path: &[i32]) -> bool {
        self.groups().is_none_or(|groups| path.iter().any(|id| groups.contains(id)))
    }
}

/// Who makes a request: a machine by its key, or a person signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerId {
    /// A key of the API.
    Key(ApiKeyId),
    /// A person's account.
    Account(AccountId),
}

/// The key or person that makes the request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Which.
    pub id: CallerId,
    /// The key's name, or the account's.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Its office; none = the whole tree.
    pub office: Option<OfficeId>,
    /// The code of its office.
    pub office_code: Option<String>,
    /// Where.
    pub scope: Scope,
}

impl Caller {
    /// How the audit names it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self.id {
            CallerId::Key(_) => Actor::key(&self.name),
            CallerId::Account(_) => Actor::user(&self.name),
        }
    }

    /// Its id, whichever it is.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        match self.id {
            CallerId::Key(id) => id.0,
            CallerId::Account(id) => id.0,
        }
    }

    /// Whether a bulletin that starts at a group of this office is its own: a steward's are those of its own office, not
    /// what is below.
    #[must_use]
    pub fn originates_at(&self, office: OfficeId) -> bool {
        self.role != Role::Steward || self.office == Some(office)
    }

    /// Whether only drafts that start at a group of its own office are shown to it.
    #[must_use]
    pub fn sees_own_drafts(&self) -> bool {
        self.role == Role::Steward
    }

    /// Whether drafts of its part of the tree are shown to it: they are for those who work on them.
    #[must_use]
    pub fn sees_drafts(&self) -> bool {
        !matches!(self.role, Role::Agency | Role::Steward)
    }

    async fn of(db: &mut Connection, key: ApiKey) -> Result<Self, StoreError> {
        let scope = find_scope(db, key.role, key.office_id).await?;
        let (id, name, role) = (CallerId::Key(key.id), key.name, key.role);
        Ok(Self { id, name, role, office: key.office_id, office_code: key.office, scope })
    }
}

/// Where a role holds that is bound to `office`, or to none.
pub async fn find_scope(db: &mut Connection, role: Role, office: Option<OfficeId>) -> Result<Scope, StoreError> {
    Ok(match office {
        Some(office) => Scope::Under(list_ids_of_office(db, office).await?),
        None if role.needs_office() => Scope::Under(Vec::new()),
        None => Scope::Whole,
    })
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthorized)
    }
}

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
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let key = find_key(&mut db, &prefix).await?.filter(|key| same_bytes(&key.key_sha256, &sha256));
    let key = key.ok_or_else(Problem::unauthorized)?;
    let now = app.now();
    let (id, last_used_at) = (key.id, key.last_used_at);
    let (expires_at, allowed) = (key.expires_at, AllowedAddresses::from_kept(&key.networks));
    let known = Known { caller: Caller::of(&mut db, key).await?, expires_at, allowed };
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
    fn a_scope_covers_its_groups_and_what_is_below() {
        let lamphun = Scope::Under(vec![7]);
        assert!(lamphun.covers(&[1, 7]));
        assert!(lamphun.covers(&[1, 7, 30, 31]));
        assert!(!lamphun.covers(&[1]));
        assert!(!lamphun.covers(&[1, 8, 77]));
        assert!(Scope::Whole.covers(&[1]));
        assert!(!Scope::Under(Vec::new()).covers(&[1]), "an office without groups sees nothing");
    }

    #[test]
    fn only_equal_hashes_are_the_same() {
        assert!(same_bytes(&[1, 2], &[1, 2]));
        assert!(!same_bytes(&[1, 2], &[1, 3]));
        assert!(!same_bytes(&[1, 2], &[1]));
    }
}
