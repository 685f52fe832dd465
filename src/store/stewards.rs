//! Stewards: whose turn it is at a held delivery. Names and telephone numbers are personal data: they are
//! read only for people who may act on them.

use super::{Connection, Result};
use crate::domain::ids::GroupId;

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

/// The steward and the deputy of a group, the steward first.
///
/// # Errors
/// When the database fails.
pub async fn list_stewards(db: &mut Connection, group: GroupId) -> Result<Vec<Steward>> {
    Ok(sqlx::query_as!(
        Steward,
        "select title, name, phone, deputy from stewards where group_id = $1 and valid_until is null order by deputy",
        group.0,
    )
    .fetch_all(db)
    .await?)
}
