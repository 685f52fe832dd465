//! People: who is signed in on a device, and what they are let into.
//!
//! [`require_session`] stands before every page that the table of routes keeps for people. It finds the session by its cookie,
//! the account by the session, and refuses what the role may not do with a page that says so. Whoever is not signed in
//! is led to the sign-in page and from there on to where they wanted to go; a form that was sent after the session had
//! ended is carried along and can be sent again, so that nothing typed is lost ([`pending_form`]).
//!
//! Invariants: an ended, disabled or not yet valid account has no working session; a session is bound to one account
//! for its life and gets a new name when somebody signs in; forms from other sites are refused by their headers.

pub mod attempts;
pub mod device;
pub mod known_device;
mod language;
pub mod passkeys;
pub mod pending_form;
pub mod provider_sign_in;
pub mod qr;
pub mod recovery;
mod require_session;
mod rules;
mod session;
pub mod sign_in_request;
pub mod totp;
mod visitor;

pub use language::{choose as choose_language, language_of};
pub use require_session::require_session;
pub use rules::{Rules, SignInServices};
pub use session::{AwaitingSecondFactor, Cookies, SignInMethod, SignedIn, begin_session, layer, session_sha256};
pub use visitor::Visitor;
