//! QR codes as small SVG pictures: each row's dark runs are strokes of one path, so that a page of five thousand slips
//! stays a few kilobytes a slip. Nothing of the text stands in the picture but its modules.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, as its standard asks for.
const QUIET: usize = 4;

/// The picture of `text`; none where it is too long for a QR code (about 2,900 bytes).
#[must_use]
pub fn draw(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            if run[0] == Color::Dark {
                // a whole row's strokes run through the middle of its modules
                let _ = write!(path, "M{} {}.5h{}", x + QUIET, y + QUIET, run.len());
            }
            x += run.len();
        }
    }
    let side = width + 2 * QUIET;
    Some(format!(
        "<svg viewBox=\"0 0 {side} {side}\" width=\"220\" height=\"220\" shape-rendering=\"crispEdges\" \
         aria-hidden=\"true\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path stroke=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strokes_are_the_dark_modules_and_nothing_else() {
        let text = "https://gcc.example.go.th/welcome/0123456789012345678901234567890123456789012";
        let picture = draw(text).expect("short");
        let code = QrCode::with_error_correction_level(text, EcLevel::M).expect("short");
        let mut drawn = vec![Color::Light; code.width() * code.width()];
        let path =
            picture.split("stroke=\"#000\" d=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a path");
        for stroke in path.split('M').skip(1) {
            let (from, length) = stroke.split_once('h').expect("a stroke");
            let (x, y) = from.split_once(' ').expect("a point");
            let number = |text: &str| text.trim_end_matches(".5").parse::<usize>().expect("a number");
            let at = (number(y) - QUIET) * code.width() + number(x) - QUIET;
            drawn[at..at + number(length)].fill(Color::Dark);
        }
        assert_eq!(drawn, code.to_colors());
        assert!(picture.len() < 6_000, "{} bytes", picture.len());
        assert!(!picture.contains("style="), "the pages' policy forbids it");
    }

    #[test]
    fn what_fits_no_code_is_not_drawn() {
        assert_eq!(draw(&"x".repeat(4_000)), None);
    }
}
