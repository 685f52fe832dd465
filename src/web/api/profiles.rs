//! What offices that publish are called in public, and where else they can be found: read by everybody, as pages of bulletins show it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::domain::issuer::{Links, Profile, Service};
use crate::domain::text::Mention;
use crate::domain::time::Timestamp;
use crate::offices::profiles as commands;
use crate::store::Connection;
use crate::store::offices::{Office, find_office};
use crate::store::profiles::{StoredProfile, find_profile};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::Id;
use crate::web::problem::{FieldError, Problem, ProblemDetails};

/// What an office is called in public, and where else it can be found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OfficeProfile {
    /// The office's code.
    #[schema(example = "lamphun")]
    office: String,
    /// Its name in the tree.
    office_name: String,
    /// Its public name, where that is another.
    name: Option<String>,
    /// The unit that publishes.
    unit: Option<String>,
    /// Its addresses by service.
    #[schema(value_type = BTreeMap<Service, String>)]
    links: Links,
    /// Counts its changes; 0 = there is no profile yet.
    version: i32,
    /// When it was changed last.
    updated_at: Option<Timestamp>,
}

impl OfficeProfile {
    fn of(office: Office, found: Option<StoredProfile>) -> Self {
        let Office { code, name: office_name, .. } = office;
        let version = found.as_ref().map_or(0, |profile| profile.version);
        let updated_at = found.as_ref().map(|profile| profile.updated_at);
        let (name, unit, links) =
            found.map(|profile| (profile.name, profile.unit, profile.links.0)).unwrap_or_default();
        Self { office: code, office_name, name, unit, links, version, updated_at }
    }
}

async fn find(db: &mut Connection, code: &str) -> Result<Office, Problem> {
    find_office(db, code).await?.ok_or_else(|| Problem::absent("office"))
}

/// What an office is called in public. Bulletins show it to everybody, so every key may read it.
#[utoipa::path(get, path = "/offices/{code}/profile", tag = "offices", params(("code" = String, Path)),
    responses((status = 200, body = OfficeProfile)))]
pub async fn get_office_profile(Id(code): Id<String>, Conn(mut db): Conn) -> Result<Json<OfficeProfile>, Problem> {
    let office = find(&mut db, &code).await?;
    let found = find_profile(&mut db, office.id).await?;
    Ok(Json(OfficeProfile::of(office, found)))
}

/// A whole profile: what is left out is taken away.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileInput {
    /// The public name, where that is not the one in the tree; one line.
    #[serde(default)]
    name: Option<Mention>,
    /// The unit that publishes; one line.
    #[serde(default)]
    unit: Option<Mention>,
    /// Addresses by service, each `https://` and at a host of that service.
    #[serde(default)]
    #[schema(example = json!({ "facebook": "https://www.facebook.com/lamphun" }))]
    links: BTreeMap<Service, String>,
    /// The version that was seen: where it is another by now nothing is changed. Left out = whichever is there.
    #[serde(default)]
    #[schema(minimum = 0)]
    version: Option<i32>,
}

impl ProfileInput {
    fn read(self) -> Result<(Profile, Option<i32>), Problem> {
        let (mut links, mut errors) = (Links::default(), Vec::new());
        for (service, text) in &self.links {
            match service.read(text) {
                Ok(address) => links.insert(*service, address),
                Err(bad) => errors.push(FieldError::new(format!("/links/{}", service.as_str()), bad)),
            }
        }
        if errors.is_empty() {
            Ok((Profile { name: self.name, unit: self.unit, links }, self.version))
        } else {
            Err(Problem::invalid(errors))
        }
    }
}

/// Write what an office is called in public: by whoever publishes for it.
#[utoipa::path(put, path = "/offices/{code}/profile", tag = "offices", params(("code" = String, Path)),
    request_body = ProfileInput, responses(
    (status = 200, body = OfficeProfile),
    (status = 409, description = "Somebody else has changed it since (`changed-since`)", body = ProblemDetails,
        content_type = "application/problem+json"),
))]
pub async fn put_office_profile(
    State(app): State<App>,
    Id(code): Id<String>,
    post: IdempotentPost<ProfileInput>,
) -> PostResult {
    let (mut work, body) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    let (profile, seen) = body.read()?;
    let office = find(work.db(), &code).await?;
    commands::put(work.db(), &right, office.id, &profile, seen, now).await?;
    let found = find_profile(work.db(), office.id).await?;
    work.answer(StatusCode::OK, &OfficeProfile::of(office, found)).await
}
