//! Sending material upward, and what those above do with it: check, propose, return. Accepting makes a draft and is `relay`'s.
//!
//! An office sends for itself. Checking, proposing and returning is for those who work above it, and returning also for whoever publishes.
//! Every step is kept with who took it; what was sent before a change stands in its step. Whoever checks, proposes or returns says which
//! step they saw last, so that nobody decides about what they have not seen.

use serde_json::json;

use super::{OfficeRefusal, Result, must_work_for};
use crate::domain::account::Permission;
use crate::domain::actor::Actor;
use crate::domain::content_id::FileId;
use crate::domain::ids::{OfficeId, SubmissionId};
use crate::domain::right::Right;
use crate::domain::secrecy::secrecy_class;
use crate::domain::submission::{SubmissionAct, SubmissionKind, SubmissionState, SubmissionWay};
use crate::domain::text::{AltText, Mention, Outcome, RequestText, Subject};
use crate::domain::time::Timestamp;
use crate::store::files::hold_files;
use crate::store::submissions::steps::{NewStep, count_steps, has_sent, insert_step};
use crate::store::submissions::topics::{Topic, list_topics, put_topic};
use crate::store::submissions::{NewSubmission, Submission, insert_submission, lock_submission, replace_submission};
use crate::store::{Connection, audit};

/// Steps after which a submission is not sent again.
pub const MOST_STEPS: i16 = 50;

/// What an office sends.
#[derive(Clone, Debug)]
pub struct Material {
    /// The code of its topic.
    pub topic: String,
    /// What it is about.
    pub title: Subject,
    /// What came of it for people; may be missing where a file says it.
    pub outcome: Option<Outcome>,
    /// Who benefits.
    pub beneficiaries: Option<Mention>,
    /// The figures that show it.
    pub figures: Option<Mention>,
    /// Whom to name as its source.
    pub source: Option<Mention>,
    /// The unit to ask, and how.
    pub contact: Option<Mention>,
    /// Its files in their order, each with what it shows.
    pub files: Vec<(FileId, AltText)>,
}

/// Sends material of an office upward.
///
/// # Errors
/// [`OfficeRefusal`]: not theirs, no such topic or file, files that make no submission, a secrecy class.
pub async fn send(
    db: &mut Connection,
    right: &Right,
    office: OfficeId,
    material: &Material,
    way: SubmissionWay,
    now: Timestamp,
) -> Result<SubmissionId> {
    must_work_for(db, right, office).await?;
    let (kind, files) = check(db, material).await?;
    let id = SubmissionId::new(now);
    insert_submission(db, id, office, &material.as_row(kind, way, &files), &right.actor, now).await?;
    note(db, right, id, SubmissionState::Received, None, Some(material), now).await?;
    let detail = json!({ "office": office.0, "kind": kind, "way": way });
    audit::insert_entry(db, now, &right.actor, "submission_send", &subject(id), &detail).await?;
    Ok(id)
}

/// Sends what was returned again, changed; or says what it is that came by LINE, as long as nobody above has done anything with it.
///
/// # Errors
/// As [`send`]; [`OfficeRefusal::NotNow`] where it was not returned; [`OfficeRefusal::StepsFull`].
pub async fn send_again(
    db: &mut Connection,
    right: &Right,
    id: SubmissionId,
    material: &Material,
    now: Timestamp,
) -> Result<()> {
    let found = lock(db, right, id).await?;
    must_work_for(db, right, found.office_id).await?;
    let state = if found.awaits_details() { found.state } else { after(&found, SubmissionAct::SendAgain)? };
    if count_steps(db, id).await? >= MOST_STEPS {
        return Err(OfficeRefusal::StepsFull);
    }
    let (kind, files) = check(db, material).await?;
    replace_submission(db, id, &material.as_row(kind, found.way, &files), &right.actor, now).await?;
    note(db, right, id, state, None, Some(material), now).await?;
    audit::insert_entry(db, now, &right.actor, "submission_send_again", &subject(id), &json!({ "kind": kind })).await?;
    Ok(())
}

/// Notes that the office above finds it in order; `seen` is the number of the step that the caller saw last.
///
/// # Errors
/// [`OfficeRefusal::SubmissionAbsent`], [`OfficeRefusal::NotAbove`], [`OfficeRefusal::NotNow`]; [`OfficeRefusal::ChangedSince`] where
/// another step has followed.
pub async fn check_off(
    db: &mut Connection,
    right: &Right,
    id: SubmissionId,
    seen: Option<i16>,
    remark: Option<&RequestText>,
    now: Timestamp,
) -> Result<()> {
    step_above(db, right, (id, seen), SubmissionAct::Check, remark, now).await
}

/// Proposes it to whoever publishes; what was not checked before counts as checked by the same person.
///
/// # Errors
/// As [`check_off`].
pub async fn propose(
    db: &mut Connection,
    right: &Right,
    id: SubmissionId,
    seen: Option<i16>,
    remark: Option<&RequestText>,
    now: Timestamp,
) -> Result<()> {
    step_above(db, right, (id, seen), SubmissionAct::Propose, remark, now).await
}

/// Sends it back with the reason.
///
/// # Errors
/// As [`check_off`].
pub async fn give_back(
    db: &mut Connection,
    right: &Right,
    id: SubmissionId,
    seen: Option<i16>,
    reason: &RequestText,
    now: Timestamp,
) -> Result<()> {
    step_above(db, right, (id, seen), SubmissionAct::Return, Some(reason), now).await
}

async fn step_above(
    db: &mut Connection,
    right: &Right,
    (id, seen): (SubmissionId, Option<i16>),
    act: SubmissionAct,
    remark: Option<&RequestText>,
    now: Timestamp,
) -> Result<()> {
    if !right.may(Permission::HandleMaterial) {
        return Err(OfficeRefusal::NotAllowed);
    }
    let found = lock(db, right, id).await?;
    let returns = act == SubmissionAct::Return && right.may(Permission::Publish);
    if !returns && !works_above(right, &found) {
        return Err(OfficeRefusal::NotAbove);
    }
    // a key is a system, with which many people work
    if !returns && matches!(right.actor, Actor::User(_)) && has_sent(db, id, &right.actor).await? {
        return Err(OfficeRefusal::OwnMaterial);
    }
    if has_changed(db, id, seen).await? {
        return Err(OfficeRefusal::ChangedSince);
    }
    let state = after(&found, act)?;
    note(db, right, id, state, remark.map(RequestText::as_str), None, now).await?;
    let (by, subject, detail) = (&right.actor, subject(id), json!({ "office": found.office_id.0 }));
    match act {
        SubmissionAct::Check => audit::insert_entry(db, now, by, "submission_check", &subject, &detail).await?,
        SubmissionAct::Propose => audit::insert_entry(db, now, by, "submission_propose", &subject, &detail).await?,
        SubmissionAct::Return => audit::insert_entry(db, now, by, "submission_return", &subject, &detail).await?,
        SubmissionAct::Accept | SubmissionAct::SendAgain => return Err(OfficeRefusal::NotNow),
    }
    Ok(())
}

/// Whether another step has followed the one that was seen last, of a submission that is locked.
async fn has_changed(db: &mut Connection, id: SubmissionId, seen: Option<i16>) -> Result<bool> {
    match seen {
        Some(seen) => Ok(count_steps(db, id).await? != seen),
        None => Ok(false),
    }
}

/// Whether the caller does the work of an office above the one that sends: no office checks its own.
#[must_use]
pub fn works_above(right: &Right, found: &Submission) -> bool {
    right.may(Permission::OfficeWork) && right.office != Some(found.office_id)
}

/// Writes the names of a topic, or takes it out of what is offered.
///
/// # Errors
/// [`OfficeRefusal::NotAllowed`].
pub async fn change_topic(db: &mut Connection, right: &Right, topic: &Topic, now: Timestamp) -> Result<()> {
    if !right.may(Permission::Publish) || right.scope.groups().is_some() {
        return Err(OfficeRefusal::NotAllowed);
    }
    put_topic(db, topic).await?;
    let detail = json!({ "thai": topic.thai, "english": topic.english, "retired": topic.retired_at.is_some() });
    audit::insert_entry(db, now, &right.actor, "topic_change", &format!("topic:{}", topic.code), &detail).await?;
    Ok(())
}

async fn lock(db: &mut Connection, right: &Right, id: SubmissionId) -> Result<Submission> {
    lock_submission(db, right.scope.groups(), id).await?.ok_or(OfficeRefusal::SubmissionAbsent)
}

fn after(found: &Submission, act: SubmissionAct) -> Result<SubmissionState> {
    found.state.after(act).ok_or(OfficeRefusal::NotNow)
}

fn subject(id: SubmissionId) -> String {
    format!("submission:{id}")
}

/// What the files make together, and that all of it may be sent.
async fn check(db: &mut Connection, material: &Material) -> Result<(SubmissionKind, Vec<(FileId, String)>)> {
    let texts = [
        ("title", Some(material.title.as_str())),
        ("outcome", material.outcome.as_ref().map(Outcome::as_str)),
        ("beneficiaries", material.beneficiaries.as_ref().map(Mention::as_str)),
        ("figures", material.figures.as_ref().map(Mention::as_str)),
        ("source", material.source.as_ref().map(Mention::as_str)),
        ("contact", material.contact.as_ref().map(Mention::as_str)),
    ];
    for (field, text) in texts {
        if let Some(class) = text.and_then(secrecy_class) {
            return Err(OfficeRefusal::Classified(field, class));
        }
    }
    for (index, (_, alt)) in material.files.iter().enumerate() {
        if let Some(class) = secrecy_class(alt.as_str()) {
            return Err(OfficeRefusal::AltClassified(index, class));
        }
    }
    let topics = list_topics(db).await?;
    if !topics.iter().any(|topic| topic.code == material.topic && topic.retired_at.is_none()) {
        return Err(OfficeRefusal::TopicAbsent);
    }
    let ids: Vec<FileId> = material.files.iter().map(|(id, _)| *id).collect();
    let held = hold_files(db, &ids).await?;
    if let Some(absent) = ids.iter().position(|id| !held.iter().any(|file| file.id == *id)) {
        return Err(OfficeRefusal::FileAbsent(absent));
    }
    let kind = SubmissionKind::of_files(held.iter().map(|file| (file.id, file.kind))).map_err(OfficeRefusal::Files)?;
    if kind == SubmissionKind::Text && material.outcome.is_none() {
        return Err(OfficeRefusal::NothingSent);
    }
    Ok((kind, material.files.iter().map(|(id, alt)| (*id, alt.as_str().to_owned())).collect()))
}

async fn note(
    db: &mut Connection,
    right: &Right,
    id: SubmissionId,
    state: SubmissionState,
    remark: Option<&str>,
    material: Option<&Material>,
    now: Timestamp,
) -> Result<()> {
    let sent = material.map(Material::as_record);
    let step = NewStep { state, remark, sent: sent.as_ref(), bulletin: None };
    Ok(insert_step(db, id, step, &right.actor, now).await?)
}

impl Material {
    fn as_row<'a>(
        &'a self,
        kind: SubmissionKind,
        way: SubmissionWay,
        files: &'a [(FileId, String)],
    ) -> NewSubmission<'a> {
        NewSubmission {
            kind,
            topic: &self.topic,
            title: self.title.as_str(),
            outcome: self.outcome.as_ref().map_or("", Outcome::as_str),
            beneficiaries: self.beneficiaries.as_ref().map(Mention::as_str),
            figures: self.figures.as_ref().map(Mention::as_str),
            source: self.source.as_ref().map(Mention::as_str),
            contact: self.contact.as_ref().map(Mention::as_str),
            way,
            files,
        }
    }

    /// What its step keeps of it, whatever is sent afterwards.
    fn as_record(&self) -> serde_json::Value {
        let files: Vec<_> = self.files.iter().map(|(id, alt)| json!({ "file": id, "alt": alt })).collect();
        json!({
            "topic": self.topic, "title": self.title, "outcome": self.outcome, "beneficiaries": self.beneficiaries,
            "figures": self.figures, "source": self.source, "contact": self.contact, "files": files,
        })
    }
}
