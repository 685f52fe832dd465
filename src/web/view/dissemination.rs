//! A record of how an office spread a bulletin further, as it is shown. Pure.

use serde::Serialize;

use crate::domain::actor::Actor;
use crate::domain::area::{Area, Level};
use crate::domain::content_id::FileId;
use crate::domain::dissemination::{Medium, Source};
use crate::domain::ids::{BulletinId, DisseminationId};
use crate::domain::time::Timestamp;
use crate::store::disseminations as rows;

/// A place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Place {
    /// The official code of the province, district or subdistrict.
    #[schema(example = "510102")]
    pub code: String,
    /// The number of the village in the subdistrict.
    #[schema(minimum = 1, maximum = 99)]
    pub village: Option<i16>,
    /// How large it is.
    pub level: Level,
    /// Whether the name of the subdistrict is known; a code without one is taken all the same.
    pub named: bool,
    /// Its name.
    pub name: PlaceName,
}

/// The name of a place. Of a subdistrict it has the code, too, and says where its name is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PlaceName {
    /// In English.
    #[schema(example = "village 3, subdistrict เหมืองง่า (510102), Mueang Lamphun district, Lamphun")]
    pub en: String,
    /// In Thai.
    pub th: String,
}

impl From<&Area> for Place {
    fn from(area: &Area) -> Self {
        Self {
            code: area.code().to_owned(),
            village: area.village(),
            level: area.level(),
            named: area.is_named(),
            name: PlaceName { en: area.english(), th: area.thai() },
        }
    }
}

/// The office that did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SpreadingOffice {
    /// Its code.
    #[schema(example = "lamphun")]
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A record of how an office spread a bulletin further.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Dissemination {
    /// Its id.
    pub id: DisseminationId,
    /// The bulletin.
    pub bulletin_id: BulletinId,
    /// What that is about.
    pub subject: String,
    /// The office.
    pub office: SpreadingOffice,
    /// By which medium.
    pub medium: Medium,
    /// Where.
    pub area: Place,
    /// When, to the minute.
    pub at: Timestamp,
    /// How often; 0 in a replacement: it did not take place.
    #[schema(minimum = 0, maximum = 999)]
    pub times: i16,
    /// How many people it may have reached, as the office estimates; null = no estimate. It is never added to what was acknowledged.
    #[schema(minimum = 0, maximum = 70_000_000)]
    pub estimated_reach: Option<i32>,
    /// The meeting, station or page.
    pub outlet: Option<String>,
    /// An address under which it can be seen.
    pub evidence: Option<String>,
    /// Pictures that show it, for those who see the record: `GET /disseminations/{id}/pictures/{file}`.
    pub pictures: Vec<FileId>,
    /// How the record came about.
    pub source: Source,
    /// When.
    pub recorded_at: Timestamp,
    /// By whom.
    #[schema(value_type = String)]
    pub recorded_by: Actor,
    /// The record that it replaces.
    pub replaces: Option<DisseminationId>,
    /// The record that replaces it; null = it holds.
    pub replaced_by: Option<DisseminationId>,
}

impl From<rows::Dissemination> for Dissemination {
    fn from(row: rows::Dissemination) -> Self {
        Self {
            id: row.id,
            bulletin_id: row.bulletin_id,
            subject: row.subject,
            office: SpreadingOffice { code: row.office, name: row.office_name },
            medium: row.medium,
            area: Place::from(&row.area),
            at: row.spread_at,
            times: row.times.number(),
            estimated_reach: row.reach.map(crate::domain::dissemination::Reach::number),
            outlet: row.outlet,
            evidence: row.evidence,
            pictures: row.pictures,
            source: row.source,
            recorded_at: row.recorded_at,
            recorded_by: row.recorded_by,
            replaces: row.replaces,
            replaced_by: row.replaced_by,
        }
    }
}
