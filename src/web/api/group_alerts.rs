//! Alerts about LINE groups: what differs from when they were linked, and saying that one was looked at.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::publishing::Nothing;
use crate::domain::group_alert::GroupAlertKind;
use crate::domain::ids::Code;
use crate::domain::time::Timestamp;
use crate::relay::group_alerts::look_at;
use crate::store::group_alerts::{self as rows, AlertFilter};
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::{Id, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::problem::{Problem, ProblemDetails};

/// What differs about a group's LINE group; it ends by itself when it is right again, or when somebody looked at it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct GroupAlert {
    /// Its number.
    id: i64,
    /// The group's code.
    group: String,
    /// The group's name.
    group_name: String,
    /// What differs.
    kind: GroupAlertKind,
    /// Since when.
    since: Timestamp,
    /// `renamed`: the LINE group's name when it was linked; `shrunk`: the most members that it had.
    before: Option<String>,
    /// `renamed`: its name now; `shrunk`: its members now.
    now: Option<String>,
}

impl From<rows::GroupAlert> for GroupAlert {
    fn from(row: rows::GroupAlert) -> Self {
        let rows::GroupAlert { id, group, group_name, kind, since, before, now, .. } = row;
        Self { id, group, group_name, kind, since, before, now }
    }
}

/// What a list of alerts is narrowed by.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlertQuery {
    /// Only of this kind.
    kind: Option<GroupAlertKind>,
    /// Only of this group, by code.
    #[param(value_type = Option<Code>)]
    group: Option<String>,
    /// Items on a page.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<Cursor>,
}

/// Open alerts about LINE groups, newest first.
#[utoipa::path(get, path = "/group-alerts", tag = "tree", params(AlertQuery), responses(
    (status = 200, body = Page<GroupAlert>),
    (status = 404, description = "There is no such group, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn list_group_alerts(
    caller: Caller,
    Parameters(query): Parameters<AlertQuery>,
    Conn(mut db): Conn,
) -> Result<Json<Page<GroupAlert>>, Problem> {
    let scope = caller.scope.to_filter();
    let filter = AlertFilter {
        scope: scope.as_deref(),
        group: visible::group_id(&mut db, &caller, query.group.as_deref()).await?,
        kind: query.kind,
        before: key_of(query.cursor.as_ref())?,
    };
    let found = rows::list_alerts(&mut db, &filter, query.limit.rows()).await?;
    Ok(Json(Page::of(found, query.limit, |row| row.id, GroupAlert::from)))
}

/// The alert that was looked at.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SeenAlert {
    /// Its number.
    id: i64,
}

/// Say that somebody looked at an alert: it ends, and what is so now counts as right.
#[utoipa::path(post, path = "/group-alerts/{id}/seen", tag = "tree", params(("id" = i64, Path)),
    request_body = Option<Nothing>, responses((status = 200, body = SeenAlert)))]
pub async fn see_group_alert(State(app): State<App>, Id(id): Id<i64>, post: IdempotentPost<Nothing>) -> PostResult {
    let (mut work, Nothing {}) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    look_at(work.db(), &right, id, now).await?;
    work.answer(StatusCode::OK, &SeenAlert { id }).await
}
