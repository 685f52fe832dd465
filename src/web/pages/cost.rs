//! `/cost`: what the bulletins of a month cost, by bulletin, channel and office, and what forwarding by hand saved.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;

use super::board::tables::file;
use crate::domain::line_month::LineMonth;
use crate::relay::cost::{BulletinCost, ChannelCost, LineCount, MonthCost, OfficeCost, month_cost};
use crate::web::access::costs::CostQuery;
use crate::web::app::App;
use crate::web::input::Parameters;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::cell::Cell;
use crate::web::ui::filters;
use crate::web::ui::format::{day, month as month_name, number};
use crate::web::ui::table::{Column, PageTable, to_file};
use crate::web::words::Words;

/// The page's routes.
pub(in crate::web) fn routes() -> Router<App> {
    Router::new().route("/cost", get(show))
}

/// What is asked for, and as what.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    month: Option<String>,
    channel: Option<String>,
    office: Option<String>,
    /// `bulletins`, `channels` or `offices` for a file.
    csv: Option<String>,
}

#[derive(Template)]
#[template(path = "cost/cost.html")]
struct CostPage {
    /// What the query says besides the month.
    narrowed: String,
    cost: MonthCost,
    /// What LINE counted beside ours; none of a part of the tree.
    line: Option<String>,
    name: String,
    before: LineMonth,
    after: Option<LineMonth>,
    prices_read: Option<String>,
    bulletins: PageTable,
    channels: PageTable,
    offices: PageTable,
}

fn bulletin_columns<'a>() -> Vec<Column<'a, BulletinCost>> {
    vec![
        Column::text("board-bulletin", |row: &BulletinCost| row.subject.clone())
            .shown(|row, _| {
                let number = Cell::text(row.document_number.as_deref().unwrap_or_default()).quiet();
                Cell::link(&format!("/board/{}", row.id), &row.subject).below(&number)
            })
            .naming_the_row(),
        Column::text("board-document-number", |row: &BulletinCost| row.document_number.clone().unwrap_or_default())
            .in_file(),
        Column::number("cost-pushed-groups", |row: &BulletinCost| row.pushed_groups),
        Column::number("cost-seen-groups", |row: &BulletinCost| row.seen_groups),
        Column::number("cost-messages", |row: &BulletinCost| row.cost.messages),
        Column::baht("cost-baht", |row: &BulletinCost| row.cost.baht),
        Column::number("cost-saved-messages", |row: &BulletinCost| row.cost.saved_messages).in_file(),
        Column::baht("cost-saved-baht", |row: &BulletinCost| row.cost.saved_baht),
    ]
}

/// Of a part of the tree nothing is told that is known of whole channels only.
fn channel_columns<'a>(is_whole: bool) -> Vec<Column<'a, ChannelCost>> {
    let mut columns = vec![
        Column::text("channels-name", |row: &ChannelCost| row.name.clone())
            .shown(|row, _| Cell::text(&row.name).below(&Cell::text(&row.code).quiet()))
            .naming_the_row(),
        Column::text("channels-code", |row: &ChannelCost| row.code.clone()).in_file(),
        Column::words("cost-plan", |row: &ChannelCost, t| row.plan.clone().unwrap_or_else(|| t.say("cost-no-plan"))),
        Column::number("cost-messages", |row: &ChannelCost| row.cost.messages),
        Column::baht("cost-baht", |row: &ChannelCost| row.cost.baht),
        Column::number("cost-saved-messages", |row: &ChannelCost| row.cost.saved_messages),
        Column::baht("cost-saved-baht", |row: &ChannelCost| row.cost.saved_baht),
    ];
    if is_whole {
        columns.extend([
            Column::known_number("cost-reminders", |row: &ChannelCost| row.reminders).hiding_zero(),
            Column::known_number("cost-line-counted", |row: &ChannelCost| row.line?.messages),
            Column::known_number("cost-line-difference", |row: &ChannelCost| {
                row.line.and_then(|line| Some(line.messages? - line.ours))
            }),
        ]);
    }
    columns
}

fn office_columns<'a>() -> Vec<Column<'a, OfficeCost>> {
    vec![
        Column::text("board-office", |row: &OfficeCost| row.name.clone()).naming_the_row(),
        Column::text("cost-office-code", |row: &OfficeCost| row.code.clone()).in_file(),
        Column::number("cost-messages", |row: &OfficeCost| row.cost.messages),
        Column::baht("cost-baht", |row: &OfficeCost| row.cost.baht),
        Column::number("cost-saved-messages", |row: &OfficeCost| row.cost.saved_messages),
        Column::baht("cost-saved-baht", |row: &OfficeCost| row.cost.saved_baht),
    ]
}

/// The costs of a month.
async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let csv = asked.csv;
    let narrowed = [("channel", &asked.channel), ("office", &asked.office)];
    let narrowed: Vec<_> = narrowed.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?))).collect();
    let narrowed = serde_urlencoded::to_string(&narrowed).unwrap_or_default();
    let query = CostQuery { month: asked.month, channel: asked.channel, office: asked.office };
    let mut db = app.db.acquire().await?;
    let (month, part) = query.read(&mut db, &visitor.caller, app.now()).await?;
    let prices = &app.settings.prices;
    let cost = month_cost(&mut db, prices, month, &part, app.now()).await?;
    let channel_columns = channel_columns(cost.line.is_some());
    match csv.as_deref() {
        None => {}
        Some("bulletins") => {
            return file(&format!("cost-{month}"), &to_file(t, &bulletin_columns(), &cost.bulletins));
        }
        Some("channels") => {
            return file(&format!("cost-channels-{month}"), &to_file(t, &channel_columns, &cost.channels));
        }
        Some("offices") => {
            return file(&format!("cost-offices-{month}"), &to_file(t, &office_columns(), &cost.branches));
        }
        Some(_) => return Err(Problem::invalid_field("?csv", "must be bulletins, channels or offices".to_owned())),
    }
    let page = CostPage {
        narrowed,
        line: cost.line.map(|line| say_line(t, line)),
        name: month_name(t, month.first()),
        before: month.before(),
        after: Some(month.after()).filter(|after| *after <= LineMonth::at(app.now())),
        prices_read: (!prices.plans.is_empty()).then(|| day(t, prices.read_on)),
        bulletins: PageTable::of(t, &t.say("cost-by-bulletin"), &bulletin_columns(), &cost.bulletins).tall(),
        channels: PageTable::of(t, &t.say("cost-by-channel"), &channel_columns, &cost.channels),
        offices: PageTable::of(t, &t.say("cost-by-office"), &office_columns(), &cost.branches).tall(),
        cost,
    };
    Ok(HtmlPage::of(&visitor, page).into_response())
}

impl CostPage {
    /// The address of this month's file, or of another month.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates call it so")]
    fn address(&self, month: &LineMonth, csv: &str) -> String {
        let mut query = format!("/cost?month={month}");
        for part in [self.narrowed.as_str(), csv] {
            if !part.is_empty() {
                query.push('&');
                query.push_str(part);
            }
        }
        query
    }
}

/// What LINE counted beside ours, in a sentence.
fn say_line(t: Words, line: LineCount) -> String {
    let Some(messages) = line.messages else { return t.say("cost-line-unknown") };
    let key = if line.settled { "cost-line-settled" } else { "cost-line-so-far" };
    t.say_with(key, &[("line", number(messages).as_str()), ("ours", number(line.ours).as_str())])
}
