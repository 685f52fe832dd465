//! CSS classes for the styles of a component: only words and colours on these lists become
//! one, so that no JSON can bring a class of its own. A test holds the lists to the renderer and to the style sheet.

use serde_json::Value;

/// Colours of letters, as LINE's JSON writes them.
pub(super) const INKS: [&str; 6] = ["#FFFFFF", "#1A1A1A", "#4B5563", "#1D4ED8", "#5B3A00", "#1F2937"];
/// Colours behind letters.
pub(super) const BACKS: [&str; 8] =
    ["#FEF3C7", "#0B6B3A", "#1D4ED8", "#5B21B6", "#B00020", "#9A3412", "#854D0E", "#E5EAF1"];
/// Sizes of letters.
pub(super) const SIZES: [&str; 4] = ["xs", "sm", "md", "lg"];
/// Spaces between and within boxes.
const SPACES: [&str; 3] = ["sm", "md", "lg"];

/// The classes of a box, with that of its place in the bubble.
pub(super) fn of_box(component: &Value, place: &str) -> String {
    let mut classes = Classes::new("bubble-box");
    classes.add(place);
    classes.word("gap", &component["spacing"], &SPACES);
    classes.word("pad", &component["paddingAll"], &SPACES);
    classes.word("round", &component["cornerRadius"], &SPACES);
    classes.color("back", &component["backgroundColor"], &BACKS);
    classes.0
}

/// The classes of a paragraph.
pub(super) fn of_text(component: &Value) -> String {
    let mut classes = Classes::new("bubble-text");
    classes.word("size", &component["size"], &SIZES);
    classes.color("ink", &component["color"], &INKS);
    if component["weight"] == "bold" {
        classes.add("bubble-bold");
    }
    classes.0
}

/// The classes of a button; the colour of a filled one is behind its letters.
pub(super) fn of_button(component: &Value) -> String {
    let mut classes = Classes::new("bubble-button");
    if component["style"] == "primary" {
        classes.add("bubble-filled");
        classes.color("back", &component["color"], &BACKS);
    } else {
        classes.color("ink", &component["color"], &INKS);
    }
    classes.0
}

/// Class names with a blank between them.
struct Classes(String);

impl Classes {
    fn new(first: &str) -> Self {
        Self(first.to_owned())
    }

    fn add(&mut self, class: &str) {
        if !class.is_empty() {
            self.0.push(' ');
            self.0.push_str(class);
        }
    }

    fn word(&mut self, kind: &str, value: &Value, known: &[&str]) {
        if let Some(word) = value.as_str().filter(|word| known.contains(word)) {
            self.add(&format!("bubble-{kind}-{word}"));
        }
    }

    fn color(&mut self, kind: &str, value: &Value, known: &[&str]) {
        if let Some(color) = value.as_str().filter(|color| known.contains(color)) {
            self.add(&color_class(kind, color));
        }
    }
}

/// The class of a colour: `bubble-ink-1a1a1a`.
pub(super) fn color_class(kind: &str, color: &str) -> String {
    format!("bubble-{kind}-{}", color.trim_start_matches('#').to_ascii_lowercase())
}
