//! Tests that run the program's parts against a real Postgres, over real sockets.

mod architecture;
mod commands;
mod config;
mod crash;
mod embedded;
mod program;
mod relay_cascade;
mod relay_faults;
mod relay_people;
mod relay_rules;
mod stage;
mod tree;
