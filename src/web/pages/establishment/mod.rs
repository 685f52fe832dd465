//! `/establishment`: the board of provinces and ministries that set up their groups, an office's own page, and its reports to print.
//!
//! The board and its file show nothing of any person. What an office says and what operations verify stand beside each other, with who
//! said it, on the page of the office.

mod acts;
mod board;
mod office;
mod sheet;

use axum::Router;
use axum::routing::{get, post};

use crate::domain::ids::EstablishmentReportId;
use crate::domain::time::Timestamp;
use crate::offices::establishment::MOST_MAILS;
use crate::web::app::App;
use crate::web::ui::format::{DASH, day, moment};
use crate::web::ui::label::{Badge, Label as _};
use crate::web::view::establishment::EstablishmentReport;
use crate::web::words::Words;

/// The board.
const HERE: &str = "/establishment";

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(board::show_board))
        .route("/establishment/csv", get(board::download))
        .route("/establishment/offices/{code}", get(office::show_office))
        .route("/establishment/offices/{code}/created", post(acts::declare_groups))
        .route("/establishment/offices/{code}/verify", post(acts::verify_groups))
        .route("/establishment/offices/{code}/reports", post(acts::make_report))
        .route("/establishment/reports/{id}", get(sheet::show_report))
        .route("/establishment/reports/{id}/paper", post(sheet::note_paper))
        .route("/establishment/reports/{id}/own-mail", post(sheet::note_own_mail))
        .route("/establishment/reports/{id}/resend", post(sheet::send_again))
}

/// Where an office's page is.
fn address(code: &str) -> String {
    format!("{HERE}/offices/{code}")
}

/// Where a report is.
fn report_address(id: EstablishmentReportId) -> String {
    format!("{HERE}/reports/{id}")
}

/// A day as people read it.
fn written_day(t: Words, iso: &str) -> String {
    iso.parse().map_or_else(|_| DASH.to_owned(), |date| day(t, date))
}

/// That an office has had its mails of the day, and from when on it may send another.
fn mail_limit(t: Words, at: Timestamp) -> String {
    t.say_with("establishment-mail-limit", &[("most", &MOST_MAILS.to_string()), ("at", &moment(t, at))])
}

/// Whether a report went out on paper, in words.
fn paper_badge(t: Words, report: &EstablishmentReport) -> Badge {
    match &report.paper {
        Some(paper) => {
            let day = written_day(t, &paper.sent_on);
            Badge { class: "good", word: t.say_with("establishment-paper-sent", &[("day", &day)]) }
        }
        None => Badge { class: "warn", word: t.say("establishment-paper-open") },
    }
}

/// How a report stands by mail, in words.
fn mail_badge(t: Words, report: &EstablishmentReport) -> Badge {
    match (&report.own_mail, &report.mail) {
        (Some(own), _) if report.own_mail_holds() => {
            let day = written_day(t, &own.sent_on);
            Badge { class: "good", word: t.say_with("establishment-own-mail-sent", &[("day", &day)]) }
        }
        (_, Some(mail)) => mail.state.badge(t),
        (_, None) => Badge { class: "warn", word: t.say("establishment-mail-none") },
    }
}
