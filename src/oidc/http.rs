//! Calls to the provider: bounded in time and size, and no redirect is followed.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::http::{Response, header};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use super::ProviderError;

/// To connect, with the TLS handshake.
const CONNECT: Duration = Duration::from_secs(5);
/// For a call in all: somebody is waiting before an empty page.
const CALL: Duration = Duration::from_secs(10);
/// No document of a provider comes near it.
const MOST: usize = 512 * 1024;

/// The client of one provider.
#[derive(Debug)]
pub(super) struct Http(Client);

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No connection, no answer in time, or not HTTP.
    #[error("the call failed")]
    Failed(#[from] reqwest::Error),
    /// More than any answer in use.
    #[error("the answer is too long")]
    TooLong,
    /// An address or answer that is none.
    #[error("the address or the answer is malformed")]
    Malformed,
}

impl Http {
    pub(super) fn new() -> Result<Self, ProviderError> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(ProviderError::Client("no TLS crypto provider is installed in this process".to_owned()));
        }
        let client = Client::builder().redirect(Policy::none()).connect_timeout(CONNECT).timeout(CALL).build();
        client.map(Self).map_err(|error| ProviderError::Client(error.to_string()))
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string()).map_err(|_| HttpError::Malformed)?;
        let sent = self.0.request(parts.method, url).headers(parts.headers).body(body).send();
        let mut answer = sent.await.map_err(reqwest::Error::without_url)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
            if bytes.len() + chunk.len() > MOST {
                return Err(HttpError::TooLong);
            }
            bytes.extend_from_slice(&chunk);
        }
        let mut response = Response::new(bytes);
        *response.status_mut() = answer.status();
        if let Some(kind) = answer.headers().get(header::CONTENT_TYPE) {
            response.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
        }
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
