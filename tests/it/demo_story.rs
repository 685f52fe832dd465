//! The demo's story of the letters: told as a whole or not at all.

use gcc_relay::app::demo::office_story::tell;
use gcc_relay::domain::bulletin::ForwardingMode;
use gcc_relay::files::FileStore;
use gcc_relay::files::store::{Place, SizeLimits};
use gcc_relay::store::bulletins::Draft;
use tempfile::TempDir;

use crate::test_relay::TestRelay;

/// As much of the national tree as the story names.
const TREE: &str = "\
code,parent,tier,name,office,office_name,office_kind,province,channel,line_group_id,members,head_count,forwarding,forward_within,steward_title
gcc1,,1,GCC1,pmo,สำนักนายกรัฐมนตรี,national,,gcc,Cgcc1,340,340,automatic,,
gcc2-lamphun,gcc1,2,GCC2-จังหวัดลำพูน,lamphun,จังหวัดลำพูน,province,51,gcc,Clpn,60,60,automatic,,ผู้ว่าราชการจังหวัดลำพูน
lpn-com,gcc2-lamphun,3,GCC3-ลพ-พาณิชย์,lamphun-commerce,สำนักงานพาณิชย์จังหวัดลำพูน,provincial_agency,51,gcc,Clpncom,20,25,automatic,,พาณิชย์จังหวัดลำพูน
lpn-dist,gcc2-lamphun,3,GCC3-ลพ-อำเภอเมืองลำพูน,lamphun-d5101,อำเภอเมืองลำพูน,district,51,gcc,Clpndist,30,30,automatic,,นายอำเภอเมืองลำพูน
";

/// A table of the story, and how many rows it has afterwards.
const TOLD: [(&str, i64); 7] = [
    ("establishment_reports", 1),
    ("establishment_sendings", 1),
    ("coordinators", 1),
    ("submissions", 1),
    ("disseminations", 3),
    ("register_entries", 1),
    // the letter, what the province asks, and the infographic
    ("bulletins", 3),
];

async fn rows(relay: &TestRelay) -> Vec<(&'static str, i64)> {
    let mut counted = Vec::new();
    for (table, _) in TOLD {
        let count = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        counted.push((table, sqlx::query_scalar(count).fetch_one(&mut *relay.db().await).await.expect("a count")));
    }
    counted
}

async fn offer_topic(relay: &TestRelay, offered: bool) {
    let change = if offered {
        "update submission_topics set retired_at = null where code = 'farmers'"
    } else {
        "update submission_topics set retired_at = now() where code = 'farmers'"
    };
    sqlx::query(change).execute(&mut *relay.db().await).await.expect("changed");
}

#[tokio::test]
async fn a_story_that_breaks_off_in_the_middle_has_told_nothing_and_is_told_once_the_next_time() {
    let (relay, folder) = (TestRelay::with_tree(TREE).await, TempDir::new().expect("a folder"));
    let limits = SizeLimits { image: 10_000_000, video: 10_000_000, document: 10_000_000, account: 10_000_000 };
    let files = FileStore::open(&Place::Folder(folder.path().to_owned()), limits).expect("a store of files");
    let draft = Draft { forwarding: ForwardingMode::Automatic, ..relay.draft().await };
    let (letter, _) = relay.publish(draft).await;
    relay.run().await;
    let before = rows(&relay).await;
    // the third step of six is refused
    offer_topic(&relay, false).await;
    assert!(tell(&relay.engine, &files, letter).await.is_err());
    assert_eq!(rows(&relay).await, before);
    offer_topic(&relay, true).await;
    assert!(tell(&relay.engine, &files, letter).await.expect("told"));
    assert_eq!(rows(&relay).await, TOLD);
    assert!(!tell(&relay.engine, &files, letter).await.expect("told before"));
    assert_eq!(rows(&relay).await, TOLD);
}
