//! gcc-relay

pub mod domain;
