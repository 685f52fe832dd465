//! Files that pages need, built into the program and named by their content, so that they can be kept for ever.
//!
//! The style sheet is put together from one file per area; inside it the fonts are named by their content too.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use crate::web::input::Id;

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The parts of the style sheet, in order.
const STYLES: &[&str] = &[
    include_str!("../assets/css/base.css"),
    include_str!("../assets/css/public.css"),
    include_str!("../assets/css/board.css"),
    include_str!("../assets/css/steward.css"),
    include_str!("../assets/css/accounts.css"),
    include_str!("../assets/css/bubble.css"),
    include_str!("../assets/css/compose.css"),
    include_str!("../assets/css/register.css"),
    include_str!("../assets/css/offices.css"),
];

/// Sarabun (SIL Open Font License): Thai and Latin, regular and bold.
const FONTS: &[(&str, &[u8])] = &[
    ("sarabun-thai-400", include_bytes!("../assets/fonts/sarabun-thai-400-normal.woff2")),
    ("sarabun-thai-700", include_bytes!("../assets/fonts/sarabun-thai-700-normal.woff2")),
    ("sarabun-latin-400", include_bytes!("../assets/fonts/sarabun-latin-400-normal.woff2")),
    ("sarabun-latin-700", include_bytes!("../assets/fonts/sarabun-latin-700-normal.woff2")),
];

/// htmx and its extension for live parts (Zero-Clause BSD), and what is ours.
///
/// htmx looks at the page as soon as its file has run, so what it must know by then is in the same file: on a slow line
/// a file of its own would come too late, and nothing on the page would ever move.
const SCRIPTS: &[(&str, &[&str])] = &[
    (
        "live",
        &[
            include_str!("../assets/js/htmx-4.0.1.min.js"),
            include_str!("../assets/js/hx-sse-4.0.1.min.js"),
            include_str!("../assets/js/board.js"),
        ],
    ),
    ("steward", &[include_str!("../assets/js/steward.js")]),
    ("passkeys", &[include_str!("../assets/js/passkeys.js")]),
    ("forms", &[include_str!("../assets/js/forms.js")]),
    ("tree", &[include_str!("../assets/js/tree.js")]),
];

/// The cascade as a sign: what a browser's tab shows.
const ICON: &[u8] = include_bytes!("../assets/icon.svg");

struct Asset {
    kind: &'static str,
    bytes: Bytes,
}

struct Assets {
    /// By the name in their address.
    files: BTreeMap<String, Asset>,
    /// The address by the plain name.
    paths: BTreeMap<&'static str, String>,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let mut assets = Assets { files: BTreeMap::new(), paths: BTreeMap::new() };
    let mut style = STYLES.concat();
    for (name, bytes) in FONTS {
        let path = assets.add(name, "woff2", "font/woff2", Bytes::from_static(bytes));
        style = style.replace(&format!("url({name})"), &format!("url({path})"));
    }
    assets.add("style", "css", "text/css; charset=utf-8", Bytes::from(style));
    assets.add("icon", "svg", "image/svg+xml", Bytes::from_static(ICON));
    for (name, parts) in SCRIPTS {
        assets.add(name, "js", "text/javascript; charset=utf-8", Bytes::from(parts.join("\n;\n")));
    }
    assets
});

impl Assets {
    fn add(&mut self, name: &'static str, ending: &str, kind: &'static str, bytes: Bytes) -> String {
        let file = format!("{name}-{}.{ending}", &hex::encode(Sha256::digest(&bytes))[..12]);
        let path = format!("/assets/{file}");
        self.paths.insert(name, path.clone());
        self.files.insert(file, Asset { kind, bytes });
        path
    }
}

/// The address of the style sheet.
#[must_use]
pub fn style_path() -> String {
    path_of("style")
}

/// The address of a script or font by its plain name.
#[must_use]
pub fn path_of(name: &str) -> String {
    ASSETS.paths.get(name).cloned().unwrap_or_default()
}

/// The icon where browsers look for it that no page has told where it is, as when they show a file.
pub async fn serve_icon() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400")),
    ];
    (headers, ICON).into_response()
}

/// A file by its name.
pub async fn serve(Id(file): Id<String>) -> Response {
    match ASSETS.files.get(&file) {
        Some(asset) => {
            let headers =
                [(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)), (header::CACHE_CONTROL, FOR_EVER)];
            (headers, asset.bytes.clone()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_names_every_font_by_its_content() {
        let style = ASSETS.files.iter().find(|(name, _)| name.starts_with("style-")).expect("a style sheet").1;
        let style = std::str::from_utf8(&style.bytes).expect("text");
        for (name, _) in FONTS {
            assert!(style.contains(&format!("url({})", path_of(name))), "{name}");
            assert!(!style.contains(&format!("url({name})")), "{name}");
        }
    }
}
