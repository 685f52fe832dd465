//! Pages, and what they lead to.

use std::collections::{BTreeMap, BTreeSet};

use crate::browser::Browser;
use crate::test_app::Answer;

/// How far it is gone from the first page.
const STEPS: usize = 2;

/// Opens pages and what they lead to, and what that leads to: at most `of_a_kind` more that differ in a name only.
pub async fn crawl(browser: &Browser<'_>, pages: &[&str], of_a_kind: usize) -> Vec<(String, Answer)> {
    let mut seen: BTreeSet<String> = pages.iter().map(ToString::to_string).collect();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut next: Vec<(String, usize)> = pages.iter().map(|page| (page.to_string(), 0)).collect();
    let mut found = Vec::new();
    while let Some((path, steps)) = next.pop() {
        let answer = browser.open(&path).await;
        if steps < STEPS && answer.header("content-type").starts_with("text/html") {
            for link in links(&answer.text) {
                let of_kind = kinds.entry(kind(&link)).or_default();
                if *of_kind < of_a_kind && seen.insert(link.clone()) {
                    *of_kind += 1;
                    next.push((link, steps + 1));
                }
            }
        }
        found.push((path, answer));
    }
    found
}

/// A path without its ids.
fn kind(link: &str) -> String {
    let parts = link.split(['/', '?', '=', '&']).map(|part| if part.len() > 20 { "_" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Where a page leads on this server.
fn links(html: &str) -> Vec<String> {
    let found = html.split("href=\"/").skip(1).filter_map(|rest| rest.split('"').next());
    let found = found.map(|link| format!("/{}", link.replace("&#38;", "&").replace("&amp;", "&")));
    // the ways of the frame are pages of their own
    let frame = ["/home", "/account", "/openapi.json", "/docs"];
    found.filter(|link| !frame.contains(&link.as_str()) && !link.starts_with("/assets/")).collect()
}
