//! Files of a form, as they come: each is written down, looked at and kept before the next part is read.
//!
//! The same file sent twice is kept once, so that a second click does no harm.

use axum::extract::multipart::Field;

use crate::domain::content_id::FileId;
use crate::domain::file_kind::FileKind;
use crate::files::upload::NotStaged;
use crate::store::files::File;
use crate::web::app::App;
use crate::web::people::Visitor;
use crate::web::problem::Problem;
use crate::web::uploads::{not_kept, not_staged, say_not_kept, say_not_staged};

/// The longest text beside the files: the ids of those that were chosen before.
const LONGEST: usize = 1_000;

/// What became of a part that holds a file.
#[derive(Debug)]
pub(super) enum TakenFile {
    /// A field of files that was left empty.
    Empty,
    /// It is kept.
    Kept(File),
    /// It is not, for this reason.
    Refused(String),
}

/// Keeps the file of a part. Where only pictures may come, `only_pictures` is the key of the sentence about all others.
pub(super) async fn take_file(
    app: &App,
    visitor: &Visitor,
    part: Field<'_>,
    only_pictures: Option<&str>,
) -> Result<TakenFile, Problem> {
    let t = visitor.words;
    let staged = match app.files.stage(None, part).await {
        Ok(staged) => staged,
        Err(NotStaged::Empty) => return Ok(TakenFile::Empty),
        Err(why) => {
            let sentence = match only_pictures.filter(|_| matches!(why, NotStaged::Kind)) {
                Some(key) => t.say(key),
                None => say_not_staged(t, &why).ok_or_else(|| not_staged(&why))?,
            };
            return Ok(TakenFile::Refused(sentence));
        }
    };
    if let Some(key) = only_pictures.filter(|_| staged.kind != FileKind::Image) {
        return Ok(TakenFile::Refused(t.say(key)));
    }
    match app.files.keep(&app.db, &staged, &visitor.caller.actor(), app.now()).await {
        Ok(file) => Ok(TakenFile::Kept(file)),
        Err(why) => match say_not_kept(t, &why) {
            Some(sentence) => Ok(TakenFile::Refused(sentence)),
            None => Err(not_kept(why)),
        },
    }
}

/// The ids that stand between commas, each once and at most so many; what is none is passed over.
pub(super) fn read_ids(text: &str, most: usize) -> Vec<FileId> {
    let mut ids: Vec<FileId> = Vec::new();
    for id in text.split(',').filter_map(|id| id.trim().parse().ok()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
        if ids.len() == most {
            break;
        }
    }
    ids
}

/// The same, to stand in a form or an address.
pub(super) fn write_ids(ids: &[FileId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// A short text of the form.
pub(super) async fn read_text(mut part: Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = part.chunk().await.map_err(|_| Problem::bad_request("The form cannot be read."))? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > LONGEST {
            return Err(Problem::too_large());
        }
    }
    String::from_utf8(bytes).map_err(|_| Problem::bad_request("The form cannot be read."))
}
