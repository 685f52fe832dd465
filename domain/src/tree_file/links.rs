//! Channels and LINE groups: every channel exists, every linked group has one, and no LINE group
//! belongs to two of ours on one channel.
//!
//! A message goes to a channel and an id together, so the pair is what must not stand twice: two of
//! our groups sharing it would get every bulletin double. Checked over the tree as it would stand
//! after the import, so that two groups may swap their links in one file.

use std::collections::HashMap;

use super::column::Column;
use super::error::Reason;
use super::known::{KnownTree, Outside};
use super::read::Sheet;
use crate::group::LineGroupId;
use crate::ids::Code;

/// A LINE group as the platform sees it.
type Chat<'a> = (&'a Code, &'a LineGroupId);

pub(super) fn check(sheet: &mut Sheet, known: &KnownTree) {
    let in_file: HashMap<_, _> = sheet.rows.iter().map(|row| (&row.code, row)).collect();
    let untouched = known.groups.iter().filter(|(code, _)| !in_file.contains_key(code));
    let mut owners: HashMap<Chat<'_>, &Code> = untouched
        .filter_map(|(code, group)| Some(((group.channel.as_ref()?, group.line_group_id.as_ref()?), code)))
        .collect();
    let mut faults = Vec::new();
    for row in &sheet.rows {
        let group = known.groups.get(&row.code);
        let channel = row.channel.as_ref().apply(group.and_then(|group| group.channel.as_ref()));
        let link = row.line_group_id.as_ref().apply(group.and_then(|group| group.line_group_id.as_ref()));
        if let Some(channel) = row.channel.as_set().filter(|channel| !known.channels.contains(channel)) {
            faults.push((row.line, Column::Channel, Reason::UnknownChannel(channel.clone())));
        }
        let Some(link) = link else { continue };
        let Some(channel) = channel else {
            if !sheet.spoiled.contains(&row.code) {
                faults.push((row.line, Column::Channel, Reason::LinkWithoutChannel));
            }
            continue;
        };
        let taken = |outside: &Outside| outside.links.contains(&(channel.clone(), link.clone()));
        if known.outside.as_ref().is_some_and(taken) {
            faults.push((row.line, Column::LineGroupId, Reason::LineGroupTaken));
            continue;
        }
        let owner = *owners.entry((channel, link)).or_insert(&row.code);
        // a code that stands twice was blamed for that
        if *owner != row.code {
            faults.push((row.line, Column::LineGroupId, Reason::LineGroupTwice(owner.clone())));
        }
    }
    for (line, column, reason) in faults {
        sheet.blame(line, column, reason);
    }
}
