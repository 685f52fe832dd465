//! `docs/schema.md` shows the tables as the database has them: `INSTA_UPDATE=always` writes it anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use sqlx::{Connection as _, PgConnection};

use crate::test_relay::fresh_database;

/// What refers to what without a foreign key, as rows of deliveries are kept lean.
const WITHOUT_KEYS: &[(&str, &str, &str)] = &[
    ("acknowledgements", "deliveries", "bulletin_no, group_id"),
    ("attempts", "deliveries", "bulletin_no, group_id"),
    ("batches", "bulletins", "bulletin_no"),
    ("batches", "channels", "channel_id"),
    ("batches", "deliveries", "bulletin_no, groups"),
    ("deliveries", "bulletins", "bulletin_no"),
    ("deliveries", "channels", "channel_id"),
    ("deliveries", "groups", "group_id, parent_group"),
    ("deliveries", "messages", "bulletin_no, variant"),
    ("progress", "bulletins", "bulletin_no"),
    ("province_progress", "bulletins", "bulletin_no"),
];

/// Tables that only sqlx writes.
const OF_SQLX: &str = "_sqlx_migrations";

async fn schema() -> String {
    let mut db = PgConnection::connect(&fresh_database().await).await.expect("a connection");
    let keys: Vec<(String, String, String)> = sqlx::query_as(
        "select conrelid::regclass::text, confrelid::regclass::text,
            (select string_agg(a.attname, ', ' order by a.attnum) from pg_attribute a
                where a.attrelid = c.conrelid and a.attnum = any (c.conkey))
        from pg_constraint c where contype = 'f' order by 1, 2, 3",
    )
    .fetch_all(&mut db)
    .await
    .expect("the foreign keys");
    let tables: Vec<(String, String, bool)> = sqlx::query_as(
        "select c.relname::text,
            (select string_agg(a.attname, ', ' order by a.attnum) from pg_attribute a
                where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
            c.relkind = 'p'
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        order by 1",
    )
    .fetch_all(&mut db)
    .await
    .expect("the tables");
    let mut relations: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let without = WITHOUT_KEYS.iter().map(|(from, to, by)| ((*from).to_owned(), (*to).to_owned(), (*by).to_owned()));
    for (from, to, by) in keys.into_iter().chain(without) {
        relations.entry((from, to)).or_default().push(by);
    }
    let mut text = String::from(
        "# The schema\n\nWritten by a test (`tests/it/schema_doc.rs`) from the database itself; `migrations/0001_schema.sql` says why \
         each table is as it is.\n\n```mermaid\nerDiagram\n",
    );
    for ((from, to), by) in &relations {
        writeln!(text, "    {to} ||--o{{ {from} : \"{}\"", by.join("; ")).expect("text");
    }
    text.push_str("```\n\n| table | columns |\n|---|---|\n");
    for (table, columns, by_month) in tables.iter().filter(|(table, ..)| table != OF_SQLX) {
        let by_month = if *by_month { " (a partition for each month)" } else { "" };
        writeln!(text, "| `{table}`{by_month} | {columns} |").expect("text");
    }
    text
}

#[tokio::test]
async fn the_documents_show_the_schema_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema.md");
    let schema = schema().await;
    if std::env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always") {
        std::fs::write(&path, &schema).expect("written");
    }
    let shown = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(shown == schema, "docs/schema.md is of another schema: run this test with INSTA_UPDATE=always");
}

#[tokio::test]
async fn the_store_names_every_trigger() {
    let mut db = PgConnection::connect(&fresh_database().await).await.expect("a connection");
    let triggers: Vec<String> = sqlx::query_scalar(
        "select distinct tgname::text from pg_trigger where not tgisinternal and tgparentid = 0 order by 1",
    )
    .fetch_all(&mut db)
    .await
    .expect("the triggers");
    let table = include_str!("../../src/store/mod.rs");
    let missing: Vec<_> = triggers.iter().filter(|name| !table.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty() && triggers.len() > 10, "not in the table of src/store/mod.rs: {missing:?}");
}
