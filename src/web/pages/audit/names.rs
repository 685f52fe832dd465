//! The names of what an entry of the audit is about. The audit keeps numbers and ids, which never change; readers are told
//! names that lead to pages.

use std::collections::HashMap;

use serde_json::Value;

use super::subjects::OfficeWork;
use crate::domain::actor::Actor;
use crate::domain::ids::{BulletinId, GroupId};
use crate::store::audit_names::{GroupName, list_bulletin_subjects, list_display_names, list_group_names};
use crate::store::audit_reading::Entry;
use crate::store::{Connection, StoreError};
use crate::web::ui::cell::Cell;
use crate::web::words::Words;

/// The names of all that a page of the audit mentions.
#[derive(Debug, Default)]
pub struct Names {
    groups: HashMap<i32, GroupName>,
    bulletins: HashMap<BulletinId, String>,
    people: HashMap<String, String>,
    office_work: OfficeWork,
}

/// The groups that an entry names by their numbers.
fn groups_of(entry: &Entry) -> Vec<i32> {
    let subject = entry.subject.strip_prefix("group:").and_then(|number| number.parse().ok());
    let listed = entry.detail["groups"].as_array().into_iter().flatten().filter_map(number_of);
    subject.into_iter().chain(listed).collect()
}

fn number_of(value: &Value) -> Option<i32> {
    value.as_i64().and_then(|number| i32::try_from(number).ok())
}

fn bulletin_of(subject: &str) -> Option<BulletinId> {
    subject.strip_prefix("bulletin:").and_then(|id| id.parse().ok())
}

/// Looks up the names of all that `entries` mention.
pub async fn find_names(db: &mut Connection, entries: &[Entry]) -> Result<Names, StoreError> {
    let groups: Vec<i32> = entries.iter().flat_map(groups_of).collect();
    let bulletins: Vec<BulletinId> = entries.iter().filter_map(|entry| bulletin_of(&entry.subject)).collect();
    let actors = entries.iter().flat_map(|entry| [entry.actor.clone(), Actor::from(entry.subject.as_str())]);
    let people: Vec<String> = actors
        .filter_map(|actor| match actor {
            Actor::User(name) => Some(name),
            _ => None,
        })
        .collect();
    let subjects: Vec<&str> = entries.iter().map(|entry| entry.subject.as_str()).collect();
    Ok(Names {
        groups: list_group_names(db, &groups).await?.into_iter().map(|group| (group.id.0, group)).collect(),
        bulletins: list_bulletin_subjects(db, &bulletins).await?.into_iter().collect(),
        people: list_display_names(db, &people).await?.into_iter().collect(),
        office_work: OfficeWork::find(db, &subjects).await?,
    })
}

impl Names {
    /// Who acted: the name for people, with the text that is kept.
    pub fn actor(&self, actor: &Actor) -> Cell {
        let kept = actor.to_string();
        let name = match actor {
            Actor::User(name) => self.people.get(name),
            _ => None,
        };
        name.map_or_else(|| Cell::code(&kept), |name| Cell::text(name).below(&Cell::quiet_code(&kept)))
    }

    /// What was acted on: its name, which leads to its page, with the text that is kept.
    pub fn subject(&self, t: Words, subject: &str) -> Cell {
        let kept = Cell::quiet_code(subject);
        let bulletin = bulletin_of(subject).and_then(|id| Some((id, self.bulletins.get(&id)?)));
        if let Some((id, title)) = bulletin {
            return Cell::link(&format!("/bulletins/{id}"), title).below(&kept);
        }
        if let Some(number) = subject.strip_prefix("group:").and_then(|number| number.parse().ok()) {
            return self.group(number).below(&kept);
        }
        if let Some(words) = self.office_work.say(t, subject) {
            return words.below(&kept);
        }
        if subject.starts_with("channel:") {
            return Cell::link(&subject.replacen("channel:", "/channels/", 1), subject);
        }
        self.actor(&Actor::from(subject))
    }

    /// A group by its number: its name, which leads to its page.
    fn group(&self, number: i32) -> Cell {
        match self.groups.get(&number) {
            Some(group) => Cell::link(&format!("/groups/{}", group.code), &group.name),
            None => Cell::code(&GroupId(number).to_string()),
        }
    }

    /// What an entry holds, one line for each field that is not empty.
    pub fn detail(&self, detail: &Value) -> Cell {
        let fields = detail.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        let lines = fields.map(|(name, value)| Cell::text(&format!("{name}:")).quiet().and(&self.value(name, value)));
        lines.fold(Cell::empty(), |all, line| all.below(&line))
    }

    fn value(&self, name: &str, value: &Value) -> Cell {
        match value {
            Value::Array(numbers) if name == "groups" => {
                let groups = numbers.iter().map(|number| number_of(number).map(|number| self.group(number)));
                groups.map(Option::unwrap_or_default).fold(Cell::empty(), |all, group| all.and(&group))
            }
            Value::String(text) => Cell::text(text),
            other => Cell::text(&other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::words::Language;
    use serde_json::json;

    const T: Words = Words { language: Language::English };

    fn names() -> Names {
        let group = GroupName { id: GroupId(4_471), code: "lpn".to_owned(), name: "ลำพูน".to_owned() };
        Names {
            groups: HashMap::from([(4_471, group)]),
            people: HashMap::from([("governor".to_owned(), "The Governor".to_owned())]),
            ..Names::default()
        }
    }

    #[test]
    fn what_an_entry_holds_is_told_field_by_field() {
        let told = names().detail(&json!({ "name": "ลำพูน", "office": null, "n": 3 })).to_string();
        assert_eq!(told, "<span class=\"quiet\">n:</span> 3<br><span class=\"quiet\">name:</span> ลำพูน");
        assert!(names().detail(&json!([])).is_empty());
    }

    #[test]
    fn groups_are_told_by_name_and_lead_to_their_page() {
        let told = names().detail(&json!({ "groups": [4_471, 9] })).to_string();
        assert!(told.ends_with("<a href=\"/groups/lpn\">ลำพูน</a> <code>9</code>"), "{told}");
        assert!(names().subject(T, "group:4471").to_string().starts_with("<a href=\"/groups/lpn\">"));
    }

    #[test]
    fn people_are_told_by_name_beside_what_is_kept() {
        let told = names().actor(&Actor::user("governor")).to_string();
        assert_eq!(told, "The Governor<br><code class=\"quiet\">user:governor</code>");
        assert_eq!(names().subject(T, "user:nobody").to_string(), "<code>user:nobody</code>");
    }
}
