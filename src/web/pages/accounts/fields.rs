//! The form of an account: what was typed, and what it means.

use jiff::civil::Date;
use serde::Deserialize;

use crate::domain::time::Timestamp;
use crate::domain::time_bound::Bound;
use crate::store::account_list::Change;
use crate::store::accounts::Account;
use crate::store::offices::Office;
use crate::store::{Connection, StoreError};
use crate::web::pages::form_fields::{
    OfficeField, begin_of, day_of, end_of, last_day_before, read_day, read_label, read_role,
};
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::words::Words;

/// What is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AccountForm {
    /// The name to sign in with; not of an account that is there already.
    pub username: String,
    /// What pages call it.
    pub name: String,
    /// What it may do.
    pub role: String,
    /// Where.
    #[serde(flatten)]
    pub office: OfficeField,
    /// The first day.
    pub from: String,
    /// The last day.
    pub until: String,
}

impl AccountForm {
    /// What an account says now.
    pub fn of(account: &Account) -> Self {
        Self {
            username: account.username.clone(),
            name: account.display_name.clone(),
            role: account.role.as_str().to_owned(),
            office: OfficeField { typed: account.office.clone().unwrap_or_default(), ..OfficeField::default() },
            from: account.valid_from.map(day_of).unwrap_or_default(),
            until: account.valid_until.map(last_day_before).unwrap_or_default(),
        }
    }
}

/// What the form means, with the office; or nothing, and what is wrong with it is in the form.
pub async fn read(
    db: &mut Connection,
    visitor: &Visitor,
    FormState { typed, errors }: &mut FormState<AccountForm>,
    now: Timestamp,
) -> Result<Option<(Change, Option<Office>)>, StoreError> {
    let t = visitor.words;
    let name = errors.check("name", read_label(t, &typed.name));
    let role = errors.check("role", read_role(t, &typed.role));
    let office = typed.office.read(db, visitor, role, errors).await?;
    let days = errors.check("days", read_days(t, typed, now));
    let (Some(name), Some(role), Some(office), Some((from, until))) = (name, role, office, days) else {
        return Ok(None);
    };
    let change = Change {
        display_name: name.into(),
        role,
        office_id: office.as_ref().map(|office| office.id),
        valid_from: from.and_then(begin_of),
        valid_until: until.and_then(end_of),
    };
    Ok(Some((change, office)))
}

/// The first day and the last.
fn read_days(t: Words, typed: &AccountForm, now: Timestamp) -> Result<(Option<Date>, Option<Date>), String> {
    let from = read_day(t, &typed.from, Bound::Begin, now)?;
    let until = read_day(t, &typed.until, Bound::End, now)?;
    match from.zip(until) {
        Some((from, until)) if until < from => Err(t.say("accounts-days-order")),
        _ => Ok((from, until)),
    }
}
