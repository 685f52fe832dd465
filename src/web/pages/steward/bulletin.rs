//! `/waiting/{id}`: one bulletin, with all that a steward needs to decide, and after that how it goes on below.
//!
//! What will be sent is drawn from the stored message of the very deliveries that are held, with the note behind it
//! where one was typed.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::around;
use super::by_hand::is_by_hand;
use super::delivery_text::forwarding_text;
use super::format::{Countdown, badges};
use super::list::{letter, reach};
use super::receipt::{self, Receipt};
use super::report::ReportPart;
use super::tasks::{Task, list_of_bulletin};
use crate::domain::delivery::State as Standing;
use crate::domain::ids::{BulletinId, GroupId};
use crate::domain::share_text::share_url;
use crate::domain::text::Note;
use crate::domain::time::Timestamp;
use crate::line::message::{StewardNote, with_note};
use crate::relay::forecast::{Forecast, forecast_forward};
use crate::relay::share::SharedBulletin;
use crate::store::bulletins::{Bulletin, find_correction};
use crate::store::messages::list_variants;
use crate::store::waiting::{OwnDelivery, list_copies};
use crate::store::{Connection, StoreError};
use crate::web::access::duty::own_groups;
use crate::web::access::signature::signature;
use crate::web::access::{Scope, visible};
use crate::web::app::App;
use crate::web::bubble::{Buttons, Shown};
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::FormState;
use crate::web::pages::report_form::ReportForm;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::filters;
use crate::web::ui::format::moment;
use crate::web::ui::label::Badge;
use crate::web::words::{Words, group_digits};

#[derive(Template)]
#[template(path = "steward/one.html")]
struct ForwardPage {
    id: BulletinId,
    badges: Vec<Badge>,
    subject: String,
    letter: Option<String>,
    from: String,
    published: String,
    /// What it asks of the visitor's office.
    tasks: Vec<Task>,
    /// By when it is to be acknowledged.
    acknowledge_by: Option<String>,
    /// The page of the newest correction.
    corrected: Option<String>,
    copies: Vec<DeliveryView>,
    held: Vec<Held>,
    countdown: Option<Countdown>,
    shown: Option<Shown>,
    reach: String,
    stewarded: Option<String>,
    unlinked: Option<String>,
    quota: Vec<Quota>,
    /// Whether the first way is to forward it by hand, which costs nothing.
    by_hand: bool,
    /// What the account's sending would cost, for its button.
    pushing: String,
    /// The text for forwarding by hand, with the address that opens LINE with it.
    share: Option<Share>,
    signature: String,
    longest_note: usize,
    longest_said: String,
    form: FormState<ForwardForm>,
    receipt: Option<Receipt>,
    report: Option<ReportPart>,
}

/// The text for forwarding by hand.
struct Share {
    text: String,
    url: String,
}

impl Share {
    fn of(app: &App, bulletin: &Bulletin) -> Option<Self> {
        let text = SharedBulletin::of(&app.settings, bulletin)?.text().full();
        Some(Self { url: share_url(&text), text })
    }
}

/// Where it stands at one group of the office.
struct DeliveryView {
    group: String,
    told: String,
    because: Option<String>,
}

/// A group into which it can be let.
struct Held {
    code: String,
    name: String,
    chosen: bool,
}

/// What one channel's account will be counted.
struct Quota {
    text: String,
    enough: bool,
}

/// What was typed and is shown again.
#[derive(Clone, Debug, Default)]
pub(super) struct ForwardForm {
    /// The codes that are ticked; none = nothing was sent yet, so all.
    pub(super) into: Option<Vec<String>>,
    pub(super) note: String,
    pub(super) preview: bool,
    pub(super) reason: String,
}

/// The page.
pub async fn show_one(State(app): State<App>, visitor: Visitor, Id(id): Id<BulletinId>) -> Result<Response, Problem> {
    if visitor.caller.scope == Scope::Whole {
        return Ok(Redirect::to(&format!("/bulletins/{id}")).into_response());
    }
    render(&app, &visitor, id, FormState::default(), StatusCode::OK).await
}

/// The page with what was typed.
pub(super) async fn render(
    app: &App,
    visitor: &Visitor,
    id: BulletinId,
    form: FormState<ForwardForm>,
    status: StatusCode,
) -> Result<Response, Problem> {
    render_forms(app, visitor, id, form, FormState::default(), status).await
}

/// The page with what was typed into either of its forms.
pub(super) async fn render_forms(
    app: &App,
    visitor: &Visitor,
    id: BulletinId,
    form: FormState<ForwardForm>,
    report: FormState<ReportForm>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let (t, now) = (visitor.words, app.now());
    let mut db = app.db.acquire().await?;
    let groups = own_groups(&mut db, &visitor.caller).await?;
    let bulletin = visible::bulletin(&mut db, &visitor.caller, id).await?;
    let copies = list_copies(&mut db, id, &groups).await?;
    let Some(first) = copies.first() else { return Err(Problem::absent("bulletin")) };
    let first = first.group_id;
    let ids = |wanted: &dyn Fn(&OwnDelivery) -> bool| -> Vec<i32> {
        copies.iter().filter(|copy| wanted(copy)).map(|copy| copy.group_id.0).collect()
    };
    let held_ids = ids(&|copy| copy.state == Standing::Held);
    let drawn = if held_ids.is_empty() { ids(&|_| true) } else { held_ids.clone() };
    let signature = signature(&mut db, &visitor.caller, held_ids.first().map_or(first, |id| GroupId(*id))).await?;
    let forecast = forecast_forward(&mut db, &app.settings, id, &held_ids, app.now()).await?;
    let held_codes: Vec<String> =
        copies.iter().filter(|copy| copy.state == Standing::Held).map(|copy| copy.group.clone()).collect();
    let by_hand = is_by_hand(&mut db, &app.settings.ways, &bulletin, &held_codes).await?;
    let shown = draw(&mut db, id, &drawn, &form.typed, &signature).await?;
    let went = copies.iter().any(|copy| !matches!(copy.state, Standing::Waiting | Standing::Held));
    let told = describe_all(&mut db, t, &copies, now).await?;
    let corrected = find_correction(&mut db, id).await?.map(|token| format!("/b/{token}"));
    let tasks = list_of_bulletin(&mut db, visitor, id, now).await?;
    let report = ReportPart::find(&mut db, t, &bulletin, &groups, report).await?;
    drop(db);
    let receipt = if went { Some(receipt::read(app, t, id, &groups).await?) } else { None };
    let page = ForwardPage {
        id,
        share: Share::of(app, &bulletin).filter(|_| !held_ids.is_empty()),
        badges: badges(t, bulletin.kind, bulletin.urgency()),
        tasks,
        acknowledge_by: bulletin.due_at().map(|at| moment(t, at)),
        letter: letter(t, bulletin.document_number.as_deref(), bulletin.document_date.as_deref()),
        subject: bulletin.subject,
        from: bulletin.origin_office,
        published: bulletin.published_at.map(|at| moment(t, at)).unwrap_or_default(),
        corrected,
        countdown: first_release(&copies).map(|at| Countdown::to(t, at, now)),
        held: held(&copies, form.typed.into.as_deref()),
        copies: told,
        shown,
        reach: reach(t, forecast.groups, forecast.seats),
        stewarded: (forecast.stewarded > 0).then(|| t.count("forward-stewarded-below", forecast.stewarded)),
        unlinked: unlinked(t, &forecast),
        quota: quota(t, &forecast),
        by_hand,
        pushing: t.count("forward-push-button", forecast.messages),
        signature,
        longest_note: Note::MAX,
        longest_said: t.count("forward-note-longest", i64::try_from(Note::MAX).unwrap_or_default()),
        form,
        receipt,
        report,
    };
    Ok(HtmlPage::within(around(visitor), page).status(status).into_response())
}

async fn describe_all(
    db: &mut Connection,
    t: Words,
    copies: &[OwnDelivery],
    now: Timestamp,
) -> Result<Vec<DeliveryView>, StoreError> {
    let mut told = Vec::new();
    for copy in copies {
        told.push(DeliveryView {
            group: copy.group_name.clone(),
            told: forwarding_text(db, t, copy, now).await?,
            because: copy.declined_because.clone().filter(|_| copy.state == Standing::Declined),
        });
    }
    Ok(told)
}

fn held(copies: &[OwnDelivery], chosen: Option<&[String]>) -> Vec<Held> {
    let held = copies.iter().filter(|copy| copy.state == Standing::Held);
    held.map(|copy| Held {
        code: copy.group.clone(),
        name: copy.group_name.clone(),
        chosen: chosen.is_none_or(|chosen| chosen.contains(&copy.group)),
    })
    .collect()
}

fn first_release(copies: &[OwnDelivery]) -> Option<Timestamp> {
    copies.iter().filter(|copy| copy.state == Standing::Held).filter_map(|copy| copy.release_at).min()
}

/// The message as the first of these groups gets it, with the note that was typed.
async fn draw(
    db: &mut Connection,
    id: BulletinId,
    groups: &[i32],
    typed: &ForwardForm,
    signature: &str,
) -> Result<Option<Shown>, Problem> {
    let variants = list_variants(db, id, groups).await?;
    // where several groups hold it, the one that leads on is the topmost
    let Some(variant) = variants.iter().find(|variant| variant.forward_button).or_else(|| variants.first()) else {
        return Ok(None);
    };
    let note = typed.note.parse::<Note>().ok().filter(|_| typed.preview);
    let body = match &note {
        Some(note) => {
            with_note(&variant.body, &StewardNote { from: signature, text: note.as_str() }).map_err(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "a note could not be put behind a message");
                Problem::internal()
            })?
        }
        None => variant.body.clone(),
    };
    match Shown::of(&body, "", Buttons::Inert) {
        Ok(shown) => Ok(Some(shown)),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, bulletin.id = %id, "a message could not be drawn");
            Ok(None)
        }
    }
}

/// How many groups it cannot be sent to, because no LINE group is linked.
fn unlinked(t: Words, forecast: &Forecast) -> Option<String> {
    let unlinked = forecast.groups - forecast.linked;
    (unlinked > 0).then(|| t.count("forward-unlinked-below", unlinked))
}

/// What LINE will count, for each channel, against what is left of its month.
fn quota(t: Words, forecast: &Forecast) -> Vec<Quota> {
    let line = |channel: &crate::relay::forecast::ChannelForecast| {
        let messages = group_digits(channel.messages);
        let mut values = vec![("channel", channel.channel.as_str()), ("messages", messages.as_str())];
        let left = channel.quota_left.map(group_digits);
        let key = match (&left, channel.enough) {
            (Some(left), Some(false)) => {
                values.push(("left", left));
                "forward-quota-short"
            }
            (Some(left), Some(true)) => {
                values.push(("left", left));
                "forward-quota"
            }
            (Some(left), None) => {
                values.push(("left", left));
                "forward-quota-unsure"
            }
            (None, Some(_)) => "forward-quota-unlimited",
            (None, None) => "forward-quota-unknown",
        };
        Quota { text: t.say_with(key, &values), enough: channel.enough != Some(false) }
    };
    forecast.channels.iter().filter(|channel| channel.messages > 0 || channel.unknown_members > 0).map(line).collect()
}
