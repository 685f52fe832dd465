//! The desk for tests of the web: a [`TestRelay`] and the real router on a real socket, with a key for every role.
//!
//! Requests are real HTTP. The simulator's webhooks come in at the same socket, so that a tap in a chat goes the
//! whole way: hook, database, and with [`TestRelay::run`] the counts. A path without a leading slash is below `/api/v1/`.

use std::future::pending;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gcc_relay::domain::account::Role;
use gcc_relay::domain::actor::Actor;
use gcc_relay::domain::api_key::ApiKeySecret;
use gcc_relay::domain::bulletin::Approval;
use gcc_relay::domain::ids::ApiKeyId;
use gcc_relay::domain::right::Right;
use gcc_relay::domain::time::Timestamp;
use gcc_relay::files::FileStore;
use gcc_relay::files::drawing::Drawer;
use gcc_relay::files::store::{Place, SizeLimits};
use gcc_relay::relay::channels::{self, NewChannel};
use gcc_relay::relay::inbound_wake::InboundWake;
use gcc_relay::relay::line_check::LineCheck;
use gcc_relay::relay::settings::Settings;
use gcc_relay::simulator::ChannelChange;
use gcc_relay::store::api_keys::{ApiKey, insert_key};
use gcc_relay::store::offices::find_office;
use gcc_relay::web::{
    App, Bounds, CallerLimits, Edge, ProxyHeader, Rules, Services, SignInServices, TrustedProxies, router, serve,
};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::oidc_provider::TestProvider;
use crate::test_relay::TestRelay;

/// The largest body that the test app reads, in bytes: room for the longest bulletin.
pub const BODY_LIMIT: usize = 200_000;

/// How signing in behaves at the test app: only approvers need a TOTP code.
pub const RULES: Rules = Rules {
    idle: Duration::from_hours(2),
    longest: Duration::from_hours(12),
    remembered: Duration::from_hours(30 * 24),
    link_lifetime: Duration::from_hours(7 * 24),
};

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Admin,
    Publisher,
    Approver,
    /// Of the office `lamphun`: it answers for the group `lpn`, and sees what is below it.
    Steward,
    Operator,
    /// Of the office `lamphun-commerce`, whose only group is `lpn-com`.
    Agency,
    /// Of the office `lamphun`, like the steward.
    Coordinator,
    /// Somebody without a key.
    Nobody,
}

impl Who {
    /// All, in the order in which tables list them.
    pub const ALL: [Self; 8] = [
        Self::Admin,
        Self::Publisher,
        Self::Approver,
        Self::Steward,
        Self::Operator,
        Self::Agency,
        Self::Coordinator,
        Self::Nobody,
    ];

    pub fn role(self) -> Option<(Role, Option<&'static str>)> {
        Some(match self {
            Self::Admin => (Role::Admin, None),
            Self::Publisher => (Role::Publisher, None),
            Self::Approver => (Role::Approver, None),
            Self::Steward => (Role::Steward, Some("lamphun")),
            Self::Operator => (Role::Operator, None),
            Self::Agency => (Role::Agency, Some("lamphun-commerce")),
            Self::Coordinator => (Role::Coordinator, Some("lamphun")),
            Self::Nobody => return None,
        })
    }
}

/// What a request carries to say who makes it.
pub trait Caller {
    /// The key; none = nobody's.
    fn key<'a>(&'a self, app: &'a TestApp) -> Option<&'a str>;
}

impl Caller for Who {
    fn key<'a>(&'a self, app: &'a TestApp) -> Option<&'a str> {
        app.keys[*self as usize].as_deref()
    }
}

impl Caller for String {
    fn key<'a>(&'a self, _: &'a TestApp) -> Option<&'a str> {
        Some(self)
    }
}

/// A test relay with its web served over HTTP.
pub struct TestApp {
    pub relay: TestRelay,
    pub web_app: App,
    /// What webhooks wake.
    pub inbound: InboundWake,
    pub url: String,
    /// Where uploaded files are.
    pub files: TempDir,
    http: Client,
    keys: Vec<Option<String>>,
}

impl Deref for TestApp {
    type Target = TestRelay;

    fn deref(&self) -> &TestRelay {
        &self.relay
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON, of an answer that must have this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// The problem, which must be one in every respect.
    #[track_caller]
    pub fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("cache-control"), "no-store");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        for field in ["type", "title", "detail", "instance"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field} in {problem}");
        }
        problem
    }

    /// The last part of a problem's type.
    #[track_caller]
    pub fn problem_name(&self, status: u16) -> String {
        let problem = self.problem(status);
        problem["type"].as_str().and_then(|kind| kind.rsplit(':').next()).expect("a type").to_owned()
    }

    /// The pointers of the fields at fault.
    #[track_caller]
    pub fn pointers(&self, status: u16) -> Vec<String> {
        let problem = self.problem(status);
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["pointer"].as_str().expect("a pointer").to_owned()).collect()
    }
}

/// The largest picture, video and document that the test app takes, in bytes.
pub const FILE_LIMITS: SizeLimits =
    SizeLimits { image: 400_000, video: 300_000, document: 200_000, account: 20_000_000 };

fn open_files(folder: &Path) -> FileStore {
    let files = FileStore::open(&Place::Folder(folder.to_owned()), FILE_LIMITS).expect("a store of files");
    files.drawing(Drawer::new(env!("CARGO_BIN_EXE_gcc-relay").into()))
}

/// A stream of server-sent events.
pub struct Events {
    answer: reqwest::Response,
    text: String,
    rest: Vec<u8>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: String,
    pub data: String,
}

impl Event {
    /// The data as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).expect("JSON")
    }
}

impl Events {
    /// The stream that an answer carries.
    pub fn of(answer: reqwest::Response, path: &str) -> Self {
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { answer, text: String::new(), rest: Vec::new() }
    }

    /// The next event; none when the stream has ended.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let lines = block.lines().filter_map(|line| line.strip_prefix(name));
                    lines.map(str::trim_start).collect::<Vec<_>>().join("\n")
                };
                let event = Event { id: field("id:"), data: field("data:") };
                let rest = rest.to_owned();
                self.text = rest;
                if event.data.is_empty() {
                    continue;
                }
                return Some(event);
            }
            let chunk = self.answer.chunk().await.ok().flatten()?;
            // a chunk may end in the middle of a letter
            self.rest.extend_from_slice(&chunk);
            let whole = match std::str::from_utf8(&self.rest) {
                Ok(text) => text.len(),
                Err(error) => error.valid_up_to(),
            };
            let begun = self.rest.split_off(whole);
            self.text.push_str(std::str::from_utf8(&self.rest).expect("whole letters"));
            self.rest = begun;
        }
    }
}

/// The site for which passkeys are made.
pub const SITE: &str = "http://localhost:8080";

/// How people sign in at the test app.
pub fn people() -> SignInServices {
    SignInServices::new(RULES, vec![Role::Approver], SITE)
}

impl TestApp {
    /// The small tree, served, with LINE's webhooks coming in.
    pub async fn new() -> Self {
        Self::on(TestRelay::new().await).await
    }

    /// The same where a second person has to approve a bulletin.
    pub async fn with_approval() -> Self {
        let mut relay = TestRelay::new().await;
        let mut settings = (*relay.engine.settings).clone();
        settings.bulletins.approval = Approval::SecondPerson;
        relay.engine.settings = Arc::new(settings);
        Self::on(relay).await
    }

    /// The same with another address for what links in messages start with.
    pub async fn public_at(url: &str) -> Self {
        let mut relay = TestRelay::new().await;
        relay.engine.settings = Arc::new(Settings { public_url: url.to_owned(), ..(*relay.engine.settings).clone() });
        Self::on(relay).await
    }

    /// The same, with sign-in at a provider, which may count as the second step too.
    pub async fn with_provider(counts_as_second: bool) -> (Self, TestProvider) {
        let relay = TestRelay::new().await;
        let provider = TestProvider::start(&relay.clock).await;
        let offer = |url: &str| people().signing_in_at(provider.offered(url, counts_as_second));
        let app = Self::served_by(relay, Duration::from_nanos(1), CallerLimits::default(), offer).await;
        (app, provider)
    }

    /// The same at an address without a name, to which browsers offer no passkeys.
    pub async fn without_passkeys() -> Self {
        let nameless = |url: &str| SignInServices::new(RULES, vec![Role::Approver], url);
        Self::served_by(TestRelay::new().await, Duration::from_nanos(1), CallerLimits::default(), nameless).await
    }

    /// The same, remembering for so long what is answered from memory.
    pub async fn remembering(span: Duration) -> Self {
        Self::served(TestRelay::new().await, span, CallerLimits::default()).await
    }

    /// The same, granting so much to each key and session.
    pub async fn limited(limits: CallerLimits) -> Self {
        Self::served(TestRelay::new().await, Duration::from_nanos(1), limits).await
    }

    /// A test relay that is served; nothing is answered from memory, as a test changes and looks at once.
    pub async fn on(relay: TestRelay) -> Self {
        Self::served(relay, Duration::from_nanos(1), CallerLimits::default()).await
    }

    async fn served(relay: TestRelay, status_cache: Duration, limits: CallerLimits) -> Self {
        Self::served_by(relay, status_cache, limits, |_| people()).await
    }

    async fn served_by(
        relay: TestRelay,
        status_cache: Duration,
        limits: CallerLimits,
        people: impl FnOnce(&str) -> SignInServices,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let engine = &relay.engine;
        let files = tempfile::tempdir().expect("a folder");
        // a test may say with `X-Forwarded-For` from where it comes
        let proxies = TrustedProxies::new(&["127.0.0.1/32".parse().expect("a network")], ProxyHeader::XForwardedFor);
        let edge = Edge {
            body_limit: BODY_LIMIT,
            request_timeout: Duration::from_secs(75),
            upload_timeout: Duration::from_mins(15),
            status_cache,
            private_metrics: false,
            secure: false,
            proxies: proxies.clone(),
            limits,
        };
        let app = App::new(
            engine.db.clone(),
            engine.clock.clone(),
            Arc::clone(&engine.settings),
            Arc::clone(&engine.sealing),
            edge,
            Services {
                metrics: Arc::new(|| "gcc_relay_up 1\n".to_owned()),
                people: people(&url),
                files: open_files(files.path()),
            },
        );
        let inbound = InboundWake::default();
        let line_check = LineCheck::new(engine.db.clone(), engine.line.clone(), Arc::clone(&engine.sealing));
        let app = app.waking(inbound.clone()).asking(line_check);
        tokio::spawn(serve(listener, router(&app), Bounds::default(), proxies, pending()));
        let webhook = Some(format!("{url}/line/webhook/gcc"));
        relay.line().change_channel("gcc", ChannelChange { webhook, ..ChannelChange::default() }).expect("a webhook");
        let mut app = Self { relay, web_app: app, inbound, url, files, http: Client::new(), keys: Vec::new() };
        for who in Who::ALL {
            let key = match who.role() {
                Some((role, office)) => Some(app.key(role, office).await),
                None => None,
            };
            app.keys.push(key);
        }
        app
    }

    /// One more node that serves the same database; gives its address.
    pub async fn serve_again(&self) -> String {
        self.serve_again_by(|_| people()).await
    }

    /// The same with sign-in at a provider.
    pub async fn serve_again_by(&self, people: impl FnOnce(&str) -> SignInServices) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (engine, app) = (&self.relay.engine, &self.web_app);
        let app = App::new(
            engine.db.clone(),
            engine.clock.clone(),
            Arc::clone(&engine.settings),
            Arc::clone(&engine.sealing),
            app.edge.clone(),
            Services { metrics: Arc::clone(&app.metrics), people: people(&url), files: app.files.clone() },
        );
        let proxies = self.web_app.edge.proxies.clone();
        tokio::spawn(serve(listener, router(&app), Bounds::default(), proxies, pending()));
        url
    }

    /// A new key, for an office's part of the tree or the whole of it.
    pub async fn key(&self, role: Role, office: Option<&str>) -> String {
        self.make_key(role.as_str(), role, office, None, &[]).await
    }

    /// A new key for the whole tree that ends by itself, or works from these networks only.
    pub async fn key_with(&self, role: Role, expires_at: Option<Timestamp>, networks: &[&str]) -> String {
        self.make_key(role.as_str(), role, None, expires_at, networks).await
    }

    async fn make_key(
        &self,
        name: &str,
        role: Role,
        office: Option<&str>,
        expires_at: Option<Timestamp>,
        networks: &[&str],
    ) -> String {
        let (secret, prefix, sha256) = ApiKeySecret::generate();
        let mut db = self.db().await;
        let office = match office {
            Some(code) => Some(find_office(&mut db, code).await.expect("a query").expect("an office")),
            None => None,
        };
        let key = ApiKey {
            id: ApiKeyId::new(self.now()),
            name: name.to_owned(),
            role,
            office_id: office.as_ref().map(|office| office.id),
            office: office.map(|office| office.code),
            prefix,
            key_sha256: sha256.to_vec(),
            created_at: self.now(),
            last_used_at: None,
            revoked_at: None,
            expires_at,
            networks: networks.iter().map(|network| (*network).to_owned()).collect(),
        };
        insert_key(&mut db, &key).await.expect("a key");
        secret.expose_secret().to_owned()
    }

    /// An open alert about the group of Lamphun; gives its number.
    pub async fn open_alert(&self) -> i64 {
        let insert =
            "insert into group_alerts (group_id, kind, since) select id, 'shrunk', now() from groups where code = 'lpn'
            on conflict (group_id, kind) where cleared_at is null do update set since = now() returning id";
        sqlx::query_scalar(insert).fetch_one(&mut *self.db().await).await.expect("an alert")
    }

    /// A webhook event that was set aside; gives its number.
    pub async fn event_set_aside(&self) -> i64 {
        let insert = "insert into webhook_events (channel_id, event_id, kind, line_group_id, occurred_at, received_at,
                failed_at, failed_because)
            values ($1, gen_random_uuid()::text, 'leave', 'Cmoi', $2, $2, $2, 'the database''s rule of the test')
            returning id";
        let query = sqlx::query_scalar(insert).bind(self.channel.0).bind(self.now());
        query.fetch_one(&mut *self.db().await).await.expect("an event")
    }

    /// The address of a path.
    pub fn at(&self, path: &str) -> String {
        if path.starts_with('/') { format!("{}{path}", self.url) } else { format!("{}/api/v1/{path}", self.url) }
    }

    /// A request with the caller's key, to be given more before it is sent.
    pub fn request(&self, who: &impl Caller, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, self.at(path));
        match who.key(self) {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    /// Sends a request and reads the answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let endless = headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let text = if endless { String::new() } else { answer.text().await.expect("text") };
        Answer { status, headers, text }
    }

    pub async fn call(&self, who: &impl Caller, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = self.request(who, method, path);
        self.send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    pub async fn get(&self, who: &impl Caller, path: &str) -> Answer {
        self.call(who, Method::GET, path, None).await
    }

    pub async fn post(&self, who: &impl Caller, path: &str, body: Value) -> Answer {
        self.call(who, Method::POST, path, Some(&body)).await
    }

    pub async fn patch(&self, who: &impl Caller, path: &str, body: Value) -> Answer {
        self.call(who, Method::PATCH, path, Some(&body)).await
    }

    pub async fn delete(&self, who: &impl Caller, path: &str) -> Answer {
        self.call(who, Method::DELETE, path, None).await
    }

    /// Follows what a path streams.
    pub async fn follow(&self, who: &impl Caller, path: &str) -> Events {
        Events::of(self.request(who, Method::GET, path).send().await.expect("an answer"), path)
    }

    /// A draft of the plain letter; gives its id.
    pub async fn write(&self) -> String {
        self.write_with(json!({})).await
    }

    /// A draft of the plain letter with `more` in it; gives its id.
    pub async fn write_with(&self, more: Value) -> String {
        let made = self.post(&Who::Admin, "bulletins", letter(more)).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Publishes a draft.
    pub async fn release(&self, id: &str) {
        self.post(&Who::Admin, &format!("bulletins/{id}/publish"), json!({})).await.expect(202);
    }

    /// A published bulletin that has gone as far as it can: it is held at `lpn`, and `cmi-far` is out of reach.
    pub async fn held(&self) -> String {
        let id = self.write().await;
        self.release(&id).await;
        self.run().await;
        id
    }

    /// A published bulletin that went through every group by itself.
    pub async fn relayed(&self) -> String {
        let id = self.write_with(json!({ "forwarding": "automatic" })).await;
        self.release(&id).await;
        self.run().await;
        id
    }

    /// What an office sent upward, with these steps taken; gives the id.
    pub async fn submission(&self, office: &str, steps: &[&str]) -> String {
        let sent = json!({ "office": office, "topic": "farmers", "title": "ลำไยขายได้ราคาดี", "outcome": "ราคาเพิ่มขึ้น" });
        // nobody checks what they sent themselves
        let sender = self.make_key("sender", Role::Operator, None, None, &[]).await;
        let made = self.post(&sender, "submissions", sent).await.expect(201);
        let id = made["id"].as_str().expect("an id").to_owned();
        for step in steps {
            let body = if *step == "return" {
                json!({ "reason": "โปรดระบุตัวเลข" })
            } else {
                json!({})
            };
            self.post(&Who::Admin, &format!("submissions/{id}/{step}"), body).await.expect(200);
        }
        id
    }

    /// A new coordinator of an office, between two seconds of the clock; gives the id.
    pub async fn coordinator(&self, office: &str) -> String {
        self.clock.advance(Duration::from_secs(1));
        let coordinator = json!({
            "office": office, "first_name": "สมชาย", "last_name": "ใจดี", "position": "นักวิชาการคอมพิวเตอร์",
            "telephone": "๐-๕๓๕๑-๑๑๙๒ ต่อ ๑๒", "mobile": "๐๘๑ ๒๓๔ ๕๖๗๘", "email": "somchai@example.go.th", "line_id": "somchai.j",
        });
        let made = self.post(&Who::Admin, "coordinators", coordinator).await.expect(201);
        self.clock.advance(Duration::from_secs(1));
        made["id"].as_str().expect("an id").to_owned()
    }

    /// A new report of an office on its groups, which has gone out in no way yet; gives the id.
    pub async fn establishment_report(&self, office: &str) -> String {
        let made = self.post(&Who::Admin, &format!("establishment/{office}/reports"), json!({})).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Who takes over at `lpn` on the first of October, in place of whoever was to; gives the number.
    pub async fn successor(&self) -> String {
        self.texts("with gone as (delete from steward_successors returning 1) select 'gone' from gone").await;
        let term = json!({ "title": "ผู้ว่าราชการจังหวัดลำพูน", "name": "สมหญิง", "from": "2018-10-01T00:00:00+07:00" });
        self.post(&Who::Admin, "groups/lpn/stewards", term).await.expect(201);
        self.texts("select max(id)::text from steward_successors").await.remove(0)
    }

    /// A new channel that LINE does not know; gives its code.
    pub async fn spare_channel(&self, number: usize) -> String {
        let code = format!("spare-{number}");
        let parsed = code.parse().expect("a code");
        let (secret, token) = ("a-secret".to_owned().into(), "a-token".to_owned().into());
        let new = NewChannel { code: &parsed, name: "สำรอง", secret: &secret, token: &token, rate: 100 };
        let right = Right::whole(Actor::COMMAND_LINE);
        let mut tx = self.engine.db.begin().await.expect("a transaction");
        channels::add(&mut tx, &right, &self.engine.sealing, &new, self.now()).await.expect("a channel");
        tx.commit().await.expect("committed");
        code
    }

    /// A new group of Lamphun, with nothing below it; gives its code.
    pub async fn spare_group(&self, number: usize) -> String {
        let code = format!("lpn-spare-{number}");
        let group = json!({ "code": code, "parent": "lpn", "name": "GCC3-ลพ-สำรอง", "office": "lamphun" });
        self.post(&Who::Admin, "groups", group).await.expect(201);
        code
    }

    /// What a new bulletin asks of an office; gives the number of the request.
    pub async fn request_to(&self, office: &str) -> String {
        let asked = json!([{ "kind": "disseminate", "text": "เผยแพร่ต่อประชาชนทุกภาคส่วน", "due_in_working_days": 1 }]);
        let id = self.write_with(json!({ "requests": asked })).await;
        self.release(&id).await;
        let list = self.get(&Who::Admin, &format!("requests?bulletin={id}&office={office}")).await.expect(200);
        list["items"][0]["id"].to_string()
    }

    /// The id of a bulletin's delivery for a group.
    pub async fn delivery_of(&self, bulletin: &str, group: &str) -> String {
        let found = self.get(&Who::Admin, &format!("bulletins/{bulletin}/deliveries?group={group}")).await.expect(200);
        found["items"][0]["id"].as_str().expect("a delivery").to_owned()
    }

    /// The data of the รับทราบ button in the last bulletin that LINE accepted in a group.
    pub fn button(&self, line_group: &str) -> String {
        let accepted = self.line().accepted(Some(line_group));
        let messages = self.line().messages(&accepted.last().expect("a message").messages_hash).expect("bytes");
        let messages: Value = serde_json::from_str(&messages).expect("JSON");
        find_postback(&messages).expect("a button").to_owned()
    }

    /// A fingerprint of all that people work on: the same before and after means that nothing changed.
    pub async fn fingerprint(&self) -> Vec<Option<String>> {
        let mut prints = Vec::new();
        let mut db = self.db().await;
        for table in [
            "bulletins",
            "images",
            "messages",
            "deliveries",
            "batches",
            "progress",
            "groups",
            "channels",
            "join_codes",
            "bindings",
            "binding_codes",
            "webhook_events",
            "acknowledgements",
            "heard_messages",
            "heard_cards",
            "coordinators",
            "office_requests",
            "establishment_marks",
            "establishment_reports",
            "establishment_sendings",
            "establishment_mails",
            "idempotency_keys",
            "audit",
        ] {
            let query = format!("select md5(string_agg(t::text, ' ' order by t::text)) from {table} t");
            let print = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(&mut *db).await;
            prints.push(print.expect("a fingerprint"));
        }
        prints
    }

    /// The rows of all tables in which `text` stands, each with its table.
    pub async fn rows_containing(&self, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let tables = "select oid::regclass::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')";
        for table in self.texts(tables).await {
            let query = format!("select '{table}: ' || t::text from {table} t where strpos(t::text, $1) > 0");
            let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
                .bind(text)
                .fetch_all(&mut *self.db().await)
                .await
                .expect("rows");
            found.extend(rows);
        }
        found
    }

    /// Asks the database for texts.
    pub async fn texts(&self, query: &'static str) -> Vec<String> {
        sqlx::query_scalar(query).fetch_all(&mut *self.db().await).await.expect("texts")
    }

    /// Asks the database for one number.
    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&mut *self.db().await).await.expect("a number")
    }
}

/// The plain letter with `more` in it.
pub fn letter(more: Value) -> Value {
    let mut letter = json!({
        "subject": "การปฏิบัติการสื่อสารงานของรัฐบาล",
        "body": "ด้วยสำนักนายกรัฐมนตรีได้จัดประชุมหารือแนวทางการสื่อสารงานของรัฐบาล",
        "urgency": "most_urgent",
        "document_number": "ที่ มท ๐๒๐๖.๒/ว ๑๖๒๐",
        "document_date": "๒๓ มีนาคม ๒๕๖๑",
    });
    put_in(&mut letter, more);
    letter
}

/// Puts the fields of one object into another.
pub fn put_in(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}

fn find_postback(value: &Value) -> Option<&str> {
    match value {
        Value::Object(object) if object.get("type").is_some_and(|kind| kind == "postback") => object["data"].as_str(),
        Value::Object(object) => object.values().find_map(find_postback),
        Value::Array(items) => items.iter().find_map(find_postback),
        _ => None,
    }
}
