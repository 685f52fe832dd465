//! A form as a browser sends it, with a file in it or without.

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;

use crate::web::app::App;
use crate::web::input::read_bytes;
use crate::web::problem::Problem;

/// All texts of a form together, in bytes.
const LONGEST: usize = 400_000;
/// Fields of a form at most.
const MOST_FIELDS: usize = 2_000;

/// A form as a browser sends it, with or without files in it, and the file if there is one.
#[derive(Debug)]
pub struct FormWithFile {
    /// The fields in their order.
    pub fields: Vec<(String, String)>,
    /// The file that was chosen.
    pub file: Option<Bytes>,
}

impl FormWithFile {
    /// The last field of this name.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().rfind(|(known, _)| known == name).map_or("", |(_, text)| text)
    }
}

impl FromRequest<App> for FormWithFile {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let sent = if kind.starts_with("multipart/form-data") {
            read_parts(request, app).await?
        } else {
            let body = read_bytes(Bytes::from_request(request, app).await)?;
            let fields: Vec<(String, String)> =
                serde_urlencoded::from_bytes(&body).map_err(|_| Problem::bad_request("The form cannot be read."))?;
            Self { fields, file: None }
        };
        let length: usize = sent.fields.iter().map(|(name, text)| name.len() + text.len()).sum();
        if length > LONGEST || sent.fields.len() > MOST_FIELDS {
            return Err(Problem::too_large());
        }
        if sent.fields.iter().any(|(_, text)| text.contains('\0')) {
            return Err(Problem::bad_request("The form holds the control character U+0000."));
        }
        Ok(sent)
    }
}

async fn read_parts(request: Request, app: &App) -> Result<FormWithFile, Problem> {
    let broken = |_| Problem::bad_request("The form cannot be read to its end.");
    let mut parts = Multipart::from_request(request, app).await.map_err(|_| Problem::bad_request("No form."))?;
    let mut sent = FormWithFile { fields: Vec::new(), file: None };
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        if part.file_name().is_some() {
            // one file; a file field that was left empty has no bytes
            sent.file = Some(part.bytes().await.map_err(|_| Problem::too_large())?).filter(|bytes| !bytes.is_empty());
        } else if sent.fields.len() <= MOST_FIELDS {
            sent.fields.push((name, part.text().await.map_err(broken)?));
        }
    }
    Ok(sent)
}
