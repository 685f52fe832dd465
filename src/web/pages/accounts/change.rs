//! One account: how it stands, and changing it.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde_json::json;

use super::fields::{AccountForm, read};
use super::list::standing;
use super::{get_account, path_of, subject_of};
use crate::domain::ids::AccountId;
use crate::store::Connection;
use crate::store::account_identities::list_identities;
use crate::store::account_list::{Change, update_account};
use crate::store::accounts::Account;
use crate::store::audit::insert_entry;
use crate::store::passkeys::list_passkeys;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_fields::role_choices;
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::format::moment;
use crate::web::ui::label::Label as _;

#[derive(Template)]
#[template(path = "accounts/one.html")]
struct AccountPage {
    path: String,
    username: String,
    name: String,
    role: String,
    office: String,
    state: String,
    mark: &'static str,
    created: String,
    signed_in: String,
    has_codes: bool,
    /// What its passkeys are called.
    passkeys: Vec<String>,
    /// The providers of whom somebody is bound to it.
    issuers: Vec<String>,
    disabled: bool,
    is_self: bool,
    roles: Vec<Choice>,
    form: FormState<AccountForm>,
}

/// The account.
pub async fn show_account(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<AccountId>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let account = get_account(&mut db, &visitor, id).await?;
    let form = FormState::new(AccountForm::of(&account));
    page(&app, &mut db, &visitor, StatusCode::OK, account, form).await
}

/// Changes it. Nobody changes their own role or part of the tree, so that no administrator locks the last one out.
pub async fn change(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<AccountId>,
    Form(typed): Form<AccountForm>,
) -> Result<Response, Problem> {
    let mut tx = app.begin().await?;
    let account = get_account(&mut tx, &visitor, id).await?;
    let mut form = FormState::new(typed);
    let read = read(&mut tx, &visitor, &mut form, app.now()).await?;
    let moves = |change: &Change| (change.role, change.office_id) != (account.role, account.office_id);
    if id == visitor.account() && read.as_ref().is_some_and(|(change, _)| moves(change)) {
        form.errors.add("role", visitor.words.say("accounts-not-oneself"));
    }
    let Some((change, office)) = read.filter(|_| form.errors.is_empty()) else {
        return page(&app, &mut tx, &visitor, StatusCode::UNPROCESSABLE_ENTITY, account, form).await;
    };
    update_account(&mut tx, id, &change).await?;
    let detail = json!({
        "name": change.display_name,
        "role": change.role.as_str(),
        "office": office.map(|office| office.code),
        "valid_from": change.valid_from,
        "valid_until": change.valid_until,
    });
    insert_entry(&mut tx, app.now(), &visitor.caller.actor(), "account_change", &subject_of(&account), &detail).await?;
    tx.commit().await?;
    Ok(Redirect::to(&with_flash(&path_of(id), "said-account-changed")).into_response())
}

async fn page(
    app: &App,
    db: &mut Connection,
    visitor: &Visitor,
    status: StatusCode,
    account: Account,
    form: FormState<AccountForm>,
) -> Result<Response, Problem> {
    let issuers = list_identities(db, account.id).await?.into_iter().map(|identity| identity.issuer).collect();
    let passkeys = list_passkeys(db, account.id).await?.into_iter().map(|passkey| passkey.name).collect();
    let t = visitor.words;
    let (state, mark) = standing(t, &account, app.now());
    let page = AccountPage {
        path: path_of(account.id),
        role: account.role.word(t),
        office: account.office_name.unwrap_or_else(|| t.say("account-scope-whole")),
        state,
        mark,
        created: moment(t, account.created_at),
        signed_in: account.signed_in_at.map_or_else(|| t.say("accounts-never"), |at| moment(t, at)),
        has_codes: account.totp_sealed.is_some(),
        disabled: account.disabled_at.is_some(),
        is_self: account.id == visitor.account(),
        username: account.username,
        name: account.display_name,
        roles: role_choices(t, &form.typed.role),
        form,
        passkeys,
        issuers,
    };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}
