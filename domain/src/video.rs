//! A video as LINE plays it: an MP4 with H.264, of which everything is read but the pictures.
//!
//! What it is is read from its boxes and not from its name. It is kept as it came: writing it afresh would take an encoder. Pure; reading a
//! large one takes a moment, so that callers do it off the threads that serve requests.
//! Source: <https://developers.line.biz/en/reference/messaging-api/#video-message>.

use std::io::Read;

use mp4parse::{CodecType, SampleEntry, Track, TrackType, read_mp4};

/// What is known of a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Video {
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// How long it plays, in milliseconds.
    pub milliseconds: u32,
}

/// Why a file is no video that LINE plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadVideo {
    /// Its boxes cannot be read to the end.
    #[error("is damaged, or no MP4")]
    Damaged,
    /// It has none or several tracks of pictures.
    #[error("must have one track of pictures")]
    Tracks,
    /// Its pictures are in another format than H.264.
    #[error("must be in H.264, which every telephone plays; save it as MP4 (H.264) anew")]
    Codec,
    /// It is a still, or longer than two hours.
    #[error("must play for at least one second and at most two hours")]
    Length,
}

impl BadVideo {
    /// The same for people who read Thai.
    #[must_use]
    pub fn thai(self) -> &'static str {
        match self {
            Self::Damaged => "ไฟล์วีดิทัศน์เสียหาย หรือไม่ใช่ไฟล์ MP4",
            Self::Tracks => "ไฟล์ต้องมีภาพเคลื่อนไหวหนึ่งชุด",
            Self::Codec => "วีดิทัศน์ต้องเข้ารหัสแบบ H.264 ซึ่งโทรศัพท์ทุกเครื่องเล่นได้ โปรดบันทึกใหม่เป็น MP4 (H.264)",
            Self::Length => "วีดิทัศน์ต้องยาวอย่างน้อย 1 วินาที และไม่เกิน 2 ชั่วโมง",
        }
    }
}

/// The longest that a video may play, in milliseconds.
const LONGEST: u32 = 2 * 60 * 60 * 1_000;

impl Video {
    /// Reads what an MP4 says of itself.
    ///
    /// # Errors
    /// [`BadVideo`].
    pub fn read(file: &mut impl Read) -> Result<Self, BadVideo> {
        let context = read_mp4(file).map_err(|_| BadVideo::Damaged)?;
        let mut tracks = context.tracks.iter().filter(|track| track.track_type == TrackType::Video);
        let (Some(track), None) = (tracks.next(), tracks.next()) else { return Err(BadVideo::Tracks) };
        let entry = track.stsd.as_ref().and_then(|stsd| stsd.descriptions.first());
        let Some(SampleEntry::Video(entry)) = entry else { return Err(BadVideo::Codec) };
        if entry.codec_type != CodecType::H264 {
            return Err(BadVideo::Codec);
        }
        let (width, height) = (u32::from(entry.width), u32::from(entry.height));
        if width == 0 || height == 0 {
            return Err(BadVideo::Damaged);
        }
        let milliseconds = milliseconds(track).ok_or(BadVideo::Damaged)?;
        if !(1_000..=LONGEST).contains(&milliseconds) {
            return Err(BadVideo::Length);
        }
        Ok(Self { width, height, milliseconds })
    }
}

/// How long a track plays, by its own clock.
fn milliseconds(track: &Track) -> Option<u32> {
    let (ticks, per_second) = (track.duration.as_ref()?.0, track.timescale.as_ref()?.0);
    let milliseconds = u128::from(ticks) * 1_000 / u128::from(per_second).max(1);
    u32::try_from(milliseconds).ok()
}
