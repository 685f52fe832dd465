//! Statements that are narrowed by much or by little, as somebody wishes, and must be planned each time.
//!
//! Postgres keeps a plan for a statement that comes often, made for no argument in particular. Of what may be left out (`$1 is null or …`) such a plan
//! cannot use an index: it walks through all of an audit for a rare actor, or of a chart for one office.

use sqlx::{Connection as _, Postgres, Transaction};

use super::{Connection, Result};

/// A transaction, or a part of the one under way, whose statements are planned for their very arguments.
pub async fn begin_planned(db: &mut Connection) -> Result<Transaction<'_, Postgres>> {
    let mut tx = db.begin().await?;
    sqlx::query!("select set_config('plan_cache_mode', 'force_custom_plan', true)").fetch_all(&mut *tx).await?;
    Ok(tx)
}
