//! Publish: a draft becomes a bulletin with all its deliveries, in one transaction.
//!
//! The message is rendered here, once, and stored; every attempt sends those bytes. Nothing is sent from here:
//! the notice at commit wakes the senders, and they would find the work without it.

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::audience::resolve;
use super::refusal::{Refusal, Result};
use super::settings::Settings;
use crate::domain::bulletin::{Kind, Stage};
use crate::domain::ids::{BulletinId, MessageId};
use crate::domain::secrecy::secrecy_class;
use crate::domain::thai::{Digits, format_long_date};
use crate::domain::time::Timestamp;
use crate::line::limits;
use crate::line::message::{Bubble, Link, render};
use crate::store::bulletins::{
    Bulletin, find_stage_for_update, get_bulletin, mark_draft, mark_published, mark_scheduled,
};
use crate::store::channels::list_channels;
use crate::store::fan_out::{insert_deliveries, list_channels_of};
use crate::store::messages::insert_message;
use crate::store::notices::{Notice, notify};
use crate::store::{Connection, audit};

/// What publishing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// It is on its way, with so many deliveries.
    Relaying(i32),
    /// It goes out at this time, to the tree as it is then.
    Scheduled(Timestamp),
}

/// What a tap on a bulletin's acknowledge button sends back.
#[must_use]
pub fn acknowledge_data(bulletin: BulletinId) -> String {
    format!("ack:{bulletin}")
}

/// The bulletin that a tapped button names.
#[must_use]
pub fn acknowledged_bulletin(data: &str) -> Option<BulletinId> {
    data.strip_prefix("ack:")?.parse().ok()
}

/// Publishes a draft now.
///
/// # Errors
/// [`Refusal`]; the caller drops the transaction then.
pub async fn publish(
    db: &mut Connection,
    settings: &Settings,
    id: BulletinId,
    by: &str,
    now: Timestamp,
) -> Result<Published> {
    match find_stage_for_update(db, id).await?.ok_or(Refusal::Absent)? {
        Stage::Draft | Stage::Scheduled => {}
        Stage::Submitted | Stage::Published | Stage::Withdrawn => return Err(Refusal::NotADraft),
    }
    let bulletin = get_bulletin(db, id).await?;
    check(db, &bulletin).await?;
    let message = store_message(db, settings, &bulletin, now).await?;
    let selection = resolve(db, bulletin.origin_id, &bulletin.audience).await?;
    let deliveries =
        insert_deliveries(db, id, message, bulletin.urgency(), bulletin.forwarding, &selection, now).await?;
    if deliveries == 0 {
        return Err(Refusal::NobodySelected);
    }
    let expires_at = bulletin.expires_at.unwrap_or(now + settings.default_expiry);
    mark_published(db, id, deliveries, expires_at, now).await?;
    let detail = json!({ "deliveries": deliveries, "forwarding": bulletin.forwarding });
    audit::insert_entry(db, now, by, "publish", &format!("bulletin:{id}"), &detail).await?;
    wake(db, id).await?;
    Ok(Published::Relaying(deliveries))
}

/// Sets a draft down to be published at `at`.
///
/// # Errors
/// [`Refusal`].
pub async fn schedule(
    db: &mut Connection,
    settings: &Settings,
    id: BulletinId,
    at: Timestamp,
    by: &str,
    now: Timestamp,
) -> Result<Published> {
    if find_stage_for_update(db, id).await?.ok_or(Refusal::Absent)? != Stage::Draft {
        return Err(Refusal::NotADraft);
    }
    if at <= now {
        return Err(Refusal::NotInTheFuture);
    }
    let bulletin = get_bulletin(db, id).await?;
    check(db, &bulletin).await?;
    render_checked(settings, &bulletin)?;
    resolve(db, bulletin.origin_id, &bulletin.audience).await?;
    mark_scheduled(db, id, at, now).await?;
    audit::insert_entry(db, now, by, "schedule", &format!("bulletin:{id}"), &json!({ "at": at })).await?;
    Ok(Published::Scheduled(at))
}

/// Puts a scheduled bulletin back among the drafts, because publishing it was refused or a person wants to.
///
/// # Errors
/// [`Refusal::NotADraft`] where it is not scheduled.
pub async fn unschedule(db: &mut Connection, id: BulletinId, by: &str, now: Timestamp) -> Result<()> {
    if find_stage_for_update(db, id).await?.ok_or(Refusal::Absent)? != Stage::Scheduled {
        return Err(Refusal::NotADraft);
    }
    mark_draft(db, id, now).await?;
    audit::insert_entry(db, now, by, "unschedule", &format!("bulletin:{id}"), &json!({})).await?;
    Ok(())
}

/// What must hold before anything is made of a draft.
async fn check(db: &mut Connection, bulletin: &Bulletin) -> Result<()> {
    if let Some(class) = secrecy_class(&bulletin.subject).or_else(|| secrecy_class(&bulletin.body)) {
        return Err(Refusal::Classified(class));
    }
    if list_channels(db).await?.is_empty() {
        return Err(Refusal::NoChannel);
    }
    if let Some(about) = bulletin.about {
        let other = get_bulletin(db, BulletinId(about)).await?;
        if other.published_at.is_none() {
            return Err(Refusal::AboutUnpublished);
        }
    }
    Ok(())
}

/// Renders the bulletin and stores the bytes.
pub(super) async fn store_message(
    db: &mut Connection,
    settings: &Settings,
    bulletin: &Bulletin,
    now: Timestamp,
) -> Result<MessageId> {
    let body = render_checked(settings, bulletin)?;
    Ok(insert_message(db, bulletin.id, None, &body, &Sha256::digest(&body), now).await?)
}

/// The message array of a bulletin, within LINE's limits: what the page previews and what is sent.
///
/// # Errors
/// [`Refusal::TooLarge`] with every limit that it would break.
pub fn render_checked(settings: &Settings, bulletin: &Bulletin) -> Result<String> {
    let date = bulletin.document_date.as_deref().and_then(|date| date.parse().ok());
    let date_thai = date.map(|date| format_long_date(date, Digits::Thai));
    let links: Vec<Link<'_>> = bulletin.links.iter().map(|link| Link { label: &link.label, url: &link.url }).collect();
    let read_url = format!("{}/b/{}", settings.public_url, bulletin.public_token);
    let acknowledge = acknowledge_data(bulletin.id);
    let notice = match bulletin.kind {
        Kind::Correction => Some("แก้ไขประกาศที่ส่งก่อนหน้านี้"),
        Kind::Withdrawal => Some("ยกเลิกประกาศที่ส่งก่อนหน้านี้"),
        Kind::News | Kind::Test | Kind::Drill => None,
    };
    let bytes = render(
        &Bubble {
            urgency: bulletin.urgency(),
            kind: bulletin.kind,
            document_number: bulletin.document_number.as_deref(),
            date_thai: date_thai.as_deref(),
            subject: &bulletin.subject,
            body: &bulletin.body,
            origin: &bulletin.origin_office,
            links: &links,
            read_url: &read_url,
            acknowledge: bulletin.acknowledgement.requested.then_some(acknowledge.as_str()),
            notice,
        },
        None,
    )?;
    let broken = limits::check(&bytes).map_err(|_| Refusal::TooLarge(Vec::new()))?;
    if !broken.is_empty() {
        return Err(Refusal::TooLarge(broken));
    }
    String::from_utf8(bytes).map_err(|_| Refusal::TooLarge(Vec::new()))
}

/// Wakes the senders of the bulletin's channels when the transaction commits.
pub(super) async fn wake(db: &mut Connection, id: BulletinId) -> Result<()> {
    for channel in list_channels_of(db, id).await? {
        notify(db, Notice::Wake(channel)).await?;
    }
    Ok(())
}
