//! The mail with which a report goes to the ministry: a Thai text with the sums, the groups as a CSV file, and the form as a page to print. What
//! the form says is written once, in `report`.

use std::time::{Duration, SystemTime};

use askama::Template;

use super::{Letter, MailFile};
use crate::domain::email::EmailAddress;
use crate::domain::establishment::ReportedGroup;
use crate::domain::thai::{Digits, format_moment, to_thai_digits};
use crate::domain::time::Timestamp;
use crate::report::establishment::{ReportForm, ReportSums, report_table};

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

/// The form as a file of its own, with what the pages have in their style sheets.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html lang="th"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>แบบรายงานผลการดำเนินงาน {{ office }}</title>
<style>@page { size: A4 landscape; margin: 15mm; } body { font-family: "TH Sarabun New", Sarabun, sans-serif; font-size: 14pt; }
table { border-collapse: collapse; width: 100%; } th, td { border: 1px solid #000; padding: 2px 6px; text-align: start; font-weight: normal; }
thead th { font-weight: bold; } .n { text-align: end; } .signed-by { margin: 2rem 0 2rem 40%; text-align: center; break-inside: avoid; }</style></head>
<body>
{{ form|safe }}
</body></html>
"#
)]
struct FormPage<'a> {
    office: &'a str,
    form: String,
}

/// The mail of a report.
///
/// # Errors
/// Should it not be written, which is a defect.
pub fn write_report(letter: &ReportLetter<'_>) -> Result<Letter, std::fmt::Error> {
    let ReportLetter { office, no, made_at, rows, .. } = letter;
    let number = to_thai_digits(&no.to_string());
    let moment = format_moment(*made_at, Digits::Thai);
    let sums = ReportSums::of(rows);
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
        sums.groups,
        sums.created,
        sums.linked,
        sums.as_prescribed,
        sums.differ,
        sums.unknown,
        sums.members,
        sums.head_count,
        sums.not_counted,
    );
    let csv = report_table(rows).to_csv().map_err(|_| std::fmt::Error)?;
    let csv = MailFile { name: "establishment.csv".to_owned(), kind: "text/csv; charset=utf-8", bytes: csv };
    let form = ReportForm::of(office, *no, *made_at, rows).render().map_err(|_| std::fmt::Error)?;
    let html = FormPage { office, form }.render().map_err(|_| std::fmt::Error)?;
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
