//! Checks the tree that a file would make against the rules of `domain::group`.
//!
//! What is checked is the whole tree as it would stand afterwards: the database's groups with the
//! file's changes laid over them. A fault between two groups is blamed on a row of the file that has
//! a part in it; one with no such row was there before and is not this file's.

use std::collections::{HashMap, HashSet};

use super::column::Column;
use super::error::Reason;
use super::known::{KnownGroup, KnownTree, Outside};
use super::read::Sheet;
use super::row::TreeRow;
use crate::group::Tier;
use crate::ids::Code;

/// How many codes of a cycle are named.
const NAMED_IN_CYCLE: usize = 6;

/// A group as it would be after the import.
struct Node<'a> {
    code: &'a Code,
    parent: Option<&'a Code>,
    tier: Option<Tier>,
    retired: bool,
    /// Its line, if the file has a row for it.
    line: Option<u64>,
    /// Its row has a bad cell, so nothing more is said about it.
    spoiled: bool,
    /// Where it is in the part of the tree that the file may change.
    standing: Standing,
}

/// Where a group is in the only part of the tree that a file may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// In it, or the file may change all of the tree.
    Within,
    /// Above it.
    Above,
    /// There already at its top.
    Top,
    /// The same, and it would leave that place.
    LeavesTop,
}

/// A fault found, to be blamed on a line and column.
type Fault = (u64, Column, Reason);

pub(super) fn check(sheet: &mut Sheet, known: &KnownTree) {
    let mut faults = find_missing_values(sheet, known);
    faults.extend(find_tops_given_away(sheet, known));
    let tree = Tree::lay(sheet, known, &mut faults);
    tree.find_bad_edges(&mut faults);
    if tree.is_part {
        tree.find_roots(&mut faults);
    } else {
        tree.find_second_roots(&mut faults);
    }
    tree.find_cycles(&mut faults);
    for (line, column, reason) in faults {
        sheet.blame(line, column, reason);
    }
}

/// What would be new and has a code that is taken outside of the part of the tree that the file may change. Said only of rows that are
/// good otherwise: a row that only names what is there is answered as if it were not.
pub(super) fn check_taken(sheet: &mut Sheet, outside: &Outside) {
    let bad: HashSet<u64> = sheet.errors.iter().map(|error| error.line).collect();
    let mut faults: Vec<Fault> = Vec::new();
    for row in sheet.rows.iter().filter(|row| !bad.contains(&row.line)) {
        if outside.groups.contains(&row.code) {
            faults.push((row.line, Column::Code, Reason::CodeTaken(row.code.clone())));
        }
        if let Some(office) = row.office.as_set().filter(|office| outside.offices.contains(office)) {
            faults.push((row.line, Column::Office, Reason::CodeTaken(office.clone())));
        }
    }
    for (line, column, reason) in faults {
        sheet.blame(line, column, reason);
    }
}

/// New groups that lack what every group has.
fn find_missing_values(sheet: &Sheet, known: &KnownTree) -> Vec<Fault> {
    let is_new = |row: &&TreeRow| !known.groups.contains_key(&row.code) && !sheet.spoiled.contains(&row.code);
    let mut faults = Vec::new();
    for row in sheet.rows.iter().filter(is_new) {
        let wanted = [
            (Column::Parent, row.parent.is_keep()),
            (Column::Tier, row.tier.is_keep()),
            (Column::Name, row.name.is_keep()),
            (Column::Office, row.office.is_keep()),
        ];
        for (column, _) in wanted.into_iter().filter(|(_, missing)| *missing) {
            faults.push((row.line, column, Reason::NewGroupNeeds { code: row.code.clone(), column }));
        }
    }
    faults
}

/// Groups at the top of the only part that the file may change that would go to another office: whoever sent it would see the part no more.
fn find_tops_given_away(sheet: &Sheet, known: &KnownTree) -> Vec<Fault> {
    let is_top = |group: &KnownGroup| {
        known.outside.is_some() && !group.parent.as_ref().is_some_and(|above| known.groups.contains_key(above))
    };
    let given_away = |row: &&TreeRow| {
        let group = known.groups.get(&row.code).filter(|group| is_top(group));
        group.is_some_and(|group| row.office.as_set().is_some_and(|office| *office != group.office))
    };
    sheet.rows.iter().filter(given_away).map(|row| (row.line, Column::Office, Reason::TopLeavesOffice)).collect()
}

struct Tree<'a> {
    /// The file's groups in the file's order, then the others.
    nodes: Vec<Node<'a>>,
    places: HashMap<&'a Code, usize>,
    /// Whether it is a part of a tree, which has no root of its own.
    is_part: bool,
}

impl<'a> Tree<'a> {
    fn lay(sheet: &'a Sheet, known: &'a KnownTree, faults: &mut Vec<Fault>) -> Self {
        let capacity = sheet.rows.len() + known.groups.len();
        let (nodes, places) = (Vec::with_capacity(capacity), HashMap::with_capacity(capacity));
        let mut tree = Self { nodes, places, is_part: known.outside.is_some() };
        for row in &sheet.rows {
            if let Some(line) = tree.find(&row.code).and_then(|first| first.line) {
                faults.push((row.line, Column::Code, Reason::DuplicateCode { code: row.code.clone(), line }));
            } else {
                let spoiled = sheet.spoiled.contains(&row.code);
                tree.add(Node::of_row(row, known, spoiled));
            }
        }
        for (code, group) in &known.groups {
            if !tree.places.contains_key(code) {
                tree.add(Node::of_group(code, group));
            }
        }
        for (code, group) in known.outside.iter().flat_map(|outside| &outside.above) {
            if !tree.places.contains_key(code) {
                // what is above it does not matter
                tree.add(Node { standing: Standing::Above, parent: None, ..Node::of_group(code, group) });
            }
        }
        tree
    }

    fn add(&mut self, node: Node<'a>) {
        self.places.insert(node.code, self.nodes.len());
        self.nodes.push(node);
    }

    fn find(&self, code: &Code) -> Option<&Node<'a>> {
        self.places.get(code).and_then(|&at| self.nodes.get(at))
    }

    /// Unknown parents, wrong tiers, groups in use below retired ones.
    fn find_bad_edges(&self, faults: &mut Vec<Fault>) {
        for node in self.nodes.iter().filter(|node| !node.spoiled) {
            match node.parent.map(|code| (code, self.find(code))) {
                _ if node.standing == Standing::LeavesTop => {
                    faults.extend(node.line.map(|line| (line, Column::Parent, Reason::TopMoves)));
                }
                None if self.is_part && node.standing != Standing::Top => {}
                None => faults.extend(node.root_fault()),
                // to whom a group above is not theirs it is not there, but where their own hangs already
                Some((code, Some(parent))) if parent.standing == Standing::Above && node.standing != Standing::Top => {
                    faults.extend(node.line.map(|line| (line, Column::Parent, Reason::UnknownParent(code.clone()))));
                }
                Some((code, None)) => {
                    faults.extend(node.line.map(|line| (line, Column::Parent, Reason::UnknownParent(code.clone()))));
                }
                Some((_, Some(parent))) if !parent.spoiled => {
                    faults.extend(node.tier_fault(parent));
                    faults.extend(node.retired_fault(parent));
                }
                Some(_) => {}
            }
        }
    }

    /// Groups without a parent, in a file that may change a part of the tree only.
    fn find_roots(&self, faults: &mut Vec<Fault>) {
        let roots = self
            .nodes
            .iter()
            .filter(|node| node.parent.is_none() && !node.spoiled && node.standing == Standing::Within);
        faults.extend(roots.filter_map(|root| Some((root.line?, Column::Parent, Reason::ParentMissing))));
    }

    fn find_second_roots(&self, faults: &mut Vec<Fault>) {
        let roots = || self.nodes.iter().filter(|node| node.parent.is_none() && !node.spoiled);
        // the root that is there already stays it; else the file's first
        let first = roots().find(|node| node.line.is_none()).or_else(|| roots().next());
        let Some(first) = first else { return };
        for root in roots().filter(|root| root.code != first.code) {
            faults.extend(root.line.map(|line| (line, Column::Parent, Reason::SecondRoot(first.code.clone()))));
        }
    }

    /// Walks up from every group; one that meets its own way again hangs under itself.
    fn find_cycles(&self, faults: &mut Vec<Fault>) {
        let mut walked_by: Vec<Option<usize>> = vec![None; self.nodes.len()];
        for start in 0..self.nodes.len() {
            let mut way = Vec::new();
            let mut next = Some(start);
            while let Some(at) = next {
                match walked_by.get(at) {
                    Some(None) => way.push(at),
                    Some(Some(walk)) if *walk == start => {
                        self.report_cycle(way.iter().skip_while(|step| **step != at), faults);
                        break;
                    }
                    _ => break,
                }
                if let Some(walk) = walked_by.get_mut(at) {
                    *walk = Some(start);
                }
                next = self.nodes.get(at).and_then(|node| node.parent).and_then(|code| self.places.get(code)).copied();
            }
        }
    }

    fn report_cycle<'i>(&self, steps: impl Iterator<Item = &'i usize>, faults: &mut Vec<Fault>) {
        let cycle: Vec<_> = steps.filter_map(|&at| self.nodes.get(at)).collect();
        for (turn, node) in cycle.iter().enumerate().filter(|(_, node)| !node.spoiled) {
            let from_here = (turn..=turn + cycle.len()).filter_map(|step| cycle.get(step % cycle.len()));
            let mut named: Vec<_> = from_here.take(NAMED_IN_CYCLE).map(|node| node.code.as_str()).collect();
            if cycle.len() >= NAMED_IN_CYCLE {
                named.push("…");
            }
            faults.extend(node.line.map(|line| (line, Column::Parent, Reason::Cycle(named.join(" → ")))));
        }
    }
}

impl<'a> Node<'a> {
    fn of_row(row: &'a TreeRow, known: &'a KnownTree, spoiled: bool) -> Self {
        let group = known.groups.get(&row.code);
        let hangs_under = group.and_then(|group| group.parent.as_ref());
        let parent = row.parent.as_ref().apply(hangs_under);
        let is_within = hangs_under.is_some_and(|code| known.groups.contains_key(code));
        let is_top = known.outside.is_some() && group.is_some() && !is_within;
        let standing = match (is_top, parent == hangs_under) {
            (false, _) => Standing::Within,
            (true, true) => Standing::Top,
            (true, false) => Standing::LeavesTop,
        };
        Self {
            code: &row.code,
            parent,
            tier: row.tier.apply(group.map(|group| group.tier)),
            retired: row.retired.apply(group.map(|group| group.retired)).unwrap_or(false),
            line: Some(row.line),
            // a new group that does not say where it hangs was blamed for that
            spoiled: spoiled || (group.is_none() && row.parent.is_keep()),
            standing,
        }
    }

    fn of_group(code: &'a Code, group: &'a KnownGroup) -> Self {
        Self {
            code,
            parent: group.parent.as_ref(),
            tier: Some(group.tier),
            retired: group.retired,
            line: None,
            spoiled: false,
            // more is said of rows only
            standing: Standing::Within,
        }
    }

    fn root_fault(&self) -> Option<Fault> {
        let wrong = self.tier.is_some_and(|tier| !tier.may_have_parent(None));
        wrong.then(|| self.line.map(|line| (line, Column::Tier, Reason::RootTier))).flatten()
    }

    fn tier_fault(&self, parent: &Self) -> Option<Fault> {
        let (found, above) = (self.tier?, parent.tier?);
        let (child, expected) = (self.code.clone(), Tier::below(Some(above)));
        let reason = Reason::WrongTier { child, parent: parent.code.clone(), found, expected };
        if found == expected { None } else { Some((self.line.or(parent.line)?, Column::Tier, reason)) }
    }

    fn retired_fault(&self, parent: &Self) -> Option<Fault> {
        if self.retired || !parent.retired {
            return None;
        }
        let reason = Reason::ActiveBelowRetired { parent: parent.code.clone(), child: self.code.clone() };
        Some((parent.line.or(self.line)?, Column::Retired, reason))
    }
}
