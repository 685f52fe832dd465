//! The first frame of a video that stands by itself.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use image::RgbImage;
use openh264::decoder::Decoder;
use openh264::formats::YUVSource as _;

use super::Keep;
use crate::domain::video::find_key_frame;

/// Draws it, in the size of the video.
pub(super) fn draw(upload: &Path, keep: Keep<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let stream = find_key_frame(&mut BufReader::new(File::open(upload)?))?;
    let mut decoder = Decoder::new()?;
    if let Some(frame) = decoder.decode(&stream)? {
        return keep(&pixels(&frame)?);
    }
    // a decoder may keep a frame until it knows that none comes before it
    let frames = decoder.flush_remaining()?;
    keep(&pixels(frames.first().ok_or("no frame")?)?)
}

fn pixels(frame: &openh264::decoder::DecodedYUV<'_>) -> Result<RgbImage, Box<dyn std::error::Error + Send + Sync>> {
    let (width, height) = frame.dimensions();
    let mut bytes = vec![0; width.checked_mul(height).and_then(|pixels| pixels.checked_mul(3)).ok_or("too large")?];
    frame.write_rgb8(&mut bytes);
    Ok(RgbImage::from_raw(u32::try_from(width)?, u32::try_from(height)?, bytes).ok_or("a frame without pixels")?)
}
