//! The cases: each a sentence of the table, with its target beside its figure.

mod fan_out;

use std::pin::Pin;

use anyhow::Result;

use crate::house::House;
use crate::table::Table;

/// One case.
pub struct Case {
    /// What it is called by.
    pub name: &'static str,
    /// Whether it takes long and is left out of the short run.
    pub large: bool,
    /// Measures.
    pub run: for<'a> fn(&'a House, &'a mut Table) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>>,
}

/// All, in the order of the table.
pub const ALL: &[Case] = &[Case { name: "fan-out", large: false, run: |house, table| Box::pin(fan_out::run(house, table)) }];
