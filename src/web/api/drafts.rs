//! Drafts: written, changed and thrown away. Once published, a bulletin is none any more (409).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use super::bulletins::Bulletin;
use super::draft_input::{DraftInput, NewBulletin};
use crate::domain::account::Permission;
use crate::domain::actor::Actor;
use crate::domain::bulletin::{Acknowledgement, Audience, ForwardingMode, Kind, Stage, Urgency};
use crate::domain::ids::{BulletinId, Code, GroupId};
use crate::domain::time::Timestamp;
use crate::relay::public_token;
use crate::relay::refusal::Refusal;
use crate::store::bulletins::{self as rows, Draft, find_stage_for_update, get_bulletin};
use crate::store::groups::{self, find_root, list_places};
use crate::store::images::find_size;
use crate::store::{Connection, StoreError, audit};
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::field::Field;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::{Id, Input};
use crate::web::problem::{FieldError, Problem};

/// Write a draft.
#[utoipa::path(post, path = "/bulletins", tag = "bulletins", request_body = NewBulletin,
    responses((status = 201, body = Bulletin, headers(("Location" = String, description = "The draft's address")))))]
pub async fn create_bulletin(State(app): State<App>, post: IdempotentPost<NewBulletin>) -> PostResult {
    let (mut work, NewBulletin(input)) = post.begin(&app).await?;
    let (now, by, caller) = (work.now, work.by(), work.caller.clone());
    let origin = default_origin(work.db(), &caller).await?;
    let draft = fill(work.db(), &caller, input, blank(origin), now).await?;
    let id = insert(work.db(), &draft, &by, now).await?;
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
    let (now, by) = (app.now(), caller.actor());
    let mut tx = app.begin().await?;
    let before = lock_draft(&mut tx, &caller, id).await?;
    let draft = fill(&mut tx, &caller, input, Draft::of(&before), now).await?;
    update(&mut tx, &before, &draft, &by, now).await?;
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
    delete(&mut tx, &caller, id, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Stores a new draft.
pub(in crate::web) async fn insert(
    db: &mut Connection,
    draft: &Draft,
    by: &Actor,
    now: Timestamp,
) -> Result<BulletinId, StoreError> {
    let id = BulletinId::new(now);
    rows::insert_draft(db, id, draft, &public_token(), by, now).await?;
    note(db, by, "draft", id, draft.forwarding == ForwardingMode::Automatic, now).await?;
    Ok(id)
}

/// Puts `draft` in place of what the locked draft `before` says.
pub(in crate::web) async fn update(
    db: &mut Connection,
    before: &rows::Bulletin,
    draft: &Draft,
    by: &Actor,
    now: Timestamp,
) -> Result<(), StoreError> {
    rows::update_draft(db, before.id, draft, now).await?;
    let automatic = draft.forwarding == ForwardingMode::Automatic && before.forwarding != ForwardingMode::Automatic;
    note(db, by, "edit", before.id, automatic, now).await
}

/// Throws a draft away; 409 where it is none any more.
pub(in crate::web) async fn delete(
    db: &mut Connection,
    caller: &Caller,
    id: BulletinId,
    now: Timestamp,
) -> Result<(), Problem> {
    lock_draft(db, caller, id).await?;
    rows::delete_draft(db, id).await?;
    Ok(note(db, &caller.actor(), "delete", id, false, now).await?)
}

/// The draft, its row locked; 409 where it is none any more.
pub(in crate::web) async fn lock_draft(
    db: &mut Connection,
    caller: &Caller,
    id: BulletinId,
) -> Result<rows::Bulletin, Problem> {
    visible::own_bulletin(db, caller, id).await?;
    match find_stage_for_update(db, id).await? {
        Some(Stage::Draft) => Ok(get_bulletin(db, id).await?),
        Some(_) => Err(Refusal::NotADraft.into()),
        None => Err(Problem::absent("bulletin")),
    }
}

/// Writes the act down, and apart from it that the groups' own settings are passed over.
async fn note(
    db: &mut Connection,
    by: &Actor,
    act: &str,
    id: BulletinId,
    automatic: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let subject = format!("bulletin:{id}");
    audit::insert_entry(db, now, by, act, &subject, &json!({})).await?;
    if automatic {
        audit::insert_entry(db, now, by, "set_forwarding", &subject, &json!({ "forwarding": "automatic" })).await?;
    }
    Ok(())
}

/// A draft that says nothing yet.
pub(in crate::web) fn blank(origin: GroupId) -> Draft {
    Draft {
        kind: Kind::default(),
        about: None,
        subject: String::new(),
        body: String::new(),
        urgency: Urgency::default(),
        document_number: None,
        document_date: None,
        origin,
        audience: Audience::default(),
        links: Vec::new(),
        attachment: None,
        forwarding: ForwardingMode::default(),
        acknowledgement: Acknowledgement::default(),
        expires_at: None,
    }
}

/// Where a draft starts that does not say: the root, or the top group of the key's office.
pub(in crate::web) async fn default_origin(db: &mut Connection, caller: &Caller) -> Result<GroupId, Problem> {
    let no_tree = || Problem::conflict("no-tree", "No tree of groups has been imported yet.");
    let Some(office) = &caller.office_code else { return find_root(db).await?.ok_or_else(no_tree) };
    let filter = groups::Filter { office: Some(office.clone()), ..groups::Filter::default() };
    let own = groups::list_groups(db, &filter, 500).await?;
    let top = own.into_iter().filter(|group| !group.retired).min_by_key(|group| group.path.len());
    top.map(|group| group.id).ok_or_else(no_tree)
}

/// `base` with the fields of the request, everything that they name looked up in the caller's part of the tree.
async fn fill(
    db: &mut Connection,
    caller: &Caller,
    mut input: DraftInput,
    mut base: Draft,
    now: Timestamp,
) -> Result<Draft, Problem> {
    let mut errors = Vec::new();
    match std::mem::take(&mut input.origin) {
        Field::Set(code) => match visible::find_group(db, caller, code.as_str()).await? {
            Some(group) if caller.originates_at(group.office_id) => base.origin = group.id,
            _ => errors.push(FieldError::new("/origin", format!("there is no group called {code}"))),
        },
        Field::Null => base.origin = default_origin(db, caller).await?,
        Field::Absent => {}
    }
    let draft = input.apply(base, now, &mut errors);
    check_role(caller, &draft, &mut errors);
    let named = [("groups", &draft.audience.groups), ("exclude_groups", &draft.audience.exclude_groups)];
    for (field, codes) in named {
        check_groups(db, caller, codes.as_deref().unwrap_or_default(), field, &mut errors).await?;
    }
    if let Some(attachment) = &draft.attachment
        && find_size(db, attachment.image).await?.is_none()
    {
        errors.push(FieldError::new("/attachments/0/image", "there is no image of this id"));
    }
    if let Some(about) = draft.about {
        check_about(db, caller, about, &mut errors).await?;
    }
    if errors.is_empty() { Ok(draft) } else { Err(Problem::invalid(errors)) }
}

/// What a steward's own bulletin may be: news to the own office and below, through the stewards there.
fn check_role(caller: &Caller, draft: &Draft, errors: &mut Vec<FieldError>) {
    if caller.role.may(Permission::Publish) {
        return;
    }
    if draft.kind != Kind::News {
        errors.push(FieldError::new("/kind", "must be news: the other kinds need a role that may publish"));
    }
    if draft.forwarding == ForwardingMode::Automatic {
        errors.push(FieldError::new("/forwarding", "automatic needs a role that may publish"));
    }
}

async fn check_groups(
    db: &mut Connection,
    caller: &Caller,
    codes: &[Code],
    field: &str,
    errors: &mut Vec<FieldError>,
) -> Result<(), StoreError> {
    let names: Vec<String> = codes.iter().map(Code::to_string).collect();
    let places = if names.is_empty() { Vec::new() } else { list_places(db, &names).await? };
    for (index, name) in names.iter().enumerate() {
        let known = places.iter().any(|place| place.code == *name && caller.scope.covers(&place.path));
        if !known {
            let fault = format!("there is no group called {name}");
            errors.push(FieldError::new(format!("/audience/{field}/{index}"), fault));
        }
    }
    Ok(())
}

async fn check_about(
    db: &mut Connection,
    caller: &Caller,
    about: BulletinId,
    errors: &mut Vec<FieldError>,
) -> Result<(), Problem> {
    let filter = rows::Filter { id: Some(about), scope: caller.scope.to_filter(), ..rows::Filter::default() };
    let other = rows::list_bulletins(db, &filter, 1).await?.pop();
    match other.map(|other| other.stage) {
        Some(Stage::Published) => {}
        Some(Stage::Withdrawn) => errors.push(FieldError::new("/about", Refusal::AboutWithdrawn)),
        _ => errors.push(FieldError::new("/about", "there is no published bulletin of this id")),
    }
    Ok(())
}
