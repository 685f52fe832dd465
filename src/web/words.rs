//! The words of pages, in Thai and English: Fluent files below `locales/`, built into the program.
//!
//! Thai comes first: it is what is shown to whoever has not chosen. A key is spelled out where it is used, so that a
//! test can hold the files to the sources: no key is missing in a language, and none is left over.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader as _, langid, static_loader};

pub use crate::domain::thai::group_digits;

static_loader! {
    static LOCALES = {
        locales: "./src/web/locales",
        fallback_language: "th",
        // marks around values would only disturb: nothing here is written from right to left
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static THAI: LanguageIdentifier = langid!("th");
static ENGLISH: LanguageIdentifier = langid!("en");

/// A language in which pages are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Language {
    /// The language of the letters.
    #[default]
    Thai,
    /// For those who help.
    English,
}

impl Language {
    /// The language called `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "th" => Some(Self::Thai),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// `th` or `en`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Thai => "th",
            Self::English => "en",
        }
    }

    /// The one to switch to.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Thai => Self::English,
            Self::English => Self::Thai,
        }
    }
}

/// The text with a capital, as a sentence begins.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

/// Says things in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Words {
    /// Which.
    pub language: Language,
}

impl Words {
    /// The words of `language`.
    #[must_use]
    pub fn in_language(language: Language) -> Self {
        Self { language }
    }

    /// The text called `key`.
    #[must_use]
    pub fn say(self, key: &str) -> String {
        LOCALES.try_lookup(self.id(), key).unwrap_or_else(|| key.to_owned())
    }

    /// The text called `key` with a number in it, `{ $n }`: with commas, and in English with its singular.
    #[must_use]
    pub fn count(self, key: &str, n: impl Into<i64>) -> String {
        let n = n.into();
        let mut values = HashMap::new();
        values.insert(Cow::Borrowed("n"), FluentValue::from(n));
        values.insert(Cow::Borrowed("shown"), FluentValue::from(group_digits(n)));
        self.fill(key, &values)
    }

    /// The text called `key` with texts in it, each by its name.
    #[must_use]
    pub fn say_with(self, key: &str, values: &[(&'static str, &str)]) -> String {
        let values =
            values.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from((*value).to_owned()))).collect();
        self.fill(key, &values)
    }

    fn fill(self, key: &str, values: &HashMap<Cow<'static, str>, FluentValue<'_>>) -> String {
        LOCALES.try_lookup_with_args(self.id(), key, values).unwrap_or_else(|| key.to_owned())
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self.language {
            Language::Thai => &THAI,
            Language::English => &ENGLISH,
        }
    }
}

#[cfg(test)]
mod tests;
