//! The form in which a bulletin is written: blank, with a draft in it, or with what could not be taken.
//!
//! Two people who change the same draft do not overwrite each other unseen: the form carries the time of the state
//! that its writer saw, and where the draft is newer the form comes back (409) with what was typed and says so.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::labels::{self, either};
use super::picker::{Choices, Groups};
use super::preview::Preview;
use super::read::{Faults, read};
use super::typed::{Sent, Typed};
use crate::domain::account::Act;
use crate::domain::bulletin::{ForwardingMode, Kind};
use crate::domain::ids::{BulletinId, GroupId};
use crate::domain::picture::ImageId;
use crate::store::bulletins::{self as rows, Bulletin, Draft};
use crate::store::images::{find_size, insert_image};
use crate::store::{Connection, StoreError};
use crate::web::api::drafts::{blank, default_origin, insert, lock_draft, update};
use crate::web::api::images::{NotTaken, prepare};
use crate::web::api::visible;
use crate::web::app::App;
use crate::web::input::Id;
use crate::web::pages::show;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::{Shell, and_say};
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "compose/form.html")]
struct FormPage {
    shell: Shell,
    t: Words,
    typed: Typed,
    faults: Faults,
    choices: Choices,
    image: ImageField,
    preview: Preview,
    id: Option<BulletinId>,
    about: Option<String>,
    overtaken: Option<String>,
}

impl FormPage {
    /// What the form calls a field in which there is a fault.
    fn label(&self, field: &str) -> Option<String> {
        Some(self.t.say(match field {
            "document_number" => "compose-number",
            "document_date" => "compose-date",
            "subject" => "compose-subject",
            "body" => "compose-body",
            "links" => "compose-links",
            "image_alt" => "compose-image-alt",
            "acknowledge" => "compose-acknowledge-ask",
            "expires" => "compose-expires",
            _ => return None,
        }))
    }

    /// Whether there are links beyond the first.
    fn more_links(&self) -> bool {
        self.typed.links.iter().skip(1).any(|(label, url)| !label.is_empty() || !url.is_empty())
    }

    #[expect(clippy::unused_self, clippy::trivially_copy_pass_by_ref, reason = "the template calls it so")]
    fn nth(&self, n: &usize) -> i64 {
        i64::try_from(*n).unwrap_or(i64::MAX)
    }
}

/// The picture's part of the form.
#[derive(Clone, Debug, Template)]
#[template(path = "compose/image.html")]
struct ImageField {
    t: Words,
    image: Option<String>,
    alt: String,
    fault: Option<String>,
    alt_fault: Option<String>,
}

/// What is drawn is escaped by its own template.
impl askama::filters::HtmlSafe for ImageField {}

/// What the form is about: where a bulletin starts, and the draft that is being changed.
struct Desk {
    base: Draft,
    origin_office: String,
    stored: Option<Bulletin>,
}

impl Desk {
    /// For a new draft of `visitor`.
    async fn blank(db: &mut Connection, visitor: &Visitor) -> Result<Self, Problem> {
        let origin = default_origin(db, &visitor.caller).await?;
        Ok(Self { base: blank(origin), origin_office: office_of(db, origin).await?, stored: None })
    }

    /// For a stored draft.
    fn of(stored: Bulletin) -> Self {
        Self { base: Draft::of(&stored), origin_office: stored.origin_office.clone(), stored: Some(stored) }
    }

    /// For the draft that a form names, or a new one.
    async fn named(db: &mut Connection, visitor: &Visitor, id: &str) -> Result<Self, Problem> {
        match id.parse() {
            Ok(id) => Ok(Self::of(visible::own_bulletin(db, &visitor.caller, id).await?)),
            Err(_) => Self::blank(db, visitor).await,
        }
    }
}

async fn office_of(db: &mut Connection, group: GroupId) -> Result<String, StoreError> {
    Ok(crate::store::offices::find_name_of_group(db, group).await?.unwrap_or_default())
}

/// A page with what is typed in it.
struct Filled<'a> {
    visitor: &'a Visitor,
    desk: Desk,
    typed: Typed,
    draft: Draft,
    faults: Faults,
    overtaken: Option<String>,
}

impl Filled<'_> {
    async fn show(self, db: &mut Connection, app: &App, status: StatusCode) -> Result<Response, Problem> {
        let t = self.visitor.words;
        let Self { visitor, desk, typed, draft, faults, overtaken } = self;
        let preview =
            Preview::of(db, &app.settings, t, &typed, &draft, desk.stored.as_ref(), &desk.origin_office).await?;
        let page = FormPage {
            shell: Shell::of(visitor),
            t,
            choices: Choices::of(db, t, &visitor.caller.scope, &typed).await?,
            image: ImageField::of(t, &typed, &faults),
            preview,
            id: desk.stored.as_ref().map(|stored| stored.id),
            about: subject_of(db, visitor, &typed.about).await?,
            typed,
            faults,
            overtaken,
        };
        Ok(show(status, &page, "no-store"))
    }
}

impl ImageField {
    fn of(t: Words, typed: &Typed, faults: &Faults) -> Self {
        Self {
            t,
            image: typed.image.parse::<ImageId>().ok().map(|image| image.to_string()),
            alt: typed.image_alt.clone(),
            fault: faults.of("image").map(str::to_owned),
            alt_fault: faults.of("image_alt").map(str::to_owned),
        }
    }
}

/// The subject of the bulletin that a correction is about.
async fn subject_of(db: &mut Connection, visitor: &Visitor, about: &str) -> Result<Option<String>, Problem> {
    let Ok(about) = about.parse() else { return Ok(None) };
    Ok(Some(visible::bulletin(db, &visitor.caller, about).await?.subject))
}

/// What a new form may be about.
#[derive(Debug, Deserialize)]
pub struct NewQuery {
    /// The published bulletin that is to be put right.
    about: Option<BulletinId>,
}

/// A blank form.
pub async fn show_blank(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<NewQuery>,
) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let desk = Desk::blank(&mut db, &visitor).await?;
    let typed = match query.about {
        None => Typed::blank(None),
        // a correction begins with what it puts right
        Some(about) => {
            let old = visible::bulletin(&mut db, &visitor.caller, about).await?;
            let fresh = Typed::blank(Some(about.to_string()));
            let (seen, kind, about) = (fresh.seen, fresh.kind, fresh.about);
            Typed {
                seen,
                kind,
                about,
                expires_date: String::new(),
                expires_time: String::new(),
                ..Typed::of_stored(&old)
            }
        }
    };
    let (draft, _) = read(&typed, &desk.base, visitor.words, app.now());
    let page = Filled { visitor: &visitor, desk, typed, draft, faults: Faults::default(), overtaken: None };
    page.show(&mut db, &app, StatusCode::OK).await
}

/// The form with a draft in it.
pub async fn show_draft(State(app): State<App>, visitor: Visitor, Id(id): Id<BulletinId>) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let stored = visible::own_bulletin(&mut db, &visitor.caller, id).await?;
    if stored.state() != crate::domain::bulletin::State::Draft {
        return Ok(Redirect::to(&format!("/bulletins/{id}")).into_response());
    }
    let typed = Typed::of_stored(&stored);
    let desk = Desk::of(stored);
    let draft = desk.base.clone();
    let page = Filled { visitor: &visitor, desk, typed, draft, faults: Faults::default(), overtaken: None };
    page.show(&mut db, &app, StatusCode::OK).await
}

/// Stores a new draft, or shows the form again.
pub async fn save_new(State(app): State<App>, visitor: Visitor, mut sent: Sent) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let typed = take_file(&app, &visitor, &mut sent, &mut faults).await?;
    let mut tx = app.begin().await?;
    let desk = Desk::blank(&mut tx, &visitor).await?;
    let (draft, mut read_faults) = read(&typed, &desk.base, visitor.words, app.now());
    check_named(&mut tx, &visitor, &typed, &draft, &mut read_faults).await?;
    let faults = joined(faults, &read_faults);
    if is_look(&sent) || !faults.is_empty() {
        let (status, faults) = looked(&sent, faults);
        let page = Filled { visitor: &visitor, desk, typed, draft, faults, overtaken: None };
        return page.show(&mut tx, &app, status).await;
    }
    let id = insert(&mut tx, &draft, &visitor.caller.actor(), app.now()).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(saved(&sent, id))
}

/// Puts what was typed in place of what a draft says, or shows the form again.
pub async fn save_draft(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    mut sent: Sent,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let mut typed = take_file(&app, &visitor, &mut sent, &mut faults).await?;
    let mut tx = app.begin().await?;
    let stored = lock_draft(&mut tx, &visitor.caller, id).await?;
    let seen = stored.updated_at.as_microsecond().to_string();
    let overtaken = (typed.seen != seen).then(|| {
        let by = stored.updated_at;
        visitor.words.say_with("compose-overtaken", &[("at", &labels::moment(visitor.words, by))])
    });
    let before = stored.clone();
    let desk = Desk::of(stored);
    let (draft, mut read_faults) = read(&typed, &desk.base, visitor.words, app.now());
    check_named(&mut tx, &visitor, &typed, &draft, &mut read_faults).await?;
    let faults = joined(faults, &read_faults);
    if is_look(&sent) || overtaken.is_some() || !faults.is_empty() {
        let (status, faults) = looked(&sent, faults);
        let (status, overtaken) = match overtaken {
            // saved once more, it is saved over the other's, knowingly
            Some(sentence) if !is_look(&sent) => {
                typed.seen = seen;
                (StatusCode::CONFLICT, Some(sentence))
            }
            _ => (status, None),
        };
        let page = Filled { visitor: &visitor, desk, typed, draft, faults, overtaken };
        return page.show(&mut tx, &app, status).await;
    }
    update(&mut tx, &before, &draft, &visitor.caller.actor(), app.now()).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(saved(&sent, id))
}

/// Whether only a look was asked for: a preview, or a search for groups.
fn is_look(sent: &Sent) -> bool {
    matches!(sent.get("do"), "preview" | "find")
}

/// A look finds no fault: what is not written yet is no mistake.
fn looked(sent: &Sent, faults: Faults) -> (StatusCode, Faults) {
    if is_look(sent) { (StatusCode::OK, Faults::default()) } else { (StatusCode::UNPROCESSABLE_ENTITY, faults) }
}

fn joined(mut faults: Faults, more: &Faults) -> Faults {
    for (field, sentence) in more.all() {
        faults.add(field, sentence.clone());
    }
    faults
}

fn saved(sent: &Sent, id: BulletinId) -> Response {
    let to = if sent.get("do") == "next" { format!("/bulletins/{id}") } else { format!("/bulletins/{id}/edit") };
    Redirect::to(&and_say(&to, "said-draft-saved")).into_response()
}

/// What is named must be there, and be the visitor's to name.
async fn check_named(
    db: &mut Connection,
    visitor: &Visitor,
    typed: &Typed,
    draft: &Draft,
    faults: &mut Faults,
) -> Result<(), Problem> {
    let t = visitor.words;
    if !visitor.may(Act::Publish) {
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
        let known = crate::store::choices::list_called(db, visitor.caller.scope.groups(), &named).await?;
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
        if old.is_none_or(|old| old.published_at.is_none()) {
            faults.add("kind", t.say("compose-refused-about"));
        }
    }
    Ok(())
}

/// Keeps the picture that was sent with a form, so that it need not be chosen again, and names it in what was typed.
async fn take_file(app: &App, visitor: &Visitor, sent: &mut Sent, faults: &mut Faults) -> Result<Typed, Problem> {
    let mut typed = Typed::of(sent);
    let Some(file) = sent.file.take() else { return Ok(typed) };
    let t = visitor.words;
    match prepare(app, &file).await {
        Ok(picture) => {
            let mut db = app.db.acquire().await.map_err(StoreError::from)?;
            insert_image(&mut db, &picture, &visitor.caller.actor(), app.now()).await?;
            typed.image = picture.id().to_string();
        }
        Err(NotTaken::Bad(bad)) => faults.add("image", either(t, bad.thai(), labels::capital(&bad.to_string()))),
        Err(NotTaken::TooLarge) => {
            let most = (app.settings.bulletins.image_limit / 1_000_000).max(1).to_string();
            faults.add("image", t.say_with("compose-fault-image-large", &[("most", &most)]));
        }
        Err(NotTaken::Failed) => return Err(Problem::internal()),
    }
    Ok(typed)
}

/// The preview alone, for the script that follows what is typed.
pub async fn preview(State(app): State<App>, visitor: Visitor, sent: Sent) -> Result<Response, Problem> {
    let typed = Typed::of(&sent);
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let desk = Desk::named(&mut db, &visitor, sent.get("id")).await?;
    let (draft, _) = read(&typed, &desk.base, visitor.words, app.now());
    let stored = desk.stored.as_ref();
    let preview =
        Preview::of(&mut db, &app.settings, visitor.words, &typed, &draft, stored, &desk.origin_office).await?;
    Ok(show(StatusCode::OK, &preview.while_typing(), "no-store"))
}

/// The groups that are looked for, for the script.
pub async fn find_groups(State(app): State<App>, visitor: Visitor, sent: Sent) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let groups = Groups::of(&mut db, visitor.words, &visitor.caller.scope, &Typed::of(&sent)).await?;
    Ok(show(StatusCode::OK, &groups, "no-store"))
}

/// Takes a picture as soon as it is chosen, for the script; the preview follows.
pub async fn take_image(State(app): State<App>, visitor: Visitor, mut sent: Sent) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let typed = take_file(&app, &visitor, &mut sent, &mut faults).await?;
    let mut response = show(StatusCode::OK, &ImageField::of(visitor.words, &typed, &faults), "no-store");
    response.headers_mut().insert("hx-trigger", HeaderValue::from_static("picture"));
    Ok(response)
}
