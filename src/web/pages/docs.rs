//! The OpenAPI document, and a page that shows it: plain HTML of our own, so that it works without any other site.

use std::sync::LazyLock;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{HttpMethod, Operation};

use super::{assets, show as show_page};
use crate::web::document::{openapi, operations};

/// The document is the same for the life of the process.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| openapi().to_json().unwrap_or_default());

/// The OpenAPI document of this service.
#[utoipa::path(get, path = "/openapi.json", tag = "public", responses((status = 200, body = Object)))]
pub async fn get_document() -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], DOCUMENT.as_str()).into_response()
}

#[derive(Template)]
#[template(path = "docs.html")]
struct Docs {
    style: String,
    sections: Vec<Section>,
}

struct Section {
    title: String,
    about: String,
    operations: Vec<OperationRow>,
}

struct OperationRow {
    method: &'static str,
    path: String,
    summary: String,
    description: String,
    roles: String,
    parameters: Vec<(String, String)>,
    answers: String,
}

impl OperationRow {
    fn of(path: &str, method: &HttpMethod, operation: &Operation) -> Self {
        let value = |name: &str| {
            let extensions = serde_json::to_value(&operation.extensions).unwrap_or_default();
            let roles = extensions.get(name).and_then(|roles| roles.as_array().cloned()).unwrap_or_default();
            roles.iter().filter_map(|role| role.as_str().map(str::to_owned)).collect::<Vec<_>>().join(", ")
        };
        let parameters = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        });
        Self {
            method: match method {
                HttpMethod::Post => "POST",
                HttpMethod::Patch => "PATCH",
                HttpMethod::Delete => "DELETE",
                _ => "GET",
            },
            path: path.to_owned(),
            summary: operation.summary.clone().unwrap_or_default(),
            description: operation.description.clone().unwrap_or_default(),
            roles: value("x-roles"),
            parameters: parameters
                .map(|parameter| (parameter.name.clone(), parameter.description.clone().unwrap_or_default()))
                .collect(),
            answers: operation.responses.responses.keys().cloned().collect::<Vec<_>>().join(", "),
        }
    }
}

/// The document as a page.
pub async fn show() -> Response {
    let document = openapi();
    let sections = document.tags.iter().flatten().map(|tag| Section {
        title: tag.name.clone(),
        about: tag.description.clone().unwrap_or_default(),
        operations: operations(&document)
            .filter(|(_, _, operation)| operation.tags.iter().flatten().any(|name| *name == tag.name))
            .map(|(path, method, operation)| OperationRow::of(path, &method, operation))
            .collect(),
    });
    let page = Docs { style: assets::style_path(), sections: sections.collect() };
    show_page(StatusCode::OK, &page, "public, max-age=300")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_page_lists_the_routes_and_loads_nothing_from_elsewhere() {
        let body = axum::body::to_bytes(show().await.into_body(), 1_000_000).await.expect("short");
        let html = String::from_utf8(body.into()).expect("text");
        assert!(html.contains("/api/v1/bulletins/{id}/publish"), "{html}");
        assert!(!html.contains("<script") && !html.contains("style=\""), "nothing inline, no script");
        assert!(!html.contains("src=\"http") && !html.contains("<link rel=\"stylesheet\" href=\"http"));
    }
}
