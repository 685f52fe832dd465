//! `/join-slips`: join codes in bulk for groups that are not linked, as slips to print and hand out.
//!
//! First how many, then, confirmed, all codes at once. They are in that one answer and nowhere else. Older unused codes of the same
//! groups stop working. A steward makes them for the part of the tree below the own office, and everybody within their own part.

mod print;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Form, Router};
use serde::{Deserialize, Serialize};

use print::{JoinSlip, print};

use crate::domain::ids::GroupId;
use crate::domain::join_code::JoinCode;
use crate::domain::national::find_province;
use crate::domain::time::Timestamp;
use crate::store::groups::list_ids_of_office;
use crate::store::join_codes::{UnlinkedFilter, UnlinkedGroup, insert_join_codes, list_unlinked};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Parameters;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_fields::{OfficeChoice, OfficeField};
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::format::moment;
use crate::web::words::group_digits;

const HERE: &str = "/join-slips";

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new().route(HERE, get(show_form).post(make_slips))
}

/// For which groups, and how many those were when it was asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct JoinSlipsForm {
    /// Only below this office.
    #[serde(flatten)]
    office: OfficeField,
    /// Only in this province.
    province: String,
    /// Asked to count: a first visit shows only the form.
    look: String,
    /// What was confirmed.
    confirmed: String,
}

#[derive(Template)]
#[template(path = "join_slips/form.html")]
struct JoinSlipsPage {
    form: FormState<JoinSlipsForm>,
    count: Option<usize>,
    nothing: bool,
    all: String,
    until: String,
    changed: bool,
}

/// The form, and once asked, how many it would be.
pub async fn show_form(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(typed): Parameters<JoinSlipsForm>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let mut form = FormState::new(typed);
    if form.typed.look.is_empty() {
        return Ok(page(&app, &visitor, StatusCode::OK, form, None, false));
    }
    let Some(filter) = read(&mut db, &visitor, &mut form).await? else {
        return Ok(page(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, form, None, false));
    };
    let count = list_unlinked(&mut db, &filter).await?.len();
    Ok(page(&app, &visitor, StatusCode::OK, form, Some(count), false))
}

/// The codes that were made: kept sealed until a second click would have come.
#[derive(Serialize, Deserialize)]
struct Made {
    slips: Vec<JoinSlip>,
    until: Timestamp,
}

/// Makes the codes and hands them out, if they are still as many as was confirmed.
pub async fn make_slips(
    State(app): State<App>,
    mut visitor: Visitor,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<JoinSlipsForm>>,
) -> Result<Response, Problem> {
    HERE.clone_into(&mut visitor.here);
    let mut tx = match form_key.begin::<Made>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(made) => return show(&visitor, made),
    };
    let mut form = FormState::new(typed);
    let Some(filter) = read(&mut tx, &visitor, &mut form).await? else {
        return Ok(page(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, form, None, false));
    };
    let groups = list_unlinked(&mut tx, &filter).await?;
    if groups.is_empty() || form.typed.confirmed != groups.len().to_string() {
        return Ok(page(&app, &visitor, StatusCode::CONFLICT, form, Some(groups.len()), true));
    }
    let (now, until) = (app.now(), app.now() + app.settings.join_slip_lifetime);
    let named: Vec<(UnlinkedGroup, JoinCode)> = groups.into_iter().map(|group| (group, JoinCode::generate())).collect();
    let codes: Vec<(GroupId, Vec<u8>)> = named.iter().map(|(group, code)| (group.id, code.sha256().to_vec())).collect();
    insert_join_codes(&mut tx, &codes, &visitor.caller.actor(), now, until).await?;
    let made = Made { slips: named.into_iter().map(|(group, code)| JoinSlip::of(group, &code)).collect(), until };
    form_key.keep(&mut tx, &app, &made).await?;
    // only what can be handed out is committed
    let answer = show(&visitor, made)?;
    tx.commit().await?;
    Ok(answer)
}

fn show(visitor: &Visitor, made: Made) -> Result<Response, Problem> {
    let until = moment(visitor.words, made.until);
    print(visitor, made.slips, until)
}

async fn read(
    db: &mut Connection,
    visitor: &Visitor,
    FormState { typed, errors }: &mut FormState<JoinSlipsForm>,
) -> Result<Option<UnlinkedFilter>, StoreError> {
    let t = visitor.words;
    let province = typed.province.trim();
    let province = match find_province(province) {
        Some(province) => Some(province.code.clone()),
        None if province.is_empty() => None,
        None => {
            errors.add("province", t.say("join-slips-province-absent"));
            return Ok(None);
        }
    };
    let under = match typed.office.choose(db, visitor.caller.scope.groups()).await? {
        OfficeChoice::Empty => visitor.caller.scope.to_filter(),
        OfficeChoice::One(office) => Some(list_ids_of_office(db, office.id).await?),
        OfficeChoice::Several(offices) => {
            typed.office.offered = offices;
            errors.add("office", t.say("accounts-office-several"));
            return Ok(None);
        }
        OfficeChoice::Absent => {
            errors.add("office", t.say("accounts-office-absent"));
            return Ok(None);
        }
    };
    Ok(Some(UnlinkedFilter { under, province }))
}

fn page(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    mut form: FormState<JoinSlipsForm>,
    count: Option<usize>,
    changed: bool,
) -> Response {
    let office = &mut form.typed.office;
    if !office.picked.is_empty() {
        office.typed = std::mem::take(&mut office.picked);
    }
    let n = count.unwrap_or(0);
    form.typed.confirmed = n.to_string();
    let all = group_digits(i64::try_from(n).unwrap_or(i64::MAX));
    let until = moment(visitor.words, app.now() + app.settings.join_slip_lifetime);
    let page = JoinSlipsPage { form, count, nothing: n == 0, all, until, changed };
    HtmlPage::of(visitor, page).status(status).into_response()
}
