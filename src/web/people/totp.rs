//! TOTP codes as pages handle them: their secret sealed for one account, opened again, drawn for a telephone,
//! and carried by a session while it is being set up.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use tower_sessions::session::Error;

use super::qr;
use crate::domain::credentials::{CodeSecret, Username, sealed_as};
use crate::domain::time::Timestamp;
use crate::store::accounts::Account;
use crate::web::app::App;
use crate::web::problem::Problem;

const SETTING_UP: &str = "setting_up_codes";
/// How long setting them up may take.
const LASTS: Duration = Duration::from_mins(15);

/// What the telephone is shown.
#[derive(Clone, Debug)]
pub struct TotpQrCode {
    /// The QR code, drawn by us: plain SVG without anything that a visitor typed.
    pub picture: String,
    /// The secret in letters, where there is no camera.
    pub typed: String,
}

/// The secret as it is kept.
///
/// # Errors
/// A defect.
pub fn seal(app: &App, account: &Account, secret: &CodeSecret) -> Result<Vec<u8>, Problem> {
    app.sealing.seal(&sealed_as(account.id), secret.as_bytes()).map_err(|error| defect(&error))
}

/// The secret that was kept.
///
/// # Errors
/// A defect, or another key.
pub fn open(app: &App, account: &Account, sealed: &[u8]) -> Result<CodeSecret, Problem> {
    app.sealing.open(&sealed_as(account.id), sealed).map(CodeSecret::from_bytes).map_err(|error| defect(&error))
}

fn defect(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!(error, "the secret of an account's codes could not be sealed or opened");
    Problem::internal()
}

/// What to show a telephone, so that it makes the codes of `secret`.
#[must_use]
pub fn draw(account: &Account, secret: &CodeSecret) -> Option<TotpQrCode> {
    let username: Username = account.username.parse().ok()?;
    let (address, typed) = secret.to_enrol(&username)?;
    Some(TotpQrCode { picture: qr::draw(&address)?, typed })
}

/// New codes that somebody who is signed in is setting up: kept by the session until a right code was typed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TotpSetup {
    sealed: String,
    since: i64,
}

impl TotpSetup {
    /// Begins: `sealed` waits in the session.
    ///
    /// # Errors
    /// While the database is away.
    pub async fn begin(session: &Session, sealed: &[u8], now: Timestamp) -> Result<(), Error> {
        session.insert(SETTING_UP, Self { sealed: hex::encode(sealed), since: now.as_microsecond() }).await
    }

    /// The sealed secret that waits, if it is not too long ago.
    ///
    /// # Errors
    /// While the database is away.
    pub async fn of(session: &Session, now: Timestamp) -> Result<Option<Vec<u8>>, Error> {
        let found: Option<Self> = session.get(SETTING_UP).await?;
        let fresh = found.filter(|waits| now < Timestamp::from_microsecond(waits.since) + LASTS);
        Ok(fresh.and_then(|waits| hex::decode(waits.sealed).ok()))
    }

    /// Forgets it.
    ///
    /// # Errors
    /// While the database is away.
    pub async fn end(session: &Session) -> Result<(), Error> {
        session.remove_value(SETTING_UP).await.map(drop)
    }
}
