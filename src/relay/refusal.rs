//! Why a command of a person is not carried out: a closed list that the API and the pages turn into words.

use super::line_check::LineWords;
use crate::domain::bulletin::UnscheduledReason;
use crate::domain::delivery::State;
use crate::domain::sealed::SealError;
use crate::domain::secrecy::Class;
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{BulletinTime, TimeFault};
use crate::line::limits::LimitError;
use crate::line::token::BadToken;
use crate::store::StoreError;

/// Why a command is refused; nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such bulletin or delivery.
    #[error("there is no such bulletin")]
    Absent,
    /// The caller's role may not do this.
    #[error("the role may not do this")]
    NotAllowed,
    /// A steward publishes news that go through the stewards, and nothing else.
    #[error("only a role that may publish can publish this kind of bulletin, or one that goes by itself")]
    NotTheirsToPublish,
    /// There is no such group, or the caller does not answer for it.
    #[error("there is no group called {0}")]
    GroupAbsent(String),
    /// There is no such channel, or the caller does not see the whole tree.
    #[error("there is no such channel")]
    ChannelAbsent,
    /// The channel stands still already.
    #[error("the channel is parked already")]
    ChannelParked,
    /// The channel does not stand still.
    #[error("the channel is not parked")]
    ChannelNotParked,
    /// There is no such webhook event that is set aside, or the caller does not see the whole tree.
    #[error("there is no such webhook event")]
    WebhookFailureAbsent,
    /// There is no such alert about a group that is open, or not in the caller's part of the tree.
    #[error("there is no such alert")]
    GroupAlertAbsent,
    /// There is no such tree file, or not any more, or it is of another part of the tree.
    #[error("there is no such tree file")]
    UploadAbsent,
    /// Whoever is on duty began no earlier, or somebody takes over at that moment already.
    #[error("whoever is on duty began no earlier, or somebody takes over at that moment already")]
    TermNotLater,
    /// There is nobody on duty, or named for a day to come, of whom this could be said.
    #[error("there is nobody on duty or named of whom this could be said")]
    TermAbsent,
    /// A channel has this code already.
    #[error("there is a channel of this code already")]
    ChannelTaken,
    /// The text is no channel secret.
    #[error("this is no channel secret")]
    BadChannelSecret,
    /// The text is no channel access token.
    #[error(transparent)]
    BadChannelToken(#[from] BadToken),
    /// A secret could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Only a draft can be changed, scheduled or published.
    #[error("the bulletin is not a draft any more")]
    NotADraft,
    /// Only a published bulletin that is not withdrawn can be forwarded, retried or withdrawn.
    #[error("the bulletin is not being relayed")]
    NotRelaying,
    /// The audience or the command names groups that do not exist.
    #[error("there is no group called {}", .0.join(", "))]
    UnknownGroups(Vec<String>),
    /// The audience selects no group at all.
    #[error("the audience selects no group")]
    NobodySelected,
    /// No channel has been added, so that nothing could ever be sent.
    #[error("no LINE channel has been added yet")]
    NoChannel,
    /// It bears a secrecy class: such papers do not go through LINE (Official Secrets Rule 2544).
    #[error("the text bears the secrecy class {}", .0.thai())]
    Classified(Class),
    /// The rendered message would break LINE's limits.
    #[error("the message exceeds LINE's limits")]
    TooLarge(Vec<LimitError>),
    /// A bulletin about another one names one that was not published.
    #[error("the bulletin it is about was not published")]
    AboutUnpublished,
    /// Times of the bulletin make no sense, or not any more.
    #[error("{}", times(.0))]
    Times(Vec<TimeFault>),
    /// The last day of a request would be over before it is asked; which request, from 1.
    #[error("the last day of request {0} is over by then")]
    RequestOver(usize),
    /// The bulletin that it is about was withdrawn meanwhile.
    #[error("the bulletin it is about was withdrawn")]
    AboutWithdrawn,
    /// The settings name no hours for digests.
    #[error("there are no digests: relay.digest.times names no hours")]
    NoDigest,
    /// Only routine news waits for a digest.
    #[error("only routine news that carries no files can wait for a digest")]
    NotForDigest,
    /// A withdrawal notice is not taken back itself.
    #[error("a withdrawal is not taken back; what holds now is published as a new bulletin")]
    WithdrawalStands,
    /// Its time is over, so that nothing of it is sent any more.
    #[error("the bulletin expired at {0}")]
    Expired(Timestamp),
    /// At these groups the bulletin is not held, or not any more.
    #[error("the bulletin is not held at {}", .0.iter().map(|(group, _)| group.as_str()).collect::<Vec<_>>().join(", "))]
    NotHeld(Vec<(String, State)>),
    /// The note makes the message break LINE's limits.
    #[error("the note is too long for LINE")]
    NoteTooLong,
    /// The rendered message could not be made.
    #[error("the message could not be rendered")]
    Render(#[from] serde_json::Error),
    /// The bulletin waits for nobody's approval.
    #[error("the bulletin has not been submitted for approval")]
    NotSubmitted,
    /// A second person has to approve it before it is published.
    #[error("a second person has to approve the bulletin first")]
    NotApproved,
    /// Whoever worked on it cannot approve or return it.
    #[error("nobody approves a bulletin that they wrote, changed or submitted themselves")]
    OwnBulletin,
    /// No LINE group is linked to this group, so nothing can be tried there.
    #[error("the group {0} has no LINE group linked")]
    NotLinked(String),
    /// LINE fetches pictures from https addresses only, and `server.public_url` is none.
    #[error("LINE shows pictures from https addresses only, and server.public_url is none")]
    ImageNotHttps,
    /// LINE was asked, and refuses the message.
    #[error("LINE refuses the message: {}", .0.iter().map(|line| line.words.as_str()).collect::<Vec<_>>().join("; "))]
    RefusedByLine(Vec<LineWords>),
    /// There is no such submission, or the caller does not see it.
    #[error("there is no such submission")]
    SubmissionAbsent,
    /// Only what was proposed is accepted.
    #[error("the submission is not proposed, or not any more")]
    NotProposed,
    /// Something was done with it since the caller looked.
    #[error("something was done with the submission since you looked at it: look again")]
    ChangedSince,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refusal {
    /// The same as it is kept of a scheduled bulletin that was not published.
    #[must_use]
    pub fn unscheduled_reason(&self) -> UnscheduledReason {
        match self {
            Self::Times(faults) if faults.iter().any(|fault| fault.time == BulletinTime::ExpiresAt) => {
                UnscheduledReason::ExpiresAt
            }
            Self::Times(_) | Self::RequestOver(_) => UnscheduledReason::DueAt,
            Self::AboutWithdrawn => UnscheduledReason::AboutWithdrawn,
            Self::NotApproved => UnscheduledReason::NotApproved,
            Self::UnknownGroups(_) | Self::NobodySelected => UnscheduledReason::Audience,
            Self::NoChannel => UnscheduledReason::NoChannel,
            Self::Classified(_) => UnscheduledReason::Classified,
            Self::TooLarge(_) | Self::ImageNotHttps | Self::Render(_) | Self::RefusedByLine(_) => {
                UnscheduledReason::Message
            }
            Self::Absent
            | Self::NotAllowed
            | Self::NotTheirsToPublish
            | Self::GroupAbsent(_)
            | Self::ChannelAbsent
            | Self::ChannelParked
            | Self::ChannelNotParked
            | Self::WebhookFailureAbsent
            | Self::GroupAlertAbsent
            | Self::UploadAbsent
            | Self::TermNotLater
            | Self::TermAbsent
            | Self::ChannelTaken
            | Self::BadChannelSecret
            | Self::BadChannelToken(_)
            | Self::Seal(_)
            | Self::NotADraft
            | Self::NotRelaying
            | Self::AboutUnpublished
            | Self::Expired(_)
            | Self::WithdrawalStands
            | Self::NoDigest
            | Self::NotForDigest
            | Self::NotHeld(_)
            | Self::NoteTooLong
            | Self::NotSubmitted
            | Self::OwnBulletin
            | Self::NotLinked(_)
            | Self::SubmissionAbsent
            | Self::NotProposed
            | Self::ChangedSince
            | Self::Store(_) => UnscheduledReason::Other,
        }
    }
}

fn times(faults: &[TimeFault]) -> String {
    faults.iter().map(|fault| format!("{} {}", fault.time.pointer(), fault.why)).collect::<Vec<_>>().join("; ")
}

/// The result of a command.
pub type Result<T, E = Refusal> = std::result::Result<T, E>;
