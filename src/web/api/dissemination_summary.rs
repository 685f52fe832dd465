//! What was spread of a bulletin, summed up: by the size of the place and the medium, and by province.

use axum::Json;
use serde::{Deserialize, Serialize};

use crate::domain::area::Level;
use crate::domain::dissemination::Medium;
use crate::domain::ids::BulletinId;
use crate::store::disseminations::{self as rows, sum_by_medium, sum_by_province, sum_spread};
use crate::web::access::{Caller, visible};
use crate::web::conn::Conn;
use crate::web::input::Parameters;
use crate::web::problem::{Problem, ProblemDetails};

/// Of which bulletin.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SummaryQuery {
    /// The bulletin.
    bulletin: BulletinId,
}

/// What was spread by one medium in places of one size.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SpreadByMedium {
    /// How large the places are.
    level: Level,
    /// By which medium.
    medium: Medium,
    /// Offices that did it.
    offices: i64,
    /// Records.
    records: i64,
    /// How often, in all.
    times: i64,
    /// What the offices estimated, added up; null where none did. One person may be in several.
    estimated_reach: Option<i64>,
}

impl From<rows::MediumSum> for SpreadByMedium {
    fn from(sum: rows::MediumSum) -> Self {
        Self {
            level: sum.level(),
            medium: sum.medium,
            offices: sum.offices,
            records: sum.records,
            times: sum.times,
            estimated_reach: sum.reach,
        }
    }
}

/// What the offices of one province did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SpreadByProvince {
    /// Its two-digit code; null for offices that stand in no province.
    #[schema(example = "51")]
    province: Option<String>,
    /// Offices that the bulletin goes to.
    receiving_offices: i64,
    /// Those of them that spread it.
    offices: i64,
    /// Records.
    records: i64,
    /// What they estimated, added up; null where none did.
    estimated_reach: Option<i64>,
}

impl From<rows::ProvinceSum> for SpreadByProvince {
    fn from(sum: rows::ProvinceSum) -> Self {
        Self {
            province: sum.province,
            receiving_offices: sum.receiving,
            offices: sum.offices,
            records: sum.records,
            estimated_reach: sum.reach,
        }
    }
}

/// What was spread of a bulletin, by the offices of the key's part of the tree.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DisseminationSummary {
    /// The bulletin.
    bulletin_id: BulletinId,
    /// Offices that did something.
    offices: i64,
    /// Records.
    records: i64,
    /// What the offices estimated, added up; null where none did. One person may be in several.
    estimated_reach: Option<i64>,
    /// By the size of the place and the medium.
    by_medium: Vec<SpreadByMedium>,
    /// By the province of the office, those without any records too.
    by_province: Vec<SpreadByProvince>,
}

/// How far a bulletin was spread. Estimates stand apart from what was acknowledged and are never added to it.
#[utoipa::path(get, path = "/disseminations/summary", tag = "offices", params(SummaryQuery), responses(
    (status = 200, body = DisseminationSummary),
    (status = 404, description = "There is no such bulletin, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn sum_disseminations(
    caller: Caller,
    Parameters(SummaryQuery { bulletin }): Parameters<SummaryQuery>,
    Conn(mut db): Conn,
) -> Result<Json<DisseminationSummary>, Problem> {
    visible::bulletin(&mut db, &caller, bulletin).await?;
    let scope = caller.scope.groups();
    let rows::SpreadSum { offices, records, reach } = sum_spread(&mut db, bulletin, scope).await?;
    let by_medium = sum_by_medium(&mut db, bulletin, scope).await?.into_iter().map(SpreadByMedium::from).collect();
    let by_province =
        sum_by_province(&mut db, bulletin, scope).await?.into_iter().map(SpreadByProvince::from).collect();
    let bulletin_id = bulletin;
    Ok(Json(DisseminationSummary { bulletin_id, offices, records, estimated_reach: reach, by_medium, by_province }))
}
