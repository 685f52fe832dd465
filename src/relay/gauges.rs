//! Gauges that are read from the database: what waits on each channel, and which channels do not send.
//!
//! The leader's upkeep sets them every few seconds, by one question for all channels. What a dispatcher has under
//! way it says itself.

use crate::domain::group_alert::GroupAlertKind;
use crate::domain::outcome::ParkReason;
use crate::domain::time::Timestamp;
use crate::store::channels::list_channels;
use crate::store::establishment::mails;
use crate::store::{Connection, Result, group_alerts, line_files, queue_counts, webhook_failures};
use crate::telemetry::metric;

/// Why channels stand still, and how the label `reason` says so.
const REASONS: [(ParkReason, &str); 4] = [
    (ParkReason::Operator, "operator"),
    (ParkReason::QuotaUsedUp, "quota_used_up"),
    (ParkReason::TokenRefused, "token_refused"),
    (ParkReason::Restored, "restored"),
];

/// Says what the last recount came to.
pub fn set_drift(wrong: i64) {
    metrics::gauge!(metric::PROGRESS_DRIFT).set(as_number(wrong));
}

/// Looks the numbers up and sets them.
pub async fn measure(db: &mut Connection, now: Timestamp) -> Result<()> {
    let channels = list_channels(db).await?;
    let waiting = queue_counts::list_waiting(db).await?;
    for channel in &channels {
        let Some(waiting) = waiting.iter().find(|waiting| waiting.channel == channel.id) else { continue };
        let oldest = waiting.oldest.into_iter().chain(waiting.due).min();
        let age = oldest.map_or(0.0, |oldest| now.since(oldest).as_secs_f64().max(0.0));
        metrics::gauge!(metric::DELIVERIES_READY, "channel" => channel.code.clone()).set(as_number(waiting.ready));
        metrics::gauge!(metric::OLDEST_READY, "channel" => channel.code.clone()).set(age);
        if let Some((limit, used)) = channel.quota_limit.zip(channel.quota_used) {
            metrics::gauge!(metric::QUOTA_LEFT, "channel" => channel.code.clone())
                .set(as_number((limit - used).max(0)));
        }
    }
    metrics::gauge!(metric::MAILS_QUEUED).set(as_number(mails::count_open(db).await?));
    let files = line_files::count_waiting(db).await?;
    let age = files.oldest.map_or(0.0, |oldest| now.since(oldest).as_secs_f64().max(0.0));
    metrics::gauge!(metric::LINE_FILES_WAITING).set(as_number(files.files));
    metrics::gauge!(metric::LINE_FILES_OLDEST).set(age);
    metrics::gauge!(metric::WEBHOOK_SET_ASIDE).set(as_number(webhook_failures::count_failures(db).await?));
    let alerts = group_alerts::count_alerts(db, None).await?;
    for kind in GroupAlertKind::ALL {
        let open = alerts.iter().find(|(of, _)| *of == kind).map_or(0, |(_, n)| *n);
        metrics::gauge!(metric::GROUP_ALERTS, "kind" => kind.as_str()).set(as_number(open));
    }
    let standing = queue_counts::list_standing(db).await?;
    for (reason, word) in REASONS {
        let parked = channels.iter().filter(|channel| channel.parked_reason == Some(reason)).count();
        metrics::gauge!(metric::PARKED_CHANNELS, "reason" => word).set(as_number(i64::try_from(parked).unwrap_or(0)));
    }
    for reason in REASONS.map(|(reason, word)| (Some(reason), word)).into_iter().chain([(None, "bulletin_paused")]) {
        let ready = standing.iter().find(|standing| standing.reason == reason.0).map_or(0, |standing| standing.ready);
        metrics::gauge!(metric::PARKED_DELIVERIES, "reason" => reason.1).set(as_number(ready));
    }
    Ok(())
}

/// The calls that one dispatcher has under way; none, once it is gone.
#[derive(Debug, Default)]
pub struct UnderWay {
    channel: String,
    gauge: Option<metrics::Gauge>,
}

impl UnderWay {
    /// The channel is called so; to be said now and then, as a number is forgotten that is not.
    pub fn name(&mut self, channel: &str) {
        channel.clone_into(&mut self.channel);
        self.gauge = Some(metrics::gauge!(metric::IN_FLIGHT, "channel" => self.channel.clone()));
    }

    /// So many are under way now.
    pub fn set(&self, calls: usize) {
        if let Some(gauge) = &self.gauge {
            gauge.set(f64::from(u32::try_from(calls).unwrap_or(u32::MAX)));
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge; nobody counts beyond 2^52 deliveries")]
fn as_number(count: i64) -> f64 {
    count as f64
}
