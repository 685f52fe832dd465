//! A report: the form to print, แบบรายงานผลการดำเนินงาน, and the two ways by which it goes out.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::{address, mail_badge, mail_limit, paper_badge, report_address};
use crate::domain::establishment::ReportedGroup;
use crate::domain::ids::EstablishmentReportId;
use crate::domain::text::{BadText, FormEntry};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::Bound;
use crate::offices::OfficeRefusal;
use crate::offices::establishment as acts;
use crate::report::establishment::ReportForm;
use crate::store::establishment::reports::{Report, find_report, get_rows};
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::pages::compose::format::bad_text;
use crate::web::pages::form_fields::read_day;
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::format::moment;
use crate::web::ui::label::Badge;
use crate::web::view::establishment::EstablishmentReport;
use crate::web::words::Words;

/// What is typed of the paper.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PaperForm {
    /// The day.
    pub sent_on: String,
    /// The number of the letter.
    pub number: String,
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
    /// The words of the button that sends it; none where that cannot be.
    send: Option<String>,
    form: FormState<PaperForm>,
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
    use crate::domain::establishment::MailState;
    let by_mail = report.mail.as_ref().is_some_and(|mail| mail.state == MailState::Accepted);
    match (report.paper.is_some(), by_mail) {
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
    form: FormState<PaperForm>,
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
    let page = ReportPage {
        id,
        back,
        office,
        title: t.say_with("establishment-report-no", &[("no", &report.no.to_string())]),
        paper: paper_badge(t, &report),
        paper_number: report.paper.as_ref().and_then(|paper| paper.number.clone()),
        mail: mail_badge(t, &report),
        mail_shown: mail_shown(t, &report),
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
    mut visitor: Visitor,
    Id(id): Id<EstablishmentReportId>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<PaperForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let (t, now) = (visitor.words, app.now());
    let found = find_report(&mut tx, visitor.caller.scope.groups(), id).await?;
    found.ok_or_else(|| Problem::absent("report"))?;
    let mut form = FormState::new(typed);
    let day = form.errors.check("sent_on", read_day(t, &form.typed.sent_on, Bound::Begin, now));
    if day == Some(None) {
        form.errors.add("sent_on", t.say("establishment-paper-day-needed"));
    }
    let number = match form.typed.number.parse::<FormEntry>() {
        Ok(number) => Some(number),
        Err(BadText::Empty) => None,
        Err(bad) => {
            form.errors.add("number", bad_text(t, bad));
            None
        }
    };
    let noted = match day.flatten().filter(|_| form.errors.is_empty()) {
        Some(day) => acts::note_paper(&mut tx, &visitor.caller.right(), id, day, number.as_ref(), now).await,
        None => Ok(()),
    };
    match noted {
        Ok(()) => {}
        Err(OfficeRefusal::InFuture(_)) => form.errors.add("sent_on", t.say("establishment-paper-in-future")),
        Err(OfficeRefusal::BeforeReport) => form.errors.add("sent_on", t.say("establishment-paper-too-early")),
        Err(refusal) => return Err(refusal.into()),
    }
    if !form.errors.is_empty() {
        drop(tx);
        visitor.here = report_address(id);
        return render(&app, &visitor, id, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let to = with_flash(&report_address(id), "said-paper-noted");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
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
