//! Administration of accounts: create, change, disable, links to set a password, inviting the stewards.
//!
//! An administrator of an office looks after the accounts of its part of the tree only, and makes none that reaches
//! further. Nobody takes their own administration away by mistake. Links are shown once, in the answer to the form that
//! asked for them, and kept as hashes.

mod change;
mod create;
mod fields;
mod invite;
mod link;
mod list;
mod slips;
mod switch;

pub(super) use slips::stream_sheets;

use axum::Router;
use axum::routing::{get, post};

use crate::domain::actor::Actor;
use crate::domain::ids::AccountId;
use crate::store::Connection;
use crate::store::accounts::{Account, find_account_by_id};
use crate::store::offices::is_under;
use crate::web::app::App;
use crate::web::people::Visitor;
use crate::web::problem::Problem;

/// The list.
const HERE: &str = "/accounts";

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list::show_accounts))
        .route("/accounts/new", get(create::show_form).post(create::create))
        .route("/accounts/invite", get(invite::show_form).post(invite::invite))
        .route("/accounts/{id}", get(change::show_account).post(change::change))
        .route("/accounts/{id}/link", post(link::make))
        .route("/accounts/{id}/disable", post(switch::disable))
        .route("/accounts/{id}/enable", post(switch::enable))
        .route("/accounts/{id}/codes/remove", post(switch::remove_codes))
        .route("/accounts/{id}/passkeys/remove", post(switch::remove_passkeys))
        .route("/accounts/{id}/provider/remove", post(switch::unbind))
}

/// The account, if it is one that the visitor looks after.
async fn get_account(db: &mut Connection, visitor: &Visitor, id: AccountId) -> Result<Account, Problem> {
    let account = find_account_by_id(db, id).await?.ok_or_else(|| Problem::absent("account"))?;
    match (visitor.caller.scope.groups(), account.office_id) {
        (None, _) => Ok(account),
        (Some(scope), Some(office)) if is_under(db, office, scope).await? => Ok(account),
        _ => Err(Problem::absent("account")),
    }
}

/// Of which an address is made.
fn path_of(id: AccountId) -> String {
    format!("{HERE}/{id}")
}

/// How the audit names an account.
fn subject_of(account: &Account) -> String {
    Actor::user(&account.username).to_string()
}
