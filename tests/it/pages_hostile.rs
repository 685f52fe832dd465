//! What people type is text, whatever it is: hostile strings in every field of every form of the [table](crate::forms_table) and
//! in every path, and then a look at every page, list and file that may show them.

use std::collections::BTreeSet;

use gcc_relay::web::routes::{Access, ROUTES};
use serde_json::json;

use crate::browser::Browser;
use crate::crawl::crawl;
use crate::form_words::{Words, one_try};
use crate::forms::{Form, Sender};
use crate::forms_offices::OF_OFFICES;
use crate::forms_table::{OF_PEOPLE, OF_STEWARDS, OF_THE_BOARD, OF_WRITERS};
use crate::test_app::{Answer, TestApp, Who};

/// Pages that show what was typed before, with all that they lead to.
const PAGES: &[(Who, &str)] = &[
    (Who::Admin, "/accounts"),
    (Who::Admin, "/keys"),
    (Who::Agency, "/keys"),
    (Who::Admin, "/audit"),
    (Who::Admin, "/account"),
    (Who::Agency, "/status"),
    (Who::Steward, "/waiting"),
    (Who::Steward, "/groups/lpn/settings"),
    (Who::Admin, "/bulletins"),
    (Who::Admin, "/board"),
    (Who::Admin, "/failures"),
    (Who::Admin, "/channels"),
    (Who::Admin, "/docs/examples"),
    (Who::Steward, "/coordinators?show=history"),
    (Who::Agency, "/coordinators/offices/lamphun-commerce"),
    (Who::Admin, "/establishment/offices/lamphun"),
];

/// At most so many pages of a kind are opened.
const OF_A_KIND: usize = 12;

/// Forms that refuse even good fields here: the code is another every moment, and the offices are counted first.
const ALWAYS_REFUSED: &[&str] = &[
    "POST /sign-in/code",
    "POST /account/codes/confirm",
    // what only a device can make, and a passkey that is not there
    "POST /sign-in/passkey/confirm",
    "POST /account/passkeys/confirm",
    "POST /account/passkeys/{id}/remove",
    // only with a second step
    "POST /account/recovery",
    "POST /accounts/invite",
    "POST /join-slips",
    // without a file
    "POST /submissions/files",
    "POST /disseminations/pictures",
    "POST /tree/upload",
    // nothing was begun at the provider
    "GET /sign-in/provider/return",
];

fn hostile() -> Vec<String> {
    vec![
        r#""><script>alert(1)</script>"#.to_owned(),
        "</textarea></title>'><img src=x onerror=alert(1)>".to_owned(),
        "javascript:alert(1)".to_owned(),
        "{{1337*7331}}${1337*7331}<%= 1337*7331 %>{ shell-product }{ $name }".to_owned(),
        "ยาว".repeat(3_000),
        "\u{202e}กลับด้าน\u{2066}x".to_owned(),
        "a\0b".to_owned(),
        format!("ก{}", "้็่๊".repeat(200)),
        "=cmd|' /C calc'!A0".to_owned(),
        "@SUM(1+1)".to_owned(),
        "' or 1=1; drop table accounts; --".to_owned(),
        "\r\nSet-Cookie: gcc=x".to_owned(),
        "%00%ff\u{fffd}\u{feff}%s%n../../etc/passwd".to_owned(),
        "//evil.example/x".to_owned(),
        "/\\evil.example".to_owned(),
        "-9223372036854775808".to_owned(),
    ]
}

/// What is wrong with an answer, if anything.
fn fault(answer: &Answer) -> Option<String> {
    if answer.status >= 500 {
        return Some(format!("status {}", answer.status));
    }
    if answer.headers.get_all("set-cookie").iter().any(|set| set == "gcc=x") {
        return Some("a cookie".to_owned());
    }
    let to = answer.header("location");
    if answer.headers.contains_key("location") && (!to.starts_with('/') || to[1..].starts_with(['/', '\\'])) {
        return Some(format!("leads away to {to}"));
    }
    if answer.header("content-type").starts_with("text/csv") {
        return calculated(&answer.text).map(|cell| format!("the cell {cell:?}"));
    }
    if !answer.header("content-type").starts_with("text/html") {
        return None;
    }
    let marks = ["<script>alert", "<img src=x", "href=\"javascript:", "src=\"javascript:", "9801547", "\u{0}"];
    let mark = marks.into_iter().find(|mark| answer.text.contains(mark))?;
    Some(format!("holds {mark}"))
}

/// A cell that a spreadsheet would take for a formula.
fn calculated(file: &str) -> Option<String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(file.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let mut cells = rows.iter().flatten().map(|cell| cell.trim_start_matches('\u{feff}'));
    let cell = cells.find(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err());
    cell.map(str::to_owned)
}

/// Types every hostile string into every field of the forms, looks at all [`PAGES`], and gives what is wrong.
async fn try_forms(app: &TestApp, table: &[Form]) -> Vec<String> {
    let mut browsers = Vec::new();
    for who in [Who::Admin, Who::Steward, Who::Agency] {
        browsers.push((who, app.sign_in(who).await));
    }
    let find = |who: Who| &browsers.iter().find(|(whose, _)| *whose == who).expect("a browser").1;
    let mut words = Words::new(app, find(Who::Admin)).await;
    let (mut wrong, mut taken) = (Vec::new(), BTreeSet::new());
    for form in table {
        // where each try hashes a password, every other string does
        let step = if matches!(form.sender, Sender::SignedIn(_)) { 1 } else { 2 };
        let all_good = [("", String::new())];
        let one_bad = form
            .fields
            .iter()
            .flat_map(|(field, _)| hostile().into_iter().step_by(step).map(move |text| (*field, text)));
        for (field, text) in all_good.into_iter().chain(one_bad) {
            words.number += 1;
            let of_one_try;
            let browser = if let Sender::SignedIn(who) = form.sender {
                find(who)
            } else {
                of_one_try = one_try(app, form, words.number).await;
                &of_one_try
            };
            let path = words.fill(form.path).await;
            let mut typed = Vec::new();
            for (name, value) in form.fields {
                typed.push((*name, if *name == field { text.clone() } else { words.fill(value).await }));
            }
            let typed: Vec<(&str, &str)> = typed.iter().map(|(name, text)| (*name, text.as_str())).collect();
            let answer = if form.route.starts_with("GET ") {
                if text.len() > 5_000 {
                    // no browser sends so long an address
                    continue;
                }
                let query = serde_urlencoded::to_string(&typed).expect("plain");
                browser.open(&format!("{path}?{query}")).await
            } else {
                browser.submit(&path, &typed).await
            };
            if field.is_empty() && answer.status < 400 {
                taken.insert(form.route);
            }
            if let Some(fault) = fault(&answer) {
                let text: String = text.chars().take(40).collect();
                wrong.push(format!("{} {field}={text:?}: {fault}", form.route));
            }
        }
    }
    // a row in which something else is wrong tries nothing
    taken.extend(ALWAYS_REFUSED);
    let refused = table.iter().filter(|form| !taken.contains(form.route));
    wrong.extend(refused.map(|form| format!("{}: not even good fields are taken", form.route)));
    app.run().await;
    for (who, page) in PAGES {
        wrong.extend(look_around(find(*who), page).await);
    }
    wrong
}

/// What is wrong with a page and what it leads to.
async fn look_around(browser: &Browser<'_>, page: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, answer) in crawl(browser, &[page], OF_A_KIND).await {
        if !(200..400).contains(&answer.status) {
            wrong.push(format!("{page} leads to {path}: status {}", answer.status));
        }
        wrong.extend(fault(&answer).map(|fault| format!("{path}: {fault}")));
    }
    wrong
}

#[tokio::test]
async fn what_is_typed_where_people_sign_in_stays_text_on_every_page() {
    let (app, _provider) = TestApp::with_provider(false).await;
    let wrong = try_forms(&app, OF_PEOPLE).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    let kept = app.count("select count(*) from accounts where display_name like '%<script>%'").await;
    assert!(kept > 0, "a name that is only text was taken, and the pages were looked at with it");
}

#[tokio::test]
async fn what_a_steward_types_stays_text_on_every_page() {
    let app = TestApp::new().await;
    let wrong = try_forms(&app, OF_STEWARDS).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    let kept = app.count("select count(*) from deliveries where declined_because like '%<script>%'").await;
    assert!(kept > 0, "a reason that is only text was taken");
}

#[tokio::test]
async fn what_an_office_types_stays_text_on_every_page() {
    let app = TestApp::new().await;
    let wrong = try_forms(&app, OF_OFFICES).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    let kept = app.count("select count(*) from coordinators where first_name like '%<script>%'").await;
    assert!(kept > 0, "a name that is only text was taken");
}

#[tokio::test]
async fn what_a_publisher_types_stays_text_on_every_page() {
    let app = TestApp::new().await;
    let wrong = try_forms(&app, OF_WRITERS).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    let kept = app.count("select count(*) from bulletins where subject like '%<script>%'").await;
    assert!(kept > 0, "a subject that is only text was taken");
}

#[tokio::test]
async fn what_was_published_stays_text_on_the_board_and_in_its_files() {
    let app = TestApp::new().await;
    let mut published = 0;
    for (text, group) in hostile().iter().zip(["gcc1", "lpn", "lpn-com", "cmi", "cmi-far"].into_iter().cycle()) {
        app.patch(&Who::Admin, &format!("groups/{group}"), json!({ "name": text })).await;
        let letter = crate::test_app::letter(json!({ "subject": text, "body": text, "document_number": null }));
        let made = app.post(&Who::Admin, "bulletins", letter).await;
        if made.status == 201 {
            let id = made.json()["id"].as_str().expect("an id").to_owned();
            app.release(&id).await;
            app.run().await;
            let body = json!({ "into": ["lpn"], "reason": text });
            app.post(&Who::Steward, &format!("bulletins/{id}/decline"), body).await;
            published += 1;
        }
    }
    assert!(published > 5, "most of them are texts like any other: {published}");
    let wrong = try_forms(&app, OF_THE_BOARD).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn what_stands_in_a_path_stays_text_whatever_it_is() {
    let app = TestApp::new().await;
    let held = app.held().await;
    let browsers = [app.sign_in(Who::Admin).await, app.sign_in(Who::Steward).await];
    let (mut wrong, mut tried) = (Vec::new(), 0);
    let people = |door: Access| !matches!(door, Access::Key(_));
    for route in ROUTES.iter().filter(|route| people(route.access) && route.path.contains('{')) {
        if route.path.starts_with("/line/") {
            continue;
        }
        for text in hostile().iter().filter(|text| text.len() < 5_000) {
            let text: String =
                text.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).map(char::from).collect();
            for first in [&text, &held] {
                let path = fill_path(route.path, first, &text);
                // whoever is signed out tries nothing after that
                let browser = &browsers[usize::from(route.path.starts_with("/waiting"))];
                let answer = match route.method {
                    "GET" => browser.open(&path).await,
                    _ => browser.submit(&path, &[]).await,
                };
                tried += 1;
                wrong.extend(fault(&answer).map(|fault| format!("{} {path}: {fault}", route.method)));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tried > 1_000, "{tried}");
}

/// A path with `first` in the first gap and `text` in the others.
fn fill_path(path: &str, first: &str, text: &str) -> String {
    let mut filled = String::new();
    for part in path.split('/').skip(1) {
        let gap = part.starts_with('{');
        let is_first = !filled.contains('%') && !filled.contains(first);
        filled += "/";
        filled += if !gap {
            part
        } else if is_first {
            first
        } else {
            text
        };
    }
    filled
}

#[tokio::test]
async fn a_picture_that_is_none_is_refused_by_the_field_it_was_chosen_in() {
    let app = TestApp::new().await;
    let browser = app.sign_in(Who::Publisher).await;
    for text in hostile() {
        for path in ["/bulletins/image", "/bulletins/new"] {
            let fields = [("subject", text.as_str()), ("body", &text), ("image_alt", &text), ("image", &text)];
            let answer = browser.submit_with_file(path, &fields, "file", text.as_bytes()).await;
            assert_eq!(fault(&answer), None, "{path} {text:?}");
            assert!(answer.status == 400 || answer.text.contains("image-fault"), "{path} {text:?}: {}", answer.text);
        }
    }
}
