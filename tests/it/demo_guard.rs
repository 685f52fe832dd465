//! The demo's data and real service stay apart: neither takes the other's database.

use gcc_relay::domain::time::Timestamp;
use gcc_relay::store::demo_data::{find_demo_data, mark_demo_data};
use gcc_relay::store::{self, Db};

use crate::program::Program;
use crate::test_relay::{PATIENCE, SMALL_TREE, fresh_database};

const NOBODY: &str = "http://127.0.0.1:1";

async fn open(url: &str) -> Db {
    store::connect(url, 2, PATIENCE).await.expect("a pool")
}

#[tokio::test]
async fn the_data_of_a_demo_are_served_only_where_the_settings_say_so() {
    let url = fresh_database().await;
    let db = open(&url).await;
    let mut program = Program::over(&url, NOBODY);
    let (status, told, _) = program.run(&["doctor"]);
    assert!(status == Some(0) && told.contains("ok    demo: "), "{told}");

    assert!(
        mark_demo_data(&mut db.acquire().await.expect("a connection"), Timestamp::from_second(1_521_763_200))
            .await
            .expect("a mark")
    );
    program.set("GCC_RELAY__SERVER__LISTEN", "127.0.0.1:0");
    let (status, _, complaint) = program.run(&["serve"]);
    assert_eq!(status, Some(1));
    assert!(complaint.starts_with("error: the database holds the demo's data since "), "{complaint}");
    assert!(complaint.contains("demo.serve_data"), "{complaint}");
    let (status, told, _) = program.run(&["doctor"]);
    assert!(status == Some(1) && told.contains("FAIL  demo: "), "{told}");

    program.set("GCC_RELAY__DEMO__SERVE_DATA", "true");
    let (status, told, _) = program.run(&["doctor"]);
    assert!(status == Some(0) && told.contains("ok    demo: "), "{told}");
    drop(program.serve().await);
}

#[tokio::test]
async fn a_database_in_use_is_not_made_a_demo_s() {
    let url = fresh_database().await;
    let program = Program::over(&url, NOBODY);
    program.set_up(&["gcc".to_owned()], 10, SMALL_TREE);
    let db = open(&url).await;
    let mut connection = db.acquire().await.expect("a connection");
    assert!(!mark_demo_data(&mut connection, Timestamp::from_second(1_521_763_200)).await.expect("an answer"));
    assert_eq!(find_demo_data(&mut connection).await.expect("an answer"), None);
}

#[tokio::test]
async fn a_demo_started_again_keeps_its_mark() {
    let db = open(&fresh_database().await).await;
    let mut connection = db.acquire().await.expect("a connection");
    let (first, later) = (Timestamp::from_second(1_521_763_200), Timestamp::from_second(1_521_849_600));
    for now in [first, later] {
        assert!(mark_demo_data(&mut connection, now).await.expect("an answer"));
    }
    assert_eq!(find_demo_data(&mut connection).await.expect("an answer"), Some(first));
}
