//! A browser without a screen: keeps cookies, sends forms as browsers send them, and does not follow redirects by
//! itself, so that a test sees each step.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{LazyLock, Mutex};

use gcc_relay::domain::account::Role;
use gcc_relay::domain::credentials::{Password, Username};
use gcc_relay::domain::ids::AccountId;
use gcc_relay::store::accounts::{NewAccount, find_account, insert_account, update_password};
use gcc_relay::store::offices::find_office;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};

use crate::test_app::{Answer, Events, TestApp, Who};

/// Everybody's password.
pub const PASSWORD: &str = "a-long-sentence-of-four";

/// Hashed once: it takes as long as it should.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let username: Username = "nobody".parse().expect("a name");
    Password::new(PASSWORD.to_owned().into(), &username).expect("a good password").hash().as_str().to_owned()
});

/// The value of a hidden field of a page.
pub fn hidden_in(page: &str, name: &str) -> String {
    let rest = page.split(&format!(r#"name="{name}" value=""#)).nth(1).unwrap_or_else(|| panic!("{name} in {page}"));
    rest.split('"').next().expect("an end").to_owned()
}

/// A browser on one device.
pub struct Browser<'a> {
    app: &'a TestApp,
    http: Client,
    node: String,
    agent: &'static str,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl<'a> Browser<'a> {
    /// Without any cookie.
    pub fn new(app: &'a TestApp) -> Self {
        Self::from_address(app, "127.0.0.1")
    }

    /// Without any cookie, on a machine with this address.
    pub fn from_address(app: &'a TestApp, address: &str) -> Self {
        let address: IpAddr = address.parse().expect("an address");
        let http = Client::builder().redirect(Policy::none()).local_address(address).build().expect("a client");
        Self { app, http, node: app.url.clone(), agent: "Browser of the tests", cookies: Mutex::default() }
    }

    /// The same device, led to another node from now on.
    pub fn at_node(self, node: &str) -> Self {
        Self { node: node.to_owned(), ..self }
    }

    /// Without any cookie, and calling itself `agent`.
    pub fn called(app: &'a TestApp, agent: &'static str) -> Self {
        Self { agent, ..Self::new(app) }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies = self.cookies.lock().expect("not poisoned");
        let cookies: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.http.request(method, format!("{}{path}", self.node)).header("accept", "text/html");
        let request = request.header("sec-fetch-site", "same-origin").header("user-agent", self.agent);
        if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) }
    }

    async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = self.app.send(request).await;
        let mut cookies = self.cookies.lock().expect("not poisoned");
        for set in answer.headers.get_all("set-cookie") {
            let set = set.to_str().expect("text");
            let (name, value) = set.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if value.is_empty() || set.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Opens a page.
    pub async fn open(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Fetches a file or page as a real browser does, compressed; with what was transferred of it.
    pub async fn fetch(&self, path: &str) -> Fetched {
        let request = self.request(Method::GET, path).header("accept-encoding", "gzip");
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        let headers: usize = answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        let bytes = answer.bytes().await.expect("bytes").len();
        // read apart from that, as it is
        let plain = self.request(Method::GET, path).send().await.expect("an answer").bytes().await.expect("bytes");
        Fetched { transferred: headers + bytes, text: String::from_utf8_lossy(&plain).into_owned() }
    }

    /// How a path that streams is answered: nothing of what it streams is read.
    pub async fn open_without_session(&self, path: &str) -> Answer {
        let answer = self.request(Method::GET, path).send().await.expect("an answer");
        Answer { status: answer.status().as_u16(), headers: answer.headers().clone(), text: String::new() }
    }

    /// Follows what a path streams.
    pub async fn follow(&self, path: &str) -> Events {
        Events::of(self.request(Method::GET, path).send().await.expect("an answer"), path)
    }

    /// Sends a form.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).expect("plain");
        let request = self.request(Method::POST, path).body(body);
        self.send(request.header("content-type", "application/x-www-form-urlencoded")).await
    }

    /// Signs in with everybody's password.
    pub async fn sign_in(&self, username: &str) {
        let answer = self.submit("/sign-in", &[("username", username), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }

    /// Sends a form as the script does that follows what is typed.
    pub async fn submit_typing(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).expect("plain");
        let request =
            self.request(Method::POST, path).body(body).header("hx-request", "true").header("x-typing", "yes");
        self.send(request.header("content-type", "application/x-www-form-urlencoded")).await
    }

    /// Sends a form with a file in it.
    pub async fn submit_with_file(&self, path: &str, fields: &[(&str, &str)], name: &str, file: &[u8]) -> Answer {
        let mut body = Vec::new();
        for (name, text) in fields {
            let part = format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
            body.extend(part.into_bytes());
        }
        let head = format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"x.png\"\r\n\r\n");
        body.extend(head.into_bytes());
        body.extend(file);
        body.extend(b"\r\n--part--\r\n");
        let request = self.request(Method::POST, path).body(body);
        self.send(request.header("content-type", "multipart/form-data; boundary=part")).await
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().expect("not poisoned").get(name).cloned()
    }

    /// Sets a cookie, as somebody might who found it.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().expect("not poisoned").insert(name.to_owned(), value.to_owned());
    }
}

/// What was fetched.
pub struct Fetched {
    /// Bytes of headers and body, as they were sent.
    pub transferred: usize,
    /// The body, unpacked.
    pub text: String,
}

impl Answer {
    /// Where it leads.
    #[track_caller]
    pub fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text);
        self.header("location")
    }
}

impl TestApp {
    /// An account for `who` with everybody's password; the same one if it is there already.
    pub async fn account(&self, who: Who) -> (String, AccountId) {
        let (role, office) = who.role().expect("somebody");
        self.account_called(&format!("the-{}", role.as_str()), role, office).await
    }

    /// The account of this name with everybody's password; the same one if it is there already.
    pub async fn account_called(&self, username: &str, role: Role, office: Option<&str>) -> (String, AccountId) {
        let username: Username = username.parse().expect("a name");
        let mut db = self.db().await;
        if let Some(account) = find_account(&mut db, username.as_str()).await.expect("a query") {
            return (account.username, account.id);
        }
        let office = match office {
            Some(code) => find_office(&mut db, code).await.expect("a query"),
            None => None,
        };
        let account = NewAccount {
            username: username.clone(),
            display_name: format!("ผู้ใช้ {}", role.as_str()),
            role,
            office_id: office.map(|office| office.id),
            valid_from: None,
            valid_until: None,
        };
        let id = insert_account(&mut db, &account, self.now()).await.expect("a query").expect("a free name");
        update_password(&mut db, id, &HASH).await.expect("a query");
        (username.to_string(), id)
    }

    /// A browser in which somebody else of this role and office is signed in.
    pub async fn sign_in_as(&self, username: &str, role: Role, office: Option<&str>) -> Browser<'_> {
        self.account_called(username, role, office).await;
        let browser = Browser::new(self);
        browser.sign_in(username).await;
        browser
    }

    /// The TOTP code of a secret that a page shows to be typed.
    pub fn code_of(&self, page: &str) -> String {
        let rest = page.split(r#"<code class="typed">"#).nth(1).expect("a secret to type");
        let secret = totp_rs::Secret::try_from_base32(rest.split('<').next().expect("an end")).expect("base32");
        let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("x").with_issuer(Some("gcc-relay"));
        let seconds = u64::try_from(self.now().as_millisecond() / 1_000).expect("after 1970");
        totp.build().expect("a secret").generate(seconds).to_string()
    }

    /// A browser in which `who`, whose role needs a TOTP code, signs in for the first time.
    pub async fn sign_in_with_code(&self, who: Who) -> Browser<'_> {
        let (username, _) = self.account(who).await;
        let browser = Browser::new(self);
        let setup = browser.submit("/sign-in", &[("username", &username), ("password", PASSWORD)]).await;
        let shown = browser.submit("/sign-in/code", &[("code", &self.code_of(&setup.text))]).await;
        assert_eq!(shown.status, 200, "recovery codes are shown: {}", shown.text);
        browser
    }

    /// A browser in which `who` is signed in; the approver, who needs a TOTP code, is not among them.
    pub async fn sign_in(&self, who: Who) -> Browser<'_> {
        let (username, _) = self.account(who).await;
        let browser = Browser::new(self);
        let answer = browser.submit("/sign-in", &[("username", &username), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        browser
    }
}
