//! The form by which somebody above reports what an office said, on the page of a delivery and on a steward's page of a bulletin.

use serde::Deserialize;

use super::form_state::{Choice, FormState};
use crate::domain::reported::ReportKind;
use crate::domain::text::{BadText, PlainReason};
use crate::relay::on_behalf::ReportOutcome;
use crate::web::ui::label::{code_of, either};
use crate::web::words::Words;

/// What is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReportForm {
    /// The code of the group, where the page is not about one.
    pub group: String,
    /// What its office said.
    pub what: String,
    /// How it is known.
    pub comment: String,
}

/// What the form means; or nothing, and what is wrong with it is in the form.
pub fn read(
    t: Words,
    FormState { typed, errors }: &mut FormState<ReportForm>,
) -> Option<(ReportKind, Option<PlainReason>)> {
    let what = KINDS.into_iter().find(|what| code_of(what) == typed.what);
    let what = errors.check("what", what.ok_or_else(|| t.say("report-what-none")));
    let comment = match typed.comment.parse::<PlainReason>() {
        Ok(comment) => Ok(Some(comment)),
        Err(BadText::Empty) => Ok(None),
        Err(bad) => Err(either(t, bad.thai(), bad.to_string())),
    };
    Some((what?, errors.check("comment", comment)?))
}

const KINDS: [ReportKind; 2] = [ReportKind::Acknowledged, ReportKind::Seen];

/// What an office can have said.
pub fn kinds(t: Words, form: &FormState<ReportForm>) -> Vec<Choice> {
    let word = |what: ReportKind| match what {
        ReportKind::Seen => t.say("report-what-seen"),
        ReportKind::Acknowledged => t.say("report-what-acknowledged"),
    };
    KINDS.into_iter().map(|what| Choice::of(&code_of(&what), word(what), &form.typed.what)).collect()
}

/// The sentence about what came of it.
pub fn said(done: ReportOutcome) -> &'static str {
    if done.reported > 0 { "said-reported" } else { "said-reported-already" }
}
