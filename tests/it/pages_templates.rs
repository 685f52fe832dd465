//! Every template at its emptiest and at its fullest, in both languages: rendered by the program itself, in a desk where
//! nothing happened yet, in one where everything did, and as the answer to every form.
//!
//! Each page has to be [well made](crate::markup). And each [part](crate::template_parts) of each template file has to
//! be seen in some page, and each optional part to be missing in some other: a template or an `if` that no scene reaches
//! fails [`every_template_is_seen_at_its_emptiest_and_at_its_fullest`].

use std::collections::BTreeSet;

use serde_json::json;

use crate::browser::Browser;
use crate::desk::{Desk, Who};
use crate::markup::{faults, messages};
use crate::pages_scenes::{Shown, answers_to_forms, chats, fill, picture, stop, walk, ways_in};
use crate::template_parts::{files, parts};

const EVERYBODY: [Who; 5] = [Who::Admin, Who::Publisher, Who::Steward, Who::Operator, Who::Agency];

/// All pages that everybody finds, in both languages.
async fn walk_as_everybody(name: &str, desk: &Desk, of_a_kind: usize) -> Vec<Shown> {
    let mut shown = Vec::new();
    for who in EVERYBODY {
        let browser = desk.sign_in(who).await;
        for language in ["en", "th"] {
            browser.submit("/language", &[("language", language), ("next", "/home")]).await.location();
            shown.extend(walk(&format!("{name} {who:?} {language}"), &browser, of_a_kind).await);
        }
    }
    shown.extend(walk(&format!("{name} nobody"), &Browser::new(desk), of_a_kind).await);
    shown
}

/// What is wrong with the pages.
fn wrong_with(shown: &[Shown]) -> Vec<String> {
    let keys: BTreeSet<String> = messages("th").into_keys().filter(|key| key.contains('-')).collect();
    let mut wrong = BTreeSet::new();
    for (name, answer) in shown.iter().filter(|(_, answer)| is_page(answer)) {
        assert!(answer.status < 500 || name == "away", "{name}: {}", answer.status);
        wrong.extend(faults(&answer.text, &keys).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    wrong.into_iter().collect()
}

fn is_page(answer: &crate::desk::Answer) -> bool {
    answer.header("content-type").starts_with("text/html") && !answer.text.is_empty()
}

/// Parts that no scene shows, or that every scene does, so far: whoever adds a scene takes its lines out.
const NOT_REACHED: &str = include_str!("not_reached.txt");

#[tokio::test]
async fn every_template_is_seen_at_its_emptiest_and_at_its_fullest() {
    let empty = Desk::new().await;
    let mut shown = walk_as_everybody("empty", &empty, 1).await;
    empty.app.db.close().await;
    let away = Browser::new(&empty).open("/b/nowhere").await;
    assert_eq!(away.status, 503);
    shown.push(("away".to_owned(), away));
    let full = Desk::new().await;
    fill(&full).await;
    shown.extend(walk_as_everybody("full", &full, 2).await);
    shown.extend(ways_in(&full).await);
    let publisher = full.sign_in(Who::Publisher).await;
    let fields = [("subject", "เรื่อง"), ("body", "ความ"), ("kind", "news")];
    let sent = publisher.submit_with_file("/bulletins/new", &fields, "file", &picture()).await;
    shown.push(("a picture".to_owned(), sent));
    stop(&full).await;
    shown.extend(walk_as_everybody("stopped", &full, 1).await);
    let forms = Desk::new().await;
    shown.extend(answers_to_forms(&forms).await);
    let approved = Desk::with_approval().await;
    for act in ["submit", "return"] {
        let id = approved.write().await;
        approved.post(&Who::Admin, &format!("bulletins/{id}/submit"), json!({})).await.expect(200);
        if act == "return" {
            approved
                .post(&Who::Approver, &format!("bulletins/{id}/return"), json!({ "reason": "ขาดเลขที่" }))
                .await
                .expect(200);
        }
    }
    shown.extend(walk_as_everybody("approved", &approved, 1).await);
    shown.extend(walk("approver", &approved.sign_in_with_code(Who::Approver).await, 2).await);
    shown.extend(chats(&forms).await);
    let (wrong, unseen) = (wrong_with(&shown), unseen_in(&shown));
    assert!(wrong.is_empty() && unseen.is_empty(), "{} pages; {wrong:#?}; {unseen:#?}", shown.len());
}

/// What no page showed of the templates, and what every page did.
fn unseen_in(shown: &[Shown]) -> Vec<String> {
    let pages: Vec<&str> =
        shown.iter().filter(|(_, answer)| is_page(answer)).map(|(_, answer)| answer.text.as_str()).collect();
    let parts = parts();
    let mut unseen = Vec::new();
    for file in files().keys() {
        if !parts.iter().any(|part| part.file == *file) {
            unseen.push(format!("{file}: no part of it can be told"));
        }
    }
    for part in &parts {
        let name = format!("{} {{% {} %}}", part.file, part.tag);
        if NOT_REACHED.lines().any(|known| known == name) {
            continue;
        }
        if !pages.iter().any(|page| page.contains(&part.mark)) {
            unseen.push(format!("{name}: no page has {:?}", part.mark));
            continue;
        }
        let root = parts.iter().find(|root| root.file == part.file && root.tag.is_empty());
        if let Some(root) = root.filter(|_| part.optional)
            && !pages.iter().any(|page| page.contains(&root.mark) && !page.contains(&part.mark))
        {
            unseen.push(format!("{name}: every page has {:?}", part.mark));
        }
    }
    unseen
}
