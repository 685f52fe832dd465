//! What is shown of what is stored: a delivery and whose turn it is, the receipts of a bulletin, the timeline of a delivery.
//!
//! The API writes these types out as JSON, and pages put them into words: both say the same of the same row, and neither
//! changes when a table does. Only `store` and `domain` are read here. What a caller may see is found before
//! ([`super::access`]); nothing here imports the API or a page.

pub mod coordinator;
pub mod delivery;
pub mod dissemination;
pub mod establishment;
pub mod office;
pub mod receipts;
pub mod register;
pub mod reported;
pub mod snapshot;
pub mod submission;
pub mod timeline;
pub mod waiting;
mod whose_turn;

pub(in crate::web) use whose_turn::word;
