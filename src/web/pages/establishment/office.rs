//! An office's page: its groups and all below with their stages, what can be said of them, and its reports.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::board::last_day;
use super::{address, mail_badge, mail_limit, paper_badge, report_address};
use crate::domain::account::Permission;
use crate::domain::establishment::{EstablishmentSums, GroupStage};
use crate::domain::request::RequestState;
use crate::offices::establishment::find_next_mail_at;
use crate::store::offices::is_all_under;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::actor::{ActorNames, users_among};
use crate::web::ui::cell::Cell;
use crate::web::ui::format::{DASH, Share, moment, number, number_or_dash};
use crate::web::ui::table::{Column, PageTable};
use crate::web::view::establishment::{EstablishmentGroup, EstablishmentReport, detail};
use crate::web::words::Words;

use super::acts::GroupsForm;

/// The box by which a group is chosen.
#[derive(Template)]
#[template(path = "establishment/choose.html")]
struct ChooseBox<'a> {
    code: &'a str,
    label: String,
    chosen: bool,
}

/// A sum of the office with what it is.
struct Fact {
    label: String,
    value: String,
}

#[derive(Template)]
#[template(path = "establishment/office.html")]
struct OfficePage {
    code: String,
    name: String,
    overdue: Option<String>,
    due: Option<String>,
    facts: Vec<Fact>,
    form: FormState<GroupsForm>,
    groups: PageTable,
    has_groups: bool,
    mail_to: Option<String>,
    /// That no mail can go out now, and from when on.
    mail_again: Option<String>,
    /// Whether the visitor sees all groups of the office, and so its reports.
    sees_all: bool,
    verifies: bool,
    reports: PageTable,
}

/// The page.
pub async fn show_office(State(app): State<App>, visitor: Visitor, Id(code): Id<String>) -> Result<Response, Problem> {
    render(&app, &visitor, &code, FormState::default(), StatusCode::OK).await
}

/// The page with the form as it was sent.
pub(super) async fn refuse(
    app: &App,
    visitor: &Visitor,
    code: &str,
    form: FormState<GroupsForm>,
) -> Result<Response, Problem> {
    let mut visitor = visitor.clone();
    visitor.here = address(code);
    render(app, &visitor, code, form, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn render(
    app: &App,
    visitor: &Visitor,
    code: &str,
    form: FormState<GroupsForm>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let (t, now) = (visitor.words, app.now());
    let mut db = app.db.acquire().await?;
    let office = visible::office(&mut db, &visitor.caller, code).await?;
    let shown =
        detail(&mut db, &app.settings.establishment.names, office.id, visitor.caller.scope.groups(), now).await?;
    let sees_all = match visitor.caller.scope.groups() {
        Some(scope) => is_all_under(&mut db, office.id, scope).await?,
        None => true,
    };
    let mail_again = find_next_mail_at(&mut db, office.id, now).await?;
    let due = shown.office.due_at.map(|_| last_day(t, shown.office.due_at));
    let chosen = form.typed.group.clone();
    let in_use: Vec<EstablishmentGroup> =
        shown.groups.into_iter().filter(|row| row.group.stage != GroupStage::Closed).collect();
    let said = in_use.iter().flat_map(|row| row.created_by.iter().chain(&row.verified_by));
    let users = users_among(said.chain(shown.reports.iter().map(|report| &report.made_by)));
    let names = ActorNames::find(&mut db, &users).await?;
    let page = OfficePage {
        overdue: due.clone().filter(|_| shown.office.overdue),
        due: due.filter(|_| !shown.office.overdue && shown.office.requested == Some(RequestState::Open)),
        facts: facts(t, &shown.office.sums),
        has_groups: !in_use.is_empty(),
        groups: PageTable::of(t, &t.say("establishment-groups-title"), &group_columns(&chosen, &names), &in_use)
            .styled("table stacks"),
        mail_to: app.settings.establishment.mail.as_ref().map(|mail| mail.to.to_string()),
        mail_again: mail_again.map(|at| mail_limit(t, at)),
        sees_all,
        verifies: visitor.may(Permission::VerifyGroups),
        reports: PageTable::of(t, &t.say("establishment-reports"), &report_columns(&names), &shown.reports)
            .styled("table stacks"),
        form,
        code: office.code,
        name: office.name,
    };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

fn facts(t: Words, sums: &EstablishmentSums) -> Vec<Fact> {
    let fact = |key: &str, value: String| Fact { label: t.say(key), value };
    let stage = |stage: GroupStage| {
        let part = sums.at_least(stage);
        format!("{} ({})", number(part), Share::of(part, sums.groups).text)
    };
    let counted = Share::of(sums.members, sums.head_count).text;
    let members = format!("{} / {} ({counted})", number(sums.members), number(sums.head_count));
    vec![
        fact("establishment-groups", number(sums.groups)),
        fact("establishment-created-share", stage(GroupStage::Created)),
        fact("establishment-reported-share", stage(GroupStage::Reported)),
        fact("establishment-verified-share", stage(GroupStage::Verified)),
        fact("establishment-active-share", stage(GroupStage::Active)),
        fact("group-name-differs", number(sums.names_differ)),
        fact("group-name-unknown", number(sums.names_unknown)),
        fact("establishment-coverage", members),
        fact("establishment-not-counted", number(sums.not_counted)),
    ]
}

/// The name that LINE told, and what it should be.
pub(super) fn name_cell(t: Words, row: &EstablishmentGroup) -> Cell {
    use crate::domain::establishment::NameCheck;
    use crate::web::ui::label::Label as _;
    let badge = Cell::badge(&row.group.name_check.badge(t));
    match (row.group.name_check, &row.group.line_name, &row.group.prescribed) {
        (NameCheck::Differs, Some(is), Some(should)) => {
            let words = t.say_with("establishment-name-is", &[("is", is), ("should", should)]);
            badge.below(&Cell::text(&words))
        }
        (NameCheck::Unknown, _, Some(should)) => {
            badge.below(&Cell::text(&t.say_with("establishment-name-should", &[("should", should)])).quiet())
        }
        _ => badge,
    }
}

/// Who said what of a group, and when.
fn said_cell(t: Words, names: &ActorNames, row: &EstablishmentGroup) -> Cell {
    let mut lines = Vec::new();
    if let (Some(at), Some(by)) = (row.created_at, &row.created_by) {
        let (at, by) = (moment(t, at), names.say(t, by));
        lines.push(t.say_with("establishment-said-created", &[("at", &at), ("by", &by)]));
    }
    if let Some(at) = row.linked_at.filter(|_| row.group.linked) {
        lines.push(t.say_with("establishment-said-linked", &[("at", &moment(t, at))]));
    }
    if let Some(at) = row.lost_at.filter(|_| !row.group.linked) {
        lines.push(t.say_with("establishment-said-lost", &[("at", &moment(t, at))]));
    }
    if let (Some(at), Some(by)) = (row.verified_at, &row.verified_by) {
        let (at, by) = (moment(t, at), names.say(t, by));
        lines.push(t.say_with("establishment-said-verified", &[("at", &at), ("by", &by)]));
    }
    if let Some(remark) = &row.remark {
        lines.push(t.say_with("establishment-said-remark", &[("remark", remark)]));
    }
    if row.carries && row.group.stage != GroupStage::Active {
        lines.push(t.say("establishment-said-carries"));
    }
    let lines = lines.iter().map(|line| Cell::text(line));
    let said = lines.fold(Cell::empty(), |all, line| if all.is_empty() { line } else { all.below(&line) });
    if said.is_empty() { Cell::text(DASH) } else { said.quiet() }
}

fn group_columns<'a>(chosen: &'a [String], names: &'a ActorNames) -> Vec<Column<'a, EstablishmentGroup>> {
    type Row = EstablishmentGroup;
    vec![
        Column::text("board-group", |row: &Row| row.group.name.clone())
            .shown(|row, t| {
                let below = Cell::text(&row.group.office_name).quiet();
                let label = t.say_with("establishment-choose", &[("group", &row.group.name)]);
                let code = row.group.code.as_str();
                let choose = ChooseBox { code, label, chosen: chosen.iter().any(|chosen| chosen == code) };
                Cell::of(&choose).and(&Cell::link(&format!("/groups/{code}"), &row.group.name)).below(&below)
            })
            .naming_the_row(),
        Column::text("tree-tier", |row: &Row| row.group.tier.label().to_owned()),
        Column::coded("establishment-stage", |row: &Row| row.group.stage),
        Column::coded("establishment-name", |row: &Row| row.group.name_check).shown(|row, t| name_cell(t, row)),
        Column::words("establishment-coverage", |row: &Row, _| {
            let known = |number: Option<i32>| number_or_dash(number.map(i64::from));
            format!("{} / {}", known(row.group.members), known(row.group.head_count))
        }),
        Column::words("establishment-said", |_: &Row, _| String::new()).shown(move |row, t| said_cell(t, names, row)),
    ]
}

fn report_columns(names: &ActorNames) -> Vec<Column<'_, EstablishmentReport>> {
    type Row = EstablishmentReport;
    vec![
        Column::words("establishment-last-report", |row: &Row, _| row.no.to_string())
            .shown(|row, t| {
                let no = t.say_with("establishment-report-no", &[("no", &row.no.to_string())]);
                Cell::link(&report_address(row.id), &no)
            })
            .naming_the_row(),
        Column::time("establishment-made-at", |row: &Row| Some(row.made_at)),
        Column::words("establishment-made-by", move |row: &Row, t| names.say(t, &row.made_by)),
        Column::badge("establishment-paper", |row: &Row, t| (paper_badge(t, row), String::new())),
        Column::badge("establishment-mail", |row: &Row, t| (mail_badge(t, row), String::new())),
    ]
}
