//! Recovery codes as pages handle them: made, shown this once, used.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::pending_form::PendingForm;
use crate::domain::actor::Actor;
use crate::domain::credentials::{RECOVERY_CODES, RecoveryCode};
use crate::domain::time::Timestamp;
use crate::store::accounts::Account;
use crate::store::audit::insert_entry;
use crate::store::recovery_codes::{count_recovery_codes, replace_recovery_codes, use_recovery_code};
use crate::store::{Connection, StoreError};
use crate::web::pages::HtmlPage;
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "people/recovery.html")]
struct RecoveryPage {
    codes: String,
    rows: usize,
    next: String,
    form: Option<PendingForm>,
}

/// Makes new codes in place of those that are left, and notes who did; gives them as they are shown.
pub async fn make(db: &mut Connection, account: &Account, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let codes: Vec<RecoveryCode> = (0..RECOVERY_CODES).map(|_| RecoveryCode::generate()).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| code.sha256(account.id)).collect();
    replace_recovery_codes(db, account.id, &hashes, now).await?;
    let by = Actor::user(&account.username);
    insert_entry(db, now, &by, "recovery_codes_make", &by.to_string(), &json!({ "codes": codes.len() })).await?;
    Ok(codes.iter().map(RecoveryCode::to_show).collect())
}

/// Uses the code that was typed; false where it is none of the account's, or was used. It is noted how many are left.
pub async fn take(db: &mut Connection, account: &Account, typed: &str, now: Timestamp) -> Result<bool, StoreError> {
    let Some(code) = RecoveryCode::parse(typed) else { return Ok(false) };
    if !use_recovery_code(db, account.id, &code.sha256(account.id), now).await? {
        return Ok(false);
    }
    let (by, left) = (Actor::user(&account.username), count_recovery_codes(db, account.id).await?);
    insert_entry(db, now, &by, "recovery_code_use", &by.to_string(), &json!({ "left": left })).await?;
    Ok(true)
}

/// The page that shows them, and leads on to `next`, or sends a form that waited for the visitor to be signed in.
pub fn reveal(shell: Shell, codes: &[String], next: String, form: Option<PendingForm>) -> Response {
    let page = RecoveryPage { rows: codes.len(), codes: codes.join("\n"), next, form };
    HtmlPage::within(shell, page).into_response()
}
