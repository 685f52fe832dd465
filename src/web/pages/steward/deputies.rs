//! Naming a deputy by form, with an account of their own where that is wanted, and ending the duty.
//!
//! The account is one of the same office, works from the first day to the last, and ends with the duty. Its password
//! is set by whoever holds the one-time link, which is shown once.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::fields::Fields;
use super::settings::{DeputyErrors, SettingsForm, address, makes_accounts, render};
use crate::accounts::{AccountRefusal, people};
use crate::domain::account::Role;
use crate::domain::credentials::{LinkToken, Username};
use crate::domain::ids::AccountId;
use crate::domain::steward::{BadDeputy, Deputy};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::Bound;
use crate::store::account_links::insert_link;
use crate::store::accounts::NewAccount;
use crate::store::groups::Group;
use crate::store::{Connection, StoreError};
use crate::web::access::duty::managed;
use crate::web::api::deputies::{end, name};
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::{Id, Ids};
use crate::web::pages::form_fields::{begin_of, end_of, read_day};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::words::Words;

/// What a form says, read as far as it can be.
enum Read {
    Good(Deputy, Option<Username>),
    Bad(Box<SettingsForm>),
}

/// Names a deputy.
pub async fn name_deputy(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    IdempotentForm { form_key, form: fields }: IdempotentForm<Fields>,
) -> Result<Response, Problem> {
    let (t, now) = (visitor.words, app.now());
    let (deputy, username) = match read(t, &fields, now) {
        Read::Good(deputy, username) => (deputy, username.filter(|_| makes_accounts(&visitor))),
        Read::Bad(typed) => return render(&app, &visitor, &code, *typed, StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    let by = visitor.caller.actor();
    let mut tx = match form_key.begin::<Option<Invited>>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(invited) => return reveal(&app, &visitor, &code, invited).await,
    };
    let group = managed(&mut tx, &visitor.caller, &code).await?;
    let account = match &username {
        Some(username) => make_account(&mut tx, &visitor, &group, &deputy, username, now).await?,
        None => None,
    };
    if username.is_some() && account.is_none() {
        drop(tx);
        let mut typed = typed(&fields);
        typed.faults.username = Some(t.say("office-username-taken"));
        return render(&app, &visitor, &code, typed, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    name(&mut tx, &group, &deputy, account, &by, now).await?;
    let link = match account {
        Some(account) => Some(make_link(&mut tx, &app, account, &deputy, now).await?),
        None => None,
    };
    let invited = username
        .zip(link)
        .map(|(username, link)| Invited { username: username.to_string(), link: link.expose_secret().to_owned() });
    form_key.finish(tx, &app, &invited).await?;
    reveal(&app, &visitor, &code, invited).await
}

/// The account that was made with a deputy: kept sealed until a second click would have come.
#[derive(Serialize, Deserialize)]
struct Invited {
    username: String,
    link: String,
}

/// Shows the link of the account that was made, this once.
async fn reveal(app: &App, visitor: &Visitor, code: &str, invited: Option<Invited>) -> Result<Response, Problem> {
    let Some(invited) = invited else {
        return Ok(Redirect::to(&with_flash(&address(code), "said-deputy-named")).into_response());
    };
    let typed = SettingsForm { invited: Some((invited.username, invited.link.into())), ..SettingsForm::default() };
    render(app, visitor, code, typed, StatusCode::OK).await
}

/// Ends the duty of a deputy.
pub async fn end_deputy(
    State(app): State<App>,
    visitor: Visitor,
    Ids(code, id): Ids<String, i32>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let group = managed(&mut tx, &visitor.caller, &code).await?;
    end(&mut tx, &group, id, &visitor.caller.actor(), app.now()).await?;
    let to = with_flash(&address(&code), "said-deputy-ended");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

fn typed(fields: &Fields) -> SettingsForm {
    let text = |name: &str| fields.text(name).to_owned();
    SettingsForm {
        name: text("name"),
        title: text("title"),
        phone: text("phone"),
        from: text("from"),
        until: text("until"),
        username: text("username"),
        ..SettingsForm::default()
    }
}

/// Reads the form; the first day begins and the last ends at midnight in Bangkok.
fn read(t: Words, fields: &Fields, now: Timestamp) -> Read {
    let mut faults = DeputyErrors::default();
    let day = |field, bound, fault: &mut Option<String>| match read_day(t, fields.text(field), bound, now) {
        Ok(Some(day)) => Some(day),
        Ok(None) => {
            *fault = Some(t.say("office-day-wrong"));
            None
        }
        Err(sentence) => {
            *fault = Some(sentence);
            None
        }
    };
    let from = day("from", Bound::Begin, &mut faults.from).and_then(begin_of);
    let until = day("until", Bound::End, &mut faults.until).and_then(end_of);
    let username = match fields.text("username").trim() {
        "" => None,
        text => {
            let username = text.parse::<Username>().ok();
            if username.is_none() {
                faults.username = Some(t.say("office-username-wrong"));
            }
            username
        }
    };
    // days that are missing are told already; the other fields are checked all the same
    let (first, last) = (from.unwrap_or(now), until.unwrap_or(now + std::time::Duration::from_hours(24)));
    let deputy = Deputy::new(fields.text("name"), fields.text("title"), fields.text("phone"), first, last, now);
    match deputy {
        Ok(deputy) if from.is_some() && until.is_some() && faults.username.is_none() => Read::Good(deputy, username),
        Ok(_) => Read::Bad(Box::new(SettingsForm { faults, ..typed(fields) })),
        Err(bad) => {
            for fault in bad {
                let said = Some(sentence_for(t, fault));
                match fault {
                    BadDeputy::Nobody | BadDeputy::Name => faults.name = said,
                    BadDeputy::Title => faults.title = said,
                    BadDeputy::Phone => faults.phone = said,
                    BadDeputy::Order | BadDeputy::Past | BadDeputy::TooLong if until.is_some() => faults.until = said,
                    BadDeputy::Order | BadDeputy::Past | BadDeputy::TooLong => {}
                }
            }
            Read::Bad(Box::new(SettingsForm { faults, ..typed(fields) }))
        }
    }
}

fn sentence_for(t: Words, fault: BadDeputy) -> String {
    match fault {
        BadDeputy::Nobody => t.say("office-deputy-nobody"),
        BadDeputy::Name | BadDeputy::Title => t.say("office-deputy-too-long"),
        BadDeputy::Phone => t.say("office-deputy-phone-wrong"),
        BadDeputy::Order => t.say("office-deputy-order"),
        BadDeputy::Past => t.say("office-deputy-past"),
        BadDeputy::TooLong => t.say("office-deputy-too-far"),
    }
}

/// An account of the group's office for the time of the duty; none where the name is taken.
async fn make_account(
    db: &mut Connection,
    visitor: &Visitor,
    group: &Group,
    deputy: &Deputy,
    username: &Username,
    now: Timestamp,
) -> Result<Option<AccountId>, Problem> {
    let account = NewAccount {
        username: username.clone(),
        display_name: deputy.title().or(deputy.name()).unwrap_or_default().to_owned(),
        role: Role::Steward,
        office_id: Some(group.office_id),
        valid_from: Some(deputy.from()),
        valid_until: Some(deputy.until()),
    };
    match people::create_for_deputy(db, &visitor.caller.right(), &account, &group.office, now).await {
        Ok(id) => Ok(Some(id)),
        Err(AccountRefusal::UsernameTaken(_)) => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}

/// A link that sets the account's password, once.
async fn make_link(
    db: &mut Connection,
    app: &App,
    account: AccountId,
    deputy: &Deputy,
    now: Timestamp,
) -> Result<SecretString, StoreError> {
    let (token, sha256) = LinkToken::generate();
    // it works for its usual time from the first day on
    let expires_at = deputy.from().max(now) + app.people.rules.link_lifetime;
    insert_link(db, account, &sha256, expires_at, now).await?;
    Ok(format!("{}/welcome/{}", app.settings.public_url, token.expose_secret()).into())
}
