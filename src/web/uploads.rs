//! Uploads as they come in over HTTP, and why they are not taken.

use axum::http::{HeaderMap, StatusCode, header};

use super::problem::Problem;
use super::ui::label::either;
use super::words::{Words, capital};
use crate::files::examine::NotGood;
use crate::files::keep::{COUNTED, NotKept};
use crate::files::upload::NotStaged;

/// The size that the sender says the body has.
#[must_use]
pub fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// What the API answers where an upload did not come in.
#[must_use]
pub fn not_staged(why: &NotStaged) -> Problem {
    match why {
        NotStaged::Empty => Problem::invalid_field("", why),
        NotStaged::Kind => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "The body is no file that is taken",
            "Send a JPEG or PNG, an MP4 or a PDF; the first bytes decide.",
        ),
        NotStaged::TooLarge(most) => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "The file is too large",
            format!("At most {} MB are taken of a file of this kind.", most / 1_000_000),
        ),
        NotStaged::Broken => Problem::bad_request("The body could not be read to its end."),
        NotStaged::Io(error) => {
            tracing::error!(error = error as &dyn std::error::Error, "an upload could not be written down");
            Problem::internal()
        }
    }
}

/// What the API answers where an upload is not kept.
#[must_use]
pub fn not_kept(why: NotKept) -> Problem {
    match why {
        NotKept::NotGood(NotGood::Picture(bad)) => Problem::invalid_field("", bad),
        NotKept::NotGood(NotGood::Video(bad)) => Problem::invalid_field("", bad),
        NotKept::NotGood(NotGood::Failed(error)) => {
            tracing::error!(error = &*error as &dyn std::error::Error, "an upload could not be looked at");
            Problem::internal()
        }
        NotKept::TooMuch(most) => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-much-uploaded",
            "Too much was uploaded lately",
            format!(
                "At most {} MB are taken from one account or key in {} days.",
                most / 1_000_000,
                COUNTED.as_secs() / 86_400
            ),
        ),
        NotKept::Store(error) => error.into(),
        NotKept::Files(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the store of files failed");
            Problem::unavailable()
        }
        NotKept::Slow => Problem::unavailable(),
    }
}

/// The same as a sentence by the field, where whoever sends it can do something about it.
#[must_use]
pub fn say_not_staged(t: Words, why: &NotStaged) -> Option<String> {
    Some(match why {
        NotStaged::Empty => t.say("material-file-empty"),
        NotStaged::Kind => t.say("material-file-kind"),
        NotStaged::TooLarge(most) => {
            t.say_with("material-file-large", &[("most", (most / 1_000_000).to_string().as_str())])
        }
        NotStaged::Broken => t.say("material-file-broken"),
        NotStaged::Io(_) => return None,
    })
}

/// The same of what is not kept.
#[must_use]
pub fn say_not_kept(t: Words, why: &NotKept) -> Option<String> {
    match why {
        NotKept::NotGood(NotGood::Picture(bad)) => Some(either(t, bad.thai(), capital(&bad.to_string()))),
        NotKept::NotGood(NotGood::Video(bad)) => Some(either(t, bad.thai().to_owned(), capital(&bad.to_string()))),
        NotKept::TooMuch(most) => {
            let (most, days) = ((most / 1_000_000).to_string(), (COUNTED.as_secs() / 86_400).to_string());
            Some(t.say_with("material-file-too-much", &[("most", most.as_str()), ("days", days.as_str())]))
        }
        NotKept::NotGood(NotGood::Failed(_)) | NotKept::Store(_) | NotKept::Files(_) | NotKept::Slow => None,
    }
}
