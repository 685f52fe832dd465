//! Before publishing: what will happen, to how many groups and people, and whether LINE's quota is enough for it.
//!
//! The button says the numbers. What is published is what was shown: if the draft changed meanwhile, the page comes
//! back (409) with the new state.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::{Time, time};
use serde::Deserialize;

use super::format;
use super::preview::{Counts, drawn, is_exercise};
use super::read_form::read_moment;
use super::requests::{Asked, list_asked};
use super::show::audience;
use crate::domain::ids::BulletinId;
use crate::domain::time_bound::{Bound, check_bulletin_times};
use crate::relay::digests::next_hour;
use crate::relay::forecast::forecast;
use crate::relay::publish::{self as relay, Later, Published};
use crate::relay::refusal::Refusal;
use crate::relay::rendering::render_checked;
use crate::store::Connection;
use crate::store::bulletins::find_stage_for_update;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::bubble::{Buttons, Shown};
use crate::web::conn::Conn;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::line_check;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::{FormErrors, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::filters;
use crate::web::ui::format::moment;
use crate::web::ui::label::Label as _;

/// When a bulletin goes out that names a day and no time.
const MORNING: Time = time(8, 30, 0, 0);

#[derive(Template)]
#[template(path = "compose/publish.html")]
struct SummaryPage {
    id: BulletinId,
    subject: String,
    seen: String,
    bubble: Option<Shown>,
    counts: Option<Counts>,
    exercise: Option<String>,
    /// To whom it goes.
    to: String,
    /// What it asks of offices, and by when.
    asked: Vec<Asked>,
    automatic: bool,
    /// When the next digest goes out, where this bulletin may wait for it.
    digest_at: Option<String>,
    form: FormState<Chosen>,
    fault: Option<String>,
}

/// When to publish, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    seen: String,
    when: String,
    date: String,
    time: String,
}

/// The page.
pub async fn show_summary(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    page(&mut db, &app, &visitor, id, FormState::default(), StatusCode::OK).await
}

async fn page(
    db: &mut Connection,
    app: &App,
    visitor: &Visitor,
    id: BulletinId,
    form: FormState<Chosen>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let row = visible::own_bulletin(db, &visitor.caller, id).await?;
    if row.published_at.is_some() {
        return Ok(Redirect::to(&format!("/bulletins/{id}")).into_response());
    }
    let mut fault = form.error("page").map(str::to_owned);
    let times = check_bulletin_times(None, row.expires_at, row.due_at(), app.now());
    if !times.is_empty() {
        fault = fault.or(format::refusal(t, &Refusal::Times(times)));
    }
    let bubble = match render_checked(&app.settings, &row) {
        Ok(message) => drawn(&message, row.image_alt.as_deref().unwrap_or_default(), Buttons::Inert),
        Err(refusal) => {
            fault = fault.or(format::refusal(t, &refusal));
            None
        }
    };
    let counts = match forecast(db, &app.settings, id, app.now()).await {
        Ok(forecast) => Some(Counts::of(t, forecast, format::way(t, row.forwarding, row.way))),
        Err(refusal) => {
            fault = fault.or(format::refusal(t, &refusal));
            None
        }
    };
    let page = SummaryPage {
        id,
        seen: row.updated_at.as_microsecond().to_string(),
        bubble,
        counts,
        to: audience(db, visitor, &row.audience).await?,
        asked: list_asked(t, &row),
        exercise: is_exercise(row.kind).then(|| row.kind.word(t)),
        digest_at: next_hour(&app.settings, &row, app.now()).ok().map(|at| moment(t, at)),
        automatic: row.forwarding == crate::domain::bulletin::ForwardingMode::Automatic,
        subject: row.subject,
        form,
        fault,
    };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

/// Publishes, now, at a time, or with the next digest.
pub async fn publish(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    IdempotentForm { form_key, form: Form(mut typed) }: IdempotentForm<Form<Chosen>>,
) -> Result<Response, Problem> {
    let (t, now, right) = (visitor.words, app.now(), visitor.caller.right());
    if typed.when != "later" && !(typed.date.trim().is_empty() && typed.time.trim().is_empty()) {
        // nobody who gives a time means "at once"
        "later".clone_into(&mut typed.when);
        return again(&app, &visitor, id, typed, t.say("compose-fault-now-dated")).await;
    }
    let at = if typed.when == "later" {
        match read_moment(t, &typed.date, &typed.time, MORNING, Bound::PublishAt, now) {
            Ok(Some(at)) => Some(at),
            Ok(None) => return again(&app, &visitor, id, typed, t.say("compose-fault-day")).await,
            Err(sentence) => return again(&app, &visitor, id, typed, sentence).await,
        }
    } else {
        None
    };
    let checked = line_check::must_pass(&app, &visitor.caller, id).await;
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    visible::own_bulletin(&mut tx, &visitor.caller, id).await?;
    find_stage_for_update(&mut tx, id).await?;
    let row = visible::own_bulletin(&mut tx, &visitor.caller, id).await?;
    if row.published_at.is_none() && row.updated_at.as_microsecond().to_string() != typed.seen {
        let form = FormState { typed, errors: FormErrors::of("page", t.say("compose-publish-changed")) };
        return page(&mut tx, &app, &visitor, id, form, StatusCode::CONFLICT).await;
    }
    let done = match (checked, at) {
        (Err(refusal), _) => Err(refusal),
        (Ok(()), None) if typed.when == "digest" => {
            relay::schedule(&mut tx, &app.settings, id, Later::NextDigest, &right, now).await
        }
        (Ok(()), None) => relay::publish(&mut tx, &app.settings, id, &right, now).await,
        (Ok(()), Some(at)) => relay::schedule(&mut tx, &app.settings, id, Later::At(at), &right, now).await,
    };
    match done {
        Ok(published) => {
            let said = match published {
                Published::Relaying(_) => "said-published",
                Published::Scheduled(_) if typed.when == "digest" => "said-for-digest",
                Published::Scheduled(_) => "said-scheduled",
            };
            let to = with_flash(&format!("/bulletins/{id}"), said);
            form_key.finish(tx, &app, &to).await?;
            Ok(Redirect::to(&to).into_response())
        }
        Err(refusal) => {
            drop(tx);
            let Some(sentence) = format::refusal(t, &refusal) else { return Err(refusal.into()) };
            let status = Problem::from(refusal).status();
            let mut db = app.db.acquire().await?;
            let form = FormState { typed, errors: FormErrors::of("page", sentence) };
            page(&mut db, &app, &visitor, id, form, status).await
        }
    }
}

async fn again(
    app: &App,
    visitor: &Visitor,
    id: BulletinId,
    typed: Chosen,
    sentence: String,
) -> Result<Response, Problem> {
    let mut db = app.db.acquire().await?;
    let form = FormState { typed, errors: FormErrors::of("when", sentence) };
    page(&mut db, app, visitor, id, form, StatusCode::UNPROCESSABLE_ENTITY).await
}
