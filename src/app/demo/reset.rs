//! `--fresh`: removes the private cluster, the simulator's chats and the files of earlier runs.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::app::context::embedded_config;
use crate::app::simulator::SimulatorOptions;
use crate::config::Config;
use crate::embedded::Embedded;

/// Removes all of them; a cluster that another process uses is left alone.
pub(super) async fn remove(config: &Config, options: &SimulatorOptions) -> anyhow::Result<()> {
    let cluster = config.database.data_dir.as_path();
    let pid_file = cluster.join("data/postmaster.pid");
    if pid_file.exists() {
        // it runs, perhaps as an orphan: the last one out stops it, and that is us unless it is in use
        Embedded::start(&embedded_config(config)).await?.stop().await?;
        if pid_file.exists() {
            bail!("the private Postgres in {} is in use by another process: stop that first", cluster.display());
        }
    }
    if cluster.join("users.lock").exists() {
        remove_folder(cluster)?;
    } else if cluster.exists() {
        bail!("{} does not look like a private Postgres: it is left alone", cluster.display());
    }
    for folder in [options.data_dir.as_path(), Path::new(&config.files.store)] {
        if folder.exists() {
            remove_folder(folder)?;
        }
    }
    Ok(())
}

/// Removes a folder, and where it is a link to one, both.
fn remove_folder(folder: &Path) -> anyhow::Result<()> {
    let removed = fs::canonicalize(folder).and_then(fs::remove_dir_all).and_then(|()| match fs::remove_file(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    });
    removed.with_context(|| format!("{} could not be removed", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_goes_together_with_what_it_points_to() {
        let folder = tempfile::tempdir().expect("test data");
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::create_dir_all(real.join("data")).expect("test data");
        std::os::unix::fs::symlink(&real, &link).expect("test data");
        remove_folder(&link).expect("test data");
        assert!(!real.exists() && fs::symlink_metadata(&link).is_err());
    }
}
