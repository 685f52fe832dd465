//! What is seen of drafts, before and after they are published.

use serde_json::json;

use crate::browser::Browser;
use crate::desk::{Desk, Who};
use crate::pages_scenes::{Shown, look, look_at_all};

/// Drafts that LINE would not take, that are only practised, that are to go by themselves, or to nobody that is linked.
pub async fn drafts(desk: &Desk) -> Vec<Shown> {
    let mut shown = Vec::new();
    let admin = desk.sign_in(Who::Admin).await;
    desk.run().await;
    let links: Vec<_> = (0..20)
        .map(|n| json!({ "label": format!("แนวทาง {n}"), "url": format!("https://www.example.org/{}", "ก".repeat(100)) }))
        .collect();
    for more in [
        json!({ "links": links, "body": "ความ".repeat(2_000) }),
        json!({ "kind": "drill", "forwarding": "automatic" }),
        json!({ "document_number": "ฮฮ ๐๒๐๖/ว" }),
        json!({ "audience": { "groups": ["cmi-far"] } }),
    ] {
        let id = desk.write_with(more).await;
        look_at_all(
            &mut shown,
            &admin,
            &[&format!("/bulletins/{id}"), &format!("/bulletins/{id}/edit"), &format!("/bulletins/{id}/publish")],
        )
        .await;
    }
    a_group_that_is_gone(desk, &admin, &mut shown).await;
    two_writers(desk, &admin, &mut shown).await;
    for words in ["nowhere", "ยังไม่เชื่อม"] {
        let found = admin.submit("/bulletins/groups", &[("group_query", words)]).await;
        shown.push((format!("groups called {words}"), found));
    }
    let sent = admin.submit_with_file("/bulletins/image", &[], "file", b"no picture").await;
    shown.push(("no picture".into(), sent));
    shown
}

async fn a_group_that_is_gone(desk: &Desk, admin: &Browser<'_>, shown: &mut Vec<Shown>) {
    let id = desk.write_with(json!({ "subject": "ถึงกลุ่มที่ไม่มีแล้ว" })).await;
    let gone = "update bulletins set audience = '{\"groups\": [\"gone\"]}' where subject = 'ถึงกลุ่มที่ไม่มีแล้ว'";
    sqlx::query(gone).execute(&mut *desk.db().await).await.expect("gone");
    look(shown, admin, &format!("/bulletins/{id}/publish")).await;
}

/// Two people changed the same draft.
async fn two_writers(desk: &Desk, admin: &Browser<'_>, shown: &mut Vec<Shown>) {
    let id = desk.write().await;
    let fields = [("seen", "0"), ("do", "save"), ("kind", "news"), ("subject", "เรื่อง"), ("body", "ความ")];
    let late = admin.submit(&format!("/bulletins/{id}/edit"), &fields).await;
    shown.push(("the second of two writers".into(), late));
}

/// Everything that was published, as people and those who hold its address see it, and all that waits for its time.
pub async fn published(desk: &Desk) -> Vec<Shown> {
    let mut shown = Vec::new();
    let admin = desk.sign_in(Who::Admin).await;
    for token in desk.texts("select public_token from bulletins where published_at is not null").await {
        look(&mut shown, &admin, &format!("/b/{token}")).await;
    }
    for id in desk.texts("select id::text from bulletins where published_at is not null").await {
        look_at_all(
            &mut shown,
            &admin,
            &[
                &format!("/bulletins/{id}"),
                &format!("/board/{id}"),
                &format!("/board/{id}/receipt"),
                &format!("/board/{id}/retry"),
            ],
        )
        .await;
    }
    for id in desk.texts("select id::text from bulletins where scheduled_for is not null").await {
        look(&mut shown, &admin, &format!("/bulletins/{id}")).await;
    }
    shown
}
