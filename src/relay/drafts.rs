//! Writes, changes and throws away a draft, with one rule book for every way by which it comes in.
//!
//! [`check`] looks at a draft as it would be stored, whole: also at what this change does not touch, as times pass meanwhile.
//! Only what it let through ([`CheckedDraft`]) is stored. What a text means (a date in words, an address without its
//! encoding) is read before, by whoever takes the text in.

use serde_json::json;

use super::draft_rules::{DraftFault, check_fields};
use super::own_bulletin::{lock_own, must_may};
use super::refusal::{Refusal, Result};
use crate::domain::account::Permission;
use crate::domain::bulletin::{Acknowledgement, Audience, ForwardingMode, Kind, Stage, Urgency};
use crate::domain::content_id::FileId;
use crate::domain::file_kind::FileKind;
use crate::domain::ids::{BulletinId, Code, GroupId};
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::domain::way::Way;
use crate::store::bulletins::{self as rows, Bulletin, Draft};
use crate::store::files::{File, hold_files, release_files};
use crate::store::groups::list_places;
use crate::store::images::find_size;
use crate::store::{Connection, StoreError, audit};

/// A draft that keeps the rules, for the caller for whom it was checked.
#[derive(Clone, Debug)]
pub struct CheckedDraft(Draft);

impl CheckedDraft {
    /// What it says.
    #[must_use]
    pub fn draft(&self) -> &Draft {
        &self.0
    }
}

/// Looks at a whole draft: its fields, the caller's role, and whether what it names is there and the caller's to name. Gives
/// everything that is wrong at once.
///
/// # Errors
/// When the database fails; what is wrong with the draft is the inner error.
pub async fn check(
    db: &mut Connection,
    right: &Right,
    draft: Draft,
    now: Timestamp,
) -> Result<std::result::Result<CheckedDraft, Vec<DraftFault>>, StoreError> {
    let mut faults = check_fields(&draft, now);
    check_role(right, &draft, &mut faults);
    let named = [("groups", &draft.audience.groups), ("exclude_groups", &draft.audience.exclude_groups)];
    for (list, codes) in named {
        check_groups(db, right, list, codes.as_deref().unwrap_or_default(), &mut faults).await?;
    }
    if let Some(attachment) = &draft.attachment
        && find_size(db, attachment.image).await?.is_none()
    {
        faults.push(DraftFault::ImageAbsent);
    }
    check_files(db, &draft, &mut faults).await?;
    if let Some(about) = draft.about {
        check_about(db, right, about, &mut faults).await?;
    }
    Ok(if faults.is_empty() { Ok(CheckedDraft(draft)) } else { Err(faults) })
}

/// What a steward's own bulletin may be: news to the own office and below, through the stewards there.
fn check_role(right: &Right, draft: &Draft, faults: &mut Vec<DraftFault>) {
    if right.may(Permission::Publish) {
        return;
    }
    if draft.kind != Kind::News {
        faults.push(DraftFault::KindNeedsPublisher);
    }
    if draft.forwarding == ForwardingMode::Automatic {
        faults.push(DraftFault::ForwardingNeedsPublisher);
    }
    if draft.way.is_some() {
        faults.push(DraftFault::WayNeedsPublisher);
    }
}

/// The files are there, and are what the draft says they are.
async fn check_files(db: &mut Connection, draft: &Draft, faults: &mut Vec<DraftFault>) -> Result<(), StoreError> {
    let ids: Vec<FileId> = draft.media.iter().map(|media| media.file).collect();
    let held = if ids.is_empty() { Vec::new() } else { hold_files(db, &ids).await? };
    for (index, media) in draft.media.iter().enumerate() {
        let found = held.iter().find(|file| file.id == media.file);
        // LINE shows no document
        let fits =
            |file: &File| file.kind == media.kind && file.kind != FileKind::Pdf && file.preview == Some(media.preview);
        if !found.is_some_and(fits) {
            faults.push(DraftFault::FileAbsent(index + usize::from(draft.attachment.is_some())));
        }
    }
    Ok(())
}

/// Lets LINE fetch what a draft carries: a test may send it at once.
async fn release(db: &mut Connection, draft: &Draft, now: Timestamp) -> Result<(), StoreError> {
    let ids: Vec<FileId> = draft.media.iter().map(|media| media.file).collect();
    if ids.is_empty() { Ok(()) } else { release_files(db, &ids, now).await }
}

async fn check_groups(
    db: &mut Connection,
    right: &Right,
    list: &'static str,
    codes: &[Code],
    faults: &mut Vec<DraftFault>,
) -> Result<(), StoreError> {
    let names: Vec<String> = codes.iter().map(Code::to_string).collect();
    let places = if names.is_empty() { Vec::new() } else { list_places(db, &names).await? };
    for (index, code) in names.into_iter().enumerate() {
        if !places.iter().any(|place| place.code == code && right.scope.covers(&place.path)) {
            faults.push(DraftFault::GroupAbsent { list, index, code });
        }
    }
    Ok(())
}

async fn check_about(
    db: &mut Connection,
    right: &Right,
    about: BulletinId,
    faults: &mut Vec<DraftFault>,
) -> Result<(), StoreError> {
    let filter = rows::Filter { id: Some(about), scope: right.scope.to_filter(), ..rows::Filter::default() };
    match rows::list_bulletins(db, &filter, 1).await?.pop().map(|other| other.stage) {
        Some(Stage::Published) => {}
        Some(Stage::Withdrawn) => faults.push(DraftFault::AboutWithdrawn),
        Some(Stage::Draft | Stage::Submitted | Stage::Scheduled) | None => faults.push(DraftFault::AboutAbsent),
    }
    Ok(())
}

/// A draft that says nothing yet.
#[must_use]
pub fn blank(origin: GroupId) -> Draft {
    Draft {
        kind: Kind::default(),
        about: None,
        subject: String::new(),
        body: String::new(),
        urgency: Urgency::default(),
        document_number: None,
        document_date: None,
        origin,
        audience: Audience::default(),
        links: Vec::new(),
        attachment: None,
        media: Vec::new(),
        forwarding: ForwardingMode::default(),
        way: None,
        acknowledgement: Acknowledgement::default(),
        expires_at: None,
        requests: Vec::new(),
    }
}

/// Stores a new draft.
///
/// # Errors
/// [`Refusal::NotAllowed`].
pub async fn create(db: &mut Connection, right: &Right, draft: &CheckedDraft, now: Timestamp) -> Result<BulletinId> {
    must_may(right, Permission::Originate)?;
    let (id, draft) = (store(db, right, draft, now).await?, draft.draft());
    note(db, right, "draft", id, Overrides::of(draft), now).await?;
    Ok(id)
}

/// Stores a new draft for a command that notes itself.
pub(super) async fn store(
    db: &mut Connection,
    right: &Right,
    draft: &CheckedDraft,
    now: Timestamp,
) -> Result<BulletinId, StoreError> {
    let id = BulletinId::new(now);
    rows::insert_draft(db, id, draft.draft(), &super::public_token(), &right.actor, now).await?;
    release(db, draft.draft(), now).await?;
    Ok(id)
}

/// The caller's draft, its row locked.
///
/// # Errors
/// [`Refusal::Absent`]; [`Refusal::NotADraft`] where it is none any more.
pub async fn lock(db: &mut Connection, right: &Right, id: BulletinId) -> Result<Bulletin> {
    let bulletin = lock_own(db, right, id, Permission::Originate).await?;
    if bulletin.stage == Stage::Draft { Ok(bulletin) } else { Err(Refusal::NotADraft) }
}

/// Puts `draft` in place of what the draft `before` says, which [`lock`] gave.
pub async fn change(
    db: &mut Connection,
    right: &Right,
    before: &Bulletin,
    draft: &CheckedDraft,
    now: Timestamp,
) -> Result<()> {
    let draft = draft.draft();
    rows::update_draft(db, before.id, draft, now).await?;
    release(db, draft, now).await?;
    let mut set = Overrides::of(draft);
    set.automatic &= before.forwarding != ForwardingMode::Automatic;
    set.way = set.way.filter(|way| before.way != Some(*way));
    note(db, right, "edit", before.id, set, now).await?;
    Ok(())
}

/// Throws a draft away.
///
/// # Errors
/// As [`lock`].
pub async fn delete(db: &mut Connection, right: &Right, id: BulletinId, now: Timestamp) -> Result<()> {
    lock(db, right, id).await?;
    rows::delete_draft(db, id).await?;
    note(db, right, "delete", id, Overrides::default(), now).await?;
    Ok(())
}

/// Which of the groups' own settings a draft passes over.
#[derive(Default)]
struct Overrides {
    automatic: bool,
    way: Option<Way>,
}

impl Overrides {
    fn of(draft: &Draft) -> Self {
        Self { automatic: draft.forwarding == ForwardingMode::Automatic, way: draft.way }
    }
}

/// Writes the act down, and apart from it that the groups' own settings are passed over.
async fn note(
    db: &mut Connection,
    right: &Right,
    act: &str,
    id: BulletinId,
    set: Overrides,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (by, subject) = (&right.actor, format!("bulletin:{id}"));
    audit::insert_entry(db, now, by, act, &subject, &json!({})).await?;
    if set.automatic {
        audit::insert_entry(db, now, by, "set_forwarding", &subject, &json!({ "forwarding": "automatic" })).await?;
    }
    if let Some(way) = set.way {
        audit::insert_entry(db, now, by, "set_way", &subject, &json!({ "way": way })).await?;
    }
    Ok(())
}
