//! What waits for an office: held at its groups, until somebody of it forwards or the time comes.
//!
//! It is for keys that are bound to an office. One that sees the whole tree answers for every group of it and asks for
//! the held deliveries of a bulletin instead.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::publishing::Forecast;
use crate::domain::delivery;
use crate::domain::ids::BulletinId;
use crate::relay::forecast::forecast_forward;
use crate::store::waiting as rows;
use crate::web::access::Caller;
use crate::web::access::duty::own_groups;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Id;
use crate::web::listing::Page;
use crate::web::problem::{Problem, ProblemDetails};
use crate::web::view::waiting::{DeliveryCopy, MOST, Waiting};

/// What waits for the key's office: the most urgent first, then the nearest to going on by itself.
#[utoipa::path(get, path = "/waiting", tag = "bulletins", responses(
    (status = 200, body = Page<Waiting>),
    (status = 409, description = "The key is bound to no office", body = ProblemDetails,
        content_type = "application/problem+json"),
))]
pub async fn list_waiting(caller: Caller, Conn(mut db): Conn) -> Result<Json<Page<Waiting>>, Problem> {
    let groups = own_groups(&mut db, &caller).await?;
    let found = rows::list_waiting(&mut db, &groups, MOST).await?;
    Ok(Json(Page { items: found.into_iter().map(Waiting::from).collect(), next_cursor: None }))
}

/// Where a bulletin stands at the groups of the key's office, and what letting it in would mean.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct WaitingBulletin {
    /// Which.
    bulletin_id: BulletinId,
    /// Its copies for the groups of the office.
    copies: Vec<DeliveryCopy>,
    /// What would be sent at or below the groups at which it is held.
    forecast: Forecast,
}

/// One bulletin that waits for the key's office, or waited for it.
#[utoipa::path(get, path = "/waiting/{id}", tag = "bulletins", params(("id" = BulletinId, Path)),
    responses(
        (status = 200, body = WaitingBulletin),
        (status = 409, description = "The key is bound to no office", body = ProblemDetails,
            content_type = "application/problem+json"),
    ))]
pub async fn get_waiting(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BulletinId>,
    Conn(mut db): Conn,
) -> Result<Json<WaitingBulletin>, Problem> {
    let groups = own_groups(&mut db, &caller).await?;
    let copies = rows::list_copies(&mut db, id, &groups).await?;
    if copies.is_empty() {
        return Err(Problem::absent("bulletin"));
    }
    let held: Vec<i32> =
        copies.iter().filter(|copy| copy.state == delivery::State::Held).map(|copy| copy.group_id.0).collect();
    let forecast = forecast_forward(&mut db, &app.settings, id, &held, app.now()).await?.into();
    let copies = copies.into_iter().map(DeliveryCopy::from).collect();
    Ok(Json(WaitingBulletin { bulletin_id: id, copies, forecast }))
}
