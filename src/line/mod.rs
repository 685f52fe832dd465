//! The adapter to LINE: everything that knows LINE's wire format, and nothing that knows the relay's.
//!
//! Outwards, [`message`] renders a bulletin, [`limits`] checks it before it is published, [`client`]
//! sends it, and [`verdict`] with [`evidence`] tells what the answer means. Inwards, [`signature`]
//! proves that a webhook's bytes come from LINE, [`webhook`] reads them and [`replies`] answers people; [`content`] fetches what they
//! send.
//! The engine acts on `domain::outcome` alone and never sees a status code.
//!
//! Called by `relay` (client, verdict, webhook, replies) and `web` (message, limits, signature, token).

pub mod answers;
pub mod client;
pub mod content;
pub mod evidence;
pub mod group_alert;
pub mod guarded_body;
pub mod limits;
pub mod message;
pub mod replies;
pub mod request_note;
pub mod signature;
#[cfg(test)]
pub(crate) mod stub;
pub mod token;
pub mod verdict;
pub mod webhook;
