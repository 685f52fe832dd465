//! One bulletin: what it says and looks like, where it stands, who did what, and what the visitor may do with it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::format;
use super::list::marks;
use super::preview::{date_note, drawn, number_notes};
use super::requests::{Asked, RequestForm, kind_choices, list_asked, purpose_choices};
use crate::domain::account::Permission;
use crate::domain::bulletin::{self, Approval, Audience, ForwardingMode, Kind};
use crate::domain::ids::BulletinId;
use crate::relay::rendering::render_checked;
use crate::store::audit::{Entry, list_entries_of};
use crate::store::bulletins::{Bulletin, Draft, find_correction, list_carried};
use crate::store::choices::list_by_codes;
use crate::store::messages::get_plain_message;
use crate::store::{Connection, StoreError};
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::bubble::{Buttons, Shown};
use crate::web::conn::Conn;
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::{Choice, FormState};
use crate::web::pages::register::receive_path;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::actor::{ActorNames, users_among};
use crate::web::ui::filters;
use crate::web::ui::format::{moment, province};
use crate::web::ui::label::Badge;
use crate::web::words::Words;

/// Acts of the audit that are told.
const TOLD: i64 = 100;

#[derive(Template)]
#[template(path = "compose/show.html")]
struct ShowPage {
    id: BulletinId,
    subject: String,
    marks: Vec<Badge>,
    bubble: Option<Shown>,
    paragraphs: Vec<String>,
    facts: Vec<(String, String)>,
    doubts: Vec<String>,
    returned: Option<String>,
    /// Why it was not published when its hour came.
    unscheduled: Option<String>,
    withdrawn: Option<String>,
    paused: bool,
    /// The page of the newest correction.
    corrected: Option<String>,
    history: Vec<String>,
    /// Where it can be read, once it is published; then it can be followed too.
    public_page: Option<String>,
    /// Where it is entered into the register of the visitor's office.
    receive: Option<String>,
    about: Option<String>,
    /// The page of the digest that carries it.
    digest: Option<String>,
    /// Of a digest: what it carries, with subject and page.
    carried: Vec<(String, String)>,
    may: AllowedActions,
    /// What was typed into the form that was refused, and why, by the name of the form.
    refused: FormState<String>,
    /// What it asks of offices.
    asked: Vec<Asked>,
    /// The form for one more request.
    asking: FormState<RequestForm>,
    kinds: Vec<Choice>,
    purposes: Vec<Choice>,
}

/// What the visitor may do with it now.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a button of its own")]
struct AllowedActions {
    edit: bool,
    submit: bool,
    recall: bool,
    approve: bool,
    publish: bool,
    test: bool,
    unschedule: bool,
    correct: bool,
    withdraw: bool,
}

impl AllowedActions {
    fn of(visitor: &Visitor, row: &Bulletin, own: bool, approval: Approval) -> Self {
        use bulletin::State as S;
        let state = row.state();
        let writes = own && visitor.may(Permission::Originate);
        let asked = approval == Approval::SecondPerson;
        let approved = row.approved_at.is_some();
        let published = matches!(state, S::Relaying | S::Settled);
        Self {
            edit: writes && state == S::Draft,
            submit: writes && state == S::Draft && !(asked && approved),
            recall: writes && state == S::Submitted,
            approve: own && visitor.may(Permission::Approve) && state == S::Submitted && !approved,
            publish: writes && matches!(state, S::Draft | S::Submitted) && (approved || !asked),
            test: writes && !published && state != S::Withdrawn,
            unschedule: writes && state == S::Scheduled,
            correct: writes && published && matches!(row.kind, Kind::News | Kind::Correction | Kind::Drill),
            withdraw: own && visitor.may(Permission::Withdraw) && published && row.kind != Kind::Withdrawal,
        }
    }
}

/// The page.
pub async fn show_bulletin(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BulletinId>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    page(&mut db, &app, &visitor, id, FormState::default(), StatusCode::OK).await
}

/// The page, with why an act was refused.
pub async fn page(
    db: &mut Connection,
    app: &App,
    visitor: &Visitor,
    id: BulletinId,
    refused: FormState<String>,
    status: StatusCode,
) -> Result<Response, Problem> {
    page_asking(db, app, visitor, id, (refused, FormState::default()), status).await
}

/// The page, with why an act was refused, or a request that was to be added.
pub async fn page_asking(
    db: &mut Connection,
    app: &App,
    visitor: &Visitor,
    id: BulletinId,
    (refused, asking): (FormState<String>, FormState<RequestForm>),
    status: StatusCode,
) -> Result<Response, Problem> {
    let row = visible::bulletin(db, &visitor.caller, id).await?;
    let origin = visible::find_group(db, &visitor.caller, &row.origin).await?;
    let own = origin.is_some_and(|origin| visitor.caller.originates_at(origin.office_id));
    let t = visitor.words;
    let insider = visitor.caller.sees_drafts();
    let history = if insider { list_entries_of(db, &format!("bulletin:{id}"), TOLD).await? } else { Vec::new() };
    let users = users_among(history.iter().map(|entry| &entry.actor).chain(&row.returned_by));
    let names = ActorNames::find(db, &users).await?;
    let corrected = find_correction(db, id).await?.map(|token| format!("/b/{token}"));
    let carried = if row.kind == Kind::Digest { list_carried(db, id).await? } else { Vec::new() };
    let page = ShowPage {
        id,
        marks: marks(t, &row),
        bubble: bubble(db, app, &row).await?,
        paragraphs: row.body.lines().map(str::to_owned).collect(),
        facts: facts(db, visitor, &row).await?,
        doubts: number_notes(t, &Draft::of(&row)).1,
        returned: row.returned_reason.as_deref().zip(row.returned_by.as_ref()).map(|(reason, by)| {
            t.say_with("compose-returned-by", &[("who", names.say(t, by).as_str()), ("reason", reason)])
        }),
        unscheduled: row.unscheduled_reason.zip(row.unscheduled_at).map(|(why, at)| format::unscheduled(t, why, at)),
        withdrawn: row.withdrawn_reason.clone(),
        paused: row.paused_at.is_some(),
        corrected,
        history: history.iter().filter_map(|entry| history_line(t, &names, entry)).collect(),
        public_page: row.published_at.map(|_| format!("/b/{}", row.public_token)),
        receive: receive_path(db, visitor, id).await?,
        about: row.about.map(|about| format!("/bulletins/{about}")),
        digest: row.digest_id.map(|digest| format!("/bulletins/{digest}")),
        carried: carried.into_iter().map(|item| (item.subject, format!("/bulletins/{}", item.id))).collect(),
        may: AllowedActions::of(visitor, &row, own, app.settings.bulletins.approval),
        asked: list_asked(t, &row),
        kinds: kind_choices(t, &asking.typed.request_kind),
        purposes: purpose_choices(t, &asking.typed.purpose),
        asking,
        subject: row.subject,
        refused,
    };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

/// What was sent, or what would be.
async fn bubble(db: &mut Connection, app: &App, row: &Bulletin) -> Result<Option<Shown>, StoreError> {
    let alt = row.image_alt.as_deref().unwrap_or_default();
    if row.published_at.is_some() {
        return Ok(drawn(&get_plain_message(db, row.id).await?, alt, Buttons::Live));
    }
    // a draft that LINE would not take is told where it is written, and when it is to be published
    Ok(render_checked(&app.settings, row).ok().and_then(|message| drawn(&message, alt, Buttons::Inert)))
}

async fn facts(db: &mut Connection, visitor: &Visitor, row: &Bulletin) -> Result<Vec<(String, String)>, StoreError> {
    let t = visitor.words;
    let mut facts = Vec::new();
    let mut add = |key: String, value: Option<String>| facts.extend(value.map(|value| (key, value)));
    add(t.say("compose-number"), row.document_number.clone());
    let date = row.document_date.as_deref().and_then(|date| date.parse().ok());
    add(t.say("compose-date"), date.map(|date| date_note(t, date)));
    add(t.say("compose-from"), Some(row.origin_office.clone()));
    add(t.say("compose-to"), Some(audience(db, visitor, &row.audience).await?));
    add(
        t.say("compose-forwarding"),
        Some(match row.forwarding {
            ForwardingMode::AsConfigured => t.say("compose-forwarding-configured"),
            ForwardingMode::Automatic => t.say("compose-forwarding-automatic"),
        }),
    );
    add(t.say("compose-way"), Some(format::way(t, row.forwarding, row.way)));
    let acknowledgement = &row.acknowledgement;
    add(
        t.say("compose-acknowledge"),
        Some(match (acknowledgement.requested, acknowledgement.due_at) {
            (false, _) => t.say("compose-acknowledge-no"),
            (true, None) => t.say("compose-acknowledge-yes"),
            (true, Some(at)) => t.say_with("compose-acknowledge-by", &[("at", &moment(t, at))]),
        }),
    );
    for (key, at) in [
        (t.say("compose-scheduled-for"), row.scheduled_for.filter(|_| row.published_at.is_none())),
        (t.say("compose-published-at"), row.published_at),
        (t.say("compose-expires"), row.expires_at),
    ] {
        add(key, at.map(|at| moment(t, at)));
    }
    Ok(facts)
}

/// To whom it goes, in words.
pub(super) async fn audience(
    db: &mut Connection,
    visitor: &Visitor,
    audience: &Audience,
) -> Result<String, StoreError> {
    let t = visitor.words;
    let mut parts = Vec::new();
    if let Some(tiers) = &audience.tiers {
        parts.push(tiers.iter().map(|tier| format::tier(t, *tier)).collect::<Vec<_>>().join(", "));
    }
    if let Some(provinces) = &audience.provinces {
        parts.push(provinces.iter().map(|code| province(t, Some(code))).collect::<Vec<_>>().join(" "));
    }
    if let Some(kinds) = &audience.office_kinds {
        parts.push(kinds.iter().map(|kind| format::office_kind(t, *kind)).collect::<Vec<_>>().join(" "));
    }
    let scope = visitor.caller.scope.groups();
    for (codes, key) in [(&audience.groups, "compose-to-groups"), (&audience.exclude_groups, "compose-to-except")] {
        let Some(codes) = codes else { continue };
        let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
        // what the visitor does not see is counted and not named
        let names: Vec<String> = list_by_codes(db, scope, &codes).await?.into_iter().map(|group| group.name).collect();
        let rest = codes.len() - names.len();
        let mut names = names.join(", ");
        if rest > 0 {
            names = format!("{names} +{rest}");
        }
        parts.push(t.say_with(key, &[("names", &names)]));
    }
    Ok(if parts.is_empty() { t.say("compose-to-all") } else { parts.join(" · ") })
}

/// An act in words; acts of other pages are left to them.
fn history_line(t: Words, names: &ActorNames, entry: &Entry) -> Option<String> {
    let key = match entry.act.as_str() {
        "draft" => "compose-did-draft",
        "edit" => "compose-did-edit",
        "send_test" => "compose-did-test",
        "submit" => "compose-did-submit",
        "recall" => "compose-did-recall",
        "approve" => "compose-did-approve",
        "return" => "compose-did-return",
        "schedule" => "compose-did-schedule",
        "unschedule" => "compose-did-unschedule",
        "publish" => "compose-did-publish",
        "withdraw" => "compose-did-withdraw",
        _ => return None,
    };
    let (who, at) = (names.say(t, &entry.actor), moment(t, entry.at));
    let mut sentence = t.say_with(key, &[("who", &who), ("at", &at)]);
    let more = entry.detail["reason"].as_str().or(entry.detail["group"].as_str());
    if let Some(more) = more {
        sentence = format!("{sentence}: {more}");
    }
    Some(sentence)
}
