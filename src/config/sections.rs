//! The sections other than the engine's.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;
use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::check::Check;
use super::duration;
use super::money::Price;

const DAY: Duration = Duration::from_hours(24);
use crate::domain::account::Role;
use crate::domain::bulletin::Approval;
use crate::domain::hosts::{Address, BadAddress};
use crate::domain::national::NameTemplate;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

/// What is served, and where.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address of the pages, the API and the webhook.
    pub listen: SocketAddr,
    /// What links in messages start with.
    pub public_url: BaseUrl,
    /// Address of `/metrics`; none serves it at `listen`.
    pub metrics_listen: Option<SocketAddr>,
    /// The proxies whose word is taken for a client's address.
    pub trusted_proxies: Vec<ProxyNetwork>,
    /// The header in which they tell it.
    pub proxy_header: ProxyHeader,
    /// The largest request body, in bytes.
    pub request_body_limit: u32,
    /// The longest time for an answer.
    #[serde(deserialize_with = "duration::one")]
    pub request_timeout: Duration,
}

impl Server {
    pub(super) fn check(&self, check: &mut Check) {
        check.require_count("server.request_body_limit", self.request_body_limit, 65_536..=268_435_456);
        check.require_duration("server.request_timeout", self.request_timeout, 61 * SECOND..=10 * MINUTE);
        let apart = self.metrics_listen != Some(self.listen);
        check.require("server.metrics_listen", apart, "must be another address than server.listen");
    }
}

/// What one who connects can hold.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Connections at once.
    pub connections: u32,
    /// Of them those from one address.
    pub connections_per_address: u32,
    /// How long a request's head may take.
    #[serde(deserialize_with = "duration::one")]
    pub header_timeout: Duration,
    /// How long the next part of a body may take.
    #[serde(deserialize_with = "duration::one")]
    pub body_timeout: Duration,
    /// How long a client may take to accept the next part of an answer.
    #[serde(deserialize_with = "duration::one")]
    pub write_timeout: Duration,
    /// Streams of a key at once.
    pub streams_per_key: u32,
    /// Streams of a person's session at once.
    pub streams_per_session: u32,
    /// Statuses that a key waits for at once.
    pub waits_per_key: u32,
    /// Requests of a key in a minute that read; 0 = not counted.
    pub reads_per_minute: u32,
    /// Requests of a key in a minute that change something; 0 = not counted.
    pub writes_per_minute: u32,
    /// Statuses that a key asks for in a minute; 0 = not counted.
    pub polls_per_minute: u32,
}

impl Limits {
    pub(super) fn check(&self, check: &mut Check) {
        check.require_count("limits.connections", self.connections, 10..=1_000_000);
        check.require_count("limits.connections_per_address", self.connections_per_address, 6..=1_000_000);
        check.require_duration("limits.header_timeout", self.header_timeout, SECOND..=5 * MINUTE);
        check.require_duration("limits.body_timeout", self.body_timeout, SECOND..=5 * MINUTE);
        check.require_duration("limits.write_timeout", self.write_timeout, SECOND..=5 * MINUTE);
        check.require_count("limits.streams_per_key", self.streams_per_key, 1..=2_000);
        check.require_count("limits.streams_per_session", self.streams_per_session, 1..=2_000);
        check.require_count("limits.waits_per_key", self.waits_per_key, 1..=1_000_000);
        check.require_count("limits.reads_per_minute", self.reads_per_minute, 0..=100_000_000);
        check.require_count("limits.writes_per_minute", self.writes_per_minute, 0..=100_000_000);
        check.require_count("limits.polls_per_minute", self.polls_per_minute, 0..=100_000_000);
    }
}

/// One proxy by its address, or a network of them such as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ProxyNetwork(pub IpNet);

impl TryFrom<String> for ProxyNetwork {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        match network {
            // whoever trusted everybody would let every client name its own address
            Ok(network) if network.prefix_len() == 0 => Err("must not take in every address there is"),
            Ok(network) => Ok(Self(network)),
            Err(_) => Err("must be addresses such as 10.0.0.1 or networks such as 10.0.0.0/24"),
        }
    }
}

/// The header in which proxies tell the client's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProxyHeader {
    /// `X-Forwarded-For`.
    XForwardedFor,
    /// `Forwarded` by RFC 7239.
    Forwarded,
}

/// Where the rows are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// A private cluster, or the address of a real Postgres.
    pub url: DatabaseUrl,
    /// The folder of the private cluster.
    pub data_dir: PathBuf,
    /// Connections of a node's relay at most.
    pub max_connections: u32,
    /// Connections of its pages, API and webhook at most.
    pub web_connections: u32,
    /// The longest wait for a connection of the pool.
    #[serde(deserialize_with = "duration::one")]
    pub acquire_timeout: Duration,
    /// The longest time for one statement.
    #[serde(deserialize_with = "duration::one")]
    pub statement_timeout: Duration,
}

impl Database {
    pub(super) fn check(&self, check: &mut Check) {
        check.require_count("database.max_connections", self.max_connections, 2..=1_000);
        check.require_count("database.web_connections", self.web_connections, 2..=1_000);
        check.require_duration("database.statement_timeout", self.statement_timeout, SECOND..=10 * MINUTE);
        check.require_duration("database.acquire_timeout", self.acquire_timeout, SECOND / 10..=5 * MINUTE);
        check.require("database.data_dir", !self.data_dir.as_os_str().is_empty(), "must name a folder");
    }
}

/// The database's address; never shown, because it may hold a password.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub enum DatabaseUrl {
    /// `embedded`: run a private cluster.
    Embedded,
    /// `postgres://…`.
    Postgres(SecretString),
}

const NO_DATABASE: &str = "must be \"embedded\" or an address that starts with postgres://";

impl TryFrom<String> for DatabaseUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == "embedded" {
            return Ok(Self::Embedded);
        }
        let address = Address::parse(&text).map_err(|error| match error {
            BadAddress::Malformed => NO_DATABASE.to_owned(),
            error => error.to_string(),
        })?;
        let schemes = address.hosts.iter().map(|host| Url::parse(host).map(|url| url.scheme().to_owned()));
        if schemes.into_iter().all(|scheme| matches!(scheme.as_deref(), Ok("postgres" | "postgresql"))) {
            return Ok(Self::Postgres(text.into()));
        }
        Err(NO_DATABASE.to_owned())
    }
}

/// An `http` or `https` address without query, fragment, or slash at its end, to put paths behind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct BaseUrl(String);

impl BaseUrl {
    /// The address as text, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let url = Url::parse(&text).map_err(|_| "must be an address such as https://gcc.example.go.th")?;
        let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !matches!(url.scheme(), "http" | "https") || !plain {
            return Err("must be an http or https address without user, query and fragment");
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

/// The way to LINE.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// LINE's Messaging API, or a simulator.
    pub api_base: BaseUrl,
    /// LINE's content server, or a simulator.
    pub data_base: BaseUrl,
    /// The longest time to connect.
    #[serde(deserialize_with = "duration::one")]
    pub connect_timeout: Duration,
    /// The longest time of a call in all.
    #[serde(deserialize_with = "duration::one")]
    pub request_timeout: Duration,
    /// The longest time of fetching what somebody sent.
    #[serde(deserialize_with = "duration::one")]
    pub content_timeout: Duration,
    /// What LINE's plans cost.
    pub price: Price,
}

impl Line {
    pub(super) fn check(&self, check: &mut Check) {
        self.price.check(check);
        check.require_duration("line.request_timeout", self.request_timeout, SECOND / 10..=2 * MINUTE);
        check.require_duration("line.content_timeout", self.content_timeout, SECOND..=30 * MINUTE);
        let shorter = self.connect_timeout <= self.request_timeout && !self.connect_timeout.is_zero();
        check.require("line.connect_timeout", shorter, "must be above zero and not longer than line.request_timeout");
    }
}

/// What bulletins must meet before they go out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bulletins {
    /// Whether a second person approves them first.
    pub approval: Approval,
    /// The largest picture that is read, in bytes.
    pub image_limit: u32,
}

impl Bulletins {
    pub(super) fn check(&self, server: &Server, check: &mut Check) {
        check.require_count("bulletins.image_limit", self.image_limit, 65_536..=67_108_864);
        let fits = self.image_limit < server.request_body_limit;
        check.require("bulletins.image_limit", fits, "must be smaller than server.request_body_limit");
    }
}

/// What offices are asked to do.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offices {
    /// How the LINE groups of each tier are to be called.
    pub group_names: NameTemplate,
}

/// How long things are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Taps of the acknowledge button.
    #[serde(deserialize_with = "duration::one")]
    pub taps: Duration,
    /// Calls to LINE that did not simply succeed.
    #[serde(deserialize_with = "duration::one")]
    pub attempts: Duration,
    /// Deliveries.
    #[serde(deserialize_with = "duration::one")]
    pub receipts: Duration,
    /// Entries of the audit.
    #[serde(deserialize_with = "duration::one")]
    pub audit: Duration,
    /// How to reach a coordinator, after the post has ended.
    #[serde(deserialize_with = "duration::one")]
    pub coordinator_contacts: Duration,
}

impl Retention {
    pub(super) fn check(&self, check: &mut Check) {
        let (least, most) = (60 * DAY, 36_500 * DAY);
        check.require_duration("retention.receipts", self.receipts, 365 * DAY..=most);
        check.require_duration("retention.taps", self.taps, least..=self.receipts.max(least));
        check.require_duration("retention.attempts", self.attempts, least..=self.receipts.max(least));
        // a receipt without who published, forwarded and withdrew answers for nothing
        check.require_duration("retention.audit", self.audit, self.receipts.clamp(365 * DAY, most)..=most);
        // by law no longer than they are needed
        check.require_duration("retention.coordinator_contacts", self.coordinator_contacts, DAY..=3_660 * DAY);
    }
}

/// How secrets are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// The file with the key that encrypts the channels' secrets.
    pub key_file: PathBuf,
}

impl Secrets {
    pub(super) fn check(&self, check: &mut Check) {
        check.require("secrets.key_file", !self.key_file.as_os_str().is_empty(), "must name a file");
    }
}

/// How people sign in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    /// How long a device stays signed in without being used.
    #[serde(deserialize_with = "duration::one")]
    pub session_idle: Duration,
    /// How long it stays signed in at the most.
    #[serde(deserialize_with = "duration::one")]
    pub session_longest: Duration,
    /// The same of a device that its owner wants remembered.
    #[serde(deserialize_with = "duration::one")]
    pub remembered: Duration,
    /// How long a one-time link works.
    #[serde(deserialize_with = "duration::one")]
    pub link_lifetime: Duration,
    /// The roles that need a TOTP code.
    pub code_demanded: Vec<Role>,
}

impl Accounts {
    pub(super) fn check(&self, check: &mut Check) {
        let day = 24 * 60 * MINUTE;
        check.require_duration("accounts.session_idle", self.session_idle, MINUTE..=30 * day);
        check.require_duration("accounts.session_longest", self.session_longest, MINUTE..=90 * day);
        check.require_duration("accounts.remembered", self.remembered, MINUTE..=90 * day);
        check.require_duration("accounts.link_lifetime", self.link_lifetime, MINUTE..=90 * day);
    }
}

/// What is logged, and how.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// For people or for machines.
    pub format: LogFormat,
    /// Levels by module, as tracing's `EnvFilter` reads them.
    pub filter: String,
}

impl Log {
    pub(super) fn check(&self, check: &mut Check) {
        if let Err(error) = EnvFilter::try_new(&self.filter) {
            check.require("log.filter", false, format!("is not a list of levels: {error}"));
        }
    }
}

/// The shape of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for people.
    Pretty,
    /// One JSON object per line.
    Json,
}

/// The demo.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demo {
    /// Where the simulator of LINE listens.
    pub simulator_listen: SocketAddr,
    /// Whether `serve` may serve a demo's data.
    pub serve_data: bool,
}
