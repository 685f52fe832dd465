//! Costs: what the bulletins of a month cost, and what forwarding by hand saved.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::domain::ids::BulletinId;
use crate::domain::price::Baht;
use crate::relay::cost::{self, MonthCost, month_cost};
use crate::web::access::Caller;
use crate::web::access::costs::CostQuery;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::Parameters;
use crate::web::problem::Problem;

/// What a month cost.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Cost {
    /// The month, which begins at midnight in Japan as LINE counts.
    #[schema(example = "2026-11")]
    month: String,
    /// Messages that LINE counts: a push once for every member of the group, as far as members are known.
    messages: i64,
    /// Copies that were pushed into groups whose members are not known; what they cost is not in `messages`.
    unknown_groups: i64,
    /// What they cost with tax; null where no price is known for so many.
    #[schema(value_type = Option<f64>)]
    baht: Option<Baht>,
    /// By bulletin, newest first.
    by_bulletin: Vec<BulletinCost>,
    /// By channel, by code; of a part of the tree only those that were used there.
    by_channel: Vec<ChannelCost>,
    /// By province and ministry, the most expensive first; left out where one office is asked for.
    by_office: Vec<OfficeCost>,
    /// What pushing would have cost where it was forwarded by hand.
    saved_by_listening: Saved,
    /// What LINE counted; of a part of the tree it is not known.
    line: LineCount,
}

/// What was not spent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Saved {
    /// Messages.
    messages: i64,
    /// What they would have cost on top; null where no price is known for so many.
    #[schema(value_type = Option<f64>)]
    baht: Option<Baht>,
}

/// What one bulletin cost.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BulletinCost {
    /// Which.
    bulletin_id: BulletinId,
    /// Its subject.
    subject: String,
    /// Its number.
    document_number: Option<String>,
    /// Groups that it was pushed into in this month.
    pushed_groups: i64,
    /// Groups into which it was forwarded by hand.
    seen_groups: i64,
    /// Messages that LINE counts.
    messages: i64,
    /// Its part of the month's price, by messages.
    #[schema(value_type = Option<f64>)]
    baht: Option<Baht>,
    /// What pushing would have cost where it was forwarded by hand.
    saved_by_listening: Saved,
}

/// What one channel cost.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ChannelCost {
    /// Its code.
    channel: String,
    /// The plan by which its month is reckoned; null where no plan takes so many messages.
    plan: Option<String>,
    /// Messages that LINE counts.
    messages: i64,
    /// What they cost.
    #[schema(value_type = Option<f64>)]
    baht: Option<Baht>,
    /// What pushing would have cost where it was forwarded by hand.
    saved_by_listening: Saved,
    /// Reminders to stewards, one message each, among those of the whole channel; null where a part of the tree is asked for.
    reminders: Option<i64>,
    /// What LINE counted on the whole channel; of a part of the tree it is not known.
    line: LineCount,
}

/// What one province or ministry cost.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OfficeCost {
    /// Its code.
    office: String,
    /// Its name.
    name: String,
    /// Messages that LINE counts, in its groups and those below.
    messages: i64,
    /// Its part of the month's price, by messages.
    #[schema(value_type = Option<f64>)]
    baht: Option<Baht>,
    /// What pushing would have cost where it was forwarded by hand.
    saved_by_listening: Saved,
}

/// What LINE counted of a month.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LineCount {
    /// Messages on the days that it has counted; null where it has counted none yet, or where a part of the tree is asked for.
    messages: Option<i64>,
    /// What we count on the same days.
    ours: i64,
    /// Whether the month is over and all its days are counted.
    settled: bool,
}

impl From<cost::Cost> for Saved {
    fn from(cost: cost::Cost) -> Self {
        Self { messages: cost.saved_messages, baht: cost.saved_baht }
    }
}

impl From<cost::LineCount> for LineCount {
    fn from(count: cost::LineCount) -> Self {
        Self { messages: count.messages, ours: count.ours, settled: count.settled }
    }
}

impl From<MonthCost> for Cost {
    fn from(month: MonthCost) -> Self {
        Self {
            month: month.month.to_string(),
            messages: month.total.messages,
            unknown_groups: month.total.unknown_groups,
            baht: month.total.baht,
            saved_by_listening: month.total.into(),
            line: month.line.unwrap_or_default().into(),
            by_bulletin: month.bulletins.into_iter().map(BulletinCost::from).collect(),
            by_channel: month.channels.into_iter().map(ChannelCost::from).collect(),
            by_office: month.branches.into_iter().map(OfficeCost::from).collect(),
        }
    }
}

impl From<cost::BulletinCost> for BulletinCost {
    fn from(row: cost::BulletinCost) -> Self {
        Self {
            bulletin_id: row.id,
            subject: row.subject,
            document_number: row.document_number,
            pushed_groups: row.pushed_groups,
            seen_groups: row.seen_groups,
            messages: row.cost.messages,
            baht: row.cost.baht,
            saved_by_listening: row.cost.into(),
        }
    }
}

impl From<cost::ChannelCost> for ChannelCost {
    fn from(row: cost::ChannelCost) -> Self {
        Self {
            channel: row.code,
            plan: row.plan,
            messages: row.cost.messages,
            baht: row.cost.baht,
            saved_by_listening: row.cost.into(),
            reminders: row.reminders,
            line: row.line.unwrap_or_default().into(),
        }
    }
}

impl From<cost::OfficeCost> for OfficeCost {
    fn from(row: cost::OfficeCost) -> Self {
        Self {
            office: row.code,
            name: row.name,
            messages: row.cost.messages,
            baht: row.cost.baht,
            saved_by_listening: row.cost.into(),
        }
    }
}

/// What the bulletins of a month cost, and what forwarding by hand saved.
///
/// For a key with an office only its own part of the tree is counted, with its share of the month's price.
#[utoipa::path(get, path = "/cost", tag = "channels", params(CostQuery),
    responses((status = 200, body = Cost), (status = 404, description = "There is no such channel or office, or it is not the key's to see",
        body = crate::web::problem::ProblemDetails, content_type = "application/problem+json")))]
pub async fn get_cost(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<CostQuery>,
    Conn(mut db): Conn,
) -> Result<Json<Cost>, Problem> {
    let (month, part) = query.read(&mut db, &caller, app.now()).await?;
    let cost = month_cost(&mut db, &app.settings.prices, month, &part, app.now()).await?;
    Ok(Json(cost.into()))
}
