//! What became of a bulletin at the local authorities, one by one and by their district.

use axum::Json;
use serde::{Deserialize, Serialize};

use crate::domain::delivery::State;
use crate::domain::ids::{BulletinId, Code, DeliveryId};
use crate::domain::reported::ReportKind;
use crate::domain::time::Timestamp;
use crate::store::local_authorities::{self as rows, Filter, list_local_receipts, sum_by_district};
use crate::web::access::{Caller, visible};
use crate::web::conn::Conn;
use crate::web::input::{Id, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::problem::Problem;

/// What the list is narrowed by.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LocalAuthorityQuery {
    /// Only those of this district office, by its code.
    #[param(value_type = Option<Code>)]
    district: Option<String>,
    /// Only those of which nothing tells that they have it.
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    missing: bool,
    /// Items on a page.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<Cursor>,
}

/// A group of a local authority, and what became of the bulletin there.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LocalAuthorityReceipt {
    /// The group's code.
    group: String,
    /// The group's name.
    group_name: String,
    /// The office's code.
    office: String,
    /// The office's name.
    office_name: String,
    /// The code of the district office below whose group it hangs; null = below none.
    district: Option<String>,
    /// The copy for the group; null = the bulletin does not go there.
    delivery_id: Option<DeliveryId>,
    /// Its state.
    state: Option<State>,
    /// When it came to its end.
    ended_at: Option<Timestamp>,
    /// Acknowledgements: of persons, each once, and unnamed ones.
    acknowledged: i32,
    /// What somebody above reported for the office.
    reported: Option<ReportKind>,
    /// Whether a read-back code of the office was given back.
    read_back: bool,
    /// Whether the office spread it further.
    disseminated: bool,
    /// Whether nothing tells that the office has it.
    missing: bool,
}

impl From<rows::LocalReceipt> for LocalAuthorityReceipt {
    fn from(row: rows::LocalReceipt) -> Self {
        Self {
            missing: row.is_missing(),
            group: row.group,
            group_name: row.group_name,
            office: row.office,
            office_name: row.office_name,
            district: row.district,
            delivery_id: row.delivery,
            state: row.state,
            ended_at: row.ended_at,
            acknowledged: row.acknowledged,
            reported: row.reported,
            read_back: row.read_back,
            disseminated: row.spread,
        }
    }
}

/// What became of a bulletin at each local authority, by the codes of their groups.
#[utoipa::path(get, path = "/bulletins/{id}/local-authorities", tag = "offices", params(("id" = BulletinId, Path), LocalAuthorityQuery),
    responses((status = 200, body = Page<LocalAuthorityReceipt>)))]
pub async fn list_local_authorities(
    caller: Caller,
    Id(id): Id<BulletinId>,
    Parameters(query): Parameters<LocalAuthorityQuery>,
    Conn(mut db): Conn,
) -> Result<Json<Page<LocalAuthorityReceipt>>, Problem> {
    published(&mut db, &caller, id).await?;
    let district = match query.district.as_deref() {
        Some(code) => Some(visible::office(&mut db, &caller, code).await?.id),
        None => None,
    };
    let filter = Filter {
        scope: caller.scope.to_filter(),
        district,
        missing: query.missing,
        after: key_of(query.cursor.as_ref())?,
    };
    let found = list_local_receipts(&mut db, id, &filter, query.limit.rows()).await?;
    Ok(Json(Page::of(found, query.limit, |row| row.group.clone(), LocalAuthorityReceipt::from)))
}

/// A draft goes nowhere yet.
async fn published(db: &mut crate::store::Connection, caller: &Caller, id: BulletinId) -> Result<(), Problem> {
    let bulletin = visible::bulletin(db, caller, id).await?;
    if bulletin.published_at.is_some() { Ok(()) } else { Err(Problem::absent("bulletin")) }
}

/// The local authorities of one district together.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DistrictReceipts {
    /// The code of the district office; null = of those below no district.
    district: Option<String>,
    /// Its name.
    district_name: Option<String>,
    /// The two-digit code of its province.
    province: Option<String>,
    /// Groups of local authorities.
    groups: i64,
    /// Those in which it is: LINE accepted it, or it was seen there.
    accepted_or_seen: i64,
    /// Those in which somebody acknowledged it.
    acknowledged: i64,
    /// Those for which somebody above reported that they have it.
    reported: i64,
    /// Those whose office gave a code back.
    read_back: i64,
    /// Those whose office spread it further.
    disseminated: i64,
    /// Those of which nothing tells that they have it.
    missing: i64,
}

impl From<rows::DistrictSum> for DistrictReceipts {
    fn from(sum: rows::DistrictSum) -> Self {
        Self {
            district: sum.district,
            district_name: sum.district_name,
            province: sum.province,
            groups: sum.groups,
            accepted_or_seen: sum.there,
            acknowledged: sum.acknowledged,
            reported: sum.reported,
            read_back: sum.read_back,
            disseminated: sum.spread,
            missing: sum.missing,
        }
    }
}

/// The districts of the key's part of the tree.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DistrictList {
    /// By code; the local authorities below no district last.
    items: Vec<DistrictReceipts>,
}

/// What became of a bulletin at the local authorities of each district.
#[utoipa::path(get, path = "/bulletins/{id}/local-authorities/districts", tag = "offices", params(("id" = BulletinId, Path)),
    responses((status = 200, body = DistrictList)))]
pub async fn sum_local_authorities(
    caller: Caller,
    Id(id): Id<BulletinId>,
    Conn(mut db): Conn,
) -> Result<Json<DistrictList>, Problem> {
    published(&mut db, &caller, id).await?;
    let found = sum_by_district(&mut db, id, caller.scope.groups()).await?;
    Ok(Json(DistrictList { items: found.into_iter().map(DistrictReceipts::from).collect() }))
}
