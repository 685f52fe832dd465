//! The database away: what can still be answered is, everything else says when to come back, and nothing is lost.

use gcc_relay::relay::test_driver::run_until_idle;
use gcc_relay::store::Db;
use reqwest::Method;
use serde_json::json;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::test_app::{TestApp, Who, letter};

/// A database that can be cut off from all that use it.
struct Cut {
    name: String,
    /// To another database of the cluster.
    admin: PgConnection,
}

impl Cut {
    async fn of(db: &Db) -> Self {
        let options = db.hosts().latest();
        let name = options.get_database().expect("a name").to_owned();
        let admin = PgConnection::connect_with(&options.clone().database("postgres")).await;
        Self { name, admin: admin.expect("a connection") }
    }

    async fn run(&mut self, sql: String) {
        self.admin.execute(sqlx::AssertSqlSafe(sql)).await.expect("done");
    }

    /// Ends every connection and lets no new one in.
    async fn off(&mut self) {
        self.run(format!("alter database {} allow_connections false", self.name)).await;
        let ended = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = ";
        self.run(format!("{ended} '{}'", self.name)).await;
    }

    async fn on(&mut self) {
        self.run(format!("alter database {} allow_connections true", self.name)).await;
    }
}

#[tokio::test]
async fn without_a_database_every_request_is_told_when_to_come_back() {
    let app = TestApp::new().await;
    let id = app.held().await;
    let page = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    let page: reqwest::Url = page["public_url"].as_str().expect("an address").parse().expect("an address");
    app.engine.db.close();
    for (method, path, body) in [
        (Method::GET, "/readyz".to_owned(), None),
        (Method::GET, "bulletins".to_owned(), None),
        (Method::POST, "bulletins".to_owned(), Some(letter(json!({})))),
        (Method::GET, format!("bulletins/{id}/status"), None),
        (Method::POST, format!("bulletins/{id}/forward"), Some(json!({ "into": "all" }))),
        (Method::PATCH, "groups/lpn".to_owned(), Some(json!({ "forward_within": 5 }))),
        // LINE delivers it again, as it was not answered 200
        (Method::POST, "/line/webhook/gcc".to_owned(), Some(json!({ "events": [] }))),
    ] {
        let answer = app.call(&Who::Admin, method, &path, body.as_ref()).await;
        assert_eq!(answer.problem_name(503), "unavailable", "{path}");
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{path}: {answer:?}");
        assert!(!answer.text.to_lowercase().contains("pool"), "{path}: {}", answer.text);
    }
    let page = app.get(&Who::Nobody, page.path()).await;
    assert_eq!((page.status, page.header("content-type")), (503, "text/html; charset=utf-8"));
    assert!(!page.header("retry-after").is_empty());
}

#[tokio::test]
async fn without_a_database_the_process_still_lives_and_describes_itself() {
    let app = TestApp::new().await;
    app.engine.db.close();
    assert_eq!(app.get(&Who::Nobody, "/livez").await.expect(200), json!({ "status": "alive" }));
    for path in ["/metrics", "/openapi.json", "/docs", "/"] {
        assert_eq!(app.get(&Who::Nobody, path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_database_that_comes_back_is_used_again_and_the_relay_goes_on() {
    let app = TestApp::new().await;
    let id = app.write_with(json!({ "forwarding": "automatic" })).await;
    app.release(&id).await;
    let mut cut = Cut::of(&app.engine.db).await;
    cut.off().await;
    for path in ["/readyz", "bulletins"] {
        let answer = app.get(&Who::Admin, path).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{path}: {}", answer.text);
    }
    assert!(run_until_idle(&app.engine).await.is_err(), "the relay can only wait");
    assert_eq!(app.line().counts().accepted, 0);
    cut.on().await;
    assert_eq!(app.get(&Who::Nobody, "/readyz").await.expect(200), json!({ "status": "ready" }));
    app.run().await;
    let status = app.get(&Who::Admin, &format!("bulletins/{id}/status")).await.expect(200);
    assert_eq!((&status["settled"], &status["counts"]["accepted"]), (&json!(true), &json!(7)));
    app.relay.assert_exact(id.parse().expect("an id")).await;
}

#[tokio::test]
async fn a_process_is_not_ready_before_the_schema_is_its_own() {
    let app = TestApp::new().await;
    let forget = "delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)";
    app.db().await.execute(forget).await.expect("forgotten");
    app.get(&Who::Nobody, "/readyz").await.problem(503);
}
