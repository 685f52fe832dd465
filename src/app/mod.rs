//! Builds the program's parts from the settings, runs them, and stops them in order.
//!
//! [`AppContext`] is what every command is given: the settings, the database (a private cluster where asked for), the
//! clock. [`serve`](mod@serve) runs a node in it, [`demo`] shows a cascade on such a node,
//! [`simulator`] runs the LINE simulator, [`checkup`] checks the installation. Rules of the product live in `relay`
//! and `domain`; here is only what belongs to a process: files, ports, signals, order of starting and stopping.
//!
//! Called by `cli`; errors are `anyhow`'s, because they all end as a sentence on a terminal.

pub mod checkup;
mod checkup_database;
mod context;
pub mod database;
#[cfg(feature = "demo")]
pub mod demo;
mod demo_guard;
mod files;
mod pooling;
mod private_file;
pub mod secrets;
pub mod serve;
mod shutdown;
mod sign_in_provider;
#[cfg(feature = "demo")]
pub mod simulator;
pub mod tree;
mod wiring;

pub use context::AppContext;
