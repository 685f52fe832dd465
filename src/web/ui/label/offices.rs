//! The words of office work: requests, coordinators, dissemination, submissions and the register.
//! The words of office work: requests, coordinators, setting up of groups, dissemination and the register.

use super::{Label, either};
use crate::domain::coordinator::CoordinatorSource;
use crate::domain::dissemination::{Medium, Source};
use crate::domain::establishment::{GroupStage, MailState, NameCheck};
use crate::domain::register::{EndorsementKind, ReceiptWay, RegisterRule};
use crate::domain::request::{RequestKind, RequestPurpose, RequestState};
use crate::domain::submission::{SubmissionKind, SubmissionState, SubmissionWay};
use crate::web::view::register::Doubt;
use crate::web::words::Words;

impl Label for RequestKind {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::ReportEstablishment => "request-kind-report-establishment",
            Self::NameCoordinator => "request-kind-name-coordinator",
            Self::Disseminate => "request-kind-disseminate",
            Self::SendMaterial => "request-kind-send-material",
            Self::InformStaff => "request-kind-inform-staff",
            Self::ForInformation => "request-kind-for-information",
        })
    }
}

impl Label for RequestPurpose {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Act => "request-purpose-act",
            Self::Inform => "request-purpose-inform",
        })
    }
}

impl Label for RequestState {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Open => "requests-open",
            Self::Done => "requests-done",
            Self::NotApplicable => "requests-not-applicable",
        })
    }

    fn class(&self) -> &'static str {
        match self {
            Self::Done => "good",
            Self::Open | Self::NotApplicable => "",
        }
    }
}

impl Label for CoordinatorSource {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Web => "coordinators-source-web",
            Self::Api => "coordinators-source-api",
            Self::Csv => "coordinators-source-csv",
            Self::Paper => "coordinators-source-paper",
            Self::Fax => "coordinators-source-fax",
            Self::Email => "coordinators-source-email",
        })
    }
}

impl Label for GroupStage {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Planned => "group-stage-planned",
            Self::Created => "group-stage-created",
            Self::Reported => "group-stage-reported",
            Self::Verified => "group-stage-verified",
            Self::Active => "group-stage-active",
            Self::Closed => "group-stage-closed",
        })
    }

    fn class(&self) -> &'static str {
        match self {
            Self::Planned => "warn",
            Self::Verified | Self::Active => "good",
            Self::Created | Self::Reported | Self::Closed => "",
        }
    }
}

impl Label for NameCheck {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::AsPrescribed => "group-name-as-prescribed",
            Self::Differs => "group-name-differs",
            Self::Unknown => "group-name-unknown",
        })
    }

    fn class(&self) -> &'static str {
        match self {
            Self::AsPrescribed => "good",
            Self::Differs => "bad",
            Self::Unknown => "",
        }
    }
}

impl Label for MailState {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Queued => "mail-state-queued",
            Self::Sending => "mail-state-sending",
            Self::Accepted => "mail-state-accepted",
            Self::Refused => "mail-state-refused",
            Self::Unknown => "mail-state-unknown",
        })
    }

    fn class(&self) -> &'static str {
        match self {
            Self::Queued | Self::Sending => "",
            Self::Accepted => "good",
            Self::Refused => "bad",
            Self::Unknown => "warn",
        }
    }
}

impl Label for Medium {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::ProvincialMeeting => "medium-provincial-meeting",
            Self::DistrictMeeting => "medium-district-meeting",
            Self::VillageMeeting => "medium-village-meeting",
            Self::BroadcastTower => "medium-broadcast-tower",
            Self::WiredLoudspeaker => "medium-wired-loudspeaker",
            Self::Website => "medium-website",
            Self::SocialMedia => "medium-social-media",
            Self::CommunityRadio => "medium-community-radio",
            Self::LocalCable => "medium-local-cable",
            Self::OnlinePress => "medium-online-press",
            Self::NoticeBoard => "medium-notice-board",
            Self::Other => "medium-other",
        })
    }
}

impl Label for Source {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Page => "spread-source-page",
            Self::Api => "spread-source-api",
            Self::ReadBack => "spread-source-read-back",
            Self::KeyedIn => "spread-source-keyed-in",
        })
    }
}

impl Label for ReceiptWay {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Page => "register-how-page",
            Self::Api => "register-how-api",
            Self::Seen => "register-how-seen",
            Self::Accepted => "register-how-accepted",
        })
    }
}

impl Label for RegisterRule {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Never => "register-rule-never",
            Self::Seen => "register-rule-seen",
            Self::Accepted => "register-rule-accepted",
        })
    }
}

impl Label for EndorsementKind {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Noted => "register-kind-noted",
            Self::Propose => "register-kind-propose",
            Self::Assign => "register-kind-assign",
            Self::Done => "register-kind-done",
        })
    }
}

impl Label for SubmissionState {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Received => "material-state-received",
            Self::Checked => "material-state-checked",
            Self::Proposed => "material-state-proposed",
            Self::Accepted => "material-state-accepted",
            Self::Returned => "material-state-returned",
        })
    }

    fn class(&self) -> &'static str {
        match self {
            Self::Accepted => "good",
            Self::Returned => "warn",
            Self::Received | Self::Checked | Self::Proposed => "",
        }
    }
}

impl Label for SubmissionKind {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Infographic => "material-kind-infographic",
            Self::ImageSet => "material-kind-image-set",
            Self::Video => "material-kind-video",
            Self::Document => "material-kind-document",
            Self::Text => "material-kind-text",
        })
    }
}

impl Label for SubmissionWay {
    fn word(&self, t: Words) -> String {
        t.say(match self {
            Self::Page => "material-way-page",
            Self::Api => "material-way-api",
            Self::Line => "material-way-line",
        })
    }
}

impl Label for Doubt {
    fn word(&self, t: Words) -> String {
        either(t, self.text.th, self.text.en)
    }

    fn class(&self) -> &'static str {
        "warn"
    }
}
