//! The tree file: taken out, sent in to be looked at, applied as it was shown, undone. Each key has its own part of the tree.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::publishing::Nothing;
use crate::domain::actor::Actor;
use crate::domain::ids::{Code, TreeUploadId};
use crate::domain::time::Timestamp;
use crate::domain::tree_file::{ChangedGroup, version_of};
use crate::relay::tree_files::{self, TreeRefusal};
use crate::store::tree_uploads::{self as rows, UploadSummary};
use crate::web::access::{Caller, Scope};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_post::{IdempotentFile, IdempotentPost, PostResult, Work};
use crate::web::input::{Id, Parameters};
use crate::web::listing::Page;
use crate::web::long_table::headers_of;
use crate::web::problem::{Problem, ProblemDetails};

/// Files that are listed.
const LISTED: i64 = 100;

/// An uploaded tree file with what it would change, or has changed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TreeUpload {
    /// Its id.
    id: TreeUploadId,
    /// What it was called.
    name: String,
    /// When it came.
    uploaded_at: Timestamp,
    /// From whom.
    #[schema(value_type = String)]
    uploaded_by: Actor,
    /// When it was applied; null = not yet.
    applied_at: Option<Timestamp>,
    /// When it was undone; null = it was not.
    undone_at: Option<Timestamp>,
    /// What these very changes are known by; it is given back to apply them.
    version: String,
    /// The groups that it changes, cell by cell.
    changes: Vec<GroupDifference>,
}

/// A group that is new, or of which a cell is another.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct GroupDifference {
    /// Its code.
    code: String,
    /// Its name afterwards.
    name: String,
    /// Its office's name afterwards.
    office: String,
    /// Whether it was not there before.
    is_new: bool,
    /// The cells that differ.
    cells: Vec<CellDifference>,
}

/// A cell that is another.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CellDifference {
    /// The column's name.
    column: String,
    /// What stood there.
    before: String,
    /// What stands there.
    after: String,
}

impl From<ChangedGroup> for GroupDifference {
    fn from(group: ChangedGroup) -> Self {
        let cells = group.cells.into_iter();
        Self {
            code: group.code.to_string(),
            name: group.name,
            office: group.office,
            is_new: group.is_new,
            cells: cells
                .map(|cell| CellDifference { column: cell.column, before: cell.before, after: cell.after })
                .collect(),
        }
    }
}

impl From<rows::TreeUpload> for TreeUpload {
    fn from(row: rows::TreeUpload) -> Self {
        Self {
            id: row.id,
            name: row.file_name,
            uploaded_at: row.uploaded_at,
            uploaded_by: row.uploaded_by,
            applied_at: row.applied_at,
            undone_at: row.undone_at,
            version: version_of(&row.changes.0),
            changes: row.changes.0.into_iter().map(GroupDifference::from).collect(),
        }
    }
}

/// An uploaded tree file in the list of them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TreeUploadSummary {
    /// Its id.
    id: TreeUploadId,
    /// What it was called.
    name: String,
    /// How many groups it changes.
    groups: i64,
    /// When it came.
    uploaded_at: Timestamp,
    /// From whom.
    #[schema(value_type = String)]
    uploaded_by: Actor,
    /// When it was applied; null = not yet.
    applied_at: Option<Timestamp>,
    /// When it was undone; null = it was not.
    undone_at: Option<Timestamp>,
}

impl From<UploadSummary> for TreeUploadSummary {
    fn from(row: UploadSummary) -> Self {
        Self {
            id: row.id,
            name: row.file_name,
            groups: row.groups,
            uploaded_at: row.uploaded_at,
            uploaded_by: row.uploaded_by,
            applied_at: row.applied_at,
            undone_at: row.undone_at,
        }
    }
}

/// The key's part of the tree as a file.
///
/// It can be changed in a spreadsheet and sent in again. It holds telephone numbers, so that taking it out is on record.
#[utoipa::path(get, path = "/tree", tag = "tree", responses(
    (status = 200, body = String, content_type = "text/csv", description = "UTF-8 with a byte order mark")))]
pub async fn download_tree(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let mut tx = app.begin().await?;
    let bytes = tree_files::take_out(&mut tx, &caller.right(), app.now()).await?;
    tx.commit().await?;
    Ok((headers_of("tree"), bytes).into_response())
}

/// How a file is taken.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// What the file is called.
    #[param(max_length = 200)]
    name: Option<String>,
    /// The channel of groups for which neither the file nor the database names one.
    channel: Option<Code>,
}

/// Send in a tree file, to be looked at: it changes nothing yet.
///
/// Every fault is told with its line and column as the pointer. A row outside of the key's part of the tree is answered like one
/// of a group that is not there.
#[utoipa::path(post, path = "/tree/uploads", tag = "tree", params(UploadQuery),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 201, body = TreeUpload),
        (status = 409, description = "It would change nothing",
            body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub async fn upload_tree(
    State(app): State<App>,
    Parameters(query): Parameters<UploadQuery>,
    file: IdempotentFile,
) -> PostResult {
    let (mut work, bytes) = file.begin(&app).await?;
    let name = query.name.unwrap_or_else(|| "tree.csv".to_owned());
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(200).collect();
    let (now, right) = (work.now, work.right());
    let id = tree_files::upload(work.db(), (&name, &bytes), query.channel.as_ref(), &right, now).await?;
    answer(work, id, StatusCode::CREATED).await
}

/// Nothing narrows the list of files.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct UploadsQuery {}

/// Tree files of the last 30 days for the key's part of the tree, the newest first.
#[utoipa::path(get, path = "/tree/uploads", tag = "tree", responses((status = 200, body = Page<TreeUploadSummary>)))]
pub async fn list_tree_uploads(
    caller: Caller,
    Parameters(UploadsQuery {}): Parameters<UploadsQuery>,
    Conn(mut db): Conn,
) -> Result<Json<Page<TreeUploadSummary>>, Problem> {
    let found = match (&caller.scope, caller.office) {
        (Scope::Whole, _) => rows::list_uploads(&mut db, None, LISTED).await?,
        (_, Some(office)) => rows::list_uploads(&mut db, Some(office), LISTED).await?,
        (_, None) => Vec::new(),
    };
    Ok(Json(Page { items: found.into_iter().map(TreeUploadSummary::from).collect(), next_cursor: None }))
}

/// A tree file that was sent in.
#[utoipa::path(get, path = "/tree/uploads/{id}", tag = "tree", params(("id" = TreeUploadId, Path)),
    responses((status = 200, body = TreeUpload)))]
pub async fn get_tree_upload(
    caller: Caller,
    Id(id): Id<TreeUploadId>,
    Conn(mut db): Conn,
) -> Result<Json<TreeUpload>, Problem> {
    Ok(Json(tree_files::find(&mut db, id, &caller.right()).await?.into()))
}

/// The changes that are to be applied.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenChanges {
    /// `version` of the file as it was answered: no other changes than these are made.
    #[schema(max_length = 64)]
    version: String,
}

/// Apply a tree file as its changes were shown.
///
/// Where another difference would come of it than the one named by `version`, because the tree has changed meanwhile or because somebody
/// else looked at the file again, nothing is applied (409, `changed-meanwhile`), and the file shows the difference as it is now.
#[utoipa::path(post, path = "/tree/uploads/{id}/apply", tag = "tree", params(("id" = TreeUploadId, Path)),
    request_body = SeenChanges, responses(
        (status = 200, body = TreeUpload),
        (status = 409, description = "Other changes would come of it (`changed-meanwhile`), none (`nothing-new`), or it was applied before \
            (`done-before`)", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub async fn apply_tree_upload(
    State(app): State<App>,
    Id(id): Id<TreeUploadId>,
    post: IdempotentPost<SeenChanges>,
) -> PostResult {
    let (mut work, seen) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    match tree_files::apply_upload(work.db(), id, &seen.version, &right, now).await {
        Ok(_) => answer(work, id, StatusCode::OK).await,
        Err(TreeRefusal::Changed(changes)) => {
            drop(work);
            let mut tx = app.begin().await?;
            tree_files::keep_difference(&mut tx, id, &right, &changes).await?;
            tx.commit().await?;
            Err(TreeRefusal::Changed(changes).into())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Undo what a tree file changed, as long as no bulletin has gone to what it changed.
///
/// Only the cells that it changed become what they were; what others changed meanwhile in other cells stays.
#[utoipa::path(post, path = "/tree/uploads/{id}/undo", tag = "tree", params(("id" = TreeUploadId, Path)),
    request_body = Option<Nothing>, responses(
        (status = 200, body = TreeUpload),
        (status = 409, description = "What it changed was changed again, or is no longer in the key's part of the tree (`changed-since`), a \
            bulletin has gone to it (`used-since`), or it was undone before (`done-before`)",
            body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub async fn undo_tree_upload(
    State(app): State<App>,
    Id(id): Id<TreeUploadId>,
    post: IdempotentPost<Nothing>,
) -> PostResult {
    let (mut work, Nothing {}) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    tree_files::undo_upload(work.db(), id, &right, now).await?;
    answer(work, id, StatusCode::OK).await
}

/// Answers with the file as it stands now.
async fn answer(mut work: Work, id: TreeUploadId, status: StatusCode) -> PostResult {
    let right = work.right();
    let kept: TreeUpload = tree_files::find(work.db(), id, &right).await?.into();
    work.answer(status, &kept).await
}
