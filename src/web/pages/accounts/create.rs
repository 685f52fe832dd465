//! Making an account.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::fields::{AccountForm, read};
use super::link;
use crate::accounts::{AccountRefusal, people};
use crate::domain::credentials::Username;
use crate::store::accounts::{NewAccount, find_account_by_id};
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::pages::HtmlPage;
use crate::web::pages::form_fields::role_choices;
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "accounts/new.html")]
struct NewAccountPage {
    roles: Vec<Choice>,
    form: FormState<AccountForm>,
}

/// The empty form.
pub async fn show_form(visitor: Visitor) -> Response {
    let typed = AccountForm { role: "steward".to_owned(), ..AccountForm::default() };
    render(&visitor, StatusCode::OK, FormState::new(typed))
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
    let mut form = FormState::new(typed);
    let username = form.errors.check("username", username);
    let read = read(&mut tx, &visitor, &mut form, app.now()).await?;
    let (Some(username), Some((change, office))) = (username, read) else {
        return Ok(render(&visitor, StatusCode::UNPROCESSABLE_ENTITY, form));
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
            form.errors.add("username", t.say("accounts-username-taken"));
            return Ok(render(&visitor, StatusCode::UNPROCESSABLE_ENTITY, form));
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let made = find_account_by_id(&mut tx, id).await?.ok_or_else(Problem::internal)?;
    let made = link::insert(&mut tx, &app, &visitor, &made).await?;
    form_key.finish(tx, &app, &made).await?;
    Ok(link::reveal(visitor, made))
}

fn render(visitor: &Visitor, status: StatusCode, form: FormState<AccountForm>) -> Response {
    let page = NewAccountPage { roles: role_choices(visitor.words, &form.typed.role), form };
    HtmlPage::of(visitor, page).status(status).into_response()
}
