//! Groups that are added one by one; many are added by a tree file.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::groups::{GroupDetail, detail};
use crate::domain::bulletin::Forwarding;
use crate::domain::ids::Code;
use crate::domain::office::OfficeKind;
use crate::domain::tree_file::Column;
use crate::domain::way::Way;
use crate::relay::tree_edits::{self, GroupEdit};
use crate::web::access::visible;
use crate::web::app::App;
use crate::web::idempotent_post::{IdempotentPost, PostError, PostResult};
use crate::web::problem::ProblemDetails;
use crate::web::refused::edit_refused;

/// A group to be added; its tier follows from the group above.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// A code of your own for it.
    #[schema(value_type = Code)]
    code: String,
    /// The code of the group above, in the key's part of the tree.
    #[schema(value_type = Code)]
    parent: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The code of its office; a new office needs a name and a kind.
    #[schema(value_type = Code)]
    office: String,
    /// A new office's name; an office that is there already keeps its own, and another one is refused.
    #[schema(min_length = 1, max_length = 200)]
    office_name: Option<String>,
    /// What kind of body a new office is.
    office_kind: Option<OfficeKind>,
    /// A new office's province, by code or name.
    province: Option<String>,
    /// The channel that sends to it.
    #[schema(value_type = Option<Code>)]
    channel: Option<String>,
    /// Members of the LINE group.
    #[schema(minimum = 0, maximum = 1_000_000)]
    members: Option<i32>,
    /// People who should be in it.
    #[schema(minimum = 0, maximum = 1_000_000)]
    head_count: Option<i32>,
    /// How a bulletin comes into it; left out = by its steward.
    forwarding: Option<Forwarding>,
    /// Minutes until a bulletin goes in by itself; left out = never by itself.
    #[schema(minimum = 0, maximum = 525_600)]
    forward_within: Option<i32>,
    /// How it gets its copy; left out = by tier and urgency.
    way: Option<Way>,
    /// Minutes until what nobody forwarded is pushed; left out = by urgency.
    #[schema(minimum = 0, maximum = 525_600)]
    push_after: Option<i32>,
}

impl NewGroup {
    fn to_edit(&self) -> GroupEdit {
        let mut edit = GroupEdit::new();
        edit.put(Column::Parent, &self.parent);
        edit.put(Column::Name, &self.name);
        edit.put(Column::Office, &self.office);
        let texts = [
            (Column::OfficeName, self.office_name.clone()),
            (Column::OfficeKind, self.office_kind.map(|kind| kind.as_str().to_owned())),
            (Column::Province, self.province.clone()),
            (Column::Channel, self.channel.clone()),
            (Column::Members, self.members.map(|number| number.to_string())),
            (Column::HeadCount, self.head_count.map(|number| number.to_string())),
            (Column::Forwarding, self.forwarding.map(|forwarding| forwarding.as_str().to_owned())),
            (Column::ForwardWithin, self.forward_within.map(|minutes| minutes.to_string())),
            (Column::Way, self.way.map(|way| way.as_str().to_owned())),
            (Column::PushAfter, self.push_after.map(|minutes| minutes.to_string())),
        ];
        for (column, text) in texts {
            if let Some(text) = text {
                edit.set(column, &text);
            }
        }
        edit
    }
}

/// Add a group.
///
/// The rules are those of the tree file; what is wrong is told by the field.
#[utoipa::path(post, path = "/groups", tag = "tree", request_body = NewGroup, responses(
    (status = 201, body = GroupDetail),
    (status = 422, description = "A field does not fit: a code that is taken, a group above that is not there or lies outside of the key's \
        part of the tree, an office that is there and is described otherwise",
        body = ProblemDetails, content_type = "application/problem+json"),
))]
pub async fn add_group(State(app): State<App>, post: IdempotentPost<NewGroup>) -> PostResult {
    let (mut work, new) = post.begin(&app).await?;
    let (now, right, caller) = (work.now, work.right(), work.caller.clone());
    let added = tree_edits::add(work.db(), &new.code, new.to_edit(), &right, now).await;
    let added = added.map_err(|refusal| PostError::Problem(edit_refused(refusal)))?;
    let group = visible::group(work.db(), &caller, added.code.as_str()).await?;
    let detail: GroupDetail = detail(work.db(), &caller, group, now).await?;
    work.answer(StatusCode::CREATED, &detail).await
}
