//! The chat of a group: what its members see, in order.
//!
//! An entry's number in the chat is its place from 0; it only ever grows at the end, which is what
//! the live page and the counts rely on. Pushed messages are shared [`Content`], so that an entry
//! costs some hundred bytes whatever it shows.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::content::Content;
use super::groups::member_name;
use crate::domain::time::Timestamp;

/// One thing in a chat.
pub(super) struct Entry {
    /// When it came.
    pub(super) at: Timestamp,
    /// What it is.
    pub(super) what: EntryContent,
}

/// What an entry is.
pub(super) enum EntryContent {
    /// Messages of the account.
    Sent(Sent),
    /// A member's text.
    Said { member: u32, id: u64, text: String },
    /// The account, by its name, came or went.
    Account { name: String, came: bool },
    /// So many members came (positive) or went.
    Members { change: i32 },
}

/// Messages of an account.
pub(super) struct Sent {
    /// The account's display name.
    pub(super) account: Arc<str>,
    /// The messages.
    pub(super) content: Arc<Content>,
    /// The first one's id; the others follow.
    pub(super) first_id: u64,
    /// The request that brought them.
    pub(super) request: Uuid,
    /// Its retry key.
    pub(super) retry_key: Option<Uuid>,
    /// Whether it was a push, not a reply.
    pub(super) pushed: bool,
}

impl Sent {
    /// The ids of its messages, in order.
    pub(super) fn message_ids(&self) -> Vec<String> {
        (self.first_id..self.first_id + self.content.len()).map(|id| id.to_string()).collect()
    }
}

/// One accepted push, for tests and for counting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AcceptedPush {
    /// The group.
    pub group: String,
    /// When it was accepted.
    pub at: Timestamp,
    /// The hash of its messages: the first 32 hex digits of the SHA-256 of the array's bytes.
    pub messages_hash: String,
    /// The ids that its messages have in the chat, in order.
    pub message_ids: Vec<String>,
    /// Its retry key.
    pub retry_key: Option<Uuid>,
    /// The `x-line-request-id` of its answer.
    pub request_id: Uuid,
}

/// An entry as the page gets it.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum EntryView<'a> {
    /// Messages of the account.
    Account { number: usize, at: Timestamp, name: &'a str, messages: &'a RawValue },
    /// A member's text.
    Member { number: usize, at: Timestamp, member: u32, name: String, message: u64, text: &'a str },
    /// A line in the middle.
    Notice { number: usize, at: Timestamp, text: String },
}

/// The entries of one group.
#[derive(Default)]
pub(super) struct Chat {
    entries: Vec<Entry>,
}

impl Chat {
    /// Adds at the end.
    pub(super) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Changes what a member's message says.
    pub(super) fn change(&mut self, message: u64, text: String) {
        let said = self.entries.iter_mut().rev().find_map(|entry| match &mut entry.what {
            EntryContent::Said { id, text, .. } if *id == message => Some(text),
            _ => None,
        });
        if let Some(said) = said {
            *said = text;
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// The last entry.
    pub(super) fn last(&self) -> Option<&Entry> {
        self.entries.last()
    }

    /// How many entries.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The entries from number `from` on.
    pub(super) fn view(&self, from: usize) -> Vec<EntryView<'_>> {
        self.entries.iter().enumerate().skip(from).map(|(number, entry)| entry.view(number)).collect()
    }

    /// All entries, each in one line.
    pub(super) fn summaries(&self) -> Vec<String> {
        self.entries.iter().map(Entry::summary).collect()
    }

    /// All pushes with their times.
    pub(super) fn pushes(&self) -> impl Iterator<Item = (Timestamp, &Sent)> {
        self.entries.iter().filter_map(|entry| match &entry.what {
            EntryContent::Sent(sent) if sent.pushed => Some((entry.at, sent)),
            _ => None,
        })
    }

    /// What the account sent, pushed or as a reply, among the entries from number `from` on.
    pub(super) fn sent_since(&self, from: usize) -> impl Iterator<Item = &Sent> {
        self.entries.iter().skip(from).filter_map(|entry| match &entry.what {
            EntryContent::Sent(sent) => Some(sent),
            _ => None,
        })
    }

    /// The contents that were pushed more than once, with how often.
    pub(super) fn duplicates(&self) -> Vec<(&Content, u64)> {
        let mut times: HashMap<*const Content, (&Content, u64)> = HashMap::new();
        for (_, sent) in self.pushes() {
            times.entry(Arc::as_ptr(&sent.content)).or_insert((&sent.content, 0)).1 += 1;
        }
        times.into_values().filter(|(_, times)| *times > 1).collect()
    }
}

impl Entry {
    fn view(&self, number: usize) -> EntryView<'_> {
        let at = self.at;
        match &self.what {
            EntryContent::Sent(sent) => {
                EntryView::Account { number, at, name: &sent.account, messages: &sent.content.messages }
            }
            EntryContent::Said { member, id, text } => {
                EntryView::Member { number, at, member: *member, name: member_name(*member), message: *id, text }
            }
            EntryContent::Account { .. } | EntryContent::Members { .. } => {
                EntryView::Notice { number, at, text: self.summary() }
            }
        }
    }

    /// The entry in one line, as the list of chats shows it.
    pub(super) fn summary(&self) -> String {
        match &self.what {
            EntryContent::Sent(sent) => summarize(&sent.content),
            EntryContent::Said { member, text, .. } => format!("{}: {text}", member_name(*member)),
            EntryContent::Account { name, came: true } => format!("{name} เข้าร่วมกลุ่ม"),
            EntryContent::Account { name, came: false } => format!("{name} ออกจากกลุ่ม"),
            EntryContent::Members { change } if *change < 0 => format!("สมาชิก {} คนออกจากกลุ่ม", change.unsigned_abs()),
            EntryContent::Members { change } => format!("สมาชิกใหม่ {change} คนเข้าร่วมกลุ่ม"),
        }
    }
}

/// The alternative text or the text of the last message that has one.
fn summarize(content: &Content) -> String {
    let messages: Vec<serde_json::Value> = serde_json::from_str(content.messages.get()).unwrap_or_default();
    let text = |message: &serde_json::Value| {
        let text = message.get("altText").or_else(|| message.get("text"))?;
        text.as_str().map(str::to_owned)
    };
    messages.iter().rev().find_map(text).unwrap_or_else(|| "ข้อความใหม่".to_owned())
}
