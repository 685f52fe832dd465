//! A report: the form to print, แบบรายงานผลการดำเนินงาน, and the two ways by which it goes out.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::{address, mail_badge, paper_badge, report_address};
use crate::domain::establishment::{EstablishmentSums, GroupStage, NameCheck, ReportedGroup};
use crate::domain::ids::EstablishmentReportId;
use crate::domain::text::{BadText, FormEntry};
use crate::domain::thai::{Digits, format_moment, to_thai_digits};
use crate::domain::time_bound::Bound;
use crate::offices::OfficeRefusal;
use crate::offices::establishment as acts;
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
use crate::web::ui::label::{Badge, Label as _};
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

/// A group as the form has it, in Thai.
struct SheetRow {
    no: String,
    name: String,
    office: String,
    stage: String,
    line_name: String,
    members: String,
    head_count: String,
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
    no: String,
    made_at: String,
    groups: String,
    created: String,
    differ: String,
    unknown: String,
    members: String,
    head_count: String,
    not_counted: String,
    rows: Vec<SheetRow>,
}

/// The page.
pub async fn show_report(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<EstablishmentReportId>,
) -> Result<Response, Problem> {
    render(&app, &visitor, id, FormState::default(), StatusCode::OK).await
}

async fn find(
    app: &App,
    visitor: &Visitor,
    id: EstablishmentReportId,
) -> Result<(Report, Vec<ReportedGroup>), Problem> {
    let mut db = app.db.acquire().await?;
    let found = find_report(&mut db, visitor.caller.scope.groups(), id).await?;
    let found = found.ok_or_else(|| Problem::absent("report"))?;
    let rows = get_rows(&mut db, id).await?;
    Ok((found, rows))
}

async fn render(
    app: &App,
    visitor: &Visitor,
    id: EstablishmentReportId,
    form: FormState<PaperForm>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let (found, rows) = find(app, visitor, id).await?;
    let (back, office) = (address(&found.office), found.office_name.clone());
    let report = EstablishmentReport::from(found);
    let sums = EstablishmentSums::of(&rows);
    let created = rows.iter().filter(|row| row.created && row.stage != GroupStage::Closed).count();
    let thai = |number: i64| to_thai_digits(&number.to_string());
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
        no: to_thai_digits(&report.no.to_string()),
        made_at: format_moment(report.made_at, Digits::Thai),
        groups: thai(sums.groups),
        created: thai(i64::try_from(created).unwrap_or(i64::MAX)),
        differ: thai(sums.names_differ),
        unknown: thai(sums.names_unknown),
        members: thai(sums.members),
        head_count: thai(sums.head_count),
        not_counted: thai(sums.not_counted),
        rows: sheet_rows(&rows),
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

/// The groups that are in use, as the form has them; the form is Thai in every language.
fn sheet_rows(rows: &[ReportedGroup]) -> Vec<SheetRow> {
    let t = Words::default();
    let known =
        |number: Option<i32>| number.map_or_else(|| "ไม่ทราบ".to_owned(), |number| to_thai_digits(&number.to_string()));
    let in_use = rows.iter().filter(|row| row.stage != GroupStage::Closed).enumerate();
    let rows = in_use.map(|(n, row)| SheetRow {
        no: to_thai_digits(&(n + 1).to_string()),
        name: row.name.clone(),
        office: row.office_name.clone(),
        stage: row.stage.word(t),
        line_name: match (&row.line_name, &row.prescribed) {
            (Some(is), Some(should)) if row.name_check == NameCheck::Differs => {
                format!("{is} (ชื่อตามแบบ: {should})")
            }
            (Some(is), _) => is.clone(),
            (None, _) => row.name_check.word(t),
        },
        members: known(row.members),
        head_count: known(row.head_count),
    });
    rows.collect()
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
