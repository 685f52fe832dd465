//! Chooses the cluster's data folder and the user who runs it.
//!
//! Postgres refuses to run as root. Started by root it therefore runs as the user who owns the data
//! already, else as `postgres`, else as `nobody`; and where that user cannot enter the wanted folder,
//! as in a checkout under `/root`, the data go below `/var/lib/gcc-relay-demo` and the wanted folder
//! becomes a link to them, so that people and scripts find them under the one name.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User, geteuid};
use sha2::{Digest, Sha256};

use super::EmbeddedError;

const ELSEWHERE: &str = "/var/lib/gcc-relay-demo";
/// The socket's path must fit the 104 bytes that the strictest system gives it.
const SOCKET_PATH_LIMIT: usize = 100;
const SOCKET_NAME: &str = ".s.PGSQL.5432";

/// A folder that the user who runs Postgres can enter, and that user.
#[derive(Debug)]
pub(super) struct DataFolder {
    home: PathBuf,
    /// The user to become; none where we are that user.
    owner: Option<User>,
}

impl DataFolder {
    /// A file or folder of the cluster's home.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// The home itself, absolute and without links.
    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    /// The major version of Postgres that made the data, where there are any.
    pub(super) fn data_version(&self) -> Result<Option<u32>, EmbeddedError> {
        let path = self.file("data/PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text.trim().parse().ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(EmbeddedError::folder(&path, "read")(error)),
        }
    }

    /// A command that runs as the owner, from the home, with none of our Postgres variables.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.home).stdin(Stdio::null());
        become_owner(&mut command, self.owner.as_ref());
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("PG")) {
                command.env_remove(name);
            }
        }
        command
    }

    /// Gives a file that we made to the owner.
    pub(super) fn give(&self, path: &Path) -> Result<(), EmbeddedError> {
        give(path, self.owner.as_ref())
    }

    /// Makes the folder for the socket: inside the home, or where that path would be too long, in `/tmp`.
    pub(super) fn make_socket_folder(&self) -> Result<PathBuf, EmbeddedError> {
        let inside = self.file("run");
        let folder = if inside.as_os_str().len() + 1 + SOCKET_NAME.len() < SOCKET_PATH_LIMIT {
            inside
        } else {
            Path::new("/tmp").join(format!("gcc-relay-{}", fingerprint(&self.home)))
        };
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => self.give(&folder)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.check_private(&folder)?,
            Err(error) => return Err(EmbeddedError::folder(&folder, "made")(error)),
        }
        Ok(folder)
    }

    /// `/tmp` is open to everyone: a folder of that name may be somebody else's trap.
    fn check_private(&self, folder: &Path) -> Result<(), EmbeddedError> {
        let found = fs::symlink_metadata(folder).map_err(EmbeddedError::folder(folder, "read"))?;
        let owner = self.owner.as_ref().map_or_else(geteuid, |owner| owner.uid);
        let private = found.is_dir() && found.uid() == owner.as_raw() && found.permissions().mode() & 0o777 == 0o700;
        if private { Ok(()) } else { Err(EmbeddedError::UnsafeSocketFolder(folder.to_path_buf())) }
    }
}

/// The name of the socket inside its folder.
pub(super) fn socket(folder: &Path) -> PathBuf {
    folder.join(SOCKET_NAME)
}

/// Makes the folder where missing and decides who runs the cluster in it.
pub(super) fn settle(data_dir: &Path) -> Result<DataFolder, EmbeddedError> {
    let wanted = std::path::absolute(data_dir).map_err(EmbeddedError::folder(data_dir, "found"))?;
    let home = make_home(&wanted)?;
    if geteuid().is_root() { choose_as_root(&wanted, home) } else { choose_as_user(home) }
}

fn choose_as_user(home: PathBuf) -> Result<DataFolder, EmbeddedError> {
    let found = owner_of(&home)?;
    if found == geteuid() {
        return Ok(DataFolder { home, owner: None });
    }
    let owner = User::from_uid(found).ok().flatten().map_or_else(|| found.to_string(), |user| user.name);
    Err(EmbeddedError::Foreign { path: home, owner })
}

fn choose_as_root(wanted: &Path, home: PathBuf) -> Result<DataFolder, EmbeddedError> {
    let owner = choose_owner(&home)?;
    give(&home, Some(&owner))?;
    if can_enter(&home, &owner)? {
        return Ok(DataFolder { home, owner: Some(owner) });
    }
    let elsewhere = move_elsewhere(wanted, &home, &owner)?;
    tracing::warn!(
        postgres.user = owner.name,
        postgres.folder = %elsewhere.display(),
        "the user who runs Postgres cannot enter this checkout; its data are kept elsewhere"
    );
    Ok(DataFolder { home: elsewhere, owner: Some(owner) })
}

fn choose_owner(home: &Path) -> Result<User, EmbeddedError> {
    let data = home.join("data");
    if data.exists() {
        let uid = owner_of(&data)?;
        if let Some(user) = User::from_uid(uid).ok().flatten().filter(|_| !uid.is_root()) {
            return Ok(user);
        }
    }
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| User::from_name(name).ok().flatten())
        .ok_or(EmbeddedError::NoServiceUser)
}

/// Asks the system by trying: the answer hangs on every folder above, on groups and on access lists.
fn can_enter(home: &Path, owner: &User) -> Result<bool, EmbeddedError> {
    let shell = Path::new("/bin/sh");
    let mut command = Command::new(shell);
    command.args(["-c", "cd -- \"$1\" && test -w .", "sh"]).arg(home).current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    become_owner(&mut command, Some(owner));
    let status = command.status().map_err(|source| EmbeddedError::NotRun { program: shell.to_path_buf(), source })?;
    Ok(status.success())
}

fn move_elsewhere(wanted: &Path, home: &Path, owner: &User) -> Result<PathBuf, EmbeddedError> {
    let elsewhere = make_home(&Path::new(ELSEWHERE).join(fingerprint(wanted)))?;
    give(&elsewhere, Some(owner))?;
    if fs::remove_dir(home).is_err() || !can_enter(&elsewhere, owner)? {
        return Err(EmbeddedError::Closed { path: home.to_path_buf(), user: owner.name.clone() });
    }
    symlink(&elsewhere, wanted).map_err(EmbeddedError::folder(wanted, "linked"))?;
    Ok(elsewhere)
}

fn make_home(path: &Path) -> Result<PathBuf, EmbeddedError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(EmbeddedError::folder(parent, "made"))?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(EmbeddedError::folder(path, "made")(error)),
        _ => path.canonicalize().map_err(EmbeddedError::folder(path, "found")),
    }
}

fn owner_of(path: &Path) -> Result<Uid, EmbeddedError> {
    let found = fs::metadata(path).map_err(EmbeddedError::folder(path, "read"))?;
    Ok(Uid::from_raw(found.uid()))
}

fn give(path: &Path, owner: Option<&User>) -> Result<(), EmbeddedError> {
    let Some(owner) = owner else { return Ok(()) };
    chown(path, Some(owner.uid.as_raw()), Some(owner.gid.as_raw()))
        .map_err(EmbeddedError::folder(path, "given to the user who runs Postgres"))
}

/// In a process group of its own, so that the terminal's Ctrl-C passes it by.
fn become_owner(command: &mut Command, owner: Option<&User>) {
    command.process_group(0);
    if let Some(owner) = owner {
        command.uid(owner.uid.as_raw()).gid(owner.gid.as_raw());
    }
}

fn fingerprint(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    hex::encode(&digest[..6])
}
