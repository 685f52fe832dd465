//! The domain: nouns, their rules and their words; pure. Imports nothing else of ours,
//! does no I/O, and can be tested without a database: `cargo test -p gcc-relay-domain`. The program shows it as its module `domain`.

pub mod account;
pub mod actor;
pub mod allowed_addresses;
pub mod api_key;
pub mod bulletin;
pub mod credentials;
pub mod delivery;
pub mod document;
pub mod group;
pub mod headline;
pub mod heard;
pub mod heard_text;
pub mod histogram;
pub mod hosts;
pub mod ids;
pub mod join_code;
pub mod national;
pub mod office;
pub mod outcome;
pub mod picture;
pub mod retry_key;
pub mod right;
pub mod sealed;
pub mod search;
pub mod secrecy;
pub mod share_code;
pub mod share_text;
pub mod spreadsheet;
pub mod steward;
pub mod text;
pub mod thai;
pub mod time;
pub mod time_bound;
pub mod tree_file;
mod typed_code;
pub mod way;
