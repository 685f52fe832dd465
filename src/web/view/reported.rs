//! What somebody above reported for an office, as people see it: beside what LINE told. Pure.

use serde::Serialize;

use crate::domain::actor::Actor;
use crate::domain::reported::ReportKind;
use crate::domain::time::Timestamp;
use crate::store::deliveries as rows;

/// What somebody above reported for the office, such as after a telephone call. LINE told nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Reported {
    /// What the office said.
    pub what: ReportKind,
    /// Who reported it.
    #[schema(value_type = String)]
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// In the words of who reported it.
    #[schema(example = "แจ้งทางโทรศัพท์ ปลัดอำเภอรับเรื่อง")]
    pub comment: Option<String>,
}

impl Reported {
    /// What the row says of it; none where nobody reported.
    #[must_use]
    pub fn of(row: &rows::Delivery) -> Option<Self> {
        Some(Self {
            what: row.reported?,
            by: row.reported_by.clone()?,
            at: row.reported_at?,
            comment: row.reported_comment.clone(),
        })
    }
}
