//! What is seen of drafts, before and after they are published.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::pages_scenes::{Shown, look, look_at_all, picture};
use crate::test_app::{TestApp, Who};

/// Drafts that LINE would not take, that are only practised, that are to go by themselves, or to nobody that is linked.
pub async fn drafts(app: &TestApp) -> Vec<Shown> {
    let mut shown = Vec::new();
    let admin = app.sign_in(Who::Admin).await;
    app.run().await;
    for more in [
        json!({ "kind": "drill", "forwarding": "automatic" }),
        json!({ "document_number": "ฮฮ ๐๒๐๖/ว" }),
        json!({ "document_date": null }),
        json!({ "urgency": "routine" }),
        json!({ "audience": { "groups": ["cmi-far"] } }),
    ] {
        look_at_draft(app, &admin, more, &mut shown).await;
    }
    a_group_that_is_gone(app, &admin, &mut shown).await;
    two_writers(app, &admin, &mut shown).await;
    for words in ["nowhere", "ยังไม่เชื่อม"] {
        let found = admin.submit("/bulletins/groups", &[("group_query", words)]).await;
        shown.push((format!("groups called {words}"), found));
    }
    let sent = admin.submit_with_file("/bulletins/image", &[], "file", b"no picture").await;
    shown.push(("no picture".into(), sent));
    let no_channels = "update groups set channel_id = null, line_group_id = null";
    sqlx::query(no_channels).execute(&mut *app.db().await).await.expect("no channel");
    look(&mut shown, &admin, "/bulletins/new").await;
    shown
}

async fn look_at_draft(app: &TestApp, admin: &Browser<'_>, more: Value, shown: &mut Vec<Shown>) {
    let id = app.write_with(more).await;
    for path in [format!("/bulletins/{id}"), format!("/bulletins/{id}/edit"), format!("/bulletins/{id}/publish")] {
        look(shown, admin, &path).await;
    }
}

/// Where the program's address is one from which LINE fetches no pictures, and too long to be drawn as a code.
pub async fn bad_address() -> Vec<Shown> {
    let app = TestApp::public_at(&format!("http://relay.example.org/{}", "a".repeat(3_000))).await;
    let mut shown = Vec::new();
    let admin = app.sign_in(Who::Admin).await;
    let sent = admin.submit_with_file("/bulletins/image", &[], "file", &picture()).await;
    let image = sent.text.split(r#"name="image" value=""#).nth(1).and_then(|rest| rest.split('"').next());
    let more = json!({ "attachments": [{ "image": image.expect("a picture"), "alt": "แผนที่" }] });
    look_at_draft(&app, &admin, more, &mut shown).await;
    let invited = [("username", "the-invited"), ("name", "ผู้รับเชิญ"), ("role", "operator")];
    shown.push(("a long link".into(), admin.submit("/accounts/new", &invited).await));
    shown
}

async fn a_group_that_is_gone(app: &TestApp, admin: &Browser<'_>, shown: &mut Vec<Shown>) {
    let id = app.write_with(json!({ "subject": "ถึงกลุ่มที่ไม่มีแล้ว" })).await;
    let gone = "update bulletins set audience = '{\"groups\": [\"gone\"]}' where subject = 'ถึงกลุ่มที่ไม่มีแล้ว'";
    sqlx::query(gone).execute(&mut *app.db().await).await.expect("gone");
    look(shown, admin, &format!("/bulletins/{id}/publish")).await;
}

/// Two people changed the same draft.
async fn two_writers(app: &TestApp, admin: &Browser<'_>, shown: &mut Vec<Shown>) {
    let id = app.write().await;
    let fields = [("seen", "0"), ("do", "save"), ("kind", "news"), ("subject", "เรื่อง"), ("body", "ความ")];
    let late = admin.submit(&format!("/bulletins/{id}/edit"), &fields).await;
    shown.push(("the second of two writers".into(), late));
}

/// Two bulletins that went out as one, of which the first was taken back.
async fn a_digest(app: &TestApp) {
    let mut ids = Vec::new();
    for subject in ["แจ้งวันหยุด", "ซ้อมหนีไฟ"] {
        let id = app.write_with(json!({ "urgency": "routine", "subject": subject })).await;
        app.post(&Who::Admin, &format!("bulletins/{id}/publish"), json!({ "digest": true })).await.expect(202);
        ids.push(id);
    }
    let due = "update bulletins set scheduled_for = created_at where with_digest";
    sqlx::query(due).execute(&mut *app.db().await).await.expect("due");
    app.after(std::time::Duration::from_secs(2)).await;
    let reason = json!({ "reason": "วันที่ไม่ถูกต้อง" });
    app.post(&Who::Admin, &format!("bulletins/{}/withdraw", ids[0]), reason).await.expect(200);
    app.run().await;
}

/// Everything that was published, as people and those who hold its address see it, and all that waits for its time.
pub async fn published(app: &TestApp) -> Vec<Shown> {
    let mut shown = Vec::new();
    a_digest(app).await;
    let admin = app.sign_in(Who::Admin).await;
    for token in app.texts("select public_token from bulletins where published_at is not null").await {
        look(&mut shown, &admin, &format!("/b/{token}")).await;
    }
    let publisher = app.sign_in(Who::Publisher).await;
    for id in app.texts("select id::text from bulletins where published_at is not null").await {
        look(&mut shown, &publisher, &format!("/board/{id}")).await;
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
    for id in
        app.texts("select id::text from bulletins where scheduled_for is not null or unscheduled_at is not null").await
    {
        look(&mut shown, &admin, &format!("/bulletins/{id}")).await;
    }
    shown
}
