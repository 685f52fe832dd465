//! `/channels/{code}/budget`: how much of a month may be pushed on a channel, and its reserve.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::InScope;
use crate::domain::bulletin::Urgency;
use crate::domain::thai::to_arabic_digits;
use crate::domain::time::Timestamp;
use crate::relay::channels::{self, budget_of};
use crate::relay::settings::Settings;
use crate::store::channels::{Channel, find_channel};
use crate::web::access::Scope;
use crate::web::app::App;
use crate::web::idempotent_form::IdempotentForm;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::format::number;
use crate::web::words::Words;

/// By what budgets are told.
pub(super) struct Limits {
    settings: Arc<Settings>,
    now: Timestamp,
}

impl Limits {
    pub(super) fn of(app: &App) -> Self {
        Self { settings: Arc::clone(&app.settings), now: app.now() }
    }

    /// The budget in words: how much a bulletin of the lowest and of the highest urgency may push up to.
    pub(super) fn say(&self, t: Words, channel: &Channel) -> String {
        let open = channel.reserve_is_open(self.now);
        let budget = budget_of(&self.settings, channel);
        match (budget.limit(Urgency::Routine, open), budget.limit(Urgency::MostUrgent, open)) {
            (Some(routine), Some(most)) => {
                t.say_with("channels-budget-is", &[("routine", &number(routine)), ("most", &number(most))])
            }
            _ => t.say("channels-unlimited"),
        }
    }

    /// Whether there is a reserve that could be opened.
    fn has_closed_reserve(&self, channel: &Channel) -> bool {
        let budget = budget_of(&self.settings, channel);
        let limit = |open| budget.limit(Urgency::MostUrgent, open);
        !channel.reserve_is_open(self.now) && limit(true) != limit(false)
    }
}

/// The limits as they are typed; empty = as the settings say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BudgetForm {
    messages: String,
    baht: String,
}

impl BudgetForm {
    fn of(channel: &Channel) -> Self {
        let typed = |limit: Option<i32>| limit.map(|limit| limit.to_string()).unwrap_or_default();
        Self { messages: typed(channel.budget_messages), baht: typed(channel.budget_baht) }
    }
}

#[derive(Template)]
#[template(path = "board/budget.html")]
struct BudgetPage {
    channel: Channel,
    limits: Limits,
    form: FormState<BudgetForm>,
}

/// The limits of a month as they stand.
pub async fn show_budget(
    State(app): State<App>,
    visitor: Visitor,
    InScope(code): InScope<String>,
) -> Result<Response, Problem> {
    render(&app, &visitor, &code, None, StatusCode::OK).await
}

/// The page, with the form as it was sent where it was.
async fn render(
    app: &App,
    visitor: &Visitor,
    code: &str,
    sent: Option<FormState<BudgetForm>>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let absent = || Problem::absent("channel");
    // a channel serves the whole tree
    if visitor.caller.scope != Scope::Whole {
        return Err(absent());
    }
    let channel = find_channel(&mut *app.db.acquire().await?, code).await?.ok_or_else(absent)?;
    let form = sent.unwrap_or_else(|| FormState::new(BudgetForm::of(&channel)));
    let page = BudgetPage { channel, limits: Limits::of(app), form };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

/// Sets the limits of a month.
pub async fn set_budget(
    State(app): State<App>,
    visitor: Visitor,
    InScope(code): InScope<String>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<BudgetForm>>,
) -> Result<Response, Problem> {
    let mut form = FormState::new(typed);
    let Some(limits) = read(visitor.words, &mut form) else {
        return render(&app, &visitor, &code, Some(form), StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    form_key
        .lead_on(&app, async |tx| {
            channels::set_budget(tx, &visitor.caller.right(), &code, limits, app.now()).await?;
            Ok(with_flash("/channels", "said-budget-set"))
        })
        .await
}

/// Opens the reserve for what is most urgent.
pub async fn open_reserve(
    State(app): State<App>,
    visitor: Visitor,
    InScope(code): InScope<String>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    form_key
        .lead_on(&app, async |tx| {
            channels::open_reserve(tx, &visitor.caller.right(), &code, app.now()).await?;
            Ok(with_flash("/channels", "said-reserve-open"))
        })
        .await
}

/// What the form means, messages and baht; or nothing, and what is wrong is in the form.
fn read(t: Words, FormState { typed, errors }: &mut FormState<BudgetForm>) -> Option<(Option<i32>, Option<i32>)> {
    let messages = errors.check("messages", read_limit(t, &typed.messages));
    let baht = errors.check("baht", read_limit(t, &typed.baht));
    messages.zip(baht)
}

/// A whole number, also with commas or in Thai digits.
fn read_limit(t: Words, typed: &str) -> Result<Option<i32>, String> {
    let digits: String = to_arabic_digits(typed).chars().filter(|sign| !sign.is_whitespace() && *sign != ',').collect();
    if digits.is_empty() {
        return Ok(None);
    }
    match digits.parse() {
        Ok(limit) if limit >= 0 => Ok(Some(limit)),
        _ => Err(t.say("channels-budget-fault")),
    }
}
