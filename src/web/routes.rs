//! Every route in one place, with what it needs: the table that `auth` enforces and that a test walks.
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
    /// What the key's role must allow; none = open to everybody.
    pub act: Option<Act>,
}

const fn route(method: &'static str, path: &'static str, act: Act) -> Route {
    Route { method, path, act: Some(act) }
}

const fn open(method: &'static str, path: &'static str) -> Route {
    Route { method, path, act: None }
}

/// Every route that is served.
pub const ROUTES: &[Route] = &[
    route("GET", "/api/v1/bulletins", Act::Read),
    route("POST", "/api/v1/bulletins", Act::Publish),
    route("GET", "/api/v1/bulletins/{id}", Act::Read),
    route("PATCH", "/api/v1/bulletins/{id}", Act::Publish),
    route("DELETE", "/api/v1/bulletins/{id}", Act::Publish),
    route("GET", "/api/v1/bulletins/{id}/forecast", Act::Read),
    route("POST", "/api/v1/bulletins/{id}/publish", Act::Publish),
    route("POST", "/api/v1/bulletins/{id}/unschedule", Act::Publish),
    route("GET", "/api/v1/bulletins/{id}/status", Act::Read),
    route("GET", "/api/v1/bulletins/{id}/deliveries", Act::Read),
    route("POST", "/api/v1/bulletins/{id}/forward", Act::Forward),
    route("POST", "/api/v1/bulletins/{id}/decline", Act::Forward),
    route("POST", "/api/v1/bulletins/{id}/undecline", Act::Retry),
    route("POST", "/api/v1/bulletins/{id}/withdraw", Act::Withdraw),
    route("POST", "/api/v1/bulletins/{id}/retry", Act::Retry),
    route("GET", "/api/v1/deliveries", Act::Read),
    route("GET", "/api/v1/deliveries/{id}", Act::Read),
    route("POST", "/api/v1/deliveries/{id}/retry", Act::Retry),
    route("GET", "/api/v1/groups", Act::Read),
    route("GET", "/api/v1/groups/{code}", Act::Read),
    route("PATCH", "/api/v1/groups/{code}", Act::ManageGroups),
    route("POST", "/api/v1/groups/{code}/join-code", Act::ManageGroups),
    route("GET", "/api/v1/offices", Act::Read),
    route("GET", "/api/v1/offices/{code}", Act::Read),
    route("GET", "/api/v1/channels", Act::OperateChannels),
    route("POST", "/api/v1/channels/{code}/park", Act::OperateChannels),
    route("POST", "/api/v1/channels/{code}/resume", Act::OperateChannels),
    route("GET", "/api/v1/coverage", Act::Read),
    open("GET", "/api/v1/openapi.json"),
    open("GET", "/openapi.json"),
    open("GET", "/docs"),
    open("POST", "/line/webhook/{channel}"),
    open("GET", "/b/{token}"),
    open("GET", "/assets/{file}"),
    open("GET", "/"),
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
        let undocumented = ["/", "/docs", "/openapi.json", "/assets/{file}"];
        let listed: BTreeSet<_> = ROUTES
            .iter()
            .filter(|route| !undocumented.contains(&route.path))
            .map(|route| (route.method.to_owned(), route.path.to_owned()))
            .collect();
        assert_eq!(documented, listed);
    }

    #[test]
    fn every_route_of_the_api_but_its_document_needs_a_role() {
        for route in ROUTES.iter().filter(|route| route.path.starts_with("/api/")) {
            assert_eq!(route.act.is_none(), route.path == "/api/v1/openapi.json", "{}", route.path);
        }
    }
}
