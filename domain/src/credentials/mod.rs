//! What people show to be let in: a name and a password, for some roles a TOTP code, and, the first time,
//! a link that works once.
//!
//! Passwords are kept as argon2id hashes, links as SHA-256 of 256 random bits, the secrets of codes sealed. Nothing
//! here prints what it holds. Called by `web` (signing in), `cli` and `app` (making accounts).

mod link;
mod one_time_code;
mod password;
mod recovery_code;
mod username;

pub use link::LinkToken;
pub use one_time_code::{CodeSecret, PERIOD, sealed_as};
pub use password::{BadPassword, Password, PasswordHash};
pub use recovery_code::{RECOVERY_CODES, RecoveryCode};
pub use username::{BadUsername, Username};
