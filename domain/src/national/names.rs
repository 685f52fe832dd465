//! How groups of the national tree are named.
//!
//! The founding letter has groups named "as prescribed" in an enclosure that has not come down to us,
//! so the convention is ours and configurable: one template a tier, with `{office}` for the office's
//! name and `{abbr}` for the consonant code of its province or ministry.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::facts::facts;
use super::provinces::find_province;
use crate::group::Tier;
use crate::thai::compare_form;

/// The longest template, in characters.
const LONGEST: usize = 100;

/// The consonant codes of ministries by their codes and names, in the form in which they are compared; the national office is the
/// Prime Minister's.
static MINISTRIES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let ministries = facts().map(|facts| facts.ministries.as_slice()).unwrap_or_default();
    let named = ministries.iter().flat_map(|ministry| {
        [&ministry.code, &ministry.name_th].map(|name| (compare_form(name), ministry.prefix_th.as_str()))
    });
    named.collect()
});

/// The consonant code for the names of an office's groups: of its province, or else of the ministry above it or which it is, by code or
/// name; none where that is not known.
#[must_use]
pub fn abbreviation(province: Option<&str>, ministry: Option<(&str, &str)>) -> Option<&'static str> {
    if let Some(province) = province {
        return find_province(province).map(|province| province.abbr_th.as_str());
    }
    let (code, name) = ministry?;
    MINISTRIES.get(&compare_form(code)).or_else(|| MINISTRIES.get(&compare_form(name))).copied()
}

/// One name template for each tier; [`NameTemplate::default`] gives `GCC3-ลพ-สำนักงานพาณิชย์จังหวัด`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct NameTemplate {
    gcc1: String,
    gcc2: String,
    gcc3: String,
}

/// A template that would not give every group a name of its own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplate {
    /// `{office}` is missing, so that all groups of the tier would be called the same.
    #[error("the name template for {0} must hold {{office}}")]
    NoOffice(&'static str),
    /// `{abbr}` is missing, so that offices of different provinces would be called the same.
    #[error("the name template for {0} must hold {{abbr}}")]
    NoAbbreviation(&'static str),
    /// A word in braces that is neither.
    #[error("the name template for {0} may hold no braces but those of {{office}} and {{abbr}}")]
    UnknownPlaceholder(&'static str),
    /// A template longer than any name.
    #[error("the name template for {0} must have at most {LONGEST} characters")]
    TooLong(&'static str),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    gcc1: String,
    gcc2: String,
    gcc3: String,
}

impl TryFrom<Unchecked> for NameTemplate {
    type Error = BadTemplate;

    fn try_from(unchecked: Unchecked) -> Result<Self, BadTemplate> {
        Self::new(&unchecked.gcc1, &unchecked.gcc2, &unchecked.gcc3)
    }
}

impl Default for NameTemplate {
    fn default() -> Self {
        Self {
            gcc1: "GCC1-{office}".to_owned(),
            gcc2: "GCC2-{office}".to_owned(),
            gcc3: "GCC3-{abbr}-{office}".to_owned(),
        }
    }
}

impl NameTemplate {
    /// Checks the templates of the three tiers.
    ///
    /// # Errors
    /// [`BadTemplate`] names the tier and what is wrong with its template.
    pub fn new(gcc1: &str, gcc2: &str, gcc3: &str) -> Result<Self, BadTemplate> {
        for (tier, template) in [("GCC1", gcc1), ("GCC2", gcc2), ("GCC3", gcc3)] {
            if template.chars().count() > LONGEST {
                return Err(BadTemplate::TooLong(tier));
            }
            if fill(template, "", "").contains(['{', '}']) {
                return Err(BadTemplate::UnknownPlaceholder(tier));
            }
            if tier != "GCC1" && !template.contains("{office}") {
                return Err(BadTemplate::NoOffice(tier));
            }
        }
        if !gcc3.contains("{abbr}") {
            return Err(BadTemplate::NoAbbreviation("GCC3"));
        }
        Ok(Self { gcc1: gcc1.to_owned(), gcc2: gcc2.to_owned(), gcc3: gcc3.to_owned() })
    }

    /// The prescribed name of a group of `tier` of an office; none where it needs a consonant code that is not known.
    #[must_use]
    pub fn prescribed(&self, tier: Tier, office: &str, abbreviation: Option<&str>) -> Option<String> {
        let template = match tier {
            Tier::Gcc1 => &self.gcc1,
            Tier::Gcc2 => &self.gcc2,
            Tier::Gcc3 => &self.gcc3,
        };
        if abbreviation.is_none() && template.contains("{abbr}") {
            return None;
        }
        Some(fill(template, office, abbreviation.unwrap_or_default()))
    }

    pub(super) fn gcc1(&self, office: &str, abbreviation: &str) -> String {
        fill(&self.gcc1, office, abbreviation)
    }

    pub(super) fn gcc2(&self, office: &str, abbreviation: &str) -> String {
        fill(&self.gcc2, office, abbreviation)
    }

    pub(super) fn gcc3(&self, office: &str, abbreviation: &str) -> String {
        fill(&self.gcc3, office, abbreviation)
    }
}

fn fill(template: &str, office: &str, abbreviation: &str) -> String {
    template.replace("{abbr}", abbreviation).replace("{office}", office)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_with_office_and_abbreviation() {
        let names = NameTemplate::new("รัฐบาล", "GCC2 {abbr} {office}", "{office} ({abbr})").expect("is a template");
        assert_eq!(names.gcc1("สำนักนายกรัฐมนตรี", "นร"), "รัฐบาล");
        assert_eq!(names.gcc2("จังหวัดลำพูน", "ลพ"), "GCC2 ลพ จังหวัดลำพูน");
        assert_eq!(names.gcc3("อำเภอลี้", "ลพ"), "อำเภอลี้ (ลพ)");
    }

    #[test]
    fn a_name_is_prescribed_where_its_consonant_code_is_known() {
        let names = NameTemplate::default();
        let lamphun = abbreviation(Some("51"), None);
        assert_eq!(names.prescribed(Tier::Gcc3, "อำเภอลี้", lamphun).as_deref(), Some("GCC3-ลพ-อำเภอลี้"));
        let interior = Some(("interior", "กระทรวงมหาดไทย"));
        assert_eq!(abbreviation(None, interior), Some("มท"));
        assert_eq!(abbreviation(None, Some(("moi", ""))), Some("มท"));
        let unknown = abbreviation(None, Some(("x", "กระทรวงอื่น")));
        assert_eq!(names.prescribed(Tier::Gcc3, "กรมการปกครอง", unknown), None);
        assert_eq!(names.prescribed(Tier::Gcc2, "กระทรวงอื่น", unknown).as_deref(), Some("GCC2-กระทรวงอื่น"));
    }

    #[test]
    fn a_template_that_would_mix_groups_up_is_refused() {
        let new = NameTemplate::new;
        assert_eq!(new("a", "GCC2", "{abbr}{office}"), Err(BadTemplate::NoOffice("GCC2")));
        assert_eq!(new("a", "{office}", "{office}"), Err(BadTemplate::NoAbbreviation("GCC3")));
        let long = "ก".repeat(101);
        assert_eq!(new(&long, "{office}", "{abbr}{office}"), Err(BadTemplate::TooLong("GCC1")));
        assert_eq!(new("{name}", "{office}", "{abbr}{office}"), Err(BadTemplate::UnknownPlaceholder("GCC1")));
    }

    #[test]
    fn a_template_from_a_file_is_checked_too() {
        let read = serde_json::from_str::<NameTemplate>;
        assert!(read(r#"{"gcc1":"a","gcc2":"{office}","gcc3":"{abbr}-{office}"}"#).is_ok());
        assert!(read(r#"{"gcc1":"a","gcc2":"b","gcc3":"{abbr}-{office}"}"#).is_err());
    }
}
