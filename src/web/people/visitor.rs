//! The person who is signed in: what every page takes as an argument.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::domain::account::{Permission, Role};
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;
use crate::store::accounts::Account;
use crate::store::failed_sign_ins::{Failed, find_failures};
use crate::store::recovery_codes::find_unseen_use;
use crate::store::{Connection, StoreError};
use crate::web::access::{Caller, CallerId, find_scope};
use crate::web::words::{Language, Words};

/// The person who is signed in.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Who, what and where, as for a key of the API.
    pub caller: Caller,
    /// What pages call the account.
    pub display_name: String,
    /// The name of its office.
    pub office_name: Option<String>,
    /// The words of the language it reads.
    pub words: Words,
    /// Where it is: path and query.
    pub here: String,
    /// The hash by which the row of its session is found.
    pub session_sha256: [u8; 32],
    /// Attempts of others to sign in that failed, until it has seen them.
    pub failed: Option<Failed>,
    /// When a recovery code was used, until it has seen that.
    pub recovery_used: Option<Timestamp>,
}

impl Visitor {
    /// The visitor behind `account`; none where the account does not work at `now`.
    pub async fn of(
        db: &mut Connection,
        account: Account,
        chosen: Option<Language>,
        here: String,
        session_sha256: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<Self>, StoreError> {
        if !account.is_active(now) {
            return Ok(None);
        }
        let failed = find_failures(db, account.id).await?;
        let recovery_used = find_unseen_use(db, account.id).await?;
        let scope = find_scope(db, account.role, account.office_id).await?;
        let language = chosen.or_else(|| Language::from_code(&account.language)).unwrap_or_default();
        let caller = Caller {
            id: CallerId::Account(account.id),
            name: account.username,
            role: account.role,
            office: account.office_id,
            office_code: account.office,
            scope,
        };
        Ok(Some(Self {
            caller,
            display_name: account.display_name,
            office_name: account.office_name,
            words: Words::in_language(language),
            here,
            session_sha256,
            failed,
            recovery_used,
        }))
    }

    /// What it is.
    #[must_use]
    pub fn role(&self) -> Role {
        self.caller.role
    }

    /// Whether its role allows `act`.
    #[must_use]
    pub fn may(&self, act: Permission) -> bool {
        self.caller.role.may(act)
    }

    /// Its account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        AccountId(self.caller.uuid())
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = StatusCode;

    /// A page that was forgotten in the table of routes has no visitor: it answers 401.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::UNAUTHORIZED)
    }
}
