//! `/readback`: a village gives back the code of its sheet, without an account; `/disseminations/read-back`: the office types what it
//! was told by telephone. And the code itself, made for the villages of one subdistrict.
//!
//! The public form asks for nothing about a person, and is bounded: so often from one address, so often for one code.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::form::{read_number, read_place};
use super::villages::read_village;
use super::{HERE, find_published, place};
use crate::domain::actor::{Actor, Part};
use crate::domain::area::{Area, Level};
use crate::domain::dissemination::{Source, Times};
use crate::domain::ids::BulletinId;
use crate::domain::read_back_code::ReadBackCode;
use crate::domain::right::Right;
use crate::offices::OfficeRefusal;
use crate::offices::read_back::{GiveBackOutcome, GivenBack, MEDIA, give_back, make_code};
use crate::store::Connection;
use crate::store::offices::get_province;
use crate::web::ClientAddress;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::{Id, Parameters};
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::people::attempts::begin_read_back;
use crate::web::people::{Visitor, language_of};
use crate::web::problem::Problem;
use crate::web::shell::{Shell, with_flash};
use crate::web::ui::label::{Label as _, code_of};
use crate::web::words::Words;

const PUBLIC: &str = "/readback";
const KEYED_IN: &str = "/disseminations/read-back";

/// What is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReadBackForm {
    code: String,
    village: String,
    medium: String,
    times: String,
}

#[derive(Template)]
#[template(path = "dissemination/read_back.html")]
struct ReadBackPage {
    action: &'static str,
    form: FormState<ReadBackForm>,
    media: Vec<Choice>,
    /// What was taken, in a sentence.
    taken: Option<String>,
}

impl ReadBackPage {
    fn new(t: Words, action: &'static str, form: FormState<ReadBackForm>, taken: Option<String>) -> Self {
        let media = MEDIA.into_iter().map(|medium| Choice::of(&code_of(&medium), medium.word(t), &form.typed.medium));
        Self { action, media: media.collect(), form, taken }
    }
}

/// A form with the usual answers in it.
fn fresh() -> FormState<ReadBackForm> {
    let medium = MEDIA.first().map(code_of).unwrap_or_default();
    FormState::new(ReadBackForm { medium, times: "1".to_owned(), ..ReadBackForm::default() })
}

/// What the form means; or nothing, and what is wrong with it is in the form.
fn read(t: Words, FormState { typed, errors }: &mut FormState<ReadBackForm>) -> Option<GivenBack> {
    let code = ReadBackCode::find(&typed.code).ok_or_else(|| t.say("read-back-code-bad"));
    let code = errors.check("code", code);
    let village = match typed.village.trim() {
        "" => Ok(None),
        text => read_village(text).map(Some).ok_or_else(|| t.say("read-back-village-bad")),
    };
    let village = errors.check("village", village);
    let medium = MEDIA.into_iter().find(|medium| code_of(medium) == typed.medium);
    let medium = errors.check("medium", medium.ok_or_else(|| t.say("spread-medium-none")));
    let times = read_number(&typed.times).and_then(|n| Times::new(i16::try_from(n).ok()?));
    let times = times.filter(|times| times.number() > 0);
    let times = errors.check("times", times.ok_or_else(|| t.say("read-back-times-bad")));
    Some(GivenBack { code: code?, village: village?, medium: medium?, times: times? })
}

/// Takes what is typed, or says by the fields why not.
async fn take(
    db: &mut Connection,
    app: &App,
    t: Words,
    (right, source): (&Right, Source),
    form: &mut FormState<ReadBackForm>,
) -> Result<Option<GiveBackOutcome>, Problem> {
    let Some(given) = read(t, form) else { return Ok(None) };
    let (field, key) = match give_back(db, right, source, &given, app.now()).await {
        Ok(outcome) => return Ok(Some(outcome)),
        Err(OfficeRefusal::CodeAbsent) => ("code", "read-back-code-absent"),
        Err(OfficeRefusal::VillageAbsent) => ("village", "read-back-village-bad"),
        Err(refusal) => return Err(refusal.into()),
    };
    form.errors.add(field, t.say(key));
    Ok(None)
}

fn public(t: Words, page: ReadBackPage, status: StatusCode) -> Response {
    HtmlPage::within(Shell::outside(t, PUBLIC), page).status(status).into_response()
}

/// The code that the address of a sheet's QR code names.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OfSheet {
    code: String,
}

/// The form for villages, with the code in it that the address names.
pub(super) async fn show_public(cookies: CookieJar, Parameters(sheet): Parameters<OfSheet>) -> Response {
    let t = Words::in_language(language_of(&cookies).unwrap_or_default());
    let mut form = fresh();
    form.typed.code = ReadBackCode::find(&sheet.code).map(|code| code.to_string()).unwrap_or_default();
    public(t, ReadBackPage::new(t, PUBLIC, form, None), StatusCode::OK)
}

/// What a village gives back.
pub(super) async fn give_back_publicly(
    State(app): State<App>,
    cookies: CookieJar,
    from: ClientAddress,
    Form(typed): Form<ReadBackForm>,
) -> Result<Response, Problem> {
    let t = Words::in_language(language_of(&cookies).unwrap_or_default());
    let mut form = FormState::new(typed);
    let code = ReadBackCode::find(&form.typed.code);
    if !begin_read_back(&app, from, code.as_ref().map(ReadBackCode::as_str)).await? {
        form.errors.add("code", t.say("read-back-too-often"));
        return Ok(public(t, ReadBackPage::new(t, PUBLIC, form, None), StatusCode::TOO_MANY_REQUESTS));
    }
    let right = Right::whole(Actor::Program(Part::ReadBack));
    let mut tx = app.begin().await?;
    let Some(outcome) = take(&mut tx, &app, t, (&right, Source::ReadBack), &mut form).await? else {
        return Ok(public(t, ReadBackPage::new(t, PUBLIC, form, None), StatusCode::UNPROCESSABLE_ENTITY));
    };
    tx.commit().await?;
    let told = [("subject", outcome.subject.as_str()), ("place", &place(t, &outcome.area))];
    let taken = t.say_with("read-back-taken", &told);
    Ok(public(t, ReadBackPage::new(t, PUBLIC, fresh(), Some(taken)), StatusCode::OK))
}

/// The form for what an office was told.
pub(super) async fn show_keyed_in(visitor: Visitor) -> Response {
    HtmlPage::of(&visitor, ReadBackPage::new(visitor.words, KEYED_IN, fresh(), None)).into_response()
}

/// What an office was told.
pub(super) async fn key_in(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<ReadBackForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let (t, right) = (visitor.words, visitor.caller.right());
    let mut form = FormState::new(typed);
    let Some(outcome) = take(&mut tx, &app, t, (&right, Source::KeyedIn), &mut form).await? else {
        let page = ReadBackPage::new(t, KEYED_IN, form, None);
        return Ok(HtmlPage::of(&visitor, page).status(StatusCode::UNPROCESSABLE_ENTITY).into_response());
    };
    let to = match outcome.record {
        Some(id) => with_flash(&format!("{HERE}/{id}"), "said-spread-recorded"),
        None => with_flash(KEYED_IN, "said-read-back-known"),
    };
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

/// For which subdistrict a code is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CodeForm {
    pub(super) area: String,
}

/// Makes the code for the villages of a subdistrict, and leads back to the sheet that bears it.
pub(super) async fn make(
    State(app): State<App>,
    visitor: Visitor,
    Id(bulletin): Id<BulletinId>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<CodeForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let t = visitor.words;
    find_published(&mut tx, &visitor.caller, bulletin).await?;
    let mut form = FormState::new(typed);
    let province = match visitor.caller.office {
        Some(office) => get_province(&mut tx, office).await?,
        None => None,
    };
    let area = read_place(t, &form.typed.area, province.as_deref(), Some(Level::Subdistrict));
    let area = form.errors.check("area", area);
    let made = match (area, visitor.caller.office) {
        (Some(area), Some(office)) => {
            let made = make_code(&mut tx, &visitor.caller.right(), office, bulletin, &area, app.now()).await;
            Some((made, area))
        }
        (Some(_), None) => {
            form.errors.add("area", t.say("read-back-own-office"));
            None
        }
        (None, _) => None,
    };
    match made {
        Some((Ok(_), area)) => {
            let to = format!("{HERE}/script/{bulletin}?area={area}");
            form_key.finish(tx, &app, &to).await?;
            return Ok(Redirect::to(&to).into_response());
        }
        Some((Err(OfficeRefusal::AreaElsewhere), _)) => form.errors.add("area", t.say("read-back-area-elsewhere")),
        Some((Err(OfficeRefusal::BulletinAbsent), _)) => form.errors.add("area", t.say("spread-bulletin-elsewhere")),
        Some((Err(refusal), _)) => return Err(refusal.into()),
        None => {}
    }
    super::script::render(&mut tx, &visitor, bulletin, form, None, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// The subdistrict of which a sheet bears the code.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct OfSubdistrict {
    area: Option<String>,
}

/// The code for the subdistrict that the address names, of the visitor's own office.
pub(super) async fn find_printed(
    db: &mut Connection,
    visitor: &Visitor,
    bulletin: BulletinId,
    Parameters(query): Parameters<OfSubdistrict>,
) -> Result<Option<(Area, ReadBackCode)>, Problem> {
    let area = query.area.map(|area| area.parse::<Area>()).transpose();
    let area = area.map_err(|bad| Problem::invalid_field("?area", bad))?;
    let Some((area, office)) = area.zip(visitor.caller.office) else { return Ok(None) };
    let code = crate::store::read_back::find_code(db, bulletin, office, &area).await?;
    Ok(code.map(|code| (area, code)))
}
