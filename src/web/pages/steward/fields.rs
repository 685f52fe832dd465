//! What is typed into a form, with fields that may come several times.

use axum::Form;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use serde::de::value::{Error, MapDeserializer};

use crate::web::app::App;
use crate::web::problem::Problem;

/// The fields of a form, in its order.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The text of a field; empty where it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, text)| text)
    }

    /// The fields as a form's struct has them; those that it does not have are left out.
    ///
    /// # Errors
    /// 400 where one of them was sent twice.
    pub fn read<F: DeserializeOwned>(&self) -> Result<F, Problem> {
        let fields = self.0.iter().map(|(field, text)| (field.as_str(), text.as_str()));
        F::deserialize(MapDeserializer::<_, Error>::new(fields)).map_err(|_| unreadable())
    }

    /// Every text sent under this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, text)| text.as_str())
    }
}

impl FromRequest<App> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let form = Form::<Vec<(String, String)>>::from_request(request, app).await;
        let Form(fields) = form.map_err(|_| unreadable())?;
        if fields.iter().any(|(_, text)| text.contains('\0')) {
            return Err(Problem::bad_request("A text holds a NUL character."));
        }
        Ok(Self(fields))
    }
}

fn unreadable() -> Problem {
    Problem::bad_request("The form cannot be read.")
}
