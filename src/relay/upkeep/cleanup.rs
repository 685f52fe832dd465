//! Deletes what is kept for a limited time only.

use std::time::Duration;

use super::DAY;
use crate::domain::time::Timestamp;
use crate::relay::engine::Engine;
use crate::store::{
    Result, account_links, binding_codes, coordinators, forward_taps, idempotency, images, known_devices, line_files,
    login_sessions, reminders, sign_in_limits, terms, tree_uploads, webhook_events,
};

/// How long what a form made is kept for its second click.
const FORMS_KEPT: Duration = Duration::from_mins(15);
/// How long a picture that is in no bulletin is kept; it is looked for eight times as long.
const UNUSED: Duration = Duration::from_hours(7 * 24);
/// Ended sessions, and links that have long expired, removed at a time.
const FORGOTTEN: i64 = 1_000;
/// How many times in a round.
const FORGETS: usize = 100;

/// What was shown once is not kept for longer than a second click needs.
pub(super) async fn forget_forms(engine: &Engine, now: Timestamp) -> Result<()> {
    idempotency::delete_old_form_answers(&mut *engine.db.acquire().await?, now - FORMS_KEPT).await?;
    Ok(())
}

/// What is needed for a day, a week or a month.
pub(super) async fn forget(engine: &Engine, now: Timestamp) -> Result<()> {
    let mut db = engine.db.acquire().await?;
    idempotency::delete_old_answers(&mut db, now - DAY).await?;
    webhook_events::delete_old_events(&mut db, now - webhook_events::KEPT, now - webhook_events::FAILED_KEPT).await?;
    binding_codes::delete_old_codes(&mut db, now - DAY * 30).await?;
    forward_taps::delete_old_hints(&mut db, now - DAY).await?;
    reminders::delete_old_reminders(&mut db, now - engine.settings.retention.attempts).await?;
    tree_uploads::delete_uploads(&mut db, now - DAY * 30).await?;
    images::delete_unused(&mut db, now - UNUSED * 8, now - UNUSED).await?;
    // so that a round ends, however much there is; the rest is left for the next day
    for _ in 0..FORGETS {
        let sessions = login_sessions::delete_ended(&mut db, now, FORGOTTEN).await?;
        let links = account_links::delete_expired(&mut db, now - DAY * 30, FORGOTTEN).await?;
        let devices = known_devices::delete_old(&mut db, now - known_devices::LASTS, FORGOTTEN).await?;
        let ended = now - engine.settings.retention.coordinator_contacts;
        let erased = coordinators::contacts::erase_contacts(&mut db, ended, now, FORGOTTEN).await?;
        let sent = line_files::delete_ended(&mut db, now - line_files::KEPT, FORGOTTEN).await?;
        let phones = terms::erase_phones(&mut db, ended, FORGOTTEN).await?;
        if sessions.max(links).max(devices).max(erased).max(sent).max(phones) < FORGOTTEN.unsigned_abs() {
            break;
        }
    }
    Ok(())
}

/// Attempts to sign in that count no more.
pub(super) async fn forget_attempts(engine: &Engine, now: Timestamp) -> Result<()> {
    let mut db = engine.db.acquire().await?;
    for _ in 0..FORGETS {
        if sign_in_limits::delete_free(&mut db, now, FORGOTTEN).await? < FORGOTTEN.unsigned_abs() {
            break;
        }
    }
    Ok(())
}
