//! Statements that are narrowed by much or by little, as somebody wishes, and must be planned each time.
//!
//! Postgres keeps a plan for a prepared statement that comes often, made for no argument in particular. Of what may be left out
//! (`$1 is null or …`) such a plan cannot use an index: it walks through all of an audit for a rare actor, or of a chart for one office.

use super::{Result, Tx};

/// Has what follows in this transaction planned for its very arguments.
pub async fn plan_anew(tx: &mut Tx) -> Result<()> {
    sqlx::query!("select set_config('plan_cache_mode', 'force_custom_plan', true)").fetch_all(&mut **tx).await?;
    Ok(())
}
