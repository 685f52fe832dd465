//! `/register/{id}`: an entry with its stamp, what contradicts itself, the chain of endorsements and the form for the next.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::endorse::EndorseForm;
use super::stamp::Sheet;
use crate::domain::ids::RegisterEntryId;
use crate::domain::register::EndorsementKind;
use crate::web::app::App;
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::filters;
use crate::web::ui::label::{Label as _, code_of};

#[derive(Template)]
#[template(path = "register/entry.html")]
struct EntryPage {
    sheet: Sheet,
    kinds: Vec<Choice>,
    form: FormState<EndorseForm>,
}

/// The entry.
pub async fn show_entry(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<RegisterEntryId>,
) -> Result<Response, Problem> {
    render(&app, &visitor, id, FormState::default(), StatusCode::OK).await
}

/// The page with the form as it was sent.
pub(super) async fn render(
    app: &App,
    visitor: &Visitor,
    id: RegisterEntryId,
    form: FormState<EndorseForm>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let sheet = Sheet::find(&mut *app.db.acquire().await?, visitor, id).await?;
    let choice = |kind: EndorsementKind| Choice::of(&code_of(&kind), kind.word(visitor.words), &form.typed.kind);
    let kinds = EndorsementKind::ALL.into_iter().map(choice).collect();
    Ok(HtmlPage::of(visitor, EntryPage { sheet, kinds, form }).status(status).into_response())
}
