//! The columns of a tree file and their names.
//!
//! The names are the contract with whoever keeps a tree in a spreadsheet: add to them, never rename.

use std::fmt;

macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// A column of the tree file, in the order in which files are written.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column {
            $($(#[$doc])* $variant),+
        }

        impl Column {
            /// All columns, in the order in which files are written.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name that stands in the header.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }
        }
    };
}

columns! {
    /// Unique slug of the group.
    Code = "code",
    /// Code of the group above; empty for the root.
    Parent = "parent",
    /// 1, 2 or 3.
    Tier = "tier",
    /// What people call the group.
    Name = "name",
    /// Code of the office whose group it is.
    Office = "office",
    /// The office's name.
    OfficeName = "office_name",
    /// What kind of body the office is.
    OfficeKind = "office_kind",
    /// The province the office is in.
    Province = "province",
    /// Code of the LINE channel that serves the group.
    Channel = "channel",
    /// LINE's id of the group chat.
    LineGroupId = "line_group_id",
    /// Seats in the LINE group, the official account not counted.
    Members = "members",
    /// People who ought to have a seat.
    HeadCount = "head_count",
    /// How a bulletin comes in: automatic or stewarded.
    Forwarding = "forwarding",
    /// Minutes until it comes in by itself; empty = never.
    ForwardWithin = "forward_within",
    /// The steward's name, if one is to be kept at all.
    Steward = "steward",
    /// The steward's title.
    StewardTitle = "steward_title",
    /// The steward's telephone.
    StewardPhone = "steward_phone",
    /// Who stands in for the steward.
    Deputy = "deputy",
    /// Whether the group is out of use.
    Retired = "retired",
    /// How it gets its copy: `push`, `listen` or `listen_then_push`; empty = as the settings say.
    Way = "way",
    /// Minutes until what nobody forwarded is pushed; empty = by urgency.
    PushAfter = "push_after",
}

impl Column {
    /// The column called `name`, whatever its case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|column| column.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
