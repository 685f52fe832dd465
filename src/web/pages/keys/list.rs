//! The list of keys, with the form for a new one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::create::KeyForm;
use super::{HERE, rules_all};
use crate::domain::account::Role;
use crate::domain::ids::ApiKeyId;
use crate::domain::time::Timestamp;
use crate::store::Connection;
use crate::store::api_keys::{ApiKey, list_keys_ending, list_keys_under};
use crate::web::access::WARNED;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Parameters;
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::pages::HtmlPage;
use crate::web::pages::form_fields::role_choices;
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::moment;
use crate::web::ui::label::{Badge, Label as _};
use crate::web::ui::table::{Column, PageTable};
use crate::web::words::Words;

/// Keys that end soon are named up to here.
const MOST_ENDING: i64 = 20;

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub struct KeysQuery {
    cursor: Option<Cursor>,
}

/// A key that ends soon.
struct Ending {
    name: String,
    at: String,
}

#[derive(Template)]
#[template(path = "keys/list.html")]
struct KeysPage {
    keys: PageTable,
    ending: Vec<Ending>,
    next: Option<String>,
    all: bool,
    office: String,
    roles: Vec<Choice>,
    form: FormState<KeyForm>,
}

/// A page of the keys.
pub async fn show_keys(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(query): Parameters<KeysQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let typed = KeyForm { role: Role::Agency.as_str().to_owned(), ..KeyForm::default() };
    render(&mut db, &visitor, StatusCode::OK, query.cursor.as_ref(), FormState::new(typed), app.now()).await
}

pub(super) async fn render(
    db: &mut Connection,
    visitor: &Visitor,
    status: StatusCode,
    cursor: Option<&Cursor>,
    form: FormState<KeyForm>,
    now: Timestamp,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let limit = Limit::default();
    let before = key_of::<ApiKeyId>(cursor)?;
    let rows = list_keys_under(db, visitor.caller.scope.groups(), before, limit.rows()).await?;
    let all = rules_all(visitor);
    let page = Page::of(rows, limit, |key| key.id, |key| key);
    let ending = list_keys_ending(db, visitor.caller.scope.groups(), now, now + WARNED, MOST_ENDING).await?;
    let shell = Shell::of(visitor);
    let columns = columns(all, now, &shell.form_token);
    let keys = PageTable::of(t, &t.say("keys-title"), &columns, &page.items).styled("table stacks");
    drop(columns);
    let list = KeysPage {
        next: page.next_cursor.map(|cursor| format!("{HERE}?cursor={}", cursor.encode())),
        keys,
        ending: ending.into_iter().map(|(name, at)| Ending { name, at: moment(t, at) }).collect(),
        all,
        office: visitor.office_name.clone().unwrap_or_default(),
        roles: role_choices(t, &form.typed.role),
        form,
    };
    Ok(HtmlPage::within(shell, list).status(status).into_response())
}

#[derive(Template)]
#[template(path = "keys/revoke_form.html")]
struct RevokeForm<'a> {
    t: Words,
    key: &'a ApiKey,
    form_token: &'a str,
}

fn columns(all: bool, now: Timestamp, form_token: &str) -> Vec<Column<'_, ApiKey>> {
    vec![
        Column::text("keys-name", |row: &ApiKey| row.name.clone())
            .shown(|row, _| {
                let prefix = Cell::quiet_code(&format!("gccr_{}_…", row.prefix));
                Cell::text(&row.name).below(&prefix)
            })
            .naming_the_row(),
        Column::words("account-role", |row: &ApiKey, t| row.role.word(t)),
        Column::words("accounts-office", |row: &ApiKey, t| {
            row.office.clone().unwrap_or_else(|| t.say("account-scope-whole"))
        }),
        Column::time("accounts-created", |row: &ApiKey| Some(row.created_at)),
        Column::words("keys-used", |row: &ApiKey, t| {
            row.last_used_at.map_or_else(|| t.say("keys-never"), |at| moment(t, at))
        }),
        Column::badge("accounts-state", move |row: &ApiKey, t| (standing(row, t, now), String::new())).shown(
            move |row, t| {
                let cell = told(row, t, now);
                if !row.is_valid(now) || !(all || row.role == Role::Agency) {
                    return cell;
                }
                cell.and(&Cell::of(&RevokeForm { t, key: row, form_token }))
            },
        ),
    ]
}

/// How a key stands.
fn standing(key: &ApiKey, t: Words, now: Timestamp) -> Badge {
    if key.revoked_at.is_some() {
        return Badge { class: "bad", word: t.say("keys-revoked") };
    }
    if !key.is_valid(now) {
        return Badge { class: "bad", word: t.say("keys-ended") };
    }
    Badge { class: "good", word: t.say("accounts-state-works") }
}

/// How a key stands, with when it ended or ends by itself, and from where it works.
fn told(key: &ApiKey, t: Words, now: Timestamp) -> Cell {
    let cell = Cell::badge(&standing(key, t, now));
    let below =
        |cell: Cell, text: Option<String>| cell.below(&text.map(|text| Cell::text(&text).quiet()).unwrap_or_default());
    if let Some(at) = key.revoked_at.or(key.expires_at.filter(|_| !key.is_valid(now))) {
        return below(cell, Some(moment(t, at)));
    }
    let ends = key.expires_at.map(|at| t.say_with("keys-ends", &[("at", &moment(t, at))]));
    let from = (!key.networks.is_empty()).then(|| t.say_with("keys-from", &[("addresses", &key.networks.join(", "))]));
    below(below(cell, ends), from)
}
