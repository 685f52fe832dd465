//! The OpenAPI document: made from the handlers and the table of routes, so that it cannot lag behind either.
//!
//! Handlers declare what is their own. What follows from the table is added here to every operation alike: the
//! bearer key, the act and the roles that may do it, the problems that any route can answer with.

use utoipa::OpenApi as _;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, ObjectBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Type};

use super::problem::ProblemDetails;
use super::router;
use super::routes::{self, Route};
use crate::domain::account::{Permission, Role};

const SCHEME: &str = "api_key";

const ROLES: [Role; 7] =
    [Role::Admin, Role::Publisher, Role::Approver, Role::Steward, Role::Operator, Role::Agency, Role::Coordinator];

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "gcc-relay",
        description = "Cascades official bulletins down a three-tier tree of LINE groups and keeps a receipt for each.\n\n\
            Times are RFC 3339 in UTC, ids are UUIDv7. Errors are `application/problem+json` (RFC 9457). Every POST takes \
            an `Idempotency-Key`. What lies outside of a key's office and everything below it answers 404. Where a key's \
            requests are counted, answers say in `RateLimit-Policy` and `RateLimit` what it may ask for \
            (draft-ietf-httpapi-ratelimit-headers-11): whoever keeps to it is not refused with 429.",
    ),
    components(schemas(ProblemDetails)),
    tags(
        (name = "bulletins", description = "Messages from the government: written, published, followed"),
        (name = "deliveries", description = "One bulletin's copy for one group"),
        (name = "tree", description = "Groups, offices and how much of the tree can be reached"),
        (name = "offices", description = "What the letters ask of offices: their register, their coordinators, what is to be done by when, how they spread bulletins further, and that their groups are set up"),
        (name = "channels", description = "The LINE Official Accounts' channels"),
        (name = "public", description = "What needs no key"),
        (name = "health", description = "For machines that watch the service"),
    )
)]
struct Base;

/// What the document says before any route.
pub(super) fn base() -> OpenApi {
    Base::openapi()
}

/// The OpenAPI document of everything that is served.
#[must_use]
pub fn openapi() -> OpenApi {
    complete(router::describe())
}

/// Adds to every operation what follows from the table of routes.
fn complete(mut document: OpenApi) -> OpenApi {
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("gccr_…").build();
    document.components.get_or_insert_default().add_security_scheme(SCHEME, SecurityScheme::Http(scheme));
    for route in routes::ROUTES {
        let Some(item) = document.paths.paths.get_mut(route.path) else { continue };
        let operation = match route.method {
            "GET" => &mut item.get,
            "POST" => &mut item.post,
            "PUT" => &mut item.put,
            "PATCH" => &mut item.patch,
            "DELETE" => &mut item.delete,
            _ => continue,
        };
        if let Some(operation) = operation {
            add_act(operation, route);
            add_problems(operation, route);
            if route.method == "POST" && route.act().is_some() {
                operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
            }
        }
    }
    document
}

fn add_act(operation: &mut Operation, route: &Route) {
    let Some(act) = route.act() else { return };
    operation.security = Some(vec![SecurityRequirement::new(SCHEME, Vec::<String>::new())]);
    let roles: Vec<&str> = ROLES.into_iter().filter(|role| role.may(act)).map(Role::as_str).collect();
    operation.extensions = Some(ExtensionsBuilder::new().add("x-act", act_name(act)).add("x-roles", roles).build());
}

fn act_name(act: Permission) -> &'static str {
    match act {
        Permission::Read => "read",
        Permission::Publish => "publish",
        Permission::Approve => "approve",
        Permission::Originate => "originate",
        Permission::Withdraw => "withdraw",
        Permission::Forward => "forward",
        Permission::Retry => "retry",
        Permission::ManageGroups => "manage_groups",
        Permission::ManageTree => "manage_tree",
        Permission::VerifyGroups => "verify_groups",
        Permission::OfficeWork => "office_work",
        Permission::HandleMaterial => "handle_material",
        Permission::OperateChannels => "operate_channels",
        Permission::ManageChannels => "manage_channels",
        Permission::ManageKeys => "manage_keys",
        Permission::ManageAccounts => "manage_accounts",
        Permission::ReadAudit => "read_audit",
    }
}

/// The problems that follow from what kind of route it is.
fn add_problems(operation: &mut Operation, route: &Route) {
    if route.act().is_none() {
        return;
    }
    let mut add = |status: &str, description: &str| {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(description)));
    };
    add("401", "No working API key was sent, or it has ended");
    add("403", "The key's role may not do this, or it does not work from this address");
    if route.path.contains('{') {
        add("404", "There is none, or it lies outside of the key's part of the tree");
    }
    if route.method != "GET" {
        add("400", "The body is not JSON, or the Idempotency-Key is malformed");
        add("409", "Not possible in the present state, or the same call is being answered");
        add("413", "The body is too large");
        add("415", "The body is not declared as what this route reads");
    }
    add("422", "The input is not accepted; `errors` names every field at fault");
    add("429", "The key asks more often than it may, or holds too many streams or long polls; see Retry-After");
    add("503", "Not available at the moment; see Retry-After");
}

fn problem(description: &str) -> utoipa::openapi::Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .description(Some(
            "The same call with the same key within 24 hours is done once and answered the same, \
             with `Idempotency-Replayed: true`",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(200)).build()))
        .build()
}

/// The operations of the document by path: what the page of it lists.
pub(super) fn operations(document: &OpenApi) -> impl Iterator<Item = (&str, HttpMethod, &Operation)> {
    document.paths.paths.iter().flat_map(|(path, item)| {
        let all = [
            (HttpMethod::Get, &item.get),
            (HttpMethod::Post, &item.post),
            (HttpMethod::Put, &item.put),
            (HttpMethod::Patch, &item.patch),
            (HttpMethod::Delete, &item.delete),
        ];
        all.into_iter().filter_map(move |(method, operation)| Some((path.as_str(), method, operation.as_ref()?)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_summary_and_answers() {
        let document = openapi();
        let mut seen = std::collections::BTreeSet::new();
        for (path, _, operation) in operations(&document) {
            assert!(operation.summary.as_deref().is_some_and(|summary| !summary.is_empty()), "{path}");
            assert!(!operation.responses.responses.is_empty(), "{path}");
            let id = operation.operation_id.clone().expect("an id");
            assert!(seen.insert(id), "{path}: two operations of one id");
        }
        assert!(seen.len() > 25, "{}", seen.len());
    }

    #[test]
    fn what_needs_a_key_says_so() {
        let document = serde_json::to_value(openapi()).expect("plain");
        for route in routes::ROUTES.iter().filter(|route| route.act().is_some()) {
            let operation = &document["paths"][route.path][route.method.to_lowercase()];
            let says = operation["security"][0][SCHEME].is_array() && operation["responses"]["403"].is_object();
            assert!(operation.is_null() || says, "{} {}", route.method, route.path);
        }
        let publish = &document["paths"]["/api/v1/bulletins/{id}/publish"]["post"];
        assert_eq!(publish["x-roles"], serde_json::json!(["admin", "publisher", "steward"]));
        assert!(publish["security"][0][SCHEME].is_array());
        assert!(publish["responses"]["409"]["content"]["application/problem+json"].is_object());
    }
}
