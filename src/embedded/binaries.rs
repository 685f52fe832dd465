//! Finds the Postgres programs of this machine.
//!
//! Distributions hide the server programs: Debian keeps one folder per major version out of the PATH,
//! Homebrew links only one version. A folder counts only if it holds all the programs that are
//! needed, and symbolic links are followed first, because `pg_ctl` looks for `postgres` beside itself.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::EmbeddedError;

/// The environment variable that names the folder to use, and no other.
pub(super) const FOLDER_VARIABLE: &str = "GCC_RELAY_PG_BIN";
/// The oldest major version that the schema is tested with.
const OLDEST: u32 = 15;
const PROGRAMS: [&str; 4] = ["initdb", "pg_ctl", "postgres", "createdb"];
const HOMEBREW: [&str; 3] = ["/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew"];

/// A folder with the programs of one Postgres version.
#[derive(Debug)]
pub(super) struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// The first usable folder; of major version `wanted` where data of that version exist already.
    pub(super) fn find(wanted: Option<u32>) -> Result<Self, EmbeddedError> {
        match env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty()) {
            Some(folder) => {
                let folder = PathBuf::from(folder);
                let found = inspect(&folder).ok_or(EmbeddedError::NotInFolder(folder))?;
                choose([found], wanted)
            }
            None => choose(candidates().iter().filter_map(|folder| inspect(folder)), wanted),
        }
    }

    /// The full path of one of the programs.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

fn choose(found: impl IntoIterator<Item = Binaries>, wanted: Option<u32>) -> Result<Binaries, EmbeddedError> {
    let mut newest = None;
    for binaries in found {
        let fits = wanted.is_none_or(|wanted| wanted == binaries.major);
        if fits && binaries.major >= OLDEST {
            return Ok(binaries);
        }
        newest = newest.max(Some(binaries.major));
    }
    Err(match (newest, wanted) {
        (None, _) => EmbeddedError::NotFound,
        (Some(_), Some(wanted)) => EmbeddedError::OtherVersion { wanted },
        (Some(found), None) => EmbeddedError::TooOld { found, oldest: OLDEST },
    })
}

/// Where the programs may lie, best first; most of these folders do not exist.
fn candidates() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    folders.extend(ask_pg_config());
    folders.extend(newest_first(Path::new("/usr/lib/postgresql")));
    for prefix in HOMEBREW {
        folders.extend(newest_first(&Path::new(prefix).join("opt")));
    }
    folders
}

fn ask_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(folder.trim_end()))
}

/// The `bin` folders of the versions below `parent`: named `17` by Debian, `postgresql@17` by Homebrew.
fn newest_first(parent: &Path) -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((version_of_folder(&entry.file_name())?, entry.path().join("bin"))))
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

fn version_of_folder(name: &OsString) -> Option<u32> {
    let name = name.to_str()?;
    name.strip_prefix("postgresql@").unwrap_or(name).parse().ok()
}

fn inspect(folder: &Path) -> Option<Binaries> {
    let folder = folder.join("pg_ctl").canonicalize().ok()?.parent()?.to_path_buf();
    if !PROGRAMS.iter().all(|program| folder.join(program).is_file()) {
        return None;
    }
    let output = Command::new(folder.join("pg_ctl")).arg("--version").output().ok()?;
    let major = parse_version(&String::from_utf8(output.stdout).ok()?)?;
    Some(Binaries { folder, major })
}

/// The major version in `pg_ctl (PostgreSQL) 15.6 (Debian 15.6-1)`.
fn parse_version(text: &str) -> Option<u32> {
    let version = text.split_once(") ")?.1;
    let end = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn version(major: u32) -> Binaries {
        Binaries { folder: PathBuf::from(major.to_string()), major }
    }

    #[rstest]
    #[case("pg_ctl (PostgreSQL) 15.16 (Debian 15.16-0+deb12u1)\n", Some(15))]
    #[case("pg_ctl (PostgreSQL) 18devel\n", Some(18))]
    #[case("pg_ctl (PostgreSQL) 17", Some(17))]
    #[case("something else", None)]
    fn the_major_version_is_read_from_what_the_program_says(#[case] text: &str, #[case] major: Option<u32>) {
        assert_eq!(parse_version(text), major);
    }

    #[test]
    fn the_first_folder_wins_for_a_new_cluster() {
        assert_eq!(choose([version(16), version(17)], None).expect("test data").major, 16);
    }

    #[test]
    fn an_old_cluster_gets_the_version_that_made_it() {
        assert_eq!(choose([version(17), version(16)], Some(16)).expect("test data").major, 16);
        assert!(matches!(choose([version(17)], Some(16)), Err(EmbeddedError::OtherVersion { wanted: 16 })));
    }

    #[test]
    fn what_is_missing_or_too_old_is_said() {
        assert!(matches!(choose([], None), Err(EmbeddedError::NotFound)));
        assert!(matches!(choose([version(12), version(13)], None), Err(EmbeddedError::TooOld { found: 13, .. })));
    }

    #[test]
    fn the_newest_version_comes_first_by_number_not_by_spelling() {
        let parent = tempfile::tempdir().expect("test data");
        for name in ["9", "15", "postgresql@16", "common"] {
            fs::create_dir(parent.path().join(name)).expect("test data");
        }
        let found = newest_first(parent.path());
        let expected = ["postgresql@16/bin", "15/bin", "9/bin"].map(|name| parent.path().join(name));
        assert_eq!(found, expected);
    }
}
