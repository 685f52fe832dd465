//! Offices as they are read.

use axum::Json;
use serde::{Deserialize, Serialize};

use super::groups::GroupSummary;
use crate::store::groups;
use crate::store::offices::{self as rows, find_office};
use crate::web::access::Caller;
use crate::web::conn::Conn;
use crate::web::input::{Id, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::problem::Problem;
use crate::web::view::office::Office;

/// Groups of one office that are shown with it; offices have one to a handful.
const GROUPS_SHOWN: i64 = 500;

/// An office with its groups.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OfficeDetail {
    /// The office.
    #[serde(flatten)]
    office: Office,
    /// Its groups in the key's part of the tree.
    groups: Vec<GroupSummary>,
}

/// Which page of offices.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfficeQuery {
    /// Items on a page.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<Cursor>,
}

/// Offices, by code.
#[utoipa::path(get, path = "/offices", tag = "tree", params(OfficeQuery), responses((status = 200, body = Page<Office>)))]
pub async fn list_offices(
    caller: Caller,
    Parameters(query): Parameters<OfficeQuery>,
    Conn(mut db): Conn,
) -> Result<Json<Page<Office>>, Problem> {
    let after: String = key_of(query.cursor.as_ref())?.unwrap_or_default();
    let found = rows::list_offices(&mut db, caller.scope.groups(), &after, query.limit.rows()).await?;
    Ok(Json(Page::of(found, query.limit, |row| row.code.clone(), Office::from)))
}

/// One office, with its groups.
#[utoipa::path(get, path = "/offices/{code}", tag = "tree", params(("code" = String, Path)),
    responses((status = 200, body = OfficeDetail)))]
pub async fn get_office(
    caller: Caller,
    Id(code): Id<String>,
    Conn(mut db): Conn,
) -> Result<Json<OfficeDetail>, Problem> {
    let office = find_office(&mut db, &code).await?.ok_or_else(|| Problem::absent("office"))?;
    let filter = groups::Filter { office: Some(code), scope: caller.scope.to_filter(), ..groups::Filter::default() };
    let found = groups::list_groups(&mut db, &filter, GROUPS_SHOWN).await?;
    if found.is_empty() && caller.scope.groups().is_some() {
        return Err(Problem::absent("office"));
    }
    let groups = found.into_iter().map(GroupSummary::from).collect();
    Ok(Json(OfficeDetail { office: office.into(), groups }))
}
