//! Keeps the demo's data out of a real service, in `serve` and `doctor`.

use anyhow::bail;

use super::AppContext;
use crate::store::demo_data::find_demo_data;

/// Says what the database holds, for `doctor`.
///
/// # Errors
/// It holds the demo's data, and the settings do not say that it may be served.
pub(super) async fn refuse_demo_data(context: &AppContext) -> anyhow::Result<&'static str> {
    let made_at = find_demo_data(&mut *context.db.acquire().await?).await?;
    match made_at {
        None => Ok("the database is not a demo's"),
        Some(_) if context.config.demo.serve_data => Ok("the database is a demo's, and may be served"),
        Some(made_at) => bail!(
            "the database holds the demo's data since {made_at}, among them accounts whose password may be public: name \
             another one with database.url or database.data_dir; to serve this one nevertheless, set demo.serve_data"
        ),
    }
}
