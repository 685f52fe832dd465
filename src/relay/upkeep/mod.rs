//! Upkeep: periodic work that one node does for all.
//!
//! It is a list of steps, each done every so often. What time brings about for bulletins (publishing, releasing, passing by,
//! expiring) is done in one lane, all else in another, so that neither waits for the other. A step that fails is counted and tried
//! again, and keeps no other from being done; a bulletin that a step fails for keeps no other from being worked on. Beside
//! the lanes the quotas are kept, members are counted, reminders and mails sent. Every step is safe to repeat, so a lost leader loses nothing.
//!
//! What only the passing of time brings about cannot be undone, so it waits for the earlier of the database's clock and the
//! machine's, and is left alone while the two do not agree.

mod audit_months;
mod cleanup;
mod consistency;
mod deadlines;
mod months;
mod register;

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::binding::forget_ended;
use super::clock_watch::clocks_agree;
use super::engine::Engine;
use super::gauges::measure;
use super::mails::run_mails;
use super::member_counts::run_count_refresh;
use super::quotas::run_quota_refresh;
use super::reminders::run_reminders;
use super::settings::Settings;
use super::terms::hand_over_due;
use crate::domain::ids::{BulletinId, ChannelId};
use crate::domain::time::Timestamp;
use crate::store::board::provinces;
use crate::store::notices::{Notice, notify};
use crate::store::{Connection, Result, StoreError};
use crate::telemetry::metric;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// How often the gauges are set.
const MEASURED: Duration = Duration::from_secs(15);
/// Bulletins older than this are not summed up by province any more.
const SUMMED_UP: Duration = Duration::from_hours(31 * 24);
/// How many times as long as it took summing up rests: it reads whole bulletins, however little of them has changed.
const SUMMING_RESTS: u32 = 100;
/// But no longer than this.
const LONGEST_REST: Duration = Duration::from_mins(1);
/// The wait before a step is tried again that failed and is done less often.
const TRY_AGAIN: Duration = Duration::from_secs(10);

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
            let rounds = UpkeepSteps::new(self.engine.clone());
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

/// One of the things that upkeep does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Publish,
    Expire,
    Release,
    Bypass,
    Measure,
    SumUp,
    TouchIdentity,
    Recount,
    Follow,
    ForgetForms,
    ForgetAttempts,
    Unbind,
    HandOver,
    Register,
    Seal,
    Forget,
    Months,
    AuditMonths,
}

/// What time brings about; first what has ended, as nothing of it is let go or passed by any more.
const DEADLINES: [Step; 4] = [Step::Publish, Step::Expire, Step::Release, Step::Bypass];
/// All else.
const CARE: [Step; 14] = [
    Step::Measure,
    Step::SumUp,
    Step::TouchIdentity,
    Step::Recount,
    Step::Follow,
    Step::ForgetForms,
    Step::ForgetAttempts,
    Step::Unbind,
    Step::HandOver,
    Step::Register,
    Step::Seal,
    Step::Forget,
    Step::Months,
    Step::AuditMonths,
];

impl Step {
    /// What logs and metrics call it.
    const fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish_scheduled",
            Self::Expire => "expire",
            Self::Release => "release",
            Self::Bypass => "bypass",
            Self::Measure => "measure",
            Self::SumUp => "sum_up_provinces",
            Self::TouchIdentity => "touch_identity",
            Self::Recount => "recount",
            Self::Follow => "follow_late_acceptances",
            Self::ForgetForms => "forget_forms",
            Self::ForgetAttempts => "forget_attempts",
            Self::Unbind => "unbind",
            Self::HandOver => "hand_over",
            Self::Register => "enter_registers",
            Self::Seal => "seal_audit",
            Self::Forget => "forget",
            Self::Months => "months",
            Self::AuditMonths => "audit_months",
        }
    }

    /// How often it is done; none = in every round.
    const fn every(self, settings: &Settings) -> Option<Duration> {
        match self {
            Self::Publish | Self::Expire | Self::Release | Self::Bypass | Self::SumUp | Self::HandOver => None,
            Self::Measure => Some(MEASURED),
            Self::TouchIdentity
            | Self::Recount
            | Self::Follow
            | Self::ForgetForms
            | Self::ForgetAttempts
            | Self::Unbind
            | Self::Register => Some(settings.recount_interval),
            Self::Seal => Some(settings.audit_seal),
            Self::Forget => Some(DAY),
            Self::Months | Self::AuditMonths => Some(HOUR),
        }
    }

    /// Whether what it does cannot be undone, so that both clocks have to agree.
    const fn decides(self) -> bool {
        matches!(
            self,
            Self::Publish
                | Self::Expire
                | Self::Release
                | Self::Bypass
                | Self::Unbind
                | Self::HandOver
                | Self::Register
                | Self::Forget
                | Self::Months
                | Self::AuditMonths
        )
    }
}

/// Steps done one after another, in rounds.
struct StepLoop {
    engine: Engine,
    /// Each with when it is to be done next; none = at once.
    steps: Vec<(Step, Option<Timestamp>)>,
    /// Whether the last round found that the clocks do not agree.
    clocks_apart: bool,
    /// Until when summing up rests.
    resting: Option<Instant>,
}

impl StepLoop {
    fn new(engine: Engine, steps: &[Step]) -> Self {
        Self { engine, steps: steps.iter().map(|step| (*step, None)).collect(), clocks_apart: false, resting: None }
    }

    async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            self.run_once().await;
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(self.engine.settings.upkeep_interval) => {}
            }
        }
    }

    /// Does everything that is due now.
    async fn run_once(&mut self) {
        let now = self.engine.clock.earlier();
        let may_decide = self.may_decide();
        for n in 0..self.steps.len() {
            let (step, next) = self.steps[n];
            if next.is_some_and(|next| now < next) || (step.decides() && !may_decide) {
                continue;
            }
            let done = note(step.name(), self.run_step(step, now).await);
            let every = step.every(&self.engine.settings);
            self.steps[n].1 = every.map(|every| now + if done { every } else { every.min(TRY_AGAIN) });
        }
    }

    async fn run_step(&mut self, step: Step, now: Timestamp) -> Result<()> {
        let engine = &self.engine;
        match step {
            Step::Publish => deadlines::publish_scheduled(engine, now).await,
            Step::Expire => deadlines::expire(engine, now).await,
            Step::Release => deadlines::release(engine, now).await,
            Step::Bypass => deadlines::bypass(engine, now).await,
            Step::Measure => measure(&mut *engine.db.acquire().await?, now).await,
            Step::SumUp => self.sum_load(now).await,
            Step::TouchIdentity => consistency::touch_identity(engine, now).await,
            Step::Recount => consistency::recount(engine, now).await,
            Step::Follow => consistency::follow(engine, now).await,
            Step::ForgetForms => cleanup::forget_forms(engine, now).await,
            Step::ForgetAttempts => cleanup::forget_attempts(engine, now).await,
            Step::Unbind => forget_ended(engine, now).await,
            Step::HandOver => hand_over_due(engine, now).await,
            Step::Register => register::enter_due(engine, now).await,
            Step::Seal => consistency::seal(engine).await,
            Step::Forget => cleanup::forget(engine, now).await,
            Step::Months => months::keep(engine, now).await,
            Step::AuditMonths => audit_months::keep(engine, now).await,
        }
    }

    /// Whether time may decide what cannot be undone: not while the clocks do not agree.
    fn may_decide(&mut self) -> bool {
        let agree = clocks_agree(&self.engine.clock, self.engine.settings.clock_jump);
        if !agree && !self.clocks_apart && self.steps.iter().any(|(step, _)| *step == Step::Publish) {
            let ahead = self.engine.clock.ahead().as_secs_f64();
            tracing::error!(
                clock.ahead = ahead,
                "the database's clock and this machine's do not agree: nothing is published, released, passed by or expired"
            );
        }
        self.clocks_apart = !agree;
        agree
    }

    async fn sum_load(&mut self, now: Timestamp) -> Result<()> {
        if self.resting.is_some_and(|until| Instant::now() < until) {
            return Ok(());
        }
        let mut db = self.engine.db.acquire().await?;
        let began = Instant::now();
        let summed = provinces::refresh_sums(&mut db, now - SUMMED_UP).await?;
        // while more are behind than go into a round, as in the first rounds of all, there is no rest
        if summed < provinces::AT_ONCE {
            self.resting = Some(Instant::now() + (began.elapsed() * SUMMING_RESTS).min(LONGEST_REST));
        }
        Ok(())
    }
}

/// The rounds of upkeep, both lanes.
pub struct UpkeepSteps {
    deadlines: StepLoop,
    care: StepLoop,
}

impl UpkeepSteps {
    /// Everything is due in the first round.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self { deadlines: StepLoop::new(engine.clone(), &DEADLINES), care: StepLoop::new(engine, &CARE) }
    }

    async fn run(self, stop: CancellationToken) {
        // LINE may be slow to answer: what time asks for must not wait for it
        let engine = self.deadlines.engine.clone();
        let quotas = tokio::spawn(run_quota_refresh(engine.clone(), stop.clone()));
        let counts = tokio::spawn(run_count_refresh(engine.clone(), stop.clone()));
        let mails = tokio::spawn(run_mails(engine.clone(), stop.clone()));
        let reminders = tokio::spawn(run_reminders(engine, stop.clone()));
        tokio::join!(self.deadlines.run(stop.clone()), self.care.run(stop));
        quotas.abort();
        counts.abort();
        reminders.abort();
        // one that is with the mail server now is unknown afterwards
        mails.abort();
    }

    /// Does everything that is due now. What fails is noted and done in the next round; it keeps nothing else from
    /// being done.
    pub async fn run_once(&mut self) {
        self.deadlines.run_once().await;
        self.care.run_once().await;
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

async fn wake(db: &mut Connection, channels: &[ChannelId]) -> Result<()> {
    match Notice::waking(channels) {
        Some(notice) => notify(db, notice).await,
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_metrics_know_every_step_beforehand() {
        let done: BTreeSet<&str> = DEADLINES.iter().chain(&CARE).map(|step| step.name()).collect();
        assert_eq!(done, metric::UPKEEP_STEPS.into_iter().collect());
    }
}
