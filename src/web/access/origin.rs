//! Where a draft starts of which nobody says so.

use super::Caller;
use crate::domain::ids::GroupId;
use crate::store::Connection;
use crate::store::groups::{self, find_root};
use crate::web::problem::Problem;

/// The root, or the top group of the caller's office.
///
/// # Errors
/// 409 where there is no tree yet.
pub async fn default_origin(db: &mut Connection, caller: &Caller) -> Result<GroupId, Problem> {
    let no_tree = || Problem::conflict("no-tree", "No tree of groups has been imported yet.");
    let Some(office) = &caller.office_code else { return find_root(db).await?.ok_or_else(no_tree) };
    let filter = groups::Filter { office: Some(office.clone()), ..groups::Filter::default() };
    let own = groups::list_groups(db, &filter, 500).await?;
    let top = own.into_iter().filter(|group| !group.retired).min_by_key(|group| group.path.len());
    top.map(|group| group.id).ok_or_else(no_tree)
}
