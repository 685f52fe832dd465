//! Making an account.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::fields::{AccountForm, FormErrors, read};
use super::link;
use super::list::RoleOption;
use crate::accounts::{AccountRefusal, people};
use crate::domain::credentials::Username;
use crate::store::accounts::{NewAccount, find_account_by_id};
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::pages::show;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "accounts/new.html")]
struct NewAccountPage {
    typed: AccountForm,
    roles: Vec<RoleOption>,
    faults: FormErrors,
}

/// The empty form.
pub async fn show_form(visitor: Visitor) -> Response {
    form(
        &visitor,
        StatusCode::OK,
        AccountForm { role: "steward".to_owned(), ..AccountForm::default() },
        FormErrors::default(),
    )
}

/// Makes the account and shows its link, this once.
pub async fn create(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<AccountForm>>,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let mut tx = match form_key.begin(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(made) => return Ok(link::reveal(visitor, made)),
    };
    let username = typed.username.parse::<Username>().map_err(|_| t.say("accounts-username-bad"));
    let (change, office, username) = match (read(&mut tx, &visitor, &typed, app.now()).await?, username) {
        (Ok((change, office)), Ok(username)) => (change, office, username),
        (read, username) => {
            let faults = FormErrors { username: username.err(), ..read.err().unwrap_or_default() };
            return Ok(form(&visitor, StatusCode::UNPROCESSABLE_ENTITY, typed, faults));
        }
    };
    let account = NewAccount {
        username,
        display_name: change.display_name,
        role: change.role,
        office_id: change.office_id,
        valid_from: change.valid_from,
        valid_until: change.valid_until,
    };
    let office = office.as_ref().map(|office| office.code.as_str());
    let id = match people::create(&mut tx, &visitor.caller.right(), &account, office, app.now()).await {
        Ok(id) => id,
        Err(AccountRefusal::UsernameTaken(_)) => {
            let faults = FormErrors { username: Some(t.say("accounts-username-taken")), ..FormErrors::default() };
            return Ok(form(&visitor, StatusCode::UNPROCESSABLE_ENTITY, typed, faults));
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let made = find_account_by_id(&mut tx, id).await?.ok_or_else(Problem::internal)?;
    let made = link::insert(&mut tx, &app, &visitor, &made).await?;
    form_key.finish(tx, &app, &made).await?;
    Ok(link::reveal(visitor, made))
}

fn form(visitor: &Visitor, status: StatusCode, typed: AccountForm, faults: FormErrors) -> Response {
    let t = visitor.words;
    let page = NewAccountPage { roles: typed.roles(t), typed, faults };
    show(Shell::of(visitor), status, &page, "no-store")
}
