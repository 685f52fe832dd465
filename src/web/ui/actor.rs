//! Who did something, in words.

use std::collections::{BTreeSet, HashMap};

use crate::domain::actor::{Actor, Part};
use crate::store::accounts::find_account;
use crate::store::audit_names::list_display_names;
use crate::store::{Connection, StoreError};
use crate::web::words::Words;

/// Who did something: a person by the name that the account has for people, where it is known, a machine by the name of
/// its key, the program by the part that acted.
#[must_use]
pub fn say_actor(t: Words, actor: &Actor, display_name: Option<&str>) -> String {
    match (actor, display_name) {
        (Actor::User(_), Some(name)) => name.to_owned(),
        (Actor::User(name), None) => t.say_with("actor-person", &[("name", name)]),
        (Actor::Key(name), _) => t.say_with("actor-key", &[("name", name)]),
        (Actor::Program(Part::Time), _) => t.say("actor-time"),
        (Actor::Program(_) | Actor::Unknown(_), _) => t.say_with("actor-program", &[("name", &actor.to_string())]),
    }
}

/// The accounts among those who did something, each once.
#[must_use]
pub fn users_among<'a>(actors: impl IntoIterator<Item = &'a Actor>) -> Vec<String> {
    let users: BTreeSet<&String> = actors
        .into_iter()
        .filter_map(|actor| match actor {
            Actor::User(name) => Some(name),
            _ => None,
        })
        .collect();
    users.into_iter().cloned().collect()
}

/// The names that accounts have for people, of all who did something on a page.
#[derive(Clone, Debug, Default)]
pub struct ActorNames(HashMap<String, String>);

impl ActorNames {
    /// Looks up those of [`users_among`] at once.
    pub async fn find(db: &mut Connection, users: &[String]) -> Result<Self, StoreError> {
        Ok(Self(list_display_names(db, users).await?.into_iter().collect()))
    }

    /// Who did something, by the name that the account has for people.
    #[must_use]
    pub fn say(&self, t: Words, actor: &Actor) -> String {
        let name = match actor {
            Actor::User(name) => self.0.get(name).map(String::as_str),
            _ => None,
        };
        say_actor(t, actor, name)
    }
}

/// [`say_actor`] with the name that the account has for people.
pub async fn name_actor(db: &mut Connection, t: Words, actor: &Actor) -> Result<String, StoreError> {
    let account = match actor {
        Actor::User(name) => find_account(db, name).await?,
        _ => None,
    };
    Ok(say_actor(t, actor, account.map(|account| account.display_name).as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::words::Language;

    #[test]
    fn people_have_names_and_machines_say_that_they_are() {
        let t = Words::in_language(Language::English);
        let person = Actor::user("governor");
        assert_eq!(say_actor(t, &person, Some("The Governor")), "The Governor");
        assert_eq!(say_actor(t, &person, None), "the user governor");
        assert_eq!(say_actor(t, &Actor::key("registry"), None), "the system registry");
        assert_eq!(say_actor(t, &Actor::UPKEEP, None), "the system (upkeep)");
    }
}
