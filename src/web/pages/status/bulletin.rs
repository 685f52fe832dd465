//! One bulletin: every group of one's own part of the tree, with the reason and whose turn it is.

use askama::Template;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Deserialize;

use super::delivery_text::{STATES, say_next_step};
use super::{HERE, TierRow};
use crate::domain::account::Permission;
use crate::domain::ids::BulletinId;
use crate::store::deliveries::{Filter, list_deliveries};
use crate::store::overview::{TierStanding, list_standings};
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::{Id, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::pages::HtmlPage;
use crate::web::pages::compose::{Asked, list_asked};
use crate::web::pages::form_fields::with_any;
use crate::web::pages::form_state::{Choice, FormErrors};
use crate::web::pages::register::receive_path;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::filters;
use crate::web::ui::format::{moment, persons_of_group};
use crate::web::ui::label::{Badge, Label as _, code_of};
use crate::web::view::delivery::{Delivery, DeliveryState};
use crate::web::view::receipts::part_state;
use crate::web::words::Words;

/// What the groups are narrowed by.
#[derive(Debug, Deserialize)]
pub struct StatusQuery {
    #[serde(default)]
    state: String,
    cursor: Option<Cursor>,
}

struct GroupRow {
    name: String,
    office: String,
    tier: i16,
    state: Badge,
    at: Option<String>,
    why: Option<String>,
    next: Option<String>,
    acknowledged: Option<String>,
    reported: Option<Badge>,
}

#[derive(Template)]
#[template(path = "status/one.html")]
struct StatusPage {
    path: String,
    subject: String,
    published: String,
    urgency: Option<Badge>,
    state: String,
    public: String,
    /// What it asks of offices, and by when.
    asked: Vec<Asked>,
    /// Where it is entered into the register of the visitor's office.
    receive: Option<String>,
    /// Whether the visitor's tasks are a page away.
    has_tasks: bool,
    tiers: Vec<TierRow>,
    form: FormErrors,
    states: Vec<Choice>,
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
    Conn(mut db): Conn,
) -> Result<impl IntoResponse, Problem> {
    let t = visitor.words;
    let limit = Limit::default();
    let scope = visitor.caller.scope.to_filter();
    let bulletin = visible::bulletin(&mut db, &visitor.caller, id).await?;
    let Some(published_at) = bulletin.published_at else {
        return Err(Problem::conflict("not-published", "The bulletin is not published yet."));
    };
    let wanted = STATES.into_iter().find(|state| code_of(state) == query.state);
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
    let receive = receive_path(&mut db, &visitor, id).await?;
    let choice = |state: DeliveryState| Choice::of(&code_of(&state), state.word(t), &query.state);
    let one = StatusPage {
        path: format!("{HERE}/{id}"),
        published: moment(t, published_at),
        urgency: bulletin.urgency().mark(t),
        state: part_state(bulletin.state(), standings.iter().map(TierStanding::open).sum()).word(t),
        public: app.public_url(&bulletin.public_token),
        asked: list_asked(t, &bulletin),
        receive,
        has_tasks: visitor.may(Permission::OfficeWork),
        subject: bulletin.subject,
        tiers: standings.iter().map(|tier| TierRow::of(t, tier)).collect(),
        form: FormErrors::default(),
        states: with_any(t, STATES.into_iter().map(choice).collect()),
        narrowed: wanted.is_some(),
        groups: page.items,
        next,
    };
    Ok(HtmlPage::of(&visitor, one))
}

fn line(t: Words, delivery: Delivery) -> GroupRow {
    GroupRow {
        at: delivery.times.accepted_at.map(|at| moment(t, at)),
        why: delivery.reason.as_ref().map(|why| why.word(t)),
        next: delivery.next.as_ref().map(|next| say_next_step(t, next)),
        reported: delivery.reported.as_ref().map(|report| report.what.badge(t)),
        acknowledged: (delivery.acknowledged > 0 || delivery.by_steward_at.is_some()).then(|| {
            let by_steward = delivery.by_steward_at.is_some();
            let persons = persons_of_group(t, delivery.acknowledged.into(), delivery.unnamed.into(), by_steward);
            t.say_with("status-acknowledged-people", &[("shown", persons.as_str())])
        }),
        name: delivery.group.name,
        office: delivery.office.name,
        tier: delivery.group.tier,
        state: delivery.state.badge(t),
    }
}
