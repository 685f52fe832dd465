//! Bulletins that enter the registers of offices by themselves: as soon as they came into a group of the office, or were seen there.
//!
//! A round makes at most [`AT_ONCE`] entries in one transaction; the mark of what was looked at moves on with them only when nothing
//! was left over. So a round that dies is done again from where it began, and makes nothing twice.

use crate::domain::actor::Actor;
use crate::domain::ids::{OfficeId, RegisterEntryId};
use crate::domain::register::{RegisterYear, form_of, to_minute};
use crate::domain::time::Timestamp;
use crate::relay::engine::Engine;
use crate::store::register::by_itself::{DueEntry, NewEntries, insert_due, list_due, lock_mark, lock_years, move_mark};
use crate::store::{Connection, Result};

/// Entries made in one transaction.
const AT_ONCE: usize = 500;

/// Makes all entries that are due, a transaction at a time.
pub(super) async fn enter_due(engine: &Engine, now: Timestamp) -> Result<()> {
    let most = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
    loop {
        let mut tx = engine.db.begin().await?;
        let (mark, horizon) = lock_mark(&mut tx).await?;
        if horizon <= mark {
            return Ok(());
        }
        let due = list_due(&mut tx, mark, most).await?;
        let rest = due.len() == AT_ONCE;
        let made = if due.is_empty() { 0 } else { enter(&mut tx, due, now).await? };
        if !rest {
            move_mark(&mut tx, horizon).await?;
        }
        tx.commit().await?;
        if made > 0 {
            tracing::info!(entries = made, "bulletins entered the registers of offices");
        }
        // what could not be entered is in the next round
        if !rest || made == 0 {
            return Ok(());
        }
    }
}

async fn enter(db: &mut Connection, due: Vec<DueEntry>, now: Timestamp) -> Result<u64> {
    // a time that no register tells of is that of a clock gone wrong
    let year_of = |at| RegisterYear::of(at).ok();
    let mut years: Vec<(OfficeId, RegisterYear)> = Vec::new();
    for entry in &due {
        years.extend([entry.came_at, now].into_iter().filter_map(year_of).map(|year| (entry.office, year)));
    }
    let (offices, numbers): (Vec<i32>, Vec<i16>) =
        years.into_iter().map(|(office, year)| (office.0, year.number())).unzip();
    let closed = lock_years(db, &offices, &numbers).await?;
    let mut new = NewEntries::default();
    for entry in due {
        let came_in = year_of(entry.came_at).filter(|year| !closed.contains(&(entry.office, *year)));
        // what came in a year that is closed is received now
        let (year, at) = match (came_in, year_of(now)) {
            (Some(year), _) => (year, entry.came_at),
            (None, Some(year)) => (year, now),
            (None, None) => continue,
        };
        let form = form_of(&[Some(&entry.subject), entry.document_number.as_deref(), Some(&entry.sender), None, None]);
        new.push(RegisterEntryId::new(now), year, to_minute(at), form, entry);
    }
    insert_due(db, &new, &Actor::UPKEEP, now).await
}
