//! The tables of the board: a file per table, each with its list of columns for the page and the file. Pure.

mod alerts;
mod blocked;
mod causes;
mod deliveries;
mod tiers;
mod times;
mod traffic;

use axum::response::{IntoResponse as _, Response};

pub use alerts::{alert_columns, say_alert};
pub use blocked::blocked_columns;
pub use causes::{CausesOf, cause_columns};
pub use deliveries::{DeliveryRow, delivery_columns, failure_columns};
pub use tiers::{
    ProvinceSum, cell_columns, office_columns, province_columns, sort_sums, sum_by_province, sum_columns, tier_columns,
};
pub use times::{hop_columns, minutes_columns};
pub use traffic::traffic_columns;

use crate::domain::account::Permission;
use crate::report::Table;
use crate::web::access::Caller;
use crate::web::long_table::headers_of;
use crate::web::problem::Problem;
use crate::web::words::Words;

/// For whom a part of a page is made: two with the same viewer see the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The words.
    pub t: Words,
    /// At or below which groups; none = everywhere.
    pub scope: Option<Vec<i32>>,
    /// Whether telephone numbers are shown, and what can be done stands beside what is wrong.
    pub operates: bool,
}

impl Viewer {
    /// The viewer of somebody.
    #[must_use]
    pub fn of(t: Words, caller: &Caller) -> Self {
        Self { t, scope: caller.scope.to_filter(), operates: caller.role.may(Permission::Retry) }
    }

    /// A name that tells them from others.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {} {:?}", self.t.language.code(), self.operates, self.scope)
    }
}

/// Which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// By tier.
    Tiers,
    /// By province.
    Provinces,
    /// Who blocks whom.
    Blocked,
    /// Accepted over time.
    Curve,
    /// Where the minutes went.
    Minutes,
    /// The slowest hops.
    Slowest,
    /// Failures by cause.
    Causes,
    /// Bulletins.
    Bulletins,
}

impl Kind {
    /// The table called `name`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }
}

/// The table as an answer that browsers save as `name.csv`.
///
/// # Errors
/// 500 should it not be written.
pub fn file(name: &str, table: &Table) -> Result<Response, Problem> {
    let bytes = table.to_csv().map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a table could not be written");
        Problem::internal()
    })?;
    Ok((headers_of(name), bytes).into_response())
}
