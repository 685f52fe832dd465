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
    /// Forwards into the groups of an office, and originates bulletins from there.
    Steward,
    /// Ministry operations: sees all, retries, parks, resumes.
    Operator,
    /// Reads the status of its own subtree.
    Agency,
    /// An office's coordinator, ผู้ประสานงาน (letter of March 2561, clause 2): does office work and manages groups in its own
    /// subtree.
    Coordinator,
}

/// An act that needs a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Read bulletins, deliveries, groups and coverage.
    Read,
    /// Write, change, publish any bulletin; let one or a group go on by itself.
    Publish,
    /// Approve what another wrote, or return it.
    Approve,
    /// Write, change, publish a bulletin that starts at a group of the own office.
    Originate,
    /// Take a bulletin back.
    Withdraw,
    /// Let a bulletin into a group, or decline it.
    Forward,
    /// Queue failed deliveries again; reverse a declining.
    Retry,
    /// Change groups and make join codes.
    ManageGroups,
    /// Add, move and retire groups, one by one or by a tree file; whoever has an office, in its part of the tree.
    ManageTree,
    /// Verify that groups are set up as reported.
    VerifyGroups,
    /// Keep the office's register and endorsements, answer requests, name coordinators, record dissemination.
    OfficeWork,
    /// Upload files; check, propose and return what offices send up.
    HandleMaterial,
    /// See channels; park and resume them.
    OperateChannels,
    /// Add channels, and change their secrets and pace.
    ManageChannels,
    /// Make accounts, end them and give out links.
    ManageAccounts,
    /// See API keys with their last use, make and revoke them.
    ManageKeys,
    /// Read who did what.
    ReadAudit,
}

impl Permission {
    /// All, in the order in which a page lists them.
    pub const ALL: [Self; 17] = [
        Self::Read,
        Self::Originate,
        Self::Publish,
        Self::Approve,
        Self::Withdraw,
        Self::Forward,
        Self::Retry,
        Self::ManageGroups,
        Self::ManageTree,
        Self::VerifyGroups,
        Self::OfficeWork,
        Self::HandleMaterial,
        Self::OperateChannels,
        Self::ManageChannels,
        Self::ManageKeys,
        Self::ManageAccounts,
        Self::ReadAudit,
    ];
}

impl Role {
    /// All, from the widest to the narrowest.
    pub const ALL: [Self; 7] =
        [Self::Admin, Self::Publisher, Self::Approver, Self::Operator, Self::Steward, Self::Coordinator, Self::Agency];

    /// Whether the role may do `act` at all; where is decided by scope.
    #[must_use]
    pub fn may(self, act: Permission) -> bool {
        match act {
            Permission::Read => true,
            Permission::Publish => matches!(self, Self::Admin | Self::Publisher),
            Permission::Approve => matches!(self, Self::Admin | Self::Approver),
            Permission::Originate => matches!(self, Self::Admin | Self::Publisher | Self::Steward),
            // a steward's own ones, as with originating
            Permission::Withdraw => matches!(self, Self::Admin | Self::Publisher | Self::Operator | Self::Steward),
            Permission::Forward => matches!(self, Self::Admin | Self::Operator | Self::Steward),
            Permission::Retry | Permission::OperateChannels | Permission::VerifyGroups => {
                matches!(self, Self::Admin | Self::Operator)
            }
            Permission::ManageTree => matches!(self, Self::Admin | Self::Operator | Self::Coordinator),
            Permission::ManageGroups => {
                matches!(self, Self::Admin | Self::Operator | Self::Steward | Self::Coordinator)
            }
            Permission::OfficeWork => {
                matches!(self, Self::Admin | Self::Operator | Self::Steward | Self::Agency | Self::Coordinator)
            }
            Permission::HandleMaterial => self.may(Permission::OfficeWork) || self.may(Permission::Publish),
            Permission::ManageKeys => matches!(self, Self::Admin | Self::Agency),
            Permission::ManageChannels | Permission::ManageAccounts | Permission::ReadAudit => {
                matches!(self, Self::Admin)
            }
        }
    }

    /// Whether the role makes no sense without an office.
    #[must_use]
    pub fn needs_office(self) -> bool {
        matches!(self, Self::Steward | Self::Agency | Self::Coordinator)
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
            Self::Coordinator => "coordinator",
        }
    }
}
