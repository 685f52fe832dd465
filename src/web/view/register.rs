//! An entry of a receive register as people see it: what was received, who endorsed it, and what contradicts itself. Pure.

use serde::Serialize;

use super::delivery::Words;
use super::whose_turn::word;
use crate::domain::actor::Actor;
use crate::domain::document::{self, DocumentNumber};
use crate::domain::ids::{BulletinId, RegisterEntryId};
use crate::domain::register::{EndorsementKind, ReceiptWay, RegisterDoubt, RegisterYear, endorsement_doubts};
use crate::domain::time::Timestamp;
use crate::store::register::{self as rows, endorsements};

/// What contradicts itself or looks wrong, for a person to settle with the paper in hand. Nothing is put right by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = RegisterDoubt)]
pub struct Doubt {
    /// From a closed list.
    #[schema(example = "received_before_dated")]
    pub code: String,
    /// The same as a sentence.
    pub text: Words,
}

impl From<RegisterDoubt> for Doubt {
    fn from(doubt: RegisterDoubt) -> Self {
        Self { code: word(&doubt), text: Words { en: doubt.english(), th: doubt.thai() } }
    }
}

impl From<document::Doubt> for Doubt {
    fn from(doubt: document::Doubt) -> Self {
        Self { code: word(&doubt), text: Words { en: doubt.english(), th: doubt.thai() } }
    }
}

/// The office whose register it is.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct RegisterOffice {
    /// Its code.
    #[schema(example = "lamphun")]
    pub code: String,
    /// Its name.
    pub name: String,
}

/// An entry of an office's receive register.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct RegisterEntry {
    /// Its id.
    pub id: RegisterEntryId,
    /// The office.
    pub office: RegisterOffice,
    /// The year of the Buddhist era.
    pub year: RegisterYear,
    /// The receive number in it, without gaps from 1.
    pub number: i32,
    /// The bulletin; null = a letter from outside.
    pub bulletin_id: Option<BulletinId>,
    /// The letter's number, as it was given.
    #[schema(example = "ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐")]
    pub document_number: Option<String>,
    /// The letter's date, `YYYY-MM-DD`.
    #[schema(example = "2018-03-23")]
    pub document_date: Option<String>,
    /// From whom.
    pub from: Option<String>,
    /// To whom.
    pub to: Option<String>,
    /// What it is about.
    pub subject: String,
    /// When it was received, to the minute.
    pub received_at: Timestamp,
    /// When that was entered.
    pub recorded_at: Timestamp,
    /// By whom.
    #[schema(value_type = String)]
    pub recorded_by: Actor,
    /// How.
    pub how: ReceiptWay,
    /// What is remarked.
    pub remark: Option<String>,
    /// What contradicts itself or looks wrong.
    pub doubts: Vec<Doubt>,
}

impl RegisterEntry {
    /// The row as it is shown.
    #[must_use]
    pub fn of(row: rows::Entry) -> Self {
        let times = row.times();
        let number = row.document_number.as_deref().and_then(|number| DocumentNumber::parse(number, times.dated).ok());
        let of_number = number.iter().flat_map(DocumentNumber::doubts).copied().map(Doubt::from);
        Self {
            doubts: times.doubts().into_iter().map(Doubt::from).chain(of_number).collect(),
            id: row.id,
            office: RegisterOffice { code: row.office, name: row.office_name },
            year: row.year,
            number: row.number,
            bulletin_id: row.bulletin_id,
            document_number: row.document_number,
            document_date: row.document_date,
            from: row.sender,
            to: row.recipient,
            subject: row.subject,
            received_at: row.received_at,
            recorded_at: row.recorded_at,
            recorded_by: row.recorded_by,
            how: row.how,
            remark: row.remark,
        }
    }
}

/// A step of the chain under an entry.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Endorsement {
    /// Its place in the chain, from 1.
    pub position: i16,
    /// What it says.
    pub kind: EndorsementKind,
    /// Who endorsed, as it was typed.
    #[schema(example = "ผู้อำนวยการสำนักบริหารกลาง")]
    pub author: String,
    /// Their unit.
    pub unit: Option<String>,
    /// Who is to act; null where that was left open.
    #[schema(example = "กลุ่มงานบริหารทั่วไป")]
    pub assignee: Option<String>,
    /// In the author's words; of what was done, how.
    pub text: Option<String>,
    /// When it was endorsed, to the minute.
    pub at: Timestamp,
    /// When that was entered.
    pub recorded_at: Timestamp,
    /// By whom.
    #[schema(value_type = String)]
    pub recorded_by: Actor,
    /// What contradicts itself.
    pub doubts: Vec<Doubt>,
}

/// The chain of what was received at `received_at`, as it is shown.
#[must_use]
pub fn chain(rows: Vec<endorsements::Endorsement>, received_at: Timestamp) -> Vec<Endorsement> {
    let mut last = None;
    let mut shown = Vec::new();
    for row in rows {
        let doubts = endorsement_doubts(row.endorsed_at, received_at, last.replace(row.endorsed_at));
        shown.push(Endorsement {
            doubts: doubts.into_iter().map(Doubt::from).collect(),
            position: row.position,
            kind: row.kind,
            author: row.author,
            unit: row.unit,
            assignee: row.assignee,
            text: row.said,
            at: row.endorsed_at,
            recorded_at: row.recorded_at,
            recorded_by: row.recorded_by,
        });
    }
    shown
}

/// An entry with the chain under it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct EndorsedEntry {
    /// The entry.
    #[serde(flatten)]
    pub entry: RegisterEntry,
    /// Its endorsements, in order.
    pub endorsements: Vec<Endorsement>,
}

impl EndorsedEntry {
    /// The rows as they are shown.
    #[must_use]
    pub fn of(row: rows::Entry, chain_rows: Vec<endorsements::Endorsement>) -> Self {
        let endorsements = chain(chain_rows, row.received_at);
        Self { entry: RegisterEntry::of(row), endorsements }
    }
}
