//! What the store and the commands of the relay refuse, as problems: the one place where the two vocabularies meet.
//!
//! What a client can do something about is told with the field it is about; what it cannot goes to the log.

use super::problem::{FieldError, Problem};
use super::words::capital;
use crate::accounts::AccountRefusal;
use crate::domain::coordinator::FileFault;
use crate::domain::delivery::State;
use crate::domain::secrecy::Class;
use crate::domain::tree_file::RowError;
use crate::offices::OfficeRefusal;
use crate::relay::draft_rules::DraftFault;
use crate::relay::line_check::LineWords;
use crate::relay::refusal::Refusal;
use crate::relay::tree_files::TreeRefusal;
use crate::store::{DbError, StoreError};

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Absent(what) => Self::absent(what),
            StoreError::Refused(rule) => {
                tracing::warn!(rule, "a rule of the database refused a request");
                Self::conflict("refused", "What is stored does not allow this.")
            }
            StoreError::Unavailable(_) | StoreError::Again(_) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a request could not be answered");
                Self::unavailable()
            }
            StoreError::Database(_) | StoreError::Migrate(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a request failed");
                Self::internal()
            }
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = sentence(&refusal);
        match refusal {
            Refusal::Absent => Self::absent("bulletin, group or delivery"),
            Refusal::NotAllowed | Refusal::NotTheirsToPublish => Self::forbidden(detail),
            Refusal::GroupAbsent(name) => Self::absent(&format!("group as {name}")),
            Refusal::ChannelAbsent => Self::absent("channel"),
            Refusal::WebhookFailureAbsent => Self::absent("webhook event that is set aside"),
            Refusal::TermNotLater => Self::conflict("not-later", detail),
            Refusal::TermAbsent => Self::absent("term of office"),
            Refusal::ChannelTaken => Self::conflict("channel-exists", detail),
            Refusal::BadChannelSecret => Self::invalid_field("/secret", detail),
            Refusal::BadChannelToken(_) => Self::invalid_field("/token", detail),
            Refusal::Seal(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a secret could not be sealed");
                Self::internal()
            }
            Refusal::UploadAbsent => Self::absent("tree file"),
            Refusal::GroupAlertAbsent => Self::absent("alert that is open"),
            Refusal::ChannelParked => Self::conflict("parked", detail),
            Refusal::ChannelNotParked => Self::conflict("not-parked", detail),
            Refusal::NotADraft => Self::conflict("not-a-draft", detail),
            Refusal::NotRelaying => Self::conflict("not-relaying", detail),
            Refusal::NotSubmitted => Self::conflict("not-submitted", detail),
            Refusal::NotApproved => Self::conflict("not-approved", detail),
            Refusal::OwnBulletin => Self::conflict("own-bulletin", detail),
            Refusal::ImageNotHttps => Self::conflict("image-not-https", detail),
            Refusal::NotLinked(_) => Self::invalid_field("/group", detail),
            Refusal::NoChannel => Self::conflict("no-channel", detail),
            Refusal::NotHeld(groups) => {
                let stands = groups.iter().map(|(group, state)| format!("{group} ({})", word(*state)));
                let stands = stands.collect::<Vec<_>>().join(", ");
                Self::conflict("not-held", format!("{detail} It stands so: {stands}."))
            }
            Refusal::UnknownGroups(_) | Refusal::NobodySelected => Self::invalid_field("/audience", detail),
            Refusal::Classified(class) => Self::invalid_field("/body", classified(class)),
            Refusal::TooLarge(limits) => Self::invalid(match limits.as_slice() {
                [] => vec![FieldError::new("", detail)],
                limits => limits.iter().map(|limit| FieldError::new("", limit)).collect(),
            }),
            Refusal::RefusedByLine(complaints) => {
                let field = |line: &LineWords| {
                    FieldError::new(line.pointer.clone(), format!("LINE refuses this: {}", line.words))
                };
                Self::invalid(complaints.iter().map(field).collect())
            }
            Refusal::NoteTooLong => Self::invalid_field("/note", detail),
            Refusal::AboutUnpublished | Refusal::AboutWithdrawn => Self::invalid_field("/about", detail),
            Refusal::RequestOver(no) => Self::invalid_field(format!("/requests/{}/due_on", no - 1), detail),
            Refusal::Times(faults) => {
                Self::invalid(faults.iter().map(|fault| FieldError::new(fault.time.pointer(), &fault.why)).collect())
            }
            Refusal::NoDigest => Self::conflict("no-digest", detail),
            Refusal::NotForDigest => Self::conflict("not-for-digest", detail),
            Refusal::WithdrawalStands => Self::conflict("withdrawal-stands", detail),
            Refusal::Expired(_) => Self::conflict("expired", detail),
            Refusal::SubmissionAbsent => Self::absent("submission"),
            Refusal::NotProposed => Self::conflict("not-proposed", detail),
            Refusal::ChangedSince => Self::conflict("changed-since", detail),
            Refusal::Store(error) => error.into(),
            Refusal::Render(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a message could not be rendered");
                Self::internal()
            }
        }
    }
}

/// So many faults of a tree file are told.
const TREE_FAULTS: usize = 1_000;

impl From<TreeRefusal> for Problem {
    fn from(refusal: TreeRefusal) -> Self {
        let detail = format!("{}.", capital(&refusal.to_string()));
        match refusal {
            TreeRefusal::BadFile(bad) => {
                Self::invalid(bad.errors.iter().take(TREE_FAULTS).map(|fault| tree_fault(fault, true)).collect())
            }
            TreeRefusal::ChannelAbsent(_) => Self::invalid_field("?channel", detail),
            TreeRefusal::NothingNew => Self::conflict("nothing-new", detail),
            TreeRefusal::Changed(_) => Self::conflict("changed-meanwhile", detail),
            TreeRefusal::DoneBefore => Self::conflict("done-before", detail),
            TreeRefusal::Used => Self::conflict("used-since", detail),
            TreeRefusal::ChangedAgain => Self::conflict("changed-since", detail),
            TreeRefusal::GroupChanged => Self::changed_since(detail),
            TreeRefusal::CannotWrite(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a tree could not be written as a file");
                Self::internal()
            }
            TreeRefusal::Refused(refusal) => refusal.into(),
        }
    }
}

/// A fault of a tree file, with its line and column as the pointer; of a single change with the field alone.
fn tree_fault(fault: &RowError, with_line: bool) -> FieldError {
    let column = fault.place.as_ref().map(|place| format!("/{}", place.name)).unwrap_or_default();
    let line = if with_line { format!("/{}", fault.line) } else { String::new() };
    FieldError::new(format!("{line}{column}"), &fault.reason)
}

/// Why a single change of a group is not made, with the fields at fault.
pub fn edit_refused(refusal: TreeRefusal) -> Problem {
    match refusal {
        TreeRefusal::BadFile(bad) => {
            Problem::invalid(bad.errors.iter().map(|fault| tree_fault(fault, false)).collect())
        }
        other => other.into(),
    }
}

impl From<AccountRefusal> for Problem {
    fn from(refusal: AccountRefusal) -> Self {
        let detail = capital(&refusal.to_string());
        match refusal {
            AccountRefusal::NotAllowed => Self::forbidden(detail),
            AccountRefusal::Absent => Self::absent("account or key"),
            AccountRefusal::OwnAccount => Self::conflict("own-account", detail),
            AccountRefusal::UsernameTaken(_) => Self::conflict("username-taken", detail),
            AccountRefusal::Store(error) => error.into(),
        }
    }
}

/// A fault of a file, with its line and column as the pointer.
fn file_fault(fault: &FileFault) -> FieldError {
    let column = fault.column.map(|column| format!("/{}", column.name())).unwrap_or_default();
    FieldError::new(format!("/{}{column}", fault.line), fault.reason)
}

impl From<OfficeRefusal> for Problem {
    fn from(refusal: OfficeRefusal) -> Self {
        let detail = capital(&refusal.to_string());
        match refusal {
            OfficeRefusal::NotAllowed | OfficeRefusal::NotAbove | OfficeRefusal::OwnMaterial => Self::forbidden(detail),
            OfficeRefusal::ChangedSince => Self::conflict("changed-since", detail),
            OfficeRefusal::StepsFull => Self::conflict("steps-full", detail),
            OfficeRefusal::OfficeAbsent => Self::absent("office"),
            OfficeRefusal::EntryAbsent => Self::absent("entry of a register"),
            OfficeRefusal::BulletinAbsent => Self::absent("bulletin for this office"),
            OfficeRefusal::AlreadyReceived(entry) => {
                Self::conflict("already-received", format!("{detail}, as entry {entry}."))
            }
            OfficeRefusal::YearClosed(_) => Self::conflict("year-closed", detail),
            OfficeRefusal::YearNotEnded(_) => Self::conflict("year-not-ended", detail),
            OfficeRefusal::InFuture(field) | OfficeRefusal::Classified(field, _) => {
                Self::invalid_field(format!("/{field}"), detail)
            }
            OfficeRefusal::BadYear(_) => Self::invalid_field("/received_at", detail),
            OfficeRefusal::AssigneeMissing => Self::invalid_field("/assignee", detail),
            OfficeRefusal::MethodMissing => Self::invalid_field("/text", detail),
            OfficeRefusal::ChainFull => Self::conflict("chain-full", detail),
            OfficeRefusal::CoordinatorAbsent => Self::absent("coordinator"),
            OfficeRefusal::NotLater => Self::conflict("not-later", detail),
            OfficeRefusal::CannotEnd => Self::conflict("cannot-end", detail),
            OfficeRefusal::TooManyExported => Self::invalid_field("?province", detail),
            OfficeRefusal::RequestAbsent => Self::absent("request"),
            OfficeRefusal::NotOpen => Self::conflict("not-open", detail),
            OfficeRefusal::File(faults) => Self::invalid(faults.iter().map(file_fault).collect()),
            OfficeRefusal::Contacts => {
                tracing::error!("the contacts of a coordinator could not be sealed or opened");
                Self::internal()
            }
            OfficeRefusal::SubmissionAbsent => Self::absent("submission"),
            OfficeRefusal::NotNow => Self::conflict("not-now", detail),
            OfficeRefusal::TopicAbsent => Self::invalid_field("/topic", detail),
            OfficeRefusal::FileAbsent(index) => Self::invalid_field(format!("/files/{index}/file"), detail),
            OfficeRefusal::AltClassified(index, _) => Self::invalid_field(format!("/files/{index}/alt"), detail),
            OfficeRefusal::Files(_) => Self::invalid_field("/files", detail),
            OfficeRefusal::NothingSent => Self::invalid_field("/outcome", detail),
            OfficeRefusal::DisseminationAbsent => Self::absent("record of dissemination"),
            OfficeRefusal::AlreadyReplaced(newer) => {
                Self::conflict("already-replaced", format!("{detail}, by {newer}."))
            }
            OfficeRefusal::BeforePublished => Self::invalid_field("/at", detail),
            OfficeRefusal::PictureAbsent(index) | OfficeRefusal::NoPicture(index) => {
                Self::invalid_field(format!("/pictures/{index}"), detail)
            }
            OfficeRefusal::AreaElsewhere => Self::invalid_field("/area", detail),
            OfficeRefusal::CodeAbsent => Self::absent("read-back code"),
            OfficeRefusal::VillageAbsent => Self::invalid_field("/village", detail),
            OfficeRefusal::GroupAbsent(place) | OfficeRefusal::NotCreated(place) => {
                Self::invalid_field(format!("/groups/{place}"), detail)
            }
            OfficeRefusal::NothingToReport => Self::conflict("nothing-to-report", detail),
            OfficeRefusal::ReportAbsent => Self::absent("report"),
            OfficeRefusal::BeforeReport => Self::invalid_field("/sent_on", detail),
            OfficeRefusal::MailStands => Self::conflict("mail-stands", detail),
            OfficeRefusal::TooManyMails(seconds) => Self::too_often(detail, seconds),
            OfficeRefusal::GroupsElsewhere => Self::conflict("groups-elsewhere", detail),
            OfficeRefusal::NotAccepted => Self::conflict("not-accepted", detail),
            OfficeRefusal::NothingDone => Self::invalid_field("/times", detail),
            OfficeRefusal::Store(error) => error.into(),
        }
    }
}

/// What is wrong with a draft, with its field.
pub fn draft_fault(fault: &DraftFault) -> FieldError {
    match fault {
        DraftFault::Classified(_, class) => FieldError::new(fault.pointer(), classified(*class)),
        other => FieldError::new(other.pointer(), other),
    }
}

/// Why a text that bears `class` is refused.
#[must_use]
fn classified(class: Class) -> String {
    format!(
        "bears the secrecy class {} ({}); what is classified does not go through LINE (Rule on Official Secrets B.E. 2544)",
        class.thai(),
        class.english()
    )
}

/// An error's text with a capital and a full stop.
fn sentence(error: &Refusal) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// The word for a state in the API.
fn word(state: State) -> String {
    serde_json::to_value(state).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{StatusCode, header};

    #[test]
    fn a_refusal_to_forward_names_the_groups_and_where_they_stand() {
        let problem = Problem::from(Refusal::NotHeld(vec![("gcc2-lamphun".to_owned(), State::Waiting)]));
        assert_eq!(problem.status(), StatusCode::CONFLICT);
        let details = serde_json::to_value(problem.details("/api/v1/x")).expect("plain");
        assert_eq!(details["type"], "urn:gcc-relay:problem:not-held");
        assert_eq!(details["instance"], "/api/v1/x");
        let detail = details["detail"].as_str().expect("text");
        assert!(detail.contains("gcc2-lamphun (waiting)"), "{detail}");
    }

    #[test]
    fn a_database_that_is_away_asks_to_come_back_later_and_tells_nothing_else() {
        let away = StoreError::from(crate::store::node_connection::silent());
        let problem = Problem::from(away);
        assert_eq!(problem.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(problem.header().map(|(name, _)| name), Some(header::RETRY_AFTER));
        assert!(!serde_json::to_string(&problem.details("/")).expect("plain").contains("session"));
    }
}
