//! `/deliveries/{id}`: one copy of a bulletin for one group, with everything that is known to have happened to it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::InScope;
use super::tables::{DeliveryRow, Viewer};
use crate::domain::account::Permission;
use crate::domain::actor::Actor;
use crate::domain::bulletin::Stage;
use crate::domain::ids::{Code, DeliveryId};
use crate::domain::time::Timestamp;
use crate::relay::duty;
use crate::relay::refusal::Refusal;
use crate::store::accounts::find_account;
use crate::store::acknowledgements::list_times;
use crate::store::attempts::list_attempts;
use crate::store::deliveries::{Delivery as Row, find_delivery};
use crate::store::heard::find_published;
use crate::store::reminders::list_of_delivery;
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::pages::report_form::{ReportForm, kinds};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::actor::name_actor;
use crate::web::ui::filters;
use crate::web::ui::label::Label as _;
use crate::web::view::timeline::{Moment, What, timeline};
use crate::web::words::Words;

/// Taps shown at most.
const TAPS: i64 = 200;

struct TimelineStep {
    at: Timestamp,
    what: String,
    detail: Option<String>,
}

#[derive(Template)]
#[template(path = "board/delivery.html")]
struct DeliveryPage {
    operates: bool,
    row: DeliveryRow,
    forwarded_by: Option<String>,
    reported_by: Option<String>,
    /// What its office can have said, where the visitor may report it.
    report: Option<Vec<Choice>>,
    form: FormState<ReportForm>,
    steps: Vec<TimelineStep>,
}

/// One delivery with its timeline.
pub async fn show_delivery(
    State(app): State<App>,
    visitor: Visitor,
    InScope(id): InScope<DeliveryId>,
) -> Result<Response, Problem> {
    render(&app, &visitor, id, FormState::default(), StatusCode::OK).await
}

/// The page with what was typed.
pub(super) async fn render(
    app: &App,
    visitor: &Visitor,
    id: DeliveryId,
    form: FormState<ReportForm>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await?;
    let (t, viewer) = (visitor.words, Viewer::of(visitor.words, &visitor.caller));
    let row = find_delivery(&mut db, id, viewer.scope.as_deref()).await?.ok_or_else(|| Problem::absent("delivery"))?;
    let attempts = list_attempts(&mut db, id).await?;
    let taps = list_times(&mut db, id, TAPS).await?;
    let reminders = list_of_delivery(&mut db, id).await?;
    let by = match &row.forwarded_by {
        Some(by) => Some(who(&mut db, t, by, &row).await?),
        None => None,
    };
    let reported_by = match &row.reported_by {
        Some(by) => Some(name_actor(&mut db, t, by).await?),
        None => None,
    };
    let report = may_report(&mut db, visitor, &row).await?.then(|| kinds(t, &form));
    drop(db);
    let story = timeline(&row, &attempts, &taps, &reminders);
    let row = DeliveryRow::from(row);
    let mut ended = vec![row.delivery.state.word(t), row.why(t)];
    ended.extend(by.clone().filter(|_| row.is_declined()));
    ended.retain(|part| !part.is_empty());
    let ended = ended.join(" · ");
    let report_words = [row.say_reported(t), reported_by.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let told = StepWords { by: by.as_deref(), ended: &ended, report: &report_words };
    let steps = story.into_iter().map(|moment| step(t, moment, told)).collect();
    let page = DeliveryPage { operates: viewer.operates, row, forwarded_by: by, reported_by, report, form, steps };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

/// Whether the visitor is above the office, and the bulletin still holds.
async fn may_report(db: &mut Connection, visitor: &Visitor, row: &Row) -> Result<bool, Problem> {
    let Ok(code) = row.group.parse::<Code>() else { return Ok(false) };
    if !visitor.may(Permission::Forward) {
        return Ok(false);
    }
    match duty::reported_for(db, &visitor.caller.right(), &[code]).await {
        Ok(_) => {}
        Err(Refusal::GroupAbsent(_)) => return Ok(false),
        Err(refusal) => return Err(refusal.into()),
    }
    let published = find_published(db, row.bulletin_id).await?;
    Ok(published.is_some_and(|(_, stage)| stage == Stage::Published))
}

/// What some steps of the timeline are told with.
#[derive(Clone, Copy)]
struct StepWords<'a> {
    by: Option<&'a str>,
    ended: &'a str,
    report: &'a str,
}

fn step(t: Words, happened: Moment, StepWords { by, ended, report }: StepWords<'_>) -> TimelineStep {
    let what = match happened.what {
        What::Published => t.say("delivery-published"),
        What::TurnCame => t.say("delivery-turn-came"),
        What::Forwarded => t.say("delivery-forwarded"),
        What::Attempted => t.say("delivery-attempted"),
        What::Accepted => t.say("delivery-state-accepted"),
        What::Seen => t.say("delivery-state-seen"),
        What::Ended => t.say("delivery-ended"),
        What::Acknowledged => t.say("delivery-acknowledged"),
        What::AcknowledgedBySteward => t.say("delivery-acknowledged-by-steward"),
        What::Reported => t.say("delivery-reported"),
        What::Reminded => t.say("delivery-reminded"),
    };
    let detail = match happened.what {
        What::Forwarded => by.map(str::to_owned),
        What::Reminded => happened.detail.as_deref().map(|detail| say_reminder(t, detail)),
        What::Ended => Some(ended.to_owned()).filter(|text| !text.is_empty()),
        What::Reported => Some(report.to_owned()),
        _ => happened.detail,
    };
    TimelineStep { at: happened.at, what, detail }
}

/// Which reminder it was and what became of it, in words.
fn say_reminder(t: Words, detail: &str) -> String {
    let word = |code: &str| match code {
        "half" => t.say("delivery-reminder-half"),
        "deadline" => t.say("delivery-reminder-deadline"),
        "deputy" => t.say("delivery-reminder-deputy"),
        "above" => t.say("delivery-reminder-above"),
        "accepted" => t.say("delivery-reminder-accepted"),
        "refused" => t.say("delivery-reminder-refused"),
        "not_needed" => t.say("delivery-reminder-not-needed"),
        _ => t.say("delivery-reminder-unknown"),
    };
    detail.split(", ").map(word).collect::<Vec<_>>().join(" · ")
}

/// Who let it into the group, in words: a person by the name that pages call them.
async fn who(db: &mut Connection, t: Words, by: &Actor, row: &Row) -> Result<String, StoreError> {
    match (by, row.steward_title.as_deref()) {
        // the demo's stewards act without accounts, under the codes of their groups
        (Actor::User(name), Some(title)) if *name == row.group && find_account(db, name).await?.is_none() => {
            Ok(t.say_with("delivery-by-steward", &[("title", title)]))
        }
        _ => name_actor(db, t, by).await,
    }
}
