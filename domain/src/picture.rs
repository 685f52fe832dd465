//! A picture as LINE and the public page show it, made from what somebody uploaded.
//!
//! What is kept is never what came: the upload is decoded and written afresh as a JPEG, so that no metadata (where
//! it was taken, with which phone) and nothing hidden behind the pixels goes out to two hundred thousand people, and
//! LINE's sizes hold. What it is is read from its first bytes, whatever the sender calls it. The size in pixels is
//! looked at before anything is decoded: a few kilobytes can unfold to gigabytes. Pure; decoding takes up to a
//! second, so that callers do it off the threads that serve requests.
//! Source: <https://developers.line.biz/en/reference/messaging-api/#f-image>.

use std::fmt;
use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, RgbImage, RgbaImage};

pub use super::content_id::{BadImageId, ImageId};

/// The longest side of what is kept, in pixels: LINE's limit for a Flex image.
pub const LONGEST_SIDE: u32 = 1_024;
/// What is kept has fewer bytes than this: what LINE recommends for a Flex image.
pub const MOST_BYTES: usize = 1_000_000;
/// How many times its width a picture may be high: LINE's limit for the aspect ratio.
pub const STEEPEST: u32 = 3;
/// The most pixels of an upload: those of a camera of 24 megapixels, with a little room.
pub const MOST_PIXELS: u64 = 25_000_000;
/// The most memory that decoding may take, in bytes.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;
/// Qualities tried in turn until the result is small enough.
const QUALITIES: [u8; 5] = [85, 75, 60, 40, 20];

/// A picture ready to be shown: a JPEG without metadata, within LINE's sizes.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    bytes: Vec<u8>,
    width: u32,
    height: u32,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, width, height } = self;
        write!(f, "Picture({width}×{height}, {} bytes)", bytes.len())
    }
}

/// Why an upload becomes no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPicture {
    /// Its first bytes are neither those of a JPEG nor of a PNG.
    #[error("is neither a JPEG nor a PNG")]
    Format,
    /// It begins like one and cannot be decoded.
    #[error("is damaged and cannot be read")]
    Damaged,
    /// Over [`MOST_PIXELS`].
    #[error("has {width} × {height} pixels; at most {} million are read", MOST_PIXELS / 1_000_000)]
    TooLarge {
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// Over [`STEEPEST`].
    #[error("is more than {STEEPEST} times as high as it is wide")]
    TooSteep,
    /// A ribbon rather than a picture.
    #[error("is more than 12 times as high as it is wide")]
    TooNarrow,
}

impl BadPicture {
    /// The same for people who read Thai.
    #[must_use]
    pub fn thai(self) -> String {
        match self {
            Self::Format => "ไฟล์นี้ไม่ใช่ภาพ JPEG หรือ PNG".to_owned(),
            Self::Damaged => "ไฟล์ภาพเสียหาย เปิดไม่ได้".to_owned(),
            Self::TooLarge { width, height } => {
                format!("ภาพมีขนาด {width} × {height} พิกเซล ซึ่งเกิน {} ล้านพิกเซล", MOST_PIXELS / 1_000_000)
            }
            Self::TooSteep => format!("ภาพสูงเกิน {STEEPEST} เท่าของความกว้าง LINE แสดงภาพเช่นนี้ไม่ได้"),
            Self::TooNarrow => "ภาพสูงเกิน 12 เท่าของความกว้าง".to_owned(),
        }
    }
}

impl Picture {
    /// Makes a picture of an upload: read, turned as the camera was held, made smaller and written afresh.
    ///
    /// # Errors
    /// [`BadPicture`].
    pub fn of_upload(upload: &[u8]) -> Result<Self, BadPicture> {
        let pixels = flatten(decode(upload)?);
        if pixels.height() > STEEPEST * pixels.width() {
            return Err(BadPicture::TooSteep);
        }
        Self::of_pixels(pixels)
    }

    /// A picture of what is decoded and not too steep.
    pub(super) fn of_pixels(pixels: RgbImage) -> Result<Self, BadPicture> {
        let fitting = fit(pixels, LONGEST_SIDE);
        let (width, height) = fitting.dimensions();
        Ok(Self { bytes: encode(&fitting, MOST_BYTES)?, width, height })
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

    /// What it is known by.
    #[must_use]
    pub fn id(&self) -> ImageId {
        ImageId::of(&self.bytes)
    }
}

/// The pixels, made smaller where a side is longer than `longest`.
pub(super) fn fit(pixels: RgbImage, longest: u32) -> RgbImage {
    if pixels.width().max(pixels.height()) > longest {
        DynamicImage::ImageRgb8(pixels).resize(longest, longest, FilterType::CatmullRom).into_rgb8()
    } else {
        pixels
    }
}

/// The pixels of an upload, turned as the camera was held.
pub(super) fn decode(upload: &[u8]) -> Result<DynamicImage, BadPicture> {
    let format = image::guess_format(upload).map_err(|_| BadPicture::Format)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png) {
        return Err(BadPicture::Format);
    }
    let mut reader = ImageReader::with_format(Cursor::new(upload), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| BadPicture::Damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(BadPicture::TooLarge { width, height });
    }
    let orientation = decoder.orientation().map_err(|_| BadPicture::Damaged)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| BadPicture::Damaged)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// The pixels on white where they can be seen through: a JPEG has no transparency.
pub(super) fn flatten(decoded: DynamicImage) -> RgbImage {
    if !decoded.color().has_alpha() {
        return decoded.into_rgb8();
    }
    let seen: RgbaImage = decoded.into_rgba8();
    let on_white = |part: u8, alpha: u8| {
        let mixed = (u16::from(part) * u16::from(alpha) + 255 * u16::from(255 - alpha)) / 255;
        u8::try_from(mixed).unwrap_or(u8::MAX)
    };
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, alpha] = seen.get_pixel(x, y).0;
        image::Rgb([on_white(red, alpha), on_white(green, alpha), on_white(blue, alpha)])
    })
}

/// The pixels as a JPEG, in the best quality with which it is smaller than `most` bytes.
pub(super) fn encode(pixels: &RgbImage, most: usize) -> Result<Vec<u8>, BadPicture> {
    let mut bytes = Vec::new();
    for quality in QUALITIES {
        bytes.clear();
        let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
        pixels.write_with_encoder(encoder).map_err(|_| BadPicture::Damaged)?;
        if bytes.len() < most {
            break;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ExtendedColorType, ImageEncoder as _, Rgb, Rgba};
    use proptest::prelude::*;

    fn png(image: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, ImageFormat::Png).expect("a PNG");
        bytes.into_inner()
    }

    fn plain(width: u32, height: u32) -> DynamicImage {
        DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, Rgb([10, 120, 200])))
    }

    /// A JPEG with an EXIF block that says how the camera was held, and where.
    fn jpeg_with_exif(image: &DynamicImage, orientation: u8) -> Vec<u8> {
        let mut exif = b"MM\0*\0\0\0\x08\0\x02".to_vec();
        exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
        exif.extend([0x01, 0x0f, 0, 2, 0, 0, 0, 20, 0, 0, 0, 38, 0, 0, 0, 0]);
        exif.extend(b"SECRET-CAMERA-MAKER\0");
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new(&mut bytes);
        encoder.set_exif_metadata(exif).expect("an EXIF block");
        encoder.write_image(image.as_bytes(), image.width(), image.height(), ExtendedColorType::Rgb8).expect("a JPEG");
        bytes
    }

    fn contains(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|window| window == part)
    }

    #[test]
    fn a_large_picture_is_made_to_fit_line_and_keeps_its_shape() {
        let picture = Picture::of_upload(&png(&plain(3_000, 2_000))).expect("a picture");
        assert_eq!((picture.width(), picture.height()), (1_024, 683));
        assert!(picture.bytes().starts_with(&[0xff, 0xd8, 0xff]) && picture.bytes().len() < MOST_BYTES);
    }

    #[test]
    fn a_small_picture_is_not_blown_up() {
        let picture = Picture::of_upload(&png(&plain(300, 200))).expect("a picture");
        assert_eq!((picture.width(), picture.height()), (300, 200));
    }

    #[test]
    fn the_same_upload_is_the_same_picture() {
        let upload = png(&plain(30, 20));
        let (one, other) =
            (Picture::of_upload(&upload).expect("a picture"), Picture::of_upload(&upload).expect("again"));
        assert_eq!((one.id(), &one), (other.id(), &other));
        assert_eq!(one.id().to_string().parse(), Ok(one.id()));
    }

    #[test]
    fn what_the_camera_wrote_into_it_is_obeyed_and_removed() {
        // held upright: the left half of the sensor is the top of the picture
        let mut sensor = RgbImage::from_pixel(80, 40, Rgb([255, 255, 255]));
        (0..40).for_each(|y| (0..40).for_each(|x| sensor.put_pixel(x, y, Rgb([0, 0, 0]))));
        let upload = jpeg_with_exif(&DynamicImage::ImageRgb8(sensor), 6);
        assert!(contains(&upload, b"SECRET-CAMERA-MAKER"));
        let picture = Picture::of_upload(&upload).expect("a picture");
        assert_eq!((picture.width(), picture.height()), (40, 80));
        for trace in [b"SECRET-CAMERA-MAKER".as_slice(), b"Exif"] {
            assert!(!contains(picture.bytes(), trace));
        }
        let shown = image::load_from_memory(picture.bytes()).expect("a JPEG").into_rgb8();
        assert!(shown.get_pixel(20, 10).0[0] < 40 && shown.get_pixel(20, 70).0[0] > 215);
    }

    #[test]
    fn what_can_be_seen_through_is_white() {
        let mut clear = RgbaImage::from_pixel(16, 16, Rgba([0, 0, 0, 0]));
        clear.put_pixel(0, 0, Rgba([0, 0, 0, 255]));
        let picture = Picture::of_upload(&png(&DynamicImage::ImageRgba8(clear))).expect("a picture");
        let shown = image::load_from_memory(picture.bytes()).expect("a JPEG").into_rgb8();
        assert!(shown.get_pixel(12, 12).0.iter().all(|part| *part > 245));
    }

    #[test]
    fn noise_at_full_size_still_weighs_less_than_line_recommends() {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        let noise = RgbImage::from_fn(1_024, 1_024, |_, _| Rgb([next(), next(), next()]));
        let picture = Picture::of_upload(&png(&DynamicImage::ImageRgb8(noise))).expect("a picture");
        assert!(picture.bytes().len() < MOST_BYTES, "{picture:?}");
    }

    #[test]
    fn what_is_no_picture_says_why() {
        let of = |upload: &[u8]| Picture::of_upload(upload).expect_err("no picture");
        assert_eq!(of(b""), BadPicture::Format);
        assert_eq!(of(b"%PDF-1.7"), BadPicture::Format);
        assert_eq!(of(b"GIF89a\x01\0\x01\0\0\0\0;"), BadPicture::Format);
        assert_eq!(of(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), BadPicture::Format);
        let whole = png(&plain(300, 200));
        assert_eq!(of(&whole[..whole.len() / 2]), BadPicture::Damaged);
        assert_eq!(of(&png(&plain(10, 31))), BadPicture::TooSteep);
    }

    #[test]
    fn a_few_bytes_that_unfold_to_gigabytes_are_refused_before_they_do() {
        // the head of a PNG of 60,000 × 60,000 pixels
        let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bomb.extend(60_000_u32.to_be_bytes());
        bomb.extend(60_000_u32.to_be_bytes());
        bomb.extend([8, 2, 0, 0, 0]);
        let sum = crc(&bomb[12..]);
        bomb.extend(sum.to_be_bytes());
        bomb.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
        let refused = Picture::of_upload(&bomb).expect_err("too large");
        assert_eq!(refused, BadPicture::TooLarge { width: 60_000, height: 60_000 });
        assert!(refused.thai().contains("25 ล้านพิกเซล") && refused.to_string().contains("at most 25 million"));
    }

    /// The checksum of a PNG's chunk (ISO 3309).
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
        })
    }

    #[test]
    fn an_id_is_written_in_one_way_only() {
        let id = ImageId::of(b"x").to_string();
        assert!(id.parse::<ImageId>().is_ok());
        for bad in [id.to_uppercase().as_str(), &id[..62], "", "zz"] {
            assert_eq!(bad.parse::<ImageId>(), Err(BadImageId), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_decoder_panic(tail in proptest::collection::vec(any::<u8>(), 0..400), jpeg: bool) {
            let mut upload = if jpeg { vec![0xff, 0xd8, 0xff, 0xe0] } else { b"\x89PNG\r\n\x1a\n".to_vec() };
            upload.extend(tail);
            prop_assert!(Picture::of_upload(&upload).is_err());
        }
    }
}
