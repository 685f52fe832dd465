//! Upkeep: what time asks for, done by one node for all.
//!
//! Each round publishes what is scheduled, releases what its steward left until its time, passes by groups that have
//! taken too long, and ends what has expired. Less often it recounts the open deliveries to prove the counters, wakes
//! what should not be waiting, seals the audit and forgets what is only needed for a day. Beside the rounds the
//! quotas are kept. Every step is safe to repeat, so a lost leader loses nothing.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::engine::Engine;
use super::gauges::measure;
use super::publish::{publish, unschedule};
use super::quotas::keep_quotas;
use super::refusal::Refusal;
use super::withdraw::follow_late_acceptances;
use crate::domain::delivery::State;
use crate::domain::ids::{BulletinId, ChannelId};
use crate::domain::time::Timestamp;
use crate::store::board::provinces;
use crate::store::fan_out::list_channels_of;
use crate::store::notices::{Notice, notify};
use crate::store::record::lock_bulletin;
use crate::store::{
    Result, account_links, audit, bulletins, home, idempotency, images, known_devices, progress, sessions,
    sign_in_limits, turns, webhook_events,
};

/// How long answers to POSTs and webhook event ids are kept.
const DAY: Duration = Duration::from_hours(24);
/// Bulletins older than this are not summed up by province any more.
const SUMMED_UP: Duration = Duration::from_hours(31 * 24);
/// How long a picture that is in no bulletin is kept; it is looked for eight times as long.
const UNUSED: Duration = Duration::from_hours(7 * 24);
/// Ended sessions, and links that have long expired, removed at a time.
const FORGOTTEN: i64 = 1_000;
/// How many times in a round.
const FORGETS: usize = 100;
/// How many times as long as it took summing up rests: it reads whole bulletins, however little of them has changed.
const SUMMING_RESTS: u32 = 100;
/// But no longer than this.
const LONGEST_REST: Duration = Duration::from_mins(1);
/// Audit entries sealed at a time.
const SEALS: i64 = 1_000;

/// The upkeep of one node: working while the node leads.
pub struct Upkeep {
    engine: Engine,
    task: Option<(JoinHandle<()>, CancellationToken)>,
}

impl Upkeep {
    /// At rest.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self { engine, task: None }
    }

    /// This node leads: work, if it is not being done.
    pub fn keep_going(&mut self) {
        if self.task.as_ref().is_none_or(|(task, _)| task.is_finished()) {
            let stop = CancellationToken::new();
            let rounds = Rounds::new(self.engine.clone());
            self.task = Some((tokio::spawn(rounds.run(stop.clone())), stop));
        }
    }

    /// Another node leads.
    pub fn rest(&mut self) {
        if let Some((_, stop)) = self.task.take() {
            stop.cancel();
        }
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        self.rest();
    }
}

/// When what is done less often was last done.
#[derive(Default)]
struct Last {
    recount: Option<Timestamp>,
    seal: Option<Timestamp>,
    clean: Option<Timestamp>,
}

/// The rounds of upkeep, one after another.
pub struct Rounds {
    engine: Engine,
    last: Last,
    /// Deliveries by which the last recount differed.
    wrong: Option<i64>,
    /// Until when summing up rests.
    resting: Option<Instant>,
}

impl Rounds {
    /// Everything is due in the first round.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self { engine, last: Last::default(), wrong: None, resting: None }
    }

    async fn run(mut self, stop: CancellationToken) {
        // LINE may be slow to answer: what time asks for must not wait for it
        let quotas = tokio::spawn(keep_quotas(self.engine.clone(), stop.clone()));
        while !stop.is_cancelled() {
            self.go_round().await;
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(self.engine.settings.upkeep_interval) => {}
            }
        }
        quotas.abort();
    }

    /// Does everything that is due now. What fails is noted and done in the next round; it keeps nothing else from
    /// being done.
    pub async fn go_round(&mut self) {
        let now = self.engine.clock.now();
        let settings = self.engine.settings.clone();
        note("publishing what is scheduled", self.publish_scheduled(now).await);
        note("releasing", self.release(now).await);
        note("bypassing", self.bypass(now).await);
        note("expiring", self.expire(now).await);
        note("measuring", self.measure(now).await);
        note("summing up provinces", self.sum_up(now).await);
        if is_due(&mut self.last.recount, settings.recount_interval, now) {
            note("noting that this is home", self.touch_home(now).await);
            note("recounting", self.recount(now).await);
            note("following late acceptances", self.follow(now).await);
            note("forgetting attempts to sign in", self.forget_attempts(now).await);
        }
        if is_due(&mut self.last.seal, settings.audit_seal, now) {
            note("sealing the audit", self.seal().await);
        }
        if is_due(&mut self.last.clean, DAY, now) {
            note("forgetting", self.forget(now).await);
        }
    }

    async fn measure(&self, now: Timestamp) -> Result<()> {
        measure(&mut *self.engine.db.acquire().await?, now, self.wrong).await
    }

    async fn touch_home(&self, now: Timestamp) -> Result<()> {
        home::touch_home(&mut *self.engine.db.acquire().await?, now).await
    }

    async fn sum_up(&mut self, now: Timestamp) -> Result<()> {
        if self.resting.is_some_and(|until| Instant::now() < until) {
            return Ok(());
        }
        let mut db = self.engine.db.acquire().await?;
        let began = Instant::now();
        let summed = provinces::sum_up(&mut db, now - SUMMED_UP).await?;
        // while more are behind than go into a round, as in the first rounds of all, there is no rest
        if summed < provinces::AT_ONCE {
            self.resting = Some(Instant::now() + (began.elapsed() * SUMMING_RESTS).min(LONGEST_REST));
        }
        Ok(())
    }

    async fn seal(&self) -> Result<()> {
        let mut tx = self.engine.db.begin().await?;
        audit::seal_entries(&mut tx, SEALS).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn forget(&self, now: Timestamp) -> Result<()> {
        let mut db = self.engine.db.acquire().await?;
        idempotency::delete_old_answers(&mut db, now - DAY).await?;
        webhook_events::delete_old_events(&mut db, now - DAY * 7).await?;
        images::delete_unused(&mut db, now - UNUSED * 8, now - UNUSED).await?;
        // so that a round ends, however much there is; the rest is left for the next day
        for _ in 0..FORGETS {
            let sessions = sessions::delete_ended(&mut db, now, FORGOTTEN).await?;
            let links = account_links::delete_expired(&mut db, now - DAY * 30, FORGOTTEN).await?;
            let devices = known_devices::delete_old(&mut db, now - known_devices::LASTS, FORGOTTEN).await?;
            if sessions.max(links).max(devices) < FORGOTTEN.unsigned_abs() {
                break;
            }
        }
        Ok(())
    }

    async fn forget_attempts(&self, now: Timestamp) -> Result<()> {
        let mut db = self.engine.db.acquire().await?;
        for _ in 0..FORGETS {
            if sign_in_limits::delete_free(&mut db, now, FORGOTTEN).await? < FORGOTTEN.unsigned_abs() {
                break;
            }
        }
        Ok(())
    }

    async fn publish_scheduled(&self, now: Timestamp) -> Result<()> {
        let due = bulletins::list_due(&mut *self.engine.db.acquire().await?, now).await?;
        for id in due {
            let mut tx = self.engine.db.begin().await?;
            match publish(&mut tx, &self.engine.settings, id, "upkeep", now).await {
                Ok(_) => tx.commit().await?,
                Err(Refusal::Store(error)) => note("publishing a scheduled bulletin", Err(error)),
                Err(refusal) => {
                    tracing::error!(bulletin.id = %id, why = %refusal, "a scheduled bulletin is a draft again");
                    drop(tx);
                    let mut tx = self.engine.db.begin().await?;
                    if let Err(Refusal::Store(error)) = unschedule(&mut tx, id, "upkeep", now).await {
                        return Err(error);
                    }
                    tx.commit().await?;
                }
            }
        }
        Ok(())
    }

    async fn release(&self, now: Timestamp) -> Result<()> {
        let due = turns::list_releases_due(&mut *self.engine.db.acquire().await?, now).await?;
        for id in due {
            let mut tx = self.engine.db.begin().await?;
            lock_bulletin(&mut tx, id).await?;
            let channels = turns::release_due(&mut tx, id, now).await?;
            wake(&mut tx, &channels).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn bypass(&self, now: Timestamp) -> Result<()> {
        let patience = self.engine.settings.patience(now);
        let due = turns::list_bypasses_due(&mut *self.engine.db.acquire().await?, &patience).await?;
        for id in due {
            let mut tx = self.engine.db.begin().await?;
            lock_bulletin(&mut tx, id).await?;
            let channels = turns::bypass_due(&mut tx, id, &patience, now).await?;
            wake(&mut tx, &channels).await?;
            tx.commit().await?;
            tracing::warn!(bulletin.id = %id, "groups were passed by that took too long");
        }
        Ok(())
    }

    async fn expire(&self, now: Timestamp) -> Result<()> {
        let due = bulletins::list_expired(&mut *self.engine.db.acquire().await?, now).await?;
        for id in due {
            let mut tx = self.engine.db.begin().await?;
            lock_bulletin(&mut tx, id).await?;
            let ended = turns::end_open(&mut tx, id, State::Expired, now).await?;
            let channels = list_channels_of(&mut tx, id).await?;
            wake(&mut tx, &channels).await?;
            tx.commit().await?;
            tracing::info!(bulletin.id = %id, deliveries = ended, "a bulletin has expired");
        }
        Ok(())
    }

    /// Proves the counters of what is open, and mends what no road should have left behind.
    async fn recount(&mut self, now: Timestamp) -> Result<()> {
        let open = bulletins::list_open(&mut *self.engine.db.acquire().await?).await?;
        let mut wrong = 0;
        for id in open {
            wrong += self.recount_one(id, now).await?;
        }
        self.wrong = Some(wrong);
        Ok(())
    }

    /// Needs no lock: one statement sees one moment, and the counters move with the rows.
    async fn recount_one(&self, id: BulletinId, now: Timestamp) -> Result<i64> {
        let mut db = self.engine.db.acquire().await?;
        if turns::has_orphans(&mut db, id).await? {
            let mut tx = self.engine.db.begin().await?;
            lock_bulletin(&mut tx, id).await?;
            let channels = turns::wake_orphans(&mut tx, id, now).await?;
            wake(&mut tx, &channels).await?;
            tx.commit().await?;
            tracing::error!(bulletin.id = %id, "deliveries waited for a group that had ended; they go on now");
        }
        let rows = progress::find_difference(&mut db, id).await?.map_or(0, |difference| difference.rows);
        if rows > 0 {
            tracing::error!(bulletin.id = %id, rows, "the counters do not say what the deliveries say");
        }
        Ok(rows)
    }

    async fn follow(&self, now: Timestamp) -> Result<()> {
        let mut tx = self.engine.db.begin().await?;
        match follow_late_acceptances(&mut tx, now).await {
            Ok(_) => tx.commit().await?,
            Err(Refusal::Store(error)) => return Err(error),
            Err(refusal) => tracing::error!(why = %refusal, "a withdrawal notice could not follow a late acceptance"),
        }
        Ok(())
    }
}

fn note(what: &str, done: Result<()>) {
    if let Err(error) = done {
        tracing::warn!(error = &error as &dyn std::error::Error, "{what} failed; it is done again in the next round");
    }
}

async fn wake(db: &mut crate::store::Connection, channels: &[ChannelId]) -> Result<()> {
    for channel in channels {
        notify(db, Notice::Wake(*channel)).await?;
    }
    Ok(())
}

/// Whether `every` has passed since `last`, which is then now.
fn is_due(last: &mut Option<Timestamp>, every: Duration, now: Timestamp) -> bool {
    let due = last.is_none_or(|last| now >= last + every);
    if due {
        *last = Some(now);
    }
    due
}
