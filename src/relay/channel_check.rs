//! Asks LINE about a channel: whose account it is, how many messages the month has left, where its webhooks go, and whether they arrive.
//!
//! What LINE says of the account and the quota is kept. It is asked outside of any transaction, as it may take a while. Called by the pages
//! of the channels and by `gcc-relay channel check`.

use std::fmt;
use std::sync::Arc;

use super::engine::{BadSecret, open_access};
use crate::domain::sealed::SealingKeys;
use crate::domain::time::Timestamp;
use crate::line::answers::{CallError, WebhookEndpoint, WebhookTest};
use crate::line::client::LineClient;
use crate::line::token::Access;
use crate::store::channels::{Channel, update_bot, update_quota};
use crate::store::{Db, StoreError};

/// Why a question brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The token that is kept cannot be opened.
    #[error(transparent)]
    Secret(#[from] BadSecret),
    /// LINE was asked.
    #[error(transparent)]
    Line(#[from] CallError),
    /// What it said could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CheckError {
    /// Whether LINE does not know the token, or not any more.
    #[must_use]
    pub fn is_refused_token(&self) -> bool {
        matches!(self, Self::Line(CallError::Status { status: 401 | 403, .. }))
    }
}

/// Whose account the channel is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its @-name.
    pub basic_id: String,
}

/// The month's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthLeft {
    /// All; none = not limited.
    pub limit: Option<u64>,
    /// Of these, used.
    pub used: u64,
}

/// Where the channel's webhooks go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookState {
    /// No address is set.
    NotSet,
    /// Webhooks are switched off.
    Off,
    /// They go to another address than this server's.
    Elsewhere(String),
    /// They go where they should.
    Here,
}

/// Whether a webhook that LINE sent to try arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestState {
    /// Whether it did.
    pub arrived: bool,
    /// LINE's word for what happened, such as `COULD_NOT_CONNECT`, with the status that it was answered with.
    pub reason: String,
}

/// What came of all questions about a channel; none = not asked.
#[derive(Debug)]
pub struct ChannelAnswers {
    /// Whose account it is.
    pub account: Result<Account, CheckError>,
    /// How much of the month is left; not asked where the account could not be had, nor is what follows.
    pub month: Option<Result<MonthLeft, CheckError>>,
    /// Where its webhooks go.
    pub webhook: Option<Result<WebhookState, CheckError>>,
    /// Whether one that LINE sends to try arrives; only asked where that is wanted.
    pub webhook_test: Option<Result<TestState, CheckError>>,
}

/// The way to ask.
#[derive(Clone)]
pub struct ChannelCheck {
    db: Db,
    line: LineClient,
    sealing: Arc<SealingKeys>,
}

impl fmt::Debug for ChannelCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelCheck").finish_non_exhaustive()
    }
}

impl ChannelCheck {
    /// Asks by `line`, with the tokens of the channels in `db`.
    #[must_use]
    pub fn new(db: Db, line: LineClient, sealing: Arc<SealingKeys>) -> Self {
        Self { db, line, sealing }
    }

    /// Asks about account, month and webhook, whose address should be `wanted`; and has LINE try the webhook where that is wanted.
    pub async fn ask(&self, channel: &Channel, wanted: &str, with_test: bool, now: Timestamp) -> ChannelAnswers {
        let account = self.account(channel).await;
        // without the account there is nothing more to be had
        if account.is_err() {
            return ChannelAnswers { account, month: None, webhook: None, webhook_test: None };
        }
        let month = Some(self.month(channel, now).await);
        let webhook = Some(self.webhook(channel, wanted).await);
        let webhook_test = if with_test { Some(self.test_webhook(channel).await) } else { None };
        ChannelAnswers { account, month, webhook, webhook_test }
    }

    fn access(&self, channel: &Channel) -> Result<Access, CheckError> {
        Ok(open_access(&self.sealing, channel)?)
    }

    /// Whose account it is, which is kept.
    ///
    /// # Errors
    /// [`CheckError`].
    pub async fn account(&self, channel: &Channel) -> Result<Account, CheckError> {
        let bot = self.line.bot_info(&self.access(channel)?).await?;
        let mut db = self.db.acquire().await.map_err(StoreError::from)?;
        update_bot(&mut db, channel.id, &bot.user_id, &bot.basic_id).await?;
        Ok(Account { name: bot.display_name, basic_id: bot.basic_id })
    }

    /// How much of the month is left, which is kept.
    ///
    /// # Errors
    /// [`CheckError`].
    pub async fn month(&self, channel: &Channel, now: Timestamp) -> Result<MonthLeft, CheckError> {
        let access = self.access(channel)?;
        let limit = self.line.quota(&access).await?.limit();
        let used = self.line.quota_consumption(&access).await?.total_usage;
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let mut db = self.db.acquire().await.map_err(StoreError::from)?;
        update_quota(&mut db, channel.id, limit.map(number), number(used), now).await?;
        Ok(MonthLeft { limit, used })
    }

    /// Where its webhooks go; they should go to `wanted`.
    ///
    /// # Errors
    /// [`CheckError`].
    pub async fn webhook(&self, channel: &Channel, wanted: &str) -> Result<WebhookState, CheckError> {
        Ok(match self.line.webhook_endpoint(&self.access(channel)?).await? {
            None => WebhookState::NotSet,
            Some(WebhookEndpoint { active: false, .. }) => WebhookState::Off,
            Some(found) if found.endpoint != wanted => WebhookState::Elsewhere(found.endpoint),
            Some(_) => WebhookState::Here,
        })
    }

    /// Has LINE send a webhook without events to the address that is set.
    ///
    /// # Errors
    /// [`CheckError`].
    pub async fn test_webhook(&self, channel: &Channel) -> Result<TestState, CheckError> {
        let WebhookTest { success, status_code, reason } = self.line.test_webhook(&self.access(channel)?).await?;
        let reason: String = reason.chars().filter(|letter| !letter.is_control()).take(60).collect();
        let reason = match status_code {
            Some(status) if !success && status > 0 => format!("{reason} ({status})"),
            _ => reason,
        };
        Ok(TestState { arrived: success, reason })
    }
}

/// The address to which a channel's webhooks should go.
#[must_use]
pub fn webhook_address(public_url: &str, code: &str) -> String {
    format!("{public_url}/line/webhook/{code}")
}
