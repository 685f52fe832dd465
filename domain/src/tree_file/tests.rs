//! What a tree file means and what is said about a bad one. No real person, telephone or LINE group.

use std::collections::HashSet;

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::bulletin::Forwarding;
use crate::group::{LineGroupId, Tier};
use crate::ids::Code;
use crate::office::OfficeKind;

const HEADER: &str = "code,parent,tier,name,office,office_name,office_kind";

fn code(text: &str) -> Code {
    text.parse().expect("is a code")
}

fn chat(id: &str) -> LineGroupId {
    id.parse().expect("is a LINE group id")
}

/// A file of new groups: each line is `code,parent,tier`; each group has an office of its own.
fn file_of(groups: &[&str]) -> String {
    let rows = groups.iter().map(|group| {
        let code = group.split(',').next().unwrap_or_default();
        format!("{group},กลุ่ม {code},office-{code},สำนักงาน {code},district\n")
    });
    format!("{HEADER}\n{}", rows.collect::<String>())
}

fn errors_in(file: impl AsRef<[u8]>, known: &KnownTree) -> Vec<String> {
    parse(file.as_ref(), known).map_or_else(|bad| bad.errors.iter().map(ToString::to_string).collect(), |_| vec![])
}

fn rows_of(file: impl AsRef<[u8]>, known: &KnownTree) -> Vec<TreeRow> {
    parse(file.as_ref(), known).expect("the file is good")
}

fn errors_of(file: impl AsRef<[u8]>) -> Vec<String> {
    errors_in(file, &KnownTree::default())
}

/// gcc1 ← gcc2 ← gcc3, gcc2's link on channel `main`.
fn known() -> KnownTree {
    let group = |parent: Option<&str>, tier| KnownGroup {
        parent: parent.map(code),
        tier,
        office: code("pmo"),
        retired: false,
        channel: Some(code("main")),
        line_group_id: None,
    };
    let gcc2 = KnownGroup { line_group_id: "C2".parse().ok(), ..group(Some("gcc1"), Tier::Gcc2) };
    KnownTree {
        groups: [
            (code("gcc1"), group(None, Tier::Gcc1)),
            (code("gcc2"), gcc2),
            (code("gcc3"), group(Some("gcc2"), Tier::Gcc3)),
        ]
        .into(),
        offices: HashSet::from([code("pmo")]),
        channels: HashSet::from([code("main"), code("spare")]),
        default_channel: None,
        outside: None,
    }
}

#[test]
fn a_row_says_all_that_its_cells_say() {
    let file = "code,parent,tier,name,office,office_name,office_kind,province,channel,line_group_id,members,\
                head_count,forwarding,forward_within,steward,steward_title,steward_phone,deputy,retired\n\
                gcc2-x,gcc1,2,GCC2-จังหวัดลำพูน,lamphun,จังหวัดลำพูน,province,ลำพูน,main,Cab-1,๖๓,70,stewarded,120,\
                ,ผู้ว่าราชการจังหวัดลำพูน,-,รองผู้ว่าราชการจังหวัดลำพูน,false\n";
    let rows = rows_of(file.as_bytes(), &known());
    let text = |text: &str| Patch::Set(text.to_owned());
    let expected = TreeRow {
        parent: Patch::Set(code("gcc1")),
        tier: Patch::Set(Tier::Gcc2),
        name: text("GCC2-จังหวัดลำพูน"),
        office: Patch::Set(code("lamphun")),
        office_name: text("จังหวัดลำพูน"),
        office_kind: Patch::Set(OfficeKind::Province),
        province: text("51"),
        channel: Patch::Set(code("main")),
        line_group_id: Patch::Set(chat("Cab-1")),
        members: Patch::Set(63),
        head_count: Patch::Set(70),
        forwarding: Patch::Set(Forwarding::Stewarded),
        forward_within: Patch::Set(120),
        steward: Patch::Keep,
        steward_title: text("ผู้ว่าราชการจังหวัดลำพูน"),
        steward_phone: Patch::Clear,
        deputy: text("รองผู้ว่าราชการจังหวัดลำพูน"),
        retired: Patch::Set(false),
        ..TreeRow::new(2, code("gcc2-x"))
    };
    assert_eq!(rows, [expected]);
}

#[test]
fn columns_may_stand_in_any_order_and_be_left_out_and_a_byte_order_mark_is_skipped() {
    let rows = rows_of("\u{feff} Members ,CODE\r\n7,gcc3\r\n".as_bytes(), &known());
    assert_eq!(rows, [TreeRow { members: Patch::Set(7), ..TreeRow::new(2, code("gcc3")) }]);
}

#[test]
fn an_empty_cell_keeps_and_a_dash_clears() {
    let rows = rows_of(b"code,members,line_group_id\ngcc2,,-\ngcc3,-,\n", &known());
    assert_eq!((rows[0].members, rows[1].members), (Patch::Keep, Patch::Clear));
    assert_eq!((&rows[0].line_group_id, &rows[1].line_group_id), (&Patch::Clear, &Patch::Keep));
}

#[test]
fn an_empty_parent_is_the_roots_and_an_empty_forward_within_is_never() {
    let rows = rows_of(b"code,parent,forward_within\ngcc1,,\n", &known());
    assert_eq!((&rows[0].parent, &rows[0].forward_within), (&Patch::Clear, &Patch::Clear));
    assert_eq!(rows_of(b"code\ngcc1\n", &known())[0].forward_within, Patch::Keep);
}

#[test]
fn a_whole_new_tree_passes_with_children_before_parents() {
    let file = file_of(&["c,b,3", "d,c,3", "b,a,2", "a,,1"]);
    assert_eq!(errors_of(&file), Vec::<String>::new());
}

#[rstest]
#[case("", "1: the file is empty; its first line must name the columns")]
#[case("\u{feff}", "1: the file is empty; its first line must name the columns")]
#[case("name\nx\n", "1: the column \"code\" is missing from the first line")]
#[case("code,colour\n", "1:2: colour: there is no column of this name")]
#[case("code,name,name\n", "1:3: name: the column stands in the first line twice")]
fn a_bad_header_is_named(#[case] file: &str, #[case] expected: &str) {
    assert_eq!(errors_of(file), [expected]);
}

#[rstest]
#[case("tier", "4", "must be 1, 2 or 3")]
#[case("tier", "หนึ่ง", "must be 1, 2 or 3")]
#[case("name", "-", "cannot be cleared")]
#[case("retired", "maybe", "must be one of: true, false")]
#[case("members", "-1", "must be a whole number from 0 to 1000000")]
#[case("members", "+1", "must be a whole number from 0 to 1000000")]
#[case("members", "1.5", "must be a whole number from 0 to 1000000")]
#[case("members", "1000001", "must be a whole number from 0 to 1000000")]
#[case("head_count", "many", "must be a whole number from 0 to 1000000")]
#[case("forward_within", "525601", "must be a whole number from 0 to 525600")]
#[case("forwarding", "by hand", "must be one of: automatic, stewarded")]
#[case("line_group_id", "U123", "is not a LINE group id: 'C' and 1 to 64 letters, digits, '-' or '_'")]
#[case(
    "channel",
    "no such",
    "may hold letters a-z, digits, '-', '_', '.' or Thai letters, and begins with a letter or digit"
)]
#[case("channel", "other", "there is no channel \"other\"; add it first")]
#[case("parent", "nobody", "there is no group \"nobody\", neither in the file nor in the database")]
#[case("steward_phone", "00000000000000000000000000000000000000000", "must be at most 40 characters long")]
#[case("steward_phone", "ไม่มี", "must hold a telephone number")]
#[case("steward", "\"a\nb\"", "must not hold line breaks or other control characters")]
fn a_bad_cell_is_named_by_line_and_column(#[case] column: &str, #[case] cell: &str, #[case] reason: &str) {
    let file = format!("code,{column}\ngcc2,\ngcc3,{cell}\n");
    let known = known();
    let errors: Vec<_> = errors_in(file, &known).into_iter().filter(|error| error.starts_with('3')).collect();
    assert_eq!(errors, [format!("3:2: {column}: {reason}")]);
}

#[test]
fn an_unknown_kind_of_office_is_told_what_kinds_there_are() {
    let errors = errors_in("code,office_kind\ngcc3,guild\n", &known());
    assert!(errors[0].starts_with("2:2: office_kind: must be one of: national, ministry, "), "{errors:?}");
}

#[test]
fn every_bad_row_is_reported_in_the_order_of_the_file() {
    let file = "code,tier,members\nA B,9,x\ngcc3,2,1\n,1,1\ngcc1,1,1,1\n";
    let errors = errors_in(file, &known());
    let places: Vec<_> = errors.iter().map(|error| error.splitn(4, ':').take(3).collect::<String>()).collect();
    assert_eq!(
        places,
        ["21 code", "22 tier", "23 members", "32 tier", "41 code", "5 the row has 4 cells where the first line has 3"]
    );
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    let file = "code,name\r\n\r\ngcc2,\"two\r\nlines\"\r\n,\r\ngcc3,x\r\n\r\nnobody here,y";
    let lines: Vec<_> =
        parse(file.as_bytes(), &known()).expect_err("has a fault").errors.iter().map(|error| error.line).collect();
    assert_eq!(lines, [3, 8]);
}

#[test]
fn a_cell_that_is_not_utf_8_is_named_and_so_are_faults_after_it() {
    // letters of Windows-874 in a file of UTF-8
    let file = [
        "code,name,deputy,members\ngcc1,กลุ่ม,".as_bytes(),
        b",1\ngcc2,\xa1\xc5\xd8\xe8\xc1,,1\ngcc3,x,,-2\n\xa1,x,,1\n",
    ];
    let errors = errors_in(file.concat(), &known());
    assert_eq!(
        errors,
        [
            "3:2: name: is not UTF-8; save the file as \"CSV UTF-8\"",
            "4:4: members: must be a whole number from 0 to 1000000",
            "5:1: code: is not UTF-8; save the file as \"CSV UTF-8\"",
        ]
    );
}

/// A file that changes a name, in the bytes that a spreadsheet saves.
fn saved(file: &str, encode: impl Fn(&str) -> Vec<u8>) -> Result<Vec<TreeRow>, Vec<String>> {
    parse(&encode(file), &known()).map_err(|bad| bad.errors.iter().map(ToString::to_string).collect())
}

fn in_encoding(encoding: &'static encoding_rs::Encoding) -> impl Fn(&str) -> Vec<u8> {
    move |file| encoding.encode(file).0.into_owned()
}

#[test]
fn a_file_that_went_through_excel_says_the_same() {
    let plain = "code,name,members\ngcc2,\"จังหวัด, ลำพูน\",๖๓\ngcc3,กลุ่ม,\n";
    let expected = rows_of(plain, &known());
    let utf16 = |file: &str| format!("\u{feff}{file}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let tabs = plain.replace(",\"จังหวัด, ลำพูน\",", "\tจังหวัด, ลำพูน\t").replace("e,m", "e\tm").replace("code,", "code\t");
    let tabs = tabs.replace("gcc3,กลุ่ม,", "gcc3\tกลุ่ม\t");
    for (what, bytes) in [
        ("a mark and Windows line ends", format!("\u{feff}{}", plain.replace('\n', "\r\n")).into_bytes()),
        ("line ends of an old Macintosh", plain.replace('\n', "\r").into_bytes()),
        (
            "semicolons",
            plain
                .replace("\",", "\";")
                .replace("e,", "e;")
                .replace("2,", "2;")
                .replace("3,", "3;")
                .replace("ม,", "ม;")
                .into_bytes(),
        ),
        ("Unicode text", utf16(&tabs)),
        ("empty columns at the end", plain.replace('\n', ",,\n").into_bytes()),
        ("empty rows at the end", format!("{plain},,\n\u{a0},,\n\n").into_bytes()),
        ("no empty cells at the end", plain.replace("กลุ่ม,\n", "กลุ่ม\n").into_bytes()),
        ("quotes around everything", plain.replace("code,name,members", "\"code\",\"name\",\"members\"").into_bytes()),
    ] {
        assert_eq!(parse(&bytes, &known()), Ok(expected.clone()), "{what}");
    }
    let named = parse("sep=;\ncode;members\ngcc2;5\nnobody x;\n".as_bytes(), &known()).expect_err("a bad code");
    assert_eq!(named.errors[0].line, 4, "the line that names the separator counts");
}

#[test]
fn a_file_in_another_encoding_is_one_sentence_that_names_it() {
    let file = SMALL_FILE;
    assert_eq!(saved(file, |file| file.as_bytes().to_vec()).map(|rows| rows.len()), Ok(3));
    let thai = saved(file, in_encoding(encoding_rs::WINDOWS_874)).expect_err("not read");
    assert_eq!(
        thai,
        ["1: the file is in Windows-874 (TIS-620), not in UTF-8; save it again as \"CSV UTF-8\" or \"Unicode Text\""]
    );
    let utf16 = saved(file, |file| file.encode_utf16().flat_map(u16::to_le_bytes).collect()).expect_err("not read");
    assert_eq!(utf16.len(), 1);
    assert!(utf16[0].contains("UTF-16 without a byte order mark"), "{utf16:?}");
}

const SMALL_FILE: &str = "code,name,office_name\ngcc1,กลุ่มกลาง,สำนักนายกรัฐมนตรี\n\
    gcc2,จังหวัดลำพูน,สำนักนายกรัฐมนตรี\ngcc3,พาณิชย์,สำนักนายกรัฐมนตรี\n";

#[test]
fn a_file_that_was_read_in_the_wrong_encoding_is_one_sentence() {
    for encoding in [encoding_rs::WINDOWS_1252, encoding_rs::WINDOWS_874, encoding_rs::MACINTOSH] {
        for mark in ["", "\u{feff}"] {
            let garbage = format!("{mark}{}", encoding.decode_without_bom_handling(SMALL_FILE.as_bytes()).0);
            let said = errors_in(&garbage, &known());
            assert_eq!(said.len(), 1, "{said:?}");
            let begin = "2:2: name: the file was read in the wrong encoding (";
            assert!(said[0].starts_with(begin) && said[0].contains(encoding.name()), "{said:?}");
        }
    }
    let (ansi, ..) = encoding_rs::WINDOWS_1252.encode("x");
    assert_eq!(ansi.len(), 1);
    let lost = SMALL_FILE.replace(|letter: char| !letter.is_ascii(), "?");
    let said = errors_in(&lost, &known());
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("the letters became question marks"), "{said:?}");
}

#[rstest]
#[case("steward_phone", "8.12E+08", "a spreadsheet made a rounded number of this")]
#[case("code", "1.23E+10", "a spreadsheet made a rounded number of this")]
#[case("steward_phone", "812345678", "a spreadsheet dropped the 0 at the beginning of this telephone number")]
#[case("province", "1", "is none of the 77 provinces")]
#[case("province", "ลำพุน", "is none of the 77 provinces; was ลำพูน (51) meant?")]
#[case("province", "พัทยา", "is none of the 77 provinces")]
fn what_a_spreadsheet_or_a_hand_spoilt_is_named_as_such(#[case] column: &str, #[case] cell: &str, #[case] said: &str) {
    let file =
        if column == "code" { format!("code,name\n{cell},x\n") } else { format!("code,{column}\ngcc2,{cell}\n") };
    let number = if column == "code" { 1 } else { 2 };
    let errors = errors_in(file, &known());
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with(&format!("2:{number}: {column}: {said}")), "{errors:?}");
}

#[test]
fn a_row_may_end_early_but_not_the_file_within_it() {
    let rows = rows_of("code,parent,members,forward_within\ngcc2,gcc1\n", &known());
    assert_eq!((rows[0].members, rows[0].forward_within), (Patch::Keep, Patch::Clear));
    let cut = errors_in("code,parent,members,name\ngcc2,gcc1,5,กลุ่ม\ngcc3,gcc2,7", &known());
    assert_eq!(cut, ["3: the row has 3 cells where the first line has 4"]);
    let under_nothing = errors_in("code,members,,\ngcc2,7,,x\n", &known());
    assert_eq!(under_nothing, ["2: the row has 4 cells where the first line has 2"]);
}

#[test]
fn provinces_are_read_in_any_spelling() {
    for cell in ["ล\u{e4d}\u{e32}พูน", "จ.ลำพูน", "จังหวัด ล \u{e32}พูน", "lamphun", "๕๑", "\u{200b}ลพ\u{a0}"]
    {
        let rows = rows_of(format!("code,province\ngcc2,{cell}\n"), &known());
        assert_eq!(rows[0].province, Patch::Set("51".to_owned()), "{}", cell.escape_unicode());
    }
}

#[test]
fn codes_and_numbers_are_read_in_any_spelling_and_names_kept_as_written() {
    let file = "ｃｏｄｅ\u{200b},PARENT,members,forwarding,name\n\
                gcc\u{200b}3,gcc２\u{a0},\u{feff}๒\u{200b}๐,STEWARDED\u{a0},ล\u{e4d}\u{e32}พ\u{f719}น\n";
    let rows = rows_of(file, &known());
    let expected = TreeRow {
        parent: Patch::Set(code("gcc2")),
        members: Patch::Set(20),
        forwarding: Patch::Set(Forwarding::Stewarded),
        name: Patch::Set("ล\u{e4d}\u{e32}พ\u{f719}น".to_owned()),
        ..TreeRow::new(2, code("gcc3"))
    };
    assert_eq!(rows, [expected]);
    let twice = errors_in("code,members\ngcc3,1\ngcc\u{ad}3,2\n", &known());
    assert_eq!(twice, ["3:1: code: the group \"gcc3\" stands on line 2 already"]);
}

#[test]
fn an_office_is_not_described_differently_by_another_spelling() {
    let file = "code,office_name\ngcc1,สำนักนายกฯ ลำพูน\ngcc2,ส\u{e4d}\u{e32}นักนายกฯ  ล\u{a0}\u{e33}พูน\n";
    assert!(errors_in(file, &known()).is_empty());
}

#[test]
fn a_new_group_needs_parent_tier_name_and_office() {
    let errors = errors_in("members,code\n1,new\n", &known());
    let needs = |column| format!("2: the new group \"new\" needs a value for \"{column}\"");
    assert_eq!(errors, ["name", "office", "parent", "tier"].map(needs));
}

#[test]
fn a_code_may_stand_once() {
    let errors = errors_of(file_of(&["a,,1", "b,a,2", "b,a,2"]));
    assert_eq!(errors, ["4:1: code: the group \"b\" stands on line 3 already"]);
}

#[test]
fn there_is_one_root_and_it_is_of_tier_1() {
    let second =
        |line, root| format!("{line}:2: parent: the tree has one root and \"{root}\" is it; give this group a parent");
    assert_eq!(errors_of(file_of(&["a,,1", "b,,1", "c,,1"])), [second(3, "a"), second(4, "a")]);
    assert_eq!(errors_in(file_of(&["a,,1"]), &known()), [second(2, "gcc1")]);
    assert_eq!(errors_of(file_of(&["a,,2"])), ["2:3: tier: the root must be of tier 1"]);
}

#[test]
fn a_group_cannot_hang_under_itself() {
    let cycle = |line, way| format!("{line}:2: parent: the group would hang under itself: {way}");
    assert_eq!(errors_of(file_of(&["a,,1", "b,b,3"])), [cycle(3, "b → b")]);
    let errors = errors_of(file_of(&["a,,1", "x,z,3", "y,x,3", "z,y,3", "under,x,3"]));
    assert_eq!(errors, [cycle(3, "x → z → y → x"), cycle(4, "y → x → z → y"), cycle(5, "z → y → x → z")]);
}

#[test]
fn a_cycle_that_closes_through_the_database_is_found() {
    let mut known = known();
    known.groups.insert(code("low"), KnownGroup { parent: Some(code("gcc3")), ..known.groups[&code("gcc3")].clone() });
    let errors = errors_in("code,parent\ngcc3,low\n", &known);
    assert_eq!(errors, ["2:2: parent: the group would hang under itself: gcc3 → low → gcc3"]);
}

#[test]
fn a_long_cycle_is_not_named_in_full() {
    let groups: Vec<_> = (0..9).map(|n| format!("g{n},g{},3", (n + 1) % 9)).collect();
    let errors = errors_of(file_of(&groups.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!(errors.len(), 9);
    assert!(errors[0].ends_with("g0 → g1 → g2 → g3 → g4 → g5 → …"), "{}", errors[0]);
}

#[test]
fn a_tier_follows_from_the_parents() {
    let errors = errors_of(file_of(&["a,,1", "b,a,3", "c,a,1", "d,a,2", "e,d,2", "f,e,3"]));
    assert_eq!(
        errors,
        [
            "3:3: tier: b is of tier 3 but must be of tier 2 under a",
            "4:3: tier: c is of tier 1 but must be of tier 2 under a",
            "6:3: tier: e is of tier 2 but must be of tier 3 under d",
        ]
    );
}

#[test]
fn moving_a_group_is_blamed_for_the_tiers_of_groups_that_the_file_leaves_alone() {
    let errors = errors_in("code,tier,parent\ngcc2,1,\ngcc1,2,gcc2\n", &known());
    assert_eq!(errors, ["2:2: tier: gcc3 is of tier 3 but must be of tier 2 under gcc2"]);
}

#[test]
fn no_group_in_use_hangs_under_a_retired_one() {
    let retired = "\"gcc2\" is retired while \"gcc3\" below it is in use";
    assert_eq!(errors_in("code,retired\ngcc2,yes\n", &known()), [format!("2:2: retired: {retired}")]);
    assert!(errors_in("code,retired\ngcc2,yes\ngcc3,yes\n", &known()).is_empty());
    let mut known = known();
    for group in ["gcc2", "gcc3"] {
        known.groups.entry(code(group)).and_modify(|group| group.retired = true);
    }
    assert_eq!(errors_in("retired,code\nno,gcc3\n", &known), [format!("2:1: retired: {retired}")]);
}

#[test]
fn a_line_group_belongs_to_one_group_on_a_channel() {
    let twice =
        |line, owner| format!("{line}:2: line_group_id: this LINE group belongs to \"{owner}\" on the same channel");
    let two = "code,line_group_id\ngcc1,C9\ngcc3,C9\n";
    assert_eq!(errors_in(two, &known()), [twice(3, "gcc1")]);
    assert_eq!(errors_in("code,line_group_id\ngcc3,C2\n", &known()), [twice(2, "gcc2")]);
    assert!(errors_in("code,line_group_id,channel\ngcc3,C2,spare\n", &known()).is_empty());
    assert!(errors_in("code,line_group_id\ngcc3,C2\ngcc2,-\n", &known()).is_empty());
}

#[test]
fn a_line_group_needs_a_channel_and_the_default_one_will_do() {
    let file = format!("{HEADER},line_group_id\na,,1,A,a,สำนักงาน,national,C1\n");
    assert_eq!(errors_of(&file), ["2: a LINE group needs a channel"]);
    let channels = HashSet::from([code("main")]);
    let known = KnownTree { channels, default_channel: Some(code("main")), ..KnownTree::default() };
    assert_eq!(rows_of(file.as_bytes(), &known)[0].channel, Patch::Set(code("main")));
}

#[test]
fn the_default_channel_does_not_displace_one() {
    let known = KnownTree { default_channel: Some(code("spare")), ..known() };
    assert_eq!(rows_of(b"code\ngcc3\n", &known)[0].channel, Patch::Keep);
    assert_eq!(rows_of(b"code,channel\ngcc3,-\n", &known)[0].channel, Patch::Clear);
}

#[test]
fn a_new_office_is_described_once_and_never_in_two_ways() {
    let row = |code: &str, office: &str| format!("{code},gcc1,2,กลุ่ม,{office}\n");
    let file = |rows: &[String]| format!("{HEADER}\n{}", rows.concat());
    let described = file(&[row("a", "new,สำนักงาน,ministry"), row("b", "new,,")]);
    assert!(errors_in(described, &known()).is_empty());
    let undescribed = file(&[row("a", "new,,"), row("b", "new,สำนักงาน,")]);
    assert_eq!(
        errors_in(undescribed, &known()),
        ["2:7: office_kind: the new office \"new\" needs a value for \"office_kind\""]
    );
    let differing = file(&[row("a", "new,สำนักงาน,ministry"), row("b", "new,กระทรวง,ministry")]);
    assert_eq!(
        errors_in(differing, &known()),
        ["3:6: office_name: the office \"new\" is described differently on line 2"]
    );
}

#[test]
fn a_row_with_a_bad_cell_is_still_its_childrens_parent() {
    let errors = errors_of(file_of(&["a,,1", "b,a,zwei", "c,b,3"]));
    assert_eq!(errors, ["3:3: tier: must be 1, 2 or 3"]);
}

#[test]
fn a_row_that_keeps_what_empty_would_clear_is_not_written() {
    let row = TreeRow::new(2, code("a"));
    let error = write([&row], Vec::new()).expect_err("cannot be said");
    assert_eq!(error.to_string(), "the row of group \"a\" does not say its \"parent\"");
}

#[test]
fn fifteen_thousand_groups_pass_wide_or_deep() {
    let mut groups = vec!["a,,1".to_owned(), "p,a,2".to_owned(), "o0,p,3".to_owned()];
    groups.extend((1..7_500).map(|n| format!("o{n},p,3")));
    groups.extend((7_500..15_000).map(|n| format!("o{n},o{},3", n - 1)));
    let file = file_of(&groups.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(parse(file.as_bytes(), &KnownTree::default()).map(|rows| rows.len()), Ok(15_002));
}

fn patch<T: std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Patch<T>> {
    proptest::option::of(proptest::option::of(value)).prop_map(|patch| match patch {
        None => Patch::Keep,
        Some(None) => Patch::Clear,
        Some(Some(value)) => Patch::Set(value),
    })
}

fn words() -> impl Strategy<Value = String> {
    "[ก-ฮa-z\",;0-9=+@'-][ก-๙A-Z\",;' =.-]{0,20}[ก-ฮa-z\",;0-9]"
}

prop_compose! {
    fn some_row()(
        members in patch(0..=1_000_000), head_count in patch(0..=1_000_000), minutes in proptest::option::of(0..=525_600),
        steward in patch(words()), title in patch(words()), deputy in patch(words()), phone in patch("[0+][0-9 -]{0,38}[0-9]"),
        name in words(), retired: bool, automatic: bool, link in patch("C[0-9a-f]{32}"),
    ) -> TreeRow {
        TreeRow {
            parent: Patch::Set(code("gcc2")),
            tier: Patch::Set(Tier::Gcc3),
            name: Patch::Set(name),
            office: Patch::Set(code("pmo")),
            channel: Patch::Set(code("spare")),
            line_group_id: match link {
                Patch::Set(id) => Patch::Set(chat(&id)),
                Patch::Clear => Patch::Clear,
                Patch::Keep => Patch::Keep,
            },
            members,
            head_count,
            forwarding: Patch::Set(if automatic { Forwarding::Automatic } else { Forwarding::Stewarded }),
            forward_within: minutes.map_or(Patch::Clear, Patch::Set),
            steward,
            steward_title: title,
            steward_phone: phone,
            deputy,
            retired: Patch::Set(retired),
            ..TreeRow::new(0, code("x"))
        }
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(rows in proptest::collection::vec(some_row(), 0..12)) {
        let rows: Vec<_> = (2..).zip(rows).map(|(line, row)| TreeRow { line, code: code(&format!("g{line}")), ..row }).collect();
        let mut file = Vec::new();
        write(&rows, &mut file).expect("can be written");
        prop_assert_eq!(parse(&file, &known()), Ok(rows));
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes in any::<Vec<u8>>(), body in "[a-d1-3,\"\r\n -]{0,80}") {
        let _ = parse(&bytes, &KnownTree::default());
        let _ = parse(format!("code,parent,tier\n{body}").as_bytes(), &known());
    }

    #[test]
    fn what_passes_is_a_tree(edges in proptest::collection::vec((0..8_usize, 0..9_usize, 1..=3_i16), 1..8)) {
        let groups: Vec<_> = edges.iter().map(|(child, parent, tier)| match parent {
            8 => format!("g{child},,{tier}"),
            parent => format!("g{child},g{parent},{tier}"),
        }).collect();
        let file = file_of(&groups.iter().map(String::as_str).collect::<Vec<_>>());
        if let Ok(rows) = parse(file.as_bytes(), &KnownTree::default()) {
            let find = |code: &Code| rows.iter().find(|row| row.code == *code).expect("its parent is in the file");
            prop_assert_eq!(rows.iter().filter(|row| row.parent == Patch::Clear).count(), 1);
            for mut row in &rows {
                let mut steps = 0;
                while let Patch::Set(parent) = &row.parent {
                    let above = find(parent);
                    prop_assert!(row.tier.as_set().is_some_and(|tier| tier.may_have_parent(above.tier.as_set().copied())));
                    (row, steps) = (above, steps + 1);
                    prop_assert!(steps <= rows.len());
                }
            }
        }
    }
}

/// The known tree for whoever may change gcc2 and what is below it; gcc9 is beside it, with an office and a link of its own.
fn part() -> KnownTree {
    let mut tree = known();
    let beside = KnownGroup {
        parent: Some(code("gcc1")),
        tier: Tier::Gcc2,
        office: code("other"),
        retired: false,
        channel: Some(code("main")),
        line_group_id: Some(chat("C9")),
    };
    tree.groups.insert(code("gcc9"), beside);
    tree.offices.insert(code("other"));
    for own in ["gcc2", "gcc3"] {
        tree.groups.get_mut(&code(own)).expect("is there").office = code("own");
    }
    tree.offices.insert(code("own"));
    tree.within(&HashSet::from([code("gcc2"), code("gcc3")]))
}

#[test]
fn a_part_of_the_tree_is_changed_without_the_rest() {
    let file = "code,parent,tier,name,office\ngcc2,gcc1,2,ชื่อใหม่,\ngcc3,gcc2,3,,\nnew,gcc3,3,กลุ่มใหม่,own\n";
    assert_eq!(errors_in(file, &part()), Vec::<String>::new());
    assert_eq!(errors_in("code,retired\ngcc3,true\n", &part()), Vec::<String>::new());
}

#[rstest]
#[case("gcc9")]
#[case("nobody")]
fn a_group_outside_of_the_part_is_answered_like_one_that_is_not_there(#[case] other: &str) {
    let told = |file: String| errors_in(file, &part()).join("\n").replace(other, "it");
    let named = told(format!("code,name\n{other},x\n"));
    assert!(named.contains("2: the new group \"it\" needs a value for \"parent\""), "{named}");
    assert!(!named.contains("cannot be given"), "{named}");
    let under = told(format!("code,parent,tier\ngcc3,{other},3\n"));
    assert_eq!(under, "2:2: parent: there is no group \"it\", neither in the file nor in the database");
}

#[rstest]
#[case(
    "code,parent,tier\ngcc3,gcc1,2\n",
    "2:2: parent: there is no group \"gcc1\", neither in the file nor in the database"
)]
#[case("code,parent\ngcc3,\n", "2:2: parent: must name the group above, in your part of the tree")]
#[case(
    "code,parent,tier\ngcc2,gcc9,3\n",
    "2:2: parent: is at the top of your part of the tree; only operations can move it"
)]
#[case("code,parent\ngcc2,\n", "2:2: parent: is at the top of your part of the tree; only operations can move it")]
#[case(
    "code,office,office_name,office_kind\ngcc2,fresh,ชื่อ,district\n",
    "2:2: office: is at the top of your part of the tree; only operations can give it to another office"
)]
#[case(
    "code,parent,tier,name,office\ngcc9,gcc2,3,x,own\n",
    "2:1: code: the code \"gcc9\" cannot be given here; choose another"
)]
#[case(
    "code,parent,tier,name,office,office_name,office_kind\nnew,gcc2,3,x,other,ชื่อ,district\n",
    "2:5: office: the code \"other\" cannot be given here; choose another"
)]
#[case(
    "code,channel,line_group_id\ngcc3,main,C9\n",
    "2:3: line_group_id: this LINE group belongs to another group on the same channel"
)]
fn nothing_of_a_part_leaves_it_or_takes_what_is_outside(#[case] file: &str, #[case] expected: &str) {
    assert_eq!(errors_in(file, &part()), [expected]);
}

#[test]
fn the_top_of_a_part_is_not_moved_under_another_top_of_it_either() {
    let mut tree = part();
    let top = KnownGroup { line_group_id: None, ..tree.groups[&code("gcc2")].clone() };
    tree.groups.insert(code("second"), top);
    assert_eq!(
        errors_in("code,parent,tier\nsecond,gcc3,3\n", &tree),
        ["2:2: parent: is at the top of your part of the tree; only operations can move it"]
    );
    assert_eq!(errors_in("code,parent,tier,name\nsecond,gcc1,2,x\n", &tree), Vec::<String>::new());
}

#[test]
fn rows_that_are_there_already_are_held_to_the_same_rules() {
    let rows = read_rows("code,parent,tier,name\ngcc3,gcc2,3,กลุ่ม\n".as_bytes()).expect("good cells");
    let only: Vec<TreeRow> = rows.into_iter().map(|row| row.only(&[Column::Parent])).collect();
    assert_eq!((&only[0].parent, &only[0].name), (&Patch::Set(code("gcc2")), &Patch::Keep));
    assert_eq!(check_rows(only.clone(), &known()).expect("it fits").rows, only);
    let retired = TreeRow { retired: Patch::Set(true), ..TreeRow::new(2, code("gcc2")) };
    let faults = check_rows(vec![retired], &known()).expect_err("a group in use is below it").errors;
    assert_eq!(faults[0].place.as_ref().map(|place| &*place.name), Some("retired"));
    assert!(read_rows(b"code,tier\ngcc3,x\n").is_err());
}

#[test]
fn a_fault_of_a_cell_says_what_stands_in_it() {
    let faults = parse("code,tier\ngcc3,หนึ่ง\n".as_bytes(), &known()).expect_err("is no tier").errors;
    assert_eq!(faults[0].found.as_deref(), Some("หนึ่ง"));
}
