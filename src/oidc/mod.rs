//! Sign-in at a provider of OpenID Connect: the authorization code flow with PKCE, by the crate `openidconnect`.
//!
//! [`Provider::begin`] makes the address to which the browser is sent, and what is to be kept until it comes back;
//! [`Provider::finish`] exchanges the code it comes back with and says who the person is. The crate checks the ID token:
//! signature, issuer, audience, nonce, expiry. What is known of the provider is asked for when it is first needed, and
//! again after a while, or when a token is signed with a key that is not known.
//!
//! Called by `web::people`, which binds what is kept to the browser's session.

mod error;
mod http;

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreJsonWebKeySet,
    CoreJwsSigningAlgorithm as Alg, CoreProviderMetadata, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AuthType, AuthUrl, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EmptyAdditionalProviderMetadata, IdTokenVerifier, IssuerUrl, JsonWebKeySetUrl, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, ResponseTypes, Scope, SignatureVerificationError, TokenResponse as _, TokenUrl,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;

pub use error::ProviderError;

use crate::domain::time::Timestamp;
use http::Http;

/// How long what is known of the provider is not asked for again.
const KNOWN: Duration = Duration::from_hours(1);

/// Ways of signing an ID token that are taken: with a key that only the provider has.
const SIGNED_BY: [Alg; 9] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::RsaSsaPssSha384,
    Alg::RsaSsaPssSha512,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::EdDsa,
];

/// Which provider, and what we are to it: section `oidc` of the configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The provider's name for itself, to the letter.
    pub issuer: String,
    /// Our name at the provider.
    pub client_id: String,
    /// Our secret there; none for a client that has none.
    pub client_secret: Option<SecretString>,
    /// Where the browser comes back to.
    pub redirect_uri: String,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// The provider's addresses, where it does not publish them.
    pub endpoints: Option<Endpoints>,
}

/// The addresses of a provider that does not publish them below `/.well-known`.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// Where the browser is sent.
    pub authorization: Url,
    /// Where the code is exchanged.
    pub token: Url,
    /// Where its keys are.
    pub keys: Url,
}

/// A provider, as this process uses it.
pub struct Provider {
    settings: Settings,
    issuer: IssuerUrl,
    redirect_uri: RedirectUrl,
    http: Http,
    known: Cache<(), Arc<CoreProviderMetadata>>,
}

/// What is kept, for the browser's session alone, until the browser comes back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PendingSignIn {
    state: String,
    nonce: String,
    verifier: String,
}

/// What the browser comes back with.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct CallbackQuery {
    /// The code to exchange.
    #[serde(default)]
    pub code: Option<String>,
    /// The state that was sent.
    #[serde(default)]
    pub state: Option<String>,
    /// Who answers, where the provider says so (RFC 9207).
    #[serde(default)]
    pub iss: Option<String>,
    /// Why the provider refuses.
    #[serde(default)]
    pub error: Option<String>,
}

/// A person, as the provider knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderIdentity {
    /// The provider.
    pub issuer: String,
    /// The person's name there.
    pub subject: String,
}

impl ProviderIdentity {
    /// Both as one text: the same subject of another issuer is another person.
    #[must_use]
    pub fn key(&self) -> String {
        format!("oidc {} {} {}", self.issuer.len(), self.issuer, self.subject)
    }
}

impl Provider {
    /// The provider of these settings; nothing is asked of it yet.
    ///
    /// # Errors
    /// [`ProviderError::Settings`].
    pub fn new(settings: Settings) -> Result<Self, ProviderError> {
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(ProviderError::Settings)?;
        let redirect_uri = RedirectUrl::new(settings.redirect_uri.clone()).map_err(ProviderError::Settings)?;
        let known = Cache::builder().max_capacity(1).time_to_live(KNOWN).build();
        Ok(Self { settings, issuer, redirect_uri, http: Http::new()?, known })
    }

    /// The provider's name for itself.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// The address to send the browser to, and what to keep until it comes back.
    ///
    /// # Errors
    /// [`ProviderError::Away`].
    pub async fn begin(&self) -> Result<(Url, PendingSignIn), ProviderError> {
        let known = self.find_known().await?;
        let client = CoreClient::from_provider_metadata((*known).clone(), self.client_id(), None)
            .set_redirect_uri(self.redirect_uri.clone());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(self.settings.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge)
            .url();
        let waiting = PendingSignIn {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
        };
        Ok((url, waiting))
    }

    /// Who the person is that came back to the session in which `waiting` was kept.
    ///
    /// # Errors
    /// [`ProviderError`]: the provider is away, refuses, or says what cannot be taken.
    pub async fn finish(
        &self,
        waiting: PendingSignIn,
        returned: CallbackQuery,
        now: Timestamp,
    ) -> Result<ProviderIdentity, ProviderError> {
        if returned.state.is_none_or(|state| Sha256::digest(state) != Sha256::digest(&waiting.state)) {
            return Err(ProviderError::NotOurs("another state"));
        }
        if returned.iss.is_some_and(|iss| iss != self.settings.issuer) {
            return Err(ProviderError::NotOurs("another issuer"));
        }
        if returned.error.is_some() {
            return Err(ProviderError::Declined);
        }
        let code = returned.code.ok_or(ProviderError::NotOurs("no code"))?;
        let known = self.find_known().await?;
        let token = self.exchange(&known, code, waiting.verifier).await?;
        let nonce = Nonce::new(waiting.nonce);
        match self.check(&known, &token, &nonce, now) {
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                // the provider has changed its keys since
                self.known.invalidate(&()).await;
                let known = self.find_known().await?;
                self.check(&known, &token, &nonce, now)
            }
            checked => checked,
        }
        .map_err(|error| ProviderError::Token(error.to_string()))
    }

    /// Exchanges the code for an ID token.
    async fn exchange(
        &self,
        known: &CoreProviderMetadata,
        code: String,
        verifier: String,
    ) -> Result<CoreIdToken, ProviderError> {
        let secret = self.settings.client_secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let client = CoreClient::from_provider_metadata(known.clone(), self.client_id(), secret)
            .set_auth_type(auth_type(known))
            .set_redirect_uri(self.redirect_uri.clone());
        let request = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| ProviderError::Token("the provider names no token endpoint".to_owned()))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier));
        let answer = request.request_async(&self.http).await.map_err(|error| ProviderError::of_exchange(&error))?;
        answer.id_token().cloned().ok_or_else(|| ProviderError::Token("the provider gave no ID token".to_owned()))
    }

    /// Checks an ID token and gives whom it is about.
    fn check(
        &self,
        known: &CoreProviderMetadata,
        token: &CoreIdToken,
        nonce: &Nonce,
        now: Timestamp,
    ) -> Result<ProviderIdentity, ClaimsVerificationError> {
        let now = chrono::DateTime::from_timestamp_micros(now.as_microsecond()).unwrap_or_default();
        let verifier = IdTokenVerifier::new_public_client(self.client_id(), self.issuer.clone(), known.jwks().clone())
            .set_allowed_algs(SIGNED_BY)
            .set_time_fn(move || now);
        let claims = token.claims(&verifier, nonce)?;
        Ok(ProviderIdentity { issuer: claims.issuer().to_string(), subject: claims.subject().to_string() })
    }

    async fn find_known(&self) -> Result<Arc<CoreProviderMetadata>, ProviderError> {
        let asked = self.known.try_get_with((), async { self.ask().await.map(Arc::new) });
        asked.await.map_err(|error| (*error).clone())
    }

    /// Asks the provider for its addresses and keys.
    async fn ask(&self) -> Result<CoreProviderMetadata, ProviderError> {
        let Some(endpoints) = &self.settings.endpoints else {
            let asked = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await;
            return asked.map_err(|error| ProviderError::of_discovery(&error));
        };
        let keys = JsonWebKeySetUrl::from_url(endpoints.keys.clone());
        let asked = CoreJsonWebKeySet::fetch_async(&keys, &self.http)
            .await
            .map_err(|error| ProviderError::of_discovery(&error))?;
        let metadata = CoreProviderMetadata::new(
            self.issuer.clone(),
            AuthUrl::from_url(endpoints.authorization.clone()),
            keys,
            vec![ResponseTypes::new(vec![CoreResponseType::Code])],
            vec![CoreSubjectIdentifierType::Public],
            SIGNED_BY.to_vec(),
            EmptyAdditionalProviderMetadata {},
        );
        Ok(metadata.set_token_endpoint(Some(TokenUrl::from_url(endpoints.token.clone()))).set_jwks(asked))
    }

    fn client_id(&self) -> ClientId {
        ClientId::new(self.settings.client_id.clone())
    }
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("issuer", &self.settings.issuer).finish_non_exhaustive()
    }
}

/// How our secret is told: in the header, unless the provider takes it in the body only.
fn auth_type(known: &CoreProviderMetadata) -> AuthType {
    let ways = known.token_endpoint_auth_methods_supported();
    let in_header = ways.is_none_or(|ways| ways.contains(&CoreClientAuthMethod::ClientSecretBasic));
    let in_body = ways.is_some_and(|ways| ways.contains(&CoreClientAuthMethod::ClientSecretPost));
    if in_body && !in_header { AuthType::RequestBody } else { AuthType::BasicAuth }
}
