//! Tables as files: the same rows as on the page, all of them, with exact numbers and times as machines read them.
//!
//! `bulletin` holds the tables of one bulletin, `lists` those that stand on several pages.

mod bulletin;
mod lists;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use crate::report::Table;
use crate::web::problem::Problem;

pub use bulletin::of_bulletin;
pub use lists::{blocked, bulletins, causes, deliveries, sums};

/// Which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        Some(match name {
            "tiers" => Self::Tiers,
            "provinces" => Self::Provinces,
            "blocked" => Self::Blocked,
            "curve" => Self::Curve,
            "minutes" => Self::Minutes,
            "slowest" => Self::Slowest,
            "causes" => Self::Causes,
            "bulletins" => Self::Bulletins,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Tiers => "tiers",
            Self::Provinces => "provinces",
            Self::Blocked => "blocked",
            Self::Curve => "curve",
            Self::Minutes => "minutes",
            Self::Slowest => "slowest",
            Self::Causes => "causes",
            Self::Bulletins => "bulletins",
        }
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
    let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{plain}.csv\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, bytes).into_response())
}

/// A number as a machine reads it, from one that is written for people.
#[must_use]
pub fn plain(number: &str) -> String {
    number.replace(',', "")
}
