//! Upkeep: what time asks for, done by one node for all.
//!
//! Each round publishes what is scheduled, releases what its steward left until its time, passes by groups that have
//! taken too long, and ends what has expired. Less often it recounts the open deliveries to prove the counters, wakes
//! what should not be waiting, seals the audit and forgets what is only needed for a day. Beside the rounds the
//! quotas are kept and members are counted. Every step is safe to repeat, so a lost leader loses nothing.
//!
//! A bulletin that one of the steps fails for keeps no other from being worked on; it is counted, and tried again in the
//! next round. What only the passing of time brings about cannot be undone, so it waits for the earlier of the
//! database's clock and the machine's, and is left alone while the two do not agree.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::clock_watch::clocks_agree;
use super::engine::Engine;
use super::gauges::measure;
use super::member_counts::keep_counts;
use super::publish::{give_up_schedule, publish_due};
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
use crate::store::turns::Patience;
use crate::store::{
    Result, StoreError, account_links, audit, bulletins, home, idempotency, images, known_devices, progress, sessions,
    sign_in_limits, turns, webhook_events,
};
use crate::telemetry::metric;

/// How long answers to POSTs and webhook event ids are kept.
const DAY: Duration = Duration::from_hours(24);
/// How long a webhook event that was set aside is kept.
const FAILURES: Duration = Duration::from_hours(30 * 24);
/// How long what a form made is kept for its second click.
const FORMS_KEPT: Duration = Duration::from_mins(15);
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

/// The wait before a step is tried again that failed and is done less often.
const TRY_AGAIN: Duration = Duration::from_secs(10);

/// When a step that is done now and then is to be done next; none = at once.
#[derive(Default)]
struct Periodic(Option<Timestamp>);

impl Periodic {
    fn is_due(&self, now: Timestamp) -> bool {
        self.0.is_none_or(|next| now >= next)
    }

    /// It was done, or failed.
    fn tried(&mut self, done: bool, every: Duration, now: Timestamp) {
        self.0 = Some(now + if done { every } else { every.min(TRY_AGAIN) });
    }
}

/// The steps that are done less often than once a round.
#[derive(Default)]
struct Less {
    touch: Periodic,
    recount: Periodic,
    follow: Periodic,
    forms: Periodic,
    attempts: Periodic,
    seal: Periodic,
    forget: Periodic,
}

/// The rounds of upkeep, one after another.
pub struct Rounds {
    engine: Engine,
    less: Less,
    /// Whether the last round found that the clocks do not agree.
    clocks_apart: bool,
    /// Deliveries by which the last recount differed.
    wrong: Option<i64>,
    /// Until when summing up rests.
    resting: Option<Instant>,
}

impl Rounds {
    /// Everything is due in the first round.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self { engine, less: Less::default(), clocks_apart: false, wrong: None, resting: None }
    }

    async fn run(mut self, stop: CancellationToken) {
        // LINE may be slow to answer: what time asks for must not wait for it
        let quotas = tokio::spawn(keep_quotas(self.engine.clone(), stop.clone()));
        let counts = tokio::spawn(keep_counts(self.engine.clone(), stop.clone()));
        while !stop.is_cancelled() {
            self.go_round().await;
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(self.engine.settings.upkeep_interval) => {}
            }
        }
        quotas.abort();
        counts.abort();
    }

    /// Does everything that is due now. What fails is noted and done in the next round; it keeps nothing else from
    /// being done.
    pub async fn go_round(&mut self) {
        let now = self.engine.clock.earlier();
        let settings = self.engine.settings.clone();
        if self.may_decide(settings.clock_jump) {
            note("publish_scheduled", self.publish_scheduled(now).await);
            // first what has ended: nothing of it is let go or passed by any more
            note("expire", self.expire(now).await);
            note("release", self.release(now).await);
            note("bypass", self.bypass(now).await);
        }
        note("measure", self.measure(now).await);
        note("sum_up_provinces", self.sum_up(now).await);
        if self.less.touch.is_due(now) {
            let done = note("touch_home", self.touch_home(now).await);
            self.less.touch.tried(done, settings.recount_interval, now);
        }
        if self.less.recount.is_due(now) {
            let done = note("recount", self.recount(now).await);
            self.less.recount.tried(done, settings.recount_interval, now);
        }
        if self.less.follow.is_due(now) {
            let done = note("follow_late_acceptances", self.follow(now).await);
            self.less.follow.tried(done, settings.recount_interval, now);
        }
        if self.less.forms.is_due(now) {
            let done = note("forget_forms", self.forget_forms(now).await);
            self.less.forms.tried(done, settings.recount_interval, now);
        }
        if self.less.attempts.is_due(now) {
            let done = note("forget_attempts", self.forget_attempts(now).await);
            self.less.attempts.tried(done, settings.recount_interval, now);
        }
        if self.less.seal.is_due(now) {
            let done = note("seal_audit", self.seal().await);
            self.less.seal.tried(done, settings.audit_seal, now);
        }
        if self.less.forget.is_due(now) && !self.clocks_apart {
            let done = note("forget", self.forget(now).await);
            self.less.forget.tried(done, DAY, now);
        }
    }

    /// Whether time may decide what cannot be undone: not while the clocks do not agree.
    fn may_decide(&mut self, jump: Duration) -> bool {
        let agree = clocks_agree(&self.engine.clock, jump);
        if !agree && !self.clocks_apart {
            let ahead = self.engine.clock.ahead().as_secs_f64();
            tracing::error!(
                clock.ahead = ahead,
                "the database's clock and this machine's do not agree: nothing is published, released, passed by or expired"
            );
        }
        self.clocks_apart = !agree;
        agree
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

    /// What was shown once is not kept for longer than a second click needs.
    async fn forget_forms(&self, now: Timestamp) -> Result<()> {
        idempotency::delete_old_form_answers(&mut *self.engine.db.acquire().await?, now - FORMS_KEPT).await?;
        Ok(())
    }

    async fn forget(&self, now: Timestamp) -> Result<()> {
        let mut db = self.engine.db.acquire().await?;
        idempotency::delete_old_answers(&mut db, now - DAY).await?;
        webhook_events::delete_old_events(&mut db, now - DAY * 7, now - FAILURES).await?;
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
        for id in bulletins::list_due(&mut *self.engine.db.acquire().await?, now).await? {
            note_one("publish_scheduled", id, self.publish_one(id, now).await)?;
        }
        Ok(())
    }

    async fn publish_one(&self, id: BulletinId, now: Timestamp) -> Result<()> {
        let mut tx = self.engine.db.begin().await?;
        match publish_due(&mut tx, &self.engine.settings, id, now).await {
            Ok(_) => Ok(tx.commit().await?),
            Err(Refusal::Store(error)) => Err(error),
            Err(refusal) => {
                tracing::error!(bulletin.id = %id, why = %refusal, "a scheduled bulletin is a draft again");
                drop(tx);
                let mut tx = self.engine.db.begin().await?;
                if let Err(Refusal::Store(error)) = give_up_schedule(&mut tx, id, &refusal, now).await {
                    return Err(error);
                }
                Ok(tx.commit().await?)
            }
        }
    }

    async fn release(&self, now: Timestamp) -> Result<()> {
        for id in turns::list_releases_due(&mut *self.engine.db.acquire().await?, now).await? {
            note_one("release", id, self.release_one(id, now).await)?;
        }
        Ok(())
    }

    async fn release_one(&self, id: BulletinId, now: Timestamp) -> Result<()> {
        let mut tx = self.engine.db.begin().await?;
        lock_bulletin(&mut tx, id).await?;
        let channels = turns::release_due(&mut tx, id, now).await?;
        wake(&mut tx, &channels).await?;
        Ok(tx.commit().await?)
    }

    async fn bypass(&self, now: Timestamp) -> Result<()> {
        let patience = self.engine.settings.patience(now);
        for id in turns::list_bypasses_due(&mut *self.engine.db.acquire().await?, &patience, now).await? {
            note_one("bypass", id, self.bypass_one(id, &patience, now).await)?;
        }
        Ok(())
    }

    async fn bypass_one(&self, id: BulletinId, patience: &Patience, now: Timestamp) -> Result<()> {
        let mut tx = self.engine.db.begin().await?;
        lock_bulletin(&mut tx, id).await?;
        let channels = turns::bypass_due(&mut tx, id, patience, now).await?;
        wake(&mut tx, &channels).await?;
        tx.commit().await?;
        tracing::warn!(bulletin.id = %id, "groups were passed by that took too long");
        Ok(())
    }

    async fn expire(&self, now: Timestamp) -> Result<()> {
        for id in bulletins::list_expired(&mut *self.engine.db.acquire().await?, now).await? {
            note_one("expire", id, self.expire_one(id, now).await)?;
        }
        Ok(())
    }

    async fn expire_one(&self, id: BulletinId, now: Timestamp) -> Result<()> {
        let mut tx = self.engine.db.begin().await?;
        lock_bulletin(&mut tx, id).await?;
        let ended = turns::end_open(&mut tx, id, State::Expired, now).await?;
        let channels = list_channels_of(&mut tx, id).await?;
        wake(&mut tx, &channels).await?;
        tx.commit().await?;
        tracing::info!(bulletin.id = %id, deliveries = ended, "a bulletin has expired");
        Ok(())
    }

    /// Proves the counters of what is open, and mends what no road should have left behind.
    async fn recount(&mut self, now: Timestamp) -> Result<()> {
        let mut wrong = 0;
        for id in bulletins::list_open(&mut *self.engine.db.acquire().await?).await? {
            match self.recount_one(id, now).await {
                Ok(rows) => wrong += rows,
                Err(error) => note_one("recount", id, Err(error))?,
            }
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

/// Notes a bulletin that a step failed for, which keeps no other from its turn.
///
/// # Errors
/// Where the database is away: then no other has to try.
fn note_one(name: &'static str, id: BulletinId, done: Result<()>) -> Result<()> {
    match done {
        Err(error) if !matches!(error, StoreError::Unavailable(_)) => {
            metrics::counter!(metric::UPKEEP_FAILURES, "step" => name).increment(1);
            tracing::error!(bulletin.id = %id, step = name, error = &error as &dyn std::error::Error,
                "a step of upkeep failed for a bulletin; it is tried again in the next round");
            Ok(())
        }
        done => done,
    }
}

/// Notes a step that failed; gives whether it was done.
fn note(name: &'static str, done: Result<()>) -> bool {
    match done {
        Ok(()) => true,
        Err(error) => {
            metrics::counter!(metric::UPKEEP_FAILURES, "step" => name).increment(1);
            tracing::warn!(
                step = name,
                error = &error as &dyn std::error::Error,
                "a step of upkeep failed; it is tried again"
            );
            false
        }
    }
}

async fn wake(db: &mut crate::store::Connection, channels: &[ChannelId]) -> Result<()> {
    for channel in channels {
        notify(db, Notice::Wake(*channel)).await?;
    }
    Ok(())
}
