//! The mail with which a report goes to the ministry: a Thai text with the sums, the groups as a CSV file, and the form as a page to print.

use std::time::{Duration, SystemTime};

use askama::Template;

use super::{Letter, MailFile};
use crate::domain::email::EmailAddress;
use crate::domain::establishment::{EstablishmentSums, GroupStage, NameCheck, ReportedGroup};
use crate::domain::thai::{Digits, format_moment, to_thai_digits};
use crate::domain::time::Timestamp;
use crate::report;

/// What is known of a report that goes out.
#[derive(Clone, Debug)]
pub struct ReportLetter<'a> {
    /// The office's name.
    pub office: &'a str,
    /// The number of the report.
    pub no: i32,
    /// When it was made.
    pub made_at: Timestamp,
    /// Its groups.
    pub rows: &'a [ReportedGroup],
    /// To whom.
    pub to: EmailAddress,
    /// The mail's own id.
    pub message_id: String,
}

/// A row as the form has it.
struct FormRow<'a> {
    no: String,
    group: &'a ReportedGroup,
    stage: &'static str,
    name: String,
    members: String,
    head_count: String,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html lang="th"><head><meta charset="utf-8"><title>แบบรายงานผลการดำเนินงาน {{ office }}</title>
<style>@page { size: A4 landscape; margin: 15mm; } body { font-family: "TH Sarabun New", Sarabun, sans-serif; font-size: 14pt; }
table { border-collapse: collapse; width: 100%; } th, td { border: 1px solid #000; padding: 2px 6px; text-align: start; }</style></head>
<body><h1>แบบรายงานผลการดำเนินงาน</h1>
<p>{{ office }} · รายงานครั้งที่ {{ no }} · {{ made_at }}</p>
<table><thead><tr><th>ที่</th><th>กลุ่ม</th><th>หน่วยงาน</th><th>สถานะ</th><th>ชื่อกลุ่ม LINE</th><th>สมาชิก</th><th>อัตรากำลัง</th></tr></thead>
<tbody>{% for row in rows %}<tr><td>{{ row.no }}</td><td>{{ row.group.name }}</td><td>{{ row.group.office_name }}</td><td>{{ row.stage }}</td><td>{{ row.name }}</td><td>{{ row.members }}</td><td>{{ row.head_count }}</td></tr>
{% endfor %}</tbody></table>
</body></html>
"#
)]
struct Form<'a> {
    office: &'a str,
    no: String,
    made_at: String,
    rows: Vec<FormRow<'a>>,
}

/// What a stage is called in the report.
fn stage_word(stage: GroupStage) -> &'static str {
    match stage {
        GroupStage::Planned => "ยังไม่จัดตั้ง",
        GroupStage::Created => "จัดตั้งแล้ว",
        GroupStage::Reported => "รายงานแล้ว",
        GroupStage::Verified => "ตรวจสอบแล้ว",
        GroupStage::Active => "ใช้งานอยู่",
        GroupStage::Closed => "เลิกใช้",
    }
}

fn name_words(group: &ReportedGroup) -> String {
    match (group.name_check, &group.line_name, &group.prescribed) {
        (NameCheck::Differs, Some(name), Some(prescribed)) => format!("{name} (ชื่อตามแบบ: {prescribed})"),
        (_, Some(name), _) => name.clone(),
        _ => "ไม่ทราบ (LINE ยังไม่แจ้ง)".to_owned(),
    }
}

fn known(number: Option<i32>) -> String {
    number.map_or_else(|| "ไม่ทราบ".to_owned(), |number| to_thai_digits(&number.to_string()))
}

/// The mail of a report.
///
/// # Errors
/// Should it not be written, which is a defect.
pub fn write_report(letter: &ReportLetter<'_>) -> Result<Letter, std::fmt::Error> {
    let ReportLetter { office, no, made_at, rows, .. } = letter;
    let number = to_thai_digits(&no.to_string());
    let moment = format_moment(*made_at, Digits::Thai);
    let sums = EstablishmentSums::of(*rows);
    let n = |number: i64| to_thai_digits(&number.to_string());
    let text = format!(
        "เรียน ผู้รับรายงานผลการจัดตั้งกลุ่ม\n\n\
        {office} ขอรายงานผลการดำเนินงานจัดตั้งกลุ่ม LINE ครั้งที่ {number} ณ {moment} ดังนี้\n\n\
        กลุ่มที่ต้องจัดตั้ง {} กลุ่ม\n\
        จัดตั้งแล้ว {} กลุ่ม\n\
        เชื่อมกับระบบแล้ว {} กลุ่ม\n\
        ชื่อกลุ่มเป็นไปตามแบบ {} กลุ่ม ไม่เป็นไปตามแบบ {} กลุ่ม ยังไม่ทราบ {} กลุ่ม\n\
        สมาชิก {} คน จากอัตรากำลัง {} คน (ไม่รวม {} กลุ่มที่ยังไม่ทราบจำนวน)\n\n\
        รายละเอียดตามไฟล์ที่แนบ: ตารางรายกลุ่ม (CSV) และแบบรายงานผลการดำเนินงาน (HTML สำหรับพิมพ์)\n\n\
        อีเมลนี้ส่งจากระบบส่งต่อประกาศ GCC หากได้รับซ้ำ โปรดถือเป็นฉบับเดียวกันตามเลขประจำอีเมล (Message-ID)\n",
        n(sums.groups),
        n(rows
            .iter()
            .filter(|row| row.created && row.stage != GroupStage::Closed)
            .count()
            .try_into()
            .unwrap_or(i64::MAX)),
        n(sums.linked),
        n(sums.names_as_prescribed),
        n(sums.names_differ),
        n(sums.names_unknown),
        n(sums.members),
        n(sums.head_count),
        n(sums.not_counted),
    );
    let csv = MailFile { name: "establishment.csv".to_owned(), kind: "text/csv; charset=utf-8", bytes: to_csv(rows)? };
    let form = Form { office, no: number.clone(), made_at: moment, rows: to_form(rows) };
    let html = form.render().map_err(|_| std::fmt::Error)?;
    let form =
        MailFile { name: "establishment.html".to_owned(), kind: "text/html; charset=utf-8", bytes: html.into_bytes() };
    let since_epoch = u64::try_from(made_at.as_microsecond()).unwrap_or(0);
    Ok(Letter {
        to: letter.to.clone(),
        message_id: letter.message_id.clone(),
        written_at: SystemTime::UNIX_EPOCH + Duration::from_micros(since_epoch),
        subject: format!("รายงานผลการจัดตั้งกลุ่ม LINE ของ{office} ครั้งที่ {number}"),
        text,
        files: vec![csv, form],
    })
}

fn to_form(rows: &[ReportedGroup]) -> Vec<FormRow<'_>> {
    let rows = rows.iter().enumerate().map(|(n, group)| FormRow {
        no: to_thai_digits(&(n + 1).to_string()),
        group,
        stage: stage_word(group.stage),
        name: name_words(group),
        members: known(group.members),
        head_count: known(group.head_count),
    });
    rows.collect()
}

/// The groups as a file, with the words of the API as codes.
fn to_csv(rows: &[ReportedGroup]) -> Result<Vec<u8>, std::fmt::Error> {
    let mut table = report::Table::new([
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
    for row in rows {
        let check = match row.name_check {
            NameCheck::AsPrescribed => "as_prescribed",
            NameCheck::Differs => "differs",
            NameCheck::Unknown => "unknown",
        };
        table.push([
            row.code.clone(),
            row.name.clone(),
            row.tier.label().to_owned(),
            row.office.clone(),
            row.office_name.clone(),
            stage_word(row.stage).to_owned(),
            row.stage.as_str().to_owned(),
            row.prescribed.clone().unwrap_or_default(),
            row.line_name.clone().unwrap_or_default(),
            check.to_owned(),
            number(row.members),
            number(row.head_count),
        ]);
    }
    table.to_csv().map_err(|_| std::fmt::Error)
}
