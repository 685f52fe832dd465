//! What bulletins ask of the visitor's own office, beside what is to be forwarded.

use std::collections::HashMap;

use crate::domain::ids::BulletinId;
use crate::domain::request::RequestKind;
use crate::domain::time::Timestamp;
use crate::store::requests::{Filter, OfficeRequest, list_requests, list_to_do};
use crate::store::{Connection, StoreError};
use crate::web::pages::requests::{last_day, standing};
use crate::web::people::Visitor;
use crate::web::ui::label::{Badge, Label as _};
use crate::web::words::Words;

/// Requests of one office that are looked at.
const MOST: i64 = 200;

/// One of them.
pub(super) struct Task {
    pub(super) kind: RequestKind,
    pub(super) text: String,
    pub(super) due: String,
    pub(super) standing: Badge,
}

/// What the office has to do.
#[derive(Default)]
pub(super) struct ToDo {
    /// How much it is, where it is something.
    pub(super) open: Option<String>,
    /// How much of it is overdue, where something is.
    pub(super) overdue: Option<String>,
    /// Each in a line, by its bulletin.
    pub(super) lines: HashMap<BulletinId, Vec<String>>,
}

/// What the visitor's office has not answered.
pub(super) async fn list_open(db: &mut Connection, visitor: &Visitor, now: Timestamp) -> Result<ToDo, StoreError> {
    let (t, mut found) = (visitor.words, ToDo::default());
    let Some(office) = visitor.caller.office else { return Ok(found) };
    let open = list_to_do(db, office, MOST).await?;
    let overdue = open.iter().filter(|row| row.is_overdue(now)).count();
    let count = |n: usize, key: &str| (n > 0).then(|| t.count(key, i64::try_from(n).unwrap_or(MOST)));
    found.open = count(open.len(), "requests-waiting");
    found.overdue = count(overdue, "requests-waiting-overdue");
    for row in open {
        found.lines.entry(row.bulletin).or_default().push(format!("{} {}", row.kind.word(t), say_due(t, &row)));
    }
    Ok(found)
}

/// What a bulletin asks of the visitor's office, answered or not.
pub(super) async fn list_of_bulletin(
    db: &mut Connection,
    visitor: &Visitor,
    bulletin: BulletinId,
    now: Timestamp,
) -> Result<Vec<Task>, StoreError> {
    let t = visitor.words;
    if visitor.caller.office.is_none() {
        return Ok(Vec::new());
    }
    let filter = Filter { office: visitor.caller.office, bulletin: Some(bulletin), ..Filter::default() };
    let rows = list_requests(db, &filter, now, MOST).await?;
    let task = |row: OfficeRequest| Task {
        due: say_due(t, &row),
        standing: standing(&row, t, Some(now)),
        kind: row.kind,
        text: row.text,
    };
    Ok(rows.into_iter().map(task).collect())
}

fn say_due(t: Words, row: &OfficeRequest) -> String {
    match row.due_at {
        Some(_) => t.say_with("requests-due-by", &[("day", &last_day(t, row.due_at))]),
        None => t.say("requests-due-none"),
    }
}
