//! The mark that everything in a database is made up by the demo.
//!
//! The mark is a row and no list of names, so that a renamed account, or an API key, of a demo does not get past it.

use super::{Connection, Result};
use crate::domain::time::Timestamp;

/// Since when the database has been a demo's; nothing where it is not.
pub async fn find_demo_data(db: &mut Connection) -> Result<Option<Timestamp>> {
    Ok(sqlx::query_scalar!(r#"select made_at as "made_at: Timestamp" from demo_data"#).fetch_optional(db).await?)
}

/// Marks the database as a demo's, unless it holds accounts, keys or channels of somebody else. Says whether it is
/// marked now.
#[cfg(feature = "demo")]
pub async fn mark_demo_data(db: &mut Connection, now: Timestamp) -> Result<bool> {
    sqlx::query!(
        "insert into demo_data (made_at)
        select $1::timestamptz where not exists (select from accounts) and not exists (select from api_keys)
            and not exists (select from channels)
        on conflict do nothing",
        now as Timestamp,
    )
    .execute(&mut *db)
    .await?;
    Ok(find_demo_data(db).await?.is_some())
}
