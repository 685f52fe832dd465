//! The table that is printed: targets and figures side by side, in Markdown.

use crate::bench_cluster::{Run, as_f64};

const HEAD: &str =
    "| what | target | figure | verdict | row versions per delivery | WAL bytes per delivery | HOT updates |
|---|---|---|---|---|---|---|";

/// Rows as they came.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<String>,
    missed: usize,
}

impl Table {
    /// A figure that should not be below its target.
    pub fn at_least(&mut self, what: impl AsRef<str>, target: f64, figure: f64) {
        self.judge(what.as_ref(), &format!("≥ {target}"), figure, figure >= target);
    }

    /// A figure that should not be above its target.
    pub fn at_most(&mut self, what: impl AsRef<str>, target: f64, figure: f64) {
        self.judge(what.as_ref(), &format!("≤ {target}"), figure, figure <= target);
    }

    /// A figure without a target.
    pub fn tell(&mut self, what: impl AsRef<str>, figure: impl AsRef<str>) {
        self.add(what.as_ref(), "", figure.as_ref(), "");
    }

    /// What the rows of a fan-out cost the database: the cells beside the last row.
    pub fn beside(&mut self, run: &Run) {
        let n = as_f64(run.deliveries);
        let cells = format!(" {:.2} | {:.0} | {:.0} % |", run.versions / n, run.wal / n, run.hot * 100.0);
        eprintln!("    {cells}");
        if let Some(row) = self.rows.last_mut()
            && let Some(front) = row.strip_suffix(EMPTY)
        {
            *row = format!("{front}{cells}");
        }
    }

    /// A case that could not be measured.
    pub fn broken(&mut self, case: &str, error: &anyhow::Error) {
        self.missed += 1;
        self.add(case, "", &format!("not measured: {error:#}"), "MISSED");
    }

    fn judge(&mut self, what: &str, target: &str, figure: f64, met: bool) {
        self.missed += usize::from(!met);
        let figure = if figure.abs() < 100.0 { format!("{figure:.3}") } else { format!("{figure:.0}") };
        self.add(what, target, &figure, if met { "met" } else { "MISSED" });
    }

    fn add(&mut self, what: &str, target: &str, figure: &str, verdict: &str) {
        eprintln!("{what}: {figure} {target} {verdict}");
        self.rows.push(format!("| {what} | {target} | {figure} | {verdict} |{EMPTY}"));
    }

    /// Prints all rows on stdout.
    pub fn print(&self) {
        println!("\n{HEAD}");
        for row in &self.rows {
            println!("{row}");
        }
        println!("\n{} missed", self.missed);
    }
}

const EMPTY: &str = " | | |";

/// The middle of what was measured.
pub fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What `part` of the figures do not exceed.
pub fn quantile(figures: &mut [std::time::Duration], part: f64) -> std::time::Duration {
    figures.sort_unstable();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list"
    )]
    let place = (figures.len() as f64 * part) as usize;
    figures.get(place.min(figures.len().saturating_sub(1))).copied().unwrap_or_default()
}
