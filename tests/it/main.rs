//! Tests that run the program's parts against a real Postgres, over real sockets.

mod api_roles;
mod architecture;
mod commands;
mod config;
mod crash;
mod desk;
mod embedded;
mod program;
mod relay_cascade;
mod relay_faults;
mod relay_people;
mod relay_rules;
mod stage;
mod tree;
