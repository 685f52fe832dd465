//! A video as LINE plays it: an MP4 with H.264, of which everything is read but the pictures.
//!
//! What it is is read from its boxes and not from its name. It is kept as it came: writing it afresh would take an encoder. Pure; reading a
//! large one takes a moment, so that callers do it off the threads that serve requests.
//! Source: <https://developers.line.biz/en/reference/messaging-api/#video-message>.

use std::io::{Read, Seek, SeekFrom};

use image::{Rgb, RgbImage};
use mp4parse::unstable::{CheckedInteger, create_sample_table};
use mp4parse::{
    CodecType, MediaContext, SampleEntry, Track, TrackType, VideoCodecSpecific, VideoSampleEntry, read_mp4,
};

use super::picture::{LONGEST_SIDE, Picture, STEEPEST};

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
        let (track, entry) = pictures_of(&context)?;
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

/// The track of pictures, and what it says of them.
fn pictures_of(context: &MediaContext) -> Result<(&Track, &VideoSampleEntry), BadVideo> {
    let mut tracks = context.tracks.iter().filter(|track| track.track_type == TrackType::Video);
    let (Some(track), None) = (tracks.next(), tracks.next()) else { return Err(BadVideo::Tracks) };
    let entry = track.stsd.as_ref().and_then(|stsd| stsd.descriptions.first());
    match entry {
        Some(SampleEntry::Video(entry)) if entry.codec_type == CodecType::H264 => Ok((track, entry)),
        _ => Err(BadVideo::Codec),
    }
}

/// The largest frame that is read, in bytes.
const LARGEST_FRAME: u64 = 8_000_000;

/// The first frame that stands by itself, as the stream that a decoder of H.264 takes: the parameters, then the frame (Annex B).
///
/// # Errors
/// [`BadVideo`].
pub fn find_key_frame(file: &mut (impl Read + Seek)) -> Result<Vec<u8>, BadVideo> {
    let context = read_mp4(file).map_err(|_| BadVideo::Damaged)?;
    let (track, entry) = pictures_of(&context)?;
    let VideoCodecSpecific::AVCConfig(config) = &entry.codec_specific else { return Err(BadVideo::Codec) };
    let table = create_sample_table(track, CheckedInteger(0)).ok_or(BadVideo::Damaged)?;
    let frame = table.iter().find(|sample| sample.sync).ok_or(BadVideo::Damaged)?;
    let (from, size) = (frame.start_offset.0, frame.end_offset.0.saturating_sub(frame.start_offset.0));
    if size > LARGEST_FRAME {
        return Err(BadVideo::Damaged);
    }
    let mut sample = Vec::new();
    file.seek(SeekFrom::Start(from)).map_err(|_| BadVideo::Damaged)?;
    file.take(size).read_to_end(&mut sample).map_err(|_| BadVideo::Damaged)?;
    write_stream(config.as_slice(), &sample).ok_or(BadVideo::Damaged)
}

/// The parameters in a track's configuration (avcC) and the parts of a sample behind each other, each with the sign at which it begins.
fn write_stream(mut config: &[u8], mut sample: &[u8]) -> Option<Vec<u8>> {
    let mut stream = Vec::with_capacity(config.len() + sample.len() + 64);
    let mut add = |part: &[u8]| {
        stream.extend_from_slice(&[0, 0, 0, 1]);
        stream.extend_from_slice(part);
    };
    let head = take(&mut config, 5)?;
    let length_size = usize::from(head.last()? & 3) + 1;
    // sets of parameters of a sequence, then those of pictures
    for mask in [0x1f, 0xff] {
        for _ in 0..take(&mut config, 1)?.first()? & mask {
            let length = number(take(&mut config, 2)?);
            add(take(&mut config, length)?);
        }
    }
    while !sample.is_empty() {
        let length = number(take(&mut sample, length_size)?);
        add(take(&mut sample, length)?);
    }
    Some(stream)
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (part, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(part)
}

/// Up to four bytes as a number.
fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// A cover of a video that has no picture of its own: the sign to play, on a dark ground, in the video's shape.
///
/// # Errors
/// [`BadVideo::Damaged`] where it is so narrow that LINE shows no picture of it.
pub fn draw_cover(video: Video) -> Result<Picture, BadVideo> {
    let (width, height) = fitted(video.width, video.height).ok_or(BadVideo::Damaged)?;
    let size = i64::from(width.min(height)) / 5;
    let (middle, center) = (i64::from(width) / 2, i64::from(height) / 2);
    let ground = RgbImage::from_fn(width, height, |x, y| {
        // a triangle that points to the right
        let (right, down) = (i64::from(x) - middle, i64::from(y) - center);
        let inside = right >= -size && right <= size && 2 * down.abs() <= size - right;
        Rgb(if inside { [255, 255, 255] } else { [33, 43, 54] })
    });
    Picture::of_pixels(ground).map_err(|_| BadVideo::Damaged)
}

/// The video's shape within the size of a picture; none where it is too steep for one.
fn fitted(width: u32, height: u32) -> Option<(u32, u32)> {
    let longest = u64::from(width.max(height)).max(1);
    let fit = |side: u32| u32::try_from((u64::from(side) * u64::from(LONGEST_SIDE) / longest).max(1)).ok();
    let (width, height) = (fit(width)?, fit(height)?);
    (height <= STEEPEST * width).then_some((width, height))
}

/// How long a track plays, by its own clock.
fn milliseconds(track: &Track) -> Option<u32> {
    let (ticks, per_second) = (track.duration.as_ref()?.0, track.timescale.as_ref()?.0);
    let milliseconds = u128::from(ticks) * 1_000 / u128::from(per_second).max(1);
    u32::try_from(milliseconds).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cover_has_the_shape_of_its_video() {
        let cover = |width, height| draw_cover(Video { width, height, milliseconds: 1_000 });
        let drawn = cover(1_920, 1_080).expect("a cover");
        assert_eq!((drawn.width(), drawn.height()), (1_024, 576));
        let drawn = cover(720, 1_280).expect("a cover");
        assert_eq!((drawn.width(), drawn.height()), (576, 1_024));
        assert_eq!(cover(100, 900), Err(BadVideo::Damaged));
    }

    #[test]
    fn what_is_no_mp4_is_damaged() {
        for bytes in [b"".as_slice(), b"%PDF-1.7", b"\0\0\0\x18ftypisom\0\0\0\0isom"] {
            assert!(matches!(Video::read(&mut &*bytes), Err(BadVideo::Damaged | BadVideo::Tracks)), "{bytes:?}");
        }
    }

    const CLIP: &[u8] = include_bytes!("../../tests/it/files/clip.mp4");

    #[test]
    fn a_clip_says_its_size_and_how_long_it_plays() {
        let video = Video::read(&mut &*CLIP).expect("a video");
        assert_eq!((video.width, video.height), (160, 120));
        assert!((1_900..2_300).contains(&video.milliseconds), "{video:?}");
    }

    #[test]
    fn the_first_frame_that_stands_by_itself_comes_behind_its_parameters() {
        let stream = find_key_frame(&mut Cursor::new(CLIP)).expect("a frame");
        let mut kinds = Vec::new();
        for (at, window) in stream.windows(5).enumerate() {
            if let [0, 0, 0, 1, head] = window {
                assert!(at == 0 || !kinds.is_empty());
                kinds.push(head & 0x1f);
            }
        }
        assert!(kinds.starts_with(&[7, 8]) && kinds.contains(&5), "{kinds:?}");
    }

    proptest! {
        #[test]
        fn whatever_is_changed_in_a_clip_nothing_panics(changes in prop::collection::vec((0..CLIP.len(), any::<u8>()), 1..12), end in 0..CLIP.len()) {
            let mut bytes = CLIP.to_vec();
            for (at, byte) in changes {
                bytes[at] = byte;
            }
            let _ = Video::read(&mut &*bytes);
            let _ = Video::read(&mut &bytes[..end]);
            let _ = find_key_frame(&mut Cursor::new(&bytes));
            let _ = find_key_frame(&mut Cursor::new(&bytes[..end]));
        }
    }
}
