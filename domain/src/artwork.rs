//! An infographic that an office sends up: large enough to be read, and written afresh like every picture.
//!
//! Unlike the [`Picture`] above a bulletin's text it may be long and narrow, and is kept as LINE shows an image message: a JPEG
//! of less than 10 MB, with a small [`Picture`] of it for lists and for LINE's preview. Pure; making one takes up to some
//! seconds, so that callers do it off the threads that serve requests.
//! Source: <https://developers.line.biz/en/reference/messaging-api/#image-message>.

use std::fmt;

use image::imageops::crop_imm;
use image_hasher::{HasherConfig, ImageHash};

use super::picture::{BadPicture, Picture, STEEPEST, decode, encode, fit, flatten};

/// The longest side of what is kept, in pixels.
pub const LONGEST_SIDE: u32 = 4_096;
/// What is kept has fewer bytes than this: LINE's limit for an image message.
pub const MOST_BYTES: usize = 10_000_000;
/// How many times its width it may be high.
const MOST_STEEP: u32 = 12;
/// In how many of the 64 bits of their looks two pictures may differ and still be taken for the same.
pub const ALIKE: i32 = 6;

/// What a picture looks like, as 64 bits: pictures that look alike differ in few of them, also where they were made smaller or
/// saved anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Look(pub i64);

impl Look {
    /// In how many bits two looks differ.
    #[must_use]
    pub fn difference(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }
}

/// An infographic ready to be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Artwork {
    bytes: Vec<u8>,
    width: u32,
    height: u32,
    look: Look,
    preview: Picture,
}

impl fmt::Debug for Artwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, width, height, .. } = self;
        write!(f, "Artwork({width}×{height}, {} bytes)", bytes.len())
    }
}

impl Artwork {
    /// Makes one of an upload.
    ///
    /// # Errors
    /// [`BadPicture`].
    pub fn of_upload(upload: &[u8]) -> Result<Self, BadPicture> {
        let pixels = flatten(decode(upload)?);
        if pixels.height() > MOST_STEEP * pixels.width() {
            return Err(BadPicture::TooNarrow);
        }
        let pixels = fit(pixels, LONGEST_SIDE);
        let (width, height) = pixels.dimensions();
        // of what is too steep for a list its top, where the title is
        let top = crop_imm(&pixels, 0, 0, width, height.min(STEEPEST * width)).to_image();
        let hasher = HasherConfig::with_bytes_type::<[u8; 8]>().hash_size(8, 8).preproc_dct().to_hasher();
        let look: ImageHash<[u8; 8]> = hasher.hash_image(&pixels);
        Ok(Self {
            bytes: encode(&pixels, MOST_BYTES)?,
            width,
            height,
            look: Look(i64::from_be_bytes(look.into_inner())),
            preview: Picture::of_pixels(top)?,
        })
    }

    /// The JPEG.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its width in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Its height in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// What it looks like.
    #[must_use]
    pub fn look(&self) -> Look {
        self.look
    }

    /// A small picture of it, or of its top where it is long and narrow.
    #[must_use]
    pub fn preview(&self) -> &Picture {
        &self.preview
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::imageops::FilterType;
    use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

    use super::*;

    fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).expect("a file");
        bytes.into_inner()
    }

    /// A drawing with boxes, as an infographic has them.
    fn drawing(width: u32, height: u32, seed: u32) -> DynamicImage {
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
            let (column, row) = (x * 6 / width, y * 8 / height);
            let shade = (column * 7 + row * row * 13 + seed * (column ^ row) * 29) % 256;
            Rgb([u8::try_from(shade).unwrap_or(0), u8::try_from(255 - shade).unwrap_or(0), 90])
        }))
    }

    #[test]
    fn a_long_infographic_is_kept_whole_and_its_preview_shows_the_top() {
        let artwork = Artwork::of_upload(&written(&drawing(600, 3_600, 1), ImageFormat::Png)).expect("artwork");
        assert_eq!((artwork.width(), artwork.height()), (600, 3_600));
        assert_eq!((artwork.preview().width(), artwork.preview().height()), (341, 1_024));
        let large = Artwork::of_upload(&written(&drawing(6_000, 3_000, 1), ImageFormat::Png)).expect("artwork");
        assert_eq!((large.width(), large.height()), (4_096, 2_048));
        assert!(large.bytes().len() < MOST_BYTES && large.bytes().starts_with(&[0xff, 0xd8, 0xff]));
    }

    #[test]
    fn the_same_drawing_made_smaller_and_saved_anew_looks_alike_and_another_does_not() {
        let of = |image: &DynamicImage, format| Artwork::of_upload(&written(image, format)).expect("artwork").look();
        let first = of(&drawing(1_200, 1_600, 1), ImageFormat::Png);
        let again = of(&drawing(1_200, 1_600, 1).resize(600, 800, FilterType::Triangle), ImageFormat::Jpeg);
        let other = of(&drawing(1_200, 1_600, 3), ImageFormat::Png);
        assert!(i64::from(first.difference(again)) <= i64::from(ALIKE), "{}", first.difference(again));
        assert!(i64::from(first.difference(other)) > i64::from(ALIKE), "{}", first.difference(other));
    }

    #[test]
    fn a_ribbon_is_no_infographic() {
        let ribbon = Artwork::of_upload(&written(&drawing(40, 600, 1), ImageFormat::Png));
        assert_eq!(ribbon, Err(BadPicture::TooNarrow));
        assert!(BadPicture::TooNarrow.thai().contains("12 เท่า"));
        assert_eq!(Artwork::of_upload(b"%PDF-1.7"), Err(BadPicture::Format));
    }
}
