//! Fetching: at once, as LINE does not tell for how long it keeps what was sent; again after a while where it is not ready or LINE does not
//! answer; and kept as every upload is.

use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};

use super::{Intake, count};
use crate::domain::actor::Actor;
use crate::domain::time::Timestamp;
use crate::files::examine::NotGood;
use crate::files::keep::NotKept;
use crate::files::upload::NotStaged;
use crate::line::content::{Content, ContentBody, ContentVerdict, Transcoding};
use crate::line::replies::{self, RefusedFile};
use crate::store::StoreError;
use crate::store::line_files::{ClaimedFile, LineFileState, claim, end_old, give_up, note_fetched, put_off};

/// After that nothing is expected of LINE any more.
const PATIENCE: Duration = Duration::from_hours(24);
/// The longest wait between two tries of what LINE prepares.
const PREPARING: Duration = Duration::from_mins(1);
/// The longest wait between two tries of what went wrong.
const FAILING: Duration = Duration::from_mins(10);

/// What came of a try.
enum Fetched {
    /// It is kept.
    Kept(crate::store::files::File),
    /// Nothing will come of it: it is gone, or was taken back.
    Over(LineFileState),
    /// It is nothing that is taken.
    Refused(RefusedFile),
    /// LINE prepares it.
    Preparing,
    /// It is tried again.
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

impl Intake {
    /// Fetches at most so many that are due; gives how many were tried.
    pub(super) async fn fetch_due(&self, most: usize) -> Result<usize, StoreError> {
        let now = self.engine.clock.now();
        // as long again for looking at it and keeping it
        let until = now + self.content_timeout * 2;
        let limit = i64::try_from(most).unwrap_or(1);
        let claimed = {
            let mut db = self.engine.db.acquire().await?;
            count("gone", end_old(&mut db, now - PATIENCE, now).await?);
            claim(&mut db, now, until, limit).await?
        };
        let tried = claimed.len();
        let ended: Vec<Result<(), StoreError>> =
            stream::iter(claimed).map(|file| self.fetch(file)).buffer_unordered(most).collect().await;
        ended.into_iter().collect::<Result<(), StoreError>>()?;
        Ok(tried)
    }

    async fn fetch(&self, file: ClaimedFile) -> Result<(), StoreError> {
        let fetched = self.try_fetch(&file).await;
        let now = self.engine.clock.now();
        let mut db = self.engine.db.acquire().await?;
        match fetched {
            Fetched::Kept(kept) => {
                if !note_fetched(&mut db, &file, kept.id).await? {
                    tracing::info!("a file from LINE was taken back while it was fetched");
                }
            }
            Fetched::Over(state) => {
                if give_up(&mut db, &file, state, None, now).await? && state == LineFileState::Gone {
                    count("gone", 1);
                }
            }
            Fetched::Refused(why) => {
                tracing::info!(why = why.as_str(), "a file from LINE is refused");
                let noted = give_up(&mut db, &file, LineFileState::Refused, Some(why.as_str()), now).await?;
                drop(db);
                if noted {
                    count("refused", 1);
                    let words = replies::file_refused(why);
                    self.answer(file.channel, file.reply_token.as_deref(), file.sent_at, words).await;
                }
            }
            Fetched::Preparing => {
                self.try_later(&mut db, &file, PREPARING, now).await?;
            }
            Fetched::Failed(error) => {
                tracing::warn!(attempt = file.attempt, error = &*error, "a file from LINE could not be fetched");
                count("failed", 1);
                self.try_later(&mut db, &file, FAILING, now).await?;
            }
        }
        Ok(())
    }

    /// Twice as long after each try, up to `longest`.
    async fn try_later(
        &self,
        db: &mut crate::store::Connection,
        file: &ClaimedFile,
        longest: Duration,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let doubled = u32::try_from(file.attempt).unwrap_or(1).min(12);
        let wait = Duration::from_secs(1 << doubled).min(longest);
        put_off(db, file, now + wait).await
    }

    async fn try_fetch(&self, file: &ClaimedFile) -> Fetched {
        let access = match self.access(file.channel).await {
            Ok(access) => access,
            Err(error) => return Fetched::Failed(Box::new(error)),
        };
        match self.engine.line.content(&access, &file.message_id).await {
            Ok(Content::Here(body)) => self.keep(file, body).await,
            Ok(Content::Not(ContentVerdict::Preparing)) => {
                match self.engine.line.transcoding(&access, &file.message_id).await {
                    Ok(Transcoding::Failed) => Fetched::Refused(RefusedFile::NotPrepared),
                    Ok(Transcoding::Succeeded | Transcoding::Processing) | Err(_) => Fetched::Preparing,
                }
            }
            Ok(Content::Not(ContentVerdict::TakenBack)) => Fetched::Over(LineFileState::TakenBack),
            Ok(Content::Not(ContentVerdict::Absent | ContentVerdict::Refused)) => Fetched::Over(LineFileState::Gone),
            Ok(Content::Not(ContentVerdict::Here | ContentVerdict::Later)) => {
                Fetched::Failed("LINE cannot give it now".into())
            }
            Err(error) => Fetched::Failed(Box::new(error)),
        }
    }

    /// Takes it in as an upload is taken in.
    async fn keep(&self, file: &ClaimedFile, body: ContentBody) -> Fetched {
        let staged = match self.files.stage(body.announced, body.into_stream()).await {
            Ok(staged) => staged,
            Err(NotStaged::Empty | NotStaged::Kind) => return Fetched::Refused(RefusedFile::Kind),
            Err(NotStaged::TooLarge(most)) => return Fetched::Refused(RefusedFile::TooLarge(most)),
            Err(error @ (NotStaged::Broken | NotStaged::Io(_))) => return Fetched::Failed(Box::new(error)),
        };
        let by = Actor::user(&file.username);
        match self.files.keep(&self.engine.db, &staged, &by, self.engine.clock.now()).await {
            Ok(kept) => Fetched::Kept(kept),
            Err(NotKept::TooMuch(most)) => Fetched::Refused(RefusedFile::TooMuch(most)),
            Err(NotKept::NotGood(NotGood::Picture(_) | NotGood::Video(_))) => Fetched::Refused(RefusedFile::NotGood),
            Err(error) => Fetched::Failed(Box::new(error)),
        }
    }
}
