//! The line check: asks LINE to validate a message before a bulletin is submitted, published or scheduled.
//!
//! Our own limits are LINE's documented ones; LINE refuses more than it documents, such as some addresses, and without
//! asking the first group would be the one to find out. The question is free. It is asked outside any transaction, and
//! where LINE does not answer soon the bulletin goes its way unasked: publishing must not hang on it.
//! Source: <https://developers.line.biz/en/reference/messaging-api/#validate-message-objects-of-push-message>.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::channel_check::ChannelCheck;
use super::engine::open_access;
use super::refusal::{Refusal, Result};
use super::rendering::{Variant, render_variant};
use super::settings::Settings;
use crate::domain::bulletin::ForwardingMode;
use crate::domain::outcome::ParkReason;
use crate::domain::sealed::SealingKeys;
use crate::domain::secrecy::secrecy_class;
use crate::line::answers::Complaint;
use crate::line::client::LineClient;
use crate::line::token::Access;
use crate::store::bulletins::Bulletin;
use crate::store::channels::list_channels;
use crate::store::{Db, StoreError};

/// So long LINE is waited for, over all channels.
const PATIENCE: Duration = Duration::from_secs(2);
/// So much of LINE's words is passed on, in characters.
const LONGEST_WORDS: usize = 300;
/// So many complaints are passed on.
const MOST_WORDS: usize = 10;

/// What LINE finds wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineWords {
    /// Which field of the bulletin it is about, as a JSON pointer; empty where that cannot be told.
    pub pointer: String,
    /// What is wrong, in LINE's words.
    pub words: String,
}

/// The way to ask.
#[derive(Clone)]
pub struct LineCheck {
    db: Db,
    line: LineClient,
    sealing: Arc<SealingKeys>,
}

impl LineCheck {
    /// Asks by `line`, with the tokens of the channels in `db`.
    #[must_use]
    pub fn new(db: Db, line: LineClient, sealing: Arc<SealingKeys>) -> Self {
        Self { db, line, sealing }
    }

    /// The way to ask about the channels themselves.
    #[must_use]
    pub fn channels(&self) -> ChannelCheck {
        ChannelCheck::new(self.db.clone(), self.line.clone(), Arc::clone(&self.sealing))
    }

    /// Asks LINE about an unpublished bulletin.
    ///
    /// # Errors
    /// [`Refusal::RefusedByLine`]. What cannot be asked is not refused here.
    pub async fn ask(&self, settings: &Settings, bulletin: &Bulletin) -> Result<()> {
        let messages = messages_of(settings, bulletin);
        if messages.is_empty() {
            return Ok(());
        }
        let Ok(asked) = tokio::time::timeout(PATIENCE, self.ask_some_channel(&messages)).await else {
            tracing::info!(bulletin.id = %bulletin.id, "LINE did not say in time what it finds wrong with a message");
            return Ok(());
        };
        let Some((message, complaints)) = asked else { return Ok(()) };
        let message: Value = serde_json::from_str(message).unwrap_or_default();
        let words = complaints.iter().take(MOST_WORDS).map(|complaint| words_of(complaint, &message, bulletin));
        let words: Vec<LineWords> = words.collect();
        if words.is_empty() { Ok(()) } else { Err(Refusal::RefusedByLine(words)) }
    }

    /// Asks with the token of one channel after another, until LINE says something; gives the first message with which
    /// it finds something wrong, and what.
    async fn ask_some_channel<'a>(&self, messages: &'a [String]) -> Option<(&'a str, Vec<Complaint>)> {
        for access in self.tokens().await {
            match self.ask_with(&access, messages).await {
                Ok(complaints) => return complaints,
                Err(error) => tracing::info!(error = &error as &dyn std::error::Error, "LINE could not be asked"),
            }
        }
        None
    }

    async fn ask_with<'a>(
        &self,
        access: &Access,
        messages: &'a [String],
    ) -> Result<Option<(&'a str, Vec<Complaint>)>, crate::line::answers::CallError> {
        for message in messages {
            let complaints = self.line.validate_push(access, message.as_bytes()).await?;
            if !complaints.is_empty() {
                return Ok(Some((message, complaints)));
            }
        }
        Ok(None)
    }

    /// The tokens of the channels, without those that LINE refused.
    async fn tokens(&self) -> Vec<Access> {
        let channels = match self.db.acquire().await.map_err(StoreError::from) {
            Ok(mut db) => list_channels(&mut db).await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        let usable = channels.iter().filter(|channel| channel.parked_reason != Some(ParkReason::TokenRefused));
        usable.filter_map(|channel| open_access(&self.sealing, channel).ok()).collect()
    }
}

/// The messages that would be sent; none of a bulletin that is published already, cannot be published as it is, or bears a
/// secrecy class and so must not be sent to LINE.
fn messages_of(settings: &Settings, bulletin: &Bulletin) -> Vec<String> {
    let classified = secrecy_class(&bulletin.subject).or_else(|| secrecy_class(&bulletin.body)).is_some();
    if bulletin.published_at.is_some() || classified {
        return Vec::new();
    }
    let mut variants = vec![Variant::Plain];
    if bulletin.forwarding == ForwardingMode::AsConfigured {
        variants.push(Variant::Forwarding);
    }
    let rendered = variants.into_iter().map(|variant| render_variant(settings, bulletin, variant));
    rendered.collect::<Result<_>>().unwrap_or_default()
}

fn words_of(complaint: &Complaint, message: &Value, bulletin: &Bulletin) -> LineWords {
    let property = complaint.property.as_deref().unwrap_or_default();
    let at_fault = find(message, property).and_then(Value::as_str);
    let pointer = at_fault.map(|text| pointer_to(text, bulletin)).unwrap_or_default();
    let said = complaint.message.as_deref().unwrap_or_default();
    let words = match (said, property) {
        ("", "") => "no reason given".to_owned(),
        ("", property) => property.to_owned(),
        (said, "") => said.to_owned(),
        (said, property) => format!("{said} ({property})"),
    };
    LineWords { pointer, words: words.chars().filter(|c| !c.is_control()).take(LONGEST_WORDS).collect() }
}

/// What stands at `messages[0].contents.footer.contents[1]` of a message array.
fn find<'a>(messages: &'a Value, property: &str) -> Option<&'a Value> {
    let path = property.strip_prefix("messages")?;
    let names = path.split(['.', '[', ']']).filter(|name| !name.is_empty());
    names.into_iter().try_fold(messages, |value, name| match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        value => value.get(name),
    })
}

/// The field of a bulletin in which `text` was typed.
fn pointer_to(text: &str, bulletin: &Bulletin) -> String {
    for (n, link) in bulletin.links.0.iter().enumerate() {
        if link.url == text {
            return format!("/links/{n}/url");
        }
        if link.label == text {
            return format!("/links/{n}/label");
        }
    }
    match text {
        text if text == bulletin.subject => "/subject".to_owned(),
        text if text == bulletin.body => "/body".to_owned(),
        text if Some(text) == bulletin.document_number.as_deref() => "/document_number".to_owned(),
        text if Some(text) == bulletin.image_alt.as_deref() => "/attachments/0/alt".to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_property_is_found_in_the_message_array() {
        let messages =
            json!([{ "contents": { "footer": { "contents": [{}, { "action": { "uri": "https://a.example" } }] } } }]);
        let found = find(&messages, "messages[0].contents.footer.contents[1].action.uri");
        assert_eq!(found, Some(&json!("https://a.example")));
        for other in ["", "messages[1].text", "messages[0].contents[0]", "messages[x]", "to"] {
            assert_eq!(find(&messages, other), None, "{other}");
        }
    }
}
