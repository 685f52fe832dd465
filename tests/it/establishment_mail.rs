//! Reports by mail, against a mail server on a socket: sent once, tried again where it was not taken, and unknown where nobody knows.

use std::sync::Arc;
use std::time::Duration;

use gcc_relay::domain::actor::Actor;
use gcc_relay::mail::Mailer;
use gcc_relay::relay::engine::Engine;
use gcc_relay::relay::mails::send_mails;
use gcc_relay::relay::restore_guard;
use gcc_relay::relay::settings::{EstablishmentRules, Settings};
use serde_json::{Value, json};

use crate::establishment::{ask, asked_of_lamphun};
use crate::mail_server::{Conduct, MailServer, mailer_at};
use crate::test_app::{TestApp, Who};
use crate::test_relay::TestRelay;

/// A desk with a mail server.
pub struct Desk {
    pub app: TestApp,
    pub server: MailServer,
    engine: Engine,
}

impl Desk {
    async fn new() -> Self {
        let server = MailServer::start().await;
        let mailer = server.mailer();
        Self::at(server, mailer).await
    }

    /// A desk whose mails go to this server in this way.
    pub async fn at(server: MailServer, mailer: Mailer) -> Self {
        let app = TestApp::new().await;
        let engine = Engine { mailer: Some(mailer), ..app.engine.clone() };
        Self { app, server, engine }
    }

    /// The engine with another way to the server.
    pub fn with(&self, mailer: Mailer) -> Engine {
        Engine { mailer: Some(mailer), ..self.engine.clone() }
    }

    /// A report of Lamphun that goes by mail; gives where it is.
    pub async fn report(&self) -> String {
        let made = self.app.post(&Who::Steward, "establishment/lamphun/reports", json!({ "mail": true })).await;
        format!("establishment/lamphun/reports/{}", made.expect(201)["id"].as_str().expect("an id"))
    }

    /// Lets everything go out that is due now.
    pub async fn send(&self) {
        send_mails(&self.engine).await.expect("sent");
    }

    async fn after(&self, span: Duration) {
        self.app.clock.advance(span);
        self.send().await;
    }

    /// How the last mail of Lamphun's last report stands.
    pub async fn mail(&self) -> Value {
        self.app.get(&Who::Admin, "establishment/lamphun").await.expect(200)["last_report"]["mail"].clone()
    }

    pub async fn state(&self) -> String {
        self.mail().await["state"].as_str().expect("a state").to_owned()
    }

    async fn resend(&self, report: &str) -> crate::test_app::Answer {
        self.app.post(&Who::Steward, &format!("{report}/resend"), json!({})).await
    }
}

#[tokio::test]
async fn a_report_goes_out_once_with_its_groups_and_answers_what_asked_for_it() {
    let desk = Desk::new().await;
    let asking = ask(&desk.app).await;
    let report = desk.report().await;
    assert_eq!(desk.state().await, "queued");
    assert_eq!(asked_of_lamphun(&desk.app, &asking).await, "open");
    desk.send().await;
    desk.send().await;
    let mail = desk.mail().await;
    assert_eq!(
        (&mail["state"], &mail["attempts"], &mail["to"]),
        (&json!("accepted"), &json!(1), &json!("gcc2@example.go.th"))
    );
    assert_eq!(mail["answer"], "250 2.0.0 queued as 4711");
    assert_eq!(asked_of_lamphun(&desk.app, &asking).await, "done");
    let sent = desk.server.mails();
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].from.as_str(), sent[0].to.as_str()), ("relay@example.go.th", "gcc2@example.go.th"));
    assert_eq!(sent[0].header("Message-ID"), mail["message_id"].as_str().expect("an id"));
    assert_eq!(sent[0].header("Reply-To"), "saraban@example.go.th");
    assert!(sent[0].data.contains("filename=\"establishment.csv\"") && sent[0].data.contains("establishment.html"));
    let plain = decoded(&sent[0].data);
    for words in ["จังหวัดลำพูน ขอรายงานผลการดำเนินงาน", "กลุ่มที่ต้องจัดตั้ง ๓ กลุ่ม", "lpn-com"]
    {
        assert!(plain.contains(words), "{words}: {plain}");
    }
    let again = desk.resend(&report).await;
    assert_eq!(again.problem_name(409), "mail-stands");
    assert_eq!(desk.app.count("select count(*) from audit where act = 'end_establishment_mail'").await, 1);
}

/// The texts of a mail, whose parts are in base64 or plain.
fn decoded(data: &str) -> String {
    use base64::Engine as _;
    let mut text = String::new();
    for part in data.split("\n\n") {
        let joined: String = part.lines().take_while(|line| !line.starts_with("--")).collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(joined.trim()).unwrap_or_default();
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    text
}

#[tokio::test]
async fn what_the_server_refuses_is_not_tried_again_until_a_person_sends_it() {
    for conduct in [Conduct::Recipient("550 5.1.1 no such mailbox"), Conduct::Message("554 5.7.1 looks like spam")] {
        let desk = Desk::new().await;
        let asking = ask(&desk.app).await;
        let report = desk.report().await;
        desk.server.next([conduct.clone()]);
        desk.send().await;
        desk.after(Duration::from_hours(1)).await;
        let mail = desk.mail().await;
        assert_eq!((&mail["state"], &mail["attempts"]), (&json!("refused"), &json!(1)), "{conduct:?}");
        let answer = mail["answer"].as_str().expect("words");
        assert!(answer.contains("no such mailbox") || answer.contains("looks like spam"), "{answer}");
        assert_eq!(asked_of_lamphun(&desk.app, &asking).await, "open");
        desk.resend(&report).await.expect(200);
        desk.send().await;
        assert_eq!(desk.state().await, "accepted");
        assert_eq!(desk.mail().await["message_id"], mail["message_id"], "so the recipient can tell a repeat");
    }
}

#[tokio::test]
async fn a_server_that_does_not_let_us_in_has_refused_nothing() {
    for conduct in [Conduct::Greet("554 5.3.2 no service here"), Conduct::Greet("421 4.3.2 closing"), Conduct::Silent] {
        let desk = Desk::new().await;
        desk.report().await;
        desk.server.next([conduct.clone()]);
        desk.send().await;
        assert_eq!((desk.state().await.as_str(), desk.server.mails().len()), ("queued", 0), "{conduct:?}");
        desk.after(Duration::from_secs(5)).await;
        let mail = desk.mail().await;
        assert_eq!((&mail["state"], &mail["attempts"]), (&json!("accepted"), &json!(2)), "{conduct:?}");
    }
}

#[tokio::test]
async fn a_server_that_says_no_more_after_its_refusal_holds_nobody_up() {
    let desk = Desk::new().await;
    desk.report().await;
    desk.server.next([Conduct::RecipientThenSilent("550 5.1.1 no such mailbox")]);
    tokio::time::timeout(Duration::from_secs(30), desk.send()).await.expect("it is left in time");
    assert_eq!(desk.state().await, "refused");
}

#[tokio::test]
async fn what_the_server_takes_later_is_tried_again_on_the_schedule() {
    let desk = Desk::new().await;
    desk.report().await;
    desk.server.next([Conduct::Message("451 4.7.1 greylisted"), Conduct::Recipient("450 4.2.0 busy")]);
    desk.send().await;
    assert_eq!(desk.state().await, "queued");
    assert!(desk.mail().await["answer"].as_str().is_some_and(|answer| answer.contains("greylisted")));
    desk.after(Duration::from_secs(4)).await;
    assert_eq!(desk.server.mails().len(), 1, "the first wait is five seconds");
    desk.after(Duration::from_secs(1)).await;
    assert_eq!(desk.state().await, "queued");
    desk.after(Duration::from_secs(15)).await;
    assert_eq!(desk.state().await, "accepted");
    assert_eq!(desk.mail().await["attempts"], 3);
}

#[tokio::test]
async fn a_connection_that_is_lost_behind_the_message_leaves_it_unknown_and_it_is_not_sent_again_by_itself() {
    for conduct in [Conduct::Lose, Conduct::Hang] {
        let desk = Desk::new().await;
        let asking = ask(&desk.app).await;
        let report = desk.report().await;
        desk.server.next([conduct]);
        desk.send().await;
        assert_eq!(desk.state().await, "unknown");
        for _ in 0..5 {
            desk.after(Duration::from_hours(10)).await;
        }
        assert_eq!((desk.state().await.as_str(), desk.server.mails().len()), ("unknown", 1));
        assert_eq!(asked_of_lamphun(&desk.app, &asking).await, "open", "nobody knows whether it went out");
        desk.resend(&report).await.expect(200);
        desk.send().await;
        let sent = desk.server.mails();
        assert_eq!((desk.state().await.as_str(), sent.len()), ("accepted", 2));
        assert_eq!(sent[0].header("Message-ID"), sent[1].header("Message-ID"));
    }
}

#[tokio::test]
async fn a_node_that_is_killed_with_a_mail_at_the_server_leaves_it_unknown() {
    let desk = Desk::new().await;
    let report = desk.report().await;
    desk.server.next([Conduct::Hang]);
    let engine = desk.engine.clone();
    let sending = tokio::spawn(async move { send_mails(&engine).await });
    desk.server.came.notified().await;
    sending.abort();
    assert!(sending.await.is_err(), "killed");
    assert_eq!(desk.state().await, "sending", "on record before the server was called");
    desk.send().await;
    assert_eq!(desk.resend(&report).await.problem_name(409), "mail-stands");
    desk.after(Duration::from_mins(31)).await;
    assert_eq!((desk.state().await.as_str(), desk.server.mails().len()), ("unknown", 1));
}

#[tokio::test]
async fn a_server_that_is_away_has_the_mail_wait_and_is_given_up_after_two_days() {
    let desk = Desk::new().await;
    desk.report().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let mailer: Mailer = mailer_at(port);
    let away = Engine { mailer: Some(mailer), ..desk.engine.clone() };
    send_mails(&away).await.expect("tried");
    assert_eq!(desk.state().await, "queued");
    desk.app.clock.advance(Duration::from_hours(48));
    send_mails(&away).await.expect("tried");
    let mail = desk.mail().await;
    assert_eq!((&mail["state"], &mail["attempts"]), (&json!("refused"), &json!(2)));
    assert!(desk.server.mails().is_empty());
}

#[tokio::test]
async fn two_nodes_at_once_send_each_mail_once() {
    let desk = Desk::new().await;
    for _ in 0..10 {
        desk.report().await;
    }
    let (one, other) = tokio::join!(send_mails(&desk.engine), send_mails(&desk.engine));
    one.and(other).expect("sent");
    let mut ids: Vec<String> = desk.server.mails().iter().map(|mail| mail.header("Message-ID")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), desk.server.mails().len()), (10, 10));
}

#[tokio::test]
async fn an_office_sends_ten_reports_by_mail_in_a_day_and_is_told_when_the_next_may_go_out() {
    let desk = Desk::new().await;
    let first = desk.report().await;
    desk.server.next([Conduct::Message("554 5.7.1 looks like spam")]);
    desk.send().await;
    for _ in 0..9 {
        desk.app.clock.advance(Duration::from_mins(1));
        desk.report().await;
    }
    let path = "establishment/lamphun/reports";
    let refused = desk.app.post(&Who::Steward, path, json!({ "mail": true })).await;
    assert_eq!(refused.problem_name(429), "too-often");
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert_eq!(desk.resend(&first).await.problem_name(429), "too-often");
    assert_eq!(desk.app.count("select count(*) from establishment_reports").await, 10, "nothing was made");
    let page = desk.app.sign_in(Who::Steward).await.open("/establishment/offices/lamphun").await;
    assert!(page.text.contains("ส่งรายงานทางอีเมลได้ไม่เกิน 10 ฉบับใน 24 ชั่วโมง"), "{}", page.text);
    desk.app.post(&Who::Steward, path, json!({})).await.expect(201);
    desk.app.post(&Who::Admin, "establishment/chiangmai/reports", json!({ "mail": true })).await.expect(201);
    desk.app.clock.advance(Duration::from_secs(wait));
    desk.app.post(&Who::Steward, path, json!({ "mail": true })).await.expect(201);
}

#[tokio::test]
async fn the_mail_has_the_form_as_it_is_printed() {
    let desk = Desk::new().await;
    let retire = "update groups set retired = true where code = 'lpn-dist'";
    sqlx::query(retire).execute(&mut *desk.app.db().await).await.expect("retired");
    let report = desk.report().await;
    desk.send().await;
    let id = report.rsplit('/').next().expect("an id");
    let page = desk.app.sign_in(Who::Steward).await.open(&format!("/establishment/reports/{id}")).await;
    let form = |text: &str| -> String {
        let from = text.find("<h2>แบบรายงานผลการดำเนินงาน").expect("the form");
        let to = text.rfind("<p class=\"signed-by\">").expect("its end");
        text[from..to].replace('\r', "")
    };
    let mailed = decoded(&desk.server.mails()[0].data);
    assert_eq!(form(&mailed), form(&page.text));
    assert!(!mailed.contains("lpn-dist"), "a group out of use is not to be set up: {mailed}");
}

#[tokio::test]
async fn in_a_restored_copy_mails_that_were_under_way_are_unknown() {
    let desk = Desk::new().await;
    desk.report().await;
    let (mut tx, now) = (desk.app.engine.db.begin().await.expect("a transaction"), desk.app.now());
    restore_guard::restored(&mut tx, &desk.engine.settings, &Actor::COMMAND_LINE, now).await.expect("restored");
    tx.commit().await.expect("committed");
    desk.send().await;
    assert_eq!((desk.state().await.as_str(), desk.server.mails().len()), ("unknown", 0));
}

#[tokio::test]
async fn the_database_refuses_to_queue_again_what_may_have_been_sent() {
    let desk = Desk::new().await;
    desk.report().await;
    desk.server.next([Conduct::Lose]);
    desk.send().await;
    for change in [
        "update establishment_mails set state = 'queued', ended_at = null",
        "update establishment_mails set recipient = 'x@example.go.th', state = 'accepted'",
        "delete from establishment_mails",
    ] {
        assert!(sqlx::query(change).execute(&mut *desk.app.db().await).await.is_err(), "{change}");
    }
}

#[tokio::test]
async fn where_no_mail_is_set_up_a_report_does_not_claim_to_go_by_mail() {
    let mut relay = TestRelay::new().await;
    let establishment = EstablishmentRules { mail: None, ..relay.engine.settings.establishment.clone() };
    relay.engine.settings = Arc::new(Settings { establishment, ..(*relay.engine.settings).clone() });
    let app = TestApp::on(relay).await;
    let refused = app.post(&Who::Steward, "establishment/lamphun/reports", json!({ "mail": true })).await;
    assert_eq!(refused.pointers(422), ["/mail"]);
    let made = app.post(&Who::Steward, "establishment/lamphun/reports", json!({})).await.expect(201);
    let again = format!("establishment/lamphun/reports/{}/resend", made["id"].as_str().expect("an id"));
    assert_eq!(app.post(&Who::Steward, &again, json!({})).await.problem_name(409), "no-mail");
    let page = app.sign_in(Who::Steward).await.open("/establishment/offices/lamphun").await;
    assert!(page.text.contains("ยังไม่ได้ตั้งค่าการส่งอีเมล"), "{}", page.text);
}
