//! What the letters ask of offices: one function for each act, with the caller's right as an argument, which works in the caller's
//! transaction and writes one entry of the audit, whether a page, the API or the command line calls.
//!
//! Office work is done for the offices of one's own part of the tree; the audit and each record say who did it. Nothing here writes
//! into the cascade: what goes up or is noted at an office stays beside the one-way feed.

pub mod coordinators;
pub mod dissemination;
pub mod establishment;
pub mod posters;
pub mod profiles;
pub mod read_back;
pub mod register;
pub mod requests;
pub mod submissions;

use crate::domain::account::Permission;
use crate::domain::coordinator::FileFault;
use crate::domain::ids::{DisseminationId, OfficeId, RegisterEntryId};
use crate::domain::register::{BadYear, RegisterYear};
use crate::domain::right::{Right, Scope};
use crate::domain::secrecy::Class;
use crate::domain::submission::BadFiles;
use crate::store::offices::is_under;
use crate::store::register::endorsements::MOST;
use crate::store::{Connection, StoreError};

/// Why an act of office work is refused; nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum OfficeRefusal {
    /// The caller's role does no office work.
    #[error("the role may not do this")]
    NotAllowed,
    /// There is no such office, or it is outside of the caller's part of the tree.
    #[error("there is no such office")]
    OfficeAbsent,
    /// There is no such entry, or it is outside of the caller's part of the tree.
    #[error("there is no such entry")]
    EntryAbsent,
    /// There is no such bulletin, it is not published, or it does not go to this office.
    #[error("there is no such bulletin for this office")]
    BulletinAbsent,
    /// The office has entered this bulletin.
    #[error("the office has received this bulletin already")]
    AlreadyReceived(RegisterEntryId),
    /// The year takes no entry any more.
    #[error("the year {0} of the register is closed")]
    YearClosed(RegisterYear),
    /// A year is closed when it has ended.
    #[error("the year {0} has not ended")]
    YearNotEnded(RegisterYear),
    /// What has not happened cannot be entered; the field that says when.
    #[error("must not lie in the future")]
    InFuture(&'static str),
    /// It lies in no year of which a register tells.
    #[error(transparent)]
    BadYear(#[from] BadYear),
    /// Whom it is assigned to is not said.
    #[error("must say to whom it is assigned")]
    AssigneeMissing,
    /// What was done is not said.
    #[error("must say what was done")]
    MethodMissing,
    /// The chain is as long as a chain may be.
    #[error("an entry has at most {MOST} endorsements")]
    ChainFull,
    /// There is no such coordinator, or their office is outside of the caller's part of the tree.
    #[error("there is no such coordinator")]
    CoordinatorAbsent,
    /// Somebody was appointed there at this moment or later.
    #[error("somebody was appointed at this office on that day or later")]
    NotLater,
    /// The appointment has ended by then, or has not begun.
    #[error("the appointment has ended by then, or begins only later")]
    CannotEnd,
    /// A file with what is wrong with it.
    #[error("the file is not accepted")]
    File(Vec<FileFault>),
    /// One file, which is written down as a whole, would hold more people than it may.
    #[error(
        "one file holds at most {} appointments: narrow it by province, or leave out those that have ended",
        coordinators::MOST_EXPORTED
    )]
    TooManyExported,
    /// There is no such request, or its office is outside of the caller's part of the tree.
    #[error("there is no such request")]
    RequestAbsent,
    /// It was answered, or its bulletin was withdrawn.
    #[error("the request was answered already, or its bulletin was withdrawn")]
    NotOpen,
    /// How to reach somebody could not be sealed or opened.
    #[error("how to reach the coordinator cannot be sealed or opened with the keys of the key file")]
    Contacts,
    /// There is no such record of dissemination, or it is outside of the caller's part of the tree.
    #[error("there is no such record")]
    DisseminationAbsent,
    /// Another record stands in its place.
    #[error("the record has been replaced already")]
    AlreadyReplaced(DisseminationId),
    /// A bulletin is spread when it is out.
    #[error("must not lie before the bulletin was published")]
    BeforePublished,
    /// An office of a province works there.
    #[error("lies outside of the office's province")]
    AreaElsewhere,
    /// There is no such read-back code, or its office is outside of the caller's part of the tree.
    #[error("there is no such read-back code")]
    CodeAbsent,
    /// A village has a number from 1 to 99.
    #[error("there is no such village")]
    VillageAbsent,
    /// There is no such picture; which of the list, from 0.
    #[error("there is no file of this id")]
    PictureAbsent(usize),
    /// The file is something else; which of the list, from 0.
    #[error("is no picture")]
    NoPicture(usize),
    /// A first record says that something was done.
    #[error("must be at least 1; only a replacement says that nothing was done")]
    NothingDone,
    /// There is no such submission, or its office is outside of the caller's part of the tree.
    #[error("there is no such submission")]
    SubmissionAbsent,
    /// Nobody checks what their own office sends up.
    #[error("an office above the one that sends does this")]
    NotAbove,
    /// No person checks what they sent up themselves, for whatever office.
    #[error("nobody checks what they sent up themselves")]
    OwnMaterial,
    /// Something was done with it since the caller looked.
    #[error("something was done with the submission since you looked at it: look again")]
    ChangedSince,
    /// It was changed as often as it may be.
    #[error("a submission has at most {} steps: send it as a new one", submissions::MOST_STEPS)]
    StepsFull,
    /// It has come further, or not so far.
    #[error("the submission has not come so far, or has come further")]
    NotNow,
    /// There is no such topic, or it is offered no more.
    #[error("there is no such topic")]
    TopicAbsent,
    /// There is no such file; which of the list, from 0.
    #[error("there is no file of this id")]
    FileAbsent(usize),
    /// The files do not make one submission.
    #[error(transparent)]
    Files(BadFiles),
    /// Neither a text nor a file.
    #[error("is required where there is no file")]
    NothingSent,
    /// A text bears a secrecy class; the field.
    #[error("bears the secrecy class {}", .1.thai())]
    Classified(&'static str, Class),
    /// What a file shows bears a secrecy class; which of the list, from 0.
    #[error("bears the secrecy class {}", .1.thai())]
    AltClassified(usize, Class),
    /// The office does not answer for the group at this place, or it is out of use.
    #[error("is no group in use of this office or below it")]
    GroupAbsent(usize),
    /// The group at this place was not created.
    #[error("was not created yet")]
    NotCreated(usize),
    /// The office has no group in use.
    #[error("the office has no group in use")]
    NothingToReport,
    /// There is no such report, or its office is outside of the caller's part of the tree.
    #[error("there is no such report")]
    ReportAbsent,
    /// A report goes out when it was made.
    #[error("must not lie before the day on which the report was made")]
    BeforeReport,
    /// A mail of the report is under way, or was accepted.
    #[error("a mail of this report is under way, or the mail server has accepted it")]
    MailStands,
    /// The office has had as many mails in a day as it may; in how many seconds it may have the next.
    #[error("an office sends at most {} mails in 24 hours", establishment::MOST_MAILS)]
    TooManyMails(u64),
    /// A report tells of all groups of the office, and the caller does not see all of them.
    #[error("the office also has groups in another part of the tree; whoever sees all of them makes the report")]
    GroupsElsewhere,
    /// Only what was accepted is a poster.
    #[error("the submission was not accepted")]
    NotAccepted,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The result of an act of office work.
pub type Result<T, E = OfficeRefusal> = std::result::Result<T, E>;

/// Whether the caller does the work of `office`: every command asks this first.
///
/// # Errors
/// [`OfficeRefusal::NotAllowed`], [`OfficeRefusal::OfficeAbsent`].
pub async fn must_work_for(db: &mut Connection, right: &Right, office: OfficeId) -> Result<()> {
    if !right.may(Permission::OfficeWork) {
        return Err(OfficeRefusal::NotAllowed);
    }
    let theirs = match &right.scope {
        Scope::Whole => true,
        Scope::Under(scope) => is_under(db, office, scope).await?,
    };
    if theirs { Ok(()) } else { Err(OfficeRefusal::OfficeAbsent) }
}
