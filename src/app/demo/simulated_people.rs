//! Simulates the demo's stewards and its publisher while the demo runs.
//!
//! They do what people would by the relay's own commands, each in a transaction of its own: a steward forwards when the
//! time has come that this person takes for this bulletin, a few seconds or some minutes. The governor of
//! [`ABSENT_GROUP`] never does and is called by operations (`simulated_telephone`), and the groups of the demo's own accounts are left to whoever tries them out. Every now and
//! then a bulletin is published.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::time::{MissedTickBehavior, interval};

use super::history::{ABSENT_GROUP, fresh_draft, publisher, seed_for, steward_of};
use super::simulated_telephone::Telephone;
use crate::domain::ids::{BulletinId, GroupId};
use crate::domain::right::Right;
use crate::domain::time::Timestamp;
use crate::relay::engine::Engine;
use crate::relay::forward::{ForwardTarget, forward};
use crate::relay::public_token;
use crate::relay::publish::publish;
use crate::relay::refusal::Refusal;
use crate::store::StoreError;
use crate::store::bulletins::{insert_draft, list_open};
use crate::store::demo_seed::{HeldDelivery, list_held_deliveries};
use crate::store::groups::find_root;

/// How often they look.
const POLL_EVERY: Duration = Duration::from_secs(2);
/// Forwardings in one look at most.
const MOST_AT_A_TIME: usize = 60;
/// Between two bulletins.
const NEWS: Duration = Duration::from_mins(10);
/// Groups whose stewards are whoever tries the demo.
pub(super) const LEFT_TO_VISITOR: [&str; 2] = ["gcc2-lamphun", "gcc3-lamphun-commerce"];

/// Works until it is dropped.
pub(super) async fn run_people(engine: &Engine) {
    let mut ticks = interval(POLL_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // what was held before is come to from now on
    let since = engine.clock.now();
    let mut next = since + NEWS;
    let mut number = 0;
    let mut telephone = Telephone::default();
    loop {
        ticks.tick().await;
        let now = engine.clock.now();
        note("forwarding", forward_due(engine, &mut telephone, since, now).await);
        if now >= next {
            note("publishing", publish_news(engine, number, now).await);
            number += 1;
            next = now + NEWS;
        }
    }
}

fn note(what: &str, done: anyhow::Result<()>) {
    if let Err(error) = done {
        tracing::warn!(error = &*error as &dyn std::error::Error, "{what} failed in the demo; it is tried again");
    }
}

/// Forwards what the time has come for, and calls the office whose governor never does.
async fn forward_due(
    engine: &Engine,
    telephone: &mut Telephone,
    since: Timestamp,
    now: Timestamp,
) -> anyhow::Result<()> {
    let mut left = MOST_AT_A_TIME;
    for id in open_bulletins(engine).await? {
        let held = list_held_deliveries(&mut *engine.db.acquire().await?, id).await?;
        telephone.call_about(engine, id, &held, since, now).await?;
        let due = held.into_iter().filter(|copy| is_due(id, copy, since, now)).take(left).collect::<Vec<_>>();
        left -= due.len();
        for copy in due {
            forward_one(engine, id, copy.group_id, &copy.code).await?;
        }
    }
    Ok(())
}

async fn open_bulletins(engine: &Engine) -> anyhow::Result<Vec<BulletinId>> {
    Ok(list_open(&mut *engine.db.acquire().await?).await?)
}

async fn forward_one(engine: &Engine, id: BulletinId, group: GroupId, code: &str) -> anyhow::Result<()> {
    let mut tx = engine.db.begin().await?;
    let into = ForwardTarget::Groups(vec![group.0]);
    match forward(&mut tx, id, &into, None, &Right::whole(steward_of(code)), engine.clock.now()).await {
        Ok(_) => tx.commit().await?,
        // somebody or something was quicker
        Err(Refusal::NotHeld(_) | Refusal::NotRelaying) => {}
        Err(refusal) => return Err(refusal.into()),
    }
    Ok(())
}

/// Whether the steward of this copy has come to it: always the same moment for the same bulletin and group.
fn is_due(id: BulletinId, copy: &HeldDelivery, since: Timestamp, now: Timestamp) -> bool {
    // into groups that listen people forward by hand, on LINE's side
    if copy.listens || copy.code == ABSENT_GROUP || LEFT_TO_VISITOR.contains(&copy.code.as_str()) {
        return false;
    }
    let mut rng = StdRng::seed_from_u64(seed_for(&copy.code) ^ seed_for(&id.to_string()));
    now >= copy.eligible_at.max(since) + takes(copy.tier, &mut rng)
}

/// How long a person takes: one in six has the telephone in hand, the others come to it within some minutes.
fn takes(tier: i16, rng: &mut StdRng) -> Duration {
    let seconds = if rng.random_bool(0.16) {
        6.0 + 24.0 * rng.random::<f64>()
    } else {
        let half = if tier == 2 { 200.0 } else { 320.0 };
        30.0 - (1.0 - rng.random::<f64>()).ln() * half / std::f64::consts::LN_2
    };
    Duration::from_secs_f64(seconds)
}

async fn publish_news(engine: &Engine, number: usize, now: Timestamp) -> anyhow::Result<()> {
    let mut tx = engine.db.begin().await?;
    let origin = find_root(&mut tx).await?.ok_or(StoreError::Absent("root of the tree"))?;
    let draft = fresh_draft(number, origin, now)?;
    let id = BulletinId::new(now);
    insert_draft(&mut tx, id, &draft, &public_token(), &publisher(), now).await?;
    publish(&mut tx, &engine.settings, id, &Right::whole(publisher()), now).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(code: &str) -> HeldDelivery {
        HeldDelivery {
            group_id: GroupId(1),
            code: code.to_owned(),
            tier: 2,
            listens: false,
            eligible_at: Timestamp::from_second(1_763_700_000),
        }
    }

    #[test]
    fn everybody_forwards_within_an_hour_but_the_absent_and_whoever_tries_the_demo() {
        let (id, later) = (BulletinId::new(Timestamp::from_second(1)), Timestamp::from_second(1_763_703_600));
        let (since, now) = (Timestamp::from_second(0), held("").eligible_at);
        let provinces = ["gcc2-chiang-mai", "gcc2-phrae", "gcc2-nan", "gcc2-krabi"];
        assert!(provinces.iter().all(|code| is_due(id, &held(code), since, later)));
        assert!(
            !provinces.iter().any(|code| is_due(id, &held(code), since, now) || is_due(id, &held(code), later, later))
        );
        assert!([ABSENT_GROUP, "gcc2-lamphun"].iter().all(|code| !is_due(id, &held(code), since, later)));
    }

    #[test]
    fn people_take_seconds_or_minutes() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut all: Vec<Duration> = (0..500).map(|_| takes(2, &mut rng)).collect();
        all.sort();
        assert!(all[20] < Duration::from_secs(30));
        assert!((Duration::from_mins(2)..Duration::from_mins(6)).contains(&all[250]));
    }
}
