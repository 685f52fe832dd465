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
