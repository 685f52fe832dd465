//! Where uploaded files are kept, and how large they may be.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::check::Check;
use super::duration;

/// What says that the files are in a bucket.
const S3: &str = "s3://";

/// Where uploaded files are kept, and how large they may be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// A folder, or `s3://BUCKET` with a prefix or without.
    pub store: String,
    /// The server of the bucket; left out = AWS.
    pub s3_endpoint: Option<String>,
    /// The bucket's region.
    pub s3_region: String,
    /// The id of the key to the bucket.
    pub s3_access_key: Option<String>,
    /// The file with the key to the bucket.
    pub s3_secret_key_file: Option<PathBuf>,
    /// The largest picture, in bytes.
    pub image_limit: u32,
    /// The largest video, in bytes.
    pub video_limit: u32,
    /// The largest document, in bytes.
    pub document_limit: u32,
    /// What one account or key may upload in 30 days, in bytes.
    pub account_limit: u32,
    /// How long an upload may take.
    #[serde(deserialize_with = "duration::one")]
    pub upload_timeout: Duration,
}

impl Files {
    /// The bucket and what the keys in it begin with; none where the files are in a folder.
    #[must_use]
    pub fn bucket(&self) -> Option<(&str, &str)> {
        let rest = self.store.strip_prefix(S3)?;
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        Some((name, prefix.trim_matches('/')))
    }

    pub(super) fn check(&self, check: &mut Check) {
        check.require("files.store", !self.store.trim().is_empty(), "must be a folder, or s3:// and a bucket");
        if let Some((name, _)) = self.bucket() {
            check.require("files.store", !name.is_empty(), "must name a bucket after s3://");
            check.require("files.s3_access_key", self.s3_access_key.is_some(), "is needed for a bucket");
            check.require("files.s3_secret_key_file", self.s3_secret_key_file.is_some(), "is needed for a bucket");
        }
        let endpoint = self.s3_endpoint.as_deref().is_none_or(|text| {
            url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        });
        check.require("files.s3_endpoint", endpoint, "must be an address that begins with http:// or https://");
        check.require_count("files.image_limit", self.image_limit, 65_536..=67_108_864);
        // what LINE takes
        check.require_count("files.video_limit", self.video_limit, 1_000_000..=200_000_000);
        check.require_count("files.document_limit", self.document_limit, 65_536..=100_000_000);
        check.require_count("files.account_limit", self.account_limit, 10_000_000..=4_000_000_000);
        check.require_duration(
            "files.upload_timeout",
            self.upload_timeout,
            Duration::from_secs(10)..=Duration::from_hours(2),
        );
    }
}
