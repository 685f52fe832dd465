//! The topics of submissions, a list that operations keep.

use crate::domain::time::Timestamp;
use crate::store::{Connection, Result};

/// What submissions may be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its code.
    pub code: String,
    /// Its Thai name.
    pub thai: String,
    /// Its English name.
    pub english: String,
    /// Since when it is offered no more.
    pub retired_at: Option<Timestamp>,
}

/// All topics, those that are offered no more last.
pub async fn list_topics(db: &mut Connection) -> Result<Vec<Topic>> {
    Ok(sqlx::query_as!(
        Topic,
        "select code, thai, english, retired_at from submission_topics
        order by retired_at is not null, code = 'other', thai collate \"C\"",
    )
    .fetch_all(db)
    .await?)
}

/// Writes a topic's names, and whether it is offered.
pub async fn put_topic(db: &mut Connection, topic: &Topic) -> Result<()> {
    sqlx::query!(
        "insert into submission_topics (code, thai, english, retired_at) values ($1, $2, $3, $4)
        on conflict (code) do update set thai = excluded.thai, english = excluded.english,
            retired_at = case when excluded.retired_at is null then null
                else coalesce(submission_topics.retired_at, excluded.retired_at) end",
        topic.code,
        topic.thai,
        topic.english,
        topic.retired_at as Option<Timestamp>,
    )
    .execute(db)
    .await?;
    Ok(())
}
