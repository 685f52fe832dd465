//! Whether the process lives, whether it can answer, and its numbers: for machines that watch it.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;

use super::app::App;
use super::problem::{Problem, ProblemDetails};
use crate::store;

/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(1);

/// That all is well.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// `alive` or `ready`.
    #[schema(example = "ready")]
    status: &'static str,
}

/// The process lives.
///
/// Asks nothing else: a process whose database is away is alive and must not be restarted for it.
#[utoipa::path(get, path = "/livez", tag = "health", responses((status = 200, body = Health)))]
pub async fn livez() -> Json<Health> {
    Json(Health { status: "alive" })
}

/// The process can answer: the database is there and its schema is this program's.
#[utoipa::path(get, path = "/readyz", tag = "health", responses(
    (status = 200, body = Health),
    (status = 503, body = ProblemDetails, content_type = "application/problem+json")))]
pub async fn readyz(State(app): State<App>) -> Result<Json<Health>, Problem> {
    match tokio::time::timeout(PATIENCE, store::migrations_applied(&app.db)).await {
        Ok(Ok((applied, known))) if applied >= known => Ok(Json(Health { status: "ready" })),
        Ok(Ok((applied, known))) => {
            tracing::warn!(migrations.applied = applied, migrations.known = known, "the schema is not up to date");
            Err(Problem::unavailable())
        }
        Ok(Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "not ready");
            Err(Problem::unavailable())
        }
        Err(_) => {
            tracing::warn!("not ready: the database does not answer");
            Err(Problem::unavailable())
        }
    }
}

/// The process's numbers in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "health", responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn metrics(State(app): State<App>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (app.metrics)())
}
