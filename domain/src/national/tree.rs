//! Builds the national tree: 1 GCC1, 96 GCC2 and 5,078 GCC3.
//!
//! - GCC1 is the Prime Minister's Office; what it posts goes in by itself.
//! - Under it a GCC2 for each of the 76 governors and each ministry, stewarded without a limit: the
//!   letter of 23 March 2561 (clause 2) makes the governor forward in person. Bangkok has no such
//!   governor and is left out, with its khet.
//! - Under a province a GCC3 for each of its 55 offices and each district; under a ministry one for
//!   the office of its permanent secretary. Heads forward into them; nothing goes in by itself,
//!   as a push there costs a message for every official.
//!
//! Codes are made from the facts' own codes and never from counting, so the same office has the same
//! code in every release.

use super::facts::{Agency, District, Facts, Ministry, Province, facts};
use super::group_seed::{GroupSeed, pick};
use super::names::NameTemplate;
use crate::group::Tier;
use crate::ids::{BadCode, Code};
use crate::office::OfficeKind;
use crate::tree_file::TreeRow;

/// Permanent secretaries, their deputies, inspectors, directors-general and governors.
const GCC1_MEMBERS: i32 = 340;
/// Code of the province without a governor of its own kind.
const BANGKOK: &str = "10";

/// What the tree is grown for.
#[derive(Clone, Debug, Default)]
pub struct TreeOptions {
    /// How its groups are named.
    pub names: NameTemplate,
    /// The channel on which every group gets a made-up LINE group, for the simulator alone; none
    /// leaves channel and link open, as they are facts that only the offices can supply.
    pub simulated_channel: Option<Code>,
}

/// Why the tree cannot be grown; either is a mistake of the build.
#[derive(Debug, thiserror::Error)]
pub enum BadTree {
    /// The embedded facts cannot be read.
    #[error("the national chart is broken")]
    Facts(#[from] &'static super::BadFacts),
    /// A code made from the facts is no code.
    #[error("the national chart holds a code that cannot be used")]
    Code(#[from] BadCode),
}

/// The national tree as the rows of a tree file, parents before children.
///
/// # Errors
/// [`BadTree`] only if the binary was built with a broken chart.
pub fn tree(options: &TreeOptions) -> Result<Vec<TreeRow>, BadTree> {
    let mut builder = TreeBuilder { facts: facts()?, options, rows: Vec::with_capacity(5_175) };
    let root = builder.add_root()?;
    for province in builder.facts.provinces.iter().filter(|province| province.code != BANGKOK) {
        builder.add_province(province, &root)?;
    }
    for ministry in &builder.facts.ministries {
        builder.add_ministry(ministry, &root)?;
    }
    Ok(builder.rows)
}

struct TreeBuilder<'a> {
    facts: &'static Facts,
    options: &'a TreeOptions,
    rows: Vec<TreeRow>,
}

impl TreeBuilder<'_> {
    fn add_root(&mut self) -> Result<Code, BadTree> {
        let office_name = "สำนักนายกรัฐมนตรี".to_owned();
        self.push(GroupSeed {
            code: "gcc1".parse()?,
            parent: None,
            tier: Tier::Gcc1,
            name: self.options.names.gcc1(&office_name, "นร"),
            office: "pmo".to_owned(),
            steward_title: "แอดมินกลางสำนักนายกรัฐมนตรี".to_owned(),
            office_name,
            office_kind: OfficeKind::National,
            province: None,
            members: GCC1_MEMBERS,
            deputy: None,
        })
    }

    fn add_province(&mut self, province: &'static Province, root: &Code) -> Result<(), BadTree> {
        let slug = slug(&province.name_en);
        let office_name = format!("จังหวัด{}", province.name_th);
        let districts: Vec<_> = self.facts.districts.iter().filter(|d| d.province_code == province.code).collect();
        let heads = i32::try_from(self.facts.agencies.len() + districts.len()).unwrap_or(i32::MAX);
        let group = self.push(GroupSeed {
            code: format!("gcc2-{slug}").parse()?,
            parent: Some(root),
            tier: Tier::Gcc2,
            name: self.options.names.gcc2(&office_name, &province.abbr_th),
            steward_title: format!("ผู้ว่าราชการ{office_name}"),
            deputy: Some(format!("รองผู้ว่าราชการ{office_name}")),
            office: slug.clone(),
            office_name,
            office_kind: OfficeKind::Province,
            province: Some(province),
            members: heads,
        })?;
        for agency in &self.facts.agencies {
            self.add_agency(agency, province, &slug, &group)?;
        }
        for district in districts {
            self.add_district(district, province, &slug, &group)?;
        }
        Ok(())
    }

    fn add_agency(
        &mut self,
        agency: &Agency,
        province: &'static Province,
        slug: &str,
        parent: &Code,
    ) -> Result<(), BadTree> {
        let office = format!("{slug}-{}", agency.code);
        let code: Code = format!("gcc3-{office}").parse()?;
        let here = |text: &str| text.replace("{province}", &province.name_th);
        self.push(GroupSeed {
            parent: Some(parent),
            tier: Tier::Gcc3,
            name: self.options.names.gcc3(&agency.name_th, &province.abbr_th),
            office,
            office_name: here(&agency.office_th),
            office_kind: agency.kind,
            province: Some(province),
            members: pick(&code, 10, 400),
            steward_title: here(&agency.head_th),
            deputy: None,
            code,
        })?;
        Ok(())
    }

    fn add_district(
        &mut self,
        district: &District,
        province: &'static Province,
        slug: &str,
        parent: &Code,
    ) -> Result<(), BadTree> {
        let office = format!("{slug}-d{}", district.code);
        let code: Code = format!("gcc3-{office}").parse()?;
        let name = format!("อำเภอ{}", district.name_th);
        self.push(GroupSeed {
            parent: Some(parent),
            tier: Tier::Gcc3,
            name: self.options.names.gcc3(&name, &province.abbr_th),
            office,
            office_name: format!("ที่ว่าการ{name}"),
            office_kind: OfficeKind::District,
            province: Some(province),
            members: pick(&code, 20, 60),
            steward_title: format!("นาย{name}"),
            deputy: None,
            code,
        })?;
        Ok(())
    }

    fn add_ministry(&mut self, ministry: &Ministry, root: &Code) -> Result<(), BadTree> {
        let code: Code = format!("gcc2-{}", ministry.code).parse()?;
        let head = format!("ปลัด{}", ministry.name_th);
        let parent = self.push(GroupSeed {
            parent: Some(root),
            tier: Tier::Gcc2,
            name: self.options.names.gcc2(&ministry.name_th, &ministry.prefix_th),
            office: ministry.code.clone(),
            office_name: ministry.name_th.clone(),
            office_kind: OfficeKind::Ministry,
            province: None,
            members: pick(&code, 20, 200),
            steward_title: head.clone(),
            deputy: Some(format!("รอง{head}")),
            code,
        })?;
        let office = format!("{}-ops", ministry.code);
        let code: Code = format!("gcc3-{office}").parse()?;
        let office_name = format!("สำนักงาน{head}");
        self.push(GroupSeed {
            parent: Some(&parent),
            tier: Tier::Gcc3,
            name: self.options.names.gcc3(&office_name, &ministry.prefix_th),
            office,
            office_name,
            office_kind: OfficeKind::Department,
            province: None,
            members: pick(&code, 30, 400),
            deputy: Some(format!("รอง{head}")),
            steward_title: head,
            code,
        })?;
        Ok(())
    }

    fn push(&mut self, seed: GroupSeed<'_>) -> Result<Code, BadTree> {
        let line = self.rows.len() as u64 + 2;
        let row = seed.into_row(line, self.options.simulated_channel.as_ref())?;
        let code = row.code.clone();
        self.rows.push(row);
        Ok(code)
    }
}

/// `Nakhon Si Thammarat` as `nakhon-si-thammarat`.
fn slug(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::super::simulated_link;
    use super::*;
    use crate::tree_file::{self, KnownTree, Patch};

    fn build(options: &TreeOptions) -> Vec<TreeRow> {
        tree(options).expect("the chart can be read")
    }

    fn row<'a>(rows: &'a [TreeRow], code: &str) -> &'a TreeRow {
        rows.iter().find(|row| row.code.as_str() == code).expect("is in the tree")
    }

    fn get<T: Clone>(patch: &Patch<T>) -> T {
        patch.as_set().cloned().expect("is set")
    }

    fn set(text: &str) -> Patch<String> {
        Patch::Set(text.to_owned())
    }

    #[test]
    fn it_has_5175_groups_of_which_96_are_gcc2() {
        let rows = build(&TreeOptions::default());
        let mut tiers: HashMap<Tier, usize> = HashMap::new();
        let mut kinds: HashMap<OfficeKind, usize> = HashMap::new();
        for row in &rows {
            *tiers.entry(get(&row.tier)).or_default() += 1;
            *kinds.entry(get(&row.office_kind)).or_default() += 1;
        }
        assert_eq!(rows.len(), 5_175);
        assert_eq!([Tier::Gcc1, Tier::Gcc2, Tier::Gcc3].map(|tier| tiers[&tier]), [1, 96, 5_078]);
        assert_eq!(kinds[&OfficeKind::Province], 76);
        assert_eq!(kinds[&OfficeKind::Ministry], 20);
        assert_eq!(kinds[&OfficeKind::Department], 20);
        assert_eq!(kinds[&OfficeKind::ProvincialAgency], 76 * 35);
        assert_eq!(kinds[&OfficeKind::CentralAgency], 76 * 12);
        assert_eq!(kinds[&OfficeKind::StateEnterprise], 76 * 8);
        assert_eq!(kinds[&OfficeKind::District], 878);
    }

    #[test]
    fn the_governor_of_lamphun_forwards_into_gcc2_and_the_head_of_commerce_into_gcc3() {
        let rows = build(&TreeOptions::default());
        let province = row(&rows, "gcc2-lamphun");
        assert_eq!(province.name, set("GCC2-จังหวัดลำพูน"));
        assert_eq!(province.steward_title, set("ผู้ว่าราชการจังหวัดลำพูน"));
        assert_eq!((&province.province, &province.members), (&set("51"), &Patch::Set(63)));
        assert_eq!(province.forward_within, Patch::Clear);
        let commerce = row(&rows, "gcc3-lamphun-commerce");
        assert_eq!(commerce.name, set("GCC3-ลพ-สำนักงานพาณิชย์จังหวัด"));
        assert_eq!(commerce.office_name, set("สำนักงานพาณิชย์จังหวัดลำพูน"));
        assert_eq!(commerce.steward_title, set("พาณิชย์จังหวัดลำพูน"));
        assert_eq!(commerce.parent, Patch::Set(province.code.clone()));
        assert_eq!(commerce.forward_within, Patch::Clear);
    }

    #[test]
    fn districts_and_permanent_secretaries_have_groups() {
        let rows = build(&TreeOptions::default());
        let district = row(&rows, "gcc3-lamphun-d5101");
        assert_eq!(district.name, set("GCC3-ลพ-อำเภอเมืองลำพูน"));
        assert_eq!(district.steward_title, set("นายอำเภอเมืองลำพูน"));
        let ministry = row(&rows, "gcc3-moi-ops");
        assert_eq!(ministry.office_name, set("สำนักงานปลัดกระทรวงมหาดไทย"));
        assert_eq!(ministry.steward_title, set("ปลัดกระทรวงมหาดไทย"));
        assert_eq!(row(&rows, "gcc3-opm-ops").office_name, set("สำนักงานปลัดสำนักนายกรัฐมนตรี"));
    }

    #[test]
    fn no_two_groups_share_a_code_a_name_or_an_office() {
        let rows = build(&TreeOptions::default());
        let distinct = |of: fn(&TreeRow) -> String| rows.iter().map(of).collect::<HashSet<_>>().len();
        assert_eq!(distinct(|row| row.code.to_string()), 5_175);
        assert_eq!(distinct(|row| get(&row.name)), 5_175);
        assert_eq!(distinct(|row| get(&row.office).to_string()), 5_175);
    }

    #[test]
    fn figures_are_plausible_and_head_counts_cover_the_seats() {
        for row in build(&TreeOptions::default()) {
            let (members, heads) = (get(&row.members), get(&row.head_count));
            assert!((10..=400).contains(&members) && heads >= members, "{row:?}");
        }
    }

    #[test]
    fn links_are_made_up_only_when_asked_for() {
        let plain = build(&TreeOptions::default());
        assert!(plain.iter().all(|row| row.line_group_id == Patch::Keep && row.channel == Patch::Keep));
        let channel: Code = "demo".parse().expect("is a code");
        let linked = build(&TreeOptions { simulated_channel: Some(channel.clone()), ..TreeOptions::default() });
        let links: HashSet<_> = linked.iter().map(|row| get(&row.line_group_id)).collect();
        assert_eq!(links.len(), 5_175);
        assert!(linked.iter().all(|row| row.channel == Patch::Set(channel.clone())));
        assert_eq!(simulated_link(&linked[0].code).as_str().len(), 33);
    }

    #[test]
    fn it_is_a_tree_file_without_fault_that_reads_back_the_same() {
        let channel: Code = "demo".parse().expect("is a code");
        let rows = build(&TreeOptions { simulated_channel: Some(channel.clone()), ..TreeOptions::default() });
        let mut file = Vec::new();
        tree_file::write(&rows, &mut file).expect("can be written");
        let known = KnownTree { channels: HashSet::from([channel]), ..KnownTree::default() };
        assert_eq!(tree_file::parse(&file, &known), Ok(rows));
    }
}
