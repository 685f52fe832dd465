//! A small provider of OpenID Connect over real HTTP: discovery, keys, sign-in without questions, token. It checks what a
//! provider must check (redirect address, secret, PKCE, a code once), and a test can make it lie.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use gcc_relay::domain::time::Clock;
use gcc_relay::oidc::{Endpoints, Provider, Settings};
use gcc_relay::web::{COMES_BACK, ProviderSignIn};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const CLIENT: &str = "gcc-relay-of-the-tests";
const SECRET: &str = "a secret with /+: in it";

/// What the provider is made to do.
#[derive(Clone, Debug, Default)]
pub struct ProviderFaults {
    /// Claims to put in place of the true ones; null takes one away.
    pub claims: Vec<(&'static str, Value)>,
    /// Whether the token is signed with a key that nobody published.
    pub other_key: bool,
    /// The algorithm that the token names, if not the true one.
    pub algorithm: Option<&'static str>,
    /// What the discovery document calls the issuer.
    pub discovered: Option<&'static str>,
    /// What the way back calls the issuer.
    pub returned: Option<&'static str>,
    /// Why the sign-in is refused.
    pub error: Option<&'static str>,
}

struct Grant {
    nonce: String,
    challenge: String,
    redirect_uri: String,
    subject: String,
}

struct Inner {
    url: String,
    clock: Clock,
    keys: Mutex<(EcdsaKeyPair, u32)>,
    subject: Mutex<String>,
    lies: Mutex<ProviderFaults>,
    grants: Mutex<HashMap<String, Grant>>,
}

/// The provider at work.
pub struct TestProvider {
    inner: Arc<Inner>,
    serving: JoinHandle<()>,
}

type Shared = State<Arc<Inner>>;

impl TestProvider {
    /// A provider at an address of its own.
    pub async fn start(clock: &Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let inner = Arc::new(Inner {
            url,
            clock: clock.clone(),
            keys: Mutex::new((new_key(), 1)),
            subject: Mutex::new("1234567890123".to_owned()),
            lies: Mutex::default(),
            grants: Mutex::default(),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discover))
            .route("/keys", get(publish_keys))
            .route("/authorize", get(authorize))
            .route("/token", post(exchange))
            .with_state(Arc::clone(&inner));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
        Self { inner, serving }
    }

    /// The sign-in that a node at `public_url` offers.
    pub fn offered(&self, public_url: &str, counts_as_second: bool) -> ProviderSignIn {
        self.offered_with(public_url, counts_as_second, None)
    }

    /// The same for a provider that publishes no addresses.
    pub fn offered_unpublished(&self, public_url: &str) -> ProviderSignIn {
        let at = |path: &str| format!("{}{path}", self.inner.url).parse().expect("an address");
        let endpoints = Endpoints { authorization: at("/authorize"), token: at("/token"), keys: at("/keys") };
        self.offered_with(public_url, false, Some(endpoints))
    }

    fn offered_with(&self, public_url: &str, counts_as_second: bool, endpoints: Option<Endpoints>) -> ProviderSignIn {
        let settings = Settings {
            issuer: self.inner.url.clone(),
            client_id: CLIENT.to_owned(),
            client_secret: Some(SECRET.into()),
            redirect_uri: format!("{public_url}{COMES_BACK}"),
            scopes: vec!["profile".to_owned()],
            endpoints,
        };
        ProviderSignIn {
            provider: Provider::new(settings).expect("a provider"),
            label_th: "เข้าด้วยผู้ให้บริการทดสอบ".to_owned(),
            label_en: "Sign in at the provider of the tests".to_owned(),
            counts_as_second,
        }
    }

    /// Who signs in there from now on.
    pub fn is_now(&self, subject: &str) {
        subject.clone_into(&mut self.inner.subject.lock().expect("not poisoned"));
    }

    /// Makes it lie from now on.
    pub fn misbehave(&self, lies: ProviderFaults) {
        *self.inner.lies.lock().expect("not poisoned") = lies;
    }

    /// It signs with another key from now on, and publishes it.
    pub fn change_key(&self) {
        let mut keys = self.inner.keys.lock().expect("not poisoned");
        *keys = (new_key(), keys.1 + 1);
    }

    /// It answers no more.
    pub fn go_down(&self) {
        self.serving.abort();
    }
}

impl Drop for TestProvider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn new_key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).expect("a key")
}

async fn discover(State(provider): Shared) -> Json<Value> {
    let (url, lies) = (&provider.url, provider.lies.lock().expect("not poisoned"));
    Json(json!({
        "issuer": lies.discovered.unwrap_or(url),
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // that a provider offers a way does not make it safe
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
    }))
}

async fn publish_keys(State(provider): Shared) -> Json<Value> {
    let keys = provider.keys.lock().expect("not poisoned");
    let point = &keys.0.public_key().as_ref()[1..];
    let [x, y] = [&point[..32], &point[32..]].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
    let key = json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": keys.1.to_string(), "x": x, "y": y });
    Json(json!({ "keys": [key] }))
}

async fn authorize(State(provider): Shared, Query(asked): Query<HashMap<String, String>>) -> Response {
    for (name, value) in [("client_id", CLIENT), ("response_type", "code"), ("code_challenge_method", "S256")] {
        assert_eq!(asked[name], value);
    }
    assert_eq!(asked["scope"], "openid profile");
    let lies = provider.lies.lock().expect("not poisoned").clone();
    let mut back = vec![("state", asked["state"].clone())];
    if let Some(error) = lies.error {
        back.push(("error", error.to_owned()));
    } else {
        let code = hex::encode(rand::random::<[u8; 16]>());
        let grant = Grant {
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
            redirect_uri: asked["redirect_uri"].clone(),
            subject: provider.subject.lock().expect("not poisoned").clone(),
        };
        provider.grants.lock().expect("not poisoned").insert(code.clone(), grant);
        back.push(("code", code));
    }
    if let Some(issuer) = lies.returned {
        back.push(("iss", issuer.to_owned()));
    }
    let back = serde_urlencoded::to_string(back).expect("plain");
    Redirect::to(&format!("{}?{back}", asked["redirect_uri"])).into_response()
}

async fn exchange(State(provider): Shared, headers: HeaderMap, Form(asked): Form<HashMap<String, String>>) -> Response {
    let refuse = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    let form = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{}", form(CLIENT), form(SECRET))));
    if headers.get("authorization").is_none_or(|sent| sent != basic.as_str()) {
        return refuse("invalid_client");
    }
    let Some(grant) = provider.grants.lock().expect("not poisoned").remove(&asked["code"]) else {
        return refuse("invalid_grant");
    };
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&asked["code_verifier"]));
    if grant.challenge != challenge || grant.redirect_uri != asked["redirect_uri"] {
        return refuse("invalid_grant");
    }
    let token = provider.sign(&grant);
    Json(json!({ "access_token": "unused", "token_type": "Bearer", "id_token": token })).into_response()
}

impl Inner {
    fn sign(&self, grant: &Grant) -> String {
        let lies = self.lies.lock().expect("not poisoned").clone();
        let now = self.clock.now().as_millisecond() / 1_000;
        let mut claims = json!({
            "iss": self.url,
            "sub": grant.subject,
            "aud": CLIENT,
            "nonce": grant.nonce,
            "iat": now,
            "exp": now + 300,
        });
        for (name, value) in lies.claims {
            match value {
                Value::Null => drop(claims.as_object_mut().expect("claims").remove(name)),
                value => claims[name] = value,
            }
        }
        let keys = self.keys.lock().expect("not poisoned");
        let algorithm = lies.algorithm.unwrap_or("ES256");
        let header = json!({ "alg": algorithm, "typ": "JWT", "kid": keys.1.to_string() });
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = match algorithm {
            "none" => Vec::new(),
            "HS256" => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
                ring::hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
            _ => {
                let other = new_key();
                let key = if lies.other_key { &other } else { &keys.0 };
                key.sign(&SystemRandom::new(), signed.as_bytes()).expect("a signature").as_ref().to_vec()
            }
        };
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}
