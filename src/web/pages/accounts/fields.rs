//! The form of an account: what was typed, and what it means.

use serde::Deserialize;

use super::list::{RoleOption, role_options};
use crate::domain::account::Role;
use crate::domain::time::Timestamp;
use crate::domain::time_bound::Bound;
use crate::store::Connection;
use crate::store::account_list::Change;
use crate::store::accounts::Account;
use crate::store::offices::Office;
use crate::web::pages::form_fields::{
    OfficeChoice, begin_of, choose_office, day_of, end_of, last_day_before, read_day, read_label,
};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
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
    /// Where: an office's code, or a part of its name.
    pub office: String,
    /// The office that was chosen of several.
    pub office_pick: String,
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
            office: account.office.clone().unwrap_or_default(),
            office_pick: String::new(),
            from: account.valid_from.map(day_of).unwrap_or_default(),
            until: account.valid_until.map(last_day_before).unwrap_or_default(),
        }
    }

    /// The roles to choose from.
    pub fn roles(&self, t: Words) -> Vec<RoleOption> {
        role_options(t, &self.role)
    }
}

/// What is wrong, by field; in words.
#[derive(Debug, Default)]
pub struct FormErrors {
    /// With the name to sign in with.
    pub username: Option<String>,
    /// With what pages call it.
    pub name: Option<String>,
    /// With the role.
    pub role: Option<String>,
    /// With the office.
    pub office: Option<String>,
    /// Offices of which one is to be chosen.
    pub offices: Vec<Office>,
    /// With the days.
    pub days: Option<String>,
}

impl FormErrors {
    /// Whether anything is.
    pub fn any(&self) -> bool {
        [&self.username, &self.name, &self.role, &self.office, &self.days].iter().any(|fault| fault.is_some())
    }
}

/// What the form means, with the office; or everything that is wrong with it.
pub async fn read(
    db: &mut Connection,
    visitor: &Visitor,
    typed: &AccountForm,
    now: Timestamp,
) -> Result<Result<(Change, Option<Office>), FormErrors>, Problem> {
    let t = visitor.words;
    let mut faults = FormErrors::default();
    let name = read_label(t, &typed.name).map_err(|fault| faults.name = Some(fault)).ok();
    let role = Role::ALL.into_iter().find(|role| role.as_str() == typed.role);
    if role.is_none() {
        faults.role = Some(t.say("accounts-role-needed"));
    }
    let scope = visitor.caller.scope.groups();
    let office = if typed.office_pick.is_empty() { &typed.office } else { &typed.office_pick };
    let office = match choose_office(db, scope, office).await? {
        OfficeChoice::One(office) => Some(office),
        OfficeChoice::Empty if scope.is_some() => {
            faults.office = Some(t.say("accounts-office-own"));
            None
        }
        OfficeChoice::Empty if role.is_some_and(Role::needs_office) => {
            faults.office = Some(t.say("accounts-office-needed"));
            None
        }
        OfficeChoice::Empty => None,
        OfficeChoice::Several(offices) => {
            faults.office = Some(t.say("accounts-office-several"));
            faults.offices = offices;
            None
        }
        OfficeChoice::Absent => {
            faults.office = Some(t.say("accounts-office-absent"));
            None
        }
    };
    let (from, until) = (read_day(t, &typed.from, Bound::Begin, now), read_day(t, &typed.until, Bound::End, now));
    faults.days = from.as_ref().err().or(until.as_ref().err()).cloned();
    let (from, until) = (from.ok().flatten(), until.ok().flatten());
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        faults.days = Some(t.say("accounts-days-order"));
    }
    Ok(match (name, role) {
        (Some(name), Some(role)) if !faults.any() => Ok((
            Change {
                display_name: name.into(),
                role,
                office_id: office.as_ref().map(|office| office.id),
                valid_from: from.and_then(begin_of),
                valid_until: until.and_then(end_of),
            },
            office,
        )),
        _ => Err(faults),
    })
}
