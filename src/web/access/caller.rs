//! Who makes a request: a role, and the part of the tree in which it holds.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use uuid::Uuid;

use crate::domain::account::Role;
use crate::domain::actor::Actor;
use crate::domain::ids::{AccountId, ApiKeyId, OfficeId};
use crate::domain::right::{Right, Scope, originates};
use crate::store::api_keys::ApiKey;
use crate::store::groups::list_ids_of_office;
use crate::store::{Connection, StoreError};
use crate::web::problem::Problem;

/// Who makes a request: a machine by its key, or a person signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerId {
    /// A key of the API.
    Key(ApiKeyId),
    /// A person's account.
    Account(AccountId),
}

/// The key or person that makes the request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Which.
    pub id: CallerId,
    /// The key's name, or the account's.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Its office; none = the whole tree.
    pub office: Option<OfficeId>,
    /// The code of its office.
    pub office_code: Option<String>,
    /// Where.
    pub scope: Scope,
}

impl Caller {
    /// How the audit names it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self.id {
            CallerId::Key(_) => Actor::key(&self.name),
            CallerId::Account(_) => Actor::user(&self.name),
        }
    }

    /// What a command is told of it.
    #[must_use]
    pub fn right(&self) -> Right {
        Right { actor: self.actor(), role: self.role, office: self.office, scope: self.scope.clone() }
    }

    /// Its id, whichever it is.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        match self.id {
            CallerId::Key(id) => id.0,
            CallerId::Account(id) => id.0,
        }
    }

    /// Whether a bulletin that starts at a group of this office is its own: a steward's are those of its own office, not
    /// what is below.
    #[must_use]
    pub fn originates_at(&self, office: OfficeId) -> bool {
        originates(self.role, self.office, office)
    }

    /// Whether only drafts that start at a group of its own office are shown to it.
    #[must_use]
    pub fn sees_own_drafts(&self) -> bool {
        self.role == Role::Steward
    }

    /// Whether drafts of its part of the tree are shown to it: they are for those who work on them.
    #[must_use]
    pub fn sees_drafts(&self) -> bool {
        !matches!(self.role, Role::Agency | Role::Steward | Role::Coordinator)
    }

    /// The caller that `key` is for.
    pub(super) async fn of_key(db: &mut Connection, key: ApiKey) -> Result<Self, StoreError> {
        let scope = find_scope(db, key.role, key.office_id).await?;
        let (id, name, role) = (CallerId::Key(key.id), key.name, key.role);
        Ok(Self { id, name, role, office: key.office_id, office_code: key.office, scope })
    }
}

/// Where a role holds that is bound to `office`, or to none.
pub async fn find_scope(db: &mut Connection, role: Role, office: Option<OfficeId>) -> Result<Scope, StoreError> {
    Ok(match office {
        Some(office) => Scope::Under(list_ids_of_office(db, office).await?),
        None if role.needs_office() => Scope::Under(Vec::new()),
        None => Scope::Whole,
    })
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthorized)
    }
}
