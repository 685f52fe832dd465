//! Stewards: whose turn it is at a held delivery. Names and telephone numbers are personal data: they are
//! read only for people who may act on them.
//!
//! The office-holder and one standing deputy come from the tree file and have no end set. Beside them a steward names
//! deputies for a while, each with the first and the last moment of the duty; an import leaves those alone.

use super::{Connection, Result};
use crate::domain::ids::{AccountId, GroupId};
use crate::domain::steward::Deputy;
use crate::domain::time::Timestamp;

/// Who forwards into a group now.
#[derive(Clone, Debug)]
pub struct Steward {
    /// The office title, such as ผู้ว่าราชการจังหวัดลำพูน.
    pub title: Option<String>,
    /// The person, where the file names one.
    pub name: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
    /// Whether this is the deputy.
    pub deputy: bool,
}

/// The steward and the standing deputy of a group, the steward first.
pub async fn list_stewards(db: &mut Connection, group: GroupId) -> Result<Vec<Steward>> {
    Ok(sqlx::query_as!(
        Steward,
        "select title, name, phone, deputy from stewards where group_id = $1 and valid_until is null order by deputy",
        group.0,
    )
    .fetch_all(db)
    .await?)
}

/// A deputy for a while.
#[derive(Clone, Debug)]
pub struct NamedDeputy {
    /// The number of the duty.
    pub id: i32,
    /// The person.
    pub name: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
    /// From when.
    pub valid_from: Timestamp,
    /// Until when.
    pub valid_until: Timestamp,
    /// The name with which it signs in, where it has an account.
    pub username: Option<String>,
}

impl NamedDeputy {
    /// Whether the duty is on now.
    #[must_use]
    pub fn is_on_duty(&self, now: Timestamp) -> bool {
        self.valid_from <= now && now < self.valid_until
    }
}

/// The deputies for a while whose time is now or to come, the earliest first.
pub async fn list_deputies(db: &mut Connection, group: GroupId, now: Timestamp) -> Result<Vec<NamedDeputy>> {
    Ok(sqlx::query_as!(
        NamedDeputy,
        r#"select s.id, name, title, phone, s.valid_from, s.valid_until as "valid_until!", a.username as "username?"
        from stewards s left join accounts a on a.id = s.account_id
        where s.group_id = $1 and s.deputy and s.valid_until > $2 order by s.valid_from, s.id"#,
        group.0,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?)
}

/// Names a deputy for a while, with the account made for it, if any; gives the number of the duty.
pub async fn insert_deputy(
    db: &mut Connection,
    group: GroupId,
    deputy: &Deputy,
    account: Option<AccountId>,
) -> Result<i32> {
    Ok(sqlx::query_scalar!(
        "insert into stewards (group_id, deputy, name, title, phone, valid_from, valid_until, account_id)
        values ($1, true, $2, $3, $4, $5, $6, $7) returning id",
        group.0,
        deputy.person().name(),
        deputy.person().title(),
        deputy.person().phone(),
        deputy.from() as Timestamp,
        deputy.until() as Timestamp,
        account.map(|id| id.0),
    )
    .fetch_one(db)
    .await?)
}

/// Ends the duty of a deputy for a while, and with it the account; gives whether there was one to end.
pub async fn end_deputy(db: &mut Connection, group: GroupId, id: i32, now: Timestamp) -> Result<bool> {
    let ended = sqlx::query!(
        "with ended as (
            update stewards set valid_from = least(valid_from, $3), valid_until = $3
            where id = $2 and group_id = $1 and deputy and valid_until > $3 returning account_id
        ), closed as (
            update accounts set disabled_at = $3 where id in (select account_id from ended) and disabled_at is null
        )
        select from ended",
        group.0,
        id,
        now as Timestamp,
    )
    .fetch_all(db)
    .await?;
    Ok(ended.len() == 1)
}
