//! The list of keys, with the form for a new one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::create::{FormErrors, KeyForm};
use super::{HERE, rules_all};
use crate::domain::account::Role;
use crate::domain::ids::ApiKeyId;
use crate::domain::time::Timestamp;
use crate::store::api_keys::{ApiKey, list_keys_ending, list_keys_under};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::auth::WARNED;
use crate::web::input::Parameters;
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::pages::show;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::{Shell, role_label};
use crate::web::ui::format::moment;
use crate::web::words::Words;

/// Keys that end soon are named up to here.
const MOST_ENDING: i64 = 20;

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub struct KeysQuery {
    cursor: Option<Cursor>,
}

struct KeyRow {
    id: String,
    name: String,
    prefix: String,
    role: String,
    office: String,
    created: String,
    used: String,
    revoked: Option<String>,
    /// When it ends by itself, or ended.
    ends: Option<String>,
    ended: bool,
    /// From where it works; none = from anywhere.
    from: Option<String>,
    revocable: bool,
}

/// A key that ends soon.
struct Ending {
    name: String,
    at: String,
}

struct RoleOption {
    value: &'static str,
    label: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "keys/list.html")]
struct KeysPage {
    shell: Shell,
    t: Words,
    keys: Vec<KeyRow>,
    ending: Vec<Ending>,
    next: Option<String>,
    all: bool,
    office: String,
    roles: Vec<RoleOption>,
    typed: KeyForm,
    faults: FormErrors,
}

/// A page of the keys.
pub async fn show_keys(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(query): Parameters<KeysQuery>,
) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let typed = KeyForm { role: Role::Agency.as_str().to_owned(), ..KeyForm::default() };
    let form = (typed, FormErrors::default());
    render(&mut db, &visitor, StatusCode::OK, query.cursor.as_ref(), form, app.now()).await
}

pub(super) async fn render(
    db: &mut Connection,
    visitor: &Visitor,
    status: StatusCode,
    cursor: Option<&Cursor>,
    (typed, faults): (KeyForm, FormErrors),
    now: Timestamp,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let limit = Limit::default();
    let before = key_of::<ApiKeyId>(cursor)?;
    let rows = list_keys_under(db, visitor.caller.scope.groups(), before, limit.rows()).await?;
    let all = rules_all(visitor);
    let page = Page::of(rows, limit, |key| key.id, |key| line(t, all, key, now));
    let ending = list_keys_ending(db, visitor.caller.scope.groups(), now, now + WARNED, MOST_ENDING).await?;
    let option = |role: Role| RoleOption {
        value: role.as_str(),
        label: role_label(t, role),
        chosen: role.as_str() == typed.role,
    };
    let list = KeysPage {
        shell: Shell::of(visitor),
        t,
        next: page.next_cursor.map(|cursor| format!("{HERE}?cursor={}", cursor.encode())),
        keys: page.items,
        ending: ending.into_iter().map(|(name, at)| Ending { name, at: moment(t, at) }).collect(),
        all,
        office: visitor.office_name.clone().unwrap_or_default(),
        roles: Role::ALL.into_iter().map(option).collect(),
        typed,
        faults,
    };
    Ok(show(status, &list, "no-store"))
}

fn line(t: Words, all: bool, key: ApiKey, now: Timestamp) -> KeyRow {
    KeyRow {
        id: key.id.to_string(),
        ended: key.revoked_at.is_none() && !key.is_valid(now),
        ends: key.expires_at.map(|at| moment(t, at)),
        from: (!key.networks.is_empty()).then(|| key.networks.join(", ")),
        revocable: key.is_valid(now) && (all || key.role == Role::Agency),
        name: key.name,
        prefix: key.prefix,
        role: role_label(t, key.role),
        office: key.office.unwrap_or_else(|| t.say("account-scope-whole")),
        created: moment(t, key.created_at),
        used: key.last_used_at.map_or_else(|| t.say("keys-never"), |at| moment(t, at)),
        revoked: key.revoked_at.map(|at| moment(t, at)),
    }
}
