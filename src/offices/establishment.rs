//! Setting up groups and reporting it: an office says that groups were created, operations verify them, a report is made and goes out on
//! paper and by mail.
//!
//! A report holds its groups as they stood and is never changed. What a bulletin asked of the office in this is answered when the report
//! has gone out in one of the two ways: when somebody notes the paper or a mail of their own, or when the mail server has accepted the mail.

use std::collections::HashMap;
use std::time::Duration;

use jiff::civil::Date;
use serde_json::json;

use super::{OfficeRefusal, Result, must_work_for};
use crate::domain::account::Permission;
use crate::domain::email::EmailAddress;
use crate::domain::establishment::{EstablishmentMark, GroupStage, ReportAddresses, ReportedGroup};
use crate::domain::ids::{EstablishmentReportId, GroupId, OfficeId};
use crate::domain::national::NameTemplate;
use crate::domain::request::RequestKind;
use crate::domain::right::Right;
use crate::domain::text::{FormEntry, Remark};
use crate::domain::thai::to_bangkok;
use crate::domain::time::Timestamp;
use crate::store::establishment::reports::{NewReport, Report, SentBy, find_report, insert_report, insert_sending};
use crate::store::establishment::{EstablishedGroup, insert_marks, list_groups, mails};
use crate::store::offices::{is_all_under, is_under};
use crate::store::requests::answering::answer_kind;
use crate::store::{Connection, audit};

/// Mails that an office may have in [`MAILS_WITHIN`]: each person who presses the button may try again, and the ministry's mailbox is not
/// filled by one office.
pub const MOST_MAILS: i64 = 10;
/// Within which time mails are counted.
pub const MAILS_WITHIN: Duration = Duration::from_hours(24);

/// Says that groups were created in LINE, or that this was said by mistake; gives how many that changes.
///
/// # Errors
/// [`OfficeRefusal::GroupAbsent`] with the place of a group for which the office does not answer, or that is out of use.
pub async fn declare(
    db: &mut Connection,
    right: &Right,
    office: OfficeId,
    codes: &[String],
    created: bool,
    now: Timestamp,
) -> Result<usize> {
    must_work_for(db, right, office).await?;
    let groups = list_groups(db, &[office], right.scope.groups()).await?;
    let named = pick(&groups, codes)?;
    let mark = if created { EstablishmentMark::Created } else { EstablishmentMark::NotCreated };
    let holds = |group: &EstablishedGroup| (group.said == Some(EstablishmentMark::Created)) == created;
    let changed: Vec<GroupId> = named.iter().filter(|group| !holds(group)).map(|group| group.id).collect();
    if !changed.is_empty() {
        insert_marks(db, &changed, mark, None, &right.actor, now).await?;
        let detail = json!({ "office": office.0, "groups": numbers(&changed), "created": created });
        audit::insert_entry(db, now, &right.actor, "declare_groups", &subject(office), &detail).await?;
    }
    Ok(changed.len())
}

/// What operations say of groups.
#[derive(Clone, Debug)]
pub struct Verification {
    /// Of which groups, by code; none = of all with a linked LINE group.
    pub groups: Option<Vec<String>>,
    /// Whether they are verified, or that is taken back.
    pub verified: bool,
    /// What is remarked.
    pub remark: Option<Remark>,
}

/// Verifies groups of an office and below, or takes that back; gives how many that changes.
///
/// # Errors
/// [`OfficeRefusal::NotAllowed`]; [`OfficeRefusal::GroupAbsent`], [`OfficeRefusal::NotCreated`] with the place of the group.
pub async fn verify(
    db: &mut Connection,
    right: &Right,
    office: OfficeId,
    verification: &Verification,
    now: Timestamp,
) -> Result<usize> {
    if !right.may(Permission::VerifyGroups) {
        return Err(OfficeRefusal::NotAllowed);
    }
    if let Some(scope) = right.scope.groups()
        && !is_under(db, office, scope).await?
    {
        return Err(OfficeRefusal::OfficeAbsent);
    }
    let groups = list_groups(db, &[office], right.scope.groups()).await?;
    let verified = verification.verified;
    let named = match &verification.groups {
        Some(codes) => {
            let named = pick(&groups, codes)?;
            match named.iter().position(|group| verified && !group.facts().created) {
                Some(place) => return Err(OfficeRefusal::NotCreated(place)),
                None => named,
            }
        }
        None => groups.iter().filter(|group| group.linked && !group.retired).collect(),
    };
    let mark = if verified { EstablishmentMark::Verified } else { EstablishmentMark::NotVerified };
    let holds = |group: &EstablishedGroup| group.facts().verified == verified;
    let changed: Vec<GroupId> = named.iter().filter(|group| !holds(group)).map(|group| group.id).collect();
    if !changed.is_empty() {
        let remark = verification.remark.as_ref().map(Remark::as_str);
        insert_marks(db, &changed, mark, remark, &right.actor, now).await?;
        let detail = json!({ "office": office.0, "groups": numbers(&changed), "verified": verified, "remark": remark });
        audit::insert_entry(db, now, &right.actor, "verify_groups", &subject(office), &detail).await?;
    }
    Ok(changed.len())
}

/// The groups of these codes, in their order.
fn pick<'a>(groups: &'a [EstablishedGroup], codes: &[String]) -> Result<Vec<&'a EstablishedGroup>> {
    let by_code: HashMap<&str, &EstablishedGroup> =
        groups.iter().filter(|group| !group.retired).map(|group| (group.code.as_str(), group)).collect();
    let named = codes
        .iter()
        .enumerate()
        .map(|(place, code)| by_code.get(code.as_str()).copied().ok_or(OfficeRefusal::GroupAbsent(place)));
    named.collect()
}

/// Makes a report of an office on its groups and those below, and queues its mail where `mail` says so.
///
/// # Errors
/// [`OfficeRefusal::OfficeAbsent`], [`OfficeRefusal::GroupsElsewhere`], [`OfficeRefusal::NothingToReport`], [`OfficeRefusal::TooManyMails`].
pub async fn report(
    db: &mut Connection,
    right: &Right,
    names: &NameTemplate,
    office: OfficeId,
    mail: Option<&ReportAddresses>,
    now: Timestamp,
) -> Result<EstablishmentReportId> {
    must_work_for(db, right, office).await?;
    if let Some(scope) = right.scope.groups()
        && !is_all_under(db, office, scope).await?
    {
        return Err(OfficeRefusal::GroupsElsewhere);
    }
    let groups = list_groups(db, &[office], right.scope.groups()).await?;
    if groups.iter().all(|group| group.retired) {
        return Err(OfficeRefusal::NothingToReport);
    }
    let created: Vec<GroupId> =
        groups.iter().filter(|group| group.facts().created && !group.retired).map(|group| group.id).collect();
    let mut rows: Vec<ReportedGroup> = groups.iter().map(|group| group.to_reported(names)).collect();
    for row in &mut rows {
        // by this very report
        if row.stage == GroupStage::Created {
            row.stage = GroupStage::Reported;
        }
    }
    let id = EstablishmentReportId::new(now);
    let new = NewReport { id, office, created: &created, rows: &rows, by: &right.actor };
    let no = insert_report(db, &new, now).await?;
    if let Some(mail) = mail {
        queue(db, right, (office, id), mail, now).await?;
    }
    let detail = json!({
        "office": office.0, "report": id, "no": no, "groups": rows.len(), "created": created.len(), "mail": mail.is_some(),
    });
    audit::insert_entry(db, now, &right.actor, "report_establishment", &subject(office), &detail).await?;
    Ok(id)
}

/// Notes that a report was sent on paper; so is answered what a bulletin asked of the office in this.
///
/// # Errors
/// [`OfficeRefusal::ReportAbsent`]; [`OfficeRefusal::InFuture`], [`OfficeRefusal::BeforeReport`].
pub async fn note_paper(
    db: &mut Connection,
    right: &Right,
    id: EstablishmentReportId,
    sent_on: Date,
    number: Option<&FormEntry>,
    now: Timestamp,
) -> Result<()> {
    let sent_by = SentBy::Paper { number: number.map(FormEntry::as_str) };
    note_sending(db, right, id, sent_on, sent_by, now).await
}

/// Notes that a person sent a report by mail themselves, as where this system sends none; so is answered what a bulletin asked of the office.
///
/// # Errors
/// [`OfficeRefusal::ReportAbsent`]; [`OfficeRefusal::InFuture`], [`OfficeRefusal::BeforeReport`].
pub async fn note_own_mail(
    db: &mut Connection,
    right: &Right,
    id: EstablishmentReportId,
    sent_on: Date,
    to: &EmailAddress,
    now: Timestamp,
) -> Result<()> {
    note_sending(db, right, id, sent_on, SentBy::Mail { recipient: to.as_str() }, now).await
}

async fn note_sending(
    db: &mut Connection,
    right: &Right,
    id: EstablishmentReportId,
    sent_on: Date,
    sent_by: SentBy<'_>,
    now: Timestamp,
) -> Result<()> {
    let found = find_theirs(db, right, id).await?;
    if sent_on > to_bangkok(now).date() {
        return Err(OfficeRefusal::InFuture("sent_on"));
    }
    if sent_on < to_bangkok(found.made_at).date() {
        return Err(OfficeRefusal::BeforeReport);
    }
    insert_sending(db, id, &sent_on.to_string(), sent_by, &right.actor, now).await?;
    let kind = RequestKind::ReportEstablishment;
    let answered = answer_kind(db, &[found.office_id], kind, found.made_at, &right.actor, now).await?;
    let subject = subject(found.office_id);
    match sent_by {
        SentBy::Paper { number } => {
            let detail = json!({ "report": id, "sent_on": sent_on, "number": number, "requests_done": answered });
            audit::insert_entry(db, now, &right.actor, "note_establishment_paper", &subject, &detail).await?;
        }
        SentBy::Mail { .. } => {
            let detail = json!({ "report": id, "sent_on": sent_on, "requests_done": answered });
            audit::insert_entry(db, now, &right.actor, "note_establishment_mail", &subject, &detail).await?;
        }
    }
    Ok(())
}

/// Queues a mail of a report: the first one, or again where the last one was refused or nobody knows what became of it.
///
/// # Errors
/// [`OfficeRefusal::ReportAbsent`]; [`OfficeRefusal::MailStands`] where one is under way or was accepted;
/// [`OfficeRefusal::TooManyMails`].
pub async fn send_again(
    db: &mut Connection,
    right: &Right,
    id: EstablishmentReportId,
    mail: &ReportAddresses,
    now: Timestamp,
) -> Result<()> {
    let found = find_theirs(db, right, id).await?;
    queue(db, right, (found.office_id, id), mail, now).await?;
    let detail = json!({ "report": id, "before": found.mail });
    let subject = subject(found.office_id);
    Ok(audit::insert_entry(db, now, &right.actor, "send_establishment_mail", &subject, &detail).await?)
}

/// From when on the office may send another mail; none = now.
///
/// # Errors
/// When the database fails.
pub async fn find_next_mail_at(db: &mut Connection, office: OfficeId, now: Timestamp) -> Result<Option<Timestamp>> {
    Ok(mails::count_back(db, office, MOST_MAILS, now - MAILS_WITHIN).await?.map(|at| at + MAILS_WITHIN))
}

async fn queue(
    db: &mut Connection,
    right: &Right,
    (office, id): (OfficeId, EstablishmentReportId),
    mail: &ReportAddresses,
    now: Timestamp,
) -> Result<()> {
    if let Some(at) = mails::find_nth_mail(db, office, MOST_MAILS, now - MAILS_WITHIN).await? {
        let seconds = (at + MAILS_WITHIN).since(now).as_secs() + 1;
        return Err(OfficeRefusal::TooManyMails(u64::try_from(seconds).unwrap_or(1)));
    }
    let domain = mail.from.as_str().rsplit('@').next().unwrap_or_default();
    let message_id = format!("<establishment-{id}@{domain}>");
    let queued = mails::queue_mail(db, id, mail.to.as_str(), &message_id, &right.actor, now).await?;
    if queued { Ok(()) } else { Err(OfficeRefusal::MailStands) }
}

/// The report, if the caller does the work of its office.
async fn find_theirs(db: &mut Connection, right: &Right, id: EstablishmentReportId) -> Result<Report> {
    if !right.may(Permission::OfficeWork) {
        return Err(OfficeRefusal::NotAllowed);
    }
    find_report(db, right.scope.groups(), id).await?.ok_or(OfficeRefusal::ReportAbsent)
}

fn subject(office: OfficeId) -> String {
    format!("office:{office}")
}

fn numbers(groups: &[GroupId]) -> Vec<i32> {
    groups.iter().map(|group| group.0).collect()
}
