//! The form of a draft exactly as it was typed, so that a page can show it again.

use super::requests::RequestForm;
use crate::domain::bulletin::{ForwardingMode, Kind};
use crate::domain::thai::{Digits, format_long_date, format_time, to_bangkok};
use crate::domain::time::Timestamp;
use crate::domain::way::Way;
use crate::store::bulletins::{Bulletin, Draft};
use crate::web::pages::form_with_file::FormWithFile;

/// The choice of no way for all groups: each group keeps its own.
pub const OWN_WAYS: &str = "as_configured";
/// Rows for links.
pub const LINKS: usize = 5;
/// What stands in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftForm {
    /// The draft's `updated_at` that the writer saw, in microseconds; empty for a new one.
    pub seen: String,
    /// What it is.
    pub kind: String,
    /// The bulletin that a correction puts right.
    pub about: String,
    /// How urgent.
    pub urgency: String,
    /// The letter's number.
    pub document_number: String,
    /// The letter's date.
    pub document_date: String,
    /// The subject line.
    pub subject: String,
    /// The whole text.
    pub body: String,
    /// Labels and addresses, always [`LINKS`] of them or more.
    pub links: Vec<(String, String)>,
    /// The picture's id.
    pub image: String,
    /// What it shows.
    pub image_alt: String,
    /// The files in front of the card that are to stay no longer.
    pub removed_files: Vec<String>,
    /// Tiers.
    pub tiers: Vec<String>,
    /// Provinces.
    pub provinces: Vec<String>,
    /// Kinds of office.
    pub office_kinds: Vec<String>,
    /// Groups.
    pub groups: Vec<String>,
    /// Groups left out.
    pub exclude_groups: Vec<String>,
    /// What groups are looked for by.
    pub group_query: String,
    /// How it treats the groups' settings.
    pub forwarding: String,
    /// How all groups get their copies.
    pub way: String,
    /// Whether it bears the acknowledge button.
    pub acknowledge: bool,
    /// By when, the day.
    pub acknowledge_date: String,
    /// By when, the time.
    pub acknowledge_time: String,
    /// When it stops being sent, the day.
    pub expires_date: String,
    /// When it stops being sent, the time.
    pub expires_time: String,
    /// The first thing that it asks of offices; none where the form has no such fields.
    pub request: Option<RequestForm>,
}

impl DraftForm {
    /// A form in which nothing is typed yet.
    pub fn blank(about: Option<String>) -> Self {
        let kind = if about.is_some() { "correction" } else { "news" };
        let mut blank = Self {
            kind: kind.to_owned(),
            about: about.unwrap_or_default(),
            urgency: "routine".to_owned(),
            forwarding: "as_configured".to_owned(),
            way: OWN_WAYS.to_owned(),
            acknowledge: true,
            request: Some(RequestForm::default()),
            ..Self::default()
        };
        blank.fill_links();
        blank
    }

    /// What was sent.
    pub fn of(sent: &FormWithFile) -> Self {
        let mut typed = Self::default();
        let (mut labels, mut urls) = (Vec::new(), Vec::new());
        for (name, text) in &sent.fields {
            let text = text.clone();
            match name.as_str() {
                "seen" => typed.seen = text,
                "kind" => typed.kind = text,
                "about" => typed.about = text,
                "urgency" => typed.urgency = text,
                "document_number" => typed.document_number = text,
                "document_date" => typed.document_date = text,
                "subject" => typed.subject = text,
                "body" => typed.body = text,
                "link_label" => labels.push(text),
                "link_url" => urls.push(text),
                "image" => typed.image = text,
                "image_alt" => typed.image_alt = text,
                "remove_file" => typed.removed_files.push(text),
                "tiers" => typed.tiers.push(text),
                "provinces" => typed.provinces.push(text),
                "office_kinds" => typed.office_kinds.push(text),
                "groups" => typed.groups.push(text),
                "exclude_groups" => typed.exclude_groups.push(text),
                "group_query" => typed.group_query = text,
                "forwarding" => typed.forwarding = text,
                "way" => typed.way = text,
                "acknowledge" => typed.acknowledge = true,
                "acknowledge_date" => typed.acknowledge_date = text,
                "acknowledge_time" => typed.acknowledge_time = text,
                "expires_date" => typed.expires_date = text,
                "expires_time" => typed.expires_time = text,
                "request_kind" => typed.request.get_or_insert_default().request_kind = text,
                "purpose" => typed.request.get_or_insert_default().purpose = text,
                "text" => typed.request.get_or_insert_default().text = text,
                "due_on" => typed.request.get_or_insert_default().due_on = text,
                "working_days" => typed.request.get_or_insert_default().working_days = text,
                _ => {}
            }
        }
        if sent.get("remove_image") == "yes" {
            typed.image.clear();
            typed.image_alt.clear();
        }
        labels.resize(labels.len().max(urls.len()), String::new());
        urls.resize(labels.len(), String::new());
        typed.links = labels.into_iter().zip(urls).collect();
        typed.fill_links();
        typed
    }

    /// What a stored draft says, as somebody would have typed it.
    pub fn of_stored(row: &Bulletin) -> Self {
        let draft = Draft::of(row);
        let texts = |codes: Option<Vec<_>>| codes.unwrap_or_default().iter().map(ToString::to_string).collect();
        let (acknowledge_date, acknowledge_time) = moment(draft.acknowledgement.due_at);
        let (expires_date, expires_time) = moment(draft.expires_at);
        let date = draft.document_date.as_deref().and_then(|date| date.parse().ok());
        let mut typed = Self {
            seen: row.updated_at.as_microsecond().to_string(),
            kind: kind_word(draft.kind).to_owned(),
            about: draft.about.map(|about| about.to_string()).unwrap_or_default(),
            urgency: word_of(&draft.urgency),
            document_number: draft.document_number.unwrap_or_default(),
            document_date: date.map(|date| format_long_date(date, Digits::Thai)).unwrap_or_default(),
            subject: draft.subject,
            body: draft.body,
            links: draft.links.into_iter().map(|link| (link.label, link.url)).collect(),
            image: draft.attachment.as_ref().map(|file| file.image.to_string()).unwrap_or_default(),
            image_alt: draft.attachment.map(|file| file.alt.into()).unwrap_or_default(),
            removed_files: Vec::new(),
            tiers: draft.audience.tiers.unwrap_or_default().iter().map(ToString::to_string).collect(),
            provinces: draft.audience.provinces.unwrap_or_default(),
            office_kinds: draft.audience.office_kinds.unwrap_or_default().iter().map(|k| k.as_str().into()).collect(),
            groups: texts(draft.audience.groups),
            exclude_groups: texts(draft.audience.exclude_groups),
            group_query: String::new(),
            forwarding: if draft.forwarding == ForwardingMode::Automatic { "automatic" } else { "as_configured" }
                .into(),
            way: draft.way.map_or(OWN_WAYS, Way::as_str).to_owned(),
            acknowledge: draft.acknowledgement.requested,
            acknowledge_date,
            acknowledge_time,
            expires_date,
            expires_time,
            request: Some(draft.requests.first().map(RequestForm::of).unwrap_or_default()),
        };
        typed.fill_links();
        typed
    }

    fn fill_links(&mut self) {
        self.links.resize(self.links.len().max(LINKS), (String::new(), String::new()));
    }
}

/// Day and time as the fields show them.
fn moment(at: Option<Timestamp>) -> (String, String) {
    at.map(to_bangkok).map_or_else(Default::default, |local| {
        (format_long_date(local.date(), Digits::Arabic), format_time(local.time(), Digits::Arabic))
    })
}

/// The word for a kind in forms.
pub fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::News => "news",
        Kind::Correction => "correction",
        Kind::Withdrawal => "withdrawal",
        Kind::Test => "test",
        Kind::Drill => "drill",
        Kind::Digest => "digest",
    }
}

/// The word that the API has for a value.
fn word_of(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
