//! Who did something, in words.

use crate::domain::actor::{Actor, Part};
use crate::store::accounts::find_account;
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
