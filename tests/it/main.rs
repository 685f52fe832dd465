//! Tests that run the program's parts against a real Postgres, over real sockets.

mod api_bulletins;
mod api_cascade;
mod api_input;
mod api_repeats;
mod api_roles;
mod api_status;
mod api_tree;
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
