//! What abbreviations stand for. Ministries are known by the codes of their letters, from the chart; months by their own list.

use std::sync::LazyLock;

use crate::national::facts;
use crate::thai::MONTHS;

/// Abbreviations of offices, ranks, places and measures. Those of provinces are not here: some mean something else too, as ชม. does.
const TABLE: &[(&str, &str)] = &[
    // offices
    ("ครม.", "คณะรัฐมนตรี"),
    ("คสช.", "คณะรักษาความสงบแห่งชาติ"),
    ("สปน.", "สำนักงานปลัดสำนักนายกรัฐมนตรี"),
    ("สลค.", "สำนักเลขาธิการคณะรัฐมนตรี"),
    ("สลน.", "สำนักเลขาธิการนายกรัฐมนตรี"),
    ("ศมบ.", "ศูนย์แก้ไขปัญหาความมั่นคงแบบบูรณาการ"),
    ("กปส.", "กรมประชาสัมพันธ์"),
    ("ปภ.", "กรมป้องกันและบรรเทาสาธารณภัย"),
    ("ปค.", "กรมการปกครอง"),
    ("สถ.", "กรมส่งเสริมการปกครองท้องถิ่น"),
    ("สป.", "สำนักงานปลัดกระทรวง"),
    ("สนง.", "สำนักงาน"),
    ("อปท.", "องค์กรปกครองส่วนท้องถิ่น"),
    ("อบจ.", "องค์การบริหารส่วนจังหวัด"),
    ("อบต.", "องค์การบริหารส่วนตำบล"),
    ("ทน.", "เทศบาลนคร"),
    ("ทม.", "เทศบาลเมือง"),
    ("ทต.", "เทศบาลตำบล"),
    ("สสจ.", "สำนักงานสาธารณสุขจังหวัด"),
    ("สสอ.", "สำนักงานสาธารณสุขอำเภอ"),
    ("รพ.สต.", "โรงพยาบาลส่งเสริมสุขภาพตำบล"),
    ("รพ.", "โรงพยาบาล"),
    ("รร.", "โรงเรียน"),
    ("ร.ร.", "โรงเรียน"),
    // who leads and who helps
    ("รมว.", "รัฐมนตรีว่าการกระทรวง"),
    ("รมช.", "รัฐมนตรีช่วยว่าการกระทรวง"),
    ("นายกฯ", "นายกรัฐมนตรี"),
    ("ผู้ว่าฯ", "ผู้ว่าราชการจังหวัด"),
    ("ผวจ.", "ผู้ว่าราชการจังหวัด"),
    ("นอภ.", "นายอำเภอ"),
    ("ผอ.", "ผู้อำนวยการ"),
    ("ผญบ.", "ผู้ใหญ่บ้าน"),
    ("อสม.", "อาสาสมัครสาธารณสุขประจำหมู่บ้าน"),
    ("อส.", "อาสารักษาดินแดน"),
    ("จนท.", "เจ้าหน้าที่"),
    // places
    ("กรุงเทพฯ", "กรุงเทพมหานคร"),
    ("กทม.", "กรุงเทพมหานคร"),
    ("จ.", "จังหวัด"),
    ("อ.", "อำเภอ"),
    ("ต.", "ตำบล"),
    // law, time, measures
    ("พ.ร.บ.", "พระราชบัญญัติ"),
    ("พ.ร.ก.", "พระราชกำหนด"),
    ("พ.ร.ฎ.", "พระราชกฤษฎีกา"),
    ("พ.ศ.", "พุทธศักราช"),
    ("ค.ศ.", "คริสต์ศักราช"),
    ("ชม.", "ชั่วโมง"),
    ("กม.", "กิโลเมตร"),
    ("ตร.กม.", "ตารางกิโลเมตร"),
    ("ซม.", "เซนติเมตร"),
    ("มม.", "มิลลิเมตร"),
    ("กก.", "กิโลกรัม"),
    ("โทร.", "โทรศัพท์"),
    ("ปชส.", "ประชาสัมพันธ์"),
    ("ฯลฯ", "และอื่น ๆ"),
];

/// All, the longest first, so that รพ.สต. is not taken for รพ.
static ALL: LazyLock<Vec<(String, &'static str)>> = LazyLock::new(|| {
    let ministries = facts().map(|facts| facts.ministries.as_slice()).unwrap_or_default();
    let ministries = ministries.iter().map(|ministry| (format!("{}.", ministry.prefix_th), ministry.name_th.as_str()));
    // กก. is a kilogram far more often than the ministry of tourism
    let ministries = ministries.filter(|(short, _)| TABLE.iter().all(|(other, _)| other != short));
    let months = MONTHS.iter().map(|(long, short)| ((*short).to_owned(), *long));
    let table = TABLE.iter().map(|(short, long)| ((*short).to_owned(), *long));
    let mut all: Vec<_> = table.chain(months).chain(ministries).collect();
    all.sort_by_key(|(short, _)| std::cmp::Reverse(short.len()));
    all
});

/// What the abbreviation at the beginning of `rest` stands for, and how long it is; `before` is the sign in front of it.
///
/// Of one or two letters it must stand by itself, as any word can end with them. A longer one may follow a word without a blank.
pub(super) fn find(before: Option<char>, rest: &str) -> Option<(&'static str, usize)> {
    let (short, long) = ALL.iter().find(|(short, _)| rest.starts_with(short.as_str()))?;
    let letters = short.chars().filter(|sign| *sign != '.').count();
    let apart = !before.is_some_and(|sign| ('ก'..='๎').contains(&sign));
    (apart || letters > 2).then_some((long, short.len()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_abbreviation_stands_for_two_things() {
        let different: BTreeSet<&str> = ALL.iter().map(|(short, _)| short.as_str()).collect();
        assert_eq!(different.len(), ALL.len());
    }

    #[test]
    fn a_short_one_stands_by_itself_and_a_longer_one_wins() {
        assert_eq!(find(Some(' '), "มท. แจ้ง"), Some(("กระทรวงมหาดไทย", "มท.".len())));
        assert_eq!(find(None, "นร."), Some(("สำนักนายกรัฐมนตรี", "นร.".len())));
        assert_eq!(find(Some('ม'), "อ."), None);
        assert_eq!(find(Some('้'), "อบต."), Some(("องค์การบริหารส่วนตำบล", "อบต.".len())));
        assert_eq!(find(None, "รพ.สต.").map(|(long, _)| long), Some("โรงพยาบาลส่งเสริมสุขภาพตำบล"));
        assert_eq!(find(None, "กก.").map(|(long, _)| long), Some("กิโลกรัม"));
        assert_eq!(find(None, "ต.ค. 2563").map(|(long, _)| long), Some("ตุลาคม"));
    }
}
