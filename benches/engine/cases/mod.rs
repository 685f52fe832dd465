//! The cases: each a sentence of the table, with its target beside its figure.

mod fan_out;
mod growth;
mod history;
mod pace;
mod polling;
mod urgent;
mod webhook;

use std::pin::Pin;

use anyhow::Result;

use crate::table::Table;

/// One case.
pub struct Case {
    /// What it is called by.
    pub name: &'static str,
    /// Whether it takes long and is left out of the short run.
    pub large: bool,
    /// Measures.
    pub run: fn(&mut Table) -> Measuring<'_>,
}

type Measuring<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// All, in the order of the table.
pub const ALL: &[Case] = &[
    Case { name: "fan-out", large: false, run: |table| Box::pin(fan_out::run(table)) },
    Case { name: "pace", large: false, run: |table| Box::pin(pace::run(table)) },
    Case { name: "channels", large: false, run: |table| Box::pin(pace::many(table)) },
    Case { name: "polling", large: false, run: |table| Box::pin(polling::run(table)) },
    Case { name: "urgent", large: false, run: |table| Box::pin(urgent::run(table)) },
    Case { name: "webhook", large: false, run: |table| Box::pin(webhook::run(table)) },
    Case { name: "growth", large: true, run: |table| Box::pin(growth::run(table)) },
    Case { name: "history", large: true, run: |table| Box::pin(history::run(table)) },
];
