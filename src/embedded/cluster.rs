//! One cluster: made by `initdb`, started and stopped by `pg_ctl`, reached by its socket.
//!
//! Only called while the process holds the turn (`lock`), so nothing here races with another process.
//! A stale `postmaster.pid` is never removed: Postgres itself decides whether it is stale.

use std::fs;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::thread;
use std::time::Duration;

use url::Url;

use super::EmbeddedError;
use super::binaries::Binaries;
use super::data_folder::{DataFolder, socket};
use super::settings;

const SUPERUSER: &str = "gcc_relay";
/// `C.UTF-8` sorts by code point and knows Thai letters, which trigrams need; `C` is everywhere.
const LOCALES: [&str; 2] = ["C.UTF-8", "C"];
/// Seconds that Postgres gets to recover from a crash, and to stop.
const PATIENCE: &str = "120";
const LOOK_AGAIN: Duration = Duration::from_millis(100);
const LOOKS: u32 = 600;

/// How a cluster stands.
enum Condition {
    Down,
    /// Starting, stopping, or not answering.
    Unsettled,
    Ready,
}

/// A cluster and the programs that run it.
#[derive(Debug)]
pub(super) struct Cluster {
    folder: DataFolder,
    binaries: Binaries,
    socket_folder: PathBuf,
}

impl Cluster {
    pub(super) fn new(folder: DataFolder, binaries: Binaries) -> Result<Self, EmbeddedError> {
        let socket_folder = folder.make_socket_folder()?;
        Ok(Self { folder, binaries, socket_folder })
    }

    pub(super) fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// The address of a database of this cluster, complete, so that no stray `PGPORT` can change it.
    pub(super) fn url(&self, database: &str) -> Result<String, EmbeddedError> {
        let folder = self.utf8(&self.socket_folder)?;
        let unusable = |_| EmbeddedError::UnusablePath(self.socket_folder.clone());
        let mut url = Url::parse(&format!("postgres://{SUPERUSER}@localhost:5432/")).map_err(unusable)?;
        url.set_path(database);
        url.query_pairs_mut().append_pair("host", folder);
        // a space as `+` is the language of web forms; libpq reads it as a plus sign
        Ok(url.as_str().replace('+', "%20"))
    }

    /// Makes the data folder unless it is there; an `initdb` that died halfway leaves no trace in it.
    pub(super) fn create(&self, extra: &[(String, String)]) -> Result<(), EmbeddedError> {
        let data = self.folder.file("data");
        if data.exists() {
            return Ok(());
        }
        let unfinished = self.folder.file("data.new");
        for locale in LOCALES {
            remove_folder(&unfinished)?;
            let output = self.initdb(&unfinished, locale, extra)?;
            if output.status.success() {
                settings::include(&unfinished)?;
                return fs::rename(&unfinished, &data).map_err(EmbeddedError::folder(&data, "made"));
            }
            if !String::from_utf8_lossy(&output.stderr).contains("invalid locale") {
                return Err(failed("initdb", &output));
            }
        }
        Err(EmbeddedError::Failed { program: "initdb", detail: "no usable locale".into() })
    }

    /// Starts the cluster, or adopts it where it runs already.
    pub(super) fn ensure_running(&self, extra: &[(String, String)]) -> Result<(), EmbeddedError> {
        for _ in 0..LOOKS {
            match self.condition()? {
                Condition::Ready => return Ok(()),
                Condition::Down => return self.start(extra),
                Condition::Unsettled => thread::sleep(LOOK_AGAIN),
            }
        }
        Err(EmbeddedError::Silent(self.folder.home().to_path_buf()))
    }

    /// Creates a database unless it is there.
    pub(super) fn create_database(&self, name: &str) -> Result<(), EmbeddedError> {
        let folder = self.utf8(&self.socket_folder)?;
        let address = ["--host", folder, "--port", "5432", "--username", SUPERUSER, "--no-password"];
        let mut arguments = address.to_vec();
        arguments.extend(["--maintenance-db", "postgres", "--", name]);
        for _ in 0..LOOKS {
            let output = self.run("createdb", &arguments)?;
            let said = String::from_utf8_lossy(&output.stderr);
            if output.status.success() || said.contains("already exists") {
                return Ok(());
            }
            // one that was restored can be read before it has come to its end and can be written
            if !said.contains("read-only transaction") {
                return Err(failed("createdb", &output));
            }
            thread::sleep(LOOK_AGAIN);
        }
        Err(EmbeddedError::Silent(self.folder.home().to_path_buf()))
    }

    /// Stops the cluster, disconnecting whoever is still there.
    pub(super) fn stop(&self) -> Result<(), EmbeddedError> {
        if matches!(self.condition()?, Condition::Down) {
            return Ok(());
        }
        let output = self.run("pg_ctl", &["stop", "--mode", "fast", "--wait", "--timeout", PATIENCE, "--silent"])?;
        if !output.status.success() {
            return Err(failed("pg_ctl stop", &output));
        }
        // it may lie in /tmp, where nobody else would ever tidy it away; the next start makes it anew
        _ = fs::remove_dir(&self.socket_folder);
        Ok(())
    }

    fn start(&self, extra: &[(String, String)]) -> Result<(), EmbeddedError> {
        settings::write(&self.folder, self.utf8(&self.socket_folder)?, extra)?;
        // the log by its relative name: pg_ctl passes it through a shell, which would read a `$` in a path
        let output =
            self.run("pg_ctl", &["start", "--wait", "--timeout", PATIENCE, "--silent", "--log", "postgres.log"])?;
        if output.status.success() {
            return Ok(());
        }
        let detail = match last_line_of_log(&self.folder.file("postgres.log")) {
            Some(line) => format!("{line} (the last line of {})", self.folder.file("postgres.log").display()),
            None => last_line(&output),
        };
        Err(EmbeddedError::Failed { program: "pg_ctl start", detail })
    }

    fn condition(&self) -> Result<Condition, EmbeddedError> {
        let output = self.run("pg_ctl", &["status"])?;
        match output.status.code() {
            // 3: no server runs, whatever postmaster.pid says
            Some(3) => Ok(Condition::Down),
            Some(0) if self.answers() => Ok(Condition::Ready),
            Some(0) => Ok(Condition::Unsettled),
            _ => Err(failed("pg_ctl status", &output)),
        }
    }

    /// Whether the server says that it is ready (line 8 of its pid file) and its socket is open.
    fn answers(&self) -> bool {
        let says_ready = fs::read_to_string(self.folder.file("data/postmaster.pid"))
            .is_ok_and(|text| text.lines().nth(7).is_some_and(|status| status.trim() == "ready"));
        says_ready && UnixStream::connect(socket(&self.socket_folder)).is_ok()
    }

    fn initdb(&self, data: &Path, locale: &str, extra: &[(String, String)]) -> Result<Output, EmbeddedError> {
        let locale = format!("--locale={locale}");
        let mut arguments = vec!["--pgdata", self.utf8(data)?, "--username", SUPERUSER, "--encoding=UTF8", &locale];
        // whoever can enter the socket's folder is the owner or root: nothing is left to ask
        arguments.extend(["--auth-local=trust", "--auth-host=reject", "--data-checksums", "--no-instructions"]);
        if extra.iter().any(|(name, value)| name == "fsync" && value == "off") {
            arguments.push("--no-sync");
        }
        self.run("initdb", &arguments)
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<Output, EmbeddedError> {
        let program = self.binaries.program(program);
        let mut command = self.folder.command(&program);
        command.args(arguments).env("PGDATA", self.folder.file("data"));
        // what the programs say is read here, so they must say it in one language
        command.env("LC_ALL", "C");
        command.output().map_err(|source| EmbeddedError::NotRun { program, source })
    }

    fn utf8<'a>(&self, path: &'a Path) -> Result<&'a str, EmbeddedError> {
        path.to_str()
            .filter(|text| !text.contains(['\n', '\r']))
            .ok_or_else(|| EmbeddedError::UnusablePath(self.folder.home().to_path_buf()))
    }
}

fn remove_folder(path: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(EmbeddedError::folder(path, "removed")(error)),
        _ => Ok(()),
    }
}

fn failed(program: &'static str, output: &Output) -> EmbeddedError {
    EmbeddedError::Failed { program, detail: last_line(output) }
}

fn last_line(output: &Output) -> String {
    let said = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
    let said = String::from_utf8_lossy(said);
    said.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it said nothing").to_owned()
}

fn last_line_of_log(path: &Path) -> Option<String> {
    let text = String::from_utf8_lossy(&fs::read(path).ok()?).into_owned();
    text.lines().rev().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
}
