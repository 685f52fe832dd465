//! A file as it is sent to a browser or to LINE, whole or in part.
//!
//! Nothing that was uploaded runs in our name: it is sent as what its bytes were found to be, in a sandbox of its own, and a document is
//! saved and not opened. A part is what a telephone asks for that plays a video.

use std::ops::{Bound, RangeBounds as _};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum_extra::headers::{HeaderMapExt as _, Range};

use super::problem::Problem;
use crate::domain::file_kind::FileKind;
use crate::files::FileStore;
use crate::store::files::File;

const SANDBOX: HeaderValue = HeaderValue::from_static("default-src 'none'; media-src 'self'; sandbox");

/// The file, or the part of it that is asked for.
///
/// # Errors
/// 404 where its bytes are gone; 503 while the store of files does not answer.
pub async fn answer(
    files: &FileStore,
    file: &File,
    asked: &HeaderMap,
    cache: HeaderValue,
) -> Result<Response, Problem> {
    let size = u64::try_from(file.bytes).unwrap_or_default();
    let part = match what_is_asked(asked, size) {
        Asked::Whole => None,
        Asked::Part(from, to) => Some((from, to)),
        Asked::Nothing => return Ok(not_satisfiable(size)),
    };
    let found = files.get(file.id, file.kind, part.map(|(from, to)| from..to)).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the store of files failed");
        Problem::unavailable()
    })?;
    let found = found.ok_or_else(|| {
        tracing::error!(file = %file.id, "the bytes of a file are missing from the store of files");
        Problem::absent("file")
    })?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.kind.media_type()));
    headers.insert(header::CACHE_CONTROL, cache);
    headers.insert(header::CONTENT_SECURITY_POLICY, SANDBOX);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if file.kind == FileKind::Pdf {
        let name = format!("attachment; filename=\"{:.12}.pdf\"", file.id.to_string());
        headers.insert(header::CONTENT_DISPOSITION, HeaderValue::try_from(name).map_err(|_| Problem::internal())?);
    }
    let (from, to) = part.unwrap_or((0, size));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(to - from));
    let status = if part.is_some() {
        let said = format!("bytes {from}-{}/{size}", to - 1);
        headers.insert(header::CONTENT_RANGE, HeaderValue::try_from(said).map_err(|_| Problem::internal())?);
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    Ok((status, headers, Body::from_stream(found)).into_response())
}

/// What is asked for of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// All of it.
    Whole,
    /// The bytes from the first number to before the second.
    Part(u64, u64),
    /// A part that it does not have.
    Nothing,
}

/// What the headers ask for of a file of `size` bytes; several parts at once are answered with all of it.
fn what_is_asked(headers: &HeaderMap, size: u64) -> Asked {
    let Some(range) = headers.typed_get::<Range>() else { return Asked::Whole };
    let mut parts = range.satisfiable_ranges(size).filter_map(|part| within(part, size));
    match (parts.next(), parts.next()) {
        (Some((from, to)), None) => Asked::Part(from, to),
        (Some(_), Some(_)) => Asked::Whole,
        (None, _) => Asked::Nothing,
    }
}

/// A small picture that is kept in the database.
pub fn picture(bytes: Vec<u8>, cache: HeaderValue) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg")),
        (header::CACHE_CONTROL, cache),
        (header::CONTENT_SECURITY_POLICY, SANDBOX),
    ];
    (headers, bytes).into_response()
}

/// The first byte of a part and the first after it; none where it is empty.
fn within(part: (Bound<u64>, Bound<u64>), size: u64) -> Option<(u64, u64)> {
    let from = match part.start_bound() {
        Bound::Included(from) => *from,
        Bound::Excluded(from) => from.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let to = match part.end_bound() {
        Bound::Included(to) => to.saturating_add(1),
        Bound::Excluded(to) => *to,
        Bound::Unbounded => size,
    };
    let to = to.min(size);
    (from < to).then_some((from, to))
}

fn not_satisfiable(size: u64) -> Response {
    let said = HeaderValue::try_from(format!("bytes */{size}")).unwrap_or(HeaderValue::from_static("bytes */0"));
    (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, said)]).into_response()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked(range: &str, size: u64) -> Asked {
        let mut headers = HeaderMap::new();
        headers.extend(HeaderValue::try_from(range).ok().map(|value| (header::RANGE, value)));
        what_is_asked(&headers, size)
    }

    #[test]
    fn a_range_names_one_part_of_a_file() {
        for (range, expected) in [
            ("bytes=0-9", Asked::Part(0, 10)),
            ("bytes=90-", Asked::Part(90, 100)),
            ("bytes=90-500", Asked::Part(90, 100)),
            ("bytes=-10", Asked::Part(90, 100)),
            ("bytes=100-", Asked::Nothing),
            ("bytes=9-5", Asked::Nothing),
            ("bytes=0-1,5-6", Asked::Whole),
            ("pages=1-2", Asked::Whole),
        ] {
            assert_eq!(asked(range, 100), expected, "{range}");
        }
    }

    proptest! {
        #[test]
        fn no_range_leads_outside_of_a_file(
            range in prop_oneof!["bytes=[0-9,-]{0,45}", "bytes=-?(0|1|18446744073709551615)-?(0|1|18446744073709551615)?", "\\PC{0,30}"],
            size in prop_oneof![0..200_u64, Just(u64::MAX)],
        ) {
            if let Asked::Part(from, to) = asked(&range, size) {
                prop_assert!(from < to && to <= size);
            }
        }
    }
}
