//! What the database already holds, as far as the checks of a tree file need it.
//!
//! The importer fills it in the transaction it will write in, so that nothing changes in between.

use std::collections::{HashMap, HashSet};

use super::patch::Patch;
use super::row::TreeRow;
use crate::group::{LineGroupId, Tier};
use crate::ids::Code;

/// The tree that a file is laid over; empty for a first import.
#[derive(Clone, Debug, Default)]
pub struct KnownTree {
    /// All groups, retired ones too.
    pub groups: HashMap<Code, KnownGroup>,
    /// Codes of all offices.
    pub offices: HashSet<Code>,
    /// Codes of all channels.
    pub channels: HashSet<Code>,
    /// The channel of groups for which neither file nor database names one.
    pub default_channel: Option<Code>,
    /// What lies outside of the part of the tree that the file may change; none = it may change all of it.
    pub outside: Option<Outside>,
}

/// What is there outside of the part of the tree that a file may change. A row is told nothing of it, but that what it would add is
/// taken.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// The groups under which the highest of the part hang: they stay there, and nothing else comes under them.
    pub above: HashMap<Code, KnownGroup>,
    /// Codes of all groups outside.
    pub groups: HashSet<Code>,
    /// Codes of all offices without a group in the part.
    pub offices: HashSet<Code>,
    /// LINE groups that are linked outside, with their channels.
    pub links: HashSet<(Code, LineGroupId)>,
}

/// A group that is in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownGroup {
    /// The group above; none for the root.
    pub parent: Option<Code>,
    /// Its tier.
    pub tier: Tier,
    /// Its office.
    pub office: Code,
    /// Whether it is out of use.
    pub retired: bool,
    /// The channel that serves it.
    pub channel: Option<Code>,
    /// Its LINE group.
    pub line_group_id: Option<LineGroupId>,
}

impl KnownTree {
    /// The same for a file that may change the groups of `part` and what it adds below them, and nothing else.
    #[must_use]
    pub fn within(mut self, part: &HashSet<Code>) -> Self {
        let (own, others): (HashMap<_, _>, HashMap<_, _>) =
            self.groups.drain().partition(|(code, _)| part.contains(code));
        let parents = own.values().filter_map(|group| group.parent.as_ref());
        let above = parents.filter_map(|code| Some((code.clone(), others.get(code)?.clone()))).collect();
        let offices: HashSet<Code> = own.values().map(|group| group.office.clone()).collect();
        let link = |group: &KnownGroup| Some((group.channel.clone()?, group.line_group_id.clone()?));
        self.outside = Some(Outside {
            above,
            offices: self.offices.difference(&offices).cloned().collect(),
            links: others.values().filter_map(link).collect(),
            groups: others.into_keys().collect(),
        });
        Self { groups: own, offices, ..self }
    }

    pub(super) fn fill_in_channels(&self, rows: &mut [TreeRow]) {
        let Some(default) = &self.default_channel else { return };
        for row in rows {
            let has_one = self.groups.get(&row.code).is_some_and(|group| group.channel.is_some());
            if row.channel.is_keep() && !has_one {
                row.channel = Patch::Set(default.clone());
            }
        }
    }
}
