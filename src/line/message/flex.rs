//! The part of LINE's Flex Message format that bulletins use, as types.
//!
//! Serialising them gives LINE's JSON with the fields always in the order written here, so that the same
//! bulletin is the same bytes. Every text wraps and grows with the reader's font size: LINE cuts a text
//! to one line unless told otherwise, and many officials read with large letters.
//! Source: <https://developers.line.biz/en/reference/messaging-api/#flex-message>.
//!
//! Used by the renderers in [`super`] alone.

use serde::Serialize;

/// A message object.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Message<'a> {
    Flex { alt_text: &'a str, contents: Container<'a> },
    Text { text: &'a str },
    Image { original_content_url: &'a str, preview_image_url: &'a str },
    Video { original_content_url: &'a str, preview_image_url: &'a str },
}

/// What a Flex message holds.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Container<'a> {
    Bubble(Box<Bubble<'a>>),
    Carousel(Carousel<'a>),
}

/// Bubbles side by side, all of one size.
#[derive(Serialize)]
#[serde(tag = "type", rename = "carousel")]
pub(super) struct Carousel<'a> {
    pub(super) contents: Vec<Bubble<'a>>,
}

/// One bubble: header, body and footer.
#[derive(Serialize)]
#[serde(tag = "type", rename = "bubble")]
pub(super) struct Bubble<'a> {
    pub(super) size: &'static str,
    pub(super) header: Component<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hero: Option<Component<'a>>,
    pub(super) body: Component<'a>,
    pub(super) footer: Component<'a>,
}

/// What stands in a bubble.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(super) enum Component<'a> {
    Box(Stack<'a>),
    Text(Paragraph<'a>),
    Button(Button<'a>),
    Image(Picture<'a>),
    Separator { margin: &'static str },
}

/// Components one below the other.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stack<'a> {
    layout: &'static str,
    contents: Vec<Component<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spacing: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    padding_all: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    background_color: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corner_radius: Option<&'static str>,
}

impl<'a> Stack<'a> {
    pub(super) fn of(contents: Vec<Component<'a>>) -> Self {
        Self {
            layout: "vertical",
            contents,
            spacing: None,
            padding_all: None,
            background_color: None,
            corner_radius: None,
        }
    }

    pub(super) fn spaced(mut self, spacing: &'static str) -> Self {
        self.spacing = Some(spacing);
        self
    }

    pub(super) fn padded(mut self, padding: &'static str) -> Self {
        self.padding_all = Some(padding);
        self
    }

    pub(super) fn on(mut self, color: &'static str) -> Self {
        self.background_color = Some(color);
        self
    }

    pub(super) fn rounded(mut self, radius: &'static str) -> Self {
        self.corner_radius = Some(radius);
        self
    }
}

/// A paragraph.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Paragraph<'a> {
    text: &'a str,
    size: &'static str,
    color: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<&'static str>,
    wrap: bool,
    /// Room for the marks above and below Thai letters.
    line_spacing: &'static str,
    scaling: bool,
}

impl<'a> Paragraph<'a> {
    pub(super) fn new(text: &'a str, size: &'static str, color: &'static str) -> Self {
        Self { text, size, color, weight: None, wrap: true, line_spacing: "4px", scaling: true }
    }

    pub(super) fn bold(mut self) -> Self {
        self.weight = Some("bold");
        self
    }
}

/// A picture over the whole width, in its own shape.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Picture<'a> {
    url: &'a str,
    size: &'static str,
    aspect_ratio: String,
    aspect_mode: &'static str,
}

impl<'a> Picture<'a> {
    pub(super) fn new(url: &'a str, width: i16, height: i16) -> Self {
        Self { url, size: "full", aspect_ratio: format!("{width}:{height}"), aspect_mode: "cover" }
    }
}

/// A button.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Button<'a> {
    action: Action<'a>,
    style: &'static str,
    color: &'static str,
    height: &'static str,
    /// A button has one line; a long label becomes smaller and is not cut.
    adjust_mode: &'static str,
    scaling: bool,
}

impl<'a> Button<'a> {
    pub(super) fn new(action: Action<'a>, style: &'static str, color: &'static str) -> Self {
        Self { action, style, color, height: "sm", adjust_mode: "shrink-to-fit", scaling: true }
    }
}

/// What a button does. A postback has no `displayText`: in a group of a hundred it would fill the chat.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(super) enum Action<'a> {
    Uri { label: &'a str, uri: String },
    Postback { label: &'a str, data: &'a str },
}
