//! `tree import`, `tree export`, `tree national`.

use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use crate::app::AppContext;
use crate::app::tree::{BadFile, import};
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::ids::Code;
use crate::domain::national::{self, TreeOptions};
use crate::domain::tree_file::{self, TreeRow};
use crate::store::tree::{self, Diff};

const IMPORT_EXAMPLE: &str = "\
Examples:
  gcc-relay tree import tree.csv --dry-run
  gcc-relay tree import tree.csv --channel gcc";
const EXPORT_EXAMPLE: &str = "\
Examples:
  gcc-relay tree export tree.csv
  gcc-relay tree export - | head";
const NATIONAL_EXAMPLE: &str = "\
Example:
  gcc-relay tree national tree.csv";

#[derive(Debug, Subcommand)]
pub(super) enum Tree {
    /// Create and update offices, groups and stewards from a file: all of it or, with a single bad row, nothing
    #[command(after_help = IMPORT_EXAMPLE)]
    Import(Import),
    /// Write the tree into a file; importing it changes nothing
    #[command(after_help = EXPORT_EXAMPLE)]
    Export(OutFile),
    /// Write the tree of the country: 5,175 groups by province, ministry, office and district
    #[command(after_help = NATIONAL_EXAMPLE)]
    National(National),
}

#[derive(Debug, Args)]
pub(super) struct Import {
    /// The tree file; `-` reads from stdin
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// The channel of groups for which neither the file nor the database names one
    #[arg(long, value_name = "CODE")]
    channel: Option<Code>,
}

#[derive(Debug, Args)]
pub(super) struct OutFile {
    /// The tree file; `-` writes to stdout
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct National {
    #[command(flatten)]
    out: OutFile,
    /// Give each group a made-up LINE group on this channel, for the simulator
    #[cfg(feature = "demo")]
    #[arg(long, value_name = "CODE")]
    simulated_channel: Option<Code>,
}

impl Tree {
    pub(super) async fn run(self, config: Config) -> anyhow::Result<()> {
        match self {
            Self::Import(import) => import.run(config).await,
            Self::Export(out) => {
                let context = AppContext::open(config).await?;
                let rows = tree::export(&mut *context.db.acquire().await?).await?;
                context.close().await?;
                out.write(&rows)
            }
            Self::National(wanted) => wanted.run(),
        }
    }
}

impl National {
    fn run(self) -> anyhow::Result<()> {
        #[cfg(feature = "demo")]
        let options = TreeOptions { simulated_channel: self.simulated_channel, ..TreeOptions::default() };
        #[cfg(not(feature = "demo"))]
        let options = TreeOptions::default();
        self.out.write(&national::tree(&options)?)
    }
}

impl Import {
    async fn run(self, config: Config) -> anyhow::Result<()> {
        let bytes = read(&self.file)?;
        let context = AppContext::open(config).await?;
        let outcome =
            import(&context, &bytes, self.channel.as_ref(), self.dry_run, &Actor::COMMAND_LINE, context.clock.now())
                .await;
        context.close().await?;
        match outcome {
            Ok(diff) => Ok(io::stdout().lock().write_all(describe(&diff, self.dry_run).as_bytes())?),
            Err(error) => match error.downcast::<BadFile>() {
                Ok(bad) => bail!(bad.describe(&self.file)),
                Err(error) => Err(error),
            },
        }
    }
}

impl OutFile {
    fn write(&self, rows: &[TreeRow]) -> anyhow::Result<()> {
        // all of it is there before anything is written
        let mut bytes = Vec::new();
        tree_file::write(rows, &mut bytes)?;
        if self.file == Path::new("-") {
            return Ok(io::stdout().lock().write_all(&bytes)?);
        }
        std::fs::write(&self.file, bytes).with_context(|| format!("{} could not be written", self.file.display()))?;
        writeln!(io::stdout(), "{} groups written to {}", rows.len(), self.file.display())?;
        Ok(())
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).context("stdin could not be read")?;
        return Ok(bytes);
    }
    std::fs::read(file).with_context(|| format!("{} could not be read", file.display()))
}

/// One line for each that is new or different, by kind, and the sums at the end.
fn describe(diff: &Diff, dry_run: bool) -> String {
    let mut text = String::new();
    let mut sums = String::new();
    for (kind, changes) in diff.kinds() {
        for code in &changes.added {
            let _ = writeln!(text, "{kind} + {code}");
        }
        for change in &changes.changed {
            let _ = writeln!(text, "{kind} ~ {}: {}", change.code, change.fields.join(", "));
        }
        let (added, changed) = (changes.added.len(), changes.changed.len());
        let _ = writeln!(sums, "{kind}: {added} added, {changed} changed, {} unchanged", changes.unchanged);
    }
    text.push_str(&sums);
    if dry_run {
        text.push_str("dry run: nothing was changed\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tree::Changed;

    #[test]
    fn a_diff_is_told_by_kind_with_its_sums_last() {
        let code = |text: &str| text.parse::<Code>().expect("test data");
        let mut diff = Diff::default();
        diff.groups.added.push(code("gcc2-lamphun"));
        diff.groups.changed.push(Changed { code: code("gcc1"), fields: vec!["name", "members"] });
        diff.offices.unchanged = 2;
        let expected = "groups + gcc2-lamphun\n\
                        groups ~ gcc1: name, members\n\
                        offices: 0 added, 0 changed, 2 unchanged\n\
                        groups: 1 added, 1 changed, 0 unchanged\n\
                        stewards: 0 added, 0 changed, 0 unchanged\n\
                        dry run: nothing was changed\n";
        assert_eq!(describe(&diff, true), expected);
    }
}
