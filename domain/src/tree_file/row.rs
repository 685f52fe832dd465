//! One row of a tree file: what it changes about one group, its office and its stewards.
//!
//! Rows are made by `read` from a file, by `domain::national` from the chart and by the export from
//! the database; `write` and the importer take them.

use super::column::Column;
use super::patch::Patch;
use crate::bulletin::Forwarding;
use crate::group::{LineGroupId, Tier};
use crate::ids::Code;
use crate::office::OfficeKind;
use crate::way::Way;

/// How bulletins come into a new group whose row does not say: by its steward, as the letter has it.
pub const NEW_GROUP_FORWARDING: Forwarding = Forwarding::Stewarded;

/// What one row says.
///
/// In a row that [`parse`](super::parse) let pass, `tier`, `name`, `office`, `office_name`,
/// `office_kind`, `forwarding` and `retired` are never cleared, and a new group has `parent`, `tier`,
/// `name` and `office`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeRow {
    /// The line of the file it stands on, from 1; a generated row's is the one it will be written to.
    pub line: u64,
    /// The group it is about.
    pub code: Code,
    /// The group above; cleared for the root.
    pub parent: Patch<Code>,
    /// The group's tier.
    pub tier: Patch<Tier>,
    /// What people call the group; up to 200 characters.
    pub name: Patch<String>,
    /// Code of its office.
    pub office: Patch<Code>,
    /// The office's name; up to 200 characters.
    pub office_name: Patch<String>,
    /// What kind of body the office is.
    pub office_kind: Patch<OfficeKind>,
    /// The province's two-digit code.
    pub province: Patch<String>,
    /// The channel that serves the group.
    pub channel: Patch<Code>,
    /// Its LINE group.
    pub line_group_id: Patch<LineGroupId>,
    /// Seats in the LINE group: 0 to 1,000,000.
    pub members: Patch<i32>,
    /// People who ought to have a seat: 0 to 1,000,000.
    pub head_count: Patch<i32>,
    /// How a bulletin comes in.
    pub forwarding: Patch<Forwarding>,
    /// Minutes until it comes in by itself, 0 to 525,600 (a year); cleared = never.
    pub forward_within: Patch<i32>,
    /// How it gets its copy; cleared = as the settings say.
    pub way: Patch<Way>,
    /// Minutes until what nobody forwarded is pushed, 0 to 525,600; cleared = by urgency.
    pub push_after: Patch<i32>,
    /// The steward's name; up to 200 characters.
    pub steward: Patch<String>,
    /// The steward's title; up to 200 characters.
    pub steward_title: Patch<String>,
    /// The steward's telephone; up to 40 characters.
    pub steward_phone: Patch<String>,
    /// The deputy's name or title; up to 200 characters.
    pub deputy: Patch<String>,
    /// Whether the group is out of use.
    pub retired: Patch<bool>,
}

impl TreeRow {
    /// The same, but what an empty cell would leave is cleared: the row says everything of its group.
    #[must_use]
    pub fn clearing_what_is_empty(self) -> Self {
        Self {
            province: self.province.or_clear(),
            channel: self.channel.or_clear(),
            line_group_id: self.line_group_id.or_clear(),
            members: self.members.or_clear(),
            head_count: self.head_count.or_clear(),
            way: self.way.or_clear(),
            push_after: self.push_after.or_clear(),
            steward: self.steward.or_clear(),
            steward_title: self.steward_title.or_clear(),
            steward_phone: self.steward_phone.or_clear(),
            deputy: self.deputy.or_clear(),
            ..self
        }
    }

    /// The same, saying nothing but what stands in these columns.
    #[must_use]
    pub fn only(self, columns: &[Column]) -> Self {
        let says = |column| columns.contains(&column);
        Self {
            line: self.line,
            code: self.code,
            parent: self.parent.only_if(says(Column::Parent)),
            tier: self.tier.only_if(says(Column::Tier)),
            name: self.name.only_if(says(Column::Name)),
            office: self.office.only_if(says(Column::Office)),
            office_name: self.office_name.only_if(says(Column::OfficeName)),
            office_kind: self.office_kind.only_if(says(Column::OfficeKind)),
            province: self.province.only_if(says(Column::Province)),
            channel: self.channel.only_if(says(Column::Channel)),
            line_group_id: self.line_group_id.only_if(says(Column::LineGroupId)),
            members: self.members.only_if(says(Column::Members)),
            head_count: self.head_count.only_if(says(Column::HeadCount)),
            forwarding: self.forwarding.only_if(says(Column::Forwarding)),
            forward_within: self.forward_within.only_if(says(Column::ForwardWithin)),
            way: self.way.only_if(says(Column::Way)),
            push_after: self.push_after.only_if(says(Column::PushAfter)),
            steward: self.steward.only_if(says(Column::Steward)),
            steward_title: self.steward_title.only_if(says(Column::StewardTitle)),
            steward_phone: self.steward_phone.only_if(says(Column::StewardPhone)),
            deputy: self.deputy.only_if(says(Column::Deputy)),
            retired: self.retired.only_if(says(Column::Retired)),
        }
    }

    /// A row for `code` on `line` that changes nothing yet.
    #[must_use]
    pub fn new(line: u64, code: Code) -> Self {
        Self {
            line,
            code,
            parent: Patch::Keep,
            tier: Patch::Keep,
            name: Patch::Keep,
            office: Patch::Keep,
            office_name: Patch::Keep,
            office_kind: Patch::Keep,
            province: Patch::Keep,
            channel: Patch::Keep,
            line_group_id: Patch::Keep,
            members: Patch::Keep,
            head_count: Patch::Keep,
            forwarding: Patch::Keep,
            forward_within: Patch::Keep,
            way: Patch::Keep,
            push_after: Patch::Keep,
            steward: Patch::Keep,
            steward_title: Patch::Keep,
            steward_phone: Patch::Keep,
            deputy: Patch::Keep,
            retired: Patch::Keep,
        }
    }
}
