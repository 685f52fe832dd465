//! What is said of groups by form, and making a report.

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::Form as ManyForm;
use serde::Deserialize;

use super::office::refuse;
use super::{address, report_address};
use crate::domain::text::{BadText, Remark};
use crate::offices::OfficeRefusal;
use crate::offices::establishment::{self as acts, Verification};
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::compose::format::bad_text;
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;

/// Groups that are chosen at once: more than an office has.
const MOST_GROUPS: usize = 500;

/// What is said of which groups.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GroupsForm {
    /// The groups' codes.
    pub group: Vec<String>,
    /// `yes`, or `no` where it is taken back.
    pub holds: String,
    /// `yes` = all with a linked LINE group.
    pub linked: String,
    /// What operations remark.
    pub remark: String,
}

/// Says that groups were created, or that this was said by mistake.
pub async fn declare_groups(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    IdempotentForm { form_key, form: ManyForm(typed) }: IdempotentForm<ManyForm<GroupsForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let (t, now) = (visitor.words, app.now());
    let office = visible::office(&mut tx, &visitor.caller, &code).await?;
    let mut form = FormState::new(typed);
    if !names_groups(&form.typed) {
        drop(tx);
        form.errors.add("group", t.say("establishment-choose-groups"));
        return refuse(&app, &visitor, &code, form).await;
    }
    let (groups, created) = (&form.typed.group, form.typed.holds != "no");
    match acts::declare(&mut tx, &visitor.caller.right(), office.id, groups, created, now).await {
        Ok(_) => {}
        Err(OfficeRefusal::GroupAbsent(_)) => {
            drop(tx);
            form.errors.add("group", t.say("establishment-group-absent"));
            return refuse(&app, &visitor, &code, form).await;
        }
        Err(refusal) => return Err(refusal.into()),
    }
    let said = if created { "said-groups-created" } else { "said-groups-not-created" };
    let to = with_flash(&address(&office.code), said);
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

fn names_groups(typed: &GroupsForm) -> bool {
    (1..=MOST_GROUPS).contains(&typed.group.len())
}

/// Verifies groups, or takes that back.
pub async fn verify_groups(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    IdempotentForm { form_key, form: ManyForm(typed) }: IdempotentForm<ManyForm<GroupsForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let (t, now) = (visitor.words, app.now());
    let office = visible::office(&mut tx, &visitor.caller, &code).await?;
    let mut form = FormState::new(typed);
    let all_linked = form.typed.linked == "yes";
    if !all_linked && !names_groups(&form.typed) {
        form.errors.add("group", t.say("establishment-choose-groups"));
    }
    let remark = match form.typed.remark.parse::<Remark>() {
        Ok(remark) => Some(remark),
        Err(BadText::Empty) => None,
        Err(bad) => {
            form.errors.add("remark", bad_text(t, bad));
            None
        }
    };
    if !form.errors.is_empty() {
        drop(tx);
        return refuse(&app, &visitor, &code, form).await;
    }
    let verified = form.typed.holds != "no";
    let groups = (!all_linked).then(|| form.typed.group.clone());
    let verification = Verification { groups, verified, remark };
    match acts::verify(&mut tx, &visitor.caller.right(), office.id, &verification, now).await {
        Ok(_) => {}
        Err(refusal @ (OfficeRefusal::GroupAbsent(_) | OfficeRefusal::NotCreated(_))) => {
            drop(tx);
            let absent = matches!(refusal, OfficeRefusal::GroupAbsent(_));
            let key = if absent { "establishment-group-absent" } else { "establishment-group-not-created" };
            form.errors.add("group", t.say(key));
            return refuse(&app, &visitor, &code, form).await;
        }
        Err(refusal) => return Err(refusal.into()),
    }
    let said = if verified { "said-groups-verified" } else { "said-groups-not-verified" };
    let to = with_flash(&address(&office.code), said);
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}

/// Whether a report goes out by mail, too.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReportForm {
    /// `yes` = it does.
    pub mail: String,
}

/// Makes a report, and leads to it.
pub async fn make_report(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<ReportForm>>,
) -> Result<Response, Problem> {
    let now = app.now();
    let lead = form_key.lead_on(&app, async |tx| {
        let office = visible::office(tx, &visitor.caller, &code).await?;
        let rules = &app.settings.establishment;
        // where no mail is set up, the form has no such box
        let mail = rules.mail.as_ref().filter(|_| typed.mail == "yes");
        let id = acts::report(tx, &visitor.caller.right(), &rules.names, office.id, mail, now).await?;
        let said = if mail.is_some() { "said-report-made-mailed" } else { "said-report-made" };
        Ok(with_flash(&report_address(id), said))
    });
    lead.await
}
