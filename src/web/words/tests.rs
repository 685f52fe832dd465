use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/web");

fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, endings, found);
        } else if path.extension().is_some_and(|ending| endings.contains(&&*ending.to_string_lossy())) {
            found.push(path);
        }
    }
}

/// Every key of a language with the names of the values in its text.
fn keys(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = Vec::new();
    files(&Path::new(ROOT).join("locales").join(language), &["ftl"], &mut found);
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in found {
        let text = fs::read_to_string(&file).expect("a file");
        let mut last = None;
        for line in text.lines() {
            if let Some((key, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
            {
                assert!(!keys.contains_key(key), "{key} stands twice");
                keys.insert(key.to_owned(), BTreeSet::new());
                last = Some(key.to_owned());
            }
            if let Some(values) = last.as_ref().and_then(|key| keys.get_mut(key)) {
                values.extend(line.match_indices('$').map(|(at, _)| {
                    line[at + 1..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
                }));
            }
        }
    }
    for values in keys.values_mut() {
        // the number and its writing are one value
        values.remove("shown");
    }
    keys
}

/// What stands between quotation marks after `before`, in all sources and templates.
fn quoted(before: &str) -> BTreeSet<String> {
    let mut found = Vec::new();
    files(Path::new(ROOT), &["rs", "html", "txt"], &mut found);
    let mut all = BTreeSet::new();
    for file in found.iter().filter(|file| !file.ends_with("words/tests.rs")) {
        let text = fs::read_to_string(file).expect("a file");
        let begin = format!("{before}\"");
        for (at, _) in text.match_indices(&begin) {
            all.extend(text[at + begin.len()..].split('"').next().map(str::to_owned));
        }
    }
    all
}

#[test]
fn both_languages_have_the_same_keys_with_the_same_values() {
    let (thai, english) = (keys("th"), keys("en"));
    assert!(thai.len() > 30, "the files were not read");
    let only = |one: &BTreeMap<_, _>, other: &BTreeMap<_, _>| -> Vec<String> {
        one.keys().filter(|key: &&String| !other.contains_key(*key)).cloned().collect()
    };
    assert_eq!((only(&thai, &english), only(&english, &thai)), (vec![], vec![]));
    for (key, values) in &thai {
        let strip = |values: &BTreeSet<String>| values.iter().filter(|name| *name != "n").cloned().collect::<Vec<_>>();
        assert_eq!(strip(values), strip(&english[key]), "{key}");
    }
}

#[test]
fn every_key_that_is_used_exists_and_every_key_that_exists_is_used() {
    let defined: BTreeSet<String> = keys("th").into_keys().collect();
    let mut asked = BTreeSet::new();
    for before in [".say(", ".count(", ".say_with(", ".called_in_file("] {
        asked.extend(quoted(before));
    }
    for kind in ["text", "words", "number", "known_number", "seconds", "time", "share", "coded", "badge"] {
        asked.extend(quoted(&format!("Column::{kind}(")));
    }
    let missing: Vec<_> = asked.difference(&defined).collect();
    assert!(missing.is_empty(), "asked for, and in no file: {missing:?}");
    let named = quoted("");
    let left_over: Vec<_> = defined.iter().filter(|key| !named.contains(*key)).collect();
    assert!(left_over.is_empty(), "in a file, and nowhere asked for: {left_over:?}");
}

#[test]
fn every_file_of_words_can_be_read() {
    for language in [Language::Thai, Language::English] {
        for (key, values) in keys(language.code()) {
            let mut given: HashMap<Cow<'static, str>, FluentValue<'_>> =
                values.into_iter().map(|name| (Cow::Owned(name), FluentValue::from(1))).collect();
            given.insert(Cow::Borrowed("shown"), FluentValue::from("1"));
            let found = LOCALES.try_lookup_with_args(Words::in_language(language).id(), &key, &given);
            assert!(found.is_some_and(|text| !text.contains("{$")), "{key}");
        }
    }
}

#[test]
fn a_value_is_put_in_without_marks_around_it() {
    let words = Words::in_language(Language::English);
    assert_eq!(words.say_with("shell-signed-in-as", &[("name", "Lamphun")]), "Signed in as Lamphun");
}

#[test]
fn digits_are_grouped_by_three() {
    assert_eq!([0, 999, 1_000, 12_345_678, -1_234].map(group_digits), ["0", "999", "1,000", "12,345,678", "-1,234"]);
}
