//! Every template at its emptiest and at its fullest, in both languages: rendered by the program itself, in a desk where
//! nothing happened yet, in one where everything did, and as the answer to every form.
//!
//! Each page has to be [well made](crate::markup). And each [part](crate::template_parts) of each template file has to
//! be seen in some page, and each optional part to be missing in some other: a template or an `if` that no scene reaches
//! fails [`every_template_is_seen_at_its_emptiest_and_at_its_fullest`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::browser::Browser;
use crate::markup::{faults, messages};
use crate::pages_scenes::{Shown, answers_to_forms, chats, fill, picture, sign_in_pages, stop, walk};
use crate::scenes_board::{chart, crowd_of_chats, fates, nothing, short, wide};
use crate::scenes_compose::{bad_address, drafts, published};
use crate::scenes_dissemination::spreading;
use crate::scenes_establishment::setting_up;
use crate::scenes_line_files::sent_in_line;
use crate::scenes_offices::office_work;
use crate::scenes_people::people;
use crate::scenes_provider::at_a_provider;
use crate::scenes_register::registers;
use crate::scenes_steward::forwarding;
use crate::scenes_submissions::sending_up;
use crate::template_parts::{Mark, files, parts};
use crate::test_app::{TestApp, Who};

const EVERYBODY: [Who; 6] = [Who::Admin, Who::Publisher, Who::Steward, Who::Operator, Who::Agency, Who::Coordinator];

/// All pages that everybody finds, in both languages.
async fn walk_as_everybody(name: &str, app: &TestApp, of_a_kind: usize) -> Vec<Shown> {
    let mut shown = Vec::new();
    for who in EVERYBODY {
        let browser = app.sign_in(who).await;
        for language in ["en", "th"] {
            browser.submit("/language", &[("language", language), ("next", "/home")]).await.location();
            shown.extend(walk(&format!("{name} {who:?} {language}"), &browser, of_a_kind).await);
        }
    }
    shown.extend(walk(&format!("{name} nobody"), &Browser::new(app), of_a_kind).await);
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

fn is_page(answer: &crate::test_app::Answer) -> bool {
    answer.header("content-type").starts_with("text/html") && !answer.text.is_empty()
}

/// What a page in the other language starts with; the messages in the marks of parts are Thai.
const ENGLISH: &str = "<html lang=\"en\"";

/// Parts that no scene can show, or that none can be without, each with its reason behind a dash.
const NOT_REACHED: &str = include_str!("not_reached.txt");

#[tokio::test]
async fn every_template_is_seen_at_its_emptiest_and_at_its_fullest() {
    let empty = TestApp::new().await;
    let mut shown = walk_as_everybody("empty", &empty, 1).await;
    shown.extend(nothing(&empty).await);
    empty.web_app.db.close();
    let away = Browser::new(&empty).open("/b/nowhere").await;
    assert_eq!(away.status, 503);
    shown.push(("away".to_owned(), away));
    let full = TestApp::new().await;
    fill(&full).await;
    shown.extend(walk_as_everybody("full", &full, 2).await);
    shown.extend(sign_in_pages(&full).await);
    shown.extend(published(&full).await);
    shown.extend(fates(&full).await);
    shown.extend(short(&full).await);
    let publisher = full.sign_in(Who::Publisher).await;
    let fields = [("subject", "เรื่อง"), ("body", "ความ"), ("kind", "news")];
    let sent = publisher.submit_with_file("/bulletins/new", &fields, "file", &picture()).await;
    shown.push(("a picture".to_owned(), sent));
    stop(&full).await;
    shown.extend(walk_as_everybody("stopped", &full, 1).await);
    let forms = TestApp::new().await;
    shown.extend(answers_to_forms(&forms).await);
    let approved = TestApp::with_approval().await;
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
    shown.extend(people(&TestApp::new().await).await);
    shown.extend(at_a_provider().await);
    shown.extend(drafts(&TestApp::new().await).await);
    shown.extend(bad_address().await);
    shown.extend(forwarding(&TestApp::new().await).await);
    shown.extend(registers(&TestApp::new().await).await);
    shown.extend(office_work(&TestApp::new().await).await);
    shown.extend(sent_in_line(&TestApp::new().await).await);
    shown.extend(spreading(&TestApp::new().await).await);
    shown.extend(sending_up(&TestApp::new().await).await);
    shown.extend(setting_up(&TestApp::new().await).await);
    let big = TestApp::new().await;
    shown.extend(wide(&big).await);
    shown.extend(chart(&TestApp::new().await).await);
    shown.extend(crowd_of_chats(&big).await);
    if let Ok(dir) = std::env::var("DUMP_PAGES") {
        for (n, (name, answer)) in shown.iter().enumerate() {
            std::fs::write(format!("{dir}/{n:05}"), format!("{name}\n{}\n{}", answer.status, answer.text)).unwrap();
        }
    }
    let (wrong, unseen) = (wrong_with(&shown), differences(&shown));
    assert!(wrong.is_empty() && unseen.is_empty(), "{} pages; {wrong:#?}; {unseen:#?}", shown.len());
}

/// What no page showed of the templates, and what every page did; by the name of the part.
fn unseen_in(shown: &[Shown]) -> BTreeMap<String, String> {
    let pages: BTreeSet<&str> =
        shown.iter().filter(|(_, answer)| is_page(answer)).map(|(_, answer)| answer.text.as_str()).collect();
    let parts = parts();
    let mut unseen = BTreeMap::new();
    for file in files().into_keys() {
        if !parts.iter().any(|part| part.name.split(' ').next() == Some(&*file)) {
            unseen.insert(file, "no part of it can be told".to_owned());
        }
    }
    for part in &parts {
        let times = |page: &str, mark: &Mark| page.matches(&*mark.text).count();
        let has_file = |page: &str| part.file.as_ref().is_none_or(|file| page.contains(&*file.text));
        let told = |page: &str| !(part.mark.worded && page.contains(ENGLISH));
        if !pages.iter().any(|page| page.contains(&*part.mark.text) && has_file(page)) {
            unseen.insert(part.name.clone(), format!("no page has {:?}", part.mark.text));
        } else if let Some(around) = &part.around
            && !pages.iter().any(|page| told(page) && times(page, around) > times(page, &part.mark))
        {
            unseen.insert(part.name.clone(), format!("every page has {:?} in {:?}", part.mark.text, around.text));
        }
    }
    unseen
}

/// What is listed and was seen, and what was not seen and is not listed.
fn differences(shown: &[Shown]) -> Vec<String> {
    let unseen = unseen_in(shown);
    let listed: BTreeSet<&str> =
        NOT_REACHED.lines().filter_map(|line| line.split_once(" – ")).map(|(name, _)| name).collect();
    let unlisted = unseen.iter().filter(|(name, _)| !listed.contains(name.as_str()));
    let reached = listed.iter().filter(|name| !unseen.contains_key(**name));
    unlisted
        .map(|(name, why)| format!("{name}: {why}"))
        .chain(reached.map(|name| format!("{name}: is listed as not reached, and is")))
        .collect()
}
