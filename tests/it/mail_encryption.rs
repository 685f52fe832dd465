//! The way to a mail server that is encrypted and demands a password: nothing is said before it is certain who listens, and whoever is not let
//! in tries again later.

use std::time::Duration;

use gcc_relay::mail::Tls;
use serde_json::json;

use crate::establishment_mail::Desk;
use crate::log::Log;
use crate::mail_server::MailServer;

const PASSWORD: &str = "ปลาทู-p/w 4711";
const WRONG: &str = "wrong-secret-9083";

#[tokio::test]
async fn a_report_goes_to_a_server_that_is_encrypted_and_demands_a_password() {
    for (tls, way) in
        [(Tls::StartTls, "PLAIN"), (Tls::StartTls, "LOGIN"), (Tls::Implicit, "PLAIN"), (Tls::Implicit, "LOGIN")]
    {
        let server = MailServer::secured(tls, Some((way, "gcc-relay", PASSWORD))).await;
        let mailer = server.secured_mailer(PASSWORD, true);
        mailer.check().await.expect("it lets us in");
        let desk = Desk::at(server, mailer).await;
        desk.report().await;
        desk.send().await;
        assert_eq!((desk.state().await.as_str(), desk.server.mails().len()), ("accepted", 1), "{tls:?} {way}");
    }
}

#[tokio::test]
async fn a_password_that_is_refused_leaves_the_mail_waiting_and_is_never_kept_or_logged() {
    for (tls, way) in [(Tls::StartTls, "PLAIN"), (Tls::Implicit, "LOGIN")] {
        let server = MailServer::secured(tls, Some((way, "gcc-relay", PASSWORD))).await;
        let mailer = server.secured_mailer(WRONG, true);
        let desk = Desk::at(server, mailer).await;
        desk.report().await;
        let log = Log::default();
        let everything = "trace,gcc_relay_simulator=off";
        let listening = tracing::subscriber::set_default(
            tracing_subscriber::fmt().with_env_filter(everything).with_ansi(false).with_writer(log.clone()).finish(),
        );
        desk.send().await;
        drop(listening);
        let mail = desk.mail().await;
        assert_eq!((&mail["state"], &mail["attempts"]), (&json!("queued"), &json!(1)), "{tls:?} {way}");
        let logged = log.text();
        let answer = mail["answer"].as_str().expect("words").to_owned();
        for words in [&logged, &answer] {
            assert!(words.contains("535") && words.contains("wrong password"), "{words}");
            for secret in [WRONG, "d3Jvbmctc2VjcmV0LTkwODM", "AGdjYy1yZWxheQB3cm9uZy1zZWNyZXQtOTA4Mw"] {
                assert!(!words.contains(secret), "{secret} in {words}");
            }
        }
        assert!(!desk.server.verbs().contains(&"MAIL".to_owned()) && desk.server.mails().is_empty());
        // the server's operator puts it right
        let engine = desk.with(desk.server.secured_mailer(PASSWORD, true));
        desk.app.clock.advance(Duration::from_secs(5));
        gcc_relay::relay::mails::send_mails(&engine).await.expect("sent");
        assert_eq!(desk.state().await, "accepted");
    }
}

#[tokio::test]
async fn nothing_is_said_to_a_server_for_which_nobody_vouches() {
    for tls in [Tls::StartTls, Tls::Implicit] {
        let server = MailServer::secured(tls, Some(("PLAIN", "gcc-relay", PASSWORD))).await;
        let mailer = server.secured_mailer(PASSWORD, false);
        assert!(mailer.check().await.is_err());
        let desk = Desk::at(server, mailer).await;
        desk.report().await;
        desk.send().await;
        let mail = desk.mail().await;
        assert_eq!((&mail["state"], &mail["attempts"]), (&json!("queued"), &json!(1)), "{tls:?}");
        assert!(mail["answer"].as_str().is_some_and(|answer| answer.contains("certificate")), "{mail}");
        let said = desk.server.verbs();
        assert!(said.iter().all(|verb| matches!(verb.as_str(), "EHLO" | "STARTTLS")), "{said:?}");
    }
}

#[tokio::test]
async fn a_server_that_offers_no_encryption_gets_nothing_where_it_is_wanted() {
    let server = MailServer::secured(Tls::Implicit, None).await;
    // what stands in between has taken STARTTLS out of what the server offers
    let plain = MailServer::start().await;
    let mailer = server.mailer_to(&plain, Tls::StartTls);
    let desk = Desk::at(plain, mailer).await;
    desk.report().await;
    desk.send().await;
    assert_eq!(desk.state().await, "queued");
    let said = desk.server.verbs();
    assert!(!said.is_empty() && said.iter().all(|verb| matches!(verb.as_str(), "EHLO" | "QUIT")), "{said:?}");
}
