//! How values are shown on pages, the same on each.
//!
//! [`label`] gives states, kinds and roles their words and badges, [`actor`] says who did something, [`format`] writes
//! times, numbers and shares, [`cell`] the small pieces of HTML that stand in tables, and [`table`] makes a table of a page and its file from one list of columns. [`filters`] are the
//! same for templates.

pub mod actor;
pub mod cell;
pub mod filters;
pub mod format;
pub mod label;
pub mod table;
