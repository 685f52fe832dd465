//! Deliveries as they are read: those of a bulletin, one with its story, and what changed since.
//!
//! The feed of changes hands out a cursor that is a mark in the database's order of transactions and the last
//! delivery seen. A reader that stores the cursor with its own work misses nothing and may see a delivery again.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{BulletinId, Code, DeliveryId};
use crate::domain::national::province_code;
use crate::store::Connection;
use crate::store::acknowledgements::list_times;
use crate::store::attempts::list_attempts;
use crate::store::deliveries::{self as rows, Filter, get_change_horizon};
use crate::store::reminders::list_of_delivery;
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::{Id, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::problem::Problem;
use crate::web::view::delivery::{Delivery, DeliveryState};
use crate::web::view::timeline::{Moment, timeline};

/// Taps shown in a timeline at most.
const TAPS_SHOWN: i64 = 200;

/// What a list of deliveries is narrowed by.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// Only of this tier.
    #[param(minimum = 1, maximum = 3)]
    tier: Option<i16>,
    /// Only in this state, as shown.
    state: Option<DeliveryState>,
    /// Only of offices in this province.
    province: Option<String>,
    /// Only of this office, by code.
    #[param(value_type = Option<Code>)]
    office: Option<String>,
    /// Only of this group, by code.
    #[param(value_type = Option<Code>)]
    group: Option<String>,
    /// Only at or below this group, by code.
    #[param(value_type = Option<Code>)]
    under: Option<String>,
    /// Only those that went on without the group above, or only the others.
    bypassed: Option<bool>,
    /// Only those that LINE may have accepted for all that is known, or only the others.
    outcome_unknown: Option<bool>,
    /// Items on a page.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<Cursor>,
}

impl DeliveryQuery {
    async fn into_filter(self, db: &mut Connection, caller: &Caller) -> Result<Filter, Problem> {
        let mut filter = Filter {
            scope: caller.scope.to_filter(),
            under: visible::group_id(db, caller, self.under.as_deref()).await?,
            group: visible::group_id(db, caller, self.group.as_deref()).await?,
            tier: self.tier,
            province: self.province.as_deref().map(|text| province_code(text).to_owned()),
            office: self.office,
            bypassed: self.bypassed,
            outcome_unknown: self.outcome_unknown,
            after: key_of(self.cursor.as_ref())?,
            ..Filter::default()
        };
        if let Some(state) = self.state {
            state.narrow(&mut filter);
        }
        Ok(filter)
    }
}

/// The deliveries of a bulletin.
#[utoipa::path(get, path = "/bulletins/{id}/deliveries", tag = "bulletins",
    params(("id" = BulletinId, Path), DeliveryQuery), responses((status = 200, body = Page<Delivery>)))]
pub async fn list_bulletin_deliveries(
    caller: Caller,
    Id(id): Id<BulletinId>,
    Parameters(query): Parameters<DeliveryQuery>,
    Conn(mut db): Conn,
) -> Result<Json<Page<Delivery>>, Problem> {
    visible::bulletin(&mut db, &caller, id).await?;
    let limit = query.limit;
    let filter = query.into_filter(&mut db, &caller).await?;
    let found = rows::list_deliveries(&mut db, id, &filter, limit.rows()).await?;
    Ok(Json(Page::of(found, limit, |row| row.group_id.0, Delivery::of)))
}

/// From where on changes are told.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangeQuery {
    /// `next_cursor` of the call before; without it the answer is empty and its cursor means *from now on*.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]*$")]
    since: Option<Cursor>,
    /// Items on a page.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
}

/// A place in the order of changes: a mark, and the delivery seen last under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    mark: i64,
    last: Option<DeliveryId>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.last {
            Some(last) => write!(f, "{}.{last}", self.mark),
            None => write!(f, "{}", self.mark),
        }
    }
}

impl std::str::FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (mark, last) = text.split_once('.').map_or((text, None), |(mark, last)| (mark, Some(last)));
        let last = last.map(|last| last.parse().map_err(|_| ())).transpose()?;
        Ok(Self { mark: mark.parse().map_err(|_| ())?, last })
    }
}

/// Deliveries that changed since, over all bulletins, in the order of their changes.
///
/// `next_cursor` is never null: keep it and ask again with it as `since`.
#[utoipa::path(get, path = "/deliveries", tag = "deliveries", params(ChangeQuery),
    responses((status = 200, body = Page<Delivery>)))]
pub async fn list_changes(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<ChangeQuery>,
) -> Result<Json<Page<Delivery>>, Problem> {
    let since: Option<Place> = match &query.since {
        Some(cursor) => {
            Some(cursor.key().map_err(|_| Problem::invalid_field("?since", "is not a cursor of this list"))?)
        }
        None => None,
    };
    let mut db = app.db.acquire().await?;
    // read before the rows: what is below it cannot be missing among them
    let horizon = Place { mark: get_change_horizon(&mut db).await?, last: None };
    let Some(since) = since else {
        return Ok(Json(Page { items: Vec::new(), next_cursor: Some(Cursor::after(horizon)) }));
    };
    let scope = caller.scope.to_filter();
    let limit = query.limit.rows();
    let mut found = rows::list_changed(&mut db, since.mark, since.last, horizon.mark, scope.as_deref(), limit).await?;
    let more = found.len() > query.limit.items();
    found.truncate(query.limit.items());
    let last = found.last().map(|row| Place { mark: row.changed, last: Some(row.id) });
    let next = match last {
        Some(last) if more => last,
        _ if horizon.mark > since.mark => horizon,
        _ => since,
    };
    Ok(Json(Page { items: found.into_iter().map(Delivery::of).collect(), next_cursor: Some(Cursor::after(next)) }))
}

/// A delivery with its story.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DeliveryDetail {
    /// The delivery.
    #[serde(flatten)]
    delivery: Delivery,
    /// What happened, oldest first.
    timeline: Vec<Moment>,
}

/// One delivery, with everything that happened to it.
#[utoipa::path(get, path = "/deliveries/{id}", tag = "deliveries", params(("id" = DeliveryId, Path)),
    responses((status = 200, body = DeliveryDetail)))]
pub async fn get_delivery(
    caller: Caller,
    Id(id): Id<DeliveryId>,
    Conn(mut db): Conn,
) -> Result<Json<DeliveryDetail>, Problem> {
    let scope = caller.scope.to_filter();
    let row = rows::find_delivery(&mut db, id, scope.as_deref()).await?.ok_or_else(|| Problem::absent("delivery"))?;
    let attempts = list_attempts(&mut db, id).await?;
    let taps = list_times(&mut db, id, TAPS_SHOWN).await?;
    let reminders = list_of_delivery(&mut db, id).await?;
    let timeline = timeline(&row, &attempts, &taps, &reminders);
    Ok(Json(DeliveryDetail { delivery: Delivery::of(row), timeline }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{BulletinNo, GroupId};
    use crate::domain::time::Timestamp;

    #[test]
    fn a_place_among_the_changes_is_written_and_read_back() {
        let at = Timestamp::from_second(1_521_770_400);
        let last = Some(DeliveryId::of(at, BulletinNo(578_000_001), GroupId(7)));
        for place in [Place { mark: 77, last: None }, Place { mark: 77, last }] {
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        assert!("x".parse::<Place>().is_err());
        assert!("77.x".parse::<Place>().is_err());
    }
}
