//! The program: parses the command, runs it, prints its error.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use gcc_relay::cli::{Cli, run};
#[cfg(feature = "jemalloc")]
use tikv_jemallocator::Jemalloc;

/// Each call to LINE is a task of some kilobytes, made by one thread and often ended by another: with the system's allocator
/// that took a third of the engine's own time. Not so in tests and the demo, for which it takes too long to build.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // TLS has one provider for the whole process, chosen before the first connection
    let _ = rustls::crypto::ring::default_provider().install_default();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(&error);
            ExitCode::FAILURE
        }
    }
}

/// One clear sentence, then the causes, each on its line.
fn print_error(error: &anyhow::Error) {
    let mut stderr = io::stderr().lock();
    let mut said = error.to_string();
    let _ = writeln!(stderr, "error: {said}");
    for cause in error.chain().skip(1) {
        let text = cause.to_string();
        // some libraries repeat the cause in their own text
        if !said.contains(&text) {
            let _ = writeln!(stderr, "  because: {text}");
        }
        said = text;
    }
}

/// Whether the reader of our output has gone, as `head` does when it has enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}
