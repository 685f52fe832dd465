//! The states in which every page is looked at: nothing there yet, and everything there at once.

use std::io::Cursor;
use std::time::Duration;

use gcc_relay::domain::account::Role;
use gcc_relay::simulator::{ChannelChange, Fault, FaultRule, GroupEvent, Quota};
use serde_json::json;

use crate::browser::{Browser, PASSWORD};
use crate::crawl::crawl;
use crate::form_words::{Words, one_try};
use crate::forms::{self, Sender};
use crate::test_app::{Answer, TestApp, Who};

/// A page with the name of the scene it was seen in.
pub type Shown = (String, Answer);

/// Where people begin.
const PAGES: &[&str] = &[
    "/",
    "/heard",
    "/home?said=signed-out",
    "/docs",
    "/docs?q=nowhere",
    "/docs/examples",
    "/account",
    "/requests",
    "/coordinators",
    "/coordinators?show=missing",
    "/coordinators?show=history",
    "/coordinators/offices/lamphun-commerce",
    "/coordinators/offices/lamphun-commerce/form",
    "/coordinators/form",
    "/processing",
    "/establishment",
    "/establishment/offices/lamphun",
    "/accounts",
    "/accounts/new",
    "/accounts/invite?look=yes&office=lamphun",
    "/keys",
    "/audit",
    "/status",
    "/waiting",
    "/waiting/all",
    "/groups/lpn/settings",
    "/groups/cmi-far/settings",
    "/bulletins",
    "/bulletins?q=nowhere",
    "/bulletins/new",
    "/board",
    "/failures",
    "/channels",
    "/sign-in",
    "/b/nowhere",
    "/nowhere",
];

/// A name without a blank, as long as names are.
pub fn long_name(n: usize) -> String {
    "สำนักงานส่งเสริมการปกครองท้องถิ่น".repeat(3) + &n.to_string()
}

/// Looks at a page.
pub async fn look(shown: &mut Vec<Shown>, browser: &Browser<'_>, path: &str) {
    shown.push((path.to_owned(), browser.open(path).await));
}

/// Looks at pages.
pub async fn look_at_all(shown: &mut Vec<Shown>, browser: &Browser<'_>, paths: &[&str]) {
    for path in paths {
        look(shown, browser, path).await;
    }
}

/// All pages that somebody finds.
pub async fn walk(name: &str, browser: &Browser<'_>, of_a_kind: usize) -> Vec<Shown> {
    let found = crawl(browser, PAGES, of_a_kind).await;
    found.into_iter().map(|(path, answer)| (format!("{name} {path}"), answer)).collect()
}

/// Every form with something good in each field, with nothing in any, and with nonsense in all but what leads to it.
pub async fn answers_to_forms(app: &TestApp) -> Vec<Shown> {
    let people = [Who::Admin, Who::Steward, Who::Agency];
    let mut browsers = Vec::new();
    for who in people {
        browsers.push((who, app.sign_in(who).await));
    }
    let find = |who: Who| &browsers.iter().find(|(whose, _)| *whose == who).expect("a browser").1;
    let mut words = Words::new(app, find(Who::Admin)).await;
    let mut shown = Vec::new();
    for form in forms::all() {
        for with in ["good", "nothing", "nonsense"] {
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
                let good = with == "good" || matches!(*name, "seen" | "when" | "how");
                let text = if with == "nothing" { String::new() } else { "ก=".repeat(600) };
                typed.push((*name, if good { words.fill(value).await } else { text }));
            }
            let typed: Vec<(&str, &str)> = typed.iter().map(|(name, text)| (*name, text.as_str())).collect();
            let answer = if form.route.starts_with("GET ") {
                browser.open(&format!("{path}?{}", serde_urlencoded::to_string(&typed).expect("plain"))).await
            } else {
                browser.submit(&path, &typed).await
            };
            shown.push((format!("{} with {with}", form.route), answer));
        }
    }
    shown
}

/// Fills a desk with everything that pages can show; gives the bulletin that was held.
pub async fn fill(app: &TestApp) {
    for (n, group) in ["gcc1", "lpn", "lpn-com", "cmi", "cmi-far"].into_iter().enumerate() {
        app.patch(&Who::Admin, &format!("groups/{group}"), json!({ "name": long_name(n) })).await.expect(200);
    }
    let admin = app.sign_in(Who::Admin).await;
    let words = Words::new(app, &admin).await;
    // what went, was acknowledged, corrected, withdrawn, expired
    let went = app.relayed().await;
    for group in ["Clpn", "Clpncom"] {
        let tap = GroupEvent::Postback { member: 3, data: app.button(group), display_text: None };
        app.line().happen(group, tap).await.expect("a tap");
    }
    app.run().await;
    for more in [
        json!({ "kind": "correction", "about": went, "forwarding": "automatic" }),
        json!({ "kind": "drill", "urgency": "routine", "subject": long_name(7), "document_number": null, "document_date": null }),
        json!({ "kind": "test", "forwarding": "automatic", "document_date": null }),
        json!({ "expires_at": "2018-03-23T12:00:00Z", "links": [{ "label": "แนวทาง", "url": "https://www.example.org/" }] }),
        json!({ "attachments": [{ "image": words.known("image"), "alt": "แผนที่" }],
            "acknowledgement": { "requested": true, "due_at": "2018-03-30T09:30:00Z" } }),
    ] {
        let id = app.write_with(more).await;
        app.release(&id).await;
        app.run().await;
    }
    let withdrawn = app.relayed().await;
    let reason = json!({ "reason": long_name(8) });
    app.post(&Who::Admin, &format!("bulletins/{withdrawn}/withdraw"), reason).await.expect(200);
    // what went after an hour
    let late = app.held().await;
    app.after(Duration::from_hours(1)).await;
    app.post(&Who::Steward, &format!("bulletins/{late}/forward"), json!({ "into": "all" })).await.expect(200);
    app.run().await;
    // what failed, is not known, and was lost on the way
    app.faults([FaultRule::always(Fault::AcceptThenReset).group("Ccmicom").times(1)]);
    app.relayed().await;
    app.faults([FaultRule::always(Fault::Status { status: 413 }).group("Cmoi").times(1)]);
    app.line().remove_silently("Clpndist").expect("removed");
    app.relayed().await;
    app.faults([]);
    // what was over when its hour came, as nobody led then
    let hours = |hours: u64| app.now() + Duration::from_hours(hours);
    let overdue = app.write_with(json!({ "expires_at": hours(3) })).await;
    app.post(&Who::Admin, &format!("bulletins/{overdue}/publish"), json!({ "at": hours(2) })).await.expect(202);
    app.after(Duration::from_hours(24)).await;
    // a day is longer than a session
    let admin = app.sign_in(Who::Admin).await;
    // who stands in, and by which keys machines come
    let fields = [("title", "รองผู้ว่าราชการจังหวัดลำพูน"), ("from", "2018-03-24"), ("until", "2018-12-26"), ("name", "ก")];
    for (username, phone) in [("", ""), ("the-deputy", "1111")] {
        let mut fields = fields.to_vec();
        fields.extend([("username", username), ("phone", phone)]);
        admin.submit("/groups/lpn/deputies", &fields).await;
    }
    let key = app.key(Role::Agency, Some("lamphun")).await;
    let key = format!("select id::text from api_keys where prefix = '{}'", &key[5..13]);
    let key: String =
        sqlx::query_scalar(sqlx::AssertSqlSafe(key)).fetch_one(&mut *app.db().await).await.expect("a key");
    admin.submit(&format!("/keys/{key}/revoke"), &[]).await.location();
    // one coordinator after another, more than a list has on a page, and one that is to begin
    for _ in 0..52 {
        app.coordinator("lamphun-commerce").await;
    }
    let ahead = json!({ "office": "lamphun-commerce", "first_name": "สมศรี", "last_name": "ใจดี", "position": "นักวิชาการ",
        "affiliation": "กระทรวงพาณิชย์", "telephone": "053511192", "from": hours(48) });
    app.post(&Who::Agency, "coordinators", ahead).await.expect(201);
    // drafts: more than a page, and one that goes later
    for n in 0..27 {
        app.write_with(json!({ "subject": long_name(n), "body": "ความ\n\nความ" })).await;
    }
    let scheduled = app.write().await;
    let at = json!({ "at": "2019-01-01T00:00:00Z" });
    app.post(&Who::Admin, &format!("bulletins/{scheduled}/publish"), at).await.expect(202);
    // what waits, and goes by itself after a while
    app.patch(&Who::Steward, "groups/lpn", json!({ "forward_within": 90 })).await.expect(200);
    app.held().await;
    app.held().await;
    let one = app.held().await;
    app.post(&Who::Steward, &format!("bulletins/{one}/forward"), json!({ "into": "all" })).await.expect(200);
    app.run().await;
}

/// The channel stands still, with nothing left, and what went last waits.
pub async fn stop(app: &TestApp) {
    let change = ChannelChange { quota: Some(Quota::Limited(0)), ..ChannelChange::default() };
    app.line().change_channel("gcc", change).expect("changed");
    app.after(Duration::from_hours(2)).await;
    app.relayed().await;
}

/// The simulated telephones: the list of chats, found and not, and a chat with the account and one without.
pub async fn chats(app: &TestApp) -> Vec<Shown> {
    app.line().remove_silently("Clpndist").expect("removed");
    let mut shown = Vec::new();
    for path in ["/", "/?tier=2", "/?q=nowhere", "/groups/Clpn", "/groups/Clpndist"] {
        let answer = app.send(reqwest::Client::new().get(format!("{}{path}", app.simulator.url()))).await;
        shown.push((format!("chats {path}"), answer));
    }
    shown
}

/// A picture's bytes.
pub fn picture() -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(60, 40).write_to(&mut png, image::ImageFormat::Png).expect("a picture");
    png.into_inner()
}

/// What people meet on their way in: the TOTP code, the link, the second device.
pub async fn sign_in_pages(app: &TestApp) -> Vec<Shown> {
    let mut shown = Vec::new();
    let admin = app.sign_in(Who::Admin).await;
    let invited = [("username", "the-invited"), ("name", "ผู้รับเชิญ"), ("role", "approver")];
    let made = admin.submit("/accounts/new", &invited).await;
    let link = made.text.split("/welcome/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link").to_owned();
    let guest = Browser::new(app);
    let path = format!("/welcome/{link}");
    shown.push(("the link".to_owned(), made));
    shown.push(("welcome".to_owned(), guest.open(&path).await));
    shown.push((
        "welcome, two passwords".to_owned(),
        guest.submit(&path, &[("password", PASSWORD), ("again", "x")]).await,
    ));
    let setup = guest.submit(&path, &[("password", PASSWORD), ("again", PASSWORD)]).await;
    shown.push(("after welcome".to_owned(), setup));
    shown.push(("a form of nobody".to_owned(), Browser::new(app).submit("/keys", &[("name", "ก")]).await));
    let approver = app.sign_in_with_code(Who::Approver).await;
    shown.push(("codes".to_owned(), approver.open("/account").await));
    let again = Browser::new(app);
    let fields = [
        ("username", "the-approver"),
        ("password", PASSWORD),
        ("next", "/home"),
        ("pending_form", "{\"path\":\"/keys\",\"fields\":[]}"),
    ];
    shown.push(("the second time".to_owned(), again.submit("/sign-in", &fields).await));
    let pending_form = Browser::new(app);
    let fields = [
        ("username", "the-admin"),
        ("password", PASSWORD),
        ("pending_form", "{\"path\":\"/keys\",\"fields\":[[\"name\",\"ก\"]]}"),
    ];
    shown.push(("typed before".to_owned(), pending_form.submit("/sign-in", &fields).await));
    let codes = [("old", PASSWORD)];
    shown.push(("new codes".to_owned(), approver.submit("/account/codes", &codes).await));
    let invite = [("office", "lamphun"), ("deputies", ""), ("again", ""), ("form", "slips")];
    for confirmed in ["0", "1", "2", "3", "4"] {
        let mut fields = invite.to_vec();
        fields.push(("confirmed", confirmed));
        shown.push(("invitations".to_owned(), admin.submit("/accounts/invite", &fields).await));
    }
    shown
}
