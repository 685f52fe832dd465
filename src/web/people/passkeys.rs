//! Passkeys: a key on the owner's own device, which asks for a finger, a face or its own code before it signs. So it
//! stands for the password and for the second step.
//!
//! A browser is shown a [`Challenge`] by a page whose script asks the device, and what belongs to it waits for this session
//! alone, once and for [`LASTS`]. Which passkey signed tells whose it is: no name is typed.
//!
//! Browsers offer passkeys only to sites with a name, over https or on the own machine; elsewhere there are none.

use std::time::Duration;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tower_sessions::Session;
use url::Url;
use webauthn_rs::prelude::{
    CreationChallengeResponse, DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder, WebauthnError,
};
use webauthn_rs_proto::ResidentKeyRequirement;

use super::begin_session;
use super::sign_in_request::SignInRequest;
use crate::domain::actor::Actor;
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;
use crate::store::accounts::Account;
use crate::store::audit::insert_entry;
use crate::store::passkeys::{delete_passkeys, insert_passkey, list_credential_ids, lock_passkey, update_passkey};
use crate::store::sign_in_waits::{SignInStep, put_wait, take_wait};
use crate::store::{Connection, StoreError};
use crate::web::app::App;
use crate::web::pages::HtmlPage;
use crate::web::problem::Problem;
use crate::web::shell::Shell;
use crate::web::words::Words;

/// How long a device may take.
const LASTS: Duration = Duration::from_mins(5);

/// Checks the signatures of passkeys made for this site.
#[derive(Debug)]
pub struct Passkeys {
    webauthn: Webauthn,
}

impl Passkeys {
    /// For the site at `public_url`; none where browsers offer no passkeys to it.
    #[must_use]
    pub fn new(public_url: &str) -> Option<Self> {
        let url = Url::parse(public_url).ok()?;
        let host = url.domain()?;
        if url.scheme() != "https" && host != "localhost" {
            return None;
        }
        let builder = WebauthnBuilder::new(host, &url).ok()?;
        Some(Self { webauthn: builder.rp_name("GCC").timeout(LASTS).build().ok()? })
    }
}

/// What a page asks a device for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// A new passkey.
    Create,
    /// A signature of one that it has.
    Get,
}

#[derive(Template)]
#[template(path = "people/passkey.html")]
struct PasskeyPage {
    making: bool,
    /// For the browser, as JSON.
    options: String,
    action: &'static str,
    back: &'static str,
}

/// What belongs to a signature that is waited for.
#[derive(Serialize, Deserialize)]
struct Signing {
    state: DiscoverableAuthentication,
    asked: SignInRequest,
}

/// What belongs to a passkey that is being made.
#[derive(Serialize, Deserialize)]
struct Making {
    state: PasskeyRegistration,
    account: uuid::Uuid,
    name: String,
}

/// Why a passkey is not made or does not let anybody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing was waited for, or not any more.
    Late,
    /// What the device sent does not fit.
    Wrong,
    /// Nobody's passkey, or that of an account that does not work.
    Unknown,
    /// This passkey is known already.
    Known,
}

impl Refusal {
    /// The key of the sentence.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Late => "passkey-late",
            Self::Wrong => "passkey-wrong",
            Self::Unknown => "passkey-unknown",
            Self::Known => "passkey-known",
        }
    }
}

/// The site's passkeys, or that there is no such page where there are none.
///
/// # Errors
/// 404.
pub fn get_passkeys(app: &App) -> Result<&Passkeys, Problem> {
    app.people.passkeys.as_ref().ok_or_else(|| Problem::absent("page"))
}

/// A page that asks the device for a signature, to sign in.
///
/// # Errors
/// 404 where there are no passkeys; while the database is away.
pub async fn ask_to_sign(app: &App, session: &Session, t: Words, asked: SignInRequest) -> Result<Response, Problem> {
    let (challenge, state) =
        get_passkeys(app)?.webauthn.start_discoverable_authentication().map_err(|error| defect(&error))?;
    put(app, session, SignInStep::Passkey, &Signing { state, asked }).await?;
    page(Shell::outside(t, "/sign-in"), Challenge::Get, &challenge.public_key)
}

/// A page that asks the device to make a passkey called `name` for `account`.
///
/// # Errors
/// 404 where there are no passkeys; while the database is away.
pub async fn ask_to_make(
    app: &App,
    session: &Session,
    shell: Shell,
    account: &Account,
    name: String,
) -> Result<Response, Problem> {
    let passkeys = get_passkeys(app)?;
    let known = {
        let mut db = app.db.acquire().await?;
        list_credential_ids(&mut db, account.id).await?
    };
    let (username, shown) = (&account.username, &account.display_name);
    let begun = passkeys.webauthn.start_passkey_registration(account.id.0, username, shown, Some(known));
    let (challenge, state) = begun.map_err(|error| defect(&error))?;
    put(app, session, SignInStep::NewPasskey, &Making { state, account: account.id.0, name }).await?;
    page(shell, Challenge::Create, &to_be_found_without_a_name(challenge).public_key)
}

/// The same challenge, for a passkey that the device finds by itself: no name is typed at the sign-in.
fn to_be_found_without_a_name(mut challenge: CreationChallengeResponse) -> CreationChallengeResponse {
    if let Some(selection) = &mut challenge.public_key.authenticator_selection {
        selection.resident_key = Some(ResidentKeyRequirement::Required);
        selection.require_resident_key = true;
    }
    challenge
}

fn page(shell: Shell, challenge: Challenge, options: &impl Serialize) -> Result<Response, Problem> {
    let options = serde_json::to_string(options).map_err(|_| Problem::internal())?;
    let (making, action, back) = match challenge {
        Challenge::Create => (true, "/account/passkeys/confirm", "/account"),
        Challenge::Get => (false, "/sign-in/passkey/confirm", "/sign-in"),
    };
    let page = PasskeyPage { making, options, action, back };
    Ok(HtmlPage::within(shell.with_script("passkeys"), page).into_response())
}

/// Whose passkey signed what this session was asked to sign, and what was asked for when that began. The counter is kept
/// in the transaction of `db`.
///
/// # Errors
/// While the database is away.
pub async fn check_signature(
    app: &App,
    db: &mut Connection,
    sha256: Option<[u8; 32]>,
    credential: &str,
) -> Result<(SignInRequest, Result<AccountId, Refusal>), Problem> {
    let passkeys = get_passkeys(app)?;
    let Some(Signing { state, asked }) = take(db, app.now(), sha256, SignInStep::Passkey).await? else {
        return Ok((SignInRequest::default(), Err(Refusal::Late)));
    };
    let Ok(signed) = serde_json::from_str::<PublicKeyCredential>(credential) else {
        return Ok((asked, Err(Refusal::Wrong)));
    };
    let Some(kept) = lock_passkey(db, signed.get_credential_id()).await? else {
        return Ok((asked, Err(Refusal::Unknown)));
    };
    let mut passkey: Passkey = serde_json::from_value(kept.credential).map_err(|_| Problem::internal())?;
    // a device that names somebody has to name the owner
    let named = signed.get_user_unique_id().is_none_or(|handle| handle == kept.account.0.as_bytes());
    let result = match passkeys.webauthn.finish_discoverable_authentication_v2(&signed, state, &passkey) {
        Ok(result) if named => result,
        Ok(_) => return Ok((asked, Err(Refusal::Wrong))),
        Err(error) => return Ok((asked, Err(refused(&error)))),
    };
    passkey.update_credential(&result);
    let credential = serde_json::to_value(&passkey).map_err(|_| Problem::internal())?;
    update_passkey(db, kept.id, &credential, app.now()).await?;
    Ok((asked, Ok(kept.account)))
}

/// Keeps the passkey that the device has made for `account`; gives its name.
///
/// # Errors
/// While the database is away.
pub async fn keep_made(
    app: &App,
    db: &mut Connection,
    sha256: [u8; 32],
    account: AccountId,
    credential: &str,
) -> Result<Result<String, Refusal>, Problem> {
    let passkeys = get_passkeys(app)?;
    let taken: Option<Making> = take(db, app.now(), Some(sha256), SignInStep::NewPasskey).await?;
    let Some(making) = taken.filter(|making| making.account == account.0) else { return Ok(Err(Refusal::Late)) };
    let Ok(made) = serde_json::from_str::<RegisterPublicKeyCredential>(credential) else {
        return Ok(Err(Refusal::Wrong));
    };
    if list_credential_ids(db, account).await?.contains(&made.raw_id) {
        return Ok(Err(Refusal::Known));
    }
    let passkey = match passkeys.webauthn.finish_passkey_registration(&made, &making.state) {
        Ok(passkey) => passkey,
        Err(error) => return Ok(Err(refused(&error))),
    };
    let kept = serde_json::to_value(&passkey).map_err(|_| Problem::internal())?;
    let id: &[u8] = passkey.cred_id().as_ref();
    let new = insert_passkey(db, account, id, &kept, &making.name, app.now()).await?;
    Ok(if new { Ok(making.name) } else { Err(Refusal::Known) })
}

/// Takes all passkeys of the account `of` away, and notes in the audit that `by` did.
pub async fn remove_all(
    db: &mut Connection,
    now: Timestamp,
    by: &Actor,
    account: AccountId,
    of: &str,
) -> Result<(), StoreError> {
    for name in delete_passkeys(db, account).await? {
        insert_entry(db, now, by, "passkey_remove", of, &json!({ "name": name })).await?;
    }
    Ok(())
}

async fn put(app: &App, session: &Session, kind: SignInStep, data: &impl Serialize) -> Result<(), Problem> {
    let sha256 = begin_session(session).await.map_err(|_| Problem::unavailable())?;
    let data = serde_json::to_vec(data).map_err(|_| Problem::internal())?;
    let mut db = app.db.acquire().await?;
    Ok(put_wait(&mut db, &sha256, kind, &data, app.now() + LASTS).await?)
}

/// What waits for a session: used up by what it lets in, in the same transaction.
async fn take<T: DeserializeOwned>(
    db: &mut Connection,
    now: Timestamp,
    sha256: Option<[u8; 32]>,
    kind: SignInStep,
) -> Result<Option<T>, StoreError> {
    let Some(sha256) = sha256 else { return Ok(None) };
    let taken = take_wait(db, &sha256, kind, now).await?;
    Ok(taken.and_then(|taken| serde_json::from_slice(&taken).ok()))
}

fn refused(error: &WebauthnError) -> Refusal {
    tracing::warn!(%error, "a passkey was refused");
    Refusal::Wrong
}

fn defect(error: &WebauthnError) -> Problem {
    tracing::error!(%error, "a passkey cannot be asked for");
    Problem::internal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_offer_passkeys_to_names_over_https_and_to_this_machine() {
        for url in ["https://gcc.example.go.th", "https://gcc.example.go.th:8443", "http://localhost:8080"] {
            assert!(Passkeys::new(url).is_some(), "{url}");
        }
        for url in ["http://127.0.0.1:8080", "https://192.0.2.1", "http://gcc.example.go.th", "https://[::1]", "x"] {
            assert!(Passkeys::new(url).is_none(), "{url}");
        }
    }
}
