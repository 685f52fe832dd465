//! What the `{words}` in the [table of forms](crate::forms_table) stand for, and whose browser sends a form.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::time::Duration;

use gcc_relay::domain::account::Role;
use gcc_relay::domain::actor::Actor;
use gcc_relay::domain::right::Right;
use gcc_relay::offices::read_back::make_code;
use gcc_relay::store::offices::find_office;
use serde_json::json;

use crate::browser::{Browser, PASSWORD, hidden_in};
use crate::forms::{Form, Sender};
use crate::test_app::{TestApp, Who};

/// What the words in the table of forms stand for.
pub struct Words<'a> {
    app: &'a TestApp,
    admin: &'a Browser<'a>,
    /// What is made once.
    known: BTreeMap<&'static str, String>,
    /// The draft that the last path was about.
    draft: String,
    /// The try's.
    pub number: usize,
}

impl<'a> Words<'a> {
    pub async fn new(app: &'a TestApp, admin: &'a Browser<'a>) -> Self {
        let known = make_known(app, admin).await;
        Self { app, admin, known, draft: String::new(), number: 0 }
    }

    /// What was made once under this name.
    pub fn known(&self, word: &str) -> &str {
        &self.known[word]
    }

    /// A text with something in place of its `{word}`.
    pub async fn fill(&mut self, text: &str) -> String {
        let text = text.replace('#', &self.number.to_string());
        let Some((before, rest)) = text.split_once('{') else { return text };
        let (word, after) = rest.split_once('}').expect("a whole word");
        format!("{before}{}{after}", self.find(word).await)
    }

    async fn find(&mut self, word: &str) -> String {
        match word {
            "fresh" => self.app.held().await,
            "released" => {
                let id = self.app.write().await;
                self.app.release(&id).await;
                id
            }
            "draft" => {
                self.draft = self.app.write().await;
                self.draft.clone()
            }
            "submitted" => {
                let id = self.app.write().await;
                self.app.post(&Who::Admin, &format!("bulletins/{id}/submit"), json!({})).await.expect(200);
                id
            }
            "scheduled" => {
                let (id, at) = (self.app.write().await, self.app.now() + Duration::from_hours(24));
                self.app.post(&Who::Admin, &format!("bulletins/{id}/publish"), json!({ "at": at })).await.expect(202);
                id
            }
            "deputy" => {
                let until = self.app.now() + Duration::from_hours(24);
                let body = json!({ "title": "รองผู้ว่าราชการจังหวัด", "until": until });
                self.app.post(&Who::Admin, "groups/lpn/deputies", body).await.expect(201);
                self.app.texts("select max(id)::text from stewards").await.remove(0)
            }
            "received" => {
                let letter = json!({ "office": "lamphun", "subject": "เรื่อง" });
                let made = self.app.post(&Who::Admin, "register", letter).await.expect(201);
                made["id"].as_str().expect("an id").to_owned()
            }
            "sent" => self.app.submission("lamphun-commerce", &[]).await,
            "proposed" => self.app.submission("lamphun-commerce", &["propose"]).await,
            "returned" => self.app.submission("lamphun-commerce", &["return"]).await,
            "file" => self.file().await,
            "accepted" => self.accepted().await,
            "spread picture" => self.spread_picture().await,
            "profile version" => {
                self.app.texts("select coalesce(max(version), 0)::text from office_profiles").await.remove(0)
            }
            "report" => self.app.establishment_report("lamphun").await,
            "coordinator" => self.app.coordinator("lamphun-commerce").await,
            "request" => self.app.request_to("lamphun-commerce").await,
            "asking draft" => {
                let asked = json!([{ "kind": "for_information", "text": "เพื่อทราบ" }]);
                self.app.write_with(json!({ "requests": asked })).await
            }
            "later" => {
                self.app.clock.advance(Duration::from_secs(1));
                String::new()
            }
            "version of cmi-com" => hidden_in(&self.admin.open("/groups/cmi-com/edit").await.text, "version"),
            "version of lpn" => hidden_in(&self.admin.open("/groups/lpn/edit").await.text, "version"),
            "successor" => self.app.successor().await,
            "spare" => self.app.spare_group(self.number).await,
            "retired" => {
                let code = self.app.spare_group(self.number).await;
                self.app.patch(&Who::Admin, &format!("groups/{code}"), json!({ "retired": true })).await.expect(200);
                code
            }
            "read-back code" => self.read_back_code().await,
            "spread" => {
                let body = json!({ "bulletin_id": self.known["held"], "office": "lamphun", "medium": "website", "area": "51" });
                let made = self.app.post(&Who::Admin, "disseminations", body).await.expect(201);
                made["id"].as_str().expect("an id").to_owned()
            }
            "seen" => {
                let page = self.admin.open(&format!("/bulletins/{}/publish", self.draft)).await;
                let seen = page.text.split(r#"name="seen" value=""#).nth(1).expect("what was seen");
                seen.split('"').next().expect("an end").to_owned()
            }
            "person" => {
                let name = format!("person-{}", self.number);
                self.app.account_called(&name, Role::Operator, None).await;
                name
            }
            "link" => {
                let name = format!("guest-{}", self.number);
                let fields = [("username", name.as_str()), ("name", "ผู้รับเชิญ"), ("role", "operator")];
                let made = self.admin.submit("/accounts/new", &fields).await;
                made.text.split("/welcome/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link").to_owned()
            }
            _ => self.known.get(word).unwrap_or_else(|| panic!("{word} is not known")).clone(),
        }
    }

    /// A picture that was uploaded, always the same.
    async fn file(&self) -> String {
        crate::submissions::file(self.app, &Who::Steward, &crate::submissions::infographic(90, 120, 1)).await
    }

    /// A submission with that picture, which was accepted.
    async fn accepted(&self) -> String {
        let sent = json!({ "office": "lamphun-commerce", "files": [{ "file": self.file().await, "alt": "ลำไย" }] });
        // nobody checks what they sent themselves
        let made = self.app.post(&Who::Steward, "submissions", crate::submissions::material(sent)).await.expect(201);
        let id = made["id"].as_str().expect("an id").to_owned();
        for step in ["propose", "accept"] {
            self.app.post(&Who::Admin, &format!("submissions/{id}/{step}"), json!({})).await.expect(200);
        }
        id
    }

    /// Where that picture is as one of a record of dissemination.
    async fn spread_picture(&self) -> String {
        let picture = self.file().await;
        let body = json!({ "bulletin_id": self.known["held"], "office": "lamphun", "medium": "website", "area": "51",
            "pictures": [picture] });
        let made = self.app.post(&Who::Admin, "disseminations", body).await.expect(201);
        format!("{}/pictures/{picture}", made["id"].as_str().expect("an id"))
    }

    /// A code for the villages of a subdistrict that has none yet.
    async fn read_back_code(&self) -> String {
        let id = self.app.held().await;
        let office = find_office(&mut *self.app.db().await, "lamphun").await.expect("a query").expect("an office").id;
        let (right, area) = (Right::whole(Actor::COMMAND_LINE), "510102".parse().expect("a place"));
        let bulletin = id.parse().expect("an id");
        let mut db = self.app.db().await;
        make_code(&mut db, &right, office, bulletin, &area, self.app.now()).await.expect("a code").to_string()
    }
}

/// Makes what is needed once.
async fn make_known(app: &TestApp, admin: &Browser<'_>) -> BTreeMap<&'static str, String> {
    let held = app.held().await;
    let lost = app.delivery_of(&held, "cmi-far").await;
    let declined = app.held().await;
    let body = json!({ "into": ["lpn"], "reason": "ไม่เกี่ยวข้อง" });
    app.post(&Who::Steward, &format!("bulletins/{declined}/decline"), body).await.expect(200);
    let mut png = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(60, 40).write_to(&mut png, image::ImageFormat::Png).expect("a picture");
    let sent = admin.submit_with_file("/bulletins/image", &[], "file", &png.into_inner()).await;
    let image = sent.text.split(r#"name="image" value=""#).nth(1).expect("a picture");
    let image = image.split('"').next().expect("an end").to_owned();
    let draft = app.write().await;
    app.account_called("the-other", Role::Operator, None).await;
    let account = app.texts("select id::text from accounts where username = 'the-other'").await.remove(0);
    BTreeMap::from([
        ("spare channel", app.spare_channel(0).await),
        ("held", held),
        ("lost", lost),
        ("declined", declined),
        ("image", image),
        ("a draft", draft),
        ("account", account),
        ("no_passkey", uuid::Uuid::nil().to_string()),
    ])
}

/// A browser that is used for one try only, somewhere else each time, as an address may only begin so often.
pub async fn one_try<'a>(app: &'a TestApp, form: &Form, number: usize) -> Browser<'a> {
    let browser = Browser::from_address(app, &format!("127.1.{}.{}", number / 256, number % 256));
    let role = match form.sender {
        Sender::NewOperator => Role::Operator,
        Sender::AwaitingCode => Role::Approver,
        Sender::NotSignedIn | Sender::SignedIn(_) => return browser,
    };
    let name = format!("newcomer-{number}");
    app.account_called(&name, role, None).await;
    browser.submit("/sign-in", &[("username", &name), ("password", PASSWORD)]).await;
    if form.path == "/account/codes/confirm" {
        browser.submit("/account/codes", &[("old", PASSWORD)]).await;
    }
    browser
}
