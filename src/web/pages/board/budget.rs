//! The budget of a channel: how much of a month may be pushed on it, and its reserve.

use axum::Form;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::InScope;
use crate::domain::thai::to_arabic_digits;
use crate::relay::channels;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::words::Words;

/// The limits as they are typed; empty = as the settings say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct BudgetForm {
    messages: String,
    baht: String,
}

/// Sets the limits of a month.
pub async fn set_budget(
    State(app): State<App>,
    visitor: Visitor,
    InScope(code): InScope<String>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<BudgetForm>>,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let limits = (read_limit(t, "messages", &typed.messages)?, read_limit(t, "baht", &typed.baht)?);
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    channels::set_budget(&mut tx, &visitor.caller.right(), &code, limits, app.now()).await?;
    let to = with_flash("/channels", "said-budget-set");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

/// Opens the reserve for what is most urgent.
pub async fn open_reserve(
    State(app): State<App>,
    visitor: Visitor,
    InScope(code): InScope<String>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    channels::open_reserve(&mut tx, &visitor.caller.right(), &code, app.now()).await?;
    let to = with_flash("/channels", "said-reserve-open");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

/// A whole number, also with commas or in Thai digits.
fn read_limit(t: Words, field: &str, typed: &str) -> Result<Option<i32>, Problem> {
    let digits: String = to_arabic_digits(typed).chars().filter(|sign| !sign.is_whitespace() && *sign != ',').collect();
    if digits.is_empty() {
        return Ok(None);
    }
    match digits.parse() {
        Ok(limit) if limit >= 0 => Ok(Some(limit)),
        _ => Err(Problem::invalid_field(field, t.say("channels-budget-fault"))),
    }
}
