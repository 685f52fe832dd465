//! Accepting what an office sent up: it becomes a draft like any other, which names its source.
//!
//! Its files may be fetched by anybody from then on. Nothing is published by it.

use serde_json::json;

use super::draft_rules::DraftFault;
use super::drafts::{blank, check, store};
use super::own_bulletin::must_may;
use super::refusal::{Refusal, Result};
use crate::domain::account::Permission;
use crate::domain::bulletin::{Attachment, Link, MOST_MEDIA, MediaFile};
use crate::domain::content_id::FileId;
use crate::domain::file_kind::FileKind;
use crate::domain::ids::{BulletinId, GroupId, SubmissionId};
use crate::domain::picture::STEEPEST;
use crate::domain::request::{RequestKind, RequestState};
use crate::domain::right::Right;
use crate::domain::submission::{SubmissionAct, SubmissionState};
use crate::domain::time::Timestamp;
use crate::store::bulletins::Draft;
use crate::store::files::release_files;
use crate::store::submissions::{
    NewStep, Submission, SubmittedFile, insert_step, list_submitted_files, lock_submission,
};
use crate::store::{Connection, audit};

/// Makes a draft of a submission that was proposed; it starts at `origin`.
///
/// # Errors
/// [`Refusal::NotAllowed`]; [`Refusal::SubmissionAbsent`]; [`Refusal::NotProposed`]; [`Refusal::Classified`].
pub async fn accept(
    db: &mut Connection,
    right: &Right,
    id: SubmissionId,
    origin: GroupId,
    public_url: &str,
    now: Timestamp,
) -> Result<BulletinId> {
    must_may(right, Permission::Publish)?;
    let found = lock_submission(db, right.scope.groups(), id).await?.ok_or(Refusal::SubmissionAbsent)?;
    if found.state.after(SubmissionAct::Accept) != Some(SubmissionState::Accepted) {
        return Err(Refusal::NotProposed);
    }
    let files = list_submitted_files(db, id).await?;
    let draft = draft_of(&found, &files, origin, public_url);
    let checked = check(db, right, draft, now).await?.map_err(|faults| refusal_of(&faults))?;
    let ids: Vec<FileId> = files.iter().map(|file| file.id).collect();
    release_files(db, &ids, now).await?;
    let bulletin = store(db, right, &checked, now).await?;
    let step = NewStep { state: SubmissionState::Accepted, remark: None, sent: None, bulletin: Some(bulletin) };
    insert_step(db, id, step, &right.actor, now).await?;
    let answered = answer_requests(db, &found).await?;
    let detail = json!({ "office": found.office_id.0, "bulletin": bulletin, "requests_done": answered });
    audit::insert_entry(db, now, &right.actor, "submission_accept", &format!("submission:{id}"), &detail).await?;
    Ok(bulletin)
}

/// Open requests of an office that are looked at.
const MOST_REQUESTS: i64 = 200;
/// So much of a title answers a request, in characters.
const MOST_OF_TITLE: usize = 300;

/// Notes as done what had asked the office for material when it sent this; what was asked later wants more. The office did it when it sent
/// it, however long it took to be accepted. Gives how many requests that were.
async fn answer_requests(db: &mut Connection, found: &Submission) -> Result<u64> {
    use crate::store::requests::{answering::answer_request, list_to_do};

    let comment: String = found.title.chars().take(MOST_OF_TITLE).collect();
    let mut answered = 0;
    for request in list_to_do(db, found.office_id, MOST_REQUESTS).await? {
        let asked = request.kind == RequestKind::SendMaterial && request.issued_at <= found.sent_at;
        let done = RequestState::Done;
        if asked && answer_request(db, request.id, done, Some(&comment), &found.sent_by, found.sent_at).await? {
            answered += 1;
        }
    }
    Ok(answered)
}

/// What a submission says as a bulletin: its outcome, who benefits, the figures, and whose it is.
fn draft_of(found: &Submission, files: &[SubmittedFile], origin: GroupId, public_url: &str) -> Draft {
    let mut paragraphs = Vec::new();
    if !found.outcome.is_empty() {
        paragraphs.push(found.outcome.clone());
    }
    paragraphs.extend(found.beneficiaries.as_ref().map(|text| format!("ผู้ได้รับประโยชน์: {text}")));
    paragraphs.extend(found.figures.as_ref().map(|text| format!("ตัวเลขสำคัญ: {text}")));
    let credit = found.source.as_ref().map_or_else(
        || format!("ที่มา: {}", found.office_name),
        |source| format!("ที่มา: {source} ({})", found.office_name),
    );
    paragraphs.push(credit);
    let mut pictures = files.iter().filter(|file| file.kind == FileKind::Image);
    let hero = pictures.next();
    let attachment = hero.and_then(|file| Some(Attachment { image: file.preview?, alt: file.alt.parse().ok()? }));
    let videos = files.iter().filter(|file| file.kind == FileKind::Video);
    // the first picture stands in the card, and is also sent whole where the card shows only its top
    let whole = hero.filter(|file| !fits_card(file)).into_iter();
    let media = whole.chain(pictures).chain(videos).take(MOST_MEDIA).filter_map(|file| {
        Some(MediaFile { file: file.id, kind: file.kind, preview: file.preview?, alt: file.alt.parse().ok()? })
    });
    let links = files.iter().filter(|file| file.kind == FileKind::Pdf).map(|file| Link {
        label: "เปิดเอกสาร (PDF)".to_owned(),
        url: format!("{public_url}/f/{}.{}", file.id, file.kind.ending()),
    });
    Draft {
        subject: found.title.clone(),
        body: paragraphs.join("\n\n"),
        links: links.collect(),
        attachment,
        media: media.collect(),
        ..blank(origin)
    }
}

/// Whether its small picture shows all of it.
fn fits_card(file: &SubmittedFile) -> bool {
    let (width, height) = (file.width.unwrap_or_default(), file.height.unwrap_or_default());
    i64::from(height) <= i64::from(STEEPEST) * i64::from(width)
}

/// What sending up let through may bear a secrecy class by now, as the words for it grow; nothing else can be wrong.
fn refusal_of(faults: &[DraftFault]) -> Refusal {
    let class = faults.iter().find_map(|fault| match fault {
        DraftFault::Classified(_, class) => Some(*class),
        _ => None,
    });
    class.map_or(Refusal::NotProposed, Refusal::Classified)
}
