//! Single groups: added, renamed, moved, retired and taken into use again, by a tree file of one row. So they are held to the rules of
//! the file and to the caller's part of the tree in the same place, and told with the same faults, of which the column is the field.
//!
//! The tier is not asked for: it follows from the group above. Deliveries under way go on by the tree with which they were published.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::refusal::Refusal;
use super::tree_files::{TreeRefusal, TreeResult, lay_over, must_manage};
use crate::domain::group::Tier;
use crate::domain::ids::Code;
use crate::domain::right::Right;
use crate::domain::thai::normal_form;
use crate::domain::time::Timestamp;
use crate::domain::tree_file::{Cell, ChangedGroup, Column, Place, Reason, RowError, TreeFileError, file_of};
use crate::store::groups::{Group, find_group};
use crate::store::tree::LockedTree;
use crate::store::{Connection, audit};

/// Columns that tell of people, which the audit outlives.
const PERSONAL: [Column; 4] = [Column::Steward, Column::StewardTitle, Column::StewardPhone, Column::Deputy];

/// What is changed of a group, cell by cell; what is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub struct GroupEdit(Vec<(Column, Cell)>);

impl GroupEdit {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts the cell as it was typed, also an empty one: what must be there is told by its column.
    pub fn put(&mut self, column: Column, text: &str) {
        self.0.push((column, Cell::Text(text.to_owned())));
    }

    /// Sets a value as it was typed; nothing but spaces leaves what is there.
    pub fn set(&mut self, column: Column, text: &str) {
        if !text.trim().is_empty() {
            self.put(column, text);
        }
    }

    /// Sets a value as it was typed; nothing but spaces clears it.
    pub fn set_or_clear(&mut self, column: Column, text: &str) {
        let cell = if text.trim().is_empty() { Cell::Cleared } else { Cell::Text(text.to_owned()) };
        self.0.push((column, cell));
    }

    /// What is set of a column.
    fn text(&self, column: Column) -> Option<&str> {
        self.0.iter().find_map(|(known, cell)| match cell {
            Cell::Text(text) if *known == column => Some(text.as_str()),
            _ => None,
        })
    }

    fn names(&self, column: Column) -> bool {
        self.0.iter().any(|(known, _)| *known == column)
    }

    /// There is one root, and no group becomes another by a single change.
    fn must_have_parent(&self) -> TreeResult<()> {
        let named = self.text(Column::Parent).is_some_and(|parent| !parent.trim().is_empty());
        if named { Ok(()) } else { Err(fault(Column::Parent, Reason::Empty)) }
    }

    /// The tier follows from the group above.
    fn set_tier(&mut self, tree: &LockedTree) {
        let tier = tier_under(tree, self.text(Column::Parent)).to_string();
        self.set(Column::Tier, &tier);
    }

    fn to_file(&self, code: &str) -> Vec<u8> {
        let columns: Vec<Column> = [Column::Code].into_iter().chain(self.0.iter().map(|(column, _)| *column)).collect();
        let code = Cell::Text(code.to_owned());
        file_of(&columns, &[[code].into_iter().chain(self.0.iter().map(|(_, cell)| cell.clone())).collect()])
    }
}

/// Adds a group called `code`. An office that is there already stays as it is.
///
/// # Errors
/// [`TreeRefusal::BadFile`] with every fault, by column.
pub async fn add(
    db: &mut Connection,
    code: &str,
    mut edit: GroupEdit,
    right: &Right,
    now: Timestamp,
) -> TreeResult<ChangedGroup> {
    must_manage(right)?;
    let tree = LockedTree::load(db).await?;
    let own = right.scope.groups().map(|scope| tree.codes_under(scope));
    let read = normal_form(code).trim().parse::<Code>().ok();
    let is_there = |code: &Code| own.as_ref().is_none_or(|own| own.contains(code)) && tree.tier_of(code).is_some();
    if let Some(code) = read.clone().filter(is_there) {
        return Err(fault(Column::Code, Reason::GroupExists(code)));
    }
    edit.must_have_parent()?;
    edit.set_tier(&tree);
    let laid = lay_over(db, &tree, &edit.to_file(code), None, right, now).await.map_err(without_tier)?;
    let stands = laid.diff.offices.changed.iter().flat_map(|office| {
        let columns = office.fields.iter().filter_map(|field| Column::from_name(field));
        columns.map(|column| row_error(column, Reason::OfficeStands(office.code.clone())))
    });
    let errors: Vec<RowError> = stands.collect();
    if !errors.is_empty() {
        return Err(TreeFileError { errors }.into());
    }
    // a code that cannot be read was told of as a fault
    let code = read.ok_or(TreeRefusal::NothingNew)?;
    note(db, &code, &laid.changes, right, now).await
}

/// Changes a group; gives nothing where it is so already. With `seen` it must still be what the caller has seen.
///
/// # Errors
/// [`Refusal::GroupAbsent`]; [`TreeRefusal::GroupChanged`]; [`TreeRefusal::BadFile`] with every fault, by column.
pub async fn change(
    db: &mut Connection,
    code: &str,
    mut edit: GroupEdit,
    seen: Option<&GroupVersion>,
    right: &Right,
    now: Timestamp,
) -> TreeResult<Option<ChangedGroup>> {
    must_manage(right)?;
    let tree = LockedTree::load(db).await?;
    let code = find_own(&tree, code, right)?;
    if let Some(seen) = seen {
        let group = find_group(db, code.as_str()).await?.ok_or_else(|| Refusal::GroupAbsent(code.to_string()))?;
        must_be(&group, seen)?;
    }
    if edit.names(Column::Parent) {
        edit.must_have_parent()?;
        edit.set_tier(&tree);
    }
    let laid = lay_over(db, &tree, &edit.to_file(code.as_str()), None, right, now).await;
    let changed = laid.map_err(without_tier)?.changes;
    if changed.is_empty() { Ok(None) } else { note(db, &code, &changed, right, now).await.map(Some) }
}

/// What a group is known by: once somebody changes what people set of it, it has another version. What is counted of its LINE group is no
/// part of it, as that changes by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupVersion(String);

impl GroupVersion {
    /// That of a group as it stands.
    #[must_use]
    pub fn of(group: &Group) -> Self {
        let told = json!([
            group.code,
            group.parent,
            group.name,
            group.office,
            group.office_name,
            group.office_kind,
            group.province,
            group.channel,
            group.head_count,
            group.forwarding,
            group.forward_within,
            group.way,
            group.push_after,
            group.retired,
        ]);
        let hash = Sha256::digest(told.to_string());
        Self(hex::encode(&hash[..16]))
    }

    /// What a form or a request gave back; any text, as a wrong one is the version of no group.
    #[must_use]
    pub fn sent(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a group, which the caller has locked, is still what somebody has seen.
///
/// # Errors
/// [`TreeRefusal::GroupChanged`].
pub fn must_be(group: &Group, seen: &GroupVersion) -> TreeResult<()> {
    if GroupVersion::of(group) == *seen { Ok(()) } else { Err(TreeRefusal::GroupChanged) }
}

/// What came of a wish to retire a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retirement {
    /// So many groups were retired with it, itself counted.
    Done(usize),
    /// Another number of groups in use is below it than was seen; nothing was retired.
    OtherBelow,
}

/// Retires a group with all that are in use below it, which are to be as many as were seen.
///
/// # Errors
/// As [`change`].
pub async fn retire(
    db: &mut Connection,
    code: &str,
    seen: usize,
    right: &Right,
    now: Timestamp,
) -> TreeResult<Retirement> {
    must_manage(right)?;
    let tree = LockedTree::load(db).await?;
    let code = find_own(&tree, code, right)?;
    let below = tree.list_in_use_below(&code);
    if below.len() != seen {
        return Ok(Retirement::OtherBelow);
    }
    let codes: Vec<Code> = [code.clone()].into_iter().chain(below).collect();
    let row = |code: &Code| vec![Cell::Text(code.to_string()), Cell::Text("true".to_owned())];
    let file = file_of(&[Column::Code, Column::Retired], &codes.iter().map(row).collect::<Vec<_>>());
    let changed = lay_over(db, &tree, &file, None, right, now).await?.changes;
    if !changed.is_empty() {
        note(db, &code, &changed, right, now).await?;
    }
    Ok(Retirement::Done(changed.len()))
}

/// The group called `code` in the caller's part of the tree.
fn find_own(tree: &LockedTree, code: &str, right: &Right) -> Result<Code, Refusal> {
    let absent = || Refusal::GroupAbsent(code.chars().take(64).collect());
    let found: Code = normal_form(code).trim().parse().map_err(|_| absent())?;
    let own = right.scope.groups().is_none_or(|scope| tree.codes_under(scope).contains(&found));
    if own && tree.tier_of(&found).is_some() { Ok(found) } else { Err(absent()) }
}

/// The tier below the group called `parent`; where there is none, that is what is told, and not the tier.
fn tier_under(tree: &LockedTree, parent: Option<&str>) -> i16 {
    let above =
        parent.and_then(|code| normal_form(code).trim().parse::<Code>().ok()).and_then(|code| tree.tier_of(&code));
    above.map_or(Tier::Gcc3, |above| Tier::below(Some(above))).number()
}

/// Nobody typed a tier, so that its fault is told only where it is the only one.
fn without_tier(refusal: TreeRefusal) -> TreeRefusal {
    let TreeRefusal::BadFile(TreeFileError { mut errors }) = refusal else { return refusal };
    let is_tier = |error: &RowError| error.place.as_ref().is_some_and(|place| place.name == Column::Tier.name());
    if !errors.iter().all(is_tier) {
        errors.retain(|error| !is_tier(error));
    }
    TreeFileError { errors }.into()
}

fn fault(column: Column, reason: Reason) -> TreeRefusal {
    TreeFileError { errors: vec![row_error(column, reason)] }.into()
}

fn row_error(column: Column, reason: Reason) -> RowError {
    let place = Place { name: column.name().into(), number: 1 };
    RowError { line: 2, place: Some(place), reason, found: None }
}

/// Writes down what was changed, under the act that people call it by; gives the group that was meant. Others may have changed with it:
/// those of the same office, or those below.
async fn note(
    db: &mut Connection,
    code: &Code,
    changed: &[ChangedGroup],
    right: &Right,
    now: Timestamp,
) -> TreeResult<ChangedGroup> {
    // a new group is different from none in its code at least
    let meant = changed.iter().find(|group| group.code == *code).cloned().ok_or(TreeRefusal::NothingNew)?;
    let cell = |column: Column| meant.cells.iter().find(|cell| cell.column == column.name());
    let retired = cell(Column::Retired).map(|cell| cell.after == "true");
    let (act, groups) = match retired {
        _ if meant.is_new => ("add_group", None),
        Some(true) => ("retire_group", Some(changed.len())),
        Some(false) => ("reinstate_group", None),
        None if cell(Column::Parent).is_some() => ("move_group", None),
        None => ("change_group", None),
    };
    let mut detail: Map<String, Value> =
        groups.map(|groups| ("groups".to_owned(), json!(groups))).into_iter().collect();
    detail.extend(meant.cells.iter().filter(|cell| !meant.is_new || !cell.after.is_empty()).map(|cell| {
        let personal = PERSONAL.iter().any(|column| column.name() == cell.column);
        let told = match cell.before.as_str() {
            _ if personal => json!(true),
            _ if meant.is_new => json!(cell.after),
            before => json!(format!("{before} → {}", cell.after)),
        };
        (cell.column.clone(), told)
    }));
    let group = find_group(db, code.as_str()).await?.ok_or_else(|| Refusal::GroupAbsent(code.to_string()))?;
    let subject = format!("group:{}", group.id);
    audit::insert_entry(db, now, &right.actor, act, &subject, &Value::Object(detail)).await?;
    Ok(meant)
}
