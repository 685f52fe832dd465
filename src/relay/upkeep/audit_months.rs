//! Old entries of the audit: dropped by the month, like what belongs to a bulletin, and in batches.

use crate::domain::actor::Actor;
use crate::domain::thai::{from_bangkok, to_bangkok};
use crate::domain::time::Timestamp;
use crate::relay::engine::Engine;
use crate::store::Result;
use crate::store::audit_dropping::drop_entries;

/// Entries dropped in one transaction, each of which leaves an entry of its own.
const ENTRIES: i64 = 10_000;
/// Transactions in one round: what is left waits for the next one.
const BATCHES: usize = 10;

/// Drops the months of the audit that are older than the settings keep.
pub(super) async fn keep(engine: &Engine, now: Timestamp) -> Result<()> {
    let before = month_of(now - engine.settings.retention.audit);
    for _ in 0..BATCHES {
        let mut tx = engine.db.begin().await?;
        let dropped = drop_entries(&mut tx, &Actor::UPKEEP, before, ENTRIES, now).await?;
        tx.commit().await?;
        if dropped < ENTRIES {
            break;
        }
    }
    Ok(())
}

/// When the month of `at` began in Thailand.
fn month_of(at: Timestamp) -> Timestamp {
    let first = to_bangkok(at).date().first_of_month();
    from_bangkok(first.to_datetime(jiff::civil::Time::midnight())).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_at_midnight_in_thailand() {
        let at = |text: &str| Timestamp::from(text.parse::<jiff::Timestamp>().expect("a time"));
        assert_eq!(month_of(at("2018-03-31T16:59:59Z")), at("2018-02-28T17:00:00Z"));
        assert_eq!(month_of(at("2018-03-31T17:00:00Z")), at("2018-03-31T17:00:00Z"));
    }
}
