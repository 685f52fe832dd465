//! Reading the audit: a page of it, newest first, and the proof that its chain of seals is whole.
//!
//! Whoever changes or removes a sealed entry breaks the chain at its place; cutting its end off is noticed by whoever
//! has written the last seal down elsewhere, which is why the proof tells it.

use serde_json::Value;

use super::plans::plan_anew;
use super::{Connection, Result, Tx};
use crate::domain::actor::Actor;
use crate::domain::time::Timestamp;

/// An entry as it is read.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub act: String,
    /// To what.
    pub subject: String,
    /// With what.
    pub detail: Value,
    /// Its place in the chain of seals; none until it is sealed.
    pub sealed_no: Option<i64>,
}

/// What a page of the audit is narrowed by; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// By one of these.
    pub actors: Option<Vec<Actor>>,
    /// Of this act.
    pub act: Option<String>,
    /// To this.
    pub subject: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Older than the entry at this time with this number.
    pub before: Option<(Timestamp, i64)>,
}

/// A page of the audit, newest first.
pub async fn list_entries(tx: &mut Tx, filter: &Filter, limit: i64) -> Result<Vec<Entry>> {
    plan_anew(tx).await?;
    let actors: Option<Vec<String>> =
        filter.actors.as_ref().map(|actors| actors.iter().map(Actor::to_string).collect());
    Ok(sqlx::query_as!(
        Entry,
        r#"select id, at, actor, act, subject, detail, sealed_no from audit
        where ($1::text[] is null or actor = any ($1))
            and ($2::text is null or act = $2)
            and ($3::text is null or subject = $3)
            and ($4::timestamptz is null or at >= $4)
            and ($5::timestamptz is null or at < $5)
            and ($6::timestamptz is null or (at, id) < ($6, $7))
        order by at desc, id desc limit $8"#,
        actors.as_deref(),
        filter.act,
        filter.subject,
        filter.from as Option<Timestamp>,
        filter.until as Option<Timestamp>,
        filter.before.map(|(at, _)| at) as Option<Timestamp>,
        filter.before.map_or(0, |(_, id)| id),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Every act that the audit knows, in order: one step of the index for each, however many entries there are.
pub async fn list_acts(db: &mut Connection) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        r#"with recursive acts as (
            (select act from audit order by act limit 1)
            union all
            select (select a.act from audit a where a.act > acts.act order by a.act limit 1) from acts where acts.act is not null
        )
        select act as "act!" from acts where act is not null"#,
    )
    .fetch_all(db)
    .await?)
}

/// What a look at a stretch of the chain found.
#[derive(Clone, Debug)]
pub struct SealedRange {
    /// Entries looked at.
    pub entries: i64,
    /// The place of the last of them.
    pub last: Option<i64>,
    /// The first place at which the chain is broken.
    pub broken: Option<i64>,
    /// The last seal, in hex.
    pub seal: Option<String>,
    /// The place of the last entry that was dropped; 0 = none was.
    pub dropped: i64,
}

/// Makes up to `limit` seals again after the place `after` (0 = the beginning) and compares them.
///
/// Where old entries were dropped, the chain begins after the last of them, from the seal that the newest entry `audit_drop`
/// keeps: whatever else is missing, or is there still, breaks it.
pub async fn check_seals(db: &mut Connection, after: i64, limit: i64) -> Result<SealedRange> {
    Ok(sqlx::query_as!(
        SealedRange,
        r#"with dropped as (
            select (detail ->> 'last')::bigint as no, decode(detail ->> 'seal', 'hex') as seal
            from audit where act = 'audit_drop' order by id desc limit 1
        ), start as (
            -- at the beginning the seal before is the one that was kept, later that of the entry before
            select $1 <= kept.no as first, greatest($1, kept.no) as no, case when $1 <= kept.no then kept.seal else '' end as seal
            from (select no, seal from dropped union all select 0, '' order by no desc limit 1) as kept
        ), stretch as (
            select a.sealed_no, a.seal, audit_entry_bytes(a) as entry from audit a
            where sealed_no >= (select case when first then 0 else no end from start)
            order by sealed_no limit $2::bigint + 1
        ), checked as (
            select stretch.sealed_no, stretch.seal, stretch.sealed_no = coalesce(lag(stretch.sealed_no) over chain, start.no) + 1
                and stretch.seal = sha256(coalesce(lag(stretch.seal) over chain, start.seal) || stretch.entry) as good
            from stretch, start window chain as (order by stretch.sealed_no)
        )
        select count(*) as "entries!", max(sealed_no) as last, min(sealed_no) filter (where not good) as broken,
            (select encode(seal, 'hex') from checked order by sealed_no desc limit 1) as seal,
            coalesce((select no from dropped), 0) as "dropped!"
        from checked where sealed_no > (select case when first then 0 else no end from start)"#,
        after,
        limit,
    )
    .fetch_one(db)
    .await?)
}

/// How many entries wait to be sealed.
pub async fn count_unsealed(db: &mut Connection) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "n!" from audit where seal is null"#).fetch_one(db).await?)
}
