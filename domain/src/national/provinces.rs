//! Finding a province by what people write for it, and saying which one was probably meant.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::LazyLock;

use super::facts::{Province, facts};
use crate::thai::compare_form;

/// Names in daily use besides those of the chart, by code.
const OTHER_NAMES: &[(&str, &[&str])] =
    &[("10", &["กทม", "กรุงเทพ", "Krung Thep", "Krung Thep Maha Nakhon"]), ("14", &["อยุธยา", "Ayutthaya"])];

/// What may stand before a province's name: in full, shortened, in English.
const WORDS_BEFORE: [&str; 4] = ["จังหวัด", "จ.", "จ", "changwat"];
const WORD_AFTER: &str = "province";

/// Every name that a province is known by, as it is compared, with the province.
static BY_NAME: LazyLock<HashMap<String, &'static Province>> = LazyLock::new(|| {
    let provinces = facts().map(|facts| facts.provinces.as_slice()).unwrap_or_default();
    provinces.iter().flat_map(|province| names_of(province).map(move |name| (key(&name), province))).collect()
});

fn names_of(province: &Province) -> impl Iterator<Item = String> + use<> {
    let own = [
        province.code.clone(),
        format!("TH-{}", province.code),
        province.name_th.clone(),
        province.name_en.clone(),
        province.abbr_th.clone(),
    ];
    let other = OTHER_NAMES.iter().find(|(code, _)| *code == province.code).map_or(&[][..], |(_, names)| names);
    own.into_iter().chain(other.iter().map(|name| (*name).to_owned()))
}

/// A name without what does not tell provinces apart: spelling, blanks, case, full stops and the sign of shortening.
fn key(name: &str) -> String {
    compare_form(name).replace(['.', 'ฯ'], "")
}

/// The province that `text` names, in any spelling: by code (`51`, `TH-51`), Thai or English name, with or without
/// `จังหวัด` or `จ.` before it, or by abbreviation.
#[must_use]
pub fn find_province(text: &str) -> Option<&'static Province> {
    let whole = compare_form(text);
    // the whole first: some names begin with what may be a word before one (จันทบุรี)
    std::iter::once(whole.as_str())
        .chain(WORDS_BEFORE.iter().filter_map(|word| whole.strip_prefix(word)))
        .map(|name| name.strip_suffix(WORD_AFTER).unwrap_or(name))
        .find_map(|name| BY_NAME.get(&key(name)).copied())
}

/// The two-digit code of one of the 77.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvinceCode(String);

/// A text that names none of the 77.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is none of the 77 provinces{}", .nearest.map(|province| format!("; was {} ({}) meant?", province.name_th, province.code)).unwrap_or_default())]
pub struct BadProvince {
    /// The one that was probably meant.
    pub nearest: Option<&'static Province>,
}

impl FromStr for ProvinceCode {
    type Err = BadProvince;

    fn from_str(text: &str) -> Result<Self, BadProvince> {
        match find_province(text) {
            Some(province) => Ok(Self(province.code.clone())),
            None => Err(BadProvince { nearest: nearest_province(text) }),
        }
    }
}

impl From<ProvinceCode> for String {
    fn from(code: ProvinceCode) -> Self {
        code.0
    }
}

/// The code of the province that `text` names; `text` as it is where it names none, which then fits no office.
#[must_use]
pub fn province_code(text: &str) -> &str {
    find_province(text).map_or(text, |province| &province.code)
}

/// The province that was probably meant by a `text` that names none; nothing where no name is near.
#[must_use]
fn nearest_province(text: &str) -> Option<&'static Province> {
    let meant = compare_form(text);
    let meant = key(["จังหวัด", "จ."].iter().find_map(|word| meant.strip_prefix(word)).unwrap_or(&meant));
    let length = meant.chars().count();
    // names are short: no more than a third of the letters may differ, and no book is compared with them
    let most = if length > 40 { 0 } else { length / 3 };
    BY_NAME
        .iter()
        .map(|(name, province)| (strsim::osa_distance(name, &meant), &province.code, *province))
        .filter(|(distance, ..)| (1..=most).contains(distance))
        .min_by_key(|(distance, code, _)| (*distance, *code))
        .map(|(.., province)| province)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn code(text: &str) -> Option<&'static str> {
        find_province(text).map(|province| province.code.as_str())
    }

    #[test]
    fn lamphun_is_found_by_any_of_its_names_in_any_spelling() {
        for text in [
            "51",
            "๕๑",
            "５１",
            "TH-51",
            "th\u{2013}51",
            "ลำพูน",
            "จังหวัดลำพูน",
            "จังหวัด ลำพูน",
            "จ.ลำพูน",
            "จ. ลำพูน",
            "จ ลำพูน",
            "\u{200b}จ\u{a0}.ลํ\u{e32}พูน ",
            "ล\u{e4d}\u{e32}พูน",
            "ล \u{e32}พูน",
            "ล\u{f711}\u{e32}พ\u{f719}น",
            "ลพ",
            "ลพ.",
            "Lamphun",
            "LAMPHUN",
            "Lamphun Province",
        ] {
            assert_eq!(code(text), Some("51"), "{}", text.escape_unicode());
        }
    }

    /// Spellings as they stand in PDF files and spreadsheets of authorities.
    #[rstest]
    #[case("ล\u{e4d}\u{e32}ปาง", "52")]
    #[case("อ\u{e4d}\u{e32}นาจเจริญ", "37")]
    #[case("กำเเพงเพชร", "62")]
    #[case("กาแพงเพชร", "")]
    #[case("หนองบัวล \u{e32}ภู", "39")]
    #[case("เเพร่", "54")]
    #[case("เเม\u{e48}ฮ\u{e48}องสอน", "58")]
    #[case("เชียงใหม ่", "50")]
    #[case("ขอนเเก\u{f70a}น", "40")]
    #[case("ร\u{f70b}อยเอ\u{f712}ด", "45")]
    #[case("กระบ\u{e48}\u{e35}", "81")]
    #[case("สระเเก\u{e49}ว", "27")]
    #[case("กทม.", "10")]
    #[case("กรุงเทพฯ", "10")]
    #[case("พระนครศรีอยุธยา", "14")]
    #[case("Lop  Buri", "16")]
    fn provinces_are_found_as_files_spell_them(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(code(text).unwrap_or_default(), expected);
    }

    #[test]
    fn names_of_provinces_never_collide() {
        assert_eq!(BY_NAME.len(), 77 * 5 + 6);
        for province in &facts().expect("the chart").provinces {
            for name in names_of(province) {
                assert_eq!(find_province(&name), Some(province), "{name}");
                assert_eq!(find_province(&format!("จ.{name}")), Some(province), "{name}");
            }
        }
    }

    #[rstest]
    #[case("ลำพุน", Some("51"))]
    #[case("จังหวัดเชียงไหม่", Some("50"))]
    #[case("กาแพงเพชร", Some("62"))]
    #[case("Lampun", Some("51"))]
    #[case("Chiangmaii", Some("50"))]
    #[case("พัทยา", None)]
    #[case("99", None)]
    #[case("ไม่ทราบ", None)]
    #[case("", None)]
    fn the_province_that_was_meant_is_suggested(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(code(text), None);
        assert_eq!(nearest_province(text).map(|province| province.code.as_str()), expected);
        assert_eq!(province_code(text), text);
        let bad = text.parse::<ProvinceCode>().expect_err("is none");
        assert_eq!(bad.to_string().contains(" meant?"), expected.is_some(), "{bad}");
    }
}
