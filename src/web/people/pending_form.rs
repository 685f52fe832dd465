//! Where somebody wanted to go when they were asked to sign in, and what they had typed.
//!
//! A form that reaches us after its session ended is not lost: its fields travel through the sign-in page as hidden
//! fields and are shown again as a form with one button. Nothing of it is kept on the server.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::{Method, header};
use serde::{Deserialize, Serialize};

/// The longest form that is carried, in bytes.
const LONGEST: usize = 300_000;
/// Fields at most.
const MOST_FIELDS: usize = 2_000;

/// A place on this server: begins with one slash and leads to no other host.
#[must_use]
pub fn local_path(text: &str) -> Option<&str> {
    let plain = text.starts_with('/') && !text.starts_with("//") && text.len() <= 2_000;
    (plain && !text.contains('\\') && text.bytes().all(|byte| byte > 0x20)).then_some(text)
}

/// A form on its way through signing in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingForm {
    /// Where it was sent to.
    pub path: String,
    /// What was typed.
    pub fields: Vec<(String, String)>,
}

impl PendingForm {
    /// Reads the form in `request`; none where it is no form, or too long.
    pub async fn take(request: Request) -> Option<Self> {
        if request.method() != Method::POST {
            return None;
        }
        let path = request.uri().path_and_query()?.as_str().to_owned();
        let kind = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?.to_owned();
        let fields = if kind.starts_with("application/x-www-form-urlencoded") {
            let body = to_bytes(request.into_body(), LONGEST).await.ok()?;
            serde_urlencoded::from_bytes(&body).ok()?
        } else if kind.starts_with("multipart/form-data") {
            take_texts(request).await?
        } else {
            return None;
        };
        (fields.len() <= MOST_FIELDS).then_some(Self { path, fields })
    }

    /// As one hidden field.
    #[must_use]
    pub fn to_field(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads the hidden field; none where there is none, or it leads away.
    #[must_use]
    pub fn from_field(text: &str) -> Option<Self> {
        let carried: Self = serde_json::from_str(text).ok()?;
        local_path(&carried.path)?;
        Some(carried)
    }
}

/// The texts of a form with files; the files have to be chosen again.
async fn take_texts(request: Request<Body>) -> Option<Vec<(String, String)>> {
    let mut form = Multipart::from_request(request, &()).await.ok()?;
    let mut fields = Vec::new();
    let mut length = 0;
    while let Ok(Some(field)) = form.next_field().await {
        let (Some(name), None) = (field.name().map(str::to_owned), field.file_name()) else { continue };
        let text = field.text().await.ok()?;
        length += name.len() + text.len();
        if length > LONGEST {
            return None;
        }
        fields.push((name, text));
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_place_on_this_server_is_gone_on_to() {
        for place in ["/", "/waiting", "/board/1?tier=2"] {
            assert_eq!(local_path(place), Some(place));
        }
        for place in ["", "waiting", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/a b"] {
            assert_eq!(local_path(place), None, "{place}");
        }
    }

    #[tokio::test]
    async fn what_was_typed_survives_the_way_through_signing_in() {
        let request = Request::post("/bulletins?x=1")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from("subject=%E0%B9%80&tiers=1&tiers=2"))
            .expect("plain");
        let carried = PendingForm::take(request).await.expect("a form");
        let typed = [("subject", "เ"), ("tiers", "1"), ("tiers", "2")];
        assert_eq!(carried.fields, typed.map(|(name, text)| (name.to_owned(), text.to_owned())));
        assert_eq!(PendingForm::from_field(&carried.to_field()), Some(carried));
    }

    #[tokio::test]
    async fn the_texts_of_a_form_with_a_file_survive_too() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"subject\"\r\n\r\nเรื่อง\r\n--x\r\n\
            Content-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\nPNG\r\n--x--\r\n";
        let request = Request::post("/bulletins")
            .header("content-type", "multipart/form-data; boundary=x")
            .body(Body::from(body))
            .expect("plain");
        let carried = PendingForm::take(request).await.expect("a form");
        assert_eq!(carried.fields, [("subject".to_owned(), "เรื่อง".to_owned())]);
    }
}
