//! `/heard`: what the account hears in groups, what is kept of it and for how long, and what a person can do about it. For everybody:
//! members of groups have no account here. Its figures are those by which upkeep deletes; `docs/operations.md` says the same to
//! whoever runs the program.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::IntoResponse;
use axum_extra::extract::CookieJar;

use super::HtmlPage;
use crate::relay::settings::Retention;
use crate::store::line_files;
use crate::store::webhook_events::{FAILED_KEPT, KEPT};
use crate::web::app::App;
use crate::web::people::language_of;
use crate::web::shell::Shell;
use crate::web::ui::table::{Column, PageTable};
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "heard.html")]
struct HeardPage {
    kept: PageTable,
}

/// Something that is kept: what it is, what is noted of it, and for how long.
struct KeptRow {
    what: String,
    noted: String,
    kept_for: String,
}

/// The page, in the language chosen on this device.
pub async fn show(State(app): State<App>, cookies: CookieJar) -> impl IntoResponse {
    let t = Words::in_language(language_of(&cookies).unwrap_or_default());
    let kept = PageTable::of(t, &t.say("heard-kept"), &columns(), &rows(t, &app.settings.retention));
    HtmlPage::within(Shell::outside(t, "/heard"), HeardPage { kept }).cache("private, no-cache")
}

fn columns<'a>() -> Vec<Column<'a, KeptRow>> {
    vec![
        Column::text("heard-what", |row: &KeptRow| row.what.clone()).naming_the_row(),
        Column::text("heard-noted", |row: &KeptRow| row.noted.clone()),
        Column::text("heard-kept-for", |row: &KeptRow| row.kept_for.clone()),
    ]
}

fn rows(t: Words, retention: &Retention) -> Vec<KeptRow> {
    let row = |what, noted, kept_for| KeptRow { what: t.say(what), noted: t.say(noted), kept_for };
    let by_month = |span| t.count("heard-days-by-month", days(span));
    let (events, failed) = (days(KEPT).to_string(), days(FAILED_KEPT).to_string());
    let event_kept_for = t.say_with("heard-event-kept-for", &[("days", &events), ("failed", &failed)]);
    vec![
        row("heard-forward", "heard-forward-noted", by_month(retention.taps)),
        row("heard-acknowledgement", "heard-acknowledgement-noted", by_month(retention.taps)),
        row("heard-event", "heard-event-noted", event_kept_for),
        row("heard-group", "heard-group-noted", t.say("heard-group-kept-for")),
        row("heard-steward", "heard-steward-noted", t.count("heard-steward-kept-for", days(retention.attempts))),
        row("heard-file", "heard-file-noted", t.count("heard-file-kept-for", days(line_files::KEPT))),
        row("heard-receipt", "heard-receipt-noted", by_month(retention.receipts)),
    ]
}

fn days(span: Duration) -> i64 {
    i64::try_from(span.as_secs() / 86_400).unwrap_or(i64::MAX)
}
