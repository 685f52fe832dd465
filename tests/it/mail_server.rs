//! A mail server for tests: it speaks SMTP (RFC 5321) on a socket of its own, with encryption (RFC 3207) and passwords (RFC 4954) where it is
//! told so, keeps what it accepts, and fails as it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use gcc_relay::domain::establishment::ReportAddresses;
use gcc_relay::mail::{Certificate, MailSettings, Mailer, Tls};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use secrecy::SecretString;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

/// How one conversation goes.
#[derive(Clone, Debug)]
pub enum Conduct {
    /// The mail is accepted.
    Accept,
    /// The connection is greeted with this.
    Greet(&'static str),
    /// The connection is never greeted.
    Silent,
    /// The recipient is answered with this, and nothing afterwards.
    RecipientThenSilent(&'static str),
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

/// What a server demands before it takes a mail.
#[derive(Clone)]
struct Demands {
    tls: Tls,
    acceptor: TlsAcceptor,
    /// The certificate of the authority that vouches for it.
    authority: String,
    /// The way in which a password is told, and the right name and password.
    password: Option<(&'static str, &'static str, &'static str)>,
}

/// The server.
#[derive(Clone)]
pub struct MailServer {
    port: u16,
    demands: Option<Demands>,
    conducts: Arc<Mutex<VecDeque<Conduct>>>,
    mails: Arc<Mutex<Vec<Mail>>>,
    verbs: Arc<Mutex<Vec<String>>>,
    pub came: Arc<Notify>,
}

/// What a conversation goes over.
trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// A conversation.
struct Talk {
    wire: BufReader<Box<dyn Wire>>,
    encrypted: bool,
    signed_in: bool,
}

impl Talk {
    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.wire.read_line(&mut line).await.ok()?;
        (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
    }

    async fn say(&mut self, words: &str) -> Option<()> {
        self.wire.write_all(format!("{words}\r\n").as_bytes()).await.ok()?;
        self.wire.flush().await.ok()
    }

    async fn encrypt(self, acceptor: &TlsAcceptor) -> Option<Self> {
        let wire = acceptor.accept(self.wire.into_inner()).await.ok()?;
        Some(Self { wire: BufReader::new(Box::new(wire)), encrypted: true, ..self })
    }
}

impl MailServer {
    /// A server that accepts everything until it is told otherwise.
    pub async fn start() -> Self {
        Self::serve(None).await
    }

    /// A server that is encrypted so, by a certificate of an authority of its own, and demands this name and password, told in this way.
    pub async fn secured(tls: Tls, password: Option<(&'static str, &'static str, &'static str)>) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("an authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("signed");
        let key = KeyPair::generate().expect("a key");
        let own = CertificateParams::new(vec!["localhost".to_owned()]).expect("a certificate");
        let issuer: &Issuer<'_, KeyPair> = &authority;
        let own = own.signed_by(&key, issuer).expect("signed");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![own.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .expect("a certificate");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::serve(Some(Demands { tls, acceptor, authority: authority.pem(), password })).await
    }

    async fn serve(demands: Option<Demands>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = Self {
            port,
            demands,
            conducts: Arc::default(),
            mails: Arc::default(),
            verbs: Arc::default(),
            came: Arc::default(),
        };
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

    /// What it was told, word by word, without what stood behind.
    pub fn verbs(&self) -> Vec<String> {
        self.verbs.lock().expect("not poisoned").clone()
    }

    /// A mailer that hands its mails to this server.
    pub fn mailer(&self) -> Mailer {
        mailer_at(self.port)
    }

    /// A mailer that knows how the server is encrypted, with this password; `trusts` its authority or not.
    pub fn secured_mailer(&self, password: &str, trusts: bool) -> Mailer {
        let demands = self.demands.as_ref().expect("a server with demands");
        let authority = Certificate::from_pem(demands.authority.as_bytes()).expect("a certificate");
        let name = demands.password.map_or("nobody", |(_, name, _)| name);
        Mailer::new(MailSettings {
            host: "localhost".to_owned(),
            tls: demands.tls,
            credentials: demands.password.map(|_| (name.to_owned(), SecretString::from(password))),
            authorities: trusts.then_some(authority),
            ..settings_at(self.port)
        })
    }

    /// A mailer that trusts this server's authority, and hands its mails to another, which it takes to be encrypted so.
    pub fn mailer_to(&self, other: &Self, tls: Tls) -> Mailer {
        let demands = self.demands.as_ref().expect("a server with demands");
        let authority = Certificate::from_pem(demands.authority.as_bytes()).expect("a certificate");
        let host = "localhost".to_owned();
        Mailer::new(MailSettings { host, tls, authorities: Some(authority), ..settings_at(other.port) })
    }

    async fn talk(&self, stream: TcpStream, conduct: Conduct) -> Option<()> {
        let mut talk = Talk { wire: BufReader::new(Box::new(stream)), encrypted: false, signed_in: false };
        let demands = self.demands.as_ref();
        if let Some(demands) = demands.filter(|demands| demands.tls == Tls::Implicit) {
            talk = talk.encrypt(&demands.acceptor).await?;
        }
        let mut mail = Mail::default();
        match &conduct {
            Conduct::Silent => std::future::pending().await,
            Conduct::Greet(greeting) => talk.say(greeting).await?,
            _ => talk.say("220 mail.example.go.th").await?,
        }
        while let Some(line) = talk.line().await {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            self.verbs.lock().expect("not poisoned").push(verb.clone());
            let wants_password = demands.is_some_and(|demands| demands.password.is_some()) && !talk.signed_in;
            let answer = match verb.as_str() {
                "EHLO" => capabilities(demands, &talk),
                "STARTTLS" => {
                    let acceptor = &demands?.acceptor;
                    talk.say("220 go on").await?;
                    talk = talk.encrypt(acceptor).await?;
                    continue;
                }
                "AUTH" => sign_in(&mut talk, demands?, &line).await?,
                "MAIL" if wants_password => "530 5.7.0 authentication required".to_owned(),
                "MAIL" => {
                    mail.from = address_in(&line);
                    "250 sender".to_owned()
                }
                "RCPT" => {
                    mail.to = address_in(&line);
                    match &conduct {
                        Conduct::Recipient(answer) | Conduct::RecipientThenSilent(answer) => (*answer).to_owned(),
                        _ => "250 recipient".to_owned(),
                    }
                }
                "DATA" => {
                    talk.say("354 go on").await?;
                    while let Some(line) = talk.line().await.filter(|line| line != ".") {
                        mail.data.push_str(line.strip_prefix('.').unwrap_or(&line));
                        mail.data.push('\n');
                    }
                    self.mails.lock().expect("not poisoned").push(mail.clone());
                    self.came.notify_one();
                    match conduct {
                        Conduct::Message(answer) => answer.to_owned(),
                        Conduct::Lose => return None,
                        Conduct::Hang => std::future::pending().await,
                        _ => "250 2.0.0 queued as 4711".to_owned(),
                    }
                }
                "QUIT" => "221 bye".to_owned(),
                _ => "502 no such command".to_owned(),
            };
            talk.say(&answer).await?;
            if verb == "RCPT" && matches!(conduct, Conduct::RecipientThenSilent(_)) {
                std::future::pending::<()>().await;
            }
        }
        Some(())
    }
}

fn capabilities(demands: Option<&Demands>, talk: &Talk) -> String {
    let mut told = vec!["mail.example.go.th".to_owned(), "8BITMIME".to_owned()];
    if let Some(demands) = demands {
        if demands.tls == Tls::StartTls && !talk.encrypted {
            told.push("STARTTLS".to_owned());
        }
        if let Some((way, ..)) = demands.password.filter(|_| talk.encrypted) {
            told.push(format!("AUTH {way}"));
        }
    }
    let last = told.len() - 1;
    let lines = told.iter().enumerate().map(|(n, line)| format!("250{}{line}", if n < last { '-' } else { ' ' }));
    lines.collect::<Vec<_>>().join("\r\n")
}

/// Hears name and password; whoever is refused is told what was said, as careless servers do.
async fn sign_in(talk: &mut Talk, demands: &Demands, line: &str) -> Option<String> {
    let (way, name, password) = demands.password?;
    let decode = |text: &str| BASE64_STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let said = if way == "PLAIN" {
        decode(line.rsplit(' ').next()?)?
    } else {
        talk.say("334 VXNlcm5hbWU6").await?;
        let name = decode(&talk.line().await?)?;
        talk.say("334 UGFzc3dvcmQ6").await?;
        format!("\0{name}\0{}", decode(&talk.line().await?)?)
    };
    talk.signed_in = said == format!("\0{name}\0{password}");
    if talk.signed_in {
        return Some("235 2.7.0 welcome".to_owned());
    }
    let password = said.rsplit('\0').next()?;
    Some(format!("535 5.7.8 wrong password {password} in {}", BASE64_STANDARD.encode(&said)))
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
    Mailer::new(settings_at(port))
}

fn settings_at(port: u16) -> MailSettings {
    MailSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        credentials: None,
        authorities: None,
        from: addresses().from,
        reply_to: Some("saraban@example.go.th".parse().expect("an address")),
        timeout: Duration::from_secs(2),
    }
}
