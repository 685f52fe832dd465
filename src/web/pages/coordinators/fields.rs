//! The form of a coordinator as it is typed, and what it means.

use serde::Deserialize;

use crate::domain::coordinator::{Contacts, CoordinatorSource, FormInput, Person};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::Bound;
use crate::web::pages::form_fields::{begin_of, read_day};
use crate::web::pages::form_state::{Choice, FormErrors, FormState};
use crate::web::ui::label::{Label as _, either};
use crate::web::words::{Words, capital};

/// The blanks of the form besides the office, in its order, and what is said of the reply.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CoordinatorForm {
    /// ชื่อ
    pub first_name: String,
    /// นามสกุล
    pub last_name: String,
    /// ตำแหน่ง
    pub position: String,
    /// สังกัด
    pub affiliation: String,
    /// เบอร์โทรศัพท์
    pub telephone: String,
    /// มือถือ
    pub mobile: String,
    /// E-mail
    pub email: String,
    /// ID Line
    pub line_id: String,
    /// Ticked for the deputy.
    pub deputy: String,
    /// The first day; empty for now.
    pub from: String,
    /// How the reply came in.
    pub source: String,
}

/// What the form means.
pub(super) struct Filled {
    pub person: Person,
    pub contacts: Contacts,
    pub deputy: bool,
    pub from: Timestamp,
    pub source: CoordinatorSource,
}

/// What the form means; or nothing, and what is wrong is in the form.
pub(super) fn read(
    t: Words,
    FormState { typed, errors }: &mut FormState<CoordinatorForm>,
    now: Timestamp,
) -> Option<Filled> {
    let input = FormInput {
        first_name: &typed.first_name,
        last_name: &typed.last_name,
        position: &typed.position,
        affiliation: &typed.affiliation,
        telephone: &typed.telephone,
        mobile: &typed.mobile,
        email: &typed.email,
        line_id: &typed.line_id,
    };
    let filled = input.read();
    for fault in filled.as_ref().err().into_iter().flatten() {
        let sentence = either(t, fault.why.thai(), capital(&fault.why.to_string()));
        errors.add(fault.column.name(), sentence);
    }
    let from = read_first_day(t, &typed.from, errors, now);
    let source = read_source(t, &typed.source);
    let source = errors.check("source", source);
    let ((person, contacts), from, source) = (filled.ok()?, from?, source?);
    Some(Filled { person, contacts, deputy: !typed.deputy.is_empty(), from, source })
}

/// The beginning of a first day; now where none is typed.
pub(super) fn read_first_day(t: Words, typed: &str, errors: &mut FormErrors, now: Timestamp) -> Option<Timestamp> {
    let day = errors.check("from", read_day(t, typed, Bound::Begin, now))?;
    Some(day.and_then(begin_of).unwrap_or(now))
}

fn read_source(t: Words, typed: &str) -> Result<CoordinatorSource, String> {
    let known = CoordinatorSource::KEYED_IN.into_iter().find(|source| source.as_str() == typed);
    known.or(typed.is_empty().then_some(CoordinatorSource::Web)).ok_or_else(|| t.say("coordinators-source-needed"))
}

/// How a reply may have come in.
pub(super) fn source_choices(t: Words, chosen: &str) -> Vec<Choice> {
    let choice = |source: CoordinatorSource| Choice::of(source.as_str(), source.word(t), chosen);
    CoordinatorSource::KEYED_IN.into_iter().map(choice).collect()
}
