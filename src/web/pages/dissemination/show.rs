//! `/disseminations/{id}`: one record with all that replaced each other, and the form by which it is corrected.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::form::{SpreadForm, media, places, read, say_refusal};
use super::{HERE, place};
use crate::domain::account::Permission;
use crate::domain::dissemination::Reach;
use crate::domain::ids::DisseminationId;
use crate::offices::OfficeRefusal;
use crate::offices::dissemination as commands;
use crate::store::disseminations::{Dissemination, find_dissemination, list_history};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::actor::name_actor;
use crate::web::ui::filters;
use crate::web::ui::format::{moment, number, number_or_dash};
use crate::web::ui::label::Label as _;
use crate::web::words::Words;

/// A record of the history.
struct Turn {
    path: String,
    recorded: String,
    by: String,
    says: String,
    current: bool,
}

impl Turn {
    async fn of(
        db: &mut Connection,
        t: Words,
        record: &Dissemination,
        shown: DisseminationId,
    ) -> Result<Self, StoreError> {
        let times = t.count("spread-times-n", record.times.number());
        Ok(Self {
            path: format!("{HERE}/{}", record.id),
            recorded: moment(t, record.recorded_at),
            by: name_actor(db, t, &record.recorded_by).await?,
            says: format!("{} · {} · {times}", record.medium.word(t), place(t, &record.area)),
            current: record.id == shown,
        })
    }
}

#[derive(Template)]
#[template(path = "dissemination/one.html")]
struct OnePage {
    record: Dissemination,
    place: String,
    at: String,
    times: String,
    reach: String,
    history: Vec<Turn>,
    /// Where it can be corrected: by whoever does the office's work, while nothing stands in its place.
    media: Vec<Choice>,
    places: Vec<Choice>,
    corrects: bool,
    form: FormState<SpreadForm>,
}

/// The record.
pub(super) async fn show_one(
    visitor: Visitor,
    Id(id): Id<DisseminationId>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let record = find(&mut db, &visitor, id).await?;
    let form = FormState::new(SpreadForm::of(&record));
    render(&mut db, &visitor, record, form, StatusCode::OK).await
}

async fn find(db: &mut Connection, visitor: &Visitor, id: DisseminationId) -> Result<Dissemination, Problem> {
    let found = find_dissemination(db, id, visitor.caller.scope.groups()).await?;
    found.ok_or_else(|| OfficeRefusal::DisseminationAbsent.into())
}

async fn render(
    db: &mut Connection,
    visitor: &Visitor,
    record: Dissemination,
    form: FormState<SpreadForm>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let mut history = Vec::new();
    for turn in list_history(db, record.first_id).await? {
        history.push(Turn::of(db, t, &turn, record.id).await?);
    }
    let page = OnePage {
        place: place(t, &record.area),
        at: moment(t, record.spread_at),
        times: number(record.times.number()),
        reach: number_or_dash(record.reach.map(Reach::number).map(i64::from)),
        history,
        media: media(t, &form.typed.medium),
        places: places(t, record.area.province_code()),
        corrects: visitor.may(Permission::OfficeWork) && record.replaced_by.is_none(),
        form,
        record,
    };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

/// Puts another record in its place.
pub(super) async fn replace(
    State(app): State<App>,
    mut visitor: Visitor,
    Id(id): Id<DisseminationId>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<SpreadForm>>,
) -> Result<Response, Problem> {
    visitor.here = format!("{HERE}/{id}");
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let record = find(&mut tx, &visitor, id).await?;
    let mut form = FormState::new(typed);
    if let Some(spread) = read(visitor.words, &mut form, app.now()) {
        match commands::replace(&mut tx, &visitor.caller.right(), id, &spread, app.now()).await {
            Ok(newer) => {
                let to = with_flash(&format!("{HERE}/{newer}"), "said-spread-replaced");
                form_key.finish(tx, &app, &to).await?;
                return Ok(Redirect::to(&to).into_response());
            }
            Err(OfficeRefusal::AlreadyReplaced(newer)) => {
                return Ok(Redirect::to(&with_flash(&format!("{HERE}/{newer}"), "said-spread-changed")).into_response());
            }
            Err(refusal) => match say_refusal(visitor.words, &refusal) {
                Some((field, sentence)) => form.errors.add(field, sentence),
                None => return Err(refusal.into()),
            },
        }
    }
    render(&mut tx, &visitor, record, form, StatusCode::UNPROCESSABLE_ENTITY).await
}
