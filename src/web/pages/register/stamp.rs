//! What an entry and its chain look like on paper, and so on pages too: the stamp เลขรับ, วันที่, เวลา, and who wrote what below it.

use std::collections::HashMap;

use crate::domain::actor::Actor;
use crate::domain::ids::RegisterEntryId;
use crate::domain::register::EndorsementKind;
use crate::domain::thai::{Digits, format_long_date, format_time, to_bangkok};
use crate::domain::time::Timestamp;
use crate::store::Connection;
use crate::store::audit_names::list_display_names;
use crate::store::register::endorsements::list_endorsements;
use crate::store::register::find_entry;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::ui::actor::say_actor;
use crate::web::ui::format::{formal_day, formal_moment};
use crate::web::ui::label::Label as _;
use crate::web::view::register::{Doubt, EndorsedEntry, Endorsement, RegisterEntry};
use crate::web::words::{Language, Words};

/// The stamp.
pub(super) struct Stamp {
    pub(super) number: String,
    pub(super) date: String,
    pub(super) time: String,
}

/// A step of the chain.
pub(super) struct Step {
    /// What it says, with who is to act.
    pub(super) said: String,
    pub(super) text: Option<String>,
    pub(super) author: String,
    pub(super) unit: Option<String>,
    pub(super) at: String,
    pub(super) doubts: Vec<Doubt>,
    /// Who entered it, and when.
    pub(super) recorded: String,
}

/// An entry as it stands on a sheet.
pub(super) struct Sheet {
    pub(super) entry: RegisterEntry,
    pub(super) dated: Option<String>,
    pub(super) stamp: Stamp,
    pub(super) steps: Vec<Step>,
    /// Who entered it, and when.
    pub(super) recorded: String,
}

impl Sheet {
    /// The entry, if it is in the visitor's part of the tree.
    pub(super) async fn find(db: &mut Connection, visitor: &Visitor, id: RegisterEntryId) -> Result<Self, Problem> {
        let t = visitor.words;
        let row = find_entry(db, id, visitor.caller.scope.groups()).await?;
        let row = row.ok_or_else(|| Problem::absent("entry of a register"))?;
        let EndorsedEntry { entry, endorsements } = EndorsedEntry::of(row, list_endorsements(db, id).await?);
        let actors = endorsements.iter().map(|step| &step.recorded_by).chain([&entry.recorded_by]);
        let users = actors.filter_map(|actor| match actor {
            Actor::User(name) => Some(name.clone()),
            _ => None,
        });
        let users: Vec<String> = users.collect();
        let names: HashMap<String, String> = list_display_names(db, &users).await?.into_iter().collect();
        let date = entry.document_date.as_deref().and_then(|date| date.parse().ok());
        Ok(Self {
            dated: date.map(|date| formal_day(t, date)),
            stamp: Stamp::of(t, &entry),
            recorded: recorded(t, "register-received-by", &names, &entry.recorded_by, entry.recorded_at),
            steps: endorsements.into_iter().map(|step| Step::of(t, &names, step)).collect(),
            entry,
        })
    }
}

impl Stamp {
    fn of(t: Words, entry: &RegisterEntry) -> Self {
        let local = to_bangkok(entry.received_at);
        let (date, time) = (local.date(), local.time());
        match t.language {
            Language::Thai => Self {
                number: Digits::Thai.write(&entry.number.to_string()),
                date: format_long_date(date, Digits::Thai),
                time: format_time(time, Digits::Thai),
            },
            Language::English => Self {
                number: entry.number.to_string(),
                date: formal_day(t, date),
                time: time.strftime("%H:%M").to_string(),
            },
        }
    }
}

impl Step {
    fn of(t: Words, names: &HashMap<String, String>, step: Endorsement) -> Self {
        let said = match (step.kind, step.assignee.as_deref()) {
            (EndorsementKind::Propose, None) => t.say("register-step-propose-open"),
            (EndorsementKind::Propose, Some(who)) => t.say_with("register-step-propose", &[("who", who)]),
            (EndorsementKind::Assign, Some(who)) => t.say_with("register-step-assign", &[("who", who)]),
            (kind @ (EndorsementKind::Noted | EndorsementKind::Done), Some(who)) => {
                format!("{} ({who})", kind.word(t))
            }
            (kind, None) => kind.word(t),
        };
        Self {
            said,
            recorded: recorded(t, "register-recorded", names, &step.recorded_by, step.recorded_at),
            at: formal_moment(t, step.at),
            text: step.text,
            author: step.author,
            unit: step.unit,
            doubts: step.doubts,
        }
    }
}

/// Who entered something and when, in the words of `key`.
fn recorded(t: Words, key: &str, names: &HashMap<String, String>, by: &Actor, at: Timestamp) -> String {
    let name = match by {
        Actor::User(name) => names.get(name).map(String::as_str),
        _ => None,
    };
    t.say_with(key, &[("who", &say_actor(t, by, name)), ("at", &formal_moment(t, at))])
}
