//! Saving what was written: as a new draft, or in place of what a draft said.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::draft_form::{DraftForm, DraftRequest};
use super::form::{FilledForm, FormContext};
use super::image::take_file;
use super::read_form::{FormErrors, read};
use crate::domain::account::Permission;
use crate::domain::bulletin::{ForwardingMode, Kind, Stage};
use crate::domain::ids::BulletinId;
use crate::store::Connection;
use crate::store::bulletins::{self as rows, Draft};
use crate::store::images::find_size;
use crate::web::api::drafts::{insert, lock_draft, update};
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::format::moment;

/// Stores a new draft, or shows the form again.
pub async fn save_new(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: mut sent }: IdempotentForm<DraftRequest>,
) -> Result<Response, Problem> {
    let mut faults = FormErrors::default();
    let typed = take_file(&app, &visitor, &mut sent, &mut faults).await?;
    let mut tx = match form_key.begin(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(id) => return Ok(saved(&sent, id)),
    };
    let context = FormContext::blank(&mut tx, &visitor).await?;
    let (draft, mut read_faults) = read(&typed, &context.base, visitor.words, app.now());
    check_named(&mut tx, &visitor, &typed, &draft, &mut read_faults).await?;
    let faults = joined(faults, &read_faults);
    if is_preview(&sent) || !faults.is_empty() {
        let (status, faults) = preview_answer(&sent, faults);
        let page = FilledForm { visitor: &visitor, context, typed, draft, faults, overtaken: None };
        return page.show(&mut tx, &app, status).await;
    }
    let id = insert(&mut tx, &draft, &visitor.caller.actor(), app.now()).await?;
    form_key.finish(tx, &app, &id).await?;
    Ok(saved(&sent, id))
}

/// Puts what was typed in place of what a draft says, or shows the form again.
pub async fn save_draft(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    IdempotentForm { form_key, form: mut sent }: IdempotentForm<DraftRequest>,
) -> Result<Response, Problem> {
    let mut faults = FormErrors::default();
    let mut typed = take_file(&app, &visitor, &mut sent, &mut faults).await?;
    let mut tx = match form_key.begin(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(id) => return Ok(saved(&sent, id)),
    };
    let stored = lock_draft(&mut tx, &visitor.caller, id).await?;
    let seen = stored.updated_at.as_microsecond().to_string();
    let overtaken = (typed.seen != seen).then(|| {
        let by = stored.updated_at;
        visitor.words.say_with("compose-overtaken", &[("at", &moment(visitor.words, by))])
    });
    let before = stored.clone();
    let context = FormContext::of(stored);
    let (draft, mut read_faults) = read(&typed, &context.base, visitor.words, app.now());
    check_named(&mut tx, &visitor, &typed, &draft, &mut read_faults).await?;
    let faults = joined(faults, &read_faults);
    if is_preview(&sent) || overtaken.is_some() || !faults.is_empty() {
        let (status, faults) = preview_answer(&sent, faults);
        let (status, overtaken) = match overtaken {
            // saved once more, it is saved over the other's, knowingly
            Some(sentence) if !is_preview(&sent) => {
                typed.seen = seen;
                (StatusCode::CONFLICT, Some(sentence))
            }
            _ => (status, None),
        };
        let page = FilledForm { visitor: &visitor, context, typed, draft, faults, overtaken };
        return page.show(&mut tx, &app, status).await;
    }
    update(&mut tx, &before, &draft, &visitor.caller.actor(), app.now()).await?;
    form_key.finish(tx, &app, &id).await?;
    Ok(saved(&sent, id))
}

/// Whether only a look was asked for: a preview, or a search for groups.
fn is_preview(sent: &DraftRequest) -> bool {
    matches!(sent.get("do"), "preview" | "find")
}

/// A look finds no fault: what is not written yet is no mistake.
fn preview_answer(sent: &DraftRequest, faults: FormErrors) -> (StatusCode, FormErrors) {
    if is_preview(sent) { (StatusCode::OK, FormErrors::default()) } else { (StatusCode::UNPROCESSABLE_ENTITY, faults) }
}

fn joined(mut faults: FormErrors, more: &FormErrors) -> FormErrors {
    for (field, sentence) in more.all() {
        faults.add(field, sentence.clone());
    }
    faults
}

fn saved(sent: &DraftRequest, id: BulletinId) -> Response {
    let to = if sent.get("do") == "next" { format!("/bulletins/{id}") } else { format!("/bulletins/{id}/edit") };
    Redirect::to(&with_flash(&to, "said-draft-saved")).into_response()
}

/// What is named must be there, and be the visitor's to name.
async fn check_named(
    db: &mut Connection,
    visitor: &Visitor,
    typed: &DraftForm,
    draft: &Draft,
    faults: &mut FormErrors,
) -> Result<(), Problem> {
    let t = visitor.words;
    if !visitor.may(Permission::Publish) {
        // a steward's own bulletin is news, and goes through the stewards below
        if draft.kind != Kind::News {
            faults.add("kind", t.say("compose-fault-kind-steward"));
        }
        if draft.forwarding == ForwardingMode::Automatic {
            faults.add("forwarding", t.say("compose-fault-automatic"));
        }
    }
    let named: Vec<String> = typed.groups.iter().chain(&typed.exclude_groups).cloned().collect();
    if !named.is_empty() {
        let known = crate::store::choices::list_by_codes(db, visitor.caller.scope.groups(), &named).await?;
        let unknown: Vec<&str> =
            named.iter().map(String::as_str).filter(|code| !known.iter().any(|group| group.code == *code)).collect();
        if !unknown.is_empty() {
            faults.add("audience", t.say_with("compose-refused-unknown-groups", &[("codes", &unknown.join(", "))]));
        }
    }
    if let Some(attachment) = &draft.attachment
        && find_size(db, attachment.image).await?.is_none()
    {
        faults.add("image", t.say("compose-fault-image-gone"));
    }
    if let Some(about) = draft.about.filter(|_| draft.kind == Kind::Correction) {
        let filter =
            rows::Filter { id: Some(about), scope: visitor.caller.scope.to_filter(), ..rows::Filter::default() };
        let old = rows::list_bulletins(db, &filter, 1).await?.pop();
        match old.map(|old| old.stage) {
            Some(Stage::Published) => {}
            Some(Stage::Withdrawn) => faults.add("kind", t.say("compose-refused-about-withdrawn")),
            _ => faults.add("kind", t.say("compose-refused-about")),
        }
    }
    Ok(())
}
