//! The OpenAPI document: committed, complete, and true to what is answered.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::test_app::{TestApp, Who};

pub fn document() -> Value {
    serde_json::to_value(gcc_relay::web::openapi()).expect("plain")
}

/// Every operation: method, path, what is said of it.
pub fn operations(document: &Value) -> Vec<(Method, String, &Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            all.push((method, path.clone(), operation));
        }
    }
    all
}

#[test]
fn a_change_of_the_document_is_a_change_of_this_snapshot() {
    insta::assert_json_snapshot!(document());
}

#[tokio::test]
async fn the_document_that_is_served_is_the_one_that_the_program_prints() {
    let app = TestApp::new().await;
    for path in ["/openapi.json", "openapi.json"] {
        let served = app.get(&Who::Nobody, path).await;
        assert_eq!((served.header("content-type"), served.expect(200)), ("application/json", document()));
    }
}

#[tokio::test]
async fn every_operation_of_the_document_is_served() {
    let app = TestApp::new().await;
    for (method, path, _) in operations(&document()) {
        let real =
            path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect::<Vec<_>>().join("/");
        let answer = app.call(&Who::Nobody, method.clone(), &real, None).await;
        assert_ne!(answer.status, 405, "{method} {path}");
        assert!(!answer.text.contains("problem:no-route"), "{method} {path}: {}", answer.text);
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(object) => {
                found.extend(object.get("$ref").and_then(Value::as_str));
                object.values().for_each(|value| walk(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    walk(&document, &mut found);
    assert!(found.len() > 20, "{found:?}");
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

/// What `value` has that `schema` does not say, or lacks that it promises.
pub fn differences(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return differences(document, named(document, reference), value, at);
    }
    if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let fits = choices.iter().any(|choice| differences(document, choice, value, at).is_empty());
        return if fits { Vec::new() } else { vec![format!("{at}: fits none of the choices")] };
    }
    let mut found = Vec::new();
    let types = types_of(schema);
    if !types.is_empty() && !types.iter().any(|name| is_of(name, value)) {
        found.push(format!("{at}: {value} is not {types:?}"));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        found.push(format!("{at}: {value} is not in the list"));
    }
    match value {
        Value::Array(items) => {
            let within = format!("{at}[]");
            found.extend(items.iter().flat_map(|item| differences(document, &schema["items"], item, &within)));
        }
        Value::Object(fields) => found.extend(field_differences(document, schema, fields, at)),
        _ => {}
    }
    found
}

/// The same for each field of an object.
fn field_differences(document: &Value, schema: &Value, fields: &Map<String, Value>, at: &str) -> Vec<String> {
    let (known, required) = fields_of(document, schema);
    let missing = required.into_iter().filter(|name| !fields.contains_key(*name));
    let mut found: Vec<String> = missing.map(|name| format!("{at}.{name}: is promised")).collect();
    for (name, field) in fields {
        match known.get(name.as_str()) {
            Some(schema) => found.extend(differences(document, schema, field, &format!("{at}.{name}"))),
            None => found.push(format!("{at}.{name}: is not documented")),
        }
    }
    found
}

pub fn named<'a>(document: &'a Value, reference: &str) -> &'a Value {
    document.pointer(reference.trim_start_matches('#')).expect("a schema")
}

fn types_of(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        _ => value.is_object(),
    }
}

/// The fields of an object's schema with what they are, and which are required; those of `allOf` together.
fn fields_of<'a>(document: &'a Value, schema: &'a Value) -> (BTreeMap<&'a str, &'a Value>, Vec<&'a str>) {
    if let Some(reference) = schema["$ref"].as_str() {
        return fields_of(document, named(document, reference));
    }
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut fields: BTreeMap<_, _> = properties.map(|(name, schema)| (name.as_str(), schema)).collect();
    let mut required: Vec<_> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let (more, needed) = fields_of(document, part);
        fields.extend(more);
        required.extend(needed);
    }
    (fields, required)
}

#[tokio::test]
async fn answers_are_what_the_document_says_of_them() {
    let app = TestApp::new().await;
    let (draft, id) = (app.write_with(json!({ "links": ["https://www.moi.go.th/"] })).await, app.held().await);
    let delivery = app.delivery_of(&id, "moi").await;
    let second = app.write().await;
    let document = document();
    let empty = json!({});
    let mut found = Vec::new();
    for (method, pattern, path, body) in [
        ("get", "/bulletins", "bulletins".to_owned(), None),
        ("get", "/bulletins/{id}", format!("bulletins/{id}"), None),
        ("get", "/bulletins/{id}/forecast", format!("bulletins/{draft}/forecast"), None),
        ("get", "/bulletins/{id}/status", format!("bulletins/{id}/status"), None),
        ("get", "/bulletins/{id}/deliveries", format!("bulletins/{id}/deliveries"), None),
        ("post", "/bulletins/{id}/test", format!("bulletins/{draft}/test"), Some(json!({ "group": "lpn" }))),
        ("post", "/bulletins/{id}/submit", format!("bulletins/{second}/submit"), Some(empty.clone())),
        ("post", "/bulletins/{id}/recall", format!("bulletins/{second}/recall"), Some(empty.clone())),
        ("post", "/bulletins/{id}/approve", format!("bulletins/{second}/approve"), Some(empty.clone())),
        ("get", "/deliveries", "deliveries".to_owned(), None),
        ("get", "/deliveries/{id}", format!("deliveries/{delivery}"), None),
        ("get", "/groups", "groups".to_owned(), None),
        ("get", "/groups/{code}", "groups/lpn".to_owned(), None),
        ("get", "/offices", "offices".to_owned(), None),
        ("get", "/offices/{code}", "offices/lamphun".to_owned(), None),
        ("get", "/channels", "channels".to_owned(), None),
        ("get", "/coverage", "coverage".to_owned(), None),
        ("get", "/cost", "cost".to_owned(), None),
        ("post", "/bulletins/{id}/publish", format!("bulletins/{draft}/publish"), Some(empty.clone())),
        ("post", "/bulletins/{id}/forward", format!("bulletins/{id}/forward"), Some(json!({ "into": "all" }))),
        ("post", "/bulletins/{id}/retry", format!("bulletins/{id}/retry"), Some(empty.clone())),
        ("post", "/bulletins/{id}/withdraw", format!("bulletins/{id}/withdraw"), Some(json!({ "reason": "ก" }))),
        ("post", "/groups/{code}/join-code", "groups/lpn/join-code".to_owned(), Some(empty.clone())),
        ("post", "/channels/{code}/park", "channels/gcc/park".to_owned(), Some(empty.clone())),
        // and refusals
        ("post", "/bulletins", "bulletins".to_owned(), Some(empty.clone())),
        ("post", "/bulletins/{id}/publish", format!("bulletins/{id}/publish"), Some(empty)),
    ] {
        let method_name = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
        let answer = app.call(&Who::Admin, method_name, &path, body.as_ref()).await;
        let said = &document["paths"][format!("/api/v1{pattern}")][method]["responses"][answer.status.to_string()];
        let kind = answer.header("content-type");
        match said["content"].get(kind) {
            Some(content) => found.extend(differences(&document, &content["schema"], &answer.json(), &path)),
            None => found.push(format!("{method} {path}: {} as {kind} is not documented", answer.status)),
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
