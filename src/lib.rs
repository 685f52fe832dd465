//! gcc-relay

pub mod config;
pub mod domain;
pub mod embedded;
pub mod line;
pub mod relay;
pub mod store;
pub mod telemetry;
pub mod web;
