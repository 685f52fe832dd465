//! Groups: the tree as it is read, a group's own settings, and the join code that links it to its LINE group.
//!
//! The names and telephone numbers of stewards are personal data (PDPA 2562): only those who may have to call them
//! see them. A join code is shown once, in the answer, and is kept nowhere in the clear.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::draft_input::Field;
use super::visible;
use crate::domain::account::{Act, Role};
use crate::domain::bulletin::Forwarding;
use crate::domain::join_code::JoinCode;
use crate::domain::office::OfficeKind;
use crate::domain::time::Timestamp;
use crate::store::groups::{self as rows, Filter, update_settings};
use crate::store::join_codes::insert_join_code;
use crate::store::stewards::{self, list_stewards};
use crate::store::{StoreError, audit};
use crate::web::app::App;
use crate::web::auth::Caller;
use crate::web::input::{Id, Input, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::post::{Post, Posted};
use crate::web::problem::{FieldError, Problem};

use super::publishing::Nothing;

/// How long a join code may be used.
const CODE_LIFETIME: Duration = Duration::from_hours(24);
const LONGEST_NAME: usize = 100;
/// A year, in minutes.
const LONGEST_WAIT: i32 = 525_600;

/// A group of the tree.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Group)]
pub struct GroupSummary {
    /// Its code.
    code: String,
    /// The code of the group above; null for the root.
    parent: Option<String>,
    /// 1, 2 or 3.
    tier: i16,
    /// Its name.
    name: String,
    /// Its office.
    office: GroupOffice,
    /// The code of the channel that sends to it.
    channel: Option<String>,
    /// Whether a LINE group is linked.
    linked: bool,
    /// When it was linked.
    linked_at: Option<Timestamp>,
    /// Since when the account is known to be gone from the LINE group.
    lost_at: Option<Timestamp>,
    /// Seats: members of the LINE group, the official account not counted.
    members: Option<i32>,
    /// People who should be in it.
    head_count: Option<i32>,
    /// How a bulletin comes into it.
    forwarding: Forwarding,
    /// Minutes until a bulletin goes in by itself; null = never by itself.
    forward_within: Option<i32>,
    /// Whether it is out of use.
    retired: bool,
}

/// The office of a group.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct GroupOffice {
    /// Its code.
    code: String,
    /// Its name.
    name: String,
    /// What kind of body it is.
    kind: OfficeKind,
    /// Its province.
    province: Option<String>,
}

impl From<rows::Group> for GroupSummary {
    fn from(row: rows::Group) -> Self {
        Self {
            code: row.code,
            parent: row.parent,
            tier: row.tier,
            name: row.name,
            office: GroupOffice {
                code: row.office,
                name: row.office_name,
                kind: row.office_kind,
                province: row.province,
            },
            channel: row.channel,
            linked: row.linked,
            linked_at: row.linked_at,
            lost_at: row.lost_at,
            members: row.members,
            head_count: row.head_count,
            forwarding: row.forwarding,
            forward_within: row.forward_within,
            retired: row.retired,
        }
    }
}

/// A group with those who forward into it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct GroupDetail {
    /// The group.
    #[serde(flatten)]
    group: GroupSummary,
    /// The steward, and the deputy where there is one.
    stewards: Vec<Steward>,
}

/// Who forwards into a group.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Steward {
    /// The office title.
    #[schema(example = "ผู้ว่าราชการจังหวัดลำพูน")]
    title: Option<String>,
    /// Whether this is the deputy.
    deputy: bool,
    /// The person; only for admins, operators and the group's own steward.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The telephone number; only for the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

impl Steward {
    fn of(row: stewards::Steward, personal: bool) -> Self {
        Self {
            title: row.title,
            deputy: row.deputy,
            name: row.name.filter(|_| personal),
            phone: row.phone.filter(|_| personal),
        }
    }
}

/// What a list of groups is narrowed by.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GroupQuery {
    /// Only of this tier.
    tier: Option<i16>,
    /// Only of offices in this province.
    province: Option<String>,
    /// Only of this office, by code.
    office: Option<String>,
    /// Only at or below this group, by code.
    under: Option<String>,
    /// Only linked ones, or only the others.
    linked: Option<bool>,
    /// Items on a page.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// Groups, by code.
#[utoipa::path(get, path = "/groups", tag = "tree", params(GroupQuery), responses((status = 200, body = Page<GroupSummary>)))]
pub async fn list_groups(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<GroupQuery>,
) -> Result<Json<Page<GroupSummary>>, Problem> {
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let filter = Filter {
        scope: caller.scope.to_filter(),
        under: visible::group_id(&mut db, &caller, query.under.as_deref()).await?,
        tier: query.tier,
        province: query.province,
        office: query.office,
        linked: query.linked,
        after: key_of(query.cursor.as_ref())?.unwrap_or_default(),
    };
    let found = rows::list_groups(&mut db, &filter, query.limit.rows()).await?;
    Ok(Json(Page::of(found, query.limit, |row| row.code.clone(), GroupSummary::from)))
}

/// One group, with those who forward into it.
#[utoipa::path(get, path = "/groups/{code}", tag = "tree", params(("code" = String, Path)),
    responses((status = 200, body = GroupDetail)))]
pub async fn get_group(
    State(app): State<App>,
    caller: Caller,
    Id(code): Id<String>,
) -> Result<Json<GroupDetail>, Problem> {
    let mut db = app.db.acquire().await.map_err(StoreError::from)?;
    let group = visible::group(&mut db, &caller, &code).await?;
    Ok(Json(detail(&mut db, &caller, group).await?))
}

async fn detail(
    db: &mut crate::store::Connection,
    caller: &Caller,
    group: rows::Group,
) -> Result<GroupDetail, Problem> {
    let personal = manages(caller, &group);
    let stewards = list_stewards(db, group.id).await?;
    let stewards = stewards.into_iter().map(|row| Steward::of(row, personal)).collect();
    Ok(GroupDetail { group: group.into(), stewards })
}

/// Whether the group is the caller's to manage: a steward's are those of the own office.
fn manages(caller: &Caller, group: &rows::Group) -> bool {
    match caller.role {
        Role::Steward => caller.office == Some(group.office_id),
        role => role.may(Act::ManageGroups),
    }
}

/// A group's own settings; a field left out stays as it is.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupChange {
    /// Its name: 1 to 100 characters.
    name: Option<String>,
    /// How a bulletin comes into it; `automatic` needs a role that may publish.
    forwarding: Option<Forwarding>,
    /// Minutes until a bulletin goes in by itself; null = never by itself.
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 525_600)]
    #[serde(default)]
    forward_within: Field<i32>,
}

impl GroupChange {
    fn check(&self) -> Result<(), Problem> {
        let mut errors = Vec::new();
        let fits = |name: &String| {
            (1..=LONGEST_NAME).contains(&name.trim().chars().count()) && !name.chars().any(char::is_control)
        };
        if self.name.as_ref().is_some_and(|name| !fits(name)) {
            errors.push(FieldError::new("/name", format!("must be one line of 1 to {LONGEST_NAME} characters")));
        }
        if matches!(self.forward_within, Field::Set(minutes) if !(0..=LONGEST_WAIT).contains(&minutes)) {
            errors.push(FieldError::new("/forward_within", format!("must be 0 to {LONGEST_WAIT} minutes, or null")));
        }
        if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
    }

    fn forward_within(&self) -> Option<Option<i32>> {
        match self.forward_within {
            Field::Absent => None,
            Field::Null => Some(None),
            Field::Set(minutes) => Some(Some(minutes)),
        }
    }
}

/// Change a group's own settings.
#[utoipa::path(patch, path = "/groups/{code}", tag = "tree", params(("code" = String, Path)),
    request_body = GroupChange, responses((status = 200, body = GroupDetail)))]
pub async fn change_group(
    State(app): State<App>,
    caller: Caller,
    Id(code): Id<String>,
    Input(change): Input<GroupChange>,
) -> Result<Json<GroupDetail>, Problem> {
    change.check()?;
    let now = app.now();
    let mut tx = app.begin().await?;
    let group = visible::group(&mut tx, &caller, &code).await?;
    if !manages(&caller, &group) {
        return Err(Problem::absent("group"));
    }
    let becomes_automatic =
        change.forwarding == Some(Forwarding::Automatic) && group.forwarding != Forwarding::Automatic;
    if becomes_automatic && !caller.role.may(Act::Publish) {
        return Err(Problem::forbidden("Only a role that may publish can make a group forward automatically."));
    }
    let name = change.name.as_deref().map(str::trim);
    update_settings(&mut tx, group.id, name, change.forwarding, change.forward_within(), now).await?;
    let what = json!({ "name": name, "forwarding": change.forwarding, "forward_within": change.forward_within() });
    audit::insert_entry(&mut tx, now, &caller.actor(), "change_group", &format!("group:{}", group.id), &what).await?;
    let after = visible::group(&mut tx, &caller, &code).await?;
    let detail = detail(&mut tx, &caller, after).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Json(detail))
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
/// Typed in a LINE group in which the official account is a member, it links that LINE group; once, within 24
/// hours. Older unused codes of the group stop working.
#[utoipa::path(post, path = "/groups/{code}/join-code", tag = "tree", params(("code" = String, Path)),
    request_body = Option<Nothing>, responses((status = 201, body = NewJoinCode)))]
pub async fn make_join_code(State(app): State<App>, Id(code): Id<String>, post: Post<Nothing>) -> Posted {
    let (mut work, Nothing {}) = post.begin(&app).await?;
    let (now, by, caller) = (work.now, work.by(), work.caller.clone());
    let group = visible::group(work.db(), &caller, &code).await?;
    if !manages(&caller, &group) {
        return Err(Problem::absent("group").into());
    }
    let (join_code, expires_at) = (JoinCode::generate(), now + CODE_LIFETIME);
    insert_join_code(work.db(), &join_code.sha256(), group.id, now, expires_at).await?;
    let subject = format!("group:{}", group.id);
    audit::insert_entry(work.db(), now, &by, "make_join_code", &subject, &json!({ "expires_at": expires_at })).await?;
    work.answer_secret(StatusCode::CREATED, &NewJoinCode { code: join_code.to_string(), expires_at }).await
}
