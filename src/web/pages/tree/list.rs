//! The chart, a page at a time.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::HERE;
use crate::domain::account::Permission;
use crate::domain::group::Tier;
use crate::domain::national::find_province;
use crate::domain::thai::trim_unseen;
use crate::store::tree_list::{ChartCount, ChartFilter, ChartRow, count_chart, list_chart};
use crate::web::app::App;
use crate::web::input::Parameters;
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::pages::HtmlPage;
use crate::web::pages::board::tables::file;
use crate::web::pages::form_fields::with_any;
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::{DASH, moment, place, tier_label};
use crate::web::ui::label::{Badge, Label as _};
use crate::web::ui::table::{Column, PageTable, to_file};
use crate::web::view::delivery::DeliveryState;
use crate::web::words::{Words, group_digits};

/// Groups in a file: more than the country has.
const IN_FILE: i64 = 50_000;

/// What is looked for; an empty field does not narrow.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChartQuery {
    q: String,
    tier: String,
    province: String,
    link: String,
    retired: String,
    format: String,
    cursor: Option<Cursor>,
}

#[derive(Template)]
#[template(path = "tree/list.html")]
struct ChartPage {
    form: FormState<ChartQuery>,
    tiers: Vec<Choice>,
    links: Vec<Choice>,
    found: String,
    groups: PageTable,
    next: Option<String>,
    csv: String,
    /// Whether the visitor may take the file out and send it in.
    manages: bool,
}

/// A page of the chart, or all of it as a file.
pub async fn show_chart(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(query): Parameters<ChartQuery>,
) -> Result<Response, Problem> {
    let (t, limit) = (visitor.words, Limit::default());
    let mut form = FormState::new(query);
    let Some(filter) = read(&visitor, &mut form)? else {
        let page = page(&visitor, form, ChartCount::default(), &[], None);
        return Ok(HtmlPage::of(&visitor, page).status(axum::http::StatusCode::UNPROCESSABLE_ENTITY).into_response());
    };
    let mut tx = app.begin().await?;
    if form.typed.format == "csv" {
        let rows = list_chart(&mut tx, &ChartFilter { after: String::new(), ..filter }, IN_FILE).await?;
        return file("chart", &to_file(t, &columns(), &rows));
    }
    let rows = list_chart(&mut tx, &filter, limit.rows()).await?;
    let counted = count_chart(&mut tx, &filter).await?;
    tx.commit().await?;
    let rows = Page::of(rows, limit, |row| row.code.clone(), |row| row);
    let next = rows.next_cursor.map(|cursor| cursor.encode());
    Ok(HtmlPage::of(&visitor, page(&visitor, form, counted, &rows.items, next)).into_response())
}

/// What the query means; or nothing, and what is wrong with it is in the form.
fn read(
    visitor: &Visitor,
    FormState { typed, errors }: &mut FormState<ChartQuery>,
) -> Result<Option<ChartFilter>, Problem> {
    typed.q = trim_unseen(&typed.q).chars().filter(|letter| *letter != '\0').take(200).collect();
    let province = typed.province.trim();
    let known = find_province(province);
    if known.is_none() && !province.is_empty() {
        errors.add("province", visitor.words.say("join-slips-province-absent"));
        return Ok(None);
    }
    Ok(Some(ChartFilter {
        scope: visitor.caller.scope.to_filter(),
        words: typed.q.clone(),
        tier: typed.tier.parse().ok().filter(|tier| Tier::try_from(*tier).is_ok()),
        province: known.map(|province| province.code.clone()),
        linked: match typed.link.as_str() {
            "linked" => Some(true),
            "unlinked" => Some(false),
            _ => None,
        },
        retired: !typed.retired.is_empty(),
        after: key_of::<String>(typed.cursor.as_ref())?.unwrap_or_default(),
    }))
}

fn page(
    visitor: &Visitor,
    form: FormState<ChartQuery>,
    ChartCount { groups, linked }: ChartCount,
    rows: &[ChartRow],
    next: Option<String>,
) -> ChartPage {
    let t = visitor.words;
    let typed = &form.typed;
    let fields = [
        ("q", typed.q.as_str()),
        ("tier", &typed.tier),
        ("province", &typed.province),
        ("link", &typed.link),
        ("retired", &typed.retired),
    ];
    let with = |name: &str, value: &str| {
        let query: Vec<(&str, &str)> = fields.iter().copied().chain([(name, value)]).collect();
        let query = serde_urlencoded::to_string(query).unwrap_or_default();
        format!("{HERE}?{query}")
    };
    ChartPage {
        tiers: with_any(t, ["1", "2", "3"].map(|tier| Choice::of(tier, format!("GCC{tier}"), &typed.tier)).to_vec()),
        links: with_any(
            t,
            vec![
                Choice::of("linked", t.say("group-linked"), &typed.link),
                Choice::of("unlinked", t.say("group-not-linked"), &typed.link),
            ],
        ),
        found: t.say_with("tree-found", &[("groups", &group_digits(groups)), ("linked", &group_digits(linked))]),
        groups: PageTable::of(t, &t.say("tree-title"), &columns(), rows).styled("table stacks"),
        next: next.map(|cursor| with("cursor", &cursor)),
        csv: with("format", "csv"),
        manages: visitor.may(Permission::ManageTree),
        form,
    }
}

fn columns<'a>() -> Vec<Column<'a, ChartRow>> {
    vec![
        Column::text("board-group", |row: &ChartRow| row.name.clone())
            .shown(|row, t| {
                let below = Cell::text(&place(t, &row.office_name, row.province.as_deref())).quiet();
                Cell::link(&format!("/groups/{}", row.code), &row.name).below(&below)
            })
            .naming_the_row(),
        Column::text("board-group-code", |row: &ChartRow| row.code.clone()).in_file(),
        Column::words("board-office", |row: &ChartRow, t| place(t, &row.office_name, row.province.as_deref()))
            .in_file(),
        Column::text("tree-tier", |row: &ChartRow| tier_label(row.tier).to_owned()),
        Column::badge("group-link", |row: &ChartRow, t| {
            let (class, key) = if row.linked { ("good", "group-linked") } else { ("bad", "group-not-linked") };
            (Badge { class, word: t.say(key) }, if row.linked { "linked" } else { "unlinked" }.to_owned())
        }),
        Column::known_number("board-seats", |row: &ChartRow| row.members.map(i64::from)),
        Column::known_number("board-head-count", |row: &ChartRow| row.head_count.map(i64::from)),
        Column::text("board-steward", |row: &ChartRow| row.steward_title.clone().unwrap_or_else(|| DASH.to_owned())),
        Column::words("tree-way", |row: &ChartRow, t| way(row, t)),
        Column::words("tree-last", last_in_words).shown(|row, t| match (row.last_id, row.last_state) {
            (Some(id), Some(_)) => Cell::link(&format!("/board/{id}"), &last_in_words(row, t)),
            _ => Cell::text(DASH),
        }),
    ]
}

fn way(row: &ChartRow, t: Words) -> String {
    row.way.map_or_else(|| t.say("tree-way-own"), |way| way.word(t))
}

fn last_in_words(row: &ChartRow, t: Words) -> String {
    match (row.last_at, row.last_state) {
        (Some(at), Some(state)) => format!("{} · {}", DeliveryState::from(state).word(t), moment(t, at)),
        _ => DASH.to_owned(),
    }
}
