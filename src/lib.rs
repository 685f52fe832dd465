//! gcc-relay

pub mod config;
pub mod domain;
pub mod embedded;
pub mod telemetry;
