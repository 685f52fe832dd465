//! What offices send upward, as it was sent last; with it its [`files`], its [`steps`], which are a record, and the [`topics`].

pub mod files;
pub mod steps;
pub mod topics;

use self::files::insert_files;
use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::content_id::FileId;
use crate::domain::ids::{BulletinId, OfficeId, SubmissionId};
use crate::domain::submission::{SubmissionKind, SubmissionState, SubmissionWay};
use crate::domain::time::Timestamp;

/// What an office sends, as it is stored.
#[derive(Clone, Debug)]
pub struct NewSubmission<'a> {
    /// What it is.
    pub kind: SubmissionKind,
    /// Which topic it is about.
    pub topic: &'a str,
    /// What it is about.
    pub title: &'a str,
    /// What came of it for people.
    pub outcome: &'a str,
    /// Who benefits.
    pub beneficiaries: Option<&'a str>,
    /// The figures that show it.
    pub figures: Option<&'a str>,
    /// Whom to name as its source.
    pub source: Option<&'a str>,
    /// The unit to ask, and how.
    pub contact: Option<&'a str>,
    /// By which way it came.
    pub way: SubmissionWay,
    /// Its files, each with what it shows.
    pub files: &'a [(FileId, String)],
}

/// A submission.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Its id.
    pub id: SubmissionId,
    /// The office that sends it.
    pub office_id: OfficeId,
    /// The office's code.
    pub office: String,
    /// The office's name.
    pub office_name: String,
    /// The office's province.
    pub province: Option<String>,
    /// What it is.
    pub kind: SubmissionKind,
    /// Which topic it is about.
    pub topic: String,
    /// The topic's Thai name.
    pub topic_thai: String,
    /// The topic's English name.
    pub topic_english: String,
    /// What it is about.
    pub title: String,
    /// What came of it for people.
    pub outcome: String,
    /// Who benefits.
    pub beneficiaries: Option<String>,
    /// The figures that show it.
    pub figures: Option<String>,
    /// Whom to name as its source.
    pub source: Option<String>,
    /// The unit to ask, and how.
    pub contact: Option<String>,
    /// By which way it came.
    pub way: SubmissionWay,
    /// How far it has come.
    pub state: SubmissionState,
    /// When it was sent last.
    pub sent_at: Timestamp,
    /// By whom.
    pub sent_by: Actor,
    /// When something was done with it last.
    pub changed_at: Timestamp,
    /// The draft that it became.
    pub bulletin: Option<BulletinId>,
}

impl Submission {
    /// Whether its office may still say what it is: it came by LINE, where nobody fills in a form, and nobody above has done anything with it.
    #[must_use]
    pub fn awaits_details(&self) -> bool {
        self.way == SubmissionWay::Line && self.state == SubmissionState::Received
    }
}

macro_rules! select_submissions {
    ($conditions:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            Submission,
            r#"select s.id as "id: SubmissionId", s.office_id as "office_id: OfficeId", o.code as office, o.name as office_name, o.province,
                s.kind as "kind: SubmissionKind", s.topic, t.thai as topic_thai, t.english as topic_english, s.title, s.outcome,
                s.beneficiaries, s.figures, s.source, s.contact, s.way as "way: SubmissionWay", s.state as "state: SubmissionState",
                s.sent_at, s.sent_by as "sent_by: Actor", s.changed_at, s.bulletin_id as "bulletin: BulletinId"
            from submissions s join offices o on o.id = s.office_id join submission_topics t on t.code = s.topic
            "# + $conditions,
            $($argument),*
        )
    };
}

/// What a list is narrowed by; `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter<'a> {
    /// From offices that have a group at or below one of these.
    pub scope: Option<&'a [i32]>,
    /// From this office.
    pub office: Option<OfficeId>,
    /// That have come so far.
    pub state: Option<SubmissionState>,
    /// About this topic.
    pub topic: Option<&'a str>,
    /// Changed at this time or later.
    pub since: Option<Timestamp>,
    /// Only those made before this one.
    pub before: Option<SubmissionId>,
}

/// Submissions, the newest first.
pub async fn list_submissions(db: &mut Connection, filter: &Filter<'_>, limit: i64) -> Result<Vec<Submission>> {
    Ok(select_submissions!(
        "where ($1::int[] is null or exists (select from groups g where g.office_id = s.office_id and g.path && $1))
            and ($2::int is null or s.office_id = $2) and ($3::submission_state is null or s.state = $3)
            and ($4::text is null or s.topic = $4) and ($5::timestamptz is null or s.changed_at >= $5)
            and ($6::uuid is null or s.id < $6)
        order by s.id desc limit $7",
        filter.scope,
        filter.office.map(|office| office.0) as Option<i32>,
        filter.state as Option<SubmissionState>,
        filter.topic,
        filter.since as Option<Timestamp>,
        filter.before.map(|id| id.0) as Option<uuid::Uuid>,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// One submission, where its office has a group at or below one of `scope`.
pub async fn find_submission(
    db: &mut Connection,
    scope: Option<&[i32]>,
    id: SubmissionId,
) -> Result<Option<Submission>> {
    Ok(select_submissions!(
        "where s.id = $1
            and ($2::int[] is null or exists (select from groups g where g.office_id = s.office_id and g.path && $2))",
        id.0,
        scope,
    )
    .fetch_optional(db)
    .await?)
}

/// The same, its row locked until the transaction ends.
pub async fn lock_submission(
    db: &mut Connection,
    scope: Option<&[i32]>,
    id: SubmissionId,
) -> Result<Option<Submission>> {
    Ok(select_submissions!(
        "where s.id = $1
            and ($2::int[] is null or exists (select from groups g where g.office_id = s.office_id and g.path && $2))
        for update of s",
        id.0,
        scope,
    )
    .fetch_optional(db)
    .await?)
}

/// Stores what an office sends, without its files and steps.
pub async fn insert_submission(
    db: &mut Connection,
    id: SubmissionId,
    office: OfficeId,
    new: &NewSubmission<'_>,
    by: &Actor,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into submissions (id, office_id, kind, topic, title, outcome, beneficiaries, figures, source, contact, way, sent_at,
            sent_by, changed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12)",
        id.0,
        office.0,
        new.kind as SubmissionKind,
        new.topic,
        new.title,
        new.outcome,
        new.beneficiaries,
        new.figures,
        new.source,
        new.contact,
        new.way as SubmissionWay,
        now as Timestamp,
        by as &Actor,
    )
    .execute(&mut *db)
    .await?;
    insert_files(db, id, new.files).await
}

/// Puts what an office sends again in the place of what it sent before.
pub async fn replace_submission(
    db: &mut Connection,
    id: SubmissionId,
    new: &NewSubmission<'_>,
    by: &Actor,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update submissions set kind = $2, topic = $3, title = $4, outcome = $5, beneficiaries = $6, figures = $7, source = $8,
            contact = $9, sent_at = $10, sent_by = $11
        where id = $1",
        id.0,
        new.kind as SubmissionKind,
        new.topic,
        new.title,
        new.outcome,
        new.beneficiaries,
        new.figures,
        new.source,
        new.contact,
        now as Timestamp,
        by as &Actor,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("delete from submission_files where submission_id = $1", id.0).execute(&mut *db).await?;
    insert_files(db, id, new.files).await
}

/// Submissions by how far they have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateCount {
    /// How far.
    pub state: SubmissionState,
    /// How many.
    pub submissions: i64,
}

/// How many are on their way, in the scope.
pub async fn count_open(db: &mut Connection, scope: Option<&[i32]>) -> Result<Vec<StateCount>> {
    Ok(sqlx::query_as!(
        StateCount,
        r#"select s.state as "state: SubmissionState", count(*) as "submissions!" from submissions s
        where s.state in ('received', 'checked', 'proposed')
            and ($1::int[] is null or exists (select from groups g where g.office_id = s.office_id and g.path && $1))
        group by s.state order by s.state"#,
        scope,
    )
    .fetch_all(db)
    .await?)
}
