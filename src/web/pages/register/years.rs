//! Closing a year of a register, and choosing whether bulletins enter it by themselves.

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::HERE;
use crate::domain::register::{RegisterRule, RegisterYear};
use crate::offices::OfficeRefusal;
use crate::offices::register::{choose_rule, close_year};
use crate::store::offices::Office;
use crate::web::access::offices::chosen;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::label::code_of;

/// Whose register.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OfficeForm {
    office: String,
}

impl OfficeForm {
    fn code(&self) -> Option<&str> {
        Some(self.office.as_str()).filter(|code| !code.is_empty() && !code.contains('\0'))
    }
}

/// The register of an office, where it is told what was done.
fn back(office: &Office, said: &'static str) -> String {
    let query = serde_urlencoded::to_string([("office", office.code.as_str())]).unwrap_or_default();
    with_flash(&format!("{HERE}?{query}"), said)
}

/// Closes a year that has ended.
pub async fn close(
    State(app): State<App>,
    visitor: Visitor,
    Id(year): Id<RegisterYear>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<OfficeForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let office = chosen(&mut tx, &visitor.caller, typed.code(), "office").await?;
    let to = match close_year(&mut tx, &visitor.caller.right(), office.id, year, app.now()).await {
        Ok(_) => back(&office, "said-year-closed"),
        Err(OfficeRefusal::YearClosed(_)) => back(&office, "said-year-closed-already"),
        Err(refusal) => return Err(refusal.into()),
    };
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

/// When bulletins are to enter whose register by themselves.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RuleForm {
    #[serde(flatten)]
    office: OfficeForm,
    when: String,
}

/// Chooses that.
pub async fn choose(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<RuleForm>>,
) -> Result<Response, Problem> {
    let rule = RegisterRule::ALL.into_iter().find(|rule| code_of(rule) == typed.when);
    let rule = rule.ok_or_else(|| Problem::invalid_field("when", "must be one of never, seen and accepted"))?;
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let office = chosen(&mut tx, &visitor.caller, typed.office.code(), "office").await?;
    choose_rule(&mut tx, &visitor.caller.right(), office.id, rule, app.now()).await?;
    let to = back(&office, "said-register-rule");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}
