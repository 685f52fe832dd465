//! Labels of a bulletin's parts in the visitor's language.

use crate::domain::bulletin::{ForwardingMode, UnscheduledReason};
use crate::domain::document::Doubt;
use crate::domain::office::OfficeKind;
use crate::domain::request::{MOST_REQUESTS, MOST_WORKING_DAYS};
use crate::domain::secrecy::Class;
use crate::domain::text::BadText;
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{BadDay, BadTime, BulletinTime, TimeFault};
use crate::domain::way::Way;
use crate::relay::draft_rules::{DraftFault, MOST_LINKS};
use crate::relay::refusal::Refusal;
use crate::web::ui::format::moment;
use crate::web::ui::label::either;
use crate::web::words::{Words, capital};

/// How the groups of a bulletin get their copies: what goes through every group at once is pushed, whatever way is chosen.
pub fn way(t: Words, forwarding: ForwardingMode, way: Option<Way>) -> String {
    let way = if forwarding == ForwardingMode::Automatic { Some(Way::Push) } else { way };
    t.say(match way {
        None => "compose-way-configured",
        Some(Way::Push) => "compose-way-push",
        Some(Way::Listen) => "compose-way-listen",
        Some(Way::ListenThenPush) => "compose-way-listen-then-push",
    })
}

/// A tier, with what stands in it.
pub fn tier(t: Words, tier: i16) -> String {
    t.say(match tier {
        1 => "compose-tier-1",
        2 => "compose-tier-2",
        _ => "compose-tier-3",
    })
}

/// A kind of office.
pub fn office_kind(t: Words, kind: OfficeKind) -> String {
    t.say(match kind {
        OfficeKind::National => "compose-office-national",
        OfficeKind::Ministry => "compose-office-ministry",
        OfficeKind::Department => "compose-office-department",
        OfficeKind::Province => "compose-office-province",
        OfficeKind::ProvincialAgency => "compose-office-provincial-agency",
        OfficeKind::CentralAgency => "compose-office-central-agency",
        OfficeKind::StateEnterprise => "compose-office-state-enterprise",
        OfficeKind::District => "compose-office-district",
        OfficeKind::LocalAuthority => "compose-office-local-authority",
        OfficeKind::Partner => "compose-office-partner",
    })
}

/// What is doubtful about a letter's number.
pub fn doubt(t: Words, doubt: Doubt) -> String {
    either(t, doubt.thai(), doubt.english())
}

/// What is wrong with a text.
pub fn bad_text(t: Words, bad: BadText) -> String {
    either(t, bad.thai(), capital(&bad.to_string()))
}

/// What is wrong with a time.
pub fn bad_time(t: Words, bad: &BadTime) -> String {
    either(t, bad.thai(), capital(&bad.to_string()))
}

/// What is wrong with a day.
pub fn bad_day(t: Words, bad: &BadDay) -> String {
    either(t, bad.thai(), capital(&bad.to_string()))
}

/// Which time of a bulletin is wrong, and why.
fn time_fault(t: Words, fault: &TimeFault) -> String {
    let time = t.say(match fault.time {
        BulletinTime::PublishAt => "compose-time-publish",
        BulletinTime::ExpiresAt => "compose-time-expires",
        BulletinTime::DueAt => "compose-time-due",
    });
    let why = either(t, fault.why.thai(), fault.why.to_string());
    t.say_with("compose-time-fault", &[("time", &time), ("why", &why)])
}

/// What is wrong with a draft.
pub fn draft_fault(t: Words, fault: &DraftFault) -> String {
    match fault {
        DraftFault::Text(_, bad) => bad_text(t, *bad),
        DraftFault::Classified(_, class) | DraftFault::RequestClassified(_, class) => classified(t, *class),
        DraftFault::TooManyLinks => t.say_with("compose-fault-links", &[("most", &MOST_LINKS.to_string())]),
        DraftFault::LinkLabel { label, .. } => t.say_with("compose-fault-link-label", &[("label", label)]),
        DraftFault::WithdrawalByHand
        | DraftFault::DigestByHand
        | DraftFault::AboutMissing
        | DraftFault::AboutNotWanted => t.say("compose-fault-kind"),
        DraftFault::SelectsNobody(_) | DraftFault::Tier(_) | DraftFault::Province { .. } => {
            t.say("compose-refused-nobody")
        }
        DraftFault::Time(fault) => time_fault(t, fault),
        DraftFault::KindNeedsPublisher => t.say("compose-fault-kind-steward"),
        DraftFault::ForwardingNeedsPublisher => t.say("compose-fault-automatic"),
        DraftFault::WayNeedsPublisher => t.say("compose-fault-way-steward"),
        DraftFault::GroupAbsent { code, .. } => t.say_with("compose-refused-unknown-groups", &[("codes", code)]),
        DraftFault::TooManyRequests => t.say_with("requests-too-many", &[("most", &MOST_REQUESTS.to_string())]),
        DraftFault::RequestWeekday(_, said) => t.say_with("requests-weekday-wrong", &[("said", said)]),
        DraftFault::RequestDueTwice(_) => t.say("requests-due-twice"),
        DraftFault::RequestDays(_) => t.say_with("requests-days-wrong", &[("most", &MOST_WORKING_DAYS.to_string())]),
        DraftFault::RequestOver(_) => t.say("requests-due-over"),
        DraftFault::ImageAbsent | DraftFault::FileAbsent(_) => t.say("compose-fault-image-gone"),
        DraftFault::TooManyFiles => t.say("compose-fault-files-many"),
        DraftFault::AboutWithdrawn => t.say("compose-refused-about-withdrawn"),
        DraftFault::AboutAbsent => t.say("compose-refused-about"),
    }
}

pub fn classified(t: Words, class: Class) -> String {
    t.say_with("compose-fault-classified", &[("class", either(t, class.thai(), class.english()).as_str())])
}

/// Why a scheduled bulletin was not published when its hour came.
pub fn unscheduled(t: Words, reason: UnscheduledReason, at: Timestamp) -> String {
    let why = t.say(match reason {
        UnscheduledReason::ExpiresAt => "compose-unscheduled-expires",
        UnscheduledReason::DueAt => "compose-unscheduled-due",
        UnscheduledReason::AboutWithdrawn => "compose-unscheduled-about",
        UnscheduledReason::NotApproved => "compose-unscheduled-approval",
        UnscheduledReason::Audience => "compose-unscheduled-audience",
        UnscheduledReason::NoChannel => "compose-unscheduled-channel",
        UnscheduledReason::Classified => "compose-unscheduled-classified",
        UnscheduledReason::Message => "compose-unscheduled-message",
        UnscheduledReason::Other => "compose-unscheduled-other",
    });
    t.say_with("compose-unscheduled", &[("at", &moment(t, at)), ("why", &why)])
}

/// Why an act on a bulletin is not carried out; none where it is not there or the program is at fault.
pub fn refusal(t: Words, refusal: &Refusal) -> Option<String> {
    Some(match refusal {
        Refusal::NotADraft => t.say("compose-refused-not-a-draft"),
        Refusal::NotRelaying => t.say("compose-refused-not-relaying"),
        Refusal::NobodySelected => t.say("compose-refused-nobody"),
        Refusal::UnknownGroups(codes) => t.say_with("compose-refused-unknown-groups", &[("codes", &codes.join(", "))]),
        Refusal::NoChannel => t.say("compose-refused-no-channel"),
        Refusal::Classified(class) => classified(t, *class),
        Refusal::RefusedByLine(complaints) => {
            let words: Vec<&str> = complaints.iter().map(|line| line.words.as_str()).collect();
            t.say_with("compose-refused-by-line", &[("words", &words.join("; "))])
        }
        Refusal::TooLarge(_) => t.say("compose-refused-too-large"),
        Refusal::AboutUnpublished => t.say("compose-refused-about"),
        Refusal::AboutWithdrawn => t.say("compose-refused-about-withdrawn"),
        Refusal::Times(faults) => faults.iter().map(|fault| time_fault(t, fault)).collect::<Vec<_>>().join(" "),
        Refusal::NoDigest => t.say("compose-refused-no-digest"),
        Refusal::NotForDigest => t.say("compose-refused-not-for-digest"),
        Refusal::RequestOver(_) => t.say("requests-due-over"),
        Refusal::WithdrawalStands => t.say("compose-refused-withdrawal-stands"),
        Refusal::Expired(at) => t.say_with("compose-refused-expired", &[("at", &moment(t, *at))]),
        Refusal::NotSubmitted => t.say("compose-refused-not-submitted"),
        Refusal::NotApproved => t.say("compose-refused-not-approved"),
        Refusal::OwnBulletin => t.say("compose-refused-own"),
        Refusal::NotLinked(_) => t.say("compose-refused-not-linked"),
        Refusal::ImageNotHttps => t.say("compose-refused-image-https"),
        Refusal::Absent
        | Refusal::SubmissionAbsent
        | Refusal::NotProposed
        | Refusal::ChangedSince
        | Refusal::NotAllowed
        | Refusal::NotTheirsToPublish
        | Refusal::GroupAbsent(_)
        | Refusal::ChannelAbsent
        | Refusal::ChannelParked
        | Refusal::ChannelNotParked
        | Refusal::WebhookFailureAbsent
        | Refusal::GroupAlertAbsent
        | Refusal::UploadAbsent
        | Refusal::TermNotLater
        | Refusal::TermAbsent
        | Refusal::ChannelTaken
        | Refusal::BadChannelSecret
        | Refusal::BadChannelToken(_)
        | Refusal::Seal(_)
        | Refusal::NotHeld(_)
        | Refusal::NoteTooLong
        | Refusal::Render(_)
        | Refusal::Store(_) => return None,
    })
}
