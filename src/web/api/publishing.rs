//! Publishing: what it would mean, doing it now or later, and taking it back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::visible;
use crate::domain::bulletin;
use crate::domain::ids::BulletinId;
use crate::domain::text::PlainReason;
use crate::domain::time::Timestamp;
use crate::relay::publish::{self, Published};
use crate::relay::{forecast, withdraw};
use crate::store::StoreError;
use crate::web::app::App;
use crate::web::auth::Caller;
use crate::web::input::Id;
use crate::web::post::{Post, Posted};
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
    /// Seats in the linked LINE groups.
    seats: i64,
    /// Messages that LINE would count: one for each seat.
    messages: i64,
    /// By channel.
    channels: Vec<ChannelForecast>,
}

/// What it would mean for one channel.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ChannelForecast {
    /// The channel's code.
    channel: String,
    /// Groups that it would send to.
    groups: i64,
    /// Messages that LINE would count.
    messages: i64,
    /// What is left of the month's messages; null where they are not limited or not known.
    quota_left: Option<i64>,
    /// Whether that is enough; null where it is not known.
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
) -> Result<Json<Forecast>, Problem> {
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    visible::own_bulletin(&mut db, &caller, id).await?;
    let forecast = forecast::forecast(&mut db, id).await?;
    let channels = forecast.channels.into_iter().map(|channel| ChannelForecast {
        channel: channel.channel,
        groups: channel.groups,
        messages: channel.messages,
        quota_left: channel.quota_left,
        enough: channel.enough,
        quota_checked_at: channel.quota_checked_at,
    });
    Ok(Json(Forecast {
        groups: forecast.groups,
        linked: forecast.linked,
        stewarded: forecast.stewarded,
        seats: forecast.seats,
        messages: forecast.messages,
        channels: channels.collect(),
    }))
}

/// When to publish; no body publishes now.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// Then, to the tree as it is then; left out or null = now.
    at: Option<Timestamp>,
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

/// Publish a draft, now or at a time.
///
/// All deliveries are made at once and sent behind the answer; follow them at `status`.
#[utoipa::path(post, path = "/bulletins/{id}/publish", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Option<Publish>, responses((status = 202, body = PublishAnswer)))]
pub async fn publish_bulletin(State(app): State<App>, Id(id): Id<BulletinId>, post: Post<Publish>) -> Posted {
    let (mut work, Publish { at }) = post.begin(&app).await?;
    let (now, by, caller) = (work.now, work.by(), work.caller.clone());
    visible::own_bulletin(work.db(), &caller, id).await?;
    let published = match at {
        None => publish::publish(work.db(), &app.settings, id, &by, now).await?,
        Some(at) => publish::schedule(work.db(), &app.settings, id, at, &by, now).await?,
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

/// A request that needs no fields.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Where a bulletin stands now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Standing {
    /// Which bulletin.
    id: BulletinId,
    /// Where it stands.
    state: bulletin::State,
}

/// Put a scheduled bulletin back among the drafts.
#[utoipa::path(post, path = "/bulletins/{id}/unschedule", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Option<Nothing>, responses((status = 200, body = Standing)))]
pub async fn unschedule_bulletin(State(app): State<App>, Id(id): Id<BulletinId>, post: Post<Nothing>) -> Posted {
    let (mut work, Nothing {}) = post.begin(&app).await?;
    let (now, by, caller) = (work.now, work.by(), work.caller.clone());
    visible::own_bulletin(work.db(), &caller, id).await?;
    publish::unschedule(work.db(), id, &by, now).await.map_err(|refusal| match refusal {
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
}

/// Take a published bulletin back.
///
/// What is not sent is stopped; a notice follows to the groups where it went, and only there.
#[utoipa::path(post, path = "/bulletins/{id}/withdraw", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Withdraw, responses((status = 200, body = WithdrawAnswer)))]
pub async fn withdraw_bulletin(State(app): State<App>, Id(id): Id<BulletinId>, post: Post<Withdraw>) -> Posted {
    let (mut work, Withdraw { reason }) = post.begin(&app).await?;
    let (now, by, caller) = (work.now, work.by(), work.caller.clone());
    visible::own_bulletin(work.db(), &caller, id).await?;
    let withdrawn = withdraw::withdraw(work.db(), &app.settings, id, &reason, &by, now).await?;
    let answer = WithdrawAnswer {
        id,
        state: bulletin::State::Withdrawn,
        stopped: withdrawn.stopped,
        notice: withdrawn.notice,
        notified: withdrawn.notified,
    };
    work.answer(StatusCode::OK, &answer).await
}
