//! What somebody above reports for an office that was reached in another way than over LINE.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{BulletinId, Code};
use crate::domain::reported::ReportKind;
use crate::domain::text::PlainReason;
use crate::relay::on_behalf;
use crate::web::access::duty::reported_for;
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::Id;

/// For which groups, and what.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The groups, by code.
    #[schema(min_items = 1)]
    into: Vec<Code>,
    /// What their offices said.
    what: ReportKind,
    /// How it is known, such as with whom was spoken; one line, at most 500 UTF-16 units.
    comment: Option<PlainReason>,
}

/// What reporting came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReportAnswer {
    /// Groups of which something new is booked.
    reported: u64,
    /// Groups of which as much or more was booked before.
    already: u64,
}

/// Report on behalf of offices that were reached by telephone or in another way.
///
/// For operators, admins, and the stewards of groups above. It is shown beside what LINE told: no state, no turn and no count of
/// taps changes, only `acknowledged.reported`.
#[utoipa::path(post, path = "/bulletins/{id}/report", tag = "bulletins", params(("id" = BulletinId, Path)),
    request_body = Report, responses((status = 200, body = ReportAnswer)))]
pub async fn report_bulletin(
    State(app): State<App>,
    Id(id): Id<BulletinId>,
    post: IdempotentPost<Report>,
) -> PostResult {
    let (mut work, Report { into, what, comment }) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    visible::bulletin(work.db(), &caller, id).await?;
    let groups = reported_for(work.db(), &caller, &into).await?;
    let done = on_behalf::report(work.db(), id, &groups, what, comment.as_ref(), &right, now).await?;
    work.answer(StatusCode::OK, &ReportAnswer { reported: done.reported, already: done.already }).await
}
