//! `/submissions/topics`: what submissions may be about, changed by those who publish.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::HERE;
use crate::domain::submission::TopicCode;
use crate::domain::text::{BadText, TopicName};
use crate::offices::submissions as commands;
use crate::store::Connection;
use crate::store::submissions::topics::{Topic, list_topics};
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_form::{Begun, IdempotentForm};
use crate::web::pages::HtmlPage;
use crate::web::pages::compose::format::bad_text;
use crate::web::pages::form_state::FormState;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::shell::with_flash;

/// What is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TopicForm {
    code: String,
    thai: String,
    english: String,
    retired: String,
}

#[derive(Template)]
#[template(path = "submissions/topics.html")]
struct TopicsPage {
    topics: Vec<Topic>,
    form: FormState<TopicForm>,
}

/// The page.
pub(super) async fn show_topics(visitor: Visitor, Conn(mut db): Conn) -> Result<Response, Problem> {
    render(&mut db, &visitor, FormState::default(), StatusCode::OK).await
}

async fn render(
    db: &mut Connection,
    visitor: &Visitor,
    form: FormState<TopicForm>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let page = TopicsPage { topics: list_topics(db).await?, form };
    Ok(HtmlPage::of(visitor, page).status(status).into_response())
}

/// Writes a topic's names, or takes it out of what is offered.
pub(super) async fn change_topic(
    State(app): State<App>,
    visitor: Visitor,
    IdempotentForm { form_key, form: Form(typed) }: IdempotentForm<Form<TopicForm>>,
) -> Result<Response, Problem> {
    let mut tx = match form_key.begin::<String>(&app).await? {
        Begun::First(tx) => tx,
        Begun::Again(to) => return Ok(Redirect::to(&to).into_response()),
    };
    let t = visitor.words;
    let mut form = FormState::new(typed);
    let code = TopicCode::try_from(form.typed.code.trim().to_owned()).map_err(|_| t.say("material-topic-code-bad"));
    let code = form.errors.check("code", code);
    let say = |bad: BadText| bad_text(t, bad);
    let thai = form.errors.check("thai", form.typed.thai.parse::<TopicName>().map_err(say));
    let english = form.errors.check("english", form.typed.english.parse::<TopicName>().map_err(say));
    let (Some(code), Some(thai), Some(english)) = (code, thai, english) else {
        return render(&mut tx, &visitor, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let retired_at = (form.typed.retired == "yes").then(|| app.now());
    let topic = Topic { code: code.into(), thai: thai.into(), english: english.into(), retired_at };
    commands::change_topic(&mut tx, &visitor.caller.right(), &topic, app.now()).await?;
    let to = with_flash(&format!("{HERE}/topics"), "said-topic-changed");
    form_key.finish(tx, &app, &to).await?;
    Ok(Redirect::to(&to).into_response())
}
