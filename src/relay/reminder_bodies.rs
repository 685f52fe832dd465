//! What reminders say, as bytes for LINE: of a bulletin that waits, of a LINE group in trouble, and of what an office has to do.

use std::collections::HashMap;

use super::forward_tap::forward_data;
use super::rendering::forward_url;
use super::settings::Settings;
use crate::domain::group_alert::GroupAlertKind;
use crate::domain::reminder::ReminderStep;
use crate::domain::thai::{Digits, format_long_date, format_moment, to_bangkok};
use crate::domain::time::Timestamp;
use crate::line::group_alert::{AlertNote, GroupTrouble, render_alert};
use crate::line::message::{Reminder, render_reminder};
use crate::line::request_note::{RequestNote, render_request};
use crate::store::reminder_tries::{AlertContent, DueReminder, HeldContent, list_alert_contents, list_held_contents};
use crate::store::request_reminders::{RequestContent, list_request_contents};
use crate::store::{Connection, Result};

/// The bytes of each, by its number: those that were tried before, or new ones. One that nobody needs any more has none.
pub(super) async fn write_bodies(
    db: &mut Connection,
    settings: &Settings,
    due: &[DueReminder],
) -> Result<HashMap<i64, String>> {
    let mut bodies: HashMap<i64, String> = due.iter().filter_map(|due| Some((due.id, due.body.clone()?))).collect();
    let new: Vec<i64> = due.iter().map(|due| due.id).filter(|id| !bodies.contains_key(id)).collect();
    if new.is_empty() {
        return Ok(bodies);
    }
    let held = list_held_contents(db, &new).await?;
    let alerts = list_alert_contents(db, &new).await?;
    let held = held.iter().map(|content| (content.id, write_held(settings, content)));
    let alerts = alerts.iter().map(|content| (content.id, write_alert(settings, content)));
    let requests = list_request_contents(db, &new).await?;
    let requests = requests.iter().map(|content| (content.id, write_requests(settings, content)));
    for (id, body) in held.chain(alerts).chain(requests) {
        match body {
            Ok(body) => {
                bodies.insert(id, body);
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a reminder could not be written");
            }
        }
    }
    Ok(bodies)
}

fn write_held(settings: &Settings, held: &HeldContent) -> serde_json::Result<String> {
    let release = held.release_at.map(|at| format_moment(at, Digits::Thai));
    let forward = (held.step != ReminderStep::Above).then(|| forward_data(held.bulletin_id));
    render_reminder(&Reminder {
        step: held.step,
        urgency: held.urgency(),
        kind: held.kind,
        subject: &held.subject,
        origin: &held.origin,
        release: release.as_deref().filter(|_| held.step != ReminderStep::Above),
        groups: &held.missing,
        forward: forward.as_deref(),
        page_url: &forward_url(settings, held.bulletin_id),
    })
}

fn write_requests(settings: &Settings, content: &RequestContent) -> serde_json::Result<String> {
    // a day counts until it ends
    let last = to_bangkok(Timestamp::from_microsecond(content.due_at.as_microsecond() - 1)).date();
    let page_url = match content.step {
        ReminderStep::Above => format!("{}/requests/bulletins/{}", settings.public_url, content.bulletin_id),
        _ => format!("{}/requests?office={}", settings.public_url, content.office),
    };
    render_request(&RequestNote {
        step: content.step,
        subject: &content.subject,
        last_day: &format_long_date(last, Digits::Thai),
        asked: &content.asked,
        missing: &content.missing,
        page_url: &page_url,
    })
}

fn write_alert(settings: &Settings, alert: &AlertContent) -> serde_json::Result<String> {
    let since = format_moment(alert.since, Digits::Thai);
    let (before, now) = (alert.before.as_deref().unwrap_or_default(), alert.now.as_deref().unwrap_or_default());
    let trouble = match alert.kind {
        GroupAlertKind::Renamed => GroupTrouble::Renamed { before, now },
        GroupAlertKind::Shrunk => GroupTrouble::Shrunk { before, now },
        GroupAlertKind::Lost => GroupTrouble::Lost { since: &since },
    };
    let page_url = format!("{}/groups/{}/settings", settings.public_url, alert.group);
    render_alert(&AlertNote { group: &alert.group_name, trouble, page_url: &page_url })
}
