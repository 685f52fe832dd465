//! Making a key and revoking one.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use super::list::render;
use super::{HERE, MOST_KEYS, rules_all};
use crate::accounts::keys::{self, NewKey};
use crate::domain::account::Role;
use crate::domain::allowed_addresses::BadAddresses;
use crate::domain::ids::{ApiKeyId, OfficeId};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::Bound;
use crate::store::api_keys::{count_keys_of_office, find_key_by_id};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_fields::{OfficeField, end_of, read_day, read_label, read_role};
use crate::web::pages::form_state::{FormErrors, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::words::{Language, Words, capital};

/// What is typed; an agency chooses only the name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct KeyForm {
    /// Who or what uses the key.
    pub name: String,
    /// What it may do.
    pub role: String,
    /// Where.
    #[serde(flatten)]
    pub office: OfficeField,
    /// The last day.
    pub until: String,
    /// Addresses and networks from which it works.
    pub addresses: String,
}

#[derive(Template)]
#[template(path = "keys/made.html")]
struct Made {
    name: String,
    key: String,
    command: String,
}

/// Makes a key and shows it, this once.
pub async fn make(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<KeyForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(made) => return Ok(reveal(&app, visitor, made)),
    };
    let now = app.now();
    let mut form = FormState::new(typed);
    let Some(wanted) = read(&mut tx, &visitor, &mut form, now).await? else {
        return render(&mut tx, &visitor, StatusCode::UNPROCESSABLE_ENTITY, None, form, now).await;
    };
    let name = wanted.name.clone();
    let key = keys::create(&mut tx, &visitor.caller.right(), wanted, now).await?;
    let made = MadeKey { name, key: key.expose_secret().to_owned() };
    form_key.finish(tx, &app, &made).await?;
    Ok(reveal(&app, visitor, made))
}

/// What was made: kept sealed until a second click would have come.
#[derive(Serialize, Deserialize)]
struct MadeKey {
    name: String,
    key: String,
}

/// The page that shows the key, this once.
fn reveal(app: &App, mut visitor: Visitor, made: MadeKey) -> Response {
    HERE.clone_into(&mut visitor.here);
    let command = format!(
        "KEY={}\ncurl -sS -H \"Authorization: Bearer $KEY\" \"{}/api/v1/bulletins?limit=5\"",
        made.key, app.settings.public_url
    );
    let page = Made { name: made.name, key: made.key, command };
    HtmlPage::of(&visitor, page).into_response()
}

async fn read(
    db: &mut Connection,
    visitor: &Visitor,
    FormState { typed, errors }: &mut FormState<KeyForm>,
    now: Timestamp,
) -> Result<Option<NewKey>, StoreError> {
    let t = visitor.words;
    let name = errors.check("name", read_label(t, &typed.name));
    let place = if rules_all(visitor) {
        read_any(db, visitor, typed, errors).await?
    } else {
        read_own(db, visitor, now, errors).await?
    };
    let expires_at = errors.check("until", read_end(t, &typed.until, now));
    let allowed = errors.check("addresses", typed.addresses.parse().map_err(|bad| say_addresses(t, &bad)));
    let (Some(name), Some((role, office)), Some(expires_at), Some(allowed)) = (name, place, expires_at, allowed) else {
        return Ok(None);
    };
    Ok(Some(NewKey { name: name.into(), role, office, expires_at, allowed }))
}

/// The end of the last day, which lies ahead.
fn read_end(t: Words, typed: &str, now: Timestamp) -> Result<Option<Timestamp>, String> {
    let Some(day) = read_day(t, typed, Bound::End, now)? else { return Ok(None) };
    let end = end_of(day).filter(|end| *end > now);
    end.map(Some).ok_or_else(|| t.say("keys-until-past"))
}

fn say_addresses(t: Words, bad: &BadAddresses) -> String {
    match t.language {
        Language::Thai => bad.thai(),
        Language::English => capital(&bad.to_string()),
    }
}

type Place = (Role, Option<(OfficeId, String)>);

/// Of an agency: for its own office, and not without end.
async fn read_own(
    db: &mut Connection,
    visitor: &Visitor,
    now: Timestamp,
    errors: &mut FormErrors,
) -> Result<Option<Place>, StoreError> {
    let t = visitor.words;
    let Some(own) = visitor.caller.office.zip(visitor.caller.office_code.clone()) else {
        errors.add("office", t.say("accounts-office-needed"));
        return Ok(None);
    };
    if count_keys_of_office(db, own.0, now).await? >= MOST_KEYS {
        errors.add("name", t.say("keys-too-many"));
        return Ok(None);
    }
    Ok(Some((Role::Agency, Some(own))))
}

/// Of an administrator: any role, anywhere in the part of the tree that is theirs.
async fn read_any(
    db: &mut Connection,
    visitor: &Visitor,
    typed: &mut KeyForm,
    errors: &mut FormErrors,
) -> Result<Option<Place>, StoreError> {
    let Some(role) = errors.check("office", read_role(visitor.words, &typed.role)) else { return Ok(None) };
    let office = typed.office.read(db, visitor, Some(role), errors).await?;
    Ok(office.map(|office| (role, office.map(|office| (office.id, office.code)))))
}

/// Stops a key. An agency stops only keys of agencies.
pub async fn revoke(State(app): State<App>, visitor: Visitor, Id(id): Id<ApiKeyId>) -> Result<Response, Problem> {
    let mut tx = app.begin().await?;
    let key = find_key_by_id(&mut tx, id).await?.ok_or_else(|| Problem::absent("key"))?;
    keys::revoke(&mut tx, &visitor.caller.right(), &key, app.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&with_flash(HERE, "said-key-revoked")).into_response())
}
