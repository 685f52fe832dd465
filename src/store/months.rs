//! Months: the partitions in which deliveries, attempts and taps lie by when their bulletin was published.

use sqlx::Executor as _;

use super::{Connection, Result};
use crate::domain::time::Timestamp;

/// What lies in partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonthlyTable {
    /// Taps of the acknowledge button.
    Taps,
    /// Calls to LINE that did not simply succeed.
    Attempts,
    /// Members' messages that bore a bulletin's code.
    HeardMessages,
    /// The cards that answered them.
    HeardCards,
    /// The deliveries themselves.
    Receipts,
}

impl MonthlyTable {
    /// How the settings call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Taps => "taps",
            Self::Attempts => "attempts",
            Self::HeardMessages => "heard_messages",
            Self::HeardCards => "heard_cards",
            Self::Receipts => "receipts",
        }
    }

    const fn table(self) -> &'static str {
        match self {
            Self::Taps => "acknowledgements",
            Self::Attempts => "attempts",
            Self::HeardMessages => "heard_messages",
            Self::HeardCards => "heard_cards",
            Self::Receipts => "deliveries",
        }
    }
}

/// One partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    /// Of what.
    pub kept: MonthlyTable,
    /// Which, counted from January 1970 in Thailand.
    pub number: i32,
    /// Whether it was rewritten without room for changes (`close_month`).
    pub dense: bool,
}

impl Month {
    /// Year and month of the common era.
    #[must_use]
    pub fn name(self) -> String {
        format!("{:04}-{:02}", 1970 + self.number.div_euclid(12), 1 + self.number.rem_euclid(12))
    }

    fn table(self) -> String {
        format!("{}_{}", self.kept.table(), self.number)
    }
}

/// The month in which something is published at this time.
pub async fn month_at(db: &mut Connection, at: Timestamp) -> Result<i32> {
    Ok(sqlx::query_scalar!(r#"select bulletin_month($1) as "month!""#, at as Timestamp).fetch_one(db).await?)
}

/// Makes the partitions of a month where they are missing.
pub async fn open_month(db: &mut Connection, month: i32) -> Result<()> {
    sqlx::query!("select open_month($1)", month).fetch_all(db).await?;
    Ok(())
}

/// All partitions there are, the oldest first.
pub async fn list_months(db: &mut Connection) -> Result<Vec<Month>> {
    let rows = sqlx::query!(
        r#"select p.relname as "table!", substring(c.relname from '_(\d+)$')::int as "number!",
            coalesce(c.reloptions @> '{fillfactor=100}', false) as "dense!"
        from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
        where p.relname in ('acknowledgements', 'attempts', 'heard_messages', 'heard_cards', 'deliveries') and p.relnamespace = 'public'::regnamespace
            and c.relkind = 'r'
        order by 2, 1"#,
    )
    .fetch_all(db)
    .await?;
    let kept = |table: &str| match table {
        "acknowledgements" => MonthlyTable::Taps,
        "attempts" => MonthlyTable::Attempts,
        "heard_messages" => MonthlyTable::HeardMessages,
        "heard_cards" => MonthlyTable::HeardCards,
        _ => MonthlyTable::Receipts,
    };
    Ok(rows.into_iter().map(|row| Month { kept: kept(&row.table), number: row.number, dense: row.dense }).collect())
}

/// How long the change of a month may wait for others: what comes after it in the queue for the table waits as long.
const PATIENCE: &str = "set local lock_timeout = '1s'";

/// Drops a partition and all that is in it.
///
/// # Errors
/// When the database fails, or somebody holds the table for long.
pub async fn drop_month(db: &mut Connection, month: Month) -> Result<()> {
    db.execute(PATIENCE).await?;
    let drop = format!("drop table {}", month.table());
    db.execute(sqlx::AssertSqlSafe(drop)).await?;
    Ok(())
}

/// Rewrites the deliveries of a month dense in which hardly anything moves any more (`close_month`). Takes long: the
/// transaction must be one that may ([`begin_long`](super::Db::begin_long)).
///
/// # Errors
/// When the database fails, or somebody holds the table for long.
pub async fn close_month(db: &mut Connection, month: Month) -> Result<()> {
    db.execute(PATIENCE).await?;
    sqlx::query!("select close_month($1)", month.number).fetch_all(db).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_called_by_its_year_and_number() {
        let month = |number| Month { kept: MonthlyTable::Taps, number, dense: false }.name();
        assert_eq!((month(0), month(682)), ("1970-01".to_owned(), "2026-11".to_owned()));
    }
}
