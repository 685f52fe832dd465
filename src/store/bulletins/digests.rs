//! Digests: which scheduled bulletins go out together, and which digest carries a bulletin.

use crate::domain::bulletin::Stage;
use crate::domain::ids::BulletinId;
use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

/// Bulletins whose digest is due, in the order in which they were set down for it; those that start at the same group, go to the same
/// ones and are let into them in the same way stand together.
pub async fn list_due_digests(db: &mut Connection, now: Timestamp) -> Result<Vec<Vec<BulletinId>>> {
    Ok(sqlx::query_scalar!(
        r#"select array_agg(id order by updated_at, id) as "ids!: Vec<BulletinId>" from bulletins
        where stage = 'scheduled' and with_digest and scheduled_for <= $1
        group by origin_id, audience, forwarding, way order by min(scheduled_for), min(id::text)"#,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// Notes which digest carries a bulletin that is about to be published.
pub async fn mark_carried(db: &mut Connection, id: BulletinId, digest: BulletinId) -> Result<()> {
    sqlx::query!("update bulletins set digest_id = $2 where id = $1", id.0, digest.0).execute(db).await?;
    Ok(())
}

/// A bulletin in a digest.
#[derive(Clone, Debug)]
pub struct Carried {
    /// Its id.
    pub id: BulletinId,
    /// Where it stands.
    pub stage: Stage,
    /// The subject line.
    pub subject: String,
    /// The letter's number as given.
    pub document_number: Option<String>,
    /// The end of its public address.
    pub public_token: String,
}

/// What a digest carries, in its order.
pub async fn list_carried(db: &mut Connection, digest: BulletinId) -> Result<Vec<Carried>> {
    Ok(sqlx::query_as!(
        Carried,
        r#"select id as "id: BulletinId", stage, subject, document_number, public_token
        from bulletins where digest_id = $1 order by no"#,
        digest.0,
    )
    .fetch_all(db)
    .await?)
}
