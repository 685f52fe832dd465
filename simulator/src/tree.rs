//! Reads the groups from a tree file, the CSV by which gcc-relay also learns the tree.
//!
//! Only `line_group_id, name, members, channel` (and `code`) matter here. A row without a
//! `line_group_id` is a group that has no account yet: it gets an id of its own, which gcc-relay learns
//! only when somebody invites the account. The file is read as it is found; checking it thoroughly is
//! the importer's work. Called once at start.

use std::io::Cursor;
use std::path::Path;

use serde::Deserialize;

use super::config::GroupConfig;
use super::groups::line_id;
use crate::domain::spreadsheet::{decode, restore};

/// How many members a group has where the file does not say.
const MEMBERS: u32 = 20;

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    code: String,
    name: String,
    #[serde(default)]
    line_group_id: String,
    #[serde(default)]
    members: Option<u32>,
    #[serde(default)]
    channel: String,
}

/// Reads the groups of a tree file; `-`, the file's word for "none", counts as empty.
///
/// # Errors
/// The file cannot be read, or a row lacks its name.
pub(super) fn read_groups(path: &Path) -> Result<Vec<GroupConfig>, csv::Error> {
    open(path)?.deserialize().map(|row| row.map(into_group)).collect()
}

/// Opens a tree file.
///
/// # Errors
/// The file cannot be read.
pub(super) fn open(path: &Path) -> Result<csv::Reader<Cursor<Vec<u8>>>, csv::Error> {
    let bytes = std::fs::read(path)?;
    let bytes = decode(&bytes).map_err(std::io::Error::other)?.into_owned();
    Ok(csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(Cursor::new(bytes)))
}

fn into_group(row: Row) -> GroupConfig {
    let given = |text: String| Some(text).filter(|text| !text.is_empty() && text != "-");
    let name = restore(&row.name).to_owned();
    let own_name = if row.code.is_empty() { name.as_str() } else { restore(&row.code) };
    let unlinked = line_id('C', &["group", own_name]);
    let (id, channel) = match given(row.line_group_id) {
        Some(id) => (id, given(row.channel)),
        None => (unlinked, None),
    };
    GroupConfig { id, name, members: row.members.unwrap_or(MEMBERS), channel }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linked_rows_have_the_account_and_others_wait_for_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tree.csv");
        let text = "\u{feff}code,parent,tier,name,channel,line_group_id,members\n\
                    gcc1,,1,GCC1,opm,C0123,120\n\
                    gcc2-51,gcc1,2,GCC2 ลำพูน,opm,,\n";
        std::fs::write(&path, text).unwrap();
        let groups = read_groups(&path).unwrap();
        assert_eq!((groups[0].id.as_str(), groups[0].members), ("C0123", 120));
        assert_eq!(groups[0].channel.as_deref(), Some("opm"));
        assert_eq!((groups[1].id.len(), groups[1].members), (33, MEMBERS));
        assert_eq!(groups[1].channel, None);
    }
}
