//! The web: the REST API, LINE's webhook, the public page of a bulletin, and what operators look at.
//!
//! [`router`] puts it together over an [`App`]. A request goes through `layers` (problems, panics, time-outs, log),
//! for the API through `access` (whose key, what may it do), for pages through `people` (who is signed in), and into one handler of `api`, `pages`, `webhook` or
//! `health`, which loads, checks, changes and answers. Changes are the commands of `relay` and `accounts`, in one transaction
//! with their audit entry and, on a POST, with the answer that is kept for its idempotency key (`idempotent_post`).
//!
//! Invariants: every query of the API is bounded by the caller's scope; every refusal is a `problem`; no
//! token, signature, LINE user id or text of a message is logged.

mod access;
mod api;
mod app;
pub mod bubble;
mod caller_limits;
mod channel_secrets;
mod client_address;
mod conn;
mod document;
mod field;
mod file_answer;
mod health;
mod heard;
pub mod idempotent_form;
mod idempotent_post;
mod if_match;
mod input;
mod layers;
mod line_check;
mod listen;
mod listing;
mod live;
mod long_table;
mod pages;
mod people;
mod picture;
mod problem;
mod quoted;
mod rates;
mod refused;
mod router;
pub mod routes;
mod shell;
mod slots;
mod ui;
mod uploads;
mod view;
mod webhook;
mod words;

pub use app::{App, Edge, RenderMetrics, Services};
pub use caller_limits::CallerLimits;
pub use client_address::{ClientAddress, ProxyHeader, TrustedProxies};
pub use document::openapi;
pub use listen::{Bounds, serve};
pub use live::{Live, Work};
pub use people::provider_sign_in::{COMES_BACK, ProviderSignIn};
pub use people::{Rules, SignInServices};
pub use router::{metrics_router, router};
