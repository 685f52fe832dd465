//! What a bulletin asks of offices: on its page it is shown to all, and added to and taken from a draft by whoever writes it. The form of the
//! draft has the fields of the first request, which are read here as well.

use axum::Form;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::format::{bad_text, draft_fault};
use super::show::page_asking;
use crate::domain::ids::BulletinId;
use crate::domain::request::{DraftedRequest, MOST_WORKING_DAYS, RequestKind, RequestPurpose};
use crate::domain::text::RequestText;
use crate::domain::thai::{Digits, format_long_date, to_arabic_digits};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::Bound;
use crate::relay::draft_rules::DraftFault;
use crate::relay::drafts;
use crate::store::bulletins::{Bulletin, Draft};
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::{Id, Ids};
use crate::web::pages::form_fields::read_day;
use crate::web::pages::form_state::{Choice, FormErrors, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::format::day;
use crate::web::ui::label::Label as _;
use crate::web::words::Words;

/// What is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RequestForm {
    /// What is asked.
    pub request_kind: String,
    /// With which words; empty = as is usual for the kind.
    pub purpose: String,
    /// In the words of the letter.
    pub text: String,
    /// The last day.
    pub due_on: String,
    /// In place of a day.
    pub working_days: String,
}

impl RequestForm {
    /// A request as somebody would have typed it.
    pub(super) fn of(request: &DraftedRequest) -> Self {
        let purpose = match request.purpose {
            RequestPurpose::Act => "act",
            RequestPurpose::Inform => "inform",
        };
        Self {
            request_kind: request.kind.as_str().to_owned(),
            purpose: purpose.to_owned(),
            text: request.text.to_string(),
            due_on: request.due_on.map(|last| format_long_date(last, Digits::Thai)).unwrap_or_default(),
            working_days: request.due_in_working_days.map(|days| days.to_string()).unwrap_or_default(),
        }
    }

    /// Whether nothing is asked; closing words alone ask nothing.
    pub(super) fn is_blank(&self) -> bool {
        [&self.request_kind, &self.text, &self.due_on, &self.working_days].iter().all(|field| field.trim().is_empty())
    }

    /// What the fields mean; or nothing, and what is wrong is in `errors`.
    pub(super) fn read(&self, t: Words, errors: &mut FormErrors, now: Timestamp) -> Option<DraftedRequest> {
        let kind = RequestKind::ALL.into_iter().find(|kind| kind.as_str() == self.request_kind);
        let kind = errors.check("request_kind", kind.ok_or_else(|| t.say("requests-kind-needed")));
        let purpose = match self.purpose.as_str() {
            "act" => Some(RequestPurpose::Act),
            "inform" => Some(RequestPurpose::Inform),
            _ => kind.map(RequestKind::usual_purpose),
        };
        let text = self.text.parse::<RequestText>().map_err(|bad| bad_text(t, bad));
        let text = errors.check("text", text);
        let due_on = errors.check("due_on", read_day(t, &self.due_on, Bound::DueAt, now));
        let days = errors.check("working_days", read_working_days(t, &self.working_days));
        let (kind, purpose, text, due_on, due_in_working_days) = (kind?, purpose?, text?, due_on?, days?);
        Some(DraftedRequest { kind, purpose, text, due_on, due_in_working_days })
    }
}

/// A request as the page of its bulletin shows it.
pub(in crate::web::pages) struct Asked {
    pub no: usize,
    pub kind: RequestKind,
    pub purpose: RequestPurpose,
    pub text: String,
    pub due: String,
}

/// What a bulletin asks.
pub(in crate::web::pages) fn list_asked(t: Words, row: &Bulletin) -> Vec<Asked> {
    let asked = row.requests.iter().enumerate().map(|(index, request)| Asked {
        no: index + 1,
        kind: request.kind,
        purpose: request.purpose,
        text: request.text.to_string(),
        due: say_due(t, request),
    });
    asked.collect()
}

fn say_due(t: Words, request: &DraftedRequest) -> String {
    match (request.due_on, request.due_in_working_days) {
        (Some(last), _) => t.say_with("requests-due-by", &[("day", &day(t, last))]),
        (None, Some(days)) => t.say_with("requests-due-in", &[("days", &days.to_string())]),
        (None, None) => t.say("requests-due-none"),
    }
}

/// What can be asked.
pub(super) fn kind_choices(t: Words, chosen: &str) -> Vec<Choice> {
    RequestKind::ALL.into_iter().map(|kind| Choice::of(kind.as_str(), kind.word(t), chosen)).collect()
}

/// With which words.
pub(super) fn purpose_choices(t: Words, chosen: &str) -> Vec<Choice> {
    let known = [("act", RequestPurpose::Act), ("inform", RequestPurpose::Inform)];
    known.into_iter().map(|(word, purpose)| Choice::of(word, purpose.word(t), chosen)).collect()
}

/// Adds a request to a draft.
pub async fn add_request(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<RequestForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let (t, now, right) = (visitor.words, app.now(), visitor.caller.right());
    let before = drafts::lock(&mut tx, &right, id).await?;
    let mut form = FormState::new(typed);
    if let Some(request) = form.typed.read(t, &mut form.errors, now) {
        let mut draft = Draft::of(&before);
        draft.requests.push(request);
        match drafts::check(&mut tx, &right, draft, now).await? {
            Ok(checked) => {
                drafts::change(&mut tx, &right, &before, &checked, now).await?;
                let to = with_flash(&format!("/bulletins/{id}"), "said-request-added");
                form_key.finish(tx, &app, &to).await?;
                return Ok(Redirect::to(&to).into_response());
            }
            Err(faults) => {
                for fault in &faults {
                    form.errors.add(field_of(fault), draft_fault(t, fault));
                }
            }
        }
    }
    page_asking(&mut tx, &app, &visitor, id, (FormState::default(), form), StatusCode::UNPROCESSABLE_ENTITY).await
}

/// Beside which field a fault of the draft is told.
pub(super) fn field_of(fault: &DraftFault) -> &'static str {
    match fault {
        DraftFault::RequestDueTwice(_) | DraftFault::RequestDays(_) => "working_days",
        DraftFault::RequestOver(_) => "due_on",
        _ => "text",
    }
}

fn read_working_days(t: Words, typed: &str) -> Result<Option<u8>, String> {
    match to_arabic_digits(typed.trim()).as_str() {
        "" => Ok(None),
        digits => {
            let days = digits.parse().ok().filter(|days| (1..=MOST_WORKING_DAYS).contains(days));
            days.map(Some).ok_or_else(|| t.say_with("requests-days-wrong", &[("most", &MOST_WORKING_DAYS.to_string())]))
        }
    }
}

/// Takes a request from a draft.
pub async fn remove_request(
    State(app): State<App>,
    visitor: Visitor,
    Ids(id, no): Ids<BulletinId, usize>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let (now, right) = (app.now(), visitor.caller.right());
    let before = drafts::lock(&mut tx, &right, id).await?;
    let mut draft = Draft::of(&before);
    if no == 0 || no > draft.requests.len() {
        return Err(Problem::absent("request"));
    }
    draft.requests.remove(no - 1);
    let checked = drafts::check(&mut tx, &right, draft, now).await?;
    let checked =
        checked.map_err(|faults| Problem::invalid(faults.iter().map(crate::web::refused::draft_fault).collect()))?;
    drafts::change(&mut tx, &right, &before, &checked, now).await?;
    let to = with_flash(&format!("/bulletins/{id}"), "said-request-removed");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}
