//! The board of operations: what is read over a whole bulletin, or over the last thirty days, at once.
//!
//! Every query here is set-based and bounded by what is asked about: one bulletin's deliveries, what is open, or the
//! sums of a month's bulletins. None of them looks at older deliveries, so the board costs the same after years.
//! Where a `scope` is given, only what lies at or below those groups is counted. Called by the pages of the board.

pub mod blocked;
pub mod changes;
pub mod failures;
pub mod hops;
pub mod provinces;
pub mod traffic;
