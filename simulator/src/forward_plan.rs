//! Who forwards by hand into which group: read from the tree file, by `parent` and `way`.
//!
//! Only groups with the way `listen` are forwarded into; whoever tries the demo, and the server's own people, see to the others.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use super::tree::open;

#[derive(Deserialize)]
struct Row {
    code: String,
    #[serde(default)]
    parent: String,
    #[serde(default)]
    line_group_id: String,
    #[serde(default)]
    way: String,
}

/// For each LINE group, the LINE groups below it into which its members forward by hand.
pub(super) type ForwardPlan = HashMap<String, Vec<String>>;

/// Reads the plan; empty where the file has no such groups.
///
/// # Errors
/// The file cannot be read, or a row lacks its code.
pub(super) fn read_plan(path: &Path) -> Result<ForwardPlan, csv::Error> {
    let rows: Vec<Row> = open(path)?.deserialize().collect::<Result<_, _>>()?;
    let line_group: HashMap<&str, &str> =
        rows.iter().map(|row| (row.code.as_str(), row.line_group_id.as_str())).collect();
    let mut plan = ForwardPlan::new();
    for row in rows.iter().filter(|row| row.way == "listen" && !row.line_group_id.is_empty()) {
        if let Some(above) = line_group.get(row.parent.as_str()).filter(|above| !above.is_empty()) {
            plan.entry((*above).to_owned()).or_default().push(row.line_group_id.clone());
        }
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_groups_that_listen_are_forwarded_into_from_the_group_above() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tree.csv");
        let text =
            "code,parent,line_group_id,way\ngcc1,,C1,push\nlpn,gcc1,C2,listen\nmoi,gcc1,C3,push\nfar,lpn,,listen\n";
        std::fs::write(&path, text).unwrap();
        assert_eq!(read_plan(&path).unwrap(), ForwardPlan::from([("C1".to_owned(), vec!["C2".to_owned()])]));
    }
}
