//! The form by which an office reports its groups, แบบรายงานผลการดำเนินงาน: the same sentence and rows on the sheet that is printed, in the page that goes
//! with the mail, and in the file of the groups. The form is Thai in every language.

use askama::Template;

use super::Table;
use crate::domain::establishment::{EstablishmentSums, GroupStage, NameCheck, ReportedGroup};
use crate::domain::thai::{Digits, format_moment, group_digits, to_thai_digits};
use crate::domain::time::Timestamp;

/// A group as the form has it.
#[derive(Clone, Debug)]
pub struct ReportRow<'a> {
    /// Its place, from 1.
    pub no: String,
    /// What is known of it.
    pub group: &'a ReportedGroup,
    /// How far it has come, in words.
    pub stage: &'static str,
    /// What LINE calls it, and what it should be called if that differs.
    pub line_name: String,
    /// Its members, or that they are not known.
    pub members: String,
    /// People who should be in it, or that it is not known.
    pub head_count: String,
}

/// The groups of a report: those that are to be set up, and so none out of use.
#[must_use]
pub fn report_rows(groups: &[ReportedGroup]) -> Vec<ReportRow<'_>> {
    let to_set_up = groups.iter().filter(|group| group.stage != GroupStage::Closed).enumerate();
    let rows = to_set_up.map(|(n, group)| ReportRow {
        no: to_thai_digits(&(n + 1).to_string()),
        group,
        stage: stage_words(group.stage),
        line_name: name_words(group),
        members: known(group.members),
        head_count: known(group.head_count),
    });
    rows.collect()
}

/// What a stage is called on the form.
fn stage_words(stage: GroupStage) -> &'static str {
    match stage {
        GroupStage::Planned => "ยังไม่ได้จัดตั้ง",
        GroupStage::Created => "จัดตั้งแล้ว",
        GroupStage::Reported => "รายงานแล้ว",
        GroupStage::Verified => "ตรวจสอบแล้ว",
        GroupStage::Active => "ใช้งานอยู่",
        GroupStage::Closed => "เลิกใช้",
    }
}

fn name_words(group: &ReportedGroup) -> String {
    match (group.name_check, &group.line_name, &group.prescribed) {
        (NameCheck::Differs, Some(is), Some(should)) => format!("{is} (ชื่อตามแบบ: {should})"),
        (_, Some(is), _) => is.clone(),
        _ => "ไม่ทราบ (LINE ยังไม่แจ้ง)".to_owned(),
    }
}

fn known(number: Option<i32>) -> String {
    number.map_or_else(|| "ไม่ทราบ".to_owned(), |number| to_thai_digits(&group_digits(number.into())))
}

/// The form: its head, one sentence with the sums, and a row for each group.
#[derive(Clone, Debug, Template)]
#[template(path = "establishment/form.html")]
pub struct ReportForm<'a> {
    office: &'a str,
    no: String,
    made_at: String,
    sums: ReportSums,
    rows: Vec<ReportRow<'a>>,
}

/// The sums of a report, as they are written.
#[derive(Clone, Debug)]
pub struct ReportSums {
    /// Groups that are to be set up.
    pub groups: String,
    /// Of these, created.
    pub created: String,
    /// Of these, linked.
    pub linked: String,
    /// Of these, called as prescribed.
    pub as_prescribed: String,
    /// Of these, called otherwise.
    pub differ: String,
    /// Of these, with a name that is not known.
    pub unknown: String,
    /// Members of the groups of which both numbers are known.
    pub members: String,
    /// The head count of the same.
    pub head_count: String,
    /// Groups of which one of the two is not known.
    pub not_counted: String,
}

impl ReportSums {
    /// The sums of these groups.
    #[must_use]
    pub fn of(groups: &[ReportedGroup]) -> Self {
        let sums = EstablishmentSums::of(groups);
        let created = groups.iter().filter(|group| group.created && group.stage != GroupStage::Closed).count();
        let n = |number: i64| to_thai_digits(&group_digits(number));
        Self {
            groups: n(sums.groups),
            created: n(i64::try_from(created).unwrap_or(i64::MAX)),
            linked: n(sums.linked),
            as_prescribed: n(sums.names_as_prescribed),
            differ: n(sums.names_differ),
            unknown: n(sums.names_unknown),
            members: n(sums.members),
            head_count: n(sums.head_count),
            not_counted: n(sums.not_counted),
        }
    }
}

impl<'a> ReportForm<'a> {
    /// The form of a report: whose, its number, when it was made, and its groups.
    #[must_use]
    pub fn of(office: &'a str, no: i32, made_at: Timestamp, groups: &'a [ReportedGroup]) -> Self {
        Self {
            office,
            no: to_thai_digits(&no.to_string()),
            made_at: format_moment(made_at, Digits::Thai),
            sums: ReportSums::of(groups),
            rows: report_rows(groups),
        }
    }
}

/// The same groups as a table, with the words of the API beside those of the form.
#[must_use]
pub fn report_table(groups: &[ReportedGroup]) -> Table {
    let mut table = Table::new([
        "รหัสกลุ่ม",
        "กลุ่ม",
        "ระดับ",
        "รหัสหน่วยงาน",
        "หน่วยงาน",
        "สถานะ",
        "สถานะ (รหัส)",
        "ชื่อตามแบบ",
        "ชื่อกลุ่ม LINE",
        "ชื่อ (รหัส)",
        "สมาชิก",
        "อัตรากำลัง",
    ]);
    let number = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
    for row in report_rows(groups) {
        let group = row.group;
        let check = match group.name_check {
            NameCheck::AsPrescribed => "as_prescribed",
            NameCheck::Differs => "differs",
            NameCheck::Unknown => "unknown",
        };
        table.push([
            group.code.clone(),
            group.name.clone(),
            group.tier.label().to_owned(),
            group.office.clone(),
            group.office_name.clone(),
            row.stage.to_owned(),
            group.stage.as_str().to_owned(),
            group.prescribed.clone().unwrap_or_default(),
            group.line_name.clone().unwrap_or_default(),
            check.to_owned(),
            number(group.members),
            number(group.head_count),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::group::Tier;

    fn group(code: &str, stage: GroupStage) -> ReportedGroup {
        ReportedGroup {
            code: code.to_owned(),
            name: format!("GCC3-{code}"),
            tier: Tier::Gcc3,
            office: "lamphun-commerce".to_owned(),
            office_name: "สำนักงานพาณิชย์จังหวัดลำพูน".to_owned(),
            stage,
            created: stage != GroupStage::Planned,
            linked: false,
            prescribed: Some("GCC3-ลพ-พาณิชย์".to_owned()),
            line_name: None,
            name_check: NameCheck::Unknown,
            members: None,
            head_count: Some(25),
        }
    }

    #[test]
    fn a_group_out_of_use_is_in_neither_form_nor_file_and_not_in_the_sums() {
        let groups = [group("one", GroupStage::Created), group("old", GroupStage::Closed)];
        let form = ReportForm::of("จังหวัดลำพูน", 2, Timestamp::from_second(1_521_763_200), &groups).render();
        let form = form.expect("a form");
        let file = String::from_utf8(report_table(&groups).to_csv().expect("a file")).expect("text");
        for text in [&form, &file] {
            assert!(text.contains("GCC3-one") && !text.contains("GCC3-old"), "{text}");
        }
        assert!(form.contains("กลุ่มที่ต้องจัดตั้ง ๑ กลุ่ม") && form.contains("ไม่ทราบ (LINE ยังไม่แจ้ง)"), "{form}");
    }
}
