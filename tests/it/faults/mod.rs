//! The relay under faults: whatever fails, nothing is lost and nothing is sent twice.
//!
//! Each test lets one kind of fault strike a fan-out through a whole [`test_cluster::TestCluster`] (program, Postgres, LINE) at
//! random moments, and then counts at LINE by group and message. `make test` runs them short; `make soak` sets
//! `GCC_RELAY_SOAK`, and the same tests go through a national tree, longer. Where the moments are random, the test
//! prints its seed; `GCC_RELAY_SEED` repeats it.

mod clock;
mod failover;
mod kills;
mod line;
mod line_files;
mod model;
mod nodes;
mod patroni;
mod people;
mod pool;
mod pooler;
mod postgres;
mod postgres_node;
mod quota;
mod register;
mod requests;
mod shutdown;
pub mod test_cluster;
mod wire;
