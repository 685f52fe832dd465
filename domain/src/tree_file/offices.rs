//! Offices: a new one is described somewhere in the file, and none is described in two ways.
//!
//! An office may have several groups, and each of its rows may say its name, kind and province; that
//! they agree is checked here, as the importer could only take one of them without saying so.

use std::collections::HashMap;

use super::column::Column;
use super::error::Reason;
use super::known::KnownTree;
use super::patch::Patch;
use super::read::Sheet;
use super::row::TreeRow;
use crate::ids::Code;
use crate::office::OfficeKind;
use crate::thai::compare_form;

/// What the file says about one office, and on which line it did so first.
#[derive(Default)]
struct Described<'a> {
    first_line: u64,
    name: Option<(OfficeName<'a>, u64)>,
    kind: Option<(OfficeKind, u64)>,
    province: Option<(Patch<&'a String>, u64)>,
}

pub(super) fn check(sheet: &mut Sheet, known: &KnownTree) {
    let mut described: HashMap<&Code, Described<'_>> = HashMap::new();
    let mut faults = Vec::new();
    for row in sheet.rows.iter().filter(|row| !sheet.spoiled.contains(&row.code)) {
        let Some(office) = row.office.as_set().or_else(|| known.groups.get(&row.code).map(|group| &group.office))
        else {
            continue;
        };
        let described = described.entry(office).or_default();
        if described.first_line == 0 {
            described.first_line = row.line;
        }
        for (column, line) in described.compare(row) {
            faults.push((row.line, column, Reason::OfficeDiffers { office: office.clone(), line }));
        }
    }
    for (office, described) in described.into_iter().filter(|(office, _)| !known.offices.contains(*office)) {
        let wanted = [(Column::OfficeName, described.name.is_none()), (Column::OfficeKind, described.kind.is_none())];
        for (column, _) in wanted.into_iter().filter(|(_, missing)| *missing) {
            faults.push((described.first_line, column, Reason::NewOfficeNeeds { office: office.clone(), column }));
        }
    }
    for (line, column, reason) in faults {
        sheet.blame(line, column, reason);
    }
}

impl<'a> Described<'a> {
    /// Takes in what `row` says; where it differs from what was said before, the column and that line.
    fn compare(&mut self, row: &'a TreeRow) -> Vec<(Column, u64)> {
        let name = row.office_name.as_set().map(|name| OfficeName(name));
        let province = Some(row.province.as_ref()).filter(|province| !province.is_keep());
        [
            (Column::OfficeName, take_in(&mut self.name, name, row.line)),
            (Column::OfficeKind, take_in(&mut self.kind, row.office_kind.as_set().copied(), row.line)),
            (Column::Province, take_in(&mut self.province, province, row.line)),
        ]
        .into_iter()
        .filter_map(|(column, line)| Some((column, line?)))
        .collect()
    }
}

/// A name does not differ by how its marks are encoded.
#[derive(Clone, Copy)]
struct OfficeName<'a>(&'a str);

impl PartialEq for OfficeName<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || compare_form(self.0) == compare_form(other.0)
    }
}

/// Keeps the first value said; the line of it if `value` is another.
fn take_in<T: Copy + PartialEq>(first: &mut Option<(T, u64)>, value: Option<T>, line: u64) -> Option<u64> {
    let value = value?;
    let (said, at) = *first.get_or_insert((value, line));
    (said != value).then_some(at)
}
