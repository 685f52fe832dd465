//! The first pages of a PDF, as they would be printed on white paper.

use std::path::Path;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use image::RgbImage;

use super::{Keep, LONGEST_SIDE, MOST_PAGES};

/// Draws them one after the other, so that what breaks the next leaves those before it.
pub(super) fn draw(upload: &Path, keep: Keep<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let pdf = Pdf::new(std::fs::read(upload)?).map_err(|error| format!("{error:?}"))?;
    let (cache, interpreter) = (RenderCache::new(), InterpreterSettings::default());
    for page in pdf.pages().iter().take(MOST_PAGES) {
        let (width, height) = page.render_dimensions();
        let Some(scale) = scale(width, height) else { return Ok(()) };
        let paper = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        let drawn = render(page, &cache, &interpreter, &RenderSettings::default(), &paper);
        let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
        // on white paper nothing can be seen through
        let pixels = drawn.data().iter().flat_map(|pixel| [pixel.r, pixel.g, pixel.b]).collect();
        keep(&RgbImage::from_raw(width, height, pixels).ok_or("a page without pixels")?)?;
    }
    Ok(())
}

/// By how much a page is made larger or smaller; none where it has no size.
fn scale(width: f32, height: f32) -> Option<f32> {
    let longest = width.max(height);
    let most = f32::from(u16::try_from(LONGEST_SIDE).ok()?);
    let scale = most / longest;
    (scale.is_finite() && width * scale >= 1.0 && height * scale >= 1.0).then_some(scale)
}
