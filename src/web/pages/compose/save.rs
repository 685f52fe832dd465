//! Saving what was written: as a new draft, or in place of what a draft said.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::draft_form::DraftForm;
use super::form::{FilledForm, FormContext};
use super::image::take_file;
use super::read_form::{add_draft_faults, read};
use crate::domain::ids::{BulletinId, Code};
use crate::domain::time::Timestamp;
use crate::relay::drafts::{self, CheckedDraft};
use crate::store::Connection;
use crate::store::bulletins::Draft;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::form_state::{FormErrors, FormState};
use crate::web::pages::form_with_file::FormWithFile;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::format::moment;

/// Stores a new draft, or shows the form again.
pub async fn save_new(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: mut sent }: IdempotentForm<FormWithFile>,
) -> Result<Response, Problem> {
    let mut form = take_file(&app, &visitor, &mut sent).await?;
    let mut tx = match form_key.begin(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(id) => return Ok(saved(&sent, id)),
    };
    let context = FormContext::blank(&mut tx, &visitor).await?;
    let (draft, errors) = read(&form.typed, &context.base, visitor.words, app.now());
    form.errors.append(errors);
    let checked = check(&mut tx, &visitor, &mut form, &draft, app.now()).await?;
    let Some(checked) = checked.filter(|_| !is_preview(&sent)) else {
        let status = status_of(&sent, &mut form);
        let page = FilledForm { visitor: &visitor, context, form, draft, overtaken: None };
        return page.show(&mut tx, &app, status).await;
    };
    let id = drafts::create(&mut tx, &visitor.caller.right(), &checked, app.now()).await?;
    form_key.finish(tx, &app, &id).await?;
    Ok(saved(&sent, id))
}

/// Puts what was typed in place of what a draft says, or shows the form again.
pub async fn save_draft(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    IdempotentForm { form_key, form: mut sent }: IdempotentForm<FormWithFile>,
) -> Result<Response, Problem> {
    let mut form = take_file(&app, &visitor, &mut sent).await?;
    let mut tx = match form_key.begin(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(id) => return Ok(saved(&sent, id)),
    };
    let stored = drafts::lock(&mut tx, &visitor.caller.right(), id).await?;
    let seen = stored.updated_at.as_microsecond().to_string();
    let overtaken = (form.typed.seen != seen).then(|| {
        let by = stored.updated_at;
        visitor.words.say_with("compose-overtaken", &[("at", &moment(visitor.words, by))])
    });
    let before = stored.clone();
    let context = FormContext::of(stored);
    let (draft, errors) = read(&form.typed, &context.base, visitor.words, app.now());
    form.errors.append(errors);
    let checked = check(&mut tx, &visitor, &mut form, &draft, app.now()).await?;
    let Some(checked) = checked.filter(|_| !is_preview(&sent) && overtaken.is_none()) else {
        let status = status_of(&sent, &mut form);
        let (status, overtaken) = match overtaken {
            // saved once more, it is saved over the other's, knowingly
            Some(sentence) if !is_preview(&sent) => {
                form.typed.seen = seen;
                (StatusCode::CONFLICT, Some(sentence))
            }
            _ => (status, None),
        };
        let page = FilledForm { visitor: &visitor, context, form, draft, overtaken };
        return page.show(&mut tx, &app, status).await;
    };
    drafts::change(&mut tx, &visitor.caller.right(), &before, &checked, app.now()).await?;
    form_key.finish(tx, &app, &id).await?;
    Ok(saved(&sent, id))
}

/// Whether only a look was asked for: a preview, or a search for groups.
fn is_preview(sent: &FormWithFile) -> bool {
    matches!(sent.get("do"), "preview" | "find")
}

/// A look finds nothing wrong: what is not written yet is no mistake.
fn status_of(sent: &FormWithFile, form: &mut FormState<DraftForm>) -> StatusCode {
    if !is_preview(sent) {
        return StatusCode::UNPROCESSABLE_ENTITY;
    }
    form.errors = FormErrors::default();
    StatusCode::OK
}

fn saved(sent: &FormWithFile, id: BulletinId) -> Response {
    let to = if sent.get("do") == "next" { format!("/bulletins/{id}") } else { format!("/bulletins/{id}/edit") };
    Redirect::to(&with_flash(&to, "said-draft-saved")).into_response()
}

/// What the rules say of the draft, added to what could not be read of the form; nothing where all is well.
async fn check(
    db: &mut Connection,
    visitor: &Visitor,
    FormState { typed, errors }: &mut FormState<DraftForm>,
    draft: &Draft,
    now: Timestamp,
) -> Result<Option<CheckedDraft>, Problem> {
    let unread: Vec<&str> = typed
        .groups
        .iter()
        .chain(&typed.exclude_groups)
        .map(String::as_str)
        .filter(|code| code.parse::<Code>().is_err())
        .collect();
    let checked = drafts::check(db, &visitor.caller.right(), draft.clone(), now).await?;
    let (checked, found) = match checked {
        Ok(checked) => (Some(checked), Vec::new()),
        Err(found) => (None, found),
    };
    add_draft_faults(errors, visitor.words, &found, &unread);
    Ok(checked.filter(|_| errors.is_empty()))
}
