//! Inviting the stewards of the tree in bulk: first how many, then, confirmed, all links at once, as a file or as slips
//! to print. The links are in that one answer and nowhere else.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::HERE;
use super::link::address;
use super::slips::print;
use crate::domain::time::Timestamp;
use crate::report::invitations::{Slip, to_table};
use crate::store::groups::list_ids_of_office;
use crate::store::invitations::{Count, InvitationFilter, count_invitations, invite_stewards};
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

/// Whom to invite, and how many that were when it was asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct InviteForm {
    /// Only below this office.
    #[serde(flatten)]
    office: OfficeField,
    /// Also standing deputies.
    deputies: String,
    /// Also those who have not used their link.
    again: String,
    /// Asked to count: a first visit shows only the form.
    look: String,
    /// What was confirmed.
    confirmed: String,
    /// `csv` or `slips`.
    form: String,
}

#[derive(Template)]
#[template(path = "accounts/invite.html")]
struct InvitePage {
    form: FormState<InviteForm>,
    count: Option<Count>,
    lines: Vec<String>,
    all: String,
    lasts: String,
    changed: bool,
}

/// The form, and once asked, how many it would be.
pub async fn show_form(
    State(app): State<App>,
    visitor: Visitor,
    Parameters(typed): Parameters<InviteForm>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let mut form = FormState::new(typed);
    if form.typed.look.is_empty() {
        return Ok(page(&app, &visitor, StatusCode::OK, form, None, false));
    }
    let Some(which) = read(&mut db, &visitor, &mut form).await? else {
        return Ok(page(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, form, None, false));
    };
    let count = count_invitations(&mut db, &which).await?;
    Ok(page(&app, &visitor, StatusCode::OK, form, Some(count), false))
}

/// Makes accounts and links and hands them out, if they are still as many as was confirmed.
pub async fn invite(
    State(app): State<App>,
    mut visitor: Visitor,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<InviteForm>>,
) -> Result<Response, Problem> {
    visitor.here = format!("{HERE}/invite");
    let mut tx = match form_key.begin::<Made>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(made) => return show_links(&visitor, &typed, made),
    };
    let mut form = FormState::new(typed);
    let Some(which) = read(&mut tx, &visitor, &mut form).await? else {
        return Ok(page(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, form, None, false));
    };
    let count = count_invitations(&mut tx, &which).await?;
    if form.typed.confirmed != (count.new + count.again).to_string() {
        return Ok(page(&app, &visitor, StatusCode::CONFLICT, form, Some(count), true));
    }
    let now = app.now();
    let until = now + app.people.rules.link_lifetime;
    let invited = invite_stewards(&mut tx, &which, &visitor.caller.actor(), until, now).await?;
    let slips: Vec<Slip> = invited
        .into_iter()
        .map(|invitation| Slip {
            link: address(&app, &invitation.token),
            username: invitation.username,
            name: invitation.display_name,
            office: invitation.office,
        })
        .collect();
    let made = Made { slips, until };
    form_key.keep(&mut tx, &app, &made).await?;
    // only what can be handed out is committed
    let answer = show_links(&visitor, &form.typed, made)?;
    tx.commit().await?;
    Ok(answer)
}

/// The links that were made: kept sealed until a second click would have come.
#[derive(Serialize, Deserialize)]
struct Made {
    slips: Vec<Slip>,
    until: Timestamp,
}

fn show_links(visitor: &Visitor, typed: &InviteForm, made: Made) -> Result<Response, Problem> {
    let until = moment(visitor.words, made.until);
    if typed.form == "slips" { print(visitor, made.slips, until) } else { download(&made.slips, &until) }
}

fn download(slips: &[Slip], until: &str) -> Result<Response, Problem> {
    let file = to_table(slips, until).to_csv().map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a file of invitations could not be written");
        Problem::internal()
    })?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"invitations.csv\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, file).into_response())
}

async fn read(
    db: &mut Connection,
    visitor: &Visitor,
    FormState { typed, errors }: &mut FormState<InviteForm>,
) -> Result<Option<InvitationFilter>, StoreError> {
    let t = visitor.words;
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
    Ok(Some(InvitationFilter { under, deputies: !typed.deputies.is_empty(), again: !typed.again.is_empty() }))
}

fn page(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    mut form: FormState<InviteForm>,
    count: Option<Count>,
    changed: bool,
) -> Response {
    let t = visitor.words;
    let office = &mut form.typed.office;
    if !office.picked.is_empty() {
        office.typed = std::mem::take(&mut office.picked);
    }
    let all = count.map_or(0, |count| count.new + count.again);
    let mut lines: Vec<String> = count.iter().map(|count| t.count("accounts-invite-new", count.new)).collect();
    let renewed = count.filter(|count| count.again > 0);
    lines.extend(renewed.map(|count| t.count("accounts-invite-renewed", count.again)));
    form.typed.confirmed = all.to_string();
    let lasts = moment(t, app.now() + app.people.rules.link_lifetime);
    let page = InvitePage { form, count, lines, all: group_digits(all), lasts, changed };
    HtmlPage::of(visitor, page).status(status).into_response()
}
