//! Makes the row of a group from what its office is: forwarding by tier, figures, simulated links.
//!
//! Members and head counts are plausible figures, not facts, and so are the simulator's LINE groups:
//! all come from a hash of the group's code, so that they are the same on every machine.

use sha2::{Digest, Sha256};

use super::facts::Province;
use crate::bulletin::Forwarding;
use crate::group::{LineGroupId, Tier};
use crate::ids::{BadCode, Code};
use crate::office::OfficeKind;
use crate::tree_file::{Patch, TreeRow};

/// One group of the tree to be.
pub(super) struct GroupSeed<'a> {
    pub(super) code: Code,
    pub(super) parent: Option<&'a Code>,
    pub(super) tier: Tier,
    pub(super) name: String,
    pub(super) office: String,
    pub(super) office_name: String,
    pub(super) office_kind: OfficeKind,
    pub(super) province: Option<&'a Province>,
    pub(super) members: i32,
    pub(super) steward_title: String,
    pub(super) deputy: Option<String>,
}

impl GroupSeed<'_> {
    /// Its row, linked to a made-up LINE group where there is a channel for the simulator.
    pub(super) fn into_row(self, line: u64, simulated_channel: Option<&Code>) -> Result<TreeRow, BadCode> {
        let (forwarding, forward_within) = match self.tier {
            Tier::Gcc1 => (Forwarding::Automatic, Patch::Clear),
            Tier::Gcc2 | Tier::Gcc3 => (Forwarding::Stewarded, Patch::Clear),
        };
        Ok(TreeRow {
            parent: self.parent.cloned().map_or(Patch::Clear, Patch::Set),
            tier: Patch::Set(self.tier),
            name: Patch::Set(self.name),
            office: Patch::Set(self.office.parse()?),
            office_name: Patch::Set(self.office_name),
            office_kind: Patch::Set(self.office_kind),
            province: Patch::from_option(self.province.map(|province| province.code.clone())),
            channel: Patch::from_option(simulated_channel.cloned()),
            line_group_id: Patch::from_option(simulated_channel.map(|_| simulated_link(&self.code))),
            members: Patch::Set(self.members),
            head_count: Patch::Set(self.members + pick(&self.code, 0, self.members / 10)),
            forwarding: Patch::Set(forwarding),
            forward_within,
            steward_title: Patch::Set(self.steward_title),
            deputy: Patch::from_option(self.deputy),
            ..TreeRow::new(line, self.code)
        })
    }
}

/// The LINE group that the simulator has for the group called `code`: `C` and 32 hex digits.
#[must_use]
pub fn simulated_link(code: &Code) -> LineGroupId {
    LineGroupId::from_hash(hash(code))
}

/// A number from `low` to `high`, always the same for the same code.
pub(super) fn pick(code: &Code, low: i32, high: i32) -> i32 {
    let [.., a, b, c] = hash(code);
    let span = high.saturating_sub(low).saturating_add(1).max(1);
    low + i32::from_be_bytes([0, a, b, c]) % span
}

fn hash(code: &Code) -> [u8; 32] {
    Sha256::digest(code.as_str()).into()
}
