//! From the section `files` to the store of files.

use std::path::PathBuf;

use anyhow::Context as _;
use secrecy::{ExposeSecret as _, SecretString};

use super::private_file;
use crate::config::Config;
use crate::files::FileStore;
use crate::files::drawing::Drawer;
use crate::files::store::{Bucket, Place, SizeLimits};

/// The store of files; a bucket is not asked yet.
///
/// # Errors
/// The folder cannot be made, or the key to the bucket is missing.
pub(super) fn open(config: &Config) -> anyhow::Result<FileStore> {
    let files = &config.files;
    let place = match files.bucket() {
        None => Place::Folder(PathBuf::from(&files.store)),
        Some((name, prefix)) => Place::S3(Bucket {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: files.s3_endpoint.clone(),
            region: files.s3_region.clone(),
            access_key: files.s3_access_key.clone().unwrap_or_default(),
            secret_key: read_key(config)?,
        }),
    };
    let limits = SizeLimits {
        image: files.image_limit.into(),
        video: files.video_limit.into(),
        document: files.document_limit.into(),
        account: files.account_limit.into(),
    };
    let files = FileStore::open(&place, limits).context("section files")?;
    let program = std::env::current_exe().context("where this program is cannot be found")?;
    Ok(files.drawing(Drawer::new(program)))
}

fn read_key(config: &Config) -> anyhow::Result<SecretString> {
    let path = config.files.s3_secret_key_file.as_deref().context("files.s3_secret_key_file is missing")?;
    let text = private_file::read(path)?;
    let text = text.with_context(|| format!("files.s3_secret_key_file: {} is missing", path.display()))?;
    Ok(SecretString::from(text.expose_secret().trim()))
}
