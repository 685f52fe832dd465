//! Taking a group out of use, with a look at what hangs below it first, and into use again.

use askama::Template;
use axum::Form;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::edit::refuse_whole;
use crate::domain::tree_file::Column;
use crate::relay::tree_edits::{self, GroupEdit, Retirement};
use crate::store::Connection;
use crate::store::groups::{BelowGroup, Group, count_below, list_in_use_below};
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::words::group_digits;

/// Groups below that are listed; all are counted.
const LISTED: i64 = 200;

#[derive(Template)]
#[template(path = "tree/retire.html")]
struct RetirePage {
    code: String,
    name: String,
    office: String,
    /// Groups in use below it.
    below: i64,
    below_said: String,
    listed: Vec<BelowGroup>,
    /// How many of them are not listed.
    rest: Option<String>,
    /// Copies of bulletins that are still on their way to it and to those below.
    under_way: Option<String>,
    /// That something has changed since it was looked at.
    changed: bool,
}

/// What was seen before the button was pressed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RetireForm {
    /// How many groups in use were below it.
    pub seen: String,
}

/// Asks whether a group is to be retired.
pub async fn ask(State(app): State<App>, visitor: Visitor, Id(code): Id<String>) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await?;
    let group = visible::group(&mut db, &visitor.caller, &code).await?;
    page(&mut db, &visitor, group, false).await
}

async fn page(db: &mut Connection, visitor: &Visitor, group: Group, changed: bool) -> Result<Response, Problem> {
    let t = visitor.words;
    let (below, under_way) = count_below(db, group.id).await?;
    let listed = list_in_use_below(db, group.id, LISTED).await?;
    let rest = below - i64::try_from(listed.len()).unwrap_or(i64::MAX);
    let page = RetirePage {
        below,
        below_said: t.count("tree-retire-below", below),
        listed,
        rest: (rest > 0).then(|| group_digits(rest)),
        under_way: (under_way > 0).then(|| t.count("tree-retire-under-way", under_way)),
        changed,
        code: group.code,
        name: group.name,
        office: group.office_name,
    };
    let status = if changed { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

/// Retires a group, with what was seen below it.
pub async fn retire(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<RetireForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let group = visible::group(&mut tx, &visitor.caller, &code).await?;
    let Ok(seen) = typed.seen.parse() else { return page(&mut tx, &visitor, group, true).await };
    match tree_edits::retire(&mut tx, &group.code, seen, &visitor.caller.right(), app.now()).await {
        Ok(Retirement::OtherBelow) => page(&mut tx, &visitor, group, true).await,
        Ok(Retirement::Done(_)) => {
            let to = with_flash(&format!("/groups/{}", group.code), "said-group-retired");
            form_key.finish(tx, &app, &to).await?;
            Ok(Redirect::to(&to).into_response())
        }
        Err(refusal) => {
            drop(tx);
            refuse_whole(&app, &visitor, group, refusal).await
        }
    }
}

/// Takes a group into use again.
pub async fn reinstate(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let group = visible::group(&mut tx, &visitor.caller, &code).await?;
    let mut edit = GroupEdit::new();
    edit.set(Column::Retired, "false");
    match tree_edits::change(&mut tx, &group.code, edit, None, &visitor.caller.right(), app.now()).await {
        Ok(_) => {
            let to = with_flash(&format!("/groups/{}", group.code), "said-group-reinstated");
            form_key.finish(tx, &app, &to).await?;
            Ok(Redirect::to(&to).into_response())
        }
        Err(refusal) => {
            drop(tx);
            refuse_whole(&app, &visitor, group, refusal).await
        }
    }
}
