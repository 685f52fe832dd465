//! The right of a caller: who gives a command, what their role allows, and in which part of the tree it holds.
//!
//! Every command of a person takes one, whether it comes from the API, from a form or from the command line, and checks it
//! against what it has locked. Routes ask for the role before that, so that nobody is let in for nothing.

use super::account::{Permission, Role};
use super::actor::Actor;
use super::ids::OfficeId;

/// The part of the tree that a key or person sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of it.
    Whole,
    /// The groups of its office, given here by number, and everything below them.
    Under(Vec<i32>),
}

impl Scope {
    /// The groups at or below which the key sees; none = no bounds.
    #[must_use]
    pub fn groups(&self) -> Option<&[i32]> {
        match self {
            Self::Whole => None,
            Self::Under(groups) => Some(groups),
        }
    }

    /// The same to put into a filter.
    #[must_use]
    pub fn to_filter(&self) -> Option<Vec<i32>> {
        self.groups().map(<[i32]>::to_vec)
    }

    /// Whether a group with this path from the root is seen.
    #[must_use]
    pub fn covers(&self, path: &[i32]) -> bool {
        self.groups().is_none_or(|groups| path.iter().any(|id| groups.contains(id)))
    }
}

/// Who gives a command, and what they may do where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// Who, as the audit names them.
    pub actor: Actor,
    /// What they may do.
    pub role: Role,
    /// Their office; none = the whole tree.
    pub office: Option<OfficeId>,
    /// Where they may do it.
    pub scope: Scope,
}

impl Right {
    /// The right to everything: of the program itself, and of whoever may start it on its host.
    #[must_use]
    pub fn whole(actor: Actor) -> Self {
        Self { actor, role: Role::Admin, office: None, scope: Scope::Whole }
    }

    /// Whether the role may do `act` at all.
    #[must_use]
    pub fn may(&self, act: Permission) -> bool {
        self.role.may(act)
    }

    /// Whether a bulletin that starts at a group of this office is their own.
    #[must_use]
    pub fn originates_at(&self, office: OfficeId) -> bool {
        originates(self.role, self.office, office)
    }

    /// Whether it holds everywhere, so that no origin needs to be looked up.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        self.scope == Scope::Whole && self.role != Role::Steward
    }
}

/// Whether a bulletin that starts at a group of the office `at` belongs to a role that is bound to `own`: a steward's are those
/// of the own office, not what is below.
#[must_use]
pub fn originates(role: Role, own: Option<OfficeId>, at: OfficeId) -> bool {
    role != Role::Steward || own == Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_covers_its_groups_and_what_is_below() {
        let lamphun = Scope::Under(vec![7]);
        assert!(lamphun.covers(&[1, 7]));
        assert!(lamphun.covers(&[1, 7, 30, 31]));
        assert!(!lamphun.covers(&[1]));
        assert!(!lamphun.covers(&[1, 8, 77]));
        assert!(Scope::Whole.covers(&[1]));
        assert!(!Scope::Under(Vec::new()).covers(&[1]), "an office without groups sees nothing");
    }
}
