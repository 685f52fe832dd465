//! Places by their official codes: a province (two digits), a district (four), a subdistrict (six), a village (six and its number).
//!
//! In the database a village is eight digits, the last two its number (หมู่ที่), as the Department of Provincial Administration
//! writes it; so every place is a prefix of those within it. Provinces and districts are looked up in the chart
//! ([`super::national`]). Of subdistricts the list there is nearly complete: a code that is not in it is checked for its shape and its
//! district, taken, and shown without a name.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::national::{District, Province, Subdistrict, facts};
use super::thai::{normal_form, to_arabic_digits};

/// How large a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// จังหวัด.
    Province,
    /// อำเภอ, in Bangkok เขต.
    District,
    /// ตำบล, in Bangkok แขวง.
    Subdistrict,
    /// หมู่บ้าน.
    Village,
}

impl Level {
    /// All, the largest first.
    pub const ALL: [Self; 4] = [Self::Province, Self::District, Self::Subdistrict, Self::Village];

    /// The level of the places whose codes have so many digits.
    #[must_use]
    pub fn of_digits(digits: usize) -> Self {
        match digits {
            2 => Self::Province,
            4 => Self::District,
            6 => Self::Subdistrict,
            _ => Self::Village,
        }
    }
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct Area(String);

/// Why a text is no [`Area`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadArea {
    /// Not two, four or six digits, or eight with the number of a village.
    #[error("must be an official code of 2, 4 or 6 digits, or of 8 for a village")]
    Shape,
    /// The first two digits are no province's.
    #[error("names no province")]
    Province,
    /// The first four digits are no district's.
    #[error("names no district")]
    District,
    /// No subdistrict has this code.
    #[error("names no subdistrict")]
    Subdistrict,
    /// Not a number that a village has, or not in a subdistrict.
    #[error("must be a number from 1 to 99, in a subdistrict")]
    Village,
}

impl BadArea {
    /// The same for people who read Thai.
    #[must_use]
    pub fn thai(self) -> &'static str {
        match self {
            Self::Shape => "โปรดกรอกรหัสจังหวัด 2 หลัก อำเภอ 4 หลัก หรือตำบล 6 หลัก",
            Self::Province => "ไม่พบจังหวัดตามรหัสนี้",
            Self::District => "ไม่พบอำเภอตามรหัสนี้",
            Self::Subdistrict => "ไม่พบตำบลตามรหัสนี้",
            Self::Village => "หมู่ที่ต้องเป็นเลข 1 ถึง 99 และพื้นที่ต้องเป็นตำบล",
        }
    }
}

const BANGKOK: &str = "10";

impl Area {
    /// How large it is.
    #[must_use]
    pub fn level(&self) -> Level {
        Level::of_digits(self.0.len())
    }

    /// The code as it is kept; every place within it begins with it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code without the village.
    #[must_use]
    pub fn code(&self) -> &str {
        self.0.get(..6).unwrap_or(&self.0)
    }

    /// The number of the village.
    #[must_use]
    pub fn village(&self) -> Option<i16> {
        self.0.get(6..).and_then(|number| number.parse().ok())
    }

    /// The village of this number in this subdistrict.
    ///
    /// # Errors
    /// [`BadArea::Village`].
    pub fn with_village(&self, number: i16) -> Result<Self, BadArea> {
        let fits = self.level() == Level::Subdistrict && (1..=99).contains(&number);
        if fits { Ok(Self(format!("{}{number:02}", self.0))) } else { Err(BadArea::Village) }
    }

    /// The code of its province.
    #[must_use]
    pub fn province_code(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }

    /// The province with this code, and its districts after it, each before its subdistricts; nothing where there is no such province.
    #[must_use]
    pub fn list_of_province(code: &str) -> Vec<Self> {
        let Some(province) = find_province(code) else { return Vec::new() };
        let districts = facts().map(|facts| facts.districts.as_slice()).unwrap_or_default();
        let districts = districts.iter().filter(|district| district.province_code == province.code);
        let mut codes = vec![province.code.clone()];
        for district in districts {
            codes.push(district.code.clone());
            codes.extend(list_subdistricts(&district.code).iter().map(|subdistrict| subdistrict.code.clone()));
        }
        codes.into_iter().map(Self).collect()
    }

    /// The districts and subdistricts that are called so, with or without their kind before the name; in this province, or with none
    /// anywhere.
    #[must_use]
    pub fn find_called(name: &str, province: Option<&str>) -> Vec<Self> {
        let mut name = normal_form(name);
        for kind in ["อำเภอ", "อ.", "เขต", "ตำบล", "ต.", "แขวง"] {
            name = name.replace(&format!("{kind} "), kind);
        }
        // of a subdistrict the district may stand behind it: ตำบลบ้านธิ อำเภอบ้านธิ
        let (name, behind) = name.trim().split_once(char::is_whitespace).unwrap_or((name.trim(), ""));
        let behind = without(behind.trim(), &["อำเภอ", "อ.", "เขต"]).filter(|district| !district.is_empty());
        let Ok(facts) = facts() else { return Vec::new() };
        let (district, subdistrict) = (without(name, &["อำเภอ", "อ.", "เขต"]), without(name, &["ตำบล", "ต.", "แขวง"]));
        let within = |code: &str| province.is_none_or(|province| code.starts_with(province));
        let districts = facts.districts.iter().map(|found| (&found.code, &found.name_th));
        let districts = districts.filter(|(code, known)| within(code) && Some(known.as_str()) == district);
        let subdistricts = facts.subdistricts.iter().map(|found| (&found.code, &found.name_th));
        let subdistricts = subdistricts.filter(|(code, known)| within(code) && Some(known.as_str()) == subdistrict);
        let found = districts.filter(|_| behind.is_none()).chain(subdistricts).map(|(code, _)| Self(code.clone()));
        let lies_in = |area: &Self| match behind {
            Some(behind) => area.district().is_some_and(|district| district.name_th == behind),
            None => true,
        };
        found.filter(lies_in).collect()
    }

    /// Whether it has a name in the list; only a subdistrict may have none.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.0.get(..6).is_none_or(|code| find_subdistrict(code).is_some())
    }

    /// Its name in Thai, from the smallest: หมู่ที่ 3 ตำบลเหมืองง่า (510102) อำเภอเมืองลำพูน จังหวัดลำพูน.
    #[must_use]
    pub fn thai(&self) -> String {
        let bangkok = self.province_code() == BANGKOK;
        let (district, subdistrict) =
            if bangkok { ("เขต", "แขวง") } else { ("อำเภอ", "ตำบล") };
        let province = if bangkok { "" } else { "จังหวัด" };
        let mut parts = Vec::new();
        parts.extend(self.village().map(|number| format!("หมู่ที่ {number}")));
        parts.extend(self.0.get(..6).map(|code| match find_subdistrict(code) {
            Some(found) => format!("{subdistrict}{} ({code})", found.name_th),
            None => format!("{subdistrict}รหัส {code} (ไม่พบชื่อ)"),
        }));
        parts.extend(self.district().map(|found| format!("{district}{}", found.name_th)));
        parts.extend(self.province().map(|found| format!("{province}{}", found.name_th)));
        parts.join(" ")
    }

    /// The same in English.
    #[must_use]
    pub fn english(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.village().map(|number| format!("village {number}")));
        parts.extend(self.0.get(..6).map(|code| match find_subdistrict(code) {
            Some(found) => format!("subdistrict {} ({code})", found.name_th),
            None => format!("subdistrict {code} (name unknown)"),
        }));
        parts.extend(self.district().map(|found| format!("{} district", found.name_en)));
        parts.extend(self.province().map(|found| found.name_en.clone()));
        parts.join(", ")
    }

    fn province(&self) -> Option<&'static Province> {
        find_province(self.province_code())
    }

    fn district(&self) -> Option<&'static District> {
        self.0.get(..4).and_then(find_district)
    }
}

fn find_province(code: &str) -> Option<&'static Province> {
    facts().ok()?.provinces.iter().find(|province| province.code == code)
}

fn find_district(code: &str) -> Option<&'static District> {
    facts().ok()?.districts.iter().find(|district| district.code == code)
}

/// The subdistricts whose codes begin so, in the order of their codes.
fn list_subdistricts(begin: &str) -> &'static [Subdistrict] {
    let all = facts().map(|facts| facts.subdistricts.as_slice()).unwrap_or_default();
    let from = all.partition_point(|found| found.code.as_str() < begin);
    let rest = all.get(from..).unwrap_or_default();
    let until = rest.partition_point(|found| found.code.starts_with(begin));
    rest.get(..until).unwrap_or_default()
}

fn find_subdistrict(code: &str) -> Option<&'static Subdistrict> {
    list_subdistricts(code).first().filter(|found| found.code == code)
}

/// The name without the first of these before it; none where nothing is left.
fn without<'a>(name: &'a str, kinds: &[&str]) -> Option<&'a str> {
    let bare = kinds.iter().find_map(|kind| name.strip_prefix(kind)).unwrap_or(name).trim();
    (!bare.is_empty()).then_some(bare)
}

impl FromStr for Area {
    type Err = BadArea;

    fn from_str(text: &str) -> Result<Self, BadArea> {
        let text = to_arabic_digits(&normal_form(text));
        let code = text.trim();
        if !matches!(code.len(), 2 | 4 | 6 | 8) || !code.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(BadArea::Shape);
        }
        if find_province(&code[..2]).is_none() {
            return Err(BadArea::Province);
        }
        if code.get(..4).is_some_and(|district| find_district(district).is_none()) {
            return Err(BadArea::District);
        }
        if code.get(4..6) == Some("00") {
            return Err(BadArea::Subdistrict);
        }
        if code.get(6..) == Some("00") {
            return Err(BadArea::Village);
        }
        Ok(Self(code.to_owned()))
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn area(code: &str) -> Area {
        code.parse().expect("a place")
    }

    #[rstest]
    #[case("51", Level::Province, "จังหวัดลำพูน", "Lamphun")]
    #[case("๕๑๐๑", Level::District, "อำเภอเมืองลำพูน จังหวัดลำพูน", "Mueang Lamphun district, Lamphun")]
    #[case(
        "510102",
        Level::Subdistrict,
        "ตำบลเหมืองง่า (510102) อำเภอเมืองลำพูน จังหวัดลำพูน",
        "subdistrict เหมืองง่า (510102), Mueang Lamphun district, Lamphun"
    )]
    #[case(
        "51010203",
        Level::Village,
        "หมู่ที่ 3 ตำบลเหมืองง่า (510102) อำเภอเมืองลำพูน จังหวัดลำพูน",
        "village 3, subdistrict เหมืองง่า (510102), Mueang Lamphun district, Lamphun"
    )]
    #[case(
        "380101",
        Level::Subdistrict,
        "ตำบลรหัส 380101 (ไม่พบชื่อ) อำเภอเมืองบึงกาฬ จังหวัดบึงกาฬ",
        "subdistrict 380101 (name unknown), Bueng Kan district, Bueng Kan"
    )]
    #[case(
        "100201",
        Level::Subdistrict,
        "แขวงดุสิต (100201) เขตดุสิต กรุงเทพมหานคร",
        "subdistrict ดุสิต (100201), Dusit district, Bangkok"
    )]
    #[case("1002", Level::District, "เขตดุสิต กรุงเทพมหานคร", "Dusit district, Bangkok")]
    fn a_place_is_known_by_its_code(
        #[case] code: &str,
        #[case] level: Level,
        #[case] thai: &str,
        #[case] english: &str,
    ) {
        let area = area(code);
        assert_eq!((area.level(), area.thai().as_str(), area.english().as_str()), (level, thai, english));
    }

    #[rstest]
    #[case("", BadArea::Shape)]
    #[case("5", BadArea::Shape)]
    #[case("510", BadArea::Shape)]
    #[case("5101020301", BadArea::Shape)]
    #[case("ลำพูน", BadArea::Shape)]
    #[case("99", BadArea::Province)]
    #[case("5199", BadArea::District)]
    #[case("510100", BadArea::Subdistrict)]
    #[case("51010200", BadArea::Village)]
    fn what_is_no_place_says_why(#[case] code: &str, #[case] why: BadArea) {
        assert_eq!(code.parse::<Area>(), Err(why));
    }

    #[test]
    fn a_province_is_offered_with_its_districts_and_their_subdistricts() {
        let lamphun = Area::list_of_province("51");
        let first: Vec<&str> = lamphun.iter().take(4).map(Area::as_str).collect();
        assert_eq!((lamphun.len(), first), (60, vec!["51", "5101", "510101", "510102"]));
        assert_eq!(Area::list_of_province("38").len(), 9, "of Bueng Kan no names are known");
        assert_eq!(Area::list_of_province("99"), []);
    }

    #[test]
    fn a_place_is_found_by_its_name() {
        let codes = |name: &str, province| -> Vec<String> {
            Area::find_called(name, province).iter().map(ToString::to_string).collect()
        };
        assert_eq!(codes("เหมืองง่า", Some("51")), ["510102"]);
        assert_eq!(codes(" ตำบลเหมืองง่า ", Some("51")), ["510102"]);
        assert_eq!(codes("อำเภอแม่ทา", Some("51")), ["5102"]);
        assert_eq!(codes("ในเมือง", Some("51")), ["510101"]);
        assert!(codes("ในเมือง", None).len() > 10, "many places are called so");
        for whole in ["ตำบลเหมืองง่า อำเภอเมืองลำพูน", "ต. เหมืองง่า  อ.เมืองลำพูน"]
        {
            assert_eq!(codes(whole, Some("51")), ["510102"], "{whole}");
        }
        assert!(codes("ตำบลเหมืองง่า อำเภอแม่ทา", Some("51")).is_empty(), "it lies in another district");
        for none in ["", "ตำบล", "เหมือง", "เหมืองง่าา"] {
            assert!(codes(none, Some("51")).is_empty(), "{none}");
        }
        assert!(area("510102").is_named() && area("5101").is_named() && !area("380101").is_named());
    }

    #[test]
    fn a_village_is_a_number_in_a_subdistrict() {
        let village = area("510102").with_village(12).expect("a village");
        assert_eq!((village.as_str(), village.code(), village.village()), ("51010212", "510102", Some(12)));
        assert_eq!(village.to_string().parse(), Ok(village));
        for (code, number) in [("510102", 0), ("510102", 100), ("5101", 1), ("51010203", 1)] {
            assert_eq!(area(code).with_village(number), Err(BadArea::Village), "{code} {number}");
        }
    }
}
