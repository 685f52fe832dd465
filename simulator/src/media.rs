//! Pictures, videos and files that people send in a chat of two, as the data host serves them.
//!
//! `GET /v2/bot/message/{messageId}/content` answers 202 while a video is prepared, 410 when the message was taken back, 404 for what
//! is not there or is another account's. `…/content/transcoding` tells how far that is, `…/content/preview` has a small picture.
//! Source: Messaging API reference, "Get content", "Verify the preparation status", "Get preview image".

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::Answer;
use super::endpoint::Endpoint;
use crate::domain::time::Timestamp;

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A video.
    Video,
    /// A file, whatever is in it.
    File,
}

/// That a picture was sent together with others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageSet {
    /// LINE's id of the set.
    pub id: String,
    /// Its place in it, from 1.
    pub index: u32,
    /// How many they are.
    pub total: u32,
}

/// A picture, a video or a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// What it is to LINE.
    pub kind: MediaKind,
    /// Its bytes, in base64.
    pub content: String,
    /// What the data host says that it is.
    pub media_type: String,
    /// What the file is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How long a video plays, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<u64>,
    /// The set of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<ImageSet>,
    /// For how many seconds it is being prepared.
    #[serde(default)]
    pub prepared_after: u64,
    /// Whether preparing it fails.
    #[serde(default)]
    pub never_prepared: bool,
    /// The address where it lies, where that is not LINE's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<String>,
}

impl Media {
    /// Something with these bytes.
    #[must_use]
    pub fn of(kind: MediaKind, media_type: &str, bytes: &[u8]) -> Self {
        Self {
            kind,
            content: BASE64_STANDARD.encode(bytes),
            media_type: media_type.to_owned(),
            name: None,
            duration: None,
            set: None,
            prepared_after: 0,
            never_prepared: false,
            external: None,
        }
    }

    /// A picture that was sent together with others.
    #[must_use]
    pub fn in_set(self, id: &str, index: u32, total: u32) -> Self {
        Self { set: Some(ImageSet { id: id.to_owned(), index, total }), ..self }
    }

    /// One that is prepared only after a while.
    #[must_use]
    pub fn prepared_after(self, seconds: u64) -> Self {
        Self { prepared_after: seconds, ..self }
    }

    fn bytes(&self) -> Vec<u8> {
        BASE64_STANDARD.decode(&self.content).unwrap_or_default()
    }

    /// The message object of a webhook.
    pub(super) fn message(&self, id: u64, quote_token: &str) -> Value {
        let mut message = json!({ "id": id.to_string() });
        match self.kind {
            MediaKind::Image => {
                message["type"] = "image".into();
                message["quoteToken"] = quote_token.into();
                message["contentProvider"] = self.provider();
                if let Some(ImageSet { id, index, total }) = &self.set {
                    message["imageSet"] = json!({ "id": id, "index": index, "total": total });
                }
            }
            MediaKind::Video => {
                message["type"] = "video".into();
                message["quoteToken"] = quote_token.into();
                message["contentProvider"] = self.provider();
                if let Some(duration) = self.duration {
                    message["duration"] = duration.into();
                }
            }
            MediaKind::File => {
                message["type"] = "file".into();
                message["fileName"] = self.name.as_deref().unwrap_or("file").into();
                message["fileSize"] = self.bytes().len().into();
            }
        }
        message
    }

    fn provider(&self) -> Value {
        match &self.external {
            Some(url) => json!({ "type": "external", "originalContentUrl": url, "previewImageUrl": url }),
            None => json!({ "type": "line" }),
        }
    }

    /// What the chat shows of it.
    pub(super) fn shown(&self) -> String {
        match (self.kind, &self.name) {
            (MediaKind::Image, _) => "[รูปภาพ]".to_owned(),
            (MediaKind::Video, _) => "[วิดีโอ]".to_owned(),
            (MediaKind::File, Some(name)) => format!("[ไฟล์ {name}]"),
            (MediaKind::File, None) => "[ไฟล์]".to_owned(),
        }
    }
}

struct Kept {
    channel: String,
    at: Timestamp,
    media: Media,
    taken_back: bool,
}

/// All that was sent, by the id of its message.
#[derive(Default)]
pub(super) struct SentMedia(BTreeMap<u64, Kept>);

impl SentMedia {
    /// Keeps what was sent to the account of `channel`.
    pub(super) fn keep(&mut self, id: u64, channel: String, media: Media, at: Timestamp) {
        self.0.insert(id, Kept { channel, at, media, taken_back: false });
    }

    /// The message was taken back.
    pub(super) fn take_back(&mut self, id: u64) {
        if let Some(kept) = self.0.get_mut(&id) {
            kept.taken_back = true;
        }
    }

    /// Forgets everything, as LINE does after a while.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Answers the data host's endpoints.
    pub(super) fn answer(&self, endpoint: Endpoint, channel: &str, id: &str, now: Timestamp) -> Answer {
        let found = id.parse().ok().and_then(|id: u64| self.0.get(&id)).filter(|kept| kept.channel == channel);
        let Some(Kept { at, media, taken_back, .. }) = found.filter(|kept| kept.media.external.is_none()) else {
            return Answer::not_found();
        };
        if *taken_back {
            return Answer::error(StatusCode::GONE, "Gone");
        }
        let is_ready = !media.never_prepared && now >= *at + Duration::from_secs(media.prepared_after);
        match endpoint {
            Endpoint::Transcoding => {
                let status = match (media.never_prepared, is_ready) {
                    (true, _) => "failed",
                    (false, true) => "succeeded",
                    (false, false) => "processing",
                };
                Answer::ok(&json!({ "status": status }))
            }
            _ if !is_ready => Answer::accepted(),
            Endpoint::Preview if media.kind == MediaKind::File => Answer::not_found(),
            _ => Answer::bytes(&media.media_type, media.bytes()),
        }
    }
}
