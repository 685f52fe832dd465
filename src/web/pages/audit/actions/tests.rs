use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::web::words::Language;

const THAI: Words = Words { language: Language::Thai };
const ENGLISH: Words = Words { language: Language::English };

/// The sources without their tests, each with its path.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).expect("a file");
            found.push((path.display().to_string(), text));
        }
    }
}

/// The arguments of the call whose bracket opens right before `text`.
fn arguments(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut begin, mut all) = (0, false, 0, Vec::new());
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '{' | '[' => depth += 1,
            ')' if depth == 0 => {
                all.push(text[begin..at].trim());
                return all;
            }
            ')' | '}' | ']' => depth -= 1,
            ',' if depth == 0 => {
                all.push(text[begin..at].trim());
                begin = at + 1;
            }
            _ => {}
        }
    }
    all
}

/// The calls of `function` in `text`, without its definition.
fn calls<'a>(text: &'a str, function: &str) -> Vec<Vec<&'a str>> {
    let begin = format!("{function}(");
    let is_call = |at: &usize| {
        let before = &text[..*at];
        !before.ends_with("fn ") && !before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
    };
    text.match_indices(&begin)
        .map(|(at, _)| at)
        .filter(is_call)
        .map(|at| arguments(&text[at + begin.len()..]))
        .collect()
}

fn code_word(text: &str) -> Option<&str> {
    let word = text.strip_prefix('"')?.strip_suffix('"')?;
    word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_').then_some(word)
}

/// The acts that the file `path` writes down. Where the act is a value, it is given to a function `note` of the same
/// file, or is the first of a pair that is chosen from.
fn written(path: &str, text: &str) -> BTreeSet<String> {
    let mut acts = BTreeSet::new();
    for call in calls(text, "insert_entry") {
        let act = *call.get(3).unwrap_or_else(|| panic!("an entry without an act in {path}: {call:?}"));
        if let Some(word) = code_word(act) {
            acts.insert(word.to_owned());
            continue;
        }
        let mut words: Vec<&str> =
            calls(text, "note").into_iter().filter_map(|call| call.into_iter().find_map(code_word)).collect();
        for pair in text.split("let (act, ").skip(1) {
            let chosen = pair.split(';').next().unwrap_or_default();
            words.extend(chosen.split("(\"").skip(1).filter_map(|pair| pair.split('"').next()));
        }
        assert!(!words.is_empty(), "cannot tell what `{act}` is in {path}");
        acts.extend(words.into_iter().map(str::to_owned));
    }
    for statement in text.split("insert into audit (").skip(1) {
        let values = statement.split_once("select").map_or("", |(_, values)| values);
        let columns: Vec<&str> = values.split(',').map(str::trim).take(3).collect();
        match columns.get(2).and_then(|act| act.strip_prefix('\'')?.strip_suffix('\'')) {
            Some(act) => {
                acts.insert(act.to_owned());
            }
            // the statement of `insert_entry` itself takes its act from the caller
            None => assert!(path.ends_with("store/audit.rs"), "cannot tell the act of a statement in {path}"),
        }
    }
    acts
}

#[test]
fn every_act_that_is_written_down_has_words_and_no_words_are_left_over() {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    let written: BTreeSet<String> = all.iter().flat_map(|(path, text)| written(path, text)).collect();
    let told: BTreeSet<String> = ACTS.iter().map(|(act, _)| (*act).to_owned()).collect();
    let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| one.difference(other).cloned().collect::<Vec<_>>();
    assert_eq!((only(&written, &told), only(&told, &written)), (vec![], vec![]), "without words, and never written");
}

#[test]
fn every_act_is_called_something_of_its_own_in_both_languages() {
    for t in [THAI, ENGLISH] {
        let words: BTreeSet<String> = ACTS.iter().filter_map(|(act, _)| say_act(t, act)).collect();
        assert_eq!(words.len(), ACTS.len(), "two acts are called the same");
        for (act, key) in ACTS {
            assert_eq!(*key, format!("audit-act-{}", act.replace('_', "-")));
            assert!(!words.contains(*key) && !words.contains(*act), "{act} has no words");
        }
    }
}

#[test]
fn what_earlier_versions_wrote_has_words_still() {
    for (act, key) in FORMER_ACTS {
        assert!(ACTS.iter().all(|(new, _)| new != act), "{act} is written again");
        for t in [THAI, ENGLISH] {
            assert!(say_act(t, act).is_some_and(|words| words != *key), "{act}");
        }
    }
}

#[test]
fn an_act_that_nobody_knows_is_offered_as_it_is_and_last() {
    assert_eq!(say_act(THAI, "x"), None);
    let found = ["publish", "sign_in", "x"].map(str::to_owned).to_vec();
    let offered = choices(ENGLISH, found, "retry");
    let codes: Vec<(&str, bool)> = offered.iter().map(|choice| (&*choice.value, choice.chosen)).collect();
    assert_eq!(codes, [("sign_in", false), ("publish", false), ("retry", true), ("x", false)]);
    assert_eq!((&*offered[0].label, &*offered[3].label), ("Signed in", "x"));
}
