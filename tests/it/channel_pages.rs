//! Channels in the browser: added with sealed secrets, rotated, asked about, tried; and a secret is never shown again.

use gcc_relay::relay::engine::{open_access, open_secrets};
use gcc_relay::store::channels::find_channel;
use secrecy::ExposeSecret as _;

use crate::test_app::{TestApp, Who};
use crate::test_relay::{SECRET, TOKEN};

const NEW: [(&str, &str); 5] = [
    ("code", "second"),
    ("name", "บัญชีที่สอง"),
    ("secret", "the-secret-of-the-second"),
    ("token", "the+token/of+the=second"),
    ("rate", "100"),
];

/// The secret and the token of a channel, opened.
async fn secrets(app: &TestApp, code: &str) -> (String, String) {
    let channel = find_channel(&mut *app.db().await, code).await.expect("a query").expect("a channel");
    let sealing = &app.relay.engine.sealing;
    let secret = open_secrets(sealing, &channel).expect("opened").remove(0).expose_secret().to_owned();
    (secret, open_access(sealing, &channel).expect("opened").token().expose_secret().to_owned())
}

#[tokio::test]
async fn a_channel_is_added_with_sealed_secrets_that_no_page_shows_again() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    assert!(admin.open("/channels").await.text.contains("/channels/new"));
    assert!(!app.sign_in(Who::Operator).await.open("/channels").await.text.contains("/channels/new"));
    let added = admin.submit("/channels/new", &NEW).await;
    assert_eq!(added.location(), "/channels/second?said=channel-added");
    assert_eq!(secrets(&app, "second").await, (NEW[2].1.to_owned(), NEW[3].1.to_owned()));
    let again = admin.submit("/channels/new", &NEW).await;
    assert!(again.status == 422 && again.text.contains("code-fault"), "{}", again.text);
    for page in [
        again.text,
        admin.open("/channels/second").await.text,
        admin.open("/channels").await.text,
        admin.open("/audit").await.text,
    ] {
        assert!(!page.contains(NEW[2].1) && !page.contains("the+token") && !page.contains("the&#43;token"), "{page}");
    }
    for table in ["select detail::text from audit", "select response from idempotency_keys"] {
        assert!(app.texts(table).await.iter().all(|kept| !kept.contains("the-secret") && !kept.contains("the+token")));
    }
    assert_eq!(app.texts("select act from audit where subject = 'channel:second'").await, ["channel_add"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_channel_is_told_by_its_field() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    for (field, typed) in [
        ("code", "-"),
        ("code", "new"),
        ("name", " "),
        ("secret", ""),
        ("secret", "ความลับ"),
        ("token", "two words"),
        ("rate", "0"),
        ("rate", "2001"),
    ] {
        let fields = NEW.map(|(name, good)| (name, if name == field { typed } else { good }));
        let refused = admin.submit("/channels/new", &fields).await;
        assert!(
            refused.status == 422 && refused.text.contains(&format!("{field}-fault")),
            "{field} {typed}: {}",
            refused.text
        );
        assert!(!refused.text.contains(NEW[2].1), "a form that comes back holds no secret");
    }
    assert_eq!(app.count("select count(*) from channels").await, 1);
}

#[tokio::test]
async fn a_new_token_lets_a_channel_go_on_that_line_refused() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    admin.submit("/channels/gcc/rotate", &[("token", "no-token-of-line")]).await.location();
    assert_eq!(secrets(&app, "gcc").await, (SECRET.to_owned(), "no-token-of-line".to_owned()));
    let asked = admin.submit("/channels/gcc/check", &[]).await.text;
    assert!(asked.contains("LINE ไม่รับโทเคนนี้"), "{asked}");
    app.held().await;
    let page = admin.open("/channels/gcc").await.text;
    assert!(page.contains("notice bad"), "it is parked: {page}");
    admin.submit("/channels/gcc/rotate", &[("token", TOKEN), ("secret", "")]).await.location();
    app.run().await;
    assert_eq!(app.texts("select coalesce(parked_reason::text, 'works') from channels").await, ["works"]);
    assert_eq!(secrets(&app, "gcc").await.0, SECRET, "what was left empty stays");
    let acts = app.texts("select act || ' ' || detail::text from audit where act = 'channel_rotate' order by id").await;
    assert_eq!(acts.len(), 2);
    assert!(acts[0].contains("\"token\": true") && acts[0].contains("\"secret\": false"), "{acts:?}");
}

#[tokio::test]
async fn line_is_asked_about_account_month_and_webhook_and_tries_the_webhook() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Who::Operator).await;
    let asked = operator.submit("/channels/gcc/check", &[]).await.text;
    assert!(asked.contains("(@gcc)") && asked.contains("ใช้ไป"), "{asked}");
    assert!(asked.contains("/line/webhook/gcc"), "{asked}");
    assert_eq!(app.texts("select basic_id from channels").await, ["@gcc"], "what LINE says of the account is kept");
    let tried = operator.submit("/channels/gcc/test-webhook", &[]).await.text;
    assert!(tried.contains("LINE ส่งถึงระบบนี้"), "{tried}");
    let nowhere = gcc_relay::simulator::ChannelChange {
        webhook: Some("http://127.0.0.1:9/nothing".to_owned()),
        ..gcc_relay::simulator::ChannelChange::default()
    };
    app.line().change_channel("gcc", nowhere).expect("changed");
    let tried = operator.submit("/channels/gcc/test-webhook", &[]).await.text;
    assert!(tried.contains("LINE ส่งไม่สำเร็จ: COULD_NOT_CONNECT"), "{tried}");
    let asked = operator.submit("/channels/gcc/check", &[]).await.text;
    assert!(asked.contains("http://127.0.0.1:9/nothing"), "{asked}");
}

#[tokio::test]
async fn the_pace_of_a_channel_is_changed_by_administrators() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Who::Admin).await;
    admin.submit("/channels/gcc/rate", &[("rate", "๕๐๐")]).await.location();
    assert_eq!(app.texts("select rate_per_second::text from channels").await, ["500"]);
    assert_eq!(app.texts("select detail ->> 'rate' from audit where act = 'channel_rate'").await, ["500"]);
    assert_eq!(app.sign_in(Who::Operator).await.submit("/channels/gcc/rate", &[("rate", "1")]).await.status, 403);
}
