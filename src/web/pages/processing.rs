//! `/processing`: the register of processing, ทะเบียนกิจกรรมการประมวลผล: which personal data are kept, why, and for how long.

use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::relay::settings::Retention;
use crate::web::app::App;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new().route("/processing", get(show_register))
}

/// One row of the register.
struct Activity {
    title: String,
    data: String,
    purpose: String,
    seen_by: String,
    kept: String,
}

#[derive(Template)]
#[template(path = "processing.html")]
struct ProcessingPage {
    activities: Vec<Activity>,
}

/// The page.
pub async fn show_register(State(app): State<App>, visitor: Visitor) -> impl IntoResponse {
    let t = visitor.words;
    let activities = list_activities(app.settings.retention);
    let activities = activities.map(|(said, kept, span)| {
        let [title, data, purpose, seen_by] = said.map(|key| t.say(key));
        let days = span.map(|span| (span.as_secs() / 86_400).to_string()).unwrap_or_default();
        Activity { title, data, purpose, seen_by, kept: t.say_with(kept, &[("days", &days)]) }
    });
    HtmlPage::of(&visitor, ProcessingPage { activities: activities.into() })
}

/// What is told of an activity, by the keys of its words: title, data, purpose, who sees it; how long it is kept; and the span in that.
type Told = ([&'static str; 4], &'static str, Option<Duration>);

/// All activities, those of offices first.
fn list_activities(retention: Retention) -> [Told; 7] {
    [
        (
            [
                "processing-coordinators-title",
                "processing-coordinators-data",
                "processing-coordinators-purpose",
                "processing-coordinators-seen-by",
            ],
            "processing-coordinators-kept",
            Some(retention.coordinator_contacts),
        ),
        (
            [
                "processing-stewards-title",
                "processing-stewards-data",
                "processing-stewards-purpose",
                "processing-stewards-seen-by",
            ],
            "processing-stewards-kept",
            Some(retention.coordinator_contacts),
        ),
        (
            [
                "processing-accounts-title",
                "processing-accounts-data",
                "processing-accounts-purpose",
                "processing-accounts-seen-by",
            ],
            "processing-accounts-kept",
            Some(retention.audit),
        ),
        (
            [
                "processing-bindings-title",
                "processing-bindings-data",
                "processing-bindings-purpose",
                "processing-bindings-seen-by",
            ],
            "processing-bindings-kept",
            None,
        ),
        (
            ["processing-taps-title", "processing-taps-data", "processing-taps-purpose", "processing-taps-seen-by"],
            "processing-taps-kept",
            Some(retention.taps),
        ),
        (
            ["processing-audit-title", "processing-audit-data", "processing-audit-purpose", "processing-audit-seen-by"],
            "processing-audit-kept",
            Some(retention.audit),
        ),
        (
            [
                "processing-pictures-title",
                "processing-pictures-data",
                "processing-pictures-purpose",
                "processing-pictures-seen-by",
            ],
            "processing-pictures-kept",
            None,
        ),
    ]
}
