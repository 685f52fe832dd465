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
use crate::domain::text::AltText;
use crate::domain::time::Timestamp;
use crate::store::bulletins::Draft;
use crate::store::files::release_files;
use crate::store::requests::{answering::answer_request, list_to_do};
use crate::store::submissions::files::{SubmittedFile, list_submitted_files, list_submitted_pages};
use crate::store::submissions::steps::{NewStep, count_steps, insert_step};
use crate::store::submissions::{Submission, lock_submission};
use crate::store::{Connection, audit};

/// Makes a draft of a submission that was proposed; it starts at `origin`. `seen` is the number of the step that the caller saw last.
///
/// # Errors
/// [`Refusal::NotAllowed`]; [`Refusal::SubmissionAbsent`]; [`Refusal::ChangedSince`] where another step has followed;
/// [`Refusal::NotProposed`]; [`Refusal::Classified`].
pub async fn accept(
    db: &mut Connection,
    right: &Right,
    id: SubmissionId,
    seen: Option<i16>,
    origin: GroupId,
    public_url: &str,
    now: Timestamp,
) -> Result<BulletinId> {
    must_may(right, Permission::Publish)?;
    let found = lock_submission(db, right.scope.groups(), id).await?.ok_or(Refusal::SubmissionAbsent)?;
    if let Some(seen) = seen
        && count_steps(db, id).await? != seen
    {
        return Err(Refusal::ChangedSince);
    }
    if found.state.after(SubmissionAct::Accept) != Some(SubmissionState::Accepted) {
        return Err(Refusal::NotProposed);
    }
    let files = list_submitted_files(db, id).await?;
    let pages = list_submitted_pages(db, id).await?;
    let draft = draft_of(&found, &files, &pages, origin, public_url);
    let checked = check(db, right, draft, now).await?.map_err(|faults| refusal_of(&faults))?;
    let ids: Vec<FileId> = files.iter().chain(&pages).map(|file| file.id).collect();
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
///
/// A document is linked, and shows its first pages as pictures.
fn draft_of(
    found: &Submission,
    files: &[SubmittedFile],
    pages: &[SubmittedFile],
    origin: GroupId,
    public_url: &str,
) -> Draft {
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
    let pictures = files.iter().filter(|file| file.kind == FileKind::Image);
    let pages: Vec<SubmittedFile> = (1..).zip(pages).map(|(no, page)| numbered(page, no)).collect();
    let pictures: Vec<&SubmittedFile> = pictures.chain(&pages).collect();
    // the card shows the first of which it shows all, or of the first its top
    let hero = pictures.iter().find(|file| fits_card(file)).or(pictures.first()).copied();
    let attachment = hero.and_then(|file| Some(Attachment { image: file.preview?, alt: file.alt.parse().ok()? }));
    let videos = files.iter().filter(|file| file.kind == FileKind::Video);
    // of which it shows the top, that is sent whole too; where there is no room for it, it is linked
    let cut = hero.filter(|file| !fits_card(file));
    let (whole, linked) = if pictures.len() > MOST_MEDIA { (None, cut) } else { (cut, None) };
    let others = pictures.iter().copied().filter(|file| hero.is_none_or(|hero| hero.id != file.id));
    let media = whole.into_iter().chain(others).chain(videos).take(MOST_MEDIA).filter_map(|file| {
        Some(MediaFile { file: file.id, kind: file.kind, preview: file.preview?, alt: file.alt.parse().ok()? })
    });
    let link = |file: &SubmittedFile, label: &str| Link {
        label: label.to_owned(),
        url: format!("{public_url}/f/{}.{}", file.id, file.kind.ending()),
    };
    let documents = files.iter().filter(|file| file.kind == FileKind::Pdf).map(|file| link(file, "เปิดเอกสาร (PDF)"));
    let links = documents.chain(linked.map(|file| link(file, "เปิดภาพเต็ม")));
    Draft {
        subject: found.title.clone(),
        body: paragraphs.join("\n\n"),
        links: links.collect(),
        attachment,
        media: media.collect(),
        ..blank(origin)
    }
}

/// A page with its number in what it shows, where there is room for it.
fn numbered(page: &SubmittedFile, no: usize) -> SubmittedFile {
    let alt = format!("{} (หน้า {no})", page.alt);
    let fits = alt.parse::<AltText>().is_ok();
    SubmittedFile { alt: if fits { alt } else { page.alt.clone() }, ..page.clone() }
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
