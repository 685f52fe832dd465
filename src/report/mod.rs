//! What leaves the program on paper or in a spreadsheet: tables as CSV, and the receipt of a bulletin. Pure.
//!
//! A [`Table`] is what a page shows, with its headings; whoever has one can offer it for download. A [`Receipt`] is
//! the sheet that goes into a province's file: which groups LINE accepted a bulletin for, and in which it was
//! acknowledged. Neither ever says that anything was read. Called by the pages of the web.

pub mod csv;
pub mod establishment;
pub mod invitations;
pub mod receipt;

pub use csv::Table;
pub use receipt::Receipt;
