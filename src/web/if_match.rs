//! `If-Match`: the change is made only if the thing is still what the caller has read (RFC 9110, 13.1.1).

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::problem::Problem;

/// The one tag that is named, without its quotes; none where the header is missing or `*`, as what is not there answers 404.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfMatch(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let sent: Vec<_> = parts.headers.get_all(header::IF_MATCH).iter().collect();
        let [tag] = *sent.as_slice() else {
            return if sent.is_empty() { Ok(Self(None)) } else { Err(bad()) };
        };
        match tag.to_str().unwrap_or_default().trim() {
            "*" => Ok(Self(None)),
            tag => {
                let bare = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
                let bare = bare.filter(|bare| !bare.contains('"')).ok_or_else(bad)?;
                Ok(Self(Some(bare.to_owned())))
            }
        }
    }
}

fn bad() -> Problem {
    Problem::bad_request("If-Match must be one ETag in quotes, as it was answered, or *.")
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[], Ok(None))]
    #[case(&["*"], Ok(None))]
    #[case(&["\"abc\""], Ok(Some("abc")))]
    #[case(&["abc"], Err(400))]
    #[case(&["W/\"abc\""], Err(400))]
    #[case(&["\"a\", \"b\""], Err(400))]
    #[case(&["\"a\"", "\"b\""], Err(400))]
    #[tokio::test]
    async fn one_tag_is_read(#[case] sent: &[&str], #[case] expected: Result<Option<&str>, u16>) {
        let mut request = Request::builder();
        for tag in sent {
            request = request.header(header::IF_MATCH, *tag);
        }
        let (mut parts, ()) = request.body(()).expect("a request").into_parts();
        let read = IfMatch::from_request_parts(&mut parts, &()).await;
        let read = read.map(|IfMatch(tag)| tag).map_err(|problem| problem.status().as_u16());
        assert_eq!(read, expected.map(|tag| tag.map(str::to_owned)));
    }
}
