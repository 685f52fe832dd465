//! Entries of a receive register as a system of the office makes them: receiving, and endorsing step by step.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use crate::domain::document::DocumentNumber;
use crate::domain::ids::{BulletinId, RegisterEntryId};
use crate::domain::register::{EndorsementKind, ReceiptWay};
use crate::domain::text::{Author, Note, Remark, Subject, Unit};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{Bound, TimeInput, parse_day};
use crate::offices::OfficeRefusal;
use crate::offices::register::{self as commands, Letter, OutsideLetter, Receipt};
use crate::store::register::endorsements::list_endorsements;
use crate::store::register::find_entry;
use crate::web::access::offices::chosen;
use crate::web::app::App;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::Id;
use crate::web::problem::{FieldError, Problem, ProblemDetails};
use crate::web::view::register::{EndorsedEntry, Endorsement, chain};

/// What was received: a bulletin, or a letter from outside by its subject.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRegisterEntry {
    /// In whose register, by the office's code; left out = the key's own office.
    #[serde(default)]
    office: Option<String>,
    /// The bulletin. What stands on it is taken from it, and nothing of a letter is said beside it.
    #[serde(default)]
    bulletin_id: Option<BulletinId>,
    /// What a letter from outside is about.
    #[serde(default)]
    subject: Option<Subject>,
    /// The letter's number, kept exactly as given.
    #[serde(default)]
    #[schema(
        min_length = 1,
        max_length = 100,
        example = "ที่ นร ๐๕๐๕/ว ๕๐๐",
        pattern = r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$"
    )]
    document_number: Option<String>,
    /// The letter's date: `YYYY-MM-DD`, or as the letter writes it.
    #[serde(default)]
    #[schema(
        example = "๒๒ ตุลาคม ๒๕๖๓",
        pattern = r"^(?:(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])|[^-]*[0-9๐-๙]{1,2}[^-]+[0-9๐-๙]{2,4}|[0-9๐-๙]{1,2}-[0-9๐-๙]{1,2}-[0-9๐-๙]{4})$"
    )]
    document_date: Option<String>,
    /// From whom the letter is.
    #[serde(default)]
    from: Option<Unit>,
    /// To whom it is.
    #[serde(default)]
    to: Option<Unit>,
    /// When it was received, not in the future; its seconds are left out. Left out = now. The number is of its year.
    #[serde(default)]
    #[schema(value_type = Option<Timestamp>)]
    received_at: Option<TimeInput>,
    /// What is remarked.
    #[serde(default)]
    remark: Option<Remark>,
}

impl NewRegisterEntry {
    /// What it means, or all that is wrong with it.
    fn read(self, now: Timestamp) -> Result<(Option<String>, Receipt), Problem> {
        let mut errors = Vec::new();
        let received_at = self.received_at.map(|at| at.within(Bound::Search, now)).transpose();
        let received_at = received_at.map_err(|bad| errors.push(FieldError::new("/received_at", bad))).ok().flatten();
        let date = self.document_date.as_deref().map(|date| parse_day(date, Bound::Letter, now)).transpose();
        let date = date.map_err(|bad| errors.push(FieldError::new("/document_date", bad))).ok().flatten();
        let number = self.document_number.as_deref().map(|number| DocumentNumber::parse(number, date)).transpose();
        let number = number.map_err(|bad| errors.push(FieldError::new("/document_number", bad))).ok().flatten();
        let letter = match (self.bulletin_id, self.subject) {
            (Some(id), None) => {
                let others = [
                    ("/document_number", self.document_number.is_some()),
                    ("/document_date", self.document_date.is_some()),
                    ("/from", self.from.is_some()),
                    ("/to", self.to.is_some()),
                ];
                let said = others.into_iter().filter(|(_, said)| *said);
                errors.extend(said.map(|(pointer, _)| FieldError::new(pointer, "is taken from the bulletin")));
                Some(Letter::Bulletin(id))
            }
            (None, Some(subject)) => {
                Some(Letter::Outside(OutsideLetter { subject, number, date, from: self.from, to: self.to }))
            }
            (Some(_), Some(_)) => {
                errors.push(FieldError::new("/subject", "is taken from the bulletin"));
                None
            }
            (None, None) => {
                errors.push(FieldError::new("/subject", "is required where no bulletin is named"));
                None
            }
        };
        match letter {
            Some(letter) if errors.is_empty() => {
                Ok((self.office, Receipt { letter, received_at, remark: self.remark, how: ReceiptWay::Api }))
            }
            _ => Err(Problem::invalid(errors)),
        }
    }
}

/// Enter what an office received, under the next number of the year.
#[utoipa::path(post, path = "/register", tag = "offices", request_body = NewRegisterEntry, responses(
    (status = 201, body = EndorsedEntry),
    (status = 404, description = "There is no such office or bulletin, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn receive_letter(State(app): State<App>, post: IdempotentPost<NewRegisterEntry>) -> PostResult {
    let (mut work, body) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    let (office, receipt) = body.read(now)?;
    let office = chosen(work.db(), &caller, office.as_deref(), "/office").await?;
    let id = commands::receive(work.db(), &right, office.id, &receipt, now).await?;
    let row = find_entry(work.db(), id, None).await?.ok_or(OfficeRefusal::EntryAbsent)?;
    work.answer(StatusCode::CREATED, &EndorsedEntry::of(row, Vec::new())).await
}

/// A step of the chain, as it stands on the paper or is given now.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEndorsementInput {
    /// What it says.
    kind: EndorsementKind,
    /// Who endorses, by name or title.
    author: Author,
    /// Their unit.
    #[serde(default)]
    unit: Option<Unit>,
    /// Who is to act: needed to assign, may be left open where it is proposed.
    #[serde(default)]
    assignee: Option<Unit>,
    /// In the author's words; needed of what was done: how.
    #[serde(default)]
    text: Option<Note>,
    /// When, not in the future; its seconds are left out. Left out = now.
    #[serde(default)]
    #[schema(value_type = Option<Timestamp>)]
    at: Option<TimeInput>,
}

/// Add an endorsement under an entry; it is never changed or taken away.
#[utoipa::path(post, path = "/register/{id}/endorsements", tag = "offices", params(("id" = RegisterEntryId, Path)),
    request_body = NewEndorsementInput, responses((status = 201, body = Endorsement)))]
pub async fn endorse_entry(
    State(app): State<App>,
    Id(id): Id<RegisterEntryId>,
    post: IdempotentPost<NewEndorsementInput>,
) -> PostResult {
    let (mut work, body) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    let at = body.at.map(|at| at.within(Bound::Search, now)).transpose();
    let new = commands::NewEndorsement {
        kind: body.kind,
        author: body.author,
        unit: body.unit,
        assignee: body.assignee,
        text: body.text,
        at: at.map_err(|bad| Problem::invalid_field("/at", bad))?,
    };
    let position = commands::endorse(work.db(), &right, id, &new, now).await?;
    let row = find_entry(work.db(), id, None).await?.ok_or(OfficeRefusal::EntryAbsent)?;
    let chain = chain(list_endorsements(work.db(), id).await?, row.received_at);
    let made = chain.into_iter().find(|step| step.position == position).ok_or(OfficeRefusal::EntryAbsent)?;
    work.answer(StatusCode::CREATED, &made).await
}
