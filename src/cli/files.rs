//! `files`: what is installed beside the program. `make dist` calls it; nobody else needs to know it.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, CommandFactory as _};
use clap_complete::{Shell, generate_to};

use super::Cli;

/// The shells that have a usual place for completions of all programs.
const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

#[derive(Debug, Args)]
pub(super) struct Files {
    /// Where they go: manual pages into `man`, completions into `completions`
    folder: PathBuf,
}

impl Files {
    pub(super) fn write(&self) -> anyhow::Result<()> {
        let manual = made(self.folder.join("man"))?;
        let completions = made(self.folder.join("completions"))?;
        let mut program = Cli::command();
        // a page for the program and one for each command, such as gcc-relay-tree-import.1
        clap_mangen::generate_to(program.clone(), &manual).context("the manual pages could not be written")?;
        for shell in SHELLS {
            generate_to(shell, &mut program, "gcc-relay", &completions)
                .with_context(|| format!("the completions for {shell} could not be written"))?;
        }
        Ok(())
    }
}

fn made(folder: PathBuf) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(&folder).with_context(|| format!("{} could not be made", folder.display()))?;
    Ok(folder)
}
