//! Asking LINE about a channel: whose account it is, what the month has left, where its webhooks go, and whether they arrive.
//!
//! LINE is asked before the transaction of the answer begins, as it may take a while.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::channels::find;
use crate::relay::channel_check::{self as asked, ChannelAnswers, CheckError, webhook_address};
use crate::relay::line_check::LineCheck;
use crate::web::app::App;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::input::Id;
use crate::web::problem::{Problem, ProblemDetails};

/// What LINE is asked about a channel.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelQuestion {
    /// Whether LINE is to send a webhook without events, to try whether it arrives.
    #[serde(default)]
    test_webhook: bool,
}

/// What LINE said about a channel. What is null was not asked, or brought nothing: then `failures` says why.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ChannelCheck {
    /// Whose account it is.
    account: Option<ChannelAccount>,
    /// The month's messages.
    month: Option<ChannelMonth>,
    /// Where its webhooks go.
    webhook: Option<ChannelWebhook>,
    /// Whether a webhook arrived that LINE sent to try; null also where that was not wanted.
    webhook_test: Option<WebhookTest>,
    /// What brought nothing. Without the account nothing else is asked.
    failures: Vec<CheckFailure>,
}

/// The account of a channel.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ChannelAccount {
    /// Its name.
    name: String,
    /// Its @-name.
    #[schema(example = "@gcc")]
    basic_id: String,
}

/// The messages of a channel's month.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ChannelMonth {
    /// All; null = not limited.
    limit: Option<u64>,
    /// Of these, used.
    used: u64,
}

/// Where a channel's webhooks go.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ChannelWebhook {
    /// In a word.
    state: WebhookState,
    /// The address to which they should go.
    wanted: String,
    /// The address to which they go, where it is another.
    address: Option<String>,
}

/// Whether a channel's webhooks go to this server.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    /// They do.
    Here,
    /// No address is set.
    NotSet,
    /// They are switched off.
    Off,
    /// They go to another address.
    Elsewhere,
}

/// Whether a webhook arrived that LINE sent to try.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct WebhookTest {
    /// Whether it did.
    arrived: bool,
    /// LINE's word for what happened.
    #[schema(example = "COULD_NOT_CONNECT")]
    reason: String,
}

/// A question that brought nothing.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CheckFailure {
    /// Which one.
    question: CheckQuestion,
    /// Why.
    reason: CheckFailureReason,
}

/// A question about a channel.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckQuestion {
    /// Whose account it is.
    Account,
    /// What the month has left.
    Month,
    /// Where its webhooks go.
    Webhook,
    /// Whether they arrive.
    WebhookTest,
}

/// Why a question brought nothing.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckFailureReason {
    /// LINE does not know the token, or not any more.
    TokenRefused,
    /// The token that is kept cannot be opened with the key file of this server.
    TokenUnopened,
    /// LINE gave no answer that could be used.
    Unanswered,
}

impl ChannelCheck {
    fn of(answers: ChannelAnswers, wanted: String) -> Self {
        let mut failures = Vec::new();
        let account = note(&mut failures, CheckQuestion::Account, Some(answers.account));
        let month = note(&mut failures, CheckQuestion::Month, answers.month);
        let webhook = note(&mut failures, CheckQuestion::Webhook, answers.webhook);
        let test = note(&mut failures, CheckQuestion::WebhookTest, answers.webhook_test);
        Self {
            account: account.map(|account| ChannelAccount { name: account.name, basic_id: account.basic_id }),
            month: month.map(|month| ChannelMonth { limit: month.limit, used: month.used }),
            webhook: webhook.map(|found| ChannelWebhook::of(found, wanted)),
            webhook_test: test.map(|test| WebhookTest { arrived: test.arrived, reason: test.reason }),
            failures,
        }
    }
}

impl ChannelWebhook {
    fn of(found: asked::WebhookState, wanted: String) -> Self {
        let (state, address) = match found {
            asked::WebhookState::Here => (WebhookState::Here, None),
            asked::WebhookState::NotSet => (WebhookState::NotSet, None),
            asked::WebhookState::Off => (WebhookState::Off, None),
            asked::WebhookState::Elsewhere(address) => (WebhookState::Elsewhere, Some(address)),
        };
        Self { state, wanted, address }
    }
}

/// The answer; where there is none, why is noted.
fn note<T>(
    failures: &mut Vec<CheckFailure>,
    question: CheckQuestion,
    answer: Option<Result<T, CheckError>>,
) -> Option<T> {
    answer?
        .map_err(|error| {
            tracing::info!(error = &error as &dyn std::error::Error, "LINE could not be asked about a channel");
            let reason = match &error {
                error if error.is_refused_token() => CheckFailureReason::TokenRefused,
                CheckError::Secret(_) => CheckFailureReason::TokenUnopened,
                CheckError::Line(_) | CheckError::Store(_) => CheckFailureReason::Unanswered,
            };
            failures.push(CheckFailure { question, reason });
        })
        .ok()
}

/// Ask LINE about a channel.
///
/// What LINE says of the account and of the month is kept.
#[utoipa::path(post, path = "/channels/{code}/check", tag = "channels", params(("code" = String, Path)),
    request_body = Option<ChannelQuestion>, responses(
        (status = 200, body = ChannelCheck),
        (status = 409, description = "This server is not set up to ask LINE (`line-not-asked`)",
            body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub async fn check_channel(
    State(app): State<App>,
    Id(code): Id<String>,
    post: IdempotentPost<ChannelQuestion>,
) -> PostResult {
    let channel = find(&mut *app.db.acquire().await?, post.caller(), &code).await?;
    let Some(ask) = app.line_check.as_ref().map(LineCheck::channels) else {
        return Err(Problem::conflict("line-not-asked", "This server is not set up to ask LINE.").into());
    };
    let wanted = webhook_address(&app.settings.public_url, &channel.code);
    let answers = ask.ask(&channel, &wanted, post.body().test_webhook, app.now()).await;
    let (work, _) = post.begin(&app).await?;
    work.answer(StatusCode::OK, &ChannelCheck::of(answers, wanted)).await
}
