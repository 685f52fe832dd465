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
use super::settings::{Made, SettingsForms, address, makes_accounts, render};
use crate::accounts::{AccountRefusal, people};
use crate::domain::account::Role;
use crate::domain::credentials::{LinkToken, Username};
use crate::domain::ids::AccountId;
use crate::domain::phone::BadWrittenPhone;
use crate::domain::steward::{BadDuty, Deputy, Person};
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
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::words::Words;

/// What is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DeputyForm {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) phone: String,
    /// The first day.
    pub(super) from: String,
    /// The last day.
    pub(super) until: String,
    /// The name of the account to be made; empty for none.
    pub(super) username: String,
}

/// Names a deputy.
pub async fn name_deputy(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    IdempotentForm { form_key, form: fields }: IdempotentForm<Fields>,
) -> Result<Response, Problem> {
    let (t, now) = (visitor.words, app.now());
    let mut form = FormState::new(fields.read::<DeputyForm>()?);
    let Some((deputy, username)) = read(t, &mut form, now) else {
        return refuse(&app, &visitor, &code, form).await;
    };
    let username = username.filter(|_| makes_accounts(&visitor));
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
        form.errors.add("username", t.say("office-username-taken"));
        return refuse(&app, &visitor, &code, form).await;
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

/// The page with the form as it was sent.
async fn refuse(app: &App, visitor: &Visitor, code: &str, deputy: FormState<DeputyForm>) -> Result<Response, Problem> {
    let forms = SettingsForms { deputy, ..SettingsForms::default() };
    render(app, visitor, code, forms, StatusCode::UNPROCESSABLE_ENTITY).await
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
    let made = Made { invited: Some((invited.username, invited.link.into())), ..Made::default() };
    render(app, visitor, code, SettingsForms { made, ..SettingsForms::default() }, StatusCode::OK).await
}

/// Ends the duty of a deputy.
pub async fn end_deputy(
    State(app): State<App>,
    visitor: Visitor,
    Ids(code, id): Ids<String, i32>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    form_key
        .lead_on(&app, async |tx| {
            let group = managed(tx, &visitor.caller, &code).await?;
            end(tx, &group, id, &visitor.caller.actor(), app.now()).await?;
            Ok(with_flash(&address(&code), "said-deputy-ended"))
        })
        .await
}

/// What the form means; or nothing, and what is wrong is in the form. The first day begins and the last ends at midnight
/// in Bangkok.
fn read(
    t: Words,
    FormState { typed, errors }: &mut FormState<DeputyForm>,
    now: Timestamp,
) -> Option<(Deputy, Option<Username>)> {
    let day = |text: &str, bound| read_day(t, text, bound, now)?.ok_or_else(|| t.say("office-day-wrong"));
    let from = errors.check("from", day(&typed.from, Bound::Begin)).and_then(begin_of);
    let until = errors.check("until", day(&typed.until, Bound::End)).and_then(end_of);
    let username = errors.check("username", read_username(t, &typed.username));
    // days that are missing are told already; the other fields are checked all the same
    let (first, last) = (from.unwrap_or(now), until.unwrap_or(now + std::time::Duration::from_hours(24)));
    let deputy = Deputy::new(Person::new(&typed.name, &typed.title, &typed.phone), first, last, now);
    for &bad in deputy.as_ref().err().into_iter().flatten() {
        let is_of_the_end = matches!(bad, BadDuty::Order | BadDuty::Past | BadDuty::TooLong);
        if until.is_some() || !is_of_the_end {
            errors.add(bad.field(), sentence_for(t, bad));
        }
    }
    from.zip(until).and(deputy.ok()).zip(username)
}

/// The name of an account; none where nothing was typed.
fn read_username(t: Words, typed: &str) -> Result<Option<Username>, String> {
    match typed.trim() {
        "" => Ok(None),
        typed => typed.parse().map(Some).map_err(|_| t.say("office-username-wrong")),
    }
}

pub(super) fn sentence_for(t: Words, bad: BadDuty) -> String {
    match bad {
        BadDuty::Nobody => t.say("office-deputy-nobody"),
        BadDuty::Name | BadDuty::Title => t.say("office-deputy-too-long"),
        BadDuty::Phone(BadWrittenPhone::ZeroDropped) => t.say("office-deputy-phone-zero"),
        BadDuty::Phone(_) => t.say("office-deputy-phone-wrong"),
        BadDuty::Order => t.say("office-deputy-order"),
        BadDuty::Past => t.say("office-deputy-past"),
        BadDuty::TooLong => t.say("office-deputy-too-far"),
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
        display_name: deputy.person().title().or(deputy.person().name()).unwrap_or_default().to_owned(),
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
