//! Handing over: what was sent together becomes one submission of the office, or as many as its pictures fill, in one transaction; then
//! whoever sent it is told where to say more.

use std::time::Duration;

use super::{Intake, count};
use crate::domain::actor::Actor;
use crate::domain::file_kind::FileKind;
use crate::domain::ids::SubmissionId;
use crate::domain::right::{Right, Scope};
use crate::domain::submission::{MOST_FILES, SubmissionWay};
use crate::domain::text::{AltText, BadText, Subject};
use crate::domain::thai::{Digits, format_moment};
use crate::domain::time::Timestamp;
use crate::line::replies::{self, RefusedFile};
use crate::offices::OfficeRefusal;
use crate::offices::submissions::{Material, send};
use crate::store::accounts::find_account_by_id;
use crate::store::groups::list_ids_of_office;
use crate::store::line_files::{
    Bundle, FetchedFile, list_whole_bundles, lock_fetched, note_handed_over, refuse_fetched,
};
use crate::store::submissions::topics::list_topics;
use crate::store::{Connection, StoreError};

/// How long the rest of a set is waited for.
const INCOMPLETE: Duration = Duration::from_mins(5);
/// Bundles handed over in a round.
const MOST: i64 = 50;
/// The topic of what says nothing of itself.
const TOPIC: &str = "other";

/// What came of a bundle.
struct HandedOver {
    files: Vec<FetchedFile>,
    submission: Option<SubmissionId>,
    /// How many of the files are not taken, and why the first of them.
    refused: Option<(usize, RefusedFile)>,
}

/// Why nothing is handed over.
#[derive(Debug, thiserror::Error)]
enum NotHandedOver {
    #[error(transparent)]
    Office(#[from] OfficeRefusal),
    #[error("the words for it are refused")]
    Words(#[from] BadText),
}

impl Intake {
    /// Hands over what has come whole; gives how many bundles. One that fails keeps no other from it.
    pub(super) async fn hand_over_due(&self) -> Result<usize, StoreError> {
        let before = self.engine.clock.now() - INCOMPLETE;
        let due = list_whole_bundles(&mut *self.engine.db.acquire().await?, before, MOST).await?;
        let mut done = 0;
        for bundle in due {
            match self.hand_over(&bundle).await {
                Ok(handed_over) => {
                    done += 1;
                    self.tell(handed_over).await;
                }
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "files from LINE could not be handed over"
                    );
                }
            }
        }
        Ok(done)
    }

    async fn hand_over(&self, bundle: &Bundle) -> Result<HandedOver, StoreError> {
        let now = self.engine.clock.now();
        let mut tx = self.engine.db.begin().await?;
        let files = lock_fetched(&mut tx, bundle).await?;
        let Some(account) = find_account_by_id(&mut tx, bundle.account).await?.filter(|_| !files.is_empty()) else {
            return Ok(HandedOver { files: Vec::new(), submission: None, refused: None });
        };
        let (mut taken, mut left_out) = (0, 0);
        let (mut submission, mut refused) = (None, None);
        for part in parts(&files) {
            let Some(first) = part.first() else { continue };
            let right = Right {
                actor: Actor::user(&account.username),
                role: account.role,
                office: Some(first.office),
                scope: Scope::Under(list_ids_of_office(&mut tx, first.office).await?),
            };
            match submit(&mut tx, &right, &part, now).await {
                Ok(id) => {
                    note_handed_over(&mut tx, &part, id, now).await?;
                    taken += part.len();
                    submission.get_or_insert(id);
                }
                Err(NotHandedOver::Office(OfficeRefusal::Store(error))) => return Err(error),
                // nothing of it was written
                Err(why) => {
                    tracing::warn!(error = &why as &dyn std::error::Error, "files from LINE are refused");
                    let why = why_refused(&why);
                    refuse_fetched(&mut tx, &part, why.as_str(), now).await?;
                    refused.get_or_insert((0, why)).0 += part.len();
                    left_out += part.len();
                }
            }
        }
        tx.commit().await?;
        count("handed_over", taken);
        count("refused", left_out);
        Ok(HandedOver { files, submission, refused })
    }

    /// Tells whoever sent them, once, on the newest token.
    async fn tell(&self, HandedOver { files, submission, refused }: HandedOver) {
        let last = files.iter().filter(|file| file.reply_token.is_some()).max_by_key(|file| file.sent_at);
        let Some(last) = last else { return };
        let url = submission.map(|id| format!("{}/submissions/{id}", self.engine.settings.public_url));
        let words = match (url.as_deref(), refused) {
            (Some(url), None) => replies::files_received(files.len(), url),
            (url, Some((number, why))) => {
                replies::files_refused(url.map(|url| (files.len() - number, url)), number, why)
            }
            (None, None) => return,
        };
        self.answer(last.channel, last.reply_token.as_deref(), last.sent_at, words).await;
    }
}

/// Why the office takes no part of what was sent, for whoever sent it.
fn why_refused(why: &NotHandedOver) -> RefusedFile {
    match why {
        NotHandedOver::Office(OfficeRefusal::NotAllowed | OfficeRefusal::OfficeAbsent) => RefusedFile::NotTheirs,
        NotHandedOver::Office(_) | NotHandedOver::Words(_) => RefusedFile::NotTaken,
    }
}

/// What makes one submission each: as many pictures as it may have, or a video or document alone. The same file twice is one.
fn parts(files: &[FetchedFile]) -> Vec<Vec<&FetchedFile>> {
    let mut parts: Vec<Vec<&FetchedFile>> = Vec::new();
    for file in files {
        let is_picture = file.kind == FileKind::Image;
        let room = |part: &&mut Vec<&FetchedFile>| {
            let known: std::collections::BTreeSet<_> = part.iter().map(|other| other.file).collect();
            let fits = known.len() < MOST_FILES || known.contains(&file.file);
            is_picture && fits && part.iter().all(|other| other.kind == FileKind::Image)
        };
        match parts.last_mut().filter(room) {
            Some(part) => part.push(file),
            None => parts.push(vec![file]),
        }
    }
    parts
}

async fn submit(
    db: &mut Connection,
    right: &Right,
    part: &[&FetchedFile],
    now: Timestamp,
) -> Result<SubmissionId, NotHandedOver> {
    let mut files = Vec::new();
    for file in part {
        if !files.iter().any(|(known, _)| *known == file.file) {
            files.push((file.file, shown(file.kind, files.len() + 1)?));
        }
    }
    let topics = list_topics(db).await.map_err(OfficeRefusal::from)?;
    let offered: Vec<&str> =
        topics.iter().filter(|topic| topic.retired_at.is_none()).map(|topic| topic.code.as_str()).collect();
    let topic = offered.iter().find(|code| **code == TOPIC).or(offered.first());
    let (Some(first), Some(topic)) = (part.first(), topic) else { return Err(OfficeRefusal::TopicAbsent.into()) };
    let material = Material {
        topic: (*topic).to_owned(),
        title: title(first, files.len())?,
        outcome: None,
        beneficiaries: None,
        figures: None,
        source: None,
        contact: None,
        files,
    };
    Ok(send(db, right, first.office, &material, SubmissionWay::Line, now).await?)
}

/// What it is called until somebody says more.
fn title(first: &FetchedFile, files: usize) -> Result<Subject, BadText> {
    let at = format_moment(first.sent_at, Digits::Arabic);
    let what = match first.kind {
        FileKind::Image if files > 1 => format!("ภาพ {files} ภาพ"),
        FileKind::Image => "ภาพ".to_owned(),
        FileKind::Video => "วีดิทัศน์".to_owned(),
        FileKind::Pdf => "เอกสาร".to_owned(),
    };
    format!("{what}ที่ส่งทาง LINE เมื่อ {at}").parse()
}

/// What stands in the place of a description.
fn shown(kind: FileKind, no: usize) -> Result<AltText, BadText> {
    let what = match kind {
        FileKind::Image => "ภาพที่",
        FileKind::Video => "วีดิทัศน์ที่",
        FileKind::Pdf => "เอกสารที่",
    };
    format!("{what} {no} ซึ่งส่งทาง LINE และยังไม่มีคำบรรยาย").parse()
}
