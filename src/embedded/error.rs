//! What can keep the private cluster from running, each as one sentence that says what to do.

use std::io;
use std::path::PathBuf;

/// Why the private cluster could not be started or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// The machine has no Postgres server programs.
    #[error(
        "Postgres binaries not found: install the package postgresql (Debian and Ubuntu: apt-get install postgresql; \
         macOS: brew install postgresql@17), or set GCC_RELAY_PG_BIN to the folder that holds initdb"
    )]
    NotFound,
    /// `GCC_RELAY_PG_BIN` names a folder without the programs.
    #[error("GCC_RELAY_PG_BIN names {}, which does not hold initdb, pg_ctl, postgres and createdb", .0.display())]
    NotInFolder(PathBuf),
    /// All that was found is too old.
    #[error("Postgres {found} is too old: version {oldest} or newer is needed")]
    TooOld {
        /// The newest major version found.
        found: u32,
        /// The oldest that will do.
        oldest: u32,
    },
    /// The data were made by a version that is not installed.
    #[error("the cluster was made by Postgres {wanted}, which is not installed: install it, or remove the data folder")]
    OtherVersion {
        /// The major version that made the data.
        wanted: u32,
    },
    /// Root cannot run Postgres and there is nobody else to run it.
    #[error("Postgres refuses to run as root, and this machine has neither a user postgres nor a user nobody")]
    NoServiceUser,
    /// The folder belongs to somebody else.
    #[error("{} belongs to the user {owner}: run as that user, or set database.data_dir to another folder", .path.display())]
    Foreign {
        /// The folder of the cluster.
        path: PathBuf,
        /// Its owner, by name or number.
        owner: String,
    },
    /// The folder holds data, but lies where the user who runs Postgres cannot go.
    #[error("the user {user} runs Postgres but cannot enter {}: set database.data_dir to a folder open to it", .path.display())]
    Closed {
        /// The folder of the cluster.
        path: PathBuf,
        /// The user who would run Postgres.
        user: String,
    },
    /// A path cannot be written into Postgres' settings or its address.
    #[error("{} cannot be used: the path must be UTF-8 without line breaks", .0.display())]
    UnusablePath(PathBuf),
    /// The folder for the socket is not safely ours.
    #[error("{} exists and is not private to the user who runs Postgres: remove it", .0.display())]
    UnsafeSocketFolder(PathBuf),
    /// A setting's name or value cannot stand in a settings file.
    #[error("`{0}` is not a Postgres setting that can be written down")]
    BadSetting(String),
    /// A file or folder could not be read or made.
    #[error("{} could not be {action}", .path.display())]
    Folder {
        /// Which file or folder.
        path: PathBuf,
        /// What was tried, as a participle.
        action: &'static str,
        /// The system's answer.
        source: io::Error,
    },
    /// A program could not be run at all.
    #[error("{} could not be run", .program.display())]
    NotRun {
        /// Which program.
        program: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A program ran and failed.
    #[error("{program} failed: {detail}")]
    Failed {
        /// Which program.
        program: &'static str,
        /// The last line that it said.
        detail: String,
    },
    /// A running cluster does not answer.
    #[error("the cluster in {} seems to run but does not answer: see postgres.log there; if no Postgres runs, remove data/postmaster.pid", .0.display())]
    Silent(PathBuf),
    /// The program is ending, and with it the thread that did the work.
    #[error("the start of Postgres was interrupted")]
    Interrupted,
}

impl EmbeddedError {
    /// Turns an I/O error about `path` into one that names it.
    pub(super) fn folder(path: &std::path::Path, action: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Folder { path, action, source }
    }
}
