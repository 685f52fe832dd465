//! What people type is text, whatever it is: hostile strings in every field of every form, and a look at every page
//! that may show them. Whoever adds a form adds a row.

use crate::browser::{Browser, PASSWORD};
use crate::desk::{Answer, Desk, Who};

/// A form: who sends it where, with something good in each field; `#` becomes a new number each time.
struct Form {
    who: Who,
    method: &'static str,
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
}

const fn post(who: Who, path: &'static str, fields: &'static [(&'static str, &'static str)]) -> Form {
    Form { who, method: "POST", path, fields }
}

const fn get(who: Who, path: &'static str, fields: &'static [(&'static str, &'static str)]) -> Form {
    Form { who, method: "GET", path, fields }
}

const FORMS: &[Form] = &[
    post(Who::Nobody, "/sign-in", &[("username", "u#"), ("password", "p"), ("next", "/home"), ("carried", "")]),
    get(Who::Nobody, "/sign-in", &[("next", "/home"), ("said", "signed-out")]),
    post(Who::Nobody, "/sign-in/code", &[("code", "123456"), ("next", "/home"), ("carried", "")]),
    post(Who::Operator, "/language", &[("language", "th"), ("next", "/home")]),
    get(Who::Operator, "/home", &[("said", "signed-out")]),
    post(Who::Operator, "/account/password", &[("old", "x"), ("password", PASSWORD), ("again", PASSWORD)]),
    post(Who::Operator, "/account/codes", &[("old", "x")]),
    post(Who::Operator, "/account/codes/confirm", &[("code", "123456")]),
    get(Who::Admin, "/accounts", &[("q", "lamphun"), ("role", "steward"), ("state", "works"), ("cursor", "YQ")]),
    post(
        Who::Admin,
        "/accounts/new",
        &[
            ("username", "made-#"),
            ("name", "ผู้ว่าราชการจังหวัดลำพูน"),
            ("role", "steward"),
            ("office", "lamphun"),
            ("office_pick", ""),
            ("from", "2026-01-01"),
            ("until", "2026-12-31"),
        ],
    ),
    get(Who::Admin, "/accounts/invite", &[("look", "yes"), ("office", "lamphun"), ("deputies", ""), ("again", "")]),
    post(
        Who::Admin,
        "/accounts/invite",
        &[("office", "lamphun"), ("deputies", ""), ("again", ""), ("confirmed", "0"), ("form", "csv")],
    ),
    post(Who::Admin, "/keys", &[("name", "ระบบ"), ("role", "agency"), ("office", "lamphun"), ("office_pick", "")]),
    post(Who::Agency, "/keys", &[("name", "ระบบ")]),
    get(Who::Admin, "/keys", &[("cursor", "YQ")]),
    get(Who::Agency, "/status", &[("cursor", "YQ")]),
    get(
        Who::Admin,
        "/audit",
        &[("actor", "cli"), ("act", "sign_in"), ("subject", "x"), ("from", ""), ("until", ""), ("cursor", "YQ")],
    ),
    post(Who::Admin, "/audit/check", &[("after", "0")]),
];

/// Pages that show what was typed before.
const PAGES: &[(Who, &str)] = &[
    (Who::Admin, "/accounts"),
    (Who::Admin, "/keys"),
    (Who::Agency, "/keys"),
    (Who::Admin, "/audit"),
    (Who::Admin, "/account"),
    (Who::Agency, "/status"),
];

fn hostile() -> Vec<String> {
    vec![
        r#""><script>alert(1)</script>"#.to_owned(),
        "'><img src=x onerror=alert(1)>".to_owned(),
        "javascript:alert(1)".to_owned(),
        "{{1337*7}}${1337*7}<%= 1337*7 %>".to_owned(),
        "ยาว".repeat(3_000),
        "\u{202e}กลับด้าน\u{2066}x".to_owned(),
        "a\0b".to_owned(),
        format!("ก{}", "้็่๊".repeat(200)),
        "=cmd|' /C calc'!A0".to_owned(),
        "' or 1=1; drop table accounts; --".to_owned(),
        "\r\nSet-Cookie: gcc=x".to_owned(),
        "%00%ff\u{fffd}\u{feff}".to_owned(),
    ]
}

/// What is wrong with an answer, if anything.
fn fault(answer: &Answer) -> Option<String> {
    let text = &answer.text;
    let marks = ["<script>alert", "<img src=x", "href=\"javascript:", "9359"];
    match marks.iter().find(|mark| text.contains(**mark)) {
        Some(mark) => Some(format!("holds {mark}")),
        None if answer.status >= 500 => Some(format!("status {}", answer.status)),
        None if answer.headers.get("set-cookie").is_some_and(|set| set == "gcc=x") => Some("a cookie".to_owned()),
        None => None,
    }
}

#[tokio::test]
async fn what_is_typed_into_any_field_stays_text_on_every_page() {
    let desk = Desk::new().await;
    desk.held().await;
    let mut browsers = Vec::new();
    for who in [Who::Admin, Who::Operator, Who::Agency] {
        browsers.push((who, desk.sign_in(who).await));
    }
    browsers.push((Who::Nobody, Browser::new(&desk)));
    let find = |who: Who| &browsers.iter().find(|(whose, _)| *whose == who).expect("a browser").1;
    let (mut wrong, mut number) = (Vec::new(), 0);
    for form in FORMS {
        let browser = find(form.who);
        for (field, _) in form.fields {
            for text in hostile() {
                number += 1;
                let typed: Vec<(&str, String)> = form
                    .fields
                    .iter()
                    .map(|(name, good)| {
                        let good = good.replace('#', &number.to_string());
                        (*name, if name == field { text.clone() } else { good })
                    })
                    .collect();
                let typed: Vec<(&str, &str)> = typed.iter().map(|(name, text)| (*name, text.as_str())).collect();
                let answer = if form.method == "GET" {
                    if text.len() > 5_000 {
                        // no browser sends so long an address
                        continue;
                    }
                    let query = serde_urlencoded::to_string(&typed).expect("plain");
                    browser.open(&format!("{}?{query}", form.path)).await
                } else {
                    browser.submit(form.path, &typed).await
                };
                if let Some(fault) = fault(&answer) {
                    let text: String = text.chars().take(40).collect();
                    wrong.push(format!("{} {} {field}={text:?}: {fault}", form.method, form.path));
                }
            }
        }
    }
    for (who, page) in PAGES {
        let answer = find(*who).open(page).await;
        assert_eq!(answer.status, 200, "{page}");
        wrong.extend(fault(&answer).map(|fault| format!("{page}: {fault}")));
        for path in links(&answer.text, page) {
            let answer = find(*who).open(&path).await;
            assert_eq!(answer.status, 200, "{path}");
            wrong.extend(fault(&answer).map(|fault| format!("{path}: {fault}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let kept = desk.count("select count(*) from accounts where display_name like '%<script>%'").await;
    assert!(kept > 0, "a name that is only text was taken, and the pages were looked at with it");
}

/// The things that a list leads to.
fn links(html: &str, page: &str) -> Vec<String> {
    let begin = format!("href=\"{page}/");
    let found = html.match_indices(&begin).filter_map(|(at, _)| html[at + 6..].split('"').next());
    found.take(20).map(str::to_owned).collect()
}
