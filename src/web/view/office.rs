//! An office as it is shown.

use serde::Serialize;

use crate::domain::office::OfficeKind;
use crate::store::offices as rows;

/// An office.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Office {
    /// Its code.
    code: String,
    /// Its name.
    name: String,
    /// What kind of body it is.
    kind: OfficeKind,
    /// Its province.
    province: Option<String>,
}

impl Office {
    /// The office of a row that is about something else.
    #[must_use]
    pub fn new(code: &str, name: &str, kind: OfficeKind, province: Option<&str>) -> Self {
        Self { code: code.to_owned(), name: name.to_owned(), kind, province: province.map(str::to_owned) }
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The code of its province.
    #[must_use]
    pub fn province(&self) -> Option<&str> {
        self.province.as_deref()
    }
}

impl From<rows::Office> for Office {
    fn from(row: rows::Office) -> Self {
        Self { code: row.code, name: row.name, kind: row.kind, province: row.province }
    }
}
