//! The tables: records, what was spread by medium, and what by province.

use super::{HERE, level, place};
use crate::domain::dissemination::Reach;
use crate::store::disseminations::{Dissemination, MediumSum, ProvinceSum};
use crate::web::ui::cell::Cell;
use crate::web::ui::format::province;
use crate::web::ui::label::Label as _;
use crate::web::ui::table::Column;

/// Records, each with its place and estimate.
pub(super) fn record_columns<'a>() -> Vec<Column<'a, Dissemination>> {
    vec![
        Column::coded("spread-medium", |row: &Dissemination| row.medium)
            .shown(|row, t| Cell::link(&format!("{HERE}/{}", row.id), &row.medium.word(t)))
            .naming_the_row(),
        Column::text("spread-bulletin", |row: &Dissemination| row.subject.clone()),
        Column::words("spread-place", |row: &Dissemination, t| place(t, &row.area)),
        Column::text("spread-area", |row: &Dissemination| row.area.to_string()).in_file(),
        Column::time("spread-at", |row: &Dissemination| Some(row.spread_at)),
        Column::number("spread-times", |row: &Dissemination| row.times.number()),
        Column::known_number("spread-reach", |row: &Dissemination| row.reach.map(Reach::number).map(i64::from)),
        Column::text("board-office", |row: &Dissemination| row.office_name.clone()),
        Column::text("spread-outlet", |row: &Dissemination| row.outlet.clone().unwrap_or_default()).in_file(),
        Column::text("spread-evidence", |row: &Dissemination| row.evidence.clone().unwrap_or_default()).in_file(),
        Column::number("spread-pictures", |row: &Dissemination| i64::try_from(row.pictures.len()).unwrap_or_default())
            .in_file(),
        Column::coded("spread-source", |row: &Dissemination| row.source),
    ]
}

/// By the size of the place and the medium.
pub(in crate::web::pages) fn medium_columns<'a>() -> Vec<Column<'a, MediumSum>> {
    vec![
        Column::coded("spread-medium", |row: &MediumSum| row.medium).shown_as_text().naming_the_row(),
        Column::words("spread-level", |row: &MediumSum, t| level(t, row.level())),
        Column::number("spread-offices", |row: &MediumSum| row.offices),
        Column::number("spread-records", |row: &MediumSum| row.records),
        Column::number("spread-times", |row: &MediumSum| row.times),
        Column::known_number("spread-reach", |row: &MediumSum| row.reach),
    ]
}

/// By province.
pub(super) fn province_columns<'a>() -> Vec<Column<'a, ProvinceSum>> {
    vec![
        Column::words("board-province", |row: &ProvinceSum, t| province(t, row.province.as_deref())).naming_the_row(),
        Column::text("board-province-code", |row: &ProvinceSum| row.province.clone().unwrap_or_default()).in_file(),
        Column::number("spread-receiving", |row: &ProvinceSum| row.receiving),
        Column::number("spread-offices", |row: &ProvinceSum| row.offices),
        Column::number("spread-records", |row: &ProvinceSum| row.records),
        Column::known_number("spread-reach", |row: &ProvinceSum| row.reach),
    ]
}
