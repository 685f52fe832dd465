//! The receive register of an office on pages: the list, an entry with its stamp and its chain, receiving, endorsing, the years,
//! and a sheet to print.

mod endorse;
mod entry;
mod list;
mod print;
mod receive;
mod stamp;
mod unreceived;
mod years;

pub(super) use unreceived::receive_path;

use axum::Router;
use axum::routing::{get, post};

use super::form_fields::{OfficeChoice, OfficeField, read_day};
use super::form_state::FormErrors;
use crate::domain::text::BadText;
use crate::domain::thai::{from_bangkok, parse_time, to_bangkok};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::Bound;
use crate::store::offices::{Office, find_office};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::people::Visitor;
use crate::web::ui::label::either;
use crate::web::words::Words;

/// The list.
const HERE: &str = "/register";

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list::show_list))
        .route("/register/new", get(receive::show_form).post(receive::receive_letter))
        .route("/register/by-itself", post(years::choose))
        .route("/register/years/{year}/close", post(years::close))
        .route("/register/{id}", get(entry::show_entry))
        .route("/register/{id}/print", get(print::show_sheet))
        .route("/register/{id}/endorsements", post(endorse::add))
}

/// The office that was typed or picked, or else the visitor's own; none where there is neither, or with what is wrong in `errors`.
async fn choose_office(
    db: &mut Connection,
    visitor: &Visitor,
    field: &mut OfficeField,
    errors: &mut FormErrors,
) -> Result<Option<Office>, StoreError> {
    let t = visitor.words;
    let chosen = field.choose(db, visitor.caller.scope.groups()).await?;
    if !field.picked.is_empty() {
        field.typed = std::mem::take(&mut field.picked);
    }
    match chosen {
        OfficeChoice::One(office) => return Ok(Some(office)),
        OfficeChoice::Empty => {
            return match visitor.caller.office_code.as_deref() {
                Some(own) => find_office(db, own).await,
                None => Ok(None),
            };
        }
        OfficeChoice::Several(offices) => {
            field.offered = offices;
            errors.add("office", t.say("accounts-office-several"));
        }
        OfficeChoice::Absent => errors.add("office", t.say("accounts-office-absent")),
    }
    Ok(None)
}

/// A text that may be left out, or what is wrong with it in words.
fn read_text<T>(t: Words, typed: &str) -> Result<Option<T>, String>
where
    T: std::str::FromStr<Err = BadText>,
{
    match typed.parse() {
        Ok(text) => Ok(Some(text)),
        Err(BadText::Empty) => Ok(None),
        Err(bad) => Err(say_bad(t, bad)),
    }
}

fn say_bad(t: Words, bad: BadText) -> String {
    either(t, bad.thai(), bad.to_string())
}

/// A moment of a day and a time of day in Bangkok, both left out for now; the time is that of today where only it is typed. What is
/// wrong is added by the names of the fields.
fn read_moment(
    t: Words,
    errors: &mut FormErrors,
    (day_field, day): (&'static str, &str),
    (time_field, time): (&'static str, &str),
    now: Timestamp,
) -> Option<Timestamp> {
    let day = errors.check(day_field, read_day(t, day, Bound::Search, now))?;
    let (day, time) = match (day, time.trim()) {
        (None, "") => return Some(now),
        (Some(_), "") => {
            errors.add(time_field, t.say("register-time-needed"));
            return None;
        }
        (day, time) => (day.unwrap_or_else(|| to_bangkok(now).date()), time),
    };
    let time = errors.check(time_field, parse_time(time).map_err(|_| t.say("register-time-wrong")))?;
    from_bangkok(day.to_datetime(time)).ok()
}
