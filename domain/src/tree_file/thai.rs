//! The faults of a tree file in Thai, for the people who mend it.

use super::error::Reason;
use crate::ids::BadCode;
use crate::spreadsheet::{BadEncoding, Damage};
use crate::thai::group_digits;

/// What to do with a file in another encoding.
const SAVE_AS_UTF_8: &str = "โปรดบันทึกใหม่เป็นชนิด CSV UTF-8 (Comma delimited)";

impl Reason {
    /// What is wrong, in a sentence of which line and column stand beside it.
    #[must_use]
    pub fn thai(&self) -> String {
        match self {
            Self::NoHeader => "ไฟล์ว่างเปล่า บรรทัดแรกต้องเป็นชื่อคอลัมน์".to_owned(),
            Self::ColumnMissing(column) => format!("บรรทัดแรกไม่มีคอลัมน์ \"{column}\""),
            Self::UnknownColumn => "ไม่มีคอลัมน์ชื่อนี้".to_owned(),
            Self::ColumnTwice => "บรรทัดแรกมีคอลัมน์นี้ซ้ำ".to_owned(),
            Self::CellCount { found, expected } if found < expected => {
                format!("บรรทัดนี้ขาดไป มี {found} ช่อง แต่บรรทัดแรกมี {expected} ช่อง")
            }
            Self::CellCount { found, expected } => {
                format!("บรรทัดนี้มี {found} ช่อง แต่บรรทัดแรกมี {expected} ช่อง หากข้อความมีเครื่องหมายจุลภาค ต้องอยู่ในเครื่องหมายคำพูด")
            }
            Self::Encoding => format!("ช่องนี้ไม่ได้เข้ารหัสอักขระแบบ UTF-8 {SAVE_AS_UTF_8}"),
            Self::FileEncoding(bad) => encoding(*bad),
            Self::Damaged(damage) => damaged(*damage),
            Self::Empty => "ต้องไม่เว้นว่าง".to_owned(),
            Self::NotClearable => "ลบค่านี้ออกไม่ได้".to_owned(),
            Self::TooLong(most) => format!("ยาวเกิน {most} ตัวอักษร"),
            Self::ControlCharacter => "ต้องไม่มีการขึ้นบรรทัดใหม่หรืออักขระควบคุม".to_owned(),
            Self::NoPhone => "ต้องเป็นหมายเลขโทรศัพท์".to_owned(),
            Self::Code(bad) => code(*bad).to_owned(),
            Self::Tier(_) => "ต้องเป็น 1, 2 หรือ 3".to_owned(),
            Self::LineGroupId(_) => "ไม่ใช่รหัสกลุ่ม LINE ซึ่งขึ้นต้นด้วย C ตามด้วยตัวอักษรหรือตัวเลขไม่เกิน 64 ตัว".to_owned(),
            Self::Province(bad) => match bad.nearest {
                Some(nearest) => format!("ไม่ใช่จังหวัดใดใน 77 จังหวัด หมายถึง {} ({}) หรือไม่", nearest.name_th, nearest.code),
                None => "ไม่ใช่จังหวัดใดใน 77 จังหวัด".to_owned(),
            },
            Self::Number(most) => format!("ต้องเป็นจำนวนเต็มตั้งแต่ 0 ถึง {}", group_digits((*most).into())),
            Self::Word(words) => format!("ต้องเป็นคำใดคำหนึ่งต่อไปนี้: {words}"),
            of_the_tree => of_the_tree.thai_of_the_tree(),
        }
    }

    /// The same of what does not fit into the tree.
    fn thai_of_the_tree(&self) -> String {
        match self {
            Self::DuplicateCode { code, line } => format!("กลุ่ม \"{code}\" อยู่ในบรรทัดที่ {line} แล้ว"),
            Self::NewGroupNeeds { code, column } => format!("กลุ่มใหม่ \"{code}\" ต้องระบุ \"{column}\""),
            Self::UnknownParent(code) => format!("ไม่พบกลุ่ม \"{code}\" ทั้งในไฟล์และในระบบ"),
            Self::Cycle(way) => format!("กลุ่มจะอยู่ใต้ตนเอง: {way}"),
            Self::SecondRoot(code) => {
                format!("ผังมีกลุ่มบนสุดได้กลุ่มเดียว คือ \"{code}\" กลุ่มนี้ต้องระบุกลุ่มที่อยู่เหนือขึ้นไป")
            }
            Self::WrongTier { child, parent, found, expected } => {
                let (found, expected) = (found.number(), expected.number());
                format!("\"{child}\" อยู่ใต้ \"{parent}\" จึงต้องเป็นระดับ {expected} ไม่ใช่ระดับ {found}")
            }
            Self::RootTier => "กลุ่มบนสุดต้องเป็นระดับ 1".to_owned(),
            Self::ActiveBelowRetired { parent, child } => {
                format!("\"{parent}\" เลิกใช้แล้ว แต่ \"{child}\" ซึ่งอยู่ใต้ลงไปยังใช้งานอยู่")
            }
            Self::ParentMissing => "ต้องระบุกลุ่มที่อยู่เหนือขึ้นไปซึ่งอยู่ในความรับผิดชอบของท่าน".to_owned(),
            Self::TopLeavesOffice => "กลุ่มนี้เป็นกลุ่มบนสุดในความรับผิดชอบของท่าน การเปลี่ยนหน่วยงานเป็นหน้าที่ของศูนย์ปฏิบัติการ".to_owned(),
            Self::TopMoves => "กลุ่มนี้เป็นกลุ่มบนสุดในความรับผิดชอบของท่าน การย้ายเป็นหน้าที่ของศูนย์ปฏิบัติการ".to_owned(),
            Self::CodeTaken(code) => format!("ใช้รหัส \"{code}\" ที่นี่ไม่ได้ โปรดใช้รหัสอื่น"),
            Self::LineGroupTaken => "กลุ่ม LINE นี้เชื่อมกับกลุ่มอื่นในช่องทางเดียวกันแล้ว".to_owned(),
            Self::OfficeElsewhere(office) => {
                format!(
                    "หน่วยงาน \"{office}\" มีกลุ่มนอกความรับผิดชอบของท่านด้วย การแก้ไขชื่อ ประเภท และจังหวัดเป็นหน้าที่ของศูนย์ปฏิบัติการ"
                )
            }
            Self::GroupExists(code) => format!("มีกลุ่ม \"{code}\" อยู่แล้ว"),
            Self::OfficeStands(office) => {
                format!("มีหน่วยงาน \"{office}\" อยู่แล้วแต่ข้อมูลไม่ตรงกัน โปรดเว้นช่องนี้ไว้ หรือแก้ไขข้อมูลหน่วยงานก่อน")
            }
            Self::AutomaticNotTheirs => {
                "เฉพาะผู้ส่งต่อประกาศของกลุ่ม หรือผู้มีสิทธิเผยแพร่ จึงกำหนดให้ประกาศเข้ากลุ่มโดยอัตโนมัติได้".to_owned()
            }
            Self::UnknownChannel(code) => format!("ไม่พบช่องทาง LINE \"{code}\" โปรดเพิ่มช่องทางก่อน"),
            Self::LinkWithoutChannel => "กลุ่ม LINE ต้องมีช่องทาง LINE".to_owned(),
            Self::LineGroupTwice(code) => format!("กลุ่ม LINE นี้เชื่อมกับ \"{code}\" ในช่องทางเดียวกันแล้ว"),
            Self::NewOfficeNeeds { office, column } => format!("หน่วยงานใหม่ \"{office}\" ต้องระบุ \"{column}\""),
            Self::OfficeDiffers { office, line } => {
                format!("ข้อมูลหน่วยงาน \"{office}\" ไม่ตรงกับบรรทัดที่ {line}")
            }
            // told by `thai`
            other => other.to_string(),
        }
    }
}

fn code(bad: BadCode) -> &'static str {
    match bad {
        BadCode::Empty => "ต้องไม่เว้นว่าง",
        BadCode::TooLong => "ยาวเกิน 64 ตัวอักษร",
        BadCode::Character => "ใช้ได้เฉพาะ a-z ตัวเลข - _ . และอักษรไทย โดยขึ้นต้นด้วยตัวอักษรหรือตัวเลข",
    }
}

fn encoding(bad: BadEncoding) -> String {
    match bad {
        BadEncoding::Windows874 => format!("ไฟล์เข้ารหัสอักขระแบบ Windows-874 (TIS-620) ไม่ใช่ UTF-8 {SAVE_AS_UTF_8}"),
        BadEncoding::Utf16WithoutMark => format!("ไฟล์เข้ารหัสอักขระแบบ UTF-16 โดยไม่มีเครื่องหมายนำ {SAVE_AS_UTF_8}"),
        BadEncoding::Workbook => format!("ไฟล์เป็นสมุดงาน Excel (.xlsx หรือ .xls) ไม่ใช่ CSV {SAVE_AS_UTF_8}"),
        BadEncoding::Utf16Damaged => format!("ไฟล์เข้ารหัสอักขระแบบ UTF-16 ซึ่งเสียหาย {SAVE_AS_UTF_8}"),
    }
}

fn damaged(damage: Damage) -> String {
    match damage {
        Damage::WrongEncoding(encoding) => format!(
            "ไฟล์เคยถูกเปิดด้วยการเข้ารหัสอักขระผิด ({encoding} แทน UTF-8) แล้วบันทึกทับ อักษรไทยจึงเสียหาย โปรดกลับไปใช้ไฟล์เดิมและเปิดเป็น UTF-8"
        ),
        Damage::LettersLost => format!(
            "ไฟล์เคยถูกบันทึกด้วยการเข้ารหัสอักขระที่ไม่มีอักษรไทย ตัวอักษรจึงกลายเป็นเครื่องหมายคำถาม โปรดกลับไปใช้ไฟล์เดิม {SAVE_AS_UTF_8}"
        ),
        Damage::Rounded => "โปรแกรมตารางคำนวณปัดค่านี้เป็นตัวเลขแบบย่อ โปรดตั้งรูปแบบคอลัมน์เป็นข้อความ (Text) แล้วพิมพ์ใหม่".to_owned(),
        Damage::ZeroDropped => {
            "โปรแกรมตารางคำนวณตัดเลข 0 ตัวหน้าของหมายเลขโทรศัพท์ออก โปรดตั้งรูปแบบคอลัมน์เป็นข้อความ (Text) หรือพิมพ์โดยมีขีดคั่น"
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::{BadTier, Tier};
    use crate::ids::Code;
    use crate::national::BadProvince;
    use crate::tree_file::Column;

    #[test]
    fn every_fault_has_a_thai_sentence_of_its_own() {
        let code = || "lpn".parse::<Code>().expect("a code");
        let all = [
            Reason::NoHeader,
            Reason::ColumnMissing(Column::Code),
            Reason::UnknownColumn,
            Reason::ColumnTwice,
            Reason::CellCount { found: 2, expected: 3 },
            Reason::CellCount { found: 4, expected: 3 },
            Reason::Encoding,
            BadEncoding::Windows874.into(),
            BadEncoding::Utf16WithoutMark.into(),
            BadEncoding::Workbook.into(),
            BadEncoding::Utf16Damaged.into(),
            Damage::WrongEncoding("windows-1252").into(),
            Damage::LettersLost.into(),
            Damage::Rounded.into(),
            Damage::ZeroDropped.into(),
            Reason::Empty,
            Reason::NotClearable,
            Reason::TooLong(200),
            Reason::ControlCharacter,
            Reason::NoPhone,
            BadCode::TooLong.into(),
            BadCode::Character.into(),
            BadTier.into(),
            crate::group::BadLineGroupId.into(),
            BadProvince { nearest: None }.into(),
            Reason::Number(9),
            Reason::Word("push".to_owned()),
            Reason::DuplicateCode { code: code(), line: 2 },
            Reason::NewGroupNeeds { code: code(), column: Column::Name },
            Reason::UnknownParent(code()),
            Reason::Cycle("a → a".to_owned()),
            Reason::SecondRoot(code()),
            Reason::WrongTier { child: code(), parent: code(), found: Tier::Gcc2, expected: Tier::Gcc3 },
            Reason::RootTier,
            Reason::ActiveBelowRetired { parent: code(), child: code() },
            Reason::ParentMissing,
            Reason::TopMoves,
            Reason::TopLeavesOffice,
            Reason::CodeTaken(code()),
            Reason::LineGroupTaken,
            Reason::OfficeElsewhere(code()),
            Reason::GroupExists(code()),
            Reason::OfficeStands(code()),
            Reason::AutomaticNotTheirs,
            Reason::UnknownChannel(code()),
            Reason::LinkWithoutChannel,
            Reason::LineGroupTwice(code()),
            Reason::NewOfficeNeeds { office: code(), column: Column::OfficeName },
            Reason::OfficeDiffers { office: code(), line: 2 },
        ];
        let thai: std::collections::BTreeSet<String> = all.iter().map(Reason::thai).collect();
        assert_eq!(thai.len(), all.len());
        for (reason, sentence) in all.iter().map(|reason| (reason, reason.thai())) {
            assert!(sentence.chars().any(|letter| ('ก'..='๛').contains(&letter)), "{reason:?}: {sentence}");
        }
    }
}
