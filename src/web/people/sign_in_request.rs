//! What a visitor asked for when signing in began, kept while they are with a provider or their device.

use serde::{Deserialize, Serialize};

use super::pending_form::local_path;

/// Where to go on to once signed in, and how.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SignInRequest {
    /// Whether the device is to be remembered.
    pub remembered: bool,
    /// Where to go on to: a path of ours, or nothing.
    pub next: String,
    /// The form that waits to be sent again, as a field.
    pub pending_form: Option<String>,
}

/// The fields of the sign-in form that matter where no name is typed; what is typed into the others is not looked at.
#[derive(Debug, Deserialize)]
pub struct WithoutName {
    #[serde(default)]
    remember: Option<String>,
    #[serde(default)]
    next: String,
    #[serde(default)]
    pending_form: Option<String>,
}

impl From<WithoutName> for SignInRequest {
    fn from(typed: WithoutName) -> Self {
        let next = local_path(&typed.next).unwrap_or_default().to_owned();
        Self { remembered: typed.remember.is_some(), next, pending_form: typed.pending_form }
    }
}
