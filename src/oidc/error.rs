//! Errors of signing in at the provider.

use std::error::Error;

use openidconnect::core::CoreErrorResponseType;
use openidconnect::{DiscoveryError, RequestTokenError, StandardErrorResponse};

use super::http::HttpError;

/// Why a sign-in at the provider came to nothing. What the provider said in its own words is not in it, as that may be
/// about a person.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// The settings name no address.
    #[error("the address is wrong")]
    Settings(#[source] url::ParseError),
    /// No HTTP client can be made.
    #[error("the HTTP client could not be built: {0}")]
    Client(String),
    /// The provider does not answer, or not as one.
    #[error("the provider does not answer: {0}")]
    Away(String),
    /// What came back was not sent by us, or is not from this provider.
    #[error("what came back does not belong to this sign-in: {0}")]
    NotOurs(&'static str),
    /// The person, or the provider, said no.
    #[error("the provider declined")]
    Declined,
    /// The code or the ID token cannot be taken.
    #[error("the provider's answer cannot be taken: {0}")]
    Token(String),
}

impl ProviderError {
    pub(super) fn of_discovery(error: &DiscoveryError<HttpError>) -> Self {
        Self::Away(match error {
            // holds the answer's body
            DiscoveryError::Response(status, ..) => format!("its addresses or keys were answered with {status}"),
            error => chain(error),
        })
    }

    pub(super) fn of_exchange(
        error: &RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>,
    ) -> Self {
        match error {
            RequestTokenError::Request(error) => Self::Away(chain(error)),
            RequestTokenError::ServerResponse(answer) => Self::Token(format!("it says {}", answer.error().as_ref())),
            RequestTokenError::Parse(..) => Self::Token("it is not in the form of a token".to_owned()),
            RequestTokenError::Other(_) => Self::Token("it is empty or of an unknown kind".to_owned()),
        }
    }
}

fn chain(error: &dyn Error) -> String {
    let (mut said, mut cause) = (error.to_string(), error.source());
    while let Some(error) = cause {
        said.push_str(": ");
        said.push_str(&error.to_string());
        cause = error.source();
    }
    said
}
