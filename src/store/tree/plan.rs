//! What is to be written: the tree as the rows would have it, compared with the tree as it stands.
//!
//! Pure, so that what an import changes can be tested without a database. An office that several rows describe is
//! compared once, with all they say laid over it.

use std::collections::HashMap;

use super::super::{Result, StoreError};
use super::diff::Diff;
use super::stored::{Group, Office, Person, StoredTree};
use crate::domain::group::LineGroupId;
use crate::domain::ids::Code;
use crate::domain::tree_file::{NEW_GROUP_FORWARDING, Patch, TreeRow};

/// What is to be written, and what to tell of it.
pub(super) struct Plan {
    /// New and changed offices.
    pub(super) offices: Vec<(Code, Office)>,
    /// New and changed groups.
    pub(super) groups: Vec<PlannedGroup>,
    diff: Diff,
}

/// A group of which something is to be written.
pub(super) struct PlannedGroup {
    pub(super) code: Code,
    /// As it will be.
    pub(super) group: Group,
    /// What of it is to be written.
    pub(super) parts: Parts,
}

impl PlannedGroup {
    /// Its LINE group.
    pub(super) fn link(&self) -> Option<&str> {
        self.group.line_group_id.as_ref().map(LineGroupId::as_str)
    }
}

/// The parts of a group that are written apart from each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "seven independent parts, each written or not")]
pub(super) struct Parts {
    /// Parent and tier: the database checks the whole tree when they move.
    pub(super) place: bool,
    /// Channel and LINE group: open deliveries follow them.
    pub(super) link: bool,
    /// All other columns.
    pub(super) settings: bool,
    /// The name among them, whose form to be searched takes a while to make.
    pub(super) name: bool,
    /// Somebody else is the steward from now on.
    pub(super) steward: bool,
    /// Only the telephone number of the same steward: the term goes on.
    pub(super) phone: bool,
    pub(super) deputy: bool,
}

impl Plan {
    pub(super) fn make(stored: &StoredTree, rows: &[TreeRow]) -> Result<Self> {
        let mut plan = Self { offices: Vec::new(), groups: Vec::new(), diff: Diff::default() };
        let mut offices = Described::default();
        for row in rows {
            let before = stored.groups.get(&row.code);
            let group = merge_group(row, before)?;
            offices.take_in(row, &group.office, stored);
            plan.compare_group(&row.code, before, group);
        }
        for code in offices.order {
            let described = offices.by_code.remove(&code).unwrap_or_default();
            plan.compare_office(&code, stored.offices.get(&code), described)?;
        }
        Ok(plan)
    }

    pub(super) fn into_diff(self) -> Diff {
        self.diff
    }

    fn compare_group(&mut self, code: &Code, before: Option<&Group>, group: Group) {
        let columns = group_columns(before, &group);
        let people = steward_columns(before, &group);
        let is_same = before.is_some_and(|before| before.steward.is_same(&group.steward));
        let differs = |names: &[&str]| columns.iter().any(|column| names.contains(column));
        let parts = Parts {
            place: differs(&["parent", "tier"]),
            link: differs(&["channel", "line_group_id"]),
            name: columns.contains(&"name"),
            settings: columns.iter().any(|column| !PLACE_AND_LINK.contains(column)),
            steward: people.iter().any(|column| *column != "deputy") && !is_same,
            phone: people.contains(&"steward_phone") && is_same,
            deputy: people.contains(&"deputy"),
        };
        let had_nobody = before.is_none_or(|group| group.steward.is_nobody() && group.deputy.is_none());
        if !people.is_empty() || !had_nobody {
            self.diff.stewards.note(code, had_nobody, people);
        }
        self.diff.groups.note(code, before.is_none(), columns);
        if before.is_none() || parts != Parts::default() {
            self.groups.push(PlannedGroup { code: code.clone(), group, parts });
        }
    }

    fn compare_office(&mut self, code: &Code, before: Option<&Office>, described: OfficeRow) -> Result<()> {
        let missing = || StoreError::Refused("a new office has a name and a kind".to_owned());
        let office = Office {
            id: before.and_then(|office| office.id),
            name: described.name.or_else(|| before.map(|office| office.name.clone())).ok_or_else(missing)?,
            kind: described.kind.or_else(|| before.map(|office| office.kind)).ok_or_else(missing)?,
            province: described.province.apply(before.and_then(|office| office.province.clone())),
        };
        let mut columns = Vec::new();
        if let Some(before) = before {
            let differs = [
                ("office_name", before.name != office.name),
                ("office_kind", before.kind != office.kind),
                ("province", before.province != office.province),
            ];
            columns.extend(differs.into_iter().filter_map(|(column, differs)| differs.then_some(column)));
        }
        if before != Some(&office) {
            self.offices.push((code.clone(), office));
        }
        self.diff.offices.note(code, before.is_none(), columns);
        Ok(())
    }
}

const PLACE_AND_LINK: [&str; 4] = ["parent", "tier", "channel", "line_group_id"];

/// What the rows of a file say about one office, put together.
#[derive(Default)]
struct OfficeRow {
    name: Option<String>,
    kind: Option<crate::domain::office::OfficeKind>,
    province: Patch<String>,
}

/// The offices that a file describes, in its order.
#[derive(Default)]
struct Described {
    by_code: HashMap<Code, OfficeRow>,
    order: Vec<Code>,
}

impl Described {
    fn take_in(&mut self, row: &TreeRow, office: &Code, stored: &StoredTree) {
        let silent = row.office.is_keep()
            && row.office_name.is_keep()
            && row.office_kind.is_keep()
            && row.province.is_keep()
            && stored.offices.contains_key(office);
        if silent {
            return;
        }
        let described = self.by_code.entry(office.clone()).or_insert_with(|| {
            self.order.push(office.clone());
            OfficeRow::default()
        });
        if let Some(name) = row.office_name.as_set() {
            described.name = Some(name.clone());
        }
        if let Some(kind) = row.office_kind.as_set() {
            described.kind = Some(*kind);
        }
        if !row.province.is_keep() {
            described.province = row.province.clone();
        }
    }
}

/// The group that `row` makes of what was there `before`.
fn merge_group(row: &TreeRow, before: Option<&Group>) -> Result<Group> {
    let missing = || StoreError::Refused("a new group has a tier, a name and an office".to_owned());
    let was = |of: fn(&Group) -> Option<&String>| before.and_then(of).cloned();
    Ok(Group {
        id: before.and_then(|group| group.id),
        parent: row.parent.clone().apply(before.and_then(|group| group.parent.clone())),
        tier: row.tier.apply(before.map(|group| group.tier)).ok_or_else(missing)?,
        name: row.name.clone().apply(before.map(|group| group.name.clone())).ok_or_else(missing)?,
        office: row.office.clone().apply(before.map(|group| group.office.clone())).ok_or_else(missing)?,
        channel: row.channel.clone().apply(before.and_then(|group| group.channel.clone())),
        line_group_id: row.line_group_id.clone().apply(before.and_then(|group| group.line_group_id.clone())),
        members: row.members.apply(before.and_then(|group| group.members)),
        head_count: row.head_count.apply(before.and_then(|group| group.head_count)),
        forwarding: row.forwarding.apply(before.map(|group| group.forwarding)).unwrap_or(NEW_GROUP_FORWARDING),
        forward_within: row.forward_within.apply(before.and_then(|group| group.forward_within)),
        way: row.way.apply(before.and_then(|group| group.way)),
        push_after: row.push_after.apply(before.and_then(|group| group.push_after)),
        retired: row.retired.apply(before.map(|group| group.retired)).unwrap_or(false),
        steward: Person {
            name: row.steward.clone().apply(was(|group| group.steward.name.as_ref())),
            title: row.steward_title.clone().apply(was(|group| group.steward.title.as_ref())),
            phone: row.steward_phone.clone().apply(was(|group| group.steward.phone.as_ref())),
        },
        deputy: row.deputy.clone().apply(was(|group| group.deputy.as_ref())),
    })
}

/// The columns of a group that differ; of a new one all that are not its people's.
fn group_columns(before: Option<&Group>, group: &Group) -> Vec<&'static str> {
    let Some(before) = before else { return Vec::new() };
    let differs = [
        ("parent", before.parent != group.parent),
        ("tier", before.tier != group.tier),
        ("name", before.name != group.name),
        ("office", before.office != group.office),
        ("channel", before.channel != group.channel),
        ("line_group_id", before.line_group_id != group.line_group_id),
        ("members", before.members != group.members),
        ("head_count", before.head_count != group.head_count),
        ("forwarding", before.forwarding != group.forwarding),
        ("forward_within", before.forward_within != group.forward_within),
        ("way", before.way != group.way),
        ("push_after", before.push_after != group.push_after),
        ("retired", before.retired != group.retired),
    ];
    differs.into_iter().filter_map(|(column, differs)| differs.then_some(column)).collect()
}

fn steward_columns(before: Option<&Group>, group: &Group) -> Vec<&'static str> {
    let nobody = Person::default();
    let was = before.map_or(&nobody, |group| &group.steward);
    let differs = [
        ("steward", was.name != group.steward.name),
        ("steward_title", was.title != group.steward.title),
        ("steward_phone", was.phone != group.steward.phone),
        ("deputy", before.and_then(|group| group.deputy.as_ref()) != group.deputy.as_ref()),
    ];
    differs.into_iter().filter_map(|(column, differs)| differs.then_some(column)).collect()
}
