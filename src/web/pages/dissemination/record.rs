//! `/disseminations/new`: what was done is recorded with a few taps, or the same as the last time with one.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::form::{SpreadForm, media, places, read_each, read_ids, say_refusal};
use super::{HERE, find_published, place};
use crate::domain::content_id::FileId;
use crate::domain::dissemination::{Pictures, Source};
use crate::domain::ids::{BulletinId, DisseminationId, OfficeId};
use crate::domain::time::Timestamp;
use crate::offices::OfficeRefusal;
use crate::offices::dissemination::{self as commands, Spread};
use crate::store::disseminations::{Filter, list_disseminations};
use crate::store::offices::{Office, get_province};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Parameters;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_fields::{OfficeChoice, OfficeField};
use crate::web::pages::form_files::write_ids;
use crate::web::pages::form_state::{Choice, FormErrors, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::label::Label as _;
use crate::web::words::Words;

/// Records among which the office's last choice is looked for.
const LOOKED_AT: i64 = 50;

/// Of which bulletin, and with which pictures.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewQuery {
    bulletin: BulletinId,
    #[serde(default)]
    pictures: String,
    /// For which office, where it is not the visitor's own.
    #[serde(default)]
    office: String,
}

/// What is typed, with the office.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct NewForm {
    #[serde(flatten)]
    office: OfficeField,
    #[serde(flatten)]
    spread: SpreadForm,
}

/// The last thing that the office did, to be done again.
struct Last {
    what: String,
    form: SpreadForm,
}

/// The office part of the form.
#[derive(Clone, Debug, Default)]
pub(super) struct OfficePart {
    office: OfficeField,
}

#[derive(Template)]
#[template(path = "dissemination/new.html")]
struct NewPage {
    bulletin: BulletinId,
    subject: String,
    /// Whose; none where the office is asked for.
    own: Option<String>,
    office: FormState<OfficePart>,
    last: Option<Last>,
    media: Vec<Choice>,
    places: Vec<Choice>,
    form: FormState<SpreadForm>,
    village_help: String,
    /// How many pictures were chosen so far, in words; none = no picture.
    chosen: Option<String>,
    /// What is wrong with the pictures that were sent.
    picture_fault: Option<String>,
}

/// How many pictures a form has, in words; none where it has none.
pub(super) fn chosen_pictures(t: Words, typed: &SpreadForm) -> Option<String> {
    let count = read_ids(&typed.pictures).len();
    (count > 0).then(|| t.count("spread-pictures-n", i64::try_from(count).unwrap_or_default()))
}

/// The form.
pub(super) async fn show_form(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(query): Parameters<NewQuery>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let province = find_own_province(&mut db, &visitor).await?;
    let mut ids = read_ids(&query.pictures);
    ids.truncate(Pictures::MOST);
    let typed = SpreadForm { pictures: write_ids(&ids), ..SpreadForm::new(&province, app.now()) };
    let office = of_another(&visitor, query.office);
    let shown = Shown { office, form: FormState::new(typed), picture_fault: None };
    render(&app, &mut db, &visitor, query.bulletin, shown, StatusCode::OK).await
}

/// The form with what is wrong with the pictures that were sent.
pub(super) async fn show_fault(
    app: &App,
    db: &mut Connection,
    visitor: &Visitor,
    (bulletin, office): (BulletinId, String),
    pictures: &[FileId],
    fault: String,
) -> Result<Response, Problem> {
    let province = find_own_province(db, visitor).await?;
    let typed = SpreadForm { pictures: write_ids(pictures), ..SpreadForm::new(&province, app.now()) };
    let office = of_another(visitor, office);
    let shown = Shown { office, form: FormState::new(typed), picture_fault: Some(fault) };
    render(app, db, visitor, bulletin, shown, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// The office part with this office in it, where it is not the visitor's own.
fn of_another(visitor: &Visitor, code: String) -> FormState<OfficePart> {
    let mut office = FormState::<OfficePart>::default();
    if visitor.caller.office_code.as_deref() != Some(code.as_str()) {
        office.typed.office.typed = code;
    }
    office
}

/// What the page shows in its forms.
struct Shown {
    office: FormState<OfficePart>,
    form: FormState<SpreadForm>,
    picture_fault: Option<String>,
}

/// The code of the province in which the visitor's own office stands; empty where there is none.
async fn find_own_province(db: &mut Connection, visitor: &Visitor) -> Result<String, StoreError> {
    let Some(office) = visitor.caller.office else { return Ok(String::new()) };
    Ok(get_province(db, office).await?.unwrap_or_default())
}

async fn render(
    app: &App,
    db: &mut Connection,
    visitor: &Visitor,
    bulletin: BulletinId,
    Shown { office, form, picture_fault }: Shown,
    status: StatusCode,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let subject = find_published(db, &visitor.caller, bulletin).await?.subject;
    // what is done again is of the own office
    let is_own = office.typed.office.typed.is_empty();
    let last = if is_own { find_last(db, visitor, app).await? } else { None };
    let own = visitor.caller.office.and(visitor.office_name.clone()).filter(|_| is_own);
    let media = media(t, &form.typed.medium);
    let places = places(t, &find_own_province(db, visitor).await?);
    let chosen = chosen_pictures(t, &form.typed);
    let village_help = t.say("spread-villages-help");
    let page =
        NewPage { bulletin, subject, own, office, last, media, places, form, village_help, chosen, picture_fault };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

/// The last record of the visitor's own office that says that something was done.
async fn find_last(db: &mut Connection, visitor: &Visitor, app: &App) -> Result<Option<Last>, StoreError> {
    let Some(office) = visitor.caller.office else { return Ok(None) };
    let filter = Filter { office: Some(office), ..Filter::default() };
    let latest = list_disseminations(db, &filter, LOOKED_AT).await?;
    // what villages gave back is not what the office chose
    let last = latest.into_iter().find(|record| record.source == Source::Page && record.times.number() > 0);
    let t = visitor.words;
    Ok(last.map(|record| Last {
        what: format!("{} · {}", record.medium.word(t), place(t, &record.area)),
        form: SpreadForm::again(&record, app.now()),
    }))
}

/// The office that is meant: the visitor's own, or the one that was typed.
async fn choose(
    db: &mut Connection,
    visitor: &Visitor,
    FormState { typed, errors }: &mut FormState<OfficePart>,
) -> Result<Option<OfficeId>, StoreError> {
    if let Some(own) = visitor.caller.office.filter(|_| typed.office.typed.is_empty()) {
        return Ok(Some(own));
    }
    let t = visitor.words;
    let sentence = match typed.office.choose(db, visitor.caller.scope.groups()).await? {
        OfficeChoice::One(Office { id, .. }) => return Ok(Some(id)),
        OfficeChoice::Several(offices) => {
            typed.office.offered = offices;
            t.say("accounts-office-several")
        }
        OfficeChoice::Empty => t.say("spread-office-none"),
        OfficeChoice::Absent => t.say("accounts-office-absent"),
    };
    errors.add("office", sentence);
    Ok(None)
}

/// Records all of it; where one is refused the caller gives all of it up.
async fn record_each(
    db: &mut Connection,
    visitor: &Visitor,
    office: OfficeId,
    bulletin: BulletinId,
    each: &[Spread],
    now: Timestamp,
) -> Result<Vec<DisseminationId>, OfficeRefusal> {
    let mut ids = Vec::new();
    for spread in each {
        ids.push(commands::record(db, &visitor.caller.right(), office, bulletin, spread, now).await?);
    }
    Ok(ids)
}

/// Records it.
pub(super) async fn record(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(NewQuery { bulletin, .. }): Parameters<NewQuery>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<NewForm>>,
) -> Result<Response, Problem> {
    let NewForm { office, spread } = typed;
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    find_published(&mut tx, &visitor.caller, bulletin).await?;
    let (mut office, mut form) = (FormState::new(OfficePart { office }), FormState::new(spread));
    let chosen = choose(&mut tx, &visitor, &mut office).await?;
    let province = match chosen {
        Some(office) => get_province(&mut tx, office).await?,
        None => None,
    };
    let meant = read_each(visitor.words, &mut form, province.as_deref(), app.now());
    if let (Some(chosen), Some(each)) = (chosen, meant) {
        match record_each(&mut tx, &visitor, chosen, bulletin, &each, app.now()).await {
            Ok(ids) => {
                let to = match ids.as_slice() {
                    [id] => with_flash(&format!("{HERE}/{id}"), "said-spread-recorded"),
                    _ => with_flash(&format!("{HERE}?bulletin={bulletin}"), "said-spread-recorded-each"),
                };
                form_key.finish(tx, &app, &to).await?;
                return Ok(Redirect::to(&to).into_response());
            }
            Err(OfficeRefusal::BulletinAbsent) => {
                office.errors = FormErrors::of("office", visitor.words.say("spread-bulletin-elsewhere"));
            }
            Err(refusal) => match say_refusal(visitor.words, &refusal) {
                Some((field, sentence)) => form.errors.add(field, sentence),
                None => return Err(refusal.into()),
            },
        }
    }
    let shown = Shown { office, form, picture_fault: None };
    render(&app, &mut tx, &visitor, bulletin, shown, StatusCode::UNPROCESSABLE_ENTITY).await
}
