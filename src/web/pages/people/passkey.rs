//! Signing in by a passkey: one page asks the device, the next request brings what it signed.

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use tower_sessions::Session;

use super::code::PendingSignIn;
use super::sign_in::{finish, refuse_other};
use crate::store::accounts::find_account_by_id;
use crate::web::ClientAddress;
use crate::web::app::App;
use crate::web::people::attempts::Attempt;
use crate::web::people::passkeys::{Refusal, ask_to_sign, check_signature, get_passkeys};
use crate::web::people::sign_in_request::{SignInRequest, WithoutName};
use crate::web::people::{AwaitingSecondFactor, SignInMethod, language_of, session_sha256};
use crate::web::problem::Problem;
use crate::web::words::Words;

/// Asks the device for a signature.
pub async fn begin(
    State(app): State<App>,
    session: Session,
    cookies: CookieJar,
    from: ClientAddress,
    Form(typed): Form<WithoutName>,
) -> Result<Response, Problem> {
    get_passkeys(&app)?;
    let t = Words::in_language(language_of(&cookies).unwrap_or_default());
    // in place of the second step, after the password: what was chosen there holds here too
    let half_way = AwaitingSecondFactor::of(&session, app.now()).await.map_err(|_| Problem::unavailable())?;
    let mut asked = SignInRequest::from(typed);
    asked.remembered |= half_way.is_some_and(|half_way| half_way.remembered);
    if !Attempt::begin_at_provider(&app, from).await? {
        let (status, fault) = (StatusCode::TOO_MANY_REQUESTS, t.say("sign-in-too-often"));
        return Ok(refuse_other(&app, t, status, PendingSignIn::by(SignInMethod::Passkey, asked), fault));
    }
    ask_to_sign(&app, &session, t, asked).await
}

/// What the device signed.
#[derive(Deserialize)]
pub struct Signed {
    credential: String,
}

/// Signs in whose passkey signed.
pub async fn confirm(
    State(app): State<App>,
    session: Session,
    cookies: CookieJar,
    headers: HeaderMap,
    from: ClientAddress,
    Form(Signed { credential }): Form<Signed>,
) -> Result<Response, Problem> {
    let t = Words::in_language(language_of(&cookies).unwrap_or_default());
    let mut tx = app.begin().await?;
    let (asked, checked) = check_signature(&app, &mut tx, session_sha256(&session), &credential).await?;
    let asked = PendingSignIn::by(SignInMethod::Passkey, asked);
    let found = match checked {
        Ok(id) => match find_account_by_id(&mut tx, id).await?.filter(|account| account.is_active(app.now())) {
            Some(account) => Ok(account),
            None => Err(Refusal::Unknown),
        },
        Err(refusal) => Err(refusal),
    };
    let account = match found {
        Ok(account) => account,
        Err(refusal) => {
            drop(tx);
            metrics::counter!(crate::telemetry::metric::SIGN_INS, "outcome" => "refused").increment(1);
            return Ok(refuse_other(&app, t, StatusCode::UNPROCESSABLE_ENTITY, asked, t.say(refusal.key())));
        }
    };
    tx.commit().await?;
    Attempt::succeed_at_provider(&app, from).await?;
    finish(&app, &session, t, &headers, &account, asked).await
}
