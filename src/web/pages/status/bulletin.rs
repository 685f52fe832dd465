//! One bulletin: every group of one's own part of the tree, with the reason and whose turn it is.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::delivery_text::{STATES, say_delivery_state, say_next_step, say_why};
use super::list::{say_state, say_urgency};
use super::{HERE, TierRow};
use crate::domain::ids::BulletinId;
use crate::store::StoreError;
use crate::store::deliveries::{Filter, list_deliveries};
use crate::store::overview::list_standings;
use crate::web::api::delivery::{Delivery, DeliveryState};
use crate::web::api::visible;
use crate::web::app::App;
use crate::web::input::{Id, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::pages::acknowledged::persons;
use crate::web::pages::show;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::ui::format::moment;
use crate::web::words::Words;

/// What the groups are narrowed by.
#[derive(Debug, Deserialize)]
pub struct StatusQuery {
    #[serde(default)]
    state: String,
    cursor: Option<Cursor>,
}

struct StateOption {
    value: String,
    label: String,
    chosen: bool,
}

struct GroupRow {
    name: String,
    office: String,
    tier: i16,
    state: String,
    mark: &'static str,
    at: Option<String>,
    why: Option<String>,
    next: Option<String>,
    acknowledged: Option<String>,
}

#[derive(Template)]
#[template(path = "status/one.html")]
struct StatusPage {
    shell: Shell,
    t: Words,
    path: String,
    subject: String,
    published: String,
    urgency: Option<(&'static str, String)>,
    state: String,
    public: String,
    tiers: Vec<TierRow>,
    states: Vec<StateOption>,
    narrowed: bool,
    groups: Vec<GroupRow>,
    next: Option<String>,
}

/// The bulletin, if it goes to the visitor's part of the tree.
pub async fn show_one(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    Parameters(query): Parameters<StatusQuery>,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let limit = Limit::default();
    let scope = visitor.caller.scope.to_filter();
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let bulletin = visible::bulletin(&mut db, &visitor.caller, id).await?;
    let Some(published_at) = bulletin.published_at else {
        return Err(Problem::conflict("not-published", "The bulletin is not published yet."));
    };
    let wanted = STATES.into_iter().find(|state| word_of(*state) == query.state);
    let mut filter = Filter { scope: scope.clone(), after: key_of::<i32>(query.cursor.as_ref())?, ..Filter::default() };
    if let Some(state) = wanted {
        state.narrow(&mut filter);
    }
    let standings = list_standings(&mut db, &[id], scope.as_deref()).await?;
    let rows = list_deliveries(&mut db, id, &filter, limit.rows()).await?;
    let page = Page::of(rows, limit, |row| row.group_id, |row| line(t, Delivery::of(row)));
    let next = page.next_cursor.map(|cursor| {
        let fields = [("state", query.state.as_str()), ("cursor", &cursor.encode())];
        format!("{HERE}/{id}?{}", serde_urlencoded::to_string(fields).unwrap_or_default())
    });
    let option = |state: DeliveryState| StateOption {
        value: word_of(state),
        label: say_delivery_state(t, state).0,
        chosen: wanted == Some(state),
    };
    let one = StatusPage {
        shell: Shell::of(&visitor),
        t,
        path: format!("{HERE}/{id}"),
        published: moment(t, published_at),
        urgency: say_urgency(t, bulletin.urgency()),
        state: say_state(t, bulletin.state()),
        public: app.public_url(&bulletin.public_token),
        subject: bulletin.subject,
        tiers: standings.iter().map(|tier| TierRow::of(t, tier)).collect(),
        states: STATES.into_iter().map(option).collect(),
        narrowed: wanted.is_some(),
        groups: page.items,
        next,
    };
    Ok(show(StatusCode::OK, &one, "no-store"))
}

/// A state as addresses spell it.
fn word_of(state: DeliveryState) -> String {
    serde_json::to_value(state).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn line(t: Words, delivery: Delivery) -> GroupRow {
    let (state, mark) = say_delivery_state(t, delivery.state);
    GroupRow {
        at: delivery.times.accepted_at.map(|at| moment(t, at)),
        why: delivery.reason.as_ref().map(|why| say_why(t, why)),
        next: delivery.next.as_ref().map(|next| say_next_step(t, next)),
        acknowledged: (delivery.acknowledged > 0).then(|| {
            let persons = persons(t, delivery.acknowledged.into(), delivery.unnamed.into());
            t.say_with("status-acknowledged-people", &[("shown", persons.as_str())])
        }),
        name: delivery.group.name,
        office: delivery.office.name,
        tier: delivery.group.tier,
        state,
        mark,
    }
}
