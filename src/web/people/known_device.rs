//! The cookie by which a device is known on which somebody has signed in before.
//!
//! It lets nobody in: it only says that attempts on this device are not those of strangers. Its value is random, kept as
//! a hash, and bound to the accounts that signed in with it; whoever finds it may try their passwords as often as their
//! owners may.

use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use secrecy::ExposeSecret as _;

use super::Cookies;
use crate::domain::credentials::LinkToken;
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;
use crate::store::known_devices::{LASTS, forget_others, is_issued, is_known, remember};
use crate::store::{Connection, StoreError};

impl Cookies {
    fn device(self) -> &'static str {
        if self.secure { "__Host-gcc-device" } else { "gcc_device" }
    }
}

/// The hash of the cookie that came with a request.
fn token_of(rules: Cookies, cookies: &CookieJar) -> Option<([u8; 32], String)> {
    let value = cookies.get(rules.device())?.value();
    Some((LinkToken::hash(value)?, value.to_owned()))
}

/// The device that a request comes from, if somebody has signed in to the account on it before. It is looked for as long
/// where there is no such account.
pub async fn find(
    db: &mut Connection,
    rules: Cookies,
    cookies: &CookieJar,
    account: Option<AccountId>,
    now: Timestamp,
) -> Result<Option<[u8; 32]>, StoreError> {
    let Some((sha256, _)) = token_of(rules, cookies) else { return Ok(None) };
    let account = account.unwrap_or(AccountId(uuid::Uuid::nil()));
    Ok(is_known(db, &sha256, account, now - LASTS).await?.then_some(sha256))
}

/// Knows the device from now on; gives the cookie to send. One that we did not give out is replaced.
pub async fn know(
    db: &mut Connection,
    rules: Cookies,
    cookies: &CookieJar,
    account: AccountId,
    now: Timestamp,
) -> Result<Cookie<'static>, StoreError> {
    let (sha256, value) = match token_of(rules, cookies) {
        Some((sha256, value)) if is_issued(db, &sha256).await? => (sha256, value),
        _ => {
            let (token, sha256) = LinkToken::generate();
            (sha256, token.expose_secret().to_owned())
        }
    };
    remember(db, &sha256, account, now).await?;
    let seconds = i64::try_from(LASTS.as_secs()).unwrap_or(i64::MAX);
    Ok(Cookie::build((rules.device(), value))
        .path("/")
        .same_site(SameSite::Lax)
        .secure(rules.secure)
        .http_only(true)
        .max_age(time::Duration::seconds(seconds))
        .build())
}

/// Forgets all devices of the account but the one that a request comes from.
pub async fn forget_all_but(
    db: &mut Connection,
    rules: Cookies,
    cookies: &CookieJar,
    account: AccountId,
) -> Result<(), StoreError> {
    let kept = token_of(rules, cookies).map(|(sha256, _)| sha256);
    forget_others(db, account, kept.as_ref().map(<[u8; 32]>::as_slice)).await
}
