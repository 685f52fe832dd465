//! The control side over HTTP, under `/control`: JSON in, JSON out, no authentication, as it is meant
//! for this machine only.
//!
//! | route | does |
//! |---|---|
//! | `GET /control/channels` | the channels as they stand, without secrets |
//! | `PUT /control/channels` | makes or replaces a channel ([`ChannelConfig`]) |
//! | `PATCH /control/channels/{code}` | changes one ([`ChannelChange`]) |
//! | `PUT /control/groups` | makes or changes a group ([`GroupConfig`]); nobody is told |
//! | `PUT /control/persons` | says that a member of a group is a person: `{"group", "member", "user"}` |
//! | `DELETE /control/groups/{id}/account` | takes the account out without a webhook |
//! | `GET`, `PUT`, `DELETE /control/faults` | the fault rules in force ([`FaultRule`]) |
//! | `POST /control/events` | lets something happen: `{"group", "type", …}` ([`GroupEvent`]) |
//! | `POST /control/events/{id}/redelivery` | sends an event again |
//! | `GET /control/counts` | what was counted |
//! | `GET /control/accepted?group=` | the accepted pushes, of a group or of a person's chats of two |
//! | `GET /control/messages/{hash}` | the messages with this hash |
//! | `POST /control/reset` | clears chats, keys, consumption, faults, counts |

use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post, put};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::chat::AcceptedPush;
use super::config::{ChannelConfig, GroupConfig};
use super::control::{Control, ControlError, EventReport};
use super::counts::Counts;
use super::faults::FaultRule;
use super::group_event::{GroupEvent, GroupEventError};
use super::page::MOST_SENT;
use super::settings::{ChannelChange, ChannelView};

/// The routes under `/control`.
pub(super) fn routes() -> Router<Control> {
    Router::new()
        .route("/control/channels", get(list_channels).put(put_channel))
        .route("/control/channels/{code}", patch(change_channel))
        .route("/control/groups", put(put_group))
        .route("/control/persons", put(put_person))
        .route("/control/groups/{id}/account", delete(remove_account))
        .route("/control/faults", get(list_faults).put(set_faults).delete(clear_faults))
        .route("/control/events", post(happen).layer(DefaultBodyLimit::max(MOST_SENT)))
        .route("/control/events/{id}/redelivery", post(redeliver))
        .route("/control/counts", get(count))
        .route("/control/accepted", get(list_accepted))
        .route("/control/messages/{hash}", get(show_messages))
        .route("/control/reset", post(reset))
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::UnknownChannel | Self::UnknownEvent | Self::GroupEvent(GroupEventError::UnknownGroup) => {
                StatusCode::NOT_FOUND
            }
            Self::Journal(_) | Self::GroupEvent(GroupEventError::Journal(_)) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::GroupEvent(_) => StatusCode::CONFLICT,
        };
        (status, Json(json!({ "message": self.to_string() }))).into_response()
    }
}

type Done = Result<StatusCode, ControlError>;

async fn list_channels(State(control): State<Control>) -> Json<Vec<ChannelView>> {
    Json(control.channels())
}

async fn put_channel(State(control): State<Control>, Json(channel): Json<ChannelConfig>) -> Done {
    control.put_channel(channel).map(|()| StatusCode::NO_CONTENT)
}

async fn change_channel(
    State(control): State<Control>,
    Path(code): Path<String>,
    Json(change): Json<ChannelChange>,
) -> Done {
    control.change_channel(&code, change).map(|()| StatusCode::NO_CONTENT)
}

async fn put_group(State(control): State<Control>, Json(group): Json<GroupConfig>) -> Done {
    control.put_group(group).map(|()| StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct PersonInput {
    group: String,
    member: u32,
    user: String,
}

async fn put_person(State(control): State<Control>, Json(person): Json<PersonInput>) -> Done {
    control.put_person(&person.group, person.member, &person.user).map(|()| StatusCode::NO_CONTENT)
}

async fn remove_account(State(control): State<Control>, Path(id): Path<String>) -> Done {
    control.remove_silently(&id).map(|()| StatusCode::NO_CONTENT)
}

async fn list_faults(State(control): State<Control>) -> Json<Vec<FaultRule>> {
    Json(control.faults())
}

async fn set_faults(State(control): State<Control>, Json(rules): Json<Vec<FaultRule>>) -> Done {
    control.set_faults(rules).map(|()| StatusCode::NO_CONTENT)
}

async fn clear_faults(State(control): State<Control>) -> Done {
    control.set_faults(Vec::new()).map(|()| StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct GroupEventInput {
    group: String,
    #[serde(flatten)]
    event: GroupEvent,
}

async fn happen(
    State(control): State<Control>,
    Json(asked): Json<GroupEventInput>,
) -> Result<Json<EventReport>, ControlError> {
    control.happen(&asked.group, asked.event).await.map(Json)
}

#[derive(Serialize)]
struct Redelivery {
    status: Option<u16>,
}

async fn redeliver(State(control): State<Control>, Path(id): Path<String>) -> Result<Json<Redelivery>, ControlError> {
    control.redeliver(&id).await.map(|status| Json(Redelivery { status }))
}

async fn count(State(control): State<Control>) -> Json<Counts> {
    Json(control.counts())
}

#[derive(Deserialize)]
struct OfGroup {
    group: Option<String>,
}

async fn list_accepted(State(control): State<Control>, Query(of): Query<OfGroup>) -> Json<Vec<AcceptedPush>> {
    Json(control.accepted(of.group.as_deref()))
}

async fn show_messages(State(control): State<Control>, Path(hash): Path<String>) -> Response {
    match control.messages(&hash) {
        Some(messages) => ([(header::CONTENT_TYPE, "application/json")], messages).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn reset(State(control): State<Control>) -> Done {
    control.reset().map(|()| StatusCode::NO_CONTENT)
}
