//! The endpoints that send nothing: quota, account, groups, and the webhook's address.
//!
//! Pure over the state. A group is known only to the account that is in it.

use axum::http::StatusCode;
use serde_json::json;
use serde_json::value::RawValue;

use super::answer::Answer;
use super::channel::{Channel, day_of};
use super::content::Content;
use super::groups::{Group, Groups, member_name};
use super::journal::JournalError;
use super::record::Record;
use super::state::State;
use crate::domain::time::Timestamp;

/// `POST /v2/bot/message/validate/push`.
pub(super) fn validate(messages: &RawValue) -> Answer {
    match Content::check(messages) {
        Ok(_) => Answer::empty(),
        Err(details) => Answer::invalid(&details),
    }
}

/// `GET /v2/bot/message/quota`: no `value` where there is no limit.
pub(super) fn quota(channel: &Channel) -> Answer {
    match channel.config.quota {
        Some(value) => Answer::ok(&json!({ "type": "limited", "value": value })),
        None => Answer::ok(&json!({ "type": "none" })),
    }
}

/// `GET /v2/bot/message/quota/consumption`.
pub(super) fn consumption(channel: &Channel, now: Timestamp) -> Answer {
    Answer::ok(&json!({ "totalUsage": channel.used(now) }))
}

/// `GET /v2/bot/message/delivery/push`: a day is counted when it is over.
pub(super) fn pushed_on(channel: &Channel, day: &str, now: Timestamp) -> Answer {
    if day < day_of(now).as_str() {
        Answer::ok(&json!({ "status": "ready", "success": channel.pushed_on(day) }))
    } else {
        Answer::ok(&json!({ "status": "unready" }))
    }
}

/// `GET /v2/bot/info`.
pub(super) fn bot_info(channel: &Channel) -> Answer {
    let config = &channel.config;
    Answer::ok(&json!({
        "userId": config.bot_user_id,
        "basicId": format!("@{}", config.code),
        "displayName": config.name,
        "chatMode": "bot",
        "markAsReadMode": "auto",
    }))
}

/// The group that a call is about, or LINE's refusal: 400 for what is no group id, 404 for a group
/// that does not exist or that the account is not in.
pub(super) fn known_group<'a>(state: &'a State, channel: &str, id: &str) -> Result<&'a Group, Answer> {
    if !id.starts_with('C') {
        return Err(Answer::error(StatusCode::BAD_REQUEST, "The value for the 'groupId' parameter is invalid"));
    }
    state.groups.joined(id, channel).ok_or_else(Answer::not_found)
}

/// `GET /v2/bot/group/{groupId}/summary`.
pub(super) fn summary(group: &Group) -> Answer {
    Answer::ok(&json!({ "groupId": group.config.id, "groupName": group.config.name }))
}

/// `GET /v2/bot/group/{groupId}/members/count`: without the account.
pub(super) fn members_count(group: &Group) -> Answer {
    Answer::ok(&json!({ "count": group.config.members }))
}

/// `GET /v2/bot/group/{groupId}/member/{userId}`.
pub(super) fn member_profile(groups: &Groups, group: &Group, user: &str) -> Answer {
    let member = (1..=group.config.members).find(|&member| groups.user_id(&group.config.id, member) == user);
    match member {
        Some(member) => Answer::ok(&json!({ "userId": user, "displayName": member_name(member) })),
        None => Answer::not_found(),
    }
}

/// `GET /v2/bot/channel/webhook/endpoint`.
pub(super) fn webhook(channel: &Channel) -> Answer {
    match &channel.config.webhook {
        Some(endpoint) => Answer::ok(&json!({ "endpoint": endpoint, "active": true })),
        None => Answer::not_found(),
    }
}

/// `PUT /v2/bot/channel/webhook/endpoint`. LINE wants `https`; this side has no TLS and takes `http`.
///
/// # Errors
/// The change could not be journalled.
pub(super) fn set_webhook(state: &mut State, channel: &str, endpoint: Option<&str>) -> Result<Answer, JournalError> {
    let given = endpoint.filter(|url| url.len() <= 500 && url::Url::parse(url).is_ok());
    let (Some(url), Some(known)) = (given, state.channels.get(channel)) else {
        return Ok(Answer::error(StatusCode::BAD_REQUEST, "Invalid webhook endpoint URL"));
    };
    let mut config = known.config.clone();
    config.webhook = Some(url.to_owned());
    state.commit(Record::Channel(config))?;
    Ok(Answer::empty())
}
