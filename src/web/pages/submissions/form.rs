//! What is typed about material, and what it means.

use serde::Deserialize;

use super::preview_path;
use crate::domain::content_id::FileId;
use crate::domain::file_kind::FileKind;
use crate::domain::submission::MOST_FILES;
use crate::domain::text::{AltText, BadText, Mention, Outcome, Subject};
use crate::offices::OfficeRefusal;
use crate::offices::submissions::Material;
use crate::store::files::find_file;
use crate::store::submissions::Submission;
use crate::store::submissions::files::SubmittedFile;
use crate::store::submissions::topics::list_topics;
use crate::store::{Connection, StoreError};
use crate::web::pages::compose::format::classified;
use crate::web::pages::form_fields::OfficeField;
use crate::web::pages::form_files::{self, write_ids};
use crate::web::pages::form_state::{Choice, FormErrors, FormState};
use crate::web::ui::label::either;
use crate::web::words::{Words, capital};

/// The fields for what each file shows.
pub(super) const ALTS: [&str; MOST_FILES] = ["alt1", "alt2", "alt3", "alt4"];
/// The boxes by which each is left out.
const LEAVES: [&str; MOST_FILES] = ["leave1", "leave2", "leave3", "leave4"];

/// What is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MaterialForm {
    #[serde(flatten)]
    pub(super) office: OfficeField,
    /// The ids of the files, between commas.
    pub(super) files: String,
    pub(super) alt1: String,
    pub(super) alt2: String,
    pub(super) alt3: String,
    pub(super) alt4: String,
    pub(super) leave1: String,
    pub(super) leave2: String,
    pub(super) leave3: String,
    pub(super) leave4: String,
    pub(super) topic: String,
    pub(super) title: String,
    pub(super) outcome: String,
    pub(super) beneficiaries: String,
    pub(super) figures: String,
    pub(super) source: String,
    pub(super) contact: String,
}

impl MaterialForm {
    /// A form that says what a submission says; with these files where some are given.
    pub(super) fn of(row: Submission, files: &[SubmittedFile], chosen: &str) -> Self {
        let ids: Vec<FileId> = files.iter().map(|file| file.id).collect();
        let chosen_ids = if chosen.is_empty() { ids } else { read_ids(chosen) };
        let alt = |index: usize| {
            let id = chosen_ids.get(index);
            id.and_then(|id| files.iter().find(|file| file.id == *id)).map(|file| file.alt.clone()).unwrap_or_default()
        };
        Self {
            files: write_ids(&chosen_ids),
            alt1: alt(0),
            alt2: alt(1),
            alt3: alt(2),
            alt4: alt(3),
            topic: row.topic,
            title: row.title,
            outcome: row.outcome,
            beneficiaries: row.beneficiaries.unwrap_or_default(),
            figures: row.figures.unwrap_or_default(),
            source: row.source.unwrap_or_default(),
            contact: row.contact.unwrap_or_default(),
            ..Self::default()
        }
    }

    fn alts(&self) -> [&str; MOST_FILES] {
        [&self.alt1, &self.alt2, &self.alt3, &self.alt4]
    }

    /// The fields for what the files show that are sent, in their order.
    fn sent_alts(&self) -> impl Iterator<Item = &'static str> {
        ALTS.into_iter().zip(self.left_out()).filter(|(_, left_out)| !left_out).map(|(field, _)| field)
    }

    /// Which files are left out after all.
    fn left_out(&self) -> [bool; MOST_FILES] {
        [&self.leave1, &self.leave2, &self.leave3, &self.leave4].map(|ticked| !ticked.is_empty())
    }
}

/// The ids of the files of a form, as many as there may be.
pub(super) fn read_ids(text: &str) -> Vec<FileId> {
    form_files::read_ids(text, MOST_FILES)
}

/// A file as the form shows it.
pub(super) struct ChosenFile {
    /// The name of the field for what it shows.
    pub(super) field: &'static str,
    /// Where its small picture is.
    pub(super) preview: Option<String>,
    /// What it is, in words.
    pub(super) what: String,
    /// What is typed of what it shows.
    pub(super) alt: String,
    /// The name of the box by which it is left out.
    pub(super) leave: &'static str,
    /// Whether that is ticked.
    pub(super) left_out: bool,
}

/// The files that a form names, as far as they are there.
pub(super) async fn chosen_files(
    db: &mut Connection,
    t: Words,
    form: &MaterialForm,
) -> Result<Vec<ChosenFile>, StoreError> {
    let mut chosen = Vec::new();
    let boxes = LEAVES.into_iter().zip(form.left_out());
    let fields = ALTS.into_iter().zip(form.alts()).zip(boxes);
    for (id, ((field, alt), (leave, left_out))) in read_ids(&form.files).into_iter().zip(fields) {
        let Some(file) = find_file(db, id).await? else { continue };
        chosen.push(ChosenFile {
            field,
            preview: file.preview.map(|_| preview_path(id)),
            what: describe(t, file.kind, file.bytes, file.milliseconds),
            alt: alt.to_owned(),
            leave,
            left_out,
        });
    }
    Ok(chosen)
}

/// What a file is, with its size and how long it plays.
pub(super) fn describe(t: Words, kind: FileKind, bytes: i64, milliseconds: Option<i32>) -> String {
    let size = if bytes < 1_000_000 {
        format!("{} kB", (bytes / 1_000).max(1))
    } else {
        format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
    };
    match (kind, milliseconds) {
        (FileKind::Image, _) => t.say_with("material-file-image", &[("size", &size)]),
        (FileKind::Video, length) => {
            let seconds = length.unwrap_or_default() / 1_000;
            let length = format!("{}:{:02}", seconds / 60, seconds % 60);
            t.say_with("material-file-video", &[("size", &size), ("length", &length)])
        }
        (FileKind::Pdf, _) => t.say_with("material-file-pdf", &[("size", &size)]),
    }
}

/// The topics that are offered.
pub(super) async fn topics(db: &mut Connection, t: Words, chosen: &str) -> Result<Vec<Choice>, StoreError> {
    let offered = list_topics(db).await?.into_iter().filter(|topic| topic.retired_at.is_none());
    let offered = offered.map(|topic| Choice::of(&topic.code, either(t, topic.thai, topic.english), chosen));
    Ok([Choice::none(t.say("material-topic-choose"))].into_iter().chain(offered).collect())
}

/// What the form means; or nothing, and what is wrong with it is in the form.
pub(super) fn read(t: Words, FormState { typed, errors }: &mut FormState<MaterialForm>) -> Option<Material> {
    let ids = read_ids(&typed.files);
    let topic = match typed.topic.trim() {
        "" => errors.check("topic", Err(t.say("material-topic-needed"))),
        topic => Some(topic.to_owned()),
    };
    let title = required::<Subject>(t, "title", &typed.title, errors);
    let outcome = optional::<Outcome>(t, "outcome", &typed.outcome, errors);
    let beneficiaries = optional::<Mention>(t, "beneficiaries", &typed.beneficiaries, errors);
    let figures = optional::<Mention>(t, "figures", &typed.figures, errors);
    let source = optional::<Mention>(t, "source", &typed.source, errors);
    let contact = optional::<Mention>(t, "contact", &typed.contact, errors);
    let mut files = Vec::new();
    let fields = ALTS.into_iter().zip(typed.alts()).zip(typed.left_out());
    for (id, ((field, alt), left_out)) in ids.into_iter().zip(fields) {
        if left_out {
            continue;
        }
        if let Some(alt) = required::<AltText>(t, field, alt, errors) {
            files.push((id, alt));
        }
    }
    if !errors.is_empty() {
        return None;
    }
    Some(Material {
        topic: topic?,
        title: title?,
        outcome: outcome?,
        beneficiaries: beneficiaries?,
        figures: figures?,
        source: source?,
        contact: contact?,
        files,
    })
}

fn required<T: std::str::FromStr<Err = BadText>>(
    t: Words,
    field: &'static str,
    typed: &str,
    errors: &mut FormErrors,
) -> Option<T> {
    errors.check(field, typed.parse().map_err(|bad: BadText| say(t, bad)))
}

/// What stands in a field that may be left empty.
#[expect(clippy::option_option, reason = "none = it is wrong; some none = nothing was typed")]
fn optional<T: std::str::FromStr<Err = BadText>>(
    t: Words,
    field: &'static str,
    typed: &str,
    errors: &mut FormErrors,
) -> Option<Option<T>> {
    let read = match typed.parse() {
        Ok(text) => Ok(Some(text)),
        Err(BadText::Empty) => Ok(None),
        Err(bad) => Err(say(t, bad)),
    };
    errors.check(field, read)
}

fn say(t: Words, bad: BadText) -> String {
    either(t, bad.thai(), capital(&bad.to_string()))
}

/// What a refused command says by a field; none where it is about no field.
pub(super) fn say_refusal(t: Words, typed: &MaterialForm, refusal: &OfficeRefusal) -> Option<(&'static str, String)> {
    Some(match refusal {
        OfficeRefusal::TopicAbsent => ("topic", t.say("material-topic-needed")),
        OfficeRefusal::FileAbsent(_) => ("files", t.say("material-file-gone")),
        OfficeRefusal::Files(bad) => ("files", either(t, bad.thai().to_owned(), capital(&bad.to_string()))),
        OfficeRefusal::NothingSent => ("outcome", t.say("material-nothing-sent")),
        OfficeRefusal::Classified(field, class) => (field, classified(t, *class)),
        OfficeRefusal::AltClassified(index, class) => (typed.sent_alts().nth(*index)?, classified(t, *class)),
        _ => return None,
    })
}
