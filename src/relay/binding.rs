//! Binding: a steward's or coordinator's account and the LINE user who types its code in the chat of two with the official account.
//!
//! LINE's user id comes sealed from where it arrived (`web::webhook`), is sealed anew for its account, and is opened only to write
//! to the person (`open_user`). Whoever blocks the account is forgotten at once.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::answering::ReplyKind;
use super::engine::Engine;
use crate::domain::actor::{Actor, Part};
use crate::domain::ids::{AccountId, ChannelId};
use crate::domain::sealed::{SealError, SealingKeys};
use crate::domain::time::Timestamp;
use crate::store::binding_codes::{find_account_of_code, spoil_binding_code, use_binding_code};
use crate::store::bindings::{delete_ended, delete_of_person, is_bound_to, put_binding};
use crate::store::webhook_events::Event;
use crate::store::{Connection, Result, audit};

/// What a LINE user id is sealed as in an account's binding.
#[must_use]
pub fn user_sealed_as(account: AccountId) -> String {
    format!("binding/{account}")
}

/// A typed code as it waits to be worked on: its hash, and who typed it, sealed.
///
/// # Errors
/// [`SealError`].
pub fn seal_typed(
    sealing: &SealingKeys,
    channel: ChannelId,
    sha256: &[u8],
    user_id: &str,
) -> std::result::Result<String, SealError> {
    let sealed = sealing.seal(&typed_sealed_as(channel), user_id.as_bytes())?;
    Ok(format!("{} {}", hex::encode(sha256), hex::encode(sealed)))
}

fn typed_sealed_as(channel: ChannelId) -> String {
    format!("typed-binding-code/{channel}")
}

/// LINE's user id out of a binding, to write to the person.
pub(super) fn open_user(
    sealing: &SealingKeys,
    account: AccountId,
    sealed: &[u8],
) -> std::result::Result<SecretString, SealError> {
    sealing.open_text(&user_sealed_as(account), sealed)
}

/// Binds whoever typed a code that is good; gives what to answer.
pub(super) async fn bind(engine: &Engine, db: &mut Connection, event: &Event, now: Timestamp) -> Result<ReplyKind> {
    let typed = event.data.as_deref().and_then(|data| data.split_once(' '));
    let typed = typed.and_then(|(hash, sealed)| Some((hex::decode(hash).ok()?, hex::decode(sealed).ok()?)));
    let (Some((sha256, sealed)), Some(person)) = (typed, event.person.as_deref()) else {
        return Ok(ReplyKind::UnknownBindingCode);
    };
    let user = match engine.sealing.open_text(&typed_sealed_as(event.channel_id), &sealed) {
        Ok(user) => user,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "who typed a binding code cannot be opened");
            return Ok(ReplyKind::ExpiredBindingCode);
        }
    };
    let Some(found) = use_binding_code(db, &sha256, now).await? else {
        return answer_bad_code(db, &sha256, person).await;
    };
    let sealed = match engine.sealing.seal(&user_sealed_as(found.account), user.expose_secret().as_bytes()) {
        Ok(sealed) => sealed,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a LINE user could not be sealed");
            return Ok(ReplyKind::ExpiredBindingCode);
        }
    };
    // by LINE's clock, as what ends it is told by that too
    put_binding(db, found.account, event.channel_id, person, &sealed, event.occurred_at).await?;
    let by = Actor::user(&found.username);
    audit::insert_entry(db, now, &by, "line_bind", &by.to_string(), &json!({ "channel": event.channel_id.0 })).await?;
    Ok(ReplyKind::Bound { title: found.title, forwards: found.forwards })
}

/// What is said of a code that is not good: who typed it twice is bound.
async fn answer_bad_code(db: &mut Connection, sha256: &[u8], person: &[u8]) -> Result<ReplyKind> {
    let Some(known) = find_account_of_code(db, sha256).await? else { return Ok(ReplyKind::UnknownBindingCode) };
    if is_bound_to(db, known.account, person).await? {
        return Ok(ReplyKind::Bound { title: known.title, forwards: known.forwards });
    }
    Ok(ReplyKind::ExpiredBindingCode)
}

/// A code was typed in a group, where others read it: it works no more, and binds nobody.
pub(super) async fn spoil(db: &mut Connection, event: &Event, now: Timestamp) -> Result<Option<ReplyKind>> {
    let Some(sha256) = event.data.as_deref().and_then(|hash| hex::decode(hash).ok()) else { return Ok(None) };
    // words that look like a code are nobody's business
    Ok(spoil_binding_code(db, &sha256, now).await?.then_some(ReplyKind::BindingCodeInGroup))
}

/// A person blocked the channel's account.
pub(super) async fn unfollow(db: &mut Connection, event: &Event, now: Timestamp) -> Result<()> {
    let Some(person) = event.person.as_deref() else { return Ok(()) };
    for username in delete_of_person(db, event.channel_id, person, event.occurred_at).await? {
        let (by, subject) = (Actor::Program(Part::Line), Actor::user(&username).to_string());
        audit::insert_entry(db, now, &by, "line_unbind", &subject, &json!({ "because": "unfollow" })).await?;
    }
    Ok(())
}

/// Forgets whom accounts are bound to whose time is over.
pub(super) async fn forget_ended(engine: &Engine, now: Timestamp) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    for username in delete_ended(&mut tx, now).await? {
        let subject = Actor::user(&username).to_string();
        audit::insert_entry(&mut tx, now, &Actor::UPKEEP, "line_unbind", &subject, &json!({ "because": "duty" }))
            .await?;
    }
    Ok(tx.commit().await?)
}
