//! The page that tells members of groups what is heard and kept, and where it is linked to.

use gcc_relay::simulator::{GroupConfig, GroupEvent};

use crate::browser::Browser;
use crate::test_app::{TestApp, Who};

#[tokio::test]
async fn everybody_is_told_what_is_kept_and_for_how_long_in_both_languages() {
    let app = TestApp::new().await;
    let browser = Browser::new(&app);
    let page = browser.open("/heard").await;
    assert_eq!(page.status, 200);
    // the figures of the settings: taps, attempts, receipts; then those of events
    for text in ["lang=\"th\"", "โดยไม่จัดเก็บเนื้อความ", "400 วันนับจาก", "730 วัน", "3,650 วันนับจาก", "7 วัน ส่วน", "30 วัน"]
    {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    browser.submit("/language", &[("language", "en"), ("next", "/heard")]).await.location();
    let page = browser.open("/heard").await;
    assert!(page.text.contains("never the text") && page.text.contains("400 days after"), "{}", page.text);
}

#[tokio::test]
async fn the_greeting_the_public_page_and_the_account_lead_to_it() {
    let app = TestApp::new().await;
    app.line().put_group(GroupConfig::joined("Cnew", "กลุ่มใหม่", 5, "gcc")).expect("a group");
    app.line().happen("Cnew", GroupEvent::Leave).await.expect("it left");
    app.line().happen("Cnew", GroupEvent::Join { channel: Some("gcc".to_owned()) }).await.expect("it joined");
    app.run().await;
    let greeting = app.line().chat("Cnew").pop().expect("a greeting");
    assert!(greeting.ends_with("/heard"), "{greeting}");
    let id = app.held().await;
    let bulletin = app.get(&Who::Admin, &format!("bulletins/{id}")).await.expect(200);
    let public = bulletin["public_url"].as_str().and_then(|url| url.find("/b/").map(|at| &url[at..])).expect("a page");
    let pages = [Browser::new(&app).open(public).await, app.sign_in(Who::Steward).await.open("/account").await];
    for page in pages {
        assert!(page.text.contains("href=\"/heard\""), "{}", page.text);
    }
}

/// A column that holds a person's code or LINE's id of one is told of on the page: whoever adds one writes it there.
#[tokio::test]
async fn what_is_kept_of_persons_stands_in_these_tables_and_no_other() {
    let app = TestApp::new().await;
    let found: Vec<String> = sqlx::query_scalar(
        "select distinct c.table_name || '.' || c.column_name from information_schema.columns c
            join pg_class t on t.relname = c.table_name and not t.relispartition
        where c.table_schema = 'public' and c.column_name ~ 'person|user_id' order by 1",
    )
    .fetch_all(&mut *app.db().await)
    .await
    .expect("columns");
    let told = [
        // from a sign-in provider and not from LINE
        "account_identities.person_hash",
        "acknowledgements.person",
        "bindings.person",
        "bindings.user_id_sealed",
        // the official account itself
        "channels.bot_user_id",
        "heard_messages.person",
        "reminders.person",
        "webhook_events.person",
    ];
    assert_eq!(found, told);
}
