//! The chain of endorsements under an entry of a register.

use super::{Connection, RegisterEntryId, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::register::EndorsementKind;

/// The most endorsements under one entry.
pub const MOST: i16 = 100;

/// An endorsement to be added.
#[derive(Clone, Debug)]
pub struct NewEndorsement<'a> {
    /// What it says.
    pub kind: EndorsementKind,
    /// Who endorsed, as it was typed.
    pub author: &'a str,
    /// Their unit.
    pub unit: Option<&'a str>,
    /// Who is to act.
    pub assignee: Option<&'a str>,
    /// In the author's words; of what is done, how.
    pub said: Option<&'a str>,
    /// When it was endorsed, to the minute.
    pub at: Timestamp,
    /// When that is entered.
    pub recorded_at: Timestamp,
    /// By whom.
    pub recorded_by: &'a Actor,
}

/// An endorsement as it is stored.
#[derive(Clone, Debug)]
pub struct Endorsement {
    /// Its place in the chain, from 1.
    pub position: i16,
    /// What it says.
    pub kind: EndorsementKind,
    /// Who endorsed.
    pub author: String,
    /// Their unit.
    pub unit: Option<String>,
    /// Who is to act.
    pub assignee: Option<String>,
    /// In the author's words.
    pub said: Option<String>,
    /// When it was endorsed.
    pub endorsed_at: Timestamp,
    /// When that was entered.
    pub recorded_at: Timestamp,
    /// By whom.
    pub recorded_by: Actor,
}

/// Holds the chain of an entry until the transaction ends, so that it grows by one at a time; gives how long it is.
pub async fn lock_chain(db: &mut Connection, entry: RegisterEntryId) -> Result<i16> {
    sqlx::query!("select 1 as one from register_entries where id = $1 for update", entry.0).fetch_all(&mut *db).await?;
    Ok(sqlx::query_scalar!(
        r#"select coalesce(max(position), 0::smallint) as "length!" from register_endorsements where entry_id = $1"#,
        entry.0,
    )
    .fetch_one(db)
    .await?)
}

/// Adds an endorsement at the end of a chain that is locked, and to what its entry is found by.
pub async fn insert_endorsement(
    db: &mut Connection,
    entry: RegisterEntryId,
    position: i16,
    new: &NewEndorsement<'_>,
    search_form: &str,
) -> Result<()> {
    sqlx::query!(
        "insert into register_endorsements (entry_id, position, kind, author, unit, assignee, said, endorsed_at, recorded_at, recorded_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        entry.0,
        position,
        new.kind as EndorsementKind,
        new.author,
        new.unit,
        new.assignee,
        new.said,
        new.at as Timestamp,
        new.recorded_at as Timestamp,
        new.recorded_by as &Actor,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update register_entries set search_form = search_form || '|' || $2 where id = $1",
        entry.0,
        search_form
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The chain of an entry, in order.
pub async fn list_endorsements(db: &mut Connection, entry: RegisterEntryId) -> Result<Vec<Endorsement>> {
    Ok(sqlx::query_as!(
        Endorsement,
        r#"select position, kind as "kind: EndorsementKind", author, unit, assignee, said, endorsed_at, recorded_at, recorded_by
        from register_endorsements where entry_id = $1 order by position"#,
        entry.0,
    )
    .fetch_all(db)
    .await?)
}
