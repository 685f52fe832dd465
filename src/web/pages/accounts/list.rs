//! The list of accounts, with a search.

use askama::Template;
use axum::extract::State;
use axum::response::IntoResponse;
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
use crate::web::pages::HtmlPage;
use crate::web::pages::form_fields::{role_choices, with_any};
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
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

#[derive(Template)]
#[template(path = "accounts/list.html")]
struct AccountsPage {
    form: FormState<AccountsQuery>,
    roles: Vec<Choice>,
    states: Vec<Choice>,
    accounts: PageTable,
    next: Option<String>,
    narrowed: bool,
}

/// A page of the accounts.
pub async fn show_accounts(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(mut query): Parameters<AccountsQuery>,
    Conn(mut db): Conn,
) -> Result<impl IntoResponse, Problem> {
    let t = visitor.words;
    let limit = Limit::default();
    query.q = query.q.trim().chars().take(200).collect();
    let (disabled, has_password) = match query.state.as_str() {
        "works" => (Some(false), Some(true)),
        "invited" => (Some(false), Some(false)),
        "disabled" => (Some(true), None),
        _ => (None, None),
    };
    let filter = Filter {
        text: query.q.clone(),
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
            [("q", query.q.as_str()), ("role", &query.role), ("state", &query.state), ("cursor", &cursor.encode())];
        format!("{HERE}?{}", serde_urlencoded::to_string(fields).unwrap_or_default())
    });
    let list = AccountsPage {
        narrowed: !filter.text.is_empty() || filter.role.is_some() || filter.disabled.is_some(),
        roles: with_any(t, role_choices(t, &query.role)),
        states: with_any(
            t,
            vec![
                Choice::of("works", t.say("accounts-state-works"), &query.state),
                Choice::of("invited", t.say("accounts-state-invited"), &query.state),
                Choice::of("disabled", t.say("accounts-state-disabled"), &query.state),
            ],
        ),
        form: FormState::new(query),
        accounts: PageTable::of(t, &t.say("accounts-title"), &columns(now), &page.items).styled("table stacks"),
        next,
    };
    Ok(HtmlPage::of(&visitor, list))
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
