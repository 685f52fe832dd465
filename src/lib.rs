//! gcc-relay

pub mod config;
pub mod domain;
pub mod store;
pub mod line;
pub mod embedded;
pub mod telemetry;
