//! The tree import and export, on a database of their own for each test.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use gcc_relay::domain::ids::Code;
use gcc_relay::domain::national::{self, TreeOptions};
use gcc_relay::domain::time::Timestamp;
use gcc_relay::domain::tree_file::{self, TreeFileError, TreeRow};
use gcc_relay::store::tree::{self, Diff, LockedTree};
use gcc_relay::store::{self, Db, channels, groups, stewards};

use super::test_relay::{PATIENCE, SMALL_TREE, fresh_database};

fn start() -> Timestamp {
    Timestamp::from_second(1_521_763_200)
}

async fn database() -> Db {
    let db = store::connect(&fresh_database().await, 4, PATIENCE).await.expect("a pool");
    let mut connection = db.acquire().await.expect("a connection");
    for code in ["gcc", "reserve"] {
        channels::insert_channel(&mut connection, code, code, b"", b"", 100, start()).await.expect("a channel");
    }
    db
}

/// Imports `file`; rolled back where it is a dry run.
async fn lay(db: &Db, file: &str, now: Timestamp, dry_run: bool) -> Result<Diff, TreeFileError> {
    let mut tx = db.begin().await.expect("a transaction");
    let tree = LockedTree::load(&mut tx).await.expect("the tree");
    let rows = tree_file::parse(file.as_bytes(), &tree.to_known())?;
    let diff = tree.apply(&mut tx, &rows, now).await.expect("an import");
    if !dry_run {
        tx.commit().await.expect("a commit");
    }
    Ok(diff)
}

async fn import(db: &Db, file: &str) -> Diff {
    lay(db, file, start() + Duration::from_secs(1), false).await.expect("a file without fault")
}

async fn export(db: &Db) -> Vec<TreeRow> {
    tree::export(&mut db.acquire().await.expect("a connection")).await.expect("an export")
}

async fn export_file(db: &Db) -> String {
    let mut file = Vec::new();
    tree_file::write(&export(db).await, &mut file).expect("a file");
    String::from_utf8(file).expect("UTF-8")
}

fn changes(diff: &Diff) -> Vec<String> {
    let of = |kind: &'static str, code: &Code, fields: &[&str]| format!("{kind} {code}: {}", fields.join(", "));
    diff.kinds()
        .iter()
        .flat_map(|(kind, changes)| changes.changed.iter().map(|change| of(kind, &change.code, &change.fields)))
        .collect()
}

#[tokio::test]
async fn an_import_of_an_export_changes_nothing() {
    let db = database().await;
    let first = import(&db, SMALL_TREE).await;
    assert_eq!((first.offices.added.len(), first.groups.added.len(), first.stewards.added.len()), (8, 8, 7));
    let file = export_file(&db).await;
    let again = import(&db, &file).await;
    assert!(again.is_empty(), "{again:?}");
    assert_eq!((again.offices.unchanged, again.groups.unchanged, again.stewards.unchanged), (8, 8, 7));
    assert_eq!(export_file(&db).await, file);
}

#[tokio::test]
async fn a_second_import_names_the_fields_that_changed_and_leaves_missing_groups_alone() {
    let db = database().await;
    import(&db, SMALL_TREE).await;
    let file = "code,parent,name,members,forwarding,forward_within,steward_title,province,deputy\n\
                lpn-com,lpn,GCC3-ลพ-พาณิชย์,22,automatic,30,พาณิชย์จังหวัดลำพูน,51,รองพาณิชย์จังหวัดลำพูน\n";
    let diff = import(&db, file).await;
    assert_eq!(changes(&diff), ["groups lpn-com: members, forwarding", "stewards lpn-com: deputy"]);
    assert_eq!((diff.groups.unchanged, diff.offices.unchanged), (0, 1));
    assert_eq!(export(&db).await.len(), 8);
}

#[tokio::test]
async fn a_dry_run_tells_the_same_and_changes_nothing() {
    let db = database().await;
    let dry = lay(&db, SMALL_TREE, start(), true).await.expect("a file without fault");
    assert_eq!(export(&db).await, []);
    assert_eq!(import(&db, SMALL_TREE).await, dry);
}

#[tokio::test]
async fn a_file_with_a_bad_row_changes_nothing() {
    let db = database().await;
    import(&db, SMALL_TREE).await;
    let before = export_file(&db).await;
    let file = "code,parent,name\nlpn,gcc1,GCC2-ลำพูน\nnew,nowhere,GCC3\n";
    let error = lay(&db, file, start(), false).await.expect_err("an unknown parent");
    assert!(error.errors.iter().any(|row| row.line == 3), "{error:?}");
    assert_eq!(export_file(&db).await, before);
}

#[tokio::test]
async fn parents_may_come_after_their_children_and_groups_may_move_under_new_ones() {
    let db = database().await;
    let mut lines: Vec<&str> = SMALL_TREE.lines().collect();
    lines[1..].reverse();
    import(&db, &lines.join("\n")).await;
    let file = "code,parent,tier,name,office,office_name,office_kind\n\
                lpn-dist,gcc2-new,3,GCC3-ลพ-อำเภอเมืองลำพูน,lamphun-d1,,\n\
                gcc2-new,gcc1,2,GCC2-ใหม่,new,กระทรวงใหม่,ministry\n";
    let diff = import(&db, file).await;
    assert_eq!(changes(&diff), ["groups lpn-dist: parent"]);
    let group = groups::find_group(&mut db.acquire().await.expect("a connection"), "lpn-dist").await;
    let group = group.expect("an answer").expect("the group");
    assert_eq!((group.parent.as_deref(), group.path.len()), (Some("gcc2-new"), 3));
}

#[tokio::test]
async fn two_groups_can_exchange_their_line_groups() {
    let db = database().await;
    import(&db, SMALL_TREE).await;
    let diff = import(&db, "code,parent,line_group_id\nlpn-com,lpn,Clpndist\nlpn-dist,lpn,Clpncom\n").await;
    // `forward_within` is not in the file, so nothing is said about it
    assert_eq!(changes(&diff), ["groups lpn-com: line_group_id", "groups lpn-dist: line_group_id"]);
    let link = |rows: &[TreeRow], code: &str| {
        let row = rows.iter().find(|row| row.code.as_str() == code).expect("the row");
        row.line_group_id.as_set().expect("a link").as_str().to_owned()
    };
    let rows = export(&db).await;
    assert_eq!((link(&rows, "lpn-com"), link(&rows, "lpn-dist")), ("Clpndist".to_owned(), "Clpncom".to_owned()));
}

#[tokio::test]
async fn a_dash_clears_a_link_and_a_steward() {
    let db = database().await;
    import(&db, SMALL_TREE).await;
    let diff = import(&db, "code,parent,line_group_id,steward_title\nlpn-com,lpn,-,-\n").await;
    assert_eq!(changes(&diff), ["groups lpn-com: line_group_id", "stewards lpn-com: steward_title"]);
    let mut connection = db.acquire().await.expect("a connection");
    let group = groups::find_group(&mut connection, "lpn-com").await.expect("an answer").expect("the group");
    assert!(!group.linked && group.linked_at.is_none() && group.lost_at.is_none());
    assert!(stewards::list_stewards(&mut connection, group.id).await.expect("an answer").is_empty());
}

#[tokio::test]
async fn a_new_steward_ends_the_duty_of_the_one_before() {
    let db = database().await;
    import(&db, SMALL_TREE).await;
    let later = start() + Duration::from_hours(1);
    let file = "code,parent,steward_title\nlpn,gcc1,รักษาราชการแทนผู้ว่าราชการจังหวัดลำพูน\n";
    lay(&db, file, later, false).await.expect("a file without fault");
    let rows: Vec<(Option<String>, Timestamp, Option<Timestamp>)> = sqlx::query_as(
        "select s.title, s.valid_from, s.valid_until from stewards s join groups g on g.id = s.group_id
        where g.code = 'lpn' order by s.id",
    )
    .fetch_all(&db)
    .await
    .expect("the history");
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].0.as_deref(), rows[0].2), (Some("ผู้ว่าราชการจังหวัดลำพูน"), Some(later)));
    assert_eq!((rows[1].1, rows[1].2), (later, None));
}

#[tokio::test]
async fn two_imports_at_once_take_turns() {
    let db = database().await;
    let other = SMALL_TREE.replace("สำนักงานพาณิชย์จังหวัดลำพูน", "พาณิชย์ลำพูน");
    let now = start() + Duration::from_secs(2);
    let (one, two) = tokio::join!(lay(&db, SMALL_TREE, now, false), lay(&db, &other, now, false));
    let (one, two) = (one.expect("the first"), two.expect("the second"));
    assert_eq!(one.groups.added.len() + two.groups.added.len(), 8);
    assert_eq!(changes(&one).len() + changes(&two).len(), 1);
}

#[tokio::test]
async fn the_national_tree_with_the_local_authorities_goes_in_whole() {
    let db = database().await;
    let channel = Some("gcc".parse().expect("a code"));
    let rows = national::tree(&TreeOptions { simulated_channel: channel, ..TreeOptions::default() }).expect("the tree");
    let mut file = Vec::new();
    tree_file::write(&rows, &mut file).expect("a file");
    let mut file = String::from_utf8(file).expect("UTF-8");
    let districts: Vec<&TreeRow> =
        rows.iter().filter(|row| row.code.as_str().contains("-d") && row.office_kind.as_set().is_some()).collect();
    let wanted = 15_000 - rows.len();
    for number in 0..wanted {
        let parent = &districts[number % districts.len()].code;
        // the columns in the order of the file: code to province, channel, link, members
        writeln!(
            file,
            "la-{number},{parent},3,อปท. {number},la-{number},องค์การบริหารส่วนตำบล {number},local_authority,,gcc,Cla{number},20,25,stewarded,120,,นายกองค์การบริหารส่วนตำบล,,,"
        )
        .expect("a line");
    }
    let start = Instant::now();
    let diff = import(&db, &file).await;
    let took = start.elapsed();
    assert_eq!(diff.groups.added.len(), 15_000);
    eprintln!("15,000 rows imported in {took:?}");
    // seconds on any machine; work that grew by the square of the rows would take many minutes
    assert!(took < Duration::from_mins(1), "{took:?}");
    let again = Instant::now();
    assert!(import(&db, &export_file(&db).await).await.is_empty());
    eprintln!("exported and imported again in {:?}", again.elapsed());
}
