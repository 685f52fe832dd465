//! What a tree file would change, office by office and cell by cell; applied with one button, and undone with another.
//!
//! A second click finds it done and is shown it as it stands, so these forms need no key of their own.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::faults::say_fault;
use crate::domain::ids::TreeUploadId;
use crate::domain::tree_file::{ChangedCell, ChangedGroup, version_of};
use crate::relay::tree_files::{self, TreeRefusal};
use crate::store::tree_uploads::TreeUpload;
use crate::store::{Connection, StoreError, Tx};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::moment;
use crate::web::ui::table::{Column, PageTable};
use crate::web::words::{Words, group_digits};

/// Groups whose cells are shown; the rest is counted.
const SHOWN: usize = 500;

#[derive(Template)]
#[template(path = "tree/review.html")]
struct ReviewPage {
    id: TreeUploadId,
    sent: String,
    applied: Option<String>,
    undone: Option<String>,
    /// What the changes that are shown are known by.
    version: String,
    new: String,
    changed: String,
    /// How many groups are not shown.
    rest: Option<String>,
    offices: Vec<(String, Vec<ShownGroup>)>,
    fault: Option<String>,
}

/// A group that changes, with a line for each cell.
struct ShownGroup {
    code: String,
    name: String,
    is_new: bool,
    cells: PageTable,
}

impl ShownGroup {
    /// Of a new group not what stands above its table.
    fn of(t: Words, group: &ChangedGroup) -> Self {
        let told = |cell: &&ChangedCell| !group.is_new || !["code", "name", "office_name"].contains(&&*cell.column);
        let cells: Vec<ChangedCell> = group.cells.iter().filter(told).cloned().collect();
        let columns = vec![
            Column::words("tree-column", |cell: &ChangedCell, t| say_column(t, &cell.column))
                .shown(|cell, t| Cell::text(&say_column(t, &cell.column)).below(&Cell::quiet_code(&cell.column)))
                .naming_the_row(),
            Column::text("tree-was", |cell: &ChangedCell| cell.before.clone()),
            Column::text("tree-is", |cell: &ChangedCell| cell.after.clone()),
        ];
        Self {
            code: group.code.to_string(),
            name: group.name.clone(),
            is_new: group.is_new,
            cells: PageTable::of(t, &group.name, &columns, &cells),
        }
    }
}

/// What people call a column of the tree file; its name in the file where no word is known.
fn say_column(t: Words, column: &str) -> String {
    t.say(match column {
        "code" => "tree-code",
        "parent" => "tree-parent",
        "tier" => "tree-tier",
        "name" => "tree-name",
        "office" => "tree-office-code",
        "office_name" => "tree-office-name",
        "office_kind" => "tree-office-kind",
        "province" => "tree-province",
        "channel" => "delivery-channel",
        "line_group_id" => "tree-line-group",
        "members" => "board-seats",
        "head_count" => "board-head-count",
        "forwarding" => "group-forwarding",
        "forward_within" => "tree-forward-within",
        "steward" => "tree-steward",
        "steward_title" => "tree-steward-title",
        "steward_phone" => "tree-steward-phone",
        "deputy" => "tree-deputy",
        "retired" => "tree-retired",
        "way" => "tree-way",
        "push_after" => "tree-push-after",
        _ => return column.to_owned(),
    })
}

impl ReviewPage {
    fn of(t: Words, upload: TreeUpload, fault: Option<String>) -> Self {
        let changes = upload.changes.0;
        let count = |new: bool| {
            let many = changes.iter().filter(|group| group.is_new == new).count();
            group_digits(i64::try_from(many).unwrap_or(i64::MAX))
        };
        let rest = changes.len().saturating_sub(SHOWN);
        Self {
            id: upload.id,
            sent: t.say_with(
                "tree-review-sent",
                &[("file", upload.file_name.as_str()), ("at", &moment(t, upload.uploaded_at))],
            ),
            applied: upload.applied_at.map(|at| t.say_with("tree-review-applied", &[("at", &moment(t, at))])),
            undone: upload.undone_at.map(|at| t.say_with("tree-review-undone", &[("at", &moment(t, at))])),
            version: version_of(&changes),
            new: count(true),
            changed: count(false),
            rest: (rest > 0).then(|| group_digits(i64::try_from(rest).unwrap_or(i64::MAX))),
            offices: by_office(t, &changes),
            fault,
        }
    }
}

/// The first of the changes, office by office, in the order in which the offices first come.
fn by_office(t: Words, changes: &[ChangedGroup]) -> Vec<(String, Vec<ShownGroup>)> {
    let mut offices: Vec<(String, Vec<ShownGroup>)> = Vec::new();
    for group in changes.iter().take(SHOWN) {
        let shown = ShownGroup::of(t, group);
        match offices.iter_mut().find(|(office, _)| *office == group.office) {
            Some((_, groups)) => groups.push(shown),
            None => offices.push((group.office.clone(), vec![shown])),
        }
    }
    offices
}

/// What a file would change, or has changed.
pub async fn show(visitor: Visitor, Id(id): Id<TreeUploadId>, Conn(mut db): Conn) -> Result<Response, Problem> {
    page(&mut db, &visitor, id, StatusCode::OK, None).await
}

async fn page(
    db: &mut Connection,
    visitor: &Visitor,
    id: TreeUploadId,
    status: StatusCode,
    fault: Option<String>,
) -> Result<Response, Problem> {
    let upload = tree_files::find(db, id, &visitor.caller.right()).await?;
    Ok(HtmlPage::of(visitor, ReviewPage::of(visitor.words, upload, fault)).status(status).into_response())
}

/// The changes that were shown above the button.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ApplyForm {
    /// What they are known by.
    pub version: String,
}

/// Applies a file as it was shown.
pub async fn apply(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<TreeUploadId>,
    Form(seen): Form<ApplyForm>,
) -> Result<Response, Problem> {
    let mut tx = app.begin().await?;
    match tree_files::apply_upload(&mut tx, id, &seen.version, &visitor.caller.right(), app.now()).await {
        Ok(_) => done(&app, tx, &format!("/tree/uploads/{id}"), "said-tree-applied").await,
        Err(refusal) => {
            drop(tx);
            refused(&app, &visitor, id, refusal).await
        }
    }
}

/// Undoes what a file changed.
pub async fn undo(State(app): State<App>, visitor: Visitor, Id(id): Id<TreeUploadId>) -> Result<Response, Problem> {
    let mut tx = app.begin().await?;
    match tree_files::undo_upload(&mut tx, id, &visitor.caller.right(), app.now()).await {
        Ok(_) => done(&app, tx, &format!("/tree/uploads/{id}"), "said-tree-undone").await,
        Err(refusal) => {
            drop(tx);
            refused(&app, &visitor, id, refusal).await
        }
    }
}

async fn done(app: &App, tx: Tx, here: &str, said: &'static str) -> Result<Response, Problem> {
    tx.commit().await.map_err(StoreError::from)?;
    app.snapshots.forget();
    Ok(Redirect::to(&with_flash(here, said)).into_response())
}

/// The page again, with why it was not done; what was done before is shown as it stands.
async fn refused(app: &App, visitor: &Visitor, id: TreeUploadId, refusal: TreeRefusal) -> Result<Response, Problem> {
    let t = visitor.words;
    let sentence = match &refusal {
        TreeRefusal::DoneBefore => return Ok(Redirect::to(&format!("/tree/uploads/{id}")).into_response()),
        TreeRefusal::Changed(changes) => {
            let mut tx = app.begin().await?;
            tree_files::keep_difference(&mut tx, id, &visitor.caller.right(), changes).await?;
            tx.commit().await.map_err(StoreError::from)?;
            t.say("tree-changed-meanwhile")
        }
        TreeRefusal::NothingNew => t.say("tree-upload-nothing"),
        TreeRefusal::Used => t.say("tree-undo-used"),
        TreeRefusal::ChangedAgain => t.say("tree-undo-changed"),
        TreeRefusal::BadFile(bad) => {
            let why = bad.errors.first().map(|fault| say_fault(t, fault)).unwrap_or_default();
            t.say_with("tree-no-longer-fits", &[("why", &why)])
        }
        TreeRefusal::ChannelAbsent(_)
        | TreeRefusal::GroupChanged
        | TreeRefusal::CannotWrite(_)
        | TreeRefusal::Refused(_) => {
            return Err(refusal.into());
        }
    };
    let mut db = app.db.acquire().await?;
    page(&mut db, visitor, id, StatusCode::CONFLICT, Some(sentence)).await
}
