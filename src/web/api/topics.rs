//! What submissions may be about: listed for everybody, changed by those who publish.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::domain::submission::TopicCode;
use crate::domain::text::TopicName;
use crate::offices::submissions as commands;
use crate::store::submissions::topics as rows;
use crate::web::app::App;
use crate::web::conn::Conn;
use crate::web::idempotent_post::{IdempotentPost, PostResult};
use crate::web::problem::Problem;

/// What submissions may be about.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Topic {
    /// Its code.
    code: String,
    /// Its Thai name.
    th: String,
    /// Its English name.
    en: String,
    /// Whether it is offered no more.
    retired: bool,
}

impl From<rows::Topic> for Topic {
    fn from(row: rows::Topic) -> Self {
        Self { code: row.code, th: row.thai, en: row.english, retired: row.retired_at.is_some() }
    }
}

/// All topics.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Topics {
    /// Those that are offered no more last.
    items: Vec<Topic>,
}

/// What submissions may be about.
#[utoipa::path(get, path = "/submissions/topics", tag = "offices", responses((status = 200, body = Topics)))]
pub async fn list_topics(Conn(mut db): Conn) -> Result<Json<Topics>, Problem> {
    let found = rows::list_topics(&mut db).await?;
    Ok(Json(Topics { items: found.into_iter().map(Topic::from).collect() }))
}

/// A topic's names.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicInput {
    /// Its code; a new one makes a topic.
    #[schema(value_type = String, pattern = "^[a-z0-9_]{1,40}$")]
    code: TopicCode,
    /// Its Thai name; one line of at most 100 characters.
    th: TopicName,
    /// Its English name; one line of at most 100 characters.
    en: TopicName,
    /// Whether it is offered no more.
    #[serde(default)]
    retired: bool,
}

/// Write the names of a topic, or take it out of what is offered.
#[utoipa::path(post, path = "/submissions/topics", tag = "offices", request_body = TopicInput,
    responses((status = 200, body = Topics)))]
pub async fn change_topic(State(app): State<App>, post: IdempotentPost<TopicInput>) -> PostResult {
    let (mut work, body) = post.begin(&app).await?;
    let (now, right) = (work.now, work.right());
    let topic = rows::Topic {
        code: body.code.into(),
        thai: body.th.into(),
        english: body.en.into(),
        retired_at: body.retired.then_some(now),
    };
    commands::change_topic(work.db(), &right, &topic, now).await?;
    let found = rows::list_topics(work.db()).await?;
    work.answer(StatusCode::OK, &Topics { items: found.into_iter().map(Topic::from).collect() }).await
}
