//! How several bulletins stand in one part of the tree: for a list, in one question. The receipts of a single bulletin,
//! with all that is known of it, are `progress`.

use super::{Connection, Result};
use crate::domain::ids::BulletinId;

/// How one tier of one bulletin stands.
#[derive(Clone, Debug)]
pub struct TierStanding {
    /// Of which bulletin.
    pub bulletin: BulletinId,
    /// 1, 2 or 3.
    pub tier: i16,
    /// Groups that it goes to.
    pub groups: i64,
    /// LINE accepted it.
    pub accepted: i64,
    /// It was heard as somebody's forward.
    pub seen: i64,
    /// Somebody's turn to forward it.
    pub held: i64,
    /// Waiting for the group above.
    pub waiting: i64,
    /// In the queue, or being sent.
    pub under_way: i64,
    /// Given up, or out of reach.
    pub trouble: i64,
    /// Declined, withdrawn or expired.
    pub ended: i64,
    /// Groups in which somebody acknowledged.
    pub acknowledged: i64,
}

impl TierStanding {
    /// Groups in which it is: LINE accepted it, or it was seen there as somebody's forward.
    #[must_use]
    pub fn in_group(&self) -> i64 {
        self.accepted + self.seen
    }

    /// Groups of which something is still to come.
    #[must_use]
    pub fn open(&self) -> i64 {
        self.held + self.waiting + self.under_way
    }
}

/// How these bulletins stand at or below the groups `scope`, or in the whole tree.
pub async fn list_standings(
    db: &mut Connection,
    bulletins: &[BulletinId],
    scope: Option<&[i32]>,
) -> Result<Vec<TierStanding>> {
    let ids: Vec<_> = bulletins.iter().map(|id| id.0).collect();
    Ok(match scope {
        None => {
            sqlx::query_as!(
                TierStanding,
                r#"select b.id as "bulletin: BulletinId", tier, sum(p.groups)::bigint as "groups!",
                    sum(accepted)::bigint as "accepted!", sum(seen)::bigint as "seen!", sum(held)::bigint as "held!",
                    sum(waiting)::bigint as "waiting!", sum(ready)::bigint as "under_way!", sum(failed + unreachable)::bigint as "trouble!",
                    sum(declined + withdrawn + expired)::bigint as "ended!",
                    sum(acknowledged_groups)::bigint as "acknowledged!"
                from bulletins b join progress p on p.bulletin_no = b.no
                where b.id = any ($1) group by b.id, tier order by b.id, tier"#,
                &ids,
            )
            .fetch_all(db)
            .await?
        }
        Some(scope) => {
            sqlx::query_as!(
                TierStanding,
                r#"with mine as materialized (select id from groups where path && $2)
                select b.id as "bulletin: BulletinId", d.tier, count(*) as "groups!",
                    count(*) filter (where d.state = 'accepted') as "accepted!",
                    count(*) filter (where d.state = 'seen') as "seen!",
                    count(*) filter (where d.state = 'held') as "held!",
                    count(*) filter (where d.state = 'waiting') as "waiting!",
                    count(*) filter (where d.state = 'ready') as "under_way!",
                    count(*) filter (where d.state in ('failed', 'unreachable')) as "trouble!",
                    count(*) filter (where d.state in ('declined', 'withdrawn', 'expired')) as "ended!",
                    count(*) filter (where d.acknowledged > 0) as "acknowledged!"
                from bulletins b cross join mine join deliveries d on d.bulletin_no = b.no and d.group_id = mine.id
                where b.id = any ($1)
                group by b.id, d.tier order by b.id, d.tier"#,
                &ids,
                scope,
            )
            .fetch_all(db)
            .await?
        }
    })
}
