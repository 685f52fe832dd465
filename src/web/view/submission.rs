//! What an office sent upward, as it is shown. Pure.

use serde::Serialize;

use crate::domain::actor::Actor;
use crate::domain::content_id::FileId;
use crate::domain::file_kind::FileKind;
use crate::domain::ids::{BulletinId, SubmissionId};
use crate::domain::submission::{SubmissionKind, SubmissionState, SubmissionWay};
use crate::domain::time::Timestamp;
use crate::store::submissions::{self as rows, files, steps};

/// What an office sent upward.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Submission {
    /// Its id.
    pub id: SubmissionId,
    /// The code of the office that sends it.
    #[schema(example = "lamphun-commerce")]
    pub office: String,
    /// The office's name.
    pub office_name: String,
    /// The office's province.
    pub province: Option<String>,
    /// What it is.
    pub kind: SubmissionKind,
    /// The code of its topic.
    #[schema(example = "farmers")]
    pub topic: String,
    /// What it is about.
    pub title: String,
    /// What came of it for people; may be empty.
    pub outcome: String,
    /// Who benefits.
    pub beneficiaries: Option<String>,
    /// The figures that show it.
    pub figures: Option<String>,
    /// Whom to name as its source.
    pub source: Option<String>,
    /// The unit to ask, and how.
    pub contact: Option<String>,
    /// By which way it came.
    pub way: SubmissionWay,
    /// How far it has come.
    pub state: SubmissionState,
    /// When it was sent last.
    pub sent_at: Timestamp,
    /// By whom.
    #[schema(value_type = String)]
    pub sent_by: Actor,
    /// When something was done with it last.
    pub changed_at: Timestamp,
    /// The draft that it became.
    pub bulletin: Option<BulletinId>,
}

impl From<rows::Submission> for Submission {
    fn from(row: rows::Submission) -> Self {
        Self {
            id: row.id,
            office: row.office,
            office_name: row.office_name,
            province: row.province,
            kind: row.kind,
            topic: row.topic,
            title: row.title,
            outcome: row.outcome,
            beneficiaries: row.beneficiaries,
            figures: row.figures,
            source: row.source,
            contact: row.contact,
            way: row.way,
            state: row.state,
            sent_at: row.sent_at,
            sent_by: row.sent_by,
            changed_at: row.changed_at,
            bulletin: row.bulletin,
        }
    }
}

/// A file of a submission.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SubmittedFile {
    /// Its id.
    pub file: FileId,
    /// What it is.
    pub kind: FileKind,
    /// What it shows.
    pub alt: String,
    /// Its size.
    pub bytes: i64,
    /// Its width in pixels.
    pub width: Option<i32>,
    /// Its height in pixels.
    pub height: Option<i32>,
    /// How long it plays, in milliseconds.
    pub milliseconds: Option<i32>,
}

impl From<files::SubmittedFile> for SubmittedFile {
    fn from(row: files::SubmittedFile) -> Self {
        let files::SubmittedFile { id, kind, alt, bytes, width, height, milliseconds, .. } = row;
        Self { file: id, kind, alt, bytes, width, height, milliseconds }
    }
}

/// What was done with a submission.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SubmissionStep {
    /// Its number, from 1.
    pub no: i16,
    /// How far it had come then.
    pub state: SubmissionState,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    #[schema(value_type = String)]
    pub by: Actor,
    /// What was remarked; where it was returned, why.
    pub remark: Option<String>,
}

impl From<steps::Step> for SubmissionStep {
    fn from(row: steps::Step) -> Self {
        let steps::Step { no, state, at, by, remark, .. } = row;
        Self { no, state, at, by, remark }
    }
}
