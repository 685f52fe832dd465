//! How values are shown on pages, the same on each.

pub mod format;
