//! `/deliveries/{id}`: one copy of a bulletin for one group, with everything that is known to have happened to it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::InScope;
use super::format::{moment, moment_or_dash, stamp};
use super::rows::{DeliveryRow, Viewer};
use crate::domain::actor::{Actor, Part};
use crate::domain::ids::DeliveryId;
use crate::store::accounts::find_account;
use crate::store::acknowledgements::list_times;
use crate::store::attempts::list_attempts;
use crate::store::bulletins::get_bulletin;
use crate::store::deliveries::{Delivery as Row, find_delivery};
use crate::store::{Connection, StoreError};
use crate::web::api::delivery::Delivery;
use crate::web::api::timeline::{Moment, What, timeline};
use crate::web::app::App;
use crate::web::pages::show;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::words::Words;

/// Taps shown at most.
const TAPS: i64 = 200;

struct TimelineStep {
    at: String,
    stamp: String,
    what: String,
    detail: Option<String>,
}

#[derive(Template)]
#[template(path = "board/delivery.html")]
struct DeliveryPage {
    shell: Shell,
    t: Words,
    operates: bool,
    subject: String,
    row: DeliveryRow,
    province: Option<String>,
    channel: String,
    attempts: i16,
    forwarded_by: Option<String>,
    bypassed: bool,
    unknown: bool,
    due: Option<String>,
    request_id: Option<String>,
    message_ids: Vec<String>,
    steps: Vec<TimelineStep>,
}

/// One delivery with its timeline.
pub async fn show_delivery(
    State(app): State<App>,
    visitor: Visitor,
    InScope(id): InScope<DeliveryId>,
) -> Result<Response, Problem> {
    let (t, viewer) = (visitor.words, Viewer::of(visitor.words, &visitor.caller));
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let row = find_delivery(&mut db, id, viewer.scope.as_deref()).await?.ok_or_else(|| Problem::absent("delivery"))?;
    let attempts = list_attempts(&mut db, id).await?;
    let taps = list_times(&mut db, id, TAPS).await?;
    let subject = get_bulletin(&mut db, row.bulletin_id).await?.subject;
    let by = match &row.forwarded_by {
        Some(by) => Some(who(&mut db, t, by, &row).await?),
        None => None,
    };
    drop(db);
    let story = timeline(&row, &attempts, &taps);
    let delivery = Delivery::of(row);
    let shown = DeliveryRow::of(t, &delivery);
    let mut ended = vec![shown.state.as_str(), shown.why.as_str()];
    ended.extend(by.as_deref().filter(|_| shown.declined));
    ended.retain(|part| !part.is_empty());
    let ended = ended.join(" · ");
    let steps = story.into_iter().map(|moment| step(t, moment, by.as_deref(), &ended)).collect();
    let page = DeliveryPage {
        t,
        operates: viewer.operates,
        subject,
        row: shown,
        province: delivery.office.province,
        channel: delivery.channel,
        attempts: delivery.attempts,
        forwarded_by: by,
        bypassed: delivery.bypassed,
        unknown: delivery.outcome_unknown,
        due: delivery.times.due_at.map(|at| moment_or_dash(t, Some(at))),
        request_id: delivery.line.request_id,
        message_ids: delivery.line.message_ids,
        steps,
        shell: Shell::of(&visitor),
    };
    Ok(show(StatusCode::OK, &page, "no-store"))
}

fn step(t: Words, happened: Moment, by: Option<&str>, ended: &str) -> TimelineStep {
    let what = match happened.what {
        What::Published => t.say("delivery-published"),
        What::TurnCame => t.say("delivery-turn-came"),
        What::Forwarded => t.say("delivery-forwarded"),
        What::Attempted => t.say("delivery-attempted"),
        What::Accepted => t.say("board-state-accepted"),
        What::Ended => t.say("delivery-ended"),
        What::Acknowledged => t.say("delivery-acknowledged"),
    };
    let detail = match happened.what {
        What::Forwarded => by.map(str::to_owned),
        What::Ended => Some(ended.to_owned()).filter(|text| !text.is_empty()),
        _ => happened.detail,
    };
    TimelineStep { at: moment(t, happened.at), stamp: stamp(Some(happened.at)), what, detail }
}

/// Who let it into the group, in words: a person by the name that pages call them.
async fn who(db: &mut Connection, t: Words, by: &Actor, row: &Row) -> Result<String, StoreError> {
    Ok(match by {
        Actor::Program(Part::Time) => t.say("delivery-by-time"),
        Actor::User(name) => match (find_account(db, name).await?, row.steward_title.as_deref()) {
            (Some(account), _) => account.display_name,
            // the demo's stewards act without accounts, under the codes of their groups
            (None, Some(title)) if *name == row.group => t.say_with("delivery-by-steward", &[("title", title)]),
            (None, _) => t.say_with("delivery-by-person", &[("name", name)]),
        },
        Actor::Key(name) => t.say_with("delivery-by-key", &[("name", name)]),
        Actor::Program(_) | Actor::Unknown(_) => by.to_string(),
    })
}
