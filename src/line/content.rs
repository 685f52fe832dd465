//! What people send in chats: pictures, videos and files, which LINE serves from its data host for a while that it does not tell.
//!
//! [`judge`] reads the status; what is there comes as a stream ([`ContentBody`]), which whoever keeps it bounds. LINE answers 202 while it
//! prepares a video, and then tells how far it is ([`Transcoding`]); 410 once the message was taken back.
//! Source: <https://developers.line.biz/en/reference/messaging-api/#get-content>.
//!
//! Called by `intake`.

use futures_util::stream::{self, BoxStream, StreamExt as _};
use hyper::body::Bytes;
use reqwest::Response;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use tokio::time::Instant;

use super::answers::{CallError, Unanswered};
use super::client::{LineClient, unanswered, under};
use super::token::Access;

/// Longer than any media type in use.
const MAX_TYPE: usize = 128;

/// What the status of an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentVerdict {
    /// It follows.
    Here,
    /// LINE prepares it.
    Preparing,
    /// The message was taken back.
    TakenBack,
    /// It is not there, or not any more.
    Absent,
    /// The channel's token is not good, or LINE cannot answer now: it may be had later.
    Later,
    /// LINE will never give it.
    Refused,
}

/// Reads a status.
#[must_use]
pub fn judge(status: u16) -> ContentVerdict {
    match status {
        200 => ContentVerdict::Here,
        202 => ContentVerdict::Preparing,
        404 => ContentVerdict::Absent,
        410 => ContentVerdict::TakenBack,
        401 | 403 | 408 | 429 | 500.. => ContentVerdict::Later,
        _ => ContentVerdict::Refused,
    }
}

/// What LINE answers when it is asked for something that was sent.
#[derive(Debug)]
pub enum Content {
    /// Here it is.
    Here(ContentBody),
    /// It is not, for this reason.
    Not(ContentVerdict),
}

/// The bytes of something that was sent, as they come.
#[derive(Debug)]
pub struct ContentBody {
    /// What LINE says that it is.
    pub media_type: Option<String>,
    /// How large LINE says that it is.
    pub announced: Option<u64>,
    response: Response,
}

impl ContentBody {
    /// The bytes; they may break off, and the whole is bounded in time by the client.
    #[must_use]
    pub fn into_stream(self) -> BoxStream<'static, Result<Bytes, Unanswered>> {
        let start = Instant::now();
        stream::try_unfold(self.response, move |mut response| async move {
            match response.chunk().await {
                Ok(part) => Ok(part.map(|part| (part, response))),
                Err(error) => Err(unanswered(error, start.elapsed())),
            }
        })
        .boxed()
    }
}

/// How far LINE is with preparing something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transcoding {
    /// It can be fetched.
    Succeeded,
    /// It never will be.
    Failed,
    /// LINE is at it; also what a new word means.
    #[serde(other)]
    Processing,
}

#[derive(Deserialize)]
struct TranscodingStatus {
    status: Transcoding,
}

impl LineClient {
    /// What was sent with this message.
    ///
    /// # Errors
    /// [`Unanswered`]; an answer of any status is `Ok`.
    pub async fn content(&self, access: &Access, message_id: &str) -> Result<Content, Unanswered> {
        self.fetch(access, &["v2", "bot", "message", message_id, "content"]).await
    }

    /// A small picture of it, where it is a picture or a video.
    ///
    /// # Errors
    /// As [`LineClient::content`].
    pub async fn preview(&self, access: &Access, message_id: &str) -> Result<Content, Unanswered> {
        self.fetch(access, &["v2", "bot", "message", message_id, "content", "preview"]).await
    }

    /// How far LINE is with preparing it.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn transcoding(&self, access: &Access, message_id: &str) -> Result<Transcoding, CallError> {
        let path = ["v2", "bot", "message", message_id, "content", "transcoding"];
        let answer = self.ask(self.data.get(under(&self.data_base, &path)), access).await?;
        answer.read().map(|TranscodingStatus { status }| status)
    }

    async fn fetch(&self, access: &Access, path: &[&str]) -> Result<Content, Unanswered> {
        let start = Instant::now();
        let request = self.data.get(under(&self.data_base, path)).bearer_auth(access.token().expose_secret());
        let response = request.send().await.map_err(|error| unanswered(error, start.elapsed()))?;
        let verdict = judge(response.status().as_u16());
        if verdict != ContentVerdict::Here {
            return Ok(Content::Not(verdict));
        }
        let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.filter(|text| text.len() <= MAX_TYPE).map(str::to_owned);
        let announced = response.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(Content::Here(ContentBody { media_type, announced, response }))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt as _;
    use rstest::rstest;

    use super::*;
    use crate::line::stub::{access, http, stub};

    #[rstest]
    #[case(200, ContentVerdict::Here)]
    #[case(202, ContentVerdict::Preparing)]
    #[case(400, ContentVerdict::Refused)]
    #[case(401, ContentVerdict::Later)]
    #[case(404, ContentVerdict::Absent)]
    #[case(410, ContentVerdict::TakenBack)]
    #[case(429, ContentVerdict::Later)]
    #[case(503, ContentVerdict::Later)]
    fn a_status_says_whether_it_can_be_had(#[case] status: u16, #[case] verdict: ContentVerdict) {
        assert_eq!(judge(status), verdict);
    }

    #[tokio::test]
    async fn what_was_sent_comes_part_by_part_from_the_data_host() {
        let (line, asked) = stub([http("200 OK", "content-type: image/png\r\n", "\u{89}PNG")]).await;
        let Content::Here(body) = line.content(&access(), "461230966842064897").await.expect("an answer") else {
            panic!("nothing");
        };
        assert_eq!((body.media_type.as_deref(), body.announced), (Some("image/png"), Some(5)));
        let parts: Vec<Bytes> = body.into_stream().try_collect().await.expect("bytes");
        assert_eq!(parts.concat(), "\u{89}PNG".as_bytes());
        let asked = asked.await.expect("asked").remove(0);
        assert!(asked.starts_with("GET /base/v2/bot/message/461230966842064897/content HTTP/1.1"), "{asked}");
        assert!(asked.contains("authorization: Bearer token"), "{asked}");
    }

    #[tokio::test]
    async fn what_is_prepared_is_asked_for_again_unless_that_failed() {
        let answers = ["processing", "succeeded", "failed", "resting"]
            .map(|word| http("200 OK", "", &format!(r#"{{"status":"{word}"}}"#)));
        let (line, _) = stub(answers).await;
        for expected in [Transcoding::Processing, Transcoding::Succeeded, Transcoding::Failed, Transcoding::Processing]
        {
            assert_eq!(line.transcoding(&access(), "1").await.expect("an answer"), expected);
        }
    }

    #[tokio::test]
    async fn what_breaks_off_is_not_the_whole() {
        let broken = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\n\r\nhalf".to_owned();
        let (line, _) = stub([broken]).await;
        let Content::Here(body) = line.content(&access(), "1").await.expect("an answer") else { panic!("nothing") };
        assert!(body.into_stream().try_collect::<Vec<Bytes>>().await.is_err());
    }
}
