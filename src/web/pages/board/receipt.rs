//! `/board/{id}/receipt`: the sheet that is printed and filed, for the whole tree or one province.

use askama::Template;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Deserialize;

use super::InScope;
use super::bulletin::find;
use super::province::code_of;
use super::tables::{ProvinceSum, Viewer, province_columns, sum_by_province};
use crate::domain::group::Tier;
use crate::domain::ids::BulletinId;
use crate::domain::thai::{Digits, format_long_date, format_moment};
use crate::domain::time::Timestamp;
use crate::report::Receipt;
use crate::report::receipt::{ReceiptLine, ReceiptSums};
use crate::store::board::provinces::{Cell, count_provinces};
use crate::store::deliveries::{Filter, list_deliveries};
use crate::web::app::App;
use crate::web::input::Parameters;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::format::{DASH, moment as ui_moment, number, persons_of_group, persons_of_groups, province};
use crate::web::ui::label::Label as _;
use crate::web::ui::table::PageTable;
use crate::web::view::delivery::{Delivery, DeliveryState};
use crate::web::words::{Language, Words};

/// Lines on one receipt at most: more than the national tree has.
const LINES: i64 = 10_000;

/// Which receipt.
#[derive(Debug, Default, Deserialize)]
pub struct ReceiptQuery {
    province: Option<String>,
}

/// A receipt for more groups than this lists the first two tiers, and the third by province.
const MANY: i64 = 500;

/// The cells of the third tier.
fn third(cells: &[Cell]) -> Vec<Cell> {
    cells.iter().filter(|cell| cell.tier == Tier::Gcc3.number()).cloned().collect()
}

/// A line as it is printed.
struct Printed {
    n: String,
    group: String,
    office: String,
    accepted: Option<String>,
    standing: String,
    taps: String,
    /// What is known besides, each on a line of its own.
    notes: Vec<String>,
    seats: String,
}

struct PrintedPart {
    label: &'static str,
    in_group: String,
    groups: String,
    acknowledged: String,
    lines: Vec<Printed>,
}

#[derive(Template)]
#[template(path = "board/receipt.html")]
struct ReceiptPage {
    id: BulletinId,
    back: String,
    subject: String,
    document_number: Option<String>,
    document_date: Option<String>,
    origin: String,
    published: String,
    place: Option<String>,
    complete: bool,
    groups: String,
    in_group: String,
    by_way: Option<String>,
    acknowledged: String,
    taps: String,
    seats: String,
    first: String,
    last: String,
    parts: Vec<PrintedPart>,
    sums: Option<PageTable>,
    made: String,
    by: String,
}

/// The receipt.
pub async fn show_receipt(
    State(app): State<App>,
    visitor: Visitor,
    InScope(id): InScope<BulletinId>,
    Parameters(which): Parameters<ReceiptQuery>,
) -> Result<impl IntoResponse, Problem> {
    let bulletin = find(&app, &visitor.caller, id).await?;
    let (t, viewer) = (visitor.words, Viewer::of(visitor.words, &visitor.caller));
    let province = which.province.as_deref().filter(|province| !province.is_empty()).and_then(code_of);
    let filter = Filter { scope: viewer.scope, province: province.clone(), ..Filter::default() };
    let mut db = app.db.acquire().await?;
    let cells = count_provinces(&mut db, id, filter.scope.as_deref()).await?;
    // a national bulletin goes to thousands of groups: those of the third tier are then summed up by province
    let whole = province.is_none() && cells.iter().map(|cell| cell.groups).sum::<i64>() > MANY;
    let lowest_tier = whole.then(|| Tier::Gcc2.number());
    let rows = list_deliveries(&mut db, id, &Filter { lowest_tier, ..filter }, LINES).await?;
    drop(db);
    let sums = whole.then(|| province_table(t, &sum_by_province(&third(&cells))));
    if rows.is_empty() {
        return Err(Problem::absent("receipt"));
    }
    let lines: Vec<ReceiptLine> = rows.into_iter().map(|row| line(t, Delivery::of(row))).collect();
    let mut receipt = Receipt::of(&lines);
    for cell in third(&cells).iter().filter(|_| whole) {
        receipt.add(ReceiptSums {
            groups: cell.groups,
            accepted: cell.accepted,
            seen: cell.seen,
            acknowledged: cell.acknowledged,
            taps: cell.taps,
            unnamed: cell.unnamed,
            by_steward: cell.by_steward,
            seats: cell.seats,
            last_accepted_at: cell.last_accepted_at,
        });
    }
    let digits = Digits::Thai;
    let n = |n: usize| write(t, &number(i64::try_from(n).unwrap_or(i64::MAX)));
    let page = ReceiptPage {
        id,
        back: back_link(id, province.as_deref()),
        document_number: bulletin.document_number.clone(),
        document_date: bulletin
            .document_date
            .as_deref()
            .and_then(|date| date.parse().ok())
            .map(|date| format_long_date(date, digits)),
        origin: bulletin.origin_office,
        published: bulletin.published_at.map_or_else(String::new, |at| moment(t, at)),
        subject: bulletin.subject,
        place: province.as_deref().map(|code| place(t, code)),
        complete: receipt.is_complete(),
        groups: n(receipt.groups),
        in_group: n(receipt.in_group()),
        by_way: (receipt.seen > 0).then(|| {
            t.say_with("board-in-group-by", &[("accepted", &n(receipt.accepted)), ("seen", &n(receipt.seen))])
        }),
        acknowledged: n(receipt.acknowledged),
        taps: write(t, &persons_of_groups(t, receipt.taps, receipt.unnamed, receipt.by_steward)),
        seats: write(t, &number(receipt.seats)),
        first: receipt.first_accepted_at.map_or_else(|| DASH.to_owned(), |at| moment(t, at)),
        last: receipt.last_accepted_at.map_or_else(|| DASH.to_owned(), |at| moment(t, at)),
        parts: parts(t, receipt),
        sums,
        made: moment(t, app.now()),
        by: visitor.display_name.clone(),
    };
    Ok(HtmlPage::of(&visitor, page))
}

fn province_table(t: Words, sums: &[ProvinceSum]) -> PageTable {
    PageTable::of(t, &t.say("receipt-by-province"), &province_columns(None), sums)
        .styled("table receipt-table")
        .formal(t)
}

/// The province as a letter writes it; Bangkok is none.
fn place(t: Words, code: &str) -> String {
    let name = province(t, Some(code));
    if code == "10" { name } else { t.say_with("receipt-province", &[("name", name.as_str())]) }
}

fn back_link(id: BulletinId, province: Option<&str>) -> String {
    province.map_or_else(|| format!("/board/{id}"), |code| format!("/board/{id}/provinces/{code}"))
}

fn line(t: Words, delivery: Delivery) -> ReceiptLine {
    let accepted_at = delivery.times.accepted_at;
    let seen_at = (delivery.state == DeliveryState::Seen).then_some(delivery.times.ended_at).flatten();
    let why = delivery.reason.as_ref().map(|why| why.word(t));
    let standing = match accepted_at {
        Some(_) => String::new(),
        None => [Some(delivery.state.word(t)), seen_at.map(|at| moment(t, at)), why]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" – "),
    };
    ReceiptLine {
        group: delivery.group.name,
        office: delivery.office.name,
        tier: Tier::try_from(delivery.group.tier).unwrap_or(Tier::Gcc3),
        accepted_at,
        seen_at,
        standing,
        acknowledged: delivery.acknowledged,
        unnamed: delivery.unnamed,
        by_steward: delivery.by_steward_at.is_some(),
        reported: delivery.reported.map(|report| report.what.word(t)),
        seats: delivery.seats,
    }
}

fn parts(t: Words, receipt: Receipt) -> Vec<PrintedPart> {
    let n = |n: usize| write(t, &number(i64::try_from(n).unwrap_or(i64::MAX)));
    receipt
        .parts
        .into_iter()
        .map(|part| PrintedPart {
            label: part.tier.label(),
            in_group: n(part.accepted + part.seen),
            groups: n(part.lines.len()),
            acknowledged: n(part.acknowledged),
            lines: part
                .lines
                .into_iter()
                .enumerate()
                .map(|(at, line)| Printed {
                    n: n(at + 1),
                    group: line.group,
                    office: line.office,
                    accepted: line.accepted_at.map(|at| moment(t, at)),
                    standing: line.standing,
                    taps: write(t, &persons_of_group(t, line.acknowledged.into(), line.unnamed.into(), false)),
                    notes: notes(t, line.by_steward, line.reported),
                    seats: if line.seats > 0 { write(t, &number(line.seats)) } else { DASH.to_owned() },
                })
                .collect(),
        })
        .collect()
}

/// That the group's own steward acknowledged, and what somebody above reported.
fn notes(t: Words, by_steward: bool, reported: Option<String>) -> Vec<String> {
    by_steward.then(|| t.say("delivery-acknowledged-by-steward")).into_iter().chain(reported).collect()
}

/// A moment as a letter writes it, in Thai digits.
fn moment(t: Words, at: Timestamp) -> String {
    match t.language {
        Language::Thai => format_moment(at, Digits::Thai),
        Language::English => ui_moment(t, at),
    }
}

/// A number as a letter writes it.
fn write(t: Words, text: &str) -> String {
    match t.language {
        Language::Thai => Digits::Thai.write(text),
        Language::English => text.to_owned(),
    }
}
