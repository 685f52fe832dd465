//! What an uploaded file is, read from its first bytes and never from its name.

use serde::{Deserialize, Serialize};

/// What offices send up and bulletins carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "file_kind", rename_all = "snake_case")]
pub enum FileKind {
    /// A JPEG or PNG; kept as a JPEG that is written afresh.
    Image,
    /// An MP4.
    Video,
    /// A PDF.
    Pdf,
}

/// How many of the first bytes tell what a file is.
pub const HEAD: usize = 64;

impl FileKind {
    /// What begins with these bytes; none = nothing that is taken.
    #[must_use]
    pub fn of_head(head: &[u8]) -> Option<Self> {
        match infer::get(head)?.mime_type() {
            "image/jpeg" | "image/png" => Some(Self::Image),
            "video/mp4" | "video/x-m4v" => Some(Self::Video),
            "application/pdf" => Some(Self::Pdf),
            _ => None,
        }
    }

    /// The ending of its address.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Image => "jpg",
            Self::Video => "mp4",
            Self::Pdf => "pdf",
        }
    }

    /// What it is served as.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Image => "image/jpeg",
            Self::Video => "video/mp4",
            Self::Pdf => "application/pdf",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_decide() {
        for (head, kind) in [
            (b"\xff\xd8\xff\xe0\0\x10JFIF".as_slice(), Some(FileKind::Image)),
            (b"\x89PNG\r\n\x1a\n", Some(FileKind::Image)),
            (b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41", Some(FileKind::Video)),
            (b"%PDF-1.7\n", Some(FileKind::Pdf)),
            (b"GIF89a", None),
            (b"<html><script>", None),
            (b"PK\x03\x04", None),
            (b"", None),
        ] {
            assert_eq!(FileKind::of_head(head), kind, "{head:?}");
        }
    }
}
