//! The numbers that are looked up rather than counted: what waits on each channel, and which stand still.
//!
//! The leader's upkeep sets them each round; a lookup costs the same however much is waiting.

use crate::domain::outcome::ParkReason;
use crate::domain::time::Timestamp;
use crate::store::channels::list_channels;
use crate::store::{Connection, Result, queue};
use crate::telemetry::metric;

/// Looks the numbers up and sets them.
///
/// # Errors
/// When the database fails.
pub async fn measure(db: &mut Connection, now: Timestamp) -> Result<()> {
    let channels = list_channels(db).await?;
    for channel in &channels {
        let waiting = queue::find_waiting(db, channel.id).await?;
        let age = waiting.oldest.map_or(0.0, |oldest| now.since(oldest).as_secs_f64().max(0.0));
        metrics::gauge!(metric::READY, "channel" => channel.code.clone()).set(as_number(waiting.ready));
        metrics::gauge!(metric::OLDEST_READY, "channel" => channel.code.clone()).set(age);
        if let Some((limit, used)) = channel.quota_limit.zip(channel.quota_used) {
            metrics::gauge!(metric::QUOTA_LEFT, "channel" => channel.code.clone())
                .set(as_number((limit - used).max(0)));
        }
    }
    for (reason, word) in [
        (ParkReason::Operator, "operator"),
        (ParkReason::QuotaUsedUp, "quota_used_up"),
        (ParkReason::TokenRefused, "token_refused"),
    ] {
        let parked = channels.iter().filter(|channel| channel.parked_reason == Some(reason)).count();
        metrics::gauge!(metric::PARKED_CHANNELS, "reason" => word).set(as_number(i64::try_from(parked).unwrap_or(0)));
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a gauge; nobody counts beyond 2^52 deliveries")]
fn as_number(count: i64) -> f64 {
    count as f64
}
