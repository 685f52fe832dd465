//! Renders the JSON that is sent to LINE as HTML, so that a page shows a message as the group will see it.
//!
//! Whoever forwards or publishes must see what will be sent and not something that resembles it, so this reads the
//! stored or rendered message array and nothing else. Every text of the JSON is in the HTML, in its order (a test
//! compares them). The content policy forbids inline styles: sizes, colours and spacings become classes, by closed
//! lists (`style`), and what is not on them looks plain. A component that is not known here is an error and never
//! left out silently.
//!
//! Called by the pages that compose a bulletin, show one, or forward it; `{{ shown }}` in a template draws it.

mod style;
#[cfg(test)]
mod tests;

use askama::Template;
use serde_json::Value;

/// A message array, ready to be put into a page with `{{ shown }}`.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "bubble/shown.html")]
pub struct Shown {
    parts: Vec<Part>,
    notification: String,
}

/// What is drawn is escaped by its own template.
impl askama::filters::HtmlSafe for Shown {}

/// What stands in a drawn message, in the order of the HTML; boxes are opened and closed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// A box, or a message of its own, begins.
    Open { class: String },
    /// It ends.
    Close,
    /// A paragraph; its line breaks are shown.
    Text { class: String, text: String },
    /// A button that leads somewhere, or one that only looks like it.
    Button { class: String, label: String, href: Option<String> },
    /// A line.
    Separator,
    /// The picture.
    Image { src: String, alt: String },
}

/// What the buttons of a drawn message do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buttons {
    /// Those that lead to a page do so.
    Live,
    /// Nothing: the bulletin is not published yet, so its page is not there.
    Inert,
}

/// The JSON is not what this program sends.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message cannot be drawn: {0}")]
pub struct CannotDraw(String);

impl Shown {
    /// Draws `messages`, a message array as it goes to LINE. `alt`: what the picture shows, for those who do not see
    /// it; LINE has no place for it.
    ///
    /// # Errors
    /// [`CannotDraw`] where it holds what this program never sends.
    pub fn of(messages: &str, alt: &str, buttons: Buttons) -> Result<Self, CannotDraw> {
        let messages: Vec<Value> = serde_json::from_str(messages).map_err(|error| CannotDraw(error.to_string()))?;
        let mut drawing = Drawing { parts: Vec::new(), alt, buttons };
        for message in &messages {
            drawing.message(message)?;
        }
        let card = messages.iter().find(|message| message["type"] == "flex");
        let notification = card.map(|card| text_of(card, "altText")).unwrap_or_default();
        Ok(Self { parts: drawing.parts, notification })
    }

    /// What the notification and the list of chats show of it.
    #[must_use]
    pub fn notification(&self) -> &str {
        &self.notification
    }
}

struct Drawing<'a> {
    parts: Vec<Part>,
    alt: &'a str,
    buttons: Buttons,
}

impl Drawing<'_> {
    fn message(&mut self, message: &Value) -> Result<(), CannotDraw> {
        match message["type"].as_str() {
            Some("flex") => self.container(&message["contents"]),
            Some("text") => {
                self.open("bubble-note".to_owned());
                self.parts.push(Part::Text { class: "bubble-text".to_owned(), text: text_of(message, "text") });
                self.parts.push(Part::Close);
                Ok(())
            }
            Some("image" | "video") => {
                let (src, alt) = (text_of(message, "previewImageUrl"), String::new());
                self.parts.push(Part::Image { src, alt });
                Ok(())
            }
            other => Err(unknown("message", other)),
        }
    }

    /// A bubble, or several of them one below the other: a page has no room beside.
    fn container(&mut self, container: &Value) -> Result<(), CannotDraw> {
        if container["type"] != "carousel" {
            return self.bubble(container);
        }
        let bubbles = container["contents"].as_array().ok_or_else(|| unknown("container", Some("carousel")))?;
        bubbles.iter().try_for_each(|bubble| self.bubble(bubble))
    }

    fn bubble(&mut self, bubble: &Value) -> Result<(), CannotDraw> {
        if bubble["type"] != "bubble" {
            return Err(unknown("container", bubble["type"].as_str()));
        }
        self.open("bubble".to_owned());
        for block in ["header", "hero", "body", "footer"] {
            if let Some(component) = bubble.get(block) {
                self.component(component, &format!("bubble-{block}"))?;
            }
        }
        self.parts.push(Part::Close);
        Ok(())
    }

    /// A component; `place` is the class of the block that it is, or empty.
    fn component(&mut self, component: &Value, place: &str) -> Result<(), CannotDraw> {
        match component["type"].as_str() {
            Some("box") => {
                self.open(style::of_box(component, place));
                for inner in component["contents"].as_array().into_iter().flatten() {
                    self.component(inner, "")?;
                }
                self.parts.push(Part::Close);
            }
            Some("text") => {
                self.parts.push(Part::Text { class: style::of_text(component), text: text_of(component, "text") });
            }
            Some("button") => {
                let (class, label) = (style::of_button(component), text_of(&component["action"], "label"));
                self.parts.push(Part::Button { class, label, href: self.href(&component["action"]) });
            }
            Some("separator") => self.parts.push(Part::Separator),
            Some("image") => {
                let src = own_image(&text_of(component, "url"))?;
                self.parts.push(Part::Image { src, alt: self.alt.to_owned() });
            }
            other => return Err(unknown("component", other)),
        }
        Ok(())
    }

    fn open(&mut self, class: String) {
        self.parts.push(Part::Open { class });
    }

    /// Where a button leads; nothing but web addresses.
    fn href(&self, action: &Value) -> Option<String> {
        let uri = action["uri"].as_str().filter(|_| self.buttons == Buttons::Live)?;
        let url = url::Url::parse(uri).ok()?;
        matches!(url.scheme(), "http" | "https").then(|| uri.to_owned())
    }
}

/// The path of one of our own pictures; the pages' policy loads from nowhere else.
fn own_image(url: &str) -> Result<String, CannotDraw> {
    let path = url::Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default();
    match path.rfind("/i/") {
        Some(at) => Ok(path[at..].to_owned()),
        None => Err(CannotDraw(format!("a picture that is not ours: {url}"))),
    }
}

fn text_of(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}

fn unknown(what: &str, found: Option<&str>) -> CannotDraw {
    CannotDraw(format!("a {what} of the type {}", found.unwrap_or("none")))
}
