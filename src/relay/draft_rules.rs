//! The rules of a draft's fields: one book for the API, the forms and whatever else writes drafts. Pure.
//!
//! A fault says which field it is about as a JSON pointer and what is wrong in English; pages have their own words for it.

use crate::domain::bulletin::{Audience, Kind, Link, MOST_MEDIA};
use crate::domain::file_kind::FileKind;
use crate::domain::national::{BadProvince, ProvinceCode};
use crate::domain::request::{DraftedRequest, MOST_REQUESTS, MOST_WORKING_DAYS, find_wrong_weekday};
use crate::domain::secrecy::{Class, secrecy_class};
use crate::domain::text::{BadText, Body, Subject, grapheme_len};
use crate::domain::time::Timestamp;
use crate::domain::time_bound::{TimeFault, check_bulletin_times};
use crate::line::limits::{LABEL, URI};
use crate::store::bulletins::Draft;

/// Links below a text at most.
pub const MOST_LINKS: usize = 20;

/// A text of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftText {
    /// The subject line.
    Subject,
    /// The whole text.
    Body,
    /// What the picture shows.
    ImageAlt,
    /// What a file shows that goes out in front of the card; which, from 0.
    MediaAlt(usize),
}

impl DraftText {
    fn pointer(self) -> String {
        match self {
            Self::Subject => "/subject".to_owned(),
            Self::Body => "/body".to_owned(),
            Self::ImageAlt => "/attachments/0/alt".to_owned(),
            Self::MediaAlt(index) => format!("/attachments/{index}/alt"),
        }
    }
}

/// What is wrong with a draft.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftFault {
    /// A text is missing or cannot be taken.
    #[error("{}", if *.1 == BadText::Empty { "is required".to_owned() } else { .1.to_string() })]
    Text(DraftText, BadText),
    /// A text bears a secrecy class.
    #[error("bears the secrecy class {}", .1.thai())]
    Classified(DraftText, Class),
    /// There are more links than anybody reads.
    #[error("must be at most {MOST_LINKS}")]
    TooManyLinks,
    /// What a link's button says is empty or longer than LINE shows.
    #[error("must have 1 to {LABEL} characters")]
    LinkLabel {
        /// Which link.
        index: usize,
        /// What it says.
        label: String,
    },
    /// Withdrawals are made by withdrawing.
    #[error("is made by POST /bulletins/{{id}}/withdraw of the bulletin itself")]
    WithdrawalByHand,
    /// A digest is put together when its hour comes.
    #[error("is made of bulletins that wait for it: publish one with \"digest\": true")]
    DigestByHand,
    /// A correction of nothing.
    #[error("is required: a correction names the bulletin that it puts right")]
    AboutMissing,
    /// Another kind that is about a bulletin.
    #[error("belongs to a correction only")]
    AboutNotWanted,
    /// A list of the audience that is there and empty.
    #[error("selects nobody; leave it out to select all")]
    SelectsNobody(&'static str),
    /// There is no such tier.
    #[error("must be 1, 2 or 3")]
    Tier(usize),
    /// There is no such province.
    #[error("{why}")]
    Province {
        /// Which of the list.
        index: usize,
        /// Which one may have been meant.
        why: BadProvince,
    },
    /// A time has passed or makes no sense.
    #[error("{}", .0.why)]
    Time(TimeFault),
    /// A steward's own bulletins are news.
    #[error("must be news: the other kinds need a role that may publish")]
    KindNeedsPublisher,
    /// A steward's own bulletins go through the stewards below.
    #[error("automatic needs a role that may publish")]
    ForwardingNeedsPublisher,
    /// A steward's own bulletin would go past the groups' own ways.
    #[error("only a role that may publish can set the way of all groups")]
    WayNeedsPublisher,
    /// There is no such group, or the caller does not see it.
    #[error("there is no group called {code}")]
    GroupAbsent {
        /// Which list of the audience names it.
        list: &'static str,
        /// Where in it.
        index: usize,
        /// How it is called there.
        code: String,
    },
    /// There is no such picture.
    #[error("there is no image of this id")]
    ImageAbsent,
    /// It carries more than one push takes.
    #[error("must be at most one image, and {MOST_MEDIA} pictures or one video from the files")]
    TooManyFiles,
    /// There is no such file; which of the attachments, from 0.
    #[error("there is no picture or video of this id")]
    FileAbsent(usize),
    /// It asks more than offices can follow.
    #[error("must be at most {MOST_REQUESTS}")]
    TooManyRequests,
    /// A request bears a secrecy class; which, from 0.
    #[error("bears the secrecy class {}", .1.thai())]
    RequestClassified(usize, Class),
    /// A request says a weekday that is not that of its date; which, from 0, and what it says.
    #[error("says \"{1}\", which falls on another day of the week")]
    RequestWeekday(usize, String),
    /// A request has a last day and a number of days.
    #[error("must not stand beside due_on")]
    RequestDueTwice(usize),
    /// A request has no working day, or more than are counted.
    #[error("must be 1 to {MOST_WORKING_DAYS}")]
    RequestDays(usize),
    /// A request's last day is over.
    #[error("must not be over")]
    RequestOver(usize),
    /// What it is about was withdrawn.
    #[error("the bulletin it is about was withdrawn")]
    AboutWithdrawn,
    /// What it is about was not published, or the caller does not see it.
    #[error("there is no published bulletin of this id")]
    AboutAbsent,
}

impl DraftFault {
    /// Which field it is about, as a JSON pointer.
    #[must_use]
    pub fn pointer(&self) -> String {
        match self {
            Self::Text(text, _) | Self::Classified(text, _) => text.pointer(),
            Self::TooManyLinks => "/links".to_owned(),
            Self::LinkLabel { index, .. } => format!("/links/{index}/label"),
            Self::WithdrawalByHand | Self::DigestByHand | Self::KindNeedsPublisher => "/kind".to_owned(),
            Self::AboutMissing | Self::AboutNotWanted | Self::AboutWithdrawn | Self::AboutAbsent => "/about".to_owned(),
            Self::SelectsNobody(list) => format!("/audience/{list}"),
            Self::Tier(index) => format!("/audience/tiers/{index}"),
            Self::Province { index, .. } => format!("/audience/provinces/{index}"),
            Self::Time(fault) => fault.time.pointer().to_owned(),
            Self::ForwardingNeedsPublisher => "/forwarding".to_owned(),
            Self::WayNeedsPublisher => "/way".to_owned(),
            Self::GroupAbsent { list, index, .. } => format!("/audience/{list}/{index}"),
            Self::TooManyRequests => "/requests".to_owned(),
            Self::RequestClassified(index, _) | Self::RequestWeekday(index, _) => format!("/requests/{index}/text"),
            Self::RequestDueTwice(index) | Self::RequestDays(index) => format!("/requests/{index}/due_in_working_days"),
            Self::RequestOver(index) => format!("/requests/{index}/due_on"),
            Self::ImageAbsent => "/attachments/0/image".to_owned(),
            Self::TooManyFiles => "/attachments".to_owned(),
            Self::FileAbsent(index) => format!("/attachments/{index}/file"),
        }
    }
}

/// What is wrong with a draft, as far as that can be told without the database and without knowing whose it is.
#[must_use]
pub fn check_fields(draft: &Draft, now: Timestamp) -> Vec<DraftFault> {
    let mut faults = Vec::new();
    check_text(DraftText::Subject, draft.subject.parse::<Subject>().err(), &draft.subject, &mut faults);
    check_text(DraftText::Body, draft.body.parse::<Body>().err(), &draft.body, &mut faults);
    if let Some(attachment) = &draft.attachment {
        check_text(DraftText::ImageAlt, None, attachment.alt.as_str(), &mut faults);
    }
    check_media(draft, &mut faults);
    check_links(&draft.links, &mut faults);
    check_audience(&draft.audience, &mut faults);
    check_requests(&draft.requests, now, &mut faults);
    match (draft.kind, draft.about) {
        (Kind::Withdrawal, _) => faults.push(DraftFault::WithdrawalByHand),
        (Kind::Digest, _) => faults.push(DraftFault::DigestByHand),
        (Kind::Correction, None) => faults.push(DraftFault::AboutMissing),
        (Kind::News | Kind::Test | Kind::Drill, Some(_)) => faults.push(DraftFault::AboutNotWanted),
        (Kind::Correction, Some(_)) | (Kind::News | Kind::Test | Kind::Drill, None) => {}
    }
    let due_at = draft.acknowledgement.due_at.filter(|_| draft.acknowledgement.requested);
    faults.extend(check_bulletin_times(None, draft.expires_at, due_at, now).into_iter().map(DraftFault::Time));
    faults
}

/// A text that can be taken and bears no secrecy class: what is classified does not go through LINE.
fn check_text(of: DraftText, bad: Option<BadText>, text: &str, faults: &mut Vec<DraftFault>) {
    faults.extend(bad.map(|bad| DraftFault::Text(of, bad)));
    faults.extend(secrecy_class(text).map(|class| DraftFault::Classified(of, class)));
}

/// Up to three pictures or one video, none of which shows what is classified.
fn check_media(draft: &Draft, faults: &mut Vec<DraftFault>) {
    let videos = draft.media.iter().filter(|media| media.kind == FileKind::Video).count();
    let most = if videos > 0 { 1 } else { MOST_MEDIA };
    if draft.media.len() > most {
        faults.push(DraftFault::TooManyFiles);
    }
    for (index, media) in draft.media.iter().enumerate() {
        let at = index + usize::from(draft.attachment.is_some());
        check_text(DraftText::MediaAlt(at), None, media.alt.as_str(), faults);
    }
}

fn check_links(links: &[Link], faults: &mut Vec<DraftFault>) {
    if links.len() > MOST_LINKS {
        faults.push(DraftFault::TooManyLinks);
    }
    for (index, link) in links.iter().enumerate() {
        if !(1..=LABEL).contains(&grapheme_len(link.label.trim())) {
            faults.push(DraftFault::LinkLabel { index, label: link.label.clone() });
        }
    }
}

/// What is asked can be followed: by a day that lies ahead, and on the weekday that it says.
fn check_requests(requests: &[DraftedRequest], now: Timestamp, faults: &mut Vec<DraftFault>) {
    if requests.len() > MOST_REQUESTS {
        faults.push(DraftFault::TooManyRequests);
    }
    for (index, request) in requests.iter().enumerate() {
        let text = request.text.as_str();
        faults.extend(secrecy_class(text).map(|class| DraftFault::RequestClassified(index, class)));
        faults.extend(find_wrong_weekday(text).map(|said| DraftFault::RequestWeekday(index, said)));
        if request.due_on.is_some() && request.due_in_working_days.is_some() {
            faults.push(DraftFault::RequestDueTwice(index));
        }
        if request.due_in_working_days.is_some_and(|days| !(1..=MOST_WORKING_DAYS).contains(&days)) {
            faults.push(DraftFault::RequestDays(index));
        }
        if request.is_over_at(now) {
            faults.push(DraftFault::RequestOver(index));
        }
    }
}

/// Lists that select nobody, tiers and provinces that are none.
fn check_audience(audience: &Audience, faults: &mut Vec<DraftFault>) {
    let lists = [
        ("tiers", audience.tiers.as_ref().map(Vec::is_empty)),
        ("provinces", audience.provinces.as_ref().map(Vec::is_empty)),
        ("office_kinds", audience.office_kinds.as_ref().map(Vec::is_empty)),
        ("groups", audience.groups.as_ref().map(Vec::is_empty)),
    ];
    faults.extend(
        lists.iter().filter(|(_, empty)| *empty == Some(true)).map(|(list, _)| DraftFault::SelectsNobody(list)),
    );
    for (index, tier) in audience.tiers.iter().flatten().enumerate() {
        if !(1..=3).contains(tier) {
            faults.push(DraftFault::Tier(index));
        }
    }
    for (index, province) in audience.provinces.iter().flatten().enumerate() {
        if let Err(why) = province.parse::<ProvinceCode>() {
            faults.push(DraftFault::Province { index, why });
        }
    }
}

/// The host of a web address, as a label, and the address as LINE can take it.
///
/// # Errors
/// What is wrong with it.
pub fn read_address(text: &str) -> Result<(String, String), String> {
    let url = url::Url::parse(text.trim()).map_err(|_| "is not a web address such as https://www.moi.go.th/")?;
    let host = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https"));
    let host = host.ok_or("must begin with https:// or http://")?;
    // what is plain already stays as it was typed
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    let address = if plain { text.to_owned() } else { url.as_str().to_owned() };
    if address.len() > URI {
        return Err(format!("must be at most {URI} characters long; it has {}", address.len()));
    }
    Ok((host.chars().take(LABEL).collect(), address))
}
