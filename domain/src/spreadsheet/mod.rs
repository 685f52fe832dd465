//! What spreadsheets do to the files that go through them, and what keeps a file whole on its way there and back.
//!
//! Excel takes a CSV file for UTF-8 only with a byte order mark, calculates cells that look like a formula, a number or a
//! day, saves in encodings of its own, separates with semicolons or tabs, and adds and drops empty cells at the ends of
//! rows. Written here: the mark and [`protect`]; read here: [`decode`], [`Layout`], [`restore`], and [`Damage`], which names
//! what cannot be put right. What was protected and is restored is the same again.
//!
//! Called by the tree file, by `report` for every table that is downloaded, and by the simulator.

mod cell;
mod damage;
mod encoding;
mod layout;
mod lines;

pub use cell::{protect, restore};
pub use damage::Damage;
pub use encoding::{BadEncoding, decode};
pub use layout::Layout;
pub use lines::Lines;

/// What stands before the first line, so that Excel takes a file for UTF-8.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";
