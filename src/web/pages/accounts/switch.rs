//! Disables and enables an account; removes its TOTP codes, passkeys and provider.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde_json::json;

use super::{get_account, path_of, subject_of};
use crate::accounts::people;
use crate::domain::ids::AccountId;
use crate::store::account_identities::unbind_identities;
use crate::store::accounts::update_codes;
use crate::store::audit::insert_entry;
use crate::store::known_devices::forget_others;
use crate::store::login_sessions::delete_others;
use crate::store::recovery_codes::delete_recovery_codes;
use crate::web::app::App;
use crate::web::input::Id;
use crate::web::people::Visitor;
use crate::web::people::passkeys::remove_all;
use crate::web::people::provider_sign_in::note_unbound;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;

/// Ends the account and signs it out everywhere.
pub async fn disable(State(app): State<App>, visitor: Visitor, Id(id): Id<AccountId>) -> Result<Response, Problem> {
    let mut tx = app.begin().await?;
    let account = get_account(&mut tx, &visitor, id).await?;
    people::disable(&mut tx, &visitor.caller.right(), &account, app.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&with_flash(&path_of(id), "said-account-disabled")).into_response())
}

/// Lets an ended account work again.
pub async fn enable(State(app): State<App>, visitor: Visitor, Id(id): Id<AccountId>) -> Result<Response, Problem> {
    let mut tx = app.begin().await?;
    let account = get_account(&mut tx, &visitor, id).await?;
    people::enable(&mut tx, &visitor.caller.right(), &account, app.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&with_flash(&path_of(id), "said-account-enabled")).into_response())
}

/// Takes the TOTP codes away and signs the account out; where its role needs them, they are set up again at
/// the next sign-in.
pub async fn remove_codes(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<AccountId>,
) -> Result<Response, Problem> {
    if id == visitor.account() {
        return Err(Problem::conflict("own-account", "One's own codes are changed on the page of one's own account."));
    }
    let mut tx = app.begin().await?;
    let account = get_account(&mut tx, &visitor, id).await?;
    update_codes(&mut tx, id, None).await?;
    delete_recovery_codes(&mut tx, id).await?;
    let devices = delete_others(&mut tx, id, None).await?;
    forget_others(&mut tx, id, None).await?;
    let (by, detail) = (visitor.caller.actor(), json!({ "signed_out": devices }));
    insert_entry(&mut tx, app.now(), &by, "codes_taken_away", &subject_of(&account), &detail).await?;
    tx.commit().await?;
    Ok(Redirect::to(&with_flash(&path_of(id), "said-account-codes")).into_response())
}

/// Takes all passkeys away, and signs the account out everywhere.
pub async fn remove_passkeys(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<AccountId>,
) -> Result<Response, Problem> {
    if id == visitor.account() {
        return Err(Problem::conflict(
            "own-account",
            "One's own passkeys are changed on the page of one's own account.",
        ));
    }
    let mut tx = app.begin().await?;
    let account = get_account(&mut tx, &visitor, id).await?;
    remove_all(&mut tx, app.now(), &visitor.caller.actor(), id, &subject_of(&account)).await?;
    delete_others(&mut tx, id, None).await?;
    forget_others(&mut tx, id, None).await?;
    tx.commit().await?;
    Ok(Redirect::to(&with_flash(&path_of(id), "said-account-passkeys")).into_response())
}

/// Unbinds whoever of a provider is bound to the account, and signs it out everywhere.
pub async fn unbind(State(app): State<App>, visitor: Visitor, Id(id): Id<AccountId>) -> Result<Response, Problem> {
    if id == visitor.account() {
        return Err(Problem::conflict("own-account", "One unbinds oneself on the page of one's own account."));
    }
    let mut tx = app.begin().await?;
    let account = get_account(&mut tx, &visitor, id).await?;
    let unbound = unbind_identities(&mut tx, id).await?;
    delete_others(&mut tx, id, None).await?;
    forget_others(&mut tx, id, None).await?;
    note_unbound(&mut tx, app.now(), &visitor.caller.actor(), &subject_of(&account), unbound).await?;
    tx.commit().await?;
    Ok(Redirect::to(&with_flash(&path_of(id), "said-account-unbound")).into_response())
}
