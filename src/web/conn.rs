//! A connection to the database as an argument of a handler.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::app::App;
use super::problem::Problem;
use crate::store::Pooled;

/// A pooled connection; its place is free again when it is dropped. It stands last among the arguments, so that what is wrong
/// with a request is told without asking for one. Where none is to be had, the answer is a [`Problem`]: JSON for the API, the
/// error page for a page, as the layer around the route writes it.
#[derive(Debug)]
pub struct Conn(pub Pooled);

impl FromRequestParts<App> for Conn {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self(app.db.acquire().await?))
    }
}
