//! From the section `oidc` to sign-in at the provider.

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};

use super::private_file;
use crate::config::{Config, SecondFactor};
use crate::oidc::{Endpoints, Provider, Settings};
use crate::web::{COMES_BACK, ProviderSignIn};

/// Sign-in at the provider; none where it is off. Nothing is asked of the provider yet.
pub(super) fn open(config: &Config) -> anyhow::Result<Option<ProviderSignIn>> {
    let oidc = &config.oidc;
    let (Some(issuer), Some(client_id)) = (&oidc.issuer, &oidc.client_id) else { return Ok(None) };
    let client_secret = match &oidc.client_secret_file {
        Some(path) => {
            let text = private_file::read(path)?;
            let text = text.with_context(|| format!("oidc.client_secret_file: {} is missing", path.display()))?;
            Some(SecretString::from(text.expose_secret().trim()))
        }
        None => None,
    };
    let endpoints = match (&oidc.authorization_endpoint, &oidc.token_endpoint, &oidc.jwks_uri) {
        (Some(authorization), Some(token), Some(keys)) => Some(Endpoints {
            authorization: authorization.url().clone(),
            token: token.url().clone(),
            keys: keys.url().clone(),
        }),
        _ => None,
    };
    let settings = Settings {
        issuer: issuer.as_str().to_owned(),
        client_id: client_id.clone(),
        client_secret,
        redirect_uri: format!("{}{COMES_BACK}", config.server.public_url.as_str()),
        scopes: oidc.scopes.clone(),
        endpoints,
    };
    Ok(Some(ProviderSignIn {
        provider: Provider::new(settings).context("section oidc")?,
        label_th: oidc.label_th.clone(),
        label_en: oidc.label_en.clone(),
        counts_as_second: oidc.second_factor == SecondFactor::ByProvider,
    }))
}
