//! A mail server for tests: it speaks SMTP (RFC 5321) on a socket of its own, keeps what it accepts, and fails as it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gcc_relay::domain::establishment::ReportAddresses;
use gcc_relay::mail::{MailSettings, Mailer, Tls};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// How one conversation goes.
#[derive(Clone, Debug)]
pub enum Conduct {
    /// The mail is accepted.
    Accept,
    /// The recipient is answered with this.
    Recipient(&'static str),
    /// The whole message is answered with this.
    Message(&'static str),
    /// The connection is lost after the whole message came in, without an answer.
    Lose,
    /// The whole message is never answered.
    Hang,
}

/// A mail that the server was given whole, whatever it answered.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    pub from: String,
    pub to: String,
    pub data: String,
}

impl Mail {
    /// The value of a header on one line.
    pub fn header(&self, name: &str) -> String {
        let line = self.data.lines().find(|line| line.starts_with(&format!("{name}: ")));
        line.map(|line| line[name.len() + 2..].to_owned()).unwrap_or_default()
    }
}

/// The server.
#[derive(Clone)]
pub struct MailServer {
    port: u16,
    conducts: Arc<Mutex<VecDeque<Conduct>>>,
    mails: Arc<Mutex<Vec<Mail>>>,
    pub came: Arc<Notify>,
}

impl MailServer {
    /// A server that accepts everything until it is told otherwise.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = Self { port, conducts: Arc::default(), mails: Arc::default(), came: Arc::default() };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let conduct = serving.conducts.lock().expect("not poisoned").pop_front().unwrap_or(Conduct::Accept);
                let one = serving.clone();
                tokio::spawn(async move { one.talk(stream, conduct).await });
            }
        });
        server
    }

    /// How the next conversations go.
    pub fn next(&self, conducts: impl IntoIterator<Item = Conduct>) {
        self.conducts.lock().expect("not poisoned").extend(conducts);
    }

    /// What came in whole.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().expect("not poisoned").clone()
    }

    /// A mailer that hands its mails to this server.
    pub fn mailer(&self) -> Mailer {
        mailer_at(self.port)
    }

    async fn talk(&self, stream: TcpStream, conduct: Conduct) -> Option<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        let mut mail = Mail::default();
        write.write_all(b"220 mail.example.go.th\r\n").await.ok()?;
        while let Some(line) = lines.next_line().await.ok()? {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let answer = match verb.as_str() {
                "EHLO" => "250-mail.example.go.th\r\n250 8BITMIME",
                "MAIL" => {
                    mail.from = address_in(&line);
                    "250 sender"
                }
                "RCPT" => {
                    mail.to = address_in(&line);
                    if let Conduct::Recipient(answer) = &conduct { answer } else { "250 recipient" }
                }
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await.ok()?;
                    while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                        mail.data.push_str(line.strip_prefix('.').unwrap_or(&line));
                        mail.data.push('\n');
                    }
                    self.mails.lock().expect("not poisoned").push(mail.clone());
                    self.came.notify_one();
                    match conduct {
                        Conduct::Message(answer) => answer,
                        Conduct::Lose => return None,
                        Conduct::Hang => std::future::pending().await,
                        Conduct::Accept | Conduct::Recipient(_) => "250 2.0.0 queued as 4711",
                    }
                }
                "QUIT" => "221 bye",
                _ => "502 no such command",
            };
            write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        }
        Some(())
    }
}

fn address_in(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}

/// To whom and from whom reports go in tests.
pub fn addresses() -> ReportAddresses {
    ReportAddresses {
        to: "gcc2@example.go.th".parse().expect("an address"),
        from: "relay@example.go.th".parse().expect("an address"),
    }
}

/// A mailer that hands its mails to whatever listens at a port of this machine.
pub fn mailer_at(port: u16) -> Mailer {
    Mailer::new(MailSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        credentials: None,
        from: addresses().from,
        reply_to: Some("saraban@example.go.th".parse().expect("an address")),
        timeout: Duration::from_secs(2),
    })
}
