//! Digests: publishes routine bulletins that waited for each other as one message.
//!
//! A digest is a bulletin of its own, of the kind *digest*, and the only one of them that is sent: one push for each group, which LINE
//! counts once. Each bulletin in it keeps its number, page, code, acknowledge button and receipts; its deliveries are made here as
//! waiting ones and follow the digest's in the database (`follow_digests`), so that no way by which a copy ends forgets them. Who is
//! alone at its hour goes out alone.
//!
//! Called by upkeep (`publish_digest`); `publish::schedule` asks for the hour ([`next_hour`]).

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::asking;
use super::audience::resolve;
use super::publish::{check, is_due, must_be_approved, publish, store_messages, wake};
use super::refusal::{Refusal, Result};
use super::rendering::Variant;
use super::rendering::digest::render_digest;
use super::settings::Settings;
use super::share::unused_share_code;
use crate::domain::actor::Actor;
use crate::domain::bulletin::{Acknowledgement, ForwardingMode, Kind, Urgency};
use crate::domain::digest::{DigestLine, digest_body, digest_subject};
use crate::domain::ids::BulletinId;
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::store::bulletins::{Bulletin, Draft, get_bulletin, insert_draft, mark_carried, mark_published};
use crate::store::fan_out::{Messages, Ways, insert_carried, insert_deliveries};
use crate::store::locks::share_links;
use crate::store::messages::insert_message;
use crate::store::{Connection, audit};

/// The hour at which a bulletin goes out with others that wait: what is urgent does not wait, and what puts another one right stands
/// alone.
///
/// # Errors
/// [`Refusal::NotForDigest`] for all but routine news without pictures or a video of their own; [`Refusal::NoDigest`] where the settings name no hours.
pub fn next_hour(settings: &Settings, bulletin: &Bulletin, now: Timestamp) -> Result<Timestamp> {
    // a card among others has no room for pictures and videos of its own
    let carries = !bulletin.media.is_empty();
    if bulletin.urgency() != Urgency::Routine || bulletin.kind != Kind::News || carries {
        return Err(Refusal::NotForDigest);
    }
    settings.digests.next(&settings.reminders.hours, now).ok_or(Refusal::NoDigest)
}

/// Why a digest could not go out.
#[derive(Debug)]
pub(super) enum DigestRefusal {
    /// This one of its bulletins cannot be published.
    Of(BulletinId, Refusal),
    /// None of them can be, as they are.
    Whole(Refusal),
}

impl<E: Into<Refusal>> From<E> for DigestRefusal {
    fn from(error: E) -> Self {
        Self::Whole(error.into())
    }
}

/// Publishes the bulletins whose digest is due; those that a person took back meanwhile are left out.
///
/// # Errors
/// [`DigestRefusal`]; the caller drops the transaction then.
pub(super) async fn publish_digest(
    db: &mut Connection,
    settings: &Settings,
    ids: &[BulletinId],
    now: Timestamp,
) -> std::result::Result<(), DigestRefusal> {
    share_links(db).await?;
    let mut items = Vec::new();
    for id in ids {
        if is_due(db, *id, now).await? {
            let bulletin = get_bulletin(db, *id).await?;
            must_be_approved(settings, &bulletin).map_err(|refusal| DigestRefusal::Of(*id, refusal))?;
            check(db, &bulletin, None, now).await.map_err(|refusal| DigestRefusal::Of(*id, refusal))?;
            items.push(bulletin);
        }
    }
    match items.as_slice() {
        [] => {}
        [alone] => {
            publish(db, settings, alone.id, &Right::whole(Actor::UPKEEP), now).await?;
        }
        _ => publish_together(db, settings, items, now).await?,
    }
    Ok(())
}

async fn publish_together(
    db: &mut Connection,
    settings: &Settings,
    mut items: Vec<Bulletin>,
    now: Timestamp,
) -> std::result::Result<(), DigestRefusal> {
    let id = BulletinId::new(now);
    let draft = digest_of(settings, &items, now);
    insert_draft(db, id, &draft, &super::public_token(), &Actor::UPKEEP, now).await?;
    let mut carried = Vec::new();
    for item in &mut items {
        let code = item.share_code.insert(unused_share_code(db).await?).clone();
        let messages =
            store_messages(db, settings, item, now).await.map_err(|refusal| DigestRefusal::Of(item.id, refusal))?;
        mark_carried(db, item.id, id).await?;
        mark_published(db, item.id, &code, expires_at(settings, item, now), now).await?;
        carried.push((item.id, messages));
    }
    let mut digest = get_bulletin(db, id).await?;
    let code = digest.share_code.insert(unused_share_code(db).await?).clone();
    let messages = store_digest(db, settings, &digest, &items, now).await?;
    mark_published(db, id, &code, digest.expires_at.unwrap_or(now + settings.default_expiry), now).await?;
    let selection = resolve(db, digest.origin_id, &digest.audience).await?;
    let ways = Ways::of(&settings.ways, digest.urgency(), digest.forwarding, digest.way);
    let deliveries = insert_deliveries(db, id, messages, &ways, &selection, now).await?;
    if deliveries == 0 {
        return Err(Refusal::NobodySelected.into());
    }
    for ((item, of_item), bulletin) in carried.iter().zip(&items) {
        insert_carried(db, *item, *of_item, id, messages).await?;
        asking::issue(db, settings, bulletin, now).await?;
        let detail = json!({ "deliveries": deliveries, "forwarding": digest.forwarding, "digest": id });
        audit::insert_entry(db, now, &Actor::UPKEEP, "publish", &format!("bulletin:{item}"), &detail).await?;
    }
    let detail = json!({ "deliveries": deliveries, "forwarding": digest.forwarding, "carries": carried.len() });
    audit::insert_entry(db, now, &Actor::UPKEEP, "publish", &format!("bulletin:{id}"), &detail).await?;
    wake(db, id).await?;
    tracing::info!(bulletin.id = %id, items = carried.len(), deliveries, "a digest goes out once this is committed");
    Ok(())
}

fn expires_at(settings: &Settings, bulletin: &Bulletin, now: Timestamp) -> Timestamp {
    bulletin.expires_at.unwrap_or(now + settings.default_expiry)
}

/// The bulletin that carries the others: it holds as long as any of them, and asks for no acknowledgement of its own.
fn digest_of(settings: &Settings, items: &[Bulletin], now: Timestamp) -> Draft {
    let lines: Vec<DigestLine<'_>> = items
        .iter()
        .map(|item| DigestLine { document_number: item.document_number.as_deref(), subject: &item.subject })
        .collect();
    let first = &items[0];
    let at = items.iter().filter_map(|item| item.scheduled_for).max().unwrap_or(now);
    Draft {
        kind: Kind::Digest,
        about: None,
        subject: digest_subject(items.len(), at),
        body: digest_body(&lines),
        urgency: Urgency::Routine,
        document_number: None,
        document_date: None,
        origin: first.origin_id,
        audience: first.audience.0.clone(),
        links: Vec::new(),
        attachment: None,
        media: Vec::new(),
        forwarding: first.forwarding,
        way: first.way,
        acknowledgement: Acknowledgement { requested: false, due_at: None },
        // each that it carries asks for itself
        requests: Vec::new(),
        expires_at: items.iter().map(|item| expires_at(settings, item, now)).max(),
    }
}

/// Renders both variants of the digest's message and stores the bytes; only the plain one where nobody has to forward.
async fn store_digest(
    db: &mut Connection,
    settings: &Settings,
    digest: &Bulletin,
    items: &[Bulletin],
    now: Timestamp,
) -> Result<Messages> {
    let body = render_digest(settings, digest, items, Variant::Plain)?;
    let plain = insert_message(db, digest.id, None, false, &body, &Sha256::digest(&body), now).await?;
    if digest.forwarding == ForwardingMode::Automatic {
        return Ok(Messages { plain, forwarding: None });
    }
    let body = render_digest(settings, digest, items, Variant::Forwarding)?;
    let forwarding = insert_message(db, digest.id, None, true, &body, &Sha256::digest(&body), now).await?;
    Ok(Messages { plain, forwarding: Some(forwarding) })
}
