//! gcc-relay

pub mod domain;
pub mod simulator;
