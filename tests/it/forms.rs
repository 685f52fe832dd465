//! What a row of the [table of forms](crate::forms_table) says. Whoever adds a form or a query adds its row there;
//! [`every_route_for_people_has_its_fields_in_the_table`] fails until it is there.

use std::collections::BTreeSet;

use gcc_relay::web::routes::{Access, ROUTES};

use crate::forms_offices::OF_OFFICES;
use crate::forms_table::{OF_PEOPLE, OF_STEWARDS, OF_THE_BOARD, OF_WRITERS};
use crate::test_app::Who;

/// In whose browser a form is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// Of somebody who is signed in.
    SignedIn(Who),
    /// Of nobody.
    NotSignedIn,
    /// Of an operator, another one each time, as one account may fail only so often.
    NewOperator,
    /// Of an approver, another one each time, who has typed the password and not yet the TOTP code.
    AwaitingCode,
}

/// A form: who sends it where, with something good in each field.
///
/// What stands for the words in `{}` is made by `form_words`; `#` becomes a new number each time.
pub struct Form {
    pub sender: Sender,
    /// Method and path, as the table of routes names them.
    pub route: &'static str,
    pub path: &'static str,
    pub fields: &'static [(&'static str, &'static str)],
}

pub type Fields = &'static [(&'static str, &'static str)];

pub const fn form(sender: Sender, route: &'static str, path: &'static str, fields: Fields) -> Form {
    Form { sender, route, path, fields }
}

/// Routes without a field: their paths, and whether they know you, are all they look at.
const WITHOUT_FIELDS: &[&str] = &[
    "GET /",
    "GET /heard",
    "GET /issuers",
    "GET /offices/{code}/profile",
    "GET /openapi.json",
    "GET /b/{token}",
    "GET /i/{file}",
    "GET /assets/{file}",
    "GET /favicon.ico",
    "GET /livez",
    "GET /readyz",
    "GET /metrics",
    "GET /welcome/{token}",
    "POST /sign-out",
    "GET /board",
    "GET /board/live",
    "GET /board/csv/{table}",
    "GET /board/{id}",
    "GET /board/{id}/live",
    "GET /board/{id}/csv/{table}",
    "GET /deliveries/{id}",
    "GET /channels/{code}/budget",
    "GET /groups/{code}/stewards",
    "POST /groups/{code}/stewards/{id}/cancel",
    "GET /channels/new",
    "GET /channels/{code}",
    "POST /channels/{code}/check",
    "POST /channels/{code}/test-webhook",
    "GET /groups/{code}/edit",
    "GET /groups/{code}/retire",
    "POST /groups/{code}/reinstate",
    "GET /tree/file",
    "GET /tree/upload",
    "GET /tree/uploads/{id}",
    "POST /tree/uploads/{id}/apply",
    "POST /tree/uploads/{id}/undo",
    "POST /channels/{code}/park",
    "POST /channels/{code}/reserve",
    "POST /channels/{code}/resume",
    "POST /webhook-failures/{id}/retry",
    "POST /group-alerts/{id}/seen",
    "GET /f/{file}",
    "GET /submissions/topics",
    "GET /submissions/{id}",
    "GET /submissions/{id}/files/{file}",
    "GET /submissions/files/{file}/preview",
    "GET /disseminations/read-back",
    "GET /waiting",
    "GET /waiting/all",
    "GET /waiting/{id}",
    "GET /waiting/{id}/receipt",
    "GET /groups/{code}/settings",
    "POST /groups/{code}/join-code",
    "POST /groups/{code}/deputies/{id}/end",
    "GET /account",
    "POST /account/devices/{handle}/sign-out",
    "POST /account/devices/sign-out-others",
    "GET /bulletins/{id}",
    "GET /bulletins/{id}/edit",
    "GET /bulletins/{id}/publish",
    "POST /bulletins/{id}/submit",
    "POST /bulletins/{id}/recall",
    "POST /bulletins/{id}/unschedule",
    "POST /bulletins/{id}/delete",
    "POST /bulletins/{id}/approve",
    "GET /accounts/new",
    "GET /accounts/{id}",
    "POST /accounts/{id}/link",
    "POST /account/line/remove",
    "POST /accounts/{id}/disable",
    "POST /accounts/{id}/enable",
    "POST /accounts/{id}/codes/remove",
    "POST /accounts/{id}/passkeys/remove",
    "POST /accounts/{id}/provider/remove",
    "POST /keys/{id}/revoke",
    "GET /register/{id}",
    "GET /register/{id}/print",
    "GET /requests/bulletins/{id}",
    "GET /requests/bulletins/{id}/csv",
    "POST /bulletins/{id}/requests/{no}/remove",
    "GET /coordinators/form",
    "GET /coordinators/offices/{code}",
    "GET /coordinators/offices/{code}/form",
    "GET /coordinators/{id}/data",
    "GET /processing",
    "GET /establishment/offices/{code}",
    "GET /establishment/reports/{id}",
    "POST /establishment/reports/{id}/resend",
    "GET /docs/examples",
];

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Form> {
    [OF_PEOPLE, OF_STEWARDS, OF_WRITERS, OF_THE_BOARD, OF_OFFICES].into_iter().flatten()
}

#[test]
fn every_route_for_people_has_its_fields_in_the_table() {
    let routes: BTreeSet<String> = ROUTES
        .iter()
        // the API and LINE's webhook take no forms
        .filter(|route| !matches!(route.access, Access::Key(_)) && !route.path.starts_with("/api/"))
        .filter(|route| !route.path.starts_with("/line/"))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let with: BTreeSet<String> = all().map(|form| form.route.to_owned()).collect();
    let without: BTreeSet<String> = WITHOUT_FIELDS.iter().map(ToString::to_string).collect();
    let listed: BTreeSet<String> = with.union(&without).cloned().collect();
    let (missing, unknown): (Vec<_>, Vec<_>) =
        (routes.difference(&listed).collect(), listed.difference(&routes).collect());
    assert!(missing.is_empty() && unknown.is_empty(), "without a row: {missing:#?}; no route: {unknown:#?}");
    let both: Vec<_> = with.intersection(&without).collect();
    assert!(both.is_empty(), "with fields and without: {both:#?}");
}
