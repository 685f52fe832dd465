//! What offices send upward (letters of March 2561, clause 3, and of October 2563): infographics, videos and texts about results, on
//! their way to a bulletin.
//!
//! An office sends one; the office above checks it and proposes it; whoever publishes accepts it, which makes a draft, or returns it with the
//! reason. What was returned may be sent again, changed. The way up never touches the cascade: a draft is a draft like any other.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Files of one submission at most: as many pictures as a bulletin carries.
pub const MOST_FILES: usize = 4;

/// How far a submission has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "submission_state", rename_all = "snake_case")]
pub enum SubmissionState {
    /// The office has sent it.
    Received,
    /// The office above has checked it.
    Checked,
    /// The office above has proposed it to whoever publishes.
    Proposed,
    /// It has become a draft.
    Accepted,
    /// It went back with the reason.
    Returned,
}

impl SubmissionState {
    /// All, in the order in which they follow each other.
    pub const ALL: [Self; 5] = [Self::Received, Self::Checked, Self::Proposed, Self::Accepted, Self::Returned];

    /// The word used in the API and in forms.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Checked => "checked",
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Returned => "returned",
        }
    }

    /// What follows when this is done; none where it cannot be done now.
    #[must_use]
    pub fn after(self, act: SubmissionAct) -> Option<Self> {
        match (self, act) {
            (Self::Received, SubmissionAct::Check) => Some(Self::Checked),
            (Self::Received | Self::Checked, SubmissionAct::Propose) => Some(Self::Proposed),
            (Self::Proposed, SubmissionAct::Accept) => Some(Self::Accepted),
            (Self::Received | Self::Checked | Self::Proposed, SubmissionAct::Return) => Some(Self::Returned),
            (Self::Returned, SubmissionAct::SendAgain) => Some(Self::Received),
            _ => None,
        }
    }
}

/// What is done with a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmissionAct {
    /// The office above finds it in order.
    Check,
    /// The office above proposes it.
    Propose,
    /// Whoever publishes makes a draft of it.
    Accept,
    /// It goes back with the reason.
    Return,
    /// The office sends it again, changed.
    SendAgain,
}

/// The code of a topic: small letters, digits and `_`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct TopicCode(String);

/// A text is no [`TopicCode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 40 small letters, digits and _")]
pub struct BadTopicCode;

impl TryFrom<String> for TopicCode {
    type Error = BadTopicCode;

    fn try_from(text: String) -> Result<Self, BadTopicCode> {
        let fits = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if fits && (1..=40).contains(&text.len()) { Ok(Self(text)) } else { Err(BadTopicCode) }
    }
}

impl From<TopicCode> for String {
    fn from(code: TopicCode) -> Self {
        code.0
    }
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "submission_kind", rename_all = "snake_case")]
pub enum SubmissionKind {
    /// One picture.
    Infographic,
    /// Pictures that belong together.
    ImageSet,
    /// A video.
    Video,
    /// A PDF.
    Document,
    /// A text alone.
    Text,
}

/// By which way it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "submission_way", rename_all = "snake_case")]
pub enum SubmissionWay {
    /// Typed on the page.
    Page,
    /// Sent to the API.
    Api,
    /// Sent to the official account in a chat of two.
    Line,
}

/// Files that do not make one submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFiles {
    /// More than [`MOST_FILES`].
    #[error("must be at most {MOST_FILES}")]
    TooMany,
    /// A video or a document beside something else.
    #[error("must be pictures only, or one video, or one document")]
    Mixed,
    /// The same file twice.
    #[error("must all be different")]
    Twice,
}

impl BadFiles {
    /// The same for people who read Thai.
    #[must_use]
    pub fn thai(self) -> &'static str {
        match self {
            Self::TooMany => "แนบได้ไม่เกิน 4 ไฟล์",
            Self::Mixed => "แนบได้เฉพาะภาพ หรือวีดิทัศน์ 1 ไฟล์ หรือเอกสาร PDF 1 ไฟล์",
            Self::Twice => "มีไฟล์ซ้ำกัน",
        }
    }
}

impl SubmissionKind {
    /// What these files make, each with its identity.
    ///
    /// # Errors
    /// [`BadFiles`].
    pub fn of_files<I: Ord>(
        files: impl IntoIterator<Item = (I, super::file_kind::FileKind)>,
    ) -> Result<Self, BadFiles> {
        use super::file_kind::FileKind;
        let (ids, kinds): (Vec<I>, Vec<FileKind>) = files.into_iter().unzip();
        if kinds.len() > MOST_FILES {
            return Err(BadFiles::TooMany);
        }
        if ids.iter().collect::<BTreeSet<_>>().len() < ids.len() {
            return Err(BadFiles::Twice);
        }
        match kinds.as_slice() {
            [] => Ok(Self::Text),
            [FileKind::Image] => Ok(Self::Infographic),
            [FileKind::Video] => Ok(Self::Video),
            [FileKind::Pdf] => Ok(Self::Document),
            several if several.iter().all(|kind| *kind == FileKind::Image) => Ok(Self::ImageSet),
            _ => Err(BadFiles::Mixed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::file_kind::FileKind::{Image, Pdf, Video};
    use super::*;

    #[test]
    fn a_submission_goes_up_step_by_step_and_comes_back_with_a_reason() {
        use SubmissionAct::{Accept, Check, Propose, Return, SendAgain};
        use SubmissionState::{Accepted, Checked, Proposed, Received, Returned};
        assert_eq!(Received.after(Check), Some(Checked));
        assert_eq!(Checked.after(Propose), Some(Proposed));
        assert_eq!(Proposed.after(Accept), Some(Accepted));
        assert_eq!(Received.after(Accept), None, "nothing is accepted that was not proposed");
        assert_eq!(Proposed.after(Return), Some(Returned));
        assert_eq!(Returned.after(SendAgain), Some(Received));
        for act in [Check, Propose, Accept, Return, SendAgain] {
            assert_eq!(Accepted.after(act), None, "{act:?}");
        }
    }

    #[test]
    fn files_say_what_a_submission_is() {
        let of = |kinds: &[_]| SubmissionKind::of_files(kinds.iter().copied().enumerate());
        assert_eq!(of(&[]), Ok(SubmissionKind::Text));
        assert_eq!(of(&[Image]), Ok(SubmissionKind::Infographic));
        assert_eq!(of(&[Image; 4]), Ok(SubmissionKind::ImageSet));
        assert_eq!(of(&[Video]), Ok(SubmissionKind::Video));
        assert_eq!(of(&[Pdf]), Ok(SubmissionKind::Document));
        assert_eq!(of(&[Video, Image]), Err(BadFiles::Mixed));
        assert_eq!(of(&[Image; 5]), Err(BadFiles::TooMany));
        assert_eq!(SubmissionKind::of_files([(1, Image), (1, Image)]), Err(BadFiles::Twice));
    }
}
