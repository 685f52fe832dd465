//! Roles: what a person or key may do, apart from where (its office's subtree).

use serde::{Deserialize, Serialize};

/// A role. Where it holds is a matter of scope: the whole tree, or one office's subtree.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "role", rename_all = "snake_case")]
#[clap(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Admin,
    /// Writes and publishes bulletins.
    Publisher,
    /// Approves what another wrote.
    Approver,
    /// Forwards into the groups of an office.
    Steward,
    /// Ministry operations: sees all, retries, parks, resumes.
    Operator,
    /// Reads the status of its own subtree.
    Agency,
}

/// An act that needs a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Read bulletins, deliveries, groups and coverage.
    Read,
    /// Write, change, publish a bulletin.
    Publish,
    /// Take a bulletin back.
    Withdraw,
    /// Let a bulletin into a group, or decline it.
    Forward,
    /// Queue failed deliveries again; reverse a declining.
    Retry,
    /// Change groups and make join codes.
    ManageGroups,
    /// See channels; park and resume them.
    OperateChannels,
}

impl Role {
    /// Whether the role may do `act` at all; where is decided by scope.
    #[must_use]
    pub fn may(self, act: Act) -> bool {
        match act {
            Act::Read => true,
            Act::Publish => matches!(self, Self::Admin | Self::Publisher),
            Act::Withdraw => matches!(self, Self::Admin | Self::Publisher | Self::Operator),
            Act::Forward => matches!(self, Self::Admin | Self::Operator | Self::Steward),
            Act::Retry | Act::OperateChannels => matches!(self, Self::Admin | Self::Operator),
            Act::ManageGroups => matches!(self, Self::Admin | Self::Operator | Self::Steward),
        }
    }

    /// Whether the role makes no sense without an office.
    #[must_use]
    pub fn needs_office(self) -> bool {
        matches!(self, Self::Steward | Self::Agency)
    }

    /// The word used in files and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Publisher => "publisher",
            Self::Approver => "approver",
            Self::Steward => "steward",
            Self::Operator => "operator",
            Self::Agency => "agency",
        }
    }
}
