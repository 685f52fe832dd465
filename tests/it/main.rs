//! Tests that run the program's parts against a real Postgres, over real sockets.

mod config;
mod embedded;
