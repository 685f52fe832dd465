//! Every route in one place, with what it needs: the table that `access` and `people` enforce and that a test walks.
//!
//! The OpenAPI document is generated from the handlers; a test holds the two to each other, so that no route can
//! be served without a line here.

use axum::http::Method;

use crate::domain::account::Permission;

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
    Key(Permission),
    /// People who are signed in and whose role allows the act.
    Person(Permission),
}

impl Route {
    /// What a key's role must allow, where the route asks for a key.
    #[must_use]
    pub fn act(&self) -> Option<Permission> {
        match self.access {
            Access::Key(act) => Some(act),
            Access::Public | Access::Person(_) => None,
        }
    }
}

const fn route(method: &'static str, path: &'static str, act: Permission) -> Route {
    Route { method, path, access: Access::Key(act) }
}

const fn open(method: &'static str, path: &'static str) -> Route {
    Route { method, path, access: Access::Public }
}

const fn page(method: &'static str, path: &'static str, act: Permission) -> Route {
    Route { method, path, access: Access::Person(act) }
}

/// The routes to which files are sent, which may take longer than other requests.
pub const UPLOADS: &[&str] = &["/api/v1/files", "/submissions/files", "/disseminations/pictures"];

/// Every route that is served.
pub const ROUTES: &[Route] = &[
    route("GET", "/api/v1/bulletins", Permission::Read),
    route("POST", "/api/v1/bulletins", Permission::Originate),
    route("GET", "/api/v1/bulletins/{id}", Permission::Read),
    route("PATCH", "/api/v1/bulletins/{id}", Permission::Originate),
    route("DELETE", "/api/v1/bulletins/{id}", Permission::Originate),
    route("GET", "/api/v1/bulletins/{id}/forecast", Permission::Read),
    route("POST", "/api/v1/bulletins/{id}/submit", Permission::Originate),
    route("POST", "/api/v1/bulletins/{id}/recall", Permission::Originate),
    route("POST", "/api/v1/bulletins/{id}/approve", Permission::Approve),
    route("POST", "/api/v1/bulletins/{id}/return", Permission::Approve),
    route("POST", "/api/v1/bulletins/{id}/test", Permission::Originate),
    route("POST", "/api/v1/bulletins/{id}/publish", Permission::Originate),
    route("POST", "/api/v1/bulletins/{id}/unschedule", Permission::Originate),
    route("GET", "/api/v1/bulletins/{id}/local-authorities", Permission::Read),
    route("GET", "/api/v1/bulletins/{id}/local-authorities/districts", Permission::Read),
    route("GET", "/api/v1/bulletins/{id}/status", Permission::Read),
    route("GET", "/api/v1/bulletins/{id}/events", Permission::Read),
    route("GET", "/api/v1/events", Permission::Read),
    route("GET", "/api/v1/bulletins/{id}/deliveries", Permission::Read),
    route("POST", "/api/v1/bulletins/{id}/forward", Permission::Forward),
    route("POST", "/api/v1/bulletins/{id}/decline", Permission::Forward),
    route("POST", "/api/v1/bulletins/{id}/undecline", Permission::Retry),
    route("POST", "/api/v1/bulletins/{id}/report", Permission::Forward),
    route("POST", "/api/v1/bulletins/{id}/withdraw", Permission::Withdraw),
    route("POST", "/api/v1/bulletins/{id}/retry", Permission::Retry),
    route("POST", "/api/v1/images", Permission::Originate),
    route("GET", "/api/v1/deliveries", Permission::Read),
    route("GET", "/api/v1/deliveries/{id}", Permission::Read),
    route("POST", "/api/v1/deliveries/{id}/retry", Permission::Retry),
    route("GET", "/api/v1/waiting", Permission::Forward),
    route("GET", "/api/v1/waiting/{id}", Permission::Forward),
    route("GET", "/api/v1/groups", Permission::Read),
    route("POST", "/api/v1/groups", Permission::ManageTree),
    route("GET", "/api/v1/groups/{code}", Permission::Read),
    route("PATCH", "/api/v1/groups/{code}", Permission::ManageGroups),
    route("POST", "/api/v1/groups/{code}/join-code", Permission::ManageGroups),
    route("GET", "/api/v1/groups/{code}/stewards", Permission::Read),
    route("POST", "/api/v1/groups/{code}/stewards", Permission::ManageGroups),
    route("POST", "/api/v1/groups/{code}/stewards/end", Permission::ManageGroups),
    route("DELETE", "/api/v1/groups/{code}/stewards/{id}", Permission::ManageGroups),
    route("POST", "/api/v1/groups/{code}/deputies", Permission::ManageGroups),
    route("DELETE", "/api/v1/groups/{code}/deputies/{id}", Permission::ManageGroups),
    route("GET", "/api/v1/tree", Permission::ManageTree),
    route("GET", "/api/v1/tree/uploads", Permission::ManageTree),
    route("POST", "/api/v1/tree/uploads", Permission::ManageTree),
    route("GET", "/api/v1/tree/uploads/{id}", Permission::ManageTree),
    route("POST", "/api/v1/tree/uploads/{id}/apply", Permission::ManageTree),
    route("POST", "/api/v1/tree/uploads/{id}/undo", Permission::ManageTree),
    route("GET", "/api/v1/group-alerts", Permission::Read),
    route("POST", "/api/v1/group-alerts/{id}/seen", Permission::Retry),
    route("GET", "/api/v1/offices", Permission::Read),
    route("GET", "/api/v1/offices/{code}", Permission::Read),
    route("GET", "/api/v1/offices/{code}/profile", Permission::Read),
    route("PUT", "/api/v1/offices/{code}/profile", Permission::Originate),
    route("GET", "/api/v1/register", Permission::OfficeWork),
    route("POST", "/api/v1/register", Permission::OfficeWork),
    route("GET", "/api/v1/register.csv", Permission::OfficeWork),
    route("GET", "/api/v1/register/years", Permission::OfficeWork),
    route("POST", "/api/v1/register/years/{year}/close", Permission::OfficeWork),
    route("POST", "/api/v1/register/by-itself", Permission::OfficeWork),
    route("GET", "/api/v1/register/{id}", Permission::OfficeWork),
    route("POST", "/api/v1/register/{id}/endorsements", Permission::OfficeWork),
    route("GET", "/api/v1/coordinators", Permission::Read),
    route("POST", "/api/v1/coordinators", Permission::OfficeWork),
    route("POST", "/api/v1/coordinators/import", Permission::OfficeWork),
    route("GET", "/api/v1/coordinators/{id}", Permission::Read),
    route("POST", "/api/v1/coordinators/{id}/end", Permission::OfficeWork),
    route("GET", "/api/v1/coordinators/{id}/data", Permission::OfficeWork),
    route("GET", "/api/v1/requests", Permission::Read),
    route("GET", "/api/v1/requests/summary", Permission::Read),
    route("GET", "/api/v1/requests/{id}", Permission::Read),
    route("POST", "/api/v1/requests/{id}/done", Permission::OfficeWork),
    route("POST", "/api/v1/requests/{id}/not-applicable", Permission::OfficeWork),
    route("GET", "/api/v1/disseminations", Permission::Read),
    route("POST", "/api/v1/disseminations", Permission::OfficeWork),
    route("GET", "/api/v1/disseminations/summary", Permission::Read),
    route("GET", "/api/v1/disseminations/{id}", Permission::Read),
    route("GET", "/api/v1/disseminations/{id}/pictures/{file}", Permission::Read),
    route("POST", "/api/v1/disseminations/{id}/replace", Permission::OfficeWork),
    route("POST", "/api/v1/files", Permission::HandleMaterial),
    route("GET", "/api/v1/submissions", Permission::Read),
    route("POST", "/api/v1/submissions", Permission::OfficeWork),
    route("GET", "/api/v1/submissions/topics", Permission::Read),
    route("POST", "/api/v1/submissions/topics", Permission::Publish),
    route("GET", "/api/v1/submissions/{id}", Permission::Read),
    route("GET", "/api/v1/submissions/{id}/files/{file}", Permission::Read),
    route("POST", "/api/v1/submissions/{id}/files/{file}/poster", Permission::Publish),
    route("GET", "/api/v1/posters", Permission::Read),
    route("POST", "/api/v1/submissions/{id}/send-again", Permission::OfficeWork),
    route("POST", "/api/v1/submissions/{id}/check", Permission::OfficeWork),
    route("POST", "/api/v1/submissions/{id}/propose", Permission::OfficeWork),
    route("POST", "/api/v1/submissions/{id}/return", Permission::HandleMaterial),
    route("POST", "/api/v1/submissions/{id}/accept", Permission::Publish),
    route("GET", "/api/v1/establishment", Permission::Read),
    route("GET", "/api/v1/establishment/{office}", Permission::Read),
    route("POST", "/api/v1/establishment/{office}/created", Permission::OfficeWork),
    route("POST", "/api/v1/establishment/{office}/verify", Permission::VerifyGroups),
    route("POST", "/api/v1/establishment/{office}/reports", Permission::OfficeWork),
    route("POST", "/api/v1/establishment/{office}/reports/{id}/own-mail", Permission::OfficeWork),
    route("POST", "/api/v1/establishment/{office}/reports/{id}/paper", Permission::OfficeWork),
    route("POST", "/api/v1/establishment/{office}/reports/{id}/resend", Permission::OfficeWork),
    route("GET", "/api/v1/channels", Permission::OperateChannels),
    route("GET", "/api/v1/channels/{code}", Permission::OperateChannels),
    route("PATCH", "/api/v1/channels/{code}", Permission::ManageChannels),
    route("POST", "/api/v1/channels/{code}/check", Permission::OperateChannels),
    route("POST", "/api/v1/channels/{code}/park", Permission::OperateChannels),
    route("POST", "/api/v1/channels/{code}/resume", Permission::OperateChannels),
    route("GET", "/api/v1/webhook-failures", Permission::OperateChannels),
    route("POST", "/api/v1/webhook-failures/{id}/retry", Permission::OperateChannels),
    route("POST", "/api/v1/channels/{code}/budget", Permission::OperateChannels),
    route("POST", "/api/v1/channels/{code}/reserve", Permission::OperateChannels),
    route("GET", "/api/v1/coverage", Permission::Read),
    route("GET", "/api/v1/cost", Permission::Read),
    open("GET", "/api/v1/openapi.json"),
    open("GET", "/openapi.json"),
    open("GET", "/docs"),
    open("POST", "/line/webhook/{channel}"),
    open("GET", "/b/{token}"),
    open("GET", "/i/{file}"),
    open("GET", "/f/{file}"),
    open("GET", "/assets/{file}"),
    open("GET", "/favicon.ico"),
    open("GET", "/"),
    open("GET", "/heard"),
    open("GET", "/posters"),
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
    page("POST", "/sign-out", Permission::Read),
    page("GET", "/home", Permission::Read),
    page("GET", "/board", Permission::Read),
    page("GET", "/board/live", Permission::Read),
    page("GET", "/board/csv/{table}", Permission::Read),
    page("GET", "/board/{id}", Permission::Read),
    page("GET", "/board/{id}/live", Permission::Read),
    page("GET", "/board/{id}/csv/{table}", Permission::Read),
    page("GET", "/board/{id}/provinces/{province}", Permission::Read),
    page("GET", "/board/{id}/receipt", Permission::Read),
    page("GET", "/board/{id}/retry", Permission::Retry),
    page("POST", "/board/{id}/retry", Permission::Retry),
    page("POST", "/board/{id}/undecline", Permission::Retry),
    page("GET", "/groups/{code}", Permission::Read),
    page("GET", "/deliveries/{id}", Permission::Read),
    page("POST", "/deliveries/{id}/retry", Permission::Retry),
    page("GET", "/cost", Permission::Read),
    page("POST", "/deliveries/{id}/report", Permission::Forward),
    page("GET", "/channels", Permission::OperateChannels),
    page("GET", "/channels/new", Permission::ManageChannels),
    page("POST", "/channels/new", Permission::ManageChannels),
    page("GET", "/channels/{code}", Permission::OperateChannels),
    page("POST", "/channels/{code}/check", Permission::OperateChannels),
    page("POST", "/channels/{code}/test-webhook", Permission::OperateChannels),
    page("POST", "/channels/{code}/rotate", Permission::ManageChannels),
    page("POST", "/channels/{code}/rate", Permission::ManageChannels),
    page("POST", "/channels/{code}/reserve", Permission::OperateChannels),
    page("GET", "/channels/{code}/budget", Permission::OperateChannels),
    page("POST", "/channels/{code}/budget", Permission::OperateChannels),
    page("POST", "/channels/{code}/park", Permission::OperateChannels),
    page("POST", "/channels/{code}/resume", Permission::OperateChannels),
    page("POST", "/webhook-failures/{id}/retry", Permission::OperateChannels),
    page("GET", "/failures", Permission::Read),
    page("POST", "/group-alerts/{id}/seen", Permission::Retry),
    page("GET", "/waiting", Permission::Forward),
    page("GET", "/waiting/all", Permission::Forward),
    page("POST", "/waiting/all", Permission::Forward),
    page("GET", "/waiting/{id}", Permission::Forward),
    page("POST", "/waiting/{id}/forward", Permission::Forward),
    page("POST", "/waiting/{id}/decline", Permission::Forward),
    page("POST", "/waiting/{id}/report", Permission::Forward),
    page("GET", "/waiting/{id}/receipt", Permission::Forward),
    page("GET", "/groups/{code}/settings", Permission::ManageGroups),
    page("POST", "/groups/{code}/settings", Permission::ManageGroups),
    page("POST", "/groups/{code}/join-code", Permission::ManageGroups),
    page("GET", "/groups/{code}/stewards", Permission::ManageGroups),
    page("POST", "/groups/{code}/stewards", Permission::ManageGroups),
    page("POST", "/groups/{code}/stewards/end", Permission::ManageGroups),
    page("POST", "/groups/{code}/stewards/{id}/cancel", Permission::ManageGroups),
    page("POST", "/groups/{code}/deputies", Permission::ManageGroups),
    page("POST", "/groups/{code}/deputies/{id}/end", Permission::ManageGroups),
    page("GET", "/tree", Permission::Read),
    page("GET", "/tree/add", Permission::ManageTree),
    page("POST", "/tree/add", Permission::ManageTree),
    page("GET", "/groups/{code}/edit", Permission::ManageTree),
    page("POST", "/groups/{code}/edit", Permission::ManageTree),
    page("GET", "/groups/{code}/retire", Permission::ManageTree),
    page("POST", "/groups/{code}/retire", Permission::ManageTree),
    page("POST", "/groups/{code}/reinstate", Permission::ManageTree),
    page("GET", "/tree/file", Permission::ManageTree),
    page("GET", "/tree/upload", Permission::ManageTree),
    page("POST", "/tree/upload", Permission::ManageTree),
    page("GET", "/tree/uploads/{id}", Permission::ManageTree),
    page("POST", "/tree/uploads/{id}/apply", Permission::ManageTree),
    page("POST", "/tree/uploads/{id}/undo", Permission::ManageTree),
    page("GET", "/join-slips", Permission::ManageGroups),
    page("POST", "/join-slips", Permission::ManageGroups),
    page("GET", "/register", Permission::OfficeWork),
    page("GET", "/register/new", Permission::OfficeWork),
    page("POST", "/register/new", Permission::OfficeWork),
    page("POST", "/register/by-itself", Permission::OfficeWork),
    page("POST", "/register/years/{year}/close", Permission::OfficeWork),
    page("GET", "/register/{id}", Permission::OfficeWork),
    page("GET", "/register/{id}/print", Permission::OfficeWork),
    page("POST", "/register/{id}/endorsements", Permission::OfficeWork),
    page("GET", "/account", Permission::Read),
    page("POST", "/account/password", Permission::Read),
    page("POST", "/account/codes", Permission::Read),
    page("POST", "/account/codes/confirm", Permission::Read),
    page("POST", "/account/codes/remove", Permission::Read),
    page("POST", "/account/passkeys", Permission::Read),
    page("POST", "/account/passkeys/confirm", Permission::Read),
    page("POST", "/account/passkeys/{id}/remove", Permission::Read),
    page("POST", "/account/line", Permission::OfficeWork),
    page("POST", "/account/line/remove", Permission::OfficeWork),
    page("POST", "/account/provider", Permission::Read),
    page("POST", "/account/provider/remove", Permission::Read),
    page("POST", "/account/recovery", Permission::Read),
    page("POST", "/account/failures/seen", Permission::Read),
    page("POST", "/account/devices/{handle}/sign-out", Permission::Read),
    page("POST", "/account/devices/sign-out-others", Permission::Read),
    page("GET", "/bulletins", Permission::Read),
    page("GET", "/bulletins/new", Permission::Originate),
    page("POST", "/bulletins/new", Permission::Originate),
    page("POST", "/bulletins/preview", Permission::Originate),
    page("POST", "/bulletins/groups", Permission::Originate),
    page("POST", "/bulletins/image", Permission::Originate),
    page("GET", "/bulletins/{id}", Permission::Read),
    page("GET", "/bulletins/{id}/edit", Permission::Originate),
    page("POST", "/bulletins/{id}/edit", Permission::Originate),
    page("GET", "/bulletins/{id}/publish", Permission::Originate),
    page("POST", "/bulletins/{id}/publish", Permission::Originate),
    page("POST", "/bulletins/{id}/submit", Permission::Originate),
    page("POST", "/bulletins/{id}/recall", Permission::Originate),
    page("POST", "/bulletins/{id}/unschedule", Permission::Originate),
    page("POST", "/bulletins/{id}/delete", Permission::Originate),
    page("POST", "/bulletins/{id}/test", Permission::Originate),
    page("POST", "/bulletins/{id}/approve", Permission::Approve),
    page("POST", "/bulletins/{id}/return", Permission::Approve),
    page("POST", "/bulletins/{id}/withdraw", Permission::Withdraw),
    page("GET", "/issuers", Permission::Originate),
    page("GET", "/offices/{code}/profile", Permission::Originate),
    page("POST", "/offices/{code}/profile", Permission::Originate),
    page("GET", "/accounts", Permission::ManageAccounts),
    page("GET", "/accounts/new", Permission::ManageAccounts),
    page("POST", "/accounts/new", Permission::ManageAccounts),
    page("GET", "/accounts/invite", Permission::ManageAccounts),
    page("POST", "/accounts/invite", Permission::ManageAccounts),
    page("GET", "/accounts/{id}", Permission::ManageAccounts),
    page("POST", "/accounts/{id}", Permission::ManageAccounts),
    page("POST", "/accounts/{id}/link", Permission::ManageAccounts),
    page("POST", "/accounts/{id}/disable", Permission::ManageAccounts),
    page("POST", "/accounts/{id}/enable", Permission::ManageAccounts),
    page("POST", "/accounts/{id}/codes/remove", Permission::ManageAccounts),
    page("POST", "/accounts/{id}/passkeys/remove", Permission::ManageAccounts),
    page("POST", "/accounts/{id}/provider/remove", Permission::ManageAccounts),
    page("GET", "/keys", Permission::ManageKeys),
    page("POST", "/keys", Permission::ManageKeys),
    page("POST", "/keys/{id}/revoke", Permission::ManageKeys),
    page("GET", "/requests", Permission::OfficeWork),
    page("POST", "/requests/{id}/answer", Permission::OfficeWork),
    page("GET", "/requests/bulletins/{id}", Permission::Read),
    page("GET", "/requests/bulletins/{id}/csv", Permission::Read),
    page("POST", "/bulletins/{id}/requests", Permission::Originate),
    page("POST", "/bulletins/{id}/requests/{no}/remove", Permission::Originate),
    page("GET", "/coordinators", Permission::OfficeWork),
    page("GET", "/coordinators/csv", Permission::OfficeWork),
    page("GET", "/coordinators/form", Permission::OfficeWork),
    page("POST", "/coordinators/import", Permission::OfficeWork),
    page("GET", "/coordinators/offices/{code}", Permission::OfficeWork),
    page("POST", "/coordinators/offices/{code}", Permission::OfficeWork),
    page("GET", "/coordinators/offices/{code}/form", Permission::OfficeWork),
    page("POST", "/coordinators/{id}/end", Permission::OfficeWork),
    page("GET", "/coordinators/{id}/data", Permission::OfficeWork),
    page("GET", "/processing", Permission::Read),
    page("GET", "/docs/examples", Permission::Read),
    page("GET", "/status", Permission::Read),
    page("GET", "/status/{id}", Permission::Read),
    page("GET", "/submissions", Permission::Read),
    page("POST", "/submissions/files", Permission::OfficeWork),
    page("GET", "/submissions/files/{file}/preview", Permission::Read),
    page("GET", "/submissions/new", Permission::OfficeWork),
    page("POST", "/submissions/new", Permission::OfficeWork),
    page("GET", "/submissions/topics", Permission::Publish),
    page("POST", "/submissions/topics", Permission::Publish),
    page("GET", "/submissions/{id}", Permission::Read),
    page("GET", "/submissions/{id}/files/{file}", Permission::Read),
    page("POST", "/submissions/{id}/posters", Permission::Publish),
    page("GET", "/submissions/{id}/again", Permission::OfficeWork),
    page("POST", "/submissions/{id}/again", Permission::OfficeWork),
    page("POST", "/submissions/{id}/step", Permission::HandleMaterial),
    page("POST", "/submissions/{id}/accept", Permission::Publish),
    page("GET", "/disseminations", Permission::Read),
    page("GET", "/disseminations/new", Permission::OfficeWork),
    page("POST", "/disseminations/new", Permission::OfficeWork),
    page("GET", "/disseminations/reach/{bulletin}", Permission::Read),
    page("GET", "/disseminations/script/{bulletin}", Permission::Read),
    page("GET", "/disseminations/sheet/{bulletin}", Permission::Read),
    page("POST", "/disseminations/script/{bulletin}", Permission::OfficeWork),
    page("GET", "/disseminations/read-back", Permission::OfficeWork),
    page("POST", "/disseminations/read-back", Permission::OfficeWork),
    open("GET", "/readback"),
    open("POST", "/readback"),
    page("GET", "/disseminations/{id}", Permission::Read),
    page("POST", "/disseminations/pictures", Permission::OfficeWork),
    page("GET", "/disseminations/{id}/pictures/{file}", Permission::Read),
    page("POST", "/disseminations/{id}/replace", Permission::OfficeWork),
    page("GET", "/local-authorities/{bulletin}", Permission::Read),
    page("GET", "/establishment", Permission::OfficeWork),
    page("GET", "/establishment/csv", Permission::OfficeWork),
    page("GET", "/establishment/offices/{code}", Permission::OfficeWork),
    page("POST", "/establishment/offices/{code}/created", Permission::OfficeWork),
    page("POST", "/establishment/offices/{code}/verify", Permission::VerifyGroups),
    page("POST", "/establishment/offices/{code}/reports", Permission::OfficeWork),
    page("GET", "/establishment/reports/{id}", Permission::OfficeWork),
    page("POST", "/establishment/reports/{id}/own-mail", Permission::OfficeWork),
    page("POST", "/establishment/reports/{id}/paper", Permission::OfficeWork),
    page("POST", "/establishment/reports/{id}/resend", Permission::OfficeWork),
    page("GET", "/audit", Permission::ReadAudit),
    page("POST", "/audit/check", Permission::ReadAudit),
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
            "/heard",
            "/posters",
            "/docs",
            "/openapi.json",
            "/assets/{file}",
            "/favicon.ico",
            "/sign-in",
            "/sign-in/code",
            "/sign-in/passkey",
            "/sign-in/passkey/confirm",
            "/sign-in/provider",
            "/sign-in/provider/return",
            "/welcome/{token}",
            "/welcome/{token}/provider",
            "/language",
            "/readback",
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
