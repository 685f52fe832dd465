//! Who may import whom, how long a file may be, and what no source may say.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may import of ours; `app`, `cli` and `main` may import everything.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("store", &["domain"]),
    ("line", &["domain"]),
    ("relay", &["domain", "store", "line", "telemetry"]),
    ("report", &["domain"]),
    ("oidc", &["domain"]),
    ("web", &["domain", "store", "report", "relay", "line", "oidc", "telemetry"]),
    ("simulator", &["domain"]),
    ("embedded", &[]),
    ("config", &["domain"]),
    ("telemetry", &["config"]),
];

/// What a module may use of another of which it may not use all.
const NARROWED: &[(&str, &str, &[&str])] = &[
    ("relay", "telemetry", &["metric"]),
    ("web", "telemetry", &["metric"]),
    (
        "web",
        "relay",
        &[
            "publish",
            "forward",
            "withdraw",
            "approval",
            "test_send",
            "retry",
            "forecast",
            "refusal",
            "settings",
            "engine",
            "inbound_wake",
            "line_check",
            "public_token",
        ],
    ),
    ("web", "line", &["message", "signature", "webhook", "limits"]),
];

/// Crates that only some modules may name.
const ONLY_IN: &[(&str, &[&str])] =
    &[("sqlx::", &["store", "domain"]), ("reqwest::", &["line", "oidc"]), ("axum::", &["web", "simulator"])];

/// Lines of code a file may have, tests at its end and documentation not counted.
const MOST_LINES: usize = 500;

struct Source {
    path: PathBuf,
    module: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !is_test(&path) {
                let text = fs::read_to_string(&path).expect("a source");
                let first = path.strip_prefix(&root).expect("below src").components().next().expect("a name");
                let module = first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
                found.push(Source { code: code_of(&text), module, path });
            }
        }
    }
    assert!(found.len() > 50, "the sources were not found");
    found
}

fn is_test(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "tests.rs") || path.components().any(|part| part.as_os_str() == "tests")
}

/// The lines that are code: no comments, nothing from the inline tests on.
fn code_of(text: &str) -> String {
    text.split("#[cfg(test)]")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Every `crate::name…` in the code, as the path's first two parts.
fn imports(code: &str) -> Vec<(String, String)> {
    code.match_indices("crate::")
        .filter(|(at, _)| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
        .map(|(at, found)| {
            let path: String = code[at + found.len()..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':')
                .collect();
            let mut parts = path.split("::");
            (parts.next().unwrap_or_default().to_owned(), parts.next().unwrap_or_default().to_owned())
        })
        .collect()
}

#[test]
fn modules_import_only_what_the_design_lets_them() {
    let rules: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(allowed) = rules.get(source.module.as_str()) else { continue };
        for (module, item) in imports(&source.code) {
            if module == source.module || module.is_empty() {
                continue;
            }
            if !allowed.contains(&module.as_str()) {
                wrong.push(format!("{}: crate::{module}", source.path.display()));
            }
            let narrowed = NARROWED.iter().find(|(who, whole, _)| *who == source.module && *whole == module);
            if narrowed.is_some_and(|(_, _, parts)| !item.is_empty() && !parts.contains(&item.as_str())) {
                wrong.push(format!("{}: crate::{module}::{item}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn database_http_client_and_web_framework_stay_in_their_modules() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (name, modules) in ONLY_IN {
            if source.code.contains(name) && !modules.contains(&source.module.as_str()) {
                wrong.push(format!("{}: {name}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_the_rules_name_exists() {
    let modules: Vec<String> = sources().into_iter().map(|source| source.module).collect();
    for (module, _) in MAY_IMPORT {
        assert!(modules.iter().any(|found| found == module), "{module}");
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    let long: Vec<String> = sources()
        .iter()
        .map(|source| (source.code.lines().filter(|line| !line.trim().is_empty()).count(), &source.path))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .map(|(lines, path)| format!("{}: {lines}", path.display()))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    let wrong: Vec<String> = sources()
        .iter()
        .filter(|source| source.code.contains("#[allow(") || source.code.contains("#![allow("))
        .map(|source| source.path.display().to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Where something is sealed that stays in the database. `gcc-relay secrets rotate` has to seal it anew
/// (`app::secrets::reseal`), or to wait until it has passed (`store::secret_keys::count_passing`); whoever seals something
/// new adds it there and here.
const SEALING: &[&str] = &[
    "app/demo/simulator_process.rs",
    "app/secrets/reseal.rs",
    "cli/channel.rs",
    "domain/sealed/keys.rs",
    // the chain of the audit, which no key seals
    "relay/upkeep.rs",
    "web/idempotent_form.rs",
    "web/people/totp.rs",
    "web/idempotent_post.rs",
];

#[test]
fn who_did_something_is_a_type_that_nobody_makes_or_takes_apart_as_text() {
    for source in sources().iter().filter(|source| !source.path.ends_with("domain/actor.rs")) {
        for text in ["\"user:", "by: &str", "actor: &str"] {
            assert!(!source.code.contains(text), "{} has `{text}`: use domain::actor", source.path.display());
        }
    }
}

#[test]
fn whatever_is_sealed_is_known_to_the_change_of_keys() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let found: Vec<String> = sources()
        .iter()
        .filter(|source| source.code.contains(".seal("))
        .map(|source| source.path.strip_prefix(&root).expect("below src").display().to_string())
        .filter(|path| !SEALING.contains(&path.as_str()))
        .collect();
    assert!(found.is_empty(), "sealed, and not sealed anew when the key changes: {found:#?}");
}
