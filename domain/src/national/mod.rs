//! The national chart and the tree of groups grown from it.
//!
//! The facts (provinces, districts, ministries, the offices every province has) are the CSV files of
//! `config/national/`, embedded; their README says where each comes from and how sure it is. [`tree()`]
//! turns them into the rows of a tree file: one GCC1, a GCC2 for each governor and ministry, a GCC3
//! for each office below. Nothing in it names a person: a steward is known by title, so the tree
//! stays right when office-holders change.
//!
//! Called by `gcc-relay tree national` and the demo ([`tree()`]), by `document` ([`knows_prefix`]) and
//! by the tree file, audiences and filters ([`ProvinceCode`]).

mod facts;
mod group_seed;
mod names;
mod provinces;
mod tree;

pub use facts::{Agency, BadFacts, District, Facts, Ministry, Province, Subdistrict, facts, knows_prefix};
pub use group_seed::simulated_link;
pub use names::{BadTemplate, NameTemplate, abbreviation};
pub use provinces::{BadProvince, ProvinceCode, find_province, province_code};
pub use tree::{BadTree, TreeOptions, tree};
