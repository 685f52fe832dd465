//! Parts of the form that are requested while somebody types: the preview, and the search for groups.

use axum::extract::State;
use axum::response::IntoResponse;

use super::draft_form::DraftForm;
use super::form::FormContext;
use super::picker::Groups;
use super::preview::Preview;
use super::read_form::read;
use crate::web::app::App;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_with_file::FormWithFile;
use crate::web::people::Visitor;
use crate::web::problem::Problem;

/// The preview alone, for the script that follows what is typed.
pub async fn preview(
    State(app): State<App>,
    visitor: Visitor,
    sent: FormWithFile,
) -> Result<impl IntoResponse, Problem> {
    let typed = DraftForm::of(&sent);
    let mut db = app.db.acquire().await?;
    let context = FormContext::named(&mut db, &visitor, sent.get("id")).await?;
    let (draft, _) = read(&typed, &context.base, visitor.words, app.now());
    let stored = context.stored.as_ref();
    let preview = Preview::of(&mut db, &app, visitor.words, &typed, &draft, stored, &context.origin_office).await?;
    Ok(HtmlPage::within(visitor.words, preview.while_typing()))
}

/// The groups that are looked for, for the script.
pub async fn find_groups(
    State(app): State<App>,
    visitor: Visitor,
    sent: FormWithFile,
) -> Result<impl IntoResponse, Problem> {
    let mut db = app.db.acquire().await?;
    let groups = Groups::of(&mut db, visitor.words, &visitor.caller.scope, &DraftForm::of(&sent)).await?;
    Ok(HtmlPage::within(visitor.words, groups))
}
