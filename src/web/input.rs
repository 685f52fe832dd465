//! Reads bodies, query strings and ids, and reports every error in them at once.
//!
//! A body is read as JSON first and as its type afterwards; a field at fault is noted and left out, and the rest is
//! read again, so that a client learns of all its mistakes in one answer, each with its JSON pointer.

use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse as _;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use super::problem::{FieldError, Problem};

const NUL: &str = "must not hold the control character U+0000";

/// A JSON body of a request that is not a POST.
#[derive(Clone, Debug)]
pub struct Input<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        let body = read_bytes(Bytes::from_request(request, state).await)?;
        read_json(&headers, &body).map(Self)
    }
}

/// The bytes of a body, or why they could not be read.
///
/// # Errors
/// 413 over the limit, 400 where the client broke off.
pub fn read_bytes(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Problem> {
    body.map_err(|rejection| match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
        _ => Problem::bad_request("The body could not be read to its end."),
    })
}

/// A body as `T`; no body at all counts as `{}`, and so does `null`.
///
/// # Errors
/// 415, 400 for what is no JSON, 422 with every field at fault.
pub fn read_json<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Problem> {
    if body.is_empty() {
        return read_value(Value::Object(serde_json::Map::new()));
    }
    if !is_json(headers) {
        return Err(Problem::not_json());
    }
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| Problem::bad_request(format!("The body is not JSON: {error}.")))?;
    // a body that says nothing, however it says so
    read_value(if value.is_null() { Value::Object(serde_json::Map::new()) } else { value })
}

fn is_json(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// Reads `value` as `T`, and where that fails again without the field at fault, to find the others.
fn read_value<T: DeserializeOwned>(mut value: Value) -> Result<T, Problem> {
    if !value.is_object() {
        return Err(Problem::invalid_field("", "must be a JSON object"));
    }
    let mut errors = remove_nul(&mut value);
    loop {
        let error = match serde_path_to_error::deserialize::<_, T>(&value) {
            Ok(read) if errors.is_empty() => return Ok(read),
            Ok(_) => break,
            Err(error) => error,
        };
        let field = first_key(error.path()).map(str::to_owned);
        let told = as_field_error(&error);
        // a field that was left out for its fault may be missed now
        if !errors.iter().any(|known| is_within(&known.pointer, &told.pointer)) {
            errors.push(told);
        }
        let left_out = field.and_then(|field| value.as_object_mut()?.remove(&field));
        if left_out.is_none() {
            break;
        }
    }
    Err(Problem::invalid(errors))
}

/// Whether `pointer` is `outer` or lies in it.
fn is_within(pointer: &str, outer: &str) -> bool {
    pointer.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Leaves the fields out that hold a NUL character, which Postgres cannot keep, and tells where they hold it.
fn remove_nul(value: &mut Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let Some(fields) = value.as_object_mut() else { return errors };
    fields.retain(|name, field| {
        let found = find_nul(field).map(|inner| FieldError::new(format!("/{}{inner}", escape(name)), NUL));
        let good = found.is_none();
        errors.extend(found);
        good
    });
    errors
}

/// The pointer of the first text in `value` that holds a NUL character.
fn find_nul(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| Some(format!("/{index}{}", find_nul(item)?)))
        }
        Value::Object(fields) => {
            fields.iter().find_map(|(name, field)| Some(format!("/{}{}", escape(name), find_nul(field)?)))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn as_field_error(error: &serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let text = error.inner().to_string();
    // what is missing is told by name and not by place
    let missing = text.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    match missing {
        Some(name) => FieldError::new(format!("{}/{name}", pointer(error.path())), "is required"),
        None => FieldError::new(pointer(error.path()), text),
    }
}

fn first_key(path: &Path) -> Option<&str> {
    match path.iter().next()? {
        Segment::Map { key } => Some(key),
        Segment::Seq { .. } | Segment::Enum { .. } | Segment::Unknown => None,
    }
}

/// A path as a JSON pointer (RFC 6901).
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&escape(key));
            }
            Segment::Seq { index } => {
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// A name as one step of a JSON pointer.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A query string; a parameter that the route does not know is an error.
#[derive(Clone, Debug)]
pub struct Parameters<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        if let Some((name, _)) = pairs.clone().find(|(_, value)| value.contains('\0')) {
            return Err(Problem::invalid_field(format!("?{name}"), NUL));
        }
        let parameters = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(parameters).map(Self).map_err(|error| {
            let name = first_key(error.path()).map(|name| format!("?{name}")).unwrap_or_default();
            Problem::invalid_field(name, error.inner())
        })
    }
}

/// Both parts of the path that vary; what cannot be one names nothing and is absent.
#[derive(Clone, Copy, Debug)]
pub struct Ids<A, B>(pub A, pub B);

impl<A: FromStr, B: FromStr, S: Send + Sync> FromRequestParts<S> for Ids<A, B> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let absent = || Problem::absent("thing");
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| absent())?;
        let mut texts = params.iter().map(|(_, text)| text).filter(|text| !text.contains('\0'));
        let first = texts.next().and_then(|text| text.parse().ok()).ok_or_else(absent)?;
        let second = texts.next().and_then(|text| text.parse().ok()).ok_or_else(absent)?;
        Ok(Self(first, second))
    }
}

/// The last part of the path that varies, read as `T`; what cannot be one names nothing and is absent.
#[derive(Clone, Copy, Debug)]
pub struct Id<T>(pub T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| Problem::absent("thing"))?;
        let id = params.iter().last().filter(|(_, text)| !text.contains('\0')).and_then(|(_, text)| text.parse().ok());
        id.map(Self).ok_or_else(|| Problem::absent("thing"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Form {
        name: Option<String>,
        inner: Option<Inner>,
        must: u8,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        numbers: Vec<u8>,
    }

    fn faults(body: &str) -> Vec<(String, String)> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json; charset=utf-8"));
        let problem = read_json::<Form>(&headers, body.as_bytes()).expect_err("must be refused");
        problem.errors().iter().map(|error| (error.pointer.clone(), error.detail.clone())).collect()
    }

    #[test]
    fn every_field_at_fault_is_told_with_its_pointer() {
        let told = faults(r#"{"name": 1, "inner": {"numbers": [1, "x"]}, "odd": true}"#);
        let pointers: Vec<&str> = told.iter().map(|(pointer, _)| pointer.as_str()).collect();
        assert_eq!(pointers.len(), 4, "{told:?}");
        for pointer in ["/name", "/inner/numbers/1", "/odd", "/must"] {
            assert!(pointers.contains(&pointer), "{pointer} in {told:?}");
        }
    }

    #[test]
    fn a_body_without_fault_is_read_as_its_type() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        let body = r#"{"name": "ลำพูน", "inner": {"numbers": [1, 2]}, "must": 3}"#;
        let form: Form = read_json(&headers, body.as_bytes()).expect("nothing is wrong with it");
        assert_eq!((form.name.as_deref(), form.must), (Some("ลำพูน"), 3));
        assert_eq!(form.inner.map(|inner| inner.numbers), Some(vec![1, 2]));
    }

    #[test]
    fn a_required_field_of_the_wrong_type_is_told_once() {
        let told = faults(r#"{"must": "x"}"#);
        assert_eq!(told.len(), 1, "{told:?}");
    }

    #[test]
    fn a_nul_is_told_where_it_stands_beside_the_other_faults() {
        let told = faults("{\"name\": \"a\\u0000\", \"odd\": {\"a/b\": [1, \"\\u0000\"]}, \"must\": 300}");
        let pointers: Vec<&str> = told.iter().map(|(pointer, _)| pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/odd/a~1b/1", "/must"]);
    }

    #[test]
    fn no_body_is_an_empty_object() {
        let problem = read_json::<Form>(&HeaderMap::new(), b"").expect_err("a field is missing");
        assert_eq!(problem.errors(), [FieldError::new("/must", "is required")]);
    }

    #[test]
    fn what_is_no_json_tells_line_and_column() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        let problem = read_json::<Form>(&headers, b"{\n  \"name\": ").expect_err("broken");
        assert_eq!(problem.status(), StatusCode::BAD_REQUEST);
        let details = serde_json::to_string(&problem.details("/")).expect("plain");
        assert!(details.contains("line 2"), "{details}");
    }

    #[test]
    fn another_content_type_is_refused() {
        let problem = read_json::<Form>(&HeaderMap::new(), b"{}").expect_err("no content type");
        assert_eq!(problem.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }

    #[tokio::test]
    async fn an_unknown_parameter_is_named() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Filter {
            #[serde(rename = "limit")]
            _limit: Option<u8>,
        }
        for (uri, name) in [("/?limits=1", "?limits"), ("/?limit=x", "?limit")] {
            let (mut parts, ()) = axum::http::Request::get(uri).body(()).expect("plain").into_parts();
            let problem = Parameters::<Filter>::from_request_parts(&mut parts, &()).await.expect_err("unknown");
            assert_eq!(problem.errors()[0].pointer, name);
        }
    }
}
