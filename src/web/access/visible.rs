//! What a caller can see, looked up: what is not there and what is not theirs come to the same answer.

use super::Caller;
use crate::domain::ids::{BulletinId, GroupId};
use crate::store::Connection;
use crate::store::bulletins::{self, Bulletin};
use crate::store::groups::{self, Group};
use crate::store::offices::{Office, find_office, is_under};
use crate::web::problem::Problem;

/// The bulletin, if it goes to the caller's part of the tree or starts there.
pub async fn bulletin(db: &mut Connection, caller: &Caller, id: BulletinId) -> Result<Bulletin, Problem> {
    let filter = bulletins::Filter {
        id: Some(id),
        scope: caller.scope.to_filter(),
        drafts: caller.sees_drafts(),
        own_drafts: caller.sees_own_drafts(),
        ..bulletins::Filter::default()
    };
    bulletins::list_bulletins(db, &filter, 1).await?.pop().ok_or_else(|| Problem::absent("bulletin"))
}

/// The bulletin, if it starts in the caller's part of the tree, or at a steward's own groups: only then is it theirs to
/// publish or to take back.
pub async fn own_bulletin(db: &mut Connection, caller: &Caller, id: BulletinId) -> Result<Bulletin, Problem> {
    let bulletin = bulletin(db, caller, id).await?;
    match find_group(db, caller, &bulletin.origin).await? {
        Some(origin) if caller.originates_at(origin.office_id) => Ok(bulletin),
        _ => Err(Problem::absent("bulletin")),
    }
}

/// The group called `code`, if it is in the caller's part of the tree.
pub async fn group(db: &mut Connection, caller: &Caller, code: &str) -> Result<Group, Problem> {
    find_group(db, caller, code).await?.ok_or_else(|| Problem::absent("group"))
}

/// The office called `code`, if it has a group in the caller's part of the tree.
pub async fn office(db: &mut Connection, caller: &Caller, code: &str) -> Result<Office, Problem> {
    let office = find_office(db, code).await?.ok_or_else(|| Problem::absent("office"))?;
    if let Some(scope) = caller.scope.groups()
        && !is_under(db, office.id, scope).await?
    {
        return Err(Problem::absent("office"));
    }
    Ok(office)
}

/// The number of the group that an optional filter names.
pub async fn group_id(db: &mut Connection, caller: &Caller, code: Option<&str>) -> Result<Option<GroupId>, Problem> {
    match code {
        Some(code) => Ok(Some(group(db, caller, code).await?.id)),
        None => Ok(None),
    }
}

/// The group called `code`, if there is one and the caller sees it.
pub async fn find_group(db: &mut Connection, caller: &Caller, code: &str) -> Result<Option<Group>, Problem> {
    Ok(groups::find_group(db, code).await?.filter(|group| caller.scope.covers(&group.path)))
}
