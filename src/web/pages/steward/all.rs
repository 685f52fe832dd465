//! `/waiting/all`: everything that waits, forwarded at once after it was shown once more.
//!
//! The form names the bulletins that were shown, so that one that comes in meanwhile is not forwarded unseen.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::around;
use super::fields::Fields;
use super::list::{WaitingItem, size};
use crate::domain::delivery::State as Standing;
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::relay::forecast::forecast_forward;
use crate::relay::forward::forward_several;
use crate::store::Connection;
use crate::store::waiting::{list_copies, list_waiting};
use crate::web::access::duty::own_groups;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::view::waiting::MOST;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "steward/all.html")]
struct ForwardAllPage {
    count: String,
    /// What forwarding all of them would cost.
    cost: String,
    rows: Vec<Listed>,
}

/// A bulletin of the list, with what forwarding it would cost.
struct Listed {
    item: WaitingItem,
    cost: String,
}

/// Messages that LINE would count, as far as members are known.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    messages: i64,
    /// Groups of which LINE has not told how many members they have.
    unknown: i64,
}

impl Cost {
    /// Of letting the bulletin into those of the groups at which it is held.
    async fn of(
        db: &mut Connection,
        app: &App,
        id: BulletinId,
        groups: &[i32],
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let copies = list_copies(db, id, groups).await?;
        let held = copies.iter().filter(|copy| copy.state == Standing::Held).map(|copy| copy.group_id.0);
        let held: Vec<i32> = held.collect();
        let forecast = forecast_forward(db, &app.settings, id, &held, now).await?;
        Ok(Self { messages: forecast.messages, unknown: forecast.unknown_members })
    }

    fn and(self, other: Self) -> Self {
        Self { messages: self.messages + other.messages, unknown: self.unknown + other.unknown }
    }

    fn say_one(self, t: Words) -> String {
        let key = if self.unknown > 0 { "forward-cost-least" } else { "forward-cost" };
        t.count(key, self.messages)
    }

    fn say_sum(self, t: Words) -> String {
        let key = if self.unknown > 0 { "forward-all-cost-least" } else { "forward-all-cost" };
        t.count(key, self.messages)
    }
}

/// The question.
pub async fn show_form(State(app): State<App>, visitor: Visitor, Conn(mut db): Conn) -> Result<Response, Problem> {
    let (t, now) = (visitor.words, app.now());
    let groups = own_groups(&mut db, &visitor.caller).await?;
    let waiting = list_waiting(&mut db, &groups, MOST).await?;
    if waiting.is_empty() {
        return Ok(Redirect::to("/waiting").into_response());
    }
    let count = t.count("forward-all-count", size(&waiting));
    let (mut rows, mut sum) = (Vec::new(), Cost::default());
    for row in waiting {
        let cost = Cost::of(&mut db, &app, row.bulletin_id, &groups, now).await?;
        sum = sum.and(cost);
        rows.push(Listed { item: WaitingItem::of(t, row, now), cost: cost.say_one(t) });
    }
    let page = ForwardAllPage { count, cost: sum.say_sum(t), rows };
    Ok(HtmlPage::within(around(&visitor), page).into_response())
}

/// The answer: those that were shown and are still ticked.
pub async fn forward_all(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: fields }: IdempotentForm<Fields>,
) -> Result<Response, Problem> {
    let ids: Vec<BulletinId> =
        fields.all("id").filter_map(|id| id.parse().ok()).take(usize::try_from(MOST).unwrap_or_default()).collect();
    let now = app.now();
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let groups = own_groups(&mut tx, &visitor.caller).await?;
    if ids.is_empty() {
        return Ok(Redirect::to(&with_flash("/waiting/all", "said-forwarded-none")).into_response());
    }
    let gone = forward_several(&mut tx, &ids, &groups, &visitor.caller.right(), now).await?;
    let said = if gone.len() == ids.len() { "said-forwarded-all" } else { "said-forwarded-some" };
    let to = with_flash("/waiting", said);
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}
