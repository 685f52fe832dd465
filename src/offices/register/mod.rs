//! The receive register of an office: what came in is entered under the next number of the year, endorsed step by step, and the
//! year is closed when it has ended.

mod endorse;
mod receive;
mod years;

pub use endorse::{NewEndorsement, endorse};
pub use receive::{Letter, OutsideLetter, Receipt, receive};
pub use years::{choose_rule, close_year};
