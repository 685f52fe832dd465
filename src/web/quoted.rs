//! Acknowledging as people do: who quotes a bulletin in its group with a word of the settings, or with any sticker, has taken note
//! of it. The message is judged where it arrives; what goes on is a tap, and nothing of any other message.

use std::collections::HashMap;
use std::time::Duration;

use crate::domain::ids::{BulletinId, ChannelId};
use crate::domain::time::Timestamp;
use crate::line::webhook::{InboundEvent, Mode, QuoteAnswer};
use crate::relay::settings::Settings;
use crate::store::acknowledgements::{QuotingMessage, list_quoted as list_quoted_rows};
use crate::store::{Connection, Result};

/// Bulletins published before are not looked through: as long as the last of them may still be open.
const QUOTED_WITHIN: Duration = Duration::from_hours(45 * 24);

/// The bulletins that are acknowledged by the events of a webhook, by the event's id.
#[derive(Default)]
pub(super) struct QuotedBulletins(HashMap<String, BulletinId>);

/// Looks up what the events quote that are worded as acknowledgements; asks the database only where there are any.
pub(super) async fn list_quoted(
    db: &mut Connection,
    settings: &Settings,
    channel: ChannelId,
    events: &[InboundEvent],
    now: Timestamp,
) -> Result<QuotedBulletins> {
    let (ids, messages): (Vec<&str>, Vec<QuotingMessage>) =
        events.iter().filter_map(|event| Some((event.id.as_str(), acknowledgement(settings, event)?))).unzip();
    if messages.is_empty() {
        return Ok(QuotedBulletins::default());
    }
    let found = list_quoted_rows(db, channel, &messages, now - QUOTED_WITHIN).await?;
    let of_event = |(place, bulletin): (usize, BulletinId)| Some(((*ids.get(place)?).to_owned(), bulletin));
    Ok(QuotedBulletins(found.into_iter().filter_map(of_event).collect()))
}

/// What an event quotes, if it is worded as an acknowledgement.
fn acknowledgement(settings: &Settings, event: &InboundEvent) -> Option<QuotingMessage> {
    let quote = event.quote.as_ref().filter(|_| event.mode == Mode::Active)?;
    let is_meant = match &quote.answer {
        QuoteAnswer::Text(text) => settings.acknowledge_words.contains(text),
        QuoteAnswer::Sticker => true,
    };
    let line_group_id = event.group_id.clone().filter(|_| is_meant)?;
    Some(QuotingMessage { line_group_id, quoted_id: quote.message_id.clone() })
}

impl QuotedBulletins {
    /// The bulletin that this event acknowledges.
    pub(super) fn find(&self, event: &InboundEvent) -> Option<BulletinId> {
        self.0.get(&event.id).copied()
    }
}
