//! The embedded facts, read once.
//!
//! They are part of the program, so a file that cannot be read is a mistake of the build and a test
//! finds it; [`facts`] still returns it as an error rather than stop the process.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::office::OfficeKind;

/// A province, Bangkok included.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Province {
    /// Two digits of DOPA and TIS 1099; `TH-` before them makes the ISO 3166-2 code.
    pub code: String,
    /// Without จังหวัด before it.
    pub name_th: String,
    /// Romanised.
    pub name_en: String,
    /// The consonant code on its letters: ลพ.
    pub abbr_th: String,
    /// One of six.
    pub region: String,
}

/// A ministry, the Prime Minister's Office included.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Ministry {
    /// A short slug: `moi`.
    pub code: String,
    /// With กระทรวง before it where it is one.
    pub name_th: String,
    /// The official English name.
    pub name_en: String,
    /// The consonant code on its letters: มท.
    pub prefix_th: String,
}

/// An office of which every province has one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Agency {
    /// A short slug: `commerce`.
    pub code: String,
    /// Provincial agency, central agency or state enterprise.
    pub kind: OfficeKind,
    /// Its name without a province: สำนักงานพาณิชย์จังหวัด.
    pub name_th: String,
    /// The same in English.
    pub name_en: String,
    /// Code of its ministry; none for bodies under no ministry.
    pub ministry: Option<String>,
    /// Its full name, with `{province}` where the province's Thai name goes.
    pub office_th: String,
    /// The title of its head, likewise.
    pub head_th: String,
}

/// A district: an amphoe, or one of Bangkok's khet.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct District {
    /// Four digits, the first two its province's.
    pub code: String,
    /// Code of its province.
    pub province_code: String,
    /// Without อำเภอ or เขต before it.
    pub name_th: String,
    /// Romanised.
    pub name_en: String,
}

/// A subdistrict: a tambon, or one of Bangkok's khwaeng.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Subdistrict {
    /// Six digits, the first four its district's.
    pub code: String,
    /// Without ตำบล or แขวง before it.
    pub name_th: String,
}

/// All of the chart.
#[derive(Clone, Debug)]
pub struct Facts {
    /// 77, by code.
    pub provinces: Vec<Province>,
    /// 20, the Prime Minister's Office first.
    pub ministries: Vec<Ministry>,
    /// 55: 35 provincial agencies, 12 central ones, 8 state enterprises.
    pub agencies: Vec<Agency>,
    /// 928, by code.
    pub districts: Vec<District>,
    /// 7,416, by code: those of which the name is known. Bueng Kan's are not among them.
    pub subdistricts: Vec<Subdistrict>,
    /// The consonant codes of provinces and ministries.
    prefixes: HashSet<String>,
}

/// An embedded file cannot be read: a mistake of the build.
#[derive(Debug, thiserror::Error)]
#[error("config/national/{file} cannot be read")]
pub struct BadFacts {
    file: &'static str,
    source: csv::Error,
}

macro_rules! read {
    ($file:literal) => {
        read_rows($file, include_str!(concat!("../../../config/national/", $file)))
    };
}

static FACTS: LazyLock<Result<Facts, BadFacts>> = LazyLock::new(Facts::read);

/// The chart, read on first use.
///
/// # Errors
/// [`BadFacts`] only if the binary was built with a broken file.
pub fn facts() -> Result<&'static Facts, &'static BadFacts> {
    FACTS.as_ref()
}

/// Whether a province or ministry has this consonant code.
#[must_use]
pub fn knows_prefix(prefix: &str) -> bool {
    facts().is_ok_and(|facts| facts.prefixes.contains(prefix))
}

impl Facts {
    fn read() -> Result<Self, BadFacts> {
        let provinces: Vec<Province> = read!("provinces.csv")?;
        let ministries: Vec<Ministry> = read!("ministries.csv")?;
        Ok(Self {
            prefixes: provinces
                .iter()
                .map(|province| &province.abbr_th)
                .chain(ministries.iter().map(|ministry| &ministry.prefix_th))
                .cloned()
                .collect(),
            provinces,
            ministries,
            agencies: read!("agencies.csv")?,
            districts: read!("districts.csv")?,
            subdistricts: read!("subdistricts.csv")?,
        })
    }
}

fn read_rows<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<Vec<T>, BadFacts> {
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|source| BadFacts { file, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chart_is_complete() {
        let facts = facts().expect("the chart can be read");
        let of_kind = |kind| facts.agencies.iter().filter(|agency| agency.kind == kind).count();
        assert_eq!((facts.provinces.len(), facts.ministries.len()), (77, 20));
        assert_eq!(of_kind(OfficeKind::ProvincialAgency), 35);
        assert_eq!(of_kind(OfficeKind::CentralAgency), 12);
        assert_eq!(of_kind(OfficeKind::StateEnterprise), 8);
        assert_eq!(facts.districts.iter().filter(|district| district.province_code != "10").count(), 878);
    }

    #[test]
    fn the_files_refer_only_to_each_other() {
        let facts = facts().expect("the chart can be read");
        for district in &facts.districts {
            assert!(facts.provinces.iter().any(|province| province.code == district.province_code), "{district:?}");
            assert!(district.code.starts_with(&district.province_code), "{district:?}");
        }
        for subdistrict in &facts.subdistricts {
            assert!(
                facts.districts.iter().any(|district| subdistrict.code.starts_with(&district.code)),
                "{subdistrict:?}"
            );
            assert_eq!(subdistrict.code.len(), 6, "{subdistrict:?}");
        }
        for agency in &facts.agencies {
            let known = |code: &String| facts.ministries.iter().any(|ministry| ministry.code == *code);
            assert!(agency.ministry.as_ref().is_none_or(known), "{agency:?}");
            assert!(agency.office_th.contains("{province}") && agency.head_th.contains("{province}"), "{agency:?}");
        }
    }

    #[test]
    fn subdistricts_stand_in_the_order_of_their_codes_and_no_district_but_those_of_bueng_kan_is_without() {
        let facts = facts().expect("the chart can be read");
        assert_eq!(facts.subdistricts.len(), 7_416);
        assert!(facts.subdistricts.is_sorted_by(|a, b| a.code < b.code), "they are looked up by halving");
        for district in &facts.districts {
            let has = facts.subdistricts.iter().any(|subdistrict| subdistrict.code.starts_with(&district.code));
            assert_eq!(has, district.province_code != "38", "{district:?}");
        }
    }

    #[test]
    fn no_two_bodies_share_a_consonant_code() {
        assert_eq!(facts().expect("the chart can be read").prefixes.len(), 97);
        assert!(knows_prefix("ฉช") && knows_prefix("มท") && !knows_prefix("ฉข"));
    }
}
