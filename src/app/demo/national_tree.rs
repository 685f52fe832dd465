//! The demo's tree: the national one, with a LINE group in the simulator for each of its groups.
//!
//! Its telephone numbers are made up and look it. A group whose account is known to be gone keeps that state: neither
//! the database nor the simulator is told of a link again.

use std::path::PathBuf;

use anyhow::Context as _;

use super::history::SINCE_THE_TREE;
use crate::app::simulator::SimulatorOptions;
use crate::app::{AppContext, tree};
use crate::domain::group::Tier;
use crate::domain::national::{self, TreeOptions};
use crate::domain::tree_file::{self, Patch, TreeRow};
use crate::store::demo_seed::list_lost_groups;
use crate::store::groups::find_root;
use crate::store::tree::Diff;

/// Imports the tree; gives what changed.
pub(super) async fn load(context: &AppContext, options: &SimulatorOptions) -> anyhow::Result<Diff> {
    let mut db = context.db.acquire().await?;
    let is_new = find_root(&mut db).await?.is_none();
    let lost = list_lost_groups(&mut db).await?;
    drop(db);
    let now = context.clock.now();
    // as old as the oldest thing that is told about it
    let at = if is_new { now - SINCE_THE_TREE } else { now };
    let bytes = csv(&rows(options, &lost)?)?;
    tree::import(context, &bytes, None, false, &super::ACTOR, at).await.map_err(|error| {
        match error.downcast::<tree::BadFile>() {
            Ok(bad) => anyhow::Error::msg(bad.describe(&options.data_dir.join("tree.csv"))),
            Err(error) => error,
        }
    })
}

/// Writes the file from which the simulator learns its groups; gives its place.
pub(super) async fn write_for_simulator(context: &AppContext, options: &SimulatorOptions) -> anyhow::Result<PathBuf> {
    let lost = list_lost_groups(&mut *context.db.acquire().await?).await?;
    let file = options.data_dir.join("tree.csv");
    let bytes = csv(&rows(options, &lost)?)?;
    std::fs::create_dir_all(&options.data_dir)
        .and_then(|()| std::fs::write(&file, bytes))
        .with_context(|| format!("{} could not be written", file.display()))?;
    Ok(file)
}

fn rows(options: &SimulatorOptions, lost: &[String]) -> anyhow::Result<Vec<TreeRow>> {
    let mut rows =
        national::tree(&TreeOptions { simulated_channel: Some(options.channel.clone()), ..TreeOptions::default() })?;
    for row in &mut rows {
        if lost.iter().any(|code| code == row.code.as_str()) {
            row.line_group_id = Patch::Keep;
        }
        if row.tier == Patch::Set(Tier::Gcc2) {
            row.steward_phone = Patch::Set(telephone(row));
        }
    }
    Ok(rows)
}

/// A number that nobody has.
fn telephone(row: &TreeRow) -> String {
    let digits = row.code.as_str().bytes().map(u32::from).sum::<u32>() % 10_000;
    format!("0-0000-{digits:04}")
}

fn csv(rows: &[TreeRow]) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    tree_file::write(rows, &mut bytes)?;
    Ok(bytes)
}
