//! The coverage board: what ministry operations leave open all day, and what a province or agency sees of its own part.
//!
//! `/board` looks over all bulletins, `/board/{id}` at one; from there the way leads by province and office to a group
//! and to one delivery. What moves is one part of the page ([`overview`], [`bulletin`]) that is made once per change, scope
//! and language for all who watch, and is the same part that a page without scripts gets. Every table can be had as
//! CSV. Colours only repeat what is written.

mod actions;
mod budget;
mod bulletin;
mod channel;
mod channels;
mod curve;
mod delivery;
mod failures;
mod group;
mod overview;
mod province;
mod receipt;
mod report;
mod retry;
pub(super) mod tables;
mod tier_bars;
mod tiles;

use std::str::FromStr;

use axum::Router;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::routing::{get, post};

use crate::web::app::App;
use crate::web::problem::Problem;

/// The routes of this area.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/board", get(overview::show_overview))
        .route("/board/live", get(overview::follow_overview))
        .route("/board/csv/{table}", get(overview::download))
        .route("/board/{id}", get(bulletin::show_bulletin))
        .route("/board/{id}/live", get(bulletin::follow_bulletin))
        .route("/board/{id}/csv/{table}", get(bulletin::download))
        .route("/board/{id}/provinces/{province}", get(province::show_province))
        .route("/board/{id}/receipt", get(receipt::show_receipt))
        .route("/board/{id}/retry", get(retry::ask).post(retry::retry))
        .route("/board/{id}/undecline", post(actions::undecline))
        .route("/groups/{code}", get(group::show_group))
        .route("/deliveries/{id}", get(delivery::show_delivery))
        .route("/deliveries/{id}/retry", post(actions::retry_delivery))
        .route("/deliveries/{id}/report", post(report::report_delivery))
        .route("/channels", get(channels::show_channels))
        .route("/channels/new", get(channel::show_new).post(channel::add))
        .route("/channels/{code}", get(channel::show_channel))
        .route("/channels/{code}/check", post(channel::check))
        .route("/channels/{code}/test-webhook", post(channel::test_webhook))
        .route("/channels/{code}/rotate", post(channel::rotate))
        .route("/channels/{code}/rate", post(channel::set_rate))
        .route("/channels/{code}/park", post(actions::park_channel))
        .route("/channels/{code}/resume", post(actions::resume_channel))
        .route("/channels/{code}/budget", get(budget::show_budget).post(budget::set_budget))
        .route("/channels/{code}/reserve", post(budget::open_reserve))
        .route("/webhook-failures/{id}/retry", post(actions::retry_webhook_failure))
        .route("/failures", get(failures::show_failures))
        .route("/group-alerts/{id}/seen", post(actions::see_group_alert))
}

/// The first part of the path that varies, read as `T`; what cannot be one names nothing and is absent.
struct InScope<T>(T);

/// The first and the last part.
struct InScopeWithQuery<T>(T, String);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for InScope<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        InScopeWithQuery::from_request_parts(parts, state).await.map(|InScopeWithQuery(first, _)| Self(first))
    }
}

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for InScopeWithQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let absent = || Problem::absent("thing");
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| absent())?;
        if params.iter().any(|(_, text)| text.contains('\0')) {
            return Err(absent());
        }
        let first = params.iter().next().and_then(|(_, text)| text.parse().ok()).ok_or_else(absent)?;
        let last = params.iter().last().map(|(_, text)| text.to_owned()).ok_or_else(absent)?;
        Ok(Self(first, last))
    }
}
