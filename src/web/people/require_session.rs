//! The middleware before the pages of people: nobody passes without a session whose role may do what the page does.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use tower_sessions::Session;

use super::pending_form::PendingForm;
use super::session::{SignedIn, session_sha256};
use super::{Visitor, language_of};
use crate::store::StoreError;
use crate::store::accounts::find_account_by_id;
use crate::web::app::App;
use crate::web::pages::{self, people};
use crate::web::problem::Problem;
use crate::web::routes::{self, Access};
use crate::web::words::Words;

/// What a form says that shows a part of itself anew while somebody is typing.
const TYPING: &str = "x-typing";

/// Lets a request through to a page when somebody is signed in whose role may do what the page does.
pub async fn require_session(
    State(app): State<App>,
    session: Session,
    path: MatchedPath,
    cookies: CookieJar,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(route) = routes::find(request.method(), path.as_str()) else {
        return next.run(request).await;
    };
    let here = match request.method() {
        &Method::GET | &Method::HEAD => request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        _ => page_above(path.as_str(), request.uri().path()).to_owned(),
    };
    let words = Words::in_language(language_of(&cookies).unwrap_or_default());
    let Access::Person(act) = route.access else {
        let response = next.run(request).await;
        return match response.extensions().get::<Problem>() {
            Some(problem) => pages::refused::away(words, problem),
            None => response,
        };
    };
    match identify(&app, &session, &cookies, here.clone()).await {
        Ok(Some(visitor)) if visitor.may(act) => {
            request.extensions_mut().insert(visitor.clone());
            let response = next.run(request).await;
            match response.extensions().get::<Problem>() {
                Some(problem) => pages::refused::problem(&visitor, problem),
                None => response,
            }
        }
        Ok(Some(visitor)) => pages::refused::forbidden(&visitor),
        Ok(None) => send_to_sign_in(&app, words, &here, request).await,
        Err(error) => pages::refused::away(words, &error.into()),
    }
}

/// The page that a form belongs to: its own address if that is a page too, or the nearest above. A form's answer names
/// it as where the visitor is, so that what leads back there later does not ask for what can only be sent.
fn page_above<'a>(pattern: &str, path: &'a str) -> &'a str {
    let (mut pattern, mut path) = (pattern, path);
    while routes::find(&Method::GET, pattern).is_none() {
        let (Some((above, _)), Some((part, _))) = (pattern.rsplit_once('/'), path.rsplit_once('/')) else { return "/" };
        (pattern, path) = (above, part);
    }
    path
}

async fn identify(
    app: &App,
    session: &Session,
    cookies: &CookieJar,
    here: String,
) -> Result<Option<Visitor>, StoreError> {
    // a session that cannot be read is on record, and nobody is signed in by it
    let Ok(Some(signed_in)) = SignedIn::of(session).await else { return Ok(None) };
    let Some(sha256) = session_sha256(session) else { return Ok(None) };
    let mut db = app.db.acquire().await?;
    let Some(account) = find_account_by_id(&mut db, signed_in.account()).await? else { return Ok(None) };
    Visitor::of(&mut db, account, language_of(cookies), here, sha256, app.now()).await
}

/// Leads to the sign-in page and back; a form that was sent is carried along.
async fn send_to_sign_in(app: &App, words: Words, here: &str, request: Request) -> Response {
    let to = format!("/sign-in?{}", serde_urlencoded::to_string([("next", here)]).unwrap_or_default());
    if request.headers().contains_key(TYPING) {
        // part of a form that somebody is typing into: the page has to stay, or what is typed would be lost
        return people::sign_in::save_prompt(words);
    }
    if is_fragment(request.headers()) {
        // a part of a page that wants to be newer: the whole page goes to the sign-in
        let headers = [("hx-redirect", HeaderValue::try_from(to).unwrap_or(HeaderValue::from_static("/sign-in")))];
        return (StatusCode::UNAUTHORIZED, headers).into_response();
    }
    if request.method() == Method::GET || request.method() == Method::HEAD {
        return Redirect::to(&to).into_response();
    }
    let pending_form = PendingForm::take(request).await;
    people::sign_in::sign_in_again(app, words, pending_form.as_ref(), None)
}

/// Whether a script asks for a part of a page.
fn is_fragment(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("/bulletins/{id}/withdraw", "/bulletins/7/withdraw", "/bulletins/7")]
    #[case("/account/codes/confirm", "/account/codes/confirm", "/account")]
    #[case("/waiting/{id}/forward", "/waiting/7/forward", "/waiting/7")]
    #[case("/groups/{code}/deputies/{id}/end", "/groups/gcc1/deputies/3/end", "/groups/gcc1")]
    #[case("/bulletins/new", "/bulletins/new", "/bulletins/new")]
    #[case("/sign-out", "/sign-out", "/")]
    fn what_answers_a_form_is_found_again_by_its_page(#[case] pattern: &str, #[case] path: &str, #[case] page: &str) {
        assert_eq!(page_above(pattern, path), page);
    }

    #[test]
    fn every_form_belongs_to_a_page() {
        for route in routes::ROUTES.iter().filter(|route| matches!(route.access, Access::Person(_))) {
            let page = page_above(route.path, route.path);
            assert!(routes::find(&Method::GET, page).is_some(), "{}: {page}", route.path);
        }
    }
}
