//! Sending: the form, for what is new and for what was returned.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::HERE;
use super::form::{ChosenFile, MaterialForm, chosen_files, read, read_ids, say_refusal, topics};
use crate::domain::ids::{OfficeId, SubmissionId};
use crate::domain::submission::{SubmissionState, SubmissionWay};
use crate::offices::OfficeRefusal;
use crate::offices::submissions as commands;
use crate::store::submissions::files::list_submitted_files;
use crate::store::submissions::{Submission, find_submission};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::{Id, Parameters};
use crate::web::pages::HtmlPage;
use crate::web::pages::form_fields::OfficeChoice;
use crate::web::pages::form_files::write_ids;
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;

/// With which files.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FormQuery {
    files: String,
    /// Whether the form for a text alone is wanted.
    text: Option<String>,
    /// For which office, where it is not the visitor's own.
    office: String,
}

#[derive(Template)]
#[template(path = "submissions/send.html")]
pub(super) struct SendPage {
    /// Which one is sent again; none = a new one.
    pub(super) again: Option<SubmissionId>,
    /// Why it was returned.
    pub(super) reason: Option<String>,
    /// Whose; none where the office is asked for.
    pub(super) own: Option<String>,
    /// Whether the fields are shown, or first the choice of files.
    pub(super) fields: bool,
    /// What is wrong with the upload.
    pub(super) upload_fault: Option<String>,
    pub(super) limits: String,
    pub(super) files: Vec<ChosenFile>,
    pub(super) topics: Vec<Choice>,
    pub(super) form: FormState<MaterialForm>,
}

/// What the form is for.
pub(super) struct Sending {
    /// What is sent again.
    pub(super) again: Option<(SubmissionId, Option<String>)>,
    /// Whether the fields are shown.
    pub(super) fields: bool,
    /// What is wrong with the upload.
    pub(super) upload_fault: Option<String>,
}

/// The form for something new.
pub(super) async fn show_form(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(query): Parameters<FormQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let mut typed = MaterialForm { files: write_ids(&read_ids(&query.files)), ..MaterialForm::default() };
    if visitor.caller.office_code.as_deref() != Some(query.office.as_str()) {
        typed.office.typed = query.office;
    }
    let fields = !typed.files.is_empty() || query.text.is_some();
    let sending = Sending { again: None, fields, upload_fault: None };
    render(&app, &mut db, &visitor, sending, FormState::new(typed), StatusCode::OK).await
}

/// The form for what was returned.
pub(super) async fn show_again(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<SubmissionId>,
    Parameters(query): Parameters<FormQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let found = find_returned(&mut db, &visitor, id).await?;
    let files = list_submitted_files(&mut db, id).await?;
    let reason = super::show::find_reason(&mut db, id).await?;
    let typed = MaterialForm::of(found, &files, &query.files);
    let sending = Sending { again: Some((id, reason)), fields: true, upload_fault: None };
    render(&app, &mut db, &visitor, sending, FormState::new(typed), StatusCode::OK).await
}

async fn find_returned(db: &mut Connection, visitor: &Visitor, id: SubmissionId) -> Result<Submission, Problem> {
    let found = find_submission(db, visitor.caller.scope.groups(), id).await?;
    let found = found.ok_or(OfficeRefusal::SubmissionAbsent)?;
    let may_change = found.state == SubmissionState::Returned || found.awaits_details();
    if may_change { Ok(found) } else { Err(OfficeRefusal::NotNow.into()) }
}

pub(super) async fn render(
    app: &App,
    db: &mut Connection,
    visitor: &Visitor,
    sending: Sending,
    form: FormState<MaterialForm>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let own = visitor.caller.office.and(visitor.office_name.clone()).filter(|_| form.typed.office.typed.is_empty());
    let limits = app.files.limits();
    let megabytes = |bytes: u64| (bytes / 1_000_000).max(1).to_string();
    let (image, video, document) = (megabytes(limits.image), megabytes(limits.video), megabytes(limits.document));
    let limits = [("image", image.as_str()), ("video", video.as_str()), ("document", document.as_str())];
    let (again, reason) = sending.again.unzip();
    let page = SendPage {
        again,
        reason: reason.flatten(),
        own,
        fields: sending.fields,
        upload_fault: sending.upload_fault,
        limits: t.say_with("material-upload-limits", &limits),
        files: chosen_files(db, t, &form.typed).await?,
        topics: topics(db, t, &form.typed.topic).await?,
        form,
    };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

/// Sends something new.
pub(super) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<MaterialForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let mut form = FormState::new(typed);
    let office = choose(&mut tx, &visitor, &mut form).await?;
    let material = read(visitor.words, &mut form);
    if let (Some(office), Some(material)) = (office, material) {
        let right = visitor.caller.right();
        match commands::send(&mut tx, &right, office, &material, SubmissionWay::Page, app.now()).await {
            Ok(id) => {
                let to = with_flash(&format!("{HERE}/{id}"), "said-material-sent");
                form_key.finish(tx, &app, &to).await?;
                return Ok(Redirect::to(&to).into_response());
            }
            Err(refusal) => match say_refusal(visitor.words, &form.typed, &refusal) {
                Some((field, sentence)) => form.errors.add(field, sentence),
                None => return Err(refusal.into()),
            },
        }
    }
    let sending = Sending { again: None, fields: true, upload_fault: None };
    render(&app, &mut tx, &visitor, sending, form, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// Sends what was returned again.
pub(super) async fn send_again(
    State(app): State<App>,
    mut visitor: Visitor,
    Id(id): Id<SubmissionId>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<MaterialForm>>,
) -> Result<Response, Problem> {
    visitor.here = format!("{HERE}/{id}/again");
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    find_returned(&mut tx, &visitor, id).await?;
    let mut form = FormState::new(typed);
    if let Some(material) = read(visitor.words, &mut form) {
        match commands::send_again(&mut tx, &visitor.caller.right(), id, &material, app.now()).await {
            Ok(()) => {
                let to = with_flash(&format!("{HERE}/{id}"), "said-material-sent");
                form_key.finish(tx, &app, &to).await?;
                return Ok(Redirect::to(&to).into_response());
            }
            Err(refusal) => match say_refusal(visitor.words, &form.typed, &refusal) {
                Some((field, sentence)) => form.errors.add(field, sentence),
                None => return Err(refusal.into()),
            },
        }
    }
    let reason = super::show::find_reason(&mut tx, id).await?;
    let sending = Sending { again: Some((id, reason)), fields: true, upload_fault: None };
    render(&app, &mut tx, &visitor, sending, form, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// The office that is meant: the visitor's own, or the one that was typed.
async fn choose(
    db: &mut Connection,
    visitor: &Visitor,
    FormState { typed, errors }: &mut FormState<MaterialForm>,
) -> Result<Option<OfficeId>, StoreError> {
    if let Some(own) = visitor.caller.office.filter(|_| typed.office.typed.is_empty()) {
        return Ok(Some(own));
    }
    let t = visitor.words;
    let sentence = match typed.office.choose(db, visitor.caller.scope.groups()).await? {
        OfficeChoice::One(office) => return Ok(Some(office.id)),
        OfficeChoice::Several(offices) => {
            typed.office.offered = offices;
            t.say("accounts-office-several")
        }
        OfficeChoice::Empty => t.say("material-office-needed"),
        OfficeChoice::Absent => t.say("accounts-office-absent"),
    };
    errors.add("office", sentence);
    Ok(None)
}
