//! LINE's limits on messages, checked before anything is published.
//!
//! A message that breaks one is refused with 400 for every single group, so it is found while it is
//! still a draft. The check reads the finished JSON, not the types it came from: what is counted is what
//! is sent, in the unit LINE counts in.
//! Source: <https://developers.line.biz/en/reference/messaging-api/#message-objects> and
//! <https://developers.line.biz/en/docs/messaging-api/text-character-count/>.
//!
//! Called by `relay::publish`, `relay::forward` and the form's preview in `web`.

use std::fmt;

use serde_json::Value;

use crate::domain::text::{grapheme_len, utf16_len};

/// Of a Flex message's alternative text, in UTF-16 units.
pub const ALT_TEXT: usize = 1_500;
/// Of a text message, in UTF-16 units.
pub const TEXT: usize = 5_000;
/// Of one push.
pub const MESSAGES: usize = 5;
/// Of a bubble's JSON, in bytes. LINE leaves open how Thai letters are measured; raw UTF-8 is what we send.
pub const BUBBLE: usize = 30 * 1024;
/// Of a carousel's JSON, in bytes, measured like a bubble's.
pub const CAROUSEL: usize = 50 * 1024;
/// Of a carousel's bubbles.
pub const CAROUSEL_BUBBLES: usize = 12;
/// Of a button's label, in grapheme clusters.
pub const LABEL: usize = 40;
/// Of a link, in UTF-16 units.
pub const URI: usize = 1_000;
/// Of a picture's address, in UTF-16 units.
pub const IMAGE_URL: usize = 2_000;
/// How many times its width a picture may be high.
pub const STEEPEST: usize = 3;
/// Of what a tap sends back, in UTF-16 units.
pub const POSTBACK: usize = 300;
/// Of a whole request: 2 MB, less room for the address around the messages.
pub const REQUEST: usize = 2_000_000 - 1_024;

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// UTF-16 code units.
    Utf16,
    /// Grapheme clusters.
    Graphemes,
    /// Bytes of UTF-8.
    Bytes,
    /// Objects of an array.
    Items,
    /// Hundredths of a picture's width.
    PercentOfWidth,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf16 => "UTF-16 units",
            Self::Graphemes => "characters",
            Self::Bytes => "bytes",
            Self::Items => "items",
            Self::PercentOfWidth => "per cent of the width",
        })
    }
}

/// One limit that a message breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: LINE takes 1 to {limit} {unit}, and it has {actual}")]
pub struct LimitError {
    /// Where: a JSON pointer into the message array (RFC 6901); empty for the array itself.
    pub field: String,
    /// The most that LINE takes; everything that has a limit must also not be empty.
    pub limit: usize,
    /// What is counted.
    pub unit: Unit,
    /// What it has.
    pub actual: usize,
}

/// The bytes are not a JSON array of messages.
#[derive(Debug, thiserror::Error)]
#[error("not a message array")]
pub struct NotMessages(#[from] serde_json::Error);

/// All the limits that `messages`, a JSON array as it goes to LINE, breaks; none if the list is empty.
///
/// # Errors
/// [`NotMessages`].
pub fn check(messages: &[u8]) -> Result<Vec<LimitError>, NotMessages> {
    let array: Vec<Value> = serde_json::from_slice(messages)?;
    let mut check = Check::default();
    check.count("", MESSAGES, Unit::Items, array.len());
    check.count("", REQUEST, Unit::Bytes, messages.len());
    for (at, message) in array.iter().enumerate() {
        check.message(&format!("/{at}"), message);
    }
    Ok(check.errors)
}

/// Whether LINE would fetch a picture from there: from `https`; plain `http` serves the simulator on this machine.
#[must_use]
pub fn is_image_address(address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else { return false };
    let here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

#[derive(Default)]
struct Check {
    errors: Vec<LimitError>,
}

impl Check {
    fn message(&mut self, at: &str, message: &Value) {
        match message["type"].as_str() {
            Some("text") => self.text(at, message, "text", TEXT, Unit::Utf16),
            Some("flex") => {
                self.text(at, message, "altText", ALT_TEXT, Unit::Utf16);
                self.container(&format!("{at}/contents"), &message["contents"]);
            }
            Some("image" | "video") => {
                self.text(at, message, "originalContentUrl", IMAGE_URL, Unit::Utf16);
                self.text(at, message, "previewImageUrl", IMAGE_URL, Unit::Utf16);
            }
            _ => {}
        }
    }

    /// A bubble, or several side by side.
    fn container(&mut self, at: &str, contents: &Value) {
        let bytes = contents.to_string().len();
        if contents["type"] != "carousel" {
            self.count(at, BUBBLE, Unit::Bytes, bytes);
            return self.component(at, contents);
        }
        self.count(at, CAROUSEL, Unit::Bytes, bytes);
        let bubbles = contents["contents"].as_array().map(Vec::as_slice).unwrap_or_default();
        let at = format!("{at}/contents");
        self.count(&at, CAROUSEL_BUBBLES, Unit::Items, bubbles.len());
        for (index, bubble) in bubbles.iter().enumerate() {
            self.container(&format!("{at}/{index}"), bubble);
        }
    }

    /// A bubble or what is in it, to the bottom.
    fn component(&mut self, at: &str, component: &Value) {
        match component {
            Value::Object(fields) => {
                if component["type"] == "text" {
                    self.text(at, component, "text", TEXT, Unit::Utf16);
                }
                if component["type"] == "image" {
                    self.text(at, component, "url", IMAGE_URL, Unit::Utf16);
                    self.ratio(at, component);
                }
                for (name, value) in fields {
                    let at = format!("{at}/{name}");
                    if name == "action" { self.action(&at, value) } else { self.component(&at, value) }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.component(&format!("{at}/{index}"), item);
                }
            }
            _ => {}
        }
    }

    /// The shape of a picture: `width:height`.
    fn ratio(&mut self, at: &str, image: &Value) {
        let sides = image["aspectRatio"].as_str().unwrap_or("1:1").split_once(':');
        let sides = sides.and_then(|(width, height)| Some((width.parse::<u32>().ok()?, height.parse::<u32>().ok()?)));
        let percent = sides.filter(|(width, _)| *width > 0).map_or(0, |(width, height)| height * 100 / width);
        let percent = usize::try_from(percent).unwrap_or(usize::MAX);
        // what is flatter than a hundredth is not shown at all
        self.count(&format!("{at}/aspectRatio"), STEEPEST * 100, Unit::PercentOfWidth, percent);
    }

    fn action(&mut self, at: &str, action: &Value) {
        self.text(at, action, "label", LABEL, Unit::Graphemes);
        match action["type"].as_str() {
            Some("uri") => self.text(at, action, "uri", URI, Unit::Utf16),
            Some("postback") => self.text(at, action, "data", POSTBACK, Unit::Utf16),
            _ => {}
        }
    }

    /// The text in the field `name`; a missing one counts as empty.
    fn text(&mut self, at: &str, object: &Value, name: &str, limit: usize, unit: Unit) {
        let text = object[name].as_str().unwrap_or_default();
        let actual = match unit {
            Unit::Utf16 => utf16_len(text),
            Unit::Graphemes => grapheme_len(text),
            Unit::Bytes | Unit::Items | Unit::PercentOfWidth => text.len(),
        };
        self.count(&format!("{at}/{name}"), limit, unit, actual);
    }

    fn count(&mut self, field: &str, limit: usize, unit: Unit, actual: usize) {
        if !(1..=limit).contains(&actual) {
            self.errors.push(LimitError { field: field.to_owned(), limit, unit, actual });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    fn broken(messages: &Value) -> Vec<(String, Unit, usize)> {
        let errors = check(messages.to_string().as_bytes()).expect("test data");
        errors.into_iter().map(|error| (error.field, error.unit, error.actual)).collect()
    }

    fn flex(alt_text: &str, component: &Value) -> Value {
        json!([{"type": "flex", "altText": alt_text, "contents": {"type": "bubble", "body": component}}])
    }

    fn image(url: &str, ratio: &str) -> Value {
        json!({"type": "image", "url": url, "aspectRatio": ratio})
    }

    #[test]
    fn a_picture_is_fetched_from_https_or_this_machine_only() {
        for good in ["https://gcc.example.go.th/i/x.jpg", "http://127.0.0.1:8080/i/x.jpg", "http://localhost/i/x.jpg"] {
            assert!(is_image_address(good), "{good}");
        }
        for bad in ["http://gcc.example.go.th/i/x.jpg", "http://192.168.1.2/i/x.jpg", "data:image/png,x", "/i/x.jpg"] {
            assert!(!is_image_address(bad), "{bad}");
        }
    }

    fn button(action: &Value) -> Value {
        flex("x", &json!({"type": "box", "contents": [{"type": "button", "action": action}]}))
    }

    #[rstest]
    #[case(json!([{"type": "text", "text": "ก".repeat(5_000)}]))]
    #[case(flex(&"ก".repeat(1_500), &json!({"type": "text", "text": "ก"})))]
    #[case(button(&json!({"type": "uri", "label": "น้ำ".repeat(40), "uri": "x".repeat(1_000)})))]
    #[case(button(&json!({"type": "postback", "label": "👨‍👩‍👧".repeat(40), "data": "x".repeat(300)})))]
    #[case(flex("x", &image(&"x".repeat(2_000), "1:3")))]
    #[case(json!([{"type": "text", "text": "1"}, {"type": "text", "text": "2"}, {"type": "sticker"}]))]
    fn what_just_fits_breaks_nothing(#[case] messages: Value) {
        assert_eq!(broken(&messages), []);
    }

    #[rstest]
    #[case(json!([]), "", Unit::Items, 0)]
    #[case(json!([{"type": "text", "text": ""}]), "/0/text", Unit::Utf16, 0)]
    #[case(json!([{"type": "text", "text": "👍".repeat(2_501)}]), "/0/text", Unit::Utf16, 5_002)]
    #[case(flex(&"ก".repeat(1_501), &json!({})), "/0/altText", Unit::Utf16, 1_501)]
    #[case(flex("x", &json!({"type": "text", "text": ""})), "/0/contents/body/text", Unit::Utf16, 0)]
    #[case(
        button(&json!({"type": "uri", "label": "ก".repeat(41), "uri": "x"})),
        "/0/contents/body/contents/0/action/label", Unit::Graphemes, 41
    )]
    #[case(
        button(&json!({"type": "uri", "label": "x", "uri": "x".repeat(1_001)})),
        "/0/contents/body/contents/0/action/uri", Unit::Utf16, 1_001
    )]
    #[case(
        button(&json!({"type": "postback", "label": "x", "data": "x".repeat(301)})),
        "/0/contents/body/contents/0/action/data", Unit::Utf16, 301
    )]
    #[case(flex("x", &image("", "1:1")), "/0/contents/body/url", Unit::Utf16, 0)]
    #[case(flex("x", &image(&"x".repeat(2_001), "1:1")), "/0/contents/body/url", Unit::Utf16, 2_001)]
    #[case(flex("x", &image("x", "100:301")), "/0/contents/body/aspectRatio", Unit::PercentOfWidth, 301)]
    #[case(flex("x", &image("x", "wide")), "/0/contents/body/aspectRatio", Unit::PercentOfWidth, 0)]
    #[case(json!([1, 2, 3, 4, 5, 6]), "", Unit::Items, 6)]
    fn each_limit_is_told_with_its_place_and_unit(
        #[case] messages: Value,
        #[case] field: &str,
        #[case] unit: Unit,
        #[case] actual: usize,
    ) {
        assert_eq!(broken(&messages), [(field.to_owned(), unit, actual)]);
    }

    #[test]
    fn a_bubble_is_weighed_in_bytes() {
        let found = broken(&flex("x", &json!({"type": "box", "note": "ก".repeat(10_300)})));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0.as_str(), found[0].1), ("/0/contents", Unit::Bytes));
        assert!(found[0].2 > 30_900);
    }

    #[test]
    fn of_a_carousel_each_bubble_and_the_whole_are_weighed() {
        let bubble = |weight: usize| json!({"type": "bubble", "note": "x".repeat(weight)});
        let carousel = |bubbles: Vec<Value>| {
            broken(&json!([{"type": "flex", "altText": "x", "contents": {"type": "carousel", "contents": bubbles}}]))
        };
        assert_eq!(carousel(vec![bubble(4_000); 12]), []);
        let told =
            |found: Vec<(String, Unit, usize)>| found.into_iter().map(|(at, unit, _)| (at, unit)).collect::<Vec<_>>();
        assert_eq!(told(carousel(vec![bubble(10); 13])), [("/0/contents/contents".to_owned(), Unit::Items)]);
        assert_eq!(told(carousel(vec![bubble(26_000); 2])), [("/0/contents".to_owned(), Unit::Bytes)]);
        assert_eq!(told(carousel(vec![bubble(31_000)])), [("/0/contents/contents/0".to_owned(), Unit::Bytes)]);
    }

    #[test]
    fn several_broken_limits_are_all_told() {
        let found = broken(&button(&json!({"type": "uri", "label": "", "uri": ""})));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn what_is_no_array_is_no_message() {
        assert!(check(b"{}").is_err());
        assert!(check(b"[").is_err());
    }

    #[test]
    fn an_error_reads_as_a_sentence() {
        let error = LimitError { field: "/0/text".into(), limit: 5_000, unit: Unit::Utf16, actual: 5_002 };
        assert_eq!(error.to_string(), "/0/text: LINE takes 1 to 5000 UTF-16 units, and it has 5002");
    }
}
