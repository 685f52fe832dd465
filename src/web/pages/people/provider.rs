//! Signing in at the provider: the way there, and the way back with whatever it was for.
//!
//! Nothing is made for a person who is bound to no account. What came back is taken only by the session that was sent
//! away, once: the address with code and state is worth nothing in another browser, and nothing the second time.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde_json::json;
use tower_sessions::Session;
use uuid::Uuid;

use super::code::PendingSignIn;
use super::sign_in::{continue_sign_in, finish, refuse_other};
use super::welcome::used_up;
use crate::accounts::line_binding::unbind_for_new_holder;
use crate::domain::actor::Actor;
use crate::domain::ids::AccountId;
use crate::oidc::{CallbackQuery, ProviderIdentity};
use crate::store::Tx;
use crate::store::account_identities::{Taken, bind_identity, find_by_person, unbind_identities};
use crate::store::account_links::{find_link, use_link};
use crate::store::accounts::{Account, clear_password, find_account_by_id};
use crate::store::audit::insert_entry;
use crate::store::known_devices::forget_others;
use crate::store::login_sessions::delete_others;
use crate::web::ClientAddress;
use crate::web::app::App;
use crate::web::pages::refused;
use crate::web::people::attempts::Attempt;
use crate::web::people::passkeys::remove_all;
use crate::web::people::provider_sign_in::{
    Purpose, Refusal, explain, get_provider, hash_person, note_unbound, redirect_to_provider, take_pending,
};
use crate::web::people::sign_in_request::{SignInRequest, WithoutName};
use crate::web::people::{SignInMethod, SignedIn, language_of, session_sha256};
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::words::Words;

/// Leads to the provider.
pub async fn begin(
    State(app): State<App>,
    session: Session,
    cookies: CookieJar,
    from: ClientAddress,
    Form(typed): Form<WithoutName>,
) -> Result<Response, Problem> {
    let t = Words::in_language(language_of(&cookies).unwrap_or_default());
    let asked = SignInRequest::from(typed);
    let purpose = Purpose::SignIn(asked.clone());
    Ok(match redirect_to_provider(&app, &session, t, from, purpose).await? {
        Ok(leaving) => leaving,
        Err(Refusal { status, fault }) => {
            refuse_other(&app, t, status, PendingSignIn::by(SignInMethod::Provider, asked), fault)
        }
    })
}

/// Who came back, and what everybody needs who is let in.
struct ProviderAnswer {
    app: App,
    session: Session,
    headers: HeaderMap,
    from: ClientAddress,
    t: Words,
}

/// Takes what the browser brings back from the provider.
pub async fn handle_callback(
    State(app): State<App>,
    session: Session,
    cookies: CookieJar,
    headers: HeaderMap,
    from: ClientAddress,
    Query(returned): Query<CallbackQuery>,
) -> Result<Response, Problem> {
    let t = Words::in_language(language_of(&cookies).unwrap_or_default());
    let provider = &get_provider(&app)?.provider;
    let taken = match session_sha256(&session) {
        Some(sha256) => take_pending(&app, &sha256).await?,
        None => None,
    };
    let Some((waiting, purpose)) = taken else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(refuse_other(&app, t, status, PendingSignIn::default(), t.say("provider-late")));
    };
    let finished = provider.finish(waiting, returned, app.now()).await;
    let back = ProviderAnswer { app: app.clone(), session, headers, from, t };
    match (finished, purpose) {
        (Ok(person), Purpose::SignIn(asked)) => {
            back.sign_in(&person, PendingSignIn::by(SignInMethod::Provider, asked)).await
        }
        (Ok(person), Purpose::Accept { link, remembered }) => back.accept(&person, &link, remembered).await,
        (Ok(person), Purpose::Bind { account }) => back.bind(&person, account).await,
        (Err(error), Purpose::SignIn(asked)) => {
            let Refusal { status, fault } = explain(t, &error);
            Ok(refuse_other(&app, t, status, PendingSignIn::by(SignInMethod::Provider, asked), fault))
        }
        (Err(error), Purpose::Accept { .. } | Purpose::Bind { .. }) => {
            let Refusal { status, fault } = explain(t, &error);
            Ok(refused::explain_page(t, status, t.say("provider-not-bound"), fault))
        }
    }
}

impl ProviderAnswer {
    /// Signs in to the account to which the person is bound.
    async fn sign_in(self, person: &ProviderIdentity, asked: PendingSignIn) -> Result<Response, Problem> {
        let (app, t) = (&self.app, self.t);
        let mut tx = app.begin().await?;
        let found = match find_by_person(&mut tx, &hash_person(app, person), app.now()).await? {
            Some(id) => find_account_by_id(&mut tx, id).await?.filter(|account| account.is_active(app.now())),
            None => None,
        };
        let Some(account) = found else {
            drop(tx);
            metrics::counter!(crate::telemetry::metric::SIGN_INS, "outcome" => "refused").increment(1);
            return Ok(refuse_other(app, t, StatusCode::FORBIDDEN, asked, t.say("provider-unknown")));
        };
        tx.commit().await?;
        self.sign_in_account(account, asked).await
    }

    /// The second step, where the provider's sign-in does not count as one, and in.
    async fn sign_in_account(self, account: Account, asked: PendingSignIn) -> Result<Response, Problem> {
        Attempt::succeed_at_provider(&self.app, self.from).await?;
        if get_provider(&self.app)?.counts_as_second {
            return finish(&self.app, &self.session, self.t, &self.headers, &account, asked).await;
        }
        continue_sign_in(&self.app, &self.session, self.t, &self.headers, account, asked).await
    }

    /// Accepts an invitation: from now on the person, and nobody from before, signs in to the account.
    async fn accept(self, person: &ProviderIdentity, link: &str, remembered: bool) -> Result<Response, Problem> {
        let (app, t, now) = (&self.app, self.t, self.app.now());
        let sha256 = hex::decode(link).unwrap_or_default();
        let mut tx = app.begin().await?;
        let found = match find_link(&mut tx, &sha256, now).await? {
            Some(id) => find_account_by_id(&mut tx, id).await?.filter(|account| account.disabled_at.is_none()),
            None => None,
        };
        let Some(account) = found else { return Ok(used_up(t)) };
        if !use_link(&mut tx, &sha256, now).await? {
            return Ok(used_up(t));
        }
        let by = Actor::user(&account.username);
        let unbound = unbind_identities(&mut tx, account.id).await?;
        note_unbound(&mut tx, now, &by, &by.to_string(), unbound).await?;
        if let Err(taken) = bind(&mut tx, app, person, account.id, &by, "link").await? {
            return Ok(refuse_binding(t, taken));
        }
        unbind_for_new_holder(&mut tx, &by, account.id, now).await?;
        clear_password(&mut tx, account.id).await?;
        remove_all(&mut tx, now, &by, account.id, &by.to_string()).await?;
        delete_others(&mut tx, account.id, None).await?;
        forget_others(&mut tx, account.id, None).await?;
        tx.commit().await?;
        self.sign_in_account(
            account,
            PendingSignIn { way: SignInMethod::Provider, remembered, ..PendingSignIn::default() },
        )
        .await
    }

    /// Binds the person to the account that is signed in.
    async fn bind(self, person: &ProviderIdentity, account: Uuid) -> Result<Response, Problem> {
        let (app, t) = (&self.app, self.t);
        let signed_in = SignedIn::of(&self.session).await.map_err(|_| Problem::unavailable())?;
        let id = signed_in.map(|signed_in| signed_in.account()).filter(|id| id.0 == account);
        let mut tx = app.begin().await?;
        let found = match id {
            Some(id) => find_account_by_id(&mut tx, id).await?.filter(|account| account.is_active(app.now())),
            None => None,
        };
        let Some(account) = found else {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(refused::explain_page(t, status, t.say("provider-not-bound"), t.say("provider-late")));
        };
        let by = Actor::user(&account.username);
        if let Err(taken) = bind(&mut tx, app, person, account.id, &by, "self").await? {
            return Ok(refuse_binding(t, taken));
        }
        tx.commit().await?;
        Attempt::succeed_at_provider(app, self.from).await?;
        Ok(Redirect::to(&with_flash("/account", "said-provider-bound")).into_response())
    }
}

async fn bind(
    tx: &mut Tx,
    app: &App,
    person: &ProviderIdentity,
    account: AccountId,
    by: &Actor,
    how: &'static str,
) -> Result<Result<(), Taken>, Problem> {
    let bound = bind_identity(tx, account, &hash_person(app, person), &person.issuer, app.now()).await?;
    if bound.is_ok() {
        let detail = json!({ "by": how, "issuer": person.issuer });
        insert_entry(tx, app.now(), by, "identity_bind", &by.to_string(), &detail).await?;
    }
    Ok(bound)
}

fn refuse_binding(t: Words, taken: Taken) -> Response {
    let key = match taken {
        Taken::Person => "provider-taken",
        Taken::Account => "provider-has-one",
    };
    refused::explain_page(t, StatusCode::CONFLICT, t.say("provider-not-bound"), t.say(key))
}
