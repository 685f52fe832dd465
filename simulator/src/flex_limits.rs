//! LINE's limits on Flex messages: the container's size and shape, and each component in it.
//!
//! Walks the tree of components once. Strict where a bulletin could go wrong (sizes, empty texts,
//! actions, labels); what is only looks (colours, spacings) is left to the renderer.
//! Source: Messaging API reference, "Flex Message".

use serde_json::Value;

use super::limits::Findings;

/// Most bytes of one bubble's JSON.
const BUBBLE_BYTES: usize = 30 * 1_024;
/// Most bytes of a carousel's JSON.
const CAROUSEL_BYTES: usize = 50 * 1_024;
/// Most bubbles in a carousel.
const CAROUSEL_BUBBLES: usize = 12;
/// Most graphemes of a button's label.
const LABEL: usize = 40;

/// Checks the Flex message at `path`.
pub(super) fn check_flex(findings: &mut Findings, message: &Value, path: &str) {
    findings.text(message, path, "altText", 1_500);
    let path = format!("{path}.contents");
    let Some(container) = message.get("contents") else {
        return findings.add(path, "May not be empty");
    };
    match container.get("type").and_then(Value::as_str) {
        Some("bubble") => check_bubble(findings, container, &path),
        Some("carousel") => check_carousel(findings, container, &path),
        _ => findings.add(format!("{path}.type"), "Must be one of the following values: [bubble, carousel]"),
    }
}

fn check_carousel(findings: &mut Findings, carousel: &Value, path: &str) {
    check_bytes(findings, carousel, path, CAROUSEL_BYTES);
    let bubbles = carousel.get("contents").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if bubbles.is_empty() || bubbles.len() > CAROUSEL_BUBBLES {
        findings.add(format!("{path}.contents"), format!("Size must be between 1 and {CAROUSEL_BUBBLES}"));
    }
    if bubbles.iter().any(|bubble| bubble.get("size") != bubbles[0].get("size")) {
        findings.add(format!("{path}.contents"), "All bubbles must be of the same size");
    }
    for (n, bubble) in bubbles.iter().enumerate() {
        check_bubble(findings, bubble, &format!("{path}.contents[{n}]"));
    }
}

fn check_bubble(findings: &mut Findings, bubble: &Value, path: &str) {
    check_bytes(findings, bubble, path, BUBBLE_BYTES);
    check_own_action(findings, bubble, path);
    let mut blocks = 0;
    for block in ["header", "hero", "body", "footer"] {
        if let Some(component) = bubble.get(block) {
            blocks += 1;
            let path = format!("{path}.{block}");
            if block != "hero" && kind(component) != "box" {
                findings.add(format!("{path}.type"), "Must be one of the following values: [box]");
            }
            check_component(findings, component, &path);
        }
    }
    if blocks == 0 {
        findings.add(path, "At least one block must be specified");
    }
}

fn check_bytes(findings: &mut Findings, container: &Value, path: &str, most: usize) {
    if container.to_string().len() > most {
        findings.add(path, format!("Size of the JSON data must be at most {most} bytes"));
    }
}

fn kind(component: &Value) -> &str {
    component.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn check_component(findings: &mut Findings, component: &Value, path: &str) {
    check_own_action(findings, component, path);
    match kind(component) {
        "box" => check_box(findings, component, path),
        "text" => check_text(findings, component, path),
        "span" => findings.text(component, path, "text", 5_000),
        "image" | "icon" => findings.media(component, path, "url"),
        "button" => check_button(findings, component, path),
        "video" => {
            findings.media(component, path, "url");
            findings.media(component, path, "previewUrl");
        }
        "separator" | "filler" => {}
        _ => findings.add(format!("{path}.type"), "Must be a valid component type"),
    }
}

fn check_own_action(findings: &mut Findings, component: &Value, path: &str) {
    if let Some(action) = component.get("action") {
        findings.action(action, &format!("{path}.action"), LABEL);
    }
}

fn check_box(findings: &mut Findings, component: &Value, path: &str) {
    if !matches!(component.get("layout").and_then(Value::as_str), Some("horizontal" | "vertical" | "baseline")) {
        findings.add(format!("{path}.layout"), "Must be one of the following values: [horizontal, vertical, baseline]");
    }
    match component.get("contents").and_then(Value::as_array) {
        Some(contents) => check_all(findings, contents, path),
        None => findings.add(format!("{path}.contents"), "May not be empty"),
    }
}

fn check_all(findings: &mut Findings, contents: &[Value], path: &str) {
    for (n, component) in contents.iter().enumerate() {
        check_component(findings, component, &format!("{path}.contents[{n}]"));
    }
}

/// A text has spans, or a text of its own that is not empty.
fn check_text(findings: &mut Findings, component: &Value, path: &str) {
    match component.get("contents").and_then(Value::as_array).filter(|spans| !spans.is_empty()) {
        Some(spans) => check_all(findings, spans, path),
        None => findings.text(component, path, "text", 5_000),
    }
}

fn check_button(findings: &mut Findings, component: &Value, path: &str) {
    match component.get("action") {
        None => findings.add(format!("{path}.action"), "May not be empty"),
        Some(action) if action.get("label").is_none() => {
            findings.add(format!("{path}.action.label"), "May not be empty");
        }
        Some(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::limits::check_messages;

    fn faults(body: &Value) -> Vec<String> {
        let bubble = json!({"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": [body]}});
        let message = json!([{"type": "flex", "altText": "หนังสือราชการ", "contents": bubble}]);
        let faults = check_messages(&message.to_string()).err().unwrap_or_default();
        faults.into_iter().map(|d| d.property.replace("messages[0].contents.", "")).collect()
    }

    fn button(action: &Value) -> Value {
        json!({"type": "button", "action": action})
    }

    #[test]
    fn a_button_that_keeps_the_limits_passes() {
        assert!(faults(&button(&json!({"type": "postback", "label": "รับทราบ", "data": "a".repeat(300)}))).is_empty());
    }

    #[rstest]
    #[case::empty_text(json!({"type": "text", "text": ""}), "body.contents[0].text")]
    #[case::no_action(json!({"type": "button"}), "body.contents[0].action")]
    #[case::no_label(button(&json!({"type": "postback", "data": "a"})), "body.contents[0].action.label")]
    #[case::long_data(button(&json!({"type": "postback", "label": "x", "data": "a".repeat(301)})), "body.contents[0].action.data")]
    #[case::long_label(button(&json!({"type": "postback", "label": "ก".repeat(41), "data": "a"})), "body.contents[0].action.label")]
    #[case::long_uri(button(&json!({"type": "uri", "label": "x", "uri": format!("https://a.example/{}", "a".repeat(1_000))})), "body.contents[0].action.uri")]
    #[case::odd_scheme(button(&json!({"type": "uri", "label": "x", "uri": "javascript:alert(1)"})), "body.contents[0].action.uri")]
    #[case::no_layout(json!({"type": "box", "contents": []}), "body.contents[0].layout")]
    #[case::unknown(json!({"type": "table"}), "body.contents[0].type")]
    fn a_broken_component_is_named_by_its_property(#[case] component: Value, #[case] property: &str) {
        assert_eq!(faults(&component), [property]);
    }

    #[test]
    fn a_bubble_over_30_kilobytes_is_refused() {
        let text = json!({"type": "text", "text": "ก".repeat(4_900), "wrap": true});
        let of = |n: usize| json!({"type": "box", "layout": "vertical", "contents": vec![&text; n]});
        assert!(faults(&of(2)).is_empty());
        assert_eq!(faults(&of(3)), ["messages[0].contents"]);
    }

    #[test]
    fn an_alt_text_is_required_and_limited() {
        let of = |alt: &str| {
            let bubble = json!({"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": []}});
            check_messages(&json!([{"type": "flex", "altText": alt, "contents": bubble}]).to_string())
        };
        assert!(of(&"ก".repeat(1_500)).is_ok());
        assert!(of(&"ก".repeat(1_501)).is_err());
        assert!(of("").is_err());
    }
}
