//! What an entry of the audit is about where that is the work of offices, or a thing without a name of its own: the words for it, and
//! the page to which they lead.

use std::collections::HashMap;
use std::hash::Hash;
use std::str::FromStr;

use crate::domain::ids::{CoordinatorId, DisseminationId, RegisterEntryId};
use crate::store::audit_names::{
    CoordinatorName, DisseminationName, OfficeName, RegisterEntryName, RequestName, list_coordinator_names,
    list_dissemination_names, list_office_names, list_register_entry_names, list_request_names,
};
use crate::store::{Connection, StoreError};
use crate::web::ui::cell::Cell;
use crate::web::ui::label::Label as _;
use crate::web::words::Words;

/// What the office work is called that a page of the audit mentions.
#[derive(Debug, Default)]
pub struct OfficeWork {
    offices: HashMap<i32, OfficeName>,
    entries: HashMap<RegisterEntryId, RegisterEntryName>,
    requests: HashMap<i64, RequestName>,
    coordinators: HashMap<CoordinatorId, CoordinatorName>,
    disseminations: HashMap<DisseminationId, DisseminationName>,
}

/// What stands behind `kind:`, where the subject is of that kind.
fn id_of<T: FromStr>(subject: &str, kind: &str) -> Option<T> {
    subject.strip_prefix(kind)?.strip_prefix(':')?.parse().ok()
}

fn ids_of<T: FromStr>(subjects: &[&str], kind: &str) -> Vec<T> {
    subjects.iter().filter_map(|subject| id_of(subject, kind)).collect()
}

fn by<K: Eq + Hash, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, T> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

impl OfficeWork {
    /// Looks up what the office work among `subjects` is called.
    pub async fn find(db: &mut Connection, subjects: &[&str]) -> Result<Self, StoreError> {
        let offices = list_office_names(db, &ids_of(subjects, "office")).await?;
        let entries = list_register_entry_names(db, &ids_of(subjects, "register")).await?;
        let requests = list_request_names(db, &ids_of(subjects, "request")).await?;
        let coordinators = list_coordinator_names(db, &ids_of(subjects, "coordinator")).await?;
        let disseminations = list_dissemination_names(db, &ids_of(subjects, "dissemination")).await?;
        Ok(Self {
            offices: by(offices, |row| row.id.0),
            entries: by(entries, |row| row.id),
            requests: by(requests, |row| row.id),
            coordinators: by(coordinators, |row| row.id),
            disseminations: by(disseminations, |row| row.id),
        })
    }

    /// The words for a subject; nothing where it is of no kind that is known here, or is not there any more.
    pub fn say(&self, t: Words, subject: &str) -> Option<Cell> {
        let (to, words) = self.words(t, subject).or_else(|| plain_words(t, subject))?;
        Some(to.map_or_else(|| Cell::text(&words), |to| Cell::link(&to, &words)))
    }

    fn words(&self, t: Words, subject: &str) -> Option<(Option<String>, String)> {
        let (kind, _) = subject.split_once(':')?;
        let (to, words) = match kind {
            "office" => {
                let office = self.offices.get(&id_of(subject, kind)?)?;
                (format!("/register?office={}", office.code), office.name.clone())
            }
            "register" => {
                let RegisterEntryName { id, office, year, number } = self.entries.get(&id_of(subject, kind)?)?;
                let (year, number) = (year.to_string(), number.to_string());
                let values = [("office", office.as_str()), ("number", &number), ("year", &year)];
                (format!("/register/{id}"), t.say_with("audit-of-register", &values))
            }
            "request" => {
                let RequestName { kind, office, office_name, .. } = self.requests.get(&id_of(subject, kind)?)?;
                (format!("/requests?office={office}"), of_office(t, &kind.word(t), office_name))
            }
            "coordinator" => {
                let CoordinatorName { deputy, office, office_name, .. } =
                    self.coordinators.get(&id_of(subject, kind)?)?;
                let post = t.say(if *deputy { "coordinators-deputy" } else { "audit-of-coordinator" });
                (format!("/coordinators/offices/{office}"), of_office(t, &post, office_name))
            }
            "dissemination" => {
                let DisseminationName { id, medium, office } = self.disseminations.get(&id_of(subject, kind)?)?;
                (format!("/disseminations/{id}"), of_office(t, &medium.word(t), office))
            }
            _ => return None,
        };
        Some((Some(to), words))
    }
}

fn of_office(t: Words, what: &str, office: &str) -> String {
    t.say_with("audit-of-office", &[("what", what), ("office", office)])
}

/// Things that have no name but their code, and those of which there is one.
fn plain_words(t: Words, subject: &str) -> Option<(Option<String>, String)> {
    let (kind, code) = subject.split_once(':').unwrap_or((subject, ""));
    let (to, key) = match kind {
        "channel" => (Some("/channels".to_owned()), "audit-of-channel"),
        "key" => (Some("/keys".to_owned()), "audit-of-key"),
        "secret_key" => (None, "audit-of-secret-key"),
        "tree_upload" if code.bytes().all(|digit| digit.is_ascii_digit()) => {
            (Some(format!("/tree/uploads/{code}")), "audit-of-tree-upload")
        }
        "tree" => (Some("/tree".to_owned()), "tree-title"),
        "coordinators" => (Some("/coordinators".to_owned()), "coordinators-title"),
        "audit" => (None, "audit-title"),
        "database" => (None, "audit-of-database"),
        _ => return None,
    };
    Some((to, t.say_with(key, &[("code", code)])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::words::Language;

    #[test]
    fn what_has_no_name_is_told_by_its_kind_and_code() {
        let t = Words { language: Language::English };
        let say = |subject| OfficeWork::default().say(t, subject).map(|cell| cell.to_string());
        assert_eq!(say("channel:gcc").as_deref(), Some("<a href=\"/channels\">LINE channel gcc</a>"));
        assert_eq!(say("tree_upload:7").as_deref(), Some("<a href=\"/tree/uploads/7\">Tree file 7</a>"));
        assert_eq!(say("database").as_deref(), Some("The database"));
        for unknown in ["", "tree_upload:x", "register:nothing", "office:1", "something:else"] {
            assert_eq!(say(unknown), None, "{unknown}");
        }
    }
}
