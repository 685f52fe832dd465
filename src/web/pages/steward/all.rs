//! `/waiting/all`: everything that waits, forwarded at once after it was shown once more.
//!
//! The form names the bulletins that were shown, so that one that comes in meanwhile is not forwarded unseen.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::around;
use super::fields::Fields;
use super::list::{WaitingItem, size};
use crate::domain::ids::BulletinId;
use crate::relay::forward::forward_several;
use crate::store::waiting::list_waiting;
use crate::web::access::duty::own_groups;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::view::waiting::MOST;

#[derive(Template)]
#[template(path = "steward/all.html")]
struct ForwardAllPage {
    count: String,
    items: Vec<WaitingItem>,
}

/// The question.
pub async fn show_form(State(app): State<App>, visitor: Visitor, Conn(mut db): Conn) -> Result<Response, Problem> {
    let (t, now) = (visitor.words, app.now());
    let groups = own_groups(&mut db, &visitor.caller).await?;
    let waiting = list_waiting(&mut db, &groups, MOST).await?;
    if waiting.is_empty() {
        return Ok(Redirect::to("/waiting").into_response());
    }
    let count = t.count("forward-all-count", size(&waiting));
    let items: Vec<WaitingItem> = waiting.into_iter().map(|row| WaitingItem::of(t, row, now)).collect();
    Ok(HtmlPage::within(around(&visitor), ForwardAllPage { count, items }).into_response())
}

/// The answer: those that were shown and are still ticked.
pub async fn forward_all(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: fields }: IdempotentForm<Fields>,
) -> Result<Response, Problem> {
    let ids: Vec<BulletinId> =
        fields.all("id").filter_map(|id| id.parse().ok()).take(usize::try_from(MOST).unwrap_or_default()).collect();
    let now = app.now();
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let groups = own_groups(&mut tx, &visitor.caller).await?;
    if ids.is_empty() {
        return Ok(Redirect::to(&with_flash("/waiting/all", "said-forwarded-none")).into_response());
    }
    let gone = forward_several(&mut tx, &ids, &groups, &visitor.caller.right(), now).await?;
    let said = if gone.len() == ids.len() { "said-forwarded-all" } else { "said-forwarded-some" };
    let to = with_flash("/waiting", said);
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}
