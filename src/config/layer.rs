//! One source of settings, under the name by which a message calls it.
//!
//! Each environment variable is a source of its own, so that a message can name the very variable.

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Error, Metadata, Profile, Provider};

use super::ConfigError;

const PREFIX: &str = "GCC_RELAY__";
/// What other tools call `database.url`; the full name wins over it.
const DATABASE_URL: &str = "DATABASE_URL";

/// Settings and the name of their source.
pub(super) struct Layer {
    origin: String,
    settings: Dict,
}

impl Layer {
    /// Reads a TOML text.
    pub(super) fn parse(origin: &str, text: &str) -> Result<Self, ConfigError> {
        let origin = origin.to_owned();
        match Toml::from_str::<Dict>(text) {
            Ok(settings) => Ok(Self { origin, settings }),
            Err(error) => Err(ConfigError::Syntax { origin, detail: error.to_string().trim_end().to_owned() }),
        }
    }

    fn of_variable(name: &str, key: &str, value: &str) -> Self {
        let Ok(value) = value.parse::<Value>();
        let settings = figment::util::nest(key, value).into_dict().unwrap_or_default();
        Self { origin: format!("the variable {name}"), settings }
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.origin.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Profile::Default.collect(self.settings.clone()))
    }
}

/// The variables that are ours, in the order in which they count.
pub(super) fn of_variables(variables: impl IntoIterator<Item = (String, String)>) -> Vec<Layer> {
    let mut ours: Vec<(String, String)> = variables
        .into_iter()
        .filter(|(name, value)| name.starts_with(PREFIX) || (name == DATABASE_URL && !value.is_empty()))
        .collect();
    // by name, which also puts DATABASE_URL first
    ours.sort();
    ours.iter().map(|(name, value)| Layer::of_variable(name, &key_of(name), value)).collect()
}

fn key_of(name: &str) -> String {
    match name.strip_prefix(PREFIX) {
        Some(rest) => rest.to_ascii_lowercase().replace("__", "."),
        None => "database.url".to_owned(),
    }
}
