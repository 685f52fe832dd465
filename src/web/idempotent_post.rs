//! Idempotent POST: the idempotency key, the transaction and the audit's actor in one place.
//!
//! Every POST of the API takes [`IdempotentPost`] and calls [`IdempotentPost::begin`]. That opens the one transaction in which the
//! work, its audit entry and the kept answer are written together, so that an answer is known if and only if its
//! effect is. With an `Idempotency-Key` the same call again gets the same answer, with `Idempotency-Replayed: true`,
//! for 24 hours, by key and address. Only successes are kept: a refusal changed nothing and may be tried again.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, OriginalUri, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::access::Caller;
use super::app::App;
use super::input::{read_bytes, read_json};
use super::problem::Problem;
use super::uploads::{announced, not_staged};
use crate::domain::actor::Actor;
use crate::domain::ids::ApiKeyId;
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::files::upload::Staged;
use crate::offices::OfficeRefusal;
use crate::relay::refusal::Refusal;
use crate::relay::tree_files::TreeRefusal;
use crate::store::idempotency::{StoredAnswer, find_answer, insert_answer, try_lock_key};
use crate::store::{Connection, DbError, StoreError, Tx};

const KEY_HEADER: &str = "idempotency-key";
const REPLAYED: &str = "idempotency-replayed";
const KEPT: Duration = Duration::from_hours(24);
/// Longer keys than this are refused, in characters.
const LONGEST_KEY: usize = 200;
/// Begins an answer that is kept sealed, because it holds a secret.
const SEALED: &str = "sealed:";

/// Why the work of a POST ends early.
#[derive(Debug)]
pub enum PostError {
    /// It is refused.
    Problem(Problem),
    /// It was done before; this was the answer.
    Answered(Box<Response>),
}

impl From<Problem> for PostError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<StoreError> for PostError {
    fn from(error: StoreError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<DbError> for PostError {
    fn from(error: DbError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<Refusal> for PostError {
    fn from(refusal: Refusal) -> Self {
        Self::Problem(refusal.into())
    }
}

impl From<TreeRefusal> for PostError {
    fn from(refusal: TreeRefusal) -> Self {
        Self::Problem(refusal.into())
    }
}

impl From<OfficeRefusal> for PostError {
    fn from(refusal: OfficeRefusal) -> Self {
        Self::Problem(refusal.into())
    }
}

impl IntoResponse for PostError {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Answered(response) => *response,
        }
    }
}

/// The answer to a POST.
pub type PostResult = Result<Response, PostError>;

/// A POST as it came, with its body read as `T`; no body counts as `{}`.
#[derive(Debug)]
pub struct IdempotentPost<T> {
    caller: Caller,
    path: String,
    answer_key: Option<AnswerKey>,
    body: T,
}

/// What a kept answer is found by.
#[derive(Debug)]
struct AnswerKey {
    key: String,
    route: String,
    body_sha256: Vec<u8>,
}

impl<T: DeserializeOwned> FromRequest<App> for IdempotentPost<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (post, headers) = IdempotentPost::<Bytes>::receive(request, app).await?;
        let body = read_json(&headers, &post.body)?;
        Ok(Self { caller: post.caller, path: post.path, answer_key: post.answer_key, body })
    }
}

/// A POST whose body is a picture, kept as it came.
#[derive(Debug)]
pub struct IdempotentUpload(IdempotentPost<Bytes>);

impl IdempotentUpload {
    /// The bytes.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// As [`IdempotentPost::begin`].
    ///
    /// # Errors
    /// As [`IdempotentPost::begin`].
    pub async fn begin(self, app: &App) -> Result<(Work, Bytes), PostError> {
        self.0.begin(app).await
    }
}

impl FromRequest<App> for IdempotentUpload {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (post, headers) = IdempotentPost::<Bytes>::receive(request, app).await?;
        let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if matches!(kind.as_str(), "image/jpeg" | "image/png") { Ok(Self(post)) } else { Err(Problem::not_an_image()) }
    }
}

/// A POST whose body is a file of any size that is taken: written down as it comes.
#[derive(Debug)]
pub struct IdempotentFileUpload(IdempotentPost<Staged>);

impl IdempotentFileUpload {
    /// Who makes it.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.0.caller
    }

    /// What came.
    #[must_use]
    pub fn body(&self) -> &Staged {
        &self.0.body
    }

    /// As [`IdempotentPost::begin`].
    ///
    /// # Errors
    /// As [`IdempotentPost::begin`].
    pub async fn begin(self, app: &App) -> Result<(Work, Staged), PostError> {
        self.0.begin(app).await
    }
}

impl FromRequest<App> for IdempotentFileUpload {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let (caller, path, key) = read_head(&mut parts, app).await?;
        let staged = app.files.stage(announced(&parts.headers), body.into_data_stream()).await;
        let staged = staged.map_err(|why| not_staged(&why))?;
        let answer_key = key.map(|key| AnswerKey::of(key, &path, staged.id.as_bytes().to_vec()));
        Ok(Self(IdempotentPost { caller, path, answer_key, body: staged }))
    }
}

/// A POST whose body is a CSV file.
#[derive(Debug)]
pub struct IdempotentFile(IdempotentPost<Bytes>);

impl IdempotentFile {
    /// As [`IdempotentPost::begin`].
    ///
    /// # Errors
    /// As [`IdempotentPost::begin`].
    pub async fn begin(self, app: &App) -> Result<(Work, Bytes), PostError> {
        self.0.begin(app).await
    }
}

impl FromRequest<App> for IdempotentFile {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (post, headers) = IdempotentPost::<Bytes>::receive(request, app).await?;
        let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind == "text/csv" { Ok(Self(post)) } else { Err(Problem::not_csv()) }
    }
}

impl IdempotentPost<Bytes> {
    /// Reads the request: who makes it, its key, its body.
    async fn receive(request: Request, app: &App) -> Result<(Self, HeaderMap), Problem> {
        let (mut parts, body) = request.into_parts();
        let (caller, path, key) = read_head(&mut parts, app).await?;
        let headers = parts.headers.clone();
        let body = read_bytes(Bytes::from_request(Request::from_parts(parts, body), app).await)?;
        let answer_key = key.map(|key| AnswerKey::of(key, &path, Sha256::digest(&body).to_vec()));
        Ok((Self { caller, path, answer_key, body }, headers))
    }
}

/// Who makes a request, its path, and the key under which its answer is kept.
async fn read_head(parts: &mut Parts, app: &App) -> Result<(Caller, String, Option<String>), Problem> {
    let caller = Caller::from_request_parts(parts, app).await?;
    let OriginalUri(uri) = OriginalUri::from_request_parts(parts, app).await.unwrap_or_else(|never| match never {});
    Ok((caller, uri.path().to_owned(), read_key(&parts.headers)?))
}

impl AnswerKey {
    fn of(key: String, path: &str, body_sha256: Vec<u8>) -> Self {
        Self { key, route: format!("POST {path}"), body_sha256 }
    }
}

fn read_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(KEY_HEADER) else { return Ok(None) };
    let visible =
        |key: &&str| (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    match value.to_str().ok().filter(visible) {
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(Problem::bad_request(format!(
            "The Idempotency-Key must be 1 to {LONGEST_KEY} visible ASCII characters."
        ))),
    }
}

impl<T> IdempotentPost<T> {
    /// Who makes it.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What it says, for what is done before the transaction begins.
    #[must_use]
    pub fn body(&self) -> &T {
        &self.body
    }

    /// Opens the transaction of the work, unless it was done before.
    ///
    /// # Errors
    /// The answer given before; 409 while the same call is being answered; 422 where the key came with another body.
    pub async fn begin(self, app: &App) -> Result<(Work, T), PostError> {
        let mut work = Work {
            tx: app.begin().await?,
            now: app.now(),
            caller: self.caller,
            app: app.clone(),
            path: self.path,
            answer_key: self.answer_key,
        };
        match work.find_answer().await? {
            Some(answer) => Err(PostError::Answered(Box::new(answer))),
            None => Ok((work, self.body)),
        }
    }
}

/// The work of a POST: its transaction, its time and who does it. Dropping it undoes everything.
#[derive(Debug)]
pub struct Work {
    tx: Tx,
    /// The time of the act.
    pub now: Timestamp,
    /// Who acts.
    pub caller: Caller,
    app: App,
    path: String,
    answer_key: Option<AnswerKey>,
}

impl Work {
    /// The connection, inside the transaction.
    pub fn db(&mut self) -> &mut Connection {
        &mut self.tx
    }

    /// Who acts, as the audit names it.
    #[must_use]
    pub fn by(&self) -> Actor {
        self.caller.actor()
    }

    /// What a command is told of who acts.
    #[must_use]
    pub fn right(&self) -> Right {
        self.caller.right()
    }

    /// Commits the work and answers `body`.
    ///
    /// # Errors
    /// When the database fails; nothing is done then.
    pub async fn answer<B: Serialize>(self, status: StatusCode, body: &B) -> PostResult {
        let text = write(body)?;
        self.commit(status, text, false).await
    }

    /// As [`Work::answer`], for a body that holds a secret: what is kept of it is sealed.
    ///
    /// # Errors
    /// When the database fails; nothing is done then.
    pub async fn answer_secret<B: Serialize>(self, status: StatusCode, body: &B) -> PostResult {
        let text = write(body)?;
        self.commit(status, text, true).await
    }

    async fn commit(mut self, status: StatusCode, text: String, secret: bool) -> PostResult {
        if let Some(answer_key) = &self.answer_key {
            let response = if secret { self.seal(&text)? } else { text.clone() };
            let kept = i16::try_from(status.as_u16()).unwrap_or_default();
            let answer = StoredAnswer { body_sha256: answer_key.body_sha256.clone(), status: kept, response };
            insert_answer(
                &mut self.tx,
                ApiKeyId(self.caller.uuid()),
                &answer_key.route,
                &answer_key.key,
                &answer,
                self.now,
            )
            .await?;
        }
        self.tx.commit().await?;
        self.app.snapshots.forget();
        Ok(respond(status, text, &self.path))
    }

    /// The answer given before under the same key, if any.
    async fn find_answer(&mut self) -> Result<Option<Response>, Problem> {
        let Some(answer_key) = &self.answer_key else { return Ok(None) };
        let caller = ApiKeyId(self.caller.uuid());
        if !try_lock_key(&mut self.tx, caller, &answer_key.route, &answer_key.key).await? {
            let detail = "The same call is being answered at this moment.";
            return Err(Problem::conflict("idempotency-key-in-use", detail));
        }
        let kept = find_answer(&mut self.tx, caller, &answer_key.route, &answer_key.key, self.now - KEPT).await?;
        let Some(answer) = kept else { return Ok(None) };
        if answer.body_sha256 != answer_key.body_sha256 {
            let detail = "This Idempotency-Key was used for another body at this address.";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", "Key reused", detail));
        }
        let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let mut response = respond(status.unwrap_or_default(), self.unseal(answer.response)?, &self.path);
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        Ok(Some(response))
    }

    fn seal(&self, text: &str) -> Result<String, Problem> {
        let sealed = self.app.sealing.seal(&self.path, text.as_bytes()).map_err(|error| defect(&error))?;
        Ok(format!("{SEALED}{}", hex::encode(sealed)))
    }

    fn unseal(&self, kept: String) -> Result<String, Problem> {
        let Some(sealed) = kept.strip_prefix(SEALED) else { return Ok(kept) };
        let sealed = hex::decode(sealed).map_err(|error| defect(&error))?;
        let text = self.app.sealing.open_text(&self.path, &sealed).map_err(|error| defect(&error))?;
        Ok(text.expose_secret().to_owned())
    }
}

fn defect(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!(error, "an answer could not be sealed or opened");
    Problem::internal()
}

fn write<B: Serialize>(body: &B) -> Result<String, Problem> {
    serde_json::to_string(body).map_err(|error| defect(&error))
}

/// The answer, first or again; something made has its own address below that of the POST.
fn respond(status: StatusCode, text: String, path: &str) -> Response {
    #[derive(serde::Deserialize)]
    struct Made {
        id: uuid::Uuid,
    }
    let made = if status == StatusCode::CREATED { serde_json::from_str::<Made>(&text).ok() } else { None };
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let mut response = (status, json, text).into_response();
    if let Some(location) = made.and_then(|made| HeaderValue::try_from(format!("{path}/{}", made.id)).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
