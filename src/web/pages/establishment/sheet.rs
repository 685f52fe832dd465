//! A report: the form to print, แบบรายงานผลการดำเนินงาน, and the two ways by which it goes out.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;

use super::{address, mail_badge, mail_limit, paper_badge, report_address, written_day};
use crate::domain::email::EmailAddress;
use crate::domain::establishment::ReportedGroup;
use crate::domain::ids::EstablishmentReportId;
use crate::domain::text::{BadText, FormEntry};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::Bound;
use crate::offices::OfficeRefusal;
use crate::offices::establishment as acts;
use crate::report::establishment::ReportForm;
use crate::store::Connection;
use crate::store::establishment::reports::{Report, find_report, get_rows};
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::pages::compose::format::bad_text;
use crate::web::pages::form_fields::read_day;
use crate::web::pages::form_state::{FormErrors, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::format::moment;
use crate::web::ui::label::Badge;
use crate::web::view::establishment::EstablishmentReport;
use crate::web::words::Words;

/// What is typed of how a person sent the report: the fields of one way or of the other.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SentForm {
    /// The day on which it was sent on paper.
    pub sent_on: String,
    /// The number of the letter.
    pub number: String,
    /// The day on which it was sent by mail.
    pub mailed_on: String,
    /// To which address.
    pub mailed_to: String,
}

/// How a report stands with its mail, for people.
struct MailShown {
    words: String,
    answer: Option<String>,
    message_id: Option<String>,
    /// Whether nobody knows what became of it.
    doubtful: bool,
}

#[derive(Template)]
#[template(path = "establishment/report.html")]
struct ReportPage {
    id: EstablishmentReportId,
    back: String,
    office: String,
    title: String,
    paper: Badge,
    paper_number: Option<String>,
    mail: Badge,
    mail_shown: Option<MailShown>,
    /// That a person sent it by mail themselves, in words.
    own_mail: Option<String>,
    /// The words of the button that sends it; none where that cannot be.
    send: Option<String>,
    form: FormState<SentForm>,
    /// How it stands in both ways together.
    standing: String,
    /// From when on another mail may go out; none = now.
    mail_again: Option<String>,
    /// The form to print.
    sheet: String,
}

/// The page.
pub async fn show_report(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<EstablishmentReportId>,
) -> Result<Response, Problem> {
    render(&app, &visitor, id, FormState::default(), StatusCode::OK).await
}

/// What is read of a report.
struct Found {
    report: Report,
    rows: Vec<ReportedGroup>,
    mail_again: Option<Timestamp>,
}

async fn find(app: &App, visitor: &Visitor, id: EstablishmentReportId) -> Result<Found, Problem> {
    let mut db = app.db.acquire().await?;
    let found = find_report(&mut db, visitor.caller.scope.groups(), id).await?;
    let report = found.ok_or_else(|| Problem::absent("report"))?;
    let rows = get_rows(&mut db, id).await?;
    let mail_again = acts::find_next_mail_at(&mut db, report.office_id, app.now()).await?;
    Ok(Found { report, rows, mail_again })
}

/// How a report stands in both ways together: one of them answers what a bulletin asked, and the letter wants both.
fn standing(report: &EstablishmentReport) -> &'static str {
    match (report.paper.is_some(), report.went_by_mail()) {
        (true, true) => "establishment-standing-both",
        (true, false) => "establishment-standing-paper",
        (false, true) => "establishment-standing-mail",
        (false, false) => "establishment-standing-none",
    }
}

async fn render(
    app: &App,
    visitor: &Visitor,
    id: EstablishmentReportId,
    mut form: FormState<SentForm>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let Found { report: found, rows, mail_again } = find(app, visitor, id).await?;
    let (back, office) = (address(&found.office), found.office_name.clone());
    let sheet = ReportForm::of(&office, found.no, found.made_at, &rows).render().map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the form of a report could not be written");
        Problem::internal()
    })?;
    let report = EstablishmentReport::from(found);
    if form.errors.is_empty() && form.typed.mailed_to.is_empty() {
        let mail = app.settings.establishment.mail.as_ref();
        form.typed.mailed_to = mail.map(|mail| mail.to.as_str().to_owned()).unwrap_or_default();
    }
    let page = ReportPage {
        id,
        back,
        office,
        title: t.say_with("establishment-report-no", &[("no", &report.no.to_string())]),
        paper: paper_badge(t, &report),
        paper_number: report.paper.as_ref().and_then(|paper| paper.number.clone()),
        mail: mail_badge(t, &report),
        mail_shown: mail_shown(t, &report),
        own_mail: report.own_mail.as_ref().map(|own| {
            let (day, to) = (written_day(t, &own.sent_on), own.to.clone().unwrap_or_default());
            t.say_with("establishment-own-mail-to-whom", &[("to", &to), ("day", &day)])
        }),
        send: send_words(app, t, &report),
        form,
        standing: t.say(standing(&report)),
        mail_again: mail_again.map(|at| mail_limit(t, at)),
        sheet,
    };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

fn mail_shown(t: Words, report: &EstablishmentReport) -> Option<MailShown> {
    use crate::domain::establishment::MailState;
    let mail = report.mail.as_ref()?;
    let to = mail.to.clone().unwrap_or_default();
    let words = match mail.ended_at {
        Some(at) => t.say_with("establishment-mail-ended", &[("to", &to), ("at", &moment(t, at))]),
        None => t.say_with("establishment-mail-under-way", &[("to", &to), ("times", &mail.attempts.to_string())]),
    };
    Some(MailShown {
        words,
        answer: mail.answer.clone(),
        message_id: mail.message_id.clone(),
        doubtful: mail.state == MailState::Unknown,
    })
}

/// The words of the button that sends the report by mail.
fn send_words(app: &App, t: Words, report: &EstablishmentReport) -> Option<String> {
    use crate::domain::establishment::MailState;
    app.settings.establishment.mail.as_ref()?;
    match report.mail.as_ref().map(|mail| mail.state) {
        None => Some(t.say("establishment-mail-send")),
        Some(MailState::Refused | MailState::Unknown) => Some(t.say("establishment-mail-resend")),
        Some(MailState::Queued | MailState::Sending | MailState::Accepted) => None,
    }
}

/// Notes that the report was sent on paper.
pub async fn note_paper(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<EstablishmentReportId>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<SentForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let (t, now) = (visitor.words, app.now());
    must_exist(&mut tx, &visitor, id).await?;
    let mut form = FormState::new(typed);
    let day = read_sent_day(t, &mut form.errors, "sent_on", &form.typed.sent_on, now);
    let number = match form.typed.number.parse::<FormEntry>() {
        Ok(number) => Some(number),
        Err(BadText::Empty) => None,
        Err(bad) => {
            form.errors.add("number", bad_text(t, bad));
            None
        }
    };
    if let Some(day) = day.filter(|_| form.errors.is_empty()) {
        let noted = acts::note_paper(&mut tx, &visitor.caller.right(), id, day, number.as_ref(), now).await;
        say_bad_day(t, &mut form.errors, "sent_on", noted)?;
    }
    if form.errors.is_empty() {
        let to = with_flash(&report_address(id), "said-paper-noted");
        form_key.finish(tx, &app, &to).await?;
        return Ok(Redirect::to(&to).into_response());
    }
    drop(tx);
    refuse(&app, visitor, id, form).await
}

/// Notes that a person sent the report by mail themselves.
pub async fn note_own_mail(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<EstablishmentReportId>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<SentForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let (t, now) = (visitor.words, app.now());
    must_exist(&mut tx, &visitor, id).await?;
    let mut form = FormState::new(typed);
    let day = read_sent_day(t, &mut form.errors, "mailed_on", &form.typed.mailed_on, now);
    let address = form.typed.mailed_to.trim().parse::<EmailAddress>();
    let address = form.errors.check("mailed_to", address.map_err(|_| t.say("establishment-own-mail-to-bad")));
    if let (Some(day), Some(address)) = (day, &address) {
        let noted = acts::note_own_mail(&mut tx, &visitor.caller.right(), id, day, address, now).await;
        say_bad_day(t, &mut form.errors, "mailed_on", noted)?;
    }
    if form.errors.is_empty() {
        let to = with_flash(&report_address(id), "said-own-mail-noted");
        form_key.finish(tx, &app, &to).await?;
        return Ok(Redirect::to(&to).into_response());
    }
    drop(tx);
    refuse(&app, visitor, id, form).await
}

async fn must_exist(db: &mut Connection, visitor: &Visitor, id: EstablishmentReportId) -> Result<(), Problem> {
    let found = find_report(db, visitor.caller.scope.groups(), id).await?;
    found.map(drop).ok_or_else(|| Problem::absent("report"))
}

/// The day on which a report was sent; or nothing, and what is wrong is added.
fn read_sent_day(t: Words, errors: &mut FormErrors, field: &'static str, typed: &str, now: Timestamp) -> Option<Date> {
    let day = errors.check(field, read_day(t, typed, Bound::Begin, now))?;
    if day.is_none() {
        errors.add(field, t.say("establishment-sent-day-needed"));
    }
    day
}

/// Says by the field what is wrong with the day on which a report is said to have been sent.
fn say_bad_day(
    t: Words,
    errors: &mut FormErrors,
    field: &'static str,
    noted: Result<(), OfficeRefusal>,
) -> Result<(), Problem> {
    match noted {
        Ok(()) => {}
        Err(OfficeRefusal::InFuture(_)) => errors.add(field, t.say("establishment-sent-in-future")),
        Err(OfficeRefusal::BeforeReport) => errors.add(field, t.say("establishment-sent-too-early")),
        Err(refusal) => return Err(refusal.into()),
    }
    Ok(())
}

/// The report with the form as it was sent, and what is wrong.
async fn refuse(
    app: &App,
    mut visitor: Visitor,
    id: EstablishmentReportId,
    form: FormState<SentForm>,
) -> Result<Response, Problem> {
    visitor.here = report_address(id);
    render(app, &visitor, id, form, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// Nothing more to say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SendForm {}

/// Sends the report by mail, the first time or again.
pub async fn send_again(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<EstablishmentReportId>,
    IdempotentForm { form_key, form: Form(SendForm {}) }: IdempotentForm<Form<SendForm>>,
) -> Result<Response, Problem> {
    let now = app.now();
    let lead = form_key.lead_on(&app, async |tx| {
        let found = find_report(tx, visitor.caller.scope.groups(), id).await?;
        found.ok_or_else(|| Problem::absent("report"))?;
        let Some(mail) = &app.settings.establishment.mail else {
            return Err(Problem::conflict("no-mail", "No mail server and recipient are set up here."));
        };
        acts::send_again(tx, &visitor.caller.right(), id, mail, now).await?;
        Ok(with_flash(&report_address(id), "said-report-mailed"))
    });
    lead.await
}
