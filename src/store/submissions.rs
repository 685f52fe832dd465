//! What offices send upward: as it was sent last, its files, and its steps, which are a record (`submission_steps_append_only`).

use serde_json::Value;

use super::{Connection, Result};
use crate::domain::actor::Actor;
use crate::domain::content_id::{FileId, ImageId};
use crate::domain::file_kind::FileKind;
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

async fn insert_files(db: &mut Connection, id: SubmissionId, files: &[(FileId, String)]) -> Result<()> {
    let (ids, alts): (Vec<FileId>, Vec<&str>) = files.iter().map(|(id, alt)| (*id, alt.as_str())).unzip();
    sqlx::query!(
        "insert into submission_files (submission_id, no, file_id, alt)
        select $1, no, file_id, alt from unnest($2::bytea[], $3::text[]) with ordinality as u(file_id, alt, no)",
        id.0,
        &ids as &[FileId],
        &alts as &[&str],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A step to be noted.
#[derive(Clone, Copy, Debug)]
pub struct NewStep<'a> {
    /// How far it has come then.
    pub state: SubmissionState,
    /// What is remarked.
    pub remark: Option<&'a str>,
    /// What was sent, where it was sent.
    pub sent: Option<&'a Value>,
    /// The draft that it became.
    pub bulletin: Option<BulletinId>,
}

/// Notes a step of a submission that the caller has locked.
pub async fn insert_step(
    db: &mut Connection,
    id: SubmissionId,
    step: NewStep<'_>,
    by: &Actor,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into submission_steps (submission_id, no, state, at, by, remark, sent)
        select $1, coalesce(max(no), 0) + 1, $2, $3, $4, $5, $6 from submission_steps where submission_id = $1",
        id.0,
        step.state as SubmissionState,
        now as Timestamp,
        by as &Actor,
        step.remark,
        step.sent,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update submissions set state = $2, changed_at = $3, bulletin_id = $4 where id = $1",
        id.0,
        step.state as SubmissionState,
        now as Timestamp,
        step.bulletin.map(|id| id.0) as Option<uuid::Uuid>,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What was done with a submission.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its number, from 1.
    pub no: i16,
    /// How far it had come then.
    pub state: SubmissionState,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: Actor,
    /// What was remarked.
    pub remark: Option<String>,
    /// What was sent.
    pub sent: Option<Value>,
}

/// The steps of a submission, the first of them first.
pub async fn list_steps(db: &mut Connection, id: SubmissionId) -> Result<Vec<Step>> {
    Ok(sqlx::query_as!(
        Step,
        r#"select no, state as "state: SubmissionState", at, by as "by: Actor", remark, sent
        from submission_steps where submission_id = $1 order by no"#,
        id.0,
    )
    .fetch_all(db)
    .await?)
}

/// How many steps a submission has; asked when it is locked, nothing is added to them meanwhile.
pub async fn count_steps(db: &mut Connection, id: SubmissionId) -> Result<i16> {
    Ok(sqlx::query_scalar!(
        r#"select coalesce(max(no), 0)::smallint as "no!" from submission_steps where submission_id = $1"#,
        id.0,
    )
    .fetch_one(db)
    .await?)
}

/// Whether somebody sent it, now or before it was changed.
pub async fn has_sent(db: &mut Connection, id: SubmissionId, by: &Actor) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (
            select from submission_steps where submission_id = $1 and sent is not null and by = $2) as "sent!""#,
        id.0,
        by as &Actor,
    )
    .fetch_one(db)
    .await?)
}

/// A file of a submission.
#[derive(Clone, Debug)]
pub struct SubmittedFile {
    /// Its identity.
    pub id: FileId,
    /// What it is.
    pub kind: FileKind,
    /// What it shows.
    pub alt: String,
    /// Its size.
    pub bytes: i64,
    /// Its width in pixels.
    pub width: Option<i32>,
    /// Its height in pixels.
    pub height: Option<i32>,
    /// How long it plays.
    pub milliseconds: Option<i32>,
    /// A small picture of it.
    pub preview: Option<ImageId>,
}

/// The files of a submission in their order.
pub async fn list_submitted_files(db: &mut Connection, id: SubmissionId) -> Result<Vec<SubmittedFile>> {
    Ok(sqlx::query_as!(
        SubmittedFile,
        r#"select f.id as "id: FileId", f.kind as "kind: FileKind", m.alt, f.bytes, f.width, f.height, f.milliseconds,
            f.preview_id as "preview: ImageId"
        from submission_files m join files f on f.id = m.file_id where m.submission_id = $1 order by m.no"#,
        id.0,
    )
    .fetch_all(db)
    .await?)
}

/// The pages of the documents of a submission as pictures, each with what its document shows.
pub async fn list_submitted_pages(db: &mut Connection, id: SubmissionId) -> Result<Vec<SubmittedFile>> {
    Ok(sqlx::query_as!(
        SubmittedFile,
        r#"select f.id as "id: FileId", f.kind as "kind: FileKind", m.alt, f.bytes, f.width, f.height, f.milliseconds,
            f.preview_id as "preview: ImageId"
        from submission_files m join file_pages p on p.document_id = m.file_id join files f on f.id = p.page_id
        where m.submission_id = $1 order by m.no, p.no"#,
        id.0,
    )
    .fetch_all(db)
    .await?)
}

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
