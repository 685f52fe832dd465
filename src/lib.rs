//! gcc-relay

pub mod domain;
pub mod store;
pub mod line;
