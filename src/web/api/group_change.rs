//! What is changed at a group: its own settings, its place in the tree, and the join code that links it to its LINE group.
//!
//! A steward's key manages the groups of its own office. A join code is shown once, in the answer; what is kept of
//! it is a hash, and of an answer kept for an idempotency key only the sealed form.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::groups::{GroupDetail, TaggedGroup, tagged};
use super::publishing::Nothing;
use crate::domain::actor::Actor;
use crate::domain::bulletin::Forwarding;
use crate::domain::group::LONGEST_NAME;
use crate::domain::ids::Code;
use crate::domain::join_code::JoinCode;
use crate::domain::office::OfficeKind;
use crate::domain::thai::trim_unseen;
use crate::domain::time::Timestamp;
use crate::domain::tree_file::Column;
use crate::domain::way::Way;
use crate::relay::tree_edits::{self, GroupEdit, GroupVersion, must_be};
use crate::relay::tree_files::may_make_automatic;
use crate::store::groups::{Group, SettingsChange, lock_group, update_settings};
use crate::store::join_codes::insert_join_code;
use crate::store::{Connection, StoreError, audit};
use crate::web::access::duty::{managed, manages};
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::field::Field;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::if_match::IfMatch;
use crate::web::input::{Id, Input};
use crate::web::problem::{FieldError, Problem, ProblemDetails};
use crate::web::refused::edit_refused;

/// A year, in minutes.
const LONGEST_WAIT: i32 = 525_600;

/// A group's own settings; a field left out stays as it is.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupChange {
    /// Its name: 1 to 200 characters.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*[^\s\p{C}][^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$"
    )]
    pub(in crate::web) name: Option<String>,
    /// How a bulletin comes into it; `automatic` is for its steward, and for roles that may publish.
    pub(in crate::web) forwarding: Option<Forwarding>,
    /// Minutes until a bulletin goes in by itself; null = never by itself.
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 525_600)]
    #[serde(default)]
    pub(in crate::web) forward_within: Field<i32>,
    /// How it gets its copy; null = by tier and urgency, as `[relay.way]` of the settings says.
    #[schema(value_type = Option<Way>)]
    #[serde(default)]
    pub(in crate::web) way: Field<Way>,
    /// Minutes until what nobody forwarded is pushed; null = by urgency.
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 525_600)]
    #[serde(default)]
    pub(in crate::web) push_after: Field<i32>,
    /// The code of the group above: moves it, with all that is below it. This and what follows is for roles that manage the tree.
    #[schema(value_type = Option<Code>)]
    pub(in crate::web) parent: Option<String>,
    /// The code of its office.
    #[schema(value_type = Option<Code>)]
    pub(in crate::web) office: Option<String>,
    /// The office's name: 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub(in crate::web) office_name: Option<String>,
    /// What kind of body the office is.
    pub(in crate::web) office_kind: Option<OfficeKind>,
    /// The office's province, by code or name; null = none.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub(in crate::web) province: Field<String>,
    /// The channel that sends to it; null = none.
    #[schema(value_type = Option<Code>)]
    #[serde(default)]
    pub(in crate::web) channel: Field<String>,
    /// Members of the LINE group; null = not known.
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 1_000_000)]
    #[serde(default)]
    pub(in crate::web) members: Field<i32>,
    /// People who should be in it; null = not known.
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 1_000_000)]
    #[serde(default)]
    pub(in crate::web) head_count: Field<i32>,
    /// Whether it is out of use; with groups in use below it, it stays in use.
    pub(in crate::web) retired: Option<bool>,
}

impl GroupChange {
    fn check(&self) -> Result<(), Problem> {
        let mut errors = Vec::new();
        let fits = |name: &String| {
            (1..=LONGEST_NAME).contains(&trim_unseen(name).chars().count()) && !name.chars().any(char::is_control)
        };
        if self.name.as_ref().is_some_and(|name| !fits(name)) {
            errors.push(FieldError::new("/name", format!("must be one line of 1 to {LONGEST_NAME} characters")));
        }
        if matches!(self.forward_within, Field::Set(minutes) if !(0..=LONGEST_WAIT).contains(&minutes)) {
            errors.push(FieldError::new("/forward_within", format!("must be 0 to {LONGEST_WAIT} minutes, or null")));
        }
        if matches!(self.push_after, Field::Set(minutes) if !(0..=LONGEST_WAIT).contains(&minutes)) {
            errors.push(FieldError::new("/push_after", format!("must be 0 to {LONGEST_WAIT} minutes, or null")));
        }
        if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
    }

    /// Whether it changes the tree, and not only the group's own settings.
    fn is_of_the_tree(&self) -> bool {
        let texts = [&self.parent, &self.office, &self.office_name].iter().any(|text| text.is_some());
        let left = matches!(
            (&self.province, &self.channel, &self.members, &self.head_count),
            (Field::Absent, Field::Absent, Field::Absent, Field::Absent)
        );
        texts || !left || self.office_kind.is_some() || self.retired.is_some()
    }

    /// The same as cells of a tree file.
    fn to_edit(&self) -> GroupEdit {
        let mut edit = GroupEdit::new();
        for (column, text) in [
            (Column::Name, &self.name),
            (Column::Parent, &self.parent),
            (Column::Office, &self.office),
            (Column::OfficeName, &self.office_name),
        ] {
            if let Some(text) = text {
                edit.set_or_clear(column, text);
            }
        }
        if let Some(kind) = self.office_kind {
            edit.set(Column::OfficeKind, kind.as_str());
        }
        if let Some(forwarding) = self.forwarding {
            edit.set(Column::Forwarding, forwarding.as_str());
        }
        for (column, field) in [(Column::Province, &self.province), (Column::Channel, &self.channel)] {
            put(&mut edit, column, field, String::clone);
        }
        for (column, field) in [
            (Column::ForwardWithin, &self.forward_within),
            (Column::PushAfter, &self.push_after),
            (Column::Members, &self.members),
            (Column::HeadCount, &self.head_count),
        ] {
            put(&mut edit, column, field, i32::to_string);
        }
        put(&mut edit, Column::Way, &self.way, |way| way.as_str().to_owned());
        if let Some(retired) = self.retired {
            edit.set(Column::Retired, if retired { "true" } else { "false" });
        }
        edit
    }

    /// What it changes, for the audit.
    fn to_json(&self) -> serde_json::Value {
        let mut told = serde_json::Map::new();
        told.extend(self.name.as_ref().map(|name| ("name".to_owned(), json!(name))));
        told.extend(self.forwarding.map(|forwarding| ("forwarding".to_owned(), json!(forwarding))));
        told.extend(change_of(&self.forward_within).map(|minutes| ("forward_within".to_owned(), json!(minutes))));
        told.extend(change_of(&self.way).map(|way| ("way".to_owned(), json!(way))));
        told.extend(change_of(&self.push_after).map(|minutes| ("push_after".to_owned(), json!(minutes))));
        told.into()
    }
}

#[expect(clippy::option_option, reason = "the store tells leaving it from clearing it so")]
fn change_of<T: Copy>(field: &Field<T>) -> Option<Option<T>> {
    match field {
        Field::Absent => None,
        Field::Null => Some(None),
        Field::Set(value) => Some(Some(*value)),
    }
}

/// A field that is null clears the cell.
fn put<T>(edit: &mut GroupEdit, column: Column, field: &Field<T>, text: impl Fn(&T) -> String) {
    match field {
        Field::Absent => {}
        Field::Null => edit.set_or_clear(column, ""),
        Field::Set(value) => edit.set_or_clear(column, &text(value)),
    }
}

/// Change a group: its own settings; with `parent` and what follows it, its place and what it belongs to.
///
/// With the `ETag` of the group in `If-Match` it is changed only if nobody has changed it since.
#[utoipa::path(patch, path = "/groups/{code}", tag = "tree",
    params(("code" = String, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the group that you have")),
    request_body = GroupChange, responses(
        (status = 200, body = GroupDetail, headers(("ETag" = String, description = "Names what people have set of the group"))),
        (status = 412, description = "Somebody has changed the group since",
            body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub async fn change_group(
    State(app): State<App>,
    caller: Caller,
    Id(code): Id<String>,
    IfMatch(seen): IfMatch,
    Input(change): Input<GroupChange>,
) -> Result<TaggedGroup, Problem> {
    let seen = seen.map(|tag| GroupVersion::sent(&tag));
    let now = app.now();
    let mut tx = app.begin().await?;
    if change.is_of_the_tree() {
        change.check()?;
        visible::group(&mut tx, &caller, &code).await?;
        let edit = change.to_edit();
        let changed = tree_edits::change(&mut tx, &code, edit, seen.as_ref(), &caller.right(), now).await;
        changed.map_err(edit_refused)?;
    } else {
        change_settings(&mut tx, &caller, &code, &change, seen.as_ref(), now).await?;
    }
    let after = visible::group(&mut tx, &caller, &code).await?;
    let answer = tagged(&mut tx, &caller, after, now).await?;
    tx.commit().await?;
    Ok(answer)
}

/// Changes the group called `code`, which the caller must manage, and writes that down. With `seen` it must still be what the caller has
/// seen.
pub(in crate::web) async fn change_settings(
    db: &mut Connection,
    caller: &Caller,
    code: &str,
    change: &GroupChange,
    seen: Option<&GroupVersion>,
    now: Timestamp,
) -> Result<(), Problem> {
    change.check()?;
    let group = managed(db, caller, code).await?;
    lock_group(db, group.id).await?;
    // as it stands now that nobody else can change it
    let group = managed(db, caller, code).await?;
    if let Some(seen) = seen {
        must_be(&group, seen)?;
    }
    let becomes_automatic =
        change.forwarding == Some(Forwarding::Automatic) && group.forwarding != Forwarding::Automatic;
    if becomes_automatic && !may_make_automatic(&caller.right()) {
        return Err(Problem::forbidden("Only its steward, or a role that may publish, can make a group automatic."));
    }
    let settings = SettingsChange {
        name: change.name.as_deref().map(trim_unseen),
        forwarding: change.forwarding,
        forward_within: change_of(&change.forward_within),
        way: change_of(&change.way),
        push_after: change_of(&change.push_after),
    };
    update_settings(db, group.id, &settings, now).await?;
    let what = change.to_json();
    audit::insert_entry(db, now, &caller.actor(), "change_group", &format!("group:{}", group.id), &what).await?;
    Ok(())
}

/// A join code, shown this once.
#[derive(Serialize, utoipa::ToSchema)]
pub struct NewJoinCode {
    /// To be typed in the LINE group, by itself.
    #[schema(example = "GCC-7K3M-PQ2X")]
    code: String,
    /// Until when.
    expires_at: Timestamp,
}

/// Make a join code for a group.
///
/// Typed in a LINE group in which the official account is a member, it links that LINE group; once, within
/// `relay.join_code_lifetime`. Older unused codes of the group stop working.
#[utoipa::path(post, path = "/groups/{code}/join-code", tag = "tree", params(("code" = String, Path)),
    request_body = Option<Nothing>, responses((status = 201, body = NewJoinCode)))]
pub async fn make_join_code(State(app): State<App>, Id(code): Id<String>, post: IdempotentPost<Nothing>) -> PostResult {
    let (mut work, Nothing {}) = post.begin(&app).await?;
    let (now, by, caller) = (work.now, work.by(), work.caller.clone());
    let group = visible::group(work.db(), &caller, &code).await?;
    if !manages(&caller, &group) {
        return Err(Problem::absent("group").into());
    }
    let (join_code, expires_at) =
        new_join_code(work.db(), &group, &by, now, now + app.settings.join_code_lifetime).await?;
    work.answer_secret(StatusCode::CREATED, &NewJoinCode { code: join_code.to_string(), expires_at }).await
}

/// Makes a join code for a group and writes that down; gives it with the time until which it works.
pub(in crate::web) async fn new_join_code(
    db: &mut Connection,
    group: &Group,
    by: &Actor,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(JoinCode, Timestamp), StoreError> {
    let join_code = JoinCode::generate();
    insert_join_code(db, &join_code.sha256(), group.id, now, expires_at).await?;
    let subject = format!("group:{}", group.id);
    audit::insert_entry(db, now, by, "make_join_code", &subject, &json!({ "expires_at": expires_at })).await?;
    Ok((join_code, expires_at))
}
