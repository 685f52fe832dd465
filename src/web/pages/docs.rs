//! The OpenAPI document, and a page that shows it: plain HTML of our own, so that it works without any other site.

mod example;

use std::sync::LazyLock;

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::{RefOr, Tag};

use super::{HtmlPage, assets};
use crate::web::document::{openapi, operations};
use crate::web::input::Parameters;

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
struct Docs<'a> {
    style: String,
    q: &'a str,
    /// Each with those of its operations that are looked for.
    sections: Vec<(&'a Section, Vec<&'a OperationRow>)>,
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
    example: String,
}

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub struct DocsQuery {
    #[serde(default)]
    q: String,
}

impl OperationRow {
    fn of(document: &Value, path: &str, method: &HttpMethod, operation: &Operation) -> Self {
        let value = |name: &str| {
            let extensions = serde_json::to_value(&operation.extensions).unwrap_or_default();
            let roles = extensions.get(name).and_then(|roles| roles.as_array().cloned()).unwrap_or_default();
            roles.iter().filter_map(|role| role.as_str().map(str::to_owned)).collect::<Vec<_>>().join(", ")
        };
        let parameters = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        });
        let method = match method {
            HttpMethod::Post => "POST",
            HttpMethod::Put => "PUT",
            HttpMethod::Patch => "PATCH",
            HttpMethod::Delete => "DELETE",
            _ => "GET",
        };
        let roles = value("x-roles");
        Self {
            example: example::command(document, method, path, !roles.is_empty()),
            method,
            path: path.to_owned(),
            summary: operation.summary.clone().unwrap_or_default(),
            description: operation.description.clone().unwrap_or_default(),
            roles,
            parameters: parameters
                .map(|parameter| (parameter.name.clone(), parameter.description.clone().unwrap_or_default()))
                .collect(),
            answers: operation.responses.responses.keys().cloned().collect::<Vec<_>>().join(", "),
        }
    }
}

/// Whether an operation has all of the words, which are in small letters, in what is said of it.
fn has(operation: &OperationRow, words: &str) -> bool {
    let OperationRow { method, path, summary, description, .. } = operation;
    let told = format!("{method} {path} {summary} {description}").to_lowercase();
    words.split_whitespace().all(|word| told.contains(word))
}

static SECTIONS: LazyLock<Vec<Section>> = LazyLock::new(|| {
    let document = openapi();
    let plain = serde_json::to_value(&document).unwrap_or_default();
    let section = |tag: &Tag| Section {
        title: tag.name.clone(),
        about: tag.description.clone().unwrap_or_default(),
        operations: operations(&document)
            .filter(|(_, _, operation)| operation.tags.iter().flatten().any(|name| *name == tag.name))
            .map(|(path, method, operation)| OperationRow::of(&plain, path, &method, operation))
            .collect(),
    };
    document.tags.iter().flatten().map(section).collect()
});

/// The document as a page, or what of it is looked for.
pub async fn show(Parameters(DocsQuery { q }): Parameters<DocsQuery>) -> Response {
    let words = q.to_lowercase();
    let found = |section: &'static Section| {
        let operations: Vec<&OperationRow> = section.operations.iter().filter(|one| has(one, &words)).collect();
        (!operations.is_empty()).then_some((section, operations))
    };
    let page = Docs { style: assets::style_path(), q: q.trim(), sections: SECTIONS.iter().filter_map(found).collect() };
    HtmlPage::within((), page).cache("public, max-age=300").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn page(q: &str) -> String {
        let answer = show(Parameters(DocsQuery { q: q.to_owned() })).await;
        let body = axum::body::to_bytes(answer.into_body(), 1_000_000).await.expect("short");
        String::from_utf8(body.into()).expect("text")
    }

    #[tokio::test]
    async fn the_page_lists_the_routes_and_loads_nothing_from_elsewhere() {
        let html = page("").await;
        assert!(html.contains("/api/v1/bulletins/{id}/publish"), "{html}");
        assert!(!html.contains("<script") && !html.contains("style=\""), "nothing inline, no script");
        assert!(!html.contains("src=\"http") && !html.contains("<link rel=\"stylesheet\" href=\"http"));
    }

    #[tokio::test]
    async fn only_what_has_all_words_is_shown() {
        let html = page("Publish bulletins").await;
        assert!(html.contains("/api/v1/bulletins/{id}/publish") && !html.contains("/api/v1/coverage"), "{html}");
        assert!(page("no such words").await.contains("Nothing has all of these words."));
    }
}
