//! `/register/new`: entering what an office received, a bulletin or a letter from outside.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::{HERE, choose_office, read_moment, read_text, say_bad};
use crate::domain::document::{BadDocumentNumber, DocumentNumber, MAX_CHARACTERS};
use crate::domain::ids::{BulletinId, RegisterEntryId};
use crate::domain::register::ReceiptWay;
use crate::domain::time::Timestamp;
use crate::domain::time_bound::Bound;
use crate::offices::OfficeRefusal;
use crate::offices::register::{Letter, OutsideLetter, Receipt, receive};
use crate::store::Connection;
use crate::store::bulletins::Bulletin;
use crate::store::register::find_of_bulletin;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Parameters;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_fields::{OfficeField, read_day};
use crate::web::pages::form_state::{FormErrors, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::words::Words;

/// What is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReceiveForm {
    #[serde(flatten)]
    office: OfficeField,
    /// The bulletin; empty = a letter from outside.
    bulletin: String,
    subject: String,
    number: String,
    date: String,
    from: String,
    to: String,
    received_date: String,
    received_time: String,
    remark: String,
}

/// A bulletin that is to be received.
struct BulletinHead {
    id: BulletinId,
    subject: String,
    number: Option<String>,
    origin: String,
}

impl BulletinHead {
    fn of(bulletin: Bulletin) -> Self {
        let Bulletin { id, subject, document_number: number, origin_office: origin, .. } = bulletin;
        Self { id, subject, number, origin }
    }
}

#[derive(Template)]
#[template(path = "register/new.html")]
struct ReceivePage {
    form: FormState<ReceiveForm>,
    bulletin: Option<BulletinHead>,
    /// Whose register it is; none where that is to be said.
    office: Option<String>,
}

/// The bulletin that is named, if it is published and the visitor sees it; none where a letter is to be typed.
async fn find_bulletin(db: &mut Connection, visitor: &Visitor, typed: &str) -> Result<Option<BulletinHead>, Problem> {
    if typed.is_empty() {
        return Ok(None);
    }
    let absent = || Problem::absent("published bulletin");
    let id = typed.parse().map_err(|_| absent())?;
    let bulletin = visible::bulletin(db, &visitor.caller, id).await?;
    if bulletin.published_at.is_none() { Err(absent()) } else { Ok(Some(BulletinHead::of(bulletin))) }
}

/// The form; or the entry, where the office has received the bulletin.
pub async fn show_form(
    visitor: Visitor,
    Parameters(typed): Parameters<ReceiveForm>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let mut form = FormState::new(typed);
    let office = choose_office(&mut db, &visitor, &mut form.typed.office, &mut form.errors).await?;
    let bulletin = find_bulletin(&mut db, &visitor, &form.typed.bulletin).await?;
    if let (Some(office), Some(bulletin)) = (&office, &bulletin)
        && let Some(known) = find_of_bulletin(&mut db, office.id, bulletin.id).await?
    {
        return Ok(Redirect::to(&with_flash(&format!("{HERE}/{known}"), "said-received-already")).into_response());
    }
    if let Some(office) = &office {
        form.typed.office.typed.clone_from(&office.code);
    }
    let page = ReceivePage { form, bulletin, office: office.map(|office| office.name) };
    Ok(HtmlPage::of(&visitor, page).into_response())
}

/// What the form means; or nothing, and what is wrong with it is in the form.
fn read(
    t: Words,
    FormState { typed, errors }: &mut FormState<ReceiveForm>,
    bulletin: Option<BulletinId>,
    now: Timestamp,
) -> Option<Receipt> {
    let letter = match bulletin {
        Some(id) => Some(Letter::Bulletin(id)),
        None => read_letter(t, typed, errors, now).map(Letter::Outside),
    };
    let (day, time) = (("received_date", &*typed.received_date), ("received_time", &*typed.received_time));
    let received_at = read_moment(t, errors, day, time, now);
    let remark = errors.check("remark", read_text(t, &typed.remark));
    Some(Receipt { letter: letter?, received_at: Some(received_at?), remark: remark?, how: ReceiptWay::Page })
}

/// A letter from outside, with all that is wrong with it.
fn read_letter(t: Words, typed: &ReceiveForm, errors: &mut FormErrors, now: Timestamp) -> Option<OutsideLetter> {
    let date = errors.check("date", read_day(t, &typed.date, Bound::Letter, now));
    let number = match DocumentNumber::parse(&typed.number, date.flatten()) {
        Ok(number) => Ok(Some(number)),
        Err(BadDocumentNumber::Empty) => Ok(None),
        Err(BadDocumentNumber::TooLong | BadDocumentNumber::ControlCharacter) => {
            Err(t.say_with("register-number-wrong", &[("most", &MAX_CHARACTERS.to_string())]))
        }
    };
    let number = errors.check("number", number);
    let from = errors.check("from", read_text(t, &typed.from));
    let to = errors.check("to", read_text(t, &typed.to));
    let subject = errors.check("subject", typed.subject.parse().map_err(|bad| say_bad(t, bad)));
    Some(OutsideLetter { subject: subject?, number: number?, date: date?, from: from?, to: to? })
}

fn entry_path(id: RegisterEntryId, said: &'static str) -> String {
    with_flash(&format!("{HERE}/{id}"), said)
}

/// Enters it.
pub async fn receive_letter(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<ReceiveForm>>,
) -> Result<Response, Problem> {
    let (t, now) = (visitor.words, app.now());
    let mut form = FormState::new(typed);
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let bulletin = find_bulletin(&mut tx, &visitor, &form.typed.bulletin).await?;
    let office = choose_office(&mut tx, &visitor, &mut form.typed.office, &mut form.errors).await?;
    if office.is_none() && form.error("office").is_none() {
        form.errors.add("office", t.say("accounts-office-needed"));
    }
    let receipt = read(t, &mut form, bulletin.as_ref().map(|bulletin| bulletin.id), now);
    if let (Some(office), Some(receipt)) = (&office, receipt) {
        match receive(&mut tx, &visitor.caller.right(), office.id, &receipt, now).await {
            Ok(id) => {
                let to = entry_path(id, "said-received");
                form_key.finish(tx, &app, &to).await?;
                return Ok(Redirect::to(&to).into_response());
            }
            Err(OfficeRefusal::AlreadyReceived(id)) => {
                return Ok(Redirect::to(&entry_path(id, "said-received-already")).into_response());
            }
            Err(OfficeRefusal::BulletinAbsent) => form.errors.add("office", t.say("register-not-for-office")),
            Err(OfficeRefusal::InFuture(_)) => form.errors.add("received_time", t.say("register-in-future")),
            Err(OfficeRefusal::YearClosed(_)) => form.errors.add("received_date", t.say("register-year-is-closed")),
            Err(OfficeRefusal::BadYear(_)) => form.errors.add("received_date", t.say("register-year-wrong")),
            Err(refusal) => return Err(refusal.into()),
        }
    }
    drop(tx);
    // one that was only suggested is asked for again, should it be wrong
    let named = office.filter(|_| form.error("office").is_none()).map(|office| office.name);
    let page = ReceivePage { form, bulletin, office: named };
    Ok(HtmlPage::of(&visitor, page).status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}
