//! Drafts: written, changed and thrown away. Once published, a bulletin is none any more (409).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::attachment_fields::read_attachments;
use super::bulletins::Bulletin;
use super::draft_input::{DraftInput, NewBulletin};
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::relay::drafts::{self, CheckedDraft};
use crate::store::Connection;
use crate::store::bulletins::{Draft, get_bulletin};
use crate::web::access::origin::default_origin;
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::field::Field;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::{Id, Input};
use crate::web::problem::{FieldError, Problem};
use crate::web::refused::draft_fault;

/// Write a draft.
#[utoipa::path(post, path = "/bulletins", tag = "bulletins", request_body = NewBulletin,
    responses((status = 201, body = Bulletin, headers(("Location" = String, description = "The draft's address")))))]
pub async fn create_bulletin(State(app): State<App>, post: IdempotentPost<NewBulletin>) -> PostResult {
    let (mut work, NewBulletin(input)) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    let origin = default_origin(work.db(), &caller).await?;
    let draft = fill(work.db(), &caller, input, drafts::blank(origin), now).await?;
    let id = drafts::create(work.db(), &right, &draft, now).await?;
    let made = get_bulletin(work.db(), id).await?;
    work.answer(StatusCode::CREATED, &Bulletin::of(&app, made)).await
}

/// Change a draft.
///
/// A field left out stays as it is, `null` puts the default back.
#[utoipa::path(patch, path = "/bulletins/{id}", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = DraftInput, responses((status = 200, body = Bulletin)))]
pub async fn change_bulletin(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BulletinId>,
    Input(input): Input<DraftInput>,
) -> Result<Json<Bulletin>, Problem> {
    let (now, right) = (app.now(), caller.right());
    let mut tx = app.begin().await?;
    let before = drafts::lock(&mut tx, &right, id).await?;
    let draft = fill(&mut tx, &caller, input, Draft::of(&before), now).await?;
    drafts::change(&mut tx, &right, &before, &draft, now).await?;
    let after = get_bulletin(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(Bulletin::of(&app, after)))
}

/// Throw a draft away.
#[utoipa::path(delete, path = "/bulletins/{id}", tag = "bulletins", params(("id" = BulletinId, Path)),
    responses((status = 204, description = "It is gone")))]
pub async fn delete_bulletin(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BulletinId>,
) -> Result<StatusCode, Problem> {
    let mut tx = app.begin().await?;
    drafts::delete(&mut tx, &caller.right(), id, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `base` with the fields of the request, checked whole.
async fn fill(
    db: &mut Connection,
    caller: &Caller,
    mut input: DraftInput,
    mut base: Draft,
    now: Timestamp,
) -> Result<CheckedDraft, Problem> {
    let mut errors = Vec::new();
    match std::mem::take(&mut input.origin) {
        Field::Set(code) => match visible::find_group(db, caller, code.as_str()).await? {
            Some(group) if caller.originates_at(group.office_id) => base.origin = group.id,
            _ => errors.push(FieldError::new("/origin", format!("there is no group called {code}"))),
        },
        Field::Null => base.origin = default_origin(db, caller).await?,
        Field::Absent => {}
    }
    match std::mem::take(&mut input.attachments) {
        Field::Set(inputs) => (base.attachment, base.media) = read_attachments(db, inputs, &mut errors).await?,
        Field::Null => (base.attachment, base.media) = (None, Vec::new()),
        Field::Absent => {}
    }
    let draft = input.apply(base, now, &mut errors);
    match drafts::check(db, &caller.right(), draft, now).await? {
        Ok(checked) if errors.is_empty() => Ok(checked),
        Ok(_) => Err(Problem::invalid(errors)),
        Err(faults) => {
            errors.extend(faults.iter().map(draft_fault));
            Err(Problem::invalid(errors))
        }
    }
}
