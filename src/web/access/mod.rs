//! Who calls, what they may do and see, and where. API and pages both stand on it; nothing here imports either.
//!
//! [`Caller`] is a machine by its key or a person who is signed in: a role, and a [`Scope`] of the tree, which is part of
//! every query that a handler makes. What lies outside is answered like what does not exist (404). [`authorize`] stands
//! before every route of the API; for pages [`super::people`] does the same. [`visible`] looks up what a caller can see,
//! [`costs`] whose costs, [`offices`] whose work, [`duty`] for which groups a caller answers, and [`signature`] whose a note of it is. Which act a route needs stands in [`super::routes`].

mod api_key;
mod caller;
pub mod costs;
pub mod duty;
pub mod offices;
pub mod origin;
pub mod signature;
pub mod visible;

pub use api_key::{Callers, WARNED, authorize};
pub use caller::{Caller, CallerId, find_scope};

pub use crate::domain::right::Scope;
