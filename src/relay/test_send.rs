//! Test sends: a draft is tried in one real LINE group that somebody chose.
//!
//! It is a bulletin of its own, of the kind *test*, which says so on its band and on its page, with one delivery; the
//! draft stays as it is. It goes the way of every bulletin (message, delivery, dispatcher), so that what is tried is
//! what will happen. It goes to its group at once and waits for no steward and no approval: it is no news.

use serde_json::json;

use super::own_bulletin::lock_own;
use super::publish::{check, store_message, wake};
use super::refusal::{Refusal, Result};
use super::settings::Settings;
use super::share::unused_share_code;
use crate::domain::account::Permission;
use crate::domain::bulletin::{Audience, ForwardingMode, Kind, Stage};
use crate::domain::ids::{BulletinId, Code};
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::store::bulletins::{Draft, get_bulletin, insert_draft, mark_published};
use crate::store::fan_out::{Messages, Selection, Ways, insert_deliveries};
use crate::store::groups::Group;
use crate::store::locks::share_links;
use crate::store::{Connection, audit};

/// Sends the unpublished bulletin `id` to one group as a test; gives the id of the test.
///
/// # Errors
/// [`Refusal::NotLinked`] where the group has no LINE group; [`Refusal`] as in publishing.
pub async fn send_test(
    db: &mut Connection,
    settings: &Settings,
    id: BulletinId,
    group: &Group,
    right: &Right,
    now: Timestamp,
) -> Result<BulletinId> {
    share_links(db).await?;
    let bulletin = lock_own(db, right, id, Permission::Originate).await?;
    match bulletin.stage {
        Stage::Draft | Stage::Submitted | Stage::Scheduled => {}
        Stage::Published | Stage::Withdrawn => return Err(Refusal::NotADraft),
    }
    let code: Code = group.code.parse().map_err(|_| Refusal::UnknownGroups(vec![group.code.clone()]))?;
    if group.retired || !group.linked {
        return Err(Refusal::NotLinked(group.code.clone()));
    }
    check(db, &bulletin, None, now).await?;
    let draft = Draft {
        kind: Kind::Test,
        about: None,
        audience: Audience { groups: Some(vec![code]), ..Audience::default() },
        forwarding: ForwardingMode::Automatic,
        way: None,
        expires_at: None,
        requests: Vec::new(),
        ..Draft::of(&bulletin)
    };
    let test = BulletinId::new(now);
    insert_draft(db, test, &draft, &super::public_token(), &right.actor, now).await?;
    let bulletin = get_bulletin(db, test).await?;
    let plain = store_message(db, settings, &bulletin, now).await?;
    let messages = Messages { plain, forwarding: None };
    // starting at the group itself, there is nobody above to wait for
    let only = Selection { origin: group.id.0, groups: Some(vec![group.id.0]), ..Selection::default() };
    let share_code = unused_share_code(db).await?;
    mark_published(db, test, &share_code, now + settings.default_expiry, now).await?;
    let ways = Ways::of(&settings.ways, bulletin.urgency(), ForwardingMode::Automatic, None);
    insert_deliveries(db, test, messages, &ways, &only, now).await?;
    let detail = json!({ "group": group.code, "test": test });
    audit::insert_entry(db, now, &right.actor, "send_test", &format!("bulletin:{id}"), &detail).await?;
    wake(db, test).await?;
    Ok(test)
}
