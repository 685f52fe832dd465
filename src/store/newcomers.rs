//! What newcomers of a group are told: the bulletins that are still in force there, in one card for all who come within a while.

use super::{Connection, Result};
use crate::domain::bulletin::{Kind, Urgency};
use crate::domain::ids::GroupId;
use crate::domain::time::Timestamp;

/// A bulletin that is in force in a group.
#[derive(Clone, Debug)]
pub struct InForce {
    /// What it is.
    pub kind: Kind,
    /// How urgent.
    pub urgency: Urgency,
    /// The letter's number.
    pub document_number: Option<String>,
    /// The subject line.
    pub subject: String,
    /// The end of its public page's address.
    pub public_token: String,
}

/// The bulletins in force in a group, the newest first: published since `since`, neither withdrawn nor expired nor put right by a
/// correction, and accepted or seen in the group. Notices of withdrawals and tries are none, and a digest is what is in it.
pub async fn list_in_force(
    db: &mut Connection,
    group: GroupId,
    since: Timestamp,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<InForce>> {
    Ok(sqlx::query_as!(
        InForce,
        r#"select b.kind, b.urgency as "urgency: Urgency", b.document_number, b.subject, b.public_token
        from bulletins b join deliveries d on d.bulletin_no = b.no and d.group_id = $1
        where b.no = any (array(select no from bulletins where published_at >= $2 and stage = 'published' and expires_at > $3))
            and b.kind not in ('withdrawal', 'test', 'digest') and d.state in ('accepted', 'seen')
            and not exists (select from bulletins c where c.about = b.id and c.kind = 'correction' and c.stage = 'published')
        order by b.published_at desc, b.no desc limit $4"#,
        group.0,
        since as Timestamp,
        now as Timestamp,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// Takes the one card of a group, unless one was taken after `before`; gives whether it did.
pub async fn claim_newcomers_card(
    db: &mut Connection,
    group: GroupId,
    before: Timestamp,
    now: Timestamp,
) -> Result<bool> {
    let taken = sqlx::query!(
        "update groups set newcomers_at = $3 where id = $1 and (newcomers_at is null or newcomers_at <= $2)",
        group.0,
        before as Timestamp,
        now as Timestamp,
    )
    .execute(db)
    .await?;
    Ok(taken.rows_affected() > 0)
}
