//! The tile map: every province one tile of the same size, placed roughly where it lies, so that a small province
//! counts as much to the eye as a large one. Pure.
//!
//! The abbreviations are those of the Royal Society, which end in a full stop; Bangkok's alone has three letters.

use crate::domain::national::{Province, facts};
use crate::web::ui::format::Share;

/// Column and row of each province, by its code; row 0 is the north.
const PLACES: [(&str, u8, u8); 77] = [
    ("57", 3, 0),
    ("58", 1, 1),
    ("50", 2, 1),
    ("56", 3, 1),
    ("55", 4, 1),
    ("51", 2, 2),
    ("52", 3, 2),
    ("54", 4, 2),
    ("43", 8, 2),
    ("38", 9, 2),
    ("63", 2, 3),
    ("64", 3, 3),
    ("53", 4, 3),
    ("42", 6, 3),
    ("39", 7, 3),
    ("41", 8, 3),
    ("47", 9, 3),
    ("48", 10, 3),
    ("62", 2, 4),
    ("66", 3, 4),
    ("65", 4, 4),
    ("67", 5, 4),
    ("40", 7, 4),
    ("46", 8, 4),
    ("49", 9, 4),
    ("61", 2, 5),
    ("60", 3, 5),
    ("18", 4, 5),
    ("16", 5, 5),
    ("36", 6, 5),
    ("44", 7, 5),
    ("45", 8, 5),
    ("35", 9, 5),
    ("37", 10, 5),
    ("71", 1, 6),
    ("72", 2, 6),
    ("17", 3, 6),
    ("15", 4, 6),
    ("19", 5, 6),
    ("30", 6, 6),
    ("31", 7, 6),
    ("32", 8, 6),
    ("33", 9, 6),
    ("34", 10, 6),
    ("70", 1, 7),
    ("73", 2, 7),
    ("14", 3, 7),
    ("13", 4, 7),
    ("26", 5, 7),
    ("25", 6, 7),
    ("27", 7, 7),
    ("75", 1, 8),
    ("74", 2, 8),
    ("12", 3, 8),
    ("10", 4, 8),
    ("24", 5, 8),
    ("76", 1, 9),
    ("11", 4, 9),
    ("20", 5, 9),
    ("77", 1, 10),
    ("21", 5, 10),
    ("22", 6, 10),
    ("23", 7, 10),
    ("85", 0, 11),
    ("86", 1, 11),
    ("82", 0, 12),
    ("84", 1, 12),
    ("80", 2, 12),
    ("83", 0, 13),
    ("81", 1, 13),
    ("92", 2, 13),
    ("93", 3, 13),
    ("91", 2, 14),
    ("90", 3, 14),
    ("94", 4, 14),
    ("95", 4, 15),
    ("96", 5, 15),
];

/// The size of a tile and the step from one to the next, in the map's own units.
const TILE: u16 = 60;
const STEP: u16 = 64;
/// The size of the map.
pub const WIDTH: u16 = 11 * STEP;
/// The size of the map.
pub const HEIGHT: u16 = 16 * STEP;

/// A tile as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// The province's code.
    pub code: String,
    /// Its name in the reader's language.
    pub name: String,
    /// Its abbreviation, with the full stop.
    pub abbreviation: String,
    /// Left edge.
    pub x: u16,
    /// Upper edge.
    pub y: u16,
    /// The middle, where the letters stand.
    pub middle: u16,
    /// The line of the abbreviation.
    pub first_line: u16,
    /// The line of the share.
    pub second_line: u16,
    /// What is written and coloured.
    pub share: Share,
    /// Where it leads; none where there is nothing to see.
    pub link: Option<String>,
}

impl Tile {
    /// The width and height of every tile.
    #[must_use]
    #[expect(clippy::unused_self, reason = "templates ask a tile for it")]
    pub fn size(&self) -> u16 {
        TILE
    }
}

/// The abbreviation as it is written, with its full stop.
#[must_use]
pub fn abbreviation(province: &Province) -> String {
    if province.code == "10" { "กทม.".to_owned() } else { format!("{}.", province.abbr_th) }
}

/// The 77 tiles, from the north-west; `share` and `link` are asked by the province's code.
pub fn map(thai: bool, share: impl Fn(&str) -> Share, link: impl Fn(&str) -> Option<String>) -> Vec<Tile> {
    let Ok(facts) = facts() else { return Vec::new() };
    let place = |(code, column, row): &(&str, u8, u8)| {
        let province = facts.provinces.iter().find(|province| province.code == *code)?;
        let (x, y) = (u16::from(*column) * STEP + 2, u16::from(*row) * STEP + 2);
        Some(Tile {
            code: (*code).to_owned(),
            name: if thai { province.name_th.clone() } else { province.name_en.clone() },
            abbreviation: abbreviation(province),
            x,
            y,
            middle: x + TILE / 2,
            first_line: y + 27,
            second_line: y + 47,
            share: share(code),
            link: link(code),
        })
    };
    PLACES.iter().filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_province_has_a_tile_of_its_own() {
        let places: BTreeSet<_> = PLACES.iter().map(|(_, column, row)| (column, row)).collect();
        assert_eq!(places.len(), 77, "two on one place");
        let tiles = map(true, |_| Share::of(1, 2), |_| None);
        let codes: BTreeSet<_> = tiles.iter().map(|tile| tile.code.clone()).collect();
        let known: BTreeSet<_> =
            facts().expect("the chart").provinces.iter().map(|province| province.code.clone()).collect();
        assert_eq!(codes, known);
        assert!(tiles.iter().all(|tile| tile.x + TILE <= WIDTH && tile.y + TILE <= HEIGHT));
    }

    #[test]
    fn abbreviations_are_those_that_letters_use() {
        let tiles = map(true, |_| Share::of(0, 0), |_| None);
        let of = |code: &str| tiles.iter().find(|tile| tile.code == code).expect("a tile").abbreviation.clone();
        assert_eq!([of("10"), of("51"), of("50")], ["กทม.", "ลพ.", "ชม."]);
        let all: BTreeSet<_> = tiles.iter().map(|tile| &tile.abbreviation).collect();
        assert_eq!(all.len(), 77);
    }
}
