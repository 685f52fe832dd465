//! The latest bulletins, each with a line per tier.

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;

use super::{HERE, TierRow};
use crate::domain::ids::BulletinId;
use crate::store::bulletins::{Bulletin, Filter, list_bulletins};
use crate::store::overview::{TierStanding, list_standings};
use crate::web::conn::Conn;
use crate::web::input::Parameters;
use crate::web::listing::{Cursor, key_of};
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::format::moment;
use crate::web::ui::label::{Badge, Label as _};
use crate::web::view::receipts::part_state;
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
    urgency: Option<Badge>,
    state: String,
    tiers: Vec<TierRow>,
}

#[derive(Template)]
#[template(path = "status/list.html")]
struct StatusListPage {
    office: String,
    items: Vec<StatusItem>,
    next: Option<String>,
}

/// A page of bulletins.
pub async fn show_list(
    visitor: Visitor,
    Parameters(query): Parameters<StatusListQuery>,
    Conn(mut db): Conn,
) -> Result<impl IntoResponse, Problem> {
    let t = visitor.words;
    let scope = visitor.caller.scope.to_filter();
    let filter =
        Filter { before: key_of::<BulletinId>(query.cursor.as_ref())?, scope: scope.clone(), ..Filter::default() };
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
        office: visitor.office_name.clone().unwrap_or_else(|| t.say("account-scope-whole")),
        items: bulletins.into_iter().map(|bulletin| item(t, bulletin, &standings)).collect(),
        next,
    };
    Ok(HtmlPage::of(&visitor, page))
}

fn item(t: Words, bulletin: Bulletin, standings: &[TierStanding]) -> StatusItem {
    let tiers = standings.iter().filter(|tier| tier.bulletin == bulletin.id);
    StatusItem {
        path: format!("{HERE}/{}", bulletin.id),
        published: bulletin.published_at.map(|at| moment(t, at)).unwrap_or_default(),
        urgency: bulletin.urgency().mark(t),
        state: part_state(bulletin.state(), tiers.clone().map(TierStanding::open).sum()).word(t),
        tiers: tiers.map(|tier| TierRow::of(t, tier)).collect(),
        subject: bulletin.subject,
    }
}
