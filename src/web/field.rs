//! A field of a change: left out, null, or set. The three mean different things in a PATCH.

use serde::{Deserialize, Deserializer};

/// A field of a request: left out, null, or set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// Left out.
    #[default]
    Absent,
    /// `null`.
    Null,
    /// A value.
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Set))
    }
}

impl<T: Default> Field<T> {
    /// The value, the default for `null`, or what was there.
    pub fn or(self, kept: T) -> T {
        match self {
            Self::Absent => kept,
            Self::Null => T::default(),
            Self::Set(value) => value,
        }
    }
}

impl<T> Field<T> {
    /// The value, none for `null`, or what was there.
    pub fn or_none(self, kept: Option<T>) -> Option<T> {
        match self {
            Self::Absent => kept,
            Self::Null => None,
            Self::Set(value) => Some(value),
        }
    }

    /// The same with the value changed.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Absent => Field::Absent,
            Self::Null => Field::Null,
            Self::Set(value) => Field::Set(change(value)),
        }
    }
}
