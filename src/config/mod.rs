//! The settings: defaults built into the program, a file over them, environment variables over both.
//!
//! `config/default.toml` is the manual and the only place with default values; the types here have
//! none, so the two cannot drift apart. A value is checked before anything starts: an unknown key or
//! a bad value stops the start, and the message names the key and where it came from.
//!
//! Called by `app` once, at the start; everything else is handed the section that it needs.

mod check;
mod duration;
mod files;
mod layer;
mod mail;
mod money;
mod oidc;
mod relay;
mod reminders;
mod sections;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use figment::Figment;
use serde::Deserialize;

pub use duration::parse as read_duration;
pub use files::Files;
pub use mail::{Mail, SmtpTls, SmtpUrl};
pub use money::{BudgetRules, Price};
pub use oidc::{Oidc, ProviderUrl, SecondFactor};
pub use relay::{BypassAfter, Relay};
pub use sections::{
    Accounts, BaseUrl, Bulletins, Database, DatabaseUrl, Demo, Limits, Line, Log, LogFormat, Offices, ProxyHeader,
    ProxyNetwork, Retention, Secrets, Server,
};

use check::Check;
use layer::Layer;

/// `config/default.toml`, the manual, as `--help` and the documentation show it.
pub const DEFAULTS: &str = include_str!("../../config/default.toml");

/// All settings of one process. Sections that few look at are apart, as it is handed along by value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What is served, and where.
    pub server: Server,
    /// What one who connects can hold.
    pub limits: Limits,
    /// Where the rows are.
    pub database: Database,
    /// The way to LINE.
    pub line: Line,
    /// Every constant of the relay engine.
    pub relay: Relay,
    /// What bulletins must meet before they go out.
    pub bulletins: Bulletins,
    /// Where uploaded files are kept.
    pub files: Files,
    /// What offices are asked to do.
    pub offices: Box<Offices>,
    /// The way by which mails go out.
    pub mail: Box<Mail>,
    /// How long deliveries are kept.
    pub retention: Retention,
    /// How secrets are kept.
    pub secrets: Secrets,
    /// How people sign in.
    pub accounts: Accounts,
    /// Sign-in at a provider of OpenID Connect.
    pub oidc: Box<Oidc>,
    /// What is logged, and how.
    pub log: Log,
    /// The demo.
    pub demo: Demo,
}

impl Config {
    /// Reads the settings of this process: the defaults, `file`, and the environment.
    ///
    /// # Errors
    ///
    /// The file cannot be read or parsed, or a key or value in any source is wrong.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())));
        Self::from_sources(file, variables)
    }

    /// The same with the environment given: `(name, value)` pairs, of which other programs' variables
    /// are passed over.
    ///
    /// # Errors
    ///
    /// As [`Config::load`].
    pub fn from_sources(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Layer::parse("the built-in defaults", DEFAULTS)?);
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .map_err(|source| ConfigError::Unreadable { path: path.to_path_buf(), source })?;
            figment = figment.merge(Layer::parse(&format!("the file {}", path.display()), &text)?);
        }
        for layer in layer::of_variables(variables) {
            figment = figment.merge(layer);
        }
        let config: Self = figment.extract().map_err(|error| ConfigError::Invalid(check::explain(&figment, error)))?;
        config.checked(&figment)
    }

    fn checked(self, figment: &Figment) -> Result<Self, ConfigError> {
        let mut check = Check::new(figment);
        self.server.check(&mut check);
        self.limits.check(&mut check);
        self.database.check(&mut check);
        self.line.check(&mut check);
        self.relay.check(&self.line, &mut check);
        self.bulletins.check(&self.server, &mut check);
        self.files.check(&mut check);
        self.mail.check(&mut check);
        self.retention.check(&mut check);
        self.secrets.check(&mut check);
        self.accounts.check(&mut check);
        self.oidc.check(&mut check);
        self.log.check(&mut check);
        let problems = check.into_problems();
        if problems.0.is_empty() { Ok(self) } else { Err(ConfigError::Invalid(problems)) }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration file {} could not be read", .path.display())]
    Unreadable {
        /// The file given by `--config`.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A file is not TOML.
    #[error("{origin} is not TOML: {detail}")]
    Syntax {
        /// Which file.
        origin: String,
        /// Where and why.
        detail: String,
    },
    /// Keys or values are wrong.
    #[error("{0}")]
    Invalid(Problems),
}

/// What is wrong with the settings: one or more keys.
#[derive(Debug)]
pub struct Problems(pub Vec<Problem>);

/// What is wrong with one key.
#[derive(Debug)]
pub struct Problem {
    /// The key, such as `relay.lease`.
    pub key: String,
    /// Where it was set, such as `the variable GCC_RELAY__RELAY__LEASE`.
    pub origin: String,
    /// What is wrong with it, as the rest of a sentence that begins with the key.
    pub fault: String,
}

impl fmt::Display for Problems {
    /// One sentence per line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Problem { key, origin, fault }) in self.0.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\n" };
            write!(f, "{line_break}`{key}`, from {origin}, {fault}")?;
        }
        Ok(())
    }
}
