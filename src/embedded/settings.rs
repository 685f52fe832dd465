//! The cluster's settings: a file of our own beside Postgres' `postgresql.conf`, which includes it.
//!
//! Written anew before each start, so that a changed setting or a moved folder counts at once.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::EmbeddedError;
use super::data_folder::DataFolder;

const FILE: &str = "gcc-relay.conf";

/// Makes a new cluster read our file, after its own.
pub(super) fn include(data: &Path) -> Result<(), EmbeddedError> {
    let path = data.join("postgresql.conf");
    let mut file = OpenOptions::new().append(true).open(&path).map_err(EmbeddedError::folder(&path, "opened"))?;
    writeln!(file, "include_if_exists = '{FILE}'").map_err(EmbeddedError::folder(&path, "written"))
}

/// Writes our file: beside the final one and renamed, since the folder is not ours where we are root,
/// and a link planted there must not be followed.
pub(super) fn write(folder: &DataFolder, socket_folder: &str, extra: &[(String, String)]) -> Result<(), EmbeddedError> {
    let text = text(socket_folder, extra)?;
    let unfinished = folder.file("data").join("gcc-relay.conf.new");
    let opened = match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => OpenOptions::new().write(true).create_new(true).open(&unfinished),
    };
    opened
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(EmbeddedError::folder(&unfinished, "written"))?;
    folder.give(&unfinished)?;
    let settled = folder.file("data").join(FILE);
    fs::rename(&unfinished, &settled).map_err(EmbeddedError::folder(&settled, "written"))
}

fn text(socket_folder: &str, extra: &[(String, String)]) -> Result<String, EmbeddedError> {
    // the value is a list of names, in which a quoted name may hold anything
    let folder = format!("\"{}\"", socket_folder.replace('"', "\"\""));
    let ours = [
        ("listen_addresses", ""),
        ("port", "5432"),
        ("unix_socket_directories", folder.as_str()),
        ("unix_socket_permissions", "0700"),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        ("lc_messages", "C"),
    ];
    let theirs = extra.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    ours.into_iter().chain(theirs).map(|(name, value)| line(name, value)).collect()
}

fn line(name: &str, value: &str) -> Result<String, EmbeddedError> {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    if !plain || value.contains(['\n', '\r', '\\']) {
        return Err(EmbeddedError::BadSetting(name.to_owned()));
    }
    Ok(format!("{name} = '{}'\n", value.replace('\'', "''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_quoted() {
        assert_eq!(line("application_name", "it's").expect("a line"), "application_name = 'it''s'\n");
    }

    #[test]
    fn a_setting_cannot_smuggle_in_another_line() {
        assert!(matches!(line("a = 1\nb", "2"), Err(EmbeddedError::BadSetting(_))));
        assert!(matches!(line("a", "1\nfsync = off"), Err(EmbeddedError::BadSetting(_))));
    }
}
