//! Who did something: the actor of an act, as the audit, bulletins and deliveries keep it.
//!
//! In the database, the API and files an actor is one text: `user:NAME`, `key:NAME`, or the word of a [`Part`] of the
//! program. That text is sealed into the audit's chain, so what is read is written back letter by letter, and reading never
//! fails: a text that this program does not know is an actor of its own. Nothing else takes the text apart.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Actor {
    /// A person, by the name of the account.
    User(String),
    /// A machine, by the name of its API key.
    Key(String),
    /// This program by itself, or at the hands of somebody without an account.
    Program(Part),
    /// Somebody of whom another version of the program wrote.
    Unknown(UnknownActor),
}

/// A part of the program that acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The command line, at the hands of whoever may start the program.
    CommandLine,
    /// What runs at set times.
    Upkeep,
    /// The time at which a held delivery goes into its group without its steward.
    Time,
    /// What came from LINE: a join code that was typed in a group, the account that was taken out of one.
    Line,
    /// Taking in what came from LINE.
    Inbound,
    /// The page on which people sign in, about attempts of nobody knows whom.
    SignIn,
    /// The page on which villages give back the codes of their sheets, at the hands of somebody without an account.
    ReadBack,
    /// The demo, which makes everything up.
    Demo,
}

/// The text of an actor that is none of the known ones. Only reading makes one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UnknownActor(String);

const USER: &str = "user";
const KEY: &str = "key";

impl Actor {
    /// The command line.
    pub const COMMAND_LINE: Self = Self::Program(Part::CommandLine);
    /// Upkeep.
    pub const UPKEEP: Self = Self::Program(Part::Upkeep);
    /// The time that had come.
    pub const TIME: Self = Self::Program(Part::Time);
    /// The demo.
    pub const DEMO: Self = Self::Program(Part::Demo);
    /// The longest name that an account or key has, in characters.
    pub const LONGEST_NAME: usize = 200;

    /// The person with an account of this name.
    #[must_use]
    pub fn user(name: &(impl fmt::Display + ?Sized)) -> Self {
        Self::User(name.to_string())
    }

    /// The API key with this name.
    #[must_use]
    pub fn key(name: &(impl fmt::Display + ?Sized)) -> Self {
        Self::Key(name.to_string())
    }

    /// Everybody whom somebody may mean who types this name: the person, the key, and the actor with just this text. Nobody
    /// where it is longer than any name.
    #[must_use]
    pub fn called(name: &str) -> Vec<Self> {
        let mut all = vec![Self::user(name), Self::key(name), Self::from(name)];
        all.retain(|_| name.chars().count() <= Self::LONGEST_NAME);
        all
    }
}

impl Part {
    const ALL: [Self; 8] = [
        Self::CommandLine,
        Self::Upkeep,
        Self::Time,
        Self::Line,
        Self::Inbound,
        Self::SignIn,
        Self::ReadBack,
        Self::Demo,
    ];

    /// The word that is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CommandLine => "cli",
            Self::Upkeep => "upkeep",
            Self::Time => "time",
            Self::Line => "line",
            Self::Inbound => "inbound",
            Self::SignIn => "sign-in",
            Self::ReadBack => "read-back",
            Self::Demo => "demo",
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(name) => write!(f, "{USER}:{name}"),
            Self::Key(name) => write!(f, "{KEY}:{name}"),
            Self::Program(part) => f.write_str(part.as_str()),
            Self::Unknown(UnknownActor(text)) => f.write_str(text),
        }
    }
}

impl From<&str> for Actor {
    fn from(text: &str) -> Self {
        match text.split_once(':') {
            Some((USER, name)) => Self::User(name.to_owned()),
            Some((KEY, name)) => Self::Key(name.to_owned()),
            _ => Part::ALL
                .into_iter()
                .find(|part| part.as_str() == text)
                .map_or_else(|| Self::Unknown(UnknownActor(text.to_owned())), Self::Program),
        }
    }
}

impl From<String> for Actor {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.to_string()
    }
}

impl FromStr for Actor {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from(text))
    }
}

impl<DB: Database> Type<DB> for Actor
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        String::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        String::compatible(ty)
    }
}

impl<'q, DB: Database> Encode<'q, DB> for Actor
where
    String: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        self.to_string().encode(buffer)
    }
}

impl<'r, DB: Database> Decode<'r, DB> for Actor
where
    &'r str: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self::from(<&str>::decode(value)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_texts_that_are_sealed_into_the_audit_stay_as_they_are() {
        let texts = [
            "user:the-admin",
            "key:ระบบสารบรรณ: 2",
            "cli",
            "upkeep",
            "time",
            "line",
            "inbound",
            "sign-in",
            "read-back",
            "demo",
        ];
        let actors = [
            Actor::user("the-admin"),
            Actor::key("ระบบสารบรรณ: 2"),
            Actor::COMMAND_LINE,
            Actor::UPKEEP,
            Actor::TIME,
            Actor::Program(Part::Line),
            Actor::Program(Part::Inbound),
            Actor::Program(Part::SignIn),
            Actor::Program(Part::ReadBack),
            Actor::DEMO,
        ];
        for (text, actor) in texts.into_iter().zip(actors) {
            assert_eq!((actor.to_string().as_str(), Actor::from(text)), (text, actor.clone()));
            assert_eq!(serde_json::to_value(&actor).expect("json"), serde_json::json!(text));
        }
    }

    #[test]
    fn a_name_means_whoever_bears_it() {
        assert_eq!(Actor::called("cli"), [Actor::user("cli"), Actor::key("cli"), Actor::COMMAND_LINE]);
        assert!(
            matches!(&Actor::called("key:x")[..], [Actor::User(_), Actor::Key(_), Actor::Key(name)] if name == "x")
        );
        assert!(Actor::called(&"x".repeat(Actor::LONGEST_NAME + 1)).is_empty());
    }

    proptest! {
        #[test]
        fn every_text_is_an_actor_and_is_written_as_it_was_read(text in "((user|key|cli|time)?:?)?.*") {
            let actor = Actor::from(text.as_str());
            prop_assert_eq!(actor.to_string(), text);
            prop_assert_eq!(Actor::from(actor.to_string()), actor);
        }
    }
}
