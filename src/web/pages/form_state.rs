//! What a form shows: what was typed into it, and what is wrong with it. The macros of `templates/ui/macros.html` draw it.

/// What is wrong with a form, in words, by the name of the field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormErrors(Vec<(&'static str, String)>);

impl FormErrors {
    /// One thing that is wrong.
    pub fn of(field: &'static str, sentence: String) -> Self {
        Self(vec![(field, sentence)])
    }

    /// Adds a sentence about a field.
    pub fn add(&mut self, field: &'static str, sentence: String) {
        self.0.push((field, sentence));
    }

    /// What was read of a field; where it could not be read, the sentence is added.
    pub fn check<T>(&mut self, field: &'static str, read: Result<T, String>) -> Option<T> {
        read.map_err(|sentence| self.add(field, sentence)).ok()
    }

    /// The first sentence about a field.
    pub fn error(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, sentence)| sentence.as_str())
    }

    /// Adds what is wrong besides.
    pub fn append(&mut self, mut more: Self) {
        self.0.append(&mut more.0);
    }

    /// Puts it into the order in which the form has its fields.
    pub fn order_by(&mut self, fields: &[&str]) {
        self.0.sort_by_key(|(field, _)| fields.iter().position(|known| known == field));
    }

    /// All sentences, each with its field.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(field, sentence)| (*field, sentence.as_str()))
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A form as a page shows it.
#[derive(Clone, Debug, Default)]
pub struct FormState<F> {
    /// What stands in its fields.
    pub typed: F,
    /// What is wrong with them.
    pub errors: FormErrors,
}

impl<F> FormState<F> {
    /// A form with which nothing is wrong.
    pub fn new(typed: F) -> Self {
        Self { typed, errors: FormErrors::default() }
    }

    /// The first sentence about a field.
    pub fn error(&self, field: &str) -> Option<&str> {
        self.errors.error(field)
    }
}

/// A choice of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The word that is sent.
    pub value: String,
    /// The word that is shown.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl Choice {
    /// The first of a list, which sends nothing and is shown where no other is chosen.
    pub fn none(label: String) -> Self {
        Self { value: String::new(), label, chosen: false }
    }

    /// A choice, which is chosen if it is what `chosen` says.
    pub fn of(value: &str, label: String, chosen: &str) -> Self {
        Self { value: value.to_owned(), label, chosen: value == chosen }
    }
}
