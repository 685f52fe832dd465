//! An example of a call, made out of the OpenAPI document, as a command that can be pasted. Pure.

use serde_json::{Map, Value, json};

/// How deep an example goes into what an object holds.
const DEEPEST: usize = 6;

/// The call as a command, with a body that has every field which must be there.
pub fn command(document: &Value, method: &str, path: &str, needs_key: bool) -> String {
    let mut parts = vec!["curl".to_owned()];
    if method != "GET" {
        parts.push(format!("-X {method}"));
    }
    if needs_key {
        parts.push("-H 'Authorization: Bearer KEY'".to_owned());
    }
    if method == "POST" && needs_key {
        parts.push("-H 'Idempotency-Key: SOMETHING-NEW'".to_owned());
    }
    let operation = &document["paths"][path][method.to_lowercase()];
    let content = operation["requestBody"]["content"].as_object().and_then(|kinds| kinds.iter().next());
    if let Some((kind, content)) = content {
        parts.push(format!("-H 'Content-Type: {kind}'"));
        parts.push(match kind.as_str() {
            "application/json" => format!("-d '{}'", value_of(document, &content["schema"], 0)),
            _ => "--data-binary @FILE".to_owned(),
        });
    }
    parts.push(format!("'https://HOST{path}'"));
    parts.join(" \\\n  ")
}

/// A value as a schema wants it: its own example where it has one.
fn value_of(document: &Value, schema: &Value, depth: usize) -> Value {
    if depth > DEEPEST {
        return Value::Null;
    }
    let below = |schema: &Value| value_of(document, schema, depth + 1);
    if let Some(name) = schema["$ref"].as_str() {
        return document.pointer(name.trim_start_matches('#')).map(below).unwrap_or_default();
    }
    for given in ["example", "default", "const"] {
        if let Some(value) = schema.get(given) {
            return value.clone();
        }
    }
    for list in ["examples", "enum"] {
        if let Some(value) = schema[list].as_array().and_then(|values| values.first()) {
            return value.clone();
        }
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        let choices = schema[choice].as_array().into_iter().flatten();
        if let Some(first) = choices.filter(|choice| choice["type"] != "null").map(below).next() {
            return first;
        }
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null").and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("object") => object_of(document, schema, depth),
        Some("array") => json!([below(&schema["items"])]),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        _ => json!("…"),
    }
}

fn object_of(document: &Value, schema: &Value, depth: usize) -> Value {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let fields: Map<String, Value> =
        required.map(|name| (name.to_owned(), value_of(document, &schema["properties"][name], depth + 1))).collect();
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_what_its_schema_demands() {
        let schema = json!({ "type": "object", "required": ["into", "urgency"], "properties": {
            "into": { "type": "array", "items": { "type": "string", "example": "lpn" } },
            "urgency": { "$ref": "#/components/schemas/Urgency" },
            "note": { "type": ["string", "null"] },
        } });
        let document = json!({
            "components": { "schemas": { "Urgency": { "type": "string", "enum": ["routine", "urgent"] } } },
            "paths": { "/x": { "post": { "requestBody": { "content": { "application/json": { "schema": schema } } } } } },
        });
        let command = command(&document, "POST", "/x", true);
        assert!(command.contains(r#"-d '{"into":["lpn"],"urgency":"routine"}'"#), "{command}");
        assert!(command.contains("Idempotency-Key") && command.ends_with("'https://HOST/x'"), "{command}");
    }
}
