//! The state of the simulated platform, and the one function by which it changes.
//!
//! [`State::commit`] writes a record to the journal and then applies it; a start replays the journal
//! through the same [`State::apply`]. Deciding is done elsewhere (`push`, `reply`, `group_event`,
//! `control`), on this state under one lock, and never waits for anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use tokio::sync::broadcast;
use uuid::Uuid;

use super::channel::Channel;
use super::chat::{Entry, EntryContent, Sent};
use super::content::{Content, Contents};
use super::faults::Faults;
use super::friends::{Friends, Friendship};
use super::groups::{Group, Groups};
use super::journal::{Journal, JournalError};
use super::keys::{AcceptedUse, fingerprint};
use super::media::SentMedia;
use super::record::{Accepted, Record, Via};
use super::reply::ReplyTokens;
use super::tally::Tally;
use super::webhook::SentEvents;
use crate::domain::time::Timestamp;

/// The first message id; LINE's have 18 digits.
const FIRST_MESSAGE_ID: u64 = 461_230_966_842_064_897;

/// Everything that the platform knows.
pub(super) struct State {
    /// The channels, by code.
    pub(super) channels: BTreeMap<String, Channel>,
    /// The groups.
    pub(super) groups: Groups,
    /// The chats of two.
    pub(super) friends: Friends,
    /// The message arrays.
    pub(super) contents: Contents,
    /// The reply tokens that may still be used.
    pub(super) replies: ReplyTokens,
    /// What people sent in chats of two.
    pub(super) media: SentMedia,
    /// The faults in force.
    pub(super) faults: Faults,
    /// What is counted.
    pub(super) tally: Tally,
    /// Webhook events of late, for redelivery on demand.
    pub(super) events: SentEvents,
    /// The share of members whose user id webhooks leave out.
    pub(super) members_without_id: f64,
    next_message_id: u64,
    journal: Option<Journal>,
    changes: broadcast::Sender<Arc<str>>,
}

impl State {
    /// An empty platform; `changes` gets the id of each group whose chat grows.
    pub(super) fn new(seed: u64, changes: broadcast::Sender<Arc<str>>) -> Self {
        Self {
            channels: BTreeMap::new(),
            groups: Groups::default(),
            friends: Friends::default(),
            contents: Contents::default(),
            replies: ReplyTokens::default(),
            media: SentMedia::default(),
            faults: Faults::none(seed),
            tally: Tally::default(),
            events: SentEvents::default(),
            members_without_id: 0.0,
            next_message_id: FIRST_MESSAGE_ID,
            journal: None,
            changes,
        }
    }

    /// From now on every change goes into `journal` first.
    pub(super) fn keep_in(&mut self, journal: Journal) {
        self.journal = Some(journal);
    }

    /// Lets the journal go, so that another simulator can have it.
    pub(super) fn release_journal(&mut self) {
        self.journal = None;
    }

    /// Writes a change down and makes it.
    ///
    /// # Errors
    /// It could not be written down, and was not made.
    pub(super) fn commit(&mut self, record: Record) -> Result<(), JournalError> {
        self.write(&record)?;
        self.apply(record);
        Ok(())
    }

    /// Writes a change down that has been made already.
    ///
    /// # Errors
    /// It could not be written down.
    pub(super) fn write(&mut self, record: &Record) -> Result<(), JournalError> {
        self.journal.as_mut().map_or(Ok(()), |journal| journal.append(record))
    }

    /// The channel whose access token this is.
    pub(super) fn channel_of_token(&self, token: &str) -> Option<&str> {
        let mut all = self.channels.values();
        all.find(|channel| channel.config.token == token).map(|channel| channel.config.code.as_str())
    }

    /// The chat with this id: of a group, or of two.
    pub(super) fn chat(&self, id: &str) -> Option<&Group> {
        self.groups.get(id).or_else(|| self.friends.get(id))
    }

    fn chat_mut(&mut self, id: &str) -> Option<&mut Group> {
        match self.groups.get_mut(id) {
            Some(group) => Some(group),
            None => self.friends.get_mut(id),
        }
    }

    /// What a push of `channel` to this id is counted; none where it cannot be sent there: LINE sends to groups in which the
    /// account is, and to people who added it. Who blocked it since is not counted and not told.
    pub(super) fn cost_of_push(&self, to: &str, channel: &str) -> Option<u64> {
        if let Some(group) = self.groups.joined(to, channel) {
            return Some(u64::from(group.config.members));
        }
        match self.friends.friendship(to, channel) {
            Friendship::Friend => Some(1),
            Friendship::Blocked => Some(0),
            Friendship::Stranger => None,
        }
    }

    /// Takes `count` message ids and returns the first.
    pub(super) fn take_message_ids(&mut self, count: u64) -> u64 {
        let first = self.next_message_id;
        self.next_message_id += count;
        first
    }

    /// Makes a change; one about something unknown is passed over.
    pub(super) fn apply(&mut self, record: Record) {
        match record {
            Record::Channel(config) => match self.channels.get_mut(&config.code) {
                Some(channel) => channel.configure(config),
                None => drop(self.channels.insert(config.code.clone(), Channel::new(config))),
            },
            Record::Usage { at, channel, used } => {
                if let Some(channel) = self.channels.get_mut(&channel) {
                    channel.set_used(used, at);
                }
            }
            Record::Group(config) => self.groups.put(config),
            Record::Person { group, member, user } => self.groups.set_person(&group, member, user),
            Record::Friend { at, user, name, channel, friend } => self.apply_friend(at, &user, &name, &channel, friend),
            Record::Account { at, group, channel } => self.apply_account(at, &group, channel),
            Record::Members { at, group, change } => self.apply_members(at, &group, change),
            Record::Content { messages } => self.apply_content(messages),
            Record::Accepted(accepted) => self.apply_accepted(accepted),
            Record::Said { at, group, member, id, text } => {
                self.next_message_id = self.next_message_id.max(id + 1);
                self.show(&group, Entry { at, what: EntryContent::Said { member, id, text } });
            }
            Record::Media { at, user, member, id, channel, media } => {
                self.next_message_id = self.next_message_id.max(id + 1);
                self.show(&user, Entry { at, what: EntryContent::Said { member, id, text: media.shown() } });
                self.media.keep(id, channel, media, at);
            }
            Record::Changed { at: _, group, id, text } => self.apply_changed(&group, id, text),
            Record::ReplyToken { at, token, channel, group } => self.replies.issue(token, channel, group, at),
            Record::Faults(rules) => self.faults.set(rules),
            Record::BodyChanged(change) => self.tally.body_changes.push(change),
            Record::Cleared => self.clear(),
        }
    }

    fn apply_account(&mut self, at: Timestamp, group: &str, channel: Option<String>) {
        let Some(known) = self.groups.get_mut(group) else { return };
        let came = channel.is_some();
        let before = std::mem::replace(&mut known.config.channel, channel.clone());
        let account = channel.or(before).and_then(|code| self.channels.get(&code));
        let name = account.map_or_else(|| "บัญชีทางการ".to_owned(), |channel| channel.config.name.clone());
        self.show(group, Entry { at, what: EntryContent::Account { name, came } });
    }

    fn apply_friend(&mut self, at: Timestamp, user: &str, name: &str, channel: &str, friend: bool) {
        self.friends.set(user, name, channel, friend);
        let account = self.channels.get(channel).map_or_else(|| channel.to_owned(), |known| known.config.name.clone());
        self.show(user, Entry { at, what: EntryContent::Account { name: account, came: friend } });
    }

    fn apply_members(&mut self, at: Timestamp, group: &str, change: i32) {
        let Some(known) = self.groups.get_mut(group) else { return };
        known.config.members = known.config.members.saturating_add_signed(change);
        self.show(group, Entry { at, what: EntryContent::Members { change } });
    }

    fn apply_changed(&mut self, group: &str, id: u64, text: Option<String>) {
        if text.is_none() {
            self.media.take_back(id);
        }
        if let Some(known) = self.chat_mut(group) {
            known.chat.change(id, text.unwrap_or_else(|| "(ยกเลิกข้อความนี้แล้ว)".to_owned()));
        }
    }

    fn apply_content(&mut self, messages: String) {
        let content = RawValue::from_string(messages).ok().and_then(|messages| Content::check(&messages).ok());
        if let Some(content) = content {
            self.contents.insert(content);
        }
    }

    fn apply_accepted(&mut self, accepted: Accepted) {
        let Accepted { at, channel, group, content, first_id, request, via } = accepted;
        let (Some(account), Some(content)) = (self.channels.get_mut(&channel), self.contents.get(&content)) else {
            return;
        };
        let content = Arc::clone(content);
        self.next_message_id = self.next_message_id.max(first_id + content.len());
        let mut retry_key = None;
        let pushed = matches!(via, Via::Push { .. });
        match via {
            Via::Push { key, cost } => {
                account.set_used(account.used(at).saturating_add(cost), at);
                account.count_push(cost, at);
                if let Some((key, first_used_at)) = key {
                    retry_key = Some(key);
                    let accepted = AcceptedUse { request, first_id, content: Arc::clone(&content) };
                    account.keys.accept(key, first_used_at, fingerprint(&group, content.messages.get()), accepted);
                }
            }
            Via::Reply { token } => self.replies.use_up(&token),
        }
        let account = Arc::clone(&account.name);
        if self.friends.friendship(&group, &channel) == Friendship::Blocked {
            return;
        }
        let sent = Sent { account, content, first_id, request, retry_key, pushed };
        self.show(&group, Entry { at, what: EntryContent::Sent(sent) });
    }

    fn show(&mut self, group: &str, entry: Entry) {
        if let Some(known) = self.chat_mut(group) {
            known.chat.push(entry);
            if self.changes.receiver_count() > 0 {
                // the last page may have closed just now, which is no fault
                let _ = self.changes.send(group.into());
            }
        }
    }

    fn clear(&mut self) {
        self.groups.clear_chats();
        self.friends.clear_chats();
        self.channels.values_mut().for_each(Channel::clear);
        self.replies = ReplyTokens::default();
        self.media.clear();
        self.tally = Tally::default();
        self.events = SentEvents::default();
        self.faults.set(Vec::new());
    }
}

/// A fresh `x-line-request-id`.
pub(super) fn new_request_id() -> Uuid {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid()
}
