//! Answers in LINE groups, on the free reply token of the event that they answer.
//!
//! They go out behind the work and may be lost, as most are only courtesy. The official card that answers a heard forward is given
//! at most once for a group and a bulletin, whatever is lost in between.

use std::time::Duration;

use jiff::SignedDuration;

use super::engine::{Engine, open_access};
use super::rendering::forward_url;
use super::share::read_url;
use crate::domain::ids::{BulletinId, BulletinNo, ChannelId, GroupId};
use crate::domain::time::Timestamp;
use crate::line::message::{ListedBulletin, render_list};
use crate::line::replies;
use crate::line::token::Access;
use crate::store::StoreError;
use crate::store::bulletins::get_bulletin;
use crate::store::channels::get_channel;
use crate::store::forward_taps::TapReach;
use crate::store::heard::{claim_card, record_card};
use crate::store::newcomers::{claim_newcomers_card, list_in_force};
use crate::store::webhook_events::Event;

/// LINE takes a reply token for about a minute.
const REPLY_WITHIN: SignedDuration = SignedDuration::from_secs(50);

/// The most bulletins that newcomers are told of, the newest.
const MOST_IN_FORCE: i64 = 10;
/// What was published before is not looked through; nothing is in force for longer.
const IN_FORCE_SINCE: Duration = Duration::from_hours(366 * 24);

/// What goes to LINE after an event.
#[derive(Debug)]
pub struct Answer {
    channel: ChannelId,
    reply_token: Option<String>,
    occurred_at: Timestamp,
    what: ReplyKind,
}

/// What is answered.
#[derive(Debug)]
pub(super) enum ReplyKind {
    Thanks {
        bulletin: BulletinId,
    },
    Greeting,
    WrongCode,
    ExpiredCode,
    Linked {
        name: String,
        /// The node to which the LINE group belonged until now.
        before: Option<String>,
    },
    /// It is one of LINE's old multi-person chats.
    RoomNotLinked,
    /// The official card of a bulletin that was heard.
    Card {
        bulletin: BulletinNo,
        group: GroupId,
    },
    /// What is in force, for those who came into the group.
    Newcomers {
        group: GroupId,
    },
    UnknownShareCode,
    SeveralShareCodes,
    NotLinked,
    WithdrawnBulletin,
    CorrectedBulletin {
        public_token: String,
    },
    ExpiredBulletin,
    FriendGreeting,
    /// An account is bound to whoever typed its code.
    Bound {
        title: String,
        /// Whether it forwards by a tap.
        forwards: bool,
    },
    UnknownBindingCode,
    ExpiredBindingCode,
    BindingCodeInGroup,
    ForwardedByTap(TapReach),
    ForwardedBefore,
    NothingToForward {
        bulletin: BulletinId,
    },
    NotBound {
        bulletin: BulletinId,
    },
}

impl Answer {
    /// The answer to an event.
    pub(super) fn to(event: &Event, what: ReplyKind) -> Self {
        let (channel, occurred_at) = (event.channel_id, event.occurred_at);
        Self { channel, reply_token: event.reply_token.clone(), occurred_at, what }
    }
}

/// Gives an answer to LINE, if it is not too late; a lost one is only noted.
pub async fn give(engine: &Engine, answer: Answer) {
    if let Err(error) = try_give(engine, answer).await {
        tracing::info!(error = &*error, "an answer in a LINE group was not taken");
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn try_give(engine: &Engine, answer: Answer) -> Result<(), Failure> {
    let access = {
        let mut db = engine.db.acquire().await.map_err(StoreError::from)?;
        open_access(&engine.sealing, &get_channel(&mut db, answer.channel).await?)?
    };
    let Some(reply_token) = &answer.reply_token else { return Ok(()) };
    if engine.clock.now().since(answer.occurred_at) >= REPLY_WITHIN {
        return Ok(());
    }
    let words = match &answer.what {
        ReplyKind::Card { bulletin, group } => {
            return give_card(engine, &access, reply_token, *bulletin, *group).await;
        }
        ReplyKind::Newcomers { group } => return welcome(engine, &access, reply_token, *group).await,
        ReplyKind::UnknownShareCode => replies::unknown_share_code()?,
        ReplyKind::SeveralShareCodes => replies::several_share_codes()?,
        ReplyKind::NotLinked => replies::not_linked()?,
        ReplyKind::WithdrawnBulletin => replies::withdrawn()?,
        ReplyKind::CorrectedBulletin { public_token } => replies::corrected(&read_url(&engine.settings, public_token))?,
        ReplyKind::ExpiredBulletin => replies::expired_bulletin()?,
        ReplyKind::FriendGreeting => replies::friend_greeting(&format!("{}/account", engine.settings.public_url))?,
        ReplyKind::Bound { title, forwards } => replies::bound(title, *forwards)?,
        ReplyKind::UnknownBindingCode => replies::unknown_binding_code()?,
        ReplyKind::ExpiredBindingCode => replies::expired_binding_code()?,
        ReplyKind::BindingCodeInGroup => replies::binding_code_in_group()?,
        ReplyKind::ForwardedByTap(reach) => replies::forwarded(reach.groups, reach.people, reach.unlinked)?,
        ReplyKind::ForwardedBefore => replies::forwarded_before()?,
        ReplyKind::NothingToForward { bulletin } => {
            replies::nothing_to_forward(&forward_url(&engine.settings, *bulletin))?
        }
        ReplyKind::NotBound { bulletin } => replies::not_bound(&forward_url(&engine.settings, *bulletin))?,
        ReplyKind::Thanks { bulletin } => {
            let mut db = engine.db.acquire().await.map_err(StoreError::from)?;
            replies::thanks(&get_bulletin(&mut db, *bulletin).await?.subject)?
        }
        ReplyKind::Greeting => {
            let days = engine.settings.retention.taps.as_secs() / 86_400;
            replies::join_greeting(days, &format!("{}/heard", engine.settings.public_url))?
        }
        ReplyKind::WrongCode => replies::wrong_code()?,
        ReplyKind::ExpiredCode => replies::expired_code()?,
        ReplyKind::Linked { name, before: None } => replies::linked(name)?,
        ReplyKind::Linked { name, before: Some(before) } => replies::linked_elsewhere(name, before)?,
        ReplyKind::RoomNotLinked => replies::room_not_linked()?,
    };
    engine.line.reply(&access, reply_token, &words).await?;
    Ok(())
}

/// Tells newcomers what is in force, in one card for all who come within a while, and nothing where nothing is.
async fn welcome(engine: &Engine, access: &Access, reply_token: &str, group: GroupId) -> Result<(), Failure> {
    let now = engine.clock.now();
    let mut tx = engine.db.begin().await.map_err(StoreError::from)?;
    let rows = list_in_force(&mut tx, group, now - IN_FORCE_SINCE, now, MOST_IN_FORCE).await?;
    let first =
        !rows.is_empty() && claim_newcomers_card(&mut tx, group, now - engine.settings.newcomers_every, now).await?;
    tx.commit().await.map_err(StoreError::from)?;
    if !first {
        return Ok(());
    }
    let urls: Vec<String> = rows.iter().map(|row| read_url(&engine.settings, &row.public_token)).collect();
    let listed: Vec<ListedBulletin<'_>> = rows
        .iter()
        .zip(&urls)
        .map(|(row, read_url)| ListedBulletin {
            kind: row.kind,
            urgency: row.urgency,
            document_number: row.document_number.as_deref(),
            subject: &row.subject,
            read_url,
        })
        .collect();
    engine.line.reply(access, reply_token, &render_list(&listed)?).await?;
    Ok(())
}

/// Answers with the official card, once for a group and a bulletin: it is taken before LINE is asked, so that what is lost
/// between here and there is not sent twice. What LINE answers is noted; without an answer nobody knows, and nothing is said.
async fn give_card(
    engine: &Engine,
    access: &Access,
    reply_token: &str,
    bulletin: BulletinNo,
    group: GroupId,
) -> Result<(), Failure> {
    let mut tx = engine.db.begin().await.map_err(StoreError::from)?;
    let card = claim_card(&mut tx, bulletin, group, engine.clock.now()).await?;
    tx.commit().await.map_err(StoreError::from)?;
    let Some(card) = card else { return Ok(()) };
    let message_ids = engine.line.reply(access, reply_token, card.as_bytes()).await?;
    let mut tx = engine.db.begin().await.map_err(StoreError::from)?;
    record_card(&mut tx, bulletin, group, &message_ids, engine.clock.now()).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}
