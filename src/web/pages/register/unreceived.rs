//! Bulletins that an office has and has not entered into its register, and the way to enter one.

use super::HERE;
use crate::domain::account::Permission;
use crate::domain::bulletin::{Kind, Stage};
use crate::domain::ids::{BulletinId, OfficeId};
use crate::store::bulletins::{Bulletin, Filter, list_bulletins};
use crate::store::groups::list_ids_of_office;
use crate::store::register::unreceived as store;
use crate::store::{Connection, StoreError};
use crate::web::people::Visitor;
use crate::web::ui::format::moment;
use crate::web::words::Words;

/// Among so many of the newest bulletins it is looked for.
const LOOKED_AT: i64 = 30;

/// A bulletin that can be received.
pub(super) struct Unreceived {
    pub(super) id: BulletinId,
    pub(super) subject: String,
    pub(super) number: Option<String>,
    pub(super) published: String,
}

/// Of the newest bulletins those that are not in the office's register; tests, drills, lists and what was withdrawn are left out.
pub(super) async fn list_unreceived(
    db: &mut Connection,
    t: Words,
    office: OfficeId,
) -> Result<Vec<Unreceived>, StoreError> {
    let scope = Some(list_ids_of_office(db, office).await?);
    let mut bulletins = list_bulletins(db, &Filter { scope, ..Filter::default() }, LOOKED_AT).await?;
    bulletins.retain(is_letter);
    let ids: Vec<BulletinId> = bulletins.iter().map(|bulletin| bulletin.id).collect();
    let unreceived = store::list_unreceived(db, office, &ids).await?;
    bulletins.retain(|bulletin| unreceived.contains(&bulletin.id));
    let show = |bulletin: Bulletin| Unreceived {
        id: bulletin.id,
        published: bulletin.published_at.map(|at| moment(t, at)).unwrap_or_default(),
        subject: bulletin.subject,
        number: bulletin.document_number,
    };
    Ok(bulletins.into_iter().map(show).collect())
}

/// Whether it is something that registers hold.
fn is_letter(bulletin: &Bulletin) -> bool {
    let is_none = matches!(bulletin.kind, Kind::Test | Kind::Drill | Kind::Digest);
    !is_none && bulletin.stage != Stage::Withdrawn
}

/// Where the visitor enters the bulletin into the register of their office; none where they keep none, or it is in it.
pub(in crate::web::pages) async fn receive_path(
    db: &mut Connection,
    visitor: &Visitor,
    bulletin: BulletinId,
) -> Result<Option<String>, StoreError> {
    let Some(office) = visitor.caller.office.filter(|_| visitor.may(Permission::OfficeWork)) else { return Ok(None) };
    let is_open = !store::list_unreceived(db, office, &[bulletin]).await?.is_empty();
    Ok(is_open.then(|| format!("{HERE}/new?bulletin={bulletin}")))
}
