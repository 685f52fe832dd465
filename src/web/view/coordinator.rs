//! What is shown of a coordinator: without how to reach the person in lists, with it where one is looked at, and everything for the person.

use std::time::Duration;

use serde::Serialize;

use super::office::Office;
use crate::domain::actor::Actor;
use crate::domain::coordinator::{self, CoordinatorSource};
use crate::domain::ids::CoordinatorId;
use crate::domain::time::Timestamp;
use crate::offices::coordinators::Reachable;
use crate::store::audit::Entry;
use crate::store::coordinators as rows;
use crate::store::coordinators::naming::OfficeWithout;

/// An appointment, without how to reach the person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CoordinatorSummary {
    /// Its id.
    id: CoordinatorId,
    /// Whether it is the deputy.
    deputy: bool,
    /// ชื่อ
    first_name: String,
    /// นามสกุล
    last_name: String,
    /// ตำแหน่ง
    position: String,
    /// สังกัด
    affiliation: Option<String>,
    /// How the reply came in.
    source: CoordinatorSource,
    /// From when.
    from: Timestamp,
    /// Until when; not at that moment any more.
    until: Option<Timestamp>,
    /// Whether it holds now.
    active: bool,
    /// Who keyed it in.
    #[schema(value_type = String)]
    made_by: Actor,
    /// When.
    made_at: Timestamp,
    /// When it was erased how to reach the person.
    erased_at: Option<Timestamp>,
}

impl CoordinatorSummary {
    /// What is shown of a row at `now`.
    #[must_use]
    pub fn of(row: &rows::Coordinator, now: Timestamp) -> Self {
        Self {
            id: row.id,
            deputy: row.deputy,
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
            position: row.position.clone(),
            affiliation: row.affiliation.clone(),
            source: row.source,
            from: row.valid_from,
            until: row.valid_until,
            active: row.is_active(now),
            made_by: row.made_by.clone(),
            made_at: row.made_at,
            erased_at: row.erased_at,
        }
    }
}

/// An office and whom it named; with `missing=true` nobody.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OfficeCoordinator {
    /// The office.
    office: Office,
    /// Whom it named.
    coordinator: Option<CoordinatorSummary>,
}

impl OfficeCoordinator {
    /// What is shown of a row at `now`.
    #[must_use]
    pub fn of(row: &rows::Coordinator, now: Timestamp) -> Self {
        let office = Office::new(&row.office, &row.office_name, row.office_kind, row.province.as_deref());
        Self { office, coordinator: Some(CoordinatorSummary::of(row, now)) }
    }

    /// An office that named nobody.
    #[must_use]
    pub fn without(row: &OfficeWithout) -> Self {
        let office = Office::new(&row.code, &row.name, row.kind, row.province.as_deref());
        Self { office, coordinator: None }
    }
}

/// How to reach a coordinator.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CoordinatorContacts {
    /// เบอร์โทรศัพท์
    telephone: Option<String>,
    /// มือถือ
    mobile: Option<String>,
    /// E-mail
    email: Option<String>,
    /// ID Line
    line_id: Option<String>,
}

impl From<coordinator::Contacts> for CoordinatorContacts {
    fn from(contacts: coordinator::Contacts) -> Self {
        Self {
            telephone: contacts.telephone.map(String::from),
            mobile: contacts.mobile.map(String::from),
            email: contacts.email.map(String::from),
            line_id: contacts.line_id,
        }
    }
}

/// An appointment with how to reach the person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CoordinatorDetail {
    /// The appointment.
    #[serde(flatten)]
    coordinator: CoordinatorSummary,
    /// The office.
    office: Office,
    /// How to reach the person: for those who do office work only, and until it is erased.
    contacts: Option<CoordinatorContacts>,
}

impl CoordinatorDetail {
    /// What is shown of a row at `now`.
    #[must_use]
    pub fn of(found: Reachable, now: Timestamp) -> Self {
        let Reachable { coordinator: row, contacts } = found;
        let office = Office::new(&row.office, &row.office_name, row.office_kind, row.province.as_deref());
        Self { coordinator: CoordinatorSummary::of(&row, now), office, contacts: contacts.map(Into::into) }
    }
}

/// What is on record about one appointment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PersonalData {
    /// The appointment, with how to reach the person.
    appointment: CoordinatorDetail,
    /// When it will be erased how to reach the person; none while the appointment goes on.
    contacts_erased_at: Option<Timestamp>,
    /// Who did what with it, in order.
    record: Vec<PersonalDataAct>,
}

/// What somebody did with the data of a person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PersonalDataAct {
    /// When.
    at: Timestamp,
    /// Who.
    #[schema(value_type = String)]
    by: Actor,
    /// What, as the audit calls it.
    act: String,
}

impl PersonalData {
    /// What is kept by one appointment, and who did what with it.
    /// What is shown of a row at `now`.
    #[must_use]
    pub fn of(found: Reachable, entries: Vec<Entry>, kept: Duration, now: Timestamp) -> Self {
        let contacts_erased_at =
            found.coordinator.erased_at.or(found.coordinator.valid_until.map(|until| until + kept));
        let record = entries.into_iter().map(|entry| PersonalDataAct { at: entry.at, by: entry.actor, act: entry.act });
        Self { appointment: CoordinatorDetail::of(found, now), contacts_erased_at, record: record.collect() }
    }
}
