//! The optional parts of every template file, and how each is recognized in a page.
//!
//! A part is what stands behind an `if`, `else`, `for` or `when` up to the next tag of Askama, or the file itself. It is
//! known by its longest stretch of fixed text, with the Thai messages put in, that stands nowhere else in the file. A
//! part without such a stretch (an attribute that many fields have) cannot be told from the others, and is not asked for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::markup::messages;

/// A part of a template.
#[derive(Debug)]
pub struct TemplatePart {
    /// The file, below its folder.
    pub file: String,
    /// The tag that opens it; empty for the file itself.
    pub tag: String,
    /// What a page holds that shows it.
    pub mark: String,
    /// Whether a page may show the template without it, and shows nothing instead.
    pub optional: bool,
}

/// Files of templates with their texts.
pub fn files() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for folder in ["src/web/templates", "src/simulator/templates"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        read_folder(&root, &root, &mut found);
    }
    found
}

fn read_folder(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path: PathBuf = entry.expect("an entry").path();
        if path.is_dir() {
            read_folder(root, &path, found);
        } else {
            let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
            found.insert(name, fs::read_to_string(&path).expect("a template"));
        }
    }
}

/// A part while it is read.
#[derive(Default)]
struct Open {
    tag: String,
    optional: bool,
    stretches: Vec<String>,
}

/// The parts of a file, each with its fixed texts.
fn read(text: &str, thai: &BTreeMap<String, String>) -> Vec<Open> {
    let (mut open, mut done) = (vec![Open::default()], Vec::new());
    let mut stretch = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{']) {
        let kind = rest[at..].chars().nth(1).unwrap_or(' ');
        if kind != '{' && kind != '%' {
            stretch += &rest[..=at];
            rest = &rest[at + 1..];
            continue;
        }
        stretch += &rest[..at];
        let end = if kind == '{' { "}}" } else { "%}" };
        let to = at + rest[at..].find(end).expect("an end of the tag");
        let inside = rest[at + 2..to].trim_matches(['-', ' ', '\n']).to_owned();
        rest = &rest[to + 2..];
        let said =
            inside.strip_prefix("t.say(\"").and_then(|inside| inside.strip_suffix("\")")).and_then(|key| thai.get(key));
        if let Some(said) = said.filter(|said| kind == '{' && !said.is_empty()) {
            stretch += &escaped(said);
            continue;
        }
        open.last_mut().expect("the file").stretches.push(std::mem::take(&mut stretch));
        if kind == '%' {
            follow(&inside, &mut open, &mut done);
        }
    }
    stretch += rest;
    open.last_mut().expect("the file").stretches.push(stretch);
    done.append(&mut open);
    done
}

/// Opens and closes parts as a tag says.
fn follow(tag: &str, open: &mut Vec<Open>, done: &mut Vec<Open>) {
    let word = tag.split_whitespace().next().unwrap_or_default();
    match word {
        "if" | "for" | "match" => {
            open.push(Open { tag: tag.to_owned(), optional: word == "if", stretches: Vec::new() });
        }
        "else" | "when" => {
            let mut before = open.pop().expect("an opened part");
            before.optional = false;
            done.push(before);
            open.push(Open { tag: tag.to_owned(), optional: false, stretches: Vec::new() });
        }
        "endif" | "endfor" | "endmatch" => done.push(open.pop().expect("an opened part")),
        _ => {}
    }
}

/// As Askama escapes.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' | '<' | '>' | '"' | '\'' => escaped.extend(["&#", &u32::from(c).to_string(), ";"]),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// All parts of all templates that can be told from others.
pub fn parts() -> Vec<TemplatePart> {
    let thai = messages("th");
    let mut found = Vec::new();
    for (file, text) in files() {
        let parts = read(&text, &thai);
        for (at, part) in parts.iter().enumerate() {
            let elsewhere = |stretch: &str| {
                let others = parts.iter().enumerate().filter(|(other, _)| *other != at);
                others.flat_map(|(_, part)| &part.stretches).any(|other| other.contains(stretch))
            };
            let own = part.stretches.iter().map(|stretch| stretch.trim());
            let mark =
                own.filter(|stretch| stretch.len() > 5 && !elsewhere(stretch)).max_by_key(|stretch| stretch.len());
            if let Some(mark) = mark {
                let (file, tag, mark) = (file.clone(), part.tag.clone(), mark.to_owned());
                found.push(TemplatePart { file, tag, mark, optional: part.optional });
            }
        }
    }
    found
}

#[test]
fn the_parts_of_a_template_are_told_apart() {
    let thai = BTreeMap::from([("a-key".to_owned(), "คำ & คำ".to_owned())]);
    let parts = read(
        "<p>{% if a %}<b>{{ t.say(\"a-key\") }}</b>{{ x }}!{% else %}no{% endif %}</p>{% for a in b %}c{% endfor %}",
        &thai,
    );
    let tags: Vec<(&str, bool)> = parts.iter().map(|part| (part.tag.as_str(), part.optional)).collect();
    assert_eq!(tags, [("if a", false), ("else", false), ("for a in b", false), ("", false)]);
    assert_eq!(parts[0].stretches, ["<b>คำ &#38; คำ</b>", "!"]);
    assert_eq!(parts[3].stretches, ["<p>", "</p>", ""]);
}
