//! LINE's limits on message objects, for what a bulletin may use and leniently for the rest.
//!
//! An array that breaks one is refused as a whole, with every fault listed under `details` by its
//! property path, as `validate/push` does. Lengths are counted as LINE counts them: UTF-16 code units
//! for texts, grapheme clusters for labels and display texts. Image addresses need `https`, except on
//! this machine, where the demo has no certificate. Flex is in `flex_limits`. Called by `content`
//! once for each distinct array. Source: Messaging API reference, "Message objects".

use serde::Serialize;
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;
use url::{Host, Url};

use super::flex_limits::check_flex;

/// One fault of a message array, as LINE lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Detail {
    /// What is wrong.
    pub(super) message: String,
    /// Where: `messages[0].text`.
    pub(super) property: String,
}

/// The faults found so far.
#[derive(Default)]
pub(super) struct Findings(Vec<Detail>);

impl Findings {
    /// Adds a fault at `property`.
    pub(super) fn add(&mut self, property: impl Into<String>, message: impl Into<String>) {
        self.0.push(Detail { message: message.into(), property: property.into() });
    }

    /// Demands a text of 1 to `max` UTF-16 units under `key`.
    pub(super) fn text(&mut self, object: &Value, path: &str, key: &str, max: usize) {
        self.counted(object, path, key, max, |text| text.encode_utf16().count());
    }

    /// Demands a text of 1 to `max` graphemes under `key`.
    pub(super) fn graphemes(&mut self, object: &Value, path: &str, key: &str, max: usize) {
        self.counted(object, path, key, max, |text| text.graphemes(true).count());
    }

    fn counted(&mut self, object: &Value, path: &str, key: &str, max: usize, count: fn(&str) -> usize) {
        let property = format!("{path}.{key}");
        match object.get(key).and_then(Value::as_str) {
            None | Some("") => self.add(property, "May not be empty"),
            Some(text) if count(text) > max => self.add(property, format!("Length must be between 0 and {max}")),
            Some(_) => {}
        }
    }

    /// Demands an image or media address under `key`: `https`, at most 2000 characters.
    pub(super) fn media(&mut self, object: &Value, path: &str, key: &str) {
        self.text(object, path, key, 2_000);
        if let Some(address) = object.get(key).and_then(Value::as_str)
            && !address.is_empty()
            && !is_media_address(address)
        {
            self.add(format!("{path}.{key}"), "Invalid URI: must start with https");
        }
    }

    /// Checks an action object; `label_max` is the limit of the control that bears it.
    pub(super) fn action(&mut self, action: &Value, path: &str, label_max: usize) {
        if action.get("label").is_some() {
            self.graphemes(action, path, "label", label_max);
        }
        match action.get("type").and_then(Value::as_str) {
            Some("postback") => {
                self.text(action, path, "data", 300);
                for key in ["displayText", "text"].into_iter().filter(|key| action.get(key).is_some()) {
                    self.graphemes(action, path, key, 300);
                }
            }
            Some("uri") => self.uri(action, path),
            Some("message") => self.graphemes(action, path, "text", 300),
            Some("clipboard") => self.text(action, path, "clipboardText", 1_000),
            Some("datetimepicker") => self.text(action, path, "data", 300),
            Some("camera" | "cameraRoll" | "location" | "richmenuswitch") => {}
            _ => self.add(format!("{path}.type"), "Must be a valid action type"),
        }
    }

    fn uri(&mut self, action: &Value, path: &str) {
        self.text(action, path, "uri", 1_000);
        let known = |uri: &str| matches!(scheme(uri).as_deref(), Some("http" | "https" | "line" | "tel"));
        if let Some(uri) = action.get("uri").and_then(Value::as_str)
            && !uri.is_empty()
            && !known(uri)
        {
            self.add(format!("{path}.uri"), "Invalid action URI");
        }
        if action.get("uri").and_then(Value::as_str).is_some_and(is_program) {
            self.add(format!("{path}.uri"), "invalid uri");
        }
    }
}

/// LINE refuses some addresses without documenting which; one that is known ends as programs for telephones do.
fn is_program(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| url.path().to_ascii_lowercase().ends_with(".apk"))
}

fn scheme(uri: &str) -> Option<String> {
    uri.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase())
}

/// Whether LINE would fetch an image from there; plain `http` passes only on this machine.
fn is_media_address(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

/// Checks a `messages` array; for each message the answer says whether it can be quoted.
///
/// # Errors
/// All faults found.
pub(super) fn check_messages(messages: &str) -> Result<Vec<bool>, Vec<Detail>> {
    let mut findings = Findings::default();
    let mut quotable = Vec::new();
    match serde_json::from_str(messages) {
        Ok(Value::Array(objects)) if (1..=5).contains(&objects.len()) => {
            for (n, object) in objects.iter().enumerate() {
                quotable.push(check_message(&mut findings, object, &format!("messages[{n}]")));
            }
        }
        _ => findings.add("messages", "Size must be between 1 and 5"),
    }
    if findings.0.is_empty() { Ok(quotable) } else { Err(findings.0) }
}

fn check_message(findings: &mut Findings, message: &Value, path: &str) -> bool {
    check_common(findings, message, path);
    let kind = message.get("type").and_then(Value::as_str).unwrap_or_default();
    match kind {
        "text" => findings.text(message, path, "text", 5_000),
        "textV2" => check_text_v2(findings, message, path),
        "image" => {
            findings.media(message, path, "originalContentUrl");
            findings.media(message, path, "previewImageUrl");
        }
        "video" => {
            findings.media(message, path, "originalContentUrl");
            findings.media(message, path, "previewImageUrl");
            if message.get("trackingId").is_some() {
                findings.add(format!("{path}.trackingId"), "Not allowed for groups");
            }
        }
        "audio" => findings.media(message, path, "originalContentUrl"),
        "sticker" => {
            findings.text(message, path, "packageId", 20);
            findings.text(message, path, "stickerId", 20);
        }
        "location" => {
            findings.text(message, path, "title", 100);
            findings.text(message, path, "address", 100);
        }
        "imagemap" | "template" => findings.text(message, path, "altText", 1_500),
        "flex" => check_flex(findings, message, path),
        "coupon" => {}
        _ => findings.add(format!("{path}.type"), "Must be a valid message type"),
    }
    matches!(kind, "text" | "textV2" | "sticker" | "image" | "video" | "template" | "flex")
}

fn check_common(findings: &mut Findings, message: &Value, path: &str) {
    if let Some(sender) = message.get("sender").filter(|sender| sender.get("name").is_some()) {
        findings.text(sender, &format!("{path}.sender"), "name", 20);
    }
    let Some(items) = message.pointer("/quickReply/items").and_then(Value::as_array) else { return };
    if items.is_empty() || items.len() > 13 {
        findings.add(format!("{path}.quickReply.items"), "Size must be between 1 and 13");
    }
    for (n, item) in items.iter().enumerate() {
        findings.action(&item["action"], &format!("{path}.quickReply.items[{n}].action"), 20);
    }
}

/// `{key}` must be among the substitutions; `{{` and `}}` are literal braces.
fn check_text_v2(findings: &mut Findings, message: &Value, path: &str) {
    findings.text(message, path, "text", 5_000);
    let text = message.get("text").and_then(Value::as_str).unwrap_or_default();
    let plain = text.replace("{{", "").replace("}}", "");
    let keys = plain.split('{').skip(1).map(|rest| rest.split_once('}').map(|(key, _)| key));
    for key in keys {
        let known = key.is_some_and(|key| message.get("substitution").and_then(|all| all.get(key)).is_some());
        if !known {
            findings.add(format!("{path}.text"), "Placeholder without substitution");
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn faults(messages: &Value) -> Vec<String> {
        check_messages(&messages.to_string()).err().unwrap_or_default().into_iter().map(|d| d.property).collect()
    }

    #[test]
    fn five_messages_pass_and_six_or_none_do_not() {
        let text = json!({"type": "text", "text": "ทดสอบ"});
        assert!(faults(&json!(vec![&text; 5])).is_empty());
        assert_eq!(faults(&json!(vec![&text; 6])), ["messages"]);
        assert_eq!(faults(&json!([])), ["messages"]);
        assert_eq!(faults(&text), ["messages"]);
    }

    #[test]
    fn texts_are_counted_in_utf_16_units() {
        assert!(faults(&json!([{"type": "text", "text": "น้ำ".repeat(1_666)}])).is_empty());
        assert_eq!(faults(&json!([{"type": "text", "text": "😀".repeat(2_501)}])), ["messages[0].text"]);
    }

    #[test]
    fn labels_are_counted_in_graphemes() {
        let item = |label: String| {
            json!([{"type": "text", "text": "x", "quickReply": {"items": [
            {"type": "action", "action": {"type": "postback", "label": label, "data": "a"}}]}}])
        };
        assert!(faults(&item("กี่".repeat(20))).is_empty());
        assert_eq!(faults(&item("กี่".repeat(21))), ["messages[0].quickReply.items[0].action.label"]);
    }

    #[rstest]
    #[case::empty_text(json!({"type": "text", "text": ""}), "messages[0].text")]
    #[case::unknown_type(json!({"type": "file"}), "messages[0].type")]
    #[case::no_preview(json!({"type": "image", "originalContentUrl": "https://a.example/a.png"}), "messages[0].previewImageUrl")]
    #[case::substitution(json!({"type": "textV2", "text": "{all} {{x}}"}), "messages[0].text")]
    fn a_broken_limit_is_named_by_its_property(#[case] message: Value, #[case] property: &str) {
        assert_eq!(faults(&json!([message])), [property]);
    }

    #[test]
    fn plain_http_images_pass_only_on_this_machine() {
        let image = |url: &str| json!([{"type": "image", "originalContentUrl": url, "previewImageUrl": url}]);
        assert!(faults(&image("http://127.0.0.1:8080/a.png")).is_empty());
        assert_eq!(faults(&image("http://a.example/a.png")).len(), 2);
    }
}
