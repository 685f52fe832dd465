//! The table that is printed: targets and figures side by side.

use std::fmt::Write as _;

/// Rows as they came.
#[derive(Debug, Default)]
pub struct Table {
    text: String,
    missed: usize,
}

impl Table {
    /// A figure that should not be below its target.
    pub fn at_least(&mut self, what: impl AsRef<str>, target: f64, figure: f64) {
        self.row(what.as_ref(), '≥', target, figure, figure >= target);
    }

    /// A figure that should not be above its target.
    pub fn at_most(&mut self, what: impl AsRef<str>, target: f64, figure: f64) {
        self.row(what.as_ref(), '≤', target, figure, figure <= target);
    }

    /// Something beside the figures.
    pub fn tell(&mut self, text: impl AsRef<str>) {
        self.add(text.as_ref());
    }

    /// A case that could not be measured.
    pub fn broken(&mut self, case: &str, error: &anyhow::Error) {
        self.missed += 1;
        self.add(&format!("{case}: not measured: {error:#}"));
    }

    fn row(&mut self, what: &str, sign: char, target: f64, figure: f64, met: bool) {
        self.missed += usize::from(!met);
        let verdict = if met { "met" } else { "MISSED" };
        self.add(&format!("{what}: {sign} {target} → {figure:.3} {verdict}"));
    }

    fn add(&mut self, line: &str) {
        eprintln!("{line}");
        let _ = writeln!(self.text, "{line}");
    }

    /// Prints all rows on stdout.
    pub fn print(&self) {
        println!("\n{}{} missed", self.text, self.missed);
    }
}

/// The middle of what was measured.
pub fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
