//! `/board/{id}/retry`: what would be tried again, asked before it is done.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::InScope;
use super::bulletin::find;
use super::province::code_of;
use crate::domain::delivery::{Reason, State as Stored};
use crate::domain::ids::BulletinId;
use crate::relay::retry;
use crate::store::board::failures::count_retryable;
use crate::store::retries::RetryFilter;
use crate::web::access::Caller;
use crate::web::app::App;
use crate::web::idempotent_form::IdempotentForm;
use crate::web::input::Parameters;
use crate::web::pages::HtmlPage;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;
use crate::web::ui::format::{province, tier_label};
use crate::web::ui::label::Label as _;
use crate::web::words::Words;

/// Which deliveries; what is left out or empty does not narrow.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct RetryQuery {
    #[serde(default)]
    state: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    tier: String,
    #[serde(default)]
    province: String,
    include_unknown: Option<String>,
}

impl RetryQuery {
    fn filter(&self, caller: &Caller) -> Result<RetryFilter, Problem> {
        let province = Some(&self.province).filter(|province| !province.is_empty());
        // groups of no province cannot be named by one, and must not come to mean all
        if province
            .is_some_and(|province| province.contains('\0') || province.len() > 200 || code_of(province).is_none())
        {
            return Err(Problem::invalid_field("?province", "is no province"));
        }
        Ok(RetryFilter {
            state: read(&self.state, "?state")?,
            reason: read(&self.reason, "?reason")?,
            tier: match self.tier.as_str() {
                "" => None,
                text => Some(text.parse().map_err(|_| Problem::invalid_field("?tier", "must be 1, 2 or 3"))?),
            },
            province: province.and_then(|province| code_of(province)),
            scope: caller.scope.to_filter(),
            ..RetryFilter::default()
        })
    }
}

/// A word of a closed list; an empty text is none.
fn read<T: serde::de::DeserializeOwned>(text: &str, name: &str) -> Result<Option<T>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let value = serde_json::Value::String(text.to_owned());
    serde_json::from_value(value)
        .map(Some)
        .map_err(|_| Problem::invalid_field(name, "is not a word that is known here"))
}

#[derive(Template)]
#[template(path = "board/retry.html")]
struct RetryPage {
    id: BulletinId,
    subject: String,
    which: RetryQuery,
    about: Vec<String>,
    count: String,
    unlinked: Option<String>,
    unknown: Option<String>,
    any: bool,
}

/// What would be tried again.
pub async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    InScope(id): InScope<BulletinId>,
    Parameters(which): Parameters<RetryQuery>,
) -> Result<impl IntoResponse, Problem> {
    let bulletin = find(&app, &visitor.caller, id).await?;
    let filter = which.filter(&visitor.caller)?;
    let key_good_since = app.now() - app.settings.retry_key_lifetime;
    let mut db = app.db.acquire().await?;
    let found = count_retryable(&mut db, id, &filter, key_good_since).await?;
    drop(db);
    let t = visitor.words;
    let page = RetryPage {
        id,
        subject: bulletin.subject,
        about: about(t, &filter),
        which,
        count: t.count("retry-count", found.deliveries),
        unlinked: (found.unlinked > 0).then(|| t.count("retry-unlinked", found.unlinked)),
        unknown: (found.unknown > 0).then(|| t.count("retry-unknown", found.unknown)),
        any: found.deliveries + found.unknown > 0,
    };
    Ok(HtmlPage::of(&visitor, page))
}

/// The filter in words.
fn about(t: Words, filter: &RetryFilter) -> Vec<String> {
    let state = filter.state.map(|state: Stored| state.word(t));
    let reason = filter.reason.map(|reason: Reason| reason.word(t));
    let tier = filter.tier.map(|tier| tier_label(tier).to_owned());
    let province = filter.province.as_deref().map(|code| province(t, Some(code)));
    [state, reason, tier, province].into_iter().flatten().collect()
}

/// Tries them again.
pub async fn retry(
    State(app): State<App>,
    visitor: Visitor,
    InScope(id): InScope<BulletinId>,
    IdempotentForm { form_key, form: Form(which) }: IdempotentForm<Form<RetryQuery>>,
) -> Result<Response, Problem> {
    find(&app, &visitor.caller, id).await?;
    let filter = which.filter(&visitor.caller)?;
    form_key
        .lead_on(&app, async |tx| {
            let right = visitor.caller.right();
            let unknown = which.include_unknown.is_some();
            retry::retry(tx, &app.settings, id, &filter, unknown, &right, &app.clock).await?;
            Ok(with_flash(&format!("/board/{id}"), "said-retried"))
        })
        .await
}
