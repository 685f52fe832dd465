//! Lists: a page at a time, with an opaque cursor to the next.
//!
//! A cursor holds the sort key of the last item, so that a page costs the same however deep it lies and nothing is
//! shown twice when items come and go. It is base64url to keep clients from building their own.

use std::fmt::Display;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::problem::Problem;

/// How many items a page has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    const MAX: u16 = 500;

    /// How many rows to ask for: one more than are shown tells whether there is another page.
    #[must_use]
    pub fn rows(self) -> i64 {
        i64::from(self.0) + 1
    }

    /// How many items are shown.
    #[must_use]
    pub fn items(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let limit = u16::deserialize(deserializer).ok().filter(|limit| (1..=Self::MAX).contains(limit));
        limit.map(Self).ok_or_else(|| de::Error::custom(format_args!("must be a number from 1 to {}", Self::MAX)))
    }
}

/// Where a page begins: after the item with this key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// The cursor after the item with `key`.
    pub fn after(key: impl Display) -> Self {
        Self(key.to_string())
    }

    /// The key in the cursor.
    ///
    /// # Errors
    /// 422 where it is none of this list's.
    pub fn key<K: FromStr>(&self) -> Result<K, Problem> {
        self.0.parse().map_err(|_| Problem::invalid_field("?cursor", "is not a cursor of this list"))
    }

    /// As it stands in an address.
    #[must_use]
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.encode())
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        // no key holds a NUL, and Postgres does not even look for one
        bytes
            .filter(|key| !key.contains('\0'))
            .map(Self)
            .ok_or_else(|| de::Error::custom("is not a cursor of this list"))
    }
}

/// The key of an optional cursor.
///
/// # Errors
/// 422 where it is none of this list's.
pub fn key_of<K: FromStr>(cursor: Option<&Cursor>) -> Result<Option<K>, Problem> {
    cursor.map(Cursor::key).transpose()
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// What to ask for as `cursor` to see the next page; null on the last one.
    #[schema(value_type = Option<String>)]
    pub next_cursor: Option<Cursor>,
}

impl<T> Page<T> {
    /// A page whose next one begins behind the item with this key.
    pub fn new(items: Vec<T>, next: Option<impl Display>) -> Self {
        Self { items, next_cursor: next.map(Cursor::after) }
    }

    /// The page of `rows`, of which there is one more than `limit` if another page follows.
    pub fn of<R, K: Display>(mut rows: Vec<R>, limit: Limit, key: impl Fn(&R) -> K, show: impl FnMut(R) -> T) -> Self {
        let more = rows.len() > limit.items();
        rows.truncate(limit.items());
        let next_cursor = rows.last().filter(|_| more).map(|last| Cursor::after(key(last)));
        Self { items: rows.into_iter().map(show).collect(), next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_the_key_it_was_made_of() {
        let json = serde_json::to_string(&Cursor::after("gcc2-ลำพูน")).expect("plain");
        let cursor: Cursor = serde_json::from_str(&json).expect("our own");
        assert_eq!(cursor.key::<String>().expect("text"), "gcc2-ลำพูน");
        assert!(cursor.key::<u32>().is_err());
        for none in ["\"***\"", "\"AA\""] {
            assert!(serde_json::from_str::<Cursor>(none).is_err(), "{none}");
        }
    }

    #[test]
    fn only_a_full_page_has_a_next_one() {
        let two = Limit(2);
        let page = Page::of(vec![1, 2, 3], two, |n| *n, |n| n);
        assert_eq!((page.items, page.next_cursor), (vec![1, 2], Some(Cursor::after(2))));
        let last = Page::of(vec![3], two, |n| *n, |n| n);
        assert_eq!((last.items, last.next_cursor), (vec![3], None));
    }

    #[test]
    fn limits_outside_of_1_to_500_are_refused() {
        for bad in ["0", "501", "-1", "\"x\""] {
            assert!(serde_json::from_str::<Limit>(bad).is_err(), "{bad}");
        }
        assert_eq!(serde_json::from_str::<Limit>("500").expect("the most").items(), 500);
    }
}
