//! The queue reader: asks the database for work, for all channels of a node.
//!
//! One per node. What several dispatchers ask at the same moment, or while the last question is under way, goes in one
//! question: a node with two hundred channels asks hardly more often than one with a single channel. It decides
//! nothing: what is claimed belongs to the dispatcher that asked, and is checked against its epoch.

use std::collections::HashMap;
use std::sync::Arc;

use moka::future::Cache;
use tokio::sync::{mpsc, oneshot};

use super::engine::Engine;
use crate::domain::ids::{ChannelId, MessageId};
use crate::store::batches::{Claim, ClaimOutcome, claim};
use crate::store::channels::{Channel, list_channels_by_id};
use crate::store::messages::get_message;
use crate::store::{Result, StoreError};

/// Dispatchers that are answered together at most: what they get is held in memory at the same time.
const MOST_TOGETHER: usize = 64;
/// Rendered messages kept in memory; a bulletin has one, and one more for each steward's note.
const MESSAGES: u64 = 1_024;

/// What a dispatcher asks.
#[derive(Debug)]
struct Question {
    channel: ChannelId,
    refresh: bool,
    claim: Option<Claim>,
    answer: oneshot::Sender<Answer>,
}

/// What the database said, or nothing where it could not be asked, which the log says.
pub type Answer = Option<Found>;

/// What was found for one channel.
#[derive(Debug)]
pub struct Found {
    /// How the channel is now, where that was asked. Older than the claim.
    pub channel: Option<Channel>,
    /// What became of the claim, where one was asked for.
    pub claimed: Option<ClaimOutcome>,
}

/// The way to a node's queue reader. It works until every copy of this is gone.
#[derive(Clone)]
pub struct ToQueueReader {
    questions: mpsc::UnboundedSender<Question>,
    messages: Cache<MessageId, Arc<str>>,
    engine: Engine,
}

impl ToQueueReader {
    /// Starts a queue reader.
    #[must_use]
    pub fn start(engine: Engine) -> Self {
        // not bounded, as each dispatcher waits for its answer before it asks again
        let (questions, inbox) = mpsc::unbounded_channel();
        tokio::spawn(read(engine.clone(), inbox));
        Self { questions, messages: Cache::new(MESSAGES), engine }
    }

    /// Whether it is still there.
    #[must_use]
    pub fn works(&self) -> bool {
        !self.questions.is_closed()
    }

    /// Asks how a channel is (`refresh`), or for work, or both. The answer never comes where the queue reader is gone.
    #[must_use]
    pub fn ask(&self, channel: ChannelId, refresh: bool, claim: Option<Claim>) -> oneshot::Receiver<Answer> {
        let (answer, receiver) = oneshot::channel();
        let question = Question { channel, refresh, claim, answer };
        // where it cannot be sent, the answer's end is dropped with it
        let _ = self.questions.send(question);
        receiver
    }

    /// The bytes of a message. They never change, so they are kept for all channels.
    pub async fn message(&self, id: MessageId) -> Result<Arc<str>, Arc<StoreError>> {
        let db = self.engine.db.clone();
        self.messages
            .try_get_with(id, async move { Ok(get_message(&mut *db.acquire().await?, id).await?.into()) })
            .await
    }
}

/// Answers until nobody can ask any more.
async fn read(engine: Engine, mut inbox: mpsc::UnboundedReceiver<Question>) {
    let mut asked = Vec::with_capacity(MOST_TOGETHER);
    while inbox.recv_many(&mut asked, MOST_TOGETHER).await > 0 {
        // who has ended meanwhile must not be given work
        asked.retain(|question| !question.answer.is_closed());
        if asked.is_empty() {
            continue;
        }
        match look(&engine, &mut asked).await {
            Ok(found) => {
                for (question, found) in asked.drain(..).zip(found) {
                    // who ends just now does not hear it: the next holder finds what was claimed
                    let _ = question.answer.send(Some(found));
                }
            }
            Err(error) => {
                tracing::warn!(
                    channels = asked.len(),
                    error = &error as &dyn std::error::Error,
                    "no work could be claimed; it is tried again"
                );
                for question in asked.drain(..) {
                    let _ = question.answer.send(None);
                }
            }
        }
    }
}

/// Asks the database all questions; the answers are in their order. A channel may be asked about twice, by its holder and by one
/// that does not know yet that it was replaced.
async fn look(engine: &Engine, asked: &mut [Question]) -> Result<Vec<Found>> {
    let mut db = engine.db.acquire().await?;
    let refreshed: Vec<ChannelId> =
        asked.iter().filter(|question| question.refresh).map(|question| question.channel).collect();
    let mut channels = HashMap::new();
    if !refreshed.is_empty() {
        channels.extend(list_channels_by_id(&mut db, &refreshed).await?.into_iter().map(|one| (one.id, one)));
    }
    let (places, claims): (Vec<usize>, Vec<Claim>) =
        asked.iter_mut().enumerate().filter_map(|(place, question)| Some((place, question.claim.take()?))).unzip();
    let mut claimed = HashMap::new();
    if !claims.is_empty() {
        let outcomes = claim(&mut db, &claims, engine.clock.earlier(), engine.clock.later()).await?;
        trace_claimed(&claims, &outcomes);
        claimed.extend(places.into_iter().zip(outcomes));
    }
    let mut found = |(place, question): (usize, &Question)| Found {
        channel: channels.get(&question.channel).filter(|_| question.refresh).cloned(),
        claimed: claimed.remove(&place),
    };
    Ok(asked.iter().enumerate().map(&mut found).collect())
}

/// Tells of each delivery that it was claimed, to whoever follows one; costs nothing where nobody listens.
fn trace_claimed(claims: &[Claim], outcomes: &[ClaimOutcome]) {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
    for (claim, outcome) in claims.iter().zip(outcomes) {
        let ClaimOutcome::Claimed(deliveries) = outcome else { continue };
        for (_, ready) in deliveries {
            tracing::debug_span!("claim", bulletin.id = %ready.bulletin_id, delivery.id = %ready.id, channel.id = %claim.channel)
                .in_scope(|| tracing::debug!("claimed"));
        }
    }
}
