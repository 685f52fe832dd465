//! `/submissions/{id}`: one submission with its files, what was done with it, where the like was sent before, and what can be done now.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::form::describe;
use super::{preview_path, topic_name};
use crate::domain::account::Permission;
use crate::domain::file_kind::FileKind;
use crate::domain::ids::SubmissionId;
use crate::domain::submission::{SubmissionAct, SubmissionState};
use crate::offices::OfficeRefusal;
use crate::offices::submissions::works_above;
use crate::store::files::{Alike, list_alike};
use crate::store::posters::list_posters_of;
use crate::store::submissions::files::{SubmittedFile, list_submitted_files, list_submitted_pages};
use crate::store::submissions::steps::{Step, list_steps};
use crate::store::submissions::{Submission, find_submission};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::actor::name_actor;
use crate::web::ui::filters;
use crate::web::ui::format::moment;
use crate::web::words::Words;

/// How long ago the like is looked for.
const LOOKED_BACK: Duration = Duration::from_hours(400 * 24);
/// Of the like, so many.
const ALIKE_SHOWN: i64 = 10;

/// A file as the page shows it.
struct ShownFile {
    file: SubmittedFile,
    path: String,
    preview: Option<String>,
    what: String,
    /// Whether it is a poster; none where that cannot be said.
    poster: Option<bool>,
}

/// A page of a document as the page shows it.
struct ShownPage {
    path: String,
    preview: String,
    alt: String,
}

/// A step as the page shows it.
struct ShownStep {
    state: SubmissionState,
    at: String,
    by: String,
    remark: Option<String>,
}

/// Where the like was sent before.
struct ShownAlike {
    path: String,
    says: String,
}

/// What whoever looks can do now.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a button of its own")]
struct MayDo {
    check: bool,
    propose: bool,
    give_back: bool,
    accept: bool,
    send_again: bool,
}

#[derive(Template)]
#[template(path = "submissions/one.html")]
struct OnePage {
    row: Submission,
    topic: String,
    sent_at: String,
    files: Vec<ShownFile>,
    /// The first pages of its document.
    pages: Vec<ShownPage>,
    steps: Vec<ShownStep>,
    alike: Vec<ShownAlike>,
    may: MayDo,
    /// Whether the draft may be opened.
    publishes: bool,
    /// The number of the last step, which comes back with what is done.
    seen: i16,
    /// Whether something was done since whoever acts looked.
    changed: bool,
    remark: String,
    fault: Option<String>,
}

/// What was typed of a remark that was refused, and why.
#[derive(Default)]
pub(super) struct RefusedRemark {
    pub(super) remark: String,
    pub(super) why: Option<String>,
    /// Whether something was done since whoever acts looked.
    pub(super) changed: bool,
}

/// The number of the step that somebody saw last; what is none is the number of no step.
pub(super) fn read_seen(typed: &str) -> i16 {
    typed.parse().unwrap_or_default()
}

/// The page.
pub(super) async fn show_one(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<SubmissionId>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    render(&app, &mut db, &visitor, id, RefusedRemark::default(), StatusCode::OK).await
}

pub(super) async fn render(
    app: &App,
    db: &mut Connection,
    visitor: &Visitor,
    id: SubmissionId,
    refused: RefusedRemark,
    status: StatusCode,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let scope = visitor.caller.scope.groups();
    let row = find_submission(db, scope, id).await?.ok_or(OfficeRefusal::SubmissionAbsent)?;
    let posters = list_posters_of(db, id).await?;
    let marks = row.state == SubmissionState::Accepted && visitor.may(Permission::Publish);
    let files = list_submitted_files(db, id).await?.into_iter().map(|file| ShownFile {
        poster: marks.then(|| posters.contains(&file.id)),
        path: format!("/submissions/{id}/files/{}", file.id),
        preview: file.preview.map(|_| preview_path(file.id)),
        what: describe(t, file.kind, file.bytes, file.milliseconds),
        file,
    });
    let pages = (1..).zip(list_submitted_pages(db, id).await?).map(|(no, page): (u8, _)| ShownPage {
        path: format!("/submissions/{id}/files/{}", page.id),
        preview: preview_path(page.id),
        alt: t.say_with("material-page", &[("no", &no.to_string())]),
    });
    let (mut steps, mut seen, mut own) = (Vec::new(), 0, false);
    let by = visitor.caller.actor();
    for step in list_steps(db, id).await? {
        seen = step.no;
        own |= step.sent.is_some() && step.by == by;
        steps.push(shown_step(db, t, step).await?);
    }
    let alike = list_alike(db, id, app.now() - LOOKED_BACK, scope, ALIKE_SHOWN).await?;
    let page = OnePage {
        topic: topic_name(t, &row),
        sent_at: moment(t, row.sent_at),
        files: files.collect(),
        pages: pages.collect(),
        steps,
        alike: alike.iter().map(|found| shown_alike(t, found)).collect(),
        may: may_do(visitor, &row, own),
        seen,
        changed: refused.changed,
        publishes: visitor.may(Permission::Publish),
        remark: refused.remark,
        fault: refused.why,
        row,
    };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

async fn shown_step(db: &mut Connection, t: Words, step: Step) -> Result<ShownStep, StoreError> {
    Ok(ShownStep {
        state: step.state,
        at: moment(t, step.at),
        by: name_actor(db, t, &step.by).await?,
        remark: step.remark,
    })
}

fn shown_alike(t: Words, found: &Alike) -> ShownAlike {
    let key = if found.same { "material-same" } else { "material-alike" };
    let sent_at = moment(t, found.sent_at);
    ShownAlike {
        path: format!("/submissions/{}", found.submission),
        says: t.say_with(key, &[("title", &found.title), ("office", &found.office_name), ("at", &sent_at)]),
    }
}

/// `own`: whether the visitor has sent it themselves.
fn may_do(visitor: &Visitor, row: &Submission, own: bool) -> MayDo {
    let right = visitor.caller.right();
    let (above, publishes) = (!own && works_above(&right, row), right.may(Permission::Publish));
    let can = |act| row.state.after(act).is_some();
    MayDo {
        check: above && can(SubmissionAct::Check),
        propose: above && can(SubmissionAct::Propose),
        give_back: (above || publishes) && can(SubmissionAct::Return),
        accept: publishes && can(SubmissionAct::Accept),
        send_again: right.may(Permission::OfficeWork) && (can(SubmissionAct::SendAgain) || row.awaits_details()),
    }
}

/// Why a submission was returned last.
pub(super) async fn find_reason(db: &mut Connection, id: SubmissionId) -> Result<Option<String>, StoreError> {
    let last = list_steps(db, id).await?.pop();
    Ok(last.filter(|step| step.state == SubmissionState::Returned).and_then(|step| step.remark))
}
