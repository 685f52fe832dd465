//! Binds one's own account to an identity at the provider, and unbinds it.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use tower_sessions::Session;

use super::overview::render;
use super::{HERE, PasswordProof, doubt, own};
use crate::domain::ids::AccountId;
use crate::store::account_identities::{list_identities, unbind_identities};
use crate::store::{Connection, StoreError};
use crate::web::ClientAddress;
use crate::web::app::App;
use crate::web::pages::form_state::FormErrors;
use crate::web::people::Visitor;
use crate::web::people::provider_sign_in::{Purpose, Refusal, get_provider, note_unbound, redirect_to_provider};
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::format::moment;
use crate::web::words::Words;

/// What the page says of the provider.
pub(super) struct ProviderCard {
    pub(super) lines: Vec<ProviderRow>,
}

/// Somebody of a provider who is bound to the account.
pub(super) struct ProviderRow {
    pub(super) issuer: String,
    pub(super) used: String,
}

/// What to say; nothing where sign-in at a provider is off and nobody is left from when it was on.
pub(super) async fn find_card(
    db: &mut Connection,
    app: &App,
    t: Words,
    account: AccountId,
) -> Result<Option<ProviderCard>, StoreError> {
    let lines: Vec<ProviderRow> = list_identities(db, account)
        .await?
        .into_iter()
        .map(|identity| ProviderRow {
            issuer: identity.issuer,
            used: match identity.used_at {
                Some(at) => t.say_with("account-provider-used", &[("at", &moment(t, at))]),
                None => t.say_with("account-provider-since", &[("at", &moment(t, identity.bound_at))]),
            },
        })
        .collect();
    Ok((app.people.provider.is_some() || !lines.is_empty()).then_some(ProviderCard { lines }))
}

/// Leads to the provider, to be bound to the account on the way back.
pub async fn bind(
    State(app): State<App>,
    visitor: Visitor,
    session: Session,
    from: ClientAddress,
    Form(proof): Form<PasswordProof>,
) -> Result<Response, Problem> {
    get_provider(&app)?;
    if let Some(fault) = find_doubt(&app, &visitor, proof).await? {
        return refuse(&app, visitor, StatusCode::UNPROCESSABLE_ENTITY, fault).await;
    }
    let purpose = Purpose::Bind { account: visitor.account().0 };
    match redirect_to_provider(&app, &session, visitor.words, from, purpose).await? {
        Ok(leaving) => Ok(leaving),
        Err(Refusal { status, fault }) => refuse(&app, visitor, status, fault).await,
    }
}

/// Unbinds whoever of a provider is bound to the account.
pub async fn unbind(
    State(app): State<App>,
    visitor: Visitor,
    Form(proof): Form<PasswordProof>,
) -> Result<Response, Problem> {
    if let Some(fault) = find_doubt(&app, &visitor, proof).await? {
        return refuse(&app, visitor, StatusCode::UNPROCESSABLE_ENTITY, fault).await;
    }
    let mut tx = app.begin().await?;
    let unbound = unbind_identities(&mut tx, visitor.account()).await?;
    let by = visitor.caller.actor();
    note_unbound(&mut tx, app.now(), &by, &by.to_string(), unbound).await?;
    tx.commit().await?;
    Ok(Redirect::to(&with_flash(HERE, "said-provider-unbound")).into_response())
}

async fn find_doubt(app: &App, visitor: &Visitor, proof: PasswordProof) -> Result<Option<String>, Problem> {
    let account = own(&mut *app.db.acquire().await?, visitor).await?;
    doubt(app, visitor, &account, proof.old).await
}

async fn refuse(app: &App, visitor: Visitor, status: StatusCode, fault: String) -> Result<Response, Problem> {
    let errors = FormErrors::of("provider", fault);
    render(app, visitor, status, errors).await
}
