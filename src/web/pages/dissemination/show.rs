//! `/disseminations/{id}`: one record with all that replaced each other, and the form by which it is corrected.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::form::{SpreadForm, media, places, read, read_ids, say_refusal};
use super::record::chosen_pictures;
use super::{HERE, place};
use crate::domain::account::Permission;
use crate::domain::content_id::FileId;
use crate::domain::dissemination::{Pictures, Reach};
use crate::domain::ids::DisseminationId;
use crate::offices::OfficeRefusal;
use crate::offices::dissemination as commands;
use crate::store::disseminations::{Dissemination, find_dissemination, list_history};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::{Id, Parameters};
use crate::web::pages::HtmlPage;
use crate::web::pages::form_files::write_ids;
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

/// A picture as the page shows it.
struct ShownPicture {
    path: String,
    alt: String,
}

/// The pictures of a record.
fn shown_pictures(t: Words, record: &Dissemination) -> Vec<ShownPicture> {
    let numbered = record.pictures.iter().zip(1_i64..);
    let shown = numbered.map(|(picture, number)| ShownPicture {
        path: format!("{HERE}/{}/pictures/{picture}", record.id),
        alt: t.count("spread-picture-alt", number),
    });
    shown.collect()
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
    pictures: Vec<ShownPicture>,
    /// Where it can be corrected: by whoever does the office's work, while nothing stands in its place.
    media: Vec<Choice>,
    places: Vec<Choice>,
    village_help: String,
    corrects: bool,
    form: FormState<SpreadForm>,
    /// How many pictures the correction has, in words; none = no picture.
    chosen: Option<String>,
    /// What is wrong with the pictures that were sent.
    picture_fault: Option<String>,
    /// Whether the correction is open.
    open: bool,
}

/// With which pictures it is corrected; none = those that it has. What was just done (`said`) stands beside it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OneQuery {
    pictures: Option<String>,
}

/// The record.
pub(super) async fn show_one(
    visitor: Visitor,
    Id(id): Id<DisseminationId>,
    Parameters(OneQuery { pictures }): Parameters<OneQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let record = find(&mut db, &visitor, id).await?;
    let mut typed = SpreadForm::of(&record);
    let open = pictures.is_some();
    if let Some(pictures) = pictures {
        let mut ids = read_ids(&pictures);
        ids.truncate(Pictures::MOST);
        typed.pictures = write_ids(&ids);
    }
    let shown = Shown { form: FormState::new(typed), picture_fault: None, open };
    render(&mut db, &visitor, record, shown, StatusCode::OK).await
}

/// The record with what is wrong with the pictures that were sent.
pub(super) async fn show_fault(
    db: &mut Connection,
    visitor: &Visitor,
    id: DisseminationId,
    pictures: &[FileId],
    fault: String,
) -> Result<Response, Problem> {
    let record = find(db, visitor, id).await?;
    let typed = SpreadForm { pictures: write_ids(pictures), ..SpreadForm::of(&record) };
    let shown = Shown { form: FormState::new(typed), picture_fault: Some(fault), open: true };
    render(db, visitor, record, shown, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// What the page shows in its form.
struct Shown {
    form: FormState<SpreadForm>,
    picture_fault: Option<String>,
    open: bool,
}

async fn find(db: &mut Connection, visitor: &Visitor, id: DisseminationId) -> Result<Dissemination, Problem> {
    let found = find_dissemination(db, id, visitor.caller.scope.groups()).await?;
    found.ok_or_else(|| OfficeRefusal::DisseminationAbsent.into())
}

async fn render(
    db: &mut Connection,
    visitor: &Visitor,
    record: Dissemination,
    Shown { form, picture_fault, open }: Shown,
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
        pictures: shown_pictures(t, &record),
        media: media(t, &form.typed.medium),
        places: places(t, record.area.province_code()),
        village_help: t.say("spread-village-help"),
        corrects: visitor.may(Permission::OfficeWork) && record.replaced_by.is_none(),
        chosen: chosen_pictures(t, &form.typed),
        picture_fault,
        open,
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
    let province = record.area.province_code().to_owned();
    if let Some(spread) = read(visitor.words, &mut form, Some(&province), app.now()) {
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
    let shown = Shown { form, picture_fault: None, open: true };
    render(&mut tx, &visitor, record, shown, StatusCode::UNPROCESSABLE_ENTITY).await
}
