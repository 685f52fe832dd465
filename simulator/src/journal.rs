//! The journal: one append-only file of JSON lines from which a simulator rebuilds itself.
//!
//! A change is written before it is applied and before anything is answered, so that killing the
//! process loses nothing that was acknowledged; the machine going down may (no fsync). A last line
//! without its end is what a full disk leaves behind: it was never acknowledged and is cut off.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use super::record::Record;

/// The file's name in the data directory.
const FILE: &str = "line-simulator.jsonl";

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be opened, read or written.
    #[error("the simulator's journal cannot be read or written")]
    Io(#[from] io::Error),
    /// Another simulator has it open.
    #[error("another simulator uses the same data directory")]
    InUse,
    /// A line is no record.
    #[error("line {line} of the simulator's journal cannot be understood")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// An open journal.
pub(super) struct Journal {
    file: File,
    length: u64,
}

impl Journal {
    /// Opens the journal in `directory`, made where missing, and hands each record in it to `replay`.
    ///
    /// # Errors
    /// The file cannot be used, or holds something that is no record.
    pub(super) fn open(directory: &Path, mut replay: impl FnMut(Record)) -> Result<Self, JournalError> {
        fs::create_dir_all(directory)?;
        let path = directory.join(FILE);
        let file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => JournalError::InUse,
            TryLockError::Error(error) => error.into(),
        })?;
        let whole = read_lines(&file, &mut replay)?;
        file.set_len(whole)?;
        Ok(Self { file, length: whole })
    }

    /// Writes one record, whole or not at all.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn append(&mut self, record: &Record) -> Result<(), JournalError> {
        let mut line = serde_json::to_vec(record).map_err(io::Error::from)?;
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line) {
            self.file.set_len(self.length)?;
            return Err(error.into());
        }
        self.length += line.len() as u64;
        Ok(())
    }
}

/// Replays all whole lines and returns how many bytes they are.
fn read_lines(file: &File, replay: &mut impl FnMut(Record)) -> Result<u64, JournalError> {
    let mut reader = BufReader::new(file);
    let (mut whole, mut number, mut line) = (0, 0, Vec::new());
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') {
            return Ok(whole);
        }
        number += 1;
        replay(serde_json::from_slice(&line).map_err(|source| JournalError::Line { line: number, source })?);
        whole += length as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replayed(directory: &Path) -> usize {
        let mut records = 0;
        Journal::open(directory, |_| records += 1).unwrap();
        records
    }

    #[test]
    fn what_was_written_comes_back_and_a_cut_line_does_not() {
        let directory = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(directory.path(), |_| ()).unwrap();
        journal.append(&Record::Cleared).unwrap();
        journal.file.write_all(b"{\"clea").unwrap();
        drop(journal);
        assert_eq!(replayed(directory.path()), 1);
        let mut journal = Journal::open(directory.path(), |_| ()).unwrap();
        journal.append(&Record::Cleared).unwrap();
        drop(journal);
        assert_eq!(replayed(directory.path()), 2);
    }

    #[test]
    fn a_journal_has_one_writer() {
        let directory = tempfile::tempdir().unwrap();
        let _open = Journal::open(directory.path(), |_| ()).unwrap();
        assert!(matches!(Journal::open(directory.path(), |_| ()), Err(JournalError::InUse)));
    }

    #[test]
    fn a_line_that_is_no_record_is_named() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(FILE), "\"cleared\"\nnonsense\n").unwrap();
        let error = Journal::open(directory.path(), |_| ()).err();
        assert!(matches!(error, Some(JournalError::Line { line: 2, .. })));
    }
}
