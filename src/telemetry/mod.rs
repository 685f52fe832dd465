//! Logging to stderr, and metrics for Prometheus.
//!
//! Log lines are a readable message with dotted fields (`delivery.id`, `channel.code`); tokens,
//! signatures, cookies, LINE user ids, telephone numbers and message bodies are never among them.
//! Results of commands go to stdout, so that logs cannot get in between.
//!
//! Called by `app` at the start; the names of the numbers are in [`metric`].

pub mod metric;

use std::io;
use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_util::MetricKindMask;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::config::{Log, LogFormat};

/// Seconds: from a call inside the machine room to a call that runs out of time.
const SECONDS: [f64; 15] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
/// Rows: from a batch of one parent to a full one, and those of whoever sets `relay.record_batch` higher.
const ROWS: [f64; 11] = [1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0];
/// A gauge that nobody has set for so long is told no more: whoever set it does not know any more.
const FORGOTTEN: Duration = Duration::from_mins(2);

/// Why telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TelemetryError {
    /// `log.filter` is not a list of levels.
    #[error("log.filter is not a list of levels")]
    Filter(#[source] ParseError),
    /// Something else in this process logs already.
    #[error("logging is set up already")]
    Logging(#[source] TryInitError),
    /// Something else in this process counts already.
    #[error("metrics are set up already")]
    Metrics(#[source] BuildError),
}

/// Sends log lines to stderr, as the settings say; once per process.
///
/// # Errors
///
/// The filter cannot be parsed, or logging is set up already.
pub fn start_logging(log: &Log) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(&log.filter).map_err(TelemetryError::Filter)?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let started = match log.format {
        LogFormat::Pretty => builder.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).finish().try_init(),
        LogFormat::Json => builder.json().flatten_event(true).finish().try_init(),
    };
    started.map_err(TelemetryError::Logging)
}

/// Starts counting; once per process. The handle renders what was counted in Prometheus' text format;
/// its `run_upkeep` must be called every few seconds, or histograms keep each single value.
///
/// # Errors
///
/// Counting has been started already.
pub fn start_metrics() -> Result<PrometheusHandle, TelemetryError> {
    let handle = builder(FORGOTTEN).and_then(PrometheusBuilder::install_recorder).map_err(TelemetryError::Metrics)?;
    metric::describe();
    metric::begin();
    Ok(handle)
}

fn builder(forgotten: Duration) -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new()
        .idle_timeout(MetricKindMask::GAUGE, Some(forgotten))
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_rows".into()), &ROWS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_rendered_with_its_meaning_and_its_buckets() {
        let recorder = builder(FORGOTTEN).expect("buckets").build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            metric::describe();
            metrics::counter!(metric::ACCEPTED).increment(3);
            metrics::histogram!(metric::RECORDER_DELAY).record(0.04);
        });
        let text = handle.render();
        assert!(text.contains("# HELP gcc_relay_accepted_total"), "{text}");
        assert!(text.contains("gcc_relay_accepted_total 3"), "{text}");
        assert!(text.contains("gcc_relay_recorder_delay_seconds_bucket{le=\"0.05\"} 1"), "{text}");
    }

    #[test]
    fn a_gauge_that_nobody_sets_any_more_is_told_no_more_but_what_was_counted_stays() {
        let forgotten = Duration::from_millis(1);
        let recorder = builder(forgotten).expect("buckets").build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            metrics::gauge!(metric::DELIVERIES_READY, "channel" => "gcc").set(7.0);
            metrics::counter!(metric::ACCEPTED).increment(3);
        });
        assert!(handle.render().contains("gcc_relay_deliveries_ready{channel=\"gcc\"} 7"));
        let begun = std::time::Instant::now();
        while begun.elapsed() < forgotten * 2 {}
        let text = handle.render();
        assert!(!text.contains("gcc_relay_deliveries_ready{"), "{text}");
        assert!(text.contains("gcc_relay_accepted_total 3"), "{text}");
        metrics::with_local_recorder(&recorder, || {
            metrics::gauge!(metric::DELIVERIES_READY, "channel" => "gcc").set(8.0);
        });
        assert!(
            handle.render().contains("gcc_relay_deliveries_ready{channel=\"gcc\"} 8"),
            "set again, it is told again"
        );
    }
}
