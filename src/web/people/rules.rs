//! How signing in behaves, from the section `accounts` of the configuration, with what it needs to do so.

use std::sync::OnceLock;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::Cookies;
use super::passkeys::Passkeys;
use super::provider_sign_in::ProviderSignIn;
use crate::domain::account::Role;
use crate::domain::credentials::{Password, PasswordHash};
use crate::web::problem::Problem;

/// Passwords hashed at the same time: each takes 19 MiB and a core for a moment.
const HASHED_AT_ONCE: usize = 4;

/// How long things last.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// A session without being used.
    pub idle: Duration,
    /// A session at the most.
    pub longest: Duration,
    /// A session on a device that its owner wants remembered.
    pub remembered: Duration,
    /// A one-time link.
    pub link_lifetime: Duration,
}

/// What signing in works with; shared by all requests.
#[derive(Debug)]
pub struct SignInServices {
    /// How long things last.
    pub rules: Rules,
    /// What the cookies are like.
    pub(in crate::web) cookies: Cookies,
    /// Sign-in at a provider of OpenID Connect; none where it is off.
    pub(in crate::web) provider: Option<ProviderSignIn>,
    /// Passkeys; none where browsers offer none to this site.
    pub(in crate::web) passkeys: Option<Passkeys>,
    code_demanded: Vec<Role>,
    hashing: Semaphore,
    nobody: OnceLock<PasswordHash>,
}

impl SignInServices {
    /// By these rules; `public_url` decides what the cookies are like, and whether there are passkeys.
    #[must_use]
    pub fn new(rules: Rules, code_demanded: Vec<Role>, public_url: &str) -> Self {
        Self {
            rules,
            cookies: Cookies { secure: public_url.starts_with("https://") },
            provider: None,
            passkeys: Passkeys::new(public_url),
            code_demanded,
            hashing: Semaphore::new(HASHED_AT_ONCE),
            nobody: OnceLock::new(),
        }
    }

    /// The same, with sign-in at a provider.
    #[must_use]
    pub fn signing_in_at(self, provider: ProviderSignIn) -> Self {
        Self { provider: Some(provider), ..self }
    }

    /// Whether whoever has this role needs a TOTP code besides the password.
    #[must_use]
    pub fn demands_code(&self, role: Role) -> bool {
        self.code_demanded.contains(&role)
    }

    /// Whether the site is served over https only.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.cookies.secure
    }

    /// Whether `typed` is the password behind `hash`. Where there is none it takes as long, and is not.
    ///
    /// # Errors
    /// When the process is about to end.
    pub async fn is_password(
        self: &std::sync::Arc<Self>,
        hash: Option<String>,
        typed: SecretString,
    ) -> Result<bool, Problem> {
        let _turn = self.hashing.acquire().await.map_err(|_| Problem::unavailable())?;
        let this = std::sync::Arc::clone(self);
        let checked = spawn_blocking(move || match hash {
            Some(hash) => PasswordHash::from_stored(hash).matches(&typed),
            // nothing fits nobody's hash; only the time is spent
            None => this.nobody.get_or_init(PasswordHash::of_nobody).matches(&typed),
        });
        checked.await.map_err(|_| Problem::unavailable())
    }

    /// The hash to keep of a new password.
    ///
    /// # Errors
    /// When the process is about to end.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Problem> {
        let _turn = self.hashing.acquire().await.map_err(|_| Problem::unavailable())?;
        spawn_blocking(move || password.hash()).await.map_err(|_| Problem::unavailable())
    }
}
