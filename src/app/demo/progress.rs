//! Shows the progress of the demo's first bulletin, a line for each tier, until all is sent.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use anyhow::bail;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::domain::group::Tier;
use crate::domain::ids::BulletinId;
use crate::relay::engine::Engine;
use crate::store::progress::{Counters, list_counters};

/// Between two looks.
const POLL_EVERY: Duration = Duration::from_millis(100);
/// Without a terminal a line is written at most this often, and whenever a tier is done.
const LINE: Duration = Duration::from_secs(1);
/// The letter takes seconds; if it is under way after this, something is wrong.
const PATIENCE: Duration = Duration::from_mins(10);

/// How far one tier is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct TierProgress {
    total: i64,
    accepted: i64,
    open: i64,
}

/// Shows the bulletin's progress until every delivery is at its end; gives the last counters.
pub(super) async fn follow(engine: &Engine, bulletin: BulletinId) -> anyhow::Result<Vec<Counters>> {
    let mut view = if io::stderr().is_terminal() { View::bars() } else { View::lines() };
    let began = Instant::now();
    let mut tick = interval(POLL_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let counters = list_counters(&mut *engine.db.acquire().await?, bulletin).await?;
        let tiers = Tier::ALL.map(|tier| tier_progress(tier, &counters));
        view.show(&tiers)?;
        if !counters.is_empty() && tiers.iter().all(|progress| progress.open == 0) {
            view.finish();
            return Ok(counters);
        }
        if began.elapsed() > PATIENCE {
            let open: i64 = tiers.iter().map(|progress| progress.open).sum();
            bail!("{open} deliveries are still under way after {} minutes", PATIENCE.as_secs() / 60);
        }
    }
}

fn tier_progress(tier: Tier, counters: &[Counters]) -> TierProgress {
    let of_tier = counters.iter().filter(|counters| counters.tier == tier.number());
    of_tier.fold(TierProgress::default(), |progress, counters| TierProgress {
        total: progress.total + counters.groups,
        accepted: progress.accepted + counters.accepted,
        open: progress.open + counters.waiting + counters.held + counters.ready,
    })
}

/// Bars on a terminal, lines elsewhere.
enum View {
    Bars(Vec<ProgressBar>),
    Lines { last: [TierProgress; 3], written: Option<Instant> },
}

impl View {
    fn bars() -> Self {
        let all = MultiProgress::new();
        let style = ProgressStyle::with_template("{prefix}  {wide_bar:.green/dim}  {pos}/{len} accepted by LINE")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let add = |tier: Tier| all.add(ProgressBar::new(0).with_style(style.clone()).with_prefix(tier.label()));
        Self::Bars(Tier::ALL.map(add).into())
    }

    fn lines() -> Self {
        Self::Lines { last: [TierProgress::default(); 3], written: None }
    }

    fn show(&mut self, tiers: &[TierProgress; 3]) -> io::Result<()> {
        match self {
            Self::Bars(bars) => {
                for (bar, progress) in bars.iter().zip(tiers) {
                    bar.set_length(u64::try_from(progress.total).unwrap_or(0));
                    bar.set_position(u64::try_from(progress.accepted).unwrap_or(0));
                }
            }
            Self::Lines { last, written } => {
                let due = written.is_none_or(|at| at.elapsed() >= LINE);
                for ((progress, last), tier) in tiers.iter().zip(last.iter_mut()).zip(Tier::ALL) {
                    let done = progress.open == 0 && progress.total > 0;
                    if progress != last && (due || done) {
                        writeln!(io::stderr(), "{tier}  {}/{} accepted by LINE", progress.accepted, progress.total)?;
                        *last = *progress;
                        *written = Some(Instant::now());
                    }
                }
            }
        }
        Ok(())
    }

    fn finish(&self) {
        if let Self::Bars(bars) = self {
            bars.iter().for_each(ProgressBar::abandon);
        }
    }
}
