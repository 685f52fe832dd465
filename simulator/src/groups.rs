//! The LINE groups: who is in them, which account, and what was written.
//!
//! A group holds at most one Official Account at a time, as LINE allows. Members have no names of
//! their own: they are numbered from 1, and their user ids follow from the group's id and the number,
//! so that nothing about them needs storing, unless it is said that two of them are one person.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::chat::Chat;
use super::config::GroupConfig;

/// One group.
pub(super) struct Group {
    /// Id, name, members and the account that is in it.
    pub(super) config: GroupConfig,
    /// What its members see.
    pub(super) chat: Chat,
}

/// All groups, in the order in which they became known.
#[derive(Default)]
pub(super) struct Groups {
    all: Vec<Group>,
    by_id: HashMap<String, usize>,
    /// Members who are the same person in several groups, by group and number.
    persons: HashMap<(String, u32), String>,
}

impl Groups {
    /// Adds a group, or changes the one with its id and keeps its chat.
    pub(super) fn put(&mut self, config: GroupConfig) {
        if let Some(&index) = self.by_id.get(&config.id) {
            self.all[index].config = config;
        } else {
            self.by_id.insert(config.id.clone(), self.all.len());
            self.all.push(Group { config, chat: Chat::default() });
        }
    }

    /// The group with this id.
    pub(super) fn get(&self, id: &str) -> Option<&Group> {
        self.by_id.get(id).map(|&index| &self.all[index])
    }

    /// The group with this id, to change it.
    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Group> {
        self.by_id.get(id).map(|&index| &mut self.all[index])
    }

    /// The group with this id if the account of `channel` is in it: all that LINE tells an account of.
    pub(super) fn joined(&self, id: &str, channel: &str) -> Option<&Group> {
        self.get(id).filter(|group| group.config.channel.as_deref() == Some(channel))
    }

    /// Says which person a member is.
    pub(super) fn set_person(&mut self, group: &str, member: u32, user: String) {
        self.persons.insert((group.to_owned(), member), user);
    }

    /// The user id of a member.
    pub(super) fn user_id(&self, group: &str, member: u32) -> String {
        let said = self.persons.get(&(group.to_owned(), member)).cloned();
        said.unwrap_or_else(|| member_id(group, member))
    }

    /// All groups.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Group> {
        self.all.iter()
    }

    /// Empties all chats.
    pub(super) fn clear_chats(&mut self) {
        for group in &mut self.all {
            group.chat.clear();
        }
    }
}

/// An id of LINE's shape: `prefix` and 32 hex digits that follow from `parts`.
pub(super) fn line_id(prefix: char, parts: &[&str]) -> String {
    let mut digits = hex::encode(Sha256::digest(parts.join("\n")));
    digits.truncate(32);
    format!("{prefix}{digits}")
}

/// The user id of the member with this number.
pub(super) fn member_id(group: &str, member: u32) -> String {
    line_id('U', &["member", group, &member.to_string()])
}

/// A member's user id as webhooks of groups show it: left out for a fixed `hidden` share (0 to 1) of them.
pub(super) fn shown_member_id(id: String, hidden: f64) -> Option<String> {
    let lot = id.get(1..9).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0);
    (f64::from(lot) / f64::from(u32::MAX) >= hidden).then_some(id)
}

/// What a member is called in the chat.
pub(super) fn member_name(member: u32) -> String {
    format!("สมาชิก {member}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_lines_shape_and_are_always_the_same() {
        let id = member_id("C1", 3);
        assert!(id.starts_with('U') && id.len() == 33);
        assert_eq!(id, member_id("C1", 3));
        assert_ne!(id, member_id("C2", 3));
    }

    #[test]
    fn the_share_of_hidden_members_is_kept() {
        let hidden = (0..1_000).filter(|&n| shown_member_id(member_id("C1", n), 0.25).is_none()).count();
        assert!((200..300).contains(&hidden), "{hidden}");
        assert!((0..1_000).all(|n| shown_member_id(member_id("C1", n), 0.0).is_some()));
    }

    #[test]
    fn a_group_is_known_only_to_the_account_in_it() {
        let mut groups = Groups::default();
        groups.put(GroupConfig::joined("C1", "GCC1", 5, "one"));
        assert!(groups.joined("C1", "one").is_some());
        assert!(groups.joined("C1", "two").is_none());
    }
}
