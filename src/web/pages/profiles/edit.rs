//! `/offices/{code}/profile`: the form.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::{HERE, service};
use crate::domain::issuer::{Links, Profile, Service};
use crate::domain::text::{BadText, Mention};
use crate::offices::OfficeRefusal;
use crate::offices::profiles::{self as commands, must_publish_for};
use crate::store::Connection;
use crate::store::offices::{Office, find_office};
use crate::store::profiles::{StoredProfile, find_profile};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::input::Id;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::{FormErrors, FormState};
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::label::either;
use crate::web::words::{Words, capital};

/// What is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ProfileForm {
    /// The version that the form showed.
    version: String,
    name: String,
    unit: String,
    website: String,
    facebook: String,
    x: String,
    instagram: String,
    youtube: String,
    tiktok: String,
    line: String,
}

impl ProfileForm {
    fn of(profile: Option<StoredProfile>) -> Self {
        let Some(StoredProfile { name, unit, links, version, .. }) = profile else {
            return Self { version: "0".to_owned(), ..Self::default() };
        };
        let at = |service| links.get(service).unwrap_or_default().to_owned();
        Self {
            version: version.to_string(),
            name: name.unwrap_or_default(),
            unit: unit.unwrap_or_default(),
            website: at(Service::Website),
            facebook: at(Service::Facebook),
            x: at(Service::X),
            instagram: at(Service::Instagram),
            youtube: at(Service::Youtube),
            tiktok: at(Service::Tiktok),
            line: at(Service::Line),
        }
    }

    /// What is typed for a service.
    fn at(&self, service: Service) -> &str {
        match service {
            Service::Website => &self.website,
            Service::Facebook => &self.facebook,
            Service::X => &self.x,
            Service::Instagram => &self.instagram,
            Service::Youtube => &self.youtube,
            Service::Tiktok => &self.tiktok,
            Service::Line => &self.line,
        }
    }
}

/// A field for an address.
struct LinkField {
    name: &'static str,
    label: String,
    hint: String,
    typed: String,
}

#[derive(Template)]
#[template(path = "profiles/edit.html")]
struct ProfilePage {
    code: String,
    office: String,
    fields: Vec<LinkField>,
    form: FormState<ProfileForm>,
}

/// The form.
pub(super) async fn show_profile(
    visitor: Visitor,
    Id(code): Id<String>,
    Conn(mut db): Conn,
) -> Result<Response, Problem> {
    let office = find(&mut db, &visitor, &code).await?;
    let form = FormState::new(ProfileForm::of(find_profile(&mut db, office.id).await?));
    Ok(render(&visitor, office, form, StatusCode::OK))
}

/// The office, for which the visitor publishes.
async fn find(db: &mut Connection, visitor: &Visitor, code: &str) -> Result<Office, Problem> {
    let office = find_office(db, code).await?.ok_or_else(|| Problem::absent("office"))?;
    must_publish_for(db, &visitor.caller.right(), office.id).await?;
    Ok(office)
}

fn render(visitor: &Visitor, office: Office, form: FormState<ProfileForm>, status: StatusCode) -> Response {
    let t = visitor.words;
    let fields = Service::ALL.map(|known| LinkField {
        name: known.as_str(),
        label: service(t, known),
        hint: match known.hosts() {
            [] => t.say("profile-website-help"),
            hosts => t.say_with("profile-link-help", &[("hosts", &hosts.join(", "))]),
        },
        typed: form.typed.at(known).to_owned(),
    });
    let page = ProfilePage { code: office.code, office: office.name, fields: fields.into(), form };
    HtmlPage::of(visitor, page).status(status).into_response()
}

/// Writes it.
pub(super) async fn put_profile(
    State(app): State<App>,
    visitor: Visitor,
    Id(code): Id<String>,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<ProfileForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let (t, right) = (visitor.words, visitor.caller.right());
    let office = find(&mut tx, &visitor, &code).await?;
    let mut form = FormState::new(typed);
    let Some(profile) = read(t, &mut form) else {
        return Ok(render(&visitor, office, form, StatusCode::UNPROCESSABLE_ENTITY));
    };
    let seen = form.typed.version.parse().unwrap_or(0);
    match commands::put(&mut tx, &right, office.id, &profile, Some(seen), app.now()).await {
        Ok(()) => {
            let to = with_flash(HERE, "said-profile-changed");
            form_key.finish(tx, &app, &to).await?;
            Ok(Redirect::to(&to).into_response())
        }
        Err(OfficeRefusal::ChangedSince) => {
            // what is there now, with what was typed lost on purpose: it was about something else
            let mut form = FormState::new(ProfileForm::of(find_profile(&mut tx, office.id).await?));
            form.errors = FormErrors::of("name", t.say("profile-changed-since"));
            Ok(render(&visitor, office, form, StatusCode::CONFLICT))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// What the form means; or nothing, and what is wrong with it is in the form.
fn read(t: Words, FormState { typed, errors }: &mut FormState<ProfileForm>) -> Option<Profile> {
    let name = errors.check("name", optional(t, &typed.name));
    let unit = errors.check("unit", optional(t, &typed.unit));
    let mut links = Links::default();
    for service in Service::ALL {
        let text = typed.at(service).trim();
        if text.is_empty() {
            continue;
        }
        match service.read(text) {
            Ok(address) => links.insert(service, address),
            Err(_) if service.hosts().is_empty() => errors.add(service.as_str(), t.say("profile-website-bad")),
            Err(_) => {
                let hosts = service.hosts().join(", ");
                errors.add(service.as_str(), t.say_with("profile-link-bad", &[("hosts", &hosts)]));
            }
        }
    }
    if !errors.is_empty() {
        return None;
    }
    Some(Profile { name: name?, unit: unit?, links })
}

fn optional(t: Words, typed: &str) -> Result<Option<Mention>, String> {
    match typed.parse() {
        Ok(text) => Ok(Some(text)),
        Err(BadText::Empty) => Ok(None),
        Err(bad) => Err(either(t, bad.thai(), capital(&bad.to_string()))),
    }
}
