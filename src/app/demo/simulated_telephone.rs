//! The operations' telephone of the demo: the governor of [`ABSENT_GROUP`] never looks into LINE, so operations call the office some
//! minutes after a bulletin has come to wait there, and book what it says.

use std::collections::HashSet;
use std::time::Duration;

use super::history::ABSENT_GROUP;
use crate::domain::actor::Actor;
use crate::domain::ids::BulletinId;
use crate::domain::reported::ReportKind;
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::relay::engine::Engine;
use crate::relay::on_behalf::report;
use crate::relay::refusal::Refusal;
use crate::store::demo_seed::HeldDelivery;

/// How long operations wait before they call.
const CALLS_AFTER: Duration = Duration::from_mins(3);
/// What is booked of a call.
const COMMENT: &str = "โทรศัพท์แจ้งสำนักงานจังหวัดแล้ว เจ้าหน้าที่รับทราบ";

/// Who calls, and about which bulletins they have called.
#[derive(Default)]
pub(super) struct Telephone {
    called: HashSet<BulletinId>,
}

impl Telephone {
    /// Calls the office about a bulletin, once, where it waits there for long enough.
    pub(super) async fn call_about(
        &mut self,
        engine: &Engine,
        id: BulletinId,
        held: &[HeldDelivery],
        since: Timestamp,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let Some(copy) = held.iter().find(|copy| is_due(copy, since, now)) else { return Ok(()) };
        if self.called.contains(&id) {
            return Ok(());
        }
        let operator = Right::whole(Actor::user("operator"));
        let comment = COMMENT.parse()?;
        let mut tx = engine.db.begin().await?;
        let groups = [copy.group_id.0];
        match report(&mut tx, id, &groups, ReportKind::Acknowledged, Some(&comment), &operator, now).await {
            Ok(_) => tx.commit().await?,
            // it was withdrawn meanwhile
            Err(Refusal::NotRelaying) => {}
            Err(refusal) => return Err(refusal.into()),
        }
        self.called.insert(id);
        Ok(())
    }
}

/// Whether this copy waits at the office that is called, and has for long enough; what was there at the start is come to from then on.
fn is_due(copy: &HeldDelivery, since: Timestamp, now: Timestamp) -> bool {
    copy.code == ABSENT_GROUP && now >= copy.eligible_at.max(since) + CALLS_AFTER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::GroupId;
    use crate::domain::text::PlainReason;

    #[test]
    fn only_the_absent_office_is_called_and_not_at_once() {
        let at = Timestamp::from_second(1_763_700_000);
        let held = |code: &str| HeldDelivery {
            group_id: GroupId(1),
            code: code.to_owned(),
            tier: 2,
            listens: true,
            eligible_at: at,
        };
        assert!(is_due(&held(ABSENT_GROUP), at, at + CALLS_AFTER));
        assert!(!is_due(&held(ABSENT_GROUP), at, at));
        assert!(!is_due(&held("gcc2-krabi"), at, at + CALLS_AFTER));
        assert!(COMMENT.parse::<PlainReason>().is_ok());
    }
}
