//! Idempotent forms: two clicks on a button are one act, and the second is shown the result of the first.
//!
//! Every page gives its forms a hidden token, new each time it is drawn (`shell::Shell::form_token`). A form that
//! makes something is taken as [`IdempotentForm`]: what it made is kept, sealed, in the transaction that made it, under session,
//! address and token. The same form again waits for the first and shows the same answer, on any node: also a key or a
//! link that is shown only once. A form of the same token with another content is another form (the page was still
//! open, and something else was typed). A refusal is not kept, as it made nothing.
//!
//! The same as the `Idempotency-Key` of the API (`web::idempotent_post`), and kept in the same table, but for a short time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, OriginalUri, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use tokio::time::{Instant, sleep};

use super::app::App;
use super::input::read_bytes;
use super::people::Visitor;
use super::problem::Problem;
use crate::domain::ids::ApiKeyId;
use crate::store::Tx;
use crate::store::idempotency::{FORM, StoredAnswer, find_answer, insert_answer, try_lock_key};

/// The name of the hidden field.
pub const FIELD: &str = "once";
/// How long the same form is shown what it made before.
pub const KEPT: Duration = Duration::from_mins(15);
/// How long a second click waits for the first.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(50);
/// A token is 128 bits in hex.
const TOKEN_LENGTH: usize = 32;

/// A new token for the forms of a page.
#[must_use]
pub fn new_token() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// A form as it came, with what tells it from others.
#[derive(Debug)]
pub struct IdempotentForm<F> {
    /// Does it once.
    pub form_key: FormKey,
    /// What was sent.
    pub form: F,
}

/// What a form is known by when it comes again.
#[derive(Clone, Debug)]
pub struct FormKey {
    account: ApiKeyId,
    route: String,
    /// None where the form bears no token: then nothing is kept of it.
    key: Option<String>,
    body_sha256: Vec<u8>,
}

/// How the work of a form begins.
#[derive(Debug)]
pub enum Begun<M> {
    /// For the first time, in this transaction.
    First(Tx),
    /// It was done before, and this was made.
    Again(M),
}

impl<F: FromRequest<App>> FromRequest<App> for IdempotentForm<F> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), app).await;
        let bytes = read_bytes(bytes).map_err(Problem::into_response)?;
        let form_key = FormKey::of(&parts, &bytes).map_err(Problem::into_response)?;
        let form = F::from_request(Request::from_parts(parts, Body::from(bytes)), app).await;
        Ok(Self { form_key, form: form.map_err(axum::response::IntoResponse::into_response)? })
    }
}

impl FormKey {
    fn of(parts: &Parts, body: &[u8]) -> Result<Self, Problem> {
        // a page that was forgotten in the table of routes has no visitor
        let visitor = parts.extensions.get::<Visitor>().ok_or_else(Problem::unauthorized)?;
        let path = parts.extensions.get::<OriginalUri>().map_or(parts.uri.path(), |uri| uri.0.path());
        let boundary = boundary_of(&parts.headers);
        let token = find_token(body, boundary.as_deref());
        let key = token.map(|token| format!("{}:{token}", hex::encode(&visitor.session_sha256[..16])));
        let body_sha256 = hash_without(body, boundary.as_deref());
        Ok(Self { account: ApiKeyId(visitor.caller.uuid()), route: format!("{FORM}{path}"), key, body_sha256 })
    }

    /// Opens the transaction of the work, unless this very form was done before.
    ///
    /// # Errors
    /// 409 where the first is still being worked on after a while; when the database fails.
    pub async fn begin<M: DeserializeOwned>(&self, app: &App) -> Result<Begun<M>, Problem> {
        let Some(key) = &self.key else { return Ok(Begun::First(app.begin().await?)) };
        let began = Instant::now();
        let mut tx = app.begin().await?;
        while !try_lock_key(&mut tx, self.account, &self.route, key).await? {
            if began.elapsed() > PATIENCE {
                let detail = "The same form is being worked on at this moment.";
                return Err(Problem::conflict("form-in-use", detail));
            }
            // who waits holds no connection, or many clicks would keep the first from ending
            drop(tx);
            sleep(LOOK).await;
            tx = app.begin().await?;
        }
        let kept = find_answer(&mut tx, self.account, &self.route, key, app.now() - KEPT).await?;
        match kept.filter(|kept| kept.body_sha256 == self.body_sha256) {
            Some(kept) => Ok(Begun::Again(self.open(app, &kept.response)?)),
            None => Ok(Begun::First(tx)),
        }
    }

    /// Keeps what was made, in the transaction that made it.
    ///
    /// # Errors
    /// When the database fails; nothing is done then.
    pub async fn keep<M: Serialize + Sync>(&self, tx: &mut Tx, app: &App, made: &M) -> Result<(), Problem> {
        let Some(key) = &self.key else { return Ok(()) };
        let text = serde_json::to_vec(made).map_err(|error| defect(&error))?;
        let sealed = app.sealing.seal(&self.route, &text).map_err(|error| defect(&error))?;
        let (body_sha256, response) = (self.body_sha256.clone(), hex::encode(sealed));
        let answer = StoredAnswer { body_sha256, status: 200, response };
        Ok(insert_answer(tx, self.account, &self.route, key, &answer, app.now()).await?)
    }

    /// Keeps what was made, and commits.
    ///
    /// # Errors
    /// When the database fails; nothing is done then.
    pub async fn finish<M: Serialize + Sync>(&self, mut tx: Tx, app: &App, made: &M) -> Result<(), Problem> {
        self.keep(&mut tx, app, made).await?;
        tx.commit().await?;
        app.snapshots.forget();
        Ok(())
    }

    /// Runs a command in its transaction, once, and leads on to the address that it gives; the same form again is led there, too.
    ///
    /// # Errors
    /// What `command` refuses, and then nothing is done; as [`begin`](Self::begin).
    pub async fn lead_on<C>(&self, app: &App, command: C) -> Result<Response, Problem>
    where
        C: AsyncFnOnce(&mut Tx) -> Result<String, Problem>,
    {
        let mut tx = match self.begin::<String>(app).await? {
            Begun::First(tx) => tx,
            Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
        };
        let to = command(&mut tx).await?;
        self.finish(tx, app, &to).await?;
        Ok(Redirect::to(&to).into_response())
    }

    fn open<M: DeserializeOwned>(&self, app: &App, kept: &str) -> Result<M, Problem> {
        let sealed = hex::decode(kept).map_err(|error| defect(&error))?;
        let text = app.sealing.open_text(&self.route, &sealed).map_err(|error| defect(&error))?;
        serde_json::from_str(text.expose_secret()).map_err(|error| defect(&error))
    }
}

fn defect(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!(error, "what a form made could not be kept or shown again");
    Problem::internal()
}

/// The boundary of a form with files: browsers make a new one for each click.
fn boundary_of(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let (_, boundary) = kind.strip_prefix("multipart/form-data")?.split_once("boundary=")?;
    Some(boundary.split(';').next().unwrap_or_default().trim_matches('"').to_owned()).filter(|text| !text.is_empty())
}

/// The token in a form of either kind.
fn find_token(body: &[u8], boundary: Option<&str>) -> Option<String> {
    let token = if boundary.is_some() {
        let head = format!("name=\"{FIELD}\"\r\n\r\n");
        let from = find(body, head.as_bytes())? + head.len();
        String::from_utf8(body.get(from..from + TOKEN_LENGTH)?.to_vec()).ok()?
    } else {
        url::form_urlencoded::parse(body).find(|(name, _)| name == FIELD)?.1.into_owned()
    };
    let plain = token.len() == TOKEN_LENGTH && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then_some(token)
}

/// The hash of a body, without what differs from one click to the next.
fn hash_without(body: &[u8], boundary: Option<&str>) -> Vec<u8> {
    let mut hash = Sha256::new();
    let mut rest = body;
    if let Some(boundary) = boundary {
        while let Some(at) = find(rest, boundary.as_bytes()) {
            hash.update(&rest[..at]);
            rest = &rest[at + boundary.len()..];
        }
    }
    hash.update(rest);
    hash.finalize().to_vec()
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn multipart(boundary: &str, token: &str, text: &str) -> Vec<u8> {
        let part = |name: &str, text: &str| {
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        format!("{}{}--{boundary}--\r\n", part("once", token), part("subject", text)).into_bytes()
    }

    #[test]
    fn a_token_is_found_in_forms_of_both_kinds() {
        let token = new_token();
        let plain = format!("name=x&once={token}");
        assert_eq!(find_token(plain.as_bytes(), None).as_deref(), Some(token.as_str()));
        assert_eq!(find_token(&multipart("b1", &token, "x"), Some("b1")).as_deref(), Some(token.as_str()));
        for odd in ["name=x", "once=", "once=abc", "once=zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"] {
            assert_eq!(find_token(odd.as_bytes(), None), None, "{odd}");
        }
    }

    #[test]
    fn two_clicks_on_a_form_with_files_are_the_same_form() {
        let (token, mut headers) = (new_token(), HeaderMap::new());
        let kind = "multipart/form-data; boundary=\"----WebKit1\"";
        headers.insert(header::CONTENT_TYPE, kind.parse().expect("a value"));
        assert_eq!(boundary_of(&headers).as_deref(), Some("----WebKit1"));
        let hash = |boundary: &str, text: &str| hash_without(&multipart(boundary, &token, text), Some(boundary));
        assert_eq!(hash("----WebKit1", "x"), hash("----WebKit2", "x"));
        assert_ne!(hash("----WebKit1", "x"), hash("----WebKit1", "y"));
    }
}
