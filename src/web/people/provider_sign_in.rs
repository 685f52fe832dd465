//! Sign-in at a provider of OpenID Connect, as a browser goes there and comes back.
//!
//! A browser is sent away for a [`Purpose`], and what is needed when it comes back waits for its session alone, once and
//! for [`LASTS`]. A page leads there and not a redirect, as our pages' policy lets no form lead to another site.

use std::time::Duration;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tower_sessions::Session;
use uuid::Uuid;

use super::attempts::Attempt;
use super::begin_session;
use super::sign_in_request::SignInRequest;
use crate::domain::actor::Actor;
use crate::domain::time::Timestamp;
use crate::oidc::{PendingSignIn, Provider, ProviderError, ProviderIdentity};
use crate::store::audit::insert_entry;
use crate::store::sign_in_waits::{SignInStep, put_wait, take_wait};
use crate::store::{Connection, StoreError};
use crate::web::ClientAddress;
use crate::web::app::App;
use crate::web::pages::HtmlPage;
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::words::{Language, Words};

/// The path at which a browser comes back from the provider.
pub const COMES_BACK: &str = "/sign-in/provider/return";
/// How long a browser may stay at the provider.
const LASTS: Duration = Duration::from_mins(10);
/// The longest form, in bytes, that waits meanwhile; a longer one has to be sent by somebody who signs in here.
const LONGEST_PENDING_FORM: usize = 60_000;

/// Sign-in at a provider, as the configuration has it.
#[derive(Debug)]
pub struct ProviderSignIn {
    /// The provider.
    pub provider: Provider,
    /// What the button says in Thai.
    pub label_th: String,
    /// What the button says in English.
    pub label_en: String,
    /// Whether the provider's sign-in counts as the second step too.
    pub counts_as_second: bool,
}

impl ProviderSignIn {
    /// What the button says.
    #[must_use]
    pub fn label(&self, t: Words) -> &str {
        match t.language {
            Language::Thai => &self.label_th,
            Language::English => &self.label_en,
        }
    }
}

/// What a browser is sent to the provider for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Signing in.
    SignIn(SignInRequest),
    /// Accepting an invitation.
    Accept {
        /// The hash of the link's token, in hex.
        link: String,
        /// Whether the device is to be remembered.
        remembered: bool,
    },
    /// Binding oneself to the own account.
    Bind {
        /// The account that was signed in.
        account: Uuid,
    },
}

/// What waits for the browser to come back.
#[derive(Serialize, Deserialize)]
struct Away {
    waiting: PendingSignIn,
    purpose: Purpose,
}

/// Why a browser is not sent away, to be shown by the form that asked.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The status of the answer.
    pub status: StatusCode,
    /// The sentence.
    pub fault: String,
}

#[derive(Template)]
#[template(path = "people/leaving.html")]
struct Leaving {
    to: String,
}

/// The provider, or that there is no such page where it is off.
///
/// # Errors
/// 404.
pub fn get_provider(app: &App) -> Result<&ProviderSignIn, Problem> {
    app.people.provider.as_ref().ok_or_else(|| Problem::absent("page"))
}

/// Sends the browser of `session` to the provider.
///
/// # Errors
/// 404 where sign-in at a provider is off; while the database is away.
pub async fn redirect_to_provider(
    app: &App,
    session: &Session,
    t: Words,
    from: ClientAddress,
    purpose: Purpose,
) -> Result<Result<Response, Refusal>, Problem> {
    let provider = &get_provider(app)?.provider;
    let refuse = |status, key| Ok(Err(Refusal { status, fault: t.say(key) }));
    if matches!(&purpose, Purpose::SignIn(SignInRequest { pending_form: Some(form), .. }) if form.len() > LONGEST_PENDING_FORM)
    {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "provider-form-too-long");
    }
    if !Attempt::begin_at_provider(app, from).await? {
        return refuse(StatusCode::TOO_MANY_REQUESTS, "sign-in-too-often");
    }
    let (to, waiting) = match provider.begin().await {
        Ok(begun) => begun,
        Err(error) => {
            let Refusal { status, fault } = explain(t, &error);
            return Ok(Err(Refusal { status, fault }));
        }
    };
    let sha256 = begin_session(session).await.map_err(|_| Problem::unavailable())?;
    let away = serde_json::to_vec(&Away { waiting, purpose }).map_err(|_| Problem::internal())?;
    let mut db = app.db.acquire().await?;
    put_wait(&mut db, &sha256, SignInStep::Provider, &away, app.now() + LASTS).await?;
    let page = Leaving { to: to.into() };
    Ok(Ok(HtmlPage::within(Shell::outside(t, "/sign-in"), page).into_response()))
}

/// What waited for the browser of `session`; none where nothing did, or too long.
///
/// # Errors
/// While the database is away.
pub async fn take_pending(app: &App, sha256: &[u8; 32]) -> Result<Option<(PendingSignIn, Purpose)>, Problem> {
    let mut db = app.db.acquire().await?;
    let taken = take_wait(&mut db, sha256, SignInStep::Provider, app.now()).await?;
    let away: Option<Away> = taken.and_then(|taken| serde_json::from_slice(&taken).ok());
    Ok(away.map(|away| (away.waiting, away.purpose)))
}

/// What a person is known by: nobody who reads the database learns who it is.
#[must_use]
pub fn hash_person(app: &App, person: &ProviderIdentity) -> [u8; 32] {
    app.person.person_hash(&person.key())
}

/// A failure at the provider in a sentence; its details go to the log.
#[must_use]
pub fn explain(t: Words, error: &ProviderError) -> Refusal {
    let (status, key) = match error {
        ProviderError::Away(_) => (StatusCode::SERVICE_UNAVAILABLE, "provider-away"),
        ProviderError::Declined => (StatusCode::UNPROCESSABLE_ENTITY, "provider-declined"),
        ProviderError::NotOurs(_) => (StatusCode::UNPROCESSABLE_ENTITY, "provider-late"),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, "provider-refused"),
    };
    tracing::warn!(error = error as &dyn std::error::Error, "a sign-in at the provider failed");
    Refusal { status, fault: t.say(key) }
}

/// Notes in the audit that the persons of `issuers` are no longer bound to the account `of`.
pub async fn note_unbound(
    db: &mut Connection,
    now: Timestamp,
    by: &Actor,
    of: &str,
    issuers: Vec<String>,
) -> Result<(), StoreError> {
    for issuer in issuers {
        insert_entry(db, now, by, "identity_unbind", of, &json!({ "issuer": issuer })).await?;
    }
    Ok(())
}
