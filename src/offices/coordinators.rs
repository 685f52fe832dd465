//! Naming coordinators, ending their appointments, and looking at how to reach them.
//!
//! Names and positions are for everybody who sees the office. How to reach the person is for the own chain: the office itself, those
//! above it and operations. Each look at it, and each file with it, is an entry of the audit; the audit itself names only the appointment,
//! as it outlives the person's data. Whoever names a coordinator has done what bulletins asked of the office in this.

use secrecy::ExposeSecret as _;
use serde_json::json;

use super::{OfficeRefusal, Result, must_work_for};
use crate::domain::account::Permission;
use crate::domain::coordinator::{
    Contacts, CoordinatorColumn, CoordinatorSource, FileFault, FileReason, FileRow, Person,
};
use crate::domain::ids::{CoordinatorId, OfficeId};
use crate::domain::request::RequestKind;
use crate::domain::right::Right;
use crate::domain::sealed::SealingKeys;
use crate::domain::search::compare_form;
use crate::domain::time::Timestamp;
use crate::store::coordinators::appointing::{self, Making, NewCoordinator};
use crate::store::coordinators::contacts::{find_contacts, list_contacts};
use crate::store::coordinators::{self as rows, Coordinator, Filter};
use crate::store::offices::{Office, list_called};
use crate::store::requests::answering::answer_kind;
use crate::store::{Connection, audit};

/// The most appointments in one file.
pub const MOST_EXPORTED: i64 = 20_000;

/// Whom an office names.
#[derive(Clone, Debug)]
pub struct Naming {
    /// The office.
    pub office: OfficeId,
    /// Whether it is the deputy.
    pub deputy: bool,
    /// Who.
    pub person: Person,
    /// How to reach them.
    pub contacts: Contacts,
    /// From when.
    pub from: Timestamp,
    /// How the reply came in.
    pub source: CoordinatorSource,
}

/// An appointment with how to reach the person; that is none once it is erased.
#[derive(Clone, Debug)]
pub struct Reachable {
    /// The appointment.
    pub coordinator: Coordinator,
    /// How to reach them.
    pub contacts: Option<Contacts>,
}

/// Names an office's coordinator or deputy; whoever was it before ends when this one begins.
///
/// # Errors
/// [`OfficeRefusal::OfficeAbsent`]; [`OfficeRefusal::NotLater`] where somebody was appointed at this moment or later.
pub async fn name(
    db: &mut Connection,
    right: &Right,
    sealing: &SealingKeys,
    naming: Naming,
    now: Timestamp,
) -> Result<CoordinatorId> {
    must_work_for(db, right, naming.office).await?;
    let Naming { office, deputy, person, contacts, from, source } = naming;
    appointing::lock_offices(db, &[office]).await?;
    if !appointing::list_not_before(db, &[office], deputy, from).await?.is_empty() {
        return Err(OfficeRefusal::NotLater);
    }
    let ended = appointing::end_predecessors(db, &[office], deputy, from, &right.actor).await?;
    let new = seal(sealing, office, person, &contacts, now)?;
    let id = new.id;
    let making = Making { deputy, from, source, by: &right.actor, at: now };
    appointing::insert_coordinators(db, &[new], &making).await?;
    let answered = if deputy {
        0
    } else {
        answer_kind(db, &[office], RequestKind::NameCoordinator, now, &right.actor, now).await?
    };
    let detail = json!({
        "office": office.0, "deputy": deputy, "from": from, "source": source, "ended": ended, "requests_done": answered,
    });
    audit::insert_entry(db, now, &right.actor, "name_coordinator", &subject(id), &detail).await?;
    Ok(id)
}

/// Names the coordinators of a returned batch, all or none of them.
///
/// # Errors
/// [`OfficeRefusal::File`] with everything that is wrong, by line and column.
pub async fn name_batch(
    db: &mut Connection,
    right: &Right,
    sealing: &SealingKeys,
    batch: Vec<FileRow>,
    from: Timestamp,
    now: Timestamp,
) -> Result<usize> {
    if !right.may(Permission::OfficeWork) {
        return Err(OfficeRefusal::NotAllowed);
    }
    let offices = find_offices(db, right, &batch).await?;
    appointing::lock_offices(db, &offices).await?;
    let late = appointing::list_not_before(db, &offices, false, from).await?;
    let fault = |line, reason| FileFault { line, column: Some(CoordinatorColumn::Office), reason };
    let zipped = batch.iter().zip(&offices).filter(|(_, office)| late.contains(office));
    let faults: Vec<FileFault> = zipped.map(|(row, _)| fault(row.line, FileReason::NotLater)).collect();
    if !faults.is_empty() {
        return Err(OfficeRefusal::File(faults));
    }
    let ended = appointing::end_predecessors(db, &offices, false, from, &right.actor).await?;
    let sealed =
        batch.into_iter().zip(&offices).map(|(row, office)| seal(sealing, *office, row.person, &row.contacts, now));
    let new = sealed.collect::<Result<Vec<_>>>()?;
    let making = Making { deputy: false, from, source: CoordinatorSource::Csv, by: &right.actor, at: now };
    appointing::insert_coordinators(db, &new, &making).await?;
    let answered = answer_kind(db, &offices, RequestKind::NameCoordinator, now, &right.actor, now).await?;
    let detail = json!({ "coordinators": new.len(), "from": from, "ended": ended, "requests_done": answered });
    audit::insert_entry(db, now, &right.actor, "import_coordinators", "coordinators", &detail).await?;
    Ok(new.len())
}

/// The offices that the rows name, in their order.
async fn find_offices(db: &mut Connection, right: &Right, batch: &[FileRow]) -> Result<Vec<OfficeId>> {
    let forms: Vec<String> = batch.iter().map(|row| compare_form(&row.office)).collect();
    let known = list_called(db, right.scope.groups(), &forms).await?;
    let (mut offices, mut faults) = (Vec::with_capacity(batch.len()), Vec::new());
    for (row, form) in batch.iter().zip(&forms) {
        let found = choose(&known, form);
        let reason = match found {
            Ok(office) if !offices.contains(&office) => {
                offices.push(office);
                continue;
            }
            // once by its code and once by its name
            Ok(_) => FileReason::OfficeTwice,
            Err(reason) => reason,
        };
        faults.push(FileFault { line: row.line, column: Some(CoordinatorColumn::Office), reason });
    }
    if faults.is_empty() { Ok(offices) } else { Err(OfficeRefusal::File(faults)) }
}

/// The office of this code, or else the only one of this name.
fn choose(known: &[Office], form: &str) -> std::result::Result<OfficeId, FileReason> {
    if let Some(office) = known.iter().find(|office| compare_form(&office.code) == form) {
        return Ok(office.id);
    }
    let mut called_so = known.iter().filter(|office| compare_form(&office.name) == form);
    match (called_so.next(), called_so.next()) {
        (Some(office), None) => Ok(office.id),
        (Some(_), Some(_)) => Err(FileReason::OfficeSeveral),
        (None, _) => Err(FileReason::OfficeAbsent),
    }
}

/// Ends an appointment at `at`.
///
/// # Errors
/// [`OfficeRefusal::CoordinatorAbsent`]; [`OfficeRefusal::CannotEnd`] where it has ended by then, or has not begun.
pub async fn end(db: &mut Connection, right: &Right, id: CoordinatorId, at: Timestamp, now: Timestamp) -> Result<()> {
    let found = find_theirs(db, right, id).await?;
    appointing::lock_offices(db, &[found.office_id]).await?;
    if !appointing::end_coordinator(db, id, at, &right.actor).await? {
        return Err(OfficeRefusal::CannotEnd);
    }
    let detail = json!({ "office": found.office_id.0, "until": at });
    Ok(audit::insert_entry(db, now, &right.actor, "end_coordinator", &subject(id), &detail).await?)
}

/// Looks at an appointment with how to reach the person, and writes down who looked.
///
/// # Errors
/// [`OfficeRefusal::CoordinatorAbsent`], [`OfficeRefusal::NotAllowed`].
pub async fn look_at(
    db: &mut Connection,
    right: &Right,
    sealing: &SealingKeys,
    id: CoordinatorId,
    now: Timestamp,
) -> Result<Reachable> {
    let coordinator = find_theirs(db, right, id).await?;
    let detail = json!({ "office": coordinator.office_id.0 });
    audit::insert_entry(db, now, &right.actor, "view_coordinator", &subject(id), &detail).await?;
    let contacts = open(db, sealing, id).await?;
    Ok(Reachable { coordinator, contacts })
}

/// Everything that is kept of a person by one appointment, for that person: the form, and who did what with it.
///
/// # Errors
/// As [`look_at`].
pub async fn take_out(
    db: &mut Connection,
    right: &Right,
    sealing: &SealingKeys,
    id: CoordinatorId,
    now: Timestamp,
) -> Result<(Reachable, Vec<audit::Entry>)> {
    let coordinator = find_theirs(db, right, id).await?;
    let detail = json!({ "office": coordinator.office_id.0 });
    audit::insert_entry(db, now, &right.actor, "take_out_coordinator", &subject(id), &detail).await?;
    let contacts = open(db, sealing, id).await?;
    let entries = audit::list_entries_of(db, &subject(id), MOST_EXPORTED).await?;
    Ok((Reachable { coordinator, contacts }, entries))
}

/// The appointments of a list with how to reach each person, for a file; writes down who took it.
///
/// # Errors
/// [`OfficeRefusal::NotAllowed`], [`OfficeRefusal::TooManyExported`].
pub async fn export(
    db: &mut Connection,
    right: &Right,
    sealing: &SealingKeys,
    filter: &Filter<'_>,
    now: Timestamp,
) -> Result<Vec<Reachable>> {
    if !right.may(Permission::OfficeWork) {
        return Err(OfficeRefusal::NotAllowed);
    }
    let filter = Filter { scope: right.scope.groups(), ..filter.clone() };
    let found = rows::list_coordinators(db, &filter, now, MOST_EXPORTED + 1).await?;
    if i64::try_from(found.len()).is_ok_and(|found| found > MOST_EXPORTED) {
        return Err(OfficeRefusal::TooManyExported);
    }
    let ids: Vec<CoordinatorId> = found.iter().map(|row| row.id).collect();
    let sealed = list_contacts(db, &ids).await?;
    let mut opened = std::collections::HashMap::new();
    for (id, sealed) in sealed {
        opened.insert(id, unseal(sealing, id, &sealed)?);
    }
    let detail = json!({ "coordinators": ids.len(), "province": filter.province, "history": filter.history });
    audit::insert_entry(db, now, &right.actor, "export_coordinators", "coordinators", &detail).await?;
    let reachable = |coordinator: Coordinator| Reachable { contacts: opened.remove(&coordinator.id), coordinator };
    Ok(found.into_iter().map(reachable).collect())
}

/// The appointment, if the caller does the work of its office.
async fn find_theirs(db: &mut Connection, right: &Right, id: CoordinatorId) -> Result<Coordinator> {
    if !right.may(Permission::OfficeWork) {
        return Err(OfficeRefusal::NotAllowed);
    }
    let found = rows::find_coordinator(db, right.scope.groups(), id).await?;
    found.ok_or(OfficeRefusal::CoordinatorAbsent)
}

fn subject(id: CoordinatorId) -> String {
    format!("coordinator:{id}")
}

fn seal(
    sealing: &SealingKeys,
    office: OfficeId,
    person: Person,
    contacts: &Contacts,
    now: Timestamp,
) -> Result<NewCoordinator> {
    let id = CoordinatorId::new(now);
    let plain = serde_json::to_vec(contacts).map_err(|_| OfficeRefusal::Contacts)?;
    let sealed = sealing.seal(&Contacts::sealed_as(id), &plain);
    let contacts_sealed = sealed.map_err(|_| OfficeRefusal::Contacts)?;
    Ok(NewCoordinator { id, office, person, contacts_sealed })
}

async fn open(db: &mut Connection, sealing: &SealingKeys, id: CoordinatorId) -> Result<Option<Contacts>> {
    let sealed = find_contacts(db, id).await?;
    sealed.map(|sealed| unseal(sealing, id, &sealed)).transpose()
}

fn unseal(sealing: &SealingKeys, id: CoordinatorId, sealed: &[u8]) -> Result<Contacts> {
    let text = sealing.open_text(&Contacts::sealed_as(id), sealed).map_err(|_| OfficeRefusal::Contacts)?;
    serde_json::from_str(text.expose_secret()).map_err(|_| OfficeRefusal::Contacts)
}
