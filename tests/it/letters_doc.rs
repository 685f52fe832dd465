//! `docs/letters.md` names a test for what it says is done: each must exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The names of the functions in a folder's sources.
fn functions_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            functions_in(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&path).expect("a source");
            let named = text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next());
            found.extend(named.map(str::to_owned));
        }
    }
}

#[test]
fn every_test_that_the_letters_name_exists_and_every_row_has_one_or_says_why_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut functions = BTreeSet::new();
    for folder in ["tests/it", "domain/src", "src"] {
        functions_in(&root.join(folder), &mut functions);
    }
    let text = fs::read_to_string(root.join("docs/letters.md")).expect("the document");
    let mut wrong = Vec::new();
    let mut rows = 0;
    for line in text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Where")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let (done, shown) = (cells.get(2).copied().unwrap_or_default(), cells.get(3).copied().unwrap_or_default());
        rows += 1;
        let names: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        wrong.extend(names.iter().filter(|name| !functions.contains(**name)).map(|name| format!("no test {name}")));
        let excused = done.contains("left out") || done.contains("link") || done.contains("text");
        if names.is_empty() && !excused {
            wrong.push(format!("neither a test nor a reason: {line}"));
        }
    }
    assert!(rows > 60, "{rows} rows");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
