//! Trying again what failed or could not be reached: by a person, after the cause is gone.
//!
//! What LINE may have accepted over 23 hours ago is tried again only where the caller says so, as it may then arrive
//! twice (the engine's rule on retry keys).

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::domain::delivery;
use crate::domain::ids::{BulletinId, Code, DeliveryId};
use crate::domain::national::province_code;
use crate::relay::retry;
use crate::store::deliveries;
use crate::store::retries::RetryFilter;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::Id;
use crate::web::problem::Problem;
use crate::web::view::delivery::Delivery;

/// What is tried again.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// Which; left out, all that failed or could not be reached.
    #[serde(default)]
    filter: RetryOf,
    /// Also those that LINE may have accepted, over 23 hours ago: they may arrive twice.
    #[serde(default)]
    include_unknown: bool,
}

/// Which failed and unreachable deliveries; a field left out does not narrow.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryOf {
    /// Only failed, or only unreachable ones.
    state: Option<RetryState>,
    /// Only of this tier.
    #[schema(minimum = 1, maximum = 3)]
    tier: Option<i16>,
    /// Only of offices in this province.
    province: Option<String>,
    /// Only this group, by code.
    #[schema(value_type = Option<Code>)]
    group: Option<String>,
    /// Only at or below this group, by code.
    #[schema(value_type = Option<Code>)]
    under: Option<String>,
}

/// A state from which deliveries can be tried again.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RetryState {
    /// Given up.
    Failed,
    /// No LINE group was linked, or the account was not in it.
    Unreachable,
}

impl From<RetryState> for delivery::State {
    fn from(state: RetryState) -> Self {
        match state {
            RetryState::Failed => Self::Failed,
            RetryState::Unreachable => Self::Unreachable,
        }
    }
}

/// What trying again came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RetryAnswer {
    /// Deliveries that are queued again.
    retried: u64,
}

/// Try failed and unreachable deliveries of a bulletin again.
#[utoipa::path(post, path = "/bulletins/{id}/retry", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Option<Retry>, responses((status = 200, body = RetryAnswer)))]
pub async fn retry_bulletin(State(app): State<App>, Id(id): Id<BulletinId>, post: IdempotentPost<Retry>) -> PostResult {
    let (mut work, Retry { filter, include_unknown }) = post.begin(&app).await?;
    let (right, caller) = (work.right(), work.caller.clone());
    visible::bulletin(work.db(), &caller, id).await?;
    let filter = RetryFilter {
        delivery: None,
        state: filter.state.map(Into::into),
        tier: filter.tier,
        province: filter.province.as_deref().map(|text| province_code(text).to_owned()),
        reason: None,
        group: visible::group_id(work.db(), &caller, filter.group.as_deref()).await?,
        under: visible::group_id(work.db(), &caller, filter.under.as_deref()).await?,
        scope: caller.scope.to_filter(),
    };
    let retried = retry::retry(work.db(), &app.settings, id, &filter, include_unknown, &right, &app.clock).await?;
    work.answer(StatusCode::OK, &RetryAnswer { retried }).await
}

/// How one delivery is tried again.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryOne {
    /// Even if LINE may have accepted it, over 23 hours ago: it may arrive twice.
    #[serde(default)]
    include_unknown: bool,
}

/// Try one failed or unreachable delivery again.
#[utoipa::path(post, path = "/deliveries/{id}/retry", tag = "deliveries", params(("id" = DeliveryId, Path)),
    request_body = Option<RetryOne>, responses((status = 200, body = Delivery)))]
pub async fn retry_delivery(
    State(app): State<App>,
    Id(id): Id<DeliveryId>,
    post: IdempotentPost<RetryOne>,
) -> PostResult {
    let (mut work, RetryOne { include_unknown }) = post.begin(&app).await?;
    let (right, caller) = (work.right(), work.caller.clone());
    let scope = caller.scope.to_filter();
    if deliveries::find_delivery(work.db(), id, scope.as_deref()).await?.is_none() {
        return Err(Problem::absent("delivery").into());
    }
    if !retry::retry_one(work.db(), &app.settings, id, include_unknown, &right, &app.clock).await? {
        let detail = "Only a failed or unreachable delivery can be tried again; \
            one that LINE may have accepted only with include_unknown.";
        return Err(Problem::conflict("not-to-retry", detail).into());
    }
    let after = deliveries::find_delivery(work.db(), id, scope.as_deref()).await?;
    let after = after.ok_or_else(|| Problem::absent("delivery"))?;
    work.answer(StatusCode::OK, &Delivery::of(after)).await
}
