//! The demo's tree: the national one, with a LINE group in the simulator for each of its groups.
//!
//! Its telephone numbers are made up and look it. A group whose account is known to be gone keeps that state: neither
//! the database nor the simulator is told of a link again.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::Context as _;

use super::history::{ABSENT_GROUP, SINCE_THE_TREE, seed_for};
use super::simulated_people::LEFT_TO_VISITOR;
use crate::app::simulator::SimulatorOptions;
use crate::app::{AppContext, tree};
use crate::domain::group::Tier;
use crate::domain::national::{self, TreeOptions};
use crate::domain::office::OfficeKind;
use crate::domain::tree_file::{self, Patch, TreeRow};
use crate::domain::way::Way;
use crate::store::demo_seed::list_lost_groups;
use crate::store::groups::find_root;
use crate::store::tree::Diff;

/// Groups into which no simulated person forwards: those of whoever tries the demo, and that of the absent governor.
const FORWARDED_BY_NOBODY: [&str; 3] = [LEFT_TO_VISITOR[0], LEFT_TO_VISITOR[1], ABSENT_GROUP];

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
    let mut rows = rows(options, &lost)?;
    // by the ways it knows into which groups its people forward by hand
    for row in rows.iter_mut().filter(|row| FORWARDED_BY_NOBODY.contains(&row.code.as_str())) {
        row.way = Patch::Keep;
    }
    let bytes = csv(&rows)?;
    std::fs::create_dir_all(&options.data_dir)
        .and_then(|()| std::fs::write(&file, bytes))
        .with_context(|| format!("{} could not be written", file.display()))?;
    Ok(file)
}

fn rows(options: &SimulatorOptions, lost: &[String]) -> anyhow::Result<Vec<TreeRow>> {
    let mut rows =
        national::tree(&TreeOptions { simulated_channel: Some(options.channel.clone()), ..TreeOptions::default() })?;
    let pushing: HashSet<String> =
        rows.iter().filter(|row| is_pushed_to(row)).map(|row| row.code.as_str().to_owned()).collect();
    for row in &mut rows {
        if forwards_by_hand(row, &pushing) {
            row.way = Patch::Set(Way::Listen);
        }
        if lost.iter().any(|code| code == row.code.as_str()) {
            row.line_group_id = Patch::Keep;
        }
        if row.tier == Patch::Set(Tier::Gcc2) {
            row.steward_phone = Patch::Set(telephone(row));
        }
    }
    Ok(rows)
}

/// Whether a province or ministry is pushed to: the ministries, and one province in ten.
fn is_pushed_to(row: &TreeRow) -> bool {
    row.tier == Patch::Set(Tier::Gcc2)
        && (row.office_kind != Patch::Set(OfficeKind::Province) || seed_for(row.code.as_str()) % 10 == 3)
}

/// Whether people forward by hand into a group: into the other provinces, and into the offices below those, and below ministries.
fn forwards_by_hand(row: &TreeRow, pushing: &HashSet<String>) -> bool {
    match (&row.tier, &row.parent) {
        (Patch::Set(Tier::Gcc2), _) => !pushing.contains(row.code.as_str()),
        (Patch::Set(Tier::Gcc3), Patch::Set(parent)) => {
            !pushing.contains(parent.as_str())
                || !parent.as_str().starts_with("gcc2-")
                || seed_for(parent.as_str()) % 10 != 3
        }
        _ => false,
    }
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
