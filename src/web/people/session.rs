//! Sessions: tower-sessions over rows of ours.
//!
//! The cookie holds 128 random bits; the row is found by their hash, so that who reads the database cannot sign in.
//! How long a session lasts is decided here, by our clock: two hours idle, twelve in all, or thirty days on a device
//! that its owner wants remembered (`[accounts]` of the configuration). Nothing is written for visitors who never
//! begin to sign in.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use tower_sessions::session::{Error, Id, Record};
use tower_sessions::session_store::{Error as RowsError, Result as RowsResult};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

use crate::domain::ids::AccountId;
use crate::domain::time::{Clock, Timestamp};
use crate::store::login_sessions::{Limits, StoredSession, delete_session, find_session, save_session, touch_session};
use crate::store::{Connection, Db, StoreError};
use crate::web::app::App;

/// Marks the session of a visitor who has begun to sign in elsewhere: an empty one is not kept.
const BEGUN: &str = "begun";
const SIGNED_IN: &str = "signed_in";
const HALF_WAY: &str = "half_way";
/// How long the second step of signing in may take.
const HALF_WAY_LASTS: Duration = Duration::from_mins(15);
/// How often at most it is noted that a session was used.
const USE_NOTED: Duration = Duration::from_mins(1);

/// What the cookies are like.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    /// Only over https, and bound to the host by their name.
    pub secure: bool,
}

impl Cookies {
    /// The name of the session's cookie.
    #[must_use]
    pub fn session(self) -> &'static str {
        if self.secure { "__Host-gcc" } else { "gcc" }
    }
}

/// By what somebody signs in, before the second step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInMethod {
    /// The password, or the link that sets it.
    #[default]
    Password,
    /// The provider of OpenID Connect.
    Provider,
    /// A passkey, which is the second step too.
    Passkey,
}

impl SignInMethod {
    /// The word in the audit.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Provider => "provider",
            Self::Passkey => "passkey",
        }
    }
}

/// That somebody is signed in.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct SignedIn {
    account: uuid::Uuid,
    /// Whether the device is remembered.
    pub remembered: bool,
    until: i64,
}

/// That somebody's password was right, or who they are at the provider, and a TOTP code is still to come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AwaitingSecondFactor {
    account: uuid::Uuid,
    /// Whether the device is to be remembered.
    pub remembered: bool,
    since: i64,
    /// The secret that is being set up, sealed, in hex; none where the account has one.
    pub setting_up: Option<String>,
    /// What the first step was.
    #[serde(default)]
    pub way: SignInMethod,
}

impl SignedIn {
    /// Whose session it is.
    #[must_use]
    pub fn account(&self) -> AccountId {
        AccountId(self.account)
    }

    /// What `session` says.
    ///
    /// # Errors
    /// While the database is away.
    pub async fn of(session: &Session) -> Result<Option<Self>, Error> {
        session.get(SIGNED_IN).await
    }

    /// Signs `account` in, under a new name of the session.
    ///
    /// # Errors
    /// While the database is away.
    pub async fn begin(session: &Session, app: &App, account: AccountId, remembered: bool) -> Result<(), Error> {
        session.cycle_id().await?;
        session.remove_value(HALF_WAY).await?;
        let rules = app.people.rules;
        let lasts = if remembered { rules.remembered } else { rules.longest };
        let signed_in = Self { account: account.0, remembered, until: (app.now() + lasts).as_microsecond() };
        session.insert(SIGNED_IN, signed_in).await?;
        let seconds = i64::try_from(lasts.as_secs()).unwrap_or(i64::MAX);
        // the cookie of a device that is not remembered goes with the browser
        session.set_expiry(Some(if remembered {
            Expiry::OnInactivity(time::Duration::seconds(seconds))
        } else {
            Expiry::OnSessionEnd
        }));
        session.save().await
    }
}

impl AwaitingSecondFactor {
    /// Whose password was right.
    #[must_use]
    pub fn account(&self) -> AccountId {
        AccountId(self.account)
    }

    /// What `session` says, if it is not too long ago.
    ///
    /// # Errors
    /// While the database is away.
    pub async fn of(session: &Session, now: Timestamp) -> Result<Option<Self>, Error> {
        let found: Option<Self> = session.get(HALF_WAY).await?;
        Ok(found.filter(|half_way| now < Timestamp::from_microsecond(half_way.since) + HALF_WAY_LASTS))
    }

    /// Notes that the password of `account` was right, under a new name of the session.
    ///
    /// # Errors
    /// While the database is away.
    pub async fn begin(
        session: &Session,
        now: Timestamp,
        account: AccountId,
        remembered: bool,
        setting_up: Option<String>,
        way: SignInMethod,
    ) -> Result<(), Error> {
        session.cycle_id().await?;
        let half_way = Self { account: account.0, remembered, since: now.as_microsecond(), setting_up, way };
        session.insert(HALF_WAY, half_way).await?;
        session.save().await
    }
}

/// The hash by which the row of this session is found; one is made for a visitor who has none.
///
/// # Errors
/// While the database is away.
pub async fn begin_session(session: &Session) -> Result<[u8; 32], Error> {
    if SignedIn::of(session).await?.is_none() {
        session.insert(BEGUN, true).await?;
        session.save().await?;
    }
    // it was saved, now or before, and has a name
    Ok(session.id().map(hash).unwrap_or_default())
}

/// The hash by which the session's row is found; none for a visitor without a session.
#[must_use]
pub fn session_sha256(session: &Session) -> Option<[u8; 32]> {
    session.id().map(hash)
}

fn hash(id: Id) -> [u8; 32] {
    Sha256::digest(id.0.to_le_bytes()).into()
}

/// The layer that finds and keeps sessions.
pub fn layer(app: &App) -> SessionManagerLayer<DatabaseSessionStore> {
    let rows = DatabaseSessionStore { db: app.db.clone(), clock: app.clock.clone(), idle: app.people.rules.idle };
    let cookies = app.people.cookies;
    SessionManagerLayer::new(rows)
        .with_name(cookies.session())
        .with_secure(cookies.secure)
        .with_http_only(true)
        .with_same_site(tower_sessions::cookie::SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnSessionEnd)
}

/// The rows behind the sessions.
#[derive(Clone, Debug)]
pub struct DatabaseSessionStore {
    db: Db,
    clock: Clock,
    idle: Duration,
}

impl DatabaseSessionStore {
    async fn acquire(&self) -> RowsResult<impl std::ops::DerefMut<Target = Connection>> {
        self.db.acquire().await.map_err(|error| backend(&StoreError::from(error)))
    }
}

fn backend(error: &StoreError) -> RowsError {
    tracing::error!(error = error as &dyn std::error::Error, "a session could not be read or written");
    RowsError::Backend("the sessions cannot be reached".to_owned())
}

#[async_trait]
impl SessionStore for DatabaseSessionStore {
    /// A new session, under another name where the first is taken: 128 random bits, so it never is.
    async fn create(&self, record: &mut Record) -> RowsResult<()> {
        while self.load(&record.id).await?.is_some() {
            record.id = Id::default();
        }
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> RowsResult<()> {
        let now = self.clock.now();
        let signed_in: Option<SignedIn> = record.data.get(SIGNED_IN).and_then(read);
        let kept = StoredSession {
            account: signed_in.map(|signed_in| signed_in.account()),
            data: serde_json::to_value(&record.data).map_err(|error| RowsError::Encode(error.to_string()))?,
            remembered: signed_in.is_some_and(|signed_in| signed_in.remembered),
            expires_at: signed_in
                .map_or(now + HALF_WAY_LASTS, |signed_in| Timestamp::from_microsecond(signed_in.until)),
        };
        let mut db = self.acquire().await?;
        save_session(&mut db, &hash(record.id), &kept, now).await.map_err(|error| backend(&error))
    }

    async fn load(&self, id: &Id) -> RowsResult<Option<Record>> {
        let now = self.clock.now();
        let sha256 = hash(*id);
        let limits = Limits { idle_seconds: self.idle.as_secs_f64() };
        let mut db = self.acquire().await?;
        let found = find_session(&mut db, &sha256, limits, now).await.map_err(|error| backend(&error))?;
        let Some((kept, last_seen_at)) = found else { return Ok(None) };
        if last_seen_at < now - USE_NOTED {
            touch_session(&mut db, &sha256, now).await.map_err(|error| backend(&error))?;
        }
        let data = serde_json::from_value(kept.data).map_err(|error| RowsError::Decode(error.to_string()))?;
        // when it ends was decided above, by our clock
        let expiry_date = OffsetDateTime::now_utc() + HALF_WAY_LASTS;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> RowsResult<()> {
        let mut db = self.acquire().await?;
        delete_session(&mut db, &hash(*id)).await.map_err(|error| backend(&error))
    }
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_value(value.clone()).ok()
}
