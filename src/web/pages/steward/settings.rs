//! `/groups/{code}/settings`: how bulletins come into a group, who stands in for its steward, and its join code.
//!
//! A change holds for what is published afterwards: what is on its way keeps the setting with which it was published.

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use secrecy::{ExposeSecret as _, SecretString};

use super::around;
use super::deputies::DeputyForm;
use super::fields::Fields;
use crate::domain::account::{Permission, Role};
use crate::domain::bulletin::Forwarding;
use crate::domain::thai::{Digits, format_short_date, to_bangkok};
use crate::domain::time::Timestamp;
use crate::domain::way::Way;
use crate::relay::tree_edits::GroupVersion;
use crate::store::group_alerts::{AlertFilter, list_alerts};
use crate::store::groups::Group;
use crate::store::stewards::{NamedDeputy, Steward, list_deputies, list_stewards};
use crate::web::access::duty::managed;
use crate::web::api::group_change::{GroupChange, change_settings as change, new_join_code};
use crate::web::app::App;
use crate::web::field::Field;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::pages::board::tables::say_alert;
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::{Shell, with_flash};
use crate::web::ui::format::moment;
use crate::web::words::{Language, Words};

/// The choice of a way for a group that has none of its own.
const AS_SETTINGS: &str = "default";

/// What is suggested for a group that never went on by itself, in minutes.
const SUGGESTED: &str = "60";

#[derive(Template)]
#[template(path = "steward/settings.html")]
struct SettingsPage {
    group: Shown,
    forwarding: FormState<ForwardingForm>,
    /// What the group is known by as it is shown.
    version: String,
    /// Whether somebody has changed it since the form was drawn that was sent.
    changed: bool,
    /// The group's own way, or [`AS_SETTINGS`].
    way: &'static str,
    may_be_automatic: bool,
    standing: Vec<String>,
    deputies: Vec<DeputyRow>,
    makes_accounts: bool,
    deputy_form: FormState<DeputyForm>,
    made: Made,
}

/// The group.
struct Shown {
    code: String,
    name: String,
    office: String,
    linked: Option<String>,
    lost: Option<String>,
    /// What differs about the LINE group, each in a sentence.
    alerts: Vec<String>,
}

/// How a bulletin comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    ByHand,
    AfterAWhile,
    AtOnce,
}

impl How {
    fn of(group: &Group) -> Self {
        match (group.forwarding, group.forward_within) {
            (Forwarding::Automatic, _) => Self::AtOnce,
            (Forwarding::Stewarded, Some(_)) => Self::AfterAWhile,
            (Forwarding::Stewarded, None) => Self::ByHand,
        }
    }

    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "by-hand" => Self::ByHand,
            "after-a-while" => Self::AfterAWhile,
            "at-once" => Self::AtOnce,
            _ => return None,
        })
    }
}

/// A deputy for a while.
struct DeputyRow {
    id: i32,
    who: String,
    phone: Option<String>,
    when: String,
    on_duty: bool,
    username: Option<String>,
}

/// How bulletins come in, as typed.
pub(super) struct ForwardingForm {
    how: How,
    minutes: String,
}

impl ForwardingForm {
    fn of(group: &Group) -> Self {
        let minutes = group.forward_within.map_or_else(|| SUGGESTED.to_owned(), |minutes| minutes.to_string());
        Self { how: How::of(group), minutes }
    }
}

/// What the page shows beside the group.
#[derive(Default)]
pub(super) struct SettingsForms {
    /// None = nothing was sent: then what holds for the group.
    pub(super) forwarding: Option<FormState<ForwardingForm>>,
    /// Whether it was refused because somebody has changed the group since.
    pub(super) changed: bool,
    pub(super) deputy: FormState<DeputyForm>,
    pub(super) made: Made,
}

/// What was made and is shown this once.
#[derive(Default)]
pub(super) struct Made {
    pub(super) join_code: Option<(SecretString, String)>,
    /// The new account's name and the link that sets its password.
    pub(super) invited: Option<(String, SecretString)>,
}

/// The page.
pub async fn show_settings(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
) -> Result<Response, Problem> {
    render(&app, &visitor, &code, SettingsForms::default(), StatusCode::OK).await
}

/// The page with what was typed.
pub(super) async fn render(
    app: &App,
    visitor: &Visitor,
    code: &str,
    forms: SettingsForms,
    status: StatusCode,
) -> Result<Response, Problem> {
    let (t, now) = (visitor.words, app.now());
    let mut db = app.db.acquire().await?;
    let group = managed(&mut db, &visitor.caller, code).await?;
    let standing = list_stewards(&mut db, group.id).await?;
    let deputies = list_deputies(&mut db, group.id, now).await?;
    let alerts = list_alerts(&mut db, &AlertFilter { group: Some(group.id), ..AlertFilter::default() }, 10).await?;
    let page = SettingsPage {
        // a form's answer is this page too, and what leads back must lead here
        forwarding: forms.forwarding.unwrap_or_else(|| FormState::new(ForwardingForm::of(&group))),
        version: GroupVersion::of(&group).as_str().to_owned(),
        changed: forms.changed,
        way: group.way.map_or(AS_SETTINGS, Way::as_str),
        may_be_automatic: visitor.may(Permission::Publish) || visitor.role() == Role::Steward,
        standing: standing.into_iter().filter_map(|one| standing_line(t, one)).collect(),
        deputies: deputies.into_iter().map(|row| DeputyRow::of(t, row, now)).collect(),
        makes_accounts: makes_accounts(visitor),
        group: Shown {
            linked: group.linked_at.filter(|_| group.linked).map(|at| moment(t, at)),
            alerts: alerts.iter().map(|alert| say_alert(t, alert)).collect(),
            lost: group.lost_at.filter(|_| !group.linked).map(|at| moment(t, at)),
            code: group.code,
            name: group.name,
            office: group.office_name,
        },
        deputy_form: forms.deputy,
        made: forms.made,
    };
    Ok(HtmlPage::within(Shell { here: address(code), ..around(visitor) }, page).status(status).into_response())
}

/// Whether the visitor can make an account for a deputy: a steward for the own office, and who makes accounts anyway.
pub(super) fn makes_accounts(visitor: &Visitor) -> bool {
    visitor.role() == Role::Steward || visitor.may(Permission::ManageAccounts)
}

/// The steward, or the standing deputy, in a line.
fn standing_line(t: Words, one: Steward) -> Option<String> {
    let who = join(&[one.title, one.name])?;
    Some(if one.deputy { t.say_with("office-standing-deputy", &[("who", &who)]) } else { who })
}

/// What is there, with a point between.
fn join(parts: &[Option<String>]) -> Option<String> {
    let parts: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

impl DeputyRow {
    fn of(t: Words, row: NamedDeputy, now: Timestamp) -> Self {
        // the end is the first moment that is no longer theirs: the day before is the last
        let last = Timestamp::from_microsecond(row.valid_until.as_microsecond() - 1);
        let (from, until) = (day(t, row.valid_from), day(t, last));
        Self {
            id: row.id,
            on_duty: row.is_on_duty(now),
            who: join(&[row.title, row.name]).unwrap_or_default(),
            phone: row.phone,
            when: t.say_with("office-deputy-when", &[("from", &from), ("until", &until)]),
            username: row.username,
        }
    }
}

/// A day in Bangkok.
fn day(t: Words, at: Timestamp) -> String {
    let date = to_bangkok(at).date();
    match t.language {
        Language::Thai => format_short_date(date, Digits::Arabic),
        Language::English => date.strftime("%-d %b %Y").to_string(),
    }
}

/// Changes how bulletins come in.
pub async fn change_settings(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let t = visitor.words;
    let Some(how) = How::read(fields.text("how")) else {
        return Err(Problem::bad_request("The form does not say how bulletins come in."));
    };
    let way = read_way(fields.text("way"))?;
    let minutes = crate::domain::thai::normal_form(fields.text("minutes"));
    let minutes = minutes.trim();
    let within = minutes.parse::<i32>().ok().filter(|minutes| (1..=525_600).contains(minutes));
    let forward_within = match (how, within) {
        (How::ByHand, _) => Field::Null,
        (How::AfterAWhile, Some(minutes)) => Field::Set(minutes),
        (How::AfterAWhile, None) => {
            let mut form = FormState::new(ForwardingForm { how, minutes: fields.text("minutes").to_owned() });
            form.errors.add("minutes", t.say("office-minutes-wrong"));
            let forms = SettingsForms { forwarding: Some(form), ..SettingsForms::default() };
            return render(&app, &visitor, &code, forms, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        (How::AtOnce, _) => Field::Absent,
    };
    let forwarding = if how == How::AtOnce { Forwarding::Automatic } else { Forwarding::Stewarded };
    let what = GroupChange { forwarding: Some(forwarding), forward_within, way, ..GroupChange::default() };
    // a page that was open before forms had it sends none
    let seen = Some(fields.text("version")).filter(|version| !version.is_empty()).map(GroupVersion::sent);
    let mut tx = app.begin().await?;
    match change(&mut tx, &visitor.caller, &code, &what, seen.as_ref(), app.now()).await {
        Ok(()) => tx.commit().await?,
        Err(problem) if problem.status() == StatusCode::PRECONDITION_FAILED => {
            drop(tx);
            let forms = SettingsForms { changed: true, ..SettingsForms::default() };
            return render(&app, &visitor, &code, forms, StatusCode::CONFLICT).await;
        }
        Err(problem) => return Err(problem),
    }
    Ok(Redirect::to(&with_flash(&address(&code), "said-settings-changed")).into_response())
}

/// The way that is chosen; a form without one changes nothing.
fn read_way(chosen: &str) -> Result<Field<Way>, Problem> {
    match chosen {
        "" => Ok(Field::Absent),
        AS_SETTINGS => Ok(Field::Null),
        chosen => match Way::ALL.into_iter().find(|way| way.as_str() == chosen) {
            Some(way) => Ok(Field::Set(way)),
            None => Err(Problem::bad_request("The form does not say how the group gets its copy.")),
        },
    }
}

/// Makes a join code and shows it, this once.
pub async fn make_code(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    IdempotentForm { form_key, .. }: IdempotentForm<Bytes>,
) -> Result<Response, Problem> {
    let (made, until) = match form_key.begin::<(String, Timestamp)>(&app).await? {
        Begun::First(mut tx) => {
            let group = managed(&mut tx, &visitor.caller, &code).await?;
            let (now, lifetime) = (app.now(), app.settings.join_code_lifetime);
            let (made, until) = new_join_code(&mut tx, &group, &visitor.caller.actor(), now, now + lifetime).await?;
            let made = (made.to_string(), until);
            form_key.finish(tx, &app, &made).await?;
            made
        }
        Begun::Again(made) => made,
    };
    let join_code = Some((made.into(), moment(visitor.words, until)));
    let made = Made { join_code, ..Made::default() };
    render(&app, &visitor, &code, SettingsForms { made, ..SettingsForms::default() }, StatusCode::OK).await
}

/// The page of a group's settings.
pub(super) fn address(code: &str) -> String {
    format!("/groups/{code}/settings")
}
