//! Errors of a tree file, each worded so that a person can mend the file.
//!
//! A [`RowError`] displays as `line:column: name: reason`; the caller puts the file's name before it.

use std::borrow::Cow;
use std::fmt;

use super::column::Column;
use crate::group::{BadLineGroupId, BadTier, Tier};
use crate::ids::{BadCode, Code};
use crate::national::BadProvince;
use crate::spreadsheet::{BadEncoding, Damage};

/// A file that did not pass, with every bad row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tree file has {} {}", .errors.len(), if .errors.len() == 1 { "error" } else { "errors" })]
pub struct TreeFileError {
    /// By line and column; never empty.
    pub errors: Vec<RowError>,
}

/// One thing wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// From 1, counted as an editor counts lines.
    pub line: u64,
    /// Where in the line; none if the row as a whole is at fault or the file lacks the column.
    pub place: Option<Place>,
    /// What is wrong.
    pub reason: Reason,
    /// What stands in the cell, where that is what is wrong; cut after `SHOWN` characters.
    pub found: Option<String>,
}

/// So much of a cell is shown with what is wrong with it.
pub const SHOWN: usize = 60;

/// A column of the file at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// As the header has it.
    pub name: Cow<'static, str>,
    /// From 1, counted from the left.
    pub number: usize,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(Place { name, number }) => write!(f, "{}:{number}: {name}: {}", self.line, self.reason),
            None => write!(f, "{}: {}", self.line, self.reason),
        }
    }
}

/// Why a row, or the header, does not pass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The file has no line at all.
    #[error("the file is empty; its first line must name the columns")]
    NoHeader,
    /// A needed column is not in the header.
    #[error("the column \"{0}\" is missing from the first line")]
    ColumnMissing(Column),
    /// The header names a column that does not exist.
    #[error("there is no column of this name")]
    UnknownColumn,
    /// The header names a column twice.
    #[error("the column stands in the first line twice")]
    ColumnTwice,
    /// The row has more cells than the header, or the file ends within it.
    #[error("the row has {found} cells where the first line has {expected}")]
    CellCount {
        /// In the row.
        found: usize,
        /// In the header.
        expected: usize,
    },
    /// A single cell is not UTF-8.
    #[error("is not UTF-8; save the file as \"CSV UTF-8\"")]
    Encoding,
    /// The file is in another encoding.
    #[error(transparent)]
    FileEncoding(#[from] BadEncoding),
    /// A spreadsheet has spoilt the cell, or the file.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// An empty `code`.
    #[error("must not be empty")]
    Empty,
    /// A `-` where there must be a value.
    #[error("cannot be cleared")]
    NotClearable,
    /// Longer than the column takes.
    #[error("must be at most {0} characters long")]
    TooLong(usize),
    /// A line break or another control character.
    #[error("must not hold line breaks or other control characters")]
    ControlCharacter,
    /// No telephone number.
    #[error("must hold a telephone number")]
    NoPhone,
    /// A code that is none.
    #[error(transparent)]
    Code(#[from] BadCode),
    /// A tier that is none.
    #[error(transparent)]
    Tier(#[from] BadTier),
    /// A LINE group id that is none.
    #[error(transparent)]
    LineGroupId(#[from] BadLineGroupId),
    /// None of the 77 provinces.
    #[error(transparent)]
    Province(#[from] BadProvince),
    /// Not a whole number in the range.
    #[error("must be a whole number from 0 to {0}")]
    Number(i32),
    /// Not one of the words the column takes.
    #[error("must be one of: {0}")]
    Word(String),
    /// The code stands on an earlier line.
    #[error("the group \"{code}\" stands on line {line} already")]
    DuplicateCode {
        /// The code that both rows have.
        code: Code,
        /// Of the first.
        line: u64,
    },
    /// A new group lacks what every group has.
    #[error("the new group \"{code}\" needs a value for \"{column}\"")]
    NewGroupNeeds {
        /// The new group.
        code: Code,
        /// What it lacks.
        column: Column,
    },
    /// No group of this code in the file or the database.
    #[error("there is no group \"{0}\", neither in the file nor in the database")]
    UnknownParent(Code),
    /// The group hangs under itself, in the end.
    #[error("the group would hang under itself: {0}")]
    Cycle(String),
    /// The tree would have a second root.
    #[error("the tree has one root and \"{0}\" is it; give this group a parent")]
    SecondRoot(Code),
    /// The tier does not follow from the parent's.
    #[error("{child} is of tier {found} but must be of tier {expected} under {parent}", found = .found.number(), expected = .expected.number())]
    WrongTier {
        /// The group whose tier is wrong.
        child: Code,
        /// Its parent.
        parent: Code,
        /// The child's tier.
        found: Tier,
        /// The tier it must have there.
        expected: Tier,
    },
    /// The root is not of tier 1.
    #[error("the root must be of tier 1")]
    RootTier,
    /// A group in use would hang under a retired one.
    #[error("\"{parent}\" is retired while \"{child}\" below it is in use")]
    ActiveBelowRetired {
        /// The retired group.
        parent: Code,
        /// The group in use.
        child: Code,
    },
    /// A group that hangs nowhere, in a file that may change a part of the tree only.
    #[error("must name the group above, in your part of the tree")]
    ParentMissing,
    /// A group would leave the highest place of the only part of the tree that the file may change.
    #[error("is at the top of your part of the tree; only operations can move it")]
    TopMoves,
    /// A group at the highest place of that part would go to another office, and the part with it.
    #[error("is at the top of your part of the tree; only operations can give it to another office")]
    TopLeavesOffice,
    /// A new group or office has a code that is taken where the file may change nothing.
    #[error("the code \"{0}\" cannot be given here; choose another")]
    CodeTaken(Code),
    /// A LINE group that is linked where the file may change nothing.
    #[error("this LINE group belongs to another group on the same channel")]
    LineGroupTaken,
    /// The office also has groups where the file may change nothing.
    #[error(
        "the office \"{0}\" also has groups outside of your part of the tree; operations change its name, kind and province"
    )]
    OfficeElsewhere(Code),
    /// A group that is to be added is there already.
    #[error("there is a group \"{0}\" already")]
    GroupExists(Code),
    /// Whoever adds a group describes its office otherwise than it is.
    #[error(
        "the office \"{0}\" is there already and is described otherwise; leave this out, or change the office first"
    )]
    OfficeStands(Code),
    /// Bulletins would come into the group by themselves, which whoever sends the file may not decide.
    #[error("only the group's steward, or a role that may publish, can let bulletins come into it by themselves")]
    AutomaticNotTheirs,
    /// No channel of this code.
    #[error("there is no channel \"{0}\"; add it first")]
    UnknownChannel(Code),
    /// A LINE group without a channel to reach it.
    #[error("a LINE group needs a channel")]
    LinkWithoutChannel,
    /// The LINE group belongs to another group on the same channel.
    #[error("this LINE group belongs to \"{0}\" on the same channel")]
    LineGroupTwice(Code),
    /// A new office lacks what every office has.
    #[error("the new office \"{office}\" needs a value for \"{column}\"")]
    NewOfficeNeeds {
        /// The new office.
        office: Code,
        /// What it lacks.
        column: Column,
    },
    /// Two rows describe one office differently.
    #[error("the office \"{office}\" is described differently on line {line}")]
    OfficeDiffers {
        /// The office.
        office: Code,
        /// Of the first description.
        line: u64,
    },
}
