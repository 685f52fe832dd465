//! Reporting on behalf of an office below, from the steward's page of a bulletin.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::bulletin::render_forms;
use super::fields::Fields;
use crate::domain::bulletin::Stage;
use crate::domain::ids::{BulletinId, Code};
use crate::relay::on_behalf;
use crate::relay::refusal::Refusal;
use crate::store::Connection;
use crate::store::bulletins::Bulletin;
use crate::store::reports::list_groups_below;
use crate::web::access::duty::reported_for;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::pages::report_form::{ReportForm, kinds, read, said};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::label::Label as _;
use crate::web::words::Words;

/// Groups to choose from at most: more than the largest province has. Any other is reported for on the page of its delivery.
const MOST: i64 = 500;

/// The form with what it offers.
pub(super) struct ReportPart {
    pub(super) groups: Vec<Choice>,
    pub(super) kinds: Vec<Choice>,
    pub(super) form: FormState<ReportForm>,
}

impl ReportPart {
    /// The form for the groups below `own`; none where there are none, or the bulletin holds no more.
    pub(super) async fn find(
        db: &mut Connection,
        t: Words,
        bulletin: &Bulletin,
        own: &[i32],
        form: FormState<ReportForm>,
    ) -> Result<Option<Self>, Problem> {
        if bulletin.stage != Stage::Published {
            return Ok(None);
        }
        let below = list_groups_below(db, bulletin.id, own, MOST).await?;
        let label = |name: String, reported: Option<String>| match reported {
            Some(reported) => format!("{name} ({reported})"),
            None => name,
        };
        let groups: Vec<Choice> = below
            .into_iter()
            .map(|group| {
                let reported = group.reported.map(|what| what.word(t));
                Choice::of(&group.code, label(group.name, reported), &form.typed.group)
            })
            .collect();
        Ok((!groups.is_empty()).then(|| Self { groups, kinds: kinds(t, &form), form }))
    }
}

/// Books what the office of one group below said.
pub async fn report_one(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    IdempotentForm { form_key, form: fields }: IdempotentForm<Fields>,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let mut form = FormState::new(fields.read::<ReportForm>()?);
    let meant = read(t, &mut form);
    let code = form.typed.group.parse::<Code>().map_err(|_| t.say("report-group-none"));
    let (Some((what, comment)), Some(code)) = (meant, form.errors.check("group", code)) else {
        return render_forms(&app, &visitor, id, FormState::default(), form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    visible::bulletin(&mut tx, &visitor.caller, id).await?;
    let groups = reported_for(&mut tx, &visitor.caller, &[code]).await?;
    let right = visitor.caller.right();
    let said = match on_behalf::report(&mut tx, id, &groups, what, comment.as_ref(), &right, app.now()).await {
        Ok(done) => said(done),
        Err(Refusal::NotRelaying) => {
            return Ok(Redirect::to(&with_flash(&format!("/waiting/{id}"), "said-changed")).into_response());
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let to = with_flash(&format!("/waiting/{id}"), said);
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}
