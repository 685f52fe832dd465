//! Chats of two: people who added an account as a friend, or blocked it since.
//!
//! A person is a user id, as in the groups; who is the same person in several groups is said through the control API. All
//! accounts' messages to a person stand in one chat, as on a telephone that shows them together.
//! Source: Messaging API reference, "Send push message" (who can be sent to) and "Follow event".

use std::collections::BTreeMap;

use super::chat::Chat;
use super::config::GroupConfig;
use super::groups::Group;

/// What a person is to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Friendship {
    /// They never added it.
    Stranger,
    /// They added it.
    Friend,
    /// They added it and blocked it since: a push is answered as ever, and shows nothing.
    Blocked,
}

struct Person {
    chat: Group,
    /// By channel: whether the account is a friend still.
    accounts: BTreeMap<String, bool>,
}

/// Everybody who ever added an account.
#[derive(Default)]
pub(super) struct Friends(BTreeMap<String, Person>);

impl Friends {
    /// The person adds the account of `channel`, or blocks it.
    pub(super) fn set(&mut self, user: &str, name: &str, channel: &str, friend: bool) {
        let person = self.0.entry(user.to_owned()).or_insert_with(|| Person {
            chat: Group {
                config: GroupConfig { id: user.to_owned(), name: name.to_owned(), members: 1, channel: None },
                chat: Chat::default(),
            },
            accounts: BTreeMap::new(),
        });
        person.accounts.insert(channel.to_owned(), friend);
        // what is typed on the page goes to the account that was added last
        person.chat.config.channel = Some(channel.to_owned()).filter(|_| friend);
    }

    /// What the person is to the account of `channel`.
    pub(super) fn friendship(&self, user: &str, channel: &str) -> Friendship {
        match self.0.get(user).and_then(|person| person.accounts.get(channel)) {
            None => Friendship::Stranger,
            Some(true) => Friendship::Friend,
            Some(false) => Friendship::Blocked,
        }
    }

    /// The chat of a person.
    pub(super) fn get(&self, user: &str) -> Option<&Group> {
        self.0.get(user).map(|person| &person.chat)
    }

    /// The chat of a person, to change it.
    pub(super) fn get_mut(&mut self, user: &str) -> Option<&mut Group> {
        self.0.get_mut(user).map(|person| &mut person.chat)
    }

    /// The chats of all.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Group> {
        self.0.values().map(|person| &person.chat)
    }

    /// Empties all chats.
    pub(super) fn clear_chats(&mut self) {
        for person in self.0.values_mut() {
            person.chat.chat.clear();
        }
    }
}
