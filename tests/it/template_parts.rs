//! The optional parts of every template file, and how each is recognized in a page.
//!
//! A part is what stands behind an `if`, `else`, `for`, `when` or `macro` up to the next tag of Askama, or the file itself. It is
//! known by its longest stretch of fixed text, with the Thai messages put in, that stands nowhere else in the file nor in
//! what it includes, and best in no file at all. A part without such a stretch (an attribute that many fields have) cannot be told from the others,
//! and is not asked for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::markup::messages;

/// What a page holds that shows a part.
#[derive(Clone, Debug)]
pub struct Mark {
    pub text: String,
    /// Whether a message is in it, which a page in another language says otherwise.
    pub worded: bool,
}

/// A part of a template.
#[derive(Debug)]
pub struct TemplatePart {
    /// The file, below its folder, with the tag that opens the part.
    pub name: String,
    /// What shows it.
    pub mark: Mark,
    /// What shows the file; none = nothing of its own does.
    pub file: Option<Mark>,
    /// What shows the part around it, of a part that may be missing there, with nothing instead.
    pub around: Option<Mark>,
}

/// Files of templates with their texts.
pub fn files() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for folder in ["src/web/templates", "simulator/src/templates"] {
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

/// A part while it is read; its first stretch of text is that of its tag.
#[derive(Debug, Default)]
struct Open {
    tag: String,
    number: usize,
    /// The number of the part around it.
    around: Option<usize>,
    optional: bool,
    stretches: Vec<Mark>,
    /// The files that stand in it.
    included: Vec<String>,
}

/// The parts of a file, each with its fixed texts, by number; the file is the first.
fn read(text: &str, thai: &BTreeMap<String, String>) -> Vec<Open> {
    let (mut open, mut done) = (vec![Open::default()], Vec::new());
    let mut stretch = Mark { text: String::new(), worded: false };
    let mut rest = text;
    while let Some(at) = rest.find(['{']) {
        let kind = rest[at..].chars().nth(1).unwrap_or(' ');
        if kind == '#' {
            stretch.text += &rest[..at];
            rest = rest[at..].split_once("#}").expect("an end of the comment").1;
            continue;
        }
        if kind != '{' && kind != '%' {
            stretch.text += &rest[..=at];
            rest = &rest[at + 1..];
            continue;
        }
        stretch.text += &rest[..at];
        let end = if kind == '{' { "}}" } else { "%}" };
        let to = at + rest[at..].find(end).expect("an end of the tag");
        let inside = rest[at + 2..to].trim_matches(['-', ' ', '\n']).to_owned();
        rest = &rest[to + 2..];
        let mut next = Mark { text: String::new(), worded: false };
        if let Some(said) = said_by(&inside, thai).filter(|_| kind == '{') {
            let (before, after) = fixed(said);
            stretch.text += &escaped(before);
            stretch.worded |= !before.is_empty();
            let Some(after) = after else { continue };
            next = Mark { text: escaped(after), worded: !after.is_empty() };
        }
        let whole = std::mem::replace(&mut stretch, next);
        let stretches = &mut open.last_mut().expect("the file").stretches;
        stretches.push(whole);
        stretches.extend(given_to_macro(&inside, thai));
        if kind == '%' {
            follow(&inside, &mut open, &mut done);
        }
    }
    stretch.text += rest;
    open.last_mut().expect("the file").stretches.push(stretch);
    done.append(&mut open);
    done.sort_by_key(|part| part.number);
    done
}

/// The message that a tag says.
fn said_by<'a>(tag: &str, thai: &'a BTreeMap<String, String>) -> Option<&'a String> {
    let key = ["t.say(\"", "t.say_with(\"", "t.count(\""].iter().find_map(|start| tag.strip_prefix(start))?;
    thai.get(key.split('"').next()?)
}

/// The messages that a macro is given.
fn given_to_macro(tag: &str, thai: &BTreeMap<String, String>) -> Vec<Mark> {
    let asked = tag.strip_prefix("ui::").unwrap_or_default().split("t.say(\"").skip(1);
    let said = asked.filter_map(|rest| thai.get(rest.split('"').next()?));
    said.map(|said| Mark { text: escaped(fixed(said).0), worded: true }).collect()
}

/// What a message says in any case, before what is put into it, and after that if anything is.
fn fixed(said: &str) -> (&str, Option<&str>) {
    match said.split_once('{') {
        None => (said, (said.is_empty()).then_some("")),
        Some((before, rest)) => (before, Some(rest.rsplit_once('}').map_or("", |(_, after)| after))),
    }
}

/// Opens and closes parts as a tag says.
fn follow(tag: &str, open: &mut Vec<Open>, done: &mut Vec<Open>) {
    let number = open.len() + done.len();
    let word = tag.split_whitespace().next().unwrap_or_default();
    match word {
        "if" | "for" | "match" | "macro" => {
            let around = open.last().map(|part| part.number);
            open.push(Open { tag: tag.to_owned(), number, around, optional: word == "if", ..Open::default() });
        }
        "else" | "when" => {
            let mut before = open.pop().expect("an opened part");
            before.optional = false;
            let tag = if tag == "else" { format!("else, {}", before.tag) } else { tag.to_owned() };
            open.push(Open { tag, number, around: before.around, ..Open::default() });
            done.push(before);
        }
        "include" => {
            let file = tag.split('"').nth(1).expect("a name").to_owned();
            open.last_mut().expect("the file").included.push(file);
        }
        "endif" | "endfor" | "endmatch" | "endmacro" => done.push(open.pop().expect("an opened part")),
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
    let files: BTreeMap<String, Vec<Open>> =
        files().into_iter().map(|(file, text)| (file, read(&text, &thai))).collect();
    let trimmed = |mark: &Mark| Mark { text: mark.text.trim().to_owned(), worded: mark.worded };
    let mut found = Vec::new();
    for (file, parts) in &files {
        let marks: Vec<Option<&Mark>> = (0..parts.len()).map(|number| mark_of(file, number, &files)).collect();
        for (part, mark) in parts.iter().zip(&marks) {
            let Some(mark) = mark else { continue };
            found.push(TemplatePart {
                name: format!("{file} {{% {} %}}", part.tag),
                mark: trimmed(mark),
                file: marks[0].map(trimmed),
                around: part.optional.then(|| around(part, parts, &marks).map(trimmed)).flatten(),
            });
        }
    }
    found
}

/// The longest of a part's texts that stands nowhere else in its file; if there is one, that stands in no file.
fn mark_of<'a>(file: &str, number: usize, files: &'a BTreeMap<String, Vec<Open>>) -> Option<&'a Mark> {
    let elsewhere = |text: &str, anywhere: bool| {
        let others = files.iter().filter(|(other, _)| anywhere || *other == file || includes(other, file, files));
        let others = others.flat_map(|(other, parts)| parts.iter().map(move |part| (other, part)));
        let others = others.filter(|(other, part)| *other != file || part.number != number);
        others.flat_map(|(_, part)| &part.stretches).any(|other| other.text.contains(text))
    };
    let own: Vec<&Mark> = files[file][number].stretches.iter().filter(|own| own.text.trim().len() > 5).collect();
    let longest = |anywhere: bool| {
        let told = own.iter().filter(|own| !elsewhere(own.text.trim(), anywhere));
        told.max_by_key(|own| own.text.trim().len()).copied()
    };
    longest(true).or_else(|| longest(false))
}

/// Whether one file includes the other, so that one page has both.
fn includes(one: &str, other: &str, files: &BTreeMap<String, Vec<Open>>) -> bool {
    let names = |by: &str, whom: &str| files[by].iter().any(|part| part.included.iter().any(|file| file == whom));
    names(one, other) || names(other, one)
}

/// What shows what is around a part; none = it is gone through so often that nobody can tell.
fn around<'a>(part: &Open, parts: &[Open], marks: &[Option<&'a Mark>]) -> Option<&'a Mark> {
    let around = &parts[part.around?];
    match marks[around.number] {
        Some(mark) => Some(mark),
        None if around.tag.starts_with("for") => None,
        None => self::around(around, parts, marks),
    }
}

#[test]
fn the_parts_of_a_template_are_told_apart() {
    let thai = BTreeMap::from([("a-key".to_owned(), "คำ & คำ".to_owned())]);
    let parts = read(
        "<p>{% if a %}<b>{{ t.say(\"a-key\") }}</b>{{ x }}!{% else %}no{% endif %}</p>{% for a in b %}c{% if d %}e{% endif %}{% endfor %}",
        &thai,
    );
    let read: Vec<_> = parts.iter().map(|part| (part.tag.as_str(), part.around, part.optional)).collect();
    assert_eq!(
        read,
        [
            ("", None, false),
            ("if a", Some(0), false),
            ("else, if a", Some(0), false),
            ("for a in b", Some(0), false),
            ("if d", Some(3), true)
        ]
    );
    let texts =
        |part: usize| parts[part].stretches.iter().map(|own| (own.text.as_str(), own.worded)).collect::<Vec<_>>();
    assert_eq!(texts(1), [("<b>คำ &#38; คำ</b>", true), ("!", false)]);
    assert_eq!(texts(0), [("<p>", false), ("</p>", false), ("", false)]);
}

#[test]
fn the_messages_that_a_macro_is_given_mark_the_part_around_it() {
    let thai = BTreeMap::from([("a-key".to_owned(), "คำ & คำ".to_owned())]);
    let parts = read("{# not shown #}{{ ui::empty(t.say(\"a-key\")) }}<b>", &thai);
    let texts: Vec<_> = parts[0].stretches.iter().map(|own| (own.text.as_str(), own.worded)).collect();
    assert_eq!(texts, [("", false), ("คำ &#38; คำ", true), ("<b>", false)]);
}
