//! The list of accounts, with a search.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{HERE, path_of};
use crate::domain::account::Role;
use crate::domain::time::Timestamp;
use crate::store::account_list::{Filter, search_accounts};
use crate::store::accounts::Account;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Parameters;
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::pages::show;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::moment;
use crate::web::ui::label::{Badge, Label as _};
use crate::web::ui::table::{Column, PageTable};
use crate::web::words::Words;

/// What is searched for; an empty field does not narrow.
#[derive(Debug, Default, Deserialize)]
pub struct AccountsQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    state: String,
    cursor: Option<Cursor>,
}

/// A role as an option of a list.
pub(super) struct RoleOption {
    /// The word that is sent.
    pub value: &'static str,
    /// The word that is shown.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

#[derive(Template)]
#[template(path = "accounts/list.html")]
struct AccountsPage {
    q: String,
    state: String,
    roles: Vec<RoleOption>,
    accounts: PageTable,
    next: Option<String>,
    narrowed: bool,
}

/// A page of the accounts.
pub async fn show_accounts(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(query): Parameters<AccountsQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let limit = Limit::default();
    let text = query.q.trim().chars().take(200).collect::<String>();
    let (disabled, has_password) = match query.state.as_str() {
        "works" => (Some(false), Some(true)),
        "invited" => (Some(false), Some(false)),
        "disabled" => (Some(true), None),
        _ => (None, None),
    };
    let filter = Filter {
        text: (!text.is_empty()).then(|| text.clone()),
        role: Role::ALL.into_iter().find(|role| role.as_str() == query.role),
        disabled,
        has_password,
        scope: visitor.caller.scope.to_filter(),
        after: key_of::<String>(query.cursor.as_ref())?.unwrap_or_default(),
    };
    let rows = search_accounts(&mut db, &filter, limit.rows()).await?;
    let now = app.now();
    let page = Page::of(rows, limit, |account| account.username.clone(), |account| account);
    let next = page.next_cursor.map(|cursor| {
        let fields =
            [("q", text.as_str()), ("role", &query.role), ("state", &query.state), ("cursor", &cursor.encode())];
        format!("{HERE}?{}", serde_urlencoded::to_string(fields).unwrap_or_default())
    });
    let list = AccountsPage {
        narrowed: filter.text.is_some() || filter.role.is_some() || filter.disabled.is_some(),
        roles: role_options(t, &query.role),
        q: text,
        state: query.state,
        accounts: PageTable::of(t, &t.say("accounts-title"), &columns(now), &page.items).styled("table stacks"),
        next,
    };
    Ok(show(Shell::of(&visitor), StatusCode::OK, &list, "no-store"))
}

/// All roles, of which `chosen` is one.
pub(super) fn role_options(t: Words, chosen: &str) -> Vec<RoleOption> {
    let option = |role: Role| RoleOption { value: role.as_str(), label: role.word(t), chosen: role.as_str() == chosen };
    Role::ALL.into_iter().map(option).collect()
}

fn columns<'a>(now: Timestamp) -> Vec<Column<'a, Account>> {
    vec![
        Column::text("accounts-name", |row: &Account| row.display_name.clone())
            .shown(|row, _| {
                let link = Cell::link(&path_of(row.id), &row.display_name);
                link.below(&Cell::quiet_code(&row.username))
            })
            .naming_the_row(),
        Column::words("account-role", |row: &Account, t| row.role.word(t)),
        Column::words("account-scope", |row: &Account, t| {
            row.office_name.clone().unwrap_or_else(|| t.say("account-scope-whole"))
        }),
        Column::badge("accounts-state", move |row: &Account, t| {
            let (word, class) = standing(t, row, now);
            (Badge { class, word }, String::new())
        }),
        Column::words("accounts-signed-in", |row: &Account, t| {
            row.signed_in_at.map_or_else(|| t.say("accounts-never"), |at| moment(t, at))
        }),
    ]
}

/// How an account stands, in a word, and the mark of its badge.
pub(super) fn standing(t: Words, account: &Account, now: Timestamp) -> (String, &'static str) {
    match account {
        account if account.disabled_at.is_some() => (t.say("accounts-state-disabled"), "bad"),
        account if !account.is_active(now) => (t.say("accounts-state-out-of-time"), "warn"),
        account if account.password_hash.is_none() => (t.say("accounts-state-invited"), "warn"),
        _ => (t.say("accounts-state-works"), "good"),
    }
}
