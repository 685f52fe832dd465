//! How an office spread a bulletin further: by which medium, how often, and how many it may have reached.
//!
//! The media are those that the letter of March 2561 names (clause 1), with the poster of the letter of December 2560. How many
//! were reached is an estimate of the office and is called so everywhere; it is never added to what people acknowledged.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};
use url::Url;

use super::content_id::FileId;
use super::text::utf16_len;

/// By which medium.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "dissemination_medium", rename_all = "snake_case")]
pub enum Medium {
    /// การประชุมระดับจังหวัด.
    ProvincialMeeting,
    /// การประชุมระดับอำเภอ.
    DistrictMeeting,
    /// การประชุมหมู่บ้าน.
    VillageMeeting,
    /// หอกระจายข่าว: a village's tower.
    BroadcastTower,
    /// เสียงตามสาย: loudspeakers on wires.
    WiredLoudspeaker,
    /// เว็บไซต์.
    Website,
    /// สื่อสังคมออนไลน์.
    SocialMedia,
    /// วิทยุชุมชน.
    CommunityRadio,
    /// เคเบิลทีวีท้องถิ่น.
    LocalCable,
    /// สื่อมวลชนออนไลน์.
    OnlinePress,
    /// ป้ายประกาศ.
    NoticeBoard,
    /// Anything else.
    Other,
}

impl Medium {
    /// All, in the order of the letter.
    pub const ALL: [Self; 12] = [
        Self::ProvincialMeeting,
        Self::DistrictMeeting,
        Self::VillageMeeting,
        Self::BroadcastTower,
        Self::WiredLoudspeaker,
        Self::Website,
        Self::SocialMedia,
        Self::CommunityRadio,
        Self::LocalCable,
        Self::OnlinePress,
        Self::NoticeBoard,
        Self::Other,
    ];
}

/// How a record came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "dissemination_source", rename_all = "snake_case")]
pub enum Source {
    /// Typed on a page by the office.
    Page,
    /// Sent to the API.
    Api,
    /// A village gave back the code of its script, on the public page.
    ReadBack,
    /// The office typed a code that a village gave back in another way, such as by telephone.
    KeyedIn,
}

macro_rules! bounded_numbers {
    ($($(#[$doc:meta])* $name:ident($inner:ty, $least:tt, $most:tt)),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, sqlx::Type, utoipa::ToSchema)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        #[schema(value_type = i32, minimum = $least, maximum = $most)]
        pub struct $name($inner);

        impl $name {
            /// The number, if it lies within the bounds.
            #[must_use]
            pub fn new(number: $inner) -> Option<Self> {
                ($least..=$most).contains(&number).then_some(Self(number))
            }

            /// The number.
            #[must_use]
            pub fn number(self) -> $inner {
                self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = i64::deserialize(deserializer)?;
                <$inner>::try_from(number)
                    .ok()
                    .and_then(Self::new)
                    .ok_or_else(|| de::Error::custom(concat!("must be a number from ", $least, " to ", $most)))
            }
        }
    )+};
}

bounded_numbers! {
    /// How often it was done; 0 only in a replacement: it did not take place.
    Times(i16, 0, 999),
    /// How many people it may have reached, as the office estimates.
    Reach(i32, 0, 70_000_000),
}

/// An address under which what was spread can be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = "uri", max_length = 1_000, pattern = "^https?://", example = "https://www.lamphun.go.th/news/1")]
pub struct EvidenceLink(String);

/// Why a text is no [`EvidenceLink`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an address that begins with https:// or http://, of at most {} characters", EvidenceLink::MAX)]
pub struct BadLink;

impl EvidenceLink {
    /// The longest it may be, in UTF-16 units.
    pub const MAX: usize = 1_000;

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EvidenceLink {
    type Err = BadLink;

    fn from_str(text: &str) -> Result<Self, BadLink> {
        let url = Url::parse(text.trim()).map_err(|_| BadLink)?;
        let web = matches!(url.scheme(), "https" | "http") && url.has_host();
        // an address with a name and password in it would give them away
        let open = url.username().is_empty() && url.password().is_none();
        let address = String::from(url);
        if web && open && utf16_len(&address) <= Self::MAX { Ok(Self(address)) } else { Err(BadLink) }
    }
}

impl<'de> Deserialize<'de> for EvidenceLink {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl fmt::Display for EvidenceLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Pictures that show what was done: at most [`Pictures::MOST`], all different.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = Vec<FileId>, max_items = 4)]
pub struct Pictures(Vec<FileId>);

/// Why files are no [`Pictures`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPictures {
    /// More than may be.
    #[error("must be at most {}", Pictures::MOST)]
    TooMany,
    /// The same twice.
    #[error("must all be different")]
    Twice,
}

impl Pictures {
    /// As many as one record has at most.
    pub const MOST: usize = 4;

    /// These files.
    ///
    /// # Errors
    /// [`BadPictures`].
    pub fn new(files: Vec<FileId>) -> Result<Self, BadPictures> {
        if files.len() > Self::MOST {
            return Err(BadPictures::TooMany);
        }
        let twice = files.iter().enumerate().any(|(at, file)| files[..at].contains(file));
        if twice { Err(BadPictures::Twice) } else { Ok(Self(files)) }
    }

    /// The files in their order.
    #[must_use]
    pub fn files(&self) -> &[FileId] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Pictures {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_up_to_four_pictures_that_differ() {
        let file = |n: u8| FileId::of(&[n]);
        assert_eq!(Pictures::new((0..4).map(file).collect()).map(|all| all.files().len()), Ok(4));
        assert_eq!(Pictures::new((0..5).map(file).collect()), Err(BadPictures::TooMany));
        assert_eq!(Pictures::new(vec![file(1), file(1)]), Err(BadPictures::Twice));
        let typed = serde_json::from_str::<Pictures>(&format!("[\"{}\"]", file(1))).expect("a list");
        assert_eq!(typed.files(), [file(1)]);
        assert!(serde_json::from_str::<Pictures>("[\"1\"]").is_err());
    }

    #[test]
    fn numbers_are_bounded_on_both_sides() {
        assert_eq!((Times::new(-1), Times::new(1_000), Reach::new(70_000_001)), (None, None, None));
        assert_eq!(Times::new(999).map(Times::number), Some(999));
        let reach: Reach = serde_json::from_str("250").expect("a number");
        assert_eq!(reach.number(), 250);
        for bad in ["-1", "70000001", "99999999999", "2.5", "\"3\""] {
            assert!(serde_json::from_str::<Reach>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn evidence_is_an_address_of_the_web() {
        let link: EvidenceLink = " https://www.lamphun.go.th/ข่าว ".parse().expect("an address");
        assert!(link.as_str().starts_with("https://www.lamphun.go.th/%E0"));
        let long = format!("https://example.org/{}", "x".repeat(1_000));
        for bad in
            ["", "lamphun.go.th", "javascript:alert(1)", "ftp://example.org", "https://", "https://a:b@c.th/", &long]
        {
            assert_eq!(bad.parse::<EvidenceLink>(), Err(BadLink), "{bad}");
        }
    }
}
