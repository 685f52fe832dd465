//! The cases: each a sentence of the table, with its target beside its figure.

mod fan_out;
mod far;
mod growth;
mod history;
mod neighbours;
mod pace;
mod polling;
mod profile;
mod register;
mod tree;
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
    /// Whether it is only run where it is asked for by its name.
    pub named: bool,
    /// Measures.
    pub run: fn(&mut Table) -> Measuring<'_>,
}

type Measuring<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// All, in the order of the table.
pub const ALL: &[Case] = &[
    Case { name: "fan-out", large: false, named: false, run: |table| Box::pin(fan_out::run(table)) },
    Case { name: "pace", large: false, named: false, run: |table| Box::pin(pace::run(table)) },
    Case { name: "channels", large: false, named: false, run: |table| Box::pin(pace::many(table)) },
    Case { name: "many", large: false, named: false, run: |table| Box::pin(pace::cost_of_channels(table)) },
    Case { name: "far", large: false, named: false, run: |table| Box::pin(far::run(table)) },
    Case { name: "neighbours", large: false, named: false, run: |table| Box::pin(neighbours::run(table)) },
    Case { name: "polling", large: false, named: false, run: |table| Box::pin(polling::run(table)) },
    Case { name: "urgent", large: false, named: false, run: |table| Box::pin(urgent::run(table)) },
    Case { name: "webhook", large: false, named: false, run: |table| Box::pin(webhook::run(table)) },
    Case { name: "tree", large: true, named: false, run: |table| Box::pin(tree::run(table)) },
    Case { name: "register", large: true, named: false, run: |table| Box::pin(register::run(table)) },
    Case { name: "growth", large: true, named: false, run: |table| Box::pin(growth::run(table)) },
    Case { name: "history", large: true, named: false, run: |table| Box::pin(history::run(table)) },
    Case { name: "profile", large: false, named: true, run: |table| Box::pin(profile::run(table)) },
];
