//! Every route in one place, with what it needs: the table that `auth` and `people` enforce and that a test walks.
//!
//! The OpenAPI document is generated from the handlers; a test holds the two to each other, so that no route can
//! be served without a line here.

use axum::http::Method;

use crate::domain::account::Act;

/// One route.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with `{names}` for what varies.
    pub path: &'static str,
    /// Who is let in.
    pub access: Access,
}

/// Who is let in by a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Keys of the API whose role allows the act.
    Key(Act),
    /// People who are signed in and whose role allows the act.
    Person(Act),
}

impl Route {
    /// What a key's role must allow, where the route asks for a key.
    #[must_use]
    pub fn act(&self) -> Option<Act> {
        match self.access {
            Access::Key(act) => Some(act),
            Access::Public | Access::Person(_) => None,
        }
    }
}

const fn route(method: &'static str, path: &'static str, act: Act) -> Route {
    Route { method, path, access: Access::Key(act) }
}

const fn open(method: &'static str, path: &'static str) -> Route {
    Route { method, path, access: Access::Public }
}

const fn page(method: &'static str, path: &'static str, act: Act) -> Route {
    Route { method, path, access: Access::Person(act) }
}

/// Every route that is served.
pub const ROUTES: &[Route] = &[
    route("GET", "/api/v1/bulletins", Act::Read),
    route("POST", "/api/v1/bulletins", Act::Originate),
    route("GET", "/api/v1/bulletins/{id}", Act::Read),
    route("PATCH", "/api/v1/bulletins/{id}", Act::Originate),
    route("DELETE", "/api/v1/bulletins/{id}", Act::Originate),
    route("GET", "/api/v1/bulletins/{id}/forecast", Act::Read),
    route("POST", "/api/v1/bulletins/{id}/submit", Act::Originate),
    route("POST", "/api/v1/bulletins/{id}/recall", Act::Originate),
    route("POST", "/api/v1/bulletins/{id}/approve", Act::Approve),
    route("POST", "/api/v1/bulletins/{id}/return", Act::Approve),
    route("POST", "/api/v1/bulletins/{id}/test", Act::Originate),
    route("POST", "/api/v1/bulletins/{id}/publish", Act::Originate),
    route("POST", "/api/v1/bulletins/{id}/unschedule", Act::Originate),
    route("GET", "/api/v1/bulletins/{id}/status", Act::Read),
    route("GET", "/api/v1/bulletins/{id}/events", Act::Read),
    route("GET", "/api/v1/events", Act::Read),
    route("GET", "/api/v1/bulletins/{id}/deliveries", Act::Read),
    route("POST", "/api/v1/bulletins/{id}/forward", Act::Forward),
    route("POST", "/api/v1/bulletins/{id}/decline", Act::Forward),
    route("POST", "/api/v1/bulletins/{id}/undecline", Act::Retry),
    route("POST", "/api/v1/bulletins/{id}/withdraw", Act::Withdraw),
    route("POST", "/api/v1/bulletins/{id}/retry", Act::Retry),
    route("POST", "/api/v1/images", Act::Originate),
    route("GET", "/api/v1/deliveries", Act::Read),
    route("GET", "/api/v1/deliveries/{id}", Act::Read),
    route("POST", "/api/v1/deliveries/{id}/retry", Act::Retry),
    route("GET", "/api/v1/waiting", Act::Forward),
    route("GET", "/api/v1/waiting/{id}", Act::Forward),
    route("GET", "/api/v1/groups", Act::Read),
    route("GET", "/api/v1/groups/{code}", Act::Read),
    route("PATCH", "/api/v1/groups/{code}", Act::ManageGroups),
    route("POST", "/api/v1/groups/{code}/join-code", Act::ManageGroups),
    route("POST", "/api/v1/groups/{code}/deputies", Act::ManageGroups),
    route("DELETE", "/api/v1/groups/{code}/deputies/{id}", Act::ManageGroups),
    route("GET", "/api/v1/offices", Act::Read),
    route("GET", "/api/v1/offices/{code}", Act::Read),
    route("GET", "/api/v1/channels", Act::OperateChannels),
    route("POST", "/api/v1/channels/{code}/park", Act::OperateChannels),
    route("POST", "/api/v1/channels/{code}/resume", Act::OperateChannels),
    route("GET", "/api/v1/webhook-failures", Act::OperateChannels),
    route("POST", "/api/v1/webhook-failures/{id}/retry", Act::OperateChannels),
    route("GET", "/api/v1/coverage", Act::Read),
    open("GET", "/api/v1/openapi.json"),
    open("GET", "/openapi.json"),
    open("GET", "/docs"),
    open("POST", "/line/webhook/{channel}"),
    open("GET", "/b/{token}"),
    open("GET", "/i/{file}"),
    open("GET", "/assets/{file}"),
    open("GET", "/"),
    open("GET", "/sign-in"),
    open("POST", "/sign-in"),
    open("POST", "/sign-in/code"),
    open("POST", "/sign-in/passkey"),
    open("POST", "/sign-in/passkey/confirm"),
    open("POST", "/sign-in/provider"),
    open("GET", "/sign-in/provider/return"),
    open("GET", "/welcome/{token}"),
    open("POST", "/welcome/{token}"),
    open("POST", "/welcome/{token}/provider"),
    open("POST", "/language"),
    page("POST", "/sign-out", Act::Read),
    page("GET", "/home", Act::Read),
    page("GET", "/board", Act::Read),
    page("GET", "/board/live", Act::Read),
    page("GET", "/board/csv/{table}", Act::Read),
    page("GET", "/board/{id}", Act::Read),
    page("GET", "/board/{id}/live", Act::Read),
    page("GET", "/board/{id}/csv/{table}", Act::Read),
    page("GET", "/board/{id}/provinces/{province}", Act::Read),
    page("GET", "/board/{id}/receipt", Act::Read),
    page("GET", "/board/{id}/retry", Act::Retry),
    page("POST", "/board/{id}/retry", Act::Retry),
    page("POST", "/board/{id}/undecline", Act::Retry),
    page("GET", "/groups/{code}", Act::Read),
    page("GET", "/deliveries/{id}", Act::Read),
    page("POST", "/deliveries/{id}/retry", Act::Retry),
    page("GET", "/channels", Act::OperateChannels),
    page("POST", "/channels/{code}/park", Act::OperateChannels),
    page("POST", "/channels/{code}/resume", Act::OperateChannels),
    page("POST", "/webhook-failures/{id}/retry", Act::OperateChannels),
    page("GET", "/failures", Act::Read),
    page("GET", "/waiting", Act::Forward),
    page("GET", "/waiting/all", Act::Forward),
    page("POST", "/waiting/all", Act::Forward),
    page("GET", "/waiting/{id}", Act::Forward),
    page("POST", "/waiting/{id}/forward", Act::Forward),
    page("POST", "/waiting/{id}/decline", Act::Forward),
    page("GET", "/waiting/{id}/receipt", Act::Forward),
    page("GET", "/groups/{code}/settings", Act::ManageGroups),
    page("POST", "/groups/{code}/settings", Act::ManageGroups),
    page("POST", "/groups/{code}/join-code", Act::ManageGroups),
    page("POST", "/groups/{code}/deputies", Act::ManageGroups),
    page("POST", "/groups/{code}/deputies/{id}/end", Act::ManageGroups),
    page("GET", "/account", Act::Read),
    page("POST", "/account/password", Act::Read),
    page("POST", "/account/codes", Act::Read),
    page("POST", "/account/codes/confirm", Act::Read),
    page("POST", "/account/codes/remove", Act::Read),
    page("POST", "/account/passkeys", Act::Read),
    page("POST", "/account/passkeys/confirm", Act::Read),
    page("POST", "/account/passkeys/{id}/remove", Act::Read),
    page("POST", "/account/provider", Act::Read),
    page("POST", "/account/provider/remove", Act::Read),
    page("POST", "/account/recovery", Act::Read),
    page("POST", "/account/failures/seen", Act::Read),
    page("POST", "/account/devices/{handle}/sign-out", Act::Read),
    page("POST", "/account/devices/sign-out-others", Act::Read),
    page("GET", "/bulletins", Act::Read),
    page("GET", "/bulletins/new", Act::Originate),
    page("POST", "/bulletins/new", Act::Originate),
    page("POST", "/bulletins/preview", Act::Originate),
    page("POST", "/bulletins/groups", Act::Originate),
    page("POST", "/bulletins/image", Act::Originate),
    page("GET", "/bulletins/{id}", Act::Read),
    page("GET", "/bulletins/{id}/edit", Act::Originate),
    page("POST", "/bulletins/{id}/edit", Act::Originate),
    page("GET", "/bulletins/{id}/publish", Act::Originate),
    page("POST", "/bulletins/{id}/publish", Act::Originate),
    page("POST", "/bulletins/{id}/submit", Act::Originate),
    page("POST", "/bulletins/{id}/recall", Act::Originate),
    page("POST", "/bulletins/{id}/unschedule", Act::Originate),
    page("POST", "/bulletins/{id}/delete", Act::Originate),
    page("POST", "/bulletins/{id}/test", Act::Originate),
    page("POST", "/bulletins/{id}/approve", Act::Approve),
    page("POST", "/bulletins/{id}/return", Act::Approve),
    page("POST", "/bulletins/{id}/withdraw", Act::Withdraw),
    page("GET", "/accounts", Act::ManageAccounts),
    page("GET", "/accounts/new", Act::ManageAccounts),
    page("POST", "/accounts/new", Act::ManageAccounts),
    page("GET", "/accounts/invite", Act::ManageAccounts),
    page("POST", "/accounts/invite", Act::ManageAccounts),
    page("GET", "/accounts/{id}", Act::ManageAccounts),
    page("POST", "/accounts/{id}", Act::ManageAccounts),
    page("POST", "/accounts/{id}/link", Act::ManageAccounts),
    page("POST", "/accounts/{id}/disable", Act::ManageAccounts),
    page("POST", "/accounts/{id}/enable", Act::ManageAccounts),
    page("POST", "/accounts/{id}/codes/remove", Act::ManageAccounts),
    page("POST", "/accounts/{id}/passkeys/remove", Act::ManageAccounts),
    page("POST", "/accounts/{id}/provider/remove", Act::ManageAccounts),
    page("GET", "/keys", Act::ManageKeys),
    page("POST", "/keys", Act::ManageKeys),
    page("POST", "/keys/{id}/revoke", Act::ManageKeys),
    page("GET", "/docs/examples", Act::Read),
    page("GET", "/status", Act::Read),
    page("GET", "/status/{id}", Act::Read),
    page("GET", "/audit", Act::ReadAudit),
    page("POST", "/audit/check", Act::ReadAudit),
    open("GET", "/livez"),
    open("GET", "/readyz"),
    open("GET", "/metrics"),
];

/// The route that answers `method` at the path pattern `path`.
#[must_use]
pub fn find(method: &Method, path: &str) -> Option<&'static Route> {
    // what answers GET answers HEAD
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    ROUTES.iter().find(|route| route.method == method && route.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_document_and_the_table_name_the_same_routes() {
        let document = serde_json::to_value(crate::web::openapi()).expect("plain");
        let mut documented = BTreeSet::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for method in item.as_object().expect("operations").keys() {
                documented.insert((method.to_uppercase(), path.clone()));
            }
        }
        let undocumented = [
            "/",
            "/docs",
            "/openapi.json",
            "/assets/{file}",
            "/sign-in",
            "/sign-in/code",
            "/sign-in/passkey",
            "/sign-in/passkey/confirm",
            "/sign-in/provider",
            "/sign-in/provider/return",
            "/welcome/{token}",
            "/welcome/{token}/provider",
            "/language",
        ];
        let listed: BTreeSet<_> = ROUTES
            .iter()
            .filter(|route| !matches!(route.access, Access::Person(_)) && !undocumented.contains(&route.path))
            .map(|route| (route.method.to_owned(), route.path.to_owned()))
            .collect();
        assert_eq!(documented, listed);
    }

    #[test]
    fn every_route_of_the_api_but_its_document_needs_a_role() {
        for route in ROUTES.iter().filter(|route| route.path.starts_with("/api/")) {
            assert_eq!(route.act().is_none(), route.path == "/api/v1/openapi.json", "{}", route.path);
        }
    }
}
