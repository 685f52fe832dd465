//! People: who is signed in on a device, and what they are let into.
//!
//! [`admit`] stands before every page that the table of routes keeps for people. It finds the session by its cookie,
//! the account by the session, and refuses what the role may not do with a page that says so. Whoever is not signed in
//! is led to the sign-in page and from there on to where they wanted to go; a form that was sent after the session had
//! ended is carried along and can be sent again, so that nothing typed is lost ([`carried`]).
//!
//! Invariants: an ended, disabled or not yet valid account has no working session; a session is bound to one account
//! for its life and gets a new name when somebody signs in; forms from other sites are refused by their headers.

pub mod asked_for;
pub mod at_provider;
pub mod attempts;
pub mod carried;
pub mod codes;
pub mod device;
mod gate;
pub mod known_device;
mod language;
pub mod passkeys;
pub mod qr;
pub mod recovery;
mod rules;
mod session;
mod visitor;

pub use gate::admit;
pub use language::{choose as choose_language, language_of};
pub use rules::{People, Rules};
pub use session::{Cookies, HalfWay, SignedIn, Way, begin_session, layer, session_sha256};
pub use visitor::Visitor;
