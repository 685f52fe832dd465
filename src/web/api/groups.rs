//! Groups: the tree as it is read.
//!
//! The names and telephone numbers of stewards are personal data (PDPA 2562): only those who may have to call them
//! see them.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, header};
use serde::{Deserialize, Serialize};

use super::group_alerts::GroupAlert;
use crate::domain::bulletin::Forwarding;
use crate::domain::ids::Code;
use crate::domain::national::province_code;
use crate::domain::office::OfficeKind;
use crate::domain::thai::normal_form;
use crate::domain::time::Timestamp;
use crate::domain::way::Way;
use crate::relay::tree_edits::GroupVersion;
use crate::store::Connection;
use crate::store::group_alerts::{AlertFilter, list_alerts};
use crate::store::groups::{self as rows, Filter};
use crate::store::stewards::{self, list_deputies, list_stewards};
use crate::web::access::duty::manages;
use crate::web::access::{Caller, visible};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::input::{Id, Parameters};
use crate::web::listing::{Cursor, Limit, Page, key_of};
use crate::web::problem::{Problem, ProblemDetails};

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
    /// What its members call the LINE group, read back when it was linked.
    line_name: Option<String>,
    /// Seats: members of the LINE group, the official account not counted.
    members: Option<i32>,
    /// People who should be in it.
    head_count: Option<i32>,
    /// How a bulletin comes into it.
    forwarding: Forwarding,
    /// Minutes until a bulletin goes in by itself; null = never by itself.
    forward_within: Option<i32>,
    /// How it gets its copy; null = by tier and urgency, as `[relay.way]` of the settings says.
    way: Option<Way>,
    /// Minutes until what nobody forwarded is pushed; null = by urgency.
    push_after: Option<i32>,
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
            line_name: row.line_name,
            members: row.members,
            head_count: row.head_count,
            forwarding: row.forwarding,
            forward_within: row.forward_within,
            way: row.way,
            push_after: row.push_after,
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
    /// The steward, the standing deputy, and the deputies for a while whose time is now or to come.
    stewards: Vec<Steward>,
    /// What differs about its LINE group and nobody has looked at yet.
    alerts: Vec<GroupAlert>,
}

/// Who forwards into a group.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Steward {
    /// The number of the duty, of a deputy for a while.
    id: Option<i32>,
    /// The office title.
    #[schema(example = "ผู้ว่าราชการจังหวัดลำพูน")]
    title: Option<String>,
    /// Whether this is the deputy.
    deputy: bool,
    /// From when, of a deputy for a while.
    from: Option<Timestamp>,
    /// Until when; not at that moment any more.
    until: Option<Timestamp>,
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
            id: None,
            title: row.title,
            deputy: row.deputy,
            from: None,
            until: None,
            name: row.name.filter(|_| personal),
            phone: row.phone.filter(|_| personal),
        }
    }

    pub(super) fn deputy(row: stewards::NamedDeputy, personal: bool) -> Self {
        Self {
            id: Some(row.id),
            title: row.title,
            deputy: true,
            from: Some(row.valid_from),
            until: Some(row.valid_until),
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
    #[param(minimum = 1, maximum = 3)]
    tier: Option<i16>,
    /// Only of offices in this province.
    province: Option<String>,
    /// Only of this office, by code.
    #[param(value_type = Option<Code>)]
    office: Option<String>,
    /// Only at or below this group, by code.
    #[param(value_type = Option<Code>)]
    under: Option<String>,
    /// Only linked ones, or only the others.
    linked: Option<bool>,
    /// Items on a page.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<Cursor>,
}

/// Groups, by code.
#[utoipa::path(get, path = "/groups", tag = "tree", params(GroupQuery), responses(
    (status = 200, body = Page<GroupSummary>),
    (status = 404, description = "There is no group `under` that, or it lies outside of the key's part of the tree",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn list_groups(
    caller: Caller,
    Parameters(query): Parameters<GroupQuery>,
    Conn(mut db): Conn,
) -> Result<Json<Page<GroupSummary>>, Problem> {
    let filter = Filter {
        scope: caller.scope.to_filter(),
        under: visible::group_id(&mut db, &caller, query.under.as_deref()).await?,
        tier: query.tier,
        province: query.province.as_deref().map(|text| province_code(text).to_owned()),
        office: query.office.as_deref().map(normal_form),
        linked: query.linked,
        after: key_of(query.cursor.as_ref())?.unwrap_or_default(),
    };
    let found = rows::list_groups(&mut db, &filter, query.limit.rows()).await?;
    Ok(Json(Page::of(found, query.limit, |row| row.code.clone(), GroupSummary::from)))
}

/// A group with what it is known by, which a change gives back as `If-Match`.
pub type TaggedGroup = ([(HeaderName, String); 1], Json<GroupDetail>);

/// One group, with those who forward into it.
#[utoipa::path(get, path = "/groups/{code}", tag = "tree", params(("code" = String, Path)),
    responses((status = 200, body = GroupDetail,
        headers(("ETag" = String, description = "Names what people have set of the group, for `If-Match` of a change")))))]
pub async fn get_group(
    State(app): State<App>,
    caller: Caller,
    Id(code): Id<String>,
    Conn(mut db): Conn,
) -> Result<TaggedGroup, Problem> {
    let group = visible::group(&mut db, &caller, &code).await?;
    tagged(&mut db, &caller, group, app.now()).await
}

/// The same with what the group is known by.
pub(super) async fn tagged(
    db: &mut Connection,
    caller: &Caller,
    group: rows::Group,
    now: Timestamp,
) -> Result<TaggedGroup, Problem> {
    let tag = format!("\"{}\"", GroupVersion::of(&group).as_str());
    Ok(([(header::ETAG, tag)], Json(detail(db, caller, group, now).await?)))
}

/// The group with those who forward into it, as the caller may see them.
pub(super) async fn detail(
    db: &mut Connection,
    caller: &Caller,
    group: rows::Group,
    now: Timestamp,
) -> Result<GroupDetail, Problem> {
    let personal = manages(caller, &group);
    let stewards = list_stewards(db, group.id).await?;
    let mut stewards: Vec<Steward> = stewards.into_iter().map(|row| Steward::of(row, personal)).collect();
    let deputies = list_deputies(db, group.id, now).await?;
    stewards.extend(deputies.into_iter().map(|row| Steward::deputy(row, personal)));
    let alerts = list_alerts(db, &AlertFilter { group: Some(group.id), ..AlertFilter::default() }, 10).await?;
    let alerts = alerts.into_iter().map(GroupAlert::from).collect();
    Ok(GroupDetail { group: group.into(), stewards, alerts })
}
