//! What somebody above reports on behalf of an office that was reached in another way than over LINE, such as by telephone.
//!
//! It stands beside what LINE told and never in its place.

use serde::{Deserialize, Serialize};

/// What the office said; the later in this list, the more.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "report_kind", rename_all = "snake_case")]
pub enum ReportKind {
    /// That it has seen the bulletin.
    Seen,
    /// That it has taken note of it.
    Acknowledged,
}
