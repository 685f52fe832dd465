//! Whether a page is well made: as the standard's own parser reads it, with ids that are there and are there once, and
//! with nothing of the workshop left in what people see.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use html5ever::tendril::TendrilSink as _;
use html5ever::tokenizer::TokenizerOpts;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{LocalName, ParseOpts, QualName, local_name, ns, parse_document, parse_fragment};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// Attributes that name ids, in this page.
const NAMING: &[&str] =
    &["for", "form", "list", "aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "aria-errormessage"];
/// Attributes that people read or hear.
const READ: &[&str] = &["aria-label", "alt", "title", "placeholder", "content", "data-lost", "data-back"];
/// What has to have a name.
const NAMED: &[&str] =
    &["h1", "h2", "h3", "a", "button", "label", "legend", "summary", "th", "caption", "title", "option"];

/// The messages of a language whose text is one line, by key.
pub fn messages(language: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/locales").join(language);
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("a file");
        for line in text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase())) {
            let (key, text) = line.split_once(" =").expect("a message");
            found.insert(key.to_owned(), text.trim().to_owned());
        }
    }
    found
}

/// What was seen in a page on the way through it.
#[derive(Default)]
struct Seen {
    ids: Vec<String>,
    names: Vec<(String, String)>,
    wrong: Vec<String>,
}

/// What is wrong with a page, or with a part of one.
pub fn faults(html: &str, keys: &BTreeSet<String>) -> Vec<String> {
    let opts = || ParseOpts {
        tokenizer: TokenizerOpts { exact_errors: true, ..TokenizerOpts::default() },
        tree_builder: TreeBuilderOpts { exact_errors: true, scripting_enabled: false, ..TreeBuilderOpts::default() },
    };
    let whole = html.trim_start().starts_with("<!doctype html>");
    let dom = if whole {
        parse_document(RcDom::default(), opts()).one(html)
    } else {
        let around = QualName::new(None, ns!(html), local_name!("div"));
        parse_fragment(RcDom::default(), opts(), around, Vec::new(), true).one(html)
    };
    let mut seen = Seen::default();
    seen.wrong.extend(dom.errors.borrow().iter().map(|error| format!("does not parse: {error}")));
    walk(&dom.document, keys, &mut seen);
    let ids: BTreeSet<&String> = seen.ids.iter().collect();
    for id in &ids {
        if seen.ids.iter().filter(|other| other == id).count() > 1 {
            seen.wrong.push(format!("the id {id} stands twice"));
        }
    }
    // a part may name what is in the page around it
    for (by, id) in seen.names.iter().filter(|_| whole) {
        if !ids.contains(id) {
            seen.wrong.push(format!("{by} names {id}, which is not there"));
        }
    }
    seen.wrong
}

fn walk(node: &Handle, keys: &BTreeSet<String>, seen: &mut Seen) {
    match &node.data {
        NodeData::Text { contents } => read(&contents.borrow(), keys, seen),
        NodeData::Element { name, attrs, .. } => {
            let element: &LocalName = &name.local;
            for attr in attrs.borrow().iter() {
                look_at(element, &attr.name.local, &attr.value, keys, seen);
            }
            let has = |wanted: &str| attrs.borrow().iter().any(|attr| &*attr.name.local == wanted);
            if NAMED.contains(&&**element) && !has("aria-label") && said_by(node).trim().is_empty() {
                seen.wrong.push(format!("a {element} that says nothing"));
            }
            if &**element == "img" && !has("alt") {
                seen.wrong.push("a picture without words".to_owned());
            }
            if matches!(&**element, "style" | "script") && !node.children.borrow().is_empty() {
                seen.wrong.push(format!("a {element} in the page, which its policy forbids"));
            }
        }
        _ => {}
    }
    for child in node.children.borrow().iter() {
        walk(child, keys, seen);
    }
}

fn look_at(element: &str, name: &str, value: &str, keys: &BTreeSet<String>, seen: &mut Seen) {
    if name == "id" {
        if value.is_empty() || value.contains(char::is_whitespace) {
            seen.wrong.push(format!("{value:?} is no id"));
        }
        seen.ids.push(value.to_owned());
    } else if NAMING.contains(&name) {
        seen.names.extend(value.split_whitespace().map(|id| (format!("{element} {name}"), id.to_owned())));
    } else if name == "href" && value.starts_with('#') {
        seen.names.push(("a link".to_owned(), value[1..].to_owned()));
    } else if matches!(name, "hx-target" | "hx-include" | "hx-select") {
        let ids = value.split(',').filter_map(|one| one.trim().strip_prefix('#'));
        seen.names.extend(ids.map(|id| (name.to_owned(), id.to_owned())));
    } else if name == "style" || (name.starts_with("on") && name.len() > 2) {
        seen.wrong.push(format!("{element} has {name}, which the policy forbids"));
    } else if READ.contains(&name) {
        read(value, keys, seen);
    }
}

/// A text that people see: no key instead of its message, and no gap that was not filled.
fn read(text: &str, keys: &BTreeSet<String>, seen: &mut Seen) {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    for key in words.filter(|word| keys.contains(*word)) {
        seen.wrong.push(format!("says {key} and not what that means"));
    }
    for left in ["{ $", "{$", "{{", "{%", "%}", "\u{2068}", "\u{2069}", "\u{fffd}"] {
        if text.contains(left) {
            seen.wrong.push(format!("{left:?} is left over in {text:?}"));
        }
    }
}

/// All texts below a node, with what stands for its pictures.
fn said_by(node: &Handle) -> String {
    let mut said = String::new();
    for child in node.children.borrow().iter() {
        match &child.data {
            NodeData::Text { contents } => said.push_str(&contents.borrow()),
            NodeData::Element { attrs, .. } => {
                let spoken = ["alt", "aria-label"];
                let found =
                    attrs.borrow().iter().find(|attr| spoken.contains(&&*attr.name.local)).map(|a| a.value.to_string());
                said.push_str(&found.unwrap_or_default());
                said.push_str(&said_by(child));
            }
            _ => {}
        }
    }
    said
}

#[test]
fn what_is_wrong_with_a_page_is_found() {
    let keys: BTreeSet<String> = ["shell-product".to_owned()].into();
    for (html, fault) in [
        ("<p>a</p></div>", "does not parse"),
        ("<p><b>a</p></b>", "does not parse"),
        ("<p id=\"a\">a</p><p id=\"a\">b</p>", "stands twice"),
        ("<p>shell-product</p>", "says shell-product"),
        ("<p>{ $name }</p>", "left over"),
        ("<h2> </h2>", "says nothing"),
        (
            "<!doctype html><html><head><title>a</title></head><body><label for=\"a\">a</label></body></html>",
            "not there",
        ),
    ] {
        assert!(faults(html, &keys).iter().any(|found| found.contains(fault)), "{fault} in {html}");
    }
    assert_eq!(faults("<p><a href=\"/\">a</a></p>", &keys), Vec::<String>::new());
}
