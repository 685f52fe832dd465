//! The kept corpus of the fuzz targets, run as tests: what a fuzzer found once is tried with every change.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/src/lib.rs"]
mod targets;

/// More than the corpus is let grow to, in bytes.
const MOST: u64 = 100_000;

fn replay(target: &str, run: fn(&[u8])) -> u64 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut bytes = 0;
    for entry in fs::read_dir(&folder).expect("a corpus") {
        let path = entry.expect("an entry").path();
        let input = fs::read(&path).expect("an input");
        println!("{}", path.display());
        run(&input);
        bytes += u64::try_from(input.len()).expect("small");
    }
    assert!(bytes > 0, "{target} has no corpus");
    bytes
}

/// Reads one input, and panics where something is wrong.
type Target = fn(&[u8]);

#[test]
fn no_kept_input_breaks_a_parser_and_the_corpus_stays_small() {
    let targets: [(&str, Target); 8] = [
        ("webhook", targets::webhook),
        ("tree_file", targets::tree_file),
        ("letter_number", targets::letter_number),
        ("join_code", targets::join_code),
        ("heard_text", targets::heard_text),
        ("picture", targets::picture),
        ("video", targets::video),
        ("text", targets::text),
    ];
    let bytes: u64 = targets.into_iter().map(|(name, run)| replay(name, run)).sum();
    assert!(bytes <= MOST, "{bytes} bytes");
}
