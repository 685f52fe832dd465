//! The latest bulletins, each with a line per tier.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{HERE, TierRow};
use crate::domain::bulletin::{State as BulletinState, Urgency};
use crate::domain::ids::BulletinId;
use crate::store::StoreError;
use crate::store::bulletins::{Bulletin, Filter, list_bulletins};
use crate::store::overview::{TierStanding, list_standings};
use crate::web::app::App;
use crate::web::input::Parameters;
use crate::web::listing::{Cursor, key_of};
use crate::web::pages::show;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::ui::format::moment;
use crate::web::words::Words;

/// Bulletins on a page.
const SHOWN: usize = 10;

/// Where the list goes on.
#[derive(Debug, Deserialize)]
pub struct StatusListQuery {
    cursor: Option<Cursor>,
}

struct StatusItem {
    path: String,
    subject: String,
    published: String,
    urgency: Option<(&'static str, String)>,
    state: String,
    tiers: Vec<TierRow>,
}

#[derive(Template)]
#[template(path = "status/list.html")]
struct StatusListPage {
    shell: Shell,
    t: Words,
    office: String,
    items: Vec<StatusItem>,
    next: Option<String>,
}

/// A page of bulletins.
pub async fn show_list(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(query): Parameters<StatusListQuery>,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let scope = visitor.caller.scope.to_filter();
    let filter =
        Filter { before: key_of::<BulletinId>(query.cursor.as_ref())?, scope: scope.clone(), ..Filter::default() };
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let limit = i64::try_from(SHOWN + 1).unwrap_or(i64::MAX);
    let mut bulletins = list_bulletins(&mut db, &filter, limit).await?;
    let more = bulletins.len() > SHOWN;
    bulletins.truncate(SHOWN);
    let next =
        bulletins.last().filter(|_| more).map(|last| format!("{HERE}?cursor={}", Cursor::after(last.id).encode()));
    bulletins.retain(|bulletin| bulletin.published_at.is_some());
    let ids: Vec<BulletinId> = bulletins.iter().map(|bulletin| bulletin.id).collect();
    let standings = list_standings(&mut db, &ids, scope.as_deref()).await?;
    let page = StatusListPage {
        shell: Shell::of(&visitor),
        t,
        office: visitor.office_name.clone().unwrap_or_else(|| t.say("account-scope-whole")),
        items: bulletins.into_iter().map(|bulletin| item(t, bulletin, &standings)).collect(),
        next,
    };
    Ok(show(StatusCode::OK, &page, "no-store"))
}

fn item(t: Words, bulletin: Bulletin, standings: &[TierStanding]) -> StatusItem {
    StatusItem {
        path: format!("{HERE}/{}", bulletin.id),
        published: bulletin.published_at.map(|at| moment(t, at)).unwrap_or_default(),
        urgency: say_urgency(t, bulletin.urgency()),
        state: say_state(t, bulletin.state()),
        tiers: standings.iter().filter(|tier| tier.bulletin == bulletin.id).map(|tier| TierRow::of(t, tier)).collect(),
        subject: bulletin.subject,
    }
}

/// The class of the badge and the word; none where it is not urgent.
pub(super) fn say_urgency(t: Words, urgency: Urgency) -> Option<(&'static str, String)> {
    match urgency {
        Urgency::Routine => None,
        Urgency::Urgent => Some(("urgent", t.say("status-urgent"))),
        Urgency::VeryUrgent => Some(("very-urgent", t.say("status-very-urgent"))),
        Urgency::MostUrgent => Some(("most-urgent", t.say("status-most-urgent"))),
    }
}

/// How a published bulletin stands in the whole tree.
pub(super) fn say_state(t: Words, state: BulletinState) -> String {
    match state {
        BulletinState::Settled => t.say("status-bulletin-settled"),
        BulletinState::Withdrawn => t.say("status-bulletin-withdrawn"),
        _ => t.say("status-bulletin-relaying"),
    }
}
