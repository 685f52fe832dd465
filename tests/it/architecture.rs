//! Who may import whom, how long a file may be, and what no source may say.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may import of ours; `app`, `cli` and `main` may import everything.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("store", &["domain"]),
    ("line", &["domain"]),
    ("mail", &["domain", "report"]),
    ("relay", &["domain", "store", "line", "mail", "telemetry"]),
    ("accounts", &["domain", "store"]),
    ("offices", &["domain", "store"]),
    ("files", &["domain", "store"]),
    ("intake", &["domain", "store", "line", "relay", "files", "offices", "telemetry"]),
    ("report", &["domain"]),
    ("oidc", &["domain"]),
    ("web", &["domain", "store", "report", "relay", "accounts", "offices", "files", "line", "oidc", "telemetry"]),
    ("simulator", &["domain"]),
    ("embedded", &[]),
    ("config", &["domain"]),
    ("telemetry", &["config"]),
];

/// What a module may use of another of which it may not use all.
const NARROWED: &[(&str, &str, &[&str])] = &[
    ("relay", "telemetry", &["metric"]),
    ("web", "telemetry", &["metric"]),
    ("intake", "relay", &["engine"]),
    ("intake", "telemetry", &["metric"]),
    (
        "web",
        "relay",
        &[
            "accept_submission",
            "publish",
            "rendering",
            "digests",
            "tree_edits",
            "tree_files",
            "forward",
            "withdraw",
            "approval",
            "channel_check",
            "channels",
            "terms",
            "draft_rules",
            "drafts",
            "duty",
            "binding",
            "forward_tap",
            "test_send",
            "retry",
            "cost",
            "group_alerts",
            "forecast",
            "on_behalf",
            "refusal",
            "settings",
            "share",
            "engine",
            "inbound_wake",
            "line_check",
            "public_token",
        ],
    ),
    ("web", "line", &["message", "signature", "webhook", "limits"]),
];

/// What the rooms of `web` may not import of one another: the API and the pages both stand on `view` (what is shown of a
/// thing) and `access` (what a caller may see and do), and know nothing of each other.
const ROOMS_APART: &[(&str, &[&str])] = &[
    ("view", &["access", "api", "pages", "people", "app", "router"]),
    ("access", &["view", "api", "pages", "people", "router"]),
    ("api", &["pages", "people"]),
    ("pages", &["api"]),
];

/// What pages still take of the API: changes that both make, until each is a command, and where a draft starts. Nothing is
/// added here.
const STILL_OF_THE_API: &[&str] = &["deputies", "group_change"];

/// Crates that only some modules may name; the demo, which is in `app`, acts on the simulator by its control API.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("sqlx::", &["store", "domain"]),
    ("reqwest::", &["line", "oidc", "app"]),
    ("object_store::", &["files"]),
    ("axum::", &["web", "simulator"]),
];

/// Rooms that are packages of their own, in a folder of the same name.
const PACKAGES: &[&str] = &["domain", "simulator"];

/// Lines of code a file may have, tests at its end and documentation not counted.
const MOST_LINES: usize = 500;

struct Source {
    path: PathBuf,
    /// The path as if every room were a folder beside the others: `store/groups.rs`, `domain/actor.rs`.
    name: String,
    module: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = sources_below(&root.join("src"), "");
    for package in PACKAGES {
        found.extend(sources_below(&root.join(package).join("src"), package));
    }
    assert!(found.len() > 50, "the sources were not found");
    for module in PACKAGES.iter().chain(&["store", "web"]) {
        assert!(found.iter().any(|source| source.module == *module), "the sources of {module} were not found");
    }
    found
}

fn sources_below(root: &Path, package: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !is_test(&path) {
                let text = fs::read_to_string(&path).expect("a source");
                let name = Path::new(package).join(path.strip_prefix(root).expect("below src")).display().to_string();
                let module = name.split('/').next().expect("a name").trim_end_matches(".rs").to_owned();
                found.push(Source { code: code_of(&text), name, module, path });
            }
        }
    }
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
        // in a package `crate` is the room itself: what it may take of others is in its manifest
        if PACKAGES.contains(&source.module.as_str()) {
            continue;
        }
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
fn packages_depend_only_on_what_the_design_lets_them() {
    for package in PACKAGES {
        let (_, allowed) = MAY_IMPORT.iter().find(|(room, _)| room == package).expect("a rule");
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(package).join("Cargo.toml");
        let text = fs::read_to_string(&manifest).expect("a manifest");
        let ours: Vec<&str> = text
            .lines()
            .filter(|line| line.contains('='))
            .filter_map(|line| line.split(['.', ' ', '=']).next()?.strip_prefix("gcc-relay"))
            .map(|rest| rest.trim_start_matches('-'))
            .collect();
        assert_eq!(ours, *allowed, "{}", manifest.display());
    }
}

#[test]
fn packages_are_named_where_they_become_modules_and_nowhere_else() {
    let wrong: Vec<String> = sources()
        .into_iter()
        .filter(|source| PACKAGES.iter().any(|package| source.code.contains(&format!("gcc_relay_{package}"))))
        .map(|source| source.name)
        .filter(|name| name != "lib.rs" && name != "simulator/lib.rs")
        .collect();
    assert!(wrong.is_empty(), "write crate::domain or crate::simulator: {wrong:#?}");
}

/// Every path below `web` that the code of `source` names, in full: `crate::web::…` and `super::…`, a group as its parts.
fn paths_in_web(source: &Source) -> Vec<String> {
    let file = Path::new(&source.name).with_extension("");
    let mut home: Vec<&str> = file.iter().map(|part| part.to_str().expect("a plain name")).collect();
    if home.last() == Some(&"mod") {
        home.pop();
    }
    let mut found = Vec::new();
    for (at, start) in source.code.match_indices("crate::web::").chain(source.code.match_indices("super::")) {
        let before = source.code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let mut rest = &source.code[at + start.len()..];
        let mut base = vec!["web"];
        if start == "super::" {
            base = home[..home.len().saturating_sub(1)].to_vec();
            while let Some(further) = rest.strip_prefix("super::") {
                base.pop();
                rest = further;
            }
        }
        let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let path = |text: &str| text.trim().chars().take_while(|c| is_path(*c)).collect::<String>();
        let of_many = rest.strip_prefix('{').and_then(|group| group.split_once("};"));
        let parts: Vec<String> = if let Some((group, _)) = of_many {
            group.split(',').map(path).collect()
        } else {
            let stem = path(rest);
            let group = rest[stem.len()..].strip_prefix('{').and_then(|group| group.split_once('}'));
            match group.filter(|_| stem.ends_with("::")) {
                Some((group, _)) => group.split(',').map(|name| format!("{stem}{}", path(name))).collect(),
                None => vec![stem],
            }
        };
        found.extend(parts.iter().map(|part| format!("{}::{part}", base.join("::"))));
    }
    found
}

#[test]
fn api_and_pages_stand_on_view_and_access_and_know_nothing_of_each_other() {
    let mut wrong = Vec::new();
    let mut still = Vec::new();
    for source in sources().iter().filter(|source| source.module == "web") {
        let room = source.path.iter().skip_while(|part| *part != "web").nth(1).and_then(|part| part.to_str());
        let Some((room, apart)) = ROOMS_APART.iter().find(|(name, _)| Some(*name) == room) else { continue };
        for path in paths_in_web(source) {
            let Some(inner) = path.strip_prefix("web::") else { continue };
            let Some(other) = apart.iter().find(|other| inner.split("::").next() == Some(other)) else { continue };
            let item = inner.split("::").nth(1).unwrap_or_default().to_owned();
            if *room == "pages" && *other == "api" && STILL_OF_THE_API.contains(&item.as_str()) {
                still.push(item);
            } else {
                wrong.push(format!("{}: {path}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for item in STILL_OF_THE_API {
        assert!(still.iter().any(|found| found == item), "{item} is not taken any more: leave it out of the list");
    }
}

#[test]
fn every_room_that_is_kept_apart_exists() {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    for (room, apart) in ROOMS_APART {
        for name in apart.iter().chain([room]) {
            assert!(web.join(name).is_dir() || web.join(format!("{name}.rs")).is_file(), "{name}");
        }
    }
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
fn documents_name_only_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut absent = Vec::new();
    let mut found = 0;
    for document in ["CONTRIBUTING.md", "docs/architecture.md"] {
        let text = fs::read_to_string(root.join(document)).expect("a document");
        for name in text.split('`').skip(1).step_by(2) {
            let begins = ["src/", "domain/", "simulator/", "config/", "migrations/", "docs/", "tests/", "scripts/"];
            if begins.iter().any(|folder| name.starts_with(folder)) && !name.contains(' ') {
                found += 1;
                if !root.join(name).exists() {
                    absent.push(format!("{document}: {name}"));
                }
            }
        }
    }
    assert!(absent.is_empty(), "{absent:#?}");
    assert!(found > 50, "the names were not found");
}

#[test]
fn every_room_has_a_section_that_says_what_it_imports() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md")).expect("it");
    for (room, imports) in MAY_IMPORT {
        let (_, section) = text.split_once(&format!("\n## {room}\n")).unwrap_or_else(|| panic!("no section on {room}"));
        let section = section.split("\n## ").next().unwrap_or_default();
        for import in *imports {
            assert!(
                section.contains(&format!("`{import}`")),
                "the section on {room} does not say that it imports {import}"
            );
        }
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

/// Rows whose columns a macro names, with the file that has it.
const NAMED_ONCE: &[(&str, &str)] = &[
    ("Account", "store/accounts.rs"),
    ("ApiKey", "store/api_keys.rs"),
    ("Channel", "store/channels.rs"),
    ("Delivery", "store/deliveries.rs"),
    ("Group", "store/groups.rs"),
];

#[test]
fn columns_of_a_row_are_named_once() {
    for (row, file) in NAMED_ONCE {
        let reads = |source: &&Source| {
            let code: String = source.code.split_whitespace().collect();
            code.contains(&format!("query_as!({row},"))
        };
        let found: Vec<String> =
            sources().iter().filter(reads).map(|source| source.path.display().to_string()).collect();
        assert!(found.len() == 1 && found[0].ends_with(file), "{row} in {found:?}");
        let code: String = fs::read_to_string(&found[0]).expect("a source").split_whitespace().collect();
        assert_eq!(code.matches(&format!("query_as!({row},")).count(), 1, "{row} in {file}");
    }
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
    "relay/channels.rs",
    "domain/sealed/keys.rs",
    "offices/coordinators.rs",
    "relay/binding.rs",
    // the chain of the audit, which no key seals
    "relay/upkeep.rs",
    "web/idempotent_form.rs",
    "web/people/totp.rs",
    "web/idempotent_post.rs",
];

#[test]
fn who_did_something_is_a_type_that_nobody_makes_or_takes_apart_as_text() {
    for source in sources().iter().filter(|source| source.name != "domain/actor.rs") {
        for text in ["\"user:", "by: &str", "actor: &str"] {
            assert!(!source.code.contains(text), "{} has `{text}`: use domain::actor", source.path.display());
        }
    }
}

#[test]
fn whatever_is_sealed_is_known_to_the_change_of_keys() {
    let found: Vec<String> = sources()
        .into_iter()
        .filter(|source| source.code.contains(".seal("))
        .map(|source| source.name)
        .filter(|name| !SEALING.contains(&name.as_str()))
        .collect();
    assert!(found.is_empty(), "sealed, and not sealed anew when the key changes: {found:#?}");
}
