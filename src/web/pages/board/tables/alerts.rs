//! Alerts about LINE groups: what differs, and for operations a button that ends one.

use askama::Template;

use crate::domain::group_alert::GroupAlertKind;
use crate::store::group_alerts::GroupAlert;
use crate::web::ui::cell::Cell;
use crate::web::ui::format::{DASH, moment};
use crate::web::ui::label::Label as _;
use crate::web::ui::table::Column;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "board/group_alert_form.html")]
struct GroupAlertForm<'a> {
    t: Words,
    id: i64,
    form_token: &'a str,
}

/// The columns; with the token of the page's forms there is a button.
pub fn alert_columns(form_token: Option<&str>) -> Vec<Column<'_, GroupAlert>> {
    let mut columns = vec![
        Column::text("board-group", |row: &GroupAlert| row.group_name.clone())
            .shown(|row, _| Cell::link(&format!("/groups/{}", row.group), &row.group_name))
            .naming_the_row(),
        Column::coded("group-alerts-what", |row: &GroupAlert| row.kind),
        Column::words("group-alerts-detail", say_detail),
        Column::time("board-since", |row: &GroupAlert| Some(row.since)),
    ];
    if let Some(form_token) = form_token {
        columns.push(
            Column::number("group-alerts-act", |row: &GroupAlert| row.id)
                .shown(move |row, t| Cell::of(&GroupAlertForm { t, id: row.id, form_token }))
                .shown_as_text()
                .unlabelled(),
        );
    }
    columns
}

/// An alert in a line.
#[must_use]
pub fn say_alert(t: Words, alert: &GroupAlert) -> String {
    let since = t.say_with("group-alert-since", &[("moment", moment(t, alert.since).as_str())]);
    format!("{} · {} · {since}", alert.kind.word(t), say_detail(alert, t))
}

/// What differs, in a sentence.
fn say_detail(alert: &GroupAlert, t: Words) -> String {
    let before = alert.before.as_deref().unwrap_or(DASH);
    let now = alert.now.as_deref().unwrap_or(DASH);
    match alert.kind {
        GroupAlertKind::Renamed => t.say_with("group-alert-renamed-detail", &[("before", before), ("now", now)]),
        GroupAlertKind::Shrunk => t.say_with("group-alert-shrunk-detail", &[("before", before), ("now", now)]),
        GroupAlertKind::Lost => t.say("group-alert-lost-detail"),
    }
}
