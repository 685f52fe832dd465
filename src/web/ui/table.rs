//! Tables: one list of columns makes the table of a page and its file.
//!
//! A [`Column`] has a heading and takes a value from a row. A page shows the value as people read it, with the heading as the
//! label of the cell where a telephone stacks them; a file holds it as machines read it: times in ISO 8601, plain numbers,
//! and beside the word of a state its code. What a page shows in another way, or not at all, is said on the column.
//! `docs/pages.md` shows how a column is added.

use askama::Template;
use askama::filters::HtmlSafe;
use serde::Serialize;

use super::cell::Cell;
use super::format::{Share, baht_or_dash, number, number_or_dash, span, stamp};
use super::label::{Badge, Label, code_of};
use crate::domain::price::Baht;
use crate::domain::time::Timestamp;
use crate::report;
use crate::web::words::Words;

/// What a column takes from a row.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Text(String),
    Number(Option<i64>),
    Baht(Option<Baht>),
    Seconds(Option<f64>),
    Time(Option<Timestamp>),
    Share(Share),
    Coded { word: String, class: &'static str, code: String },
}

/// What the values of a column have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Time,
    Share,
    Coded,
}

/// Where a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Both,
    Page,
    File,
}

type Take<'a, Row, T> = Box<dyn Fn(&Row, Words) -> T + Send + Sync + 'a>;

/// A column of a table.
pub struct Column<'a, Row> {
    key: &'static str,
    file_key: Option<&'static str>,
    kind: Kind,
    place: Place,
    names_row: bool,
    labelled: bool,
    hides_zero: bool,
    swatch: &'static str,
    value: Take<'a, Row, Value>,
    cell: Option<Take<'a, Row, Cell>>,
}

impl<'a, Row> Column<'a, Row> {
    fn new(key: &'static str, kind: Kind, value: impl Fn(&Row, Words) -> Value + Send + Sync + 'a) -> Self {
        Self {
            key,
            file_key: None,
            kind,
            place: Place::Both,
            names_row: false,
            // a badge says by itself what it is about
            labelled: kind != Kind::Coded,
            hides_zero: false,
            swatch: "",
            value: Box::new(value),
            cell: None,
        }
    }

    /// A text.
    pub fn text(key: &'static str, take: impl Fn(&Row) -> String + Send + Sync + 'a) -> Self {
        Self::new(key, Kind::Text, move |row, _| Value::Text(take(row)))
    }

    /// A text in the reader's language.
    pub fn words(key: &'static str, take: impl Fn(&Row, Words) -> String + Send + Sync + 'a) -> Self {
        Self::new(key, Kind::Text, move |row, t| Value::Text(take(row, t)))
    }

    /// A whole number.
    pub fn number<N: Into<i64>>(key: &'static str, take: impl Fn(&Row) -> N + Send + Sync + 'a) -> Self {
        Self::new(key, Kind::Number, move |row, _| Value::Number(Some(take(row).into())))
    }

    /// A whole number, where it is known.
    pub fn known_number(key: &'static str, take: impl Fn(&Row) -> Option<i64> + Send + Sync + 'a) -> Self {
        Self::new(key, Kind::Number, move |row, _| Value::Number(take(row)))
    }

    /// An amount of money, where it is known.
    pub fn baht(key: &'static str, take: impl Fn(&Row) -> Option<Baht> + Send + Sync + 'a) -> Self {
        Self::new(key, Kind::Number, move |row, _| Value::Baht(take(row)))
    }

    /// A span of time: in words on the page, in seconds in the file.
    pub fn seconds(key: &'static str, take: impl Fn(&Row) -> Option<f64> + Send + Sync + 'a) -> Self {
        Self::new(key, Kind::Number, move |row, _| Value::Seconds(take(row)))
    }

    /// A moment.
    pub fn time(key: &'static str, take: impl Fn(&Row) -> Option<Timestamp> + Send + Sync + 'a) -> Self {
        Self::new(key, Kind::Time, move |row, _| Value::Time(take(row)))
    }

    /// A part of a whole, in per cent.
    pub fn share(key: &'static str, take: impl Fn(&Row) -> Share + Send + Sync + 'a) -> Self {
        Self::new(key, Kind::Share, move |row, _| Value::Share(take(row)))
    }

    /// A state, role or kind: its badge on the page, its word and its code in the file.
    pub fn coded<L: Label + Serialize>(key: &'static str, take: impl Fn(&Row) -> L + Send + Sync + 'a) -> Self {
        Self::new(key, Kind::Coded, move |row, t| {
            let value = take(row);
            Value::Coded { word: value.word(t), class: value.class(), code: code_of(&value) }
        })
    }

    /// What has a badge on the page, and beside its word a code in the file.
    pub fn badge(key: &'static str, take: impl Fn(&Row, Words) -> (Badge, String) + Send + Sync + 'a) -> Self {
        Self::new(key, Kind::Coded, move |row, t| {
            let (Badge { class, word }, code) = take(row, t);
            Value::Coded { word, class, code }
        })
    }

    /// What a page shows in place of the plain value.
    #[must_use]
    pub fn shown(mut self, cell: impl Fn(&Row, Words) -> Cell + Send + Sync + 'a) -> Self {
        self.cell = Some(Box::new(cell));
        self
    }

    /// The column whose cells say what their rows are about.
    #[must_use]
    pub fn naming_the_row(mut self) -> Self {
        self.names_row = true;
        self
    }

    /// What is a number and is shown as something else, such as a form.
    #[must_use]
    pub fn shown_as_text(mut self) -> Self {
        self.kind = Kind::Text;
        self
    }

    /// A column that is in the file only.
    #[must_use]
    pub fn in_file(mut self) -> Self {
        self.place = Place::File;
        self
    }

    /// A column that is on this page, and in the file of all.
    #[must_use]
    pub fn on_page_if(self, shown: bool) -> Self {
        if shown { self } else { self.in_file() }
    }

    /// A column that is on the page only.
    #[must_use]
    pub fn on_page(mut self) -> Self {
        self.place = Place::Page;
        self
    }

    /// Another heading in the file.
    #[must_use]
    pub fn called_in_file(mut self, key: &'static str) -> Self {
        self.file_key = Some(key);
        self
    }

    /// On a telephone the cell has no label.
    #[must_use]
    pub fn unlabelled(mut self) -> Self {
        self.labelled = false;
        self
    }

    /// On a telephone the cell has its label, also where it is a badge: the badge says a day or a number.
    #[must_use]
    pub fn labelled(mut self) -> Self {
        self.labelled = true;
        self
    }

    /// On a telephone the cell is not shown where it is 0.
    #[must_use]
    pub fn hiding_zero(mut self) -> Self {
        self.hides_zero = true;
        self
    }

    /// A patch of colour before the heading, for the drawing beside the table.
    #[must_use]
    pub fn coloured(mut self, class: &'static str) -> Self {
        self.swatch = class;
        self
    }

    fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Number | Kind::Share)
    }
}

fn show_value(t: Words, value: &Value) -> Cell {
    match value {
        Value::Text(text) => Cell::text(text),
        Value::Number(n) => Cell::text(&number_or_dash(*n)),
        Value::Baht(amount) => Cell::text(&baht_or_dash(*amount)),
        Value::Seconds(seconds) => {
            Cell::text(&seconds.map_or_else(|| t.say("board-not-known"), |seconds| span(t, seconds)))
        }
        Value::Time(at) => Cell::time(t, *at),
        Value::Share(share) => Cell::text(&share.text),
        Value::Coded { word, class, .. } => Cell::badge(&Badge { class, word: word.clone() }),
    }
}

fn write_value(value: Value) -> Vec<String> {
    vec![match value {
        Value::Text(text) => text,
        Value::Number(n) => n.map(|n| n.to_string()).unwrap_or_default(),
        Value::Baht(amount) => amount.map(|baht| format!("{:.2}", baht.amount())).unwrap_or_default(),
        Value::Seconds(seconds) => seconds.map(|seconds| format!("{seconds:.1}")).unwrap_or_default(),
        Value::Time(at) => stamp(at),
        Value::Share(share) if share.whole > 0 => share.percent.to_string(),
        Value::Share(_) => String::new(),
        Value::Coded { word, code, .. } => return vec![word, code],
    }]
}

/// The rows as a file.
pub fn to_file<'r, Row: 'r>(
    t: Words,
    columns: &[Column<'_, Row>],
    rows: impl IntoIterator<Item = &'r Row>,
) -> report::Table {
    let columns: Vec<_> = columns.iter().filter(|column| column.place != Place::Page).collect();
    let headings = columns.iter().flat_map(|column| {
        let name = t.say(column.file_key.unwrap_or(column.key));
        match column.kind {
            Kind::Coded => vec![name.clone(), t.say_with("file-code", &[("name", &name)])],
            Kind::Text | Kind::Number | Kind::Time | Kind::Share => vec![name],
        }
    });
    let mut table = report::Table::new(headings);
    for row in rows {
        table.push(columns.iter().flat_map(|column| write_value((column.value)(row, t))));
    }
    table
}

/// A heading of a page's table.
#[derive(Clone, Debug)]
struct Heading {
    text: String,
    is_number: bool,
    swatch: &'static str,
}

/// A cell with what is around it.
#[derive(Clone, Debug)]
struct PlacedCell {
    cell: Cell,
    names_row: bool,
    is_number: bool,
    label: String,
    /// The number by which a telephone leaves the cell out.
    n: String,
}

/// A table as a page shows it: `{{ table }}` in a template.
#[derive(Clone, Debug, Template)]
#[template(path = "ui/table.html")]
pub struct PageTable {
    name: String,
    class: &'static str,
    box_class: &'static str,
    headings: Vec<Heading>,
    rows: Vec<Vec<PlacedCell>>,
}

impl HtmlSafe for PageTable {}

impl PageTable {
    /// The rows as a table called `name`, which a telephone shows one below the other.
    pub fn of<'r, Row: 'r>(
        t: Words,
        name: &str,
        columns: &[Column<'_, Row>],
        rows: impl IntoIterator<Item = &'r Row>,
    ) -> Self {
        let columns: Vec<_> = columns.iter().filter(|column| column.place != Place::File).collect();
        let headings: Vec<Heading> = columns
            .iter()
            .map(|column| Heading { text: t.say(column.key), is_number: column.is_number(), swatch: column.swatch })
            .collect();
        let place = |row: &Row, (column, heading): (&&Column<'_, Row>, &Heading)| {
            let value = (column.value)(row, t);
            let n = match value {
                Value::Number(Some(n)) if column.hides_zero => number(n),
                _ => String::new(),
            };
            let cell = match &column.cell {
                Some(cell) => cell(row, t),
                None => show_value(t, &value),
            };
            let label = if column.labelled && !column.names_row { heading.text.clone() } else { String::new() };
            PlacedCell { cell, names_row: column.names_row, is_number: heading.is_number, label, n }
        };
        let rows = rows.into_iter().map(|row| columns.iter().zip(&headings).map(|both| place(row, both)).collect());
        let rows = rows.collect();
        Self { name: name.to_owned(), class: "table roomy stacks", box_class: "table-box", headings, rows }
    }

    /// The same with other classes of the style sheet.
    #[must_use]
    pub fn styled(self, class: &'static str) -> Self {
        Self { class, ..self }
    }

    /// The same with its numbers as a sheet writes them.
    #[must_use]
    pub fn formal(mut self, t: Words) -> Self {
        for place in self.rows.iter_mut().flatten().filter(|place| place.is_number) {
            place.cell = place.cell.formal(t);
        }
        self
    }

    /// The same in a box that scrolls where there are many rows.
    #[must_use]
    pub fn tall(self) -> Self {
        Self { box_class: "table-box tall", ..self }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

#[cfg(test)]
mod tests;
