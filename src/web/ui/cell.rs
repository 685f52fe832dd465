//! What stands in a cell of a table: text, badges, links and times, one after another or below each other.
//!
//! A cell is HTML that is escaped where it is made; whatever is longer than these pieces is a template ([`Cell::of`]).

use std::fmt;

use askama::Template;
use askama::filters::{Escaper as _, Html, HtmlSafe};

use super::format::{DASH, formal_digits, moment, stamp};
use super::label::Badge;
use crate::domain::phone::PhoneNumber;
use crate::domain::time::Timestamp;
use crate::web::words::Words;

/// A piece of HTML in a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell(String);

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Cell {}

fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    // to a string it is always written
    let _ = Html.write_escaped_str(&mut html, text);
    html
}

impl Cell {
    /// Nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// A text as it is.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self(escape(text))
    }

    /// A code, as people copy it.
    #[must_use]
    pub fn code(text: &str) -> Self {
        Self(format!("<code>{}</code>", escape(text)))
    }

    /// A code that is said by the way.
    #[must_use]
    pub fn quiet_code(text: &str) -> Self {
        Self(format!("<code class=\"quiet\">{}</code>", escape(text)))
    }

    /// A link to a page.
    #[must_use]
    pub fn link(to: &str, text: &str) -> Self {
        Self(format!("<a href=\"{}\">{}</a>", escape(to), escape(text)))
    }

    /// A link that looks like a small button.
    #[must_use]
    pub fn button(to: &str, text: &str) -> Self {
        Self(format!("<a class=\"button small\" href=\"{}\">{}</a>", escape(to), escape(text)))
    }

    /// A telephone number that can be called.
    #[must_use]
    pub fn phone(number: &str) -> Self {
        let number = escape(number);
        Self(format!("<a class=\"phone\" href=\"tel:{number}\">{number}</a>"))
    }

    /// A telephone number in its normal form, that can be called.
    #[must_use]
    pub fn dialled(number: &PhoneNumber) -> Self {
        Self(format!("<a class=\"phone\" href=\"{}\">{}</a>", escape(&number.address()), escape(&number.to_string())))
    }

    /// A word in its coloured frame.
    #[must_use]
    pub fn badge(badge: &Badge) -> Self {
        let space = if badge.class.is_empty() { "" } else { " " };
        Self(format!("<span class=\"badge{space}{}\">{}</span>", badge.class, escape(&badge.word)))
    }

    /// A moment in the reader's language; a dash for none.
    #[must_use]
    pub fn time(t: Words, at: Option<Timestamp>) -> Self {
        match at {
            Some(at) => Self(format!("<time datetime=\"{}\">{}</time>", stamp(Some(at)), escape(&moment(t, at)))),
            None => Self::text(DASH),
        }
    }

    /// What a template makes, such as a form; nothing where that fails.
    #[must_use]
    pub fn of(template: &impl Template) -> Self {
        let made = template.render().inspect_err(|error| {
            tracing::error!(error = error as &dyn std::error::Error, "a cell could not be rendered");
        });
        Self(made.unwrap_or_default())
    }

    /// The same in the colour of what is said by the way.
    #[must_use]
    pub fn quiet(self) -> Self {
        Self(format!("<span class=\"quiet\">{}</span>", self.0))
    }

    /// The other one behind it.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        self.join(" ", other)
    }

    /// The other one below it.
    #[must_use]
    pub fn below(self, other: &Self) -> Self {
        self.join("<br>", other)
    }

    /// The same with its digits as a sheet writes them; a cell with more than text in it stays as it is.
    #[must_use]
    pub fn formal(&self, t: Words) -> Self {
        if self.0.contains(['<', '&']) { self.clone() } else { Self(formal_digits(t, &self.0)) }
    }

    /// Whether nothing stands in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn join(mut self, joint: &str, other: &Self) -> Self {
        if !self.is_empty() && !other.is_empty() {
            self.0.push_str(joint);
        }
        self.0.push_str(&other.0);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_is_text() {
        let cell = Cell::link("/x?a=1&b=\"2\"", "<b>").below(&Cell::text("<i>").quiet());
        let html = "<a href=\"/x?a=1&#38;b=&#34;2&#34;\">&#60;b&#62;</a><br><span class=\"quiet\">&#60;i&#62;</span>";
        assert_eq!(cell.to_string(), html);
    }

    #[test]
    fn digits_are_those_of_a_sheet_where_a_cell_is_text() {
        let t = Words::default();
        assert_eq!(Cell::text("1,290/66%").formal(t), Cell::text("๑,๒๙๐/๖๖%"));
        assert_eq!(Cell::link("/x/1", "1").formal(t), Cell::link("/x/1", "1"));
    }

    #[test]
    fn nothing_is_joined_to_nothing_without_a_line() {
        assert_eq!(
            Cell::empty().below(&Cell::text("a")).below(&Cell::empty()).and(&Cell::text("b")).to_string(),
            "a b"
        );
    }
}
