//! The form in which a bulletin is written: blank, with a draft in it, or with what could not be taken (`save`).
//!
//! Two people who change the same draft do not overwrite each other unseen: the form carries the time of the state
//! that its writer saw, and where the draft is newer the form comes back (409) with what was typed and says so.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::draft_form::{DraftForm, OWN_WAYS};
use super::image::ImageField;
use super::picker::GroupFilter;
use super::preview::Preview;
use super::read_form::read;
use super::requests::{RequestForm, kind_choices, purpose_choices};
use crate::domain::bulletin::MediaFile;
use crate::domain::ids::{BulletinId, GroupId};
use crate::relay::drafts::blank;
use crate::store::bulletins::{Bulletin, Draft};
use crate::store::{Connection, StoreError};
use crate::web::access::origin::default_origin;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::words::Words;

/// A file in front of the card, as the form shows it.
struct CarriedFile {
    id: String,
    preview: String,
    alt: String,
    removed: bool,
}

impl CarriedFile {
    fn of(media: &MediaFile, removed: &[String]) -> Self {
        let id = media.file.to_string();
        let (preview, alt) = (media.preview.to_string(), media.alt.to_string());
        Self { removed: removed.contains(&id), id, preview, alt }
    }
}

#[derive(Template)]
#[template(path = "compose/form.html")]
struct FormPage {
    form: FormState<DraftForm>,
    choices: GroupFilter,
    image: ImageField,
    files: Vec<CarriedFile>,
    preview: Preview,
    id: Option<BulletinId>,
    about: Option<String>,
    overtaken: Option<String>,
    asking: RequestFields,
}

/// The fields of the first request, as the form shows them.
struct RequestFields {
    typed: RequestForm,
    kinds: Vec<Choice>,
    purposes: Vec<Choice>,
    /// That there are more than the first, which are on the page of the draft.
    others: Option<String>,
}

impl RequestFields {
    fn of(t: Words, typed: &DraftForm, base: &Draft) -> Self {
        let typed = typed.request.clone().unwrap_or_default();
        let nothing = Choice::none(t.say("requests-kind-none"));
        let others = i64::try_from(base.requests.len()).unwrap_or(0) - 1;
        Self {
            kinds: [nothing].into_iter().chain(kind_choices(t, &typed.request_kind)).collect(),
            purposes: [Choice::none(t.say("requests-purpose-usual"))]
                .into_iter()
                .chain(purpose_choices(t, &typed.purpose))
                .collect(),
            others: (others > 0).then(|| t.count("requests-compose-others", others)),
            typed,
        }
    }

    /// Whether something is asked.
    fn is_open(&self) -> bool {
        !self.typed.is_blank()
    }
}

impl FormPage {
    /// All that is wrong, each with the field and what the form calls it.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the template gives a reference")]
    fn summary(&self, t: &Words) -> Vec<(&'static str, String)> {
        let line = |(field, sentence): (&'static str, &str)| match Self::label(*t, field) {
            Some(label) => (field, format!("{label}: {sentence}")),
            None => (field, sentence.to_owned()),
        };
        self.form.errors.iter().map(line).collect()
    }

    /// What the form calls a field in which something may be wrong.
    fn label(t: Words, field: &str) -> Option<String> {
        Some(t.say(match field {
            "document_number" => "compose-number",
            "document_date" => "compose-date",
            "subject" => "compose-subject",
            "body" => "compose-body",
            "links" => "compose-links",
            "image_alt" => "compose-image-alt",
            "way" => "compose-way",
            "acknowledge" => "compose-acknowledge-ask",
            "expires" => "compose-expires",
            "request_kind" => "requests-kind",
            "text" => "requests-text",
            "due_on" => "requests-due-on",
            "working_days" => "requests-working-days",
            _ => return None,
        }))
    }

    /// Whether there are links beyond the first.
    fn more_links(&self) -> bool {
        self.form.typed.links.iter().skip(1).any(|(label, url)| !label.is_empty() || !url.is_empty())
    }

    /// Whether something is wrong with what is asked.
    fn asks_wrongly(&self) -> bool {
        ["request_kind", "text", "due_on", "working_days"].iter().any(|field| self.form.error(field).is_some())
    }

    /// Whether a way is chosen for all groups.
    fn sets_way(&self) -> bool {
        !matches!(self.form.typed.way.as_str(), "" | OWN_WAYS)
    }

    #[expect(clippy::unused_self, clippy::trivially_copy_pass_by_ref, reason = "the template calls it so")]
    fn nth(&self, n: &usize) -> i64 {
        i64::try_from(*n).unwrap_or(i64::MAX)
    }
}

/// What the form is about: where a bulletin starts, and the draft that is being changed.
pub(super) struct FormContext {
    pub(super) base: Draft,
    pub(super) origin_office: String,
    pub(super) stored: Option<Bulletin>,
}

impl FormContext {
    /// For a new draft of `visitor`.
    pub(super) async fn blank(db: &mut Connection, visitor: &Visitor) -> Result<Self, Problem> {
        let origin = default_origin(db, &visitor.caller).await?;
        Ok(Self { base: blank(origin), origin_office: office_of(db, origin).await?, stored: None })
    }

    /// For a stored draft.
    pub(super) fn of(stored: Bulletin) -> Self {
        Self { base: Draft::of(&stored), origin_office: stored.origin_office.clone(), stored: Some(stored) }
    }

    /// For the draft that a form names, or a new one.
    pub(super) async fn named(db: &mut Connection, visitor: &Visitor, id: &str) -> Result<Self, Problem> {
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
pub(super) struct FilledForm<'a> {
    pub(super) visitor: &'a Visitor,
    pub(super) context: FormContext,
    pub(super) form: FormState<DraftForm>,
    pub(super) draft: Draft,
    pub(super) overtaken: Option<String>,
}

impl FilledForm<'_> {
    pub(super) async fn show(self, db: &mut Connection, app: &App, status: StatusCode) -> Result<Response, Problem> {
        let t = self.visitor.words;
        let Self { visitor, context, form, draft, overtaken } = self;
        let preview =
            Preview::of(db, app, t, &form.typed, &draft, context.stored.as_ref(), &context.origin_office).await?;
        let page = FormPage {
            choices: GroupFilter::of(db, t, &visitor.caller.scope, &form.typed).await?,
            image: ImageField::of(t, &form),
            files: context.base.media.iter().map(|media| CarriedFile::of(media, &form.typed.removed_files)).collect(),
            preview,
            id: context.stored.as_ref().map(|stored| stored.id),
            about: subject_of(db, visitor, &form.typed.about).await?,
            asking: RequestFields::of(t, &form.typed, &context.base),
            form,
            overtaken,
        };
        Ok(HtmlPage::of(visitor, page).status(status).into_response())
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
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let context = FormContext::blank(&mut db, &visitor).await?;
    let typed = match query.about {
        None => DraftForm::blank(None),
        // a correction begins with what it puts right
        Some(about) => {
            let old = visible::bulletin(&mut db, &visitor.caller, about).await?;
            let fresh = DraftForm::blank(Some(about.to_string()));
            let (seen, kind, about) = (fresh.seen, fresh.kind, fresh.about);
            DraftForm {
                seen,
                kind,
                about,
                expires_date: String::new(),
                expires_time: String::new(),
                // a correction asks for nothing once more by itself
                request: Some(RequestForm::default()),
                ..DraftForm::of_stored(&old)
            }
        }
    };
    let (draft, _) = read(&typed, &context.base, visitor.words, app.now());
    let page = FilledForm { visitor: &visitor, context, form: FormState::new(typed), draft, overtaken: None };
    page.show(&mut db, &app, StatusCode::OK).await
}

/// The form with a draft in it.
pub async fn show_draft(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let stored = visible::own_bulletin(&mut db, &visitor.caller, id).await?;
    if stored.state() != crate::domain::bulletin::State::Draft {
        return Ok(Redirect::to(&format!("/bulletins/{id}")).into_response());
    }
    let typed = DraftForm::of_stored(&stored);
    let context = FormContext::of(stored);
    let draft = context.base.clone();
    let page = FilledForm { visitor: &visitor, context, form: FormState::new(typed), draft, overtaken: None };
    page.show(&mut db, &app, StatusCode::OK).await
}
