//! What somebody above reports on behalf of an office that was reached in another way than over LINE: beside the delivery, whose
//! state and taps it never touches.

use super::locks::BulletinsLocked;
use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::ids::BulletinId;
use crate::domain::reported::ReportKind;
use crate::domain::time::Timestamp;

/// A report, as it is booked for several groups at once.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// What the offices said.
    pub what: ReportKind,
    /// In whose words.
    pub comment: Option<&'a str>,
    /// Who reports it.
    pub by: &'a Actor,
    /// When.
    pub at: Timestamp,
}

/// Books a report for the groups of which less was reported so far; gives their numbers.
pub async fn book_report(
    db: &mut Connection,
    _: &BulletinsLocked,
    bulletin: BulletinId,
    groups: &[i32],
    report: &Report<'_>,
) -> Result<Vec<i32>> {
    Ok(sqlx::query_scalar!(
        "update deliveries set reported = $3, reported_at = $4, reported_by = $5, reported_comment = $6,
            changed = (select change_mark())
        where bulletin_no = (select no from bulletins where id = $1) and group_id = any ($2)
            and (reported is null or reported < $3)
        returning group_id",
        bulletin.0,
        groups,
        report.what as ReportKind,
        report.at as Timestamp,
        report.by as &Actor,
        report.comment,
    )
    .fetch_all(db)
    .await?)
}

/// A group below an office, for which somebody there may report.
#[derive(Clone, Debug)]
pub struct GroupBelow {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What was reported so far.
    pub reported: Option<ReportKind>,
}

/// The groups below `own` to which a bulletin goes, but those of the same offices, in the order of the tree.
pub async fn list_groups_below(
    db: &mut Connection,
    bulletin: BulletinId,
    own: &[i32],
    limit: i64,
) -> Result<Vec<GroupBelow>> {
    Ok(sqlx::query_as!(
        GroupBelow,
        r#"select g.code, g.name, d.reported
        from groups g join deliveries d on d.bulletin_no = (select no from bulletins where id = $1) and d.group_id = g.id
        where g.path && $2 and g.office_id not in (select office_id from groups where id = any ($2))
        order by g.tier, g.code limit $3"#,
        bulletin.0,
        own,
        limit,
    )
    .fetch_all(db)
    .await?)
}
