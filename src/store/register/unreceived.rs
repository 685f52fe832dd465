//! Which bulletins an office has and has not entered into its register.

use crate::domain::ids::{BulletinId, OfficeId};
use crate::store::{Connection, Result};

/// Those of the bulletins that are published, go to a group of the office, and are not in its register, in no order.
pub async fn list_unreceived(
    db: &mut Connection,
    office: OfficeId,
    bulletins: &[BulletinId],
) -> Result<Vec<BulletinId>> {
    Ok(sqlx::query_scalar!(
        r#"select b.id as "id: BulletinId" from bulletins b
        where b.id = any($2) and b.published_at is not null
            and exists (select from groups g join deliveries d on d.group_id = g.id and d.bulletin_no = b.no where g.office_id = $1)
            and not exists (select from register_entries e where e.office_id = $1 and e.bulletin_id = b.id)"#,
        office.0,
        bulletins as &[BulletinId],
    )
    .fetch_all(db)
    .await?)
}
