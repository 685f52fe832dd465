//! Publishing: what it would mean, doing it now or later, and taking it back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::domain::bulletin;
use crate::domain::ids::{BulletinId, Code};
use crate::domain::price::Baht;
use crate::domain::text::PlainReason;
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{Bound, TimeInput};
use crate::relay::publish::{self, Later, Published};
use crate::relay::{forecast, test_send, withdraw};
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::Id;
use crate::web::line_check;
use crate::web::problem::Problem;

/// What publishing would mean, with the tree as it is now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Forecast {
    /// Groups that would receive it.
    groups: i64,
    /// Of these, linked to a LINE group.
    linked: i64,
    /// Of these, at which it would wait for a steward.
    stewarded: i64,
    /// Seats in the linked LINE groups, as far as they are known.
    seats: i64,
    /// Messages that LINE would count: one for each seat.
    messages: i64,
    /// What they would cost on top of what the month has used, with tax; null where no price is known.
    #[schema(value_type = Option<f64>)]
    baht: Option<Baht>,
    /// The same if it were pushed into every group: the difference is what listening saves.
    if_pushed: Pushed,
    /// Linked groups of which LINE has not said yet how many members they have; what they cost is not in `messages`.
    unknown_members: i64,
    /// By tier, from the top; tiers that it does not reach are left out.
    tiers: Vec<TierForecast>,
    /// By channel.
    channels: Vec<ChannelForecast>,
}

/// Messages that LINE would count, and what they would cost.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Pushed {
    /// Messages.
    messages: i64,
    /// With tax; null where no price is known.
    #[schema(value_type = Option<f64>)]
    baht: Option<Baht>,
}

impl From<forecast::Pushed> for Pushed {
    fn from(pushed: forecast::Pushed) -> Self {
        Self { messages: pushed.messages, baht: pushed.baht }
    }
}

/// What it would mean for one tier.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TierForecast {
    /// 1, 2 or 3.
    tier: i16,
    /// Groups that would receive it.
    groups: i64,
    /// Of these, linked to a LINE group.
    linked: i64,
    /// Seats in the linked LINE groups, as far as they are known.
    seats: i64,
    /// Linked groups of which it is not known how many members they have.
    unknown_members: i64,
}

/// What it would mean for one channel.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ChannelForecast {
    /// The channel's code.
    channel: String,
    /// Groups that it would send to.
    groups: i64,
    /// Messages that LINE would count, as far as members are known.
    messages: i64,
    /// What they would cost on top of what the month has used, with tax; null where no price is known.
    #[schema(value_type = Option<f64>)]
    baht: Option<Baht>,
    /// The same if it were pushed into every group.
    if_pushed: Pushed,
    /// What is left of our own budget for a bulletin of this urgency; null where there is none.
    budget_left: Option<i64>,
    /// Of the groups, linked ones of which it is not known how many members they have.
    unknown_members: i64,
    /// What is left of the month's messages; null where they are not limited or not known.
    quota_left: Option<i64>,
    /// Whether that is enough; null where it is not known, also where it hangs on groups whose members are not known.
    enough: Option<bool>,
    /// When LINE was asked.
    quota_checked_at: Option<Timestamp>,
}

/// What publishing a draft would mean: groups, seats, messages, quota.
#[utoipa::path(get, path = "/bulletins/{id}/forecast", tag = "bulletins", params(("id" = BulletinId, Path)),
    responses((status = 200, body = Forecast)))]
pub async fn forecast_bulletin(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BulletinId>,
    Conn(mut db): Conn,
) -> Result<Json<Forecast>, Problem> {
    visible::own_bulletin(&mut db, &caller, id).await?;
    Ok(Json(forecast::forecast(&mut db, &app.settings, id, app.now()).await?.into()))
}

impl From<forecast::Forecast> for Forecast {
    fn from(forecast: forecast::Forecast) -> Self {
        let channels = forecast.channels.into_iter().map(|channel| ChannelForecast {
            channel: channel.channel,
            groups: channel.groups,
            messages: channel.messages,
            baht: channel.baht,
            if_pushed: channel.if_pushed.into(),
            budget_left: channel.budget_left,
            unknown_members: channel.unknown_members,
            quota_left: channel.quota_left,
            enough: channel.enough,
            quota_checked_at: channel.quota_checked_at,
        });
        let tiers = forecast.tiers.into_iter().map(|tier| TierForecast {
            tier: tier.tier,
            groups: tier.groups,
            linked: tier.linked,
            seats: tier.seats,
            unknown_members: tier.unknown_members,
        });
        Self {
            tiers: tiers.collect(),
            groups: forecast.groups,
            linked: forecast.linked,
            stewarded: forecast.stewarded,
            seats: forecast.seats,
            messages: forecast.messages,
            baht: forecast.baht,
            if_pushed: forecast.if_pushed.into(),
            unknown_members: forecast.unknown_members,
            channels: channels.collect(),
        }
    }
}

/// When to publish; no body publishes now.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// Then, within a year, to the tree as it is then; left out or null = now.
    #[schema(value_type = Option<Timestamp>)]
    at: Option<TimeInput>,
    /// With the next digest: one message for up to ten routine bulletins that go to the same groups. Not together with `at`.
    #[serde(default)]
    digest: bool,
}

/// What publishing came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PublishAnswer {
    /// Which bulletin.
    id: BulletinId,
    /// `relaying` or `scheduled`.
    state: bulletin::State,
    /// Deliveries made.
    #[serde(skip_serializing_if = "Option::is_none")]
    deliveries: Option<i32>,
    /// When it goes out.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
}

/// Publish a draft, now, at a time, or with the next digest.
///
/// All deliveries are made at once and sent behind the answer; follow them at `status`. LINE is asked first what it finds
/// wrong with the message; what it refuses is told in its words (422). Where LINE cannot be asked, publishing goes on.
#[utoipa::path(post, path = "/bulletins/{id}/publish", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Option<Publish>, responses((status = 202, body = PublishAnswer)))]
pub async fn publish_bulletin(
    State(app): State<App>,
    Id(id): Id<BulletinId>,
    post: IdempotentPost<Publish>,
) -> PostResult {
    line_check::must_pass(&app, post.caller(), id).await?;
    let (mut work, Publish { at, digest }) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    let at = at.map(|at| at.within(Bound::PublishAt, now)).transpose();
    let at = at.map_err(|bad| Problem::invalid_field("/at", bad))?;
    let published = match at {
        Some(_) if digest => {
            return Err(
                Problem::invalid_field("/digest", "the hours of digests are fixed: leave out at, or this").into()
            );
        }
        None if digest => publish::schedule(work.db(), &app.settings, id, Later::NextDigest, &right, now).await?,
        None => publish::publish(work.db(), &app.settings, id, &right, now).await?,
        Some(at) => publish::schedule(work.db(), &app.settings, id, Later::At(at), &right, now).await?,
    };
    let answer = match published {
        Published::Relaying(deliveries) => {
            PublishAnswer { id, state: bulletin::State::Relaying, deliveries: Some(deliveries), at: None }
        }
        Published::Scheduled(at) => {
            PublishAnswer { id, state: bulletin::State::Scheduled, deliveries: None, at: Some(at) }
        }
    };
    work.answer(StatusCode::ACCEPTED, &answer).await
}

/// Where to try it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// The code of a group that has a LINE group linked.
    group: Code,
}

/// What a test send came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TestAnswer {
    /// The test: a bulletin of its own, to be followed like any other.
    id: BulletinId,
    /// The group that it goes to.
    group: Code,
}

/// Try a draft in one group.
///
/// A bulletin of the kind `test` with what the draft says goes to this group alone, marked as a test; the draft
/// itself stays as it is.
#[utoipa::path(post, path = "/bulletins/{id}/test", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Test, responses((status = 202, body = TestAnswer)))]
pub async fn test_bulletin(State(app): State<App>, Id(id): Id<BulletinId>, post: IdempotentPost<Test>) -> PostResult {
    line_check::must_pass(&app, post.caller(), id).await?;
    let (mut work, Test { group }) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    visible::own_bulletin(work.db(), &caller, id).await?;
    let Some(chosen) = visible::find_group(work.db(), &caller, group.as_str()).await? else {
        return Err(Problem::invalid_field("/group", format!("there is no group called {group}")).into());
    };
    let test = test_send::send_test(work.db(), &app.settings, id, &chosen, &right, now).await?;
    work.answer(StatusCode::ACCEPTED, &TestAnswer { id: test, group }).await
}

/// A request that needs no fields.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Where a bulletin stands now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Standing {
    /// Which bulletin.
    pub id: BulletinId,
    /// Where it stands.
    pub state: bulletin::State,
}

/// Put a scheduled bulletin back among the drafts.
#[utoipa::path(post, path = "/bulletins/{id}/unschedule", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Option<Nothing>, responses((status = 200, body = Standing)))]
pub async fn unschedule_bulletin(
    State(app): State<App>,
    Id(id): Id<BulletinId>,
    post: IdempotentPost<Nothing>,
) -> PostResult {
    let (mut work, Nothing {}) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    publish::unschedule(work.db(), id, &right, now).await.map_err(|refusal| match refusal {
        crate::relay::refusal::Refusal::NotADraft => {
            Problem::conflict("not-scheduled", "The bulletin is not scheduled.")
        }
        other => other.into(),
    })?;
    work.answer(StatusCode::OK, &Standing { id, state: bulletin::State::Draft }).await
}

/// Why it is taken back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// The reason, which the notice tells; one line, at most 500 UTF-16 units.
    reason: PlainReason,
}

/// What taking it back came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct WithdrawAnswer {
    /// Which bulletin.
    id: BulletinId,
    /// `withdrawn`.
    state: bulletin::State,
    /// Deliveries that were stopped before they were sent.
    stopped: u64,
    /// The notice, where the bulletin had gone anywhere.
    notice: Option<BulletinId>,
    /// Groups that the notice goes to: where LINE had accepted the bulletin.
    notified: i32,
    /// Corrections of it that were taken back with it, each with a notice of its own.
    corrections: Vec<BulletinId>,
}

/// Take a published bulletin back.
///
/// What is not sent is stopped; a notice follows to the groups where it went, and only there. Published corrections of
/// it are taken back with it. A withdrawal itself is not taken back (409).
#[utoipa::path(post, path = "/bulletins/{id}/withdraw", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Withdraw, responses((status = 200, body = WithdrawAnswer)))]
pub async fn withdraw_bulletin(
    State(app): State<App>,
    Id(id): Id<BulletinId>,
    post: IdempotentPost<Withdraw>,
) -> PostResult {
    let (mut work, Withdraw { reason }) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    let withdrawn = withdraw::withdraw(work.db(), &app.settings, id, &reason, &right, now).await?;
    let answer = WithdrawAnswer {
        id,
        state: bulletin::State::Withdrawn,
        stopped: withdrawn.stopped,
        notice: withdrawn.notice,
        notified: withdrawn.notified,
        corrections: withdrawn.corrections,
    };
    work.answer(StatusCode::OK, &answer).await
}
