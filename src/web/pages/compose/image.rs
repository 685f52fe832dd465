//! The picture's part of the form, and how a picture that was sent is kept.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::response::{IntoResponse as _, Response};

use super::draft_form::DraftForm;
use crate::domain::picture::ImageId;
use crate::store::images::insert_image;
use crate::web::app::App;
use crate::web::pages::HtmlPage;
use crate::web::pages::form_state::FormState;
use crate::web::pages::form_with_file::FormWithFile;
use crate::web::people::Visitor;
use crate::web::picture::{NotTaken, prepare};
use crate::web::problem::Problem;
use crate::web::ui::label::either;
use crate::web::words::{Words, capital};

/// The picture's part of the form.
#[derive(Clone, Debug, Template)]
#[template(path = "compose/image.html")]
pub(super) struct ImageField {
    t: Words,
    image: Option<String>,
    alt: String,
    fault: Option<String>,
    alt_fault: Option<String>,
}

/// What is drawn is escaped by its own template.
impl askama::filters::HtmlSafe for ImageField {}

impl ImageField {
    pub(super) fn of(t: Words, form: &FormState<DraftForm>) -> Self {
        let typed = &form.typed;
        Self {
            t,
            image: typed.image.parse::<ImageId>().ok().map(|image| image.to_string()),
            alt: typed.image_alt.clone(),
            fault: form.error("image").map(str::to_owned),
            alt_fault: form.error("image_alt").map(str::to_owned),
        }
    }
}

/// Keeps the picture that was sent with a form, so that it need not be chosen again, and names it in what was typed.
pub(super) async fn take_file(
    app: &App,
    visitor: &Visitor,
    sent: &mut FormWithFile,
) -> Result<FormState<DraftForm>, Problem> {
    let mut form = FormState::new(DraftForm::of(sent));
    let Some(file) = sent.file.take() else { return Ok(form) };
    let t = visitor.words;
    match prepare(app, &file).await {
        Ok(picture) => {
            let mut db = app.db.acquire().await?;
            insert_image(&mut db, &picture, &visitor.caller.actor(), app.now()).await?;
            form.typed.image = picture.id().to_string();
        }
        Err(NotTaken::Bad(bad)) => form.errors.add("image", either(t, bad.thai(), capital(&bad.to_string()))),
        Err(NotTaken::TooLarge) => {
            let most = (app.settings.bulletins.image_limit / 1_000_000).max(1).to_string();
            form.errors.add("image", t.say_with("compose-fault-image-large", &[("most", &most)]));
        }
        Err(NotTaken::Failed) => return Err(Problem::internal()),
    }
    Ok(form)
}

/// Takes a picture as soon as it is chosen, for the script; the preview follows.
pub async fn take_image(State(app): State<App>, visitor: Visitor, mut sent: FormWithFile) -> Result<Response, Problem> {
    let form = take_file(&app, &visitor, &mut sent).await?;
    let mut response = HtmlPage::within(visitor.words, ImageField::of(visitor.words, &form)).into_response();
    response.headers_mut().insert("hx-trigger", HeaderValue::from_static("picture"));
    Ok(response)
}
