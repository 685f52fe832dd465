//! gcc-relay: cascades official bulletins down Thailand's three-tier tree of LINE groups, with a receipt for each.
//!
//! The founding letter (Ministry of Interior, 23 March 2561) sends a message from the Prime Minister's Office to
//! GCC1, from there through every governor and ministry to GCC2, and through every head of agency to GCC3, where all
//! officials read it. This crate keeps that tree, sends each bulletin down it through LINE's Messaging API, and
//! answers for every group at any moment: has LINE accepted it, when, and if not, why and whose turn is it?
//!
//! # Terms
//!
//! | term | what it is | made by |
//! |---|---|---|
//! | **Office** | a body in the state's chart, from the centre to a district | import |
//! | **Group** | one LINE group of an office: a node of the tree, of tier 1, 2 or 3 | import |
//! | **Channel** | one LINE Official Account's Messaging API channel; limits and quota are per channel | operator |
//! | **Link** | the binding of a group to a LINE group, by a join code typed there | steward |
//! | **Steward** | the office-holder whose duty it is to forward *into* a group, with a deputy | import |
//! | **Bulletin** | one message from the government; immutable once published | publisher |
//! | **Message** | the LINE message array of a bulletin, rendered once and stored as bytes | publish, forward |
//! | **Delivery** | one bulletin's copy for one group, with its state; what is ready is named in the queue | publish |
//! | **Claim** | a batch of deliveries taken by the one dispatcher of their channel | dispatcher |
//! | **Attempt** | one LINE call that did not simply succeed | recorder |
//! | **Acknowledgement** | a tap on รับทราบ, or a quote that says so, by one person in one group | webhook |
//! | **Progress** | a bulletin's counts by tier and channel, with a version | every move of a delivery |
//! | **Image** | a bulletin's picture, written afresh within LINE's sizes | publisher |
//! | **Account** | a person who signs in: a role, and the subtree in which it holds; each device has a session | admin |
//! | **API key** | a machine that calls the API: a role, and the subtree in which it holds | admin |
//! | **Audit entry** | an act of a person or key, in the transaction that does it | every act |
//!
//! # The map
//!
//! A bulletin passes the modules in one direction; none calls back up.
//!
//! ```text
//! web, cli ──▶ relay::publish ──▶ store: bulletin + message + all deliveries, one transaction ── NOTIFY ─┐
//! LINE ◀── line::client ◀── relay::dispatcher, one per channel in the cluster ◀── claims ready deliveries ◀──┘
//!  │                             └──▶ relay::recorder: outcomes in batches; an accepted parent wakes its children
//!  └──▶ web::webhook: verify, store once, answer ──▶ relay::inbound: join codes, taps, leaving
//! ```
//!
//! | to change | look in |
//! |---|---|
//! | a rule of the nouns: states, letter numbers, dates, the tree | [`domain`] (pure; no I/O), a package beside this one |
//! | what is kept and how it is asked for | [`store`], with `migrations/` |
//! | what LINE is told and what its answers mean | [`mod@line`] |
//! | when and in which order things are sent; what people may do with a bulletin, a draft, a channel | [`relay`] |
//! | what administrators do with accounts and API keys | [`accounts`] |
//! | what the letters ask of offices, such as their register | [`offices`] |
//! | where uploaded files are, and what is let in | [`files`] |
//! | what people send to the account in a chat of two, fetched and handed to their office | [`intake`] |
//! | a route, a page, who may call it | [`web`] |
//! | a CSV file, a printed receipt | [`report`] (pure) |
//! | how people sign in at a provider of OpenID Connect | [`oidc`] |
//! | LINE's other side, for the demo and the tests | [`simulator`], a package beside this one, with the feature `demo` |
//! | a setting | [`config`] and `config/default.toml` |
//! | a command | [`cli`], and how it is put together in [`app`] |
//!
//! `docs/architecture.md` has a section for each room. Who may import whom is held by `tests/it/architecture.rs`.

pub mod accounts;
pub mod app;
pub mod cli;
pub mod config;
pub mod embedded;
pub mod files;
pub mod intake;
pub mod line;
pub mod mail;
pub mod offices;
pub mod oidc;
pub mod relay;
pub mod report;
pub mod store;
pub mod telemetry;
pub mod web;

pub use gcc_relay_domain as domain;
#[cfg(feature = "demo")]
pub use gcc_relay_simulator as simulator;
